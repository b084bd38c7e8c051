"""Limits, breakers and the canary in the database: shared by all workers, and there after a crash."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digest.feedback import take_in
from digest.hours import Hours
from digest.limits import Limits, WarmUp, capacity
from digest.models import Claim, DeliveryState, DomainGroup, FeedbackKind, Outcome, Receipt, Result, Suppression
from digest.store.base import Allotted, Shortage, Terms
from digest.store.store import SqlStore, open_store
from digest.store.tables import deliveries
from digest.suppression import Feedback
from tests.factories import NOW, an_approved_issue

G, S = DomainGroup, DeliveryState
MINUTE = timedelta(minutes=1)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def an_issue_of(store: SqlStore, groups: Mapping[DomainGroup, int]) -> None:
    """One approved issue with so many readers of each group, in this order."""
    an_approved_issue(store, sum(groups.values()))
    begin = 1
    with store.begin() as connection:
        for group, number in groups.items():
            rows = sa.and_(deliveries.c.id >= begin, deliveries.c.id < begin + number)
            connection.execute(sa.update(deliveries).where(rows).values(domain_group=group))
            begin += number


def allot(store: SqlStore, *, now: datetime = NOW, limit: int = 256, owner: str = "one", **terms: Any) -> Allotted:
    given = Terms(**{"transport": "smtp", **terms})
    return store.allot(1, owner, given, limit=limit, lease=300, now=now)


def ids(found: Allotted) -> list[int]:
    return [claim.delivery_id for claim in found.claims]


def carry(
    store: SqlStore,
    found: Allotted,
    *,
    now: datetime = NOW,
    owner: str = "one",
    via: str = "smtp",
    state: DeliveryState = S.ACCEPTED,
    outcome: Outcome = Outcome.ACCEPTED,
    code: str = "",
    **given: Any,
) -> None:
    store.record([], found.claims, owner, lease=3600, now=now, via=via)
    receipt = Receipt(outcome=outcome, code=code, via=via)
    results = [Result(claim=claim, state=state, receipt=receipt, **given) for claim in found.claims]
    store.record(results, [], owner, lease=3600, now=now, via=via)


def test_a_probe_is_somebody_new(store: SqlStore) -> None:
    """Who was never tried comes before those whose mail is due again; anybody else comes after them."""
    an_approved_issue(store, 3)
    carry(store, allot(store, limit=2), state=S.DEFERRED, outcome=Outcome.DEFERRED, code="4.7.1", due_at=NOW)
    assert ids(allot(store, limit=1, fresh=True)) == [3]
    assert ids(allot(store, limit=1)) == [1]


def test_where_nobody_is_new_a_probe_is_whoever_was_tried_least(store: SqlStore) -> None:
    """So that the grudge against one reader does not stand for all."""
    an_approved_issue(store, 2)
    late: dict[str, Any] = {"state": S.DEFERRED, "outcome": Outcome.DEFERRED, "code": "4.7.1", "due_at": NOW}
    carry(store, allot(store, limit=2), **late)
    carry(store, allot(store, limit=1), **late)
    assert ids(allot(store, limit=1, fresh=True)) == [2]


# --- rates -----------------------------------------------------------------------------------------------


def test_a_second_s_worth_leaves_a_second(store: SqlStore) -> None:
    """But for a letter's room; then nothing, until time has filled the bucket; and it says when."""
    an_approved_issue(store, 40)
    limits = Limits(per_second=10)
    assert ids(allot(store, limits=limits)) == list(range(1, 10))
    assert allot(store, limits=limits) == Allotted(until=NOW + seconds(0.9))
    assert ids(allot(store, limits=limits, now=NOW + seconds(0.5))) == list(range(10, 15))
    assert ids(allot(store, limits=limits, now=NOW + seconds(60))) == list(range(15, 24))


