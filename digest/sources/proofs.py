"""What a page itself proves to belong to its article: sections by their headings, facts by their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml import etree

from digest.models import SectionRole
from digest.sources.cues import weight
from digest.sources.headings import Fact, Heading
from digest.sources.marks import is_named_after_more
from digest.sources.pieces import Piece, Shape
from digest.sources.standing import is_of_site, is_standing
from digest.sources.under import reads_like_study
from digest.sources.walk import Found, closest_block

_NO_FACTS = frozenset({Fact.FURNITURE, Fact.IGNORED, Fact.TEXT, Fact.TITLE})
#: Boxes that belong to the text they stand in, whatever is in them.
_GROUPS = frozenset({"blockquote", "details", "dl", "figure", "ol", "table", "tbody", "tr", "ul"})

#: Boxes around a text whose names are asked for.
BOXES_NAMED = 2
#: How much of a sentence in a box of another kind speaks for a limit, if it is one: an advertisement says little.
LEAST_LIMITS = 2.0
_SENTENCE_END = re.compile(r"[.!?…。][\"'”’»)\]]{0,3}$")


def with_sections(found: Sequence[Found], kept: Sequence[bool], meant: Sequence[Heading | None]) -> list[bool]:
    """Also each heading that announces a section of a summary, and what stands under it."""
    wider = list(kept)
    for place, heading in enumerate(meant):
        if heading is not None and isinstance(heading.meaning, SectionRole):
            wider[place] = True
            places = _below(found, place, meant)
            for below in _belonging(found, place, places):
                wider[below] = True
            if heading.meaning is SectionRole.CONSIDERATIONS:
                homes = {home_of(found[below]) for below in places if _speaks_of_limits(found[below].piece)}
                for below in places:
                    stands_beside = home_of(found[below]) in homes and _is_told(found[below].piece)
                    wider[below] = wider[below] or stands_beside or _is_limit(found[below])
    return wider


def _speaks_of_limits(piece: Piece) -> bool:
    """Below their heading it is one of them, and what stands beside it too, whatever their box is called."""
    text = piece.text
    others = weight(text, "offer") + weight(text, "appeal")
    return _is_told(piece) and weight(text, "considerations") - others >= LEAST_LIMITS


def _is_limit(one: Found) -> bool:
    """Whether it is one by its words, or by the name of its box: `comments-on-limits`, `author`."""
    if not _is_told(one.piece) or is_of_site(one.piece.text):
        return False
    block = closest_block(one.element)
    named = (block, *islice(block.iterancestors(), BOXES_NAMED))
    return reads_like_study(one.piece.text) or any(map(is_named_after_more, named))


def _is_told(piece: Piece) -> bool:
    return piece.shape is not Shape.HEADING and not piece.linked and _SENTENCE_END.search(piece.text) is not None


def with_facts(
    found: Sequence[Found], kept: Sequence[bool], near: Sequence[bool], meant: Sequence[Heading | None]
) -> list[bool]:
    """Also facts about the study, with their labels, and the standing paragraph, which names the journal."""
    wider = list(kept)
    first = kept.index(True)
    for place, one in enumerate(found):
        if kept[place]:
            continue
        heading = meant[place] if near[place] else None
        if heading and isinstance(heading.meaning, Fact) and heading.meaning not in _NO_FACTS:
            wider[place] = True
            if not heading.rest and place + 1 < len(found):
                wider[place + 1] = True
        elif place > first and is_standing(one.piece.text):
            wider[place] = True
    return wider


def kind_of(one: Found) -> tuple[tuple[str, str], ...]:
    """The boxes around a piece, by their names and classes."""
    block = closest_block(one.element)
    return tuple((str(box.tag), box.get("class") or "") for box in (block, *block.iterancestors()))


def stands_in(element: etree._Element, box: etree._Element) -> bool:
    """True for a box itself, too."""
    return element is box or any(outer is box for outer in element.iterancestors())


def _below(found: Sequence[Found], place: int, meant: Sequence[Heading | None]) -> range:
    """From a heading to the next one that is no smaller or means something, or to the end of the heading's box."""
    if place + 1 == len(found):
        return range(0)
    level = found[place].piece.level or 9
    box = _box(found, place)
    end = place + 1
    while end < len(found) and stands_in(found[end].element, box):
        piece, heading = found[end].piece, meant[end]
        if (piece.shape is Shape.HEADING and piece.level <= level) or (heading and heading.meaning):
            break
        end += 1
    return range(place + 1, end)


def _box(found: Sequence[Found], place: int) -> etree._Element:
    """The largest element that begins with this piece, at least the smallest one that also holds the next."""
    box = found[place].element
    for outer in (box, *box.iterancestors()):
        if place and stands_in(found[place - 1].element, outer) and stands_in(found[place + 1].element, box):
            break
        box = outer
    return box


def _belonging(found: Sequence[Found], heading: int, places: Sequence[int]) -> Iterator[int]:
    """What stands right below a heading, and what follows it in the same box or in boxes of the same kind.

    A box of another kind in its midst is not proved to be a part of the section: it may be an advertisement.
    """
    homes = {home_of(found[heading])}
    kinds = set()
    for place in places:
        one = found[place]
        block = closest_block(one.element)
        is_first = place == places[0]
        same_box = block in homes or (home_of(one) in homes and (block.tag != "div" or is_first))
        if is_first or same_box or kind_of(one) in kinds:
            homes.add(home_of(one))
            kinds.add(kind_of(one))
            yield place


def is_grouped(one: Found) -> bool:
    """True in a list, a table or a quotation."""
    block = closest_block(one.element)
    return block.tag in _GROUPS or any(outer.tag in _GROUPS for outer in block.iterancestors())


def home_of(one: Found) -> etree._Element:
    """The box that a line stands in, lists, tables and quotations not counted."""
    block = closest_block(one.element)
    home = block.getparent()
    while home is not None and home.tag in _GROUPS:
        home = home.getparent()
    return block if home is None else home
