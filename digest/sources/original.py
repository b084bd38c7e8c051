"""A document as it came, taken apart: enough to read it, and to read it anew when more is known about its source.

what a feed says of an entry, the page behind it, a file | Manner of the source | Reading
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from digest.models import Paragraph, SectionRole
from digest.sources.cues import score
from digest.sources.dates import read_date
from digest.sources.entries import text_length
from digest.sources.furniture import Recurs, nothing, without_furniture
from digest.sources.headings import Headings, speaks_of_limits
from digest.sources.identity import read_doi, read_pmid
from digest.sources.items import Item, item_from, item_to
from digest.sources.learning import Learnt, Said
from digest.sources.more import unglued
from digest.sources.page import doi_in_head, read_page
from digest.sources.pieces import Document, Piece, Shape, document_from, document_to, is_longer
from digest.sources.reading import Reading
from digest.sources.roles import CLEAR_LIMITS, Why
from digest.sources.sections import read_summary
from digest.sources.standing import is_standing
from digest.sources.tags import read_tags
from digest.sources.textfile import read_text_file

#: Characters a page without known headings must have: a consent wall has fewer.
LEAST_PAGE_TEXT = 300
#: Why a person should look at what was read of a document that has no end.
TOO_LONG = "it is longer than what is read of one document, so its end is missing here"
BREAKS_OFF = "the page breaks off in its middle, so its end is missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How the documents of a source are read."""

    headings: Headings = field(default_factory=Headings)
    #: Phrases known to be topics, to part topics that are printed run together.
    vocabulary: tuple[str, ...] = ()
    #: Knows the texts that stand in most documents of the source.
    recurs: Recurs = nothing

    def knowing(self, learnt: Learnt) -> Manner:
        """The same, with what the source's earlier documents taught."""
        return replace(self, recurs=learnt.furniture.has, vocabulary=(*self.vocabulary, *learnt.topics))


@dataclass(frozen=True, kw_only=True, slots=True)
class Original:
    """One document; at least one of these is there."""

    #: What a feed says of the entry.
    item: Item | None = None
    #: The page behind it, or a saved one.
    page: Document | None = None
    #: A text without markup, or Markdown.
    text: Document | None = None


def read(original: Original, manner: Manner) -> Reading:
    """What the document says. Of a feed's entry the page behind it tells, where it says more."""
    if original.text is not None:
        return read_plain(original.text, manner)
    if original.item is None:
        return read_page_as(original.page or Document(), manner)
    said = read_item(original.item, manner)
    if original.page is None:
        return said
    full = better(read_page_as(original.page, manner, said=said), said)
    # A DOI that is marked as the study's own goes before one that a text mentions.
    marked = read_doi(" ".join(original.item.marks)) or doi_in_head(original.page)
    return replace(full, doi=marked or full.doi)


def read_plain(text: Document, manner: Manner) -> Reading:
    """What a text without markup says, or Markdown."""
    reading = read_text_file(text, headings=manner.headings, vocabulary=manner.vocabulary, recurs=manner.recurs)
    return _saying(reading, TOO_LONG if text.cut else "")


def read_page_as(page: Document, manner: Manner, *, said: Reading | None = None) -> Reading:
    """What a page says; the headline of the entry it stands behind is known."""
    reading = read_page(
        page,
        headings=manner.headings,
        headline=said.headline if said else None,
        vocabulary=manner.vocabulary,
        recurs=manner.recurs,
    )
    return _saying(reading, TOO_LONG if page.cut else BREAKS_OFF if page.broken else "")


def _saying(reading: Reading, doubt: str) -> Reading:
    return replace(reading, unsure=(*reading.unsure, doubt)) if doubt else reading