def test_all_workers_share_a_bucket(store: SqlStore) -> None:
    """What one takes the other does not have; another transport has a bucket of its own."""
    an_approved_issue(store, 40)
    limits = Limits(per_second=10)
    assert len(allot(store, limits=limits, limit=6).claims) == 6
    assert len(allot(store, limits=limits, limit=6, owner="two").claims) == 3
    assert len(allot(store, limits=limits, limit=6, transport="spare").claims) == 6


def test_a_group_without_tokens_holds_nobody_up(store: SqlStore) -> None:
    """Even where its readers stand first."""
    an_issue_of(store, {G.GOOGLE: 30, G.MICROSOFT: 3, G.OTHER: 3})
    limits = Limits(groups={G.GOOGLE: 4})
    assert ids(allot(store, limits=limits)) == [1, 2, 3, 31, 32, 33, 34, 35, 36]
    assert allot(store, limits=limits) == Allotted(until=NOW + seconds(0.75))
    assert ids(allot(store, limits=limits, now=NOW + seconds(0.75))) == [4, 5, 6]


def test_both_rates_are_kept(store: SqlStore) -> None:
    """A group's, and that of all together, which the groups share."""
    an_issue_of(store, {G.GOOGLE: 30, G.OTHER: 30})
    limits = Limits(per_second=20, groups={G.GOOGLE: 4})
    assert ids(allot(store, limits=limits)) == [1, 2, 3, *range(31, 47)]
    assert allot(store, limits=limits) == Allotted(until=NOW + seconds(0.75))


def test_when_nothing_is_due_there_is_nothing_to_wait_for(store: SqlStore) -> None:
    """An empty bucket of a group that has no mail left ends the run."""
    an_issue_of(store, {G.GOOGLE: 2, G.OTHER: 1})
    limits = Limits(groups={G.GOOGLE: 3})
    assert len(allot(store, limits=limits).claims) == 3
    assert allot(store, limits=limits) == Allotted()


def test_those_who_may_not_be_written_to_use_no_token(store: SqlStore) -> None:
    """They are passed over, and others go in their place."""
    an_approved_issue(store, 30)
    for number in range(1, 11):
        address = f"reader{number}@example.org"
        store.suppress(Suppression(address=address, reason=FeedbackKind.COMPLAINT, at=NOW))
    found = allot(store, limits=Limits(per_second=11))
    assert ids(found) == list(range(11, 21))


def test_a_held_issue_gets_nothing(store: SqlStore) -> None:
    """And there is nothing to wait for."""
    an_approved_issue(store, 3)
    store.set_held(1, held=True)
    assert allot(store, limits=Limits(per_second=1)) == Allotted()


def test_hours_hold_under_limits_too(store: SqlStore) -> None:
    """Who waits for a day uses no token."""
    an_approved_issue(store, 3)
    reader = next(iter(store.subscribers(["reader1@example.org"])))
    object.__setattr__(reader, "weekday", 6)
    store.save_subscribers([reader], now=NOW)
    hours = Hours(zone=NOW.tzinfo, due=NOW)  # type: ignore[arg-type]
    limits = Limits(per_second=3)
    assert [ids(allot(store, limits=limits, hours=hours)) for _ in range(2)] == [[2], [3]]


# --- mails of no issue -----------------------------------------------------------------------------------


def one(store: SqlStore, *, now: datetime = NOW, group: DomainGroup = G.OTHER, **limits: Any) -> Shortage | None:
    """Have one letter count; what is short, if anything is."""
    return store.take_one("smtp", Limits(**limits), group, now=now)


def test_an_issue_leaves_a_letter_s_room(store: SqlStore) -> None:
    """However much waits; the next letter waits for the rate alone, and then comes before the issue."""
    an_approved_issue(store, 40)
    limits = {"per_second": 10.0}
    assert len(allot(store, limits=Limits(**limits)).claims) == 9
    assert one(store, **limits) is None
    assert one(store, **limits) == Shortage(until=NOW + seconds(0.1), group=None, rate=10)
    assert not allot(store, limits=Limits(**limits), now=NOW + seconds(0.1)).claims
    assert one(store, now=NOW + seconds(0.1), **limits) is None


