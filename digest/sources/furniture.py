"""What belongs to the page and not to the summary: cut, and never read as content. Each cut says by which rule.

    pieces | part what was run together | mark what is the page's | keep the rest

A limit that is lost is as bad as one that is invented: a rule that is not sure cuts the words it knows, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from digest.models import SectionRole
from digest.sentences import is_whole, sentences
from digest.sources.bylines import byline_date
from digest.sources.dates import is_date
from digest.sources.facts import is_value
from digest.sources.headings import Fact, Heading, Headings, Meaning
from digest.sources.pieces import Piece, Shape
from digest.sources.standing import is_advice, is_offer, is_standing

#: A teaser's text is no shorter than this, and what breaks off no longer than that.
SHORTEST_TEASER = 30
LONGEST_TITLE = 300
#: Titles above a teaser's date: pages print one for the eye and one for the screen reader.
TITLES_ABOVE = 3
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
    BEFORE = "said before the text, and not in it"
    BYLINE = "who wrote it, or whose it is"
    NO_REFERENCE = "no reference, though it stands below them"
    LEARNT = "stands in most documents of this source"


#: What is not cut by what it says, or not yet.
_OPEN = (None, Rule.BESIDE)


@dataclass(frozen=True, slots=True)
class Cut:
    """Something that was cut."""

    rule: Rule
    text: str


#: The words under a teaser, or at the end of a text that goes on elsewhere.
_MORE = (
    r"(?:read|learn|see|find out|show|view|discover) (?:the )?(?:more|full (?:story|article|post|text|summary))"
    r"|(?:continue|keep) reading|(?:read|see|view) (?:on|all)"
)
_READ_MORE = re.compile(rf"^(?:{_MORE}|\(more(?:…|\.{{3}})\)|\[more\])(?:\s?[\W_]{{0,6}})$", re.IGNORECASE)
#: Characters at the end of a text in which such words stand.
_TAIL = 60
_DATE = r"(?:\d{1,2}[/.]\d{1,2}[/.]\d{4}|[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4})"
#: The same run into what stands beside it: a date, or the next text's first letter.
_GLUED = re.compile(rf"(?:(?:Read|Learn|See) [Mm]ore|\b(?:Continue|Keep) [Rr]eading)(?=\s?{_DATE}|[A-Z“‘])")
#: One of these stands in what `_GLUED` finds.
_FIRST_WORDS = ("Read ", "Learn ", "See ", "ontinue ", "eep ")
_AT_END = re.compile(
    rf"(?:(?<=[.!?…\])”\",;:])\s?|(?<=\w)\s)"
    rf"(?:(?:{_MORE})[\s\W_]{{0,6}}|\(more(?:…|\.{{3}})\)|\[more\]|more [»→>\u203a]{{1,2}})$",
    re.IGNORECASE,
)
#: With one of these ends what `_AT_END` finds, but for a few signs.
_LAST_WORDS = ("more", "story", "article", "post", "text", "summary", "reading", " on", " all")
_ENDS_IN_DATE = re.compile(rf"(?<=[.!?”\"])({_DATE})$")
_GLUED_DATE = re.compile(rf"^({_DATE})(?=[A-Z“‘]|[,;:] [A-Z“‘])")
_NETWORK = (
    r"(?:facebook|twitter|x|linkedin|whatsapp|reddit|pinterest|e-?mail|print|copy link|tweet|pin it|bluesky|telegram"
    r"|threads|mastodon)"
)
_LINE = re.compile(
    r"^(?:share(?: this)?(?: article| post| page| story)?(?: (?:on|via) [^.]{1,40})?[:!]?"
    rf"|{_NETWORK}(?:[\s|,·•/]{{1,5}}{_NETWORK}){{0,20}}"
    r"|(?:click|tap) here\b.{0,80}|skip to (?:main )?content|for immediate release|scroll to continue"
    r"|back to (?:top|home|list|all|the|our|articles|news)\b.{0,30}(?<![.!?])|be the first to .{1,40}"
    r"|(?:join|get|read) our .{1,60}(?<![.])|was this (?:page |article )?(?:helpful|useful)\b.{0,30}"
    r"|like what you(?:[’']re| are)? (?:read|see)\w{0,4}\b.{0,60}"
    r"|(?:medically |last |next )?(?:reviewed|written|edited|updated|checked)(?: by| on|:)\s.{1,80}(?<![.])"
    r"|(?-i:By (?:the [Ee]ditor|[Ss]taff|[A-Z])[\w .,’'-]{1,60}(?<![.\d]))|advertisement"
    r"|loading(?:\.{3}|…)?|menu|search|home|log ?in|sign (?:in|up)|subscribe(?: now)?|listen to this article"
    r"|(?:subscribe|sign up) (?:to|for) (?:our|the) .{0,60}|all rights reserved\.?"
    r"|(?:©|\(c\)|copyright) .{0,100}"
    r"|(?:accept|reject|decline|allow)(?: all)?(?: cookies)?|cookie (?:settings|policy|preferences|notice)"
    r"|manage cookies|(?:continue|keep) reading .{1,200}(?<![.!?])"
    r"|(?:previous|next)(?: article| post)?(?: [→←»«])?|\d{1,6} (?:min(?:ute)?s? read|comments?|views|shares?)"
    r"|[→←»«|·•\-–—*_=\s]{1,200}"
    r"|home ?[/|>\u203a»·] ?.{1,80}(?<![.!?])"
    # A menu, or the way to the page: short names with marks between them.
    r"|[^|>\u203a»·.!?,;:\d]{1,25}(?: ?[|>\u203a»·] ?[^|>\u203a»·.!?,;:\d]{1,25}){2,12})$",
    re.IGNORECASE,
)
#: What sites put under a text where others print it; behind it stands their name, or a page's.
_FIRST_ON = re.compile(
    r"^(?:the|this) (?:post|article|story|page|entry) (?:.{1,300}? )?"
    r"(?P<where>(?:appeared first|first appeared|was (?:first|originally) (?:published|posted)) (?:on|at)) "
    r"(?-i:[A-Z0-9]|\w{1,30}\.\w)",
    re.IGNORECASE,
)
_RELEASE = re.compile(r"\bforward[-‐‑ ]looking statements?\b", re.IGNORECASE)
_COOKIES = re.compile(
    r"\b(?:we|this (?:web)?site|our (?:web)?site|our partners)\b[^.]{0,80}\buses?\b[^.]{0,40}\bcookies\b"
    r"|\bby (?:continuing|using|clicking)\b[^.]{0,80}\bcookies\b",
    re.IGNORECASE,
)
#: Under these stand people's words and forms, not links: nothing under them is the article going on.
_TALK = re.compile(r"author|comment|reply|follow|cookie|privacy|contact|touch|newsletter|subscribe", re.IGNORECASE)
#: Words that announce something of the study as well: "Recommended: 600 mg a day".
_AMBIGUOUS = re.compile(r"recommended|comments", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\d\s?(?:%|mg|g|ml|µg|μg|iu|units?|minutes?|hours?|days?|weeks?|months?|years?|times)\b", re.IGNORECASE
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


def unglued(piece: Piece) -> Iterator[Piece]:
    """A piece parted where "Read more" or a teaser's date was run into another text."""
    waiting = [piece]
    while waiting:
        one = waiting.pop()
        parts = _parted(one)
        if parts is None:
            yield one
        else:
            waiting += reversed([part for part in parts if part.text])


