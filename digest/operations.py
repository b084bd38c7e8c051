"""What an operator does about a send: pause it, let it go on, end it, settle what is in doubt, audit it, watch it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from digest.audit import Account, Audit, Auditor, Check, Row
from digest.errors import NothingToDo, StateError
from digest.models import DeliveryState, Issue, IssueStatus, Wait
from digest.newsroom import Digest
from digest.pace import SPAN, Progress, progress


class Decision(StrEnum):
    """What a person decides about mails that may or may not have arrived."""

    #: Send them once more: some readers may have them twice.
    RESEND = "resend"
    #: Take them as arrived: some readers may have none.
    ACCEPT = "accept"


@dataclass(frozen=True, kw_only=True, slots=True)
class Aborted:
    """What became of an issue that was ended."""

    cancelled: int
    #: On their way at that moment: their answers are still waited for.
    in_flight: int


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

    @property
    def is_over(self) -> bool:
        """Whether nothing is left that could leave now: what is deferred waits for its hour."""
        return self.progress.whole.ready == 0


def pause(digest: Digest, issue: Issue) -> None:
    """Hold the sending: whoever sends stops after the mails in hand. NothingToDo when it is held or done already."""
    _must_be_sending(digest, issue)
    if issue.held:
        raise NothingToDo(f"{issue.window.label} is paused already")
    digest.store.set_held(issue.id, held=True)


def resume(digest: Digest, issue: Issue) -> None:
    """Let the sending go on, the next time somebody sends. NothingToDo when it is not held."""
    if issue.status is IssueStatus.ABORTED:
        raise StateError(f"{issue.window.label} was aborted and is never sent")
    if not issue.held:
        raise NothingToDo(f"{issue.window.label} is not paused")
    digest.store.set_held(issue.id, held=False)


def abort(digest: Digest, issue: Issue) -> Aborted:
    """End an issue for good: what has not left never will. NothingToDo when all has left, or it was ended before."""
    label = issue.window.label
    if issue.status is IssueStatus.ABORTED:
        raise NothingToDo(f"{label} was aborted already")
    if issue.status is IssueStatus.APPROVED and not digest.is_open(issue):
        raise NothingToDo(f"nothing of {label} is left to stop")
    cancelled = digest.store.abort(issue.id, now=digest.clock())
    return Aborted(cancelled=cancelled, in_flight=digest.store.progress(issue.id).get(DeliveryState.INFLIGHT, 0))


def resolve(digest: Digest, issue: Issue, decision: Decision) -> int:
    """Settle every delivery that is unknown; how many there were. NothingToDo when none is.

    Raises:
        StateError: they are to be sent again, and the issue was aborted.
    """
    label = issue.window.label
    resend = decision is Decision.RESEND
    if resend and issue.status is IssueStatus.ABORTED:
        raise StateError(f"{label} was aborted, and nothing of it is sent again: `--unknown accept` closes its books")
    settled = digest.store.resolve(issue.id, resend=resend, now=digest.clock())
    if not settled:
        raise NothingToDo(f"nothing of {label} is in doubt")
    return settled


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
    counts = digest.store.paces(issue.id, since=now - SPAN)
    return Sending(
        issue=digest.store.issue_by_id(issue.id),
        now=now,
        progress=progress(counts, now=now),
        next_due=digest.store.next_due(issue.id),
        waits=digest.store.waits(issue.id),
    )


def under_way(digest: Digest) -> tuple[Issue, ...]:
    """The approved issues with deliveries that may still leave, paused ones too, the oldest first."""
    issues = (*reversed(digest.letters()), *reversed(digest.store.issues()))
    return tuple(issue for issue in issues if issue.status is IssueStatus.APPROVED and digest.is_open(issue))


def _must_be_sending(digest: Digest, issue: Issue) -> None:
    label = issue.window.label
    if issue.status is IssueStatus.DRAFT:
        raise StateError(f"{label} is not approved yet, so nothing of it leaves")
    if issue.status is IssueStatus.ABORTED:
        raise StateError(f"{label} was aborted and is never sent")
    if not digest.is_open(issue):
        raise NothingToDo(f"nothing of {label} is left to send")
