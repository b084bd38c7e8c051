"""Pieces into a summary: its sections by their headings, and the facts printed around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from digest.models import Block, Bullets, Kind, Paragraph, PublishedDate, Section, SectionRole, Subheading
from digest.sources.clean import end_at_word, shorten
from digest.sources.dates import is_date, read_date
from digest.sources.furniture import is_standing, journal_named, without_furniture
from digest.sources.headings import Fact, Heading, Headings, name_key
from digest.sources.identity import only_doi, read_doi, read_pmid, web_url
from digest.sources.pieces import Piece, Shape
from digest.sources.tags import is_glued, read_tags

#: Characters of a one-line fact that are kept.
LONGEST_FACT = 300
#: A longer question is an answer.
LONGEST_QUESTION = 200
#: Paragraphs under the headline a text without headings must have before their order is believed.
FEWEST_BY_POSITION = 4
#: Sections with headings of their own that make an article out of a page with a "Published:" line.
FEWEST_ARTICLE_SECTIONS = 2

#: Facts of one line: what comes after it is not theirs.
_ONE_LINE = frozenset(
    {Fact.TITLE, Fact.JOURNAL, Fact.PUBLISHED, Fact.CREDIBILITY, Fact.INTEREST, Fact.DOI, Fact.PMID, Fact.LINK}
)
_RUN = re.compile(r"(?:(?<=\s)|^)\(?(\d{1,2})\)\s+(?=\S)")
_RATINGS = re.compile(
    r"credibility(?:\s+rating)?\s*[:\-–]?\s*(?P<credibility>.*?)\s*[,;|]?\s*"
    r"interest(?:\s+rating)?\s*[:\-–]?\s*(?P<interest>.*)",
    re.IGNORECASE,
)
_ABSTRACT_LABELS = re.compile(r"(?<=[.!?)])\s+(?=[A-Z][A-Z ,/&-]{3,40}:\s)")
_QUESTION_MARK = re.compile(r"^(?:Q(?:uestion)?|A(?:nswer)?)\s?\d{0,2}\s?[:.)]\s+")
_VOLUME = re.compile(r",\s*(?:vol(?:ume)?|issue|\d).*$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a document says about one study, or as an explainer. None and empty where it does not say."""

    headline: str | None = None
    sections: tuple[Section, ...] = ()
    tags: tuple[str, ...] = ()
    journal: str | None = None
    published: PublishedDate | None = None
    credibility: str | None = None
    interest: str | None = None
    people: str | None = None
    design: str | None = None
    doi: str | None = None
    pmid: str | None = None
    #: The address of the original, where the text prints it.
    url: str | None = None
    kind: Kind = Kind.RESEARCH

    @property
    def is_structured(self) -> bool:
        """True when at least one section's role is known."""
        return any(section.role is not SectionRole.BODY for section in self.sections)

    def or_else(self, other: Reading) -> Reading:
        """This reading, with the other's word wherever this one has none."""
        mine = {field.name: getattr(self, field.name) or getattr(other, field.name) for field in fields(self)}
        return Reading(**{**mine, "kind": self.kind if self.sections else other.kind})


def read_summary(
    pieces: Sequence[Piece],
    *,
    headings: Headings,
    headline: str | None = None,
    vocabulary: Iterable[str] = (),
    title_first: bool = False,
    by_position: bool = False,
) -> Reading:
    """Read a summary.

    Args:
        pieces: the document, in reading order.
        headings: the names that mean something.
        headline: the headline where it is known already; it is not read a second time as content.
        vocabulary: phrases known to be topics, to part topics printed without anything between them.
        title_first: the first line is the headline when no heading is (a text file).
        by_position: in a text without any known heading, four paragraphs or more are takeaway, findings,
            relevance and considerations, in this order, as extracts of summary pages have them.
    """
    reader = _Reader(headings, headline, title_first=title_first)
    for piece in without_furniture(pieces, headings):
        for part in _abstract_parts(piece):
            reader.take(part)
    reading = reader.reading(vocabulary)
    if by_position and not reading.is_structured:
        reading = replace(reading, sections=_by_position(reading.sections))
    return replace(reading, kind=_kind(reading, published_line=reader.published_line))


class _Part:
    """A section in the making."""

    def __init__(self, role: SectionRole, heading: str | None, level: int) -> None:
        self.role = role
        self.heading = heading
        self.level = level
        self.blocks: list[Block] = []

    def add(self, shape: Shape, text: str) -> None:
        if shape in {Shape.ITEM, Shape.NUMBERED}:
            self._add_item(text, ordered=shape is Shape.NUMBERED)
        elif self.role is SectionRole.REFERENCES:
            self._add_item(re.sub(r"^\[?\d{1,3}[\].)]\s+", "", text), ordered=True)
        else:
            self.blocks.extend(numbered_runs(text))

    def _add_item(self, text: str, *, ordered: bool) -> None:
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Bullets) and last.ordered is ordered:
            self.blocks[-1] = Bullets((*last.items, text), ordered)
        else:
            self.blocks.append(Bullets((text,), ordered))

    def section(self) -> Section:
        while self.blocks and isinstance(self.blocks[-1], Subheading):
            self.blocks.pop()
        return Section(role=self.role, heading=self.heading, blocks=tuple(self.blocks))


