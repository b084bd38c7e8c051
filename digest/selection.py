"""What one profile reads from one issue, in order.

    pool -> not muted, not received before; one summary a study, preferably one about the reader's interests
         -> each in its most specific section among the reader's interests
         -> what editors pinned, then a fair share: every interest gets one item before any gets two, up to the
            reader's limit
         -> in the order of interests; what did not fit rolls over

Pure: the same arguments give the same selection, whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from digest.models import (
    OTHER_TOPIC,
    IssueItem,
    Kind,
    Length,
    Match,
    Placement,
    Precision,
    Profile,
    PublishedDate,
    Selection,
    TopicTree,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much fits into one mail."""

    #: Research items, by the length the reader chose.
    items: Mapping[Length, int] = field(default_factory=lambda: {Length.BRIEF: 20, Length.STANDARD: 12, Length.FULL: 8})
    background: int = 2
    also_new: int = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What a reader has had before, as far as it touches an issue's pool."""

    #: Studies that reached them, or may have.
    received: frozenset[int] = frozenset()
    #: Studies an earlier issue had for them and they never got: left over, or the mail never arrived.
    waiting: frozenset[int] = frozenset()
    #: Studies of the windows a reader paused over: the best of them come once, and what does not fit never does.
    missed: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    item: IssueItem
    #: The reader's topics it is about, most specific first; the first is its section.
    topics: tuple[str, ...]


def select(
    profile: Profile,
    items: Sequence[IssueItem],
    *,
    tree: TopicTree,
    limits: Limits,
    history: History = History(),
) -> Selection:
    """What a reader with this profile and history reads from an issue's pool.

    Args:
        profile: the reader's wishes.
        items: the issue's pool in the editors' order, which breaks ties. An item that is not fresh counts only for
            readers whose history says they wait for its study.
        tree: the topics.
        limits: how much fits.
        history: what this reader has had.

    Returns:
        The selection; `is_empty` when there is nothing to mail. Nothing is lost: what is for this reader and does
        not fit stands in `left_over`, unless they paused over it. Of that the best come, by fair share as all else, in
        half of the mail's room, or in more where there is less that is new. What is pinned always fits: it counts
        towards the limit, and may go beyond it.
    """
    wanted = _Interests(profile, tree)
    open_to_me = (item for item in items if not wanted.mutes(item) and _is_due(item, history))
    pool = _one_a_study(_Candidate(item=item, topics=wanted.topics(item)) for item in open_to_me)
    mine = [candidate for candidate in pool if candidate.topics]
    research = [candidate for candidate in mine if candidate.item.summary.entry.kind is Kind.RESEARCH]
    background = [candidate for candidate in mine if candidate.item.summary.entry.kind is Kind.BACKGROUND]
    chosen, left = _with_best_of_missed(research, wanted, limits.items[profile.length], history)
    explained, unexplained = _fair_share(_due(background, history), wanted, limits.background)
    others = [candidate.item for candidate in pool if not candidate.topics]
    return Selection(
        length=profile.length,
        general=wanted.general,
        research=tuple(map(_placement, chosen)),
        background=tuple(map(_placement, explained)),
        also_new=tuple(_headlines(others, tree, limits.also_new)),
        left_over=tuple(map(_placement, (*left, *unexplained))),
    )


def topics_read(profile: Profile, topics: Collection[str], tree: TopicTree) -> tuple[str, ...]:
    """Which of these topics a reader reads, in the order of their interests.

    Whoever follows a topic reads it, those below it, and what is said about those above it. A reader without interests
    reads none: nobody may tell them that they follow something.
    """
    found: dict[str, None] = {}
    for interest in profile.interests:
        above = tree.lineage(interest)
        mine = [topic for topic in topics if topic in above or interest in tree.lineage(topic)]
        # The nearest first: the interest itself, then those above it, then those below.
        found |= dict.fromkeys(sorted(mine, key=lambda topic: above.index(topic) if topic in above else len(above)))
    return tuple(found)


def is_old(published: PublishedDate | None, *, today: date, years: int | None) -> bool:
    """Whether a study's own date keeps it out of an issue: a bulk import of old studies is not news.

    Args:
        published: the study's date; None is never old, for nothing is known against it.
        today: the day the issue is made.
        years: the limit; None means there is none. A date known by month or year counts from the end of its span.
    """
    if published is None or years is None:
        return False
    day = published.day
    age = today.year - day.year - years
    if published.precision is Precision.YEAR:
        return age > 0
    if published.precision is Precision.MONTH:
        return (age, today.month) > (0, day.month)
    return (age, today.month, today.day) > (0, day.month, day.day)


