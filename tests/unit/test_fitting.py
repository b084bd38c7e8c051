"""A mail that arrives whole: what becomes of a selection too large for one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from digest.edition import LARGEST, Pool, html_size, make_edition
from digest.message import Composer
from digest.models import IssueItem, Length, SectionRole, Selection
from tests.factories import a_section, an_item
from tests.sample_issue import DATE, a_pool, a_selection, an_addressee, first, many, placed

LONG = "This sentence of a long summary says a little more about what was found and how. "


def items(count: int, *, considerations: int = 3, findings: int = 90) -> tuple[IssueItem, ...]:
    """So many items with so many sentences in their longest sections."""
    sections = (
        a_section(SectionRole.TAKEAWAY, "A takeaway."),
        a_section(SectionRole.FINDINGS, *[LONG] * findings),
        a_section(SectionRole.CONSIDERATIONS, *[LONG] * considerations),
    )
    return tuple(an_item(number, "vision", of={"sections": sections}) for number in range(1, count + 1))


def a_choice(*counts: int, length: Length = Length.FULL) -> Selection:
    """So many items under each of three topics."""
    topics = [topic for topic, count in zip(("vision", "pediatric", "btk"), counts, strict=False) for _ in range(count)]
    research = tuple(placed(number, topic) for number, topic in enumerate(topics, 1))
    return Selection(length=length, research=research, left_over=(placed(99, "vision"),))


def fitted(pool: Pool, selection: Selection) -> Selection:
    return make_edition(pool, selection).selection


@pytest.mark.parametrize("length", list(Length))
def test_an_ordinary_mail_is_left_alone(length: Length) -> None:
    """Twelve items of ordinary length fit at every length."""
    pool = a_pool(many(12))
    assert fitted(pool, first(12, length)) == first(12, length)
    assert html_size(pool.html, first(12, length)) < 70_000


@pytest.mark.parametrize(
    "selection", [a_selection(), a_selection(Length.FULL), Selection(), replace(a_selection(), shortened=True)]
)
def test_the_size_is_that_of_the_mail(selection: Selection) -> None:
    """What is counted beforehand is what is composed, but for the room kept for a reader's own words."""
    pool = a_pool()
    html = Composer(pool, date=DATE).html(make_edition(pool, selection), an_addressee())
    assert 0 < html_size(pool.html, selection) - len(html.encode()) < 3_000


def test_full_items_become_standard_first() -> None:
    """Nothing waits that fits at a shorter length; the mail says so in both forms."""
    pool = a_pool(items(8))
    found = fitted(pool, a_choice(8))
    assert html_size(pool.html, a_choice(8)) > LARGEST >= html_size(pool.html, found)
    assert (found.length, found.shortened, found.research) == (Length.STANDARD, True, a_choice(8).research)
    composer, edition = Composer(pool, date=DATE), make_edition(pool, a_choice(8))
    for form in (composer.html(edition, an_addressee()), composer.text(edition, an_addressee())):
        assert "shorter this time than" in form


def test_then_items_roll_over_and_none_is_lost() -> None:
    """Standard items are never cut further: whole ones wait in front of those that wait already."""
    pool = a_pool(items(12, considerations=60))
    given = a_choice(6, 5, 1, length=Length.STANDARD)
    found = fitted(pool, given)
    assert html_size(pool.html, found) <= LARGEST and not found.shortened
    kept, waiting = ([one.summary_id for one in part] for part in (found.research, found.left_over))
    assert sorted(kept + waiting) == [*range(1, 13), 99] and waiting[-1] == 99
    assert f"{len(waiting)} more summaries" in Composer(pool, date=DATE).text(make_edition(pool, given), an_addressee())


def test_no_interest_loses_its_only_item_to_another_s_second() -> None:
    """The fullest section gives first, its last item; sections stay together and in order."""
    pool = a_pool(items(12, considerations=60))
    found = fitted(pool, a_choice(6, 5, 1, length=Length.STANDARD))
    counts = Counter(one.topic_id for one in found.research)
    assert counts["btk"] == 1 and abs(counts["vision"] - counts["pediatric"]) <= 1
    assert [topic for topic, _ in found.sections] == ["vision", "pediatric", "btk"]
    assert [one.summary_id for one in found.research] == sorted(one.summary_id for one in found.research)


def test_one_item_that_is_too_large_becomes_brief() -> None:
    """A mail always has something in it, and its limits are whole."""
    pool = a_pool(items(2, considerations=1400))
    found = fitted(pool, a_choice(2, length=Length.STANDARD))
    assert (len(found.research), found.length, found.shortened) == (1, Length.BRIEF, True)


def test_the_subject_counts_what_is_inside() -> None:
    """Items that roll over are not announced."""
    pool = a_pool(items(12, considerations=60))
    edition = make_edition(pool, a_choice(12, length=Length.STANDARD))
    assert edition.subject == f"November 2026: {len(edition.selection.research)} new research summaries for you"
