"""What readers say of themselves in a form: made clean, or refused by the field that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from digest.errors import InputError
from digest.models import Cadence, Subscriber
from digest.subscribers.addresses import check_address
from digest.subscribers.fields import LANGUAGE, LONGEST_NAME, LONGEST_ROLE, one_visible_line
from digest.subscribers.zones import check_timezone


def check_wishes(wanted: Subscriber, *, topics: Collection[str], cadences: Collection[Cadence]) -> Subscriber:
    """The same with every word clean and every choice one there is. What is both wanted and muted stays muted.

    Args:
        wanted: as a form gives it.
        topics: the ids of those there are.
        cadences: those on offer.

    Raises:
        InputError: something cannot be; `place` is the name of the field, and the message never shows what it held.
    """
    profile = wanted.profile
    _known("interests", profile.interests, topics)
    _known("mutes", profile.mutes, topics)
    if wanted.cadence not in cadences:
        raise InputError(f"choose one of {', '.join(cadences)}", place="cadence")
    if wanted.weekday not in (None, *range(7)):
        raise InputError("choose a day of the week, or none", place="weekday")
    if not LANGUAGE.fullmatch(wanted.language):
        raise InputError("this is a language tag such as en or pt-BR", place="language")
    return replace(
        wanted,
        address=_said("email", check_address, wanted.address),
        name=one_visible_line(wanted.name)[:LONGEST_NAME].rstrip(),
        role=one_visible_line(wanted.role)[:LONGEST_ROLE].rstrip(),
        timezone=_said("timezone", check_timezone, wanted.timezone) if wanted.timezone else "",
        profile=replace(profile, interests=tuple(dict.fromkeys(profile.interests))),
    )


def _known(field: str, given: Iterable[str], topics: Collection[str]) -> None:
    if any(topic not in topics for topic in given):
        raise InputError("one of the topics is none of ours: open the page again", place=field)


def _said(field: str, check: Callable[[str], str], given: str) -> str:
    try:
        return check(given)
    except ValueError as error:
        raise InputError(str(error), place=field) from None
