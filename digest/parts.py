"""The parts of an item as an editor types them: made of sections and made into them, moved, joined, compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from digest import notation
from digest.errors import InputError
from digest.models import Block, Edited, EditedPart, Entry, Paragraph, Section, SectionRole, Subheading
from digest.pairing import paired

#: What the parts of an item are called, in the order an item shows them; a mail says by these which were edited.
PART_NAMES: Mapping[SectionRole, str] = {
    SectionRole.TAKEAWAY: "key takeaway",
    SectionRole.FINDINGS: "what they found",
    SectionRole.RELEVANCE: "why it matters",
    SectionRole.CONSIDERATIONS: "important considerations",
    SectionRole.BODY: "text",
    SectionRole.FAQ: "questions and answers",
    SectionRole.REFERENCES: "references",
}
#: The parts over which stands their own heading; over the others stands the mail's.
HEADED = frozenset({SectionRole.BODY, SectionRole.FAQ})
_PLACES = {role: place for place, role in enumerate(PART_NAMES)}


# --- sections and parts --------------------------------------------------------------------------------------


def typed(sections: Sequence[Section]) -> tuple[EditedPart, ...]:
    """Sections as an editor types them, in the order of their roles."""
    parts = (EditedPart(role=one.role, heading=one.heading, text=notation.written(one.blocks)) for one in sections)
    return tuple(in_order(tuple(parts)))


def in_order(parts: Sequence[EditedPart]) -> list[EditedPart]:
    """The parts in the order of their roles; those of one role stay as they stand."""
    return sorted(parts, key=lambda part: _PLACES[part.role])


def sections_of(words: Edited, role: SectionRole, entry: Entry) -> tuple[Section, ...] | None:
    """All sections of a role in an editor's words; None where they are the source's."""
    if role in words.parts:
        return made_of(words.parts[role], entry)
    if role is SectionRole.TAKEAWAY and words.takeaway is not None:
        return (takeaway_of(words.takeaway),)
    return None


def made_of(parts: Sequence[EditedPart], entry: Entry) -> tuple[Section, ...]:
    """The parts as sections; one without words is none."""
    made = (_section(part, entry) for part in parts)
    return tuple(section for section in made if section.blocks)


def _section(part: EditedPart, entry: Entry) -> Section:
    own = entry.section(part.role)
    # Where readers do not see the heading, the source's own stays.
    heading = part.heading if part.role in HEADED else own.heading if own else None
    return Section(role=part.role, heading=heading or None, blocks=notation.read(part.text))


def takeaway_of(text: str) -> Section:
    """A takeaway in an editor's words, as paragraphs."""
    return Section(role=SectionRole.TAKEAWAY, blocks=tuple(map(Paragraph, paragraphs(text))))


def paragraphs(text: str) -> tuple[str, ...]:
    """What stands between empty lines, each in one line."""
    chunks = "\n".join(line.strip() for line in text.splitlines()).split("\n\n")
    return tuple(words for chunk in chunks if (words := " ".join(chunk.split())))


def own_sections(entry: Entry, role: SectionRole) -> tuple[Section, ...]:
    """All sections of this role, in their order."""
    return tuple(section for section in entry.sections if section.role is role)


def alike(some: Sequence[Section], others: Sequence[Section]) -> bool:
    """Whether readers are told the same by them."""
    return list(map(_said, some)) == list(map(_said, others))


def _said(section: Section) -> tuple[object, ...]:
    return section.role, (section.heading or "") if section.role in HEADED else "", section.blocks


def with_sections(entry: Entry, role: SectionRole, sections: Sequence[Section]) -> Entry:
    """The entry with these in the place of its own sections of this role; where it had none, in the order of roles.

    Each stands where its own stood, a new one behind the one it follows.
    """
    places = [place for place, section in enumerate(entry.sections) if section.role is role]
    if not places:
        later = (place for place, section in enumerate(entry.sections) if _PLACES[section.role] > _PLACES[role])
        place = next(later, len(entry.sections))
        return replace(entry, sections=(*entry.sections[:place], *sections, *entry.sections[place:]))
    standing: dict[int, list[Section]] = {}
    place = places[0]
    for section, own in zip(sections, paired(sections, own_sections(entry, role)), strict=True):
        place = place if own is None else max(place, places[own])
        standing.setdefault(place, []).append(section)
    made = ([one] if one.role is not role else standing.get(place, []) for place, one in enumerate(entry.sections))
    return replace(entry, sections=tuple(section for some in made for section in some))


# --- what the source has -------------------------------------------------------------------------------------


def sources_of(parts: Sequence[EditedPart], entry: Entry) -> list[Section | None]:
    """The source's own section of each part; None for a part that it does not have."""
    found: list[Section | None] = [None] * len(parts)
    for role in dict.fromkeys(part.role for part in parts):
        places = [place for place, part in enumerate(parts) if part.role is role]
        own = own_sections(entry, role)
        for place, other in zip(places, _owned([parts[place] for place in places], own, entry), strict=True):
            found[place] = None if other is None else own[other]
    return found


