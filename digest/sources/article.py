"""Which pieces of a page are its article.

trafilatura judges best what is the article of a page, but gives its text only. So its text is a mask over our own
pieces, which are in order and know what they are: headings, points, rows of tables. Where the page itself proves that
more belongs to it, more is kept: what stands under a heading that announces a section of a summary, facts about the
study, and paragraphs in the same kind of box as those of the article.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from digest.models import SectionRole
from digest.sources.headings import Fact, Headings
from digest.sources.pieces import Piece, Shape
from digest.sources.standing import is_standing
from digest.sources.walk import Found, closest_block

#: Words in a row by which two texts are compared.
RUN = 4
#: Characters of a paragraph that may be known by the kind of box it stands in, and how many others must stand so.
SHORTEST_PARAGRAPH = 60
LEAST_ALIKE = 2

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…。][\"'”’»)\]]{0,3}$")
_BESIDE = re.compile(r"caption|credit|byline|meta|author", re.IGNORECASE)
_NO_FACTS = frozenset({Fact.FURNITURE, Fact.IGNORED, Fact.TITLE})

Words = tuple[str, ...]


def article_of(root: HtmlElement, found: Sequence[Found], *, headings: Headings) -> list[bool] | None:
    """For each piece whether it belongs to the article; None where nothing on the page looks like one."""
    kept = _Text(_lines(root)).holds([one.piece.text for one in found])
    if not any(kept):
        return None
    kept = _with_alike(found, kept)
    telling = [len(_words(one.piece.text)) >= RUN for one in found]
    box = _common([one.element for one, *both in zip(found, kept, telling, strict=True) if all(both)])
    near = [box is None or box in _around(one.element) for one in found]
    # A word or two that stand in the article may stand anywhere else, too.
    kept = [inside and (is_near or tells) for inside, is_near, tells in zip(kept, near, telling, strict=True)]
    kept = _with_headline(found, kept)
    kept = _with_sections(found, kept, headings)
    return _with_facts(found, kept, near, headings)


def _lines(root: HtmlElement) -> list[str]:
    """The text of the article as trafilatura finds it."""
    text = trafilatura.extract(copy.deepcopy(root), include_comments=False, output_format="txt")
    return (text or "").split("\n")


class _Text:
    """The words of a text. Each stands for one place only: a teaser that repeats some is not the article."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines: Counter[Words] = Counter()
        words: list[str] = []
        for line in lines:
            own = _words(line)
            words += own
            # A table's row is one line, and its cells have bars between them.
            self._lines.update({tuple(own), *(tuple(_words(cell)) for cell in line.split("|"))} - {()})
        self._runs = Counter(_runs(words))

    def holds(self, texts: Sequence[str]) -> list[bool]:
        """For each text, from the first to the last, whether it stands here: a short one as a line, others by half."""
        return [self._takes(_words(text)) for text in texts]

    def _takes(self, words: list[str]) -> bool:
        counter, wanted = (self._lines, [tuple(words)]) if len(words) < RUN else (self._runs, _runs(words))
        there = [run for run in wanted if counter[run] > 0]
        if len(there) * 2 < len(wanted):
            return False
        counter.subtract(there)
        return True


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _runs(words: list[str]) -> list[Words]:
    return [tuple(words[place : place + RUN]) for place in range(max(1, len(words) - RUN + 1))]


def _with_alike(found: Sequence[Found], kept: Sequence[bool]) -> list[bool]:
    """Also the paragraphs that stand in the same kind of box as paragraphs of the article."""
    kinds = Counter(_kind(one) for one, inside in zip(found, kept, strict=True) if inside and _is_paragraph(one.piece))
    return [
        inside or (_is_paragraph(one.piece) and kinds[_kind(one)] >= LEAST_ALIKE)
        for one, inside in zip(found, kept, strict=True)
    ]


def _common(elements: Sequence[etree._Element]) -> etree._Element | None:
    """The smallest element around all of these; None where there is none of them."""
    if not elements:
        return None
    first, *others = elements
    chain = [first, *first.iterancestors()]
    for element in others:
        around = _around(element)
        chain = [box for box in chain if box in around]
    return chain[0]


def _is_paragraph(piece: Piece) -> bool:
    long = piece.shape is Shape.TEXT and len(piece.text) >= SHORTEST_PARAGRAPH
    return long and not piece.linked and _SENTENCE_END.search(piece.text) is not None


def _kind(one: Found) -> tuple[tuple[str, str], ...]:
    """The boxes around a piece, by their names and classes."""
    block = closest_block(one.element)
    return tuple((str(box.tag), box.get("class") or "") for box in (block, *block.iterancestors()))


def _with_sections(found: Sequence[Found], kept: Sequence[bool], headings: Headings) -> list[bool]:
    """Also what stands under a heading that announces a section, to the next heading or the end of its box."""
    wider = list(kept)
    for place, one in enumerate(found):
        heading = headings.heading(one.piece)
        if heading is None or not isinstance(heading.meaning, SectionRole):
            continue
        wider[place] = True
        for below in _below(found, place, headings):
            wider[below] = True
    return wider


def _below(found: Sequence[Found], place: int, headings: Headings) -> range:
    if place + 1 == len(found):
        return range(0)
    level = found[place].piece.level or 9
    box = _box(found, place)
    end = place + 1
    while end < len(found) and box in _around(found[end].element):
        piece = found[end].piece
        ends = piece.shape is Shape.HEADING and piece.level <= level
        if ends or ((heading := headings.heading(piece)) and heading.meaning):
            break
        end += 1
    return range(place + 1, end)


def _box(found: Sequence[Found], place: int) -> etree._Element:
    """The largest element that begins with this piece, at least the smallest one that also holds the next."""
    box = found[place].element
    above = _around(found[place - 1].element) if place else set()
    next_ones = _around(found[place + 1].element)
    for around in (box, *box.iterancestors()):
        if around in above and box in next_ones:
            break
        box = around
    return box


def _around(element: etree._Element) -> set[etree._Element]:
    return {element, *element.iterancestors()}


def _with_facts(found: Sequence[Found], kept: Sequence[bool], near: Sequence[bool], headings: Headings) -> list[bool]:
    """Also facts about the study, with their labels, and the standing paragraph, which names the journal."""
    wider = list(kept)
    first = kept.index(True)
    for place, one in enumerate(found):
        if kept[place]:
            continue
        heading = headings.heading(one.piece) if near[place] else None
        if heading and isinstance(heading.meaning, Fact) and heading.meaning not in _NO_FACTS:
            wider[place : place + 1 + (not heading.rest)] = [True] * min(1 + (not heading.rest), len(found) - place)
        elif place > first and is_standing(one.piece.text):
            wider[place] = True
    return wider


def _with_headline(found: Sequence[Found], kept: Sequence[bool]) -> list[bool]:
    """Also the headline, which is the last one above the article, and the paragraphs that lead from it to the text."""
    wider = list(kept)
    first = kept.index(True)
    above = [place for place in range(first + 1) if found[place].piece.level == 1]
    if above:
        wider[above[-1]] = True
        start = next((place for place in range(above[-1] + 1, len(kept)) if kept[place]), above[-1])
        for place in range(above[-1] + 1, start):
            wider[place] = _is_paragraph(found[place].piece) and not _is_beside(found[place])
    return wider


def _is_beside(one: Found) -> bool:
    """A caption, or a line about who wrote the article."""
    block = closest_block(one.element)
    return any(_BESIDE.search(box.get("class") or "") for box in (block, *block.iterancestors()))
