"""What editors do to an issue: shape it, take that back, withdraw its approval, say when it may leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Header, Request, Response
from pydantic import AwareDatetime, Field

from digest import desk
from digest.desk import Changed
from digest.errors import InputError, NothingToDo
from digest.models import Approval, Change, Edited, EditedPart, Issue, SectionRole, Shape
from digest.newsroom import Digest
from digest.parts import PART_NAMES, typed
from digest.shaping import as_edited
from digest.telling import told
from digest.web.api.answers import Answer, Call, Cursor, Limit, Page, page_of
from digest.web.api.doors import Caller, ForEditors, by, router_for
from digest.web.api.issues import IssueAnswer, ItemAnswer, TheIssue
from digest.web.api.summaries import SummaryId
from digest.web.faults import NotFound
from digest.web.site import Newsroom

editors = router_for(ForEditors, "shaping")
ROUTERS = (editors,)

Version = Annotated[
    int | None,
    Field(ge=0, lt=2**31, description="The version that was seen: 409 when somebody acted since. Null: any."),
]


class ExclusionAnswer(Answer):
    """Why an item is excluded."""

    reason: str
    later: bool = Field(description="Whether a later issue may take it.")
    by: str


class PartAnswer(Answer):
    """One part of an item, as an editor types it."""

    role: SectionRole
    heading: str | None = Field(description="Over it; readers see that of a body or of questions.")
    text: str = Field(
        description="Paragraphs with an empty line between two; `- ` and `1. ` begin points of a list, `## ` a heading "
        "inside the part. A backslash at the start of a line says that it is a plain one."
    )

    @classmethod
    def of(cls, part: EditedPart) -> Self:
        """The same, as an answer."""
        return cls(role=part.role, heading=part.heading, text=part.text)


class EditedAnswer(Answer):
    """An item's words for this issue; null where the original's stand."""

    headline: str | None
    takeaway: str | None
    parts: list[PartAnswer] = Field(description="All parts of each role that an editor changed.")
    revision: int | None = Field(description="The revision of the summary whose parts they are about.")

    @classmethod
    def of(cls, words: Edited) -> Self:
        """The same, as an answer."""
        parts = [PartAnswer.of(part) for role in PART_NAMES for part in words.parts.get(role, ())]
        takeaway = next((part.text for part in parts if part.role is SectionRole.TAKEAWAY), words.takeaway)
        return cls(headline=words.headline, takeaway=takeaway, parts=parts, revision=words.revision)


class WholeItemAnswer(ItemAnswer):
    """An item of an issue with its parts."""

    version: int = Field(description="The version of the issue's shape: acts name it.")
    parts: list[PartAnswer] = Field(description="As the editors want them; give them back in an `edit`.")
    source_parts: list[PartAnswer] = Field(description="As its source wrote them.")
    excluded: bool


class ApprovalAnswer(Answer):
    """Who agreed, when, and to what."""

    by: str
    at: datetime
    content_hash: str
    despite: str

    @classmethod
    def of(cls, one: Approval) -> Self:
        """The same, as an answer."""
        return cls(by=one.by, at=one.at, content_hash=one.content_hash, despite=one.despite)


class ShapeAnswer(Answer):
    """What the editors' acts on an issue come to. Its version is the ETag, too."""

    version: int = Field(description="The number of the last act; 0 before the first.")
    pinned: list[int]
    excluded: dict[int, ExclusionAnswer]
    moved: dict[int, str] = Field(description="The topic each moved item stands in.")
    edits: dict[int, EditedAnswer]
    confirmed: list[int] = Field(description="What somebody saw to be read right, though it was in doubt.")
    notes: dict[str, str] = Field(description="By topic; an empty key stands for all readers.")
    subjects: dict[str, str]
    preheaders: dict[str, str]
    undoes: str | None = Field(description="What `undo` would take back.")
    redoes: str | None = Field(description="What `redo` would do again.")


class ApprovalsAnswer(Answer):
    """How far a draft is from being approved."""

    needed: int = Field(description="How many people must agree.")
    given: list[ApprovalAnswer]
    void: list[ApprovalAnswer] = Field(description="Given for what it held before.")


class ActAnswer(Answer):
    """What somebody did at once."""

    number: int
    at: datetime
    by: str
    told: str = Field(description="In words, in one line.")


class ActCall(Call):
    """An act on what was seen."""

    version: Version = None


class ChangesCall(ActCall):
    """Changes to an issue: all of them as one act."""

    changes: list[Annotated[Change, Field(discriminator="what")]] = Field(min_length=1, max_length=500)


class WithdrawCall(ActCall):
    """Why an approval is taken back."""

    reason: str = Field("", max_length=500)


class ScheduleCall(ActCall):
    """When an issue may leave."""

    at: AwareDatetime | None = Field(description="Nothing leaves before this instant; null: before it is due.")


class ShapedAnswer(Answer):
    """What an act came to."""

    issue: IssueAnswer
    version: int
    voided: bool = Field(description="Whether an approval, or one on its way, became void by it.")
    changed: bool
    detail: str = Field(description="Why nothing was done; empty when something was.")


