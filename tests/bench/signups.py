"""Sign-ups into SQLite, by the core's own verb and by the form on the site, while the letters leave beside them."""

from __future__ import annotations

import itertools
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from digest.joining import ask
from digest.models import FeedbackKind, Subscriber, SubscriberStatus, Suppression
from digest.newsroom import Digest
from digest.post import send_waiting
from digest.transports.memory import MemoryTransport
from digest.web import make_app
from tests.factories import NOW, a_subscriber
from tests.newsletter import a_digest
from tests.web.serving import served

#: How many forms arrive at the same time.
AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class SignUps:
    """What came of them."""

    #: Sign-ups a minute.
    rate: float
    #: Commits a minute of one row each, into a table of nothing else.
    commits: float
    letters: int


def sign_up(people: int, folder: Path) -> SignUps:
    """Have so many people ask at once, each from a network of their own, and every letter sent. An error ends it."""
    transport = MemoryTransport()
    with a_digest(folder, make_transport=lambda: transport) as digest, ThreadPoolExecutor(AT_ONCE + 1) as threads:
        began = time.perf_counter()
        asked = [
            threads.submit(ask, digest, Subscriber(address=f"reader{n}@example.org"), network=f"2001:db8::{n:x}")
            for n in range(people)
        ]
        sender = threads.submit(send_waiting, digest)
        for one in asked:
            one.result()
        spent = time.perf_counter() - began
        sender.result()
        send_waiting(digest)
    return SignUps(rate=60 * people / spent, commits=_commits(people, folder), letters=len(transport.inbox))


def _commits(rows: int, folder: Path) -> float:
    with sqlite3.connect(folder / "plain.db", isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = WAL").close()
        connection.execute("PRAGMA synchronous = FULL").close()
        connection.execute("CREATE TABLE plain (words TEXT)").close()
        began = time.perf_counter()
        for number in range(rows):
            connection.execute("INSERT INTO plain VALUES (?)", [f"reader{number}@example.org"]).close()
        return 60 * rows / (time.perf_counter() - began)


@dataclass(frozen=True, kw_only=True)
class Forms:
    """What came of forms that were sent by HTTP."""

    #: Forms a minute.
    rate: float
    #: Pages a minute that ask nothing of the database, fetched the same way.
    pages: float
    letters: int


def sign_up_by_http(people: int, folder: Path) -> Forms:
    """Have so many people send the form to a served site at once, and every letter sent. A wrong answer ends it."""
    transport = MemoryTransport()
    about = {"base_url": "http://127.0.0.1"}
    limits = {"asks_an_hour": 100_000}  # all of them come from this machine
    with a_digest(folder, make_transport=lambda: transport, newsletter=about, readers=limits) as digest:
        with served(make_app(digest)) as address, httpx.Client(base_url=address, timeout=60) as client:
            rate = _a_minute(people, lambda n: client.post("/join", data={"email": f"reader{n}@example.org"}), 303)
            pages = _a_minute(people, lambda _: client.get("/healthz"), 200)
        send_waiting(digest)
    return Forms(rate=rate, pages=pages, letters=len(transport.inbox))


@dataclass(frozen=True, kw_only=True)
class Alike:
    """How long the form takes (milliseconds, median) for an address of each kind."""

    medians: Mapping[str, float]


#: What an address may be: how it is made so.
_KINDS: Mapping[str, Callable[[Digest, str], object]] = {
    "unknown": lambda _digest, _address: None,
    "reader": lambda digest, address: digest.store.save_subscribers([a_subscriber(address)], now=NOW),
    "left": lambda digest, address: digest.store.save_subscribers(
        [a_subscriber(address, status=SubscriberStatus.UNSUBSCRIBED)], now=NOW
    ),
    "complained": lambda digest, address: digest.store.suppress(
        Suppression(address=address, reason=FeedbackKind.COMPLAINT, at=NOW)
    ),
    "asked": lambda digest, address: ask(digest, Subscriber(address=address)),
}


def ask_by_kind(times: int, folder: Path) -> Alike:
    """Ask in turn for an address of each kind, so often, each of them another address."""
    about = {"base_url": "http://127.0.0.1"}
    took: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    with a_digest(
        folder, make_transport=MemoryTransport, newsletter=about, readers={"asks_an_hour": 100_000}
    ) as digest:
        for number, (kind, make) in itertools.product(range(times), _KINDS.items()):
            make(digest, f"{kind}{number}@example.org")
        send_waiting(digest)
        with served(make_app(digest)) as address, httpx.Client(base_url=address, timeout=60) as client:
            for number, kind in itertools.product(range(times), _KINDS):
                began = time.perf_counter()
                answer = client.post("/join", data={"email": f"{kind}{number}@example.org"})
                took[kind].append(1000 * (time.perf_counter() - began))
                assert answer.status_code == 303
                _rest(digest)
    return Alike(medians={kind: statistics.median(times) for kind, times in took.items()})


def _rest(digest: Digest) -> None:
    """Wait until the letter of the last answer is away: it must not slow down the next one."""
    while digest.store.letters_waiting():
        time.sleep(0.005)
    time.sleep(0.01)


def _a_minute(times: int, ask: Callable[[int], httpx.Response], expected: int) -> float:
    """How many answers a minute come; AssertionError for one that is not the expected one."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        began = time.perf_counter()
        answers = list(threads.map(lambda number: ask(number).status_code, range(times)))
        spent = time.perf_counter() - began
    if wrong := [answer for answer in answers if answer != expected]:
        raise AssertionError(f"{len(wrong)} of {times} answers were wrong, such as {wrong[0]}")
    return 60 * times / spent
