"""The editions of an issue: all of them, what differs between two, and whose is next."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from pydantic import Field

from digest.errors import StateError
from digest.models import IssueStatus
from digest.variants import difference
from digest.web.api.answers import Answer, Cursor, Limit, Page, page_of
from digest.web.api.doors import Caller, ForEditors, router_for
from digest.web.api.issues import Label, TheIssue, named
from digest.web.api.previews import Whose, edition_of
from digest.web.previewing import beside
from digest.web.site import LARGEST, Newsroom, TheSite

editors = router_for(ForEditors, "preview")
ROUTERS = (editors,)


class EditionAnswer(Answer):
    """An edition of an approved issue, as it is frozen."""

    edition: int = Field(description="Its number, as deliveries name it.")
    readers: int
    subject: str
    preheader: str
    general: bool = Field(description="Whether it is for those who follow nothing in particular.")
    items: list[int] = Field(description="Ids of summaries, in reading order.")
    left_over: list[int] = Field(description="What did not fit.")


class DiffersCall(Whose):
    """Whose edition, and what it is compared with."""

    other: Whose = Field(Whose.model_construct(), description="Whose edition it is compared with.")
    other_issue: Label | None = Field(None, description="The issue of that; null for the same.")


class MovedAnswer(Answer):
    """What stands elsewhere."""

    summary: int
    here: str = Field(description="The topic it stands under.")
    there: str


class DiffersAnswer(Answer):
    """What one edition has and another has not, by ids of summaries in reading order."""

    subjects: tuple[str, str]
    only_here: list[int]
    only_there: list[int]
    both: list[int]
    moved: list[MovedAnswer]
    same_order: bool = Field(description="Whether what both have is read in the same order.")


class BesideAnswer(Answer):
    """The numbers of a reader's neighbours."""

    before: int | None
    after: int | None


@editors.get("/issues/{label}/editions")
def listed(
    request: Request, digest: Newsroom, issue: TheIssue, cursor: Cursor = 0, limit: Limit = 100
) -> Page[EditionAnswer]:
    """The editions of an approved issue, the most read first. 409 for a draft, which has none yet."""
    if issue.status is IssueStatus.DRAFT:
        raise StateError(f"{issue.window.label} is not approved yet: `survey` tells what its editions would be")
    found = digest.store.editions(issue.id)[cursor : cursor + limit + 1]
    rows = [
        EditionAnswer(
            edition=number,
            readers=readers,
            subject=edition.subject,
            preheader=edition.preheader,
            general=edition.selection.general,
            items=[one.summary_id for one in (*edition.selection.research, *edition.selection.background)],
            left_over=[one.summary_id for one in edition.selection.left_over],
        )
        for number, edition, readers in found
    ]
    return page_of(request, rows, limit, cursor + limit)


@editors.post("/issues/{label}/differs")
def differs(site: TheSite, digest: Newsroom, issue: TheIssue, person: Caller, call: DiffersCall) -> DiffersAnswer:
    """What differs between two editions: of two readers, of any interests, or of two issues."""
    elsewhere = named(digest, call.other_issue) if call.other_issue else issue
    here, there = edition_of(site, issue, person, call), edition_of(site, elsewhere, person, call.other)
    found = difference(here.edition.selection, there.edition.selection)
    return DiffersAnswer(
        subjects=(here.edition.subject, there.edition.subject),
        only_here=list(found.only_first),
        only_there=list(found.only_second),
        both=list(found.both),
        moved=[MovedAnswer(summary=number, here=one, there=other) for number, one, other in found.elsewhere],
        same_order=found.same_order,
    )


@editors.get("/issues/{label}/beside")
def neighbours(
    digest: Newsroom,
    issue: TheIssue,
    number: Annotated[int, Query(ge=0, le=LARGEST, description="A reader's number; 0 for the one before all.")] = 0,
) -> BesideAnswer:
    """The readers of the issue's cadence before and after one, to go through their editions one by one."""
    before, after = beside(digest, issue, number)
    return BesideAnswer(before=before, after=after)
