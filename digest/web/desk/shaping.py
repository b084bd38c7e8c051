"""Shape an issue in place: each form is one act on the version that was seen, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest import desk
from digest.desk import Changed
from digest.errors import DigestError, EditedMeanwhile, InputError, NothingToDo
from digest.models import (
    Change,
    Confirm,
    Edit,
    EditedPart,
    Exclude,
    Include,
    Issue,
    IssueItem,
    Move,
    Note,
    Order,
    Person,
    Pin,
    SectionRole,
    Title,
    TopicTree,
)
from digest.newsroom import Digest, did_you_mean
from digest.parts import PART_NAMES, alike, made_of, own_sections
from digest.web.desk.frame import TheIssue
from digest.web.desk.log import headlines_of, named, said_of, sentence
from digest.web.desk.reading import arranged, page
from digest.web.doors import DeskForm, Somebody
from digest.web.faults import status_of
from digest.web.forms import Form, whole
from digest.web.site import TheSite

router = APIRouter(prefix="/issues/{label}")


@router.post("/shape")
def shaped(request: Request, site: TheSite, issue: TheIssue, person: Somebody, form: DeskForm) -> Response:
    """One act; or the page again, with what kept it from being done and all that was typed."""
    try:
        changed = _done(site.digest, issue, person, form)
    except NothingToDo as nothing:
        words = named(str(nothing), headlines_of(site.digest, issue))
        return site.pages.go(_here(issue, form), said=sentence(words))
    except EditedMeanwhile as error:
        words = named(str(error), headlines_of(site.digest, issue))
        return page(request, site, issue, typed=form, meanwhile=words, status=HTTPStatus.CONFLICT)
    except DigestError as error:
        words = named(str(error), headlines_of(site.digest, issue))
        return page(request, site, issue, typed=form, trouble=words, status=status_of(error))
    return site.pages.go(_here(issue, form), said=said_of(site.digest, changed))


def _done(digest: Digest, issue: Issue, person: Person, form: Form) -> Changed:
    on = form.number("on")
    if form.text("do") == "undo":
        return desk.undo(digest, issue, by=person.name, on=on)
    if form.text("do") == "redo":
        return desk.redo(digest, issue, by=person.name, on=on)
    return desk.change(digest, issue, changes_of(form, digest, issue), by=person.name, on=on)


def changes_of(form: Form, digest: Digest, issue: Issue) -> Sequence[Change]:
    """What a form asks for. InputError when it is none of ours."""
    do = form.text("do")
    if do == "top":
        topic = form.text("topic")
        return (
            Title(subject=form.text("subject"), preheader=form.text("preheader"), topic_id=topic),
            Note(text=form.text("note"), topic_id=topic),
        )
    summary_id = form.number("id")
    match do:
        case "pin" | "unpin":
            return (Pin(summary_id=summary_id, pinned=do == "pin"),)
        case "exclude":
            return (Exclude(summary_id=summary_id, reason=form.text("reason"), later=form.is_set("later")),)
        case "confirm" | "doubt":
            return (Confirm(summary_id=summary_id, confirmed=do == "confirm", revision=form.number("revision")),)
        case "include":
            return (Include(summary_id=summary_id),)
        case "move":
            return (Move(summary_id=summary_id, topic_id=topic_of(digest.tree, form.text("topic"))),)
        case "edit":
            # One that is left out is not among the items, but may be edited all the same.
            return (_edit(summary_id, form, (*digest.items(issue), *digest.store.items(issue.id))),)
        case "up" | "down":
            return (beside(digest.items(issue), summary_id, digest, up=do == "up"),)
    raise InputError("this page is too old: open it again")


def topic_of(tree: TopicTree, words: str) -> str | None:
    """The id of the topic that is called so, in any case; None for no words. InputError when none is."""
    if not words:
        return None
    labels = {topic.label.casefold(): topic for topic in reversed(tree.topics)}
    found = labels.get(words.casefold()) or tree.by_id.get(words)
    if found is None:
        near = did_you_mean(words, [topic.label for topic in tree.topics])
        raise InputError(f"no topic is called {words!r}{near}: choose one of the list")
    return found.id


def _edit(summary_id: int, form: Form, items: Sequence[IssueItem]) -> Edit:
    """Other words for headline and takeaway; what was not touched stays as it is, an empty field is the original's."""
    if form.is_set("restore"):
        return Edit(summary_id=summary_id, headline="", restore=tuple(PART_NAMES))
    entry = next((item.summary.entry for item in items if item.summary.id == summary_id), None)
    headline, takeaway = form.text("headline"), EditedPart(role=SectionRole.TAKEAWAY, text=form.text("takeaway"))
    same = entry is not None and alike(made_of([takeaway], entry), own_sections(entry, takeaway.role))
    return Edit(
        summary_id=summary_id,
        headline=None if entry is not None and headline == entry.headline else headline,
        parts=() if same or not takeaway.text else (takeaway,),
        restore=() if same or takeaway.text else (takeaway.role,),
    )


def beside(items: Sequence[IssueItem], summary_id: int, digest: Digest, *, up: bool) -> Order:
    """The item one place further up or down among those it stands with. NothingToDo when there is none beyond it."""
    together = next((ids for _, ids in arranged(items, digest.tree) if summary_id in ids), [])
    place = together.index(summary_id) + (-1 if up else 1) if summary_id in together else -1
    if not 0 <= place < len(together):
        raise NothingToDo("it stands at the end already")
    other = together[place]
    first, second = (summary_id, other) if up else (other, summary_id)
    order = [item.summary.id for item in items]
    before = [one for one in order[: order.index(other)] if one not in (first, second)]
    return Order(summary_ids=(first, second), after=before[-1] if before else None)


def _here(issue: Issue, form: Form) -> str:
    """The page again, at the item that was changed."""
    here = f"/desk/issues/{issue.window.label}"
    in_place = form.text("do") not in ("exclude", "undo", "redo", "top") and whole(form.text("id")) is not None
    return f"{here}#item-{form.text('id')}" if in_place else here
