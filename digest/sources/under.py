"""The section in which a piece stands, and whether a text reads as a part of a study, of which nothing may be cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.models import SectionRole
from digest.sources.cues import score, weight
from digest.sources.headings import Heading, Meaning, speaks_of_limits

#: What a text must have of limits, or of one study, to be taken for a part of it.
SOME_LIMITS = 1.5
OF_ONE_STUDY = 2.0
#: A headline's level: what stands under it alone stands in no section.
_HEADLINE = 1
#: People speak so of themselves, in comments and in notes about an author.
_I = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|my|My|me|mine)\b")


@dataclass(frozen=True, slots=True)
class Under:
    """The heading under which something stands."""

    #: What it announces; None where there is none, or one that says nothing to us.
    meaning: Meaning | None = None
    #: As a heading's; 0 for none, and for a label.
    level: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it announces a part of a study."""
        return isinstance(self.meaning, SectionRole)

    @property
    def are_limits(self) -> bool:
        """Whether limits of the study stand under it."""
        return self.meaning is SectionRole.CONSIDERATIONS

    def holds(self, heading: Heading) -> bool:
        """Whether a heading stands inside this section, so that the section goes on behind it."""
        return max(self.level, _HEADLINE) < heading.level and (self.is_known or self.level > _HEADLINE)

    def behind(self, heading: Heading | None) -> Under:
        """Under what the next text stands, when this heading comes before it."""
        if heading is None:
            return self
        if heading.meaning is None and speaks_of_limits(heading.name):
            return Under(SectionRole.CONSIDERATIONS, heading.level)
        is_inner = heading.meaning is None and 0 < self.level < heading.level and self.level != _HEADLINE
        return self if is_inner else Under(heading.meaning, heading.level)


def reads_like_study(text: str) -> bool:
    """Whether a sentence speaks of one study or of limits, and nobody in it of themselves."""
    if _I.search(text):
        return False
    return weight(text, "specific") >= OF_ONE_STUDY or score(text, SectionRole.CONSIDERATIONS) >= SOME_LIMITS


def reads_like_limits(text: str) -> bool:
    """Whether a sentence speaks of limits more than of anything else."""
    limits = score(text, SectionRole.CONSIDERATIONS)
    rivals = (score(text, SectionRole.FINDINGS), score(text, SectionRole.RELEVANCE))
    return limits >= SOME_LIMITS and limits >= max(rivals) and not _I.search(text)
