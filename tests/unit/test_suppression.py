"""What feedback means for an address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from digest.models import FeedbackKind, Outcome, Receipt
from digest.suppression import Feedback, feedback_of, kind_of_code, suppression_after, verdict
from tests.factories import NOW


def feedback(kind: FeedbackKind = FeedbackKind.SOFT_BOUNCE, *, days_ago: float = 0, **given: Any) -> Feedback:
    return Feedback(**{"address": "ada@example.org", "kind": kind, "at": NOW - timedelta(days=days_ago), **given})


@pytest.mark.parametrize("code", ["5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
def test_one_word_of_a_dead_mailbox_is_enough(code: str) -> None:
    """These codes say that nobody will ever read it there."""
    suppression = suppression_after(feedback(FeedbackKind.HARD_BOUNCE, code=code))
    assert suppression is not None
    assert (suppression.address, suppression.reason) == ("ada@example.org", FeedbackKind.HARD_BOUNCE)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("5.1.1", FeedbackKind.HARD_BOUNCE),
        ("5.1.2", FeedbackKind.HARD_BOUNCE),
        ("5.2.2", FeedbackKind.SOFT_BOUNCE),
        ("4.2.2", FeedbackKind.SOFT_BOUNCE),
        ("4.2.0", FeedbackKind.SOFT_BOUNCE),
        ("4.1.1", FeedbackKind.SOFT_BOUNCE),
        ("4.1.8", None),
        ("4.1.7", None),
        ("4.2.3", None),
        ("4.3.2", None),
        ("4.4.1", None),
        ("4.7.1", None),
        ("5.3.4", None),
        ("5.4.4", None),
        ("5.5.1", None),
        ("5.6.7", None),
        ("5.7.1", None),
        ("5.1.7", None),
        ("2.0.0", None),
        ("", None),
    ],
)
def test_a_code_speaks_of_the_reader_or_of_us(code: str, kind: FeedbackKind | None) -> None:
    """System, network, protocol, content and policy codes never count against a reader, nor does no code."""
    assert kind_of_code(code) is kind


@pytest.mark.parametrize(("days", "suppressed"), [(0.5, False), (1.9, False), (2, True), (30, True)])
def test_an_unknown_domain_is_believed_the_second_time_days_later(days: float, suppressed: bool) -> None:
    """A name server may have a bad day."""
    first = feedback(FeedbackKind.HARD_BOUNCE, code="5.1.2", days_ago=days)
    again = feedback(FeedbackKind.HARD_BOUNCE, code="5.1.2")
    assert suppression_after(first) is None
    assert (suppression_after(again, [first]) is not None) is suppressed


@pytest.mark.parametrize("kind", [FeedbackKind.COMPLAINT, FeedbackKind.UNSUBSCRIBE])
def test_who_says_stop_is_heard_at_once(kind: FeedbackKind) -> None:
    """A complaint and an unsubscribe each suppress by themselves."""
    suppression = suppression_after(feedback(kind, detail="reported as spam"))
    assert suppression is not None
    assert suppression.detail == "reported as spam"


@pytest.mark.parametrize(
    ("earlier", "suppressed"),
    [
        ([], False),
        ([(FeedbackKind.SOFT_BOUNCE, 2)], False),
        ([(FeedbackKind.SOFT_BOUNCE, 1), (FeedbackKind.SOFT_BOUNCE, 2)], True),
        ([(FeedbackKind.SOFT_BOUNCE, 3), (FeedbackKind.SOFT_BOUNCE, 3)], False),
        ([(FeedbackKind.SOFT_BOUNCE, 1), (FeedbackKind.DELIVERED, 1), (FeedbackKind.SOFT_BOUNCE, 2)], False),
    ],
)
def test_three_issues_in_a_row_that_bounce_softly_are_enough(
    earlier: list[tuple[FeedbackKind, int]], suppressed: bool
) -> None:
    """Each issue counts once, and a delivery in between begins anew."""
    known = [feedback(kind, issue_id=issue) for kind, issue in earlier]
    assert (suppression_after(feedback(issue_id=3), known) is not None) is suppressed


def test_a_delivery_suppresses_nobody() -> None:
    """Good news is no reason to stop."""
    assert suppression_after(feedback(FeedbackKind.DELIVERED)) is None


def test_a_receipt_is_feedback_where_its_code_speaks_of_the_reader() -> None:
    """What the transport said is kept: code, words, issue, instant."""
    receipt = Receipt(outcome=Outcome.REFUSED, detail="550 no such user", code="5.1.1")
    found = feedback_of(receipt, address="ada@example.org", issue_id=4, now=NOW)
    assert found == feedback(FeedbackKind.HARD_BOUNCE, code="5.1.1", detail="550 no such user", issue_id=4)


def test_a_refusal_for_policy_is_no_feedback_about_the_reader() -> None:
    """5.7.1 is about us."""
    receipt = Receipt(outcome=Outcome.REFUSED, detail="550 spam", code="5.7.1")
    assert feedback_of(receipt, address="ada@example.org", issue_id=4, now=NOW) is None


K = FeedbackKind


def a_history(*events: tuple[FeedbackKind, float, int | None], code: str = "") -> list[Feedback]:
    return [
        Feedback(address="ada@example.org", kind=kind, at=NOW + timedelta(days=day), issue_id=issue, code=code)
        for kind, day, issue in events
    ]


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([], None),
        ([(K.SOFT_BOUNCE, 1, 1), (K.SOFT_BOUNCE, 2, 2)], None),
        ([(K.SOFT_BOUNCE, 1, 1), (K.SOFT_BOUNCE, 2, 2), (K.SOFT_BOUNCE, 3, 3)], K.SOFT_BOUNCE),
        ([(K.SOFT_BOUNCE, 1, 1), (K.SOFT_BOUNCE, 2, 1), (K.SOFT_BOUNCE, 3, 2)], None),
        ([(K.SOFT_BOUNCE, 1, 1), (K.SOFT_BOUNCE, 2, 2), (K.DELIVERED, 2.5, 9), (K.SOFT_BOUNCE, 3, 3)], None),
        ([(K.SOFT_BOUNCE, 1, 1), (K.SOFT_BOUNCE, 2, 2), (K.SOFT_BOUNCE, 3, 3), (K.DELIVERED, 4, 4)], None),
        # accepted, and bounced an hour later: that was no delivery
        ([(K.SOFT_BOUNCE, 1, 1), (K.SOFT_BOUNCE, 2, 2), (K.DELIVERED, 2.9, 3), (K.SOFT_BOUNCE, 3, 3)], K.SOFT_BOUNCE),
        ([(K.HARD_BOUNCE, 1, 1)], K.HARD_BOUNCE),
        ([(K.HARD_BOUNCE, 1, 1), (K.DELIVERED, 2, 2)], None),
        ([(K.COMPLAINT, 1, 1), (K.DELIVERED, 2, 2)], K.COMPLAINT),
        ([(K.DELIVERED, 1, 1), (K.UNSUBSCRIBE, 0, None)], K.UNSUBSCRIBE),
    ],
)
def test_the_verdict_is_that_of_the_instants(
    events: list[tuple[FeedbackKind, float, int | None]], reason: FeedbackKind | None
) -> None:
    """In whatever order things were heard of: complaints stick, and a delivery ends what came before it."""
    for history in (a_history(*events), a_history(*events)[::-1]):
        found = verdict(history)
        assert (found.reason if found else None) is reason


@pytest.mark.parametrize(("days", "final"), [(1, False), (2, True)])
def test_an_unknown_domain_needs_two_days_between(days: float, final: bool) -> None:
    """Whichever of the two was heard of first."""
    history = a_history((K.HARD_BOUNCE, days, 2), (K.HARD_BOUNCE, 0, 1), code="5.1.2")
    assert (verdict(history) is not None) is final
