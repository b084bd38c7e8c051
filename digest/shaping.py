"""What editors' acts come to: a fold over the trail, and the pool as they want it.

    acts -> fold -> Shape;  items + Shape -> shaped -> items

Pure. The trail only grows: undo is an act like any other, so who did what is never lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import TypeVar

from digest.models import (
    Act,
    Approval,
    Approve,
    Confirm,
    Edit,
    Edited,
    EditedPart,
    Exclude,
    Exclusion,
    Include,
    IssueItem,
    Move,
    Note,
    Order,
    Pin,
    Redo,
    Schedule,
    SectionRole,
    Shape,
    Title,
    Undo,
    Withdraw,
)
from digest.parts import PART_NAMES, alike, own_sections, sections_of, with_sections

K = TypeVar("K")
V = TypeVar("V")


def fold(acts: Iterable[Act]) -> Shape:
    """The shape these acts come to, given in the order of their numbers.

    Undo takes the last act that stands away, whoever made it; redo brings back what was undone last, until somebody
    does something else. Approving and scheduling cannot be undone that way. Whatever changes the shape makes the
    approvals before it void.
    """
    done: list[Act] = []
    undone: list[Act] = []
    approvals: tuple[Approval, ...] = ()
    version = 0
    for act in acts:
        version = act.number
        approvals = _approvals(approvals, act)
        if _has(act, Undo):
            undone += [done.pop()] if done else []
        elif _has(act, Redo):
            done += [undone.pop()] if undone else []
        elif not _has(act, Approve, Withdraw, Schedule):
            done.append(act)
            undone.clear()
    shape = Shape(
        version=version,
        approvals=approvals,
        undoes=done[-1] if done else None,
        redoes=undone[-1] if undone else None,
    )
    for act in done:
        for step in act.steps:
            shape = changed(step, shape, act.by)
    return shape


def is_content(act: Act) -> bool:
    """Whether the act changes what readers get, or takes back that somebody stands for it: approvals are void by it."""
    return not all(
        isinstance(step, Approve | Withdraw | Schedule) or (isinstance(step, Confirm) and step.confirmed)
        for step in act.steps
    )


def shaped(items: Sequence[IssueItem], shape: Shape) -> tuple[IssueItem, ...]:
    """The pool as its editors want it.

    Args:
        items: the pool as it was composed, in its order. What the shape says of others is passed over, so that it
            outlives a draft that is composed anew.
        shape: what the editors did.

    Returns:
        The items without the excluded ones, in the editors' order, with their words, topics and pins.
    """
    by_id = {item.summary.id: item for item in items}
    order = list(by_id)
    for one in shape.orders:
        order = _ordered(order, one)
    placed = {summary_id for one in shape.orders for summary_id in one.summary_ids}
    return tuple(
        _shaped(by_id[summary_id], shape, placed=summary_id in placed)
        for summary_id in order
        if summary_id not in shape.excluded
    )


def as_edited(item: IssueItem, shape: Shape) -> IssueItem:
    """One item in its editors' words, also where they left it out."""
    return _shaped(item, shape, placed=any(item.summary.id in one.summary_ids for one in shape.orders))


def _ordered(order: Sequence[int], wanted: Order) -> list[int]:
    """The order with some of it moved; what it is moved behind may be gone by now, then nothing moves."""
    known = set(order)
    moving = [summary_id for summary_id in dict.fromkeys(wanted.summary_ids) if summary_id in known]
    rest = [summary_id for summary_id in order if summary_id not in moving]
    if wanted.after is None:
        return [*moving, *rest]
    if wanted.after not in rest:
        return list(order)
    place = rest.index(wanted.after) + 1
    return [*rest[:place], *moving, *rest[place:]]


def _shaped(item: IssueItem, shape: Shape, *, placed: bool) -> IssueItem:
    summary_id, revision = item.summary.id, item.summary.revision
    words = shape.edits.get(summary_id, Edited())
    # Other words for the takeaway alone say nothing about how the rest was read.
    put_right = not {SectionRole.TAKEAWAY}.issuperset(words.parts)
    confirmed = summary_id in shape.confirmed and shape.confirmed[summary_id] in (None, revision)
    return replace(
        _edited(item, words),
        pinned=summary_id in shape.pinned,
        section=shape.moved.get(summary_id),
        placed=placed,
        looked_at=confirmed or (put_right and words.revision in (None, revision)),
        overtaken=bool(words.parts) and not confirmed and words.revision not in (None, revision),
    )


