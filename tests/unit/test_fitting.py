"""A mail that would be too long for inboxes is shortened by rule: nothing is lost, nothing is left to chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from digest.edition import HTML_LIMIT, Pool, html_bytes, lay_out, make_edition
from digest.message import Composer
from digest.models import FrozenEdition, IssueItem, Length, Paragraph, Placement, Section, SectionRole, Selection
from tests.sample_issue import DATE, WALKING, a_pool, an_addressee, first, placed

SENTENCE = "The people who walked slept a little better than those who did not. "


def long_items(count: int, *, answers: int = 60, limits: int = 4) -> tuple[IssueItem, ...]:
    """Items with so many sentences of text, and of considerations; the last the longest."""
    return tuple(_long_item(number, answers + 3 * number, limits) for number in range(1, count + 1))


def _long_item(number: int, answers: int, limits: int) -> IssueItem:
    def section(role: SectionRole, sentences: int) -> Section:
        return Section(role=role, heading="More", blocks=(Paragraph(SENTENCE * sentences),))

    sections = (
        section(SectionRole.TAKEAWAY, 1),
        section(SectionRole.FINDINGS, answers),
        section(SectionRole.BODY, answers),
        section(SectionRole.CONSIDERATIONS, limits),
    )
    entry = replace(WALKING.summary.entry, guid=str(number), sections=sections)
    return replace(WALKING, summary=replace(WALKING.summary, id=number, study_id=number, entry=entry))


def numbers(placements: tuple[Placement, ...]) -> list[int]:
    return [placement.summary_id for placement in placements]


def fitted(pool: Pool, selection: Selection) -> FrozenEdition:
    edition = make_edition(pool, selection)
    assert html_bytes(pool, edition) <= HTML_LIMIT
    return edition


def test_what_fits_is_left_as_it_is() -> None:
    """Twelve items of ordinary length keep the selection they came with."""
    selection = first(12)
    assert make_edition(a_pool(long_items(12, answers=5)), selection).selection == selection


def test_the_longest_items_are_shortened_first() -> None:
    """One length shorter, and only as many as need be; their readers find all the others whole."""
    selection = fitted(a_pool(long_items(8)), first(8, Length.FULL)).selection
    shortened = [one.summary_id for one in selection.research if one.length is Length.STANDARD]
    assert shortened == list(range(8 - len(shortened) + 1, 9))
    assert 0 < len(shortened) < 8
    assert selection.trimmed and not selection.left_over


def test_what_still_does_not_fit_rolls_over() -> None:
    """After every item is one length shorter; nothing is lost, and the subject counts what is there."""
    edition = fitted(a_pool(long_items(12, limits=150)), replace(first(12), left_over=(placed(99, "vision"),)))
    selection = edition.selection
    assert all(one.length is Length.BRIEF for one in selection.research)
    assert sorted([*numbers(selection.research), *numbers(selection.left_over)]) == [*range(1, 13), 99]
    assert f"{len(selection.research)} new research summaries" in edition.subject
    assert all(one.length is None for one in selection.left_over)


def test_sections_are_shortened_evenly() -> None:
    """The fullest section gives first, so that no interest is left without its item while another has two."""
    selection = fitted(a_pool(long_items(12, limits=150)), first(12)).selection
    sizes = Counter(one.topic_id for one in selection.research)
    assert len(sizes) == 3
    assert max(sizes.values()) - min(sizes.values()) <= 1


def test_headlines_from_elsewhere_go_before_items() -> None:
    """What is outside a reader's interests makes room for what is inside."""
    whole = replace(first(11), also_new=(placed(12, "btk"),))
    selection = fitted(a_pool(long_items(12, limits=150)), whole).selection
    assert selection.left_over and not selection.also_new


def test_one_item_always_stays_with_its_limits_whole() -> None:
    """Considerations are never cut: such a mail is as long as it is, and the gate says so."""
    pool = a_pool(long_items(2, limits=1500))
    edition = make_edition(pool, first(2))
    assert (numbers(edition.selection.research), numbers(edition.selection.left_over)) == ([1], [2])
    assert html_bytes(pool, edition) > HTML_LIMIT


def test_the_same_selection_is_trimmed_in_the_same_way() -> None:
    """Preview, approval and another machine agree."""
    items = long_items(12)
    editions = [make_edition(a_pool(given), first(12, Length.FULL)) for given in (items, items[::-1])]
    assert editions[0] == editions[1]


def test_the_mail_says_so() -> None:
    """Under each shortened item, and where something waits for the next issue."""
    pool = a_pool(long_items(12, limits=150))
    edition = make_edition(pool, first(12))
    for words in (Composer(pool, date=DATE).html, Composer(pool, date=DATE).text):
        mail = " ".join(words(edition, an_addressee()).split())
        assert mail.count("Shortened here") == len(edition.selection.research)
        assert f"{len(edition.selection.left_over)} more summaries for you wait for the next issue" in mail


@pytest.mark.parametrize("length", list(Length))
def test_no_reader_s_mail_is_longer_than_was_counted(length: Length) -> None:
    """Whatever a reader's name and links are; and not much shorter, so that no room is wasted."""
    pool = a_pool(long_items(6, answers=10))
    edition = make_edition(pool, first(6, length))
    real = len(Composer(pool, date=DATE).html(edition, an_addressee(name="<ö>" * 30)).encode())
    assert real <= html_bytes(pool, edition) <= real + 2500


def test_a_join_fills_what_is_given_and_names_the_rest() -> None:
    """The holes of a reader's own are left, and everything else is text."""
    pool = a_pool()
    parts = list(pool.html.join(lay_out(make_edition(pool, first(2)), pool.html.pieces)))
    assert {name for name, is_text in parts if not is_text} == {
        "greeting", "address", "preferences", "pause", "unsubscribe", "web",
    }  # fmt: skip


def test_what_editors_pinned_never_rolls_over() -> None:
    """The others go in its place, even where it stands last in the fullest section."""
    research = tuple(replace(one, pinned=one.summary_id in (7, 8)) for one in first(8).research)
    selection = fitted(a_pool(long_items(8, answers=5, limits=250)), replace(first(8), research=research)).selection
    assert {7, 8} <= set(numbers(selection.research)) and selection.left_over
    assert not any(one.pinned for one in selection.left_over)


def test_a_mail_of_pinned_items_alone_is_as_long_as_it_is() -> None:
    """Nobody is sent half of what editors promised; the gate says that it is too long."""
    research = tuple(replace(one, pinned=True) for one in first(8).research)
    edition = make_edition(a_pool(long_items(8, answers=5, limits=250)), replace(first(8), research=research))
    assert len(edition.selection.research) == 8
