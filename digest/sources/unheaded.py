"""A text whose headings were lost, as extracts of summary pages often are: its parts get roles by words and order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from digest.models import Block, Bullets, Paragraph, Section, SectionRole, Subheading
from digest.sentences import is_whole, sentences
from digest.sources.clean import shorten
from digest.sources.cues import score
from digest.sources.furniture import Rule
from digest.sources.headings import speaks_of_limits
from digest.sources.reading import Reading
from digest.sources.roles import (
    CLEARLY,
    FEWEST,
    LEAST_LIMITS,
    TAKEAWAY_SENTENCES,
    Doubt,
    Roles,
    Why,
    clearly_limits,
    roles_of,
)

#: Parts below one known heading that are looked at for roles of their own: the other headings may be lost.
FEWEST_BELOW_TAKEAWAY = 4
#: Lists that each begin at 1 and are all there is: the parts of an extract.
FEWEST_LISTS = 3
#: Characters of a part by which a person finds it again.
SHOWN = 70

#: What may stand beside the text itself without saying anything about its parts.
_BESIDE = frozenset({SectionRole.BODY, SectionRole.REFERENCES})
_NAMES = {
    SectionRole.TAKEAWAY: "the takeaway",
    SectionRole.FINDINGS: "findings",
    SectionRole.RELEVANCE: "relevance",
    SectionRole.CONSIDERATIONS: "considerations",
}


def with_roles(reading: Reading, *, joined: Collection[Block] = (), opened: bool, expected: bool) -> Reading:
    """The reading with roles for the parts of its text where no heading gives them; what is in doubt is said.

    Args:
        reading: by headings.
        joined: lists that belong to the words before them.
        opened: whether its headline is the sentence the text opened with.
        expected: whether such a text is known to come without headings, so that parts without roles are a doubt.
    """
    told = {SectionRole.TAKEAWAY} if opened else set()
    if {section.role for section in reading.sections} <= _BESIDE | told:
        return _by_words(reading, joined, opened=opened, expected=expected)
    known = {section.role for section in reading.sections} - {SectionRole.REFERENCES}
    return _below_the_takeaway(reading, joined) if known == {SectionRole.TAKEAWAY} else _with_its_lead(reading)


def _by_words(reading: Reading, joined: Collection[Block], *, opened: bool, expected: bool) -> Reading:
    bare = [section for section in reading.sections if section.role is SectionRole.BODY]
    if len(bare) != 1 or bare[0].heading is not None:
        return reading
    units = _units(bare[0].blocks, joined)
    extract = opened and _is_extract(reading, units)
    roles = roles_of([_text(unit) for unit in units], opened=opened, extract=extract)
    if not any(role is not SectionRole.BODY for role in roles.roles):
        says = "nothing in its words tells findings, relevance and considerations apart: give each part its place"
        doubtful = bool(roles.doubts) or extract or (expected and len(units) in (3, 4))
        return replace(reading, unsure=(*reading.unsure, says)) if doubtful else reading
    return _placed(reading, bare[0], units, roles)


def _is_extract(reading: Reading, units: Iterable[Sequence[Block]]) -> bool:
    """Whether it stood above a site's words about research in general, or each of its parts is numbered from 1 on."""
    begins = [isinstance(first, Bullets) and first.ordered and first.start == 1 for first, *_ in units]
    return any(cut.rule is Rule.STANDING for cut in reading.cut) or (len(begins) >= FEWEST_LISTS and all(begins))


def _below_the_takeaway(reading: Reading, joined: Collection[Block]) -> Reading:
    """One heading was left of all: what stands below it is more than the takeaway, where the words clearly say so."""
    takeaway = next(section for section in reading.sections if section.role is SectionRole.TAKEAWAY)
    units = _units(takeaway.blocks, joined)
    if len(units) < FEWEST_BELOW_TAKEAWAY:
        return reading
    roles = roles_of([_text(unit) for unit in units[1:]], opened=True)
    if roles.doubts or SectionRole.BODY in roles.roles:
        return reading
    return _placed(reading, takeaway, units, Roles(roles=(SectionRole.TAKEAWAY, *roles.roles), why=roles.why))


def _with_its_lead(reading: Reading) -> Reading:
    """What stands in a sentence or two above the parts of a study is its takeaway, where no heading names one."""
    lead, *rest = reading.sections
    roles = {section.role for section in rest}
    if SectionRole.FINDINGS not in roles or SectionRole.TAKEAWAY in roles or not _is_lead(lead):
        return reading
    sections = (replace(lead, role=SectionRole.TAKEAWAY), *rest)
    return replace(reading, sections=sections, why=(Why.ORDER, *reading.why[1:]))


def _is_lead(section: Section) -> bool:
    if section.role is not SectionRole.BODY or section.heading is not None or len(section.blocks) > 1:
        return False
    (block,) = section.blocks
    is_text = isinstance(block, Paragraph) and is_whole(block.text)
    return is_text and len(sentences(_text(section.blocks))) <= TAKEAWAY_SENTENCES


