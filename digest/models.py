"""The nouns: what the stages hand to one another. Values only, no behaviour that needs a clock or a file.

Every instant is an aware `datetime` in UTC; every `date` is a calendar day with no zone. Tuples keep the order
they were given in, and that order means something wherever it is said; frozensets have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

# --- summaries -------------------------------------------------------------------------------------------


class Precision(StrEnum):
    """How precisely a published date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedDate:
    """A journal's date, as precisely as it is known. It may lie in the future; it never decides what is new."""

    #: The first day of the span that is meant: 1 March 2026 for March 2026, 1 January 2026 for 2026.
    day: date
    precision: Precision


class SectionRole(StrEnum):
    """What a section of a summary is for."""

    TAKEAWAY = "takeaway"
    FINDINGS = "findings"
    RELEVANCE = "relevance"
    CONSIDERATIONS = "considerations"
    BODY = "body"
    FAQ = "faq"
    REFERENCES = "references"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of plain text without line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, in order; `ordered` when its numbers mean something."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading inside a section, such as the question of an answer."""

    text: str


Block = Paragraph | Bullets | Subheading


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One part of a summary: plain text in blocks, no markup of any kind."""

    role: SectionRole
    #: The heading as the source wrote it; None where the source had none.
    heading: str | None = None
    blocks: tuple[Block, ...] = ()


class Kind(StrEnum):
    """What a summary is, so that an explainer never claims to be new research."""

    RESEARCH = "research"
    BACKGROUND = "background"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One summary as its source gives it, read and cleaned, not yet stored."""

    source: str
    #: What names the entry inside its source for ever.
    guid: str
    #: An absolute http or https url; None where the source has none.
    url: str | None = None
    kind: Kind = Kind.RESEARCH
    headline: str
    #: In reading order; at most one of each role but BODY.
    sections: tuple[Section, ...] = ()
    #: The source's own article topics, as printed.
    tags: tuple[str, ...] = ()
    journal: str | None = None
    #: Lower case, without a resolver in front: `10.1000/xyz`.
    doi: str | None = None
    #: Digits only.
    pmid: str | None = None
    published: PublishedDate | None = None
    #: How the source rated the study, in its words.
    credibility: str | None = None
    interest: str | None = None
    #: Who was studied, e.g. "1,204 adults"; how, e.g. "randomised trial". None where the source does not say.
    people: str | None = None
    design: str | None = None
    #: BCP 47.
    language: str = "en"
    #: What the source said about this entry, in one opaque word: the same word again means nothing changed there.
    fingerprint: str = ""

    def section(self, role: SectionRole) -> Section | None:
        """The first section of this role; None when there is none."""
        return next((section for section in self.sections if section.role == role), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """An entry as stored: immutable. A changed text is another revision with the same source and guid."""

    id: int
    study_id: int
    #: 1 for the first text seen, then 2, 3…
    revision: int
    #: When we first saw *any* revision of it: the only meaning of "new".
    added_at: datetime
    content_hash: str
    entry: Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something wrong with one thing, found while the rest went on."""

    #: The file, line, url, key or address it is about.
    place: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceState:
    """What we remember about a source between two visits."""

    name: str
    #: As the server sent them, for the next conditional GET (RFC 9110, 13).
    etag: str | None = None
    modified: str | None = None
    #: Where a permanent redirect (301, 308) sent us; asked instead of the configured url.
    moved_to: str | None = None
    #: True after 410: never asked again until its configuration changes.
    retired: bool = False
    #: Not to be asked before this instant; None when it may be asked at once.
    retry_at: datetime | None = None
    #: Failures in a row.
    failures: int = 0
    #: What is wrong with it at present, for a person; None when nothing is.
    trouble: str | None = None
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None


# --- topics ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """An editorial heading and the words that mean it. A group is a topic other topics name as their parent."""

    id: str
    label: str
    #: One line for readers who choose; empty when the label says it all.
    description: str = ""
    parent: str | None = None
    #: Whole words, hyphen and space alike, in any case.
    terms: tuple[str, ...] = ()
    #: Whole words in exactly this case.
    acronyms: tuple[str, ...] = ()
    #: Words that point here but are often said in passing: they count half. Matched as terms are.
    hints: tuple[str, ...] = ()
    #: Phrases that hold a term and mean something else: where one stands, the terms inside it do not count.
    not_when: tuple[str, ...] = ()
    #: MeSH unique ids.
    mesh: tuple[str, ...] = ()
    #: True when other fields share these words, so the condition itself must be named too.
    needs_condition: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicTree:
    """All topics, in the editors' order (parents before their children), and the condition they are about."""

    #: The condition's name as readers know it, e.g. "Multiple sclerosis".
    condition: str
    condition_terms: tuple[str, ...] = ()
    condition_acronyms: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    by_id: Mapping[str, Topic] = field(init=False, repr=False, compare=False)
    #: Where each topic stands in the editors' order.
    order: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {topic.id: topic for topic in self.topics})
        object.__setattr__(self, "order", {topic.id: place for place, topic in enumerate(self.topics)})

    def lineage(self, topic_id: str) -> tuple[str, ...]:
        """The topic itself, then its parents up to the root; empty for an id the tree does not know."""
        found: list[str] = []
        walker = self.by_id.get(topic_id)
        while walker is not None and walker.id not in found:
            found.append(walker.id)
            walker = self.by_id.get(walker.parent) if walker.parent else None
        return tuple(found)

    def label(self, topic_id: str) -> str:
        """The topic's label; the id itself for one the tree does not know."""
        topic = self.by_id.get(topic_id)
        return topic.label if topic else topic_id


