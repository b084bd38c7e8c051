"""RSS, RDF and Atom into items, through feedparser. Runs in a child process: see `sandbox.py`."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

import feedparser

from digest.sources.clean import clean, clean_title
from digest.sources.items import MOST_ENTRIES, Item, NotAFeed, ParsedFeed
from digest.sources.markup import TooDeep, plain, read_html
from digest.sources.pieces import Piece
from digest.sources.plaintext import read_text

#: Categories of one entry that are looked at.
MOST_CATEGORIES = 50

#: Anything that may stand before the root element and matters: comments and instructions may hide a DOCTYPE.
_BEFORE_ROOT = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ROOT = re.compile(rb"<[A-Za-z_]")
_SUBSET = re.compile(rb"<!DOCTYPE[^>\[]*\[|<!ENTITY", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_IS_MARKUP = re.compile(r"<[a-zA-Z!/]|&(?:[a-zA-Z]{2,8}|#\w{2,7});")
_FEED_LINK = re.compile(
    rb"<link\b(?=[^>]*\btype=[\"']?application/(?:rss|atom|feed)\+)[^>]*\bhref=[\"']?([^\"'\s>]{1,500})", re.IGNORECASE
)
#: Elements in the order in which their dates are believed: the journal's own before the feed's.
_DATES = ("published", "prism_publicationdate", "prism_coverdate", "dc_date", "created", "updated")
_JOURNALS = ("prism_publicationname", "dc_source")
_MARKS = ("id", "prism_doi", "dc_identifier", "dc_identifier_doi", "prism_url", "link", "feedburner_origlink")


def parse_xml(data: bytes, *, charset: str | None) -> ParsedFeed:
    """Take a feed apart.

    feedparser is not told where the feed came from: it would make ids absolute with it, and all would change at once
    when the feed moves. Links are made absolute later.

    Args:
        data: the bytes as they came; never a string, which feedparser may open as a path or an address.
        charset: as the server named it.

    Raises:
        NotAFeed: it is none, or it defines entities (the usual bomb).
    """
    _refuse_entities(data)
    data, dropped = _first_entries(data)
    headers = {"content-type": f"application/xml; charset={charset}" if charset else "application/xml"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = feedparser.parse(
            io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    if not parsed.entries and not parsed.get("version"):
        raise NotAFeed(_what_it_is(data))
    feed = parsed.feed
    return ParsedFeed(
        items=tuple(_item(entry) for entry in parsed.entries[:MOST_ENTRIES]),
        link=_text(feed, "link"),
        language=_text(feed, "language"),
        dropped=dropped + max(0, len(parsed.entries) - MOST_ENTRIES),
        trouble=clean(str(parsed.get("bozo_exception", "")), limit=200) if parsed.bozo else "",
    )


def _refuse_entities(data: bytes) -> None:
    # In UTF-16 and UTF-32 every other byte is zero; without those the patterns below read any of them.
    text = _BEFORE_ROOT.sub(b"", data.replace(b"\0", b"") if b"\0" in data[:64] else data)
    root = _ROOT.search(text)
    if _SUBSET.search(text, 0, root.start() if root else len(text)):
        raise NotAFeed("it defines entities of its own in a DOCTYPE, which no feed needs and attacks do")


def _first_entries(data: bytes) -> tuple[bytes, int]:
    """The feed without the entries beyond the limit, still well formed: its head, then what follows the last one."""
    ends = [found.end() for found in _ENTRY_END.finditer(data)]
    if len(ends) <= MOST_ENTRIES:
        return data, 0
    return data[: ends[MOST_ENTRIES - 1]] + data[ends[-1] :], len(ends) - MOST_ENTRIES


def _what_it_is(data: bytes) -> str:
    start = data[:2_000].lower()
    if b"<html" not in start and b"<!doctype html" not in start:
        return "it is no feed in any form we read (RSS, RDF, Atom, JSON Feed)"
    found = _FEED_LINK.search(data[:200_000])
    hint = f"; it names its feed: {clean(found[1].decode('ascii', 'replace'))}" if found else ""
    return f"it is a web page, not a feed{hint}"


def _item(entry: dict[str, Any]) -> Item:
    content, trouble = _content(entry)
    return Item(
        id=_text(entry, "id"),
        link=_link(entry),
        title=_title(entry),
        pieces=content,
        dates=tuple(filter(None, (_text(entry, name) for name in _DATES))),
        tags=tuple(_categories(entry)),
        journal=next(filter(None, (_text(entry, name) for name in _JOURNALS)), ""),
        marks=tuple(filter(None, (_text(entry, name) for name in _MARKS))),
        language=_text(dict.get(entry, "title_detail") or {}, "language"),
        trouble=trouble,
    )


def _text(values: dict[str, Any], name: str) -> str:
    # feedparser's own lookup answers with other keys than the one asked for; a plain dictionary's does not.
    value = dict.get(values, name)
    return clean(value) if isinstance(value, str) else ""


def _link(entry: dict[str, Any]) -> str:
    # An RSS guid is a link by default (RSS 2.0), so feedparser makes one of any: only an address is believed.
    link = _text(entry, "link")
    is_only_an_id = link == _text(entry, "id") and not link.lower().startswith(("http://", "https://"))
    return "" if is_only_an_id else link


def _title(entry: dict[str, Any]) -> str:
    title = dict.get(entry, "title")
    if not isinstance(title, str):
        return ""
    detail: dict[str, Any] = dict.get(entry, "title_detail") or {}
    if detail.get("type") in {"text/html", "application/xhtml+xml"} and _IS_MARKUP.search(title):
        try:
            title = plain(title)
        except TooDeep:
            title = ""
    return clean_title(title)


def _categories(entry: dict[str, Any]) -> Iterator[str]:
    for tag in (dict.get(entry, "tags") or [])[:MOST_CATEGORIES]:
        term = tag.get("label") or tag.get("term")
        if isinstance(term, str) and term.strip():
            yield clean_title(term)


def _content(entry: dict[str, Any]) -> tuple[tuple[Piece, ...], str]:
    """The longest of the entry's texts, and why it could not be read."""
    texts: list[dict[str, Any]] = [*(dict.get(entry, "content") or [])]
    summary = dict.get(entry, "summary_detail")
    texts += [summary] if summary else []
    best = max(texts, key=lambda text: len(text.get("value") or ""), default=None)
    if not best or not isinstance(best.get("value"), str):
        return (), ""
    value = best["value"]
    if best.get("type") == "text/plain" and not _IS_MARKUP.search(value):
        return read_text(value).pieces, ""
    try:
        return read_html(value).pieces, ""
    except TooDeep as error:
        return (), str(error)