def _placed(reading: Reading, section: Section, units: Sequence[list[Block]], roles: Roles) -> Reading:
    """The reading with the section parted by the roles of its units, in their order."""
    made: dict[SectionRole, list[Block]] = {}
    for unit, role in zip(units, roles.roles, strict=True):
        made.setdefault(role, []).extend(unit)
    sections: list[Section] = []
    why: list[Why | None] = []
    for one, reason in zip(reading.sections, reading.why, strict=True):
        parts = [Section(role=role, blocks=tuple(blocks)) for role, blocks in made.items()] if one is section else [one]
        sections += parts
        why += [_why(part, roles.why) if one is section else reason for part in parts]
    doubts = tuple(_said(doubt, _text(units[doubt.place])) for doubt in roles.doubts)
    return replace(reading, sections=tuple(sections), why=tuple(why), unsure=(*reading.unsure, *doubts))


def _why(part: Section, why: Why) -> Why | None:
    return None if part.role is SectionRole.BODY else why


def with_limits_by_name(reading: Reading) -> Reading:
    """The reading with the limits that stand under a heading which speaks of limits in words of its own."""
    limits = next((one for one in reading.sections if one.role is SectionRole.CONSIDERATIONS), None)
    found = [one for one in reading.sections if one.role is SectionRole.BODY and _is_about_limits(one)]
    if not found:
        return reading
    first, *more = [limits, *found] if limits else found
    blocks = (*first.blocks, *(block for one in more for block in (Subheading(one.heading or ""), *one.blocks)))
    whole = replace(first, role=SectionRole.CONSIDERATIONS, blocks=blocks)
    kept = [
        (whole, Why.HEADING) if one is first else (one, why)
        for one, why in zip(reading.sections, reading.why, strict=True)
        if one not in more
    ]
    sections, why = tuple(one for one, _ in kept), tuple(why for _, why in kept)
    return replace(reading, sections=sections, why=why)


def _is_about_limits(section: Section) -> bool:
    """By its heading, and by its words: "Limits of walking" may be the study's matter."""
    if not section.heading or not speaks_of_limits(section.heading):
        return False
    scores = {role: score(_text(section.blocks), role) for role in _NAMES}
    limits = scores[SectionRole.CONSIDERATIONS]
    return limits >= LEAST_LIMITS and limits >= max(scores.values()) - CLEARLY


def with_a_word_about_limits(reading: Reading) -> Reading:
    """The reading of a study, with a doubt where it names no limits, yet something under another heading reads so.

    A text without any heading is an article: it tells its limits anywhere.
    """
    has_limits = any(section.role is SectionRole.CONSIDERATIONS for section in reading.sections)
    is_parted = any(section.role is not SectionRole.BODY or section.heading for section in reading.sections)
    if reading.unsure or has_limits or not is_parted:
        return reading
    texts = (
        (_text(unit), section.role)
        for section in reversed(reading.sections)
        if section.role is not SectionRole.REFERENCES
        for unit in _units(section.blocks)
    )
    found = next((text for text, role in texts if clearly_limits(text, role)), None)
    if found is None:
        return reading
    says = f"no heading of considerations was found, yet {_named(found)} reads like one"
    return replace(reading, unsure=(*reading.unsure, says))


def _units(blocks: Iterable[Block], joined: Collection[Block] = ()) -> list[list[Block]]:
    """What belongs together: a paragraph, a list, a list with the words that lead to it."""
    units: list[list[Block]] = []
    for block in blocks:
        before = units[-1][-1] if units else None
        if before is not None and (block in joined or _leads(before, block)):
            units[-1].append(block)
        else:
            units.append([block])
    return _parted(units)


def _parted(units: list[list[Block]]) -> list[list[Block]]:
    """A list alone whose points are paragraphs is a page that marks its parts so."""
    (only,) = units[0] if len(units) == 1 and len(units[0]) == 1 else (None,)
    if not isinstance(only, Bullets) or only.ordered or not all(len(sentences(one)) > 1 for one in only.items[1:]):
        return units
    return [[Paragraph(one)] for one in only.items] if len(only.items) > FEWEST else units


def _leads(before: Block, block: Block) -> bool:
    if isinstance(before, Subheading):
        return True
    return isinstance(block, Bullets) and isinstance(before, Paragraph) and not is_whole(before.text)


def _text(unit: Iterable[Block]) -> str:
    return " ".join(" ".join(one.items) if isinstance(one, Bullets) else one.text for one in unit)


def _said(doubt: Doubt, text: str) -> str:
    return f"{_named(text)} may be {_NAMES[doubt.likely]} or {_NAMES[doubt.rival]}: give it its place"


def _named(text: str) -> str:
    return f"“{shorten(text, SHOWN)}”"
