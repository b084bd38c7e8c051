"""Boxes with a heading of their own in the middle of a text: what stands behind one is no more of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lxml import etree

from digest.sources.pieces import Shape
from digest.sources.walk import Found

#: The attribute that marks them in a tree, for their names are taken away as the tree is read.
_MARK: Final = "data-aside"
_TAGS: Final = frozenset({"aside", "div", "section"})
_NAMES = re.compile(
    r"(?<![a-z])(?:key-?(?:points?|facts?|takeaways?)|at-a-glance|highlights?|call-?out|(?:fact|info|summary)-?box|inset)"
    r"(?![a-z])",
    re.IGNORECASE,
)


def mark_aside(element: etree._Element) -> None:
    """Remember a box that stands apart from the text around it."""
    if element.tag == "aside" or (element.tag in _TAGS and _NAMES.search(element.get("class") or "")):
        element.set(_MARK, "")


def asides_of(root: etree._Element, found: Sequence[Found]) -> list[int]:
    """Of each piece the box apart in which it stands, numbered from 1; 0 for those of the text itself.

    Only a box counts that begins with a heading and has a text below it.
    """
    if root.find(f".//*[@{_MARK}]") is None:
        return [0] * len(found)
    around = [_box_of(one.element) for one in found]
    shapes: dict[etree._Element, list[Shape]] = {}
    for one, box in zip(found, around, strict=True):
        if box is not None:
            shapes.setdefault(box, []).append(one.piece.shape)
    told = (box for box, (first, *rest) in shapes.items() if first is Shape.HEADING and {*rest} - {Shape.HEADING})
    numbers = {box: number for number, box in enumerate(told, start=1)}
    return [numbers.get(box, 0) if box is not None else 0 for box in around]


def _box_of(element: etree._Element) -> etree._Element | None:
    """The largest one around it."""
    boxes = [box for box in (element, *element.iterancestors()) if box.get(_MARK) is not None]
    return boxes[-1] if boxes else None
