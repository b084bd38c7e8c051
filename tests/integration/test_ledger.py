"""The ledger over both databases: who holds what, under which fence, and how it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.hours import Hours, QuietHours
from digest.limits import Limits
from digest.models import (
    Claim,
    Delivery,
    DeliveryState,
    FeedbackKind,
    Outcome,
    PartOfDay,
    Receipt,
    Result,
    SubscriberStatus,
    Suppression,
    Wait,
)
from digest.store.base import Recovered, Terms
from digest.store.store import SqlStore, open_store
from tests.factories import NOW, a_subscriber, an_approved_issue

LATER = NOW + timedelta(minutes=5)
S = DeliveryState


def claim(store: SqlStore, owner: str = "one", *, limit: int = 100, now: datetime = NOW) -> list[Claim]:
    return list(store.claim(1, owner, limit=limit, lease=300, now=now))


def intend(store: SqlStore, claims: Iterable[Claim], owner: str = "one", *, now: datetime = NOW) -> frozenset[int]:
    return store.record([], list(claims), owner, lease=3600, now=now)


def a_result(of: Claim, state: DeliveryState = S.ACCEPTED, **given: Any) -> Result:
    outcome = given.pop("outcome", Outcome.ACCEPTED)
    receipt = Receipt(outcome=outcome, detail=given.pop("detail", "250 OK"), code=given.pop("code", ""))
    return Result(claim=of, state=state, receipt=receipt, **given)


def end(store: SqlStore, *results: Result, owner: str = "one", now: datetime = NOW) -> None:
    store.record(results, [], owner, lease=3600, now=now)


def row(store: SqlStore, number: int = 1) -> Delivery:
    found = store.delivery(1, number)
    assert found is not None
    return found


def states(store: SqlStore) -> list[DeliveryState]:
    return [delivery.state for delivery in store.deliveries(1)]


def leave(store: SqlStore, number: int) -> None:
    assert store.set_status(f"reader{number}@example.org", SubscriberStatus.UNSUBSCRIBED, now=NOW)


def suppress(store: SqlStore, number: int) -> None:
    address = f"Reader{number}@EXAMPLE.org"
    assert store.suppress(Suppression(address=address, reason=FeedbackKind.COMPLAINT, at=NOW))


def pause(store: SqlStore, number: int, until: date) -> None:
    (reader,) = store.subscribers([f"reader{number}@example.org"])
    store.save_subscribers([replace(reader, paused_until=until)], now=NOW)


# --- claiming --------------------------------------------------------------------------------------------


def test_a_claim_brings_what_a_message_needs(store: SqlStore) -> None:
    """Address, ids, a raised fence and the tries before, in the order of ids."""
    an_approved_issue(store, 3)
    claims = claim(store, limit=2)
    assert [one.address for one in claims] == ["reader1@example.org", "reader2@example.org"]
    assert {(one.issue_id, one.fence, one.attempts, one.first_tried_at) for one in claims} == {(1, 1, 0, None)}
    assert states(store) == [S.CLAIMED, S.CLAIMED, S.PENDING]


def test_nothing_is_claimed_twice(store: SqlStore) -> None:
    """Under a lease a delivery belongs to one owner."""
    an_approved_issue(store, 3)
    assert len(claim(store, "one", limit=2)) == 2
    assert len(claim(store, "two")) == 1
    assert claim(store, "three") == []


def test_a_lease_that_ran_out_is_not_enough_to_claim(store: SqlStore) -> None:
    """Taking back is `recover`'s; a claim alone never takes what somebody holds."""
    an_approved_issue(store, 1)
    claim(store)
    assert claim(store, "two", now=NOW + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("happens", "state", "detail"),
    [(leave, S.SUPPRESSED, "unsubscribed"), (suppress, S.SUPPRESSED, "suppressed")],
)
def test_who_may_not_be_mailed_any_more_is_passed_over(
    store: SqlStore, happens: Any, state: DeliveryState, detail: str
) -> None:
    """The rest is claimed up to the limit all the same."""
    an_approved_issue(store, 4)
    happens(store, 1)
    happens(store, 2)
    assert [one.subscriber_id for one in claim(store, limit=2)] == [3, 4]
    assert (row(store).state, row(store).detail, row(store).finished_at) == (state, detail, NOW)


