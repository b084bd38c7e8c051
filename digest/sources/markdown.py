"""Markdown into pieces: CommonMark with tables and struck-out words, through markdown-it and the reader of HTML.

CommonMark decides what lines mean, save where a summary would be read wrongly by it: see `commonmark.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from markdown_it import MarkdownIt

from digest.sources.clean import clean
from digest.sources.commonmark import fit_for_commonmark
from digest.sources.headings import Headings, usual_headings
from digest.sources.markup import read_html
from digest.sources.pieces import Document, Piece, Shape
from digest.sources.plaintext import lines_of

#: Notes of one document that are looked for markup.
MOST_NOTES = 300

_TASK = re.compile(r"\[[ xX]\]\s+")
_NOTE = re.compile(r"\[\^([^\]\s]{1,40})\]:[ \t]*(.*)$")
_NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,40})\]")
#: What says that a note names another text: an address, an identifier, `2024;12`, "et al".
_CITES = re.compile(
    r"https?://|\bdoi\b|\b10\.\d{4,9}/|\bpmid\b|\bet al\b|\b(?:19|20)\d\d\s{0,3}[;,]\s{0,3}\d", re.IGNORECASE
)
_REFERENCES: Final = "References"


def read_markdown(text: str, headings: Headings | None = None) -> Document:
    """The pieces of a Markdown document, in its order.

    A note stands behind the paragraph or list that it is about, for it may say what limits a finding; one that only
    names another text stands with the references.

    Raises:
        TooDeep: markup in it is nested deeper than any real document.
    """
    lines, notes = _without_notes(lines_of(text))
    document = read_html(_parser().render(fit_for_commonmark(lines, headings or usual_headings())), article=False)
    pieces = map(_without_box, document.pieces)
    return replace(document, pieces=tuple(_with_notes(pieces, notes) if notes else pieces))


def _parser() -> MarkdownIt:
    # Code by indentation is off: authors indent prose, and a summary has no code.
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable(["code", "blockquote"])


def _without_box(piece: Piece) -> Piece:
    """A task's text."""
    box = _TASK.match(piece.text) if piece.shape in {Shape.ITEM, Shape.NUMBERED} else None
    return replace(piece, text=piece.text[box.end() :]) if box else piece


def _without_notes(lines: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The lines, and the notes below them by their names."""
    kept: list[str] = []
    notes: dict[str, list[str]] = {}
    held: list[str] | None = None
    for line in lines:
        found = _NOTE.match(line.lstrip(" "))
        if found:
            held = notes.setdefault(found[1], [])
            held.append(found[2])
        elif held is not None and line.strip():
            held.append(line.strip())
        else:
            held = None
            kept.append(line)
    return kept, {name: " ".join(parts) for name, parts in notes.items()}


def _with_notes(pieces: Iterator[Piece], notes: Mapping[str, str]) -> Iterator[Piece]:
    numbers: dict[str, int] = {}
    waiting: list[Piece] = []
    cited: list[Piece] = []

    def numbered(name: str) -> str:
        if name in notes and name not in numbers:
            numbers[name] = len(numbers) + 1
            note = f"[{numbers[name]}] {_note(notes[name], numbers[name])}"
            (cited if _CITES.search(note) else waiting).append(Piece(Shape.TEXT, note))
        return f"[{numbers.get(name, name)}]"

    for piece in pieces:
        is_item = piece.shape in {Shape.ITEM, Shape.NUMBERED}
        if not is_item:
            yield from _taken(waiting)
        yield replace(piece, text=_NOTE_MARK.sub(lambda mark: numbered(mark[1]), piece.text))
        if not is_item:
            yield from _taken(waiting)
    for name in notes:
        numbered(name)
    yield from waiting
    yield from [Piece(Shape.HEADING, _REFERENCES, 2), *cited] if cited else []


def _taken(pieces: list[Piece]) -> list[Piece]:
    taken = pieces[:]
    pieces.clear()
    return taken


def _note(text: str, number: int) -> str:
    if number > MOST_NOTES:
        return clean(text)
    rendered = _parser().render(fit_for_commonmark([text], usual_headings()))
    return " ".join(piece.text for piece in read_html(rendered, article=False).pieces)
