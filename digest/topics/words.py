"""Text into words, and the phrases of a vocabulary found among them in one pass.

A word is a run of letters of one alphabet, or of digits: `GSK-1841157`, `GSK 1841157` and `GSK1841157` are the same
two words, and so are all typings of `anti-CD20`. Between the words of a phrase may stand a space, a hyphen, an
apostrophe or nothing, but no comma and no end of a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import ftfy

Payload = TypeVar("Payload")

#: Bytes that lost their encoding and were printed one by one, as in "IFN-<ce><b2>".
_PRINTED_BYTES = re.compile(r"(?:<[0-9a-f]{2}>){1,40}")
#: Mojibake always shows a character from outside ASCII, common punctuation and Greek; clean text is spared the search.
_MAYBE_BROKEN = re.compile(r"[^\x00-\x7f\u03b1-\u03c9\u2000-\u206f\u2212\u2122\xa0\xad\xae]")
#: NFKC would glue "TM" to the name before it.
_TO_NOTHING = dict.fromkeys(map(ord, "\u2122\xae\xa9\xad\u200b\u200c\u200d\u2060\ufeff\u061c\u200e\u200f"))
_TO_HYPHEN = dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D], "-")
_STRAIGHT = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'"})
#: "25(OH)D" is read as "25-OH-D".
_INNER_BRACKET = re.compile(r"(?<=\w)[()](?=\w)")

_WORD = re.compile(r"[^\W\d_\u0370-\u03ff]+|[\u0370-\u03ff]+|\d+")
_JOINTS = frozenset({"", " ", "-", "- ", " -", "'"})
#: Authors write "interferon beta" with the letter or with its name.
_SPELT_OUT = {"\u03b1": "alpha", "\u03b2": "beta", "\u03b3": "gamma", "\u03b4": "delta", "\u03ba": "kappa"}
#: Shorter words have no plural of their own: "rat" may, "B" and "IL" may not.
_SHORTEST_SINGULAR = 3
#: A shorter phrase stands inside other words by accident.
_SHORTEST_GLUED = 6


class Word(NamedTuple):
    """One word of a text."""

    #: What it is compared by: lower case, Greek letters spelt out.
    key: str
    #: As it stands in the mended text.
    printed: str
    start: int
    end: int
    #: True when the word before it belongs to the same phrase as far as punctuation goes.
    joined: bool


@dataclass(frozen=True, slots=True)
class Found(Generic[Payload]):
    """A phrase of the vocabulary in a text: the words [first, last)."""

    first: int
    last: int
    payload: Payload


def mended(text: str) -> str:
    """The text as it was meant: bytes decoded, mojibake repaired (before NFKC), one kind of hyphen, nothing invisible.

    White space, line breaks included, becomes one space.
    """
    if "<" in text:
        text = _PRINTED_BYTES.sub(lambda run: bytes.fromhex(re.sub("[<>]", "", run[0])).decode(errors="replace"), text)
    if _MAYBE_BROKEN.search(text):
        text = ftfy.fix_encoding(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_TO_NOTHING)).translate(_TO_HYPHEN).translate(_STRAIGHT)
    return " ".join(_INNER_BRACKET.sub("-", text).split())


def words_of(text: str) -> list[Word]:
    """The words of a mended text, in order."""
    words: list[Word] = []
    end = 0
    for run in _WORD.finditer(text):
        printed, start = run[0], run.start()
        key = printed.casefold()
        words.append(Word(_SPELT_OUT.get(key, key), printed, start, run.end(), text[end:start] in _JOINTS))
        end = run.end()
    return words


class Vocabulary(Generic[Payload]):
    """Phrases and what they stand for. A plural s at the end of a phrase is understood."""

    def __init__(self) -> None:
        self._root: _Node[Payload] = _Node()
        self._glued: list[tuple[str, str, Payload]] = []

    def add(self, phrase: str, payload: Payload, *, exact_case: bool = False) -> None:
        """Let a phrase stand for this; it may stand for several things. A phrase without words is ignored."""
        words = words_of(mended(phrase))
        if not words:
            return
        exact = tuple(word.printed for word in words) if exact_case else None
        keys = [word.key for word in words]
        self._put(keys, exact, payload)
        if exact is None and len("".join(keys)) >= _SHORTEST_GLUED:
            self._glued.append(("".join(keys), phrase, payload))
        last = keys[-1]
        if last.isalpha() and len(last) >= _SHORTEST_SINGULAR and not last.endswith("s"):
            plural = (*exact[:-1], f"{exact[-1]}s") if exact else None
            self._put([*keys[:-1], f"{last}s"], plural, payload)

    def _put(self, keys: Iterable[str], exact: tuple[str, ...] | None, payload: Payload) -> None:
        node = self._root
        for key in keys:
            node = node.after.setdefault(key, _Node())
        node.meanings.append((exact, payload))

    def find(self, words: list[Word]) -> Iterator[Found[Payload]]:
        """Every phrase that stands among these words, those inside longer ones too, from left to right."""
        after = self._root.after
        for first, word in enumerate(words):
            node = after.get(word.key)
            if node is not None:
                yield from _walk(node, words, first)

    def find_glued(self, words: list[Word]) -> Iterator[tuple[str, Payload]]:
        """The longer phrases (and what they stand for) that these words spell, borders between words disregarded.

        For headings printed without separators: "fatigueanti-CD20walking".
        """
        letters = "".join(word.key for word in words)
        return ((phrase, payload) for glued, phrase, payload in self._glued if glued in letters)


class _Node(Generic[Payload]):
    __slots__ = ("after", "meanings")

    def __init__(self) -> None:
        self.after: dict[str, _Node[Payload]] = {}
        #: (the words in exact case or None for any, what they mean)
        self.meanings: list[tuple[tuple[str, ...] | None, Payload]] = []


def _walk(node: _Node[Payload], words: list[Word], first: int) -> Iterator[Found[Payload]]:
    last = first + 1
    while True:
        for exact, payload in node.meanings:
            if exact is None or exact == tuple(word.printed for word in words[first:last]):
                yield Found(first, last, payload)
        if last == len(words) or not words[last].joined:
            return
        deeper = node.after.get(words[last].key)
        if deeper is None:
            return
        node, last = deeper, last + 1
