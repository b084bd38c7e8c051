"""Pieces into a summary: its sections by their headings, and the facts printed around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from digest.models import Block, Bullets, Kind, Paragraph, Section, SectionRole, Subheading
from digest.sentences import is_whole, sentences
from digest.sources.bylines import byline_date
from digest.sources.clean import end_at_word
from digest.sources.dates import is_date
from digest.sources.facts import OF_THE_STUDY, Facts, is_value
from digest.sources.furniture import Cut, Recurs, Rule, nothing, without_furniture
from digest.sources.headings import Fact, Heading, Headings, name_key
from digest.sources.identity import only_doi
from digest.sources.journals import journal_in, journal_named
from digest.sources.pieces import Piece, Shape
from digest.sources.reading import Reading
from digest.sources.roles import Why
from digest.sources.runs import numbered_runs
from digest.sources.tags import is_glued, read_tags
from digest.sources.unheaded import with_a_word_about_limits, with_limits_by_name, with_roles
from digest.sources.unknown import with_unknown_headings

#: A longer question is an answer.
LONGEST_QUESTION = 200
#: Sections with headings of their own that make an article out of a page with a "Published:" line.
FEWEST_ARTICLE_SECTIONS = 2

#: Facts of one line: what comes after it is not theirs.
_ONE_LINE = frozenset(
    {Fact.TITLE, Fact.JOURNAL, Fact.PUBLISHED, Fact.CREDIBILITY, Fact.INTEREST, Fact.DOI, Fact.PMID, Fact.LINK}
)
#: What was cut and may still say where the study was published.
_NAME_A_JOURNAL = frozenset({Rule.STANDING, Rule.LEARNT, Rule.OFFER, Rule.ADVICE, Rule.NO_REFERENCE})
#: Boxes of a page that may each hold a part of a text, at the least, and paragraphs in one of them.
FEWEST_BOXES, MOST_IN_A_BOX = 3, 4
#: Headings of different parts, one behind the other and no text between.
FEWEST_IN_A_ROW = 3
#: Blocks above what may be the document's own headline, such as the name of a series.
MOST_ABOVE_TITLE = 1
#: Characters by which texts are told apart that cannot be the same.
BEGINNING = 20
_ABSTRACT_LABELS = re.compile(r"(?<=[.!?)])\s+(?=[A-Z][A-Z ,/&-]{3,40}:\s)")
#: `Journal: Neurology | Published: March 2026 | DOI: 10.1000/abc`.
_BETWEEN_FACTS = re.compile(r"\s?[|·•;]\s(?=[^\W\d_][\w ]{1,30}:)")
#: How a release begins: `HARTFIELD, Conn., September 14, 2026 –`.
_FROM_WHERE = re.compile(
    r"[A-Z][\w.,’' -]{2,60}?[,(—–-]\s{0,2}((?:[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4}))\)?"
    r"(?:\s\([^()]{1,60}\))?:?\s?(?:--|[–—/-])"
)
_QUESTION_MARK = re.compile(r"^(?:Q(?:uestion)?|A(?:nswer)?)\s?\d{0,2}\s?[:.)]\s+")


def read_summary(
    pieces: Sequence[Piece],
    *,
    headings: Headings,
    headline: str | None = None,
    vocabulary: Iterable[str] = (),
    title_first: bool = False,
    recurs: Recurs = nothing,
) -> Reading:
    """Read a summary.

    Args:
        pieces: the document, in reading order.
        headings: the names that mean something.
        headline: the headline where it is known already; it is not read a second time as content.
        vocabulary: phrases known to be topics, to part topics printed without anything between them.
        title_first: the first line is the headline when no heading is (a text file). Such a text may open with its
            takeaway; then its first sentence is the headline.
        recurs: knows the texts that stand in most documents of the source.
    """
    kept, cut = without_furniture(pieces, headings, recurs=recurs)
    titles = sum(piece.shape is Shape.HEADING and piece.level == 1 for piece in kept)
    reader = _Reader(headings, headline, title_first=title_first, titles=titles)
    for piece, goes_on in zip(kept, _going_on(kept), strict=True):
        for part in _labelled_parts(piece, headings):
            reader.take(part, goes_on=goes_on)
    reading = reader.reading(vocabulary, cut, pieces)
    reading = with_roles(reading, joined=reader.joined, opened=reader.opened, expected=title_first)
    reading = with_limits_by_name(_said_once(reading))
    kind = _kind(reading, published_line=reader.published_line)
    if kind is Kind.RESEARCH:
        reading = with_a_word_about_limits(reading)
    told = journal_in(_running_text(reading.sections)) if kind is Kind.RESEARCH and not reading.journal else None
    return with_unknown_headings(replace(reading, kind=kind, journal=reading.journal or told))


class _Part:
    """A section in the making."""

    def __init__(self, role: SectionRole, heading: str | None, level: int) -> None:
        self.role = role
        self.heading = heading
        self.level = level
        self.blocks: list[Block] = []
        #: What stood in one paragraph, or one box, with the words before it, by its place.
        self.joined: set[int] = set()

    def add(self, shape: Shape, text: str, number: int = 0, *, goes_on: bool = False) -> None:
        if goes_on and self.blocks:
            self.joined.add(len(self.blocks))
        if shape in {Shape.ITEM, Shape.NUMBERED}:
            self._add_item(text, ordered=shape is Shape.NUMBERED, number=number)
        elif self.role is SectionRole.REFERENCES:
            self._add_item(re.sub(r"^\[?\d{1,3}[\].)]\s+", "", text), ordered=True)
        else:
            blocks = numbered_runs(text)
            if len(blocks) > 1 and isinstance(blocks[0], Paragraph):
                self.joined.add(len(self.blocks) + 1)
            self.blocks.extend(blocks)

    def begin_again(self, heading: str) -> None:
        """A second heading of the same role: one that says something else is printed inside.

        Where no text stands below the first, it was a line of a table of contents.
        """
        if not self.blocks:
            self.heading = heading
        elif name_key(heading) != name_key(self.heading or ""):
            self.blocks.append(Subheading(heading))

    def _add_item(self, text: str, *, ordered: bool, number: int = 0) -> None:
        """One more point of the list that is open; one that begins again, or elsewhere, is a list of its own."""
        last = self.blocks[-1] if self.blocks else None
        goes_on = isinstance(last, Bullets) and last.ordered is ordered
        if isinstance(last, Bullets) and goes_on and number in (0, last.start + len(last.items)):
            self.blocks[-1] = Bullets((*last.items, text), ordered, last.start)
        else:
            self.blocks.append(Bullets((text,), ordered, number or 1))

    def section(self) -> Section:
        while self.blocks and isinstance(self.blocks[-1], Subheading):
            self.blocks.pop()
        return Section(role=self.role, heading=self.heading, blocks=tuple(self.blocks))


class _Reader:
    """Takes pieces one by one; knows which section or fact is open."""

    def __init__(self, headings: Headings, headline: str | None, *, title_first: bool, titles: int) -> None:
        self._headings = headings
        self._headline = headline
        self._given = name_key(headline) if headline else ""
        self._title_first = title_first and not headline
        self._titles = titles
        self._parts: list[_Part] = []
        self._facts = Facts()
        #: The name of the fact that is open, and what was read under it.
        self._open: tuple[Fact, Heading] | None = None
        self._under: list[Piece] = []
        #: The box apart that is being read, and the part that was open before it.
        self._aside = 0
        self._around: _Part | None = None
        #: Whether the headline is the sentence that the text opened with.
        self.opened = False
        self.published_line = False

    def take(self, piece: Piece, *, goes_on: bool = False) -> None:
        """One more; `goes_on` when it belongs to the one before."""
        heading = self._headings.heading(piece)
        if piece.aside != self._aside:
            self._cross(piece.aside, heading)
        if heading and heading.meaning in {Fact.FURNITURE, Fact.IGNORED, Fact.STANDING}:
            heading = None  # what of these is the page's was cut before
        if heading and heading.level == 1 and not heading.meaning and not self._headline:
            self._begin(piece.text)
        elif heading and self._is_title(heading):
            self._open = None
        elif heading:
            self._take_heading(heading, piece)
        elif not self._is_aside(piece):
            self._take_text(piece, goes_on=goes_on)

    def _cross(self, aside: int, heading: Heading | None) -> None:
        """A box apart begins or ends here: behind it, what was open before it goes on."""
        last = self._parts[-1] if self._parts else None
        if self._aside and not (heading and heading.meaning):
            self._open = None
            if self._around in self._parts:
                self._parts.append(self._parts.pop(self._parts.index(self._around)))
            elif heading is None and last is not None:
                self._parts.append(_Part(SectionRole.BODY, None, 0))
        self._around = last if aside else None
        self._aside = aside

    def _is_title(self, heading: Heading) -> bool:
        """Whether it is the headline that is known, or the other name that the document itself has for its text."""
        if not self._given or heading.rest:
            return False
        above = sum(len(part.blocks) for part in self._parts)
        own = heading.level == 1 and not heading.meaning and self._titles == 1 and above <= MOST_ABOVE_TITLE
        return own or name_key(heading.name) == self._given

    def _begin(self, headline: str) -> None:
        """What stood above the headline belongs to the page, save its facts."""
        self._headline = headline
        self._given = name_key(headline)
        self._parts.clear()
        self._open = None

    def _open_with(self, text: str) -> None:
        """A title, or the sentence that a text without a title opens with, the rest of which is its takeaway."""
        first, *rest = sentences(text)
        self.opened = is_whole(text) and not (text.endswith(("?", "!")) and not rest)
        self._begin(first if self.opened else text)
        if self.opened and rest:
            self._parts.append(_Part(SectionRole.TAKEAWAY, None, 0))
            self._parts[-1].add(Shape.TEXT, " ".join(rest))
            self._parts.append(_Part(SectionRole.BODY, None, 0))

    def _take_heading(self, heading: Heading, piece: Piece) -> None:
        meaning = heading.meaning
        if isinstance(meaning, Fact) and meaning is not Fact.TEXT:
            self._take_fact(meaning, heading, piece)
            return
        self._open = None
        role = meaning if isinstance(meaning, SectionRole) else SectionRole.BODY
        if meaning is Fact.TEXT:
            self._parts.append(_Part(role, heading.name if self._parts else None, heading.level))
        elif meaning is None and self._is_inner(heading):
            self._parts[-1].blocks.append(Subheading(heading.name))
        elif meaning and (part := self._part_of(role)):
            part.begin_again(heading.name)
            self._parts.append(self._parts.pop(self._parts.index(part)))
        else:
            self._parts.append(_Part(role, heading.name, heading.level))
        if heading.rest:
            self._parts[-1].add(piece.shape if piece.shape is not Shape.HEADING else Shape.TEXT, heading.rest)

    def _take_fact(self, fact: Fact, heading: Heading, piece: Piece) -> None:
        is_told = self._is_limit(fact, heading.rest, piece) or not is_value(fact, heading.rest, labelled=True)
        if heading.rest and is_told:
            self._open = None
            self._take_text(piece if piece.shape is not Shape.HEADING else replace(piece, shape=Shape.TEXT))
            return
        self._keep(fact, heading, *([heading.rest] if heading.rest else []))
        self._open, self._under = (None if heading.rest else (fact, heading)), []

    def _is_limit(self, fact: Fact, rest: str, piece: Piece) -> bool:
        """Whether a label tells of the study's limits: as a point below their heading, or as a sentence there."""
        if fact not in OF_THE_STUDY or not self._parts or self._parts[-1].role is not SectionRole.CONSIDERATIONS:
            return False
        return piece.shape in {Shape.ITEM, Shape.NUMBERED} or is_whole(rest)

    def _take_value(self, fact: Fact, heading: Heading, piece: Piece) -> bool:
        """Whether what stands under a fact's name is its value: sentences there are of the text, under a heading."""
        if is_value(fact, piece.text) or len(piece.parts) > 1:
            self._keep(fact, heading, *(piece.parts or (piece.text,)))
            self._open = None if fact in _ONE_LINE else (fact, heading)
            self._under.append(piece)
            return True
        self._open = None
        if self._is_inner(heading) or (not heading.level and self._is_begun()):
            self._parts[-1].blocks.append(Subheading(heading.name))
        else:
            self._parts.append(_Part(SectionRole.BODY, heading.name, heading.level))
        for point in self._under if piece.shape in {Shape.ITEM, Shape.NUMBERED} else ():
            self._parts[-1].add(point.shape, point.text, point.number)
        return False

    def _take_text(self, piece: Piece, *, goes_on: bool = False) -> None:
        if self._open is not None and self._take_value(*self._open, piece):
            return
        if self._title_first and not self._headline and piece.shape is Shape.TEXT:
            self._open_with(piece.text)
            return
        if not self._parts and self._given and name_key(piece.text) == self._given:
            return  # printed once for the eye and once for the screen reader
        if not self._parts:
            self._parts.append(_Part(SectionRole.BODY, None, 0))
            if from_where := _FROM_WHERE.match(piece.text):
                self._facts.keep(Fact.PUBLISHED, from_where[1])
        part = self._parts[-1]
        text = _QUESTION_MARK.sub("", piece.text) if part.role is SectionRole.FAQ else piece.text
        if part.role is SectionRole.FAQ and text.endswith("?") and len(text) <= LONGEST_QUESTION:
            part.blocks.append(Subheading(text))
        else:
            part.add(piece.shape, text, piece.number, goes_on=goes_on)

    def _keep(self, fact: Fact, heading: Heading, *texts: str) -> None:
        self._facts.keep(fact, *texts, name=heading.name)
        self.published_line = self.published_line or (fact is Fact.PUBLISHED and bool(texts))

    def _is_aside(self, piece: Piece) -> bool:
        """A date alone, a row of topics: facts that need no heading to be known."""
        if self._open is not None or piece.shape is Shape.HEADING:
            return False
        if is_date(piece.text):
            self._facts.keep(Fact.PUBLISHED, piece.text)
        elif piece.shape is Shape.TEXT and self._headline and is_glued(piece.text):
            self._facts.keep(Fact.TAGS, piece.text)
        else:
            return False
        return True

    def _is_begun(self) -> bool:
        """Whether a section's name was read last: a line below it that is a name, too, stands inside."""
        return bool(self._parts) and self._parts[-1].heading is not None and not self._parts[-1].blocks

    def _is_inner(self, heading: Heading) -> bool:
        if not self._parts or not heading.level:
            return False
        part = self._parts[-1]
        asks = part.role is SectionRole.FAQ and heading.name.endswith("?")
        known = part.role is not SectionRole.BODY or part.heading is not None
        return asks or (known and 0 < part.level < heading.level)

    def _part_of(self, role: SectionRole) -> _Part | None:
        return next((part for part in self._parts if part.role is role), None)

    @property
    def joined(self) -> frozenset[Block]:
        """What stood in one paragraph, or one box, with the words before it."""
        return frozenset(
            part.blocks[place] for part in self._parts for place in part.joined if place < len(part.blocks)
        )

    def reading(self, vocabulary: Iterable[str], cut: Sequence[Cut], pieces: Sequence[Piece]) -> Reading:
        """All that was taken, put together."""
        doubts = self._leave_open_what_stands_below_a_row(pieces)
        sections = _ended_teaser(
            tuple(section for section in (part.section() for part in self._parts) if section.blocks)
        )
        credibility, interest = self._facts.ratings
        named = filter(None, (journal_named(one.text) for one in cut if one.rule in _NAME_A_JOURNAL))
        dated = filter(None, (byline_date(one.text) for one in cut if one.rule is Rule.BYLINE))
        return Reading(
            headline=self._headline or self._facts.line(Fact.TITLE),
            sections=sections,
            why=tuple(None if section.role is SectionRole.BODY else Why.HEADING for section in sections),
            tags=read_tags(self._facts.texts(Fact.TAGS), vocabulary=vocabulary),
            journal=self._facts.journal or next(named, None),
            published=self._facts.published or next(dated, None),
            credibility=credibility,
            interest=interest,
            people=self._facts.line(Fact.PEOPLE),
            design=self._facts.line(Fact.DESIGN),
            doi=self._facts.doi([only_doi(_running_text(sections))]),
            pmid=self._facts.pmid,
            url=self._facts.url,
            cut=tuple(cut),
            unsure=doubts,
        )

    def _leave_open_what_stands_below_a_row(self, pieces: Sequence[Piece]) -> tuple[str, ...]:
        """Headings in a row are tabs, or a table of contents: the last of them is not the name of all that follows.

        What stood between them and was left out parts them all the same.
        """
        row: list[_Part] = []
        for part in self._parts:
            row = [] if part.role is SectionRole.BODY else [*row, part]
            if len(row) >= FEWEST_IN_A_ROW and part.blocks and _stand_in_a_row(row, pieces):
                names = ", ".join(f"“{one.heading}”" for one in row)
                part.role, part.heading = SectionRole.BODY, None
                return (f"the headings {names} stand in a row above one text: give each part its place",)
            row = [] if part.blocks else row
        return ()


