"""The words of a link to more, such as "Read more": alone, at the end of a text, or run into what stands beside them.

They are told from a sentence's own words: "larger studies are needed before we can learn more" says what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from digest.sentences import sentences
from digest.sources.lines import is_first_on
from digest.sources.pieces import Piece, Shape

#: Characters at the end of a text in which such words stand.
_TAIL = 60
#: Characters of a text that is nothing else.
_LONGEST = 40

_MORE = (
    r"(?:read|learn|see|find out|show|view|discover) (?:the )?(?:more|full (?:story|article|post|text|summary))"
    r"|(?:continue|keep) reading|(?:read|see|view) (?:on|all)"
)
_READ_MORE = re.compile(rf"^(?:{_MORE}|\(more(?:…|\.{{3}})\)|\[more\])(?:\s?[\W_]{{0,6}})$", re.IGNORECASE)
_DATE = r"(?:\d{1,2}[/.]\d{1,2}[/.]\d{4}|[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4})"
#: The same run into what stands beside it: a date, or the next text's first letter.
_GLUED = re.compile(rf"(?:(?:Read|Learn|See) [Mm]ore|\b(?:Continue|Keep) [Rr]eading)(?=\s?{_DATE}|[A-Z“‘])")
#: One of these stands in what `_GLUED` finds.
_FIRST_WORDS = ("Read ", "Learn ", "See ", "ontinue ", "eep ")
_AT_END = re.compile(
    rf"(?:(?<=[.!?…\])”\",;:])\s?|(?<=\w)\s)"
    rf"(?P<words>(?:{_MORE})[\s\W_]{{0,6}}|\(more(?:…|\.{{3}})\)|\[more\]|more [»→>\u203a]{{1,2}})$",
    re.IGNORECASE,
)
#: With one of these ends what `_AT_END` finds, but for a few signs.
_LAST_WORDS = ("more", "story", "article", "post", "text", "summary", "reading", " on", " all")
_ARROWS = frozenset("»→>\u203a")
_ENDED = re.compile(r"[.!?…][\])”\"’»]{0,3}$")
#: Before them stands a sentence that goes on: "what we can learn more", "People Who Read On".
_GOES_ON = re.compile(
    r"\b(?:to|can|could|may|might|must|should|will|would|not|and|or|who|we|us|you|they|people|patients|readers)$",
    re.IGNORECASE,
)
_ENDS_IN_DATE = re.compile(rf"(?<=[.!?”\"])({_DATE})$")
_GLUED_DATE = re.compile(rf"^({_DATE})(?=[A-Z“‘]|[,;:] [A-Z“‘])")


def is_read_more(text: str) -> bool:
    """True for the words under a teaser."""
    return len(text) <= _LONGEST and _READ_MORE.match(text) is not None


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
    if may_end and (end := _AT_END.search(text, max(len(text) - _TAIL, 0))) and _is_link(text[: end.start()], end):
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


def _is_link(before: str, found: re.Match[str]) -> bool:
    """Whether the words at the end of a text lead on, and do not end its last sentence."""
    words = found["words"].rstrip()
    if not before.strip():
        return False
    if not words[0].isalpha() or not _ARROWS.isdisjoint(words) or _ENDED.search(before[-6:]):
        return True
    # In the middle of a sentence, or behind a text that breaks off: a link has a capital letter and no full stop.
    return words[0].isupper() and not words.endswith((".", "!", "?")) and not _GOES_ON.search(before[-12:])


def _before(piece: Piece, place: int) -> Piece:
    return replace(piece, text=piece.text[:place].rstrip(), parts=())
