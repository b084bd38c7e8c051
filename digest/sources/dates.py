"""Published dates, read with the precision they were printed with.

The rule for the American form (`M/D/YYYY`), which the first source prints for every date, known to the day or not:
the first or last day of a year stands for the year (`1/1/2026`, `12/31/2026`), the first or last day of a month for
the month (`3/1/2026`, `3/31/2026`), any other for itself. Other forms mean the day they name. A date that does not
exist (`2024-02-30`) is no date; it is never moved to one that does. The day is the printed one: no zone moves it.
Programs print a date that was never set as the day their clocks count from; such a day is no date either.
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
#: The months' names and usual short forms in other languages, each month's in one line. A word that means one month
#: here and another there (Czech and Croatian `listopad`) is left out: a date may be missing, but never another day.
_ELSEWHERE = (
    ("janvier janv januar jänner januari gennaio gen enero ene janeiro tammikuu tammikuuta tammi styczeń stycznia "
     "sty leden ledna"),
    ("février févr fév fevrier fevr februar feber februari febbraio febrero fevereiro fev helmikuu helmikuuta "
     "helmi luty lutego únor"),
    ("mars märz maerz mär mrz marts maart mrt marzo março marco maaliskuu maaliskuuta maalis marzec marca březen "
     "března"),
    "avril avr aprile abril abr april huhtikuu huhtikuuta huhti kwiecień kwietnia kwi duben dubna",
    "mai maj mei maggio mag mayo maio toukokuu toukokuuta touko května květen",
    "juin juni giugno giu junio junho kesäkuu kesäkuuta kesä czerwiec czerwca cze červen června",
    "juillet juil juli luglio lug julio julho heinäkuu heinäkuuta heinä lipca lipiec červenec července",
    "août aout augusti augustus agosto ago elokuu elokuuta elo sierpień sierpnia sie srpen srpna",
    "septembre settembre sett septiembre setiembre setembro set syyskuu syyskuuta syys wrzesień września wrz září",
    ("octobre oktober okt oktobar ottobre ott octubre outubro out lokakuu lokakuuta loka październik października "
     "paź říjen října"),
    "novembre noviembre novembro marraskuu marraskuuta marras",
    ("décembre déc decembre dezember dez dicembre dic diciembre dezembro joulukuu joulukuuta joulu grudzień "
     "grudnia gru prosinec"),
)  # fmt: skip
_NAMES = {name: number for number, line in enumerate(_ELSEWHERE, 1) for name in line.split()}
_LABEL = re.compile(
    r"^(?:(?:e?pub(?:lication)?|cover|online)?\s*date|(?:first )?published(?: online| on)?|available online|posted"
    r"|date published|updated|epub(?: ahead of print)?)\s*[:\-–]?\s*",
    re.IGNORECASE,
)
#: A weekday: any word of up to four letters with its mark behind it, or the name of one.
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun tues thur thurs"
    " montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche"
    " lunes martes miércoles jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica"
    " segunda-feira terça-feira quarta-feira quinta-feira sexta-feira maandag dinsdag woensdag donderdag vrijdag"
    " zaterdag zondag måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag maanantai tiistai"
    " keskiviikko torstai perjantai lauantai sunnuntai ma ti ke to pe la su poniedziałek wtorek środa czwartek piątek"
    " sobota niedziela den le el il"
)
_WEEKDAY = re.compile(
    rf"^(?:[^\W\d_]{{1,4}}[.,]{{1,2}}|(?:{'|'.join(_WEEKDAYS.split())})\b[.,]{{0,2}})\s", re.IGNORECASE
)
_NAME = r"(?P<month>[^\W\d_]{3,14})\.?"
_TIME = (
    r"(?:(?:T|,?\s+(?:(?:at|um|à|kl\.?|klo|om|a las|alle|às)\s+)?)"
    r"\d{1,2}(?:[:.]\d{2}.{0,40}|\s?h(?:\s?\d{2})?|\sUhr|\s?[ap]\.?m)"
    r"|Z|[+-]\d\d:?\d\d)?"
)
#: What stands between a day and its month: `6th of August`, `1er août`, `6. August`, `6 de agosto`.
_DAY_END = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_OF = r"(?:(?:of|de|den)\s|d[’'])?"
#: The first days of clocks: Unix, with the zones west of Greenwich, and the days that follow where thousandths were
#: taken for seconds; 1900 for spreadsheets. (Years before that are none.)
_NEVER_SET = (range(date(1969, 12, 31).toordinal(), date(1970, 1, 23).toordinal()), (date(1900, 1, 1).toordinal(),))
#: Those of other spreadsheets and of file systems. In the American form they are the years they stand for.
_SELDOM_SET = (date(1904, 1, 1), date(1980, 1, 1))
#: And of telephones, whose first day is a date like others where no clock printed it.
_FIRST_SECOND = re.compile(
    r"(?:2001-0?1-0?1(?:T|\s)|(?:mon,?\s)?0?1\sjan(?:uary)?\s2001\s)00:00(?::00(?:\.0{1,9})?)?"
    r"\s?(?:Z|GMT|UTC|UT|[+-]00:?00)?",
    re.IGNORECASE,
)
#: Hyphens of other kinds, as typesetters put them.
_HYPHENS = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2212), "-")
#: What PubMed prints behind a date.
_AHEAD = re.compile(r"[.;,]?\s?[(\[]?(?:online|e-?pub) ahead of print[)\]]?\.?$", re.IGNORECASE)

#: Every date has them, and most of what is asked about has not.
_TWO_DIGITS = re.compile(r"\d\d")
_NO_FORM = "no form"

_Reader = Callable[[re.Match[str]], PublishedDate | None]


def read_date(text: str) -> PublishedDate | None:
    """The date this string is, with its precision; None when it is none, or one that does not exist.

    A leading label such as "Publication date:" and a time of day behind the date are passed over.
    """
    if not _TWO_DIGITS.search(text, 0, LONGEST_DATE):
        return None
    text = _AHEAD.sub("", _LABEL.sub("", " ".join(text[:LONGEST_DATE].translate(_HYPHENS).split()))).rstrip(".,;")
    found = None if _FIRST_SECOND.fullmatch(text) else _in_a_form(text)
    if found is _NO_FORM:
        found = _in_a_form(_WEEKDAY.sub("", text))
        # Only days have weekdays: "Ma 2026" is half of a May.
        found = found if isinstance(found, PublishedDate) and found.precision is Precision.DAY else None
    return found if isinstance(found, PublishedDate) else None


def is_date(text: str) -> bool:
    """True when the whole text is a date and nothing more."""
    return len(text) <= LONGEST_DATE and read_date(text) is not None


def _in_a_form(text: str) -> PublishedDate | str | None:
    """The date; None where the text has a date's form and is none; `_NO_FORM` where it has not."""
    for pattern, reader in _FORMS:
        found = pattern.fullmatch(text)
        if found:
            return reader(found)
    return _NO_FORM