def _parted(piece: Piece) -> tuple[Piece, ...] | None:
    """A piece in two or three, each still to be looked at; None where nothing was run together in it."""
    text = piece.text
    # Most texts have none of these: the words are looked for before the expressions are asked.
    may_end = piece.shape is not Shape.HEADING and any(map(text[-20:].lower().__contains__, _LAST_WORDS))
    if may_end and (end := _AT_END.search(text, max(len(text) - _TAIL, 0))) and end.start():
        return _before(piece, end.start()), Piece(Shape.TEXT, text[end.start() :].strip())
    if any(map(text.__contains__, _FIRST_WORDS)) and (glued := _GLUED.search(text)) and len(glued[0]) < len(text):
        behind = Piece(Shape.TEXT, text[glued.end() :].strip())
        return _before(piece, glued.start()), Piece(Shape.TEXT, glued[0]), behind
    if "first" in text or "originally" in text:
        *before, last = sentences(text) or [""]
        if before and is_first_on(last):
            return _before(piece, len(text) - len(last)), Piece(Shape.TEXT, last)
    if text[-4:].isdecimal() and (ended := _ENDS_IN_DATE.search(text, max(len(text) - _TAIL, 0))):
        return _before(piece, ended.start()), Piece(Shape.TEXT, ended[1])
    if dated := _GLUED_DATE.match(text):
        return Piece(Shape.TEXT, dated[1]), replace(piece, text=text[dated.end() :].lstrip(" ,;:"), parts=())
    return None


def _before(piece: Piece, place: int) -> Piece:
    return replace(piece, text=piece.text[:place].rstrip(), parts=())


def is_furniture(text: str) -> bool:
    """True for a line no summary holds: share links, cookie notices, the words under a teaser."""
    if len(text) <= 400 and (_LINE.match(text) or is_first_on(text)):
        return True
    return is_about_cookies(text) or is_read_more(text) or ("ooking" in text and bool(_RELEASE.search(text)))


def is_first_on(text: str) -> bool:
    """True for a line that says at which site a text stood first; one that says when is of the text."""
    found = _FIRST_ON.match(text[:500])
    if found is None or len(text) > 400 or len(sentences(text)) > 1:
        return False
    behind = text[found.end("where") :].strip(" .")
    return not is_date(behind)


def is_about_cookies(text: str) -> bool:
    """True for a notice about cookies."""
    return "ookies" in text and _COOKIES.search(text) is not None


