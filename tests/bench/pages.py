"""How long pages take with 100,000 subscribers and 50,000 summaries: each asked for in this process, through ASGI.

What a page finds out behind itself (a check, a survey, an issue's pool) is waited for first: what is measured is the
page, not the work of another one. Previews are each of another reader, so nobody's own mail is looked up twice.

To have a page measured, add its path to `PAGES`. `BENCH_READERS` and `BENCH_SUMMARIES` ask for other numbers.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
import yaml
from starlette.testclient import TestClient

from digest import access, approving
from digest.app import make_digest
from digest.checks import Verdict
from digest.config import load_settings
from digest.links import link
from digest.models import DeliveryState, Entry, Length, Person, Profile, Role
from digest.newsroom import Digest
from digest.store import search
from digest.store.store import SqlStore
from digest.store.tables import deliveries, revisions, studies, summaries
from digest.tokens import Purpose
from digest.web import make_app
from tests.factories import NOW, a_subscriber, an_entry

READERS = int(os.environ.get("BENCH_READERS", "100000"))
SUMMARIES = int(os.environ.get("BENCH_SUMMARIES", "50000"))
#: How often each page is asked for; a first time before, which is not counted.
TIMES = 9
#: The summaries of one month: the rest is older than any issue looks back.
FRESH = 40
#: How many different profiles the readers have.
PROFILES = 40

BASE = "http://localhost:8000"
#: Past issues that everybody got; of those before, only the ledger is there: a year of them stands in the list.
SENT = ("2026-09", "2026-10")
BEFORE = tuple(f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13))[10:20]
#: How long a page may take (milliseconds, median).
GOAL = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Page:
    """One page and how it is asked for: `who` is "desk", "api" or "anybody"; with a body it is a POST."""

    path: str
    who: str = "desk"
    body: dict[str, Any] | None = None
    #: False for what goes through everybody on purpose: it is measured, and not counted among the pages.
    is_quick: bool = True


#: What is measured. `{preferences}` and its like stand for the end of a reader's link; `{reader}` for the number of
#: a reader, each time another.
PAGES: tuple[Page, ...] = (
    Page(path="/desk"),
    Page(path="/desk/issues/2026-11"),
    Page(path="/desk/issues/2026-10"),
    Page(path="/desk/issues/2026-11/preview"),
    Page(path="/desk/issues/2026-11/preview?reader={reader}"),
    Page(path="/desk/issues/2026-11/mail?reader={reader}"),
    Page(path="/desk/issues/2026-11/preview?reader={reader}&part=differs&against=last"),
    Page(path="/desk/issues/2026-10/preview?reader={reader}"),
    Page(path="/desk/issues/2026-11/check"),
    Page(path="/desk/issues/2026-11/readers"),
    Page(path="/desk/issues/2026-11/send"),
    Page(path="/desk/issues/2026-10/send"),
    Page(path="/desk/issues/2026-11/log"),
    Page(path="/desk/summaries"),
    Page(path="/desk/summaries?q=fatigue"),
    Page(path="/desk/summaries?q=multiple+sclerosis"),
    Page(path="/desk/summaries?t=3&age=366"),
    Page(path="/desk/summaries/25000"),
    Page(path="/desk/subscribers"),
    Page(path="/desk/subscribers/4242"),
    Page(path="/desk/sign-in", who="anybody"),
    Page(path="/archive", who="anybody"),
    Page(path="/archive/2026-10", who="anybody"),
    Page(path="/join", who="anybody"),
    Page(path="/p/{preferences}", who="anybody"),
    Page(path="/u/{unsubscribe}", who="anybody"),
    Page(path="/w/{web_version}", who="anybody"),
    Page(path="/metrics", who="here"),
    Page(path="/api/v1/status", who="api"),
    Page(path="/api/v1/issues", who="api"),
    Page(path="/api/v1/issues/2026-11", who="api"),
    Page(path="/api/v1/issues/2026-10", who="api"),
    Page(path="/api/v1/issues/2026-11/items", who="api"),
    Page(path="/api/v1/issues/2026-11/shape", who="api"),
    Page(path="/api/v1/issues/2026-11/preview", who="api", body={"interests": ["fatigue-sleep", "vision"]}),
    Page(path="/api/v1/issues/2026-11/preview", who="api", body={"reader": "reader{reader}@example.org"}),
    Page(path="/api/v1/issues/2026-10/deliveries?cursor=50000", who="api"),
    Page(path="/api/v1/issues/2026-10/sending", who="api"),
    Page(path="/api/v1/summaries?cursor=25000", who="api"),
    Page(path="/api/v1/search?words=fatigue", who="api"),
    Page(path="/api/v1/search?words=multiple+sclerosis", who="api"),
    Page(path="/api/v1/corrections", who="api"),
    Page(path="/api/v1/summaries/25000", who="api"),
    Page(path="/api/v1/topics", who="api"),
    Page(path="/api/v1/sources", who="api"),
    Page(path="/api/v1/subscribers?cursor=50000", who="api"),
    Page(path="/api/v1/subscribers?status=unsubscribed", who="api"),
    Page(path="/api/v1/subscribers/4242", who="api"),
    Page(path="/api/v1/subscribers/4242/kept", who="api"),
    Page(path="/api/v1/subscribers/find", who="api", body={"email": "reader4242@example.org"}),
    Page(path="/api/v1/suppressions", who="api"),
    Page(path="/api/v1/issues/2026-10/audit", who="api", is_quick=False),
    Page(path="/api/v1/issues/2026-11/report", who="api", is_quick=False),
    Page(path="/api/v1/issues/2026-11/survey", who="api", is_quick=False),
)

YARDSTICK = Page(path="/healthz", who="anybody")


@dataclass(frozen=True, kw_only=True, slots=True)
class Took:
    """How long one page took, in milliseconds."""

    #: The median of answer times, and what one answer takes of a processor: other work makes only the first longer.
    median: float
    processor: float
    #: The first answer, before anything of it was known.
    first: float


@dataclass(kw_only=True, slots=True)
class Medians:
    """What pages took, in the order of `PAGES`; pages that are not served are left out."""

    pages: dict[Page, Took] = field(default_factory=dict)
    yardstick: float = 0.0

    @property
    def slowest(self) -> tuple[Page, float]:
        """The slowest of those that are to be quick, and its median."""
        return max(((page, took.median) for page, took in self.pages.items() if page.is_quick), key=lambda one: one[1])


class Visitor:
    """Asks for pages, as whoever may see them."""

    def __init__(self, digest: Digest, opened: ExitStack) -> None:
        self._clients = _clients(digest, opened)
        self._names = {
            purpose.name.lower(): link(digest, purpose, 4242, issue.id).rpartition("/")[2]
            for purpose in (Purpose.PREFERENCES, Purpose.UNSUBSCRIBE, Purpose.WEB_VERSION)
            for issue in [digest.issue(SENT[-1])]
        }
        self._readers = itertools.cycle(range(READERS // 2, READERS))

    def ask(self, page: Page) -> int:
        """The status of the answer."""
        names, client = {**self._names, "reader": str(next(self._readers))}, self._clients[page.who]
        path = page.path.format(**names)
        body = json.dumps(page.body).replace("{reader}", names["reader"]) if page.body is not None else None
        answer = client.get(path) if body is None else client.post(path, content=body, headers=_JSON)
        assert answer.status_code in (200, 404), f"{page.path}: {answer.status_code} {answer.text[:300]}"
        return int(answer.status_code)

    def took(self, page: Page) -> Took | None:
        """How long it takes; None where it is not served."""
        began = time.perf_counter()
        if self.ask(page) == HTTPStatus.NOT_FOUND:
            return None
        first = 1000 * (time.perf_counter() - began)
        self._wait()
        times = TIMES if page.is_quick else 1
        median = statistics.median(self._timed(page, time.perf_counter) for _ in range(times))
        processor = statistics.median(self._timed(page, time.process_time) for _ in range(times))
        return Took(median=median, processor=processor, first=first)

    def _timed(self, page: Page, clock: Callable[[], float]) -> float:
        began = clock()
        self.ask(page)
        return 1000 * (clock() - began)

    def _wait(self) -> None:
        self._clients["desk"].app.state.site.errands.wait()  # type: ignore[attr-defined]


_JSON = {"Content-Type": "application/json"}


def measure(say: Callable[[str], None]) -> Medians:
    """What every page takes, with a database made for it."""
    with TemporaryDirectory() as folder, a_newsletter(Path(folder), say) as digest, ExitStack() as opened:
        return measured(digest, opened, say)


def measured(digest: Digest, opened: ExitStack, say: Callable[[str], None]) -> Medians:
    """What every page of this newsletter takes."""
    visitor = Visitor(digest, opened)
    yardstick = visitor.took(YARDSTICK)
    assert yardstick is not None
    found = Medians(yardstick=yardstick.median)
    say(f"{'':<66} {'median':>8} {'of goal':>8} {'processor':>10} {'of goal':>8} {'first':>8}")
    for page in PAGES:
        took = visitor.took(page)
        if took is None:
            say(f"{page.path:<66} is not served")
            continue
        found.pages[page] = took
        told = f"{took.median:>5.0f} ms {took.median / GOAL:>7.2f}x {took.processor:>7.0f} ms"
        told += f" {took.processor / GOAL:>7.2f}x {took.first:>5.0f} ms"
        say(f"{page.path[:66]:<66} {told}{'' if page.is_quick else ' (goes through all)'}")
    return found


def _clients(digest: Digest, opened: ExitStack) -> dict[str, TestClient]:
    app = make_app(digest)

    def client(**given: Any) -> TestClient:
        return opened.enter_context(TestClient(app, base_url=BASE, follow_redirects=False, **given))

    desk, api = client(), client()
    desk.post(f"/desk/enter/{access.make_link(digest, Person(name='operator@example.org', role=Role.OPERATOR))}")
    api.headers["Authorization"] = f"Bearer {access.make_token(digest, 'bench', Role.OPERATOR)}"
    return {"desk": desk, "api": api, "anybody": client(), "here": client(client=("127.0.0.1", 50_000))}


# --- the data --------------------------------------------------------------------------------------------------


@contextmanager
def a_newsletter(folder: Path, say: Callable[[str], None]) -> Iterator[Digest]:
    """A newsletter with so many readers and summaries, past issues that everybody got, and a draft."""
    file = folder / "digest.yaml"
    file.write_text(yaml.safe_dump(_settings(folder)), encoding="utf-8")
    began = time.perf_counter()
    with make_digest(load_settings(file, {}), now=NOW, judge_spam=lambda _mail: Verdict(score=0.0)) as digest:
        _add_summaries(digest)
        _add_readers(digest)
        for label in SENT:
            _send(digest, label)
        _send_before(digest)
        digest.compose(digest.window("2026-11"))
        say(f"{READERS:,} readers, {SUMMARIES:,} summaries: made in {time.perf_counter() - began:.0f} s")
        yield digest


def _settings(folder: Path) -> dict[str, Any]:
    newsletter = {"name": "Monthly", "from": "digest@example.org", "postal_address": "1 Street", "base_url": BASE}
    people = [{"address": "operator@example.org", "role": "operator"}]
    database = f"sqlite:///{folder / 'digest.db'}"
    return {"newsletter": newsletter, "web": {"people": people}, "database": database, "archive": True}


def _add_summaries(digest: Digest) -> None:
    """Most of them old, written as the store writes them; those of the last months are what issues are made of."""
    months = len(SENT) + 1
    _add_old(digest, SUMMARIES - months * FRESH)
    for month in range(months):
        numbers = range(SUMMARIES - (month + 1) * FRESH, SUMMARIES - month * FRESH)
        entries = [_entry(digest, number) for number in numbers]
        digest.store.add_entries(entries, now=NOW - timedelta(days=15 + 30 * month))


def _add_old(digest: Digest, count: int) -> None:
    """Summaries of studies of their own; one by one through `add_entries` they would take a quarter of an hour."""
    store, then = digest.store, NOW - timedelta(days=400)
    assert isinstance(store, SqlStore)
    for start in range(1, count + 1, 5_000):
        ids = range(start, min(start + 5_000, count + 1))
        entries = {number: _entry(digest, number) for number in ids}
        with store.begin() as connection:
            connection.execute(sa.insert(studies), [{"id": number, "known_since": then} for number in ids])
            connection.execute(sa.insert(summaries), [_summary_row(entries[number], number, then) for number in ids])
            connection.execute(sa.insert(revisions), [_revision_row(entries[number], number, then) for number in ids])
            for number in ids:
                search.index(connection, number, 1, entries[number])


def _summary_row(entry: Entry, number: int, then: datetime) -> dict[str, Any]:
    row = {"id": number, "study_id": number, "revision": 1, "added_at": then, "title_hash": str(number)}
    return {**row, "source": entry.source, "guid": f"old {entry.guid}"}


def _revision_row(entry: Entry, number: int, then: datetime) -> dict[str, Any]:
    return {"summary_id": number, "revision": 1, "content_hash": str(number), "seen_at": then, "entry": entry}


def _entry(digest: Digest, number: int) -> Entry:
    topics = [topic for topic in digest.tree.topics if topic.terms]
    term = topics[number % len(topics)].terms[0]
    return an_entry(
        str(number),
        headline=f"Multiple sclerosis, {term}, and study number {number}",
        tags=("multiple sclerosis", term),
        fingerprint=str(number),
    )


def _add_readers(digest: Digest) -> None:
    chance = random.Random(7)
    ids = [topic.id for topic in digest.tree.topics]
    profiles = [
        Profile(interests=tuple(chance.sample(ids, chance.randint(0, 6))), length=chance.choice([*Length]))
        for _ in range(PROFILES)
    ]
    for start in range(1, READERS + 1, 5_000):
        numbers = range(start, min(start + 5_000, READERS + 1))
        readers = [a_subscriber(f"reader{n}@example.org") for n in numbers]
        digest.store.save_subscribers([replace(one, profile=chance.choice(profiles)) for one in readers], now=NOW)


def _send(digest: Digest, label: str) -> None:
    """An issue that everybody got. Its mails are written down as accepted at once: nothing is to be sent here."""
    digest.compose(digest.window(label))
    approving.approve(digest, digest.issue(label), by="bench")
    store = digest.store
    assert isinstance(store, SqlStore)
    waiting = deliveries.c.state == DeliveryState.PENDING
    with store.begin() as connection:
        then = NOW - timedelta(days=1)
        done = {"state": DeliveryState.ACCEPTED, "via": "file", "first_tried_at": then, "finished_at": then}
        connection.execute(sa.update(deliveries).where(waiting).values(**done, attempts=1))


def _send_before(digest: Digest) -> None:
    """Older issues without anything in them, and for each a ledger as the last one's."""
    store = digest.store
    assert isinstance(store, SqlStore)
    last = digest.issue(SENT[-1])
    columns = [column for column in deliveries.c if column.name not in ("id", "issue_id")]
    for label in BEFORE:
        issue = store.add_issue(digest.window(label), now=NOW)
        store.freeze(issue.id, (), pool=digest.pool(issue).dumps(), content_hash="", approved_by="bench", now=NOW)
        rows = sa.select(sa.literal(issue.id), *columns).where(deliveries.c.issue_id == last.id)
        with store.begin() as connection:
            names = ["issue_id", *(column.name for column in columns)]
            connection.execute(sa.insert(deliveries).from_select(names, rows))
