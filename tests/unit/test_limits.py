"""Rates and warming up, in numbers."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.limits import Bucket, Limits, WarmUp, capacity, full, in_turn, share
from digest.models import DomainGroup
from tests.factories import NOW

G = DomainGroup


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


# --- buckets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "tokens", "after", "mails"),
    [
        (14, 0.0, 0.5, 7),
        (14, 0.0, 1.0, 14),
        (14, 0.0, 3600.0, 14),
        (14, 13.0, 0.0, 13),
        (0.5, 0.0, 1.0, 0),
        (0.5, 0.0, 2.0, 1),
        (0.5, 0.0, 60.0, 2),
        (10, 0.0, 0.1, 1),
        (14, 3.0, -300.0, 3),
        (14, 3.0, -3600.0, 3),
    ],
)
def test_time_fills_a_bucket(rate: float, tokens: float, after: float, mails: int) -> None:
    """So many a second, never more than a second's worth; a clock that was put back gives nothing and takes nothing."""
    assert Bucket(tokens=tokens, at=NOW).filled(rate, NOW + seconds(after)).whole == mails


def test_a_clock_put_back_and_forth_mints_no_tokens() -> None:
    """The minutes between, by which workers' clocks may differ, are not paid for twice."""
    bucket = Bucket(tokens=0, at=NOW)
    back = bucket.filled(14, NOW - seconds(300))
    assert back.filled(14, NOW + seconds(0.5)).whole == 7


def test_a_clock_that_was_far_ahead_stops_nothing() -> None:
    """Once it is right again a bucket fills from then on, and not when that time has come."""
    emptied = Bucket(tokens=0, at=NOW + timedelta(days=3))
    assert emptied.filled(14, NOW) == Bucket(tokens=0, at=NOW)
    assert emptied.filled(14, NOW).filled(14, NOW + seconds(0.5)).whole == 7


@pytest.mark.parametrize(
    ("rate", "taken", "wait"), [(14, 14, 1.0), (14, 7, 0.5), (0.5, 1, 2.0), (0.1, 1, 10.0), (5, 0, 0)]
)
def test_whoever_waits_waits_for_a_full_bucket(rate: float, taken: int, wait: float) -> None:
    """A second at a fast rate, one mail's time at a slow one: never a commit for each mail."""
    assert full(rate, NOW).without(taken).full_at(rate) == NOW + seconds(wait)


def test_a_slow_bucket_holds_two_mails() -> None:
    """One for a letter and one for an issue, else an issue would never leave."""
    assert (capacity(0.01), capacity(14)) == (2, 14)


@pytest.mark.parametrize(("tokens", "for_issues"), [(14, 13), (2.0, 1), (1.999, 0), (1.0, 0), (0.3, 0)])
def test_an_issue_leaves_a_mail_s_room(tokens: float, for_issues: int) -> None:
    """For a letter; where there is none, nothing is owed either."""
    assert Bucket(tokens=tokens, at=NOW).for_issues == for_issues


@given(rate=st.floats(0.001, 100_000), tokens=st.floats(0, 1, exclude_max=True))
def test_whoever_comes_when_there_is_room_finds_it(rate: float, tokens: float) -> None:
    """Rounded up to what a clock can tell."""
    bucket = Bucket(tokens=tokens, at=NOW)
    assert bucket.filled(rate, bucket.one_at(rate)).whole >= 1


RATES = st.one_of(st.floats(0.002, 3), st.floats(3, 500))
#: How long (seconds) nothing happens, and what then wants to leave: a letter (0), or so many mails of an issue.
SCHEDULES = st.lists(st.tuples(st.floats(0, 3), st.integers(0, 40)), min_size=1, max_size=80)


