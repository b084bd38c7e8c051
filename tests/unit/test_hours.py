"""When mail may leave, by the clock on the reader's wall. Instants are written as `day hour:minute` in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.hours import PARTS, PATIENCE, Hours, QuietHours, Wish, may_leave
from digest.models import PartOfDay, Wait

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(start=time(21), end=time(7))
#: A Tuesday.
DUE = datetime(2026, 12, 1, 8, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00")


def leaves(
    now: str, *, quiet: QuietHours | None = NIGHT, due: datetime = DUE, again: bool = False, **wish: object
) -> str:
    """When it leaves, and why not before."""
    hours = Hours(zone=BERLIN, due=due, quiet=quiet)
    instant, wait = may_leave(hours, Wish(**wish), now=utc(now), again=again)  # type: ignore[arg-type]
    return f"{instant:%m-%d %H:%M} {wait.name if wait else ''}".rstrip()


# --- quiet hours -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-12-01 12:00", "", "12-01 12:00"),
        ("2026-12-01 19:59", "", "12-01 19:59"),
        ("2026-12-01 20:00", "", "12-02 06:00 QUIET_HOURS"),
        ("2026-12-02 05:59", "", "12-02 06:00 QUIET_HOURS"),
        ("2026-12-02 06:00", "", "12-02 06:00"),
        ("2026-12-01 12:00", "Australia/Sydney", "12-01 20:00 QUIET_HOURS"),
        ("2026-12-01 12:00", "America/New_York", "12-01 12:00"),
        ("2026-12-01 04:00", "America/New_York", "12-01 12:00 QUIET_HOURS"),
        ("2026-12-01 16:00", "Asia/Kolkata", "12-02 01:30 QUIET_HOURS"),
        ("2026-12-01 20:00", "No/Such_Zone", "12-02 06:00 QUIET_HOURS"),
    ],
)
def test_quiet_hours_are_those_of_the_reader(now: str, zone: str, expected: str) -> None:
    """By their own clock, across midnight; the newsletter's where they name no zone, or one nobody knows."""
    assert leaves(now, timezone=zone) == expected


@pytest.mark.parametrize(
    ("now", "expected"), [("2026-12-01 12:30", "12-01 14:00 QUIET_HOURS"), ("2026-12-01 14:00", "12-01 14:00")]
)
def test_quiet_hours_within_a_day(now: str, expected: str) -> None:
    """They need not cross midnight."""
    assert leaves(now, quiet=QuietHours(start=time(13), end=time(15))) == expected


def test_without_quiet_hours_mail_leaves_at_any_hour() -> None:
    """Nothing is kept back of a reader who wishes nothing."""
    assert leaves("2026-12-01 23:30", quiet=None) == "12-01 23:30"


# --- what readers like -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "wish", "expected"),
    [
        ("2026-12-01 08:00", {"weekday": 1}, "12-01 08:00"),
        ("2026-12-01 08:00", {"weekday": 5}, "12-05 06:00 WEEKDAY"),
        ("2026-12-01 08:00", {"weekday": 0}, "12-07 06:00 WEEKDAY"),
        # The day passed while nothing was sent: after a week any day will do.
        ("2026-12-06 08:00", {"weekday": 5}, "12-08 08:00 WEEKDAY"),
        ("2026-12-08 08:00", {"weekday": 5}, "12-08 08:00"),
        ("2026-12-01 08:00", {"part": PartOfDay.MORNING}, "12-01 08:00"),
        ("2026-12-01 08:00", {"part": PartOfDay.AFTERNOON}, "12-01 11:00 PART_OF_DAY"),
        ("2026-12-01 12:00", {"part": PartOfDay.MORNING}, "12-02 06:00 PART_OF_DAY"),
        ("2026-12-01 08:00", {"part": PartOfDay.EVENING, "timezone": "America/New_York"}, "12-01 23:00 PART_OF_DAY"),
        ("2026-12-01 08:00", {"weekday": 5, "part": PartOfDay.EVENING}, "12-05 17:00 WEEKDAY"),
        # Saturday evening has gone quiet, so it is next Saturday's, or the week's end if that is sooner.
        ("2026-12-05 20:30", {"weekday": 5, "part": PartOfDay.EVENING}, "12-08 17:00 QUIET_HOURS"),
    ],
)
def test_a_reader_s_day_and_time(now: str, wish: dict[str, object], expected: str) -> None:
    """The day within a week of the issue's due time, the part of the day by their own clock, and no night mail."""
    assert leaves(now, **wish) == expected


def test_quiet_hours_win_over_a_part_of_the_day_within_them() -> None:
    """A reader of the evening still gets mail where evenings are quiet."""
    early = QuietHours(start=time(17), end=time(8))
    assert leaves("2026-12-01 08:00", quiet=early, part=PartOfDay.EVENING) == "12-01 08:00"


