"""What a class or an id says about a box of a page: "share-buttons" is furniture, "social-support" a heading's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

#: Boxes around a heading, each beginning with the one before, whose names may be made of it.
MOST_BOXES = 3

#: Words that stand for furniture.
_FURNITURE: Final = frozenset(
    (
        *("related", "recommended", "share", "sharing", "social", "cookie", "cookies", "consent", "newsletter"),
        *("breadcrumb", "breadcrumbs", "advert", "advertisement", "promo", "navigation", "nav", "menu", "pagination"),
        *("skip", "comment", "comments", "sidebar"),
    )
)
#: Words with which such names are made longer.
_COMMON: Final = frozenset(
    (
        *("also", "and", "area", "article", "articles", "banner", "bar", "block", "body", "bottom", "box", "button"),
        *("buttons", "card", "cards", "col", "column", "container", "content", "count", "cta", "desktop", "foot"),
        *("footer", "for", "form", "global", "grid", "group", "has", "head", "header", "heading", "icon", "icons"),
        *("in", "inline", "inner", "is", "item", "items", "js", "layout", "left", "like", "likes", "link", "links"),
        *("list", "main", "may", "media", "message", "mobile", "modal", "module", "more", "network", "networks"),
        *("no", "notice", "outer", "overlay", "page", "pages", "panel", "policy", "popup", "post", "posts", "primary"),
        *("read", "reading", "right", "row", "secondary", "section", "sign", "signup", "single", "site", "sticky"),
        *("stories", "story", "sub", "subscribe", "text", "the", "this", "title", "to", "toolbar", "tools", "top"),
        *("up", "widget", "with", "wp", "wrap", "wrapper", "you"),
    )
)
_FURNITURE_OR_COMMON: Final = _FURNITURE | _COMMON
_ROLES: Final = frozenset(
    {"alertdialog", "contentinfo", "dialog", "menu", "menubar", "navigation", "search", "toolbar"}
)
_MAYBE = re.compile("|".join(sorted(_FURNITURE)), re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LETTERS = re.compile(r"[^\W\d_]+")


def is_marked(element: etree._Element) -> bool:
    """True where a name of the element has a word for furniture in it."""
    named = " ".join((element.get("class") or "", element.get("id") or "", element.get("aria-label") or ""))
    if not _MAYBE.search(named):
        return element.get("role") in _ROLES
    return element.get("role") in _ROLES or any(_FURNITURE.intersection(words) for words in _names(element))


def is_named_after_more(element: etree._Element) -> bool:
    """True where a name has a word for furniture in it, and words of other things: "comments-on-limits"."""
    marked = [words for words in _names(element) if _FURNITURE.intersection(words)]
    return bool(marked) and not any(map(_FURNITURE_OR_COMMON.issuperset, marked))


def is_about_something(element: etree._Element, said: str) -> bool:
    """True for a marked element whose names are made of the words in it.

    Args:
        element: the element.
        said: its heading; where it has none, the words it begins with.
    """
    if element.get("role") in _ROLES:
        return False
    marked = [words for words in _names(element) if _FURNITURE.intersection(words)]
    spoken = {word.casefold() for word in _LETTERS.findall(said)}
    return all(spoken.issuperset(words) and not _FURNITURE_OR_COMMON.issuperset(words) for words in marked)


def forget_names_of(heading: etree._Element, said: str) -> None:
    """Take away the names that were made of a heading, from it and from the boxes that begin with it.

    They tell nothing that the heading does not, and others may take a word in them for furniture.
    """
    spoken = {word.casefold() for word in _LETTERS.findall(said)}
    box: etree._Element | None = heading
    for _ in range(MOST_BOXES):
        if box is None:
            return
        for attribute in ("id", "class"):
            names = (box.get(attribute) or "").split()
            kept = [name for name in names if not _is_made_of(name, spoken)]
            if len(kept) < len(names):
                box.set(attribute, " ".join(kept))
        parent = box.getparent()
        begins = box.getprevious() is None and parent is not None and not (parent.text or "").strip()
        box = parent if begins else None


def _is_made_of(name: str, spoken: set[str]) -> bool:
    words = {word.casefold() for word in _WORD.findall(name)}
    return words <= spoken and (len(words) > 1 or words == spoken) and bool(words)


def _names(element: etree._Element) -> Iterator[list[str]]:
    """The words of each of its names."""
    given = [*(element.get("class") or "").split(), element.get("id") or "", element.get("aria-label") or ""]
    return ([word.casefold() for word in _WORD.findall(name)] for name in given[:30] if name)
