"""A tree of HTML into pieces, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from digest.sentences import sentences
from digest.sources.escaped import without_tags
from digest.sources.pieces import BOLD_LEVEL, Piece, Shape, piece
from digest.sources.plaintext import read_text
from digest.sources.raised import resolved
from digest.sources.signs import FORMULAS, SIGNS, before, behind
from digest.sources.tables import is_layout, lines_of

#: A wholly bold paragraph up to this many characters is a heading.
LONGEST_BOLD_HEADING = 120
#: Characters of a list item that still are one paragraph, however many blocks it is made of.
LONGEST_ITEM = 600
#: Characters that a line has before a break, if the line behind the break may go on with its sentence.
SHORTEST_WRAPPED = 40
#: Characters of each of several texts side by side that are paragraphs of their own.
SHORTEST_SPAN = 60
#: Characters of preformatted text that may be prose.
SHORTEST_PROSE = 200

HEADINGS: Final = {f"h{level}": level for level in range(1, 7)} | {"dt": BOLD_LEVEL, "summary": BOLD_LEVEL}
BLOCKS: Final = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog"),
        *("dir", "div", "dl", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html"),
        *("legend", "li", "listing", "main", "menu", "nav", "noscript", "object", "ol", "p", "pre", "search"),
        *("section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
) | frozenset(HEADINGS)
_LISTS: Final = frozenset({"ul", "ol", "menu", "dir"})
_BOXES: Final = frozenset({"article", "aside", "body", "dd", "details", "div", "fieldset", "main", "section", "td"})
_CELLS: Final = frozenset({"cell", "gridcell", "columnheader", "rowheader"})
_BOLD: Final = frozenset({"b", "strong"})
_SIDE_BY_SIDE: Final = frozenset({"a", "span"})
_LINE_END = re.compile(r"[.!?:;…)\]\"'”’»]\s*$")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Found:
    """A piece, and the element in which its text begins."""

    piece: Piece
    element: etree._Element


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int
    step: int


@dataclass(slots=True)
class _Item:
    """A list item whose text is being read."""

    shape: Shape
    number: int
    #: Its blocks are one text.
    joined: bool
    begun: bool = False


class Walk:
    """One pass over a tree, from top to bottom, without recursion."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._heading = 0
        self._lists: list[_List] = []
        self._items: list[_Item | None] = []
        #: How many elements of a kind are open.
        self._bolds = self._links = self._formulas = 0
        self._found: list[Found] = []
        self._reset()

    def _reset(self) -> None:
        self._text: list[str] = []
        self._lead: list[str] = []
        self._lead_open = True
        self._bold = 0
        self._linked = 0
        self._length = 0
        self._place: etree._Element | None = None

    def found(self, *, most: int) -> list[Found]:
        """The pieces with their elements, no more than `most` or a few beyond."""
        events = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in events:
            if not isinstance(element.tag, str):
                continue
            if event == "end":
                self._end(element)
            elif (whole := self._whole(element)) is not None:
                events.skip_subtree()
                self._flush()
                self._found += whole
            else:
                self._start(element)
            if len(self._found) >= most:
                return self._found
        self._flush()
        return self._found

    def _whole(self, element: etree._Element) -> list[Found] | None:
        """The pieces of an element that is not walked through; None for one that is."""
        if element.tag == "table" and not self._heading and not is_layout(element):
            return [Found(piece(Shape.TEXT, line), element) for line in lines_of(element)]
        if element.tag == "pre" and len(text := "".join(element.itertext())) > SHORTEST_PROSE and "\n\n" in text:
            return [Found(one, element) for one in read_text(text).pieces]
        return None

    def _start(self, element: etree._Element) -> None:
        tag = str(element.tag)
        level = heading_level(element)
        if level or tag in BLOCKS:
            self._break(element, level)
            self._open(element, level)
        elif element.get("role") in _CELLS:
            self._text.append(" ")
        elif tag in _SIDE_BY_SIDE and _touches_its_like(element):
            self._text.append("\x1f")
        self._bolds += tag in _BOLD
        self._links += tag == "a"
        if tag in SIGNS or self._formulas:
            self._put(before(element), element)
        self._formulas += tag in FORMULAS
        self._add(element.text, element)

    def _end(self, element: etree._Element) -> None:
        tag = str(element.tag)
        level = heading_level(element)
        self._formulas -= tag in FORMULAS
        if tag in SIGNS or self._formulas:
            self._put(behind(element), element)
        self._bolds -= tag in _BOLD
        self._links -= tag == "a"
        if level or tag in BLOCKS:
            self._break(element, level)
            self._close(element, level)
        if element is not self._root:
            self._add(element.tail, element.getparent())

    def _break(self, element: etree._Element, level: int) -> None:
        """A block begins or ends here: what was read is a piece, but inside a heading, an item or a wrapped line."""
        item = self._items[-1] if self._items else None
        inside = self._heading and not level
        own_line = level > 0 or element.tag in _LISTS or element.tag == "li"
        if inside or (item and item.joined and not own_line) or self._goes_on(element):
            self._text.append(" ")
        else:
            self._flush()

    def _goes_on(self, element: etree._Element) -> bool:
        """A line broken by hand in the middle of a sentence."""
        if element.tag != "br" or self._length < SHORTEST_WRAPPED or _LINE_END.search(self._text[-1]):
            return False
        return (element.tail or "").lstrip()[:1].islower()

    def _open(self, element: etree._Element, level: int) -> None:
        tag = str(element.tag)
        self._heading = level or self._heading
        if tag in _LISTS:
            outer = self._lists[-1] if self._lists else None
            self._lists.append(_list_of(element))
            # The numbers of a list in another one are no part of its row.
            self._lists[-1].ordered = self._lists[-1].ordered and not (outer and outer.ordered)
            self._items.append(None)
        elif tag == "li":
            self._begin_item(element)

    def _begin_item(self, element: etree._Element) -> None:
        if not self._lists:
            self._lists.append(_List(ordered=False, number=1, step=1))
            self._items.append(None)
        row = self._lists[-1]
        value = _integer(element.get("value"))
        row.number = row.number if value is None else value
        shape = Shape.NUMBERED if row.ordered else Shape.ITEM
        self._items[-1] = None if _is_box(element) else _Item(shape, max(0, row.number), _is_one_text(element))
        row.number += row.step

    def _close(self, element: etree._Element, level: int) -> None:
        tag = str(element.tag)
        if level:
            self._flush()
            self._heading = 0
        elif tag in _LISTS and self._lists:
            self._flush()
            self._lists.pop()
            self._items.pop()
        elif tag == "li" and self._items:
            self._flush()
            self._items[-1] = None

    def _put(self, text: str, element: etree._Element) -> None:
        """Signs that an element stands for, with no words of its own."""
        if text:
            self._text.append(text)
            self._place = self._place if self._place is not None else element

    def _add(self, text: str | None, element: etree._Element | None) -> None:
        if not text:
            return
        self._text.append(text)
        size = len(text.strip())
        if size and self._place is None:
            self._place = element
        self._length += size
        self._bold += size if self._bolds else 0
        self._linked += size if self._links else 0
        self._lead_open = self._lead_open and (self._bolds > 0 or not size)
        if self._lead_open:
            self._lead.append(text)

    def _flush(self) -> None:
        if not self._text:
            return
        text = "".join(self._text)
        if self._place is not None and not text.isspace():
            for part in _paragraphs(text, self._place) if not self._heading else [text]:
                made = self._made(part)
                if made.text:
                    self._found.append(Found(made, self._place))
                    self._item_begun()
        self._reset()

    def _made(self, text: str) -> Piece:
        all_bold = self._bold == self._length > 0
        shape, number = self._shape(all_bold)
        return piece(
            shape,
            without_tags(resolved(text)),
            level=self._level(all_bold),
            lead="" if all_bold else resolved("".join(self._lead)),
            linked=self._length > 0 and self._linked == self._length,
            number=number,
        )

    def _item_begun(self) -> None:
        if self._items and self._items[-1] is not None:
            self._items[-1].begun = True

    def _shape(self, all_bold: bool) -> tuple[Shape, int]:
        item = self._items[-1] if self._items else None
        if self._level(all_bold):
            return Shape.HEADING, 0
        if item is None or item.begun:
            return Shape.TEXT, 0
        return item.shape, item.number if item.shape is Shape.NUMBERED else 0

    def _level(self, all_bold: bool) -> int:
        if self._heading:
            return self._heading
        in_item = bool(self._items) and self._items[-1] is not None
        as_heading = all_bold and not in_item and 0 < self._length <= LONGEST_BOLD_HEADING
        return BOLD_LEVEL if as_heading else 0