def is_read_more(text: str) -> bool:
    """True for the words under a teaser."""
    return len(text) <= 40 and _READ_MORE.match(text) is not None


class _Marked:
    """Pieces, and by which rule each is cut; None for what stays."""

    def __init__(self, pieces: list[Piece], headings: Headings) -> None:
        self.pieces = pieces
        self.rules: list[Rule | None] = [Rule.BESIDE if one.beside else None for one in pieces]
        self._names = headings
        self._headings = [headings.heading(one) for one in pieces]
        #: Where each teaser begins.
        self._teasers: list[int] = []

    # --- headings and labels -----------------------------------------------------------------------------

    def headings(self) -> None:
        """What follows a furniture heading goes with it, up to what is content again."""
        inside: Heading | None = None
        for place, heading in enumerate(self._headings):
            piece = self.pieces[place]
            if piece.beside:
                continue
            if heading and heading.meaning in {Fact.FURNITURE, Fact.IGNORED, Fact.STANDING}:
                inside = self._begun(place, heading)
            elif inside is not None and inside.meaning is Fact.IGNORED:
                inside = self._ignored(place, inside)
            elif inside is not None and not self._resumes(place, inside):
                self.rules[place] = Rule.STANDING if inside.meaning is Fact.STANDING else Rule.HEADING
            else:
                inside = None if piece.shape is Shape.HEADING or not is_read_more(piece.text) else inside

    def _begun(self, place: int, heading: Heading) -> Heading | None:
        piece = self.pieces[place]
        if heading.rest and heading.meaning is Fact.FURNITURE:
            says_more = _AMBIGUOUS.fullmatch(heading.name) and (
                _QUANTITY.search(heading.rest) or is_whole(heading.rest)
            )
            self.rules[place] = None if says_more else Rule.LABEL
            return None
        if heading.meaning is Fact.IGNORED:
            says_more = not self._is_left_out(heading, heading.rest)
            self.rules[place] = None if says_more else Rule.BYLINE
            return None if heading.rest else heading
        self.rules[place] = Rule.STANDING if heading.meaning is Fact.STANDING else Rule.LABEL
        # A line that is no heading stands above links; nothing tells how far it reaches.
        return heading if piece.shape is Shape.HEADING or heading.meaning is Fact.STANDING else None

    def _ignored(self, place: int, inside: Heading) -> Heading | None:
        """What stands under a name that says whose it is: names, but no sentences, if nobody said that it shall go."""
        piece, heading = self.pieces[place], self._headings[place]
        if (heading and heading.meaning) or (piece.shape is Shape.HEADING and piece.level <= (inside.level or 9)):
            return None
        if not self._is_left_out(inside, piece.text):
            return None
        self.rules[place] = Rule.BYLINE
        return inside

    def _is_left_out(self, name: Heading, text: str) -> bool:
        """Whether a text under a name that says whose it is goes: whatever an operator named, of others no sentence."""
        return self._names.is_own(name.name) or is_value(Fact.IGNORED, text)

    def _resumes(self, place: int, inside: Heading) -> bool:
        """Whether the summary goes on here."""
        piece, heading = self.pieces[place], self._headings[place]
        if (heading and heading.meaning) or self._outranks(place, inside.level):
            return True
        if inside.meaning is Fact.STANDING or _TALK.search(inside.name):
            return False
        before = self.pieces[place - 1]
        is_card = before.shape is Shape.HEADING and self.rules[place - 1] is Rule.HEADING
        return not is_card and not is_date(before.text) and _is_prose(piece) and not self._is_teased(place)

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
            elif is_furniture(piece.text) or self._is_link(place):
                self.rules[place] = Rule.LINE

    def _is_link(self, place: int) -> bool:
        """Whether it is a link and nothing more; a sentence that is one is said by the summary."""
        piece = self.pieces[place]
        return piece.linked and piece.shape is Shape.TEXT and not is_whole(piece.text) and not self._is_known(place)

    def paragraphs(self, recurs: Recurs) -> None:
        """Paragraphs that speak of research in general, advise anybody, offer something, or stand everywhere."""
        under: Meaning | None = None
        teased = 0
        for place, piece in enumerate(self.pieces):
            if self._is_known(place):
                under, teased = self._meaning(place), 0
            teased += place in self._teasers
            # What stands under a heading of considerations is never taken for the page's by what it says.
            are_limits = under is SectionRole.CONSIDERATIONS and not teased
            if self.rules[place] is not None or piece.shape is not Shape.TEXT or are_limits or self._is_known(place):
                continue
            self.rules[place] = _rule_of(piece.text, behind_teasers=teased > 1, recurs=recurs)
            if self.rules[place] is None and under is SectionRole.REFERENCES and not _is_reference(piece.text):
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
        if any(len(one.text) >= SHORTEST_TEASER for one in self.pieces[place + 1 : below]):
            self._tease(place, below)
            self._mark_titles_above(place)

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


def _rule_of(text: str, *, behind_teasers: bool, recurs: Recurs) -> Rule | None:
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
