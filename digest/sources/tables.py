"""Tables: a table of data as lines, each with the name of its row; and which table only sets a page's layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from digest.sources.clean import clean
from digest.sources.raised import resolved
from digest.sources.signs import before, behind

#: Characters in one cell that no figure or name has: such a cell holds a text.
LONGEST_CELL = 400
#: Cells of a row, and rows, that are read.
MOST_CELLS = 50
MOST_ROWS = 500
#: Rows a cell may span.
MOST_SPANNED = 100

_LAYOUT: Final = frozenset({"presentation", "none"})
_BLOCKS: Final = frozenset({"p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "section", "td", "th"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3"})


def is_layout(table: etree._Element) -> bool:
    """True for a table that only says where on the page something stands: its cells are read one after another."""
    if (table.get("role") or "").lower() in _LAYOUT or next(table.iterdescendants("table"), None) is not None:
        return True
    if any(next(table.iterdescendants(name), None) is not None for name in _HEADINGS):
        return True
    widest = longest = 0
    for row in table.iterdescendants("tr"):
        cells = _cells(row)
        widest = max(widest, len(cells))
        longest = max([longest, *(sum(map(len, cell.itertext())) for cell in cells)])
        if longest > LONGEST_CELL:
            return True
    return widest < 2


def lines_of(table: etree._Element) -> Iterator[str]:
    """The caption, and each row as one line: its first cell, a colon, the others.

    A cell that spans several rows names each of them.
    """
    caption = table.find("caption")
    if caption is not None and (text := _text(caption)):
        yield text
    spanned: dict[int, tuple[int, str]] = {}
    for _, row in zip(range(MOST_ROWS), table.iterdescendants("tr"), strict=False):
        texts = [text for text in _row(row, spanned) if text]
        if texts:
            yield f"{texts[0].rstrip(':')}: {'; '.join(texts[1:])}" if len(texts) > 1 else texts[0]


def _row(row: etree._Element, spanned: dict[int, tuple[int, str]]) -> Iterator[str]:
    """The cells of a row, and those of rows above that reach down to it."""
    cells = iter(_cells(row))
    column = 0
    while column < MOST_CELLS:
        if column in spanned:
            left, text = spanned.pop(column)
            width = 1
        else:
            cell = next(cells, None)
            if cell is None and not any(later > column for later in spanned):
                return
            left = _number(cell, "rowspan") if cell is not None else 1
            width = _number(cell, "colspan") if cell is not None else 1
            text = _text(cell) if cell is not None else ""
        if left > 1:
            spanned[column] = (left - 1, text)
        yield text
        column += width


def _number(cell: etree._Element, name: str) -> int:
    given = (cell.get(name) or "").strip()
    return min(MOST_SPANNED, max(1, int(given))) if given.isdecimal() and len(given) < 5 else 1


def _cells(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in row if cell.tag in {"td", "th"}][:MOST_CELLS]


def _text(cell: etree._Element) -> str:
    """The words of a cell in one line; a comma between its paragraphs or points that have no other end."""
    parts: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "start":
            parts += "\n" if _is_line(element, cell) else before(element), element.text or ""
        else:
            parts.append("\n" if _is_line(element, cell) else behind(element))
            parts.append(element.tail or "" if element is not cell else "")
    lines = filter(None, map(clean, resolved("".join(parts)).split("\n")))
    return re.sub(r"(?<=[.,;:!?]), ", " ", ", ".join(lines)).strip(" :;")


def _is_line(element: etree._Element, cell: etree._Element) -> bool:
    return element.tag in _BLOCKS and element is not cell