@pytest.mark.parametrize(("until", "state"), [(date(2026, 12, 2), S.SKIPPED), (date(2026, 12, 1), S.CLAIMED)])
def test_a_paused_reader_is_skipped(store: SqlStore, until: date, state: DeliveryState) -> None:
    """On the last day of the pause it is over."""
    an_approved_issue(store, 1)
    pause(store, 1, until)
    claim(store)
    assert row(store).state is state


# When, and where the newsletter is at home.
@pytest.mark.parametrize(
    ("now", "zone", "leaves"),
    [
        ("2026-11-30 22:00", "Australia/Sydney", True),
        ("2026-11-30 12:59", "Australia/Sydney", False),
        ("2026-12-01 07:59", "America/Los_Angeles", False),
        ("2026-12-01 08:00", "America/Los_Angeles", True),
    ],
)
@pytest.mark.parametrize("limits", [None, Limits(per_second=5)], ids=["claimed", "allotted"])
def test_a_pause_ends_by_the_newsletter_s_day(
    store: SqlStore, now: str, zone: str, leaves: bool, limits: Limits | None
) -> None:
    """Nobody misses an issue of the day they are back on, nor gets one the evening before; claimed or on its way."""
    an_approved_issue(store, 2)
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    hours = Hours(zone=ZoneInfo(zone), due=NOW)
    pause(store, 1, date(2026, 12, 1))
    if limits is None:
        claims = store.claim(1, "one", limit=9, lease=300, now=instant, hours=hours)
    else:
        terms = Terms(transport="smtp", limits=limits, hours=hours)
        claims = store.allot(1, "one", terms, limit=9, lease=300, now=instant).claims
    assert [one.delivery_id for one in claims] == ([1, 2] if leaves else [2])
    pause(store, 2, date(2026, 12, 1))
    granted = store.record([], claims, "one", lease=3600, now=instant, hours=hours)
    assert sorted(granted) == ([1, 2] if leaves else [])
    assert row(store).state is (S.INFLIGHT if leaves else S.SKIPPED)


def test_an_issue_of_nobody_left_gives_nothing(store: SqlStore) -> None:
    """When everybody left the claim ends, empty."""
    an_approved_issue(store, 2)
    leave(store, 1)
    leave(store, 2)
    assert claim(store, limit=1) == []


def test_a_held_issue_gives_nothing_until_it_goes_on(store: SqlStore) -> None:
    """Holding is a flag, looked at by every claim."""
    an_approved_issue(store, 1)
    store.set_held(1, True)
    assert claim(store) == []
    store.set_held(1, False)
    assert len(claim(store)) == 1


def test_deferred_is_claimed_when_it_is_due_and_not_before(store: SqlStore) -> None:
    """With its tries counted and the instant of the first."""
    an_approved_issue(store, 1)
    (first,) = claim(store)
    intend(store, [first])
    end(store, a_result(first, S.DEFERRED, due_at=LATER))
    assert claim(store, now=LATER - timedelta(seconds=1)) == []
    (again,) = claim(store, now=LATER)
    assert (again.fence, again.attempts, again.first_tried_at) == (2, 1, NOW)


# --- at their hour ---------------------------------------------------------------------------------------

#: At `NOW` it is ten in the morning in Berlin, and evening in Sydney.
HOURS = Hours(zone=ZoneInfo("Europe/Berlin"), due=NOW, quiet=QuietHours(start=time(19), end=time(7)))
#: 07:00 in Sydney.
DAWN = datetime(2026, 12, 1, 20, tzinfo=UTC)


def wish(store: SqlStore, number: int, **given: Any) -> None:
    (reader,) = store.subscribers([f"reader{number}@example.org"])
    store.save_subscribers([replace(reader, **given)], now=NOW)


def claimed(store: SqlStore, *, now: datetime = NOW, limit: int = 100) -> list[int]:
    return [one.delivery_id for one in store.claim(1, "one", limit=limit, lease=300, now=now, hours=HOURS)]


def test_who_sleeps_is_left_in_peace(store: SqlStore) -> None:
    """Their mail waits until their morning, no try is counted, and nothing looks at it before."""
    an_approved_issue(store, 3)
    wish(store, 2, timezone="Australia/Sydney")
    assert claimed(store) == [1, 3]
    assert (row(store, 2).state, row(store, 2).attempts) == (S.DEFERRED, 0)
    assert store.waits(1) == ((Wait.QUIET_HOURS, 1, DAWN),)
    assert claimed(store, now=DAWN - timedelta(seconds=1)) == []
    assert claimed(store, now=DAWN) == [2]


