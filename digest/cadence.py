"""Which window is due: half-open spans of calendar days in the newsletter's time zone.

A window closes at midnight at the beginning of a send day, and its issue is due at the send time of that day. So with
`send_on: 1` a monthly window is exactly a calendar month; with `send_on: 15` it runs from the 15th to the 15th; with
`send_on: 31` or `last` it closes on the last day of each month, for a send day past a month's end is clamped to it.
Weekly windows close on a weekday; quarterly ones on the send day of January, April, July and October.

A window is named after its last day: the one that closes on 1 December 2026 is `2026-11`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.models import Cadence, Window

#: The send day that means the last day of any month.
LAST = 31

_LABELS = {
    Cadence.WEEKLY: re.compile(r"(?P<year>\d{4})-[Ww](?P<part>\d{1,2})"),
    Cadence.MONTHLY: re.compile(r"(?P<year>\d{4})-(?P<part>\d{1,2})"),
    Cadence.QUARTERLY: re.compile(r"(?P<year>\d{4})-[Qq](?P<part>[1-4])"),
}
_PARTS = {Cadence.WEEKLY: 53, Cadence.MONTHLY: 12, Cadence.QUARTERLY: 4}


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """When a newsletter goes out."""

    timezone: ZoneInfo
    #: The day of the month, 1 to 31; clamped to the month's end.
    send_on: int = 1
    #: The local time at which an issue is due.
    send_at: time = time(9)
    #: The weekday on which weekly windows close, Monday 0 to Sunday 6.
    weekly_on: int = 0

    def running(self, cadence: Cadence, now: datetime) -> Window:
        """The window that `now` lies in."""
        today = self.local_day(now)
        for closing in self._closings(cadence, today):
            if closing > today:
                return self._window(cadence, closing)
        raise AssertionError  # pragma: no cover - the closings go on past any day

    def latest_closed(self, cadence: Cadence, now: datetime) -> Window:
        """The last window that has closed by `now`, whether or not it is due yet."""
        return self.before(self.running(cadence, now))

    def before(self, window: Window) -> Window:
        """The window that ends where this one begins."""
        return self._window(window.cadence, self.local_day(window.since))

    def named(self, label: str) -> Window | None:
        """The window of this label (`2026-11`, `2026-W47`, `2026-Q4`); None when no window is called so."""
        for cadence, pattern in _LABELS.items():
            found = pattern.fullmatch(label.strip())
            if found and 1 <= int(found["part"]) <= _PARTS[cadence]:
                return self._named(cadence, int(found["year"]), int(found["part"]))
        return None

    def local_day(self, instant: datetime) -> date:
        """The day on the newsletter's calendar at this instant."""
        return instant.astimezone(self.timezone).date()

    def _named(self, cadence: Cadence, year: int, part: int) -> Window | None:
        if not date.min.year + 1 < year < date.max.year - 1:
            return None
        if cadence is Cadence.WEEKLY:
            around = date(year, 1, 4) + timedelta(weeks=part - 1)
        else:
            around = date(year, part if cadence is Cadence.MONTHLY else 3 * part - 2, 1)
        wanted = _label(cadence, year, part)
        windows = (self._window(cadence, closing) for closing in self._closings(cadence, around))
        return next((window for window in windows if window.label == wanted), None)

    def _closings(self, cadence: Cadence, around: date) -> Iterator[date]:
        """The days on which windows close, oldest first, from well before `around` to well after."""
        if cadence is Cadence.WEEKLY:
            first = around - timedelta(days=(around.weekday() - self.weekly_on) % 7 + 14)
            yield from (first + timedelta(weeks=week) for week in range(6))
            return
        step = 1 if cadence is Cadence.MONTHLY else 3
        month = around.year * 12 + (around.month - 1) // step * step - 2 * step
        yield from (self._day_of_month(month + step * count) for count in range(6))

    def _day_of_month(self, month: int) -> date:
        """The send day of a month counted from year 0."""
        year, index = divmod(month, 12)
        return date(year, index + 1, min(self.send_on, calendar.monthrange(year, index + 1)[1]))

    def _window(self, cadence: Cadence, closing: date) -> Window:
        opening = self._opening(cadence, closing)
        last_day = closing - timedelta(days=1)
        return Window(
            cadence=cadence,
            since=self._instant(opening, time.min),
            until=self._instant(closing, time.min),
            due=self._instant(closing, self.send_at),
            label=_label(cadence, *_year_and_part(cadence, last_day)),
            title=_title(cadence, opening, last_day),
        )

    def _opening(self, cadence: Cadence, closing: date) -> date:
        if cadence is Cadence.WEEKLY:
            return closing - timedelta(weeks=1)
        return self._day_of_month(closing.year * 12 + closing.month - 1 - (1 if cadence is Cadence.MONTHLY else 3))

    def _instant(self, day: date, at: time) -> datetime:
        """This wall-clock time in UTC: the first of two where clocks go back, the moment after where one is skipped.

        A skipped time read with fold=0 is taken at the offset from before the change, which is just as far past it
        (PEP 495).
        """
        return datetime.combine(day, at, tzinfo=self.timezone).astimezone(UTC)


def _year_and_part(cadence: Cadence, last_day: date) -> tuple[int, int]:
    if cadence is Cadence.WEEKLY:
        iso = last_day.isocalendar()
        return iso.year, iso.week
    return last_day.year, last_day.month if cadence is Cadence.MONTHLY else (last_day.month - 1) // 3 + 1


def _label(cadence: Cadence, year: int, part: int) -> str:
    form = {Cadence.WEEKLY: "{}-W{:02}", Cadence.MONTHLY: "{}-{:02}", Cadence.QUARTERLY: "{}-Q{}"}[cadence]
    return form.format(year, part)


def _title(cadence: Cadence, first: date, last: date) -> str:
    """The span as a reader says it: whole months by name, anything else by its days."""
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if whole and cadence is Cadence.MONTHLY:
        return f"{first:%B %Y}"
    if whole and cadence is Cadence.QUARTERLY:
        return f"{first:%B} to {last:%B %Y}"
    until = f"{last.day} {last:%B %Y}"
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} to {until}"
    return f"{first.day} to {until}" if first.month == last.month else f"{first.day} {first:%B} to {until}"
