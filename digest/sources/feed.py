"""Feeds: RSS, RDF, Atom and JSON Feed, by address or from a local file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from digest.errors import SourceError
from digest.models import Entry, Problem, SourceState
from digest.sources.base import Collected, Known, after_success
from digest.sources.dates import read_date
from digest.sources.entries import entry_from, language_tag, text_length
from digest.sources.fetch import MOST_BYTES, Fetched, Fetcher
from digest.sources.guids import Claimed, Identity, claimed
from digest.sources.headings import Headings
from digest.sources.identity import read_doi, read_pmid, shown, web_url
from digest.sources.items import MOST_ENTRIES, Item, ParsedFeed
from digest.sources.otherpage import other_page
from digest.sources.page import read_page
from digest.sources.sandbox import Sandbox
from digest.sources.sections import Reading, read_summary
from digest.sources.tags import read_tags

#: Pages behind entries that are fetched in one visit, and the seconds that may take; the rest wait for the next visit.
MOST_PAGES = 200
MOST_PAGE_SECONDS = 600.0

#: Characters a page without known headings must have: a consent wall has fewer.
LEAST_PAGE_TEXT = 300

#: Behind the fingerprint of an entry whose page could not be had for now: it counts as changed until it can.
_WITHOUT_PAGE = "~"


@dataclass(frozen=True, kw_only=True)
class FeedSource:
    """A feed.

    Attributes:
        name: in the configuration.
        feed: an http or https address, or the path of a local file.
        fetch: how addresses are asked.
        follow: read the page behind each new or changed entry.
        headings: names of sections and facts.
        vocabulary: phrases known to be topics, to part topics that are printed run together.
        language: of entries that do not say theirs; BCP 47.
        identity: what names an entry; for feeds whose ids cannot be trusted.
    """

    name: str
    feed: str
    fetch: Fetcher = field(default_factory=Fetcher)
    follow: bool = False
    headings: Headings = field(default_factory=Headings)
    vocabulary: tuple[str, ...] = ()
    language: str = "en"
    identity: Identity = Identity.GUID

    @property
    def address(self) -> str:
        """The configured feed."""
        return self.feed

    def collect(self, state: SourceState, *, known: Known, now: datetime) -> Collected:
        """Visit the feed once.

        Raises:
            SourceError: it cannot be had or read; it says whether asking again can help.
        """
        fetched = self._fetched(state, now)
        remembered = replace(after_success(state, now=now), moved_to=fetched.moved_to)
        if fetched.unchanged:
            return Collected(state=remembered)
        with Sandbox() as sandbox:
            parsed = sandbox.read_feed(fetched.body, charset=fetched.charset)
            visit = _Visit(self, parsed, fetched, sandbox, known, now)
            entries = tuple(visit.entries())
        # Something is to be asked again: without the validators the server cannot say that nothing changed.
        etag, modified = (None, None) if visit.unfinished else (fetched.etag, fetched.modified)
        return Collected(
            entries=entries,
            problems=tuple(visit.problems),
            known=visit.known_count,
            state=replace(remembered, etag=etag, modified=modified),
        )

    def _fetched(self, state: SourceState, now: datetime) -> Fetched:
        """From where it moved to; from the configured address where that is not so, or no longer."""
        if not self.feed.lower().startswith(("http://", "https://")):
            return Fetched(url="", body=_local(self.feed))
        if state.moved_to is None:
            return self.fetch.get(self.feed, etag=state.etag, modified=state.modified, now=now)
        try:
            fetched = self.fetch.get(state.moved_to, etag=state.etag, modified=state.modified, now=now)
        except SourceError as error:
            if not error.permanent:
                raise
            return self.fetch.get(self.feed, now=now)
        return replace(fetched, moved_to=fetched.moved_to or state.moved_to)


def _local(path: str) -> bytes:
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            f"{path}: {reason}; give the path of a file, or an http(s) address", permanent=True
        ) from error
    if len(data) > MOST_BYTES:
        raise SourceError(f"{path} is larger than {MOST_BYTES:,} bytes", permanent=True)
    return data


class _Visit:
    """One pass over a parsed feed."""

    def __init__(
        self, source: FeedSource, parsed: ParsedFeed, fetched: Fetched, sandbox: Sandbox, known: Known, now: datetime
    ) -> None:
        self._source = source
        self._parsed = parsed
        self._place = shown(fetched.url) if fetched.url else source.feed
        self._base = web_url(parsed.link, base=fetched.url) or fetched.url
        self._sandbox = sandbox
        self._known = known
        self._now = now
        self._pages_left = MOST_PAGES
        self._until = time.monotonic() + MOST_PAGE_SECONDS
        self._waiting = 0
        self._asked_to_wait = False
        self.known_count = 0
        self.unfinished = False
        self.problems: list[Problem] = []

    def entries(self) -> Iterator[Entry]:
        """What is new or changed, in the feed's order."""
        self._say_what_is_wrong()
        salt = "follow" if self._source.follow else ""
        claims, problems = claimed(
            self._parsed.items, identity=self._source.identity, known=self._known, place=self._place, salt=salt
        )
        self.problems += problems
        for claim in claims:
            if self._known(claim.guid, claim.fingerprint):
                self.known_count += 1
                continue
            entry = self._entry(claim)
            if entry is not None:
                yield entry
        if self._waiting:
            self.unfinished = True
            self._problem(self._place, f"{self._waiting} entries wait for the next visit: too many pages for one")

    def _say_what_is_wrong(self) -> None:
        if self._parsed.trouble:
            self._problem(self._place, f"the feed is damaged, and was read as far as it goes: {self._parsed.trouble}")
        if self._parsed.dropped:
            self._problem(
                self._place, f"only its first {MOST_ENTRIES} entries were read, {self._parsed.dropped} were not"
            )

    def _problem(self, place: str, message: str) -> None:
        self.problems.append(Problem(place=place, message=message))

    def _entry(self, claim: Claimed) -> Entry | None:
        item, mark = claim.item, claim.fingerprint
        url = web_url(item.link, base=self._base)
        reading = self._said(item)
        if item.trouble:
            self._problem(self._named(item), f"its text cannot be read: {item.trouble}")
        if item.link and not url:
            self._problem(self._named(item), f"its link is no web address and was dropped: {item.link[:100]!r}")
        if self._source.follow and url:
            if self._pages_left <= 0 or time.monotonic() > self._until:
                self._waiting += 1
                return None
            followed = self._followed(reading, url)
            mark = mark if followed else mark + _WITHOUT_PAGE
            reading = followed or reading
            if not followed and self._known(claim.guid, mark):
                self.known_count += 1
                return None
        return self._made(claim, reading, url, mark)

    def _made(self, claim: Claimed, reading: Reading, url: str | None, mark: str) -> Entry | None:
        language = language_tag(claim.item.language, self._parsed.language, default=self._source.language)
        entry = entry_from(
            reading, source=self._source.name, guid=claim.guid, fingerprint=mark, url=url, language=language
        )
        if entry is None:
            self._problem(self._named(claim.item), "it has neither a title nor a text, so there is nothing to show")
        return entry

    def _named(self, item: Item) -> str:
        return f"{self._place}, entry {(item.title or item.id or item.link or 'without any name')[:100]!r}"

    def _said(self, item: Item) -> Reading:
        """What the feed itself says of the entry."""
        source = self._source
        reading = read_summary(
            item.pieces, headings=source.headings, headline=item.title or None, vocabulary=source.vocabulary
        )
        marks = " ".join(item.marks)
        outside = Reading(
            headline=item.title or None,
            tags=read_tags(item.tags, vocabulary=source.vocabulary),
            journal=item.journal or None,
            published=next(filter(None, map(read_date, item.dates)), None),
        )
        full = reading.or_else(outside)
        return replace(full, doi=read_doi(marks) or full.doi, pmid=read_pmid(marks) or full.pmid)

    def _followed(self, said: Reading, url: str) -> Reading | None:
        """The page's reading over the feed's; the feed's where the page has nothing; None when to ask again."""
        if self._asked_to_wait:
            self.unfinished = True
            return None
        self._pages_left -= 1
        try:
            fetched = self._source.fetch.get(url, now=self._now)
        except SourceError as error:
            self._problem(shown(url), f"the page cannot be had, so the feed's own text is used: {error}")
            self._asked_to_wait = error.retry_after is not None
            self.unfinished = self.unfinished or not error.permanent
            return said if error.permanent else None
        try:
            document = self._sandbox.read_page(fetched.body, charset=fetched.charset, headings=self._source.headings)
        except SourceError as error:
            self._problem(shown(url), f"the page cannot be read, so the feed's own text is used: {error}")
            return said
        if document.broken:
            self._problem(shown(url), "the page breaks off in its middle, so it is read again at the next visit")
            self.unfinished = True
            return None
        page = read_page(
            document, headings=self._source.headings, headline=said.headline, vocabulary=self._source.vocabulary
        )
        other = other_page(document, page, said, asked=url, final=fetched.url)
        if other:
            self._problem(shown(url), f"the page behind it is another one, so the feed's own text is used: {other.why}")
            self.unfinished = self.unfinished or other.for_now
            return None if other.for_now else said
        return self._better(page, said, url)

    def _better(self, page: Reading, said: Reading, url: str) -> Reading:
        enough = max(LEAST_PAGE_TEXT, text_length(said))
        says_more = page.is_structured or (not said.is_structured and text_length(page) >= enough)
        if not page.sections or not says_more:
            self._problem(shown(url), "the page holds no summary that we can read, so the feed's own text is used")
            return said.or_else(replace(page, sections=()))
        return replace(page.or_else(said), headline=said.headline or page.headline, doi=said.doi or page.doi)