def test_a_slow_rate_has_room_for_both(store: SqlStore) -> None:
    """For one mail in ten minutes, too: the letter leaves at once, the issue as its rate says."""
    an_approved_issue(store, 3)
    limits = {"per_second": 1 / 600}
    assert len(allot(store, limits=Limits(**limits)).claims) == 1
    assert one(store, **limits) is None
    assert one(store, **limits) == Shortage(until=NOW + seconds(600), group=None, rate=1 / 600)
    assert allot(store, limits=Limits(**limits)).until == NOW + seconds(1200)


def test_a_letter_counts_for_its_group_and_for_all(store: SqlStore) -> None:
    """Or, where one of them is short, for neither; whichever lasts longer is said."""
    limits = {"per_second": 2.0, "groups": {G.GOOGLE: 2.0}}
    assert [one(store, group=G.GOOGLE, **limits) for _ in range(2)] == [None, None]
    half = NOW + seconds(0.5)
    assert one(store, **limits) == Shortage(until=half, group=None, rate=2)
    assert one(store, now=half, **limits) is None
    short = one(store, group=G.GOOGLE, now=half, **limits)
    assert short == Shortage(until=NOW + seconds(1), group=None, rate=2)
    tokens = {group: bucket.tokens for group, bucket in store.buckets("smtp").items()}
    assert tokens == {None: pytest.approx(0), G.GOOGLE: pytest.approx(0)}


def test_a_group_without_room_holds_no_other_letter_up(store: SqlStore) -> None:
    """Others are written to meanwhile."""
    limits = {"groups": {G.GOOGLE: 0.01}}
    assert [one(store, group=G.GOOGLE, **limits) for _ in range(2)] == [None, None]
    assert one(store, group=G.GOOGLE, **limits) == Shortage(until=NOW + seconds(100), group=G.GOOGLE, rate=0.01)
    assert one(store, group=G.YAHOO, **limits) is None


@pytest.mark.parametrize("seed", range(3))
def test_all_together_keep_every_rate(store: SqlStore, seed: int) -> None:
    """Letters and two workers on an issue, at random: in no span do more leave than a rate and a bucket allow."""
    chance = random.Random(seed)
    an_issue_of(store, {G.GOOGLE: 150, G.OTHER: 150})
    limits = Limits(per_second=9, groups={G.GOOGLE: 2.5})
    left: list[tuple[float, DomainGroup]] = []
    now = 0.0
    for _ in range(60):
        now += chance.choice([0.0, 0.03, 0.2, 0.9])
        if chance.random() < 0.5:
            group = chance.choice([G.GOOGLE, G.OTHER])
            gone = [] if store.take_one("smtp", limits, group, now=NOW + seconds(now)) else [group]
        else:
            owner = chance.choice(["one", "two"])
            found = allot(store, limits=limits, now=NOW + seconds(now), owner=owner, limit=chance.choice([1, 50]))
            gone = [G.GOOGLE if number <= 150 else G.OTHER for number in ids(found)]
        left += [(now, group) for group in gone]
    assert len(left) > 60
    for groups, rate in (({G.GOOGLE, G.OTHER}, 9), ({G.GOOGLE}, 2.5)):
        at = [when for when, group in left if group in groups]
        for begin, end in itertools.combinations_with_replacement(range(len(at)), 2):
            assert end - begin + 1 <= rate * (at[end] - at[begin]) + capacity(rate) + 1e-3


def test_workers_share_what_there_is_for_letters(store: SqlStore) -> None:
    """At the same time, from several threads: nobody's is given twice."""
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: one(store, per_second=5.0, groups={G.OTHER: 7.0}), range(16)))
    assert sum(short is None for short in found) == 5


# --- warming up ------------------------------------------------------------------------------------------