def test_what_was_tried_before_waits_for_the_night_alone() -> None:
    """A server's short no does not cost a reader a week."""
    assert leaves("2026-12-06 08:00", weekday=5, part=PartOfDay.EVENING, again=True) == "12-06 08:00"
    assert leaves("2026-12-06 22:00", weekday=5, part=PartOfDay.EVENING, again=True) == "12-07 06:00 QUIET_HOURS"


# --- when the clocks change ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "expected"),
    [
        # 02:00 becomes 03:00 on 29 March: 02:30 has come when the clocks pass over it.
        ("Europe/Berlin", (22, 0, 2, 30), "2026-03-29 00:30", "03-29 01:00 QUIET_HOURS"),
        ("Europe/Berlin", (22, 0, 7, 0), "2026-03-29 00:30", "03-29 05:00 QUIET_HOURS"),
        # 03:00 becomes 02:00 on 25 October: 02:00 to 02:30 comes twice, and is quiet twice.
        ("Europe/Berlin", (22, 0, 2, 30), "2026-10-25 00:10", "10-25 00:30 QUIET_HOURS"),
        ("Europe/Berlin", (22, 0, 2, 30), "2026-10-25 00:45", "10-25 00:45"),
        ("Europe/Berlin", (22, 0, 2, 30), "2026-10-25 01:10", "10-25 01:30 QUIET_HOURS"),
        ("Europe/Berlin", (22, 0, 7, 0), "2026-10-25 00:30", "10-25 06:00 QUIET_HOURS"),
        # Half an hour, on the other side of the world: 02:00 becomes 02:30 on 4 October.
        ("Australia/Lord_Howe", (22, 0, 2, 10), "2026-10-03 15:00", "10-03 15:30 QUIET_HOURS"),
        # Midnight itself is left out on 24 April: the day begins at 01:00.
        ("Africa/Cairo", (20, 0, 0, 0), "2026-04-23 20:00", "04-23 22:00 QUIET_HOURS"),
    ],
)
def test_gaps_and_folds(zone: str, quiet: tuple[int, int, int, int], now: str, expected: str) -> None:
    """A wall time that is left out has come when the clocks pass over it; one that comes twice is kept twice."""
    hours = QuietHours(start=time(*quiet[:2]), end=time(*quiet[2:]))
    assert leaves(now, quiet=hours, timezone=zone) == expected


def test_a_day_that_begins_at_one() -> None:
    """The weekday begins when its first minute does."""
    assert (
        leaves("2026-04-22 12:00", quiet=None, due=utc("2026-04-22 12:00"), weekday=4, timezone="Africa/Cairo")
        == "04-23 22:00 WEEKDAY"
    )


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "Pacific/Apia")
HALF_HOURS = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))
QUIET = st.builds(
    lambda pair: QuietHours(start=pair[0], end=pair[1]),
    st.tuples(HALF_HOURS, HALF_HOURS).filter(lambda pair: pair[0] != pair[1]),
)


@given(
    quiet=st.none() | QUIET,
    wish=st.builds(
        Wish,
        timezone=st.sampled_from(ZONES),
        weekday=st.none() | st.integers(0, 6),
        part=st.none() | st.sampled_from(PartOfDay),
    ),
    minutes=st.integers(0, 2 * 366 * 48).map(lambda halves: halves * 30),
    late=st.integers(0, 20 * 24),
)
def test_the_first_moment_that_suits(quiet: QuietHours | None, wish: Wish, minutes: int, late: int) -> None:
    """It suits, nothing before it does, and it is never more than a week and a day away."""
    due = utc("2026-01-01 00:00") + timedelta(minutes=minutes)
    now = due + timedelta(hours=late)
    hours = Hours(zone=BERLIN, due=due, quiet=quiet)
    found, wait = may_leave(hours, wish, now=now)
    assert suits(hours, wish, found)
    assert (found == now) == (wait is None)
    assert now <= found <= max(now, due + PATIENCE) + timedelta(days=2)
    earlier = (now + timedelta(minutes=30 * step) for step in range(int((found - now) / timedelta(minutes=30)) + 1))
    assert not any(suits(hours, wish, instant) for instant in earlier if instant < found)


def suits(hours: Hours, wish: Wish, instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo(wish.timezone))
    wall = local.time()
    asleep = hours.quiet is not None and hours.quiet.holds(wall)
    day = wish.weekday in (None, local.weekday()) or instant >= hours.due + PATIENCE
    return not asleep and day and (wish.part is None or in_part(hours.quiet, wish.part, wall))


def in_part(quiet: QuietHours | None, part: PartOfDay, wall: time) -> bool:
    begin, end = PARTS[part]
    minutes = [time(hour, minute) for hour in range(begin.hour, end.hour) for minute in (0, 30)]
    return begin <= wall < end or (quiet is not None and all(quiet.holds(minute) for minute in minutes))


def test_every_wait_has_words() -> None:
    """What operators read tells a night from a wish."""
    assert len({wait.value for wait in Wait}) == len(Wait)
