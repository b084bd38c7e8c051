"""A mail that arrives whole: what becomes of a selection too large for one.

Gmail cuts a mail off at some 102 KB of HTML, and with the end the way to unsubscribe is gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from digest.edition.layout import Filling, lay_out
from digest.edition.page import Fragment
from digest.edition.paper import Paper
from digest.models import FrozenEdition, Length, Selection

#: Bytes of HTML.
LARGEST = 90_000
#: A reader's own values together are smaller: a name and five links.
_VALUES = 3_000


def fitted(paper: Paper, selection: Selection) -> Selection:
    """The selection, made to fit by rule.

    Full items become standard ones; then whole items roll over, the last one of the section with the most items each
    time, so that no interest loses its only item to another's second; a last one that is still too large becomes brief.
    """
    if _fits(paper, selection):
        return selection
    if selection.length is Length.FULL:
        selection = replace(selection, length=Length.STANDARD, shortened=True)
    while len(selection.research) > 1 and not _fits(paper, selection):
        selection = _without_one(selection)
    if not _fits(paper, selection) and selection.length is not Length.BRIEF:
        selection = replace(selection, length=Length.BRIEF, shortened=True)
    return selection


def html_size(paper: Paper, selection: Selection) -> int:
    """How many bytes of HTML this selection makes, before quoted-printable; a reader's own values at their largest."""
    edition = FrozenEdition(key="", subject="", preheader="", selection=selection)
    return _VALUES + _size(paper.page, lay_out(edition, paper.pieces), paper.pieces)


def _fits(paper: Paper, selection: Selection) -> bool:
    return html_size(paper, selection) <= LARGEST


def _size(fragment: Fragment, fillings: Mapping[str, Filling], pieces: Mapping[str, Fragment]) -> int:
    size = sum(len(words.encode()) for words in fragment[0::2])
    for hole in fragment[1::2]:
        filling = fillings.get(hole, "")
        if isinstance(filling, str):
            size += len(filling)
        else:
            size += sum(_size(pieces[key], inside, pieces) for key, inside in filling)
    return size


def _without_one(selection: Selection) -> Selection:
    """The selection without the last item of its fullest section, the later one of two; it waits in front."""
    counts = Counter(placement.topic_id for placement in selection.research)
    fullest = max(counts.values())
    place = max(n for n, placement in enumerate(selection.research) if counts[placement.topic_id] == fullest)
    left = selection.research[place]
    research = selection.research[:place] + selection.research[place + 1 :]
    return replace(selection, research=research, left_over=(left, *selection.left_over))