class _Reader:
    """Takes pieces one by one; knows which section or fact is open."""

    def __init__(self, headings: Headings, headline: str | None, *, title_first: bool) -> None:
        self._headings = headings
        self._headline = headline
        self._given = name_key(headline) if headline else ""
        self._title_first = title_first and not headline
        self._parts: list[_Part] = []
        self._facts: dict[Fact, list[str]] = {}
        self._open: Fact | None = None
        self.published_line = False

    def take(self, piece: Piece) -> None:
        heading = self._headings.heading(piece)
        if heading and heading.level == 1 and not heading.meaning and not self._headline:
            self._begin(piece.text)
        elif heading and self._given and name_key(heading.name) == self._given and not heading.rest:
            self._open = None
        elif heading:
            self._take_heading(heading, piece)
        elif not self._is_aside(piece):
            self._take_text(piece)

    def _begin(self, headline: str) -> None:
        """What stood above the headline belongs to the page, save its facts."""
        self._headline = headline
        self._given = name_key(headline)
        self._parts.clear()
        self._open = None

    def _take_heading(self, heading: Heading, piece: Piece) -> None:
        meaning = heading.meaning
        if isinstance(meaning, Fact):
            self._take_fact(meaning, heading)
            return
        self._open = None
        role = meaning or SectionRole.BODY
        if meaning is None and self._is_inner(heading):
            self._parts[-1].blocks.append(Subheading(heading.name))
        elif meaning and (part := self._part_of(role)):
            part.blocks.append(Subheading(heading.name))
            self._parts.append(self._parts.pop(self._parts.index(part)))
        else:
            self._parts.append(_Part(role, heading.name, heading.level))
        if heading.rest:
            self._parts[-1].add(piece.shape if piece.shape is not Shape.HEADING else Shape.TEXT, heading.rest)

    def _take_fact(self, fact: Fact, heading: Heading) -> None:
        if heading.rest:
            self._keep(fact, heading.rest)
            self._open = fact if fact is Fact.STANDING else None
        else:
            self._open = fact
            self._facts.setdefault(fact, [])

    def _take_text(self, piece: Piece) -> None:
        if self._open is not None:
            fact = self._open
            self._keep(fact, *(piece.parts or (piece.text,)))
            self._open = None if fact in _ONE_LINE else fact
            return
        if self._title_first and not self._headline and piece.shape is Shape.TEXT:
            self._begin(piece.text)
            return
        if not self._parts:
            self._parts.append(_Part(SectionRole.BODY, None, 0))
        part = self._parts[-1]
        text = _QUESTION_MARK.sub("", piece.text) if part.role is SectionRole.FAQ else piece.text
        if part.role is SectionRole.FAQ and text.endswith("?") and len(text) <= LONGEST_QUESTION:
            part.blocks.append(Subheading(text))
        else:
            part.add(piece.shape, text)

    def _keep(self, fact: Fact, *texts: str) -> None:
        self._facts.setdefault(fact, []).extend(texts)
        self.published_line = self.published_line or fact is Fact.PUBLISHED

    def _is_aside(self, piece: Piece) -> bool:
        """A date alone, the standing paragraph, a row of topics: facts that need no heading to be known."""
        if self._open is None and is_date(piece.text):
            self._facts.setdefault(Fact.PUBLISHED, []).append(piece.text)
        elif is_standing(piece.text):
            self._keep(Fact.STANDING, piece.text)
        elif self._open is None and piece.shape is Shape.TEXT and self._headline and is_glued(piece.text):
            self._keep(Fact.TAGS, piece.text)
        elif self._open is Fact.STANDING and piece.shape is Shape.TEXT and not self._facts[Fact.STANDING]:
            self._keep(Fact.STANDING, piece.text)
        else:
            return False
        return True

    def _is_inner(self, heading: Heading) -> bool:
        if not self._parts or not heading.level:
            return False
        part = self._parts[-1]
        asks = part.role is SectionRole.FAQ and heading.name.endswith("?")
        known = part.role is not SectionRole.BODY or part.heading is not None
        return asks or (known and 0 < part.level < heading.level)

    def _part_of(self, role: SectionRole) -> _Part | None:
        return next((part for part in self._parts if part.role is role), None)

    def reading(self, vocabulary: Iterable[str]) -> Reading:
        """All that was taken, put together."""
        sections = tuple(section for section in (part.section() for part in self._parts) if section.blocks)
        credibility, interest = self._ratings()
        return Reading(
            headline=self._headline or self._fact(Fact.TITLE),
            sections=_ended_teaser(sections),
            tags=read_tags(self._facts.get(Fact.TAGS, ()), vocabulary=vocabulary),
            journal=self._journal(),
            published=next(filter(None, map(read_date, self._facts.get(Fact.PUBLISHED, ()))), None),
            credibility=credibility,
            interest=interest,
            people=self._fact(Fact.PEOPLE),
            design=self._fact(Fact.DESIGN),
            doi=read_doi(" ".join(self._facts.get(Fact.DOI, ()))) or only_doi(_running_text(sections)),
            pmid=self._pmid(),
            url=web_url(self._fact(Fact.LINK) or ""),
        )

    def _fact(self, fact: Fact) -> str | None:
        return shorten(" ".join(self._facts.get(fact, ())), LONGEST_FACT) or None

    def _journal(self) -> str | None:
        named = self._fact(Fact.JOURNAL)
        if named:
            return _VOLUME.sub("", named).strip(" .") or None
        return next(filter(None, map(journal_named, self._facts.get(Fact.STANDING, ()))), None)

    def _pmid(self) -> str | None:
        given = (self._fact(Fact.PMID) or "").strip()
        return read_pmid(f"pmid:{given}") if given.isdecimal() else read_pmid(given)

    def _ratings(self) -> tuple[str | None, str | None]:
        together = " ".join(
            [
                *self._facts.get(Fact.RATINGS, ()),
                *(f"credibility {one}" for one in self._facts.get(Fact.CREDIBILITY, ())),
            ]
        )
        # A heading "Ratings" may be followed by a whole page, and the expression's time grows with the square.
        both = _RATINGS.search(together[:LONGEST_FACT])
        if both:
            return both["credibility"].strip() or None, (both["interest"].strip() or None)
        return self._fact(Fact.CREDIBILITY), self._fact(Fact.INTEREST)