def test_each_wish_is_told_apart(store: SqlStore) -> None:
    """What waits for a day, for a part of one, and for the morning is counted by itself."""
    an_approved_issue(store, 4)
    wish(store, 1, weekday=5)
    wish(store, 2, part_of_day=PartOfDay.AFTERNOON)
    wish(store, 3, part_of_day=PartOfDay.AFTERNOON)
    wish(store, 4, timezone="Australia/Sydney")
    assert claimed(store) == []
    assert [(wait, number) for wait, number, _ in store.waits(1)] == [
        (Wait.QUIET_HOURS, 1),
        (Wait.WEEKDAY, 1),
        (Wait.PART_OF_DAY, 2),
    ]


def test_a_retry_at_night_waits_for_the_morning(store: SqlStore) -> None:
    """It keeps its one try, and the words of the server."""
    an_approved_issue(store, 1)
    (held,) = claim(store)
    intend(store, [held])
    end(store, a_result(held, S.DEFERRED, due_at=LATER, outcome=Outcome.DEFERRED, detail="450 later"))
    wish(store, 1, timezone="Australia/Sydney")
    assert claimed(store, now=LATER) == []
    assert (row(store).attempts, row(store).detail, store.next_due(1)) == (1, "450 later", DAWN)


def test_an_answer_ends_the_waiting(store: SqlStore) -> None:
    """What a server then defers waits for the server."""
    an_approved_issue(store, 1)
    wish(store, 1, timezone="Australia/Sydney")
    assert claimed(store) == []
    (held,) = claim(store, now=DAWN)
    intend(store, [held], now=DAWN)
    end(store, a_result(held, S.DEFERRED, due_at=DAWN + timedelta(hours=1), outcome=Outcome.DEFERRED), now=DAWN)
    assert store.waits(1) == ()


def test_those_awake_do_not_wait_for_all_that_sleep(store: SqlStore) -> None:
    """However many of those before them sleep."""
    an_approved_issue(store, 60)
    for number in range(1, 60):
        wish(store, number, timezone="Australia/Sydney")
    assert claimed(store, limit=2) == [60]
    assert store.progress(1) == {S.DEFERRED: 59, S.CLAIMED: 1}


def test_a_sleeper_who_leaves_is_let_go(store: SqlStore) -> None:
    """The unsubscribe wins in the morning."""
    an_approved_issue(store, 1)
    wish(store, 1, timezone="Australia/Sydney")
    assert claimed(store) == []
    leave(store, 1)
    assert claimed(store, now=DAWN) == []
    assert states(store) == [S.SUPPRESSED]


# --- intents and results ---------------------------------------------------------------------------------


def test_an_intent_moves_claimed_to_in_flight(store: SqlStore) -> None:
    """And only then may it be sent."""
    an_approved_issue(store, 1)
    claims = claim(store)
    assert intend(store, claims) == {claims[0].delivery_id}
    assert states(store) == [S.INFLIGHT]


@pytest.mark.parametrize(
    ("state", "given", "finished"),
    [
        (S.ACCEPTED, {}, NOW),
        (S.BOUNCED, {"outcome": Outcome.REFUSED}, NOW),
        (S.UNKNOWN, {"outcome": Outcome.DOUBTFUL}, NOW),
        (S.DEFERRED, {"outcome": Outcome.DEFERRED, "due_at": LATER}, None),
    ],
)
def test_a_result_is_written_with_its_words(
    store: SqlStore, state: DeliveryState, given: dict[str, Any], finished: datetime | None
) -> None:
    """State, words, tries and the end."""
    an_approved_issue(store, 1)
    (one,) = claim(store)
    intend(store, [one])
    end(store, a_result(one, state, detail="its words", **given))
    found = row(store)
    assert (found.state, found.detail, found.attempts, found.finished_at) == (state, "its words", 1, finished)


def test_results_and_the_next_intents_share_one_commit(store: SqlStore) -> None:
    """A window's results and the next one's intents are written together."""
    an_approved_issue(store, 2)
    first, second = claim(store)
    intend(store, [first])
    granted = store.record([a_result(first)], [second], "one", lease=3600, now=NOW)
    assert granted == {second.delivery_id}
    assert states(store) == [S.ACCEPTED, S.INFLIGHT]


def test_a_doubtful_delivery_that_is_sent_again_counts_a_doubt(store: SqlStore) -> None:
    """So that extra copies are known of."""
    an_approved_issue(store, 1)
    (one,) = claim(store)
    intend(store, [one])
    end(store, a_result(one, S.DEFERRED, outcome=Outcome.DOUBTFUL, due_at=LATER))
    assert row(store).doubts == 1


