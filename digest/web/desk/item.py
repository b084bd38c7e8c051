"""One item of an issue, part by part: put it right, move a paragraph to another part, join and add parts.

What is arranged is shown again with all that was typed; nothing is kept before it is saved, and then it is one act.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest import desk, notation
from digest.edition.view import MORE
from digest.edition.wording import shortened
from digest.errors import DigestError, EditedMeanwhile, InputError, NothingToDo
from digest.models import (
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
    in_order,
    made_of,
    own_sections,
    sources_of,
    typed,
    with_emptied,
)
from digest.shaping import as_edited
from digest.web.desk.arranging import (
    HEADLINE,
    NEW,
    OUT,
    Arrangement,
    as_typed,
    asked,
    first_words,
    mark_of,
    typed_parts,
)
from digest.web.desk.frame import RowNumber, TheIssue, show
from digest.web.desk.gate import known_flaws
from digest.web.desk.log import headlines_of, named, said_of, sentence
from digest.web.desk.reading import can_shape
from digest.web.doors import DeskForm, Somebody
from digest.web.faults import NotFound, status_of
from digest.web.forms import Form
from digest.web.site import Site, TheSite

router = APIRouter(prefix="/issues/{label}/items/{number}")

#: Parts that research has, so that there is a field for each.
_OF_RESEARCH = (SectionRole.TAKEAWAY, SectionRole.FINDINGS, SectionRole.RELEVANCE, SectionRole.CONSIDERATIONS)
#: So many paragraphs of a part can be moved by the page, and only where there are not more parts than a list can show.
_MOST_BLOCKS, _FEW_PARTS = 300, 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Movable:
    """One paragraph, list or heading of a part, as the list shows it from which it is moved."""

    #: Tells whether the field still holds it when the list is sent.
    mark: str
    words: str
    #: Where it is to go, as was chosen; empty where it stays.
    to: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One part with its field."""

    #: What a link leads to: `part-findings`, `part-body-2`.
    anchor: str
    name: str
    #: The same so that no other part is called so: with its heading, or its first words.
    called: str
    part: EditedPart
    blocks: tuple[Movable, ...]
    #: The source's own; None where it has no such part.
    source: Section | None
    is_edited: bool
    has_heading: bool
    #: What was just done to it.
    note: str

    @property
    def lines(self) -> int:
        """About as many lines as its text has in its field."""
        return min(max(3, sum(1 + len(line) // 75 for line in self.part.text.split("\n")) + 1), 24)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it would be printed."""
        return not notation.read(self.part.text)


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
        made = asked(form, do, where, source_of(site.digest, issue, number).summary.entry)
        return page(request, site, issue, number, typed_form=form, arrangement=made)
    except EditedMeanwhile as error:
        words = named(str(error), headlines_of(site.digest, issue))
        return page(request, site, issue, number, typed_form=form, meanwhile=words, status=HTTPStatus.CONFLICT)
    except DigestError as error:
        return page(request, site, issue, number, typed_form=form, trouble=error, status=status_of(error))


def page(
    request: Request,
    site: Site,
    issue: Issue,
    number: int,
    *,
    typed_form: Form | None = None,
    arrangement: Arrangement | None = None,
    meanwhile: str = "",
    trouble: DigestError | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The page; with what was typed, about the version that was seen then, unless somebody is told of a newer one."""
    digest = site.digest
    issue = digest.store.issue_by_id(issue.id)
    source, shape = source_of(digest, issue, number), digest.shape(issue)
    item = as_edited(source, shape)
    now, own = item.summary.entry, source.summary.entry
    form = typed_form or Form({})
    made = arrangement or (as_typed(form) if typed_form else Arrangement(parts=_standing(now, own)))
    headline = form.text("headline") if typed_form and made.at != HEADLINE else now.headline
    headline = own.headline if made.at == HEADLINE else headline
    seen = {"on": shape.version, "revision": item.summary.revision}
    # Of another text by now: from here on it is about that one.
    if typed_form and status is not HTTPStatus.CONFLICT:
        seen = {name: form.number(name) for name in seen}
    rows = rows_of(made, own)
    return show(
        request,
        site,
        "item",
        issue=issue,
        item=item,
        source=source,
        seen=seen,
        rows=rows,
        choices=_choices(made.parts),
        headline=headline,
        is_excluded=number in shape.excluded,
        is_confirmed=number in shape.confirmed,
        can_shape=can_shape(digest, issue),
        flaws=known_flaws(site, issue).get(number, []),
        typed=form,
        is_unsaved=typed_form is not None and _is_unsaved(form, headline, made, now, own),
        more=MORE,
        at=made.at,
        meanwhile=meanwhile,
        trouble=named(str(trouble), headlines_of(digest, issue)) if trouble else "",
        fault=_fault(trouble, rows),
        status=status,
    )


def _is_unsaved(form: Form, headline: str, made: Arrangement, now: Entry, source: Entry) -> bool:
    """Whether something would be lost with the page."""
    is_typed = headline != now.headline or bool(form.text("reason") or made.chosen or form.is_set("no-limits"))
    return is_typed or not all(_stands(made.parts, role, now, source) for role in PART_NAMES)


def _fault(trouble: DigestError | None, rows: Sequence[Row]) -> str:
    """The id of the field that something is wrong with; empty where it is none alone."""
    about = trouble.about if isinstance(trouble, InputError) else ""
    fields = {"headline": "headline"} | {f"text-{place}": f"text-{place}" for place in range(len(rows))}
    for place, row in enumerate(rows):
        fields.setdefault(row.part.role.value, f"text-{place}")
        if row.part.role is SectionRole.CONSIDERATIONS:
            fields |= {"reason": "reason", "no limits": "no-limits"}
    return fields.get(about, "")


def source_of(digest: Digest, issue: Issue, number: int) -> IssueItem:
    """The item as its source wrote it. NotFound when it is not in the issue."""
    found = next((item for item in digest.store.items(issue.id) if item.summary.id == number), None)
    if found is None:
        raise NotFound(f"there is no summary {number} in {issue.window.title}")
    return found


# --- what is shown -----------------------------------------------------------------------------------------


def rows_of(made: Arrangement, entry: Entry) -> list[Row]:
    """The parts with what is to be said about each."""
    parts = made.parts
    rows: list[Row] = []
    counts: dict[SectionRole, int] = {}
    names = _names(parts)
    for at, (part, source) in enumerate(zip(parts, sources_of(parts, entry), strict=True)):
        place = counts[part.role] = counts.get(part.role, 0) + 1
        blocks = notation.read(part.text)[:_MOST_BLOCKS] if len(parts) <= _FEW_PARTS else ()
        rows.append(
            Row(
                anchor=f"part-{part.role.value}{f'-{place}' if part.role is SectionRole.BODY else ''}",
                name=names[at],
                called=_called(names[at], part),
                part=part,
                blocks=tuple(
                    Movable(mark=mark_of(block), words=first_words(block), to=made.chosen.get((at, number), ""))
                    for number, block in enumerate(blocks)
                ),
                source=source,
                is_edited=not alike(made_of([part], entry), [source] if source else []),
                has_heading=part.role in HEADED,
                note=made.notes.get(at, ""),
            )
        )
    return rows


def _name(role: SectionRole) -> str:
    return f"{PART_NAMES[role][:1].upper()}{PART_NAMES[role][1:]}"


def _names(parts: Sequence[EditedPart]) -> list[str]:
    """What the parts are called; of several of a kind each with its number."""
    many = Counter(part.role for part in parts)
    counts: Counter[SectionRole] = Counter()
    made = []
    for part in parts:
        counts[part.role] += 1
        number = f" {counts[part.role]} of {many[part.role]}" if many[part.role] > 1 else ""
        made.append(f"{_name(part.role)}{number}")
    return made


def _called(name: str, part: EditedPart) -> str:
    """A part's name with what tells it from others of its kind."""
    if part.role not in HEADED:
        return name
    words = shortened(part.heading, 40) if part.heading else ""
    first = next(iter(notation.read(part.text)), None)
    words = words or (f"“{first_words(first, 40)}”" if first else "empty")
    return f"{name}: {words}"


def _standing(now: Entry, source: Entry) -> list[EditedPart]:
    """The parts that stand; an empty one for each besides that its source has, or research should have."""
    parts = with_emptied(typed(now.sections), source)
    wanted = _OF_RESEARCH if now.kind is Kind.RESEARCH else ()
    missing = [EditedPart(role=role, text="") for role in wanted if all(part.role is not role for part in parts)]
    return in_order([*parts, *missing])


def _choices(parts: Sequence[EditedPart]) -> list[tuple[str, str]]:
    """Where a paragraph may go, each with its words: the parts there are, those there could be, a new section, out."""
    named_parts = zip(_names(parts), parts, strict=True)
    choices = [(str(place), _called(name, part)) for place, (name, part) in enumerate(named_parts)]
    missing = [role for role in PART_NAMES if all(part.role is not role for part in parts)]
    return [
        *choices,
        *((role.value, _name(role)) for role in missing if role is not SectionRole.BODY),
        (NEW, "A new section"),
        (OUT, "Out of it"),
    ]


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
    parts = typed_parts(form)
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