def numbered_runs(text: str) -> list[Block]:
    """A paragraph as blocks: `… 1) … 2) …` becomes its opening words and an ordered list."""
    marks: list[re.Match[str]] = []
    for found in _RUN.finditer(text):
        if int(found[1]) == len(marks) + 1:
            marks.append(found)
    if len(marks) < 2:
        return [Paragraph(text)] if text else []
    edges = [*(mark.start() for mark in marks[1:]), len(text)]
    items = tuple(_item(text[mark.end() : end]) for mark, end in zip(marks, edges, strict=True))
    opening = text[: marks[0].start()].strip()
    return [*([Paragraph(opening)] if opening else []), Bullets(items, ordered=True)]


def _item(text: str) -> str:
    return re.sub(r"[;,]?\s+(?:and|or)$|[;,]$", "", text.strip())


def _abstract_parts(piece: Piece) -> list[Piece]:
    if piece.shape is not Shape.TEXT:
        return [piece]
    parts = _ABSTRACT_LABELS.split(piece.text)
    return [piece] if len(parts) == 1 else [Piece(Shape.TEXT, part) for part in parts]


def _running_text(sections: Sequence[Section]) -> list[str]:
    """The words of all sections but the references, which name other studies."""
    return [
        text
        for section in sections
        if section.role is not SectionRole.REFERENCES
        for block in section.blocks
        for text in (block.items if isinstance(block, Bullets) else (block.text,))
    ]


def _ended_teaser(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """A document that is one paragraph may be a teaser; longer ones are whole."""
    if len(sections) == 1 and len(sections[0].blocks) == 1 and isinstance(sections[0].blocks[0], Paragraph):
        text = end_at_word(sections[0].blocks[0].text)
        return (replace(sections[0], blocks=(Paragraph(text),)),) if text else ()
    return sections


def _by_position(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    units: list[list[Block]] = []
    for block in (block for section in sections for block in section.blocks):
        if isinstance(block, Bullets) and units:
            units[-1].append(block)
        else:
            units.append([block])
    if len(units) < FEWEST_BY_POSITION:
        return sections
    shares = {
        SectionRole.TAKEAWAY: units[:1],
        SectionRole.FINDINGS: units[1:-2],
        SectionRole.RELEVANCE: units[-2:-1],
        SectionRole.CONSIDERATIONS: units[-1:],
    }
    return tuple(
        Section(role=role, blocks=tuple(block for unit in share for block in unit)) for role, share in shares.items()
    )


def _kind(reading: Reading, *, published_line: bool) -> Kind:
    roles = {section.role for section in reading.sections}
    if SectionRole.FINDINGS in roles:
        return Kind.RESEARCH
    if roles & {SectionRole.FAQ, SectionRole.REFERENCES}:
        return Kind.BACKGROUND
    own = sum(section.role is SectionRole.BODY and section.heading is not None for section in reading.sections)
    is_article = published_line and own >= FEWEST_ARTICLE_SECTIONS and reading.journal is None
    return Kind.BACKGROUND if is_article else Kind.RESEARCH
