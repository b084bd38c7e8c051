"""RSS, RDF and Atom into items, through feedparser. Runs in a child process: see `sandbox.py`."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

import feedparser

from digest.sources.clean import clean, clean_title
from digest.sources.escapes import most_text_first
from digest.sources.fragment import read_fragment
from digest.sources.items import MOST_ENTRIES, Item, NotAFeed, ParsedFeed
from digest.sources.markup import TooDeep
from digest.sources.pieces import Piece
from digest.sources.xmlbytes import fit, without_prefix

#: Categories of one entry that are looked at.
MOST_CATEGORIES = 50

_FEED_LINK = re.compile(
    rb"<link\b(?=[^<>]{0,2000}\btype=[\"']?application/(?:rss|atom|feed)\+)[^<>]{0,2000}\bhref=[\"']?([^\"'\s>]{1,500})",
    re.IGNORECASE,
)
#: What a picture or a film shows. feedparser takes it for the entry's own text; under this name it keeps it apart.
_SHOWN = re.compile(rb"(</?(?:media|mrss):)description(?=[\s/>])")
#: So many titles, opened and closed, are more than those of an empty feed and its picture.
_TITLES_OF_ENTRIES = 3
#: How other kinds of files begin, and what they are.
_OTHERS = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
#: Elements in the order in which their dates are believed: the journal's own before the feed's.
_DATES = ("published", "prism_publicationdate", "prism_coverdate", "dc_date", "created", "updated")
_JOURNALS = ("prism_publicationname", "dc_source")
#: Relations of the page itself (RFC 4287, 4.2.7.2; the registry's own addresses for them included).
_PAGE = frozenset({"alternate", "canonical", "http://www.iana.org/assignments/relation/alternate"})
_NO_PAGE = 3
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
    found = fit(data, charset=charset)
    parsed = _parsed(found.data, found.charset)
    if not parsed.entries and (stripped := without_prefix(found.data)):
        parsed = _parsed(stripped, found.charset)
    if not parsed.entries and not parsed.get("version"):
        raise NotAFeed(_what_it_is(data))
    if not parsed.entries and found.data.count(b"<title") + found.data.count(b":title") >= _TITLES_OF_ENTRIES:
        raise NotAFeed("it lists no entries in a form that we read: `item` in RSS and RDF, `entry` in Atom")
    items = tuple(map(_Entry(atom=parsed.version.startswith("atom")).item, parsed.entries[: 2 * MOST_ENTRIES]))
    trouble = clean(str(parsed.get("bozo_exception", "")), limit=200) if parsed.bozo else found.trouble
    return ParsedFeed(
        items=items[:MOST_ENTRIES],
        tail=items[MOST_ENTRIES:],
        link=_page_of(parsed.feed),
        language=_text(parsed.feed, "language"),
        dropped=found.dropped + max(0, len(parsed.entries) - 2 * MOST_ENTRIES),
        order=found.order,
        cut=found.cut,
        trouble="" if found.cut else trouble,
    )


def _parsed(data: bytes, charset: str | None) -> Any:
    headers = {"content-type": f"application/xml; charset={charset}" if charset else "application/xml"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return feedparser.parse(
            io.BytesIO(_SHOWN.sub(rb"\1text", data)),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )


def _what_it_is(data: bytes) -> str:
    kind = next((kind for begin, kind in _OTHERS if data.startswith(begin)), None)
    if kind:
        return f"it is {kind}, not a feed"
    start = data[:2_000].lower()
    if b"<html" not in start and b"<!doctype html" not in start:
        return "it is no feed in any form we read (RSS, RDF, Atom, JSON Feed)"
    found = _FEED_LINK.search(data[:200_000])
    hint = f"; it names its feed: {clean(found[1].decode('ascii', 'replace'))}" if found else ""
    return f"it is a web page, not a feed{hint}"


class _Entry:
    """Reads entries of one feed.

    Args:
        atom: the feed is Atom, which says of each text what it holds.
    """

    def __init__(self, *, atom: bool) -> None:
        self._atom = atom

    def item(self, entry: dict[str, Any]) -> Item:
        """One entry as an item."""
        pieces, trouble = self._content(entry)
        return Item(
            id=_text(entry, "id"),
            link=_page_of(entry),
            title=self._title(entry),
            pieces=pieces,
            dates=tuple(filter(None, (_text(entry, name) for name in _DATES))),
            tags=tuple(_categories(entry)),
            journal=next(filter(None, (_text(entry, name) for name in _JOURNALS)), ""),
            marks=tuple(filter(None, (_text(entry, name) for name in _MARKS))),
            language=_text(dict.get(entry, "title_detail") or {}, "language"),
            trouble=trouble,
        )

    def _title(self, entry: dict[str, Any]) -> str:
        title = dict.get(entry, "title")
        if not isinstance(title, str):
            return ""
        return clean_title(title, plain=self._is_plain(dict.get(entry, "title_detail") or {}))

    def _content(self, entry: dict[str, Any]) -> tuple[tuple[Piece, ...], str]:
        """The entry's text that says most, and why one that says more could not be read."""
        summary = dict.get(entry, "summary_detail")
        texts = [*(dict.get(entry, "content") or []), *([summary] if summary else [])]
        texts = [text for text in texts if isinstance(text.get("value"), str) and _is_text(text.get("type") or "")]
        pieces, trouble = self._first_read(texts)
        # A film's description is all that the feeds of film sites say.
        return (pieces, trouble) if pieces or trouble else self._first_read([{"value": _text(entry, "media_text")}])

    def _first_read(self, texts: list[dict[str, Any]]) -> tuple[tuple[Piece, ...], str]:
        trouble = ""
        for place in most_text_first([text["value"] for text in texts]):
            text = texts[place]
            markdown = "markdown" in (text.get("type") or "")
            try:
                pieces = read_fragment(text["value"], plain=self._is_plain(text), markdown=markdown)
            except TooDeep as error:
                trouble = trouble or str(error)
                continue
            if pieces:
                return pieces, trouble
        return (), trouble

    def _is_plain(self, text: dict[str, Any]) -> bool:
        """Atom says that a text holds no markup; RSS says nothing, and feedparser guesses."""
        return self._atom and text.get("type") == "text/plain"


