"""Senders killed at random: nobody is lost, and what may be there twice is known."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from digest.models import Delivery, DeliveryState
from digest.store.store import SqlStore
from digest.transports.file import FileTransport
from digest.transports.smtp import WINDOW
from tests.factories import an_approved_issue

READERS = 400
KILLS = 6
S = DeliveryState


@dataclass
class Sink:
    """Takes every message, and remembers for whom."""

    received: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.received.extend(envelope.rcpt_tos)
        return "250 2.0.0 taken"

    @property
    def copies(self) -> Counter[str]:
        return Counter(self.received)

    @property
    def extra(self) -> int:
        return len(self.received) - len(self.copies)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        sink = Sink(port=free.getsockname()[1])
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()


class Senders:
    """The process that starts senders; the tests kill them."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.crash_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
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
        """Whether it was killed: False when it had ended well before."""
        os.kill(sender, signal.SIGKILL)
        status = self.reap(sender)
        assert status in (0, -signal.SIGKILL)
        return status != 0

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def senders() -> Iterator[Senders]:
    senders = Senders()
    yield senders
    senders.close()


@dataclass
class Lab:
    """One issue, one transport and one policy under fire."""

    store: SqlStore
    senders: Senders
    order: dict[str, Any]
    arrived: Callable[[], int]
    kills: int = 0

    def start(self, **given: Any) -> int:
        return self.senders.start(**self.order, **given)

    def wait_for(self, more: int) -> None:
        """Wait until so many more messages have arrived, or all have."""
        goal = min(self.arrived() + more, READERS)
        patience = time.monotonic() + 20
        while self.arrived() < goal:
            assert time.monotonic() < patience, "the senders send nothing"
            time.sleep(0.0005)

    def kill_at_random(self, chance: random.Random, *, workers: int = 1) -> None:
        """Start senders, kill one in the middle of its work; the others go on."""
        running = [self.start() for _ in range(workers)]
        self.wait_for(chance.randrange(1, READERS // (KILLS + 1)))
        time.sleep(chance.uniform(0, 0.004))
        for sender in running:
            self.kills += self.senders.kill(sender)

    def finish(self, *, workers: int = 1) -> None:
        """Send until all is said."""
        for sender in [self.start() for _ in range(workers)]:
            assert self.senders.reap(sender) == 0

    @property
    def rows(self) -> list[Delivery]:
        return list(self.store.deliveries(1))

    @property
    def doubts(self) -> int:
        return sum(row.doubts for row in self.rows)

    def in_state(self, state: DeliveryState) -> set[str]:
        return {row.address for row in self.rows if row.state is state}


def readers() -> set[str]:
    return {f"reader{number}@example.org" for number in range(1, READERS + 1)}


def a_lab(store: SqlStore, senders: Senders, kind: str, target: object, policy: str, arrived: Callable[[], int]) -> Lab:
    an_approved_issue(store, READERS)
    url = store.engine.url.render_as_string(hide_password=False)
    return Lab(store, senders, {"url": url, "kind": kind, "target": str(target), "policy": policy}, arrived)


def file_lab(store: SqlStore, senders: Senders, folder: Path) -> Lab:
    return a_lab(store, senders, "file", folder, "resend", lambda: len(list(folder.glob("*.eml"))))


def smtp_lab(store: SqlStore, senders: Senders, sink: Sink, policy: str = "resend") -> Lab:
    return a_lab(store, senders, "smtp", sink.port, policy, lambda: len(sink.received))


@pytest.mark.parametrize("workers", [1, 3])
def test_files_are_there_exactly_once(store: SqlStore, senders: Senders, tmp_path: Path, workers: int) -> None:
    """However often senders are killed, alone or several at once: one whole file each, and nothing else."""
    lab = file_lab(store, senders, tmp_path / "outbox")
    chance = random.Random(workers)
    for _ in range(KILLS // workers):
        lab.kill_at_random(chance, workers=workers)
    lab.finish(workers=workers)
    assert lab.kills > 0
    assert lab.in_state(S.ACCEPTED) == readers()
    files = list((tmp_path / "outbox").iterdir())
    assert {file.suffix for file in files} <= {".eml"}
    assert len(files) == READERS
    assert {file.read_bytes()[-9:] for file in files} == {b"\r\nWords.\r\n"[-9:]}
    assert lab.doubts <= FileTransport.window * lab.kills


@pytest.mark.parametrize("workers", [1, 3])
def test_over_smtp_nobody_is_lost_and_extra_copies_are_counted(
    store: SqlStore, senders: Senders, sink: Sink, workers: int
) -> None:
    """`resend`: copies beyond one are at most what the ledger counted, and that at most a window a kill."""
    lab = smtp_lab(store, senders, sink)
    chance = random.Random(workers)
    for _ in range(KILLS // workers):
        lab.kill_at_random(chance, workers=workers)
    lab.finish(workers=workers)
    assert lab.kills > 0
    assert set(sink.copies) == readers()
    assert lab.in_state(S.ACCEPTED) == readers()
    assert sink.extra <= lab.doubts <= WINDOW * lab.kills


def test_hold_sends_nobody_a_second_copy(store: SqlStore, senders: Senders, sink: Sink) -> None:
    """Who may have none is shown as unknown, every one of them."""
    lab = smtp_lab(store, senders, sink, "hold")
    chance = random.Random(3)
    for _ in range(KILLS):
        lab.kill_at_random(chance)
    lab.finish()
    assert lab.kills > 0
    assert sink.extra == 0
    unknown = lab.in_state(S.UNKNOWN)
    assert readers() - set(sink.copies) <= unknown
    assert lab.in_state(S.ACCEPTED) == readers() - unknown
    assert len(unknown) <= WINDOW * lab.kills


def stop_between_commits(sender: int, store: SqlStore) -> None:
    """Stop it where it holds no lock of the database: who holds one makes all others wait, awake or not."""
    for _ in range(100):
        os.kill(sender, signal.SIGSTOP)
        time.sleep(0.02)
        if not in_transaction(store):
            return
        os.kill(sender, signal.SIGCONT)
        time.sleep(0.003)
    raise AssertionError("the sender is never outside a transaction")


def in_transaction(store: SqlStore) -> bool:
    if store.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(store.engine.url.database), timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            other.execute("ROLLBACK")
            return False
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
    with store.engine.connect() as connection:
        return bool(connection.scalar(sa.text(f"{busy} AND pid <> pg_backend_pid()")))


def test_a_zombie_that_wakes_after_its_lease_changes_nothing(store: SqlStore, senders: Senders, sink: Sink) -> None:
    """It may finish the window it had in hand; the ledger believes who took over, and nobody else is mailed twice."""
    lab = smtp_lab(store, senders, sink)
    zombie = lab.start()
    lab.wait_for(30)
    stop_between_commits(zombie, store)
    assert senders.reap(lab.start(hours_ahead=2)) == 0
    before = lab.rows
    os.kill(zombie, signal.SIGCONT)
    assert senders.reap(zombie) == 0
    assert lab.rows == before
    assert lab.in_state(S.ACCEPTED) == readers()
    assert sink.extra <= lab.doubts <= WINDOW


def test_sigterm_ends_a_send_cleanly(store: SqlStore, senders: Senders, sink: Sink) -> None:
    """The window in hand is finished, nothing is in doubt, and the next run goes on where it stood."""
    lab = smtp_lab(store, senders, sink)
    sender = lab.start()
    lab.wait_for(30)
    os.kill(sender, signal.SIGTERM)
    assert senders.reap(sender) == 0
    assert len(lab.in_state(S.ACCEPTED)) == len(sink.received) < READERS
    assert lab.in_state(S.ACCEPTED) | lab.in_state(S.PENDING) == readers()
    lab.finish()
    assert sink.extra == lab.doubts == 0
    assert set(sink.copies) == readers()
