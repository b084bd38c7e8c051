"""Who wrote a page, and when it was put there: a line that is none of the study's, but for its date."""

from __future__ import annotations

import re

from digest.models import PublishedDate
from digest.sources.dates import read_date
from digest.sources.lines import are_names

#: Characters of such a line, and words of the names in it.
LONGEST_BYLINE = 160
MOST_WORDS = 12

_BY = re.compile(r"^(?:(?:written|posted|published|reported|reviewed) )?by:? (?=[A-Z])", re.IGNORECASE)
#: What parts a name, a date and the time that reading takes.
_BETWEEN = re.compile(r"\s?[|·•]\s?|\s[–—-]\s")
_TIME_TO_READ = re.compile(r"\d{1,3}[ -]min(?:ute)?s?(?: read)?", re.IGNORECASE)
_LABEL = re.compile(r"(?:last )?(?:updated|posted|published|reviewed)(?: on)?:? ", re.IGNORECASE)


def byline_date(text: str) -> PublishedDate | None:
    """The date of a line such as `By Ada Example | November 12, 2026`; None where the line is no byline with a date."""
    parts = _parts(text)
    dates = [date for part in parts if (date := _date(part))]
    if len(dates) != 1 or not all(_date(part) or _is_beside(part) for part in parts):
        return None
    return dates[0]


def _parts(text: str) -> list[str]:
    """What stands between the marks of a byline, and a date right behind a name; none where the line is no byline."""
    if len(text) > LONGEST_BYLINE or not any(map(str.isdecimal, text)):
        return []
    parts = [part for part in _BETWEEN.split(text) if part]
    if sum(_BY.match(part) is not None for part in parts) != 1:
        return []
    return [piece for part in parts for piece in (_name_and_date(part) if _BY.match(part) else [part])]


def _name_and_date(part: str) -> list[str]:
    """`By Ada Example, November 12, 2026` in two."""
    words = part.split()
    for place in range(2, min(len(words), MOST_WORDS)):
        behind = " ".join(words[place:])
        if read_date(behind):
            name = " ".join(words[:place]).removesuffix(" on").rstrip(" ,")
            return [name, behind]
    return [part]


def _date(part: str) -> PublishedDate | None:
    return None if _BY.match(part) else read_date(_LABEL.sub("", part, count=1))


def _is_beside(part: str) -> bool:
    """A name behind "by", or the time that reading takes."""
    if _TIME_TO_READ.fullmatch(part):
        return True
    name = _BY.sub("", part, count=1)
    is_name = len(name.split()) <= MOST_WORDS and are_names(name)
    return is_name and _BY.match(part) is not None and read_date(f"1 {name.split()[0]} 2000") is None