@pytest.mark.parametrize("words", ["nul \0 here", "lone \ud800 half", "long " * 1000])
def test_whatever_a_server_says_can_be_written(store: SqlStore, words: str) -> None:
    """NUL, lone surrogates and endless replies stop no database."""
    an_approved_issue(store, 1)
    (one,) = claim(store)
    end(store, a_result(one, S.BOUNCED, outcome=Outcome.REFUSED, detail=words))
    assert row(store).state is S.BOUNCED
    assert row(store).detail[:4] == words[:4]


def test_a_zombie_cannot_overwrite(store: SqlStore) -> None:
    """A worker that wakes after its delivery was taken over is not heard, whatever it says."""
    an_approved_issue(store, 1)
    (old,) = claim(store, "zombie")
    intend(store, [old], "zombie")
    store.recover(1, resend=True, gone=["zombie"], now=NOW)
    (new,) = claim(store, "living")
    intend(store, [new], "living")
    end(store, a_result(old, S.BOUNCED, outcome=Outcome.REFUSED), owner="zombie")
    assert states(store) == [S.INFLIGHT]
    end(store, a_result(new), owner="living")
    end(store, a_result(old, S.BOUNCED, outcome=Outcome.REFUSED), owner="zombie")
    assert states(store) == [S.ACCEPTED]


def test_a_zombie_is_granted_nothing(store: SqlStore) -> None:
    """Its old claims are worth nothing under the new fence, even under its own name."""
    an_approved_issue(store, 1)
    old = claim(store, "one")
    store.recover(1, resend=True, gone=["one"], now=NOW)
    claim(store, "one")
    assert intend(store, old, "one") == frozenset()


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        (leave, S.SUPPRESSED),
        (suppress, S.SUPPRESSED),
        (lambda store, number: pause(store, number, date(2027, 1, 1)), S.SKIPPED),
        (lambda store, _: store.set_held(1, True), S.PENDING),
        (lambda store, _: store.abort(1, now=NOW), S.CANCELLED),
    ],
    ids=["leaves", "is suppressed", "pauses", "issue held", "issue aborted"],
)
def test_what_happens_between_claim_and_send_wins(store: SqlStore, happens: Any, state: DeliveryState) -> None:
    """The intent is not granted."""
    an_approved_issue(store, 1)
    claims = claim(store)
    happens(store, 1)
    assert intend(store, claims) == frozenset()
    assert states(store) == [state]


def test_one_who_may_not_be_mailed_keeps_nobody_else_back(store: SqlStore) -> None:
    """Of those claimed together only they are turned away; a pause that is over on this day keeps nobody."""
    an_approved_issue(store, 4)
    claims = claim(store)
    leave(store, 1)
    suppress(store, 3)
    pause(store, 4, NOW.date())
    assert intend(store, claims) == {claims[1].delivery_id, claims[3].delivery_id}
    assert states(store) == [S.SUPPRESSED, S.INFLIGHT, S.SUPPRESSED, S.INFLIGHT]


def test_a_deferred_delivery_of_a_held_issue_keeps_its_hour(store: SqlStore) -> None:
    """Given back, it is deferred as it was."""
    an_approved_issue(store, 1)
    (one,) = claim(store)
    end(store, a_result(one, S.DEFERRED, due_at=LATER))
    again = claim(store, now=LATER)
    store.set_held(1, True)
    assert intend(store, again, now=LATER) == frozenset()
    assert states(store) == [S.DEFERRED]
    assert store.next_due(1) == LATER


# --- giving back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [False, True], ids=["claimed", "with an intent"])
def test_what_is_given_back_counts_no_try(store: SqlStore, sent: bool) -> None:
    """When the provider is down nobody's tries move."""
    an_approved_issue(store, 2)
    claims = claim(store)
    if sent:
        intend(store, claims)
    store.release(claims, "one", now=NOW)
    assert (row(store).state, row(store).attempts) == (S.PENDING, 0)
    assert len(claim(store, "two")) == 2


def test_what_is_given_back_can_be_put_off(store: SqlStore) -> None:
    """Nobody claims it before its hour, others go first, and still no try is counted."""
    an_approved_issue(store, 2)
    store.release(claim(store, limit=1), "one", now=NOW, until=LATER)
    assert (row(store).state, row(store).attempts) == (S.DEFERRED, 0)
    assert [one.delivery_id for one in claim(store, "two")] == [2]
    assert [one.delivery_id for one in claim(store, "two", now=LATER)] == [1]


