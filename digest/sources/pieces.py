"""A document taken apart: headings, text and list items in reading order, all plain text and clean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from digest.sources.clean import LONGEST_TEXT, clean

#: Grows whenever the same bytes are read as something else: whatever the sources still show is read once more then.
READING = 2

#: Pieces of one document that are kept; the longest real explainer has about 200.
MOST_PIECES = 2_000

#: The level of a heading that is only bold print, below every real one.
BOLD_LEVEL = 7


class Shape(StrEnum):
    """What a piece is in its document."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    NUMBERED = "numbered"


@dataclass(frozen=True, slots=True)
class Piece:
    """One heading, paragraph or list item."""

    shape: Shape
    text: str
    #: 1 to 6 for a heading as HTML counts them, `BOLD_LEVEL` for bold print; 0 for other shapes.
    level: int = 0
    #: The bold words it opens with; empty when there are none, or when all of it is bold.
    lead: str = ""
    #: True when all of it is a link.
    linked: bool = False
    #: Its parts where markup set them side by side without a space, such as a row of tags; else empty.
    parts: tuple[str, ...] = ()
    #: The number a `NUMBERED` one bears; 0 where it bears none.
    number: int = 0
    #: True for what stands beside a page's article: menus, teasers, and whatever else is none of it.
    beside: bool = False
    #: The box of a page in which it stands, from 1 in their order; 0 where the document has no boxes.
    box: int = 0
    #: The box with a heading of its own, apart from the text around it, in which it stands; 0 in the text itself.
    aside: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What was read from one page or text."""

    #: In its order; those of a page that stand beside its article, too.
    pieces: tuple[Piece, ...] = ()
    title: str | None = None
    #: As the document says it, unchecked; None when it does not.
    language: str | None = None
    #: Names (lower case) and values of `<meta>` elements and the first `<time>`, the first of each name; of a text file
    #: those that stand before its text, several values of one name in lines of their own.
    meta: Mapping[str, str] = field(default_factory=dict)
    #: True when it is longer than what is kept of it.
    cut: bool = False
    #: What is wrong with it although it could be read, and in which line; empty and 0 when nothing is.
    trouble: str = ""
    trouble_line: int = 0
    #: True for a page whose markup ends in the middle: the rest of it was lost on its way.
    broken: bool = False


def article_of(document: Document) -> tuple[Piece, ...]:
    """The pieces that do not stand beside it."""
    return tuple(one for one in document.pieces if not one.beside)


def is_longer(pieces: Sequence[Piece]) -> bool:
    """True where as much stands there as is kept of one document, or of one text in it: there was more of it."""
    # White space went out of a text after it was cut.
    return len(pieces) >= MOST_PIECES or any(len(one.text) > 0.95 * LONGEST_TEXT for one in pieces)


def piece(shape: Shape, text: str, *, level: int = 0, lead: str = "", linked: bool = False, number: int = 0) -> Piece:
    """A piece with its text cleaned; a unit separator (U+001F) in it marks where parts meet."""
    parts = tuple(filter(None, map(clean, text.split("\x1f")))) if "\x1f" in text else ()
    lead = clean(lead) if lead else ""
    return Piece(shape, clean(text), level, lead, linked, parts if len(parts) > 1 else (), number)


def pieces_from(values: Sequence[Sequence[Any]]) -> tuple[Piece, ...]:
    """Pieces as they come out of JSON: `[shape, text, level, lead, linked, parts, number, beside, box, aside]`."""
    return tuple(
        Piece(
            shape=Shape(shape),
            text=str(text),
            level=int(level),
            lead=str(lead),
            linked=bool(linked),
            parts=tuple(map(str, parts)),
            number=int(number),
            beside=bool(beside),
            box=int(box),
            aside=int(aside[0]) if aside else 0,
        )
        # Those that were kept before asides were known have none.
        for shape, text, level, lead, linked, parts, number, beside, box, *aside in values
    )


def pieces_to(pieces: Sequence[Piece]) -> list[list[Any]]:
    """The same, on the way in."""
    return [
        [
            *(one.shape.value, one.text, one.level, one.lead, one.linked, one.parts, one.number),
            *(int(one.beside), one.box, one.aside),
        ]
        for one in pieces
    ]


def document_from(value: Mapping[str, Any]) -> Document:
    """A document as it comes out of JSON."""
    return Document(
        pieces=pieces_from(value["pieces"]),
        title=value["title"],
        language=value["language"],
        meta=dict(value["meta"]),
        cut=bool(value["cut"]),
        trouble=value["trouble"],
        trouble_line=int(value["trouble_line"]),
        broken=bool(value["broken"]),
    )


def document_to(document: Document) -> dict[str, Any]:
    """The same, on the way in."""
    return {
        "pieces": pieces_to(document.pieces),
        "title": document.title,
        "language": document.language,
        "meta": dict(document.meta),
        "cut": document.cut,
        "trouble": document.trouble,
        "trouble_line": document.trouble_line,
        "broken": document.broken,
    }
