"""The gate, and the approval behind it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from digest import approving
from digest.checks import Flaw, Report, Rule, Severity
from digest.errors import NothingToDo
from digest.models import IssueStatus, Length
from digest.surveying import survey
from digest.web.api.answers import Answer, Call
from digest.web.api.doors import Caller, ForEditors, by, router_for
from digest.web.api.issues import IssueAnswer, TheIssue
from digest.web.site import Newsroom

editors = router_for(ForEditors, "approval")
ROUTERS = (editors,)

Links = Annotated[bool, Query(description="Whether to follow every link, which takes its time.")]


class FlawAnswer(Answer):
    """One thing that is wrong, or worth knowing."""

    rule: Rule
    severity: Severity
    message: str
    advice: str
    place: str = Field(description="Where it is, in words.")
    summary_id: int | None = Field(description="The item it is about.")
    lengths: list[Length] = Field(description="The lengths of the item it shows in; none: any.")
    editions: list[str] = Field(description="The keys of the editions it is about, most read first.")
    readers: int = Field(description="How many readers those have.")


class ReportAnswer(Answer):
    """What the gate found; an issue with errors is not approved without a reason."""

    issue: str
    items: int
    editions: int
    readers: int
    errors: int
    warnings: int
    notices: int
    flaws: list[FlawAnswer] = Field(description="Errors first.")


class ApproveCall(Call):
    """How to approve an issue."""

    despite: str = Field("", max_length=500, description="Why it goes out although the check finds errors.")
    links: bool = Field(False, description="Whether to follow every link in the check before.")
    version: int | None = Field(None, ge=0, lt=2**31, description="The version of its shape that was seen.")


class DoneAnswer(Answer):
    """What became of an issue; safe to ask for again."""

    issue: IssueAnswer
    changed: bool = Field(description="False when there was nothing to do.")
    detail: str = Field(description="What was done, or why nothing was.")


@editors.get("/issues/{label}/report")
def report(digest: Newsroom, issue: TheIssue, links: Links = False) -> ReportAnswer:
    """What `digest check` finds in any edition. It takes longer the more readers there are."""
    return report_of(issue.window.label, approving.check(digest, issue, offline=not links))


def report_of(label: str, found: Report) -> ReportAnswer:
    """A report as an answer."""
    return ReportAnswer(
        issue=label,
        items=len(found.headlines),
        editions=len(found.readers),
        readers=sum(found.readers.values()),
        errors=found.count(Severity.ERROR),
        warnings=found.count(Severity.WARNING),
        notices=found.count(Severity.NOTICE),
        flaws=[_flaw(found, flaw) for flaw in found.flaws],
    )


def _flaw(found: Report, flaw: Flaw) -> FlawAnswer:
    return FlawAnswer(
        rule=flaw.rule,
        severity=flaw.severity,
        message=flaw.message,
        advice=flaw.advice,
        place=found.place(flaw),
        summary_id=flaw.summary_id,
        lengths=list(flaw.lengths),
        editions=list(flaw.editions),
        readers=found.read_by(flaw),
    )


class ReachedAnswer(Answer):
    """In how many inboxes one item is found."""

    summary_id: int
    printed: int
    headline_only: int
    left_over: int


class SurveyAnswer(Answer):
    """An issue over all its readers: counts, nothing of any one of them."""

    editions: int
    readers: int
    nothing: dict[str, int] = Field(description="Readers who get none, by reason.")
    items: list[ReachedAnswer]
    smallest: int = Field(description="Bytes of HTML over the editions.")
    median: int
    largest: int
    trimmed: int = Field(description="Editions that were too long as they were.")
    by_items: dict[int, int] = Field(description="How many readers get so many items.")
    corrected: int = Field(description="Readers who are told that something was not right.")


@editors.get("/issues/{label}/survey")
def surveyed(digest: Newsroom, issue: TheIssue) -> SurveyAnswer:
    """How many different editions there are for how many, and what nobody sees. It goes through all readers."""
    found = survey(digest, issue)
    counts = ("editions", "readers", "smallest", "median", "largest", "trimmed", "corrected")
    reached = ReachedAnswer.model_fields
    return SurveyAnswer(
        **{name: getattr(found, name) for name in counts},
        nothing={reason.value: number for reason, number in found.nothing.items()},
        items=[ReachedAnswer(**{name: getattr(item, name) for name in reached}) for item in found.items],
        by_items=dict(found.by_items),
    )


@editors.post("/issues/{label}/approve")
def approve(digest: Newsroom, issue: TheIssue, person: Caller, call: ApproveCall) -> DoneAnswer:
    """Freeze an issue: what is approved is what is sent. 409 says why it cannot be."""
    if issue.status is not IssueStatus.DRAFT:
        return DoneAnswer(issue=IssueAnswer.of(issue), changed=False, detail=f"it is {issue.status} already")
    try:
        approved = approving.approve(
            digest, issue, by=by(person), offline=not call.links, despite=call.despite, on=call.version
        )
    except NothingToDo as nothing:
        return DoneAnswer(issue=IssueAnswer.of(issue), changed=False, detail=str(nothing))
    frozen = approved.status is IssueStatus.APPROVED
    detail = "it is approved and frozen" if frozen else "it waits for somebody else to approve it, too"
    return DoneAnswer(issue=IssueAnswer.of(approved), changed=True, detail=detail)
