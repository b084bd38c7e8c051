"""A mail that would be too long, made to fit: the longest items are printed shorter, then some wait for the next issue.

    too long -> the longest item not yet shortened, one length shorter -> … -> a headline of "also new" less -> …
             -> the last item of the fullest section rolls over -> …

Deterministic: the same selection from the same pool is trimmed in the same way. Important considerations are never
cut, what editors pinned never rolls over, and one item always stays.
"""

from __future__ import annotations

from dataclasses import replace

from digest.edition.layout import item_key, lay_out
from digest.edition.page import Paper
from digest.edition.pool import Pool
from digest.models import FrozenEdition, Length, Placement, Selection

#: Bytes of HTML. Gmail cuts a mail off at about 102,000, and with its end goes the way to unsubscribe.
HTML_LIMIT = 90_000
#: Bytes left for each value of a reader's own, whichever reader it is.
_PERSONAL = 300
_SHORTER = {Length.FULL: Length.STANDARD, Length.STANDARD: Length.BRIEF}


def html_bytes(pool: Pool, edition: FrozenEdition) -> int:
    """How long the HTML of this edition is, in bytes, with room for the values of any reader."""
    parts = pool.html.join(lay_out(edition, pool.html.pieces))
    return sum(_bytes(part) if is_text else _PERSONAL for part, is_text in parts)


def trimmed(selection: Selection, paper: Paper) -> Selection | None:
    """The selection one step shorter; None when nothing more may go."""
    shorter = _with_an_item_shortened(selection, paper) or _without_a_headline(selection) or _rolled_over(selection)
    return replace(shorter, trimmed=True) if shorter else None


def _with_an_item_shortened(selection: Selection, paper: Paper) -> Selection | None:
    """Each item is shortened once at most: whoever asked for full items never finds them brief."""
    length = _SHORTER.get(selection.length)
    if length is None:
        return None

    def saved(placement: Placement) -> int:
        now, then = (_piece(paper, placement, one) for one in (selection.length, length))
        return now - then

    whole = [one for one in (*selection.research, *selection.background) if one.length is None and saved(one) > 0]
    if not whole:
        return None
    longest = max(whole, key=lambda one: _piece(paper, one, selection.length))

    def shortened(placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
        return tuple(replace(one, length=length) if one is longest else one for one in placements)

    return replace(selection, research=shortened(selection.research), background=shortened(selection.background))


def _without_a_headline(selection: Selection) -> Selection | None:
    return replace(selection, also_new=selection.also_new[:-1]) if selection.also_new else None


def _rolled_over(selection: Selection) -> Selection | None:
    """Without the last item of the fullest section, the later one of two: the fair share stays fair.

    What is pinned stays.
    """
    if len(selection.research) + len(selection.background) < 2:
        return None
    sections = [placements for _, placements in selection.sections]
    loose = [[one for one in section if not one.pinned] for section in (*sections, selection.background)]
    fullest = max(reversed(loose), key=len)
    if not fullest:
        return None
    last = fullest[-1]
    return replace(
        selection,
        research=tuple(one for one in selection.research if one is not last),
        background=tuple(one for one in selection.background if one is not last),
        left_over=(*selection.left_over, replace(last, length=None)),
    )


def _piece(paper: Paper, placement: Placement, length: Length) -> int:
    return sum(map(_bytes, paper.pieces[item_key(placement.summary_id, length)]))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="replace"))
