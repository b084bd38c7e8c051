"""Which of its source's parts each part of an item is: by its words and heading, never by its place alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from digest.models import Block, Bullets, Section

#: What is common to two parts is looked for in runs of so many words.
_RUN = 3
#: This much of the shorter one makes two of them one part, whatever stands over them.
_ENOUGH = 0.25
#: More pairs than any item has are told by their headings alone.
_MOST_PAIRS = 2_500


def paired(parts: Sequence[Section], own: Sequence[Section]) -> tuple[int | None, ...]:
    """Which of the source's own each part is.

    Args:
        parts: of one role, in an editor's words; one without words is known by its heading.
        own: the source's sections of this role.

    Returns:
        For each part the place of its own section; None for one that the source does not have. None is given twice.
    """
    found: dict[int, int] = {}
    taken: set[int] = set()
    # The most alike first; of those as much alike the ones that stand nearest to their place.
    for _, _, place, other in sorted(_candidates(parts, own)):
        if place not in found and other not in taken:
            found[place] = other
            taken.add(other)
    found |= _between(found)
    return tuple(found.get(place) for place in range(len(parts)))


def _between(found: Mapping[int, int]) -> dict[int, int]:
    """What is as many between the same two on either side, in other words and under other headings.

    Behind the last one nothing is: that is where a new part stands.
    """
    made: dict[int, int] = {}
    place, other = -1, -1
    for at, known in sorted(found.items()):
        if known > other and known - other == at - place and not set(range(other + 1, known)) & set(found.values()):
            made |= zip(range(place + 1, at), range(other + 1, known), strict=True)
        place, other = at, known
    return made


def _candidates(parts: Sequence[Section], own: Sequence[Section]) -> Iterator[tuple[float, int, int, int]]:
    is_many = len(parts) * len(own) > _MOST_PAIRS
    mine, theirs = ([set() if is_many else _runs(one) for one in some] for some in (parts, own))
    mine_over, theirs_over = ([_over(one) for one in some] for some in (parts, own))
    for place, runs in enumerate(mine):
        for other, their_runs in enumerate(theirs):
            shared = len(runs & their_runs) / max(1, min(len(runs), len(their_runs)))
            is_headed_so = mine_over[place] != "" and mine_over[place] == theirs_over[other]
            if is_headed_so or shared >= _ENOUGH:
                yield -is_headed_so - shared, abs(place - other), place, other


def _over(section: Section) -> str:
    return " ".join((section.heading or "").split()).casefold()


def _runs(section: Section) -> set[tuple[str, ...]]:
    """Each run of words in a part, line by line; of a line that is shorter all of it."""
    return {run for block in section.blocks for line in _lines(block) for run in _runs_of(line.casefold().split())}


def _runs_of(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    yield from (tuple(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1)) if words)


def _lines(block: Block) -> tuple[str, ...]:
    return block.items if isinstance(block, Bullets) else (block.text,)