WARM = Limits(warm_up=WarmUp(start=2, factor=2, until=10))


def test_a_day_has_so_many(store: SqlStore) -> None:
    """What is in a worker's hands counts; the rest waits for the next day, which has more."""
    an_approved_issue(store, 40)
    first = allot(store, limits=WARM)
    assert len(first.claims) == 2
    assert allot(store, limits=WARM, owner="two") == Allotted(
        until=datetime(2026, 12, 2, tzinfo=NOW.tzinfo), warming=True
    )
    carry(store, first)
    assert allot(store, limits=WARM).warming
    assert len(allot(store, limits=WARM, now=NOW + timedelta(days=1)).claims) == 4


def test_only_days_that_were_sent_on_count(store: SqlStore) -> None:
    """A month without a mail warms nothing up; in the end there is no limit."""
    an_approved_issue(store, 40)
    sent = []
    for day in (0, 30, 31, 60):
        now = NOW + timedelta(days=day)
        found = allot(store, limits=WARM, now=now)
        sent.append(len(found.claims))
        carry(store, found, now=now)
    assert sent == [2, 4, 8, 26]


def test_another_transport_s_days_are_its_own(store: SqlStore) -> None:
    """A spare that never sent is as cold as it was."""
    an_approved_issue(store, 40)
    carry(store, allot(store, limits=WARM))
    spare = allot(store, limits=WARM, transport="spare", now=NOW + timedelta(days=1))
    assert len(spare.claims) == 2


def test_what_was_claimed_by_the_dead_is_given_again(store: SqlStore) -> None:
    """The ledger is what counts: a restart changes nothing."""
    an_approved_issue(store, 40)
    assert len(allot(store, limits=WARM, owner="dead").claims) == 2
    assert allot(store, limits=WARM).warming
    store.recover(1, resend=True, gone=["dead"], now=NOW)
    assert len(allot(store, limits=WARM).claims) == 2


def test_how_warm_it_is(store: SqlStore) -> None:
    """For those who ask why it is slow."""
    an_approved_issue(store, 40)
    carry(store, allot(store, limits=WARM))
    warm_up = WARM.warm_up
    assert warm_up is not None
    today, later = store.warmth("smtp", warm_up, now=NOW), store.warmth("smtp", warm_up, now=NOW + timedelta(days=3))
    assert (today.day, today.allowance, today.carried, today.left) == (1, 2, 2, 0)
    assert (later.day, later.allowance, later.carried, later.left) == (2, 4, 0, 4)


# --- doubt -----------------------------------------------------------------------------------------------


def test_what_may_have_left_by_one_is_not_for_another(store: SqlStore) -> None:
    """A mail whose worker died in flight goes by the transport it was handed to, or not at all."""
    an_approved_issue(store, 2)
    found = allot(store, owner="dead", limit=1)
    store.record([], found.claims, "dead", lease=3600, now=NOW, via="smtp")
    store.recover(1, resend=True, gone=["dead"], now=NOW)
    assert ids(allot(store, transport="spare", others=frozenset({"smtp"}))) == [2]
    assert ids(allot(store, transport="smtp", others=frozenset({"spare"}))) == [1]


def test_a_follower_carries_its_own_and_nothing_else(store: SqlStore) -> None:
    """So that mails in doubt do not wait for the one before it to break."""
    an_approved_issue(store, 2)
    found = allot(store, limit=1, transport="spare")
    doubt = {"state": S.DEFERRED, "outcome": Outcome.DOUBTFUL, "due_at": NOW + MINUTE}
    carry(store, found, via="spare", **doubt)  # type: ignore[arg-type]
    own = {"transport": "spare", "others": frozenset({"smtp"}), "only_own": True}
    assert ids(allot(store, **own)) == []
    assert ids(allot(store, now=NOW + MINUTE, **own)) == [1]