def editors_order(items: Iterable[IssueItem]) -> tuple[IssueItem, ...]:
    """The order a pool begins in: what its source rates most credible first, then most interesting, then newest."""
    newest_first = sorted(items, key=lambda item: (item.summary.added_at, item.summary.id), reverse=True)
    return tuple(sorted(newest_first, key=_standing, reverse=True))


def best_of(items: Iterable[IssueItem], limit: int) -> list[IssueItem]:
    """The best of these, one of every main topic before a second of any, up to the limit; in the editors' order."""
    ordered = editors_order(items)
    depth: dict[str, int] = {}
    rounds = []
    for place, item in enumerate(ordered):
        topic = item.matches[0].topic_id if item.matches else OTHER_TOPIC
        rounds.append((depth.get(topic, 0), place))
        depth[topic] = depth.get(topic, 0) + 1
    return [ordered[place] for place in sorted(place for _, place in sorted(rounds)[:limit])]


def _standing(item: IssueItem) -> tuple[float, float]:
    entry = item.summary.entry
    return rating(entry.credibility), rating(entry.interest)


#: What sources say instead of a number, as shares of the best rating.
_RATING_WORDS = {"very high": 1.0, "very low": 0.1, "high": 0.8, "strong": 0.8, "moderate": 0.5, "medium": 0.5}
_RATING_WORDS |= {"low": 0.2, "weak": 0.2}
_FRACTION = re.compile(r"(?<!\d)(\d+(?:\.\d+)?)\s*(?:/|out of|of)\s*(\d+)")


def rating(words: str | None) -> float:
    """A source's own rating as a share of its best, 0 to 1: `4/5`, `4 out of 5`, `High`. 0.5 where it says nothing."""
    text = (words or "").lower()
    fraction = _FRACTION.search(text)
    if fraction and float(fraction[2]) > 0:
        return min(float(fraction[1]) / float(fraction[2]), 1.0)
    return next((share for word, share in _RATING_WORDS.items() if word in text), 0.5)


class _Interests:
    """One reader's wishes, looked up in the tree."""

    def __init__(self, profile: Profile, tree: TopicTree) -> None:
        self.general = not profile.interests
        self._tree = tree
        self._muted = profile.mutes
        self._rank = {topic: place for place, topic in enumerate(profile.interests)}

    def rank(self, topic_id: str) -> int:
        """Which interest a topic serves, counted from the reader's first; the editors' order in a general edition."""
        if self.general:
            return self._tree.order.get(topic_id, len(self._tree.order))
        return min(self._rank[above] for above in self._tree.lineage(topic_id) if above in self._rank)

    def mutes(self, item: IssueItem) -> bool:
        # Moving an item does not change what its text is about.
        topics = (match.topic_id for match in (*item.matches, *item.about))
        return any(not self._muted.isdisjoint(self._tree.lineage(topic)) for topic in topics)

    def topics(self, item: IssueItem) -> tuple[str, ...]:
        """The reader's topics this item is about: the deepest first, then the one it says most about."""
        found = [match for match in item.about if self._wants(match)]
        found.sort(
            key=lambda match: (-len(self._tree.lineage(match.topic_id)), -match.score, self.rank(match.topic_id))
        )
        if self.general and not found:
            return (OTHER_TOPIC,)
        return tuple(match.topic_id for match in found)

    def _wants(self, match: Match) -> bool:
        lineage = self._tree.lineage(match.topic_id)
        return bool(lineage) and (self.general or any(above in self._rank for above in lineage))


def _one_a_study(candidates: Iterable[_Candidate]) -> tuple[_Candidate, ...]:
    """The first summary of each study: preferably one about the reader's topics, then a pinned one, then a fresh one.

    Two sources may find different topics in one study, so the choice is the reader's, not the issue's.
    """
    best: dict[int, _Candidate] = {}
    for candidate in candidates:
        held = best.get(candidate.item.summary.study_id)
        if held is None or _claim(candidate) > _claim(held):
            best[candidate.item.summary.study_id] = candidate
    return tuple(best.values())


def _claim(candidate: _Candidate) -> tuple[bool, bool, bool]:
    return bool(candidate.topics), candidate.item.pinned, candidate.item.fresh


