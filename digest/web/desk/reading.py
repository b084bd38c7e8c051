"""One issue to read: its items by topic, as the general edition has them, each with what an editor may do to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest import notation
from digest.checks import Flaw
from digest.edition.view import ItemView, view
from digest.models import (
    OTHER_TOPIC,
    DeliveryState,
    Entry,
    Issue,
    IssueItem,
    IssueStatus,
    Length,
    Profile,
    Section,
    SectionRole,
    Shape,
    TopicTree,
)
from digest.newsroom import Digest
from digest.parts import PART_NAMES, own_sections
from digest.selection import History, Limits, select
from digest.shaping import shaped
from digest.telling import told
from digest.web.desk.frame import TheIssue, show
from digest.web.desk.gate import known_flaws
from digest.web.desk.log import named
from digest.web.doors import Somebody
from digest.web.forms import Form
from digest.web.site import Site, TheSite

router = APIRouter()

#: The section of explainers, which are no news.
BACKGROUND = "background"
#: None of these has left.
_STILL_HERE = frozenset({
    DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SKIPPED, DeliveryState.SUPPRESSED,
})  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One item as the desk shows it."""

    item: IssueItem
    view: ItemView
    #: As its source wrote it.
    original: Entry
    flaws: tuple[Flaw, ...]
    #: Whether there is one of its kind before or after it under the same heading.
    may_go_up: bool
    may_go_down: bool

    @property
    def id(self) -> int:
        """The summary's id."""
        return self.item.summary.id

    @property
    def takeaway(self) -> str:
        """Its takeaway as an editor types it."""
        return takeaway_text(self.item.summary.entry)

    @property
    def originals(self) -> tuple[tuple[str, tuple[Section, ...]], ...]:
        """The source's own parts in the place of those that were edited, with their names."""
        named = ((name, own_sections(self.original, role)) for role, name in PART_NAMES.items())
        return tuple((name, sections) for name, sections in named if name in self.item.edited)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The items that stand under one heading."""

    topic_id: str
    label: str
    pieces: tuple[Piece, ...]


@router.get("/issues/{label}")
def read(request: Request, site: TheSite, issue: TheIssue, _person: Somebody) -> Response:
    """The issue in reading form."""
    return page(request, site, issue)


def page(
    request: Request,
    site: Site,
    issue: Issue,
    *,
    typed: Form | None = None,
    meanwhile: str = "",
    trouble: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The page; after something that could not be done with the reason, and what was typed where it was typed."""
    digest = site.digest
    issue = digest.store.issue_by_id(issue.id)
    shape = digest.shape(issue)
    pool = digest.store.items(issue.id)
    headlines = {item.summary.id: item.summary.entry.headline for item in pool}
    return show(
        request,
        site,
        "issue",
        issue=issue,
        status=status,
        shape=shape,
        parts=parts_of(site, issue, pool, shape),
        excluded=[(one, headlines[one], why) for one, why in shape.excluded.items() if one in headlines],
        tops=tops_of(shape, digest.tree),
        topics=[(topic, len(digest.tree.lineage(topic.id)) - 1) for topic in digest.tree.topics],
        undoes=named(told(shape.undoes), headlines) if shape.undoes else "",
        redoes=named(told(shape.redoes), headlines) if shape.redoes else "",
        can_shape=can_shape(digest, issue),
        typed=typed or Form({}),
        meanwhile=meanwhile,
        trouble=trouble,
    )


def can_shape(digest: Digest, issue: Issue) -> bool:
    """Whether an editor may still change it: it was not ended, and nothing of it has left."""
    return issue.status is not IssueStatus.ABORTED and _STILL_HERE.issuperset(digest.store.progress(issue.id))


def parts_of(site: Site, issue: Issue, pool: Sequence[IssueItem], shape: Shape) -> tuple[Part, ...]:
    """The items by heading in reading order; those that tell of another item's study stand under the first of it."""
    digest = site.digest
    originals = {item.summary.id: item.summary.entry for item in pool}
    items = {item.summary.id: item for item in shaped(pool, shape)}
    flaws = known_flaws(site, issue)
    until = digest.calendar.local_day(issue.window.until)

    def piece(ids: Sequence[int], place: int) -> Piece:
        item = items[ids[place]]
        return Piece(
            item=item,
            view=view(item, Length.FULL, until=until),
            original=originals[ids[place]],
            flaws=tuple(flaws.get(ids[place], ())),
            may_go_up=place > 0 and items[ids[place - 1]].pinned == item.pinned,
            may_go_down=place + 1 < len(ids) and items[ids[place + 1]].pinned == item.pinned,
        )

    return tuple(
        Part(
            topic_id=topic_id,
            label=heading(digest.tree, topic_id),
            pieces=tuple(piece(ids, place) for place in range(len(ids))),
        )
        for topic_id, ids in arranged(tuple(items.values()), digest.tree)
    )


def tops_of(shape: Shape, tree: TopicTree) -> list[tuple[str, str, str, str]]:
    """(topic id, subject, preheader, note) for all, then for the topics that have any of them in the tree's order."""
    topics = {*shape.notes, *shape.subjects, *shape.preheaders} - {""}
    ordered = ["", *sorted(topics, key=lambda topic: tree.order.get(topic, len(tree.order)))]
    return [
        (topic, shape.subjects.get(topic, ""), shape.preheaders.get(topic, ""), shape.notes.get(topic, ""))
        for topic in ordered
    ]


def arranged(items: Sequence[IssueItem], tree: TopicTree) -> list[tuple[str, list[int]]]:
    """The ids of all items by topic, as a reader without topics would find them if no mail were ever too long."""
    everything = Limits(items=dict.fromkeys(Length, len(items)), background=len(items), also_new=0)
    waiting = History(waiting=frozenset(item.summary.study_id for item in items))
    chosen = select(Profile(), items, tree=tree, limits=everything, history=waiting)
    twins: dict[int, list[int]] = {}
    for item in items:
        twins.setdefault(item.summary.study_id, []).append(item.summary.id)
    sections = [(topic_id, placements) for topic_id, placements in chosen.sections]
    sections += [(BACKGROUND, chosen.background)] if chosen.background else []
    return [
        (topic_id, [one for placed in placements for one in _with_twins(placed.summary_id, twins[placed.study_id])])
        for topic_id, placements in sections
    ]


def _with_twins(summary_id: int, twins: Sequence[int]) -> list[int]:
    return [summary_id, *(twin for twin in twins if twin != summary_id)]


def heading(tree: TopicTree, topic_id: str) -> str:
    """What stands over the items of a topic."""
    return {BACKGROUND: "Background", OTHER_TOPIC: "Other research"}.get(topic_id) or tree.label(topic_id)


def takeaway_text(entry: Entry) -> str:
    """A takeaway as it is typed."""
    section = entry.section(SectionRole.TAKEAWAY)
    return notation.written(section.blocks) if section else ""