def test_a_transport_that_is_gone_holds_nothing_back(store: SqlStore) -> None:
    """An operator who takes it out of the configuration has decided."""
    an_approved_issue(store, 1)
    doubt = {"state": S.DEFERRED, "outcome": Outcome.DOUBTFUL, "due_at": NOW}
    carry(store, allot(store), **doubt)  # type: ignore[arg-type]
    assert ids(allot(store, transport="spare", others=frozenset({"third"}))) == [1]


# --- breakers --------------------------------------------------------------------------------------------


def test_workers_share_a_breaker(store: SqlStore) -> None:
    """Ten answers against it here and ten there are twenty."""
    assert store.breakers() == {}
    assert not store.hear("smtp", [True] * 10, now=NOW, reason="no").is_open
    assert store.hear("smtp", [True] * 10, now=NOW, reason="no").is_open
    assert store.breakers()["smtp"].opened_at == NOW
    assert "spare" not in store.breakers()


def test_one_probe_at_a_time(store: SqlStore) -> None:
    """When it is due; should its worker die, another follows after a quarter of an hour."""
    store.trip("smtp", now=NOW, reason="the login was refused")
    assert not store.take_probe("smtp", now=NOW)
    assert store.take_probe("smtp", now=NOW + MINUTE)
    assert not store.take_probe("smtp", now=NOW + MINUTE)
    assert store.take_probe("smtp", now=NOW + 16 * MINUTE)


def test_a_probe_nobody_needs_is_left_to_the_next(store: SqlStore) -> None:
    """There was nothing to send."""
    store.trip("smtp", now=NOW, reason="no")
    assert store.take_probe("smtp", now=NOW + MINUTE)
    store.leave_probe("smtp", now=NOW + MINUTE)
    assert store.take_probe("smtp", now=NOW + MINUTE)


def test_what_a_probe_says(store: SqlStore) -> None:
    """No: it waits longer. Yes: it is closed."""
    store.trip("smtp", now=NOW, reason="no")
    assert store.hear("smtp", [True], now=NOW, reason="still no", probe=True).probe_at == NOW + 2 * MINUTE
    assert not store.hear("smtp", [False], now=NOW, probe=True).is_open
    assert not store.breakers()["smtp"].is_open


CHILD = """
import os, sys
from datetime import datetime
from digest.limits import Limits
from digest.store.base import Terms
from digest.store.store import open_store

now = datetime.fromisoformat(sys.argv[2])
store = open_store(sys.argv[1])
store.allot(1, "dying", Terms(transport="smtp", limits=Limits(per_second=10)), limit=256, lease=300, now=now)
store.trip("smtp", now=now, reason="the login was refused")
print("done", flush=True)
os.read(0, 1)
"""


def test_buckets_and_breakers_survive_a_kill(store: SqlStore, store_url: str) -> None:
    """SIGKILL right after the commit: the tokens are gone, the breaker is open, and the mails are given again."""
    an_approved_issue(store, 20)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, store_url, NOW.isoformat()], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None and child.stdout.readline() == b"done\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    limits = Limits(per_second=10)
    assert allot(store, limits=limits) == Allotted(until=NOW + seconds(0.9))
    assert (store.breakers()["smtp"].reason, store.breakers()["smtp"].is_open) == ("the login was refused", True)
    store.recover(1, resend=True, gone=["dying"], now=NOW)
    assert ids(allot(store, limits=limits, now=NOW + seconds(1))) == list(range(1, 10))


# --- the canary ------------------------------------------------------------------------------------------

BOUNCE = {"state": S.BOUNCED, "outcome": Outcome.REFUSED, "code": "5.1.1"}


def test_what_has_begun(store: SqlStore) -> None:
    """Tried or claimed, counted no further than is asked."""
    an_approved_issue(store, 9)
    carry(store, allot(store, limit=2))
    carry(store, allot(store, limit=1), **BOUNCE)  # type: ignore[arg-type]
    allot(store, limit=3)
    assert store.begun(1, at_most=200) == (6, 3)
    assert store.begun(1, at_most=4) == (4, 3)


