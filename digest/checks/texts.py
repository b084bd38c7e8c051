"""The texts an issue prints of an item, and the words in them, as the checks of reading compare them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from digest.edition import printed_parts
from digest.edition.wording import shortened
from digest.models import Block, Bullets, IssueItem, Length, Paragraph, Subheading

#: Words in one case, in a row.
Words = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+")
_END = re.compile(r"[.!?…](?=[\s\"”’)\]]|$)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """One item as its issue prints it."""

    item: IssueItem
    #: The longest of its printed lengths, part by part; empty where its headline alone is printed.
    parts: tuple[tuple[Block, ...], ...]

    @property
    def id(self) -> int:
        """The summary's id."""
        return self.item.summary.id

    @property
    def headline(self) -> str:
        """As it is printed."""
        return self.item.summary.entry.headline

    @property
    def facts(self) -> tuple[str, ...]:
        """What stands below the headline, but for the date."""
        entry = self.item.summary.entry
        known = (entry.people, entry.design, entry.journal, entry.credibility) if self.parts else ()
        return tuple(fact for fact in known if fact)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings inside its parts."""
        return tuple(block.text for part in self.parts for block in part if isinstance(block, Subheading))

    @property
    def prose(self) -> tuple[str, ...]:
        """Its paragraphs and the points of its lists, in their order."""
        return tuple(line for part in self.parts for line in lines_of(part))


def printed_of(item: IssueItem, length: Length | None) -> Printed:
    """The item at this length; None: by its headline alone."""
    return Printed(item=item, parts=() if length is None else printed_parts(item, length))


def lines_of(blocks: tuple[Block, ...]) -> Iterator[str]:
    """The paragraphs and points in these blocks."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Bullets):
            yield from block.items


def words_of(text: str) -> Words:
    """The words in one case, without what stands between them: texts that differ in less say the same."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, as far as full stops tell."""
    ends = [0, *(found.end() for found in _END.finditer(text)), len(text)]
    return [said for begin, end in pairwise(ends) if (said := text[begin:end].strip(' "”’)]'))]


def quoted(text: str) -> str:
    """The text in quotes, short enough for a sentence about it."""
    return f"“{shortened(text, 100)}”"


def holds(words: Words, row: Words) -> int | None:
    """Where the row of words begins among the words; None where it does not stand there."""
    first, length = row[0], len(row)
    for place in range(len(words) - length + 1):
        if words[place] == first and words[place : place + length] == row:
            return place
    return None