def is_block(element: etree._Element) -> bool:
    """True where a new line begins with this element."""
    return element.tag in BLOCKS or heading_level(element) > 0


def heading_level(element: etree._Element) -> int:
    """1 to 6 as HTML counts, `BOLD_LEVEL` for what only names what stands below it; 0 for what is no heading."""
    level = HEADINGS.get(str(element.tag), 0)
    if level or element.get("role") != "heading":
        return level
    return min(6, max(1, _integer(element.get("aria-level")) or 2))


def _list_of(element: etree._Element) -> _List:
    first = _integer(element.get("start"))
    # A list that begins below 1 has numbers that no list of ours can have.
    ordered = element.tag == "ol" and (first is None or first > 0)
    if element.get("reversed") is None:
        return _List(ordered, 1 if first is None else first, 1)
    return _List(ordered, sum(1 for _ in element.iterchildren("li")) if first is None else first, -1)


def _integer(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if re.fullmatch(r"-?[0-9]{1,6}", digits) else None


def _is_box(item: etree._Element) -> bool:
    """An item that has a heading or a table is a box of a page, and no point of a list."""
    return any(heading_level(inner) for inner in item.iterdescendants()) or item.find(".//table") is not None


def _is_one_text(item: etree._Element) -> bool:
    own = 0
    for element in item.iter():
        own += len(element.text or "") + (len(element.tail or "") if element is not item else 0)
        if own > LONGEST_ITEM:
            return False
    return True


def _paragraphs(text: str, place: etree._Element) -> list[str]:
    """The text; or the texts of it, where a box sets several long ones side by side."""
    if "\x1f" not in text:
        return [text]
    parts = [part for part in text.split("\x1f") if part.strip()]
    if len(parts) < 2 or closest_block(place).tag in {"p", "li"}:
        return [text]
    ends = all(len(part) >= SHORTEST_SPAN and _SENTENCE_END.search(part) for part in parts)
    # Some pages set each sentence of a paragraph apart.
    return parts if ends and any(len(sentences(part)) > 1 for part in parts) else [text]


def closest_block(element: etree._Element) -> etree._Element:
    """The element with which the line begins in which this one stands."""
    while not is_block(element) and (parent := element.getparent()) is not None:
        element = parent
    return element


def boxes_of(found: Iterable[Found]) -> list[int]:
    """Of each the box in which its lines stand, numbered from 1 in their order."""
    boxes: dict[etree._Element, int] = {}
    return [boxes.setdefault(_box_of(one.element), len(boxes) + 1) for one in found]


def _box_of(element: etree._Element) -> etree._Element:
    while element.tag not in _BOXES and (parent := element.getparent()) is not None:
        element = parent
    return element


def _touches_its_like(element: etree._Element) -> bool:
    before = element.getprevious()
    if before is None or before.tag != element.tag:
        return False
    return not before.tail or (element.tag == "span" and not before.tail.strip() and _is_prose(before))


def _is_prose(element: etree._Element) -> bool:
    text = "".join(element.itertext())
    return len(text) >= SHORTEST_SPAN and _SENTENCE_END.search(text) is not None
