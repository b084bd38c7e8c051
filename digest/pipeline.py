"""The first half of the flow, as verbs over the edges; `collecting` comes before it:

    compose:   summaries added in the window | tag | leave out what is off topic or old | order | save as the pool
    freeze:    audience | skip or select | make editions | write them all to the ledger at once

Nothing is decided here: `cadence`, `topics`, `audience`, `selection` and `studies` decide.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Protocol, TypeVar

from digest.amendments import is_notice
from digest.audience import reason_to_skip
from digest.models import (
    EVERYBODY,
    UNSHAPED,
    Correction,
    Entry,
    Exclusions,
    FrozenEdition,
    Issue,
    IssueItem,
    IssueStatus,
    Match,
    Profile,
    Recipient,
    Selection,
    Shape,
    SkipReason,
    Subscriber,
    SubscriberStatus,
    Summary,
    TopicTree,
    Window,
)
from digest.selection import History, Limits, best_of, editors_order, is_old, select, topics_read
from digest.store.base import Merged, Store

T = TypeVar("T")

# --- compose -------------------------------------------------------------------------------------------------


class Tags(Protocol):
    """What composing needs of `topics.Tagger`."""

    def tag(self, entry: Entry, *, condition_assumed: bool) -> tuple[Match, ...]:
        """What the entry is about, heaviest first."""

    def is_about_condition(self, entry: Entry) -> bool:
        """Whether it is about the condition at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """What composing came to."""

    issue: Issue
    #: Fresh items in the pool, and those that wait from earlier.
    fresh: int = 0
    waiting: int = 0
    #: Left out: not about the condition; study too old. Never silently.
    off_topic: tuple[Summary, ...] = ()
    old: tuple[Summary, ...] = ()
    #: Left out: they say that a study we know was retracted or corrected, which a person decides about as a correction.
    notices: tuple[Summary, ...] = ()
    #: Would have waited from earlier, had an editor not left it out for good.
    excluded: tuple[Summary, ...] = ()
    #: False when the pool was the same already, or the issue is no draft any more.
    changed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What decides about an issue's pool."""

    tags: Tags
    #: Sources that write of nothing but the condition.
    assumed: frozenset[str] = frozenset()
    study_age_limit_years: int | None = None
    #: What editors left out of earlier issues.
    exclusions: Exclusions = field(default_factory=Exclusions)


#: So many summaries of windows that readers paused over are kept in a pool for those who come back.
MISSED_IN_POOL = 60


def compose(
    store: Store,
    window: Window,
    *,
    waiting_since: datetime,
    missed_since: datetime | None = None,
    rules: Rules,
    now: datetime,
    today: date,
) -> Composed:
    """Make the issue of a window, or bring its draft up to date; an approved one is left as it is.

    Args:
        store: summaries and issues.
        window: what is fresh was added in it.
        waiting_since: what was added from here up to the window may roll over to those who wait for it.
        missed_since: of what was added from here up to that, the best is for those who come back from a pause; None
            when nobody does.
        rules: topics and guards.
        now: the instant of composing.
        today: the same, as a day in the newsletter's time zone.
    """
    issue = store.add_issue(window, now=now)
    if issue.status is not IssueStatus.DRAFT:
        return Composed(issue=issue)
    items: list[IssueItem] = []
    off_topic: list[Summary] = []
    old: list[Summary] = []
    excluded: list[Summary] = []
    notices: list[Summary] = []
    begin = min(waiting_since, window.since)
    for summary in store.summaries_added(min(missed_since or begin, begin), window.until):
        item = _item(summary, rules, window)
        if summary.added_at < window.since and summary.id in rules.exclusions.final:
            excluded.append(summary)
        elif _is_about_another(store, summary):
            notices.append(summary)
        elif item is None:
            off_topic.append(summary)
        elif is_old(summary.entry.published, today=today, years=rules.study_age_limit_years):
            old.append(summary)
        else:
            items.append(item)
    missed = best_of((item for item in items if item.summary.added_at < begin), MISSED_IN_POOL)
    pool = editors_order([*(item for item in items if item.summary.added_at >= begin), *missed])
    return Composed(
        issue=issue,
        fresh=sum(item.fresh for item in pool),
        waiting=sum(not item.fresh for item in pool),
        off_topic=tuple(summary for summary in off_topic if summary.added_at >= window.since),
        old=tuple(summary for summary in old if summary.added_at >= window.since),
        notices=tuple(summary for summary in notices if summary.added_at >= window.since),
        excluded=tuple(excluded),
        changed=store.save_items(issue.id, pool, now=now),
    )


