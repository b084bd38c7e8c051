"""The variant space of an issue: how many different editions for how many readers, and what nobody sees.

Pure: recipients are taken in one by one and forgotten, so memory grows with the different editions alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.models import OTHER_TOPIC, FrozenEdition, IssueItem, Kind, Placement, Selection, SkipReason, TopicTree

#: How many of the most read editions are named.
NAMED = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemReach:
    """In how many inboxes one item of the pool is found."""

    summary_id: int
    headline: str
    #: Printed, whole or shortened.
    printed: int = 0
    #: By its headline, among what is also new.
    headline_only: int = 0
    #: Left over for the next issue.
    left_over: int = 0

    @property
    def is_unseen(self) -> bool:
        """Whether nobody finds it, not even by its headline."""
        return not self.printed and not self.headline_only


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """One edition, and how many get it."""

    key: str
    readers: int
    items: int
    #: Of its HTML, with room for any reader's own values.
    html_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """An issue over all its readers."""

    #: Different editions, and readers who get one.
    editions: int
    readers: int
    #: Readers of this cadence who get none, by reason.
    nothing: Mapping[SkipReason, int]
    #: Every item of the pool, in the editors' order.
    items: tuple[ItemReach, ...]
    #: The most read editions, most read first.
    most_read: tuple[Variant, ...]
    #: Bytes of HTML over the different editions; 0 without any.
    smallest: int
    median: int
    largest: int
    #: How many editions were shortened or lost items because they would have been too long.
    trimmed: int
    #: How many readers get so many items.
    by_items: Mapping[int, int]
    #: Readers who are told that something was not right.
    corrected: int

    @property
    def unseen(self) -> tuple[ItemReach, ...]:
        """Items that nobody finds."""
        return tuple(item for item in self.items if item.is_unseen)


class Surveyor:
    """Takes in an issue's recipients, each once.

    Args:
        items: the pool as its editors want it, with the headlines.
        size: bytes of HTML of an edition; asked once for each different one.
    """

    def __init__(self, items: Sequence[IssueItem], *, size: Callable[[FrozenEdition], int]) -> None:
        self._headlines = {item.summary.id: item.summary.entry.headline for item in items}
        self._size = size
        self._printed: Counter[int] = Counter()
        self._headline_only: Counter[int] = Counter()
        self._left_over: Counter[int] = Counter()
        self._nothing: Counter[SkipReason] = Counter()
        self._by_items: Counter[int] = Counter()
        #: By edition: readers, items, bytes, and whether it was trimmed.
        self._seen: dict[bytes, list[int]] = {}
        self._corrected = 0

    def take(self, edition: FrozenEdition | None, skip: SkipReason | None) -> None:
        """One reader: their edition, or why they get none."""
        if edition is None:
            self._nothing[skip or SkipReason.NOTHING_NEW] += 1
            return
        selection = edition.selection
        printed = (*selection.research, *selection.background)
        self._printed.update(one.summary_id for one in printed)
        self._headline_only.update(one.summary_id for one in selection.also_new)
        self._left_over.update(one.summary_id for one in selection.left_over)
        self._by_items[len(printed)] += 1
        self._corrected += bool(selection.corrections)
        key = _short(edition.key)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = [0, len(printed), self._size(edition), int(selection.trimmed)]
        seen[0] += 1

    def survey(self) -> Survey:
        """What it came to."""
        sizes = sorted(size for _, _, size, _ in self._seen.values()) or [0]
        most = sorted(self._seen.items(), key=lambda one: (-one[1][0], one[0]))[:NAMED]
        return Survey(
            editions=len(self._seen),
            readers=sum(readers for readers, *_ in self._seen.values()),
            nothing={reason: self._nothing[reason] for reason in SkipReason if self._nothing[reason]},
            items=tuple(self._reach(summary_id, headline) for summary_id, headline in self._headlines.items()),
            most_read=tuple(
                Variant(key=key.hex(), readers=readers, items=items, html_bytes=size)
                for key, (readers, items, size, _) in most
            ),
            smallest=sizes[0],
            median=sizes[len(sizes) // 2],
            largest=sizes[-1],
            trimmed=sum(trimmed for *_, trimmed in self._seen.values()),
            by_items=dict(sorted(self._by_items.items())),
            corrected=self._corrected,
        )

    def _reach(self, summary_id: int, headline: str) -> ItemReach:
        return ItemReach(
            summary_id=summary_id,
            headline=headline,
            printed=self._printed[summary_id],
            headline_only=self._headline_only[summary_id],
            left_over=self._left_over[summary_id],
        )


def _short(key: str) -> bytes:
    """Sixteen bytes for an edition, however its key is written."""
    return hashlib.sha256(key.encode()).digest()[:16]


# --- two editions --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What one edition has that another has not, by summary id, in the order they are read in."""

    only_first: tuple[int, ...]
    only_second: tuple[int, ...]
    both: tuple[int, ...]
    #: In both, under different topics: (summary id, the first's, the second's).
    elsewhere: tuple[tuple[int, str, str], ...]
    #: Whether what both have is read in the same order.
    same_order: bool
    #: Notes and corrections of one of them alone.
    only_first_notes: tuple[str, ...] = ()
    only_second_notes: tuple[str, ...] = ()


def difference(first: Selection, second: Selection) -> Difference:
    """What differs between what two readers are given, or one reader of two profiles."""
    one, other = _placed(first), _placed(second)
    both = tuple(number for number in one if number in other)
    return Difference(
        only_first=tuple(number for number in one if number not in other),
        only_second=tuple(number for number in other if number not in one),
        both=both,
        elsewhere=tuple(
            (number, one[number].topic_id, other[number].topic_id)
            for number in both
            if one[number].topic_id != other[number].topic_id
        ),
        same_order=both == tuple(number for number in other if number in one),
        only_first_notes=tuple(note for note in first.notes if note not in second.notes),
        only_second_notes=tuple(note for note in second.notes if note not in first.notes),
    )


def _placed(selection: Selection) -> dict[int, Placement]:
    return {one.summary_id: one for one in (*selection.research, *selection.background)}


# --- over the months -----------------------------------------------------------------------------------------


def topics_of(items: Iterable[IssueItem], tree: TopicTree) -> dict[str, int]:
    """New studies of an issue by top-level topic, in the order of the tree; `OTHER_TOPIC` last. Each counts once."""
    tops = {
        item.summary.study_id: _top(item, tree)
        for item in items
        if item.fresh and item.summary.entry.kind is Kind.RESEARCH
    }
    counts = Counter(tops.values())
    return {topic: counts[topic] for topic in sorted(counts, key=lambda one: tree.order.get(one, len(tree.order)))}


def _top(item: IssueItem, tree: TopicTree) -> str:
    lineage = tree.lineage(item.about[0].topic_id) if item.about else ()
    return lineage[-1] if lineage else OTHER_TOPIC


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """What an issue has that the one before it had not."""

    #: Studies it has anew, and those it carries on for who still waits for them.
    new: int
    carried: int
    #: Its new studies by topic, less those of the issue before.
    more: Mapping[str, int]


def since(items: Sequence[IssueItem], before: Sequence[IssueItem], tree: TopicTree) -> Since:
    """What changed from the issue before to this one."""
    known = {item.summary.study_id for item in before}
    studies = {item.summary.study_id for item in items}
    now, then = topics_of(items, tree), topics_of(before, tree)
    topics = dict.fromkeys([*now, *then])
    return Since(
        new=len(studies - known),
        carried=len(studies & known),
        more={topic: now.get(topic, 0) - then.get(topic, 0) for topic in topics},
    )
