"""Which parts the texts of a source always had: where one is missing this time, its pages may have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from digest.models import Entry, Kind, SectionRole
from digest.parts import PART_NAMES

#: So many of a source's latest texts are looked at, and so many there must be before anything is usual.
LOOKED_AT, FEWEST = 50, 5
#: What research is told in; the rest of a page may be there or not, and a takeaway may be the headline itself.
_ROLES = (SectionRole.FINDINGS, SectionRole.RELEVANCE, SectionRole.CONSIDERATIONS)
#: How many of them must have a part: all but a stray one.
_NEARLY_ALL = 0.95

#: The parts that a source's texts of each kind always had.
Usual = Mapping[Kind, frozenset[SectionRole]]


def usual(entries: Iterable[Entry]) -> Usual:
    """The parts that nearly all of these have, by their kind; none where they are too few to tell."""
    by_kind: dict[Kind, list[frozenset[SectionRole]]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(frozenset(section.role for section in entry.sections))
    return {
        kind: frozenset(role for role in _ROLES if sum(role in one for one in roles) >= _NEARLY_ALL * len(roles))
        for kind, roles in by_kind.items()
        if len(roles) >= FEWEST
    }


def missing(entry: Entry, known: Usual) -> tuple[SectionRole, ...]:
    """The usual parts that this text has not, in their order."""
    has = {section.role for section in entry.sections}
    return tuple(role for role in PART_NAMES if role in known.get(entry.kind, ()) and role not in has)


def changed_shape(entries: Sequence[Entry], known: Usual) -> str | None:
    """What to tell an operator when half of a source's new texts or more lack a usual part; None when they do not."""
    lacking = [missing(entry, known) for entry in entries]
    gone = [role for role in PART_NAMES if 0 < 2 * sum(role in one for one in lacking) >= len(entries)]
    if not gone:
        return None
    number = sum(any(role in gone for role in one) for one in lacking)
    names = " and ".join(f"“{PART_NAMES[role]}”" for role in gone)
    texts = "its new text has" if len(entries) == 1 else f"{number} of its {len(entries)} new texts have"
    return f"{texts} no part {names}, which its texts always had: its pages may have changed, so look at one of them"
