"""What an editor wants an item to say, as it is kept: tidied, and without what is the case already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from digest import notation
from digest.errors import InputError
from digest.models import Edit, Edited, EditedPart, Entry, SectionRole
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
    headline, takeaway = change.headline, change.takeaway
    parts = tuple(map(_tidied, change.parts))
    _refuse_contradictions(replace(change, parts=parts))
    same = {role for role in _roles(parts) if alike(made_of(_of(parts, role), entry), own_sections(entry, role))}
    kept = tuple(part for role in _roles(parts) - same for part in _kept(_of(parts, role), entry, standing, change))
    edited = {*standing.parts, *([] if standing.takeaway is None else [SectionRole.TAKEAWAY])}
    return replace(
        change,
        headline=None if headline is None else line(headline, "the headline", LONGEST_HEADLINE),
        takeaway=None if takeaway is None else text(takeaway, "the key takeaway"),
        parts=tuple(part for role in PART_NAMES for part in _of(kept, role)),
        restore=tuple(role for role in PART_NAMES if role in edited and role in {*change.restore, *same}),
        reason=_reason(change, kept, entry),
        no_limits=change.no_limits and SectionRole.CONSIDERATIONS in _roles(kept),
    )


def line(words: str, what: str, limit: int) -> str:
    """The words in one line. InputError when they are too long."""
    made = " ".join(words.split())
    if len(made) > limit:
        raise InputError(f"{what} has {len(made)} characters, and room for {limit}")
    return made


def text(words: str, what: str) -> str:
    """The words as paragraphs with an empty line between two. InputError when they are too long."""
    made = "\n\n".join(paragraphs(words))
    if len(made) > LONGEST_TEXT:
        raise InputError(f"{what} has {len(made)} characters, and room for {LONGEST_TEXT}")
    return made


def _tidied(part: EditedPart) -> EditedPart:
    name, words = PART_NAMES[part.role], notation.tidied(part.text)
    if len(words) > LONGEST_PART:
        raise InputError(f"{name}: it has {len(words):,} characters, and room for {LONGEST_PART:,}")
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


def _reason(change: Edit, kept: tuple[EditedPart, ...], entry: Entry) -> str:
    reason = line(change.reason, "the reason", LONGEST_REASON)
    limits = _of(kept, SectionRole.CONSIDERATIONS)
    empty = not made_of(limits, entry)
    if limits and not reason:
        raise InputError("say why the important considerations are changed: the reason is kept in the log")
    if limits and empty and not change.no_limits:
        raise InputError(
            "the important considerations would be empty, and readers be told that the source names no limits: "
            "if that is so, say it (“it names no limits”), and say why"
        )
    if change.no_limits and limits and not empty:
        raise InputError(
            "there are important considerations, and it is said that there are none: only one can be right"
        )
    return reason
