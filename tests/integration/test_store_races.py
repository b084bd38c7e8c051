"""Two processes, one database: the database lets one of them do it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from digest.errors import StateError, StoreError
from digest.models import (
    Amendment,
    Cadence,
    CorrectionState,
    DeliveryState,
    IssueItem,
    IssueStatus,
    Recipient,
    Subscriber,
    SubscriberStatus,
)
from digest.pipeline import sync
from digest.store.base import Added
from digest.store.store import SqlStore, open_store
from tests.factories import NOW, a_subscriber, a_window, an_entry
from tests.integration.store_verbs import a_recipient, an_edition, freeze, readers, summaries
from tests.processes import CLEAN

PROCESSES = 4


def wait_here(barrier: Barrier) -> None:
    globals()["together"] = barrier


def in_store(url: str, act: Callable[[SqlStore], Any]) -> Any:
    """What becomes of the act in a process of its own; it begins when the others do."""
    store = open_store(url)
    globals()["together"].wait(30)
    try:
        return act(store)
    except StateError:
        return "refused"
    finally:
        store.close()


def at_once(url: str, act: Callable[[SqlStore], Any]) -> list[Any]:
    """The act, done by all processes at the same moment."""
    barrier = CLEAN.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=CLEAN, initializer=wait_here, initargs=(barrier,)) as pool:
        futures: list[Future[Any]] = [pool.submit(in_store, url, act) for _ in range(PROCESSES)]
        return [future.result() for future in futures]


def compose(store: SqlStore) -> int:
    return store.add_issue(a_window(), now=NOW).id


def collect(store: SqlStore) -> Added:
    return store.add_entries([an_entry(str(number), doi=f"10.1000/{number}") for number in range(50)], now=NOW)


def correct(store: SqlStore) -> bool:
    given = {"state": CorrectionState.STANDING, "by": "ada", "now": NOW}
    return store.add_correction(1, Amendment.CORRECTED, "It was wrong.", **given)[1]


def approve(store: SqlStore) -> str:
    audience = (a_recipient(row.subscriber, an_edition(key="e")) for row in store.audience(Cadence.MONTHLY))
    issue = store.issue("2026-11")
    assert issue is not None
    return freeze(store, issue, audience).status


def test_a_window_composed_at_once_has_one_issue(store, store_url):
    """All processes are given the same one."""
    assert len(set(at_once(store_url, compose))) == 1
    assert len(store.issues()) == 1


def test_an_issue_approved_at_once_is_frozen_once(store, store_url):
    """One process freezes, the others are told; each reader has one delivery."""
    readers(store, *(f"reader{number}@example.org" for number in range(1_500)))
    compose(store)
    assert sorted(at_once(store_url, approve)) == [IssueStatus.APPROVED, *["refused"] * (PROCESSES - 1)]
    assert store.progress(1) == {DeliveryState.PENDING: 1_500}


def test_entries_collected_at_once_are_added_once(store, store_url):
    """One process adds them, the others find them unchanged."""
    results = at_once(store_url, collect)
    assert sorted((added.new, added.unchanged) for added in results) == [(0, 50)] * (PROCESSES - 1) + [(50, 0)]
    assert store.count_summaries() == 50


def test_a_correction_written_at_once_stands_once(store, store_url):
    """One process writes it, the others are given it: nobody is told twice."""
    summaries(store, "one")
    assert sorted(at_once(store_url, correct)) == [False] * (PROCESSES - 1) + [True]
    assert len(store.corrections()) == 1


def slowly(recipient: Recipient, begun: threading.Event, go_on: threading.Event) -> Iterator[Recipient]:
    begun.set()
    assert go_on.wait(10)
    yield recipient


@pytest.fixture
def freezing(store: SqlStore) -> Iterator[threading.Event]:
    """An issue in the middle of its freeze; setting the event lets it go on."""
    summaries(store, "one")
    (reader,) = readers(store, "ada@example.org")
    issue = store.add_issue(a_window(), now=NOW)
    begun, go_on = threading.Event(), threading.Event()
    recipients = slowly(a_recipient(reader, an_edition()), begun, go_on)
    thread = threading.Thread(target=freeze, args=(store, issue, recipients))
    thread.start()
    assert begun.wait(10)
    yield go_on
    go_on.set()
    thread.join()


@pytest.mark.usefixtures("freezing")
def test_a_freeze_hides_nothing_from_readers(store):
    """While it lasts others read, and see the issue as the draft it was."""
    issue = store.issue("2026-11")
    assert (issue.status, list(store.deliveries(issue.id))) == (IssueStatus.DRAFT, [])


def test_a_pool_saved_during_a_freeze_is_refused(store, freezing):
    """Whoever saves waits for the freeze, and is then told that it is too late."""
    threading.Timer(0.3, freezing.set).start()
    with pytest.raises(StateError):
        store.save_items(1, [IssueItem(summary=summary) for summary in store.summaries([1]).values()], now=NOW)
    assert store.items(1) == ()


def between(store: SqlStore, statement: str, act: Callable[[], object]) -> Callable[[], None]:
    """Have somebody do this just after the first statement with these words, or as soon as they may; ends the wait."""
    threads: list[threading.Thread] = []

    def note(_connection: object, _cursor: object, said: str, *_: object) -> None:
        if statement in said and not threads:
            threads.append(threading.Thread(target=act))
            threads[0].start()
            threads[0].join(0.3)

    def over() -> None:
        sa.event.remove(store.engine, "after_cursor_execute", note)
        assert threads
        threads[0].join(10)

    sa.event.listen(store.engine, "after_cursor_execute", note)
    return over


#: (what a reader does while a file of readers is taken in, what must be true of them afterwards)
MEANWHILE: dict[str, tuple[Callable[[SqlStore], object], Callable[[Subscriber], bool]]] = {
    "leaves": (
        lambda store: store.leave(1, now=NOW),
        lambda reader: reader.status is SubscriberStatus.UNSUBSCRIBED,
    ),
    "pauses": (
        lambda store: store.set_pause(1, date(2027, 1, 1), now=NOW),
        lambda reader: reader.paused_until == date(2027, 1, 1),
    ),
}


@pytest.mark.parametrize(("act", "holds"), MEANWHILE.values(), ids=MEANWHILE)
def test_a_file_of_readers_undoes_nothing_of_that_moment(store, act, holds):
    """Between looking at what is stored and writing what the file says nobody else writes."""
    readers(store, "ada@example.org")
    over = between(store, "FROM erasures", lambda: act(store))
    sync(store, [a_subscriber("ada@example.org", name="Ada L"), a_subscriber("bob@example.org")], now=NOW)
    over()
    ada, bob = store.subscribers()
    assert holds(ada) and ada.name == "Ada L" and bob.status is SubscriberStatus.ACTIVE


def test_sqlite_gives_up_on_a_writer_that_does_not_end(sqlite_url):
    """After its patience it says that another command is writing."""
    patient, hasty = open_store(sqlite_url), open_store(sqlite_url, patience=0.1)
    with patient.begin(), pytest.raises(StoreError, match="Another command is writing"):
        compose(hasty)
    patient.close()
    hasty.close()
