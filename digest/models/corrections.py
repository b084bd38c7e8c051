"""What has to be put right about a summary that was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Amendment(StrEnum):
    """How far what was sent no longer holds."""

    #: Some of its words were wrong.
    CORRECTED = "corrected"
    #: The study itself was withdrawn.
    RETRACTED = "retracted"


class CorrectionState(StrEnum):
    """Where a correction stands."""

    #: Seen in what a source said; a person must decide.
    PROPOSED = "proposed"
    #: Owed to everybody who got what it corrects.
    STANDING = "standing"
    #: A person said that there is nothing to correct.
    DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """One sentence that everybody must read who was sent a summary, or, of a study withdrawn, any summary of it."""

    id: int
    summary_id: int
    kind: Amendment
    #: Plain words; empty while it is only proposed.
    sentence: str
    state: CorrectionState
    #: Who decided last, or "digest" for what it proposes itself; and when.
    by: str
    #: Whoever was sent the summary by an issue approved until then is owed it.
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Erratum:
    """A correction as a mail prints it."""

    id: int
    #: As the summary was called when it was printed, and the title of the issue it stood in last.
    headline: str
    issue_title: str
    #: The original; None where the source has none.
    url: str | None
    retracted: bool
    sentence: str
