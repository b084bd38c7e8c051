"""JSON Feed (jsonfeed.org, 1 and 1.1) into items: feedparser does not read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digest.sources.clean import clean, clean_title
from digest.sources.decode import decoded
from digest.sources.escapes import most_text_first
from digest.sources.fragment import read_fragment
from digest.sources.items import MOST_ENTRIES, Item, NotAFeed, Order, ParsedFeed
from digest.sources.markup import TooDeep
from digest.sources.pieces import Piece

#: A text as JSON writes it, kept; or a comma before a closing bracket, which JSON forbids and many write.
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.|\\\Z)*(?:"|\Z))|,(?=\s{0,1000}[\]}])', re.DOTALL)
_ITEMS = re.compile(r'"items"\s{0,100}:\s{0,100}\[\s{0,1000}')
_BETWEEN = re.compile(r"\s{0,1000},?\s{0,1000}")


def is_json(data: bytes) -> bool:
    """True for what can only be JSON: no XML begins with a brace or a bracket."""
    return data[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] in {b"{", b"["}


def parse_json(data: bytes, *, charset: str | None = None) -> ParsedFeed:
    """Take a JSON Feed apart. One that breaks off is read up to its last whole item.

    Raises:
        NotAFeed: it is not JSON, or not a JSON Feed.
    """
    text = decoded(data, charset=charset).lstrip("\ufeff")
    feed, trouble, cut = _loaded(text)
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAFeed("it is JSON, but no JSON Feed: an object with a list `items` was expected")
    found = [item for item in feed["items"] if isinstance(item, dict)]
    if len(found) != len(feed["items"]):
        trouble = "some of its items are no objects"
    head, tail, order = _limited(found)
    return ParsedFeed(
        items=tuple(map(read_item, head)),
        tail=tuple(map(read_item, tail)),
        link=_text(feed, "home_page_url"),
        language=_text(feed, "language"),
        dropped=len(found) - len(head) - len(tail),
        order=order,
        cut=cut,
        trouble=trouble,
    )


def _loaded(text: str) -> tuple[Any, str, bool]:
    """(what it says, what was wrong with it, whether it breaks off). Raw line ends in texts harm nobody."""
    try:
        return json.loads(text, strict=False), "", False
    except (ValueError, RecursionError) as error:
        trouble = f"it looks like JSON but cannot be read: {str(error)[:200]}"
        mended = _without_extra_commas(text)
        try:
            return json.loads(mended, strict=False), trouble if mended == text else "it has commas too many", False
        except (ValueError, RecursionError):
            items = list(_whole_items(mended))
            if not items:
                raise NotAFeed(trouble) from error
            return {"items": items}, trouble if mended.rstrip().endswith("}") else "", True


def _without_extra_commas(text: str) -> str:
    """Without commas before a closing bracket, where they stand outside of texts."""
    return _STRING_OR_COMMA.sub(lambda found: found[1] or "", text)


def _whole_items(text: str) -> Iterator[Any]:
    """The items before the place where it breaks off."""
    decoder = json.JSONDecoder(strict=False)
    start = _ITEMS.search(text)
    at = start.end() if start else len(text)
    while at < len(text):
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield item
        between = _BETWEEN.match(text, at)
        at = between.end() if between else len(text)


def _limited(
    found: Sequence[Mapping[str, Any]],
) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]], Order]:
    """The items that are read, those of the other end where nobody knows which is new, and the order."""
    beyond = len(found) - MOST_ENTRIES
    if beyond <= 0:
        return found, (), Order.UNKNOWN
    # Imported here, for few feeds are as long, and nothing else in this process needs to know a date (50 ms).
    from digest.sources.order import order_of

    order = order_of([_text(item, "date_published") or _text(item, "date_modified") for item in found])
    if order is Order.OLDEST_FIRST:
        return found[beyond:], (), order
    tail = found[max(MOST_ENTRIES, beyond) :] if order is Order.UNKNOWN else ()
    return found[:MOST_ENTRIES], tail, order


def read_item(item: Mapping[str, Any]) -> Item:
    """One item of a JSON Feed."""
    pieces, trouble = _content(item)
    link = _text(item, "url") or _text(item, "external_url")
    return Item(
        id=_text(item, "id"),
        link=link,
        title=clean_title(_text(item, "title")),
        pieces=pieces,
        dates=tuple(filter(None, (_text(item, "date_published"), _text(item, "date_modified")))),
        tags=tuple(_tags(item)),
        marks=tuple(filter(None, (_text(item, "id"), link, _text(item, "external_url")))),
        language=_text(item, "language"),
        trouble=trouble,
    )


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    # Version 1 says that a number for an id is to be read as a string.
    return clean(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _tags(item: Mapping[str, Any]) -> Iterator[str]:
    tags = item.get("tags")
    return (clean_title(tag) for tag in (tags if isinstance(tags, list) else []) if isinstance(tag, str))


def _content(item: Mapping[str, Any]) -> tuple[tuple[Piece, ...], str]:
    """The text that says most, and why one that says more could not be read."""
    texts = [(name, item.get(name)) for name in ("content_html", "content_text", "summary")]
    given = [(name, text) for name, text in texts if isinstance(text, str)]
    trouble = ""
    for place in most_text_first([text for _, text in given]):
        name, text = given[place]
        try:
            pieces = read_fragment(text, plain=name != "content_html")
        except TooDeep as error:
            trouble = trouble or str(error)
            continue
        if pieces:
            return pieces, trouble
    return (), trouble
