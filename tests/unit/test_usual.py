"""What the texts of a source always had, and what is told when it is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.checks import Severity
from digest.checks.reading import check_shape
from digest.models import Entry, Kind, SectionRole
from digest.usual import FEWEST, changed_shape, missing, usual
from tests.factories import a_section, an_entry, an_item

WHOLE = an_entry("whole")
THREE = frozenset({SectionRole.FINDINGS, SectionRole.RELEVANCE, SectionRole.CONSIDERATIONS})


def without(role: SectionRole, entry: Entry = WHOLE) -> Entry:
    return replace(entry, sections=tuple(section for section in entry.sections if section.role is not role))


NO_LIMITS = without(SectionRole.CONSIDERATIONS)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([WHOLE] * FEWEST, {Kind.RESEARCH: THREE}),
        ([WHOLE] * (FEWEST - 1), {}),
        ([WHOLE] * 39 + [NO_LIMITS], {Kind.RESEARCH: THREE}),
        ([WHOLE] * 9 + [NO_LIMITS], {Kind.RESEARCH: THREE - {SectionRole.CONSIDERATIONS}}),
        ([WHOLE] * 4 + [replace(NO_LIMITS, kind=Kind.BACKGROUND)], {}),
        (
            [replace(WHOLE, sections=(a_section(SectionRole.BODY), a_section(SectionRole.FAQ)))] * 9,
            {Kind.RESEARCH: set()},
        ),
    ],
)
def test_what_is_usual(entries: list[Entry], expected: dict[Kind, frozenset[SectionRole]]) -> None:
    """What nearly all have, of each kind by itself; of a few nothing can be told, and of pages in free form neither."""
    assert usual(entries) == expected


def test_what_is_missing() -> None:
    """In the order of parts; of another kind nothing is known."""
    known = usual([WHOLE] * 5)
    assert missing(without(SectionRole.FINDINGS, NO_LIMITS), known) == (
        SectionRole.FINDINGS,
        SectionRole.CONSIDERATIONS,
    )
    assert missing(replace(NO_LIMITS, kind=Kind.BACKGROUND), known) == missing(WHOLE, known) == ()


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([NO_LIMITS], "its new text has no part “important considerations”, which its texts always had"),
        ([NO_LIMITS, WHOLE], "1 of its 2 new texts have no part “important considerations”"),
        ([without(SectionRole.FINDINGS, NO_LIMITS)] * 3, "no part “what they found” and “important considerations”"),
        ([NO_LIMITS, WHOLE, WHOLE], None),
        ([WHOLE], None),
        ([], None),
    ],
)
def test_what_an_operator_is_told(entries: list[Entry], told: str | None) -> None:
    """When half of the new texts or more lack it: a page that changed is no single text."""
    said = changed_shape(entries, usual([WHOLE] * 8))
    assert said is None if told is None else told in (said or "")


def test_an_editor_is_told_of_each_item() -> None:
    """With the part; nothing where a person has looked, or of a source of which too little is known."""
    known = {"summaries": usual([WHOLE] * 8)}
    item = an_item(1, of={"sections": NO_LIMITS.sections})
    (flaw,) = check_shape([item, an_item(2)], known)
    assert (flaw.summary_id, flaw.severity) == (1, Severity.WARNING) and "“important considerations”" in flaw.message
    assert list(check_shape([replace(item, looked_at=True)], known)) == list(check_shape([item], {})) == []
