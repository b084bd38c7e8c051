"""What an issue's research was about, counted: the same for every reader, so that it says nothing about one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from digest.models import OTHER_TOPIC, IssueItem, Kind, TopicTree

#: More rows than this cannot be taken in at a glance.
_ROWS = 7
#: Fewer studies or topics make no picture.
_FEWEST_STUDIES, _FEWEST_ROWS = 3, 2
_THE_REST = "Other topics"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One row of the chart."""

    label: str
    count: int
    #: How long it is, as a percentage of the longest; at least 4, so that it can be seen.
    percent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """New studies by top-level topic, the most frequent first; what is left over stands last."""

    total: int
    bars: tuple[Bar, ...]


def chart_of(items: Iterable[IssueItem], tree: TopicTree) -> Chart | None:
    """The chart of an issue's whole pool; None where there is too little for one.

    Every new study counts once, under the top of its heaviest topic; background and what waited from before do not.
    """
    topics = {
        item.summary.study_id: _top(item, tree)
        for item in items
        if item.fresh and item.summary.entry.kind is Kind.RESEARCH
    }
    rows = _rows(Counter(topics.values()), tree)
    if len(topics) < _FEWEST_STUDIES or len(rows) < _FEWEST_ROWS:
        return None
    longest = max(count for _, count in rows)
    bars = (Bar(label=label, count=count, percent=max(4, round(100 * count / longest))) for label, count in rows)
    return Chart(total=len(topics), bars=tuple(bars))


def _top(item: IssueItem, tree: TopicTree) -> str:
    lineage = tree.lineage(item.about[0].topic_id) if item.about else ()
    return lineage[-1] if lineage else OTHER_TOPIC


def _rows(counts: Counter[str], tree: TopicTree) -> list[tuple[str, int]]:
    by_size = sorted(counts.keys() - {OTHER_TOPIC}, key=lambda topic: (-counts[topic], tree.order[topic]))
    room = _ROWS if len(by_size) <= _ROWS and not counts[OTHER_TOPIC] else _ROWS - 1
    rows = [(tree.label(topic), counts[topic]) for topic in by_size[:room]]
    rest = counts.total() - sum(count for _, count in rows)
    return [*rows, (_THE_REST, rest)] if rest else rows
