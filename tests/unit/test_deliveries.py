"""What a receipt does to a delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from digest.deliveries import LASTING_DELAYS, LIFE, decide, reconciled, retry_delay
from digest.models import Claim, DeliveryState, DoubtPolicy, Outcome, Receipt, Result
from tests.factories import NOW, a_claim


def decided(claim: Claim, outcome: Outcome, policy: DoubtPolicy = DoubtPolicy.RESEND) -> Result:
    return decide(claim, Receipt(outcome=outcome, detail="words", code="4.2.1"), policy=policy, now=NOW)


@pytest.mark.parametrize("policy", DoubtPolicy)
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ACCEPTED, DeliveryState.ACCEPTED),
        (Outcome.REFUSED, DeliveryState.BOUNCED),
        (Outcome.DEFERRED, DeliveryState.DEFERRED),
    ],
)
def test_a_clear_answer_is_taken_at_its_word_under_any_policy(
    outcome: Outcome, state: DeliveryState, policy: DoubtPolicy
) -> None:
    """Policy is for doubt alone."""
    assert decided(a_claim(), outcome, policy).state is state


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (DoubtPolicy.RESEND, DeliveryState.DEFERRED),
        (DoubtPolicy.HOLD, DeliveryState.UNKNOWN),
        (DoubtPolicy.RECONCILE, DeliveryState.UNKNOWN),
    ],
)
def test_doubt_is_resolved_by_policy(policy: DoubtPolicy, state: DeliveryState) -> None:
    """Only `resend` sends again what may have arrived."""
    assert decided(a_claim(), Outcome.DOUBTFUL, policy).state is state


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 5), (1, 15), (2, 30), (3, 60), (4, 60), (40, 60)])
def test_the_waits_grow_to_an_hour(attempts: int, minutes: int) -> None:
    """5, 15, 30, 60 minutes and then every hour, each with up to a ninth more."""
    delay = retry_delay(7, attempts)
    assert timedelta(minutes=minutes) <= delay <= timedelta(minutes=minutes) * 1.11


@given(some.integers(1, 10**9), some.integers(0, 100))
def test_a_wait_is_the_same_every_time_and_within_bounds(delivery_id: int, attempts: int) -> None:
    """A rehearsal repeats the waits; none is under 5 minutes or over 4,000 seconds."""
    delay = retry_delay(delivery_id, attempts)
    assert delay == retry_delay(delivery_id, attempts)
    assert timedelta(minutes=5) <= delay <= timedelta(seconds=4_000)


def test_readers_do_not_all_come_back_at_once() -> None:
    """The jitter spreads a hundred deliveries over most of its span."""
    delays = [retry_delay(number, 0) for number in range(100)]
    assert max(delays) - min(delays) > timedelta(seconds=25)


def test_a_deferred_delivery_is_due_again_after_its_wait() -> None:
    """The due instant counts from now."""
    assert decided(a_claim(), Outcome.DEFERRED).due_at == NOW + retry_delay(1, 0)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Outcome.DEFERRED, DeliveryState.BOUNCED), (Outcome.DOUBTFUL, DeliveryState.UNKNOWN)],
)
def test_a_life_ends(outcome: Outcome, state: DeliveryState) -> None:
    """After 72 hours it is given up, and what may have arrived is not called bounced."""
    old = a_claim(attempts=70, first_tried_at=NOW - LIFE)
    result = decided(old, outcome)
    assert (result.state, result.due_at) == (state, None)
    assert result.receipt.detail == "given up after 71 tries in 72 hours: words"
    assert result.receipt.code == "4.2.1"


@pytest.mark.parametrize(("hours", "state"), [(23, DeliveryState.BOUNCED), (25, DeliveryState.DEFERRED)])
def test_an_operator_may_give_it_another_life(hours: int, state: DeliveryState) -> None:
    """A day after the first try, 23 hours are over and 25 are not; the reader of the ledger is told how many it had."""
    receipt = Receipt(outcome=Outcome.DEFERRED, detail="words")
    old = a_claim(attempts=20, first_tried_at=NOW - timedelta(hours=23, minutes=30))
    result = decide(old, receipt, policy=DoubtPolicy.RESEND, now=NOW, life=timedelta(hours=hours))
    assert result.state is state
    assert result.receipt.detail.startswith("given up after 21 tries in 23 hours") == (state is DeliveryState.BOUNCED)


@pytest.mark.parametrize(
    ("attempts", "minutes", "words"),
    [(0, 60, "1 try in 1 hour"), (1, 90, "2 tries in 1.5 hours"), (1, 20, "2 tries in 0.3 hours")],
)
def test_how_long_it_was_tried_is_said_in_words(attempts: int, minutes: int, words: str) -> None:
    """One is one, and a life that ends within an hour is not cut to none."""
    receipt, life = Receipt(outcome=Outcome.DEFERRED, detail="busy"), timedelta(minutes=minutes)
    old = a_claim(attempts=attempts, first_tried_at=NOW - life)
    result = decide(old, receipt, policy=DoubtPolicy.RESEND, now=NOW, life=life)
    assert result.receipt.detail == f"given up after {words}: busy"


def test_a_life_lasts_to_its_last_hour() -> None:
    """A try that fits into the 72 hours is still made."""
    claim = a_claim(attempts=69, first_tried_at=NOW - LIFE + timedelta(seconds=4_000))
    assert decided(claim, Outcome.DEFERRED).state is DeliveryState.DEFERRED


@pytest.mark.parametrize(
    ("carried", "state", "due_at"),
    [
        (True, DeliveryState.ACCEPTED, None),
        (False, DeliveryState.DEFERRED, NOW),
        (None, DeliveryState.UNKNOWN, None),
    ],
)
def test_what_died_in_flight_follows_what_its_transport_knows(
    carried: bool | None, state: DeliveryState, due_at: object
) -> None:
    """It has it: accepted. It has not: at once again. It cannot know: a person decides."""
    result = reconciled(a_claim(), carried, now=NOW)
    assert (result.state, result.due_at) == (state, due_at)


# --- what is refused for what we are or say --------------------------------------------------------------

AGAINST_US = Receipt(outcome=Outcome.DEFERRED, detail="554 5.7.1 not your sender", code="5.7.1", lasting=True)


def test_what_speaks_against_us_ends_nobodys_delivery_at_once() -> None:
    """And is asked again seldom: the server has said never."""
    result = decide(a_claim(), AGAINST_US, policy=DoubtPolicy.RESEND, now=NOW)
    assert (result.state, result.due_at) == (DeliveryState.DEFERRED, NOW + retry_delay(1, 0, LASTING_DELAYS))
    assert retry_delay(1, 0, LASTING_DELAYS) >= timedelta(minutes=30)
    assert retry_delay(1, 40, LASTING_DELAYS) >= timedelta(hours=12)


@pytest.mark.parametrize(
    ("code", "lasting", "state"),
    [
        ("5.7.1", True, DeliveryState.REFUSED),
        ("", True, DeliveryState.REFUSED),
        ("4.7.1", False, DeliveryState.REFUSED),
        ("4.2.2", False, DeliveryState.BOUNCED),
        ("", False, DeliveryState.BOUNCED),
    ],
)
def test_it_ends_as_refused_when_its_life_is_over(code: str, lasting: bool, state: DeliveryState) -> None:
    """What stays with one reader while others pass is their server's wish, and no bounce."""
    receipt = Receipt(outcome=Outcome.DEFERRED, detail="words", code=code, lasting=lasting)
    claim = a_claim(attempts=9, first_tried_at=NOW - LIFE)
    assert decide(claim, receipt, policy=DoubtPolicy.RESEND, now=NOW).state is state


@pytest.mark.parametrize("code", ["5.1.8", "5.3.4", "5.4.5", "5.6.7", "5.7.26"])
def test_no_transport_ends_a_delivery_with_a_code_against_us(code: str) -> None:
    """Not even with one that says for good."""
    receipt = Receipt(outcome=Outcome.REFUSED, detail="words", code=code)
    result = decide(a_claim(), receipt, policy=DoubtPolicy.RESEND, now=NOW)
    assert (result.state, result.due_at) == (DeliveryState.DEFERRED, NOW + retry_delay(1, 0, LASTING_DELAYS))
