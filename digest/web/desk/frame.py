"""What pages about one issue share: which one it is, where it stands, and words for instants and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Query, Request
from fastapi.responses import Response

from digest.departures import OPEN
from digest.errors import InputError, StateError
from digest.models import DeliveryState, Issue, IssueStatus
from digest.newsroom import Digest
from digest.press import leaves_at
from digest.web.doors import Somebody
from digest.web.faults import NotFound
from digest.web.site import LARGEST, Newsroom, Site

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def the_issue(label: str, digest: Newsroom, _person: Somebody) -> Issue:
    """The issue a path names. NotFound when there is none."""
    try:
        return digest.issue(label)
    except (InputError, StateError) as error:
        raise NotFound(str(error)) from error


#: The number of a row, as a path names it; and a page of a long list.
RowNumber = Annotated[int, Path(ge=0, le=LARGEST)]
PageNumber = Annotated[int, Query(le=1_000_000)]
TheIssue = Annotated[Issue, Depends(the_issue)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where an issue stands, in a word or two, and how loudly that is said."""

    words: str
    #: The kind of badge: `accent`, `good`, `warm` or `bad`.
    tone: str


def standing(digest: Digest, issue: Issue, progress: Mapping[DeliveryState, int]) -> Standing:
    """Where an issue stands now."""
    now, window = digest.clock(), issue.window
    if issue.status is IssueStatus.ABORTED:
        return Standing(words="stopped for good", tone="bad")
    if issue.status is IssueStatus.DRAFT:
        is_filling = now < window.until
        words = days_left(window.until - now) if is_filling else "waits for approval"
        return Standing(words=words, tone="accent" if is_filling else "warm")
    if not sum(progress.get(state, 0) for state in OPEN):
        return Standing(words="sent", tone="good")
    if issue.held:
        return Standing(words="paused", tone="warm")
    leaves = leaves_at(issue)
    if leaves > now:
        return Standing(words=f"leaves on {spoken(leaves, zone_of(digest), now=now)}", tone="accent")
    return Standing(words="on its way", tone="accent")


def days_left(left: timedelta) -> str:
    """How long a window is still open."""
    return {0: "closes today", 1: "1 day left"}.get(left.days, f"{left.days} days left")


def zone_of(digest: Digest) -> ZoneInfo:
    """The newsletter's time zone."""
    return ZoneInfo(digest.newsletter.timezone)


def spoken(at: datetime | date | None, zone: ZoneInfo, *, now: datetime | None = None) -> str:
    """An instant as people say it: `1 December 2026, 09:00`, without the year where it is this one. Empty for None."""
    if at is None:
        return ""
    local = at.astimezone(zone) if isinstance(at, datetime) else at
    year = "" if now is not None and local.year == now.astimezone(zone).year else f" {local.year}"
    clock = f", {local:%H:%M}" if isinstance(at, datetime) else ""
    return f"{local.day} {_MONTHS[local.month - 1]}{year}{clock}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 reader`, `1,204 readers`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def show(
    request: Request,
    site: Site,
    name: str,
    *,
    issue: Issue | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    **given: Any,
) -> Response:
    """A page of the desk; one about an issue says where that stands."""
    digest = site.digest
    now, zone = digest.clock(), zone_of(digest)
    common: dict[str, Any] = {
        "when": lambda at: spoken(at, zone, now=now),
        "counted": counted,
        "topic_label": digest.tree.label,
    }
    if issue is not None:
        common |= {
            "issue": issue,
            "standing": standing(digest, issue, digest.store.progress(issue.id)),
            "leaves": leaves_at(issue),
            "is_due": leaves_at(issue) <= now,
        }
    return site.pages.show(request, f"desk/{name}.html", status=status, **{**common, **given})
