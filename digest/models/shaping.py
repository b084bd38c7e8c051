"""What editors do to an issue: acts that are written down one after another and never changed, and what they come to.

A change names summaries by id and topics by id. Each knows its own word (`what`), by which it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from digest.models.content import SectionRole

#: Stands for all readers where a topic's id stands for the readers of one topic.
EVERYBODY = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """The item comes first in its section and is never left over; or no longer."""

    what: Literal["pin"] = "pin"
    summary_id: int
    pinned: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclude:
    """Nobody gets the item."""

    what: Literal["exclude"] = "exclude"
    summary_id: int
    #: For whoever asks later; never empty.
    reason: str
    #: True when a later issue may take it, for all its readers.
    later: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Include:
    """An item that was excluded is back."""

    what: Literal["include"] = "include"
    summary_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """The item stands in this topic alone; None: where its words put it."""

    what: Literal["move"] = "move"
    summary_id: int
    topic_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """These items stand one behind another, in this order."""

    what: Literal["order"] = "order"
    summary_ids: tuple[int, ...]
    #: What they stand behind; None: nothing, they are the first.
    after: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EditedPart:
    """One part of an item in an editor's words."""

    role: SectionRole
    #: In the notation of `digest.notation`; empty: there is no such part.
    text: str
    #: What stands over it. Readers see that of a body or of questions; over the others stands the mail's own.
    heading: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """Words that went from one part of an item to another."""

    source: SectionRole
    target: SectionRole
    #: True when nothing is left there.
    whole: bool = False
    #: True when nothing else of the two was changed.
    only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """Other words for this issue. None leaves a text as it is, an empty one brings the original back."""

    what: Literal["edit"] = "edit"
    summary_id: int
    headline: str | None = None
    #: Paragraphs, with an empty line between two.
    takeaway: str | None = None
    #: All the parts of each role that is named here, in their order; those of other roles stay as they are.
    parts: tuple[EditedPart, ...] = ()
    #: Roles whose parts are the source's again.
    restore: tuple[SectionRole, ...] = ()
    #: What of this is no change of words but of their place, for the log; found when it is kept, never asked for.
    moved: tuple[Moved, ...] = ()
    #: Why; never empty where the considerations are other ones.
    reason: str = ""
    #: True when the item is to have no considerations any more, although its source has some.
    no_limits: bool = False
    #: The revision of the summary that was seen; None for the one there is.
    revision: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirm:
    """Somebody saw that an item whose reading was in doubt says what its source says; or it is in doubt again."""

    what: Literal["confirm"] = "confirm"
    summary_id: int
    confirmed: bool = True
    #: The revision of the summary that was seen; None for the one there is.
    revision: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """The editors' note at the top; an empty one takes it away."""

    what: Literal["note"] = "note"
    #: Paragraphs, with an empty line between two.
    text: str
    #: Whose: a topic's readers, or `EVERYBODY`.
    topic_id: str = EVERYBODY


@dataclass(frozen=True, kw_only=True, slots=True)
class Title:
    """Subject and preheader. None leaves one as it is, an empty one lets it say what is inside, as by default."""

    what: Literal["title"] = "title"
    subject: str | None = None
    preheader: str | None = None
    #: Whose: a topic's readers, or `EVERYBODY`.
    topic_id: str = EVERYBODY


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """The last act that stands is as if it had never been."""

    what: Literal["undo"] = "undo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Redo:
    """The act that was undone last stands again."""

    what: Literal["redo"] = "redo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Approve:
    """Somebody agreed to what the hash stands for."""

    what: Literal["approve"] = "approve"
    content_hash: str
    #: Why, although the check found errors; empty when it found none.
    despite: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdraw:
    """The approval, and those on the way to one, are void."""

    what: Literal["withdraw"] = "withdraw"
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """Nothing leaves before this instant; None: before the issue is due."""

    what: Literal["schedule"] = "schedule"
    at: datetime | None


#: What changes an issue's shape.
Change = Pin | Exclude | Include | Move | Order | Edit | Confirm | Note | Title
#: Everything that may stand in the trail.
Step = Change | Undo | Redo | Approve | Withdraw | Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What one person did to an issue at once."""

    issue_id: int
    #: 1 for the first act on the issue, then 2, 3…
    number: int
    at: datetime
    by: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclusion:
    """Why an item is excluded, and by whom."""

    reason: str
    later: bool
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited:
    """An item's words for this issue; None where the original's stand."""

    headline: str | None = None
    #: Paragraphs, from before there were parts; None also where `parts` has one.
    takeaway: str | None = None
    parts: Mapping[SectionRole, tuple[EditedPart, ...]] = field(default_factory=dict)
    #: The revision whose parts its editor put right; None where nobody did, or it was not noted.
    revision: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """Who agreed, when, and to what."""

    by: str
    at: datetime
    content_hash: str
    despite: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What the acts on an issue come to."""

    #: The number of the last act; 0 before the first. Who acts names the version they saw.
    version: int = 0
    pinned: frozenset[int] = frozenset()
    excluded: Mapping[int, Exclusion] = field(default_factory=dict)
    #: The topic each moved item stands in.
    moved: Mapping[int, str] = field(default_factory=dict)
    #: In the order they were made; each is applied to what the ones before left.
    orders: tuple[Order, ...] = ()
    edits: Mapping[int, Edited] = field(default_factory=dict)
    #: The revision of each item that somebody saw to be read right.
    confirmed: Mapping[int, int | None] = field(default_factory=dict)
    #: By topic, or `EVERYBODY`.
    notes: Mapping[str, str] = field(default_factory=dict)
    subjects: Mapping[str, str] = field(default_factory=dict)
    preheaders: Mapping[str, str] = field(default_factory=dict)
    #: Those that no later act has made void.
    approvals: tuple[Approval, ...] = ()
    #: The acts that `Undo` and `Redo` would be about; None when there is none.
    undoes: Act | None = None
    redoes: Act | None = None


#: The shape of an issue that no editor has touched.
UNSHAPED = Shape()


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclusions:
    """What earlier issues of a cadence left out by an editor's hand, by summary id."""

    #: Never to be taken by a later one.
    final: frozenset[int] = frozenset()
    #: To be taken by a later one, for all its readers.
    later: frozenset[int] = frozenset()