@pytest.mark.parametrize("limits", [None, Limits(per_second=100)], ids=["claimed", "allotted"])
def test_workers_share_the_canary(store: SqlStore, limits: Limits | None) -> None:
    """However many ask at the same moment, no more of its mails begin than there are first ones."""
    an_approved_issue(store, 40)

    def ask(owner: str) -> Sequence[Claim]:
        if limits is None:
            return store.claim(1, owner, limit=40, lease=300, now=NOW, first=5)
        return allot(store, owner=owner, limits=limits, first=5).claims

    with ThreadPoolExecutor(4) as workers:
        claims = [one for found in workers.map(ask, "abcd") for one in found]
    assert (len(claims), store.begun(1, at_most=200)) == (5, (5, 5))
    assert not ask("late")


def test_what_bounced_lately(store: SqlStore) -> None:
    """The last ones, and no softer ones; what was accepted and came back counts, once."""
    an_approved_issue(store, 9)
    carry(store, allot(store, limit=2), **BOUNCE)  # type: ignore[arg-type]
    carry(store, allot(store, limit=1), now=NOW + MINUTE, state=S.BOUNCED, outcome=Outcome.REFUSED, code="5.7.1")
    carry(store, allot(store, limit=3), now=NOW + 2 * MINUTE)
    assert store.bounced_lately(1, ["smtp"], of=200) == (2, 6)
    assert store.bounced_lately(1, ["smtp"], of=4) == (0, 4)
    assert store.bounced_lately(1, ["spare"], of=200) == (0, 0)
    for event in ("one", "two"):
        store.add_feedback(came_back(5, event_id=event))
    assert store.bounced_lately(1, ["smtp", "spare"], of=4) == (1, 4)


def test_no_other_issue_is_looked_through_for_what_bounced(sqlite_url: str) -> None:
    """The transport's mails are read no further back than to about the approval, however many it carried before."""
    store = open_store(sqlite_url)
    an_approved_issue(store, 1)
    asked: list[tuple[str, Any]] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda _c, _r, sql, given, *_: asked.append((sql, given)))
    store.bounced_lately(1, ["smtp"], of=200)
    (look,) = [one for one in asked if "ORDER BY deliveries.finished_at" in one[0]]
    with store.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {look[0]}", look[1]).all()
    store.close()
    assert "ix_deliveries_via_finished_at (via=? AND finished_at>?)" in plan[0][-1]


def came_back(number: int, **given: Any) -> Feedback:
    address = f"reader{number}@example.org"
    fields = {"address": address, "kind": FeedbackKind.HARD_BOUNCE, "at": NOW, "code": "5.1.1", "issue_id": 1}
    return Feedback(**{**fields, **given})


def a_stopped_issue(store: SqlStore) -> None:
    """Of five readers two bounced hard and are suppressed; then the send stopped itself."""
    an_approved_issue(store, 5)
    carry(store, allot(store, limit=2), **BOUNCE)  # type: ignore[arg-type]
    take_in(store, came_back(1))
    take_in(store, came_back(2))
    store.stop_itself(1, "too much bounced", now=NOW + MINUTE)


def quarantined(store: SqlStore) -> list[str]:
    return [one.address.partition("@")[0] for one in store.quarantined(1)]


def test_a_send_that_stops_itself(store: SqlStore) -> None:
    """Is held, says why, and its suppressions are in doubt; they hold meanwhile, and so do later ones."""
    a_stopped_issue(store)
    take_in(store, came_back(3))
    take_in(store, came_back(4, kind=FeedbackKind.COMPLAINT, code=""))
    issue = store.issue_by_id(1)
    assert (issue.held, issue.held_because) == (True, "too much bounced")
    assert quarantined(store) == ["reader1", "reader2", "reader3"]
    assert len(store.suppressed([f"reader{number}@example.org" for number in (1, 2, 3, 4)])) == 4
    assert allot(store) == Allotted()


