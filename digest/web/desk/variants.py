"""The variant space of an issue: how many editions for how many readers, who gets nothing, what nobody sees."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest.models import Issue
from digest.newsroom import Digest
from digest.surveying import Topics, survey, topics_over_time
from digest.variants import Survey
from digest.web.desk.frame import TheIssue, show
from digest.web.desk.reading import heading
from digest.web.doors import DeskForm, Somebody
from digest.web.previewing import content_of
from digest.web.site import Newsroom, TheSite

router = APIRouter(prefix="/issues/{label}")

#: How long the longest bar is, in pixels.
LONGEST = 56


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One topic over the months."""

    label: str
    #: (number of new studies, length of its bar) for each month.
    cells: tuple[tuple[int, int], ...]


@router.get("/readers")
def surveyed(request: Request, site: TheSite, digest: Newsroom, issue: TheIssue, _person: Somebody) -> Response:
    """The issue over all its readers; while they are gone through, that they are."""
    found = site.errands.ask(_about(digest, issue), lambda: _survey(digest, issue))
    seen, months = found or (None, ())
    return show(
        request,
        site,
        "readers",
        issue=issue,
        survey=seen,
        months=[one.label for one in months],
        rows=rows_of(months, lambda topic: heading(digest.tree, topic)),
    )


@router.post("/readers")
def again(site: TheSite, digest: Newsroom, issue: TheIssue, _form: DeskForm) -> Response:
    """Go through them anew: readers may have come and gone."""
    site.errands.forget(_about(digest, issue))
    return site.pages.go(f"/desk/issues/{issue.window.label}/readers")


def _about(digest: Digest, issue: Issue) -> Hashable:
    return "survey", *content_of(digest, issue)


def _survey(digest: Digest, issue: Issue) -> tuple[Survey, tuple[Topics, ...]]:
    return survey(digest, issue), topics_over_time(digest, issue)


def rows_of(months: Sequence[Topics], label: Callable[[str], str]) -> list[Row]:
    """The topics over the months, the most written about first; each bar is as long as its share of the longest."""
    totals: dict[str, int] = {}
    for month in months:
        for topic, number in month.counts.items():
            totals[topic] = totals.get(topic, 0) + number
    longest = max((number for month in months for number in month.counts.values()), default=1)
    return [
        Row(
            label=label(topic),
            cells=tuple(
                (number, -(-LONGEST * number // longest)) for number in (one.counts.get(topic, 0) for one in months)
            ),
        )
        for topic in sorted(totals, key=lambda topic: -totals[topic])
    ]
