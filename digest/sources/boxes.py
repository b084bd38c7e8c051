"""What stands in a box of a page: its words, its links, its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from digest.sources.walk import HEADINGS

#: Characters outside links that make the text of a box prose, if sentences end in it.
LEAST_PROSE = 25
#: Elements without a word between two that stand beside one another.
MOST_EMPTY = 50

_NAMING = frozenset((*HEADINGS, "b", "button", "strong"))
_SENTENCE = re.compile(r"\w[.!?。](?:\s|$|[\"'”’»)\[])")


def words_in(element: etree._Element) -> str:
    """Its text in one line."""
    return " ".join("".join(element.itertext()).split())


def own_words(element: etree._Element) -> str:
    """The words that are no links."""
    parts: list[str] = []
    events = etree.iterwalk(element, events=("start", "end"))
    for event, inner in events:
        if event == "start" and inner.tag == "a" and inner is not element:
            events.skip_subtree()
        elif event == "start":
            parts.append(inner.text or "")
        elif inner is not element:
            parts.append(inner.tail or "")
    return " ".join(" ".join(parts).split())


def has_prose(element: etree._Element, least: int = LEAST_PROSE) -> bool:
    """True where sentences stand in an element, outside links, of so many characters at least."""
    words = own_words(element)
    return len(words) >= least and _SENTENCE.search(words) is not None


def is_mostly_links(element: etree._Element) -> bool:
    """True where more than half of the text is links."""
    return len(own_words(element)) * 2 < sum(map(len, element.itertext()))


def headings_in(element: etree._Element) -> Iterator[etree._Element]:
    """The headings in an element, bold print and the buttons of accordions included."""
    for inner in element.iter("*"):
        if inner.tag in _NAMING or inner.get("role") == "heading":
            yield inner


def is_title(element: etree._Element) -> bool:
    """A heading or the button of an accordion, and nothing beside it."""
    words = words_in(element)
    return any(words_in(one) == words for one in headings_in(element) if one.tag not in {"b", "strong"})


def beside(element: etree._Element, step: int) -> etree._Element | None:
    """The next element with words in it, if it is that near that nothing else stands between."""
    tail = element.tail if step > 0 else None
    for _ in range(MOST_EMPTY):
        if (tail or "").strip():
            return None
        near = element.getnext() if step > 0 else element.getprevious()
        if near is None or (step < 0 and (near.tail or "").strip()):
            return None
        if words_in(near):
            return near
        element, tail = near, near.tail if step > 0 else None
    return None


def touches_words(element: etree._Element) -> bool:
    """True where words stand before it or behind it in the same line."""
    return any(map(str.strip, _around(element)))


def stands_in_words(element: etree._Element) -> bool:
    """True where words stand before it and behind it in the same line."""
    return all(map(str.strip, _around(element)))


def _around(element: etree._Element) -> tuple[str, str]:
    before, parent = element.getprevious(), element.getparent()
    left = (parent.text if parent is not None else "") if before is None else before.tail
    return left or "", element.tail or ""
