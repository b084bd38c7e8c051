"""Windows: half-open, in the newsletter's zone, one after another without a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.cadence import Calendar
from digest.models import Cadence

BERLIN = ZoneInfo("Europe/Berlin")
MONTHLY, WEEKLY, QUARTERLY = Cadence.MONTHLY, Cadence.WEEKLY, Cadence.QUARTERLY


def berlin(**given: object) -> Calendar:
    return Calendar(timezone=BERLIN, **given)  # type: ignore[arg-type]


def local(window_instant: datetime) -> str:
    return window_instant.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("cadence", "send_on", "now", "label", "since", "until"),
    [
        (MONTHLY, 1, "2026-12-01T09:00", "2026-11", "2026-11-01 00:00", "2026-12-01 00:00"),
        (MONTHLY, 1, "2026-11-30T22:59", "2026-10", "2026-10-01 00:00", "2026-11-01 00:00"),
        (MONTHLY, 1, "2026-11-30T23:00", "2026-11", "2026-11-01 00:00", "2026-12-01 00:00"),
        (MONTHLY, 15, "2026-11-20T12:00", "2026-11", "2026-10-15 00:00", "2026-11-15 00:00"),
        (MONTHLY, 31, "2026-11-30T12:00", "2026-11", "2026-10-31 00:00", "2026-11-30 00:00"),
        (MONTHLY, 31, "2026-03-01T12:00", "2026-02", "2026-01-31 00:00", "2026-02-28 00:00"),
        (MONTHLY, 30, "2028-03-01T12:00", "2028-02", "2028-01-30 00:00", "2028-02-29 00:00"),
        (MONTHLY, 1, "2027-01-05T12:00", "2026-12", "2026-12-01 00:00", "2027-01-01 00:00"),
        (WEEKLY, 1, "2026-11-25T12:00", "2026-W47", "2026-11-16 00:00", "2026-11-23 00:00"),
        (WEEKLY, 1, "2027-01-05T12:00", "2026-W53", "2026-12-28 00:00", "2027-01-04 00:00"),
        (QUARTERLY, 1, "2027-01-05T12:00", "2026-Q4", "2026-10-01 00:00", "2027-01-01 00:00"),
        (QUARTERLY, 15, "2026-11-20T12:00", "2026-Q4", "2026-07-15 00:00", "2026-10-15 00:00"),
    ],
)
def test_latest_closed(cadence: Cadence, send_on: int, now: str, label: str, since: str, until: str) -> None:
    """The latest closed window is bounded by send days at local midnight and named after its last day."""
    window = berlin(send_on=send_on).latest_closed(cadence, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (window.label, local(window.since), local(window.until)) == (label, since, until)


def test_the_running_window_holds_now_and_the_closed_one_does_not() -> None:
    """An instant at the very boundary belongs to the window that begins there."""
    boundary = datetime(2026, 11, 30, 23, tzinfo=UTC)
    running, closed = berlin().running(MONTHLY, boundary), berlin().latest_closed(MONTHLY, boundary)
    assert running.since == boundary == closed.until


@given(
    cadence=st.sampled_from(Cadence),
    send_on=st.integers(1, 31),
    weekday=st.integers(0, 6),
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"]
    ),
    now=st.integers(631152000, 2840140800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_windows_tile_time(cadence: Cadence, send_on: int, weekday: int, zone: str, now: datetime) -> None:
    """In any zone, on any send day, windows follow one another without gap or overlap, and labels find them again."""
    plan = Calendar(timezone=ZoneInfo(zone), send_on=send_on, weekly_on=weekday)
    running = plan.running(cadence, now)
    previous = plan.before(running)
    assert running.since <= now < running.until
    assert previous.until == running.since
    assert previous.label != running.label
    assert plan.named(running.label) == running
    assert plan.named(previous.label) == previous


def test_a_month_with_a_clock_change_has_an_hour_more_or_less() -> None:
    """October 2026 in Berlin is an hour longer than its days, March an hour shorter."""
    spans = {name: berlin().named(name) for name in ("2026-10", "2026-03")}
    hours = {name: window and window.until - window.since for name, window in spans.items()}
    assert hours == {
        "2026-10": timedelta(days=31, hours=1),
        "2026-03": timedelta(days=31) - timedelta(hours=1),
    }


@pytest.mark.parametrize(
    ("send_at", "day", "due"),
    [
        (time(2, 30), date(2026, 3, 29), "2026-03-29T01:30"),  # skipped: 03:30 summer time is the moment after
        (time(2, 30), date(2026, 10, 25), "2026-10-25T00:30"),  # twice: the first one
        (time(9, 0), date(2026, 3, 29), "2026-03-29T07:00"),
        (time(9, 0), date(2026, 10, 25), "2026-10-25T08:00"),
    ],
)
def test_due_on_the_day_clocks_change(send_at: time, day: date, due: str) -> None:
    """A send time that clocks skip or repeat still means exactly one instant."""
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    window = berlin(send_on=day.day, send_at=send_at).latest_closed(MONTHLY, noon)
    assert window.due == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("2026-11", "November 2026"),
        ("2026-Q4", "October to December 2026"),
        ("2026-W47", "16 to 22 November 2026"),
        ("2026-W49", "30 November to 6 December 2026"),
        ("2026-W53", "28 December 2026 to 3 January 2027"),
    ],
)
def test_titles(label: str, title: str) -> None:
    """A window's title is what a reader would call it."""
    window = berlin().named(label)
    assert window is not None and window.title == title


def test_a_window_from_mid_month_is_titled_by_its_days() -> None:
    """A window that is no calendar month says which days it covers."""
    window = berlin(send_on=15).named("2026-11")
    assert window is not None and window.title == "15 October to 14 November 2026"


@pytest.mark.parametrize(
    "label", ["", "2026", "2026-13", "2026-00", "2026-W54", "2025-W53", "2026-Q5", "9999-12", "0000-01", "next"]
)
def test_labels_that_name_no_window(label: str) -> None:
    """A label no window bears is None, never a neighbouring window."""
    assert berlin().named(label) is None
