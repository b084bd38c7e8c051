r"""A light notation for the text of a part, so that a person can type it: what is written is read back as it was.

    A paragraph is a run of lines; an empty line ends it.

    - a point of a list
    - and another

    1. a point with a number; the first of a list says where it begins

    ## a heading inside the part

A backslash at the start of a line says that what follows is none of these: `\1. May 2026 was warm.` is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from digest.models import Block, Bullets, Paragraph, Subheading

_ESCAPE = "\\"
#: What begins a line that is no plain one; bounded, so that no text takes long.
_NUMBER = re.compile(r"(\d{1,9})[.)] ")
_HEADING = re.compile(r"#{1,6} ")
_POINTS = ("- ", "* ", "• ")


class _Kind(Enum):
    WORDS = auto()
    POINTS = auto()
    NUMBERS = auto()
    HEADING = auto()


@dataclass(slots=True)
class _Run:
    """Lines that make one block: those of each point where it is a list, else all together."""

    kind: _Kind
    texts: list[list[str]]
    start: int = 1

    @property
    def points(self) -> tuple[str, ...]:
        """Each text in one line."""
        return tuple(map(" ".join, self.texts))


def written(blocks: Iterable[Block]) -> str:
    """The blocks in this notation, with an empty line between two."""
    return "\n\n".join(filter(None, map(_written, blocks)))


def read(text: str) -> tuple[Block, ...]:
    """The blocks that are written here; nothing typed is left out, and nothing is an error."""
    return tuple(_block(run) for chunk in _chunks(text) for run in _runs(chunk))


def tidied(text: str) -> str:
    """The same text as `written` would write it."""
    return written(read(text))


def _written(block: Block) -> str:
    match block:
        case Bullets(items, ordered, start):
            marks = (f"{start + place}." if ordered else "-" for place in range(len(items)))
            return "\n".join(f"{mark} {_line(item)}" for mark, item in zip(marks, items, strict=True) if _line(item))
        case Subheading(text):
            return f"## {_line(text)}" if _line(text) else ""
        case Paragraph(text):
            line = _line(text)
            return f"{_ESCAPE}{line}" if _is_marked(line) else line


def _line(text: str) -> str:
    return " ".join(_lines(text)).strip()


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _is_marked(line: str) -> bool:
    return line.startswith(_ESCAPE) or _marked(line)[0] is not _Kind.WORDS


def _marked(line: str) -> tuple[_Kind, int, str]:
    """What a line is, the number it bears, and its words."""
    if line.startswith(_POINTS):
        return _Kind.POINTS, 1, line[2:].strip()
    if found := _NUMBER.match(line):
        return _Kind.NUMBERS, int(found[1]), line[found.end() :].strip()
    if found := _HEADING.match(line):
        return _Kind.HEADING, 1, line[found.end() :].strip()
    return _Kind.WORDS, 1, line


def _chunks(text: str) -> Iterator[list[str]]:
    """The lines between empty lines."""
    chunk: list[str] = []
    for line in _lines(text):
        if line:
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _runs(lines: Sequence[str]) -> list[_Run]:
    runs: list[_Run] = []
    for line in lines:
        if line.startswith(_ESCAPE):
            kind, number, words = _Kind.WORDS, 1, line[1:].strip() or line
        else:
            kind, number, words = _marked(line)
        last = runs[-1] if runs else None
        if last and kind is _Kind.NUMBERS and last.kind is _Kind.WORDS and number != 1:
            # A line that was broken before a number: "in the year / 42. That was early." (as CommonMark has it).
            kind, words = _Kind.WORDS, line
        if last and kind is _Kind.WORDS and last.kind is not _Kind.HEADING:
            last.texts[-1].append(words)
        elif last and kind is last.kind and kind in (_Kind.POINTS, _Kind.NUMBERS):
            last.texts.append([words])
        else:
            runs.append(_Run(kind, [[words]], number))
    return runs


def _block(run: _Run) -> Block:
    match run.kind:
        case _Kind.POINTS:
            return Bullets(run.points)
        case _Kind.NUMBERS:
            return Bullets(run.points, ordered=True, start=run.start)
        case _Kind.HEADING:
            return Subheading(run.points[0])
        case _Kind.WORDS:
            return Paragraph(run.points[0])
