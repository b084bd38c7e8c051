"""What a reader ticks and writes in a form, as their wishes; and the same wishes as the form shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from zoneinfo import available_timezones

from digest.errors import InputError
from digest.models import WEEKDAYS, Cadence, Length, PartOfDay, Subscriber
from digest.web.forms import Form

#: What is offered, in the order of the form: the value, and the words beside it.
CADENCES: Mapping[Cadence, str] = {
    Cadence.WEEKLY: "Every week",
    Cadence.MONTHLY: "Every month",
    Cadence.QUARTERLY: "Every three months",
}
LENGTHS: Mapping[Length, tuple[str, str]] = {
    Length.BRIEF: ("Short", "The main point of each study, and its limits."),
    Length.STANDARD: ("Middle", "Also what they found, and why it matters."),
    Length.FULL: ("Long", "All there is to read on each study."),
}
PARTS: Mapping[PartOfDay, str] = {
    PartOfDay.MORNING: "In the morning",
    PartOfDay.AFTERNOON: "In the afternoon",
    PartOfDay.EVENING: "In the evening",
}
ROLES: Mapping[str, str] = {
    "patient": "I have it myself",
    "carer": "I am family or a friend",
    "nurse or doctor": "I work in health care",
    "researcher": "I do research",
    "other": "None of these",
}
#: Parts of the world with time zones that people live in; the rest of the database is for machines.
_WORLD = frozenset(
    {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)  # fmt: skip

_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One topic a step up or down in a reader's order."""

    topic_id: str
    #: -1 up, 1 down.
    step: int


def wished(form: Form, reader: Subscriber) -> Subscriber:
    """The reader with the wishes of a form; a field the form does not have stays as it was.

    A box that is not ticked is not sent either: topics, what is left out, and the short note are as the form has them.

    Raises:
        InputError: a choice is none of those on offer.
    """
    weekday = form.text("weekday") if form.is_set("weekday") else None
    return replace(
        reader,
        profile=replace(
            reader.profile,
            interests=_in_order(form),
            mutes=frozenset(form.many("mute")),
            length=_chosen(form, "length", Length, reader.profile.length),
            quiet_note=form.is_set("quiet_note"),
        ),
        cadence=_chosen(form, "cadence", Cadence, reader.cadence),
        name=form.text("name", reader.name),
        role=form.text("role", reader.role),
        timezone=form.text("timezone", reader.timezone),
        weekday=reader.weekday if weekday is None else _weekday(weekday),
        part_of_day=_part_of_day(form, reader.part_of_day),
    )


def _in_order(form: Form) -> tuple[str, ...]:
    """What is ticked, in the order the form had; what is newly ticked comes last."""
    ticked = form.many("interest")
    known = [topic for topic in form.many("order") if topic in ticked]
    return tuple(dict.fromkeys([*known, *ticked]))


def move_of(form: Form) -> Move | None:
    """The step whose button was pressed; None for any other button."""
    direction, _, topic = form.text("move").partition(" ")
    return Move(topic_id=topic, step=-1 if direction == "up" else 1) if topic else None


def moved(reader: Subscriber, move: Move) -> Subscriber:
    """The reader with one topic a step up or down; the same at either end."""
    order = list(reader.profile.interests)
    if move.topic_id in order:
        place = order.index(move.topic_id)
        order.insert(max(0, place + move.step), order.pop(place))
    return replace(reader, profile=replace(reader.profile, interests=tuple(order)))


def _chosen(form: Form, name: str, kind: type[_E], before: _E) -> _E:
    given = form.text(name, before)
    try:
        return kind(given)
    except ValueError:
        raise InputError(f"choose one of {', '.join(kind)}", place=name) from None


def _part_of_day(form: Form, before: PartOfDay | None) -> PartOfDay | None:
    if not form.is_set("part_of_day"):
        return before
    return _chosen(form, "part_of_day", PartOfDay, PartOfDay.MORNING) if form.text("part_of_day") else None


def _weekday(given: str) -> int | None:
    if not given:
        return None
    if given not in WEEKDAYS:
        raise InputError("choose a day of the week, or none", place="weekday")
    return WEEKDAYS.index(given)


@lru_cache(maxsize=1)
def zones() -> Mapping[str, Sequence[tuple[str, str]]]:
    """The time zones people live in, by part of the world: each one's name, and the place as they say it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(available_timezones()):
        world, _, place = zone.partition("/")
        if world in _WORLD and place:
            found.setdefault(world, []).append((zone, place.replace("_", " ").replace("/", ", ")))
    return found


def zones_with(own: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The same, and a reader's own where it is none of them."""
    known = zones()
    if not own or any(own == zone for places in known.values() for zone, _ in places):
        return known
    return {"Yours": [(own, own.replace("_", " "))], **known}


def roles_with(own: str) -> Mapping[str, str]:
    """The roles on offer, and a reader's own where it is none of them."""
    return ROLES if not own or own in ROLES else {own: own.capitalize(), **ROLES}


def offered(cadences: Iterable[Cadence]) -> Mapping[Cadence, str]:
    """The cadences on offer with their words, the most frequent first."""
    given = frozenset(cadences)
    return {cadence: words for cadence, words in CADENCES.items() if cadence in given}