def _stand_in_a_row(parts: Sequence[_Part], pieces: Sequence[Piece]) -> bool:
    names = [part.heading or "" for part in parts]
    printed = [piece.text.rstrip(" :") for piece in pieces]
    return any(printed[place : place + len(names)] == names for place in range(len(printed)))


def _going_on(pieces: Sequence[Piece]) -> list[bool]:
    """Of each whether it goes on in the box of the one before, in a page that puts each part of its text into a box."""
    told = [one for one in pieces if one.shape is not Shape.HEADING]
    runs = [box for box, _ in groupby(one.box for one in told)]
    most = max(Counter(one.box for one in told if one.shape is Shape.TEXT).values(), default=0)
    if not FEWEST_BOXES <= len(runs) == len(set(runs)) or most > MOST_IN_A_BOX:
        return [False] * len(pieces)
    return [
        place > 0 and one.box == pieces[place - 1].box and pieces[place - 1].shape is not Shape.HEADING
        for place, one in enumerate(pieces)
    ]


def _labelled_parts(piece: Piece, headings: Headings) -> list[Piece]:
    """A paragraph parted where labels stand in it: those of an abstract, or facts in a row."""
    if piece.shape is not Shape.TEXT or ":" not in piece.text:
        return [piece]
    parts = [Piece(Shape.TEXT, part) for part in _ABSTRACT_LABELS.split(piece.text)]
    if len(parts) > 1:
        return parts
    facts = [Piece(Shape.TEXT, part) for part in _BETWEEN_FACTS.split(piece.text)] if piece.text.count(":") > 1 else []
    named = [headings.heading(one) for one in facts]
    are_facts = len(facts) > 1 and all(one is not None and isinstance(one.meaning, Fact) for one in named)
    return facts if are_facts else [piece]


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


