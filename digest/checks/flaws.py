"""What the gate finds: flaws, each with its place and what to do about it, and the report of them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from digest.models import Length


class Severity(StrEnum):
    """How much a flaw matters."""

    #: It stops the approval.
    ERROR = "error"
    #: An editor should look at it.
    WARNING = "warning"
    #: Something worth knowing; nothing is wrong.
    NOTICE = "notice"


class Rule(StrEnum):
    """What was looked at."""

    SIZE = "size"
    LINKS = "links"
    ALT_TEXTS = "alt texts"
    HEADINGS = "headings"
    CONTRAST = "contrast"
    CLIENTS = "clients"
    SPAM = "spam"
    READABILITY = "readability"
    OVERSTATEMENT = "overstatement"
    LIMITS = "limits"
    SOURCE = "source"
    READING = "reading"
    SHAPE = "shape"
    SAME_LIMITS = "same limits"
    LEFTOVERS = "leftovers"
    BROKEN_OFF = "broken off"
    FOREIGN = "foreign words"
    REPETITION = "repetition"
    AMENDED = "amended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One thing that is wrong, or worth knowing, and where: without item and editions it is about the whole issue."""

    rule: Rule
    severity: Severity
    #: What is wrong, in a sentence.
    message: str
    #: What to do about it, in a sentence; empty where the message says it all.
    advice: str = ""
    #: The item it is about; None when it is about none.
    summary_id: int | None = None
    #: The lengths of the item it shows in, shortest first; empty when it is about the item at any length.
    lengths: tuple[Length, ...] = ()
    #: The keys of the editions it is about, most read first.
    editions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything the gate found in one issue."""

    #: Errors first, then warnings; within them items in the issue's order.
    flaws: tuple[Flaw, ...]
    #: The headlines of the items that were looked at, by summary id, in the issue's order.
    headlines: dict[int, str]
    #: How many readers have each edition that was looked at, by its key, most read first.
    readers: dict[str, int]

    @property
    def errors(self) -> tuple[Flaw, ...]:
        """What stops the approval."""
        return tuple(flaw for flaw in self.flaws if flaw.severity is Severity.ERROR)

    @property
    def doubts(self) -> tuple[Flaw, ...]:
        """What only a person can settle: an issue that approves itself waits for one."""
        return tuple(flaw for flaw in self.flaws if flaw.rule is Rule.READING)

    def count(self, severity: Severity) -> int:
        """How many flaws of this severity there are."""
        return sum(flaw.severity is severity for flaw in self.flaws)

    def place(self, flaw: Flaw) -> str:
        """Where a flaw is: `item 3 (A headline)`, `edition 1f0e3dad and 2 more`, `the whole issue`."""
        if flaw.summary_id is not None:
            return f"item {flaw.summary_id} ({self.headlines.get(flaw.summary_id, '')})"
        if flaw.editions:
            more = f" and {len(flaw.editions) - 1} more" if len(flaw.editions) > 1 else ""
            return f"edition {flaw.editions[0][:8]}{more}"
        return "the whole issue"

    def read_by(self, flaw: Flaw) -> int:
        """How many readers have an edition this flaw is about; 0 for one that is about no edition."""
        return sum(self.readers[key] for key in flaw.editions)


def merged(flaws: Iterable[Flaw]) -> tuple[Flaw, ...]:
    """Flaws that differ only in the item's length or in the edition, as one; in the order they were first seen."""
    alike: dict[tuple[object, ...], list[Flaw]] = {}
    for flaw in flaws:
        alike.setdefault((flaw.rule, flaw.severity, flaw.message, flaw.summary_id), []).append(flaw)
    return tuple(_as_one(group) for group in alike.values())


def _as_one(flaws: Sequence[Flaw]) -> Flaw:
    lengths = {length for flaw in flaws for length in flaw.lengths}
    return replace(
        flaws[-1],
        lengths=tuple(length for length in Length if length in lengths),
        editions=tuple(dict.fromkeys(key for flaw in flaws for key in flaw.editions)),
    )
