"""The variant space: counted reader by reader, whatever their number."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import OTHER_TOPIC, FrozenEdition, Kind, Placement, Selection, SkipReason
from digest.variants import NAMED, Survey, Surveyor, difference, since, topics_of
from tests.factories import a_tree, an_entry, an_item

ITEMS = tuple(an_item(number, "btk") for number in range(1, 5))


def placed(number: int, topic: str = "btk") -> Placement:
    return Placement(summary_id=number, study_id=number, topic_id=topic)


def an_edition(*numbers: int, **given_: object) -> FrozenEdition:
    selection = Selection(research=tuple(map(placed, numbers)), **given_)  # type: ignore[arg-type]
    key = hashlib.sha256(repr(selection).encode()).hexdigest()
    return FrozenEdition(key=key, subject="s", preheader="p", selection=selection)


def survey(*given_: FrozenEdition | SkipReason) -> Survey:
    surveyor = Surveyor(ITEMS, size=lambda edition: 100 * len(edition.selection.research))
    for one in given_:
        surveyor.take(*((None, one) if isinstance(one, SkipReason) else (one, None)))
    return surveyor.survey()


def test_an_issue_without_readers() -> None:
    """Nobody sees anything, and nothing fails."""
    found = survey()
    assert (found.editions, found.readers, found.nothing, found.most_read) == (0, 0, {}, ())
    assert (found.smallest, found.median, found.largest) == (0, 0, 0)
    assert len(found.unseen) == len(ITEMS)


def test_equal_editions_count_once() -> None:
    """With all their readers; the most read first."""
    found = survey(an_edition(1, 2), an_edition(3), an_edition(3), an_edition(3, 1, 2))
    assert (found.editions, found.readers) == (3, 4)
    assert next((one.readers, one.items, one.html_bytes) for one in found.most_read) == (2, 1, 100)
    assert (found.smallest, found.median, found.largest) == (100, 200, 300)
    assert found.by_items == {1: 2, 2: 1, 3: 1}


def test_who_gets_nothing_and_why() -> None:
    """By reason, in the order of gravity the reasons have; none that nobody has."""
    found = survey(SkipReason.PAUSED, SkipReason.NOTHING_NEW, SkipReason.PAUSED, an_edition(1))
    assert found.nothing == {SkipReason.NOTHING_NEW: 1, SkipReason.PAUSED: 2} and found.readers == 1


def test_in_how_many_inboxes_an_item_is() -> None:
    """Printed, by headline only, or left over; what is only left over is seen by nobody."""
    found = survey(
        an_edition(1, also_new=(placed(2),), left_over=(placed(3),)),
        an_edition(1, 2),
        an_edition(background=(placed(1),)),
    )
    counted = [(one.printed, one.headline_only, one.left_over) for one in found.items]
    assert counted == [(3, 0, 0), (1, 1, 0), (0, 0, 1), (0, 0, 0)]
    assert [one.summary_id for one in found.unseen] == [3, 4]


def test_trimmed_and_corrected_are_counted() -> None:
    """Editions that were too long; readers who are told that something was not right."""
    found = survey(an_edition(1, trimmed=True), an_edition(1, trimmed=True), an_edition(corrections=(7,)))
    assert (found.trimmed, found.corrected) == (1, 1)


def test_only_the_most_read_are_named() -> None:
    """However many there are."""
    found = survey(*(an_edition(1, left_over=(placed(number),)) for number in range(1, 30)))
    assert (len(found.most_read), found.editions) == (NAMED, 29)


def test_a_size_is_asked_for_once_an_edition() -> None:
    """A hundred thousand readers of one edition cost one look."""
    asked: list[str] = []
    surveyor = Surveyor(ITEMS, size=lambda edition: asked.append(edition.key) or 1)
    for _ in range(1000):
        surveyor.take(an_edition(1), None)
    assert len(asked) == 1 and surveyor.survey().readers == 1000


@given(
    st.lists(st.one_of(st.sampled_from(SkipReason), st.lists(st.integers(1, 4), unique=True, min_size=1)), max_size=30)
)
def test_everybody_is_counted_once(given_: list) -> None:
    """With an edition or with a reason; sums agree whoever they are."""
    found = survey(*(an_edition(*one) if isinstance(one, list) else one for one in given_))
    assert found.readers + sum(found.nothing.values()) == len(given_)
    assert sum(found.by_items.values()) == found.readers
    assert sum(one.printed for one in found.items) == sum(len(one) for one in given_ if isinstance(one, list))


# --- two editions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "only_first", "only_second", "both", "same_order"),
    [
        ((1, 2), (1, 2), (), (), (1, 2), True),
        ((1, 2), (2, 1), (), (), (1, 2), False),
        ((1, 2, 3), (3, 4), (1, 2), (4,), (3,), True),
        ((), (1,), (), (1,), (), True),
    ],
)
def test_what_differs(first, second, only_first, only_second, both, same_order) -> None:
    """Each in the order it is read in."""
    found = difference(*(Selection(research=tuple(map(placed, one))) for one in (first, second)))
    assert (found.only_first, found.only_second, found.both, found.same_order) == (
        only_first,
        only_second,
        both,
        same_order,
    )


def test_what_stands_elsewhere() -> None:
    """The same item in another section, with the two topics; notes that one of them reads."""
    first = Selection(research=(placed(1, "btk"),), notes=("", "btk"))
    second = Selection(research=(placed(1, "vision"),), notes=("",))
    found = difference(first, second)
    assert found.elsewhere == ((1, "btk", "vision"),)
    assert (found.only_first_notes, found.only_second_notes) == (("btk",), ())


# --- over the months ---------------------------------------------------------------------------------------


def test_topics_are_counted_by_study() -> None:
    """New research once each, under the top of its first topic; in the order of the tree, other things last."""
    items = (
        an_item(1, "vision"),
        an_item(2, "btk"),
        an_item(3, "anti-cd20", study_id=2),
        an_item(4),
        an_item(5, "btk", fresh=False),
        an_item(6, "btk", entry=an_entry("6", kind=Kind.BACKGROUND)),
    )
    assert list(topics_of(items, a_tree()).items()) == [("treatments", 1), ("symptoms", 1), (OTHER_TOPIC, 1)]


def test_what_changed_since_the_issue_before() -> None:
    """Studies that are new to it, those it carries on, and more or fewer of each topic."""
    before = (an_item(1, "btk"), an_item(2, "vision"))
    now = (an_item(2, "vision", fresh=False), an_item(3, "btk"), an_item(4, "btk"))
    found = since(now, before, a_tree())
    assert (found.new, found.carried, found.more) == (2, 1, {"treatments": 1, "symptoms": -1})
