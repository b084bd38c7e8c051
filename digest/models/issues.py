"""Issues, and what one reader gets of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.models.content import Summary
from digest.models.deliveries import SkipReason
from digest.models.readers import Cadence, Length
from digest.models.topics import Match


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


class IssueKind(StrEnum):
    """What stands in the ledger under a label."""

    ISSUE = "issue"
    #: A mail of its own that puts right what was sent.
    CORRECTION = "correction"


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
    #: Why the send stopped itself; empty where a person holds it, or nobody does.
    held_because: str = ""
    held: bool = False
    #: Scheduled: nothing leaves before; None: once it is due.
    not_before: datetime | None = None
    kind: IssueKind = IssueKind.ISSUE


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueItem:
    """A summary as it stands in an issue's pool, with the topics it is about (heaviest first)."""

    summary: Summary
    matches: tuple[Match, ...] = ()
    #: False when it was added before the window and waits from an issue that was missed, or rolled over.
    fresh: bool = True
    #: First in its section, and never left over.
    pinned: bool = False
    #: The topic an editor moved it to; None: where its words put it.
    section: str | None = None
    #: True when an editor gave it its place in the order.
    placed: bool = False
    #: Which of its words are an editor's: "headline", "key takeaway", "important considerations"…
    edited: tuple[str, ...] = ()
    #: True when a person saw to it that these words are read right: put its parts right, or said that they are.
    looked_at: bool = False
    #: True when its source said something new after an editor had put its parts right.
    overtaken: bool = False

    @property
    def about(self) -> tuple[Match, ...]:
        """The topics it stands under: the one an editor moved it to, or those it is about."""
        if self.section is None:
            return self.matches
        found = (match for match in self.matches if match.topic_id == self.section)
        return (next(found, Match(topic_id=self.section, score=0.0)),)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why a person should look at its words before readers do, a sentence each; empty where nobody need."""
        if self.looked_at:
            return ()
        since = ("its source changed its text after an editor had put it right",) if self.overtaken else ()
        return (*since, *self.summary.entry.unsure)


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
    #: True when it is never left over.
    pinned: bool = False


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
    #: The editors' notes its reader reads, by topic id or `EVERYBODY`, in order.
    notes: tuple[str, ...] = ()
    #: Whose subject and preheader of the editors it bears: a topic id or `EVERYBODY`.
    subject: str = ""
    preheader: str = ""
    #: Ids of the corrections to what this reader got before.
    corrections: tuple[int, ...] = ()

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
        return not self.research and not self.background and not self.corrections


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenEdition:
    """One edition as it was approved: with the issue's pool it makes the same bytes for ever."""

    #: A hash (hex) of all that is said: equal editions are stored once an issue.
    key: str
    subject: str
    preheader: str
    selection: Selection
    #: In a test mail the topics that its reader follows; None in every mail to a reader, and so in every stored one.
    test: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One subscriber on the day of the freeze: an edition, or the reason for none."""

    subscriber_id: int
    address: str
    name: str
    edition: FrozenEdition | None = None
    skip: SkipReason | None = None