def with_emptied(parts: Sequence[EditedPart], entry: Entry) -> list[EditedPart]:
    """The parts, and an empty one for each that the source has and they have not, where it stood."""
    made: list[EditedPart] = []
    for role in PART_NAMES:
        mine = [part for part in parts if part.role is role]
        own = own_sections(entry, role)
        known = _owned(mine, own, entry)
        gone = [place for place in range(len(own)) if place not in known]
        for part, other in zip(mine, known, strict=True):
            while gone and other is not None and gone[0] < other:
                made.append(_emptied(own[gone.pop(0)]))
            made.append(part)
        made += [_emptied(own[place]) for place in gone]
    return made


def _owned(parts: Sequence[EditedPart], own: Sequence[Section], entry: Entry) -> tuple[int | None, ...]:
    if len(parts) == 1 and len(own) == 1 and parts[0].role is not SectionRole.BODY:
        # An item has one of that kind, so it is that one, whatever it says by now.
        return (0,)
    return paired([_section(part, entry) for part in parts], own)


def _emptied(own: Section) -> EditedPart:
    return EditedPart(role=own.role, heading=own.heading, text="")


# --- arranging -----------------------------------------------------------------------------------------------


def arranged(parts: Sequence[EditedPart], moves: Mapping[tuple[int, int], int | None]) -> list[EditedPart]:
    """The parts with some of their blocks in other ones.

    Args:
        parts: in their order.
        moves: (part, block) by their places -> the part it goes to, or None: it goes.

    Returns:
        As many parts. What moves down stands before what the part it comes to had, what moves up behind it, so that
        all keeps the order in which it stood.
    """
    blocks = [notation.read(part.text) for part in parts]
    made: list[list[Block]] = [[] for _ in parts]
    for target, into in enumerate(made):
        for source, given in enumerate(blocks):
            into += [block for place, block in enumerate(given) if moves.get((source, place), source) == target]
    return [replace(part, text=notation.written(given)) for part, given in zip(parts, made, strict=True)]


def joined(parts: Sequence[EditedPart], place: int) -> list[EditedPart]:
    """The part at this place behind what stands in the one above; a heading that readers saw stands between."""
    above, below = parts[place - 1], parts[place]
    heading = below.heading if below.role in HEADED and below.heading and below.text else None
    blocks = (
        *notation.read(above.text),
        *((Subheading(heading),) if heading else ()),
        *notation.read(below.text),
    )
    return [*parts[: place - 1], replace(above, text=notation.written(blocks)), *parts[place + 1 :]]


# --- all of them in one text ---------------------------------------------------------------------------------

_MARK = "=== "


def in_one_text(parts: Sequence[EditedPart]) -> str:
    """All parts in one text, for an editor's own program: over each a line such as `=== body: Its heading`."""
    told = []
    for part in parts:
        heading = f": {part.heading}" if part.role in HEADED and part.heading else ""
        # A backslash begins a plain line in the notation, too, so that no word of a part is taken for a mark.
        lines = [f"\\{line}" if line.startswith(_MARK) else line for line in part.text.split("\n")]
        told.append("\n".join([f"{_MARK}{part.role.value}{heading}", "", *lines]))
    return "\n\n".join(told) + "\n"


def from_one_text(text: str) -> tuple[EditedPart, ...]:
    """The parts in such a text. InputError names the line that is none of it."""
    parts: list[EditedPart] = []
    lines: list[str] = []
    for number, line in enumerate([*text.replace("\r\n", "\n").split("\n"), None], 1):
        if line is None or line.startswith(_MARK):
            if parts:
                parts[-1] = replace(parts[-1], text="\n".join(lines).strip())
            lines = []
        if line is not None and line.startswith(_MARK):
            parts.append(_marked(line.removeprefix(_MARK), number))
        elif line is not None and not parts and line.strip():
            raise InputError(f"line {number}: begin with a line that names the part, such as `=== findings`")
        elif line is not None:
            lines.append(line)
    return tuple(parts)


def _marked(words: str, number: int) -> EditedPart:
    name, _, heading = words.partition(":")
    try:
        return EditedPart(role=role_of(name), text="", heading=heading.strip() or None)
    except InputError as error:
        raise InputError(f"line {number}: {error}") from error


def role_of(name: str) -> SectionRole:
    """The role of this name. InputError when none is called so."""
    try:
        return SectionRole(name.strip().lower())
    except ValueError as error:
        known = ", ".join(role.value for role in PART_NAMES)
        raise InputError(f"{name.strip()!r} is no part of an item: those are {known}") from error
