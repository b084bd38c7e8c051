"""JSON Feed (jsonfeed.org, 1 and 1.1) into items: feedparser does not read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from digest.sources.clean import clean, clean_title
from digest.sources.items import MOST_ENTRIES, Item, NotAFeed, ParsedFeed
from digest.sources.markup import TooDeep, read_html
from digest.sources.pieces import Piece
from digest.sources.plaintext import read_text


def is_json(data: bytes) -> bool:
    """True for what can only be JSON: no XML begins with a brace or a bracket."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def parse_json(data: bytes) -> ParsedFeed:
    """Take a JSON Feed apart.

    Raises:
        NotAFeed: it is not JSON, or not a JSON Feed.
    """
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"it looks like JSON but cannot be read: {str(error)[:200]}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAFeed("it is JSON, but no JSON Feed: an object with a list `items` was expected")
    found = [item for item in feed["items"] if isinstance(item, dict)]
    return ParsedFeed(
        items=tuple(map(read_item, found[:MOST_ENTRIES])),
        link=_text(feed, "home_page_url"),
        language=_text(feed, "language"),
        dropped=max(0, len(found) - MOST_ENTRIES),
        trouble="" if len(found) == len(feed["items"]) else "some of its items are no objects",
    )


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
    marked_up, text = item.get("content_html"), item.get("content_text")
    try:
        if isinstance(marked_up, str) and marked_up.strip():
            return read_html(marked_up).pieces, ""
    except TooDeep as error:
        return (), str(error)
    text = text if isinstance(text, str) and text.strip() else item.get("summary")
    return (read_text(text).pieces, "") if isinstance(text, str) else ((), "")
