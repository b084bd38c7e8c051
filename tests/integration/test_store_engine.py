"""Transactions, streams and errors, the same on both databases."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.models import Cadence
from digest.store.engine import CHUNK, batches, within
from digest.store.store import open_store
from digest.store.tables import deliveries, sources, suppressions
from tests.factories import NOW
from tests.integration.store_verbs import a_recipient, an_edition, freeze, readers
from tests.integration.test_store_issues import a_draft


def add_source(connection, name):
    connection.execute(sa.insert(sources).values(name=name, retired=False, failures=0))


def add_sources(store, *names):
    """Add them one by one in one transaction."""
    with store.begin() as connection:
        for name in names:
            add_source(connection, name)


def names(store):
    return [state.name for state in store.source_states()]


def test_a_write_is_all_or_nothing(store):
    """An error inside undoes all that was written before it."""
    with pytest.raises(StoreError):
        add_sources(store, "a", "c", "a")
    add_sources(store, "b")
    assert names(store) == ["b"]


def test_an_unfinished_write_is_not_seen(store):
    """Others see it when it is committed."""
    with store.begin() as connection:
        add_source(connection, "a")
        assert names(store) == []
    assert names(store) == ["a"]


def test_rows_refer_to_rows(store):
    """Neither database takes a delivery of nobody."""
    row = {"issue_id": 1, "subscriber_id": 1, "address": "", "address_key": "", "name": "", "state": "pending"}
    with pytest.raises(StoreError), store.begin() as connection:
        connection.execute(sa.insert(deliveries).values(row))


def test_instants_compare_as_instants(store):
    """Whatever zone they are asked for in."""
    row = {"address_key": "a@b", "address": "a@b", "reason": "complaint", "at": NOW, "detail": ""}
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    earlier = suppressions.c.at < tokyo + timedelta(microseconds=1)
    with store.begin() as connection:
        connection.execute(sa.insert(suppressions).values(row))
        same = sa.select(suppressions.c.at).where(suppressions.c.at == tokyo, earlier, suppressions.c.at >= tokyo)
        assert connection.execute(same).scalar_one() == NOW


def test_a_naive_instant_reaches_no_database(store):
    """It is refused with a reason."""
    with pytest.raises(sa.exc.StatementError, match="no time zone"), store.begin() as connection:
        connection.execute(sa.update(sources).values(retry_at=datetime(2026, 11, 1)))  # noqa: DTZ001 - the point


@pytest.mark.parametrize("count", [0, 1, 70_000])
def test_any_number_of_ids(store, count):
    """More than either database takes as parameters."""
    query = sa.select(sa.literal(1)).where(within(sa.literal(0), range(count)))
    with store.read() as connection:
        assert connection.execute(query).scalars().all() == [1] * bool(count)


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (CHUNK, [CHUNK]), (CHUNK + 1, [CHUNK, 1])])
def test_batches(count, sizes):
    """Everything once, in order, never an empty batch."""
    found = list(batches(iter(range(count))))
    assert [len(batch) for batch in found] == sizes
    assert [thing for batch in found for thing in batch] == list(range(count))


def test_a_sqlite_commit_is_durable(sqlite_url):
    """What was committed survives a power cut: the ledger's promises rest on it."""
    store = open_store(sqlite_url)
    with store.read() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    store.close()
    assert found == ["wal", 2]


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("database is locked", "Another command is writing"),
        ("database or disk is full", "Make room"),
        ("attempt to write a readonly database", "right to write"),
        ("deadlock detected\nDETAIL: many lines", "in each other's way"),
        ("server closed the connection unexpectedly", "run the command again"),
    ],
)
def test_an_error_says_what_to_do(store, reason, advice):
    """In one line, with the driver's own reason."""
    with pytest.raises(StoreError, match=advice) as caught, store.read():
        raise sa.exc.OperationalError("SELECT 1", {}, Exception(reason))
    assert reason.partition("\n")[0] in str(caught.value)
    assert "\n" not in str(caught.value)


def peak(rows):
    """The most memory it took to read all rows, in bytes."""
    tracemalloc.start()
    for _ in rows:
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_streams_hold_a_few_rows(store):
    """Reading ten times as many rows takes no more memory; a subscriber alone takes over 500 bytes."""
    everybody = readers(store, *(f"reader{number}@example.org" for number in range(10 * CHUNK)))
    issue = freeze(store, a_draft(store), (a_recipient(reader, an_edition()) for reader in everybody))
    del everybody
    assert peak(store.audience(Cadence.MONTHLY)) < 2_000_000
    assert peak(store.deliveries(issue.id)) < 2_000_000
