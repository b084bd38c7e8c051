"""Which lines of a text belong together: what was wrapped, by hand or by a program, is one paragraph again.

Nothing says so but the lines themselves. A break is sure to be one of wrapping where it stands in mid sentence; a text
with such breaks was wrapped, at the width of its longest lines; and there every break is one at which the next word
would not have fitted. A text without any has its paragraphs in lines of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from digest.sentences import ends

#: Nobody wraps at fewer characters; a shorter line is a heading, a label, a name.
SHORTEST_WRAPPED = 30
#: Nor at more: a longer line is a paragraph.
LONGEST_WRAPPED = 120
#: A line in small letters up to this length may be a name in a list, such as a topic.
LONGEST_NAME = 45
#: Characters by which the width of a text that is wrapped may vary.
RAGGED = 2
#: A line is as good as the longest when it is this share of it.
NEARLY = 0.85
#: A text with more than this share of its characters in longer lines was not wrapped.
MOST_LONG = 0.3

#: What no heading, label or sentence ends with; a full stop behind an abbreviation ends none.
_GOES_ON: Final = frozenset(
    (
        *("a", "an", "and", "are", "as", "be", "because", "before", "between", "but", "by", "during", "every"),
        *("from", "in", "into", "is", "its", "my", "nor", "of", "or", "our", "per", "since", "than", "the", "their"),
        *("to", "until", "versus", "via", "was", "were", "which", "whose", "with", "within", "without", "your"),
        *("approx.", "ca.", "cf.", "dr.", "e.g.", "fig.", "figs.", "i.e.", "p.", "pp.", "prof.", "vol.", "vs", "vs."),
    )
)
_BETWEEN_ITEMS: Final = frozenset({"and", "nor", "or"})
_SIGNS: Final = frozenset(",\uff0c=<>≤≥±+/([")
_ENDED = re.compile(r"[.!?:;…。！？：；][\"'”’»)\]]{0,3}$")  # noqa: RUF001
#: What is no item of a list, though it begins as one does: "… was small | - or none", "… before | 2019. It".
_NO_MARK = re.compile(r"(?:\d{1,6}[.)]|[-–—+])(?:\s|$)")
#: Words that end a sentence at once: "… few have | MS. They", "… the dose was | 10 mg. It", "… in group | B. It".
_ENDS_AT_ONCE = re.compile(r"(?:[^\W_]|[^\W_][\w%-]{0,14})(?: [a-z]{1,6})?[.,;)](?:\s|$)")
#: A word that was broken, or that goes on behind its hyphen.
_HYPHENATED = re.compile(r"[^\W_][-‐‑]$")
_LAST_WORD = re.compile(r"[^\W\d_][\w.’'-]{0,30}$")


def in_mid_sentence(line: str) -> bool:
    """True for a line that cannot be the end of a paragraph: neither a sentence nor a heading ends so."""
    if _HYPHENATED.search(line[-2:]):
        return True
    if len(line) < SHORTEST_WRAPPED:
        return False
    return line[-1] in _SIGNS or line.rfind("(") > line.rfind(")") or _last_word(line) in _GOES_ON


def is_broken_off(line: str) -> bool:
    """True for one that cannot be the end of a list's item either, which may end with a comma or "and"."""
    return len(line) >= SHORTEST_WRAPPED and _last_word(line) in _GOES_ON - _BETWEEN_ITEMS


def _last_word(line: str) -> str:
    word = _LAST_WORD.search(line[-40:])
    return word[0].casefold() if word else ""


def is_ended(line: str) -> bool:
    """True for a line with a mark at its end that ends a sentence or announces something."""
    return _ENDED.search(line[-5:]) is not None


def may_be_wrapped(lines: Sequence[str]) -> bool:
    """False for a text most of which stands in lines longer than anybody wraps."""
    lengths = [len(line) for line in lines]
    return sum(length for length in lengths if length > LONGEST_WRAPPED) <= MOST_LONG * sum(lengths)


def continued(lines: Sequence[str], begins: Sequence[bool]) -> list[bool]:
    """For each line whether it goes on with the one above it. Empty lines stand between paragraphs.

    Args:
        lines: stripped.
        begins: which lines are sure to be the beginning of something: a list's item, a label.
    """
    sure = _sure_breaks(lines, begins, wrapped=may_be_wrapped(lines))
    width = _width(lines, sure)
    return [
        sure[place] or (bool(line) and not begins[place] and place > 0 and _is_full(lines[place - 1], line, width))
        for place, line in enumerate(lines)
    ]


def _sure_breaks(lines: Sequence[str], begins: Sequence[bool], *, wrapped: bool) -> list[bool]:
    """Which lines are sure to go on with a sentence that the line above has begun."""
    sure: list[bool] = []
    for place, line in enumerate(lines):
        above = lines[place - 1] if place else ""
        if not line or not above or begins[place]:
            sure.append(False)
            continue
        # A short line in small letters that goes on with nothing is a list's, and so is the next.
        is_prose = sure[-1] or not above[0].islower() or len(above) > LONGEST_NAME
        is_lower = line[0].islower() or bool(_NO_MARK.match(line))
        # What goes on with the line above it is no name, however short.
        may_go_on = (len(above) >= SHORTEST_WRAPPED or sure[-1]) and not is_ended(above)
        goes_on = may_go_on and (is_lower or (wrapped and _goes_on_with(line, above, is_inside=sure[-1])))
        # A text that is not wrapped has lines that somebody cut: teasers.
        sure.append((goes_on and is_prose) or (wrapped and in_mid_sentence(above)))
    return sure


def _goes_on_with(line: str, above: str, *, is_inside: bool) -> bool:
    """Whether a line that begins with a figure or a capital can only be the rest of the sentence above.

    Args:
        line: without a mark that ends the sentence above.
        above: the line above it.
        is_inside: whether that is sure to be text, which it is as well where a sentence ends in it.
    """
    can_be = line[0].isdecimal() or _ENDS_AT_ONCE.match(line) is not None
    return can_be and (is_inside or bool(ends(above)))


def _width(lines: Sequence[str], sure: Sequence[bool]) -> int:
    """The width the text was wrapped at, at the least; 0 for one that was not."""
    wrapped = [len(lines[place - 1]) for place, is_sure in enumerate(sure) if is_sure]
    wrapped = [length for length in wrapped if length <= LONGEST_WRAPPED]
    if not wrapped or not may_be_wrapped(lines):
        return 0
    usual = sorted((len(line) for line in lines if len(line) <= LONGEST_WRAPPED), reverse=True)
    # One line that is longer than all others may be an address, or was forgotten.
    supported = (one for one, other in pairwise(usual) if other >= NEARLY * one)
    return max(next(supported, usual[0]), *wrapped)


def _is_full(above: str, line: str, width: int) -> bool:
    """True where the next word would not have fitted into the line above."""
    if not SHORTEST_WRAPPED <= len(above) <= LONGEST_WRAPPED or not width:
        return False
    return len(above) + 1 + len(line.split(maxsplit=1)[0]) > width - RAGGED
