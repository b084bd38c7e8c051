"""How fast a send goes and when it is through: arithmetic."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from digest.models import DeliveryState, DomainGroup
from digest.pace import Count, eta_of, progress, rate_of
from tests.factories import NOW

S = DeliveryState
G = DomainGroup


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def a_count(state: S, number: int, group: G = G.OTHER, via: str = "", **given: Any) -> Count:
    return Count(state=state, group=group, via=via, number=number, **given)


@pytest.mark.parametrize(
    ("lately", "began", "rate"),
    [
        (600, ago(3600), 10.0),
        (600, ago(60), 10.0),
        (100, ago(20), 5.0),
        (3, ago(0.01), 3.0),
        (0, ago(3600), 0.0),
        (5, None, 0.0),
        (5, NOW, 0.0),
        (5, ago(-30), 0.0),
    ],
)
def test_the_rate_is_that_of_the_last_minute(lately: int, began: datetime | None, rate: float) -> None:
    """Or since the beginning, but never of less than a second; nothing is said before it began."""
    assert rate_of(lately, began=began, now=NOW) == rate


@pytest.mark.parametrize(
    ("ready", "rate", "eta"),
    [
        (600, 10.0, NOW + timedelta(minutes=1)),
        (1, 0.5, NOW + timedelta(seconds=2)),
        (0, 10.0, None),
        (5, 0.0, None),
        (10**12, 1e-9, None),
    ],
)
def test_the_end_is_what_is_left_at_this_rate(ready: int, rate: float, eta: datetime | None) -> None:
    """There is none when nothing moves, nothing is left, or no calendar reaches it."""
    assert eta_of(ready, rate, NOW) == eta


def test_what_never_leaves_is_no_part_of_the_way() -> None:
    """Skipped, suppressed and cancelled readers are not waited for; deferred mails have an hour of their own."""
    never = [a_count(state, 100) for state in (S.SKIPPED, S.SUPPRESSED, S.CANCELLED)]
    ready = [a_count(S.PENDING, 5), a_count(S.CLAIMED, 4), a_count(S.INFLIGHT, 3)]
    through = [a_count(S.ACCEPTED, 60, lately=6, began_at=ago(60)), a_count(S.BOUNCED, 2), a_count(S.UNKNOWN, 1)]
    whole = progress([*never, *ready, *through, a_count(S.DEFERRED, 7)], now=NOW).whole
    assert (whole.total, whole.through, whole.deferred, whole.ready) == (82, 63, 7, 12)
    assert (whole.rate, whole.eta) == (0.1, NOW + timedelta(minutes=2))
    assert whole.share == 63 / 82


def test_each_provider_and_each_transport_has_a_pace_of_its_own() -> None:
    """Parts without a mail are left out; what no transport answered yet belongs to none."""
    went = progress(
        [
            a_count(S.ACCEPTED, 30, G.GOOGLE, "smtp", lately=30, began_at=ago(10)),
            a_count(S.ACCEPTED, 10, G.GOOGLE, "file", lately=10, began_at=ago(5)),
            a_count(S.DEFERRED, 4, G.YAHOO, "smtp"),
            a_count(S.PENDING, 60, G.GOOGLE),
            a_count(S.SKIPPED, 9, G.APPLE),
        ],
        now=NOW,
    )
    assert {group: (pace.total, pace.through, pace.rate) for group, pace in went.groups} == {
        G.GOOGLE: (100, 40, 4.0),
        G.YAHOO: (4, 0, 0.0),
    }
    assert {kind: (pace.total, pace.through) for kind, pace in went.transports} == {"file": (10, 10), "smtp": (34, 30)}


def test_nothing_to_send_is_all_of_it() -> None:
    """An issue for nobody is through."""
    whole = progress([a_count(S.SKIPPED, 3)], now=NOW).whole
    assert (whole.total, whole.share, whole.eta) == (0, 1.0, None)
