"""What came back about addresses, on both databases: written once, judged in order whatever the order it came in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from digest.feedback import take_feedback
from digest.models import DeliveryState as S
from digest.models import FeedbackKind, Outcome, Receipt, Result
from digest.store.store import SqlStore
from digest.suppression import Feedback
from tests.factories import NOW, a_window, an_approved_issue

K = FeedbackKind
ADA = "reader1@example.org"


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


def said(kind: FeedbackKind, day: float = 0, **given: Any) -> Feedback:
    return Feedback(**{"address": ADA, "kind": kind, "at": days(day), **given})


def take_in(store: SqlStore, feedback: Feedback) -> bool:
    """Whether it suppressed the address."""
    return take_feedback(store, [feedback], now=NOW).suppressed == 1


def issues(store: SqlStore, number: int) -> list[int]:
    windows = [a_window(label=f"2026-0{one}", until=days(one), since=days(one - 1)) for one in range(1, number + 1)]
    return [store.add_issue(window, now=NOW).id for window in windows]


def test_what_is_said_is_remembered_oldest_first(store: SqlStore) -> None:
    """Every field of it, for any spelling of the address."""
    (issue,) = issues(store, 1)
    new = said(K.SOFT_BOUNCE, 2, code="5.2.2", detail="mailbox full", issue_id=issue, event_id="abc")
    old = said(K.HARD_BOUNCE, 1, code="5.1.2", detail="no such domain", event_id="abd")
    assert store.add_feedback(new) and store.add_feedback(old)
    assert store.feedback("READER1@Example.org") == (old, new)
    assert store.feedback("reader2@example.org") == ()


def test_a_second_copy_is_no_news(store: SqlStore) -> None:
    """The same event by its name; without one, the same kind at the same instant."""
    assert [store.add_feedback(said(K.COMPLAINT, event_id="e1", detail=words)) for words in ("one", "two")] == [
        True,
        False,
    ]
    assert [store.add_feedback(said(K.SOFT_BOUNCE, day)) for day in (0, 0, 1)] == [True, False, True]
    assert len(store.feedback(ADA)) == 3


def test_an_accepted_mail_counts_as_a_delivery(store: SqlStore) -> None:
    """And one that bounced does not."""
    issue = an_approved_issue(store, 2)
    claims = store.claim(issue.id, "me", limit=2, lease=60, now=NOW)
    store.record([], claims, "me", lease=60, now=NOW)
    ends = zip(claims, (S.ACCEPTED, S.BOUNCED), (Outcome.ACCEPTED, Outcome.REFUSED), strict=True)
    results = [Result(claim=claim, state=state, receipt=Receipt(outcome=outcome)) for claim, state, outcome in ends]
    store.record(results, [], "me", lease=60, now=days(1))
    assert store.feedback(ADA) == (said(K.DELIVERED, 1, issue_id=issue.id),)
    assert store.feedback("reader2@example.org") == ()


def test_three_issues_in_a_row_and_the_address_is_let_go(store: SqlStore) -> None:
    """Whatever the order in which they were heard of; the same news again changes nothing."""
    one, two, three = issues(store, 3)
    heard = [said(K.SOFT_BOUNCE, 3, issue_id=three), said(K.SOFT_BOUNCE, 1, issue_id=one)]
    last = said(K.SOFT_BOUNCE, 2, issue_id=two)
    assert [take_in(store, feedback) for feedback in (*heard, heard[0], last, last)] == [*[False] * 3, True, False]
    (suppression,) = store.suppressions()
    assert (suppression.address, suppression.reason) == (ADA, K.SOFT_BOUNCE)


def test_old_news_never_wins(store: SqlStore) -> None:
    """A third soft bounce from before a delivery comes late, and suppresses nobody."""
    one, two, three, four = issues(store, 4)
    for feedback in (
        said(K.SOFT_BOUNCE, 1, issue_id=one),
        said(K.SOFT_BOUNCE, 2, issue_id=two),
        said(K.DELIVERED, 4, issue_id=four),
        said(K.SOFT_BOUNCE, 3, issue_id=three),
    ):
        assert not take_in(store, feedback)
    assert not list(store.suppressions())


@pytest.mark.parametrize("kind", [K.COMPLAINT, K.UNSUBSCRIBE])
def test_a_complaint_sticks(store: SqlStore, kind: FeedbackKind) -> None:
    """However old it is when it is heard of, and whatever was delivered since."""
    take_in(store, said(K.DELIVERED, 5))
    assert take_in(store, said(kind, 1))
    assert not take_in(store, said(K.DELIVERED, 6))
    (suppression,) = store.suppressions()
    assert (suppression.reason, suppression.at) == (kind, days(1))
