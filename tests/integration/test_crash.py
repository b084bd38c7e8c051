"""Senders killed at random, and worse: nobody is lost, and what may be there twice is known. Short rounds of the lab.

`make crashlab` plays the same rounds for as long as it is told.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digest.models import DeliveryState
from digest.store.store import SqlStore, open_store
from tests.crashlab.__main__ import an_arrival
from tests.crashlab.lab import BrokenPromise, Lab, Senders
from tests.crashlab.rounds import ROUNDS, Case, cases
from tests.crashlab.sink import Arrivals, Folder, Sink, running_sink

READERS = 200
S = DeliveryState


def short(case: Case) -> bool:
    """Kills under every policy, other misfortunes under the default one, and on PostgreSQL those about locks alone.

    Providers carry in one go, as files do: kills under one policy show what differs.
    """
    if case.round.name == "killed":
        return case.kind in ("file", "smtp") or (case.database == "sqlite" and case.policy == "resend")
    if case.kind not in ("file", "smtp"):
        return False
    about_locks = case.round.name in ("leaving_readers", "aborted", "two_schedulers", "zombie")
    return case.policy == "resend" and (case.database == "sqlite" or about_locks)


@pytest.fixture(scope="module")
def senders() -> Iterator[Senders]:
    senders = Senders()
    yield senders
    senders.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running_sink() as sink:
        yield sink


def a_lab(store: SqlStore, senders: Senders, arrivals: Arrivals, policy: str = "resend") -> Lab:
    return Lab(store=store, senders=senders, arrivals=arrivals, readers=READERS, policy=policy)


@pytest.mark.parametrize("case", [case for case in cases(ROUNDS) if short(case)], ids=lambda case: case.name)
def test_no_promise_is_broken(case: Case, request: pytest.FixtureRequest, senders: Senders, tmp_path: Path) -> None:
    """Whatever befalls the senders: nobody is lost, and second copies are as few and as well known as promised."""
    url = request.getfixturevalue(f"{case.database}_url")
    with an_arrival(case.kind, tmp_path) as arrivals, closing(open_store(url)) as store:
        case.round.play(a_lab(store, senders, arrivals, case.policy))


def test_files_are_whole_and_nothing_else_is_there(store: SqlStore, senders: Senders, tmp_path: Path) -> None:
    """However often senders are killed: one whole file each."""
    folder = Folder(tmp_path / "outbox")
    lab = a_lab(store, senders, folder)
    for _ in range(4):
        lab.kill_at_random(workers=2)
    lab.finish()
    files = list(folder.path.iterdir())
    assert len(files) == READERS and {file.suffix for file in files} == {".eml"}
    assert {file.read_bytes()[-7:] for file in files} == {b"--b--\r\n"}


def test_sigterm_ends_a_send_cleanly(store: SqlStore, senders: Senders, sink: Sink) -> None:
    """The window in hand is finished, nothing is in doubt, and the next run goes on where it stood."""
    lab = a_lab(store, senders, sink)
    sender = lab.start()
    lab.wait_for(30)
    os.kill(sender, signal.SIGTERM)
    assert senders.reap(sender) == 0
    assert len(lab.in_state(S.ACCEPTED)) == len(sink.received) < READERS
    assert lab.in_state(S.ACCEPTED) | lab.in_state(S.PENDING) == lab.everybody
    lab.finish()
    assert lab.in_state(S.ACCEPTED) == lab.everybody
    lab.keep(deaths=0)


# --- the judge itself ----------------------------------------------------------------------------------------


@pytest.fixture
def judged(store: SqlStore, senders: Senders, sink: Sink) -> Lab:
    """A lab in which all went well."""
    lab = a_lab(store, senders, sink)
    lab.finish()
    lab.keep(deaths=0)
    return lab


def test_a_lost_reader_would_be_noticed(judged: Lab) -> None:
    """A mail that never arrived breaks the first promise."""
    judged.arrivals.received.pop()  # type: ignore[attr-defined]
    with pytest.raises(BrokenPromise, match="1 readers have nothing"):
        judged.keep()


def test_a_second_copy_nobody_counted_would_be_noticed(judged: Lab) -> None:
    """A copy the ledger does not know of breaks the second."""
    judged.arrivals.received.append("reader1@example.org")  # type: ignore[attr-defined]
    with pytest.raises(BrokenPromise, match="1 extra copies, and the ledger knows of 0"):
        judged.keep()


def test_too_many_doubts_would_be_noticed(judged: Lab) -> None:
    """The ledger cannot excuse itself by doubting everything."""
    with judged.store.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET doubts = 1, attempts = 2")
    with pytest.raises(BrokenPromise, match=f"{READERS} in doubt, and at most 0 can be"):
        judged.keep()
