"""When a breaker opens, when a probe is due, and what closes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.breaker import IN_A_ROW, PROBES, REMEMBERED, TOO_MANY, Breaker, heard, probed, speaks_against, tripped
from digest.models import Outcome, Receipt
from tests.factories import NOW


def after(answers: str, breaker: Breaker | None = None) -> Breaker:
    """`.` for an answer that speaks for the transport, `x` for one against it."""
    return heard(breaker or Breaker(), [one == "x" for one in answers], now=NOW, reason="554 go away")


# --- what an answer is about -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "code", "against"),
    [
        (Outcome.ACCEPTED, "2.0.0", False),
        (Outcome.ACCEPTED, "", False),
        (Outcome.REFUSED, "5.1.1", False),
        (Outcome.REFUSED, "5.2.1", False),
        (Outcome.DEFERRED, "4.2.2", False),
        (Outcome.DEFERRED, "4.1.1", False),
        (Outcome.REFUSED, "5.1.8", True),
        (Outcome.DEFERRED, "4.1.7", True),
        (Outcome.REFUSED, "5.3.4", True),
        (Outcome.REFUSED, "5.7.1", True),
        (Outcome.DEFERRED, "4.7.0", True),
        (Outcome.DEFERRED, "4.4.2", True),
        (Outcome.DEFERRED, "", True),
        (Outcome.REFUSED, "", True),
        (Outcome.DOUBTFUL, "", True),
    ],
)
def test_only_what_is_not_about_a_reader_counts(outcome: Outcome, code: str, against: bool) -> None:
    """Mailboxes that are dead or full say nothing of the transport; policy, system, way and silence do."""
    assert speaks_against(Receipt(outcome=outcome, code=code)) is against


# --- opening ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "is_open"),
    [
        ("", False),
        ("x" * 19, False),
        ("x" * 20, True),
        ("x" * 19 + "." + "x" * 5, False),
        ("x" * 19 + "." + "x" * 6, True),
        (".x" * 24, False),
        (".x" * 25, True),
        ("..x" * 100, False),
        ("x" * 19 + "." * 31 + "x" * 5, False),
        ("." * 1000 + "x" * 20, True),
    ],
)
def test_it_opens_after_too_much(answers: str, is_open: bool) -> None:
    """Twenty in a row, or twenty-five among the last fifty; what is older is forgotten."""
    breaker = after(answers)
    assert breaker.is_open is is_open
    assert len(breaker.recent) <= REMEMBERED
    assert (breaker.probe_at == NOW + timedelta(minutes=1)) is is_open


def test_it_says_why() -> None:
    """What the last answer was."""
    assert after("x" * IN_A_ROW).reason == "20 answers in a row spoke against it, the last: 554 go away"
    assert after(".x" * TOO_MANY).reason == "25 of the last 50 answers spoke against it, one of them: 554 go away"


def test_a_refused_login_opens_it_at_once() -> None:
    """No further try would mend it; twice is no worse than once."""
    first = tripped(Breaker(), now=NOW, reason="the login was refused")
    assert (first.is_open, first.reason) == (True, "the login was refused")
    assert tripped(first, now=NOW + timedelta(hours=1), reason="again") == first


def test_it_is_clean_until_something_speaks_against_it() -> None:
    """And again when that is forgotten: then nobody need write down what goes well."""
    assert Breaker().is_clean
    once = after("x")
    assert not once.is_clean
    assert not after("." * 49, once).is_clean
    assert after("." * 50, once).is_clean


# --- resting ---------------------------------------------------------------------------------------------


def test_late_answers_change_nothing() -> None:
    """What was handed over before it opened is no probe."""
    broken = after("x" * 20)
    assert after("..........", broken) == broken
    assert after("xxxxxxxxxx", broken) == broken


def test_probes_come_ever_more_rarely() -> None:
    """After 1, 2, 4, 8, 16 and 30 minutes, and each 30 from then on."""
    breaker, now, waits = after("x" * 20), NOW, []
    for _ in range(8):
        assert breaker.probe_at is not None
        waits.append(int((breaker.probe_at - now) / timedelta(minutes=1)))
        now = breaker.probe_at
        breaker = probed(breaker, True, now=now, reason="still no")
    assert waits == [*PROBES, 30, 30]
    assert breaker.reason == "still no"


def test_a_probe_that_goes_well_closes_it() -> None:
    """All is forgotten, and the next trouble begins with a minute again."""
    closed = probed(probed(after("x" * 20), True, now=NOW), False, now=NOW)
    assert (closed.is_open, closed.is_clean, closed.reason) == (False, True, "")
    assert after("x" * 19, closed).is_open is False
    assert after("x" * 20, closed).probe_at == NOW + timedelta(minutes=1)
