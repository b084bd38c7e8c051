"""What belongs to the page and not to the summary: cut, and never read as content."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.sources.dates import is_date
from digest.sources.headings import Fact, Headings
from digest.sources.pieces import Piece, Shape

#: Pieces of a teaser above its "Read more": date, title, teaser.
TEASER_PIECES = 3

_READ_MORE = re.compile(r"^(?:read|learn|see|continue|keep|find out|show)\s+(?:more|reading)\b\W*$", re.IGNORECASE)
#: "Read More" glued to the next teaser's date, as in extracts of a list of teasers.
_GLUED_TEASERS = re.compile(r"Read More\s*(?:\d{1,2}/\d{1,2}/\d{4}|$)")
_GLUED_DATE = re.compile(r"^\d{1,2}/\d{1,2}/\d{4}(?=[A-Z])")
_LINE = re.compile(
    r"^(?:share(?: this)?(?: article| post| page| story)?(?: (?:on|via) [^.]{1,40})?[:!]?"
    r"|(?:facebook|twitter|x|linkedin|whatsapp|reddit|pinterest|email|e-mail|print|copy link|tweet|pin it|bluesky"
    r"|telegram|threads|mastodon)(?:[\s|,·•/]+(?:facebook|twitter|x|linkedin|whatsapp|reddit|pinterest|email|e-mail"
    r"|print|copy link|tweet|bluesky|telegram|threads|mastodon))*"
    r"|(?:click|tap) here\b.{0,80}|skip to (?:main )?content|back to (?:top|articles|news|home|list|all articles)"
    r"|(?-i:By (?:the [Ee]ditor|[Ss]taff|[A-Z])[\w .,’'-]{1,60}(?<![.\d]))|advertisement"
    r"|loading(?:\.{3}|…)?|menu|search|home|log ?in|sign (?:in|up)|subscribe(?: now)?"
    r"|(?:subscribe|sign up) (?:to|for) (?:our|the) .{0,60}|all rights reserved\.?"
    r"|(?:©|\(c\)|copyright) .{0,100}|the post .{1,300} (?:appeared first on|first appeared on) .{1,100}"
    r"|(?:accept|reject|decline|allow)(?: all)?(?: cookies)?|cookie (?:settings|policy|preferences|notice)"
    r"|manage cookies"
    r"|(?:previous|next)(?: article| post)?(?: [→←»«])?|\d+ (?:min(?:ute)?s? read|comments?|views|shares?)"
    r"|[→←»«|·•\-–—*_=\s]+)$",
    re.IGNORECASE,
)
_COOKIES = re.compile(
    r"\b(?:we|this (?:web)?site|our (?:web)?site|our partners)\b[^.]{0,80}\buses?\b[^.]{0,40}\bcookies\b"
    r"|\bby (?:continuing|using|clicking)\b[^.]{0,80}\bcookies\b",
    re.IGNORECASE,
)
#: How the standing paragraph begins, or what it says, where its heading was lost.
_STANDING = re.compile(
    r"^understanding (?:[\w‐‑-]+ ){0,4}research\b|\bnot all (?:medical |scientific |\w+ )?(?:research|studies) "
    r"(?:is|are) (?:created )?equal\b",
    re.IGNORECASE,
)
_JOURNAL = re.compile(
    r"\b(?:published|appeared|appears|featured|printed|comes from|taken from)\s+(?:\w+\s+)?(?:in|by|on)?\s*"
    r"(?:(?:a|the|an)\s+)?(?:peer[-‐‑ ]reviewed\s+)?(?:(?:scientific|medical|academic)\s+)?(?:journal\s+)?"
    r"(?:called\s+|named\s+|,\s*)?[\"'“‘]?(?P<name>[A-Z][^.;,\"”’()]{2,120}?)"
    r"(?=[\"”’]|[.;,()]|\s+(?:is|was|which|that|has|in\s+\d{4}|on\s+\w+\s+\d|a\s+peer|an?\s)|\s*$)"
)


def without_furniture(pieces: Sequence[Piece], headings: Headings) -> list[Piece]:
    """The pieces that are content, in order.

    What follows a furniture heading goes with it, until a heading that announces content, or one of a higher rank
    than the furniture's own that is no teaser's title.
    """
    kept: list[Piece] = []
    inside: int | None = None
    for place, piece in enumerate(pieces):
        heading = headings.heading(piece)
        meaning = heading.meaning if heading else None
        if heading and meaning is Fact.FURNITURE:
            inside = heading.level
            continue
        if inside is not None and not (meaning or _outranks(piece, inside, pieces[place + 1 : place + 4])):
            continue
        inside = None
        if is_read_more(piece.text) or _GLUED_TEASERS.match(piece.text):
            _drop_teaser(kept)
        elif not is_furniture(piece.text):
            kept.append(piece)
    return kept


def is_furniture(text: str) -> bool:
    """True for a line no summary holds: share links, cookie notices, teasers run together."""
    if len(text) <= 400 and _LINE.match(text):
        return True
    return bool(_COOKIES.search(text) or _GLUED_TEASERS.search(text) or (_GLUED_DATE.match(text) and "Read" in text))


def is_read_more(text: str) -> bool:
    """True for the words under a teaser."""
    return len(text) <= 40 and _READ_MORE.match(text) is not None


def is_standing(text: str) -> bool:
    """True for the standing paragraph about reading research."""
    return _STANDING.search(text) is not None


def journal_named(text: str) -> str | None:
    """The journal a text says the study was published in; None when it names none."""
    found = _JOURNAL.search(text)
    return found["name"].strip() if found else None


def _outranks(piece: Piece, level: int, below: Sequence[Piece]) -> bool:
    if piece.shape is not Shape.HEADING or not 0 < piece.level <= level or piece.linked:
        return False
    return not any(is_read_more(one.text) or is_date(one.text) for one in below)


def _drop_teaser(kept: list[Piece]) -> None:
    """Take back what stands above a "Read more", up to its date; without a date nothing is known to be a teaser."""
    for back in range(1, min(TEASER_PIECES, len(kept)) + 1):
        if is_date(kept[-back].text) or _GLUED_DATE.match(kept[-back].text):
            del kept[-back:]
            return
