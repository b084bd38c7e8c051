"""The issues: the ones that are filling, and how past ones went."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest.models import DeliveryState, Issue, IssueStatus
from digest.newsroom import Digest
from digest.web.doors import Somebody
from digest.web.site import Newsroom, TheSite

router = APIRouter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One issue as the list shows it."""

    issue: Issue
    #: Whole days until its window closes; None when it has.
    days_left: int | None
    items: int
    accepted: int
    mails: int


@router.get("/issues")
def listed(request: Request, site: TheSite, digest: Newsroom, _person: Somebody) -> Response:
    """All issues, the latest first."""
    rows = [_row(digest, issue) for issue in digest.store.issues()]
    return site.pages.show(
        request,
        "desk/issues.html",
        filling=[row for row in rows if row.days_left is not None],
        closed=[row for row in rows if row.days_left is None],
    )


def _row(digest: Digest, issue: Issue) -> Row:
    now = digest.clock()
    progress = {} if issue.status is IssueStatus.DRAFT else digest.store.progress(issue.id)
    return Row(
        issue=issue,
        days_left=(issue.window.until - now).days if now < issue.window.until else None,
        items=len(digest.store.items(issue.id)),
        accepted=progress.get(DeliveryState.ACCEPTED, 0),
        mails=sum(number for state, number in progress.items() if state is not DeliveryState.SKIPPED),
    )
