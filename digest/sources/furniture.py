"""What belongs to the page and not to the summary: cut, and never read as content. Each cut says by which rule.

    pieces | part what was run together | mark what is the page's | keep the rest

A limit that is lost is as bad as one that is invented: a rule that is not sure cuts the words it knows, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from digest.models import SectionRole
from digest.sentences import is_whole, sentences
from digest.sources.bylines import byline_date
from digest.sources.cues import score
from digest.sources.dates import is_date
from digest.sources.facts import is_value
from digest.sources.headings import Fact, Heading, Headings, Meaning
from digest.sources.lines import is_about_cookies, is_line_of_page
from digest.sources.more import is_read_more, unglued
from digest.sources.pieces import BOLD_LEVEL, Piece, Shape
from digest.sources.standing import is_advice, is_offer, is_standing
from digest.sources.under import Under, reads_like_limits, reads_like_study

#: A teaser's text is no shorter than this, and what breaks off no longer than that.
SHORTEST_TEASER = 30
LONGEST_TITLE = 300
#: Titles above a teaser's date: pages print one for the eye and one for the screen reader.
TITLES_ABOVE = 3
#: What came to pass on a date is told in as many characters; a teaser's text is cut off behind more.
LONGEST_EVENT = 90
#: A paragraph with as many characters and two sentences is the article going on behind a box of links.
SHORTEST_RESUMED = 160


class Rule(StrEnum):
    """Why something was cut."""

    BESIDE = "beside the article of its page"
    HEADING = "under a heading of the page"
    LABEL = "a label of the page"
    LINE = "a line of the page"
    COOKIES = "about cookies"
    READ_MORE = "a link to more"
    TEASER = "a teaser of another article"
    STANDING = "about research in general"
    ADVICE = "general advice"
    OFFER = "an offer of the site"
    NO_REFERENCE = "no reference, though it stands below them"
    BEFORE = "said before the text, and not in it"
    BYLINE = "who wrote it, or whose it is"
    LEARNT = "stands in most documents of this source"


#: What is not cut by what it says, or not yet.
_OPEN = (None, Rule.BESIDE)


@dataclass(frozen=True, slots=True)
class Cut:
    """Something that was cut."""

    rule: Rule
    text: str


#: Under these stand people's words and forms, not links: nothing under them is the article going on.
_TALK = re.compile(r"author|comment|reply|follow|cookie|privacy|contact|touch|newsletter|subscribe", re.IGNORECASE)
#: Words that announce something of the study as well: "Recommended: 600 mg a day".
_AMBIGUOUS = re.compile(r"recommended|comments|share|related", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\d\s?(?:%|(?:mg|g|ml|µg|μg|iu|units?|minutes?|hours?|days?|weeks?|months?|years?|times|per ?cent|(?:out )?of|in"
    r"|people|patients|participants)\b)",
    re.IGNORECASE,
)
#: Behind such a label stand its own words, not those of the page: "Share: only one third took part".
_SMALL = re.compile(r"(?!(?:on|via|with|our|your|this|these|the|to|by|closed|off)\b)[a-z]+ [^|·•]{3,}")
#: Under it stands an advertisement, in a picture.
_ADVERTISEMENT = re.compile(r"advertis|sponsor", re.IGNORECASE)

#: How a teaser begins.
_INVITES = re.compile(
    r"(?:learn|discover|see|find|understand|compare|read|explore|get|meet|hear|watch|join|how|why|what|when|who|whether"
    r"|can|could|does|is|are|new|(?:a )?stud(?:y|ies) \w+s)\b",
    re.IGNORECASE,
)

#: True for a text that stands in most documents of the source.
Recurs = Callable[[str], bool]


def nothing(_text: str) -> bool:
    """Of a source that nothing was learnt of."""
    return False


def without_furniture(
    pieces: Sequence[Piece], headings: Headings, *, recurs: Recurs = nothing
) -> tuple[list[Piece], list[Cut]]:
    """What is content, and what was cut, each in order."""
    marked = _Marked([part for one in pieces for part in unglued(one)], headings)
    marked.headings()
    marked.lines()
    marked.teasers()
    marked.paragraphs(recurs)
    kept = [one for one, rule in zip(marked.pieces, marked.rules, strict=True) if rule is None]
    cuts = [Cut(rule, one.text) for one, rule in zip(marked.pieces, marked.rules, strict=True) if rule is not None]
    return kept, cuts


@dataclass(slots=True)
class _Inside:
    """A heading of the page, under which the pieces stand that are looked at."""

    heading: Heading
    #: Whether a part of another article's card came behind it.
    card: bool = False


class _Marked:
    """Pieces, and by which rule each is cut; None for what stays."""

    def __init__(self, pieces: list[Piece], headings: Headings) -> None:
        self.pieces = pieces
        self.rules: list[Rule | None] = [Rule.BESIDE if one.beside else None for one in pieces]
        self._names = headings
        self._headings = [headings.heading(one) for one in pieces]
        #: Under what each stands.
        self.under: list[Under] = []
        #: Where each teaser begins.
        self._teasers: list[int] = []

    # --- headings and labels -----------------------------------------------------------------------------

    def headings(self) -> None:
        """What follows a furniture heading goes with it, up to what is content again."""
        inside: _Inside | None = None
        under = Under()
        for place, heading in enumerate(self._headings):
            piece = self.pieces[place]
            self.under.append(under)
            if piece.beside:
                continue
            if heading and heading.meaning in {Fact.FURNITURE, Fact.IGNORED, Fact.STANDING}:
                inside = self._begun(place, heading)
            elif inside is not None and inside.heading.meaning is Fact.IGNORED:
                inside = self._ignored(place, inside)
                under = self.under[place]
            elif inside is not None and not self._resumes(place, inside):
                self.rules[place] = Rule.STANDING if inside.heading.meaning is Fact.STANDING else Rule.HEADING
                inside.card = inside.card or _is_of_card(piece)
            else:
                inside = None if piece.shape is Shape.HEADING or not is_read_more(piece.text) else inside
                self.under[place] = under = under.behind(heading)

    def _begun(self, place: int, heading: Heading) -> _Inside | None:
        piece = self.pieces[place]
        if heading.rest and heading.meaning is Fact.FURNITURE:
            self.rules[place] = None if _says_more(heading, self.under[place]) else Rule.LABEL
            return None
        if heading.meaning is Fact.IGNORED:
            says_more = not self._is_left_out(heading, heading.rest)
            self.rules[place] = None if says_more else Rule.BYLINE
            return None if heading.rest else _Inside(heading)
        self.rules[place] = Rule.STANDING if heading.meaning is Fact.STANDING else Rule.LABEL
        # A line that is no heading stands above links; nothing tells how far it reaches.
        reaches = piece.shape is Shape.HEADING or heading.meaning is Fact.STANDING
        return _Inside(heading) if reaches else None

    def _ignored(self, place: int, inside: _Inside) -> _Inside | None:
        """What stands under a name that says whose it is: names, but no sentences, if nobody said that it shall go."""
        piece, heading = self.pieces[place], self._headings[place]
        ends = piece.shape is Shape.HEADING and piece.level <= (inside.heading.level or BOLD_LEVEL)
        if (heading and heading.meaning) or ends or not self._is_left_out(inside.heading, piece.text):
            self.under[place] = self.under[place].behind(heading)
            return None
        self.rules[place] = Rule.BYLINE
        return inside

    def _is_left_out(self, name: Heading, text: str) -> bool:
        """Whether a text under a name that says whose it is goes: whatever an operator named, of others no sentence."""
        return self._names.is_own(name.name) or is_value(Fact.IGNORED, text)

    def _resumes(self, place: int, inside: _Inside) -> bool:
        """Whether the summary goes on here."""
        piece, heading = self.pieces[place], self._headings[place]
        if (heading and heading.meaning) or self._outranks(place, inside.heading.level):
            return True
        if inside.heading.meaning is Fact.STANDING or piece.linked or self._is_teased(place):
            return False
        if _ADVERTISEMENT.match(inside.heading.name) and piece.shape is not Shape.TEXT:
            return True
        is_told = piece.shape is not Shape.HEADING and is_whole(piece.text) and _rule_of(piece.text) is None
        return is_told and (self._goes_on(place, inside) or self._is_long(place, inside))

    def _goes_on(self, place: int, inside: _Inside) -> bool:
        """Whether a sentence under a heading of the page is the section's in which that heading stands."""
        piece, under, name = self.pieces[place], self.under[place], inside.heading.name
        if _ADVERTISEMENT.match(name):
            return True
        if inside.card:
            return self._is_second(place, inside) or (under.are_limits and reads_like_limits(piece.text))
        if piece.shape is Shape.TEXT and under.holds(inside.heading) and not _TALK.search(name):
            return True
        return under.is_known and reads_like_study(piece.text)

    def _is_second(self, place: int, inside: _Inside) -> bool:
        """Whether it is the second of two paragraphs in a row: a card has one, an article goes on so."""
        is_text = all(one.shape is Shape.TEXT and not one.linked for one in self.pieces[place - 1 : place + 1])
        return is_text and is_whole(self.pieces[place - 1].text) and not _TALK.search(inside.heading.name)

    def _is_long(self, place: int, inside: _Inside) -> bool:
        """Whether it is the article going on behind a box of links."""
        before = self.pieces[place - 1]
        is_card = is_date(before.text) or (before.shape is Shape.HEADING and self.rules[place - 1] is Rule.HEADING)
        return not _TALK.search(inside.heading.name) and not is_card and _is_prose(self.pieces[place])

    def _outranks(self, place: int, level: int) -> bool:
        piece = self.pieces[place]
        if piece.shape is not Shape.HEADING or not 0 < piece.level <= level or piece.linked:
            return False
        return not self._is_teased(place)

    def _is_teased(self, place: int) -> bool:
        """Whether a teaser's date or its "Read more" stands close below."""
        return any(is_read_more(one.text) or is_date(one.text) for one in self.pieces[place + 1 : place + 4])

    # --- lines and paragraphs ----------------------------------------------------------------------------

    def lines(self) -> None:
        """Lines that are known by what they are."""
        for place, piece in enumerate(self.pieces):
            if self.rules[place] not in _OPEN:
                continue
            if is_read_more(piece.text):
                self.rules[place] = Rule.READ_MORE
            elif piece.beside:
                continue
            elif is_about_cookies(piece.text):
                self.rules[place] = Rule.COOKIES
            elif byline_date(piece.text):
                self.rules[place] = Rule.BYLINE
            elif self._is_line(place) or self._is_link(place):
                self.rules[place] = Rule.LINE

    def _is_line(self, place: int) -> bool:
        within = self.under[place].is_known or self._is_row(place)
        return is_line_of_page(self.pieces[place].text, within=within)

    def _is_row(self, place: int) -> bool:
        """Whether it is a row of a table typed as lines: figures stand in a row beside it."""
        bars = self.pieces[place].text.count("|")
        near = self.pieces[max(place - 1, 0) : place + 2] if bars else []
        return any(one.text.count("|") == bars and any(map(str.isdecimal, one.text)) for one in near)

    def _is_link(self, place: int) -> bool:
        """Whether it is a link and nothing more; a sentence that is one is said by the summary."""
        piece = self.pieces[place]
        return piece.linked and piece.shape is Shape.TEXT and not is_whole(piece.text) and not self._is_known(place)

    def paragraphs(self, recurs: Recurs) -> None:
        """Paragraphs that speak of research in general, advise anybody, offer something, or stand everywhere."""
        teased = 0
        for place, piece in enumerate(self.pieces):
            under = self.under[place]
            teased = 0 if self._is_known(place) else teased + (place in self._teasers)
            if self.rules[place] is not None or piece.shape is not Shape.TEXT or self._is_known(place):
                continue
            # What stands under a heading of considerations is never taken for the page's by what it says.
            if under.are_limits and not teased:
                continue
            self.rules[place] = _rule_of(piece.text, behind_teasers=teased > 1, recurs=recurs)
            if self.rules[place] is None and under.meaning is SectionRole.REFERENCES and not _is_reference(piece.text):
                self.rules[place] = Rule.NO_REFERENCE

    # --- teasers -----------------------------------------------------------------------------------------

    def teasers(self) -> None:
        """Teasers of other articles: by their date, or by the "Read more" below them."""
        several = self.rules.count(Rule.READ_MORE) > 1
        for place, piece in enumerate(self.pieces):
            if self.rules[place] in _OPEN and is_date(piece.text) and self._has_content_before(place):
                self._tease_by_date(place)
        for place, rule in enumerate(self.rules):
            if rule is Rule.READ_MORE and several:
                self._tease_by_link(place)

    def _tease_by_date(self, place: int) -> None:
        """Behind the study's words a date, and below it a text that breaks off or leads on: another article's."""
        below = place + 1
        while below <= min(place + TITLES_ABOVE, len(self.pieces) - 1) and self._is_title(below):
            below += 1
        leads_on = self._is_link_to_more(below + 1)
        below += leads_on and not self._is_known(below)
        told = self.pieces[place + 1 : below]
        if self.under[place].is_known and not self._is_linked(place) and any(map(_is_of_a_timeline, told)):
            return
        if any(len(one.text) >= SHORTEST_TEASER for one in told):
            self._tease(place, below)
            self._mark_titles_above(place)

    def _is_linked(self, place: int) -> bool:
        """Whether "Read more" stands close below."""
        return any(is_read_more(one.text) for one in self.pieces[place + 1 : place + TITLES_ABOVE + 2])

    def _tease_by_link(self, place: int) -> None:
        above = place - 1
        is_open = above >= 0 and self.rules[above] in _OPEN
        if is_open and self._breaks_off(above) and self._has_content_before(above):
            self._tease(above, place)
            self._mark_titles_above(above)

    def _tease(self, first: int, below: int) -> None:
        """A teaser, with the words under it."""
        self._teasers.append(first)
        self._mark(range(first, below))
        if self._is_link_to_more(below):
            self.rules[below] = Rule.TEASER

    def _is_link_to_more(self, place: int) -> bool:
        return place < len(self.pieces) and is_read_more(self.pieces[place].text)

    def _mark_titles_above(self, place: int) -> None:
        for above in range(place - 1, max(place - 1 - TITLES_ABOVE, 0), -1):
            if self.rules[above] not in _OPEN or not self._is_title(above):
                return
            self._mark([above])

    def _mark(self, places: Sequence[int]) -> None:
        for place in places:
            self.rules[place] = Rule.TEASER if self.rules[place] in _OPEN else self.rules[place]

    def _breaks_off(self, place: int) -> bool:
        piece = self.pieces[place]
        is_text = piece.shape is Shape.TEXT and len(piece.text) >= SHORTEST_TEASER
        return is_text and not is_whole(piece.text) and not self._is_known(place)

    def _is_title(self, place: int) -> bool:
        piece = self.pieces[place]
        can_be = piece.shape in {Shape.TEXT, Shape.HEADING} and len(piece.text) <= LONGEST_TITLE
        # What stands right under a heading that means something is said by it, such as a row of topics.
        is_said = place > 0 and self._meaning(place - 1) not in {None, Fact.FURNITURE, Fact.STANDING}
        return (
            can_be and not is_said and not self._is_known(place) and not is_date(piece.text) and _is_titled(piece.text)
        )

    def _is_known(self, place: int) -> bool:
        return self._meaning(place) is not None

    def _meaning(self, place: int) -> Meaning | None:
        heading = self._headings[place]
        return heading.meaning if heading else None

    def _has_content_before(self, place: int) -> bool:
        """Whether whole sentences of the summary stand above."""
        return any(
            rule is None and is_whole(one.text) and len(one.text) >= SHORTEST_TEASER
            for one, rule in zip(self.pieces[:place], self.rules[:place], strict=True)
        )


