"""Article topics, also where they were printed with nothing between them: `B cellsIgAanti‐CD20multiple sclerosis`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from digest.sources.clean import clean

#: Topics of one summary that are kept, and characters of one.
MOST_TAGS = 50
LONGEST_TAG = 100
#: Characters of a run of topics that are looked at.
LONGEST_RUN = 2_000
#: Known phrases shorter than this are too often part of another word to cut by.
SHORTEST_PHRASE = 5
#: Letters that must follow a phrase before it counts as glued: fewer are an ending (`antibody`, `antibody's`).
SHORTEST_REST = 3

_SEPARATORS = re.compile(r"[\n;|•·\x1f]|,(?!\d)|(?<=\s)/(?=\s)")
#: Words whose capitals stand inside them; where one is glued, its own borders are the topic's.
_MIXED = re.compile(
    r"Ig[AGMED]\d?|(?:mi|si|nc|lnc|circ|sn|m|t|r|c)(?:RNA|DNA)s?(?![a-z])|NfL|CpG|TNF[αβ]|IFN[‐-]?[αβγ]"
)
_BORDERS = tuple(
    re.compile(pattern)
    for pattern in (
        # cells|IgA, sclerosis|MRI: three small letters, since `IgA`, `NfL` and `CoV` have fewer
        r"(?<=[a-z]{3})(?=[A-Z])",
        # Act)|brain, (MS)|relapse
        r"(?<=\))(?=[^\W_])",
        # CD20|multiple: four small letters; capitals alone say nothing (`MRIfatigue`, `MSBrain`)
        r"(?<=[A-Z]\d)(?=[a-z]{4})|(?<=\d\d)(?=[a-z]{4})",
        # CD20|Brain
        r"(?<=\d)(?=[A-Z][a-z]{2})",
    )
)
_HYPHENS = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")


def read_tags(texts: Iterable[str], *, vocabulary: Iterable[str] = ()) -> tuple[str, ...]:
    """The topics in these texts, as printed, in order, each once.

    Several texts are taken as they are: something separated them already. A single one is parted at its separators,
    and where it has none, at the borders of known phrases and of words run together.

    Args:
        texts: one topic each, or one run of topics.
        vocabulary: phrases known to be topics, in any case and with any hyphen; acronyms need no entry.
    """
    given = [text for text in texts if text.strip()]
    parts = [part for text in given for part in _SEPARATORS.split(text.strip())]
    if len(parts) == 1:
        parts = unglued(parts[0], vocabulary=vocabulary)
    tags: dict[str, str] = {}
    for part in parts:
        tag = clean(part).strip(" ,;.:#")
        if tag and len(tag) <= LONGEST_TAG:
            tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())[:MOST_TAGS]


def unglued(run: str, *, vocabulary: Iterable[str] = ()) -> list[str]:
    """A run of topics parted where two words meet without a space; the whole run where none do."""
    run = run[:LONGEST_RUN]
    cuts = {cut for pattern in _BORDERS for cut in (found.start() for found in pattern.finditer(run))}
    cuts |= _mixed_borders(run)
    cuts -= {cut for found in _MIXED.finditer(run) for cut in range(found.start() + 1, found.end())}
    cuts |= _phrase_borders(run, vocabulary)
    edges = [0, *sorted(cuts - {0, len(run)}), len(run)]
    return [run[start:end] for start, end in pairwise(edges)]


def is_glued(text: str) -> bool:
    """True for a line that can only be a run of topics: no full stop, and words meeting in two places or more."""
    return len(text) <= LONGEST_RUN and not re.search(r"[.!?:](?:\s|$)", text) and len(unglued(text)) > 2


def _mixed_borders(run: str) -> set[int]:
    cuts: set[int] = set()
    for found in _MIXED.finditer(run):
        before, after = run[: found.start()], run[found.end() :]
        if re.search(r"[a-z\d)]{2}$", before) and before[-1:].islower():
            cuts.add(found.start())
        if re.match(r"[a-z]{3}|[A-Z][a-z]{2}", after):
            cuts.add(found.end())
    return cuts


def _phrase_borders(run: str, vocabulary: Iterable[str]) -> set[int]:
    """Where a known phrase begins or ends in the middle of a word that goes on for a while."""
    text = _folded(run)
    cuts: set[int] = set()
    taken: set[int] = set()
    if len(text) != len(run):
        return cuts
    for phrase in sorted({_folded(phrase) for phrase in vocabulary}, key=lambda one: (-len(one), one)):
        if len(phrase) < SHORTEST_PHRASE:
            continue
        for found in re.finditer(re.escape(phrase), text):
            span = range(found.start(), found.end())
            if not taken.isdisjoint(span) or not _stands_free(text, found.start(), found.end(), cuts):
                continue
            taken.update(span)
            cuts |= _glue(text, found.start(), found.end())
    return cuts


def _stands_free(text: str, start: int, end: int, cuts: set[int]) -> bool:
    """Not a part of one longer word: `pain` in `painting`."""
    begins = start == 0 or not text[start - 1].isalnum() or start in cuts
    glued_before = not begins and len(re.search(r"[^\W_]*$", text[:start])[0]) >= SHORTEST_REST  # type: ignore[index]
    glued_after = end < len(text) and text[end].isalnum()
    several_words = " " in text[start:end] or "-" in text[start:end]
    return begins or (glued_before and (several_words or not glued_after))


def _glue(text: str, start: int, end: int) -> set[int]:
    cuts = {start} if start and text[start - 1].isalnum() else set()
    rest = re.match(r"[^\W_]*", text[end:])
    if rest and len(rest[0]) >= SHORTEST_REST:
        cuts.add(end)
    return cuts


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_HYPHENS).lower()
