"""The gate: what `digest check` finds, on a page of its own and beside each item."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest import approving
from digest.checks import Flaw, Report, Rule, Severity
from digest.models import Issue
from digest.newsroom import Digest
from digest.web.desk.frame import TheIssue, show
from digest.web.doors import DeskForm, Somebody
from digest.web.previewing import content_of
from digest.web.site import Newsroom, Site, TheSite

router = APIRouter(prefix="/issues/{label}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing the gate found, and where an editor finds it."""

    flaw: Flaw
    #: The headline of its item; empty when it is about none.
    headline: str
    #: How many readers have an edition it is about; 0 when it is about none.
    readers: int


@router.get("/check")
def checked(
    request: Request, site: TheSite, digest: Newsroom, issue: TheIssue, _person: Somebody, links: bool = False
) -> Response:
    """Everything the gate found; while it looks, that it does."""
    report = site.errands.ask(
        about(digest, issue, links=links), lambda: approving.check(digest, issue, offline=not links)
    )
    findings = [] if report is None else _findings(report)
    return show(
        request,
        site,
        "check",
        issue=issue,
        report=report,
        links=links,
        groups=[(severity, [one for one in findings if one.flaw.severity is severity]) for severity in Severity],
    )


@router.post("/check")
def check_again(site: TheSite, digest: Newsroom, issue: TheIssue, form: DeskForm) -> Response:
    """Look anew: the readers may have changed, or another site's links."""
    links = form.is_set("links")
    site.errands.forget(about(digest, issue, links=links))
    return site.pages.go(f"/desk/issues/{issue.window.label}/check{'?links=1' if links else ''}")


def about(digest: Digest, issue: Issue, *, links: bool = False) -> Hashable:
    """What a report is about: as long as this stays the same, so does what can be wrong with the issue."""
    return "check", *content_of(digest, issue), links


def known_flaws(site: Site, issue: Issue) -> dict[int, list[Flaw]]:
    """What was found about each item, if anybody has looked since the last change; not what is in doubt.

    That stands beside an item whether anybody has looked or not.
    """
    report: Report | None = site.errands.known(about(site.digest, issue))
    found: dict[int, list[Flaw]] = {}
    for flaw in report.flaws if report else ():
        if flaw.summary_id is not None and flaw.severity is not Severity.NOTICE and flaw.rule is not Rule.READING:
            found.setdefault(flaw.summary_id, []).append(flaw)
    return found


def _findings(report: Report) -> list[Finding]:
    return [
        Finding(
            flaw=flaw,
            headline=report.headlines.get(flaw.summary_id or 0, ""),
            readers=report.read_by(flaw),
        )
        for flaw in report.flaws
    ]
