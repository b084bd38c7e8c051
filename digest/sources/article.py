"""Which pieces of a page are its article.

trafilatura judges best what is the article of a page, but gives its text only. So its text is a mask over our own
pieces, which are in order and know what they are: headings, points, rows of tables. Where the page itself proves that
more belongs to it, more is kept: what stands under a heading that announces a section of a summary, facts about the
study, and paragraphs in the same kind of box as those of the article.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, islice

import trafilatura
from lxml import etree

from digest.sources.boxes import has_prose, is_mostly_links
from digest.sources.headings import Headings
from digest.sources.pieces import Piece, Shape
from digest.sources.proofs import home_of, is_grouped, kind_of, stands_in, with_facts, with_sections
from digest.sources.walk import Found, closest_block

#: Words in a row by which two texts are compared.
RUN = 4
#: The share of trafilatura's text that must be found in our pieces, if it shall choose among them.
LEAST_FOUND = 0.4
#: Characters of a paragraph that may be known by the kind of box it stands in, and how many others must stand so.
SHORTEST_PARAGRAPH = 60
LEAST_ALIKE = 2
#: Elements of a page that are looked at, and those from which on it is done in a hurry; real ones have 1,500.
MOST_ELEMENTS = 30_000
MANY_ELEMENTS = 6_000
#: Characters outside links of what a page calls its article, if it is one.
LEAST_ARTICLE = 200

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…。][\"'”’»)\]]{0,3}$")
_SECTIONS = frozenset({"article", "div", "section"})
_BESIDE = re.compile(r"caption|credit|byline|meta|author", re.IGNORECASE)

Words = tuple[str, ...]


def article_of(root: etree._Element, found: Sequence[Found], *, headings: Headings) -> list[bool] | None:
    """For each piece whether it belongs to the article; None where nothing on the page looks like one."""
    elements = sum(1 for _ in islice(root.iter(), MOST_ELEMENTS + 1))
    if elements > MOST_ELEMENTS:
        return None
    words = [_words(one.piece.text) for one in found]
    text = _Text(_lines(root, fast=elements > MANY_ELEMENTS))
    kept = text.holds(words)
    if not any(kept) or not text.is_found():
        return None
    own = _named_article(root)
    inside_own = [own is not None and stands_in(one.element, own) for one in found]
    if own is not None and not any(map(all, zip(kept, inside_own, strict=True))):
        # A list of other articles was longer than the one whose headline the page bears.
        kept = inside_own
    kept = _with_alike(found, kept)
    telling = [len(own_words) >= RUN for own_words in words]
    box = _common([one.element for one, *both in zip(found, kept, telling, strict=True) if all(both)])
    near = [box is None or stands_in(one.element, box) for one in found]
    # A word or two that stand in the article may stand anywhere else, too.
    kept = [inside and (is_near or tells) for inside, is_near, tells in zip(kept, near, telling, strict=True)]
    kept = kept if box is None else _with_groups(found, _with_siblings(found, kept, box))
    kept = _with_headline(found, kept)
    meant = [headings.heading(one.piece) for one in found]
    return with_facts(found, with_sections(found, kept, meant), near, meant)


def _named_article(root: etree._Element) -> etree._Element | None:
    """What the page calls its article or main part, with the headline in it and sentences below."""
    named = (element for element in root.iter("main", "article") if element.find(".//h1") is not None)
    own = next(named, None)
    return own if own is not None and has_prose(own, LEAST_ARTICLE) else None


def _lines(root: etree._Element, *, fast: bool) -> list[str]:
    """The text of the article as trafilatura finds it; when fast, without second opinions, whose time has no bounds."""
    html = etree.tostring(root, encoding="unicode", method="html")
    text = trafilatura.extract(html, include_comments=False, output_format="txt", fast=fast)
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
        self._whole = self._runs.total()

    def is_found(self) -> bool:
        """Whether what was asked for so far is enough of the text: else it is not made of these pieces."""
        return self._runs.total() <= (1 - LEAST_FOUND) * self._whole

    def holds(self, texts: Sequence[list[str]]) -> list[bool]:
        """For the words of each text, in order, whether they stand here: few of them as a line, others by half."""
        return [self._takes(words) for words in texts]

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
    """Also the paragraphs in the same kind of box as those of the article, and among these whatever stands so."""
    boxes = [kind_of(one) for one in found]
    told = [_is_paragraph(one.piece) for one in found]
    kinds = Counter(box for box, *both in zip(boxes, kept, told, strict=True) if all(both))
    wider = [
        inside or (is_told and kinds[box] >= LEAST_ALIKE)
        for box, inside, is_told in zip(boxes, kept, told, strict=True)
    ]
    first, last = wider.index(True), len(wider) - wider[::-1].index(True)
    return [
        inside or (first < place < last and kinds[boxes[place]] >= LEAST_ALIKE) for place, inside in enumerate(wider)
    ]


def _common(elements: Sequence[etree._Element]) -> etree._Element | None:
    """The smallest element around all of these; None where there is none of them."""
    if not elements:
        return None
    first, *others = elements
    chain = [first, *first.iterancestors()]
    for element in others:
        while not stands_in(element, chain[0]):
            del chain[0]
    return chain[0]


def _with_siblings(found: Sequence[Found], kept: Sequence[bool], box: etree._Element) -> list[bool]:
    """Also a box with sentences between two boxes of the article: whatever its name, it is the next section."""
    wider = list(kept)
    groups = [(part, list(places)) for part, places in groupby(range(len(found)), lambda n: _part(found[n], box))]
    for (before, above), (part, places), (after, below) in zip(groups, groups[1:], groups[2:], strict=False):
        are_boxes = all(one is not None and one.tag in _SECTIONS for one in (before, part, after))
        stands_between = any(kept[n] for n in above) and any(kept[n] for n in below)
        if part is None or not are_boxes or not stands_between or any(kept[n] for n in places):
            continue
        if has_prose(part) and not is_mostly_links(part):
            wider[places[0] : places[-1] + 1] = [True] * len(places)
    return wider


def _with_groups(found: Sequence[Found], kept: Sequence[bool]) -> list[bool]:
    """Also lists, tables and quotations among the paragraphs of the article, down to those right behind the last."""
    wider = list(kept)
    homes = {home_of(one) for one, inside in zip(found, kept, strict=True) if inside and _is_paragraph(one.piece)}
    last = len(kept) - 1 - kept[::-1].index(True)
    for place in range(kept.index(True), len(kept)):
        one = found[place]
        belongs = is_grouped(one) and not one.piece.linked and home_of(one) in homes
        wider[place] = wider[place] or belongs
        if place > last and not belongs:
            break
    return wider


def _part(one: Found, box: etree._Element) -> etree._Element | None:
    """Which of the parts of a box a piece stands in; None for one beside it."""
    element = one.element
    for outer in element.iterancestors():
        if outer is box:
            return element
        element = outer
    return None


def _is_paragraph(piece: Piece) -> bool:
    long = piece.shape is Shape.TEXT and len(piece.text) >= SHORTEST_PARAGRAPH
    return long and not piece.linked and _SENTENCE_END.search(piece.text) is not None


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
