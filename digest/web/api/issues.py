"""The issues: all of them, one, what is in it, and how one is made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Request
from pydantic import Field

from digest.models import Cadence, DeliveryState, Issue, IssueItem, IssueStatus
from digest.newsroom import Digest
from digest.web.api.answers import Answer, Call, Cursor, Limit, Page, page_of
from digest.web.api.doors import ForEditors, router_for
from digest.web.api.summaries import SummaryAnswer
from digest.web.faults import NotFound
from digest.web.site import Newsroom

editors = router_for(ForEditors, "issues")
ROUTERS = (editors,)

LABEL = "Such as 2026-11, 2026-W47 or 2026-Q4."
Label = Annotated[str, Path(max_length=40, description=LABEL, examples=["2026-11"])]


class IssueAnswer(Answer):
    """One number of the newsletter."""

    issue: str = Field(description="What people call it: 2026-11, 2026-W47, 2026-Q4.")
    title: str
    cadence: Cadence
    since: datetime = Field(description="What was first seen from here…")
    until: datetime = Field(description="…to just before here is its news.")
    due: datetime = Field(description="When it is to be sent.")
    not_before: datetime | None = Field(description="Nothing of it leaves earlier, by an editor's wish.")
    status: IssueStatus
    held: bool = Field(description="Whether its sending is paused.")
    composed_at: datetime
    approved_at: datetime | None
    approved_by: str | None
    content_hash: str | None = Field(description="SHA-256 of what was approved.")

    @classmethod
    def fields_of(cls, issue: Issue) -> dict[str, object]:
        """The values of an issue."""
        window = issue.window
        return {
            "issue": window.label,
            **{name: getattr(window, name) for name in ("title", "cadence", "since", "until", "due")},
            **{name: getattr(issue, name) for name in ("status", "held", "composed_at", "approved_at", "approved_by")},
            "not_before": issue.not_before,
            "content_hash": issue.content_hash,
        }

    @classmethod
    def of(cls, issue: Issue) -> Self:
        """The same, as an answer."""
        return cls.model_validate(cls.fields_of(issue))


class WholeIssueAnswer(IssueAnswer):
    """An issue with what the store counts."""

    items: int = Field(description="How many summaries stand in its pool.")
    deliveries: dict[DeliveryState, int] = Field(description="How many stand where; states without any are left out.")


class ItemAnswer(SummaryAnswer):
    """A summary as it stands in an issue."""

    fresh: bool = Field(description="False when it waits from an earlier window.")
    pinned: bool
    section: str | None = Field(description="The topic an editor moved it to.")
    edited: list[str] = Field(description="Which of its words are an editor's.")
    doubts: list[str] = Field(description="Why a person should look at its words, as long as nobody has.")
    topics: list[str] = Field(description="What it is about, heaviest first.")

    @classmethod
    def fields_of_item(cls, item: IssueItem) -> dict[str, object]:
        """The values of an item."""
        return {
            **cls.fields_of(item.summary),
            **{name: getattr(item, name) for name in ("fresh", "pinned", "section")},
            **{name: list(getattr(item, name)) for name in ("edited", "doubts")},
            "topics": [match.topic_id for match in item.matches],
        }

    @classmethod
    def of_item(cls, item: IssueItem) -> Self:
        """The same, as an answer."""
        return cls.model_validate(cls.fields_of_item(item))


class ComposeCall(Call):
    """Which issue to make."""

    issue: str | None = Field(
        None, max_length=40, description=f"{LABEL} Null for the latest closed window of the first cadence."
    )


class ComposedAnswer(Answer):
    """What composing came to."""

    issue: IssueAnswer
    changed: bool = Field(description="False when nothing was new, or the issue is no draft any more.")
    fresh: int
    waiting: int = Field(description="Items from earlier, for readers who still wait for them.")
    off_topic: list[int] = Field(description="Summaries left out: not about the condition.")
    old: list[int] = Field(description="Summaries left out: the study is too old.")
    notices: list[int] = Field(
        description="Summaries left out: they say that a known study was retracted or corrected."
    )


def named(digest: Newsroom, label: Label) -> Issue:
    """The issue of this name. NotFound when there is none."""
    issue = digest.store.issue(label)
    if issue is None:
        raise NotFound(f"there is no issue {label!r}")
    return issue


#: The issue that the path names.
TheIssue = Annotated[Issue, Depends(named)]


@editors.get("/issues")
def listed(request: Request, digest: Newsroom, cursor: Cursor = 0, limit: Limit = 50) -> Page[IssueAnswer]:
    """All issues, the latest first."""
    issues = digest.store.issues()
    numbers = [issue.id for issue in issues]
    rest = issues[numbers.index(cursor) + 1 :] if cursor in numbers else () if cursor else issues
    last = rest[limit - 1].id if len(rest) > limit else None
    return page_of(request, [IssueAnswer.of(one) for one in rest[: limit + 1]], limit, last)


@editors.post("/issues")
def composed(digest: Newsroom, call: ComposeCall) -> ComposedAnswer:
    """Make an issue, or bring its draft up to date. An approved one stays as it is."""
    closed = digest.calendar.latest_closed(digest.settings.newsletter.cadences[0], digest.clock())
    made = digest.compose(digest.window(call.issue) if call.issue else closed)
    return ComposedAnswer(
        issue=IssueAnswer.of(made.issue),
        changed=made.changed,
        fresh=made.fresh,
        waiting=made.waiting,
        off_topic=[summary.id for summary in made.off_topic],
        old=[summary.id for summary in made.old],
        notices=[summary.id for summary in made.notices],
    )


@editors.get("/issues/{label}")
def one(digest: Newsroom, issue: TheIssue) -> WholeIssueAnswer:
    """One issue, and where its mails stand."""
    return whole(digest, issue)


def whole(digest: Digest, issue: Issue) -> WholeIssueAnswer:
    """An issue with its counts."""
    deliveries = {} if issue.status is IssueStatus.DRAFT else dict(digest.store.progress(issue.id))
    counts = {"items": digest.store.count_items().get(issue.id, 0), "deliveries": deliveries}
    return WholeIssueAnswer.model_validate({**WholeIssueAnswer.fields_of(issue), **counts})


@editors.get("/issues/{label}/items")
def items(
    request: Request, digest: Newsroom, issue: TheIssue, cursor: Cursor = 0, limit: Limit = 100
) -> Page[ItemAnswer]:
    """What stands in an issue, in its order, as the editors shaped it."""
    found = digest.items(issue)[cursor : cursor + limit + 1]
    return page_of(request, [ItemAnswer.of_item(item) for item in found], limit, cursor + limit)
