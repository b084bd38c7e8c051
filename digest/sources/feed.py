"""Feeds: RSS, RDF, Atom and JSON Feed, by address or from a local file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from digest.errors import SourceError
from digest.models import Entry, Problem, SourceState
from digest.sources.base import Collected, Known, Teaching, after_success, untaught
from digest.sources.entries import entry_from, language_tag
from digest.sources.fetch import MOST_BYTES, Fetched, Fetcher, believed
from digest.sources.guids import Claimed, Identity, Naming, claimed, items_read
from digest.sources.headings import Headings
from digest.sources.identity import shown, web_url
from digest.sources.items import Item, ParsedFeed
from digest.sources.original import Manner, Original, better, packed, read_item, read_page_as, says_more
from digest.sources.otherpage import other_page
from digest.sources.pieces import Document
from digest.sources.reading import Reading
from digest.sources.sandbox import Sandbox
from digest.sources.unpack import unpacked

#: Pages behind entries that are fetched in one visit, and the seconds that may take; the rest wait for the next visit.
MOST_PAGES = 200
MOST_PAGE_SECONDS = 600.0

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

    @property
    def manner(self) -> Manner:
        """How its documents are read."""
        return Manner(headings=self.headings, vocabulary=self.vocabulary)

    def collect(self, state: SourceState, *, known: Known, now: datetime, learnt: Teaching = untaught) -> Collected:
        """Visit the feed once.

        Raises:
            SourceError: it cannot be had or read; it says whether asking again can help.
        """
        fetched = self._fetched(believed(state, now=now), now)
        remembered = replace(after_success(state, now=now), moved_to=fetched.moved_to)
        if fetched.unchanged:
            return Collected(state=remembered)
        with Sandbox() as sandbox:
            parsed = sandbox.read_feed(fetched.body, charset=fetched.charset)
            visit = _Visit(self, parsed, fetched, sandbox, known, now, learnt)
            entries = tuple(visit.entries())
        # Something is to be asked again: without the validators the server cannot say that nothing changed.
        asks_again = visit.unfinished or parsed.cut
        etag, modified = (None, None) if asks_again else (fetched.etag, fetched.modified)
        return Collected(
            entries=entries,
            originals=visit.originals,
            problems=tuple(visit.problems),
            known=visit.known_count,
            state=replace(remembered, etag=etag, modified=modified),
        )

    def _fetched(self, state: SourceState, now: datetime) -> Fetched:
        """From where it moved to; from the configured address where that is not so, or no longer."""
        if not self.feed.lower().startswith(("http://", "https://")):
            found = unpacked(_local(self.feed), most=MOST_BYTES)
            return Fetched(url="", body=found.body, broken=found.broken)
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
        self,
        source: FeedSource,
        parsed: ParsedFeed,
        fetched: Fetched,
        sandbox: Sandbox,
        known: Known,
        now: datetime,
        learnt: Teaching,
    ) -> None:
        self._source = source
        self._parsed = parsed
        self._fetched = fetched
        self._place = shown(fetched.url) if fetched.url else source.feed
        self._base = web_url(parsed.link, base=fetched.url) or fetched.url
        self._sandbox = sandbox
        self._known = known
        self._now = now
        self._learnt = learnt
        self._pages_left = MOST_PAGES
        self._until = time.monotonic() + MOST_PAGE_SECONDS
        self._waiting = 0
        self._asked_to_wait = False
        self.known_count = 0
        self.unfinished = False
        self.problems: list[Problem] = []
        #: By the guids of their entries.
        self.originals: dict[str, bytes] = {}

    def entries(self) -> Iterator[Entry]:
        """What is new or changed, in the feed's order."""
        salt = "follow" if self._source.follow else ""
        naming = Naming(identity=self._source.identity, known=self._known, salt=salt)
        items, left_out = items_read(self._parsed, naming)
        self._say_what_is_wrong(left_out)
        claims, problems = claimed(items, naming, place=self._place)
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

    @cached_property
    def _manner(self) -> Manner:
        return self._source.manner.knowing(self._learnt())

    def _say_what_is_wrong(self, left_out: str) -> None:
        parsed, fetched = self._parsed, self._fetched
        if fetched.broken or parsed.cut:
            self._problem(
                self._place,
                f"it broke off in transit and was read as far as it came ({fetched.broken or 'its end is missing'});"
                " the next visit asks for all of it",
            )
        if parsed.trouble:
            self._problem(self._place, f"the feed is damaged, and was read as far as it goes: {parsed.trouble}")
        for remark in filter(None, (left_out, fetched.remark)):
            self._problem(self._place, remark)

    def _problem(self, place: str, message: str) -> None:
        self.problems.append(Problem(place=place, message=message))

    def _entry(self, claim: Claimed) -> Entry | None:
        item, mark = claim.item, claim.fingerprint
        url = web_url(item.link, base=self._base)
        if item.trouble:
            self._problem(self._named(item), f"its text cannot be read: {item.trouble}")
        if item.link and not url:
            self._problem(self._named(item), f"its link is no web address and was dropped: {item.link[:100]!r}")
        read = _Read(read_item(item, self._manner))
        if self._source.follow and url:
            if self._pages_left <= 0 or time.monotonic() > self._until:
                self._waiting += 1
                return None
            read = self._followed(read.reading, url)
            mark = mark if read.is_final else mark + _WITHOUT_PAGE
            if not read.is_final and self._known(claim.guid, mark):
                self.known_count += 1
                return None
        return self._made(claim, read, url, mark)

    def _made(self, claim: Claimed, read: _Read, url: str | None, mark: str) -> Entry | None:
        language = language_tag(claim.item.language, self._parsed.language, default=self._source.language)
        entry = entry_from(
            read.reading, source=self._source.name, guid=claim.guid, fingerprint=mark, url=url, language=language
        )
        if entry is None:
            self._problem(self._named(claim.item), "it has neither a title nor a text, so there is nothing to show")
            return None
        self.originals[claim.guid] = packed(Original(item=claim.item, page=read.page))
        return entry

    def _named(self, item: Item) -> str:
        return f"{self._place}, entry {(item.title or item.id or item.link or 'without any name')[:100]!r}"

    def _followed(self, said: Reading, url: str) -> _Read:
        """The page's reading over the feed's; the feed's where the page has nothing, or is another one."""
        page, is_final = self._page(url)
        if page is None:
            return _Read(said, is_final=is_final)
        reading = read_page_as(page.document, self._manner, said=said)
        other = other_page(page.document, reading, said, asked=url, final=page.url)
        if other:
            self._problem(shown(url), f"the page behind it is another one, so the feed's own text is used: {other.why}")
            self.unfinished = self.unfinished or other.for_now
            return _Read(said, is_final=not other.for_now)
        if not says_more(reading, said):
            self._problem(shown(url), "the page holds no summary that we can read, so the feed's own text is used")
        return _Read(better(reading, said), page=page.document)

    def _page(self, url: str) -> tuple[_Page | None, bool]:
        """The page, taken apart, or None; and whether that is final: else it is to be asked for again."""
        if self._asked_to_wait:
            self.unfinished = True
            return None, False
        self._pages_left -= 1
        try:
            fetched = self._source.fetch.get(url, now=self._now)
            if fetched.broken and not fetched.body.rstrip().lower().endswith(b"</html>"):
                raise SourceError(f"it broke off in transit: {fetched.broken}")  # noqa: TRY301 - as if it had not come
        except SourceError as error:
            self._problem(shown(url), f"the page cannot be had, so the feed's own text is used: {error}")
            self._asked_to_wait = error.retry_after is not None
            self.unfinished = self.unfinished or not error.permanent
            return None, error.permanent
        try:
            document = self._sandbox.read_page(fetched.body, charset=fetched.charset, headings=self._source.headings)
        except SourceError as error:
            self._problem(shown(url), f"the page cannot be read, so the feed's own text is used: {error}")
            return None, True
        if document.broken:
            self._problem(shown(url), "the page breaks off in its middle, so it is read again at the next visit")
            self.unfinished = True
            return None, False
        return _Page(document, fetched.url), True


@dataclass(frozen=True, slots=True)
class _Page:
    """The page behind an entry, and where it came from in the end."""

    document: Document
    url: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of an entry."""

    reading: Reading
    #: The page behind it that was taken for its own.
    page: Document | None = None
    #: False when the page is to be asked for again.
    is_final: bool = True