def departures(rate: float, schedule: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """When how many leave, by the rules of the store: whoever finds no room goes without."""
    bucket, now, left = full(rate, NOW), 0.0, []
    for gap, wanted in schedule:
        now += gap
        bucket = bucket.filled(rate, NOW + seconds(now))
        mails = min(bucket.for_issues, wanted) if wanted else min(bucket.whole, 1)
        bucket = bucket.without(mails)
        left.append((now, mails))
    return left


@given(rate=RATES, schedule=SCHEDULES)
def test_a_rate_is_never_exceeded(rate: float, schedule: list[tuple[float, int]]) -> None:
    """Whatever mixture of letters and issues wants to leave, and when: in any span, the rate and a bucket more."""
    left = departures(rate, schedule)
    for begin, (since, _) in enumerate(left):
        total = 0
        for until, mails in left[begin:]:
            total += mails
            assert total <= rate * (until - since) + capacity(rate) + 1e-3


@given(rate=RATES, schedule=SCHEDULES)
def test_an_issue_never_stands_before_a_letter(rate: float, schedule: list[tuple[float, int]]) -> None:
    """However much it sends, the next letter leaves at once; only letters wait for letters, their rate's time."""
    left = departures(rate, schedule)
    last = -math.inf
    for (now, mails), (_, wanted) in zip(left, schedule, strict=True):
        if not wanted:
            assert mails or now - last < 1 / rate + 1e-6
            last = now if mails else last


# --- who gets how much -----------------------------------------------------------------------------------


def served(wanted: int, caps: dict[DomainGroup, int], there: dict[DomainGroup, int]) -> dict[DomainGroup, int]:
    """What a claim of `wanted` comes to, where so many of each group are there."""
    found: dict[DomainGroup, int] = {}
    order = in_turn(caps)
    for place, group in enumerate(order):
        found[group] = min(there[group], share(wanted, caps[group], len(order) - place))
        wanted -= found[group]
    return found


@pytest.mark.parametrize(
    ("wanted", "google", "there", "expected"),
    [
        (100, 5, (90, 90), (5, 90)),
        (100, 0, (90, 90), (0, 90)),
        (100, 100, (90, 90), (50, 50)),
        (100, 100, (10, 90), (10, 90)),
        (3, 100, (90, 90), (2, 1)),
        (1, 100, (90, 90), (1, 0)),
    ],
)
def test_an_empty_bucket_holds_nobody_up(
    wanted: int, google: int, there: tuple[int, int], expected: tuple[int, int]
) -> None:
    """What a group may not have, or does not need, goes to the others; equal ones share."""
    caps = {G.GOOGLE: google, G.OTHER: 100}
    found = served(wanted, caps, dict(zip(caps, there, strict=True)))
    assert (found[G.GOOGLE], found[G.OTHER]) == expected


def test_the_smallest_cap_is_served_first() -> None:
    """In the order of the groups where caps are equal, so that it is the same every time."""
    assert in_turn({G.OTHER: 9, G.YAHOO: 2, G.GOOGLE: 9, G.APPLE: 0}) == [G.APPLE, G.YAHOO, G.GOOGLE, G.OTHER]


def test_which_limits_there_are() -> None:
    """A rate for all together stands beside those of groups."""
    limits = Limits(per_second=14, groups={G.GOOGLE: 5})
    assert limits.rates == {None: 14, G.GOOGLE: 5}
    assert limits.are_any
    assert (limits.rates_of(G.GOOGLE), limits.rates_of(G.OTHER)) == ({None: 14, G.GOOGLE: 5}, {None: 14})
    assert Limits(warm_up=WarmUp(start=100)).rates_of(G.OTHER) == {}
    assert Limits(warm_up=WarmUp(start=100)).are_any
    assert not Limits().are_any


# --- warming up ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("warm_up", "allowances"),
    [
        (WarmUp(start=200, factor=2, until=1500), [200, 400, 800, None, None]),
        (WarmUp(start=200, factor=2, until=1600), [200, 400, 800, None, None]),
        (WarmUp(start=200, factor=2, until=1601), [200, 400, 800, 1600, None]),
        (WarmUp(start=100, factor=1.5, until=400), [100, 150, 225, 337, None]),
        (WarmUp(start=10, factor=10, until=1000), [10, 100, None]),
        (WarmUp(start=500, factor=2, until=500), [None, None]),
    ],
)
def test_a_day_s_mails_grow(warm_up: WarmUp, allowances: list[int | None]) -> None:
    """From the first day on, until a day may have `until`: then there is no limit."""
    assert [warm_up.allowance(days) for days in range(len(allowances))] == allowances
    assert warm_up.days == sum(allowance is not None for allowance in allowances)
