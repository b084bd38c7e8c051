"""The lab: one issue, one way to send it, senders that are killed, and the promises nobody may break."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digest.audit import Audit, Auditor
from digest.models import Delivery, DeliveryState
from digest.store.store import SqlStore
from digest.transports.file import FileTransport
from digest.transports.mailgun import MailgunTransport
from digest.transports.smtp import DEPTH
from tests.crashlab.sink import Arrivals
from tests.crashlab.worker import CALL, CONNECTIONS
from tests.factories import an_approved_issue

ROOT = Path(__file__).parents[2]
S = DeliveryState
#: Ends in which a reader may rightly have nothing: somebody or something said so, and the ledger shows it.
EXPLAINED = frozenset({S.BOUNCED, S.SUPPRESSED, S.CANCELLED, S.UNKNOWN, S.SKIPPED})
#: How many messages of one sender may be in doubt when it dies, and how many of those may have left.
WINDOWS = {
    "file": FileTransport.window,
    "smtp": DEPTH * CONNECTIONS,
    "mailgun": MailgunTransport.window,
    "postmark": CALL,
}
LEFT = {**WINDOWS, "file": 0, "smtp": CONNECTIONS}


class BrokenPromise(AssertionError):  # noqa: N818 - reads as what it is
    """Somebody was lost, or mailed more often than the ledger knows."""


@dataclass(kw_only=True)
class Tally:
    """What a round came to."""

    kills: int = 0
    #: Readers who have nothing, and the ledger does not say why.
    lost: int = 0
    #: Copies beyond the first.
    extra: int = 0
    #: Second copies the ledger says are possible, and mails it leaves to a person.
    doubtful: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            kills=self.kills + other.kills,
            lost=self.lost + other.lost,
            extra=self.extra + other.extra,
            doubtful=self.doubtful + other.doubtful,
        )

    def __str__(self) -> str:
        return f"kills={self.kills} lost={self.lost} extra={self.extra} doubtful={self.doubtful}"


class Senders:
    """The process that starts senders; the labs kill them."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashlab.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def _ask(self, order: dict[str, Any]) -> int:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def start(self, **order: Any) -> int:
        return self._ask({"start": order})

    def reap(self, sender: int) -> int:
        return self._ask({"reap": sender})

    def kill(self, sender: int) -> bool:
        """Whether it was killed: False when it had ended before, well or in a trouble the round is about."""
        os.kill(sender, signal.SIGKILL)
        return self.reap(sender) == -signal.SIGKILL

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


