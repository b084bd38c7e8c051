"""Which pieces of paper an edition is made of, in what order: the one place that turns a selection into a mail.

A template has holes (`hole("name")`) and slots (`slot("research")`). A slot is filled with steps: the key of a piece,
and what fills the slots and holes inside it. Steps that stand together in every mail that has them make a block.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

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
EDITION_HOLES = frozenset({"subject", "preheader"})
#: What the edition fills in inside the pieces that count something, and nowhere else.
COUNT = "count"
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


#: Pieces that stand together wherever they stand, as a value: what gives its steps, and what that is to be given behind
#: the keys of the pieces there are. A plain tuple, for thousands are made and looked up in a second.
Block: TypeAlias = tuple[Any, ...]
_Made = TypeVar("_Made")


def steps(block: Block, pieces: Container[str]) -> tuple[Step, ...]:
    """The pieces of a block in order.

    Args:
        block: out of a plan.
        pieces: the keys there are, to fall back where a topic has no words of its own.
    """
    give, *about = block
    return tuple(give(pieces, *about))


def _single(_pieces: Container[str], key: str) -> Iterator[Step]:
    """One piece as it is."""
    yield key, _PLAIN


def _counted(_pieces: Container[str], key: str, number: int) -> Iterator[Step]:
    """One piece that counts something, for one or for many."""
    yield f"{key}/{'one' if number == 1 else 'many'}", {COUNT: str(number)}


def _listed(
    pieces: Container[str], key: str, slot: str, entry: str, between: str, names: tuple[str, ...]
) -> Iterator[Step]:
    """One piece with a list inside, and what stands between its entries."""
    inside: list[Step] = []
    for name in names:
        if f"{entry}/{name}" not in pieces:
            continue  # a topic that is none any more
        inside += [(between, _PLAIN)] if inside else []
        inside.append((f"{entry}/{name}", _PLAIN))
    yield key, {slot: tuple(inside)}


def _item(
    pieces: Container[str], summary_id: int, topic_id: str, length: Length, shortened: bool, general: bool
) -> Iterator[Step]:
    """An item, then why its reader finds it there; between them that it is shorter than its reader asked."""
    why = why_key(summary_id, topic_id, general=general)
    yield item_key(summary_id, length), _PLAIN
    if shortened:
        yield SHORTENED, _PLAIN
    yield (why if why in pieces else why_key(summary_id, OTHER_TOPIC, general=general)), _PLAIN


def plan(edition: FrozenEdition, made: Callable[[Sequence[Block]], _Made]) -> Mapping[str, str | _Made]:
    """What fills the holes and slots of the page for this edition; the reader's own holes stay open.

    Args:
        edition: as frozen.
        made: what becomes of the blocks of a slot.
    """
    selection = edition.selection
    sections = selection.sections
    return {
        "subject": edition.subject,
        "preheader": edition.preheader,
        "test": made(_test(edition.test)),
        "notes": made([(_single, note_key(topic)) for topic in selection.notes]),
        "opening": made((_opening(selection),)),
        "contents": made(_contents(selection, [topic for topic, _ in sections])),
        "research": made([block for topic, placed in sections for block in _section(topic, selection, placed)]),
        "background": made(_section(BACKGROUND, selection, selection.background)),
        "also-new": made(_also_new(selection.also_new)),
        "corrections": made(_corrections(selection.corrections)),
        "waiting": made(((_counted, "waiting", len(selection.left_over)),) if selection.left_over else ()),
    }


def lay_out(edition: FrozenEdition, pieces: Container[str]) -> Mapping[str, Filling]:
    """The plan for this edition with every block in its steps.

    Args:
        edition: as frozen.
        pieces: the keys the pool has, to fall back where a topic has no words of its own.
    """

    def made(blocks: Sequence[Block]) -> Filling:
        return tuple(step for block in blocks for step in steps(block, pieces))

    return plan(edition, made)


def _test(topics: tuple[str, ...] | None) -> Sequence[Block]:
    if topics is None:
        return ()
    if not topics:
        return ((_single, "test/general"),)
    return ((_listed, "test/personal", "test-topics", "test/topic", "test/between", topics),)


def _opening(selection: Selection) -> Block:
    if selection.is_empty:
        return (_single, "opening/quiet")
    if not selection.research:
        return (_single, "opening/background" if selection.background else "opening/corrections")
    return (_counted, "opening/general" if selection.general else "opening/personal", len(selection.research))


def _contents(selection: Selection, topics: list[str]) -> tuple[Block, ...]:
    others = ((BACKGROUND, selection.background), (ALSO_NEW, selection.also_new), (CORRECTIONS, selection.corrections))
    names = [*topics, *(name for name, inside in others if inside)]
    if len(names) < 2:
        return ()
    return ((_listed, "contents", "contents-links", "contents/link", "contents/between", tuple(names)),)


def _section(name: str, selection: Selection, placements: Sequence[Placement]) -> Sequence[Block]:
    """A section with its items; nothing where it has none."""
    if not placements:
        return ()
    length, general = selection.length, selection.general
    blocks: list[Block] = [(_single, f"section/{name}")]
    for one in placements:
        shorter = one.length
        blocks.append((_item, one.summary_id, one.topic_id, shorter or length, shorter is not None, general))
        if one.also:
            blocks.append((_listed, "also", "also-topics", "also/topic", "also/between", one.also))
    return blocks


def _also_new(placements: Sequence[Placement]) -> Sequence[Block]:
    headlines: list[Block] = [(_single, f"headline/{placement.summary_id}") for placement in placements]
    return [(_single, f"section/{ALSO_NEW}"), *headlines] if headlines else ()


def _corrections(numbers: Sequence[int]) -> Sequence[Block]:
    corrections: list[Block] = [(_single, correction_key(number)) for number in numbers]
    return [(_single, f"section/{CORRECTIONS}"), *corrections] if corrections else ()
