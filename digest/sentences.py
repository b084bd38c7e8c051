"""Where a sentence ends: at an abbreviation, an initial or a decimal it does not."""

from __future__ import annotations

import re
from itertools import pairwise

#: What may end a sentence: marks before a space, and those of Chinese and Japanese, which need none.
_END = re.compile(r"[.!?…؟।][\"”’)\]]{0,4}(?=\s)|[。！？｡][」』”’）]{0,4}")  # noqa: RUF001
#: A full stop after one of these, or after a single letter, rather belongs to the word: "vs. placebo", "J. Example".
_ABBREVIATED = re.compile(
    r"\b(?:vs|e\.g|i\.e|cf|et al|approx|ca|incl|resp|nos?|vol|pp|figs?|refs?|eds?|drs?|profs?|mrs?|st|[^\W\d_])"
    r"\.[\"”’)\]]{0,4}$",
    re.IGNORECASE,
)
#: How a text ends that is whole.
_WHOLE = re.compile(r"[.!?…؟।。！？｡][\"'”’»)\]」』）*†‡\s\u00b9\u00b2\u00b3\u2070-\u2079]{0,8}$")  # noqa: RUF001


def ends(text: str, *, limit: int | None = None) -> list[int]:
    """Where its sentences end, ascending: the places right behind them.

    An end must be sure: it is none behind an abbreviation, nor before a small letter, nor where the text ends.

    Args:
        text: on one line.
        limit: places beyond it are not looked for.
    """
    found = (match.end() for match in _END.finditer(text, 0, len(text) if limit is None else limit + 1))
    return [place for place in found if _is_end(text, place)]


def sentences(text: str) -> list[str]:
    """The sentences of a text on one line, in order; words behind the last mark are one, too."""
    edges = [0, *ends(text), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(edges))
    return [part for part in parts if part]


def is_whole(text: str) -> bool:
    """Whether a text ends as a sentence does; a heading, a title and a text that was cut off do not."""
    return _WHOLE.search(text[-12:]) is not None


def _is_end(text: str, place: int) -> bool:
    follows = text[place : place + 3].lstrip(' "“‘([')
    return not follows[:1].islower() and not _ABBREVIATED.search(text[max(place - 12, 0) : place])
