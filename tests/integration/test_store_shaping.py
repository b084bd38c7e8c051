"""The trail of what editors did, on both databases: on the version they saw, or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from digest.errors import EditedMeanwhile, StateError, StoreError
from digest.models import (
    Act,
    Approve,
    Claim,
    DeliveryState,
    Exclude,
    Issue,
    IssueStatus,
    Note,
    Outcome,
    Pin,
    Receipt,
    Result,
    Schedule,
    Selection,
    Undo,
    Withdraw,
)
from digest.shaping import fold
from digest.store import tables
from digest.store.store import SqlStore
from tests.factories import NOW, a_window
from tests.integration.store_verbs import (
    a_frozen_issue,
    a_placement,
    a_recipient,
    an_edition,
    freeze,
    readers,
    summaries,
)

LATER = NOW + timedelta(hours=1)
PIN = Pin(summary_id=1)


def a_draft(store: SqlStore, **window: object) -> Issue:
    return store.add_issue(a_window(**window), now=NOW)


def act(store: SqlStore, issue: Issue, *steps, on: int = 0, by: str = "ada") -> bool:
    return store.act(issue.id, steps, by=by, on=on, now=LATER)


def claimed(store: SqlStore, issue: Issue, *, now=LATER) -> list[Claim]:
    return list(store.claim(issue.id, "worker", limit=10, lease=60, now=now))


def rows(store: SqlStore, table: sa.Table) -> int:
    with store.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


# --- the trail ---------------------------------------------------------------------------------------------


def test_acts_come_back_in_order(store):
    """Who, when and what, hostile words and all."""
    issue = a_draft(store)
    hostile = "<b>\0\ud800 ' \u202e"
    act(store, issue, Exclude(summary_id=7, reason=hostile), PIN, by=hostile)
    act(store, issue, Undo(), on=1, by="jo")
    first, second = store.acts(issue.id)
    assert first.steps == (Exclude(summary_id=7, reason=hostile), PIN)
    assert second == Act(issue_id=issue.id, number=2, at=LATER, by="jo", steps=(Undo(),))
    assert first.by == "<b>\ufffd\ufffd ' \u202e"


def test_an_untouched_issue_has_none(store):
    """Its shape is that of nobody's hand."""
    assert store.acts(a_draft(store).id) == ()


def test_whoever_comes_second_is_told(store):
    """Who was faster and what they did; nothing of the second is written."""
    issue = a_draft(store)
    act(store, issue, PIN)
    with pytest.raises(EditedMeanwhile, match="ada pinned summary 1") as told:
        act(store, issue, Note(text="Hello"), by="jo")
    assert told.value.version == 1 and len(store.acts(issue.id)) == 1


def test_many_acts_meanwhile_are_counted(store):
    """The first three are named."""
    issue = a_draft(store)
    for number in range(5):
        act(store, issue, Pin(summary_id=number), on=number)
    with pytest.raises(EditedMeanwhile, match="pinned summary 2; and 2 more"):
        act(store, issue, PIN)


def test_of_two_at_the_same_moment_one_is_first(store):
    """Whatever the database, one act is written and the other editor is told of it."""
    issue = a_draft(store)
    together = Barrier(4)

    def one(number: int) -> bool:
        together.wait(30)
        try:
            return act(store, issue, Pin(summary_id=number), by=f"editor {number}") or True
        except EditedMeanwhile:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [False, False, False, True]
    assert len(store.acts(issue.id)) == 1


def test_an_issue_that_does_not_exist(store):
    """The error names the id."""
    with pytest.raises(StoreError, match="7"):
        store.act(7, [PIN], by="ada", on=0, now=NOW)


def test_earlier_acts_are_those_of_the_issues_before(store):
    """Of this cadence, issue by issue; what was done to this one is none of them."""
    november = a_draft(store)
    december_window = a_window(label="2026-12", since=a_window().until, until=a_window().until + timedelta(days=31))
    december = store.add_issue(december_window, now=NOW)
    act(store, december, PIN)
    act(store, november, Note(text="Hello"))
    assert [one.issue_id for one in store.earlier_acts(december_window)] == [november.id]
    assert store.earlier_acts(a_window()) == ()


# --- approvals ---------------------------------------------------------------------------------------------


def an_approved(store: SqlStore) -> Issue:
    (one,) = summaries(store, "one")
    selection = Selection(research=(a_placement(one.study_id),))
    return a_frozen_issue(store, an_edition(selection), None)


def test_an_approval_stands_in_the_trail(store):
    """Written with everything that is frozen, on the version that was looked at."""
    issue = a_draft(store)
    approval = Act(issue_id=issue.id, number=1, at=NOW, by="ada", steps=(Approve(content_hash="hash"),))
    freeze(store, issue, [], act=approval)
    assert fold(store.acts(issue.id)).approvals[0].by == "ada"


def test_an_approval_of_what_has_changed_is_refused(store):
    """Somebody acted while it was being made: nothing is frozen."""
    issue = a_draft(store)
    act(store, issue, PIN)
    approval = Act(issue_id=issue.id, number=1, at=NOW, by="jo", steps=(Approve(content_hash="hash"),))
    with pytest.raises(EditedMeanwhile):
        freeze(store, issue, [a_recipient(one, an_edition()) for one in readers(store, "x@example.org")], act=approval)
    assert store.issue_by_id(issue.id).status is IssueStatus.DRAFT and not store.progress(issue.id)


