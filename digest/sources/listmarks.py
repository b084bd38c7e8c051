"""Which lines of a text are items of a list: a number or a dash at the beginning of a line may belong to a sentence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count, pairwise

from digest.sources.wrapping import SHORTEST_WRAPPED, is_broken_off, is_ended

#: Lines that lie between two items of one list, at the most.
FURTHEST = 60

_BULLET = re.compile(r"([-*+•·▪▫◦‣\u2043●○■□►▸➢➤✓✔–—])[ \t\u00a0]{1,40}(?=\S)")
_NUMBER = re.compile(r"(\(?)([1-9]\d{0,2})([.)])[ \t\u00a0]{1,40}(?=\S)")
#: A mark in the middle of a line; the forms `runs.numbered_runs` makes lists of.
_INNER = re.compile(r"(?<=[ \t])(\(?)([1-9]\d?)\)[ \t]{1,40}(?=\S)")


class Part(Enum):
    """What a line that begins with a mark is."""

    #: No more than a part of a sentence.
    TEXT = auto()
    ITEM = auto()
    #: The beginning of a paragraph `1) … 2) …`, and more of it.
    RUN = auto()
    MORE = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark at the beginning of a line."""

    part: Part
    #: Behind which the item's text begins.
    end: int
    #: 0 for a dash or a dot.
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Sign:
    place: int
    style: str
    number: int
    end: int


def marks_of(lines: Sequence[str]) -> dict[int, Mark]:
    """The lines that begin with a mark, by their place, and what they are.

    Numbers make a list when they follow one another; a single 1 does at the beginning of a paragraph, or below a line
    that announces it. What stands in the middle of a sentence is no item, whatever it looks like.

    Args:
        lines: of the whole text, stripped; empty ones stand between paragraphs.
    """
    signs = [sign for place, line in enumerate(lines) if (sign := _sign(place, line))]
    parts = _runs(lines, signs)
    items = _bullets(lines, signs)
    items |= _numbers(lines, [sign for sign in signs if sign.place not in parts], items)
    parts |= dict.fromkeys(items, Part.ITEM)
    return {sign.place: Mark(parts.get(sign.place, Part.TEXT), sign.end, sign.number) for sign in signs}


def _sign(place: int, line: str) -> _Sign | None:
    bullet = _BULLET.match(line)
    if bullet:
        return _Sign(place, bullet[1], 0, bullet.end())
    number = _NUMBER.match(line)
    return _Sign(place, number[1] + number[3], int(number[2]), number.end()) if number else None


def _is_bracketed(line: str, place: int) -> bool:
    """Within brackets that were opened before: "(see 2) below"."""
    before = line[max(0, place - 60) : place]
    return before.count("(") > before.count(")")


def _runs(lines: Sequence[str], signs: Sequence[_Sign]) -> dict[int, Part]:
    """Lines that begin with a number of a run `1) … 2) …`: other numbers of it stand in the middle of lines."""
    starts = {sign.place: sign.number for sign in signs if sign.style.endswith(")")}
    runs: dict[int, Part] = {}
    for sequence in _sequences(lines, starts):
        if any(is_inner for _, is_inner in sequence) and not _all_begin_lines(sequence, starts):
            parts = [Part.RUN, *[Part.MORE] * len(sequence)]
            runs |= {place: part for (place, is_inner), part in zip(sequence, parts, strict=False) if not is_inner}
    return runs


def _sequences(lines: Sequence[str], starts: Mapping[int, int]) -> Iterator[list[tuple[int, bool]]]:
    """Numbers 1, 2, 3… (or those from a line's first) within a paragraph: each one's line, and whether it is inside."""
    held: list[tuple[int, bool]] = []
    expected = 0
    for place, line in enumerate(lines):
        for number, is_inner in _numbers_in(line, starts.get(place, 0)) if line else ():
            if number != expected and (number == 1 or not (is_inner or expected)):
                yield held
                held, expected = [], number
            if number == expected:
                held.append((place, is_inner))
                expected += 1
        if not line:
            yield held
            held, expected = [], 0
    yield held


def _numbers_in(line: str, first: int) -> Iterator[tuple[int, bool]]:
    if first:
        yield first, False
    for found in _INNER.finditer(line):
        if not _is_bracketed(line, found.start()):
            yield int(found[2]), True


def _all_begin_lines(sequence: Sequence[tuple[int, bool]], starts: Mapping[int, int]) -> bool:
    """True where the lines by themselves have as many numbers: then the one inside only speaks of another."""
    first, last = sequence[0][0], sequence[-1][0]
    expected = own = starts.get(first, 0)
    for place in range(first, last + 2) if own else ():
        expected += starts.get(place) == expected
    return bool(own) and expected - own >= len(sequence)


def _bullets(lines: Sequence[str], signs: Sequence[_Sign]) -> set[int]:
    bullets = [sign for sign in signs if not sign.number]
    together = {one.place for pair in pairwise(bullets) if _in_one_list(lines, *pair) for one in pair}
    return {sign.place for sign in bullets if sign.place in together or not _is_prose(_above(lines, sign.place))}


def _in_one_list(lines: Sequence[str], one: _Sign, other: _Sign) -> bool:
    near = other.place - one.place <= FURTHEST and one.style == other.style
    return near and all(lines[one.place : other.place])


def _is_prose(line: str) -> bool:
    """A line whose sentence goes on below."""
    return len(line) >= SHORTEST_WRAPPED and not is_ended(line)


def _numbers(lines: Sequence[str], signs: Sequence[_Sign], bullets: Collection[int]) -> set[int]:
    by_number: dict[tuple[str, int], list[int]] = {}
    for sign in signs:
        if sign.number:
            by_number.setdefault((sign.style, sign.number), []).append(sign.place)
    items: set[int] = set()
    latest = 0
    for sign in signs:
        if sign.number and sign.place not in items:
            # Below another item, or after another 1, for authors of Markdown number every item so.
            again = sign.number == 1 and (latest in items or latest in bullets) and all(lines[latest : sign.place])
            again = again and not is_broken_off(_above(lines, sign.place))
            items.update(_list_from(lines, sign, by_number) or ([sign.place] if again else []))
        latest = sign.place
    return items


def _list_from(lines: Sequence[str], sign: _Sign, by_number: Mapping[tuple[str, int], list[int]]) -> list[int]:
    """The lines of the list that this sign begins; empty where it begins none."""
    above = _above(lines, sign.place)
    if sign.number != 1 and _is_prose(above):
        return []
    chain = [sign.place]
    for number in count(sign.number + 1):
        later = by_number.get((sign.style, number), [])
        at = bisect_right(later, chain[-1])
        if at == len(later) or not _may_follow(lines, chain[-1], later[at]):
            break
        chain.append(later[at])
    if sign.number != 1:
        return chain if len(chain) > 1 else []
    return chain if len(chain) > 1 or not above or above.endswith(":") else []


def _may_follow(lines: Sequence[str], before: int, place: int) -> bool:
    above = _above(lines, place)
    if place - before > FURTHEST or is_broken_off(above):
        return False
    return not above or all(lines[before:place]) or not _is_prose(above)


def _above(lines: Sequence[str], place: int) -> str:
    return lines[place - 1] if place else ""