def _is_about_another(store: Store, summary: Summary) -> bool:
    """Whether it is no research but the notice that another summary's study was retracted or corrected."""
    return is_notice(summary.entry) and any(not is_notice(one.entry) for one in store.others_of_study(summary))


def _item(summary: Summary, rules: Rules, window: Window) -> IssueItem | None:
    """The summary with its topics; None when it is not about the condition."""
    assumed = summary.entry.source in rules.assumed
    matches = rules.tags.tag(summary.entry, condition_assumed=assumed)
    if not (matches or assumed or rules.tags.is_about_condition(summary.entry)):
        return None
    return IssueItem(summary=summary, matches=matches, fresh=summary.added_at >= window.since)


# --- freeze --------------------------------------------------------------------------------------------------

#: Makes an edition of a selection; `edition.make_edition` over the issue's pool.
MakeEdition = Callable[[Selection], FrozenEdition]
#: Distinct (profile, history) pairs whose edition is kept at hand: readers who share them share the work.
SHARED_EDITIONS = 10_000


#: What was made for a reader before: (edition id, whether it reached them).
Past = tuple[tuple[int, bool], ...]


class Selector:
    """Selects from one issue's pool for anybody, sharing the work between readers who are alike.

    Args:
        store: knows which studies the editions made before were about, for the readers' histories.
        items: the pool.
        tree: the topics.
        limits: how much fits into one mail.
        caught_up: studies of windows that never had an issue: they wait for everybody.
        shape: what the editors wrote for all, or for the readers of some topics.
        corrections: those the issue can print.
    """

    def __init__(
        self,
        store: Store,
        items: Sequence[IssueItem],
        *,
        tree: TopicTree,
        limits: Limits,
        caught_up: frozenset[int] = frozenset(),
        shape: Shape = UNSHAPED,
        corrections: Sequence[Correction] = (),
    ) -> None:
        self.corrections = tuple(corrections)
        self._items = items
        self._shape = shape
        self._tree = tree
        self._limits = limits
        self._caught_up = caught_up
        self.studies = frozenset(item.summary.study_id for item in items)
        self.selection = lru_cache(SHARED_EDITIONS)(self._select)
        self._earlier = lru_cache(SHARED_EDITIONS)(store.edition_studies)

    def _select(
        self,
        profile: Profile,
        past: Past = (),
        owed: tuple[int, ...] = (),
        paused_since: datetime | None = None,
    ) -> Selection:
        """What a reader of this profile with this past reads, who is owed these corrections.

        They come back from a pause that began with a window when `paused_since` is given.
        """
        history = self._history(past, paused_since)
        selection = select(profile, self._items, tree=self._tree, limits=self._limits, history=history)
        return replace(
            selection,
            corrections=owed,
            notes=self._addressed(profile, self._shape.notes),
            subject=self._nearest(profile, self._shape.subjects),
            preheader=self._nearest(profile, self._shape.preheaders),
        )

    def _nearest(self, profile: Profile, written: Collection[str]) -> str:
        """Of the readers' first matching interest; everybody's where none matches."""
        return next((topic for topic in self._addressed(profile, written) if topic != EVERYBODY), EVERYBODY)

    def _addressed(self, profile: Profile, written: Collection[str]) -> tuple[str, ...]:
        """What of this is written for such a reader: for everybody first, then by their interests."""
        for_all = (EVERYBODY,) if EVERYBODY in written else ()
        return (*for_all, *topics_read(profile, [one for one in written if one != EVERYBODY], self._tree))

    def _history(self, past: Past, paused_since: datetime | None) -> History:
        received: set[int] = set()
        waiting = set(self._caught_up)
        for edition_id, arrived in past:
            placed, left = self._earlier(edition_id)
            (received if arrived else waiting).update(placed)
            waiting.update(left)
        old = (item.summary for item in self._items if not item.fresh)
        missed = {one.study_id for one in old if paused_since is not None and one.added_at >= paused_since}
        return History(
            received=frozenset(received & self.studies),
            waiting=frozenset(waiting - received),
            missed=frozenset(missed - received - waiting),
        )


def carried_until(store: Store, window: Window) -> datetime:
    """Up to when the issues before this window carried what was added: what came after it was missed.

    The end of the last approved one; where only drafts were made, the beginning of the first; without any issue before
    it the window's own beginning, for readers begin with a window and not with the archive.
    """
    earlier = [issue for issue in store.issues(window.cadence) if issue.window.until <= window.since]
    approved = [issue.window.until for issue in earlier if issue.status is not IssueStatus.DRAFT]
    return max(approved) if approved else min((issue.window.since for issue in earlier), default=window.since)