@pytest.mark.parametrize("step", [PIN, Undo(), Withdraw(reason="a slip")])
def test_a_change_withdraws_an_approval(store, step):
    """What was frozen is gone, and the issue is a draft that can be approved again."""
    issue = an_approved(store)
    assert act(store, issue, step)
    after = store.issue_by_id(issue.id)
    assert (after.status, after.approved_at, after.approved_by, after.content_hash) == (
        IssueStatus.DRAFT, None, None, None,
    )  # fmt: skip
    for table in (tables.deliveries, tables.editions, tables.edition_items, tables.frozen_pools):
        assert rows(store, table) == 0
    everybody = list(store.subscribers())
    freeze(store, after, [a_recipient(reader, an_edition(key="new")) for reader in everybody])
    assert store.progress(issue.id) == {DeliveryState.PENDING: 2}


@pytest.mark.parametrize("step", [PIN, Withdraw()])
def test_an_issue_that_was_paused_stays_so(store, step):
    """Approved again, it does not run on before whoever paused it lets it."""
    issue = an_approved(store)
    store.set_held(issue.id, True)
    act(store, issue, step)
    freeze(store, issue, [a_recipient(reader, an_edition(key="new")) for reader in store.subscribers()])
    assert store.issue_by_id(issue.id).held and claimed(store, issue) == []


def test_a_change_of_a_draft_withdraws_nothing(store):
    """There is no approval to take back."""
    assert not act(store, a_draft(store), PIN)


def test_other_issues_are_left_alone(store):
    """Only what was frozen with this one goes."""
    issue = an_approved(store)
    other = {"label": "2026-10", "since": a_window().since - timedelta(days=31), "until": a_window().since}
    a_frozen_issue(store, an_edition(key="other"), **other)
    act(store, issue, PIN)
    assert (rows(store, tables.deliveries), rows(store, tables.editions), rows(store, tables.frozen_pools)) == (1, 1, 1)


@pytest.mark.parametrize("outcome", [DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.BOUNCED])
def test_what_has_left_cannot_be_taken_back(store, outcome):
    """One mail that was tried is enough; nothing changes, and the trail says nothing."""
    issue = an_approved(store)
    (claim,) = claimed(store, issue)
    store.record([], [claim], "worker", lease=60, now=LATER)
    refused = pytest.raises(StateError, match="cannot be changed any more: 1 mail has left")
    with refused:
        act(store, issue, PIN)
    receipt = Receipt(outcome=Outcome.ACCEPTED)
    store.record([Result(claim=claim, state=outcome, receipt=receipt)], [], "worker", lease=60, now=LATER)
    with pytest.raises(StateError, match="1 mail has left"):
        act(store, issue, PIN)
    assert store.acts(issue.id) == () and store.issue_by_id(issue.id).status is IssueStatus.APPROVED
    assert rows(store, tables.deliveries) == 2


def test_a_claim_under_a_withdrawn_approval_sends_nothing(store):
    """A worker that had taken a mail, and not sent it, is not granted it any more; nor is one approved anew."""
    issue = an_approved(store)
    (claim,) = claimed(store, issue)
    act(store, issue, PIN)
    assert store.record([], [claim], "worker", lease=60, now=LATER) == frozenset()
    freeze(store, issue, [a_recipient(reader, an_edition(key="new")) for reader in store.subscribers()])
    assert store.record([], [claim], "worker", lease=60, now=LATER) == frozenset()
    assert store.progress(issue.id) == {DeliveryState.PENDING: 2}


def test_a_claim_says_under_which_approval(store):
    """So that whoever composes it takes the right words."""
    (claim,) = claimed(store, an_approved(store))
    assert claim.content_hash == "hash"


def test_an_aborted_issue_is_left_as_it_is(store):
    """Ended for good."""
    issue = an_approved(store)
    store.abort(issue.id, now=LATER)
    for step in (PIN, Withdraw(), Schedule(at=LATER)):
        with pytest.raises(StateError, match="aborted"):
            act(store, issue, step)


# --- the schedule ------------------------------------------------------------------------------------------


def test_nothing_leaves_before_its_hour(store):
    """Whoever claims gets nothing; at the hour itself they do."""
    issue = an_approved(store)
    assert not act(store, issue, Schedule(at=LATER + timedelta(hours=5)))
    assert store.issue_by_id(issue.id).not_before == LATER + timedelta(hours=5)
    assert claimed(store, issue, now=LATER + timedelta(hours=4)) == []
    assert len(claimed(store, issue, now=LATER + timedelta(hours=5))) == 1


def test_what_is_claimed_already_waits_too(store):
    """The intent is refused, and the delivery given back."""
    issue = an_approved(store)
    (claim,) = claimed(store, issue)
    act(store, issue, Schedule(at=LATER + timedelta(hours=5)))
    assert store.record([], [claim], "worker", lease=60, now=LATER) == frozenset()
    assert store.progress(issue.id)[DeliveryState.PENDING] == 1


def test_a_schedule_is_taken_away(store):
    """And an issue whose first mail has left keeps the date it has."""
    issue = an_approved(store)
    act(store, issue, Schedule(at=LATER + timedelta(hours=5)))
    act(store, issue, Schedule(at=None), on=1)
    (claim,) = claimed(store, issue)
    store.record([], [claim], "worker", lease=60, now=LATER)
    with pytest.raises(StateError, match="cannot be scheduled any more"):
        act(store, issue, Schedule(at=LATER), on=2)
