from __future__ import annotations

from datetime import date

import pytest

from digest.models import Precision, PublishedDate
from digest.sources.dates import is_date, read_date

DAY, MONTH, YEAR = Precision.DAY, Precision.MONTH, Precision.YEAR


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("1/1/2026", date(2026, 1, 1), YEAR),
        ("12/31/2026", date(2026, 1, 1), YEAR),
        ("3/1/2026", date(2026, 3, 1), MONTH),
        ("3/31/2026", date(2026, 3, 1), MONTH),
        ("2/28/2026", date(2026, 2, 1), MONTH),
        ("2/28/2028", date(2028, 2, 28), DAY),
        ("03/14/2026", date(2026, 3, 14), DAY),
        ("12/1/2026", date(2026, 12, 1), MONTH),
        ("10/16/2021 9:23 AM", date(2021, 10, 16), DAY),
    ],
)
def test_american_form(text: str, day: date, precision: Precision) -> None:
    """The first or last day of a year or month stands for the year or month, any other day for itself."""
    assert read_date(text) == PublishedDate(day=day, precision=precision)


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2026-01-01", date(2026, 1, 1), DAY),
        ("2026-03-01T23:59:59-08:00", date(2026, 3, 1), DAY),
        ("2026-03-01Z", date(2026, 3, 1), DAY),
        ("2021/10/16 9:23:28", date(2021, 10, 16), DAY),
        ("20260314", date(2026, 3, 14), DAY),
        ("2026-01", date(2026, 1, 1), MONTH),
        ("2026", date(2026, 1, 1), YEAR),
        ("Aug 06, 2024", date(2024, 8, 6), DAY),
        ("Published: Aug 06, 2024", date(2024, 8, 6), DAY),
        ("August 6th, 2024", date(2024, 8, 6), DAY),
        ("6 August 2024", date(2024, 8, 6), DAY),
        ("14.3.2026", date(2026, 3, 14), DAY),
        ("31/12/2026", date(2026, 12, 31), DAY),
        ("February 2026", date(2026, 2, 1), MONTH),
        ("Publication date: February 2026", date(2026, 2, 1), MONTH),
        ("Available online 3 March 2026", date(2026, 3, 3), DAY),
        ("Sept. 2025", date(2025, 9, 1), MONTH),
        ("Jan-Feb 2026", date(2026, 1, 1), MONTH),
        ("2026 Mar-Apr", date(2026, 3, 1), MONTH),
        ("2026 Nov 5", date(2026, 11, 5), DAY),
        ("Spring 2026", date(2026, 1, 1), YEAR),
        ("Fri, 06 Nov 2026 08:00:00 +0000", date(2026, 11, 6), DAY),
        ("Sat, 07 Sep 02 00:00:01 GMT", date(2002, 9, 7), DAY),
        ("07 Sep 98 10:00 EST", date(1998, 9, 7), DAY),
        ("Sat Sep  7 00:00:01 2002", date(2002, 9, 7), DAY),
        ("Thursday 3 March 2026 at 10:00", date(2026, 3, 3), DAY),
        ("1970", date(1970, 1, 1), YEAR),
        ("Jan 1970", date(1970, 1, 1), MONTH),
        ("23 January 1970", date(1970, 1, 23), DAY),
        ("03/2026", date(2026, 3, 1), MONTH),
        ("03.2026", date(2026, 3, 1), MONTH),
        ("3/2026", date(2026, 3, 1), MONTH),
        ("4 mars 2026 à 10h00", date(2026, 3, 4), DAY),
        ("4 mars 2026 à 10 h", date(2026, 3, 4), DAY),
        ("4. März 2026 um 8 Uhr", date(2026, 3, 4), DAY),
        ("March 4, 2026 at 9 a.m.", date(2026, 3, 4), DAY),
        ("2026 Mar 4. Online ahead of print.", date(2026, 3, 4), DAY),
        ("2026 Mar [Epub ahead of print]", date(2026, 3, 1), MONTH),
        ("2026年3月4日", date(2026, 3, 4), DAY),
        ("2026年3月", date(2026, 3, 1), MONTH),
        ("2026년 3월 4일", date(2026, 3, 4), DAY),
        ("2026\u201103\u201104", date(2026, 3, 4), DAY),
        ("1/1/1980", date(1980, 1, 1), YEAR),
        ("2 January 1980", date(1980, 1, 2), DAY),
        ("2001-01-01", date(2001, 1, 1), DAY),
        ("2001-01-01T09:30:00Z", date(2001, 1, 1), DAY),
        ("Ma, 3 Mar 2026", date(2026, 3, 3), DAY),
    ],
)
def test_other_forms(text: str, day: date, precision: Precision) -> None:
    """Every form real feeds and pages print is read as the printed day, whatever its zone."""
    assert read_date(text) == PublishedDate(day=day, precision=precision)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Pe, 07 Marras 2025 11:34:37 +0000", date(2025, 11, 7)),
        ("ti 4. lokakuuta 2025 klo 10.00", date(2025, 10, 4)),
        ("mar, 14 oct 2025 19:56:51 +0000", date(2025, 10, 14)),
        ("7 de agosto de 2025", date(2025, 8, 7)),
        ("segunda-feira, 6 de outubro de 2025", date(2025, 10, 6)),
        ("Mi, 21 Mai 2025 10:00:00 +0200", date(2025, 5, 21)),
        ("20. März 2025", date(2025, 3, 20)),
        ("Dienstag, 2. Dezember 2025 um 8:00", date(2025, 12, 2)),
        ("ven., 02 févr. 2025 10:00:00 +0100", date(2025, 2, 2)),
        ("1er août 2025 à 10:00", date(2025, 8, 1)),
        ("le 9 juillet 2025", date(2025, 7, 9)),
        ("gio, 5 giu 2025 08:00:00 GMT", date(2025, 6, 5)),
        ("woensdag 7 mei 2025", date(2025, 5, 7)),
        ("tors, 2 okt. 2025 kl. 10:00", date(2025, 10, 2)),
        ("10 września 2025", date(2025, 9, 10)),
    ],
)
def test_other_languages(text: str, day: date) -> None:
    """Day and month names of other languages are the days they name."""
    assert read_date(text) == PublishedDate(day=day, precision=DAY)


