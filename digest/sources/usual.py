"""What a source's summaries usually have: a part that is missing this once says that its pages have changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from digest.models import Entry, Kind, SectionRole

#: The latest summaries of a source by which a new one is judged, and how many it takes.
JUDGED_BY, FEWEST_TO_JUDGE = 10, 5
#: The share of them that must have a part before its absence says something.
NEARLY_ALL = 0.8

_JUDGED = (SectionRole.FINDINGS, SectionRole.RELEVANCE, SectionRole.CONSIDERATIONS)


def missing(entry: Entry, earlier: Sequence[Entry]) -> tuple[SectionRole, ...]:
    """The parts that nearly all of a source's latest summaries have and this one has not, in their order.

    Args:
        entry: a new one; of an explainer nothing is expected.
        earlier: those before it, the latest first.
    """
    studies = [one for one in earlier[:JUDGED_BY] if one.kind is Kind.RESEARCH]
    if entry.kind is not Kind.RESEARCH or len(studies) < FEWEST_TO_JUDGE:
        return ()
    usual = [
        role for role in _JUDGED if sum(one.section(role) is not None for one in studies) >= NEARLY_ALL * len(studies)
    ]
    return tuple(role for role in usual if entry.section(role) is None)
