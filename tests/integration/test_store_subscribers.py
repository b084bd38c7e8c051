"""Subscribers, histories and suppressions, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.errors import StoreError
from digest.models import (
    Cadence,
    Consent,
    DeliveryState,
    FeedbackKind,
    Length,
    Outcome,
    PartOfDay,
    Profile,
    Receipt,
    Result,
    Selection,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from digest.store.base import HistoryRow
from tests.factories import NOW, a_subscriber, a_window
from tests.integration.store_verbs import (
    a_frozen_issue,
    a_placement,
    a_recipient,
    an_edition,
    freeze,
    readers,
    summaries,
)

LATER = NOW + timedelta(days=1)
FULL = Subscriber(
    address="Ada@example.org",
    name="Ada Ö. \u202e",
    profile=Profile(interests=("b", "a"), mutes=frozenset({"c"}), length=Length.FULL, quiet_note=True),
    cadence=Cadence.WEEKLY,
    role="nurse",
    language="de",
    status=SubscriberStatus.ACTIVE,
    paused_until=date(2027, 1, 31),
    timezone="Europe/Berlin",
    weekday=0,
    part_of_day=PartOfDay.EVENING,
    consent=Consent(at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), method="paper form", text_version="2"),
)


# --- subscribers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [FULL, Subscriber(address="bob@example.org")], ids=["full", "bare"])
def test_a_subscriber_comes_back(store, given):
    """Every field, the address as it was written, with an id."""
    store.save_subscribers([given], now=NOW)
    (stored,) = store.subscribers()
    assert stored.id > 0
    assert replace(stored, id=0) == given


def test_a_subscriber_is_changed(store):
    """Whoever has an id is updated, in every field, whatever became new."""
    store.save_subscribers([a_subscriber("ada@example.org", "x"), a_subscriber("eve@example.org")], now=NOW)
    ada, eve = store.subscribers()
    store.save_subscribers([replace(FULL, id=ada.id), a_subscriber("new@example.org")], now=LATER)
    changed, other, new = store.subscribers()
    assert (changed, other, new.address) == (replace(FULL, id=ada.id), eve, "new@example.org")


def test_an_address_belongs_to_one_subscriber(store):
    """Another spelling is the same address; nothing of the batch is stored."""
    readers(store, "ada@example.org")
    with pytest.raises(StoreError):
        store.save_subscribers([a_subscriber("bob@example.org"), a_subscriber("ADA@Example.Org")], now=NOW)
    assert [reader.address for reader in store.subscribers()] == ["ada@example.org"]


def test_a_change_of_nobody_is_refused(store):
    """An id that is not there is not silently left out."""
    with pytest.raises(StoreError, match="not there any more"):
        store.save_subscribers([a_subscriber(id=7)], now=NOW)


def test_ids_are_not_given_twice(store):
    """They rise in the order of saving."""
    everybody = readers(store, "c@example.org", "a@example.org", "b@example.org")
    assert [reader.address[0] for reader in everybody] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["B@Example.org", "a@example.org"], ["a@example.org", "b@example.org"]),
        (["nobody@example.org"], []),
        ([], []),
        ([f"{number}@example.org" for number in range(5_000)] + ["b@example.org"], ["b@example.org"]),
    ],
)
def test_subscribers_by_address(store, asked, found):
    """Any spelling, any number, in the order of ids; unknown ones are left out."""
    readers(store, "a@example.org", "b@example.org")
    assert [reader.address for reader in store.subscribers(asked)] == found


def test_a_domain_in_either_form(store):
    """A domain with an umlaut and its ASCII form are one."""
    readers(store, "ada@bücher.example")
    assert len(list(store.subscribers(["ada@xn--bcher-kva.example"]))) == 1


def test_a_status_is_changed(store):
    """By any spelling of the address; an unknown one is told."""
    readers(store, "ada@example.org")
    assert store.set_status("ADA@example.org", SubscriberStatus.UNSUBSCRIBED, now=LATER)
    assert not store.set_status("bob@example.org", SubscriberStatus.UNSUBSCRIBED, now=LATER)
    assert [reader.status for reader in store.subscribers()] == [SubscriberStatus.UNSUBSCRIBED]


def test_a_row_that_was_taken_in_undoes_nothing(store):
    """What its reader chose since stays, until the row is another one, or is taken in again on purpose."""
    row = a_subscriber("ada@example.org", "x")
    assert store.merge_subscribers([row], now=NOW, fingerprints=["one"])[0].before is None
    (ada,) = store.subscribers()
    chosen = replace(ada, name="Ada", profile=Profile(interests=("y",)))
    store.save_wishes(chosen, now=NOW)
    (done,) = store.merge_subscribers([row], now=LATER, fingerprints=["one"])
    assert done.before == done.after == chosen and list(store.subscribers()) == [chosen]
    store.merge_subscribers([replace(row, role="nurse")], now=LATER, fingerprints=["two"])
    assert list(store.subscribers()) == [replace(ada, role="nurse")]
    store.save_wishes(chosen, now=NOW)
    store.merge_subscribers([row], now=LATER, fingerprints=["two"], again=True)
    assert list(store.subscribers()) == [ada]


def test_a_row_of_another_file_counts_and_is_not_remembered(store):
    """It is somebody's own act; the file that stands beside the database goes on from where it was."""
    row = a_subscriber("ada@example.org", "x")
    store.merge_subscribers([row], now=NOW, fingerprints=["one"])
    store.merge_subscribers([replace(row, name="Ada")], now=NOW)
    store.merge_subscribers([row], now=LATER, fingerprints=["one"])
    assert [one.name for one in store.subscribers()] == ["Ada"]