def test_only_the_holder_gives_back(store: SqlStore) -> None:
    """Another owner's release changes nothing."""
    an_approved_issue(store, 1)
    store.release(claim(store), "two", now=NOW)
    store.release([], "two", now=NOW)
    assert states(store) == [S.CLAIMED]


# --- the dead --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "now"),
    [(["one"], NOW), ([], NOW + timedelta(hours=1))],
    ids=["surely dead", "lease ran out"],
)
@pytest.mark.parametrize(
    ("resend", "state", "doubts", "recovered"),
    [
        (True, S.PENDING, 1, Recovered(released=1, resent=1)),
        (False, S.UNKNOWN, 0, Recovered(released=1, held=1)),
    ],
    ids=["resend", "hold"],
)
def test_what_died_is_taken_back(
    store: SqlStore,
    gone: list[str],
    now: datetime,
    resend: bool,
    state: DeliveryState,
    doubts: int,
    recovered: Recovered,
) -> None:
    """Claimed: nothing was sent. In flight: by policy."""
    an_approved_issue(store, 2)
    first, _ = claim(store)
    intend(store, [first])
    assert store.recover(1, resend=resend, gone=gone, now=now) == recovered
    assert states(store) == [state, S.PENDING]
    assert (row(store, 1).doubts, row(store, 2).attempts) == (doubts, 0)


def test_the_living_are_left_alone(store: SqlStore) -> None:
    """Before its lease ends, an owner not known to be gone keeps what it holds."""
    an_approved_issue(store, 2)
    first, _ = claim(store)
    intend(store, [first])
    assert store.recover(1, resend=True, gone=["other"], now=NOW + timedelta(seconds=299)) == Recovered()
    assert states(store) == [S.INFLIGHT, S.CLAIMED]


def test_owners_are_who_holds_something(store: SqlStore) -> None:
    """Whoever ended or gave back is none any more."""
    an_approved_issue(store, 2)
    (first,) = claim(store, "one", limit=1)
    claim(store, "two")
    assert store.owners(1) == {"one", "two"}
    end(store, a_result(first))
    assert store.owners(1) == {"two"}


def test_what_is_in_flight_of_the_dead_can_be_asked_about(store: SqlStore) -> None:
    """As it was claimed, under its fence."""
    an_approved_issue(store, 2)
    first, _ = claim(store)
    intend(store, [first])
    assert list(store.in_flight(1, ["one"], now=NOW)) == [first]
    assert list(store.in_flight(1, [], now=NOW)) == []


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ({"state": S.ACCEPTED}, S.ACCEPTED),
        ({"state": S.UNKNOWN, "outcome": Outcome.DOUBTFUL}, S.UNKNOWN),
        ({"state": S.DEFERRED, "outcome": Outcome.DEFERRED, "due_at": NOW}, S.DEFERRED),
    ],
)
def test_what_was_found_out_is_settled_once(store: SqlStore, result: dict[str, Any], state: DeliveryState) -> None:
    """The second who found out the same is not heard."""
    an_approved_issue(store, 1)
    (one,) = claim(store)
    intend(store, [one])
    assert store.settle([a_result(one, **result)], now=NOW) == 1
    assert store.settle([a_result(one, **result)], now=NOW) == 0
    assert states(store) == [state]


def test_what_was_found_out_too_late_counts_nothing(store: SqlStore) -> None:
    """Under an old fence nothing is settled."""
    an_approved_issue(store, 1)
    (one,) = claim(store)
    intend(store, [one])
    store.recover(1, resend=True, gone=["one"], now=NOW)
    intend(store, claim(store, "two"), "two")
    assert store.settle([a_result(one)], now=NOW) == 0
    assert states(store) == [S.INFLIGHT]


# --- an issue that was aborted ---------------------------------------------------------------------------


def test_what_was_in_flight_when_the_issue_was_aborted_ends_by_its_result(store: SqlStore) -> None:
    """Accepted stays true; what would be tried again never is; what may have arrived is unknown."""
    an_approved_issue(store, 4)
    one, two, three, four = claim(store)
    intend(store, [one, two, three, four])
    store.abort(1, now=NOW)
    end(
        store,
        a_result(one),
        a_result(two, S.DEFERRED, outcome=Outcome.DEFERRED, due_at=LATER),
        a_result(three, S.DEFERRED, outcome=Outcome.DOUBTFUL, due_at=LATER),
    )
    store.release([four], "one", now=NOW)
    assert states(store) == [S.ACCEPTED, S.CANCELLED, S.UNKNOWN, S.CANCELLED]