def read_item(item: Item, manner: Manner) -> Reading:
    """What a feed itself says of an entry."""
    reading = read_summary(
        item.pieces,
        headings=manner.headings,
        headline=item.title or None,
        vocabulary=manner.vocabulary,
        recurs=manner.recurs,
    )
    marks = " ".join(item.marks)
    outside = Reading(
        headline=item.title or None,
        tags=read_tags(item.tags, vocabulary=manner.vocabulary),
        journal=item.journal or None,
        published=next(filter(None, map(read_date, item.dates)), None),
    )
    full = _saying(reading, TOO_LONG if is_longer(item.pieces) else "").or_else(outside)
    return replace(
        full,
        doi=read_doi(marks) or full.doi,
        pmid=read_pmid(marks) or full.pmid,
        journal=outside.journal or full.journal,
    )


def better(page: Reading, said: Reading) -> Reading:
    """The page's text where it tells more than the feed does, else the feed's; each fills the gaps of the other."""
    if not says_more(page, said):
        return said.or_else(replace(page, sections=()))
    return replace(page.or_else(said), headline=said.headline or page.headline, doi=said.doi or page.doi)


def says_more(page: Reading, said: Reading) -> bool:
    """Whether the page behind an entry tells more than the feed does."""
    enough = max(LEAST_PAGE_TEXT, text_length(said))
    return bool(page.sections) and (page.is_structured or (not said.is_structured and text_length(page) >= enough))


def said_in(original: Original, manner: Manner) -> tuple[Said, ...]:
    """The paragraphs of a document in their order, less its headline and what is the page's by our rules."""
    kept, _ = without_furniture(_pieces(original), manner.headings)
    reading = read(original, replace(manner, recurs=nothing))
    limits = _only_limits(reading)
    under_limits, under_unknown, said = False, False, []
    for piece in kept:
        heading = manner.headings.heading(piece)
        if heading and heading.meaning:
            under_limits, under_unknown = heading.meaning is SectionRole.CONSIDERATIONS, False
        elif heading:
            under_limits, under_unknown = under_limits or speaks_of_limits(heading.name), True
        elif piece.shape in {Shape.TEXT, Shape.ITEM} and piece.text != reading.headline:
            are_limits = under_limits or (under_unknown and _may_be_limits(piece.text))
            said.append(Said(text=piece.text, under_limits=are_limits, only_limits=piece.text == limits))
    return tuple(said)


def _may_be_limits(text: str) -> bool:
    """Whether a text under a heading that says nothing to us speaks of a study's limits, and not of research at all."""
    return score(text, SectionRole.CONSIDERATIONS) >= CLEAR_LIMITS and not is_standing(text)


def parted(original: Original) -> tuple[Piece, ...]:
    """The pieces of the document that its text is read from, parted where something was run together."""
    return tuple(part for piece in _pieces(original) for part in unglued(piece))


def _pieces(original: Original) -> Sequence[Piece]:
    document = original.text or original.page
    return document.pieces if document is not None else original.item.pieces if original.item else ()


def _only_limits(reading: Reading) -> str | None:
    """The paragraph that is all there is of considerations, known by words and order."""
    for section, why in zip(reading.sections, reading.why, strict=True):
        if section.role is SectionRole.CONSIDERATIONS and why is not Why.HEADING and len(section.blocks) == 1:
            block = section.blocks[0]
            return block.text if isinstance(block, Paragraph) else None
    return None


# --- kept ----------------------------------------------------------------------------------------------------


def packed(original: Original) -> bytes:
    """The original as it is kept: compressed JSON."""
    value = {
        "item": item_to(original.item) if original.item is not None else None,
        "page": document_to(original.page) if original.page is not None else None,
        "text": document_to(original.text) if original.text is not None else None,
    }
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)


def unpacked(kept: bytes) -> Original:
    """The original that `packed` wrote."""
    value: Mapping[str, Any] = json.loads(zlib.decompress(kept))
    page, text = value["page"], value["text"]
    return Original(
        item=item_from(value["item"]) if value["item"] is not None else None,
        page=document_from(page) if page is not None else None,
        text=document_from(text) if text is not None else None,
    )