def test_who_moved_to_another_address_is_not_brought_in_twice(store):
    """The row of the old address is theirs, as it is and as another one, while nobody else has that address."""
    row = a_subscriber("ada@example.org", "x")
    store.merge_subscribers([row], now=NOW, fingerprints=["one"])
    (ada,) = store.subscribers()
    store.save_subscribers([replace(ada, address="ada@example.net")], now=NOW)
    for fingerprint, name in (("one", ""), ("two", "Ada")):
        store.merge_subscribers([replace(row, name=name)], now=LATER, fingerprints=[fingerprint])
        assert list(store.subscribers()) == [replace(ada, address="ada@example.net", name=name)]
    store.save_subscribers([a_subscriber("ada@example.org", "y")], now=LATER)
    store.merge_subscribers([row], now=LATER, fingerprints=["three"])
    assert [(one.address, one.profile.interests) for one in store.subscribers()] == [
        ("ada@example.net", ("x",)),
        ("ada@example.org", ("x",)),
    ]


def test_subscribers_are_counted(store):
    """By status, none left out."""
    readers(store, "a@example.org", "b@example.org")
    store.set_status("a@example.org", SubscriberStatus.UNSUBSCRIBED, now=NOW)
    active, gone, unconfirmed = SubscriberStatus.ACTIVE, SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.UNCONFIRMED
    assert store.count_subscribers() == {active: 1, gone: 1, unconfirmed: 0}


# --- the audience ------------------------------------------------------------------------------------------


def test_the_audience_of_a_cadence(store):
    """Everybody of it whatever their status, in the order of ids, and nobody else."""
    readers(store, "a@example.org", "b@example.org", status=SubscriberStatus.UNSUBSCRIBED)
    readers(store, "w@example.org", cadence=Cadence.WEEKLY)
    readers(store, "c@example.org")
    audience = [row.subscriber for row in store.audience(Cadence.MONTHLY)]
    assert audience == [reader for reader in store.subscribers() if reader.cadence is Cadence.MONTHLY]
    assert len(audience) == 3


def test_the_audience_knows_who_is_suppressed(store):
    """Whatever spelling was suppressed."""
    readers(store, "ada@example.org", "bob@example.org")
    store.suppress(Suppression(address="BOB@example.org", reason=FeedbackKind.COMPLAINT, at=NOW))
    assert [row.suppressed for row in store.audience(Cadence.MONTHLY)] == [False, True]


