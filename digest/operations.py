"""What an operator does about a send: pause it, let it go on, end it, settle what is in doubt, audit it, watch it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from digest import approving, departures
from digest.audit import Account, Audit, Auditor, Check, Row
from digest.breaker import Breaker
from digest.canary import CANARY
from digest.errors import NothingToDo, StateError
from digest.limits import Limits
from digest.models import DeliveryState, DomainGroup, FeedbackKind, Issue, IssueStatus, Refusal, Wait
from digest.newsroom import Digest
from digest.pace import SPAN, Progress, progress
from digest.refusals import About, about
from digest.store.base import Warmth
from digest.suppression import Feedback, verdict


class Decision(StrEnum):
    """What a person decides about mails that may or may not have arrived."""

    #: Send them once more: some readers may have them twice.
    RESEND = "resend"
    #: Take them as arrived: some readers may have none.
    ACCEPT = "accept"


class Verdict(StrEnum):
    """What a person decides about suppressions in quarantine."""

    #: They are right: those mailboxes are gone.
    KEEP = "keep"
    #: They were wrong: the addresses may be mailed again.
    LIFT = "lift"


@dataclass(frozen=True, kw_only=True, slots=True)
class Aborted:
    """What became of an issue that was ended."""

    cancelled: int
    #: On their way at that moment: their answers are still waited for.
    in_flight: int
    #: Nobody knows whether they arrived: their worker died.
    unknown: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """What one transport is held to now, and why it may be slow."""

    name: str
    limits: Limits
    breaker: Breaker
    #: None where it is not warmed up.
    warmth: Warmth | None
    #: The groups whose rate leaves no room for an issue's mail at this moment; None among them for all together.
    used_up: tuple[DomainGroup | None, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """How the sending of one issue goes."""

    issue: Issue
    now: datetime
    progress: Progress
    #: When the next deferred mail is due, or a lease runs out; None when nothing waits.
    next_due: datetime | None
    #: What keeps mails back that nothing is wrong with: how many each, and until when the first of them.
    waits: tuple[tuple[Wait, int, datetime], ...] = ()
    #: What each transport is held to, in their order.
    ways: tuple[Way, ...] = ()
    #: How many mails of the canary have begun; None once it is through, or where the issue is smaller.
    canary: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left that could leave now: what is deferred waits for its hour."""
        return self.progress.whole.ready == 0


def approve_due(digest: Digest) -> tuple[str, ...]:
    """Approve the drafts that are due and approve themselves; why others were not: they keep nothing else back."""
    refused: list[str] = []
    for draft in approving.drafts_due(digest):
        try:
            approving.approve_if_auto(digest, draft)
        except StateError as error:
            refused.append(str(error))
    return tuple(refused)


def pause(digest: Digest, issue: Issue) -> None:
    """Hold the sending: whoever sends stops after the mails in hand. NothingToDo when it is held or done already."""
    _must_be_sending(digest, issue)
    if issue.held:
        raise NothingToDo(f"{issue.window.label} is paused already")
    digest.store.set_held(issue.id, held=True)


def resume(digest: Digest, issue: Issue) -> None:
    """Let the sending go on, the next time somebody sends. NothingToDo when it is not held.

    Of a send that stopped itself, what bounced before is not held against it any more.
    """
    if issue.status is IssueStatus.ABORTED:
        raise StateError(f"{issue.window.label} was aborted and is never sent")
    if not issue.held:
        raise NothingToDo(f"{issue.window.label} is not paused")
    digest.store.let_go_on(issue.id, now=digest.clock())


def abort(digest: Digest, issue: Issue) -> Aborted:
    """End an issue for good: what has not left never will. NothingToDo when all has left, or it was ended before."""
    label = issue.window.label
    if issue.status is IssueStatus.ABORTED:
        raise NothingToDo(f"{label} was aborted already")
    if issue.status is IssueStatus.APPROVED and not departures.is_open(digest, issue):
        raise NothingToDo(f"nothing of {label} is left to stop")
    digest.store.abort(issue.id, now=digest.clock())
    departures.close_books(digest, issue)
    states = digest.store.progress(issue.id)
    return Aborted(
        cancelled=states.get(DeliveryState.CANCELLED, 0),
        in_flight=states.get(DeliveryState.INFLIGHT, 0),
        unknown=states.get(DeliveryState.UNKNOWN, 0),
    )


def resolve(digest: Digest, issue: Issue, decision: Decision) -> int:
    """Settle every delivery that is unknown; how many there were. NothingToDo when none is.

    Raises:
        StateError: they are to be sent again, and the issue was aborted.
    """
    label = issue.window.label
    resend = decision is Decision.RESEND
    if resend and issue.status is IssueStatus.ABORTED:
        raise StateError(f"{label} was aborted, and nothing of it is sent again: `--unknown accept` closes its books")
    if issue.status is IssueStatus.ABORTED:
        departures.close_books(digest, issue)
    settled = digest.store.resolve(issue.id, resend=resend, now=digest.clock())
    if not settled:
        raise NothingToDo(f"nothing of {label} is in doubt")
    return settled


def refused_for_us(digest: Digest, issue: Issue, reason: str = "") -> tuple[Refusal, ...]:
    """What of an issue was refused for what we are or say, and surely never arrived; `reason` is in the words of each.

    Refusals of earlier versions count, which called them bounced.
    """
    wanted = reason.casefold()
    return tuple(
        one
        for one in digest.store.refusals(issue.id)
        if wanted in one.detail.casefold() and _is_for_good(one) and about(one.code, one.detail) is About.US
    )


