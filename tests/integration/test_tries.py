"""How often somebody may try something, counted in the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import TooManyError
from digest.newsroom import Digest
from digest.store.store import SqlStore
from digest.tries import A_MINUTE, AN_HOUR, count_try
from tests.factories import NOW
from tests.newsletter import a_digest


@pytest.fixture
def digest(tmp_path: Path, store: SqlStore) -> Iterator[Digest]:
    with a_digest(tmp_path, store=store) as made:
        yield made


def tried(digest: Digest, times: int, *, seconds: float = 0, who: str = "ada", within: timedelta = A_MINUTE) -> int:
    """How many of so many tries are let through, so long after the first."""
    later = replace(digest, clock=lambda: NOW + timedelta(seconds=seconds))
    passed = 0
    for _ in range(times):
        try:
            count_try(later, "knock", who, most=3, within=within)
        except TooManyError:
            continue
        passed += 1
    return passed


def test_so_often_and_no_more(digest: Digest) -> None:
    """Each for themselves; whoever is refused is told why and how long to wait."""
    assert (tried(digest, 5), tried(digest, 2, who="bob")) == (3, 2)
    with pytest.raises(TooManyError, match="enough now") as caught:
        count_try(digest, "knock", "ada", most=3, within=A_MINUTE, otherwise="enough now")
    assert caught.value.seconds == 60


def test_waiting_helps(digest: Digest) -> None:
    """A try that was refused is not counted: a minute after the last that passed they may again."""
    assert [tried(digest, 2, seconds=second) for second in (0, 30, 59, 61)] == [2, 1, 0, 2]


def test_a_short_span_does_not_forget_for_a_long_one(digest: Digest) -> None:
    """What is counted by the hour is still counted when something else is counted by the minute."""
    assert tried(digest, 3, within=AN_HOUR) == 3
    assert tried(digest, 1, seconds=120, who="bob") == 1
    assert tried(digest, 1, seconds=3_599, within=AN_HOUR) == 0
    assert tried(digest, 1, seconds=3_600, within=AN_HOUR) == 1


def test_nobody_stands_there_by_name(digest: Digest) -> None:
    """Only a hash with the operator's key is kept, and only for an hour."""
    tried(digest, 1)
    tried(digest, 1, seconds=3_600, who="bob")
    with digest.store.engine.connect() as connection:  # type: ignore[attr-defined]
        (row,) = connection.exec_driver_sql("SELECT who FROM tries").scalars()
    assert row == digest.signer.conceal("knock bob") and "bob" not in row