def test_a_stream_sees_what_was_there_when_it_began(store):
    """Writing while reading is possible, and what is written comes with the next stream."""
    readers(store, *(f"{number}@example.org" for number in range(2_100)))
    audience = store.audience(Cadence.MONTHLY)
    next(audience)
    readers(store, "late@example.org")
    assert sum(1 for _ in audience) == 2_099
    assert sum(1 for _ in store.audience(Cadence.MONTHLY)) == 2_101


def test_a_stream_may_be_left(store):
    """Whoever stops reading holds nothing up: many streams are begun and none is finished."""
    readers(store, *(f"{number}@example.org" for number in range(1_100)))
    for _ in range(40):
        next(store.audience(Cadence.MONTHLY))
        next(store.subscribers())
    assert store.count_subscribers()[SubscriberStatus.ACTIVE] == 1_100


# --- history -----------------------------------------------------------------------------------------------


def finish(store, issue, state):
    """Send the only delivery of the issue to this end."""
    (claim,) = store.claim(issue.id, "worker", limit=1, lease=60, now=NOW)
    store.record([], [claim], "worker", lease=60, now=NOW)
    receipt = Receipt(outcome=Outcome.REFUSED if state is DeliveryState.BOUNCED else Outcome.ACCEPTED)
    store.record([Result(claim=claim, state=state, receipt=receipt)], [], "worker", lease=60, now=NOW)


@pytest.fixture
def study(store):
    """A stored study."""
    return summaries(store, "one")[0].study_id


def test_a_history_names_editions_with_the_study(store, study):
    """Placed or left over, of the readers of the cadence; other studies and "also new" do not count."""
    placed, left = Selection(research=(a_placement(study),)), Selection(left_over=(a_placement(study),))
    also = Selection(also_new=(a_placement(study),))
    a_frozen_issue(store, an_edition(placed), an_edition(left), an_edition(also), an_edition(), None)
    rows = list(store.history(Cadence.MONTHLY, {study}))
    one, two, *_ = (reader.id for reader in store.subscribers())
    assert [(row.subscriber_id, row.edition_id) for row in rows] == [(one, 1), (two, 2)]
    assert list(store.history(Cadence.WEEKLY, {study})) == []


@pytest.mark.parametrize("asked", [[], [999]])
def test_a_history_of_nothing(store, study, asked):
    """No study, no history."""
    a_frozen_issue(store, an_edition(Selection(research=(a_placement(study),))))
    assert list(store.history(Cadence.MONTHLY, asked)) == []


def test_a_history_is_in_the_order_of_readers(store, study):
    """Then of editions, over all issues and any cadence of theirs; each edition once however many studies match."""
    other = max(summary.study_id for summary in summaries(store, "two"))
    edition = an_edition(Selection(research=(a_placement(study), a_placement(other))))
    one, two = readers(store, "a@example.org", "b@example.org")
    for label, cadence in (("2026-11", Cadence.MONTHLY), ("2026-W47", Cadence.WEEKLY)):
        issue = store.add_issue(a_window(label=label, cadence=cadence), now=NOW)
        freeze(store, issue, [a_recipient(two, edition), a_recipient(one, edition)])
    rows = [(row.subscriber_id, row.edition_id) for row in store.history(Cadence.MONTHLY, {study, other, 999})]
    assert rows == [(one.id, 1), (one.id, 2), (two.id, 1), (two.id, 2)]


@pytest.mark.parametrize(("state", "received"), [(DeliveryState.ACCEPTED, True), (DeliveryState.BOUNCED, False)])
def test_a_history_says_what_arrived(store, study, state, received):
    """What bounced was not received; what was taken was."""
    issue = a_frozen_issue(store, an_edition(Selection(research=(a_placement(study),))))
    finish(store, issue, state)
    (row,) = store.history(Cadence.MONTHLY, {study})
    assert row == HistoryRow(subscriber_id=row.subscriber_id, edition_id=1, received=received)


