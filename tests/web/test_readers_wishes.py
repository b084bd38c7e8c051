"""What a form says, as a reader's wishes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.choosing import Choice
from digest.errors import InputError
from digest.models import Cadence, Length, PartOfDay, Profile
from digest.web.forms import Form
from digest.web.readers.topics import groups
from digest.web.readers.wishes import move_of, moved, offered, wished, zones
from tests.factories import a_subscriber, a_tree


def a_form(**fields: Any) -> Form:
    return Form({name: value if isinstance(value, tuple) else (value,) for name, value in fields.items()})


ADA = a_subscriber("ada@example.org", "vision", "btk", name="Ada", timezone="Europe/Berlin", weekday=2)


@pytest.mark.parametrize(
    ("ticked", "order", "expected"),
    [
        (("btk", "vision"), ("vision", "btk"), ("vision", "btk")),
        (("btk", "vision", "pediatric"), ("vision", "btk"), ("vision", "btk", "pediatric")),
        (("btk",), ("vision", "btk"), ("btk",)),
        ((), ("vision", "btk"), ()),
        (("btk", "btk"), (), ("btk",)),
    ],
    ids=["the same", "one more", "one less", "none", "twice"],
)
def test_what_is_ticked_keeps_its_order(ticked: tuple[str, ...], order: tuple[str, ...], expected: Any) -> None:
    """What was there stays where it stood, what is new comes last."""
    assert wished(a_form(interest=ticked, order=order), ADA).profile.interests == expected


def test_every_field_is_heard() -> None:
    """Each wish of the form is the reader's afterwards."""
    form = a_form(
        interest="btk", mute=("vision", "pediatric"), length="full", quiet_note="1", cadence="weekly", name="Ada L.",
        role="carer", timezone="Asia/Tokyo", weekday="sunday", part_of_day="evening",
    )  # fmt: skip
    changed = wished(form, ADA)
    assert changed.profile == Profile(
        interests=("btk",), mutes=frozenset({"vision", "pediatric"}), length=Length.FULL, quiet_note=True
    )
    assert (changed.cadence, changed.name, changed.role) == (Cadence.WEEKLY, "Ada L.", "carer")
    assert (changed.timezone, changed.weekday, changed.part_of_day) == ("Asia/Tokyo", 6, PartOfDay.EVENING)


def test_what_a_form_does_not_ask_stays() -> None:
    """The form to join is shorter than the one for choices."""
    changed = wished(a_form(interest="btk"), ADA)
    assert (changed.name, changed.timezone, changed.weekday, changed.cadence) == (
        ADA.name, ADA.timezone, ADA.weekday, ADA.cadence,
    )  # fmt: skip


def test_what_is_emptied_is_empty() -> None:
    """Any day, any time, no name."""
    changed = wished(a_form(name="", weekday="", part_of_day="", timezone=""), ADA)
    assert (changed.name, changed.weekday, changed.part_of_day, changed.timezone) == ("", None, None, "")


@pytest.mark.parametrize("field", ["cadence", "length", "weekday", "part_of_day"])
def test_a_choice_that_is_not_on_offer_is_refused(field: str) -> None:
    """Nothing else is guessed."""
    with pytest.raises(InputError, match="choose") as caught:
        wished(a_form(**{field: "yearly"}), ADA)
    assert caught.value.place == field


def test_permission_and_address_are_no_wishes() -> None:
    """A form that names them is not heard."""
    form = a_form(id="7", address="eve@example.org", email="eve@example.org", status="unsubscribed", consent="x")
    changed = wished(form, ADA)
    assert (changed.id, changed.address, changed.status, changed.consent) == (
        ADA.id, ADA.address, ADA.status, ADA.consent,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("up btk", ("btk", "vision")),
        ("down vision", ("btk", "vision")),
        ("up vision", ("vision", "btk")),
        ("down btk", ("vision", "btk")),
        ("up pediatric", ("vision", "btk")),
    ],
)
def test_a_topic_goes_a_step(button: str, expected: tuple[str, ...]) -> None:
    """Up or down by one; at the ends, or for a topic that is not followed, nothing happens."""
    move = move_of(a_form(move=button))
    assert move is not None and moved(ADA, move).profile.interests == expected


@pytest.mark.parametrize("fields", [{}, {"move": "up"}, {"move": ""}])
def test_other_buttons_move_nothing(fields: dict[str, str]) -> None:
    """Only the button of a topic does."""
    assert move_of(a_form(**fields)) is None


def test_every_place_on_offer_is_a_time_zone() -> None:
    """By parts of the world, each with a name that people know."""
    offered_zones = [zone for places in zones().values() for zone, _ in places]
    assert "Europe/Berlin" in offered_zones and len(offered_zones) > 300
    assert all(ZoneInfo(zone) for zone in offered_zones[::25])
    assert ("America/New_York", "New York") in zones()["America"]


def test_only_what_is_offered_is_shown() -> None:
    """A newsletter without weekly issues does not offer them."""
    assert list(offered((Cadence.QUARTERLY, Cadence.MONTHLY))) == [Cadence.MONTHLY, Cadence.QUARTERLY]


def test_topics_stand_in_groups() -> None:
    """Each topic without a parent opens to show what is below it; it says how many are ticked there."""
    followed, muted, tree = {"btk": 1, "treatments": 2}, {"vision"}, a_tree()
    found = groups(
        Choice(
            topic=topic,
            depth=len(tree.lineage(topic.id)) - 1,
            lately=0,
            followed=followed.get(topic.id),
            muted=topic.id in muted,
        )
        for topic in tree.topics
    )
    assert [(group.whole.topic.id, len(group.parts)) for group in found] == [
        ("treatments", 2), ("symptoms", 2), ("pediatric", 0),
    ]  # fmt: skip
    assert [group.chosen for group in found] == [2, 0, 0] and [group.muted for group in found] == [0, 1, 0]
