"""An issue looked at as a whole, over a real store: a draft as if it were approved now, an approved one as frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest import approving, desk, surveying
from digest.errors import InputError, NothingToDo
from digest.models import Exclude, Note, Pin, SkipReason
from tests.factories import a_subscriber
from tests.integration.room import DECEMBER, JANUARY, READERS, Room, drafted, entry, issue, number

MakeRoom = Callable[..., Room]


def test_a_draft_and_what_is_frozen_of_it_are_one_space(room: MakeRoom) -> None:
    """The same editions, sizes, readers and reasons before the approval and after it."""
    digest = drafted(room())
    paused = a_subscriber("paused@example.org", paused_until=date(2027, 1, 1))
    nothing = a_subscriber("young@example.org", "pediatric")
    digest.store.save_subscribers([paused, nothing], now=DECEMBER)
    before = surveying.survey(digest, issue(digest))
    assert (before.editions, before.readers) == (3, 3)
    assert before.nothing == {SkipReason.NOTHING_NEW: 1, SkipReason.PAUSED: 1}
    assert [one.printed for one in before.items] == [2, 2, 2, 2] and not before.unseen
    assert 0 < before.smallest <= before.median <= before.largest
    approving.approve(digest, issue(digest), by="ada")
    assert surveying.survey(digest, issue(digest)) == before


def test_items_that_nobody_sees_are_named(room: MakeRoom) -> None:
    """What is in the pool, and no reader follows it, or has room for it."""
    digest = drafted(room())
    only_eyes = [replace(digest.subscriber(one.address), profile=READERS[0].profile) for one in READERS]
    digest.store.save_subscribers(only_eyes, now=DECEMBER)
    found = surveying.survey(digest, issue(digest))
    fatigue = {number(digest, "3"), number(digest, "4")}
    assert {one.summary_id for one in found.items if not one.printed} == fatigue
    assert all(one.headline_only == 3 for one in found.items if one.summary_id in fatigue)


def test_two_readers_are_compared(room: MakeRoom) -> None:
    """By address; who gets nothing has nothing to compare."""
    digest = drafted(room())
    eyes, tired, everything = (reader.address for reader in READERS)
    found = surveying.differs(digest, issue(digest), (eyes, everything))
    assert (len(found.only_first), len(found.only_second), len(found.both)) == (0, 2, 2)
    assert not surveying.differs(digest, issue(digest), (eyes, tired)).both
    with pytest.raises(InputError, match="two readers"):
        surveying.differs(digest, issue(digest), (eyes,))
    digest.store.save_subscribers([a_subscriber("young@example.org", "pediatric")], now=DECEMBER)
    with pytest.raises(NothingToDo):
        surveying.differs(digest, issue(digest), (eyes, "young@example.org"))


def test_topics_over_the_months(room: MakeRoom) -> None:
    """The oldest first, shaped as they are; and what changed since the one before."""
    made = room()
    november = drafted(made)
    assert surveying.since_last(november, issue(november)) is None
    desk.change(november, issue(november), [Exclude(summary_id=number(november, "1"), reason="x")], by="ada")
    november.store.add_entries([entry("9", "Fatigue in MS, a December trial")], now=DECEMBER + timedelta(days=1))
    december = made.at(JANUARY)
    december.compose(december.window("2026-12"))
    topics = surveying.topics_over_time(december, issue(december, "2026-12"))
    assert [(one.label, sum(one.counts.values())) for one in topics] == [("2026-11", 3), ("2026-12", 1)]
    since = surveying.since_last(december, issue(december, "2026-12"))
    assert since is not None and since.new >= 1


def test_what_changed_since_the_approval(room: MakeRoom) -> None:
    """Act by act; nothing right after it, everything where nobody has approved."""
    digest = drafted(room())
    desk.change(digest, issue(digest), [Note(text="Hello")], by="ada")
    assert len(surveying.since_approval(digest, issue(digest))) == 1
    approving.approve(digest, issue(digest), by="ada")
    assert surveying.since_approval(digest, issue(digest)) == ()
    desk.change(digest, issue(digest), [Pin(summary_id=number(digest, "1"))], by="jo")
    (act,) = surveying.since_approval(digest, issue(digest))
    assert act.by == "jo"