def _begin_alike(text: str, other: str) -> bool:
    return name_key(text[:BEGINNING])[:5] == name_key(other[:BEGINNING])[:5]


def _said_once(reading: Reading) -> Reading:
    """Without the takeaway's first sentence where it is the headline, or has to serve as one: it is printed once."""
    takeaway = next((one for one in reading.sections if one.role is SectionRole.TAKEAWAY), None)
    first = takeaway.blocks[0] if takeaway else None
    if takeaway is None or not isinstance(first, Paragraph):
        return reading
    if reading.headline and not _begin_alike(first.text, reading.headline):
        return reading
    opening, *rest = sentences(first.text)
    opens = takeaway is reading.sections[0] and takeaway.heading is None
    headline = reading.headline or (opening.rstrip(".") if opens else None)
    if headline is None or name_key(opening) != name_key(headline):
        return reading
    blocks = (*((Paragraph(" ".join(rest)),) if rest else ()), *takeaway.blocks[1:])
    kept = [
        (replace(one, blocks=blocks) if one is takeaway else one, why)
        for one, why in zip(reading.sections, reading.why, strict=True)
        if one is not takeaway or blocks
    ]
    sections, why = tuple(one for one, _ in kept), tuple(why for _, why in kept)
    return replace(reading, headline=headline, sections=sections, why=why)


def _kind(reading: Reading, *, published_line: bool) -> Kind:
    roles = {section.role for section in reading.sections}
    if SectionRole.FINDINGS in roles:
        return Kind.RESEARCH
    if roles & {SectionRole.FAQ, SectionRole.REFERENCES}:
        return Kind.BACKGROUND
    own = sum(section.role is SectionRole.BODY and section.heading is not None for section in reading.sections)
    is_article = published_line and own >= FEWEST_ARTICLE_SECTIONS and reading.journal is None
    return Kind.BACKGROUND if is_article else Kind.RESEARCH