def _is_of_a_timeline(piece: Piece) -> bool:
    """What came to pass in the study on a date; a teaser is a link, invites to read, or fills the lines it has."""
    is_plain = piece.shape is Shape.TEXT and not piece.linked and len(piece.text) <= LONGEST_EVENT
    is_told = is_plain and not _INVITES.match(piece.text)
    return is_told and (reads_like_study(piece.text) or score(piece.text, SectionRole.FINDINGS) > 0)


def _says_more(heading: Heading, under: Under) -> bool:
    """Whether what stands behind a label of the page is the study's all the same."""
    name, rest = heading.name.lower(), heading.rest
    if name == "related" and not under.is_known:
        return False
    if not _AMBIGUOUS.fullmatch(name):
        return under.is_known and is_whole(rest) and reads_like_study(rest)
    if is_line_of_page(rest):
        return False
    has_figure = _QUANTITY.search(rest) or (name == "share" and any(map(str.isdecimal, rest)))
    return bool(has_figure or is_whole(rest) or _SMALL.match(rest))


def _is_of_card(piece: Piece) -> bool:
    """A title, a date, whatever else stands on the card of another article, beside its text."""
    return piece.shape is Shape.HEADING or (piece.shape is Shape.TEXT and (piece.linked or not is_whole(piece.text)))


def _rule_of(text: str, *, behind_teasers: bool = False, recurs: Recurs = nothing) -> Rule | None:
    if is_standing(text, behind_teasers=behind_teasers):
        return Rule.STANDING
    if is_advice(text):
        return Rule.ADVICE
    if is_offer(text):
        return Rule.OFFER
    return Rule.LEARNT if recurs(text) else None


def _is_reference(text: str) -> bool:
    """A year, a volume, a page: no reference is without a number."""
    return any(map(str.isdecimal, text)) or not is_whole(text)


def _is_titled(text: str) -> bool:
    return not is_whole(text) or text.endswith(("?", "!"))


def _is_prose(piece: Piece) -> bool:
    is_long = piece.shape is Shape.TEXT and not piece.linked and len(piece.text) >= SHORTEST_RESUMED
    return is_long and is_whole(piece.text) and len(sentences(piece.text)) > 1
