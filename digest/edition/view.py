"""A summary as a mail shows it: what is printed at each length, in plain values for the templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from digest.edition.wording import (
    host_of,
    one_line,
    safe_url,
    shortened,
    shortened_blocks,
    spoken_date,
    text_of,
)
from digest.models import Block, Entry, IssueItem, Kind, Length, Section, SectionRole
from digest.parts import PART_NAMES
from digest.telling import enumerated

#: How many characters of one part are printed. Important considerations are never cut, at any length.
_PART_LIMIT = {Length.BRIEF: 360, Length.STANDARD: 900, Length.FULL: 8000}
#: What stands over the parts that have one name in every mail, in their order there.
_LABELS = {SectionRole.FINDINGS: "What they found", SectionRole.RELEVANCE: "Why it matters"}
#: What stands over a text without a heading that would else stand below another part's.
MORE = "More from the summary"
#: Ratings as sources word them, of three.
_SCALE = {
    **dict.fromkeys(("very high", "high", "strong", "good"), 3),
    **dict.fromkeys(("moderate", "medium", "fair"), 2),
    **dict.fromkeys(("low", "very low", "limited", "weak", "preliminary"), 1),
}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "ug", "ckb", "dv"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One labelled stretch of an item; the label is empty where none is needed."""

    label: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemView:
    """One item at one length."""

    id: int
    headline: str
    #: A safe link to the original and the site it leads to; None where the source has none.
    url: str | None
    host: str
    #: The key takeaway; empty where the source has none.
    takeaway: tuple[Block, ...]
    parts: tuple[Part, ...]
    #: The important considerations; empty when the source names none.
    limits: tuple[Block, ...]
    #: The considerations in one line, for the brief form.
    limits_line: str
    #: People, design, journal and date, as known.
    facts: tuple[str, ...]
    credibility: str
    #: The same as one to three filled circles; empty where the source's words are no such scale.
    circles: str
    background: bool
    #: True when it was added before this issue's window.
    earlier: bool
    #: True when something was left out that the original has.
    cut: bool
    brief: bool
    #: Which of the words above are the editors' own, or were taken away by them: "headline", "key takeaway"; and all of
    #: them in a row of words.
    edited: tuple[str, ...]
    edited_words: str
    language: str
    direction: str


def view(item: IssueItem, length: Length, *, until: date) -> ItemView:
    """What is printed of an item at this length.

    Args:
        item: the summary as it stands in the issue.
        length: a brief one is headline, takeaway and considerations; a full one everything but the references.
        until: the day the issue's window closed, in the newsletter's zone; a date on or after it is one to come.
    """
    entry = item.summary.entry
    url = safe_url(entry.url)
    takeaway, cut_takeaway = _takeaway(entry, length)
    parts, cut_parts = _parts(entry, length, has_takeaway=bool(takeaway))
    limits = _blocks(entry.section(SectionRole.CONSIDERATIONS))
    edited = _edited(item, length)
    return ItemView(
        id=item.summary.id,
        headline=shortened(entry.headline, 300) or "Without a title",
        url=url,
        host=host_of(url) if url else "",
        takeaway=takeaway,
        parts=parts,
        limits=limits,
        limits_line=one_line(text_of(limits)),
        facts=_facts(entry, until),
        credibility=one_line(entry.credibility or ""),
        circles=_circles(entry.credibility or ""),
        background=entry.kind is Kind.BACKGROUND,
        earlier=not item.fresh,
        cut=cut_takeaway or cut_parts,
        brief=length is Length.BRIEF,
        edited=edited,
        edited_words=enumerated(edited),
        language=entry.language,
        direction=direction(entry.language),
    )


def _edited(item: IssueItem, length: Length) -> tuple[str, ...]:
    """What a reader of this length is told to be the editors'; not what they do not see, such as the references."""
    entry = item.summary.entry
    here = {section.role for section in entry.sections}
    sections = [section.role for _, section in _printed(entry, length)]
    if length is Length.BRIEF:
        sections = [] if SectionRole.TAKEAWAY in here else sections[:1]
    seen = {SectionRole.TAKEAWAY, SectionRole.CONSIDERATIONS, *sections} | (set(SectionRole) - here)
    unseen = {PART_NAMES[role] for role in SectionRole if role not in seen or role is SectionRole.REFERENCES}
    return tuple(name for name in item.edited if name not in unseen)


