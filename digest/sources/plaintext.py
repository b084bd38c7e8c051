"""Plain text into pieces: its paragraphs and lists, however its lines were broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from digest.sources.dates import is_date
from digest.sources.headings import Fact, Headings, usual_headings
from digest.sources.hyphens import Joiner
from digest.sources.listmarks import Mark, Part, marks_of
from digest.sources.pieces import MOST_PIECES, Document, Piece, Shape, is_longer, piece
from digest.sources.wrapping import SHORTEST_WRAPPED, continued, in_mid_sentence, is_ended, may_be_wrapped

#: Characters of a text that are read; the longest real extract had 40,000.
LONGEST_PLAIN = 2_000_000

_RULE = re.compile(r"(?:-{3,}|={3,}|\*{3,}|_{3,}|~{3,}|(?:[-*_] ){2,20}[-*_]|`{3,}[^`]{0,40})$")
_LABEL = re.compile(r"([^\W\d_][^:.!?]{1,50}):(?:\s|$)")
#: `a) …`, `iv. …`: an item in all but its mark.
_LETTERED = re.compile(r"\(?(?:[a-h]|[ivx]{1,4})\)\s")
_BY_LINE = re.compile(r"by [A-Z][^.!?:;]{2,40}$")
_COLUMNS = re.compile(r"(?<=\S)(?:\t| {3,40})(?=\S)")


def read_text(text: str, headings: Headings | None = None) -> Document:
    """The pieces of a text, in its order. The headings are names that mean something, which stand by themselves."""
    pieces = [made for made in _pieces(lines_of(text), headings or usual_headings()) if made.text]
    return Document(pieces=tuple(pieces[:MOST_PIECES]), cut=is_longer(pieces))


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them, with the white space in front of them and none behind."""
    text = text[:LONGEST_PLAIN].replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\u2028", "\n")
    return [line.rstrip() for line in text.replace("\u2029", "\n\n").replace("\ufeff", "").split("\n")]


def beginnings(lines: Sequence[str], marks: Mapping[int, Mark], headings: Headings) -> list[bool]:
    """Which lines are something of their own whatever stands above: an item, a label, a known heading, a date.

    In the middle of a sentence the same words are a part of it.
    """
    wrapped = may_be_wrapped(lines)
    begins: list[bool] = []
    for place, line in enumerate(lines):
        above, mark = lines[place - 1] if place else "", marks.get(place)
        is_marked = mark is not None and mark.part in {Part.ITEM, Part.RUN}
        is_inside = not line or (wrapped and in_mid_sentence(above))
        begins.append(
            is_marked
            or (is_date(line) and not line.endswith("."))
            or (not is_inside and _stands_out(line, above, headings))
        )
    return begins


def _stands_out(line: str, above: str, headings: Headings) -> bool:
    if is_date(line) or len(_COLUMNS.findall(line)) > 1 or _is_named(line, headings) or _is_name(above, headings):
        return True
    if _LETTERED.match(line):
        return is_ended(above) or len(above) < SHORTEST_WRAPPED or bool(_LETTERED.match(above))
    if _is_fact(line, headings) or _BY_LINE.match(line):
        return True
    return line[0].isupper() and (_is_fact(above, headings) or (is_label(line) and is_label(above)))


def is_label(line: str) -> bool:
    """True for a line that begins with a name and a colon."""
    return line[:1].isupper() and _LABEL.match(line) is not None


def _is_named(line: str, headings: Headings) -> bool:
    """A heading or a label with a name that means something to us."""
    label = _LABEL.match(line)
    return _is_name(label[1] if label else line, headings) or headings.dashed(line) is not None


def _is_fact(line: str, headings: Headings) -> bool:
    """A label with a fact behind it, which takes up a line."""
    label = _LABEL.match(line)
    return label is not None and len(line) > label.end() and isinstance(headings.meaning(label[1]), Fact)


def _is_name(text: str, headings: Headings) -> bool:
    return text[:1].isupper() and not text.endswith(".") and headings.meaning(text) is not None


@dataclass(slots=True)
class _Held:
    """A piece in the making."""

    shape: Shape = Shape.TEXT
    number: int = 0
    #: White space in front of its first line.
    indent: int = 0
    lines: list[str] = field(default_factory=list)


def _pieces(raw: Sequence[str], headings: Headings) -> Iterator[Piece]:
    lines = ["" if _RULE.match(line.strip()) else line.strip() for line in raw]
    marks = marks_of(lines)
    begins = beginnings(lines, marks, headings)
    goes_on = continued(lines, begins)
    join = Joiner(lines).joined
    held = _Held()
    for place, line in enumerate([*lines, ""]):
        mark, indent = marks.get(place), len(raw[place]) - len(line) if line else 0
        hangs = held.shape is not Shape.TEXT and indent > held.indent and not begins[place]
        more = mark is not None and mark.part is Part.MORE
        if line and held.lines and (goes_on[place] or hangs or more):
            held.lines.append(line)
            continue
        if held.lines:
            yield piece(held.shape, join(held.lines), number=held.number)
        held = _begun(line, mark, indent)


def _begun(line: str, mark: Mark | None, indent: int) -> _Held:
    if mark is None or mark.part is not Part.ITEM:
        return _Held(lines=[line] if line else [])
    shape = Shape.NUMBERED if mark.number else Shape.ITEM
    return _Held(shape, mark.number, indent, [line[mark.end :]])
