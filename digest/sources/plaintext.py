"""Plain text and Markdown into pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.sources.pieces import MOST_PIECES, Document, Piece, Shape, piece

#: Characters of a text that are read; the longest real extract had 40,000.
LONGEST_PLAIN = 2_000_000
#: A text none of whose lines is longer was wrapped by hand, and its lines belong together.
WRAPPED_AT = 100
#: A line shorter than this ends its paragraph even in a wrapped text: it is a label, a date or a heading.
SHORT_LINE = 45

_ATX = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_BULLET = re.compile(r"^[-*•·▪◦‣]\s+(?=\S)(.*)$")
_NUMBERED = re.compile(r"^\(?\d{1,3}[.)]\s+(?=\S)(.*)$")
_FENCE = re.compile(r"^(?:-{3,}|={3,}|\*{3,}|_{3,}|~{3,}|`{3,}.*)$")
_SETEXT = re.compile(r"^(?:={3,}|-{3,})$")
_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\([^)\s]{0,2000}(?:\s+\"[^\"\n]{0,200}\")?\)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|_|`)(?=\S)([^\n*_`]{1,500}?)(?<=\S)\1(?!\w)")
_BOLD_LEAD = re.compile(r"^(\*\*|__)(?=\S)([^\n*_]{1,120}?)\1\s*(.*)$")
_LABEL_LINE = re.compile(r"^[^\s:][^:.!?]{1,50}:(?:\s|$)")


def read_text(text: str, *, markdown: bool = False) -> Document:
    """The pieces of a text, in its order. With `markdown`, its headings, lists, emphasis and links are read as such."""
    lines = text[:LONGEST_PLAIN].replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").split("\n")
    lines = [line.strip().strip("\ufeff") for line in lines]
    paragraphs = _marked_down(lines) if markdown else _paragraphs(lines)
    pieces = [made for made in paragraphs if made.text]
    return Document(pieces=tuple(pieces[:MOST_PIECES]), cut=len(pieces) > MOST_PIECES)


def _paragraphs(lines: list[str]) -> Iterator[Piece]:
    while lines and not lines[-1]:
        lines.pop()
    wrapped = "" in lines and max(map(len, lines), default=0) <= WRAPPED_AT
    held: list[str] = []
    for line in [*lines, ""]:
        own = _own_piece(line)
        ends = not line or own is not None or not wrapped or _stands_alone(held)
        if held and ends:
            yield _joined(held)
            held = []
        if own is not None and not wrapped:
            yield own
        elif line and not _FENCE.match(line):
            held.append(line)
    if held:
        yield _joined(held)


def _own_piece(line: str) -> Piece | None:
    """A list item, which never continues the line above."""
    for shape, pattern in ((Shape.ITEM, _BULLET), (Shape.NUMBERED, _NUMBERED)):
        found = pattern.match(line)
        if found:
            return piece(shape, found[1])
    return None


def _stands_alone(held: list[str]) -> bool:
    return len(held) == 1 and len(held[0]) < SHORT_LINE


def _joined(held: list[str]) -> Piece:
    first = _own_piece(held[0])
    if first is None:
        return piece(Shape.TEXT, " ".join(held))
    return piece(first.shape, " ".join([first.text, *held[1:]]))


def _marked_down(lines: list[str]) -> Iterator[Piece]:
    held: list[str] = []
    for place, line in enumerate([*lines, ""]):
        below = lines[place + 1] if place + 1 < len(lines) else ""
        heading = _heading(line, below)
        if held and (not line or heading or _own_piece(line) or _FENCE.match(line) or _LABEL_LINE.match(line)):
            yield _flowing(held)
            held = []
        if heading:
            yield heading
        elif line and not _FENCE.match(line):
            held.append(line.lstrip("> "))


def _heading(line: str, below: str) -> Piece | None:
    atx = _ATX.match(line)
    if atx:
        return piece(Shape.HEADING, _unmarked(atx[2]), level=len(atx[1]))
    # A rule under a line makes it a heading; under nothing it is only a rule, and `---` opens a block of labels.
    if line and _SETEXT.match(below) and not _FENCE.match(line) and not _LABEL_LINE.match(line):
        return piece(Shape.HEADING, _unmarked(line), level=1 if below[0] == "=" else 2)
    return None


def _flowing(held: list[str]) -> Piece:
    made = _joined(held)
    bold = _BOLD_LEAD.match(made.text)
    if bold and not bold[3]:
        return piece(Shape.HEADING, _unmarked(bold[2]), level=7)
    lead = _unmarked(bold[2]) if bold else ""
    return piece(made.shape, _unmarked(made.text), lead=lead)


def _unmarked(text: str) -> str:
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text))