def _is_due(item: IssueItem, history: History) -> bool:
    study = item.summary.study_id
    if study in history.received:
        return False
    return item.fresh or study in history.waiting or study in history.missed


def _due(candidates: Iterable[_Candidate], history: History) -> list[_Candidate]:
    """Those that are new or wait; the others were missed in a pause."""
    return [one for one in candidates if one.item.fresh or one.item.summary.study_id in history.waiting]


def _with_best_of_missed(
    candidates: Sequence[_Candidate], wanted: _Interests, limit: int, history: History
) -> tuple[list[_Candidate], list[_Candidate]]:
    """The fair share of what is due and of the best that was missed in a pause; and what of the due is left."""
    due = _due(candidates, history)
    kept = {id(one) for one in due}
    missed = [one for one in candidates if id(one) not in kept]
    best, _ = _fair_share(missed, wanted, max(limit // 2, limit - len(due)))
    chosen, left = _fair_share([*due, *best], wanted, limit)
    return chosen, [one for one in left if id(one) in kept]


def _fair_share(
    candidates: Sequence[_Candidate], wanted: _Interests, limit: int
) -> tuple[list[_Candidate], list[_Candidate]]:
    """The pinned, then round by round one item an interest, up to the limit; the chosen and the rest, in reading order.

    A pinned item takes the turn of its interest.
    """
    ranked = sorted(candidates, key=_merit)
    limit = max(limit, sum(candidate.item.pinned for candidate in candidates))
    queues: dict[int, list[_Candidate]] = {}
    for candidate in ranked:
        queues.setdefault(wanted.rank(candidate.topics[0]), []).append(candidate)
    depth = {id(candidate): place for queue in queues.values() for place, candidate in enumerate(queue)}
    rounds = sorted(
        ranked,
        key=lambda one: (not one.item.pinned, depth[id(one)], wanted.rank(one.topics[0])),
    )
    merit = {id(candidate): place for place, candidate in enumerate(sorted(candidates, key=_place))}
    sections = _section_order(rounds[:limit], wanted, merit)

    def reading_order(candidate: _Candidate) -> tuple[int, int, int]:
        topic = candidate.topics[0]
        return wanted.rank(topic), sections.get(topic, len(sections)), merit[id(candidate)]

    return sorted(rounds[:limit], key=reading_order), sorted(rounds[limit:], key=reading_order)


def _section_order(chosen: Sequence[_Candidate], wanted: _Interests, merit: Mapping[int, int]) -> dict[str, int]:
    """Where one interest covers several sections: the section with the best item first."""
    best = sorted(chosen, key=lambda candidate: (wanted.rank(candidate.topics[0]), merit[id(candidate)]))
    return {topic: place for place, topic in enumerate(dict.fromkeys(candidate.topics[0] for candidate in best))}


def _merit(candidate: _Candidate) -> tuple[bool, bool]:
    """Pinned first, then what has waited; the editors' order decides the rest, for sorting is stable."""
    return not candidate.item.pinned, candidate.item.fresh


def _place(candidate: _Candidate) -> tuple[bool, bool]:
    """The same for reading, but that what an editor put somewhere stays there."""
    return not candidate.item.pinned, candidate.item.fresh or candidate.item.placed


def _placement(candidate: _Candidate) -> Placement:
    summary = candidate.item.summary
    return Placement(
        summary_id=summary.id,
        study_id=summary.study_id,
        topic_id=candidate.topics[0],
        also=candidate.topics[1:],
        pinned=candidate.item.pinned,
    )


def _headlines(items: Sequence[IssueItem], tree: TopicTree, limit: int) -> Iterator[Placement]:
    """Research outside the reader's interests, one topic after another so that none fills the list."""
    by_topic: dict[str, list[IssueItem]] = {}
    for item in items:
        if item.fresh and item.summary.entry.kind is Kind.RESEARCH:
            topic = item.about[0].topic_id if item.about else OTHER_TOPIC
            by_topic.setdefault(topic, []).append(item)
    queued = [
        (place, tree.order.get(topic, len(tree.order)), item.summary, topic)
        for topic, queue in by_topic.items()
        for place, item in enumerate(queue)
    ]
    for _, _, summary, topic in sorted(queued, key=lambda row: row[:2])[:limit]:
        yield Placement(summary_id=summary.id, study_id=summary.study_id, topic_id=topic)