def test_nothing_of_an_aborted_issue_is_sent_again(store: SqlStore) -> None:
    """Not even under `resend`."""
    an_approved_issue(store, 1)
    intend(store, claim(store))
    store.abort(1, now=NOW)
    assert store.recover(1, resend=True, gone=["one"], now=NOW) == Recovered(held=1)
    assert states(store) == [S.UNKNOWN]
    assert claim(store, "two") == []


# --- looking ---------------------------------------------------------------------------------------------


def test_progress_counts_every_row_once(store: SqlStore) -> None:
    """States without any are left out."""
    an_approved_issue(store, 3)
    end(store, a_result(claim(store, limit=1)[0]))
    assert store.progress(1) == {S.ACCEPTED: 1, S.PENDING: 2}
    assert store.progress(99) == {}


def test_progress_follows_an_issue_of_which_much_was_counted_before(store: SqlStore, store_url: str) -> None:
    """What was accepted need not be counted again, whoever sends the rest meanwhile."""
    an_approved_issue(store, 3)
    end(store, a_result(claim(store, limit=1)[0]))
    assert store.progress(1) == {S.ACCEPTED: 1, S.PENDING: 2}
    other = open_store(store_url)
    end(other, *(a_result(one) for one in claim(other)))
    other.close()
    assert store.progress(1) == {S.ACCEPTED: 3}


def test_the_next_due_instant_is_the_earliest_of_waits_and_leases(store: SqlStore) -> None:
    """None when nothing waits."""
    an_approved_issue(store, 2)
    assert store.next_due(1) is None
    first, second = claim(store)
    assert store.next_due(1) == NOW + timedelta(seconds=300)
    end(store, a_result(first, S.DEFERRED, due_at=NOW + timedelta(seconds=200)))
    assert store.next_due(1) == NOW + timedelta(seconds=200)
    end(store, a_result(second))
    assert claim(store, now=NOW + timedelta(seconds=200))
    assert store.next_due(1) == NOW + timedelta(seconds=500)


def test_a_delivery_that_is_not_there_is_none(store: SqlStore) -> None:
    """Asking does no harm."""
    an_approved_issue(store, 1)
    store.save_subscribers([a_subscriber("late@example.org")], now=NOW)
    assert store.delivery(1, 2) is None


# --- many at once ----------------------------------------------------------------------------------------


def test_workers_at_once_share_the_deliveries_without_overlap(store: SqlStore) -> None:
    """Six threads, small batches: each delivery is claimed, and ended, exactly once."""
    an_approved_issue(store, 120)
    taken: list[int] = []

    def work(owner: str) -> None:
        while claims := claim(store, owner, limit=7):
            granted = intend(store, claims, owner)
            taken.extend(granted)
            end(store, *(a_result(one) for one in claims), owner=owner)

    threads = [threading.Thread(target=work, args=(f"worker {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [delivery.id for delivery in store.deliveries(1)]
    assert store.progress(1) == {S.ACCEPTED: 120}


# --- while the disk is waited for ------------------------------------------------------------------------


def test_what_is_done_meanwhile_may_read(store: SqlStore) -> None:
    """It runs once, in the thread of whoever writes, and the commit stands afterwards."""
    an_approved_issue(store, 2)
    first, second = claim(store)
    seen: list[tuple[int, int]] = []
    store.record(
        [],
        [first],
        "one",
        lease=60,
        now=NOW,
        meanwhile=lambda _: seen.append((threading.get_ident(), sum(store.count_subscribers().values()))),
    )
    assert seen == [(threading.get_ident(), 2)]
    assert store.progress(1) == {S.INFLIGHT: 1, S.CLAIMED: 1}
    store.record([a_result(first)], [second], "one", lease=60, now=NOW, meanwhile=lambda committed: committed.result())
    assert store.progress(1) == {S.ACCEPTED: 1, S.INFLIGHT: 1}


def test_what_goes_wrong_meanwhile_undoes_nothing(store: SqlStore) -> None:
    """It is raised when the commit is through."""
    an_approved_issue(store, 1)
    with pytest.raises(ZeroDivisionError):
        store.record([], claim(store), "one", lease=60, now=NOW, meanwhile=lambda _: 1 / 0)
    assert store.progress(1) == {S.INFLIGHT: 1}
