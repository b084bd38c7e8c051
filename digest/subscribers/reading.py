"""Rows become subscribers. A bad row is reported and left out; the good ones go in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from digest.audience import address_key
from digest.models import Cadence, Length, PartOfDay, Profile, Subscriber
from digest.subscribers.fields import (
    LONGEST_NAME,
    LONGEST_ROLE,
    address_of,
    cadence_of,
    choice_of,
    consent_of,
    flag_of,
    interests_of,
    language_of,
    line_of,
    paused_until_of,
    status_of,
    timezone_of,
    topics_of,
    weekday_of,
)
from digest.subscribers.look_alikes import warn_of_look_alikes
from digest.subscribers.rows import KEYS, LocatedSubscriber, Read, Row, Terms, nearest


def read_rows(rows: Sequence[Row], terms: Terms) -> Read:
    """The subscribers of these rows in their order, and what is wrong; of one address twice the first counts."""
    found: list[LocatedSubscriber] = []
    first: dict[str, int] = {}
    alike: dict[str, int] = {}
    for row in rows:
        subscriber = _subscriber(row, terms)
        if subscriber is None:
            continue
        key = address_key(subscriber.address)
        if key in first:
            row.refuse("email", f"the same address stands on line {first[key]}, and the first one counts")
            continue
        first[key] = row.line
        warn_of_look_alikes(row, subscriber.address, alike)
        found.append(LocatedSubscriber(line=row.line, subscriber=subscriber, fingerprint=row.fingerprint))
    return Read(subscribers=tuple(found), problems=tuple(problem for row in rows for problem in row.problems))


def read_subscriber(
    entry: Mapping[str, Any],
    *,
    topics: Collection[str],
    default_cadence: Cadence,
    cadences: Collection[Cadence],
    default_language: str = "en",
) -> Read:
    """One entry by our keys that stands in no file; arguments as those of `read_subscribers_yaml`."""
    terms = Terms(topics=topics, default=default_cadence, offered=cadences, language=default_language)
    return read_rows([Row(name="", line=1, values=entry)], terms)


def _subscriber(row: Row, terms: Terms) -> Subscriber | None:
    if row.refused:
        return None
    _refuse_unknown_keys(row)
    address = address_of(row)
    consent = consent_of(row)
    interests, mutes = interests_of(row, terms.topics), frozenset(topics_of(row, "mutes", terms.topics))
    if both := sorted(mutes.intersection(interests)):
        row.warn("mutes", f"{', '.join(both)} is both wanted and muted; muted counts")
    profile = Profile(
        interests=interests,
        mutes=mutes,
        length=choice_of(row, "length", Length) or Length.STANDARD,
        quiet_note=flag_of(row, "quiet_note"),
    )
    subscriber = Subscriber(
        address=address,
        name=line_of(row, "name", LONGEST_NAME),
        profile=profile,
        cadence=cadence_of(row, terms),
        role=line_of(row, "role", LONGEST_ROLE),
        language=language_of(row, terms.language),
        status=status_of(row, consent),
        paused_until=paused_until_of(row),
        timezone=timezone_of(row),
        weekday=weekday_of(row),
        part_of_day=choice_of(row, "part_of_day", PartOfDay),
        consent=consent,
    )
    return None if row.refused else subscriber


def _refuse_unknown_keys(row: Row) -> None:
    """A misspelt key must not pass: `mute:` or `paused_untill:` would send mail somebody did not want."""
    for key in row.values:
        if key not in KEYS:
            row.refuse("…@…" if "@" in key else key[:60], f"there is no such key{nearest(key, KEYS)}")
