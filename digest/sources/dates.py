"""Published dates, read with the precision they were printed with.

The rule for the American form (`M/D/YYYY`), which the first source prints for every date, known to the day or not:
the first or last day of a year stands for the year (`1/1/2026`, `12/31/2026`), the first or last day of a month for
the month (`3/1/2026`, `3/31/2026`), any other for itself. Other forms mean the day they name. A date that does not
exist (`2024-02-30`) is no date; it is never moved to one that does. The day is the printed one: no zone moves it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date

from digest.models import Precision, PublishedDate

#: Years a study may bear; anything else is a misprint.
YEARS = range(1900, 2101)
#: Characters looked at; the longest real date string is under 60.
LONGEST_DATE = 100
#: A two-digit year (RFC 822) from this on lies in the twentieth century (RFC 2822, 4.3, as time.strptime has it).
LAST_CENTURY_FROM = 69

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_LABEL = re.compile(
    r"^(?:(?:e?pub(?:lication)?|cover|online)?\s*date|(?:first )?published(?: online| on)?|available online|posted"
    r"|date published|updated|epub(?: ahead of print)?)\s*[:\-–]?\s*",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_NAME = r"(?P<month>[A-Za-z]{3,9})\.?"
_TIME = r"(?:(?:T|,?\s+(?:at\s+)?)\d{1,2}[:.]\d{2}.{0,40}|Z|[+-]\d\d:?\d\d)?"

_Reader = Callable[[re.Match[str]], PublishedDate | None]


def read_date(text: str) -> PublishedDate | None:
    """The date this string is, with its precision; None when it is none, or one that does not exist.

    A leading label such as "Publication date:" and a time of day behind the date are passed over.
    """
    text = " ".join(text[:LONGEST_DATE].split())
    text = _WEEKDAY.sub("", _LABEL.sub("", text)).rstrip(".,;")
    for pattern, reader in _FORMS:
        found = pattern.fullmatch(text)
        if found:
            return reader(found)
    return None


def is_date(text: str) -> bool:
    """True when the whole text is a date and nothing more."""
    return len(text) <= LONGEST_DATE and read_date(text) is not None


def _day(year: int, month: int, day: int) -> PublishedDate | None:
    return _made(year, month, day, Precision.DAY)


def _made(year: int, month: int, day: int, precision: Precision) -> PublishedDate | None:
    if year not in YEARS:
        return None
    try:
        return PublishedDate(day=date(year, month, day), precision=precision)
    except ValueError:
        return None


def _american(year: int, month: int, day: int) -> PublishedDate | None:
    exact = _day(year, month, day)
    if exact is None:
        # 31/12/2026 cannot be month-first, so it is not the American form.
        return _day(year, day, month) if month > len(_MONTHS) else None
    if (month, day) in {(1, 1), (12, 31)}:
        return _made(year, 1, 1, Precision.YEAR)
    if day in {1, monthrange(year, month)[1]}:
        return _made(year, month, 1, Precision.MONTH)
    return exact


def _month_named(name: str) -> int:
    """1 to 12 for a month's name or its beginning; 0 for another word."""
    name = name.lower()
    return next((number for number, month in enumerate(_MONTHS, 1) if month.startswith(name)), 0)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= LAST_CENTURY_FROM else 2000)


def _numbers(make: Callable[[int, int, int], PublishedDate | None]) -> _Reader:
    return lambda found: make(int(found["y"]), int(found["m"]), int(found["d"]))


def _named_day(found: re.Match[str]) -> PublishedDate | None:
    return _day(_year(found["y"]), _month_named(found["month"]), int(found["d"]))


def _named_month(found: re.Match[str]) -> PublishedDate | None:
    return _made(int(found["y"]), _month_named(found["month"]), 1, Precision.MONTH)


def _number_month(found: re.Match[str]) -> PublishedDate | None:
    return _made(int(found["y"]), int(found["m"]), 1, Precision.MONTH)


def _only_year(found: re.Match[str]) -> PublishedDate | None:
    return _made(int(found["y"]), 1, 1, Precision.YEAR)


#: Every form that is read, the first that fits wins.
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader)
    for pattern, reader in (
        (r"(?:(?:spring|summer|autumn|fall|winter),?\s)?(?P<y>\d{4})", _only_year),
        (rf"(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}}){_TIME}", _numbers(_day)),
        (rf"(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}}){_TIME}", _numbers(_american)),
        (rf"(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?(?P<y>\d{{4}}){_TIME}", _numbers(_day)),
        (r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T\d+Z?)?", _numbers(_day)),
        (rf"{_NAME}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}}){_TIME}", _named_day),
        (rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-](?:of )?{_NAME},?[\s-](?P<y>\d{{4}}|\d{{2}}){_TIME}", _named_day),
        (rf"{_NAME}\s+(?P<d>\d{{1,2}})\s+\d\d:\d\d(?::\d\d)?(?:\s+[A-Z]{{3,4}})?\s+(?P<y>\d{{4}})", _named_day),
        (rf"(?P<y>\d{{4}})[\s-]{_NAME}[\s-](?P<d>\d{{1,2}})", _named_day),
        (rf"(?P<y>\d{{4}})\s{_NAME}(?:\s?[-–/]\s?[A-Za-z]{{3,9}}\.?)?", _named_month),
        (rf"{_NAME}(?:\s?[-–/]\s?[A-Za-z]{{3,9}}\.?)?,?\s(?:of )?(?P<y>\d{{4}})", _named_month),
        (r"(?P<y>\d{4})[-/](?P<m>\d{1,2})", _number_month),
    )
)
