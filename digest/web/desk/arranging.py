"""The parts of an item as they stand in the fields of its page, and as a button of the page arranges them.

What was chosen to go somewhere and was not carried out is chosen still, wherever its part and its goal stand by then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest import notation
from digest.edition.wording import shortened
from digest.errors import InputError
from digest.models import Block, Bullets, EditedPart, Entry, SectionRole
from digest.parts import PART_NAMES, arranged, in_order, joined, role_of, sources_of, typed
from digest.web.forms import Form, whole

#: More parts than any item has.
_MOST_PARTS = 2_000
#: Where a paragraph may go besides the parts there are.
NEW, OUT = "new", "out"
#: The field of the headline, as a button names it.
HEADLINE = "headline"
_ORDER = list(PART_NAMES)

#: Where the paragraphs of parts are to go: (place of the part, place of the block) -> the goal that was chosen.
Chosen = Mapping[tuple[int, int], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrangement:
    """The parts, and what the page shows about what was just done to them."""

    parts: Sequence[EditedPart]
    #: What is chosen, and not carried out.
    chosen: Chosen = field(default_factory=dict)
    #: What is to be said at a part, by its place.
    notes: Mapping[int, str] = field(default_factory=dict)
    #: Where to go on: the place of a part, or `HEADLINE`.
    at: int | str | None = None


def as_typed(form: Form) -> Arrangement:
    """All as it stands in the fields."""
    parts = typed_parts(form)
    places = {place: place for place in range(len(parts))}
    return Arrangement(parts=parts, chosen=_still_chosen(_choices(form, parts), parts, places))


def typed_parts(form: Form) -> list[EditedPart]:
    """The parts in the fields. InputError when the form is none of ours."""
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


def asked(form: Form, do: str, where: str, entry: Entry) -> Arrangement:
    """The parts as a button arranges them.

    Args:
        form: what was typed and chosen.
        do: what the button does.
        where: the place of its part, or `HEADLINE`.
        entry: the item as its source wrote it.

    Raises:
        InputError: it is no button of ours, or a paragraph is not there any more.
    """
    parts, place = typed_parts(form), whole(where)
    if do == "add":
        return _added(form, parts)
    if do == "restore" and where == HEADLINE:
        return replace(as_typed(form), at=HEADLINE)
    if place is not None and 0 <= place < len(parts):
        if do == "move":
            return _moved(form, parts, place)
        if do == "join" and place > 0:
            return _joined(form, parts, place)
        if do == "restore":
            return _restored(form, parts, place, entry)
    raise InputError("this page is too old: open it again")


def mark_of(block: Block) -> str:
    """Tells whether a field still holds a paragraph when the list of them is sent."""
    return hashlib.sha256(notation.written([block]).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def first_words(block: Block, limit: int = 140) -> str:
    """A paragraph in short."""
    return shortened(" ".join(block.items) if isinstance(block, Bullets) else block.text, limit)


# --- what the buttons do -------------------------------------------------------------------------------------


def _added(form: Form, parts: Sequence[EditedPart]) -> Arrangement:
    made = [*parts, EditedPart(role=_role(form.text("new")), text="")]
    places = _places(made)
    shown = in_order(made)
    return Arrangement(
        parts=shown, chosen=_still_chosen(_choices(form, parts), shown, places), at=places[len(made) - 1]
    )


def _restored(form: Form, parts: Sequence[EditedPart], place: int, entry: Entry) -> Arrangement:
    own = sources_of(parts, entry)[place]
    (back,) = typed([own]) if own else (replace(parts[place], text="", heading=None),)
    shown = [*parts[:place], back, *parts[place + 1 :]]
    places = {one: one for one in range(len(parts))}
    return Arrangement(parts=shown, chosen=_still_chosen(_choices(form, parts), shown, places), at=place)


def _joined(form: Form, parts: Sequence[EditedPart], place: int) -> Arrangement:
    shown = joined(parts, place)
    places = {one: one - (one >= place) for one in range(len(parts))}
    return Arrangement(parts=shown, chosen=_still_chosen(_choices(form, parts), shown, places), at=place - 1)


def _moved(form: Form, parts: Sequence[EditedPart], place: int) -> Arrangement:
    """What is chosen in this part alone goes; the page goes on where it went to."""
    blocks = notation.read(parts[place].text)
    wanted = _wanted(form, place, blocks, PART_NAMES[parts[place].role])
    made = list(parts)
    targets: dict[str, int | None] = {str(one): one for one in range(len(parts))} | {OUT: None}
    for value in wanted.values():
        if value not in targets:
            targets[value] = len(made)
            made.append(EditedPart(role=_role(value), text=""))
    shown = in_order(arranged(made, {(place, block): targets[value] for block, value in wanted.items()}))
    places = _places(made)
    went: dict[int, list[str]] = {}
    for block, value in sorted(wanted.items()):
        target = targets[value]
        went.setdefault(places[place if target is None else target], []).append(
            f"{'Taken out' if target is None else 'Came here'}: “{first_words(blocks[block])}”"
        )
    others = [one for one in _choices(form, parts) if one.part != place]
    return Arrangement(
        parts=shown,
        chosen=_still_chosen(others, shown, places),
        notes={at: " ".join(words) for at, words in went.items()},
        at=min((at for at in went if at != places[place]), default=places[place]),
    )


def _places(made: Sequence[EditedPart]) -> dict[int, int]:
    """Where each part stands when they are put in order."""
    order = sorted(range(len(made)), key=lambda place: _ORDER.index(made[place].role))
    return {place: now for now, place in enumerate(order)}


def _role(value: str) -> SectionRole:
    return SectionRole.BODY if value == NEW else role_of(value)


def _wanted(form: Form, place: int, blocks: Sequence[Block], name: str) -> Mapping[int, str]:
    """Block -> where it goes. A field may hold other paragraphs than the list that was shown beside it."""
    marks = [mark_of(block) for block in blocks]
    return {
        _found(marks, mark, number, name, place): value
        for number, (mark, value) in enumerate(_sent(form, place))
        if value and value != str(place)
    }


def _found(marks: Sequence[str], mark: str, number: int, name: str, place: int) -> int:
    if number < len(marks) and marks[number] == mark:
        return number
    if marks.count(mark) == 1:
        return marks.index(mark)
    raise InputError(
        f"{name}: its words were changed after the list of its paragraphs was made, so nothing was moved; "
        "the list is a new one now: choose once more",
        about=f"text-{place}",
    )


# --- what is chosen still ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Choice:
    part: int
    mark: str
    value: str


def _sent(form: Form, place: int) -> Iterable[tuple[str, str]]:
    return zip(form.many(f"mark-{place}"), form.many(f"to-{place}"), strict=False)


def _choices(form: Form, parts: Sequence[EditedPart]) -> list[_Choice]:
    return [_Choice(place, mark, value) for place in range(len(parts)) for mark, value in _sent(form, place) if value]


def _still_chosen(choices: Iterable[_Choice], shown: Sequence[EditedPart], places: Mapping[int, int]) -> Chosen:
    """The choices where their paragraphs stand now; one whose paragraph is there no more is dropped."""
    made: dict[tuple[int, int], str] = {}
    marks: dict[int, list[str]] = {}
    for one in choices:
        place, value = places[one.part], _goal(one.value, shown, places)
        if place not in marks:
            marks[place] = [mark_of(block) for block in notation.read(shown[place].text)]
        free = (at for at, mark in enumerate(marks[place]) if mark == one.mark and (place, at) not in made)
        at = next(free, None)
        if at is not None and value != str(place):
            made[place, at] = value
    return made


def _goal(value: str, shown: Sequence[EditedPart], places: Mapping[int, int]) -> str:
    """A goal by the place it has now; a part that was only possible may be there by now."""
    number = whole(value)
    if number is not None:
        return str(places.get(number, number))
    return next((str(place) for place, part in enumerate(shown) if part.role.value == value), value)