@pytest.mark.parametrize("text", ["5 listopada 2025", "5 listopad 2025", "3 foo 2025", "Foo, 3 bar 2025"])
def test_a_month_that_could_be_another_is_none(text: str) -> None:
    """A word that means October here and November there is no date: it may be missing, but never another day."""
    assert read_date(text) is None


@pytest.mark.parametrize(
    "text",
    ["Thu, 01 Jan 1970 00:00:00 +0000", "Wed, 31 Dec 1969 19:00:00 -0500", "Sat, 17 Jan 1970 23:08:42 Z",
     "1970-01-01", "1970-01-01T00:00:00Z", "19700101", "1/1/1970", "12/31/1969", "December 31, 1969", "1.1.1970",
     "1904-01-01", "1980-01-01", "Tue, 01 Jan 1980 00:00:00 GMT", "2001-01-01T00:00:00Z", "2001-01-01 00:00:00 +0000",
     "Mon, 01 Jan 2001 00:00:00 GMT", "1900-01-01", "1/1/1900", "1899-12-30", "0001-01-01T00:00:00", "0000-00-00"],
)  # fmt: skip
def test_a_date_that_was_never_set_is_none(text: str) -> None:
    """The days from which clocks count, in any form, and what thousandths taken for seconds make of this century."""
    assert read_date(text) is None


@pytest.mark.parametrize(
    "text",
    ["2024-02-30", "2/30/2024", "30 February 2024", "13/13/2026", "0000-00-00", "3026-01-01", "yesterday", "", "May",
     "in 2026 we", "Ma 2026", "le 2026", "13/2026", "2026年13月", "4 mars 2026 à dix heures", "3.2026",
     "1 2 3", "Foo 12, 2026", "2026-13"],
)  # fmt: skip
def test_no_date(text: str) -> None:
    """What is no date, or a day that does not exist, is None: it is never moved to another day."""
    assert read_date(text) is None


def test_a_sentence_with_a_date_in_it_is_not_a_date() -> None:
    """Only a line that is nothing but a date is one."""
    assert is_date("12/1/2026")
    assert not is_date("On 12/1/2026 it rained.")
    assert not is_date("Until 3 May 2026") and not is_date("Boston, 3 May 2026")
    assert not is_date("2026 " + "x" * 200)
