"""From when on a mail may leave for its reader: not at night where they live, and when they like to be written to.

Pure, and by the clock on the reader's wall. A wall time that a change of clocks leaves out has come once the clocks
have passed it; one that comes twice is kept both times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from digest.models import PartOfDay, Wait

#: From, and until, by the reader's clock.
PARTS = {
    PartOfDay.MORNING: (time(6), time(12)),
    PartOfDay.AFTERNOON: (time(12), time(18)),
    PartOfDay.EVENING: (time(18), time(22)),
}
#: How long after an issue is due a reader's day of the week is waited for: by then it has come once.
PATIENCE = timedelta(days=7)

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """When no mail leaves, by the reader's clock: from `start` up to, not including, `end`, maybe next morning."""

    start: time
    end: time

    def holds(self, wall: time) -> bool:
        """Whether it is quiet at this time of day."""
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def leaves_room(self, begin: time, end: time) -> bool:
        """Whether any minute from `begin` up to `end` is not quiet."""
        return not self.holds(begin) or begin < self.end < end


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """When the mails of one issue may leave, whoever reads them."""

    #: The newsletter's time zone, for readers who name none.
    zone: tzinfo
    #: The instant the issue was due, or the one it was scheduled for or approved at where that came later.
    due: datetime
    #: None: mail may leave at any hour.
    quiet: QuietHours | None = None


def day_of(hours: Hours | None, now: datetime) -> date:
    """The day in the newsletter's time zone, by which a pause ends; in UTC where mails may leave at any hour."""
    return now.astimezone(UTC if hours is None else hours.zone).date()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """When one reader likes to be written to."""

    #: An IANA name; empty for the newsletter's zone.
    timezone: str = ""
    #: Monday 0 to Sunday 6; None for any.
    weekday: int | None = None
    part: PartOfDay | None = None


def may_leave(hours: Hours, wish: Wish, *, now: datetime, again: bool = False) -> tuple[datetime, Wait | None]:
    """The first instant, in UTC and not before `now`, at which the mail may leave, and what it waits for until then.

    A reader's day is waited for up to `PATIENCE` after the issue was due, then any day will do. Quiet hours win over a
    part of the day that lies wholly in them. `again` is True for what was tried before: only the quiet hours keep that
    back, or a server's short no would cost the reader a week.

    Returns:
        `now` itself and None where nothing keeps it back.
    """
    first: Wait | None = None
    instant = now
    while True:
        later, wait = _kept_back(hours, wish, instant, again)
        if wait is None:
            return instant, first
        instant, first = later, first or wait


def _kept_back(hours: Hours, wish: Wish, instant: datetime, again: bool) -> tuple[datetime, Wait | None]:
    """A later instant to look at, and why; the same one and None when the mail may leave at it."""
    zone = _zone(wish.timezone) or hours.zone
    local = instant.astimezone(zone)
    wall = local.time()
    if not again and wish.weekday not in (None, local.weekday()) and instant < hours.due + PATIENCE:
        day = local.date() + _DAY * ((wish.weekday - local.weekday()) % 7)
        return min(_instant(day, time(), zone), hours.due + PATIENCE), Wait.WEEKDAY
    if not again and wish.part is not None:
        begin, end = PARTS[wish.part]
        if not begin <= wall < end and (hours.quiet is None or hours.quiet.leaves_room(begin, end)):
            return _next(instant, begin, zone), Wait.PART_OF_DAY
    if hours.quiet is not None and hours.quiet.holds(wall):
        return _next(instant, hours.quiet.end, zone), Wait.QUIET_HOURS
    return instant, None


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo | None:
    """The zone of this name; None for no name, or one that this machine does not know (any more)."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def _next(instant: datetime, wall: time, zone: tzinfo) -> datetime:
    """The first instant after this one at which the clocks of the zone show, or pass over, this time of day."""
    day = instant.astimezone(zone).date()
    found = (_instant(day + _DAY * ahead, wall, zone, fold=fold) for ahead in range(3) for fold in (0, 1))
    return next(one for one in found if one > instant)


def _instant(day: date, wall: time, zone: tzinfo, *, fold: int = 0) -> datetime:
    """When the clocks of the zone show this, in UTC; where they leave it out, when they pass over it."""
    wanted = datetime.combine(day, wall)
    found = wanted.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None, fold=0) == wanted:
        return found
    # Left out. Read by the offset of before, it lies behind the change; by that of after, in front of it (PEP 495).
    before, after = sorted(wanted.replace(tzinfo=zone, fold=one).astimezone(UTC) for one in (0, 1))
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
