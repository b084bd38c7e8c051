"""What a source prints in most of its documents: learnt from them, so that a site's standing text needs no rule.

    paragraphs of the latest documents | put together what is nearly the same | keep what most of them have

Pure. Shared limits are no furniture: what stands under a heading of considerations anywhere is never learnt, nor what
is all that most of its documents have for limits.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from digest.models import Furniture

#: Documents it takes, and how many of the latest ones are looked at.
FEWEST_DOCUMENTS = 5
LATEST_DOCUMENTS = 20
#: Words a text must have: shorter ones are labels, or sentences that studies share.
FEWEST_WORDS = 8
#: Words of a text that are compared.
MOST_WORDS = 400
#: From this share of their words in the same order on, two texts are nearly word for word the same.
ALIKE = 0.8
#: A shorter text may differ in names alone: sentences that studies share differ in what the study is about.
FEWEST_WORDS_TO_DIFFER = 30
#: Runs of so many words are looked up, and a text that shares fewer of them is not compared.
RUN = 3
SHARED_RUNS = 0.3

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A paragraph of a document."""

    text: str
    #: True when it stands under a heading of considerations.
    under_limits: bool = False
    #: True when it is all that its document has for considerations, by its words.
    only_limits: bool = False


@dataclass(slots=True)
class _Group:
    """Paragraphs that are nearly the same, the latest first."""

    text: str
    words: Sequence[str]
    documents: set[int] = field(default_factory=set)
    only_limits: int = 0
    under_limits: bool = False


class Alike:
    """Texts, found again by others that are nearly word for word the same."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._words: list[Sequence[str]] = []
        self._places: dict[tuple[str, ...], set[int]] = {}
        for text in texts:
            self.add(text)

    def add(self, text: str) -> int:
        """Take one more; its place, from 0."""
        words = words_of(text)
        place = len(self._words)
        self._words.append(words)
        for run in _runs(words):
            self._places.setdefault(run, set()).add(place)
        return place

    def place(self, text: str) -> int | None:
        """The place of the text that is nearly this one; None when there is none."""
        words = words_of(text)
        if len(words) < FEWEST_WORDS:
            return None
        runs = set(_runs(words))
        shared = Counter(place for run in runs for place in self._places.get(run, ()))
        near = [place for place, count in shared.most_common(3) if count >= SHARED_RUNS * len(runs)]
        return next((place for place in near if _is_alike(words, self._words[place])), None)

    def has(self, text: str) -> bool:
        """Whether there is one that is nearly this one."""
        return bool(self._words) and self.place(text) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Learnt:
    """What a source's earlier documents taught."""

    #: Texts that are the site's.
    furniture: Alike = field(default_factory=Alike)
    #: Topics that several of them printed, to part others by that are printed run together.
    topics: tuple[str, ...] = ()


#: Of a source that nothing was learnt of.
NOTHING = Learnt()


def topics_of(printed: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The topics that several documents print, given those of each; one alone may be two that were run together."""
    counted = Counter(tag for tags in printed for tag in {tag.casefold(): tag for tag in tags}.values())
    return tuple(tag for tag, count in counted.items() if count > 1)


def learn(documents: Sequence[Sequence[Said]], *, latest: int = LATEST_DOCUMENTS) -> tuple[Furniture, ...]:
    """The texts that stand in most of these documents, in the order in which the latest one has them.

    Args:
        documents: paragraphs of the documents of one source, the latest first; from fewer than `FEWEST_DOCUMENTS`
            nothing is learnt.
        latest: so many of them are looked at.
    """
    looked_at = documents[:latest]
    if len(looked_at) < FEWEST_DOCUMENTS:
        return ()
    groups = [group for group in _groups(looked_at) if 2 * len(group.documents) > len(looked_at)]
    return tuple(
        Furniture(key=key_of(group.text), text=group.text, documents=len(group.documents))
        for group in groups
        if not group.under_limits and 2 * group.only_limits <= len(group.documents)
    )


def key_of(text: str) -> str:
    """Twelve hexadecimal digits that name a text by its words."""
    return hashlib.sha256(" ".join(words_of(text)).casefold().encode()).hexdigest()[:12]


def words_of(text: str) -> Sequence[str]:
    """The words of a text that are compared."""
    return _WORD.findall(text)[:MOST_WORDS]


def _groups(documents: Sequence[Sequence[Said]]) -> Collection[_Group]:
    alike, groups = Alike(), []
    for number, said in enumerate(documents):
        for one in said:
            words = words_of(one.text)
            if len(words) < FEWEST_WORDS:
                continue
            place = alike.place(one.text)
            if place is None:
                place = alike.add(one.text)
                groups.append(_Group(one.text, words))
            group = groups[place]
            group.only_limits += one.only_limits and number not in group.documents
            group.documents.add(number)
            group.under_limits |= one.under_limits
    return groups


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    small = [word.casefold() for word in words]
    return (tuple(small[start : start + RUN]) for start in range(len(small) - RUN + 1))


def _is_alike(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    matcher = SequenceMatcher(None, list(map(str.casefold, ours)), list(map(str.casefold, theirs)), autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < ALIKE or matcher.ratio() < ALIKE:
        return False
    length = min(len(ours), len(theirs))
    return all(
        _may_differ(ours[a:b], theirs[c:d], length, inside=min(a, c) > 0)
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    )


def _may_differ(mine: Sequence[str], other: Sequence[str], length: int, *, inside: bool) -> bool:
    """Whether two texts of that length may be the same although they differ there: in a name, or in a few words.

    The first word of a text is no name by its capital.
    Not in numbers: "a small study of 38 people" is about one study.
    """
    if any(word[0].isdecimal() for word in (*mine, *other)):
        return False
    return length >= FEWEST_WORDS_TO_DIFFER or (inside and all(not run or run[0][0].isupper() for run in (mine, other)))
