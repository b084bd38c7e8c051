"""Which pieces of paper an edition is made of, in what order: the one place that turns a selection into a mail.

A template has holes (`hole("name")`) and slots (`slot("research")`). A slot is filled with steps: the key of a piece,
and what fills the slots and holes inside it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import TypeAlias

from digest.models import OTHER_TOPIC, FrozenEdition, Length, Placement, Selection

#: What fills one hole or slot: words, or steps in order.
Filling: TypeAlias = "str | tuple[Step, ...]"
#: A piece's key, and what fills the holes and slots inside it.
Step: TypeAlias = "tuple[str, Mapping[str, Filling]]"

#: Sections that are not topics.
BACKGROUND = "background"
ALSO_NEW = "also-new"

#: The piece that says why an item is shorter than its reader asked.
SHORTENED = "shortened"

#: What the reader fills in, per message: `greeting` is left out for a reader without a name.
READER_HOLES = frozenset({"greeting", "name", "address", "preferences", "pause", "unsubscribe", "web", "confirm"})
#: What the edition fills in besides slots.
EDITION_HOLES = frozenset({"subject", "preheader", "count"})
#: The holes an issue's templates may have; nobody confirms anything in one.
ISSUE_HOLES = (READER_HOLES | EDITION_HOLES) - {"confirm"}
#: What every mail must have somewhere, whatever an operator's template looks like.
REQUIRED_HOLES = frozenset({"opening", "research", "background", "also-new", "waiting", "unsubscribe", "preferences"})

_PLAIN: Mapping[str, Filling] = {}


def item_key(summary_id: int, length: Length) -> str:
    """The piece of an item at a length."""
    return f"item/{summary_id}/{length.value}"


def why_key(summary_id: int, topic_id: str, *, general: bool) -> str:
    """The piece that says why an item stands under a topic."""
    return f"why/{summary_id}/{'general' if general else 'personal'}/{topic_id}"


def lay_out(edition: FrozenEdition, pieces: Container[str]) -> Mapping[str, Filling]:
    """What fills the holes of the page for this edition; the reader's own holes stay open.

    Args:
        edition: as frozen.
        pieces: the keys the pool has, to fall back where a topic has no words of its own.
    """
    selection = edition.selection
    return {
        "subject": edition.subject,
        "preheader": edition.preheader,
        "opening": (_opening(selection),),
        "contents": _contents(selection),
        "research": tuple(_research(selection, pieces)),
        "background": tuple(_background(selection, pieces)),
        "also-new": tuple(_also_new(selection)),
        "waiting": _counted("waiting", len(selection.left_over)),
    }


def _opening(selection: Selection) -> Step:
    if selection.is_empty:
        return "opening/quiet", _PLAIN
    if not selection.research:
        return "opening/background", _PLAIN
    whom = "general" if selection.general else "personal"
    return _counted(f"opening/{whom}", len(selection.research))[0]


def _counted(key: str, count: int) -> tuple[Step, ...]:
    if count == 0:
        return ()
    return ((f"{key}/{'one' if count == 1 else 'many'}", {"count": str(count)}),)


def _contents(selection: Selection) -> tuple[Step, ...]:
    names = [topic for topic, _ in selection.sections]
    names += [BACKGROUND] if selection.background else []
    names += [ALSO_NEW] if selection.also_new else []
    if len(names) < 2:
        return ()
    return (("contents", {"contents-links": _joined("contents/link", "contents/between", names)}),)


def _joined(key: str, between: str, names: list[str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for name in names:
        steps += [(between, _PLAIN)] if steps else []
        steps.append((f"{key}/{name}", _PLAIN))
    return tuple(steps)


def _research(selection: Selection, pieces: Container[str]) -> Iterator[Step]:
    for topic, placements in selection.sections:
        yield f"section/{topic}", _PLAIN
        yield from _items(selection, placements, pieces)


def _background(selection: Selection, pieces: Container[str]) -> Iterator[Step]:
    if selection.background:
        yield f"section/{BACKGROUND}", _PLAIN
        yield from _items(selection, selection.background, pieces)


def _items(selection: Selection, placements: tuple[Placement, ...], pieces: Container[str]) -> Iterator[Step]:
    for placement in placements:
        yield item_key(placement.summary_id, placement.length or selection.length), _PLAIN
        if placement.length is not None:
            yield SHORTENED, _PLAIN
        yield _why(placement, selection.general, pieces), _PLAIN
        if placement.also:
            yield "also", {"also-topics": _joined("also/topic", "also/between", list(placement.also))}


def _why(placement: Placement, general: bool, pieces: Container[str]) -> str:
    key = why_key(placement.summary_id, placement.topic_id, general=general)
    return key if key in pieces else why_key(placement.summary_id, OTHER_TOPIC, general=general)


def _also_new(selection: Selection) -> Iterator[Step]:
    if selection.also_new:
        yield f"section/{ALSO_NEW}", _PLAIN
        yield from ((f"headline/{placement.summary_id}", _PLAIN) for placement in selection.also_new)