def _is_for_good(refusal: Refusal) -> bool:
    """What is only put off leaves by itself, and greylisting servers want to be waited for."""
    return refusal.state is not DeliveryState.DEFERRED or "5" in (refusal.code[:1], refusal.detail[:1])


def again(digest: Digest, issue: Issue, refusals: Sequence[Refusal]) -> int:
    """Let these leave once more, whatever was refused before; how many. Who left meanwhile gets nothing.

    Raises:
        StateError: it is not approved, is paused, was aborted, or is scheduled for later.
        NothingToDo: there are none.
    """
    with suppress(NothingToDo):
        departures.refuse_unless_sendable(digest, issue)
    if not refusals:
        raise NothingToDo(f"nothing of {issue.window.label} was refused for what we are or say")
    return digest.store.again(issue.id, [one.delivery_id for one in refusals], now=digest.clock())


def decide_quarantine(digest: Digest, issue: Issue, verdict: Verdict) -> int:
    """Settle the suppressions that an issue made before its send stopped itself; how many there were.

    Raises:
        NothingToDo: none of them waits for a person.
    """
    if verdict is Verdict.LIFT:
        settled = digest.store.lift_quarantined(issue.id, now=digest.clock())
    else:
        settled = digest.store.keep_quarantined(issue.id)
    if not settled:
        raise NothingToDo(f"{issue.window.label} has no suppressions in quarantine")
    return settled


def lift(digest: Digest, address: str) -> None:
    """Let an address have mail again that was suppressed for what bounced, or by hand.

    Raises:
        NothingToDo: nothing stands against it.
        StateError: its owner complained, which stands for good; or asked for no more mail: only they can change that,
            by joining anew.
    """
    stands = digest.store.suppressions_of([address])
    if not stands:
        raise NothingToDo("nothing stands against this address")
    if any(one.reason is FeedbackKind.COMPLAINT for one in stands):
        raise StateError("its owner does not want mail (complaint): that stands for good, and no letter goes there")
    history = digest.store.feedback(address)
    # Behind all that came back, whatever the clocks of those who told it said.
    now = max([digest.clock(), *(one.at for one in history)])
    believed = Feedback(address=address, kind=FeedbackKind.DELIVERED, at=now)
    standing = verdict([*history, believed])
    if standing is not None:
        raise StateError(
            f"its owner does not want mail ({standing.reason}): only they can change that, by joining anew"
        )
    digest.store.lift(address, now=now)


def audit(digest: Digest, issue: Issue, *, on_row: Callable[[Row, Account, str], None] | None = None) -> Audit:
    """Go through the whole ledger of an issue as of one moment; `on_row` sees every row with its account and why.

    Raises:
        NothingToDo: it has no ledger, being a draft, or one that was aborted before anybody approved it.
    """
    if issue.approved_at is None:
        raise NothingToDo(f"{issue.window.label} was never approved: there is nothing to audit")
    with digest.store.books(issue.id) as book:
        auditor = Auditor(editions=book.editions)
        for row in book.rows:
            account, reason = auditor.take(row)
            if on_row is not None:
                on_row(row, account, reason)
        found = auditor.audit(book)
    fingerprint = hashlib.sha256(digest.store.frozen_pool(issue.id)).hexdigest()
    approved = Check(what="fingerprint of what was approved", expected=issue.content_hash or "", found=fingerprint)
    return replace(found, checks=(*found.checks, approved))


def sending(digest: Digest, issue: Issue) -> Sending:
    """How the sending of an issue goes now; one look through its ledger."""
    now = digest.clock()
    counts = progress(digest.store.paces(issue.id, since=now - SPAN), now=now)
    begun, _ = digest.store.begun(issue.id, at_most=CANARY)
    return Sending(
        issue=digest.store.issue_by_id(issue.id),
        now=now,
        progress=counts,
        ways=ways(digest),
        canary=begun if begun < CANARY < counts.whole.total else None,
        next_due=digest.store.next_due(issue.id),
        waits=digest.store.waits(issue.id),
    )


def ways(digest: Digest) -> tuple[Way, ...]:
    """What each transport is held to now, in their order."""
    now, breakers = digest.clock(), digest.store.breakers()
    found = []
    for name, given in digest.settings.transports_in_order().items():
        limits = given.limits_noun()
        buckets = digest.store.buckets(name) if limits.rates else {}
        used_up = (
            group
            for group, rate in limits.rates.items()
            if group in buckets and not buckets[group].filled(rate, now).for_issues
        )
        found.append(
            Way(
                name=name,
                limits=limits,
                breaker=breakers.get(name, Breaker()),
                warmth=digest.store.warmth(name, limits.warm_up, now=now) if limits.warm_up else None,
                used_up=tuple(used_up),
            )
        )
    return tuple(found)


def under_way(digest: Digest) -> tuple[Issue, ...]:
    """The approved issues with deliveries that may still leave, paused ones too, the oldest first."""
    issues = (*reversed(digest.letters()), *reversed(digest.store.issues()))
    return tuple(
        issue for issue in issues if issue.status is IssueStatus.APPROVED and departures.is_open(digest, issue)
    )


def _must_be_sending(digest: Digest, issue: Issue) -> None:
    label = issue.window.label
    if issue.status is IssueStatus.DRAFT:
        raise StateError(f"{label} is not approved yet, so nothing of it leaves")
    if issue.status is IssueStatus.ABORTED:
        raise StateError(f"{label} was aborted and is never sent")
    if not departures.is_open(digest, issue):
        raise NothingToDo(f"nothing of {label} is left to send")
