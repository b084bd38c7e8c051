"""What an editor wants an item to say, as it is kept: tidied, and without what is the case already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from digest import notation
from digest.errors import InputError
from digest.models import Edit, Edited, EditedPart, Entry, Moved, Section, SectionRole
from digest.parts import HEADED, PART_NAMES, alike, made_of, own_sections, paragraphs, sections_of

#: Characters: a headline, a plain text such as a takeaway, one part, and why something was done.
LONGEST_HEADLINE, LONGEST_TEXT, LONGEST_PART, LONGEST_REASON = 300, 4000, 50_000, 500


def settled(change: Edit, entry: Entry, standing: Edited) -> Edit:
    """The edit as it is kept.

    Args:
        change: what is asked for, with the revision it is about.
        entry: the item's summary as its source wrote it.
        standing: the editors' words for it until now.

    Raises:
        InputError: words are too long, a part is named twice, or the considerations change without a reason.
    """
    parts = tuple(map(_tidied, change.parts))
    _refuse_contradictions(replace(change, parts=parts))
    same = {role for role in _roles(parts) if alike(made_of(_of(parts, role), entry), own_sections(entry, role))}
    kept = tuple(part for role in _roles(parts) - same for part in _kept(_of(parts, role), entry, standing, change))
    edited = {*standing.parts, *([] if standing.takeaway is None else [SectionRole.TAKEAWAY])}
    restore = tuple(role for role in PART_NAMES if role in edited and role in {*change.restore, *same})
    before, after = _sections(standing, entry), _sections(standing, entry, kept, restore)
    return replace(
        change,
        headline=_headline(change.headline, entry, standing),
        takeaway=_takeaway(change.takeaway, standing),
        parts=tuple(part for role in PART_NAMES for part in _of(kept, role)),
        restore=restore,
        moved=moved(before, after),
        reason=_reason(change, kept, after[SectionRole.CONSIDERATIONS]),
        no_limits=change.no_limits and SectionRole.CONSIDERATIONS in _roles(kept),
    )


def line(words: str, what: str, limit: int, *, about: str = "") -> str:
    """The words in one line. InputError when they are too long."""
    made = " ".join(words.split())
    if len(made) > limit:
        raise InputError(f"{what} has {len(made)} characters, and room for {limit}", about=about)
    return made


def text(words: str, what: str) -> str:
    """The words as paragraphs with an empty line between two. InputError when they are too long."""
    made = "\n\n".join(paragraphs(words))
    if len(made) > LONGEST_TEXT:
        raise InputError(f"{what} has {len(made)} characters, and room for {LONGEST_TEXT}")
    return made


def _headline(words: str | None, entry: Entry, standing: Edited) -> str | None:
    """The headline as it is kept; None where it stands already, empty where it is the source's again."""
    made = None if words is None else line(words, "the headline", LONGEST_HEADLINE, about="headline")
    made = "" if made == entry.headline else made
    return None if made == (standing.headline or "") else made


def _takeaway(words: str | None, standing: Edited) -> str | None:
    """The same of a takeaway that is given as plain text."""
    made = None if words is None else text(words, "the key takeaway")
    is_edited = standing.takeaway is not None or SectionRole.TAKEAWAY in standing.parts
    return None if made == "" and not is_edited else made


def _tidied(part: EditedPart) -> EditedPart:
    name, words = PART_NAMES[part.role], notation.tidied(part.text)
    if len(words) > LONGEST_PART:
        many = f"{name}: it has {len(words):,} characters, and room for {LONGEST_PART:,}"
        raise InputError(many, about=part.role.value)
    heading = line(part.heading or "", f"a heading in {name}", LONGEST_HEADLINE) if part.role in HEADED else ""
    return EditedPart(role=part.role, heading=heading or None, text=words)


def _refuse_contradictions(change: Edit) -> None:
    given = [part.role for part in change.parts]
    if change.takeaway is not None:
        given.append(SectionRole.TAKEAWAY)
    for role, name in PART_NAMES.items():
        if role is not SectionRole.BODY and given.count(role) > 1:
            raise InputError(f"{name} is given twice: an item has one part of that kind")
        if role in given and role in change.restore:
            raise InputError(f"{name} cannot have other words and the source's own at once")


def _roles(parts: tuple[EditedPart, ...]) -> set[SectionRole]:
    return {part.role for part in parts}


def _of(parts: tuple[EditedPart, ...], role: SectionRole) -> tuple[EditedPart, ...]:
    return tuple(part for part in parts if part.role is role)


def _kept(parts: tuple[EditedPart, ...], entry: Entry, standing: Edited, change: Edit) -> Iterator[EditedPart]:
    """All parts of a role, without empty ones where another is left; none where that is what stands already."""
    stands = sections_of(standing, parts[0].role, entry)
    seen_now = standing.revision in (None, change.revision)
    if stands is None or not seen_now or not alike(made_of(parts, entry), stands):
        yield from [part for part in parts if part.text] or parts[:1]


def _sections(
    words: Edited, entry: Entry, kept: tuple[EditedPart, ...] = (), restored: tuple[SectionRole, ...] = ()
) -> Mapping[SectionRole, tuple[Section, ...]]:
    """What stands in each part, with an editor's words until now, these ones, and those that are the source's again."""
    made: dict[SectionRole, tuple[Section, ...]] = {}
    for role in PART_NAMES:
        own, standing = own_sections(entry, role), sections_of(words, role, entry)
        made[role] = own if standing is None or role in restored else standing
        if role in _roles(kept):
            made[role] = made_of(_of(kept, role), entry)
    return made


def _reason(change: Edit, kept: tuple[EditedPart, ...], limits: tuple[Section, ...]) -> str:
    reason = line(change.reason, "the reason", LONGEST_REASON, about="reason")
    if change.no_limits and limits:
        raise InputError(
            "it is said that there are no limits (“it names no limits”), and important considerations stand there: "
            "only one can be right. Take them out and say why, or take that back",
            about="no limits",
        )
    if _of(kept, SectionRole.CONSIDERATIONS) and not reason:
        raise InputError(
            "say why the important considerations are changed: the reason is kept in the log", about="reason"
        )
    if _of(kept, SectionRole.CONSIDERATIONS) and not limits and not change.no_limits:
        raise InputError(
            "the important considerations would be empty, and readers be told that the source names no limits: "
            "if that is so, say it (“it names no limits”), and say why",
            about="no limits",
        )
    return reason


# --- what came to another place ------------------------------------------------------------------------------


def moved(
    before: Mapping[SectionRole, Sequence[Section]], after: Mapping[SectionRole, Sequence[Section]]
) -> tuple[Moved, ...]:
    """The words that are gone in one part and new in another one, in the order of parts."""
    had, have = ({role: _blocks(given) for role, given in some.items()} for some in (before, after))
    gone = {role: had[role] - have[role] for role in PART_NAMES}
    new = {role: have[role] - had[role] for role in PART_NAMES}
    went = {(a, b): gone[a] & new[b] for a in PART_NAMES for b in PART_NAMES if a is not b and gone[a] & new[b]}

    def is_only(role: SectionRole) -> bool:
        left = (words for (a, _), words in went.items() if a is role)
        came = (words for (_, b), words in went.items() if b is role)
        return sum(left, Counter()) >= gone[role] and sum(came, Counter()) >= new[role]

    return tuple(
        Moved(source=a, target=b, whole=not have[a] and words >= gone[a], only=is_only(a) and is_only(b))
        for (a, b), words in went.items()
    )


def _blocks(sections: Sequence[Section]) -> Counter[str]:
    return Counter(notation.written([block]) for section in sections for block in section.blocks)