def test_it_goes_on_without_what_was_looked_at(store: SqlStore) -> None:
    """What bounced before is not held against it again."""
    a_stopped_issue(store)
    store.let_go_on(1, now=NOW + MINUTE)
    assert (store.issue_by_id(1).held, store.issue_by_id(1).held_because) == (False, "")
    assert store.bounced_lately(1, ["smtp"], of=200) == (0, 0)
    assert ids(allot(store)) == [3, 4, 5]


def test_a_person_s_pause_forgives_nothing(store: SqlStore) -> None:
    """Only a send that stopped itself begins to count anew."""
    an_approved_issue(store, 5)
    carry(store, allot(store, limit=2), **BOUNCE)  # type: ignore[arg-type]
    store.set_held(1, held=True)
    store.let_go_on(1, now=NOW + MINUTE)
    assert store.bounced_lately(1, ["smtp"], of=200) == (2, 2)


def test_what_was_right_stays(store: SqlStore) -> None:
    """Out of quarantine, and suppressed for good."""
    a_stopped_issue(store)
    assert (store.keep_quarantined(1), store.keep_quarantined(1)) == (2, 0)
    assert quarantined(store) == []
    assert len(list(store.suppressions())) == 2


def test_what_was_wrong_is_taken_back(store: SqlStore) -> None:
    """They are readers again, get the issue, and what bounced then does not suppress them at the next soft word."""
    a_stopped_issue(store)
    assert (store.lift_quarantined(1, now=NOW + 2 * MINUTE), store.lift_quarantined(1, now=NOW)) == (2, 0)
    assert list(store.suppressions()) == []
    store.let_go_on(1, now=NOW + 2 * MINUTE)
    assert ids(allot(store)) == [1, 2, 3, 4, 5]
    soft = came_back(1, kind=FeedbackKind.SOFT_BOUNCE, code="4.2.2", at=NOW + 3 * MINUTE)
    assert take_in(store, soft) is False


def test_what_was_aborted_stays_where_it_is(store: SqlStore) -> None:
    """The addresses are readers again; nothing of the issue leaves."""
    a_stopped_issue(store)
    store.abort(1, now=NOW)
    assert store.lift_quarantined(1, now=NOW) == 2
    assert store.progress(1) == {S.BOUNCED: 2, S.CANCELLED: 3}


# --- how it is looked up ---------------------------------------------------------------------------------


PENDING = "SELECT id FROM deliveries WHERE issue_id = 1 AND state = 'pending'"
COUNTS = "SELECT count(*) FROM deliveries WHERE issue_id = 1"
BY_DAY = "SELECT finished_at FROM deliveries WHERE via = 'smtp' AND finished_at"


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (f"{PENDING} AND domain_group = 'google' ORDER BY id LIMIT 9", "ix_deliveries_issue_id_domain_group_id"),
        (f"{PENDING} ORDER BY id LIMIT 9", "ix_deliveries_issue_id_id"),
        (f"{COUNTS} GROUP BY state", "COVERING INDEX ix_deliveries_issue_id_state_domain_group_via"),
        (f"{COUNTS} GROUP BY state, domain_group, via", "COVERING INDEX ix_deliveries_issue_id_state_domain_group_via"),
        (f"{BY_DAY} < '2027' ORDER BY finished_at DESC LIMIT 1", "ix_deliveries_via_finished_at"),
        (f"{BY_DAY} IS NOT NULL ORDER BY finished_at DESC, id DESC LIMIT 9", "ix_deliveries_via_finished_at"),
        (f"{BY_DAY} >= '2026'", "ix_deliveries_via_finished_at"),
    ],
)
def test_an_index_serves_it(sqlite_url: str, query: str, index: str) -> None:
    """Nothing that is asked for each batch goes through the whole ledger; what is counted stands in order."""
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        plan = " ".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
    engine.dispose()
    assert index in plan
    assert "TEMP B-TREE" not in plan
