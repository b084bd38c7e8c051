"""What an editor's hand does to selections; readers still get only what they asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.models import Length, Profile, Selection
from digest.selection import History, Limits, select
from tests.factories import a_tree, an_item


def read(*items, interests=(), mutes=(), limit=12, history=None) -> Selection:
    profile = Profile(interests=tuple(interests), mutes=frozenset(mutes))
    limits = Limits(items=dict.fromkeys(Length, limit))
    return select(profile, items, tree=a_tree(), limits=limits, history=history or History())


def ids(placements) -> list[int]:
    return [placement.summary_id for placement in placements]


def test_a_pinned_item_leads_its_section() -> None:
    """Whatever its place in the order."""
    items = (an_item(1, "btk"), an_item(2, "btk"), an_item(3, "btk", pinned=True))
    assert ids(read(*items, interests=["btk"]).research) == [3, 1, 2]


@pytest.mark.parametrize(
    ("pinned", "limit", "printed", "left"),
    [
        ((3,), 2, [3, 1], [2, 4]),
        ((3, 4), 2, [3, 4], [1, 2]),
        ((2, 3, 4), 2, [2, 3, 4], [1]),
        ((), 2, [1, 2], [3, 4]),
    ],
)
def test_pinned_items_are_never_left_over(pinned, limit, printed, left) -> None:
    """They count towards the limit, and go beyond it where there are more of them."""
    items = [an_item(number, "btk", pinned=number in pinned) for number in range(1, 5)]
    selection = read(*items, interests=["btk"], limit=limit)
    assert (ids(selection.research), ids(selection.left_over)) == (printed, left)
    assert [one.pinned for one in selection.research] == [number in pinned for number in printed]


def test_a_pin_takes_the_turn_of_its_own_interest() -> None:
    """The rare topic keeps its place beside a pinned one."""
    items = (an_item(1, "btk", pinned=True), an_item(2, "btk"), an_item(3, "pediatric"))
    assert ids(read(*items, interests=["btk", "pediatric"], limit=2).research) == [1, 3]


def test_a_pin_brings_nothing_to_those_who_did_not_ask() -> None:
    """What a reader follows decides, and so does what they mute."""
    pinned = an_item(1, "btk", pinned=True)
    assert not read(pinned, interests=["vision"]).research
    assert not read(pinned, interests=["treatments"], mutes=["btk"]).research


def test_a_pinned_text_speaks_for_its_study() -> None:
    """Of two summaries of a study the pinned one is printed."""
    items = (an_item(1, "btk", study_id=9), an_item(2, "btk", study_id=9, pinned=True))
    assert ids(read(*items, interests=["btk"]).research) == [2]


def moved(number, topic, *topics):
    return replace(an_item(number, *topics), section=topic)


@pytest.mark.parametrize(
    ("interests", "mutes", "section"),
    [
        (["vision"], [], "vision"),
        (["symptoms"], [], "vision"),
        (["btk", "vision"], [], "vision"),
        (["btk"], [], None),
        (["vision"], ["btk"], None),
        (["vision"], ["vision"], None),
        ([], [], "vision"),
    ],
)
def test_a_moved_item_stands_in_its_new_topic_alone(interests, mutes, section) -> None:
    """For everybody who follows it; a mute of what the text is about still holds."""
    selection = read(moved(1, "vision", "btk"), interests=interests, mutes=mutes)
    assert [one.topic_id for one in selection.research] == ([section] if section else [])
    assert all(not one.also for one in selection.research)


def test_a_place_given_by_an_editor_is_kept() -> None:
    """What waited leads its section only where no editor placed it."""
    items = (an_item(1, "btk"), an_item(2, "btk", fresh=False))
    waits = History(waiting=frozenset({2}))
    assert ids(read(*items, interests=["btk"], history=waits).research) == [2, 1]
    placed = (items[0], replace(items[1], placed=True))
    assert ids(read(*placed, interests=["btk"], history=waits).research) == [1, 2]


def test_what_waited_is_still_chosen_first() -> None:
    """Its place in the order does not cost it its turn."""
    items = (an_item(1, "btk"), replace(an_item(2, "btk", fresh=False), placed=True))
    selection = read(*items, interests=["btk"], limit=1, history=History(waiting=frozenset({2})))
    assert (ids(selection.research), ids(selection.left_over)) == ([2], [1])


def test_also_new_shows_where_an_item_was_moved() -> None:
    """Headlines outside the reader's interests, one topic after another."""
    items = (an_item(1, "btk"), an_item(2, "btk"), moved(3, "vision", "btk"))
    also = read(*items, interests=["pediatric"]).also_new
    assert [(one.summary_id, one.topic_id) for one in also] == [(1, "btk"), (3, "vision"), (2, "btk")]
