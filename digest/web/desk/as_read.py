"""How a summary was read, beside what it was read from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest.edition.wording import shortened
from digest.inspecting import AsRead, Line, as_read
from digest.models import Section, SectionRole
from digest.parts import PART_NAMES
from digest.sources.roles import Why
from digest.web.desk.frame import RowNumber, show
from digest.web.desk.summaries import summary_of
from digest.web.doors import Somebody
from digest.web.site import TheSite

router = APIRouter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part as it was read, and where its words stand in the document."""

    name: str
    section: Section
    why: Why | None
    #: (number of the line, its words in short), each where a stretch of it begins.
    places: tuple[tuple[int, str], ...]


@router.get("/summaries/{number}/read")
def shown(request: Request, site: TheSite, _person: Somebody, number: RowNumber) -> Response:
    """Its parts with their roles and why, and the document with what was left out of it and by which rule."""
    summary = summary_of(site.digest, number)
    found = as_read(site.digest, summary)
    return show(request, site, "as-read", summary=summary, found=found, parts=parts_of(found) if found else [])


def parts_of(found: AsRead) -> list[Part]:
    """The parts that were found, in their order; of several of a kind each with its number."""
    sections = found.reading.sections
    many = Counter(section.role for section in sections)
    counts: Counter[SectionRole] = Counter()
    parts: list[Part] = []
    for place, (section, why) in enumerate(zip(sections, found.reading.why, strict=True)):
        counts[section.role] += 1
        of_many = f" {counts[section.role]} of {many[section.role]}" if many[section.role] > 1 else ""
        name = PART_NAMES[section.role].capitalize() + of_many
        parts.append(Part(name=name, section=section, why=why, places=tuple(_places(found.lines, place))))
    return parts


def _places(lines: Sequence[Line], part: int) -> Iterator[tuple[int, str]]:
    before = None
    for number, line in enumerate(lines):
        if line.part == part != before:
            yield number, shortened(line.piece.text, 60)
        before = line.part
