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
    ],
)
def test_other_forms(text: str, day: date, precision: Precision) -> None:
    """Every form real feeds and pages print is read as the printed day, whatever its zone."""
    assert read_date(text) == PublishedDate(day=day, precision=precision)


@pytest.mark.parametrize(
    "text",
    ["2024-02-30", "2/30/2024", "30 February 2024", "13/13/2026", "0000-00-00", "3026-01-01", "yesterday", "", "May",
     "in 2026 we", "1 2 3", "Foo 12, 2026", "2026-13"],
)  # fmt: skip
def test_no_date(text: str) -> None:
    """What is no date, or a day that does not exist, is None: it is never moved to another day."""
    assert read_date(text) is None


def test_a_sentence_with_a_date_in_it_is_not_a_date() -> None:
    """Only a line that is nothing but a date is one."""
    assert is_date("12/1/2026")
    assert not is_date("On 12/1/2026 it rained.")
    assert not is_date("2026 " + "x" * 200)