def _is_text(kind: str) -> bool:
    """Not a picture or a PDF written out in letters."""
    return not kind or kind.startswith("text/") or kind.endswith(("xml", "html"))


def _text(values: dict[str, Any], name: str) -> str:
    # feedparser's own lookup answers with other keys than the one asked for; a plain dictionary's does not.
    value = dict.get(values, name)
    return clean(value) if isinstance(value, str) else ""


def _page_of(entry: dict[str, Any]) -> str:
    """The address of the page itself: no comments, no picture, no feed, and none that counts readers on the way."""
    own = _text(entry, "feedburner_origlink")
    if own:
        return own
    links = [link for link in dict.get(entry, "links") or [] if isinstance(link.get("href"), str)]
    pages = [link for link in links if not _PAGE.isdisjoint((link.get("rel") or "").lower().split())]
    best = min(pages, key=lambda link: _rank(link.get("type") or ""), default=None)
    if best is not None:
        return clean(best["href"].replace("&amp;", "&")) if _rank(best.get("type") or "") < _NO_PAGE else ""
    # An RSS guid is a link by default (RSS 2.0), so feedparser makes one of any: only an address is believed.
    link, guid = dict.get(entry, "link"), _text(entry, "id")
    return guid if link in {"", guid} and guid.lower().startswith(("http://", "https://")) else ""


def _rank(kind: str) -> int:
    if kind in {"", "text/html", "html"}:
        return 0
    if kind.endswith("xhtml+xml"):
        return 1
    is_feed = kind.endswith(("atom+xml", "rss+xml", "feed+json", "rdf+xml"))
    return _NO_PAGE if is_feed or kind.startswith(("image/", "audio/", "video/")) else 2


def _categories(entry: dict[str, Any]) -> Iterator[str]:
    for tag in (dict.get(entry, "tags") or [])[:MOST_CATEGORIES]:
        term = tag.get("label") or tag.get("term")
        if isinstance(term, str) and term.strip():
            yield clean_title(term)
