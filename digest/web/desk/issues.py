"""The issues: the ones that are filling, and how past ones went."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest.departures import OPEN
from digest.errors import NothingToDo
from digest.models import DeliveryState, Issue, IssueStatus
from digest.newsroom import Digest
from digest.pipeline import Composed
from digest.web.desk.frame import PageNumber, Standing, counted, show, standing
from digest.web.doors import DeskForm, Somebody
from digest.web.site import Newsroom, TheSite

router = APIRouter()

#: So many past issues stand on a page.
ISSUES_A_PAGE = 12
#: What became of a delivery, in words, the good news first.
_WENT = (
    (DeliveryState.ACCEPTED, "delivered"),
    (DeliveryState.BOUNCED, "bounced"),
    (DeliveryState.REFUSED, "refused"),
    (DeliveryState.UNKNOWN, "in doubt"),
    (DeliveryState.SUPPRESSED, "had left before"),
    (DeliveryState.CANCELLED, "cancelled"),
    (DeliveryState.SKIPPED, "had nothing to get"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One issue as the list shows it."""

    issue: Issue
    standing: Standing
    items: int
    #: How it went, the good news first; empty for a draft.
    went: tuple[str, ...]


@router.get("/issues")
def listed(request: Request, site: TheSite, digest: Newsroom, _person: Somebody, page: PageNumber = 1) -> Response:
    """All issues, the latest first."""
    now, issues = digest.clock(), digest.store.issues()
    filling = [issue for issue in issues if now < issue.window.until and issue.status is IssueStatus.DRAFT]
    closed = [issue for issue in issues if issue not in filling]
    begin = (max(page, 1) - 1) * ISSUES_A_PAGE
    running = [digest.calendar.running(cadence, now) for cadence in digest.settings.newsletter.cadences]
    items = digest.store.count_items()
    return show(
        request,
        site,
        "issues",
        filling=[_row(digest, issue, items.get(issue.id, 0)) for issue in filling],
        missing=[window for window in running if all(one.window.label != window.label for one in issues)],
        closed=[_row(digest, issue, items.get(issue.id, 0)) for issue in closed[begin : begin + ISSUES_A_PAGE]],
        page=max(page, 1),
        has_more=len(closed) > begin + ISSUES_A_PAGE,
    )


@router.post("/issues/compose")
def composed(site: TheSite, digest: Newsroom, form: DeskForm) -> Response:
    """Begin the draft of a window, or take in what came since."""
    window = digest.window(form.text("label"))
    try:
        made = digest.compose(window)
    except NothingToDo as error:
        return site.pages.go("/desk", said=f"Nothing to do: {error}.")
    return site.pages.go(f"/desk/issues/{window.label}", said=_told(made))


def _told(made: Composed) -> str:
    """What composing came to, for the editor who asked for it."""
    if made.issue.status is not IssueStatus.DRAFT:
        return "It is approved, so nothing is added to it any more."
    said = ["It is up to date now." if made.changed else "It was up to date."]
    if made.off_topic:
        said.append(f"Left out: {counted(len(made.off_topic), 'summary', 'summaries')} on other conditions.")
    if made.old:
        said.append(f"Left out: {counted(len(made.old), 'study', 'studies')} of long ago.")
    if made.notices:
        said.append(f"Left out: {counted(len(made.notices), 'notice')} about studies we told of; see the corrections.")
    return " ".join(said)


def _row(digest: Digest, issue: Issue, items: int) -> Row:
    progress = {} if issue.status is IssueStatus.DRAFT else digest.store.progress(issue.id)
    left = sum(progress.get(state, 0) for state in OPEN)
    went = [f"{progress[state]:,} {words}" for state, words in _WENT if progress.get(state)]
    return Row(
        issue=issue,
        standing=standing(digest, issue, progress),
        items=items,
        went=(*went, *([f"{left:,} still to go"] if left else [])),
    )
