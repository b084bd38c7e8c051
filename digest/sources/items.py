"""What a feed says, before anything is made of it: plain values that travel between two processes as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from digest.sources.pieces import Piece, pieces_from, pieces_to

#: Entries of one feed that are read; real feeds have 10 to 200.
MOST_ENTRIES = 1_000


class Order(StrEnum):
    """In which order a feed lists its entries."""

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"
    #: Its dates do not tell.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One entry as its feed prints it: text cleaned, addresses and dates not yet judged."""

    #: Empty where the feed gives none.
    id: str = ""
    link: str = ""
    title: str = ""
    #: The content, or the description when that says more.
    pieces: tuple[Piece, ...] = ()
    #: Date strings, the likeliest first.
    dates: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    journal: str = ""
    #: Where a DOI or PMID may stand: ids, links, identifiers.
    marks: tuple[str, ...] = ()
    language: str = ""
    #: Why its text could not be read; empty when it could.
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedFeed:
    """A feed taken apart."""

    items: tuple[Item, ...] = ()
    #: The site's address, as printed.
    link: str = ""
    language: str = ""
    #: Of a feed with more than `MOST_ENTRIES` whose order is not known: entries of its other end.
    tail: tuple[Item, ...] = ()
    #: Entries that are in neither.
    dropped: int = 0
    #: In which order they stand, where some were left out.
    order: Order = Order.UNKNOWN
    #: True when it broke off; half an entry at its end is left out.
    cut: bool = False
    #: What was wrong with the feed although it could be read; empty when nothing was.
    trouble: str = ""


class NotAFeed(ValueError):  # noqa: N818 - says what the document is
    """The document is no feed, or one that is refused."""


def feed_to(feed: ParsedFeed) -> dict[str, Any]:
    """The feed as values for JSON."""
    plain = {name: getattr(feed, name) for name in _PLAIN}
    return {**plain, "items": list(map(item_to, feed.items)), "tail": list(map(item_to, feed.tail))}


def feed_from(value: Mapping[str, Any]) -> ParsedFeed:
    """The feed that `feed_to` wrote."""
    return ParsedFeed(
        **{
            **{name: value[name] for name in _PLAIN},
            "items": tuple(map(item_from, value["items"])),
            "tail": tuple(map(item_from, value["tail"])),
            "order": Order(value["order"]),
        }
    )


_PLAIN = ("link", "language", "dropped", "order", "cut", "trouble")


def item_to(item: Item) -> dict[str, Any]:
    """An item as values for JSON."""
    return {field.name: getattr(item, field.name) for field in fields(item)} | {"pieces": pieces_to(item.pieces)}


def item_from(value: Mapping[str, Any]) -> Item:
    """The item that `item_to` wrote."""
    several = {name: tuple(value[name]) for name in ("dates", "tags", "marks")}
    return Item(**{**value, **several, "pieces": pieces_from(value["pieces"])})