def caught_up(items: Iterable[IssueItem], since: datetime, later: Collection[int] = ()) -> frozenset[int]:
    """The studies of a pool that wait for everybody: added before its window and after `since`, so they were missed.

    So do those of the summaries `later`, that an editor kept for a later issue.
    """
    waiting = (item.summary for item in items if not item.fresh)
    return frozenset(one.study_id for one in waiting if one.added_at >= since or one.id in later)


def _owed(store: Store, issue: Issue, selector: Selector, only: int | None) -> Callable[[int], tuple[int, ...]]:
    """The corrections each subscriber is owed of those the issue can print; asked for in ascending order of ids."""
    if not selector.corrections:
        return lambda _subscriber_id: ()
    return by_subscriber(store.owed(selector.corrections, cadence=issue.window.cadence, only=only))


def recipients(
    store: Store,
    issue: Issue,
    selector: Selector,
    make_edition: MakeEdition,
    *,
    today: date,
    only: int | None = None,
) -> Iterator[Recipient]:
    """Everybody of the issue's cadence in the order of their ids, streamed: an edition, or the reason for none.

    Args:
        store: subscribers and their histories.
        issue: which issue.
        selector: selects from its pool.
        make_edition: makes an edition of a selection.
        today: the day in the newsletter's time zone, for pauses.
        only: just the subscriber of this id.
    """
    edition_of = lru_cache(SHARED_EDITIONS)(make_edition)
    history = store.history(issue.window.cadence, selector.studies, only=only)
    past_of = by_subscriber((row.subscriber_id, (row.edition_id, row.received)) for row in history)
    owed_to = _owed(store, issue, selector, only)
    paused = dict(store.paused_since(issue.window.cadence, before=issue.window.until, back_by=today, only=only))
    for row in store.audience(issue.window.cadence, only=only):
        reader = row.subscriber
        recipient = Recipient(subscriber_id=reader.id, address=reader.address, name=reader.name)
        past, owed = past_of(reader.id), owed_to(reader.id)
        reason = reason_to_skip(reader, suppressed=row.suppressed, today=today)
        since = paused.get(reader.id)
        selection = selector.selection(reader.profile, past, owed, since) if reason is None else Selection()
        if reason is None and selection.is_empty and not reader.profile.quiet_note:
            reason = SkipReason.NOTHING_NEW
        yield replace(recipient, skip=reason) if reason else replace(recipient, edition=edition_of(selection))


def by_subscriber(rows: Iterable[tuple[int, T]]) -> Callable[[int], tuple[T, ...]]:
    """Look up what belongs to a subscriber id, asked for in ascending order; each row is read once and forgotten."""
    groups = groupby(rows, key=itemgetter(0))
    ahead: tuple[int, tuple[T, ...]] | None = (-1, ())

    def of(subscriber_id: int) -> tuple[T, ...]:
        nonlocal ahead
        while ahead is not None and ahead[0] < subscriber_id:
            following = next(groups, None)
            ahead = following and (following[0], tuple(value for _, value in following[1]))
        return ahead[1] if ahead is not None and ahead[0] == subscriber_id else ()

    return of


# --- subscribers ---------------------------------------------------------------------------------------------

#: Rows brought into line with the database in one transaction.
ROWS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Synced:
    """What bringing a file's rows into the database came to."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Rows that say active of somebody who has left or whose address is suppressed; and those of readers who were
    #: erased, of whom nothing is stored.
    kept_away: int = 0


def sync(
    store: Store,
    incoming: Sequence[Subscriber],
    *,
    now: datetime,
    fingerprints: Sequence[str] = (),
    again: bool = False,
) -> Synced:
    """Bring rows of a file into the database, by the rules of `audience.merge`; who is not in the file stays.

    Args:
        store: the truth about consent and suppression.
        incoming: rows with distinct addresses.
        now: the instant of the change.
        fingerprints: of the rows, where they are those of the file that stands beside the database.
        again: whether a row of it counts also where it is as it was when it was last brought in.
    """
    total = Synced()
    for start in range(0, len(incoming), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        batch = incoming[part]
        done = store.merge_subscribers(batch, now=now, fingerprints=fingerprints[part], again=again)
        for row, merged in zip(batch, done, strict=True):
            total = _counted(total, row, merged)
    return total


def _counted(total: Synced, row: Subscriber, merged: Merged) -> Synced:
    after, wants_mail = merged.after, row.status is SubscriberStatus.ACTIVE
    if after is None:
        return replace(total, kept_away=total.kept_away + 1)
    away = wants_mail and (merged.suppressed or after.status is not SubscriberStatus.ACTIVE)
    is_new = merged.before is None
    return Synced(
        new=total.new + is_new,
        changed=total.changed + (not is_new and after != merged.before),
        unchanged=total.unchanged + (after == merged.before),
        kept_away=total.kept_away + away,
    )