def printed(item: IssueItem, length: Length) -> tuple[Block, ...]:
    """The words printed of an item at this length, besides its headline and facts."""
    return tuple(block for part in printed_parts(item, length) for block in part)


def printed_parts(item: IssueItem, length: Length) -> tuple[tuple[Block, ...], ...]:
    """The same, part by part: the takeaway, each labelled stretch, the considerations; empty ones are left out."""
    entry = item.summary.entry
    takeaway, _ = _takeaway(entry, length)
    parts, _ = _parts(entry, length, has_takeaway=bool(takeaway))
    limits = _blocks(entry.section(SectionRole.CONSIDERATIONS))
    return tuple(filter(None, (takeaway, *(part.blocks for part in parts), limits)))


def direction(language: str) -> str:
    """`rtl` or `ltr`, by the language's first subtag."""
    return "rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def _circles(credibility: str) -> str:
    filled = _SCALE.get(one_line(credibility).casefold())
    return "" if filled is None else "●" * filled + "○" * (3 - filled)


def _blocks(section: Section | None) -> tuple[Block, ...]:
    return section.blocks if section else ()


def _takeaway(entry: Entry, length: Length) -> tuple[tuple[Block, ...], bool]:
    return shortened_blocks(_blocks(entry.section(SectionRole.TAKEAWAY)), _PART_LIMIT[length])


def _parts(entry: Entry, length: Length, *, has_takeaway: bool) -> tuple[tuple[Part, ...], bool]:
    sections = tuple(_printed(entry, length))
    if length is Length.BRIEF:
        # Without a takeaway the first words of the text stand in for it.
        sections = () if has_takeaway else sections[:1]
    parts, cut = [], False
    for label, section in sections:
        blocks, shorter = shortened_blocks(section.blocks, _PART_LIMIT[length])
        cut = cut or shorter
        if blocks:
            parts.append(Part(label="" if length is Length.BRIEF else label, blocks=blocks))
    return tuple(parts), cut or (length is not Length.FULL and _has_more(entry))


def _printed(entry: Entry, length: Length) -> Iterator[tuple[str, Section]]:
    """The sections of an item in the mail's order, with their labels; none stands under the name of another one."""
    above = ""
    for section in _in_order(entry, length):
        label = _LABELS.get(section.role) or section.heading or (MORE if above else "")
        if section.role is SectionRole.FAQ:
            label = section.heading or "Questions and answers"
        yield ("" if label == MORE == above else label), section
        above = label


def _in_order(entry: Entry, length: Length) -> Iterator[Section]:
    """What they found, why it matters, and each text of the item's own behind that of the two which it follows."""
    named = {role: section for role in _LABELS if (section := entry.section(role))}
    texts: dict[SectionRole | None, list[Section]] = {}
    behind = None
    for section in entry.sections:
        if section is named.get(section.role):
            behind = section.role
        elif section.role is SectionRole.BODY:
            texts.setdefault(behind, []).append(section)
    if length is not Length.FULL:
        first = [] if SectionRole.FINDINGS in named else [section for some in texts.values() for section in some][:1]
        texts = {role: [one for one in some if one in first] for role, some in texts.items()}
    yield from texts.get(None, ())
    for role, section in named.items():
        yield section
        yield from texts.get(role, ())
    if length is Length.FULL and (answers := entry.section(SectionRole.FAQ)):
        yield answers


def _has_more(entry: Entry) -> bool:
    """Whether a full item would print what a shorter one leaves out."""
    bodies = sum(section.role is SectionRole.BODY for section in entry.sections)
    shown = 0 if entry.section(SectionRole.FINDINGS) else 1
    return bodies > shown or entry.section(SectionRole.FAQ) is not None


def _facts(entry: Entry, until: date) -> tuple[str, ...]:
    date = spoken_date(entry.published, until) if entry.published else None
    if date and entry.kind is Kind.BACKGROUND:
        # An explainer has no study, so its date is the day it was put up.
        date = f"published {date.removeprefix('dated ')}"
    known = (entry.people, entry.design, entry.journal, date)
    return tuple(shortened(fact, 160) for fact in known if fact)
