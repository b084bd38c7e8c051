"""What of an issue may leave, and letting it leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import lru_cache

from digest import owners, pipeline
from digest.edition import Pool
from digest.errors import NothingToDo, StateError
from digest.hours import Hours
from digest.models import Claim, DeliveryState, FrozenEdition, Issue, IssueStatus, Message, Recipient, SkipReason
from digest.newsroom import Digest
from digest.outbox import Sent, send_issue
from digest.press import Press, date_of, leaves_at

#: States in which a delivery still wants to leave.
OPEN = frozenset({DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.INFLIGHT, DeliveryState.DEFERRED})


def who_gets_what(digest: Digest, issue: Issue) -> Iterator[Recipient]:
    """What everybody would be sent now, or why nothing, in the order of their ids; nothing is stored.

    Of a draft as if it were approved now, with what would be too long shortened; of an approved issue what is left
    to send.
    """
    if issue.status is IssueStatus.DRAFT:
        return digest.everybody(issue, digest.pool(issue))
    return _left_to_send(digest, issue)


def _left_to_send(digest: Digest, issue: Issue) -> Iterator[Recipient]:
    for delivery in digest.store.deliveries(issue.id):
        skipped = delivery.state is DeliveryState.SKIPPED
        if delivery.state in OPEN or skipped:
            yield Recipient(
                subscriber_id=delivery.subscriber_id,
                address=delivery.address,
                name="",
                edition=digest.store.edition(delivery.edition_id) if delivery.edition_id else None,
                skip=SkipReason(delivery.detail) if skipped else None,
            )


def sendable(digest: Digest) -> tuple[Issue, ...]:
    """Approved issues with deliveries that are due now: first what puts something right, then the oldest."""
    now = digest.clock()
    return tuple(
        issue
        for issue in (*reversed(digest.letters()), *reversed(digest.store.issues()))
        if issue.status is IssueStatus.APPROVED
        and not issue.held
        and leaves_at(issue) <= now
        and is_open(digest, issue)
    )


def is_open(digest: Digest, issue: Issue) -> bool:
    """Whether any of its deliveries may still leave."""
    return outstanding(digest, issue) > 0


def outstanding(digest: Digest, issue: Issue) -> int:
    """How many of its deliveries may still leave."""
    return sum(number for state, number in digest.store.progress(issue.id).items() if state in OPEN)


def send(
    digest: Digest,
    issue: Issue,
    *,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Sent], None] = lambda _sent: None,
) -> Sent:
    """Send what is due of an approved issue. Safe to call again, at once, or on another machine.

    Raises:
        StateError: it is not approved, is paused, was aborted, or is scheduled for later.
        NothingToDo: nothing of it is left to send.
    """
    refuse_unless_sendable(digest, issue)
    rules = digest.settings.delivery
    with digest.carriers() as carriers, owners.a_run() as owner:
        return send_issue(
            digest.store,
            carriers,
            _compose_claim(digest, issue),
            issue_id=issue.id,
            owner=owner,
            clock=digest.clock,
            policy=rules.on_doubt,
            gone=owners.surely_gone,
            lease=rules.lease_seconds,
            life=timedelta(hours=rules.life_hours),
            hours=_hours(digest, issue),
            stop=stop,
            on_progress=on_progress,
        )


def refuse_unless_sendable(digest: Digest, issue: Issue) -> None:
    """Raise what `send` would raise now: for whoever has it sent by somebody else, and is to be told."""
    label = issue.window.label
    if issue.status is IssueStatus.DRAFT:
        raise StateError(
            f"{label} is not approved yet: look at it with `digest preview {label}`, then `digest approve {label}`"
        )
    if issue.status is IssueStatus.ABORTED:
        raise StateError(f"{label} was aborted and is never sent")
    if not is_open(digest, issue):
        raise NothingToDo(f"nothing of {label} is left to send")
    if issue.held:
        raise StateError(held_words(issue))
    if issue.not_before is not None and digest.clock() < issue.not_before:
        when = issue.not_before.astimezone(digest.settings.newsletter.timezone)
        raise StateError(
            f"{label} is scheduled for {when:%Y-%m-%d %H:%M}: `digest schedule {label} --off` lets it leave before"
        )


def cut_short(digest: Digest) -> tuple[Issue, ...]:
    """Aborted issues of which something is still in somebody's hands."""
    everything = (*digest.letters(), *digest.store.issues())
    return tuple(one for one in everything if one.status is IssueStatus.ABORTED and is_open(digest, one))


def close_books(digest: Digest, issue: Issue) -> int:
    """Of an aborted issue, call unknown what was in flight with a worker that died: no send comes by any more.

    How many there were. What a living worker has in hand ends by its answer.
    """
    gone = owners.surely_gone(digest.store.owners(issue.id))
    return digest.store.recover(issue.id, resend=False, gone=gone, now=digest.clock()).held


def _hours(digest: Digest, issue: Issue) -> Hours:
    """When its mails may leave. A reader's week begins when the issue may leave, or was approved if that came later."""
    due = date_of(issue, now=leaves_at(issue))
    return Hours(zone=digest.calendar.timezone, due=due, quiet=digest.settings.delivery.quiet_hours)


def _compose_claim(digest: Digest, issue: Issue) -> Callable[[Claim], Message]:
    # An approval may be withdrawn and given anew while this runs: its hash says which words a claim is about.
    @lru_cache(1)
    def press_of(_approved: str) -> Press:
        approved = digest.store.issue_by_id(issue.id)
        return digest.press(approved, Pool.loads(digest.store.frozen_pool(issue.id)))

    @lru_cache(pipeline.SHARED_EDITIONS)
    def edition_of(_approved: str, edition_id: int) -> FrozenEdition:
        return digest.store.edition(edition_id)

    def compose(claim: Claim) -> Message:
        press, edition = press_of(claim.content_hash), edition_of(claim.content_hash, claim.edition_id)
        return press.message(edition, subscriber_id=claim.subscriber_id, address=claim.address, name=claim.name)

    return compose


def held_words(issue: Issue) -> str:
    """Why a held issue is not sent, and what to do."""
    label = issue.window.label
    if not issue.held_because:
        return f"{label} is paused: `digest resume {label}` lets it go on"
    return (
        f"{label} stopped itself: {issue.held_because}. Look at them with `digest quarantine {label}`; then "
        f"`digest resume {label}` lets it go on, `digest abort {label}` ends it"
    )
