"""Approve an issue, take that back, say when it may leave, and mail a test of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest import approving, departures, desk, previews
from digest.errors import DigestError, InputError
from digest.models import Issue, IssueStatus, Person
from digest.newsroom import Digest
from digest.tries import A_MINUTE, count_try
from digest.web.desk.frame import TheIssue, counted, show, spoken, zone_of
from digest.web.desk.gate import about
from digest.web.desk.log import write_down
from digest.web.desk.sending import is_scheduled, sent_so_far
from digest.web.desk.whose import TheirEdition, Whose, preview_of, whose
from digest.web.doors import DeskForm, Somebody
from digest.web.faults import NotAllowed, status_of
from digest.web.forms import Form, whole
from digest.web.previewing import content_of
from digest.web.site import Site, TheSite, caller

router = APIRouter(prefix="/issues/{label}")

#: Seconds an approval is waited for before the page says that it is being made.
_PATIENCE = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What an approval would do."""

    mails: int
    editions: int
    #: How many get none, by the reason.
    none: Mapping[str, int]
    content_hash: str


def outlook(digest: Digest, issue: Issue) -> Outlook:
    """What an approval would do now; it goes through all readers."""
    editions: set[object] = set()
    mails, none = 0, Counter[str]()
    for recipient in departures.who_gets_what(digest, issue):
        if recipient.edition is None:
            none[str(recipient.skip)] += 1
        else:
            mails += 1
            editions.add(recipient.edition.selection)
    return Outlook(
        mails=mails,
        editions=len(editions),
        none=dict(none.most_common()),
        content_hash=approving.content_hash(digest, issue),
    )


@router.get("/send")
def asked(request: Request, site: TheSite, issue: TheIssue, person: Somebody, one: TheirEdition) -> Response:
    """What is left to do before it leaves; or how it goes."""
    try:
        site.errands.known(_approval(issue, person))
    except DigestError as error:
        return page(request, site, issue, one, trouble=error)
    return page(request, site, issue, one)


def page(
    request: Request,
    site: Site,
    issue: Issue,
    one: Whose,
    *,
    trouble: DigestError | None = None,
    typed: Form | None = None,
) -> Response:
    """The page, with what went wrong and what was typed then."""
    digest = site.digest
    issue = digest.store.issue_by_id(issue.id)
    now, window = digest.clock(), issue.window
    is_ready = issue.status is IssueStatus.DRAFT and window.until <= now and issue.composed_at >= window.until
    seen, report = None, None
    if is_ready:
        seen = site.errands.ask(("outlook", *content_of(digest, issue)), lambda: outlook(digest, issue))
        report = site.errands.ask(about(digest, issue), lambda: approving.check(digest, issue))
    return show(
        request,
        site,
        "send",
        issue=issue,
        status=status_of(trouble) if trouble else HTTPStatus.OK,
        trouble=trouble,
        typed=typed or Form({}),
        is_filling=now < window.until,
        is_ready=is_ready,
        is_approving=site.errands.are_on(_approvals_of(issue)),
        is_scheduled=is_scheduled(digest, issue),
        outlook=seen,
        report=report,
        approves_itself=digest.settings.newsletter.approval == "auto",
        approvals=_approvals(digest, issue, ready=seen is not None),
        shape=digest.shape(issue),
        whose=one,
        people=[somebody.address for somebody in digest.settings.web.people],
        zone=digest.newsletter.timezone,
        default_at=f"{max(window.due, now).astimezone(zone_of(digest)):%Y-%m-%dT%H:%M}",
        going=sent_so_far(site, issue),
    )


def _approvals(digest: Digest, issue: Issue, *, ready: bool) -> desk.Approvals:
    # Seeing what earlier people agreed to renders the issue: only where somebody did.
    return (
        desk.approvals(digest, issue)
        if ready
        else desk.Approvals(needed=digest.settings.newsletter.approvals, given=())
    )


# --- approve ------------------------------------------------------------------------------------------------