@dataclass(kw_only=True)
class Lab:
    """One issue, one transport and one policy under fire."""

    store: SqlStore
    senders: Senders
    arrivals: Arrivals
    readers: int
    policy: str = "resend"
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    #: Senders that died in the middle of their work, by our hand or of a full disk.
    kills: int = 0

    def __post_init__(self) -> None:
        an_approved_issue(self.store, self.readers)

    # --- acting ------------------------------------------------------------------------------------------

    def start(self, **given: Any) -> int:
        url = self.store.engine.url.render_as_string(hide_password=False)
        order = {"url": url, "kind": self.arrivals.kind, "target": self.arrivals.target, "policy": self.policy}
        return self.senders.start(**order, **given)

    def wait_for(self, more: int) -> None:
        """Wait until so many more messages have arrived, or everybody's, or for as long as that should take."""
        goal = min(self.arrivals.count() + more, self.readers)
        patience = time.monotonic() + 20
        while self.arrivals.count() < goal and not self.is_over():
            assert time.monotonic() < patience, "the senders send nothing"
            time.sleep(0.0005)

    def asleep(self, running: Sequence[int]) -> int:
        """Wait until one of the senders was stopped by a signal; which."""
        patience = time.monotonic() + 20
        while time.monotonic() < patience:
            for sender in running:
                if _state_of(sender).startswith("T"):
                    return sender
            time.sleep(0.02)
        raise AssertionError("nobody fell asleep")

    def wake(self, sender: int) -> None:
        os.kill(sender, signal.SIGCONT)

    def is_over(self) -> bool:
        """Whether nothing is left that a sender could send now."""
        return not {S.PENDING, S.CLAIMED, S.INFLIGHT} & self.store.progress(1).keys()

    def kill_at_random(self, *, workers: int = 1, most: int = 60, **given: Any) -> None:
        """Start senders, and kill all of them in the middle of their work."""
        running = [self.start(**given) for _ in range(workers)]
        self.wait_for(self.chance.randrange(1, most))
        time.sleep(self.chance.uniform(0, 0.004))
        for sender in running:
            self.kills += self.senders.kill(sender)

    def run(self, *, workers: int = 1, **given: Any) -> list[int]:
        """Send until the senders end by themselves; how each ended."""
        return [self.senders.reap(sender) for sender in [self.start(**given) for _ in range(workers)]]

    def finish(self, *, workers: int = 1, hours: int = 0) -> None:
        """Send until all is said, and again after so many hours, for what was deferred."""
        for hour in range(hours + 1):
            ends = self.run(workers=workers, hours_ahead=hour)
            assert not any(ends), f"senders ended with {ends}"

    # --- looking -----------------------------------------------------------------------------------------

    @property
    def everybody(self) -> set[str]:
        return {f"reader{number}@example.org" for number in range(1, self.readers + 1)}

    @property
    def rows(self) -> list[Delivery]:
        return list(self.store.deliveries(1))

    @property
    def doubts(self) -> int:
        return sum(row.doubts for row in self.rows)

    @property
    def window(self) -> int:
        """How many messages the ledger may doubt after one death."""
        return WINDOWS[self.arrivals.kind]

    def in_state(self, *states: DeliveryState) -> set[str]:
        return {row.address for row in self.rows if row.state in states}

    def audit(self) -> Audit:
        with self.store.books(1) as book:
            auditor = Auditor(editions=book.editions)
            for row in book.rows:
                auditor.take(row)
            return auditor.audit(book)

    def tally(self) -> Tally:
        copies = self.arrivals.copies()
        unexplained = self.everybody - set(copies) - self.in_state(*EXPLAINED)
        doubtful = self.doubts + len(self.in_state(S.UNKNOWN))
        return Tally(kills=self.kills, lost=len(unexplained), extra=copies.total() - len(copies), doubtful=doubtful)

    # --- judging -----------------------------------------------------------------------------------------

    def keep(self, *, deaths: int | None = None, zombies: int = 0) -> Tally:
        """Judge what is there by the promises. Raises BrokenPromise.

        Args:
            deaths: how many senders may have been lost to view; None for those that were killed.
            zombies: how many came back from the dead, and sent what they had in hand.
        """
        tally = self.tally()
        promise(tally.lost == 0, f"{tally.lost} readers have nothing, and nobody knows why")
        promise(not (ghosts := set(self.arrivals.copies()) - self.everybody), f"strangers were mailed: {len(ghosts)}")
        never = self.in_state(S.ACCEPTED) - set(self.arrivals.copies())
        promise(not never, f"{len(never)} are called accepted and have nothing")
        promise(tally.extra <= self.doubts, f"{tally.extra} extra copies, and the ledger knows of {self.doubts}")
        ends = self.kills if deaths is None else deaths
        bound, most = self.window * (ends + zombies), LEFT[self.arrivals.kind] * ends + self.window * zombies
        promise(tally.doubtful <= bound, f"{tally.doubtful} in doubt, and at most {bound} can be")
        promise(tally.extra <= most, f"{tally.extra} extra copies, and {ends} deaths make {most} at most")
        if self.policy != "resend":
            promise(tally.extra == 0, f"{tally.extra} extra copies under {self.policy}")
        audit = self.audit()
        promise(
            audit.agrees,
            f"the books do not agree: {[one for one in audit.checks if not one.agrees]}, {audit.contradictions[:3]}",
        )
        promise(audit.extra_copies == self.doubts, "the audit counts other second copies than the ledger")
        return tally


def _state_of(process: int) -> str:
    """As ps(1) says it: T for one that was stopped."""
    asked = ["ps", "-o", "state=", "-p", str(process)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def promise(kept: bool, otherwise: str) -> None:
    """Raises BrokenPromise with these words unless it was kept."""
    if not kept:
        raise BrokenPromise(otherwise)


def locked_file(url: sa.URL) -> sa.Connection:
    """A connection that has taken SQLite's one write lock; closing it lets go."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    connection = engine.connect()
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    return connection