def _day(year: int, month: int, day: int) -> PublishedDate | None:
    made = _made(year, month, day, Precision.DAY)
    return None if made and made.day in _SELDOM_SET else made


def _made(year: int, month: int, day: int, precision: Precision) -> PublishedDate | None:
    if year not in YEARS:
        return None
    try:
        day_ = date(year, month, day)
    except ValueError:
        return None
    unset = precision is Precision.DAY and any(day_.toordinal() in span for span in _NEVER_SET)
    return None if unset else PublishedDate(day=day_, precision=precision)


def _american(year: int, month: int, day: int) -> PublishedDate | None:
    exact = _made(year, month, day, Precision.DAY)
    if exact is None:
        # 31/12/2026 cannot be month-first, so it is not the American form.
        return _day(year, day, month) if month > len(_MONTHS) else None
    if (month, day) in {(1, 1), (12, 31)}:
        return _made(year, 1, 1, Precision.YEAR)
    if day in {1, monthrange(year, month)[1]}:
        return _made(year, month, 1, Precision.MONTH)
    return exact


def _month_named(name: str) -> int:
    """1 to 12 for a month's name or its beginning in English, or its name in another language; 0 for another word."""
    name = name.lower()
    english = (number for number, month in enumerate(_MONTHS, 1) if month.startswith(name))
    return next(english, 0) or _NAMES.get(name, 0)


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
        (rf"{_NAME}\s+(?P<d>\d{{1,2}}){_DAY_END},?\s+(?P<y>\d{{4}}){_TIME}", _named_day),
        (rf"(?P<d>\d{{1,2}}){_DAY_END}[\s-]?{_OF}{_NAME},?[\s-]{_OF}(?P<y>\d{{4}}|\d{{2}}){_TIME}", _named_day),
        (rf"{_NAME}\s+(?P<d>\d{{1,2}})\s+\d\d:\d\d(?::\d\d)?(?:\s+[A-Z]{{3,4}})?\s+(?P<y>\d{{4}})", _named_day),
        (rf"(?P<y>\d{{4}})[\s-]{_NAME}[\s-](?P<d>\d{{1,2}})", _named_day),
        (rf"(?P<y>\d{{4}})\s{_NAME}(?:\s?[-–/]\s?[^\W\d_]{{3,14}}\.?)?", _named_month),
        (rf"{_NAME}(?:\s?[-–/]\s?[^\W\d_]{{3,14}}\.?)?,?\s{_OF}(?P<y>\d{{4}})", _named_month),
        (r"(?P<y>\d{4})[-/](?P<m>\d{1,2})", _number_month),
        (r"(?P<m>\d{1,2}(?=/)|\d\d)[-/.](?P<y>\d{4})", _number_month),
        (rf"(?P<y>\d{{4}})\s?[年년]\s?(?P<m>\d{{1,2}})\s?[月월]\s?(?P<d>\d{{1,2}})\s?[日일]{_TIME}", _numbers(_day)),
        (r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]", _number_month),
    )
)
