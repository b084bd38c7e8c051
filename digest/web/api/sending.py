"""Sending, and what an operator does about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from fastapi import Request
from pydantic import Field

from digest import departures, operations
from digest.audit import Audit
from digest.errors import NothingToDo
from digest.models import DeliveryState, DomainGroup, Issue, Person
from digest.newsroom import Digest
from digest.operations import Decision, Sending, Verdict
from digest.pace import Pace
from digest.web.api.answers import Answer, Call, Cursor, Limit, Page, page_of
from digest.web.api.approvals import DoneAnswer
from digest.web.api.doors import Caller, ForEditors, ForOperators, router_for, write_down
from digest.web.api.issues import IssueAnswer, TheIssue
from digest.web.api.suppressions import SuppressionAnswer
from digest.web.site import Newsroom, TheSite

editors = router_for(ForEditors, "sending")
operators = router_for(ForOperators, "sending")
ROUTERS = (editors, operators)


class PaceAnswer(Answer):
    """How far a send is, and how fast."""

    total: int = Field(description="Mails that leave, have left or may have.")
    through: int
    deferred: int = Field(description="Refused for now, waiting for their hour.")
    rate: float = Field(description="Mails a second over the last minute.")
    eta: datetime | None = Field(description="When all that waits for nothing is through.")


class SendingAnswer(Answer):
    """How the sending of an issue goes."""

    issue: str
    held: bool
    is_over: bool = Field(description="Whether nothing is left that could leave now.")
    whole: PaceAnswer
    groups: dict[DomainGroup, PaceAnswer] = Field(description="By who runs the mailboxes.")
    transports: dict[str, PaceAnswer]
    next_due: datetime | None = Field(description="When the next deferred mail is due.")


class ResolveCall(Call):
    """What becomes of mails that may or may not have arrived."""

    unknown: Decision = Field(description="Send them once more, or take them as arrived.")


class QuarantineCall(Call):
    """What becomes of the suppressions that a send made before it stopped itself."""

    decide: Verdict = Field(description="Keep them, or lift them: those addresses may be mailed again.")


class AccountAnswer(Answer):
    """How many readers stand where, and why."""

    account: str
    reason: str | None
    readers: int


class CheckAnswer(Answer):
    """Two sums that must be one."""

    what: str
    expected: int | str
    found: int | str
    agrees: bool


class AuditAnswer(Answer):
    """Everybody of the day an issue was approved; counts, no address."""

    issue: str
    readers: int
    accounts: list[AccountAnswer]
    extra_copies_possible: int
    readers_in_doubt: int
    checks: list[CheckAnswer]
    agrees: bool


class DeliveryAnswer(Answer):
    """One row of the ledger."""

    subscriber_id: int
    email: str
    state: DeliveryState
    detail: str = Field(description="Why nothing was sent, or the transport's last words.")
    edition: int | None
    attempts: int
    extra_copies_possible: int
    finished_at: datetime | None


@editors.get("/issues/{label}/sending")
def watched(digest: Newsroom, issue: TheIssue) -> SendingAnswer:
    """How the sending goes now."""
    return _sending(operations.sending(digest, issue))


@editors.get("/issues/{label}/audit")
def audited(digest: Newsroom, issue: TheIssue) -> AuditAnswer:
    """Go through the whole ledger of an issue. It takes longer the more readers it had."""
    return _audit(issue, operations.audit(digest, issue))


@operators.get("/issues/{label}/deliveries")
def deliveries(
    request: Request, digest: Newsroom, issue: TheIssue, cursor: Cursor = 0, limit: Limit = 100
) -> Page[DeliveryAnswer]:
    """Who got what, and why somebody got nothing."""
    found = digest.store.deliveries_page(issue.id, after=cursor, limit=limit + 1)
    rows = [
        DeliveryAnswer(
            subscriber_id=row.subscriber_id,
            email=row.address,
            state=row.state,
            detail=row.detail,
            edition=row.edition_id,
            attempts=row.attempts,
            extra_copies_possible=row.doubts,
            finished_at=row.finished_at,
        )
        for row in found
    ]
    return page_of(request, rows, limit, rows[limit - 1].subscriber_id if len(rows) > limit else None)


@operators.post("/issues/{label}/send", status_code=HTTPStatus.ACCEPTED)
def send(site: TheSite, digest: Newsroom, issue: TheIssue, person: Caller) -> DoneAnswer:
    """Begin to send what is approved and due, or go on with it. It answers at once; `sending` tells how it goes."""
    label = issue.window.label
    try:
        departures.refuse_unless_sendable(digest, issue)
    except NothingToDo as nothing:
        return _done(issue, changed=False, detail=str(nothing))
    began = site.courier.send(label)
    if began:
        write_down(digest, person, "had it sent", issue)
    return _done(issue, changed=began, detail="it is being sent" if began else "it is being sent already")


@operators.post("/issues/{label}/pause")
def pause(digest: Newsroom, issue: TheIssue, person: Caller) -> DoneAnswer:
    """Hold the sending: whoever sends stops after the mails in hand."""
    did = "paused the sending"
    return _do(digest, issue, person, lambda: operations.pause(digest, issue), did=did, told="it is paused")


@operators.post("/issues/{label}/resume")
def resume(digest: Newsroom, issue: TheIssue, person: Caller) -> DoneAnswer:
    """Let a paused issue go on: `send` sends the rest, as does `digest run`."""
    did = "let the sending go on"
    return _do(digest, issue, person, lambda: operations.resume(digest, issue), did=did, told="it may go on")


@operators.post("/issues/{label}/abort")
def abort(digest: Newsroom, issue: TheIssue, person: Caller) -> DoneAnswer:
    """End an issue for good: what has not left never will. It cannot be undone."""
    did = "ended it for good"
    return _do(digest, issue, person, lambda: operations.abort(digest, issue), did=did, told="it is aborted")


@operators.post("/issues/{label}/resolve")
def resolve(digest: Newsroom, issue: TheIssue, person: Caller, call: ResolveCall) -> DoneAnswer:
    """Decide about the mails of which nobody knows whether they arrived."""
    words = {Decision.RESEND: "sent once more", Decision.ACCEPT: "taken as arrived"}[call.unknown]
    told = f"they {'will be' if call.unknown is Decision.RESEND else 'are'} {words}"
    did = f"had {{}} mails in doubt {words}"
    return _do(digest, issue, person, lambda: operations.resolve(digest, issue, call.unknown), did=did, told=told)


@operators.get("/issues/{label}/quarantine")
def quarantined(digest: Newsroom, issue: TheIssue) -> list[SuppressionAnswer]:
    """The addresses that a send suppressed before it stopped itself; they get no mail while nobody decides."""
    return [SuppressionAnswer.of(one) for one in digest.store.quarantined(issue.id)]


@operators.post("/issues/{label}/quarantine")
def decide(digest: Newsroom, issue: TheIssue, person: Caller, call: QuarantineCall) -> DoneAnswer:
    """Decide about them. What was refused for lifted ones leaves when the issue is resumed."""
    words = {Verdict.KEEP: "they stay suppressed", Verdict.LIFT: "they may be mailed again"}[call.decide]
    did = f"decided about {{}} addresses in quarantine: {words}"
    return _do(
        digest, issue, person, lambda: operations.decide_quarantine(digest, issue, call.decide), did=did, told=words
    )


def _do(digest: Digest, issue: Issue, person: Person, act: Callable[[], object], *, did: str, told: str) -> DoneAnswer:
    """Act, and write down who did it; that there was nothing to do is no problem.

    Args:
        digest: the newsletter.
        issue: what it is done to.
        person: who calls.
        act: does it.
        did: what is written down; `{}` is what the act came to.
        told: what the caller is told.
    """
    try:
        came_to = act()
    except NothingToDo as nothing:
        return _done(issue, changed=False, detail=str(nothing))
    write_down(digest, person, did.format(came_to), issue)
    return _done(digest.store.issue_by_id(issue.id), changed=True, detail=told)


def _done(issue: Issue, *, changed: bool, detail: str) -> DoneAnswer:
    return DoneAnswer(issue=IssueAnswer.of(issue), changed=changed, detail=detail)


def _sending(seen: Sending) -> SendingAnswer:
    return SendingAnswer(
        issue=seen.issue.window.label,
        held=seen.issue.held,
        is_over=seen.is_over,
        whole=_pace(seen.progress.whole),
        groups={group: _pace(pace) for group, pace in seen.progress.groups},
        transports={kind: _pace(pace) for kind, pace in seen.progress.transports},
        next_due=seen.next_due,
    )


def _pace(pace: Pace) -> PaceAnswer:
    return PaceAnswer(**{name: getattr(pace, name) for name in PaceAnswer.model_fields})


def _audit(issue: Issue, found: Audit) -> AuditAnswer:
    return AuditAnswer(
        issue=issue.window.label,
        readers=found.readers,
        accounts=[
            AccountAnswer(account=account, reason=reason or None, readers=number)
            for account, reason, number in found.accounts
        ],
        extra_copies_possible=found.extra_copies,
        readers_in_doubt=found.in_doubt,
        checks=[
            CheckAnswer(what=one.what, expected=one.expected, found=one.found, agrees=one.agrees)
            for one in found.checks
        ],
        agrees=found.agrees,
    )