class Place(StrEnum):
    """Where in a summary words stand, heaviest first."""

    HEADLINE = "headline"
    TAGS = "tags"
    TAKEAWAY = "takeaway"
    BODY = "body"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One hit: these words, as printed, stand there."""

    words: str
    place: Place
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A summary is about a topic, and these words say so (heaviest first)."""

    topic_id: str
    score: float
    evidence: tuple[Evidence, ...] = ()


# --- readers ---------------------------------------------------------------------------------------------


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
    consent: Consent | None = None


# --- issues ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The half-open span [since, until) of added instants that one issue covers, in UTC."""

    cadence: Cadence
    since: datetime
    until: datetime
    #: When the issue is due: the send time on the day the window closes, in UTC.
    due: datetime
    #: `2026-11`, `2026-W47` or `2026-Q4`: unique over all cadences, and what people call the issue.
    label: str
    #: As a reader says it: "November 2026", "16 to 22 November 2026", "October to December 2026".
    title: str


class IssueStatus(StrEnum):
    """Where an issue stands."""

    #: Being made; nobody has been promised anything.
    DRAFT = "draft"
    #: Approved and frozen: the deliveries stand in the ledger and may leave.
    APPROVED = "approved"
    #: Stopped by an operator; what had not left never will.
    ABORTED = "aborted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One dated number of the newsletter."""

    id: int
    window: Window
    status: IssueStatus = IssueStatus.DRAFT
    composed_at: datetime
    approved_at: datetime | None = None
    approved_by: str | None = None
    #: SHA-256 (hex) over what was approved; None for a draft.
    content_hash: str | None = None
    #: True while an operator holds the sending.
    held: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueItem:
    """A summary as it stands in an issue's pool, with the topics it is about (heaviest first)."""

    summary: Summary
    matches: tuple[Match, ...] = ()
    #: False when it was added before the window and waits from an issue that was missed, or rolled over.
    fresh: bool = True
    pinned: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Logo:
    """A picture above the newsletter's name; the mail is understood without it."""

    #: An absolute https url.
    url: str
    #: What it shows, for those who do not see it; empty where the name below says it all.
    alt: str = ""
    #: Pixels, as it is shown.
    width: int = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Newsletter:
    """What every mail says about who sends it."""

    name: str
    #: The From address alone, e.g. `digest@example.org`, and the name shown with it.
    address: str
    sender_name: str
    postal_address: str
    #: Where readers' links lead, without a slash at the end.
    base_url: str
    #: IANA name.
    timezone: str = "UTC"
    language: str = "en"
    #: The one colour of its mails, `#rrggbb`; shades that can be read in light and in dark are made from it.
    accent: str = "#0f6a6a"
    logo: Logo | None = None
    #: What its mails are filed under (RFC 2919), without angle brackets; empty: made of the address.
    list_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """One item where one reader finds it."""

    summary_id: int
    study_id: int
    #: The section it stands in; `OTHER_TOPIC` in a general edition for what fits no topic.
    topic_id: str
    #: The reader's other topics it is also about, in the order of their interests.
    also: tuple[str, ...] = ()
    #: Shorter than the reader asked, where the mail would have been too long; None: the selection's own.
    length: Length | None = None


#: The section for what is about the condition and about none of its topics.
OTHER_TOPIC = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What one profile reads from one issue, in order."""

    length: Length = Length.STANDARD
    #: True for a reader without interests.
    general: bool = False
    #: In reading order; items of one section stand together.
    research: tuple[Placement, ...] = ()
    background: tuple[Placement, ...] = ()
    #: Outside the reader's interests, shown by headline only. They do not count as received.
    also_new: tuple[Placement, ...] = ()
    #: What would have been for this reader and did not fit: it rolls over to their next issue.
    left_over: tuple[Placement, ...] = ()
    #: True when something was shortened or rolled over because the mail would have been too long for inboxes.
    trimmed: bool = False

    @property
    def sections(self) -> tuple[tuple[str, tuple[Placement, ...]], ...]:
        """The research by topic id, in reading order."""
        sections: dict[str, list[Placement]] = {}
        for placement in self.research:
            sections.setdefault(placement.topic_id, []).append(placement)
        return tuple((topic, tuple(placements)) for topic, placements in sections.items())

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to mail."""
        return not self.research and not self.background


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenEdition:
    """One edition as it was approved: with the issue's pool it makes the same bytes for ever."""

    #: A hash (hex) of all that follows: equal editions are stored once an issue.
    key: str
    subject: str
    preheader: str
    selection: Selection


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One subscriber on the day of the freeze: an edition, or the reason for none."""

    subscriber_id: int
    address: str
    name: str
    edition: FrozenEdition | None = None
    skip: SkipReason | None = None


# --- deliveries ------------------------------------------------------------------------------------------


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
    #: The transport said: never, or its life ran out.
    BOUNCED = "bounced"
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """A standing instruction not to mail an address."""

    address: str
    reason: FeedbackKind
    at: datetime
    detail: str = ""
