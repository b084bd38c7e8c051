"""Which pieces of paper an edition is made of, in what order: the one place that turns a selection into a mail.

A template has holes (`hole("name")`) and slots (`slot("research")`). A slot is filled with steps: the key of a piece,
and what fills the slots and holes inside it. Steps that stand together in every mail that has them make a block.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from digest.models import OTHER_TOPIC, FrozenEdition, Length, Placement, Selection

#: What fills one hole or slot: words, or steps in order.
Filling: TypeAlias = "str | tuple[Step, ...]"
#: A piece's key, and what fills the holes and slots inside it.
Step: TypeAlias = "tuple[str, Mapping[str, Filling]]"

#: Sections that are not topics.
BACKGROUND = "background"
ALSO_NEW = "also-new"
CORRECTIONS = "corrections"

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


def note_key(topic_id: str) -> str:
    """The piece of the editors' note for a topic's readers, or for everybody."""
    return f"note/{topic_id}"


def correction_key(correction_id: int) -> str:
    """The piece of a correction."""
    return f"correction/{correction_id}"


class Block(Protocol):
    """Pieces that stand together wherever they stand. A value: what was made of one serves for every equal one."""

    def steps(self, pieces: Container[str], /) -> tuple[Step, ...]:
        """The pieces in order; `pieces` has the keys there are, to fall back where a topic has no words of its own."""
        ...

    def __hash__(self) -> int: ...


# Tuples, whose hashes are quick; no two kinds of block have the same fields, so none of them equals another.


class Single(NamedTuple):
    """One piece as it is."""

    key: str

    def steps(self, _pieces: Container[str], /) -> tuple[Step, ...]:
        """That piece."""
        return ((self.key, _PLAIN),)


class Counted(NamedTuple):
    """One piece that counts something."""

    key: str
    number: int

    def steps(self, _pieces: Container[str], /) -> tuple[Step, ...]:
        """The piece for one or for many."""
        return ((f"{self.key}/{'one' if self.number == 1 else 'many'}", {"count": str(self.number)}),)


class Listed(NamedTuple):
    """One piece with a list inside."""

    key: str
    slot: str
    entry: str
    between: str
    names: tuple[str, ...]

    def steps(self, pieces: Container[str], /) -> tuple[Step, ...]:
        """The piece, with its entries and what stands between them."""
        inside: list[Step] = []
        for name in self.names:
            if f"{self.entry}/{name}" not in pieces:
                continue  # a topic that is none any more
            inside += [(self.between, _PLAIN)] if inside else []
            inside.append((f"{self.entry}/{name}", _PLAIN))
        return ((self.key, {self.slot: tuple(inside)}),)


class Item(NamedTuple):
    """An item, and why its reader finds it there."""

    summary_id: int
    topic_id: str
    length: Length
    shortened: bool
    general: bool

    def steps(self, pieces: Container[str], /) -> tuple[Step, ...]:
        """The item and its reason, and between them that it is shorter than its reader asked."""
        why = why_key(self.summary_id, self.topic_id, general=self.general)
        if why not in pieces:
            why = why_key(self.summary_id, OTHER_TOPIC, general=self.general)
        keys = (item_key(self.summary_id, self.length), *([SHORTENED] if self.shortened else []), why)
        return tuple((key, _PLAIN) for key in keys)


def plan(edition: FrozenEdition) -> Mapping[str, str | tuple[Block, ...]]:
    """What fills the holes and slots of the page for this edition; the reader's own holes stay open."""
    selection = edition.selection
    sections = selection.sections
    return {
        "subject": edition.subject,
        "preheader": edition.preheader,
        "test": _test(edition.test),
        "notes": tuple(Single(note_key(topic)) for topic in selection.notes),
        "opening": (_opening(selection),),
        "contents": _contents(selection, [topic for topic, _ in sections]),
        "research": tuple(_research(selection, sections)),
        "background": tuple(_background(selection)),
        "also-new": tuple(_also_new(selection)),
        "corrections": tuple(_corrections(selection)),
        "waiting": (Counted("waiting", len(selection.left_over)),) if selection.left_over else (),
    }


def lay_out(edition: FrozenEdition, pieces: Container[str]) -> Mapping[str, Filling]:
    """The plan for this edition with every block in its steps.

    Args:
        edition: as frozen.
        pieces: the keys the pool has, to fall back where a topic has no words of its own.
    """
    return {
        name: filling if isinstance(filling, str) else tuple(step for block in filling for step in block.steps(pieces))
        for name, filling in plan(edition).items()
    }


def _test(topics: tuple[str, ...] | None) -> tuple[Block, ...]:
    if topics is None:
        return ()
    return (
        Listed("test/personal", "test-topics", "test/topic", "test/between", topics)
        if topics
        else Single("test/general"),
    )


def _opening(selection: Selection) -> Block:
    if selection.is_empty:
        return Single("opening/quiet")
    if not selection.research:
        return Single("opening/background" if selection.background else "opening/corrections")
    whom = "general" if selection.general else "personal"
    return Counted(f"opening/{whom}", len(selection.research))


def _contents(selection: Selection, topics: list[str]) -> tuple[Block, ...]:
    others = ((BACKGROUND, selection.background), (ALSO_NEW, selection.also_new), (CORRECTIONS, selection.corrections))
    names = [*topics, *(name for name, inside in others if inside)]
    if len(names) < 2:
        return ()
    return (Listed("contents", "contents-links", "contents/link", "contents/between", tuple(names)),)


def _research(selection: Selection, sections: Sequence[tuple[str, Sequence[Placement]]]) -> Iterator[Block]:
    for topic, placements in sections:
        yield Single(f"section/{topic}")
        yield from _items(selection, placements)


def _background(selection: Selection) -> Iterable[Block]:
    if not selection.background:
        return ()
    return (Single(f"section/{BACKGROUND}"), *_items(selection, selection.background))


def _items(selection: Selection, placements: Iterable[Placement]) -> Iterable[Block]:
    blocks: list[Block] = []
    length, general = selection.length, selection.general
    for one in placements:
        blocks.append(Item(one.summary_id, one.topic_id, one.length or length, one.length is not None, general))
        if one.also:
            blocks.append(Listed("also", "also-topics", "also/topic", "also/between", one.also))
    return blocks


def _corrections(selection: Selection) -> Iterator[Block]:
    if selection.corrections:
        yield Single(f"section/{CORRECTIONS}")
        yield from (Single(correction_key(number)) for number in selection.corrections)


def _also_new(selection: Selection) -> Iterator[Block]:
    if selection.also_new:
        yield Single(f"section/{ALSO_NEW}")
        yield from (Single(f"headline/{placement.summary_id}") for placement in selection.also_new)
