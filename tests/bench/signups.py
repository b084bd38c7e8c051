"""Sign-ups by the core's own verb into SQLite, while the letters leave beside them."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from digest.joining import ask
from digest.models import Subscriber
from digest.post import send_waiting
from digest.transports.memory import MemoryTransport
from tests.newsletter import a_digest

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
