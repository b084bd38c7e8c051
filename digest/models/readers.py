"""Readers and their wishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Cadence(StrEnum):
    """How often a reader is written to."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class Length(StrEnum):
    """How much of each item a reader wants to read."""

    BRIEF = "brief"
    STANDARD = "standard"
    FULL = "full"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Everything that decides what a reader gets. Readers with equal profiles share the work of selection."""

    #: Topic ids in the reader's order; none means the general edition.
    interests: tuple[str, ...] = ()
    mutes: frozenset[str] = frozenset()
    length: Length = Length.STANDARD
    #: True when the reader wants a short note in a month with nothing for them.
    quiet_note: bool = False


#: The days of a week in their order, as files and commands name them: Monday is 0.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class PartOfDay(StrEnum):
    """When in a day a reader likes to find their mail."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class SubscriberStatus(StrEnum):
    """What the subscriber told us. Whether an address may be mailed at all is the suppressions' business too."""

    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """The proof that a subscriber asked for this mail."""

    at: datetime
    #: How it was given: "double-opt-in", "paper form"…
    method: str
    #: Which version of the consent text was agreed to.
    text_version: str = ""
    #: Where it was asked from; empty unless the operator keeps that.
    network: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """An address with a profile and a cadence."""

    #: 0 before it is stored.
    id: int = 0
    address: str
    name: str = ""
    profile: Profile = field(default_factory=Profile)
    cadence: Cadence = Cadence.MONTHLY
    #: Who reads: "patient", "carer", "nurse"… free text, never used to choose content.
    role: str = ""
    language: str = "en"
    status: SubscriberStatus = SubscriberStatus.UNCONFIRMED
    #: The first day on which mail may go out again; None when not paused.
    paused_until: date | None = None
    #: Where they live, by an IANA name such as `Europe/Berlin`; empty for the newsletter's time zone.
    timezone: str = ""
    #: The day they like to be written to, Monday 0 to Sunday 6; None for any.
    weekday: int | None = None
    #: None for any.
    part_of_day: PartOfDay | None = None
    consent: Consent | None = None
