"""One issue to read: its items by topic, as the general edition has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest.edition.view import ItemView, view
from digest.models import OTHER_TOPIC, Issue, IssueItem, Length, Profile, TopicTree
from digest.newsroom import Digest
from digest.selection import History, Limits, select
from digest.web.desk.frame import TheIssue, show
from digest.web.doors import Somebody
from digest.web.site import Newsroom, TheSite

router = APIRouter()

#: The section of explainers, which are no news.
BACKGROUND = "background"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One item as the desk shows it."""

    item: IssueItem
    view: ItemView

    @property
    def id(self) -> int:
        """The summary's id."""
        return self.item.summary.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The items that stand under one heading."""

    topic_id: str
    label: str
    pieces: tuple[Piece, ...]


@router.get("/issues/{label}")
def read(request: Request, site: TheSite, digest: Newsroom, issue: TheIssue, _person: Somebody) -> Response:
    """The issue in reading form."""
    return show(request, site, "issue", issue=issue, parts=parts_of(digest, issue, digest.store.items(issue.id)))


def parts_of(digest: Digest, issue: Issue, items: Sequence[IssueItem]) -> tuple[Part, ...]:
    """The items by heading in reading order; those that tell of another item's study stand under the first of it."""
    until = digest.calendar.local_day(issue.window.until)
    by_id = {item.summary.id: Piece(item=item, view=view(item, Length.FULL, until=until)) for item in items}
    return tuple(
        Part(
            topic_id=topic_id,
            label=heading(digest.tree, topic_id),
            pieces=tuple(by_id[summary_id] for summary_id in ids),
        )
        for topic_id, ids in arranged(items, digest.tree)
    )


def arranged(items: Sequence[IssueItem], tree: TopicTree) -> list[tuple[str, list[int]]]:
    """The ids of all items by topic, as a reader without topics would find them if no mail were ever too long."""
    everything = Limits(items=dict.fromkeys(Length, len(items)), background=len(items), also_new=0)
    waiting = History(waiting=frozenset(item.summary.study_id for item in items))
    chosen = select(Profile(), items, tree=tree, limits=everything, history=waiting)
    twins: dict[int, list[int]] = {}
    for item in items:
        twins.setdefault(item.summary.study_id, []).append(item.summary.id)
    sections = [(topic_id, [one.study_id for one in placements]) for topic_id, placements in chosen.sections]
    sections += [(BACKGROUND, [one.study_id for one in chosen.background])] if chosen.background else []
    first = {one.study_id: one.summary_id for one in (*chosen.research, *chosen.background)}
    return [
        (topic_id, [summary_id for study in studies for summary_id in _first_of(first[study], twins[study])])
        for topic_id, studies in sections
    ]


def _first_of(summary_id: int, twins: Sequence[int]) -> list[int]:
    return [summary_id, *(twin for twin in twins if twin != summary_id)]


def heading(tree: TopicTree, topic_id: str) -> str:
    """What stands over the items of a topic."""
    return {BACKGROUND: "Background", OTHER_TOPIC: "Other research"}.get(topic_id) or tree.label(topic_id)
