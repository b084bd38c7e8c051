"""One item of an issue, part by part: put it right, move a paragraph to another part, join and add parts.

What is arranged is shown again with all that was typed; nothing is kept before it is saved, and then it is one act.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest import desk, notation
from digest.edition.wording import shortened
from digest.errors import DigestError, EditedMeanwhile, InputError, NothingToDo
from digest.models import (
    Block,
    Bullets,
    Confirm,
    Edit,
    EditedPart,
    Entry,
    Issue,
    IssueItem,
    Kind,
    Person,
    Section,
    SectionRole,
)
from digest.newsroom import Digest
from digest.parts import (
    HEADED,
    PART_NAMES,
    alike,
    arranged,
    in_order,
    joined,
    made_of,
    own_sections,
    role_of,
    sources_of,
    typed,
    with_emptied,
)
from digest.shaping import as_edited
from digest.web.desk.frame import RowNumber, TheIssue, show
from digest.web.desk.gate import known_flaws
from digest.web.desk.log import headlines_of, named, said_of, sentence
from digest.web.desk.reading import can_shape
from digest.web.doors import DeskForm, Somebody
from digest.web.faults import NotFound, status_of
from digest.web.forms import Form, whole
from digest.web.site import Site, TheSite

router = APIRouter(prefix="/issues/{label}/items/{number}")

#: Parts that research has, so that there is a field for each.
_OF_RESEARCH = (SectionRole.TAKEAWAY, SectionRole.FINDINGS, SectionRole.RELEVANCE, SectionRole.CONSIDERATIONS)
#: More parts than any item has.
_MOST_PARTS = 2_000
#: So many paragraphs of a part can be moved by the page, and only where there are not more parts than a list can show.
_MOST_BLOCKS, _FEW_PARTS = 300, 40
#: Where a paragraph may go besides the parts there are.
NEW, OUT = "new", "out"


@dataclass(frozen=True, kw_only=True, slots=True)
class Movable:
    """One paragraph, list or heading of a part, as the list shows it from which it is moved."""

    #: Tells whether the field still holds it when the list is sent.
    mark: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One part with its field."""

    #: What a link leads to: `part-findings`, `part-body-2`.
    anchor: str
    name: str
    part: EditedPart
    blocks: tuple[Movable, ...]
    #: The source's own in this place; None where it has none.
    source: Section | None
    is_edited: bool
    has_heading: bool

    @property
    def lines(self) -> int:
        """About as many lines as its text has in its field."""
        return min(max(3, sum(1 + len(line) // 75 for line in self.part.text.split("\n")) + 1), 24)


@router.get("")
def read(request: Request, site: TheSite, issue: TheIssue, number: RowNumber, _person: Somebody) -> Response:
    """The item in its parts."""
    return page(request, site, issue, number)


@router.post("")
def sent(
    request: Request, site: TheSite, issue: TheIssue, number: RowNumber, person: Somebody, form: DeskForm
) -> Response:
    """Save what was typed; or the page again, arranged as was asked, or with what kept it from being saved."""
    do, _, where = form.text("do").partition(" ")
    try:
        if do in ("save", "confirm", "doubt"):
            return _saved(site, issue, number, person, form, do)
        parts = _asked(form, do, where, source_of(site.digest, issue, number).summary.entry)
        return page(request, site, issue, number, typed_form=form, parts=parts, at=where)
    except EditedMeanwhile as error:
        words = named(str(error), headlines_of(site.digest, issue))
        return page(
            request, site, issue, number, typed_form=form, meanwhile=words, status=HTTPStatus.CONFLICT, fresh=True
        )
    except DigestError as error:
        # Of another text by now: from here on it is about that one.
        status = status_of(error)
        fresh = status is HTTPStatus.CONFLICT
        return page(
            request,
            site,
            issue,
            number,
            typed_form=form,
            trouble=named(str(error), headlines_of(site.digest, issue)),
            status=status,
            fresh=fresh,
            at=where,
        )


def page(
    request: Request,
    site: Site,
    issue: Issue,
    number: int,
    *,
    typed_form: Form | None = None,
    parts: Sequence[EditedPart] | None = None,
    meanwhile: str = "",
    trouble: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    fresh: bool = False,
    at: str = "",
) -> Response:
    """The page; with what was typed, about the version that was seen then, unless somebody was told of a newer one."""
    digest = site.digest
    issue = digest.store.issue_by_id(issue.id)
    source, shape = source_of(digest, issue, number), digest.shape(issue)
    item = as_edited(source, shape)
    form = typed_form or Form({})
    if parts is None:
        parts = _typed(form) if typed_form else _standing(item.summary.entry, source.summary.entry)
    seen = {"on": shape.version, "revision": item.summary.revision}
    if typed_form and not fresh:
        seen = {name: form.number(name) for name in seen}
    return show(
        request,
        site,
        "item",
        issue=issue,
        item=item,
        source=source,
        seen=seen,
        rows=rows_of(parts, source.summary.entry),
        choices=_choices(parts),
        headline=form.text("headline") if typed_form else item.summary.entry.headline,
        is_excluded=number in shape.excluded,
        is_confirmed=number in shape.confirmed,
        can_shape=can_shape(digest, issue),
        flaws=known_flaws(site, issue).get(number, []),
        typed=form,
        is_unsaved=typed_form is not None,
        names=PART_NAMES,
        at=at,
        meanwhile=meanwhile,
        trouble=trouble,
        status=status,
    )


def source_of(digest: Digest, issue: Issue, number: int) -> IssueItem:
    """The item as its source wrote it. NotFound when it is not in the issue."""
    found = next((item for item in digest.store.items(issue.id) if item.summary.id == number), None)
    if found is None:
        raise NotFound(f"there is no summary {number} in {issue.window.title}")
    return found


# --- what is shown -----------------------------------------------------------------------------------------


def rows_of(parts: Sequence[EditedPart], entry: Entry) -> list[Row]:
    """The parts with what is to be said about each."""
    rows: list[Row] = []
    counts: dict[SectionRole, int] = {}
    for part, source in zip(parts, sources_of(parts, entry), strict=True):
        place = counts[part.role] = counts.get(part.role, 0) + 1
        blocks = notation.read(part.text) if len(parts) <= _FEW_PARTS else ()
        rows.append(
            Row(
                anchor=f"part-{part.role.value}{f'-{place}' if part.role is SectionRole.BODY else ''}",
                name=_name(part),
                part=part,
                blocks=tuple(Movable(mark=_mark(block), words=_words(block)) for block in blocks[:_MOST_BLOCKS]),
                source=source,
                is_edited=not alike(made_of([part], entry), [source] if source else []),
                has_heading=part.role in HEADED,
            )
        )
    return rows


def _name(part: EditedPart) -> str:
    name = PART_NAMES[part.role]
    return f"{name[:1].upper()}{name[1:]}"


def _words(block: Block) -> str:
    return shortened(" ".join(block.items) if isinstance(block, Bullets) else block.text, 140)


def _mark(block: Block) -> str:
    return hashlib.sha256(notation.written([block]).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _standing(now: Entry, source: Entry) -> list[EditedPart]:
    """The parts that stand; an empty one for each besides that its source has, or research should have."""
    parts = with_emptied(typed(now.sections), source)
    wanted = _OF_RESEARCH if now.kind is Kind.RESEARCH else ()
    missing = [EditedPart(role=role, text="") for role in wanted if all(part.role is not role for part in parts)]
    return in_order([*parts, *missing])


def _choices(parts: Sequence[EditedPart]) -> list[tuple[str, str]]:
    """Where a paragraph may go, each with its words: the parts there are, those there could be, a new section, out."""
    choices = [
        (str(place), f"{_name(part)}{f': {shortened(part.heading, 40)}' if part.heading else ''}")
        for place, part in enumerate(parts)
    ]
    missing = [role for role in PART_NAMES if all(part.role is not role for part in parts)]
    return [
        *choices,
        *((role.value, _name(EditedPart(role=role, text=""))) for role in missing if role is not SectionRole.BODY),
        (NEW, "A new section"),
        (OUT, "Out of it"),
    ]


# --- what was typed ----------------------------------------------------------------------------------------


def _typed(form: Form) -> list[EditedPart]:
    """The parts as they stand in the fields."""
    rows = whole(form.text("rows"))
    if rows is None or not 0 <= rows <= _MOST_PARTS:
        raise InputError("this page is too old: open it again")
    return [
        EditedPart(
            role=role_of(form.text(f"role-{place}")),
            heading=form.text(f"heading-{place}") or None,
            text=form.text(f"text-{place}"),
        )
        for place in range(rows)
    ]


def _asked(form: Form, do: str, where: str, entry: Entry) -> list[EditedPart]:
    """The parts as a button arranges them. InputError when it is none of ours, or a paragraph is not there any more."""
    parts = _typed(form)
    place = whole(where)
    if do == "move":
        return _moved(parts, form)
    if do == "add":
        return in_order([*parts, EditedPart(role=_role(form.text("new")), text="")])
    if place is not None and 0 <= place < len(parts):
        if do == "join" and place > 0:
            return joined(parts, place)
        if do == "restore":
            source = rows_of(parts, entry)[place].source
            own = typed([source] if source else [])
            return [*parts[:place], *(own or [replace(parts[place], text="", heading=None)]), *parts[place + 1 :]]
    raise InputError("this page is too old: open it again")


def _role(value: str) -> SectionRole:
    return SectionRole.BODY if value == NEW else role_of(value)


def _moved(parts: Sequence[EditedPart], form: Form) -> list[EditedPart]:
    wanted = _wanted(parts, form)
    made = list(parts)
    targets: dict[str, int | None] = {str(place): place for place in range(len(parts))} | {OUT: None}
    for value in wanted.values():
        if value not in targets:
            targets[value] = len(made)
            made.append(EditedPart(role=_role(value), text=""))
    return in_order(arranged(made, {block: targets[value] for block, value in wanted.items()}))


def _wanted(parts: Sequence[EditedPart], form: Form) -> Mapping[tuple[int, int], str]:
    """(part, block) -> where it goes. A field may hold other paragraphs than the list that was shown beside it."""
    wanted: dict[tuple[int, int], str] = {}
    for place, part in enumerate(parts):
        marks = [_mark(block) for block in notation.read(part.text)]
        for number, (mark, value) in enumerate(zip(form.many(f"mark-{place}"), form.many(f"to-{place}"), strict=False)):
            if value and value != str(place):
                wanted[place, _found(marks, mark, number, _name(part))] = value
    return wanted


def _found(marks: Sequence[str], mark: str, number: int, name: str) -> int:
    if number < len(marks) and marks[number] == mark:
        return number
    if marks.count(mark) == 1:
        return marks.index(mark)
    raise InputError(
        f"{name}: its words were changed after the list of its paragraphs was made, so nothing was moved; "
        "the list is a new one now: choose once more"
    )


# --- saving ------------------------------------------------------------------------------------------------


def _saved(site: Site, issue: Issue, number: int, person: Person, form: Form, do: str) -> Response:
    digest, goal = site.digest, f"/desk/issues/{issue.window.label}#item-{number}"
    edit, on = _edit(digest, issue, number, form), form.number("on")
    has_words = bool(edit.parts) or edit.headline is not None
    if has_words and do != "save":
        raise InputError("there are other words in the fields: save them, which settles it as well")
    if has_words:
        # Before anything is asked about words that somebody else has written.
        desk.refuse_if_older(digest, issue, on)
    confirm = Confirm(summary_id=number, confirmed=do == "confirm", revision=edit.revision)
    try:
        changed = desk.change(digest, issue, [edit if do == "save" else confirm], by=person.name, on=on)
    except NothingToDo as nothing:
        return site.pages.go(goal, said=sentence(named(str(nothing), headlines_of(digest, issue))))
    return site.pages.go(goal, said=said_of(digest, changed))


def _edit(digest: Digest, issue: Issue, number: int, form: Form) -> Edit:
    """What was typed, as far as it is other than what stands."""
    source = source_of(digest, issue, number)
    shape = digest.shape(issue)
    now, entry = as_edited(source, shape).summary.entry, source.summary.entry
    parts = _typed(form)
    changed = [role for role in PART_NAMES if not _stands(parts, role, now, entry)]
    headline = " ".join(form.text("headline").split())
    if not headline:
        raise InputError("the headline is empty: write one, or take its source's words again", about="headline")
    kept = tuple(part for role in changed for part in parts if part.role is role)
    gone = [role for role in changed if all(part.role is not role for part in parts)]
    return Edit(
        summary_id=number,
        headline=None if headline == now.headline else headline if headline != entry.headline else "",
        parts=(*kept, *(EditedPart(role=role, text="") for role in gone)),
        reason=form.text("reason"),
        no_limits=form.is_set("no-limits"),
        revision=form.number("revision"),
    )


def _stands(parts: Sequence[EditedPart], role: SectionRole, now: Entry, source: Entry) -> bool:
    """Whether readers are told the same by what was typed as by what stands."""
    typed_sections = made_of([part for part in parts if part.role is role], source)
    return alike(typed_sections, own_sections(now, role))
