"""Headings that nobody knows: a text full of them was hardly read, however sure it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from digest.models import Block, Bullets, Kind, Paragraph, SectionRole, Subheading
from digest.sentences import is_whole
from digest.sources.reading import Reading

#: Headings of which none is known, from which on it is said; one may be anything.
FEWEST = 2
#: Headings that are named.
NAMED = 3
#: Characters of a line that may be a heading, where a text has no better sign of one.
LONGEST_LINE = 60
#: A text that says what it is has roles beside these.
_NO_ROLE: Final = frozenset({SectionRole.BODY, SectionRole.REFERENCES})


def with_unknown_headings(reading: Reading) -> Reading:
    """The reading, unsure where the text has headings and none of them says to us what it announces."""
    roles = {section.role for section in reading.sections}
    if reading.kind is Kind.BACKGROUND or not roles <= _NO_ROLE:
        return reading
    names = list(_headings(reading))
    if len(names) < FEWEST:
        return reading
    some = ", ".join(f"“{name}”" for name in names[:NAMED]) + (" …" if len(names) > NAMED else "")
    says = f"none of its headings is known: {some}; name them under `headings` of its source"
    return replace(reading, unsure=(says, *reading.unsure))


def _headings(reading: Reading) -> Iterator[str]:
    for section in reading.sections:
        if section.role is SectionRole.BODY:
            yield from [section.heading] if section.heading else []
            yield from _lines(section.blocks)


def _lines(blocks: Sequence[Block]) -> Iterator[str]:
    """Subheadings, and short lines without a mark at their end that stand above sentences or a list."""
    for block, below in pairwise(blocks):
        if isinstance(block, Subheading) or (isinstance(block, Paragraph) and _is_above(block.text, below)):
            yield block.text


def _is_above(line: str, below: Block) -> bool:
    is_name = len(line) <= LONGEST_LINE and line[:1].isupper() and not is_whole(line) and ":" not in line
    return is_name and (isinstance(below, Bullets) or is_whole(below.text))
