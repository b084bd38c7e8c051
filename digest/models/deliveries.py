"""Deliveries, their messages, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands in the ledger."""

    #: Nobody has it yet.
    PENDING = "pending"
    #: A worker holds it under a lease; not one byte has left.
    CLAIMED = "claimed"
    #: The intent to send is committed; bytes may have left.
    INFLIGHT = "inflight"
    #: The transport took it.
    ACCEPTED = "accepted"
    #: The transport said: not now. It will be tried again at `due_at`.
    DEFERRED = "deferred"
    #: The transport said: never, for this reader; or its life ran out.
    BOUNCED = "bounced"
    #: Its life ran out while it was refused for what we are or say: it speaks against no reader.
    REFUSED = "refused"
    #: The address may not be mailed (suppression or unsubscribe came before the send).
    SUPPRESSED = "suppressed"
    #: The issue was aborted before it left.
    CANCELLED = "cancelled"
    #: It may or may not have arrived, and policy says to ask a person.
    UNKNOWN = "unknown"
    #: Nothing was to be sent, and the reason says why.
    SKIPPED = "skipped"


class SkipReason(StrEnum):
    """Why a subscriber on the day of the freeze gets no mail."""

    NOTHING_NEW = "nothing new"
    PAUSED = "paused"
    UNCONFIRMED = "not confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


class Wait(StrEnum):
    """What keeps a delivery back for a while although nothing is wrong with it."""

    QUIET_HOURS = "night where the reader lives"
    WEEKDAY = "its reader's day of the week"
    PART_OF_DAY = "its reader's time of day"
    #: It was the mail that showed that a transport is not well again, which was no try of its reader's.
    REST = "its transport, given a rest"


class Outcome(StrEnum):
    """What a transport says about one message."""

    ACCEPTED = "accepted"
    #: Refused for good; trying again cannot help.
    REFUSED = "refused"
    #: Refused for now; safe to try again, nothing was delivered.
    DEFERRED = "deferred"
    #: The answer was lost: it may have been delivered.
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A transport's answer about one message."""

    outcome: Outcome
    #: The reply as given, or what went wrong, in one line; where a file was written, its path.
    detail: str = ""
    #: The enhanced status code (RFC 3463) such as `5.1.1`; empty when there was none.
    code: str = ""
    #: Whether it was refused for good, but for what we are or say: an operator may mend that, and it is tried again.
    lasting: bool = False
    #: The kind of the transport that answered; empty for the one it was handed to, or when none was asked.
    via: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An edition addressed to one subscriber: what goes over the wire."""

    #: The Message-ID with its angle brackets (RFC 5322), the same at every attempt.
    id: str
    #: Envelope sender and recipient.
    sender: str
    recipient: str
    #: The whole message, CRLF line ends, no line over 998 octets.
    data: bytes
    #: Whether it is known to be ASCII, ended by CRLF, and no line to begin with a dot: SMTP takes it as it stands.
    is_plain: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A delivery a worker holds: what it needs to make the message and to record the result."""

    delivery_id: int
    issue_id: int
    subscriber_id: int
    edition_id: int
    address: str
    name: str
    #: Raised at every claim: a result counts only under the fence it was claimed with.
    fence: int
    #: How often it was tried before.
    attempts: int
    #: When it was first tried; None when it never was.
    first_tried_at: datetime | None = None
    #: Of the approval it was claimed under: withdrawn and approved anew, an issue has other words.
    content_hash: str = ""
    #: The name of the transport that carried it last; empty when none did.
    via: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a receipt does to a claimed delivery."""

    claim: Claim
    state: DeliveryState
    receipt: Receipt
    #: When it is to be tried again; only with DEFERRED.
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One row of the ledger, as people look at it."""

    id: int
    issue_id: int
    subscriber_id: int
    #: None for a skipped one.
    edition_id: int | None
    address: str
    state: DeliveryState
    #: The skip reason, or the transport's last words.
    detail: str
    attempts: int
    #: How often it was sent again although an earlier copy may have arrived.
    doubts: int
    finished_at: datetime | None
    #: The reader's, on the day of the freeze.
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A delivery that was refused, of which surely nothing arrived."""

    delivery_id: int
    subscriber_id: int
    state: DeliveryState
    #: The transport's last words, and the enhanced code; empty when there was none.
    detail: str
    code: str


class DomainGroup(StrEnum):
    """Who runs a mailbox, as far as its domain tells: each has manners of its own to be respected."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"
    YAHOO = "yahoo"
    APPLE = "apple"
    OTHER = "other"


class DoubtPolicy(StrEnum):
    """What becomes of a delivery that was in flight when its worker died (RFC 1047)."""

    #: Send again, and count it.
    RESEND = "resend"
    #: Send nothing; show it as unknown until a person decides.
    HOLD = "hold"
    #: Ask the transport whether it has it; hold where it cannot know.
    RECONCILE = "reconcile"


class FeedbackKind(StrEnum):
    """What came back about an address."""

    HARD_BOUNCE = "hard bounce"
    SOFT_BOUNCE = "soft bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    DELIVERED = "delivered"
    #: The owner of the address asked for mail anew: what came before it does not count any more, but for a complaint.
    CONSENT = "consent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """A standing instruction not to mail an address."""

    address: str
    reason: FeedbackKind
    at: datetime
    detail: str = ""
    #: The issue whose mail came back; None where that is not known.
    issue_id: int | None = None
    #: Since when it waits for a person to say that it is right; None for one that is not in doubt. It holds meanwhile.
    quarantined_at: datetime | None = None