def _if_match(
    given: Annotated[
        str | None, Header(alias="If-Match", max_length=40, description="The ETag of the shape that was seen.")
    ] = None,
) -> int | None:
    """The version a call insists on (RFC 9110, 13.1.1); None for any."""
    if given is None or given == "*":
        return None
    number = given.removeprefix('"').removesuffix('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise InputError('If-Match: write the ETag of the shape as it was given, such as "12"')
    return int(number)


IfMatch = Annotated[int | None, Depends(_if_match)]


@editors.get("/issues/{label}/shape")
def shaped(digest: Newsroom, issue: TheIssue, response: Response) -> ShapeAnswer:
    """How the editors shaped an issue, and its version."""
    shape = digest.shape(issue)
    response.headers["ETag"] = f'"{shape.version}"'
    return _shape(shape)


@editors.get("/issues/{label}/items/{summary_id}")
def item(digest: Newsroom, issue: TheIssue, summary_id: SummaryId) -> WholeItemAnswer:
    """One item of an issue, part by part: as the editors want it, and as its source wrote it."""
    source = next((one for one in digest.store.items(issue.id) if one.summary.id == summary_id), None)
    if source is None:
        raise NotFound(f"there is no summary {summary_id} in {issue.window.label}")
    shape = digest.shape(issue)
    edited = as_edited(source, shape)
    now, before = (
        [PartAnswer.of(part) for part in typed(one.summary.entry.sections)] for one in (edited, source)
    )  # fmt: skip
    more = {"version": shape.version, "parts": now, "source_parts": before, "excluded": summary_id in shape.excluded}
    return WholeItemAnswer.model_validate({**ItemAnswer.fields_of_item(edited), **more})


@editors.get("/issues/{label}/trail")
def trail(
    request: Request, digest: Newsroom, issue: TheIssue, cursor: Cursor = 0, limit: Limit = 100
) -> Page[ActAnswer]:
    """Who did what to an issue, in the order it was done."""
    acts = [act for act in digest.store.acts(issue.id) if act.number > cursor][: limit + 1]
    rows = [ActAnswer(number=act.number, at=act.at, by=act.by, told=told(act)) for act in acts]
    return page_of(request, rows, limit, rows[limit - 1].number if len(rows) > limit else None)


@editors.get("/issues/{label}/approvals")
def approvals(digest: Newsroom, issue: TheIssue) -> ApprovalsAnswer:
    """Who has agreed to a draft, and how many must."""
    found = desk.approvals(digest, issue)
    given, void = ([ApprovalAnswer.of(one) for one in some] for some in (found.given, found.void))
    return ApprovalsAnswer(needed=found.needed, given=given, void=void)


@editors.post("/issues/{label}/changes")
def changed(digest: Newsroom, issue: TheIssue, person: Caller, call: ChangesCall, seen: IfMatch) -> ShapedAnswer:
    """Pin, exclude, move, order, edit, confirm, note, title: all that is asked for as one act.

    An approval is void by it, unless all it does is to confirm that an item was read right.
    """
    return _did(digest, issue, lambda: desk.change(digest, issue, call.changes, by=by(person), on=_on(call, seen)))


@editors.post("/issues/{label}/undo")
def undone(digest: Newsroom, issue: TheIssue, person: Caller, call: ActCall, seen: IfMatch) -> ShapedAnswer:
    """Take the last act back. Name the version: asked for again without one, the act before goes, too."""
    return _did(digest, issue, lambda: desk.undo(digest, issue, by=by(person), on=_on(call, seen)))


@editors.post("/issues/{label}/redo")
def redone(digest: Newsroom, issue: TheIssue, person: Caller, call: ActCall, seen: IfMatch) -> ShapedAnswer:
    """Do again what was undone last. Name the version, as with `undo`."""
    return _did(digest, issue, lambda: desk.redo(digest, issue, by=by(person), on=_on(call, seen)))


@editors.post("/issues/{label}/withdraw")
def withdrawn(digest: Newsroom, issue: TheIssue, person: Caller, call: WithdrawCall, seen: IfMatch) -> ShapedAnswer:
    """Take an approval back, or those on the way to one. 409 when some of the issue has left."""
    on = _on(call, seen)
    return _did(digest, issue, lambda: desk.withdraw(digest, issue, by=by(person), reason=call.reason, on=on))


@editors.post("/issues/{label}/schedule")
def scheduled(digest: Newsroom, issue: TheIssue, person: Caller, call: ScheduleCall, seen: IfMatch) -> ShapedAnswer:
    """Let nothing of an issue leave before an instant. An approval stays."""
    return _did(digest, issue, lambda: desk.schedule(digest, issue, call.at, by=by(person), on=_on(call, seen)))


def _on(call: ActCall, seen: int | None) -> int | None:
    return call.version if call.version is not None else seen


def _did(digest: Digest, issue: Issue, act: Callable[[], Changed]) -> ShapedAnswer:
    """Act; that there was nothing to do is no problem."""
    try:
        done = act()
    except NothingToDo as nothing:
        version = digest.shape(issue).version
        return ShapedAnswer(
            issue=IssueAnswer.of(issue), version=version, voided=False, changed=False, detail=str(nothing)
        )
    return ShapedAnswer(
        issue=IssueAnswer.of(done.issue), version=done.shape.version, voided=done.voided, changed=True, detail=""
    )


def _shape(shape: Shape) -> ShapeAnswer:
    return ShapeAnswer(
        version=shape.version,
        pinned=sorted(shape.pinned),
        excluded={
            number: ExclusionAnswer(reason=one.reason, later=one.later, by=one.by)
            for number, one in shape.excluded.items()
        },
        moved=dict(shape.moved),
        edits={number: EditedAnswer.of(one) for number, one in shape.edits.items()},
        confirmed=sorted(shape.confirmed),
        notes=dict(shape.notes),
        subjects=dict(shape.subjects),
        preheaders=dict(shape.preheaders),
        undoes=told(shape.undoes) if shape.undoes else None,
        redoes=told(shape.redoes) if shape.redoes else None,
    )
