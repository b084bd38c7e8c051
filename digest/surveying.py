"""An issue looked at as a whole: its variants, what nobody sees, what changed, and how two readers' editions differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest import previews
from digest.edition import Pool, html_bytes
from digest.errors import InputError
from digest.models import Act, Approve, DeliveryState, FrozenEdition, Issue, IssueStatus, SkipReason
from digest.newsroom import Digest
from digest.pipeline import SHARED_EDITIONS
from digest.shaping import is_content
from digest.variants import Difference, Since, Survey, Surveyor, difference, since, topics_of

#: Issues whose topics are compared.
MONTHS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Topics:
    """What one issue was about."""

    label: str
    #: New studies by top-level topic.
    counts: Mapping[str, int]


def survey(digest: Digest, issue: Issue) -> Survey:
    """The variants of an issue: of a draft as if it were approved now, of an approved one as it was frozen."""
    if issue.status is IssueStatus.DRAFT:
        pool = digest.pool(issue)
        everybody = _now(digest, issue, pool)
    else:
        pool = Pool.loads(digest.store.frozen_pool(issue.id))
        everybody = _frozen(digest, issue)
    surveyor = Surveyor(digest.items(issue), size=lambda edition: html_bytes(pool, edition))
    for edition, skip in everybody:
        surveyor.take(edition, skip)
    return surveyor.survey()


#: Everybody's edition, or why they get none.
Everybody = Iterator[tuple[FrozenEdition | None, SkipReason | None]]


def _now(digest: Digest, issue: Issue, pool: Pool) -> Everybody:
    for recipient in digest.everybody(issue, pool):
        yield recipient.edition, recipient.skip


def _frozen(digest: Digest, issue: Issue) -> Everybody:
    edition_of = lru_cache(SHARED_EDITIONS)(digest.store.edition)
    reasons = {reason.value: reason for reason in SkipReason}
    for delivery in digest.store.deliveries(issue.id):
        if delivery.edition_id is not None:
            yield edition_of(delivery.edition_id), None
        elif delivery.state is DeliveryState.SKIPPED:
            yield None, reasons.get(delivery.detail)


def topics_over_time(digest: Digest, issue: Issue) -> tuple[Topics, ...]:
    """What this issue and those of its cadence before it were about, the oldest first."""
    earlier = [one for one in digest.store.issues(issue.window.cadence) if one.window.until <= issue.window.until]
    return tuple(
        Topics(label=one.window.label, counts=topics_of(digest.items(one), digest.tree))
        for one in reversed(earlier[:MONTHS])
    )


def since_last(digest: Digest, issue: Issue) -> Since | None:
    """What changed since the issue of its cadence before; None for the first."""
    earlier = (one for one in digest.store.issues(issue.window.cadence) if one.window.until <= issue.window.since)
    last = next(earlier, None)
    return None if last is None else since(digest.items(issue), digest.items(last), digest.tree)


def since_approval(digest: Digest, issue: Issue) -> tuple[Act, ...]:
    """What editors changed since somebody approved the issue last; everything where nobody has."""
    acts = digest.store.acts(issue.id)
    last = max((act.number for act in acts if any(isinstance(step, Approve) for step in act.steps)), default=0)
    return tuple(act for act in acts if act.number > last and is_content(act))


def differs(digest: Digest, issue: Issue, addresses: Sequence[str]) -> Difference:
    """What differs between the editions of two readers.

    Raises:
        InputError: they are not two, or no subscribers.
        NothingToDo: one of them gets nothing; the message says why.
    """
    if len(addresses) != 2:
        raise InputError("name two readers to compare")
    first, second = (previews.of_reader(digest, issue, address).edition.selection for address in addresses)
    return difference(first, second)
