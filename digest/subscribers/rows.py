"""A row of a file, whatever the file's kind: a subscriber's values by our keys, and what is wrong with them."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from digest.models import WEEKDAYS, Cadence, Problem, Subscriber

KEYS = (
    "email",
    "name",
    "interests",
    "mutes",
    "cadence",
    "length",
    "language",
    "role",
    "paused_until",
    "status",
    "consent",
    "quiet_note",
    "timezone",
    "weekday",
    "part_of_day",
)
CONSENT_KEYS = frozenset({"at", "method", "text_version"})


@dataclass(frozen=True, kw_only=True, slots=True)
class LocatedSubscriber:
    """A subscriber as a file gives them (id 0), and the line their row begins on."""

    line: int
    subscriber: Subscriber
    #: A hash of all that the row says: another one says something else.
    fingerprint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What a file holds: its good rows in the file's order, and what is wrong, by line."""

    subscribers: tuple[LocatedSubscriber, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What rows may ask for, and what they get that do not ask."""

    topics: Collection[str]
    default: Cadence
    offered: Collection[Cadence]
    language: str


@dataclass(kw_only=True, slots=True)
class Row:
    """One row while it is read: values by our keys, and what is wrong with them."""

    name: str
    line: int
    values: Mapping[str, Any]
    #: The line of each key, where it stands on one of its own.
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: bool = False

    @property
    def fingerprint(self) -> str:
        """What changes when the row says something else, and not when our topics or defaults do (SHA-256)."""
        said = json.dumps(self.values, sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()

    def warn(self, key: str, message: str) -> None:
        """Report something about a key (empty: about the whole row); the row goes in."""
        place = f"{self.name}:{self.lines.get(key, self.line)}"
        self.problems.append(Problem(place=place, message=f"{key}: {message}" if key else message))

    def refuse(self, key: str, message: str) -> None:
        """Report it, and leave the row out."""
        self.warn(key, f"{message}; this row is left out")
        self.refused = True


def as_row(subscriber: Subscriber) -> dict[str, Any]:
    """The subscriber as an entry of our keys, in their order, without those that say nothing."""
    profile, consent = subscriber.profile, subscriber.consent
    row: dict[str, Any] = {
        "email": subscriber.address,
        "name": subscriber.name,
        "interests": list(profile.interests),
        "mutes": sorted(profile.mutes),
        "cadence": str(subscriber.cadence),
        "length": str(profile.length),
        "language": subscriber.language,
        "role": subscriber.role,
        "paused_until": subscriber.paused_until and subscriber.paused_until.isoformat(),
        "status": str(subscriber.status),
        "consent": consent
        and {"at": consent.at.isoformat(), "method": consent.method, "text_version": consent.text_version},
        "quiet_note": profile.quiet_note,
        "timezone": subscriber.timezone,
        "weekday": None if subscriber.weekday is None else WEEKDAYS[subscriber.weekday],
        "part_of_day": subscriber.part_of_day and str(subscriber.part_of_day),
    }
    return {key: value for key, value in row.items() if value not in ("", [], None)}


def nearest(word: str, known: Iterable[str]) -> str:
    """A question about the nearest known word; empty when none is near."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def shown(value: Any) -> str:
    """The beginning of a value, in quotes; of one that may hold an address a sign alone, for reports reach logs."""
    if "@" in str(value):
        return "'…@…'"
    return repr(value if len(str(value)) <= 60 else f"{str(value)[:60]}…")