def _edited(item: IssueItem, words: Edited) -> IssueItem:
    """The item in the editors' words, and which of them are theirs; words that say the same are no change."""
    entry, marks = item.summary.entry, []
    if words.headline is not None and words.headline != entry.headline:
        entry = replace(entry, headline=words.headline)
        marks.append("headline")
    for role, name in PART_NAMES.items():
        sections = sections_of(words, role, entry)
        if sections is not None and not alike(sections, own_sections(entry, role)):
            entry = with_sections(entry, role, sections)
            marks.append(name)
    return replace(item, summary=replace(item.summary, entry=entry), edited=tuple(marks)) if marks else item


# --- one change ----------------------------------------------------------------------------------------------


@singledispatch
def changed(_change: object, shape: Shape, _by: str) -> Shape:
    """The shape after one more change, and by whom."""
    return shape


@changed.register
def _(change: Pin, shape: Shape, _by: str) -> Shape:
    one = frozenset({change.summary_id})
    return replace(shape, pinned=shape.pinned | one if change.pinned else shape.pinned - one)


@changed.register
def _(change: Exclude, shape: Shape, by: str) -> Shape:
    why = Exclusion(reason=change.reason, later=change.later, by=by)
    return replace(shape, excluded=_with(shape.excluded, change.summary_id, why))


@changed.register
def _(change: Include, shape: Shape, _by: str) -> Shape:
    return replace(shape, excluded=_with(shape.excluded, change.summary_id, None))


@changed.register
def _(change: Move, shape: Shape, _by: str) -> Shape:
    return replace(shape, moved=_with(shape.moved, change.summary_id, change.topic_id))


@changed.register
def _(change: Order, shape: Shape, _by: str) -> Shape:
    return replace(shape, orders=(*shape.orders, change))


@changed.register
def _(change: Edit, shape: Shape, _by: str) -> Shape:
    before = shape.edits.get(change.summary_id, Edited())
    named: dict[SectionRole, tuple[EditedPart, ...]] = {}
    for part in change.parts:
        named[part.role] = (*named.get(part.role, ()), part)
    gone = {*change.restore, *([] if change.takeaway is None else [SectionRole.TAKEAWAY])}
    takeaway = before.takeaway if change.takeaway is None else change.takeaway or None
    parts = {role: kept for role, kept in before.parts.items() if role not in gone} | named
    after = Edited(
        headline=before.headline if change.headline is None else change.headline or None,
        takeaway=None if SectionRole.TAKEAWAY in {*named, *change.restore} else takeaway,
        parts=parts,
        revision=(change.revision if named else before.revision) if parts else None,
    )
    return replace(shape, edits=_with(shape.edits, change.summary_id, None if after == Edited() else after))


@changed.register
def _(change: Confirm, shape: Shape, _by: str) -> Shape:
    others = {one: seen for one, seen in shape.confirmed.items() if one != change.summary_id}
    return replace(shape, confirmed=others | ({change.summary_id: change.revision} if change.confirmed else {}))


@changed.register
def _(change: Note, shape: Shape, _by: str) -> Shape:
    return replace(shape, notes=_with(shape.notes, change.topic_id, change.text or None))


@changed.register
def _(change: Title, shape: Shape, _by: str) -> Shape:
    subjects, preheaders = shape.subjects, shape.preheaders
    if change.subject is not None:
        subjects = _with(subjects, change.topic_id, change.subject or None)
    if change.preheader is not None:
        preheaders = _with(preheaders, change.topic_id, change.preheader or None)
    return replace(shape, subjects=subjects, preheaders=preheaders)


def _with(known: Mapping[K, V], key: K, value: V | None) -> Mapping[K, V]:
    """The same with this value; without the key for None."""
    rest = {one: kept for one, kept in known.items() if one != key}
    return rest if value is None else {**rest, key: value}


def _has(act: Act, *kinds: type) -> bool:
    return any(isinstance(step, kinds) for step in act.steps)


def _approvals(before: tuple[Approval, ...], act: Act) -> tuple[Approval, ...]:
    if is_content(act) or _has(act, Withdraw):
        return ()
    given = (step for step in act.steps if isinstance(step, Approve))
    made = (Approval(by=act.by, at=act.at, content_hash=one.content_hash, despite=one.despite) for one in given)
    return (*before, *made)
