"""An element of a feed's entry that nobody closed ends where the next one begins, and takes no other entry along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: What has a value and no other element of a feed in it.
_VALUES: Final = frozenset(
    (
        *(b"author", b"category", b"comments", b"content", b"content:encoded", b"dc:creator", b"dc:date"),
        *(b"dc:identifier", b"description", b"guid", b"id", b"issued", b"link", b"modified", b"name", b"published"),
        *(b"pubdate", b"rights", b"source", b"summary", b"title", b"updated"),
    )
)
#: Those in which markup may stand, and what of their names is an element of markup, too.
_TEXTS: Final = frozenset({b"content", b"content:encoded", b"description", b"summary"})
_OF_MARKUP: Final = frozenset({b"content", b"link", b"source", b"summary", b"title"})
_ENTRIES: Final = frozenset({b"item", b"entry"})
_TAG = re.compile(rb"<!\[CDATA\[|<(/?)((?:[\w-]{1,50}:)?[\w-]{1,50})(?:\s[^<>]{0,2000}?)?(/?)>")


def with_ends(data: bytes) -> bytes:
    """The feed with each such element closed."""
    places = list(_missing(data))
    made: list[bytes] = []
    at = 0
    for place, name in places:
        made += [data[at:place], b"</" + name + b">"]
        at = place
    return b"".join(made) + data[at:]


def _missing(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Where which end is missing."""
    inside, open_, at = False, b"", 0
    while found := _TAG.search(data, at):
        at = found.end()
        if not found[2]:
            end = data.find(b"]]>", at)
            at = end if end >= 0 else len(data)
            continue
        closing, name = bool(found[1]), found[2].lower()
        if open_ and name == open_.lower() and closing:
            open_ = b""
        elif name in _ENTRIES:
            if open_:
                yield found.start(), open_
            inside, open_ = not closing, b""
        elif inside and name in _VALUES and not closing:
            if open_ and not (open_.lower() in _TEXTS and name in _OF_MARKUP):
                yield found.start(), open_
                open_ = b""
            open_ = open_ or (b"" if found[3] else found[2])
