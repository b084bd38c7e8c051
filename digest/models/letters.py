"""Letters on their way, and what they ask about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.models.readers import Subscriber


class LetterKind(StrEnum):
    """What a letter is about."""

    #: Asks a new reader to confirm.
    CONFIRMATION = "confirmation"
    #: Tells somebody that they get already what they asked for.
    ALREADY = "already"
    #: Asks a new address whether it is the reader's.
    ADDRESS_CHANGE = "address change"
    #: Tells the old address that there is a new one.
    ADDRESS_CHANGED = "address changed"
    #: Asks whether all of a reader's is to be erased.
    ERASURE = "erasure"


class PostingState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    #: The transport took it.
    SENT = "sent"
    #: It never will leave: refused for good, or its time ran out.
    ENDED = "ended"
    #: Nobody is to be written to, and nobody is to find that out by asking.
    WITHHELD = "withheld"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What somebody asked for, whoever it was: it counts once the owner of the address says so."""

    #: The address, and the wishes.
    wanted: Subscriber
    #: How it was asked: "web form"…
    method: str = ""
    #: Which version of the consent text was shown.
    text_version: str = ""
    #: Where it was asked from; empty unless the operator keeps that.
    network: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """A letter to one address. Its link works until it expires, and until it was used."""

    id: int = 0
    kind: LetterKind
    address: str
    #: Whose links it holds.
    subscriber_id: int
    asked: Asked
    asked_at: datetime
    expires_at: datetime
    #: When its link did what it is for; None when it never did.
    used_at: datetime | None = None
    #: How often it was tried.
    attempts: int = 0
