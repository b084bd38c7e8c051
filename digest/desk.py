"""What an editor does to an issue: shape it, take that back, withdraw its approval, say when it may leave.

Every verb writes one act on the version its editor saw (`on`; None for the one there is now). Whoever comes second is
told what changed: `EditedMeanwhile`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest import approving
from digest.editing import LONGEST_REASON, line, settled, text
from digest.errors import EditedMeanwhile, InputError, NothingToDo, StateError
from digest.models import (
    Approval,
    Change,
    Confirm,
    Edit,
    Edited,
    Exclude,
    Include,
    Issue,
    IssueItem,
    IssueKind,
    IssueStatus,
    Move,
    Note,
    Order,
    Pin,
    Redo,
    Schedule,
    SectionRole,
    Shape,
    Step,
    Title,
    Undo,
    Withdraw,
)
from digest.newsroom import Digest, did_you_mean
from digest.shaping import as_edited, changed
from digest.telling import so_already, told_since

#: Characters of what stands in a header.
_LONGEST_LINE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """What an act came to."""

    issue: Issue
    shape: Shape
    #: True when an approval, or one on its way, became void by it.
    voided: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Approvals:
    """How far a draft is from being approved."""

    needed: int
    #: Those that hold for what stands in it now.
    given: tuple[Approval, ...]
    #: Those given for something else: what it holds has changed without an editor's act.
    void: tuple[Approval, ...] = ()


def change(digest: Digest, issue: Issue, changes: Sequence[Change], *, by: str, on: int | None = None) -> Changed:
    """Shape an issue: all these changes as one act. An approval becomes void by it.

    Raises:
        InputError: a summary is not in the issue, a topic is none, or words are missing or too long.
        EditedMeanwhile: somebody else acted since version `on`.
        StateError: the issue was aborted, some of it has left, or a summary has another text than the one seen.
        NothingToDo: no change is asked for, or nothing would change.
    """
    shape = digest.shape(issue)
    known = {item.summary.id: item for item in digest.store.items(issue.id)}
    kept, wanted = [], shape
    for given in changes:
        # Each is measured by what the ones before it make of the issue: a pin that is taken back is no idle one.
        one = _checked(given, known, wanted, digest, issue)
        if not _is_idle(one, wanted):
            kept.append(one)
            wanted = changed(one, wanted, by)
    if wanted == shape:
        raise NothingToDo("nothing was changed: what is asked for takes itself back" if kept else so_already(changes))
    return _act(digest, issue, shape, kept, by, on)


def refuse_if_older(digest: Digest, issue: Issue, on: int) -> None:
    """EditedMeanwhile when somebody acted since this version, before anything is asked about what they did."""
    since = [act for act in digest.store.acts(issue.id) if act.number > on]
    if since:
        raise EditedMeanwhile(told_since(since), version=since[-1].number)


def undo(digest: Digest, issue: Issue, *, by: str, on: int | None = None) -> Changed:
    """Take the last act back, whoever made it; again for the one before. NothingToDo when none is left."""
    shape = digest.shape(issue)
    if shape.undoes is None:
        raise NothingToDo(f"nothing was done to {issue.window.label} that could be undone")
    return _act(digest, issue, shape, [Undo()], by, on)


def redo(digest: Digest, issue: Issue, *, by: str, on: int | None = None) -> Changed:
    """Do again what was undone last. NothingToDo when nothing was, or somebody did something else since."""
    shape = digest.shape(issue)
    if shape.redoes is None:
        raise NothingToDo(f"nothing of {issue.window.label} was undone")
    return _act(digest, issue, shape, [Redo()], by, on)


def withdraw(digest: Digest, issue: Issue, *, by: str, reason: str = "", on: int | None = None) -> Changed:
    """Take an approval back, or those on the way to one; what was frozen goes.

    Raises:
        NothingToDo: nobody has approved it.
        StateError: some of it has left, or it was aborted.
    """
    shape = digest.shape(issue)
    if issue.status is IssueStatus.DRAFT and not shape.approvals:
        raise NothingToDo(f"nobody has approved {issue.window.label}")
    return _act(digest, issue, shape, [Withdraw(reason=line(reason, "the reason", LONGEST_REASON))], by, on)


def schedule(digest: Digest, issue: Issue, at: datetime | None, *, by: str, on: int | None = None) -> Changed:
    """Let nothing of an issue leave before an instant (aware), or with None not before it is due. An approval stays.

    Raises:
        NothingToDo: it is scheduled so already.
        InputError: the instant is past.
        StateError: some of it has left, or it was aborted.
    """
    if at == issue.not_before:
        raise NothingToDo(f"{issue.window.label} is scheduled like that already")
    if at is not None and at <= digest.clock():
        raise InputError(f"{at:%Y-%m-%d %H:%M} is past: an issue can only be scheduled for later")
    return _act(digest, issue, digest.shape(issue), [Schedule(at=at)], by, on)


def approvals(digest: Digest, issue: Issue) -> Approvals:
    """How many people must agree to a draft, and who has. It renders the issue, to see what they agreed to."""
    needed, given = digest.settings.newsletter.approvals, digest.shape(issue).approvals
    if issue.status is not IssueStatus.DRAFT or not given:
        return Approvals(needed=needed, given=given)
    content = approving.content_hash(digest, issue)
    return Approvals(
        needed=needed,
        given=tuple(one for one in given if one.content_hash == content),
        void=tuple(one for one in given if one.content_hash != content),
    )


def _act(digest: Digest, issue: Issue, shape: Shape, steps: Sequence[Step], by: str, on: int | None) -> Changed:
    if issue.kind is not IssueKind.ISSUE:
        raise StateError(f"{issue.window.label} is a letter: what stands in it cannot be changed")
    version = shape.version if on is None else on
    if version > shape.version:
        raise StateError(f"{issue.window.label} has no version {version} yet, only {shape.version}")
    withdrawn = digest.store.act(issue.id, steps, by=by, on=version, now=digest.clock())
    after = digest.shape(issue)
    voided = withdrawn or len(after.approvals) < len(shape.approvals)
    return Changed(issue=digest.store.issue_by_id(issue.id), shape=after, voided=voided)


# --- what may be asked for ------------------------------------------------------------------------------------


def _checked(change: Change, known: Mapping[int, IssueItem], shape: Shape, digest: Digest, issue: Issue) -> Change:
    """The change with its words tidied. InputError says what is wrong with it."""
    for summary_id in _summaries(change):
        if summary_id not in known:
            label = issue.window.label
            raise InputError(f"summary {summary_id} is not in {label}: `digest shape show {label}` lists what is")
    if isinstance(change, Move | Note | Title) and change.topic_id and change.topic_id not in digest.tree.by_id:
        near = did_you_mean(change.topic_id, digest.tree.by_id)
        raise InputError(f"{change.topic_id!r} is no topic{near}; `digest topics list` shows them all")
    if isinstance(change, Edit | Confirm):
        return _settled(change, known[change.summary_id], shape)
    return _tidied(change)


def _settled(change: Edit | Confirm, item: IssueItem, shape: Shape) -> Change:
    """The change with the revision it is about.

    Raises:
        StateError: that revision is no longer the one there is.
        InputError: something is wrong with the words, or none would be left to print.
    """
    revision = item.summary.revision
    if change.revision not in (None, revision):
        raise StateError(f"the source of summary {item.summary.id} has changed its text since: look at it again")
    change = replace(change, revision=revision)
    if isinstance(change, Confirm):
        return change
    kept = settled(change, item.summary.entry, shape.edits.get(change.summary_id, Edited()))
    if _says(as_edited(item, shape)) and not _says(as_edited(item, changed(kept, shape, ""))):
        raise InputError(
            f"nothing of summary {item.summary.id} would be left to read: leave the item out of the issue instead, "
            "or leave words in one of its parts",
            about="parts",
        )
    return kept


def _says(item: IssueItem) -> bool:
    """Whether anything of what the study is about is printed: what is said of its limits alone is no summary."""
    silent = (SectionRole.CONSIDERATIONS, SectionRole.REFERENCES)
    return any(section.role not in silent for section in item.summary.entry.sections)


def _tidied(change: Change) -> Change:
    match change:
        case Exclude():
            reason = line(change.reason, "the reason", LONGEST_REASON)
            if not reason:
                raise InputError("say why: what is excluded is kept with its reason")
            return replace(change, reason=reason)
        case Note():
            return replace(change, text=text(change.text, "the note"))
        case Title():
            subject, preheader = change.subject, change.preheader
            return replace(
                change,
                subject=None if subject is None else line(subject, "the subject", _LONGEST_LINE),
                preheader=None if preheader is None else line(preheader, "the preheader", _LONGEST_LINE),
            )
        case Order() if change.after in change.summary_ids:
            raise InputError(f"summary {change.after} cannot stand behind itself")
    return change


def _summaries(change: Change) -> Iterable[int]:
    match change:
        case Pin() | Exclude() | Include() | Move() | Edit() | Confirm():
            return (change.summary_id,)
        case Order():
            return (*change.summary_ids, *(() if change.after is None else (change.after,)))
    return ()


def _is_idle(change: Change, shape: Shape) -> bool:
    """Whether it would change nothing; an order is never idle, for what it moves may come later."""
    match change:
        case Pin():
            return (change.summary_id in shape.pinned) is change.pinned
        case Exclude():
            standing = shape.excluded.get(change.summary_id)
            return standing is not None and (standing.reason, standing.later) == (change.reason, change.later)
        case Include():
            return change.summary_id not in shape.excluded
        case Move():
            return shape.moved.get(change.summary_id) == change.topic_id
        case Note():
            return shape.notes.get(change.topic_id, "") == change.text
        case Title():
            return all(
                words is None or known.get(change.topic_id, "") == words
                for words, known in ((change.subject, shape.subjects), (change.preheader, shape.preheaders))
            )
        case Edit():
            return changed(change, shape, "").edits == shape.edits
        case Confirm():
            return changed(change, shape, "").confirmed == shape.confirmed
        case Order():
            return not change.summary_ids
