"""Send an issue and watch it go; hold it, let it go on, end it, settle what is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest import departures, operations
from digest.errors import InputError, NothingToDo, StateError
from digest.models import DeliveryState, Issue, IssueStatus
from digest.newsroom import Digest
from digest.operations import Decision, Sending, Verdict
from digest.web.desk.frame import TheIssue, counted, show, spoken, zone_of
from digest.web.desk.log import write_down
from digest.web.doors import DeskForm, Operator, Somebody
from digest.web.forms import Form
from digest.web.site import Newsroom, Site, TheSite

router = APIRouter(prefix="/issues/{label}")

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class Going:
    """How an approved issue goes, for the page that shows it."""

    sending: Sending
    states: Mapping[DeliveryState, int]
    #: Whether this site is sending it at the moment.
    is_on: bool
    #: Whether mails may still leave.
    is_open: bool
    #: Whether nothing has left yet.
    is_untouched: bool
    #: How many addresses wait in quarantine.
    in_quarantine: int

    @property
    def in_doubt(self) -> int:
        """How many mails may or may not have arrived."""
        return self.states.get(DeliveryState.UNKNOWN, 0)

    @property
    def is_moving(self) -> bool:
        """Whether the page is worth looking at again in a moment."""
        return self.is_on or (self.is_open and not self.sending.issue.held and self.sending.progress.whole.through > 0)


def sent_so_far(site: Site, issue: Issue) -> Going | None:
    """How it goes; None for a draft."""
    digest = site.digest
    if issue.status is IssueStatus.DRAFT:
        return None
    states = digest.store.progress(issue.id)
    sending = operations.sending(digest, issue)
    return Going(
        sending=sending,
        states=states,
        is_on=site.courier.is_sending(issue.window.label),
        is_open=departures.is_open(digest, issue),
        in_quarantine=len(digest.store.quarantined(issue.id)),
        is_untouched=not sending.progress.whole.through and not states.get(DeliveryState.INFLIGHT),
    )


def is_scheduled(digest: Digest, issue: Issue) -> bool:
    """Whether somebody said that nothing of it leaves yet."""
    return issue.not_before is not None and digest.clock() < issue.not_before


def _leaves(digest: Digest, issue: Issue) -> str:
    return spoken(issue.not_before, zone_of(digest), now=digest.clock())


@router.post("/send")
def sent(site: TheSite, digest: Newsroom, issue: TheIssue, person: Somebody, _form: DeskForm) -> Response:
    """Send what is due, now."""
    if issue.status is not IssueStatus.APPROVED:
        raise StateError(f"{issue.window.title} is not approved, so nothing of it leaves")
    if is_scheduled(digest, issue):
        raise StateError(f"nothing of it leaves before {_leaves(digest, issue)}: let it leave when it is due, first")
    try:
        departures.refuse_unless_sendable(digest, issue)
    except NothingToDo:
        return _back(site, issue, "Nothing of it is left to send.")
    if site.courier.send(issue.window.label):
        write_down(digest, person, "had it sent", issue)
    return _back(site, issue, "It is being sent. You may close this page: it goes on.")


@router.post("/pause")
def paused(site: TheSite, digest: Newsroom, issue: TheIssue, person: Somebody, _form: DeskForm) -> Response:
    """Hold the sending."""
    operations.pause(digest, issue)
    write_down(digest, person, "paused the sending", issue)
    return _back(site, issue, "Paused. The mails in hand are finished, and no other leaves.")


@router.post("/resume")
def resumed(site: TheSite, digest: Newsroom, issue: TheIssue, person: Somebody, _form: DeskForm) -> Response:
    """Let it go on."""
    operations.resume(digest, issue)
    write_down(digest, person, "let the sending go on", issue)
    if is_scheduled(digest, issue):
        return _back(site, issue, f"It is paused no longer, and leaves on {_leaves(digest, issue)}.")
    site.courier.send(issue.window.label)
    return _back(site, issue, "It goes on.")


@router.get("/abort")
def about_to_abort(request: Request, site: TheSite, digest: Newsroom, issue: TheIssue, _person: Operator) -> Response:
    """Ask whether to end it for good."""
    return show(request, site, "abort", issue=issue, left=departures.outstanding(digest, issue))


@router.post("/abort")
def aborted(site: TheSite, digest: Newsroom, issue: TheIssue, person: Operator, _form: DeskForm) -> Response:
    """End it for good."""
    ended = operations.abort(digest, issue)
    write_down(digest, person, "ended it for good", issue)
    return _back(site, issue, f"Ended. {counted(ended.cancelled, 'mail')} will never leave.")


@router.post("/resolve")
def resolved(site: TheSite, digest: Newsroom, issue: TheIssue, person: Operator, form: DeskForm) -> Response:
    """Settle what may or may not have arrived."""
    decision = _chosen(form, Decision)
    settled = operations.resolve(digest, issue, decision)
    words = "sent once more" if decision is Decision.RESEND else "taken as arrived"
    write_down(digest, person, f"had {counted(settled, 'mail')} in doubt {words}", issue)
    if decision is Decision.RESEND:
        site.courier.send(issue.window.label)
    return _back(site, issue, f"{counted(settled, 'mail')} in doubt: {words}.")


@router.get("/quarantine")
def in_quarantine(request: Request, site: TheSite, digest: Newsroom, issue: TheIssue, _person: Operator) -> Response:
    """The addresses that the send suppressed before it stopped itself."""
    return show(request, site, "quarantine", issue=issue, waiting=digest.store.quarantined(issue.id))


@router.post("/quarantine")
def decided(site: TheSite, digest: Newsroom, issue: TheIssue, person: Operator, form: DeskForm) -> Response:
    """Keep those suppressions, or lift them."""
    verdict = _chosen(form, Verdict)
    number = operations.decide_quarantine(digest, issue, verdict)
    words = "may be mailed again" if verdict is Verdict.LIFT else "stay suppressed"
    addresses = counted(number, "address", "addresses")
    write_down(digest, person, f"decided about {addresses} in quarantine: they {words}", issue)
    return _back(site, issue, f"{addresses}: they {words}. Let the sending go on when you are ready.")


def _chosen(form: Form, among: type[_Choice]) -> _Choice:
    """Which button was pressed; nothing is decided without one."""
    try:
        return among(form.text("decision"))
    except ValueError:
        raise InputError("this page is too old: open it again, and press one of its buttons") from None


def _back(site: Site, issue: Issue, said: str) -> Response:
    return site.pages.go(f"/desk/issues/{issue.window.label}/send", said=said)