def test_what_is_on_its_way_counts_as_received(store, study):
    """It may arrive: it is not sent a second time."""
    a_frozen_issue(store, an_edition(Selection(research=(a_placement(study),))))
    assert [row.received for row in store.history(Cadence.MONTHLY, {study})] == [True]


def test_what_was_cancelled_was_not_received(store, study):
    """An aborted issue leaves its studies to be sent."""
    issue = a_frozen_issue(store, an_edition(Selection(research=(a_placement(study),))))
    store.abort(issue.id, now=NOW)
    assert [row.received for row in store.history(Cadence.MONTHLY, {study})] == [False]


def test_what_may_have_arrived_before_it_bounced_counts_as_received(store, study):
    """A copy sent in doubt may have arrived, whatever became of the next one."""
    issue = a_frozen_issue(store, an_edition(Selection(research=(a_placement(study),))))
    (claim,) = store.claim(issue.id, "dead", limit=1, lease=60, now=NOW)
    store.record([], [claim], "dead", lease=60, now=NOW)
    store.recover(issue.id, resend=True, gone={"dead"}, now=NOW)
    finish(store, issue, DeliveryState.BOUNCED)
    assert [row.received for row in store.history(Cadence.MONTHLY, {study})] == [True]


# --- suppressions ------------------------------------------------------------------------------------------


def test_a_suppression_stands(store):
    """The first one, with its reason; a second one for any spelling of the address changes nothing."""
    first = Suppression(address="Ada@example.org", reason=FeedbackKind.COMPLAINT, at=LATER, detail="5.1.1")
    assert store.suppress(first)
    assert not store.suppress(replace(first, address="ada@EXAMPLE.org", reason=FeedbackKind.HARD_BOUNCE))
    assert list(store.suppressions()) == [first]


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        (FeedbackKind.HARD_BOUNCE, FeedbackKind.COMPLAINT, FeedbackKind.COMPLAINT),
        (FeedbackKind.SOFT_BOUNCE, FeedbackKind.UNSUBSCRIBE, FeedbackKind.UNSUBSCRIBE),
        (FeedbackKind.UNSUBSCRIBE, FeedbackKind.COMPLAINT, FeedbackKind.COMPLAINT),
        (FeedbackKind.UNSUBSCRIBE, FeedbackKind.HARD_BOUNCE, FeedbackKind.UNSUBSCRIBE),
        (FeedbackKind.HARD_BOUNCE, FeedbackKind.SOFT_BOUNCE, FeedbackKind.HARD_BOUNCE),
    ],
)
def test_the_graver_reason_stands(store, first, second, stands):
    """Whatever came first, and it is no longer in quarantine: what its owner said is in no doubt."""
    made = Suppression(address="ada@example.org", reason=first, at=NOW, quarantined_at=NOW)
    assert store.suppress(made)
    assert not store.suppress(Suppression(address="Ada@example.org", reason=second, at=LATER))
    (stored,) = store.suppressions()
    assert stored.reason is stands and (stored.quarantined_at is None) == (stands is not first)


def test_suppressions_come_oldest_first(store):
    """By their instants, not by when they were stored."""
    for address, at in (("b@example.org", LATER), ("a@example.org", NOW)):
        store.suppress(Suppression(address=address, reason=FeedbackKind.HARD_BOUNCE, at=at))
    assert [suppression.address[0] for suppression in store.suppressions()] == ["a", "b"]


def test_an_address_of_nobody_may_be_suppressed(store):
    """Feedback outlives subscribers: whoever comes back with the address is suppressed."""
    store.suppress(Suppression(address="ada@example.org", reason=FeedbackKind.HARD_BOUNCE, at=NOW))
    readers(store, "ada@example.org")
    assert [row.suppressed for row in store.audience(Cadence.MONTHLY)] == [True]