@router.post("/approve")
def approved(request: Request, site: TheSite, issue: TheIssue, person: Somebody, form: DeskForm) -> Response:
    """Approve what was seen. Many readers take a while, and the page says so."""
    digest, on, seen = site.digest, form.number("on"), form.text("seen")
    if not seen:
        raise InputError("this page is too old: open it again, and approve what it shows")
    # Each person's is an errand of its own: of two at once nobody is given the other's answer for theirs.
    errand = _approval(issue, person)
    site.errands.forget(errand)
    try:
        made = site.errands.ask(
            errand,
            lambda: approving.approve(digest, issue, by=person.name, despite=form.text("despite"), on=on, seen=seen),
            wait=_PATIENCE,
        )
    except DigestError as error:
        return page(request, site, issue, Whose(), trouble=error, typed=form)
    here = f"/desk/issues/{issue.window.label}/send"
    if made is None:
        return site.pages.go(here)
    return site.pages.go(here, said=_approved(digest, made))


def _approval(issue: Issue, person: Person) -> tuple[str, int, str]:
    return (*_approvals_of(issue), person.name)


def _approvals_of(issue: Issue) -> tuple[str, int]:
    return "approve", issue.id


def _approved(digest: Digest, issue: Issue) -> str:
    if issue.status is IssueStatus.DRAFT:
        return "Your approval is written down. Now it is somebody else's turn."
    paused = " It is still paused: let it go on when it may leave." if issue.held else ""
    return f"Approved. {counted(departures.outstanding(digest, issue), 'mail waits', 'mails wait')} to leave.{paused}"


@router.post("/withdraw")
def withdrawn(request: Request, site: TheSite, issue: TheIssue, person: Somebody, form: DeskForm) -> Response:
    """Take the approval back."""
    try:
        desk.withdraw(site.digest, issue, by=person.name, reason=form.text("reason"), on=form.number("on"))
    except DigestError as error:
        return page(request, site, issue, Whose(), trouble=error, typed=form)
    said = "The approval is withdrawn: it is a draft again, and nothing of it leaves."
    return site.pages.go(f"/desk/issues/{issue.window.label}/send", said=said)


@router.post("/schedule")
def scheduled(request: Request, site: TheSite, issue: TheIssue, person: Somebody, form: DeskForm) -> Response:
    """Say before when nothing leaves."""
    digest = site.digest
    try:
        at = None if form.is_set("off") else _instant(digest, form.text("at"))
        desk.schedule(digest, issue, at, by=person.name, on=form.number("on"))
    except DigestError as error:
        return page(request, site, issue, Whose(), trouble=error, typed=form)
    said = f"Nothing of it leaves before {spoken(at, zone_of(digest))}." if at else "It leaves when it is due."
    return site.pages.go(f"/desk/issues/{issue.window.label}/send", said=said)


def _instant(digest: Digest, text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("choose a day and an hour") from error
    return given if given.tzinfo else given.replace(tzinfo=zone_of(digest))


# --- test ---------------------------------------------------------------------------------------------------


@router.post("/test")
def tested(request: Request, site: TheSite, issue: TheIssue, person: Somebody, form: DeskForm) -> Response:
    """Mail a test to somebody at the desk; to anybody else only for an operator."""
    digest = site.digest
    count_try(digest, "test", f"{person.name} {caller(request)}", most=10, within=A_MINUTE)
    one = _chosen(digest, form)
    try:
        to = _colleague(digest, person, form)
        previews.send_test(digest, preview_of(site, issue, one, person), to=to)
    except DigestError as error:
        return page(request, site, issue, one, trouble=error, typed=form)
    write_down(digest, person, f"mailed a test of it ({one.words.lower()})", issue)
    end = f"?{one.query}" if one.query else ""
    return site.pages.go(f"/desk/issues/{issue.window.label}/send{end}", said=f"A test is on its way to {to}.")


def _chosen(digest: Digest, form: Form) -> Whose:
    reader = form.number("reader") if form.text("reader") else None
    numbers = [number for number in map(whole, form.many("t")) if number is not None]
    return whose(digest, reader, numbers)


def _colleague(digest: Digest, person: Person, form: Form) -> str:
    people = [one.address for one in digest.settings.web.people]
    if other := form.text("other"):
        if not person.is_operator and other not in people:
            raise NotAllowed("tests go to the people of this desk: ask an operator to mail one elsewhere")
        return other
    if form.text("to") not in people:
        raise InputError("choose who gets the test")
    return form.text("to")
