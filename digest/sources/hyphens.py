"""Lines put together again, and the words that a hyphen parted at a line's end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

_HYPHENS: Final = "-‐‑"
#: Before what a hyphen stands for the rest of another word: "pre- and post-treatment".
_SHARED: Final = frozenset({"and", "or", "to", "und", "oder", "et", "ou", "y", "o"})
#: What keeps its hyphen before any word: "non-smokers", "long-term".
_PREFIXES: Final = frozenset(
    (
        *("all", "anti", "co", "cross", "double", "early", "ex", "first", "five", "follow", "four", "full"),
        *("half", "health", "high", "large", "late", "life", "long", "low", "mid", "multi", "near", "non", "off"),
        *("one", "open", "part", "peer", "placebo", "post", "pre", "quality", "real", "self", "semi", "short"),
        *("single", "six", "small", "ten", "third", "three", "time", "triple", "two", "ultra", "well", "whole", "year"),
    )
)
#: What is no word of its own, so that the hyphen in front of it was put there to break one: "bet-ter", "treat-ment".
_ENDINGS: Final = frozenset(
    (
        *(
            "able",
            "ably",
            "ally",
            "ance",
            "ances",
            "ancy",
            "ble",
            "bles",
            "bly",
            "cal",
            "cally",
            "cial",
            "cially",
            "cle",
        ),
        *(
            "cles",
            "ence",
            "ences",
            "ency",
            "ible",
            "ibly",
            "ical",
            "ically",
            "ing",
            "ings",
            "ities",
            "ity",
            "itis",
            "lar",
        ),
        *("lity", "ment", "ments", "nal", "nary", "ness", "nity", "ological", "ology", "ous", "ously", "ple", "ples"),
        *("rity", "rosis", "sary", "sion", "sional", "sions", "sity", "sory", "sive", "tary", "ter", "ters", "tery"),
        *(
            "tial",
            "tially",
            "tic",
            "tical",
            "tics",
            "tient",
            "tients",
            "ting",
            "tion",
            "tional",
            "tions",
            "tis",
            "tive",
        ),
        *("tively", "tle", "tly", "tory", "ture", "tures", "ular"),
    )
)
_WORD = re.compile(r"[^\W_]{2,60}")
_COMPOUND = re.compile(rf"[^\W_]{{1,40}}[{_HYPHENS}][^\W_]{{1,40}}")
_HEAD = re.compile(rf"([^\W_]{{1,40}})[{_HYPHENS}]$")
_REST = re.compile(r"[^\W_]{1,40}")


class Joiner:
    """Puts lines together.

    A hyphen at a line's end belongs to its word ("long-term") or was only put there to break it ("treat-ment"); it
    goes where the document itself has the word without it, or breaks other words so, and before what is no word.

    Args:
        lines: of the whole document.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._breaks = any(_HEAD.search(line[-42:]) for line in lines)
        text = "\n".join(lines).casefold() if self._breaks else ""
        self._words = frozenset(_WORD.findall(text))
        self._compounds = frozenset(_bare(one) for one in _COMPOUND.findall(text))
        self._breaks_words = any(self._is_known(one, other) for one, other in pairwise(lines))

    def joined(self, lines: Iterable[str]) -> str:
        """The lines of one paragraph as one text."""
        parts: list[str] = []
        for line in lines:
            if parts:
                parts[-1], between = self._edge(parts[-1], line)
                parts.append(between)
            parts.append(line)
        return "".join(parts)

    def _edge(self, above: str, line: str) -> tuple[str, str]:
        """The line above as it ends, and what stands between it and the next."""
        if above.endswith("\u00ad"):
            return above[:-1], ""
        if _is_dense(above[-1:]) and _is_dense(line[:1]):
            return above, ""
        head, rest = _HEAD.search(above[-42:]), _REST.match(line)
        if head is None or rest is None or rest[0].casefold() in _SHARED:
            return above, " "
        return (above[:-1] if self._is_broken(head[1], rest[0]) else above), ""

    def _is_broken(self, head: str, rest: str) -> bool:
        if not head.isalpha() or not rest.islower() or not rest.isalpha() or head.casefold() in _PREFIXES:
            return False
        whole = (head + rest).casefold()
        if rest in _ENDINGS and len(head) > 1 and whole not in self._compounds:
            return True
        return whole in self._words or (self._breaks_words and whole not in self._compounds and len(head) > 1)

    def _is_known(self, above: str, line: str) -> bool:
        head, rest = _HEAD.search(above[-42:]), _REST.match(line)
        return bool(head and rest and rest[0].islower() and (head[1] + rest[0]).casefold() in self._words)


def _bare(compound: str) -> str:
    return compound.translate(dict.fromkeys(map(ord, _HYPHENS)))


def _is_dense(character: str) -> bool:
    """Chinese and Japanese are written without spaces."""
    return bool(character) and unicodedata.east_asian_width(character) in {"W", "F"}
