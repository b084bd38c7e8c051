"""Which entry of a feed is which: a guid for each that stays the same from visit to visit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from digest.models import Problem
from digest.sources.addresses import steady_address
from digest.sources.base import Known
from digest.sources.identity import SUFFIX_DIGITS, fingerprint, fitting, web_url
from digest.sources.items import Item, Order, ParsedFeed
from digest.sources.pieces import READING, pieces_to


class Identity(StrEnum):
    """What names an entry in its feed."""

    #: The id the feed gives; the link without one; the title without either.
    GUID = "guid"
    #: The link, for a feed whose ids change from visit to visit.
    LINK = "link"
    #: Title and journal, for a feed that changes ids and links (some encrypt both anew each time).
    TITLE = "title"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """An item under the guid it is kept by."""

    item: Item
    guid: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """How entries of one feed are told apart."""

    #: What names them.
    identity: Identity
    #: What is stored already.
    known: Known
    #: Whatever else changes what is read of an item, such as following its link.
    salt: str = ""


def items_read(parsed: ParsedFeed, naming: Naming) -> tuple[tuple[Item, ...], str]:
    """The items to read of a feed, and what to say of those that are not; empty when all are.

    Where nobody can tell at which end of a very long feed the new ones stand, its other end is read as well as soon
    as the first one is known: then new ones come there, or nowhere.
    """
    head, tail, dropped = parsed.items, parsed.tail, parsed.dropped
    if tail and _are_known(head, naming):
        said = f"only its first {len(head)} entries were read, and its last {len(tail)}, where new ones seem to come"
        return head + tail, f"{said}; {dropped} were not" if dropped else said
    left_out = dropped + len(tail)
    if not left_out:
        return head, ""
    counted = " (counted from its end, for it lists the oldest first)" if parsed.order is Order.OLDEST_FIRST else ""
    return head, f"only its first {len(head)} entries were read{counted}, {left_out} were not"


def _are_known(items: Sequence[Item], naming: Naming) -> bool:
    known = sum(naming.known(_guid(item, naming.identity), _print(item, naming.salt)) for item in items)
    return known * 2 >= len(items)


def claimed(items: Sequence[Item], naming: Naming, *, place: str) -> tuple[list[Claimed], list[Problem]]:
    """The items with their guids and fingerprints, in order; what a feed lists twice word for word is there once.

    Where different entries claim one guid, the one known under it keeps it, else the last (feeds list the oldest
    last); the others get a guid of their own, made from link and title, and a problem says so.

    Args:
        items: as the feed lists them.
        naming: how they are told apart.
        place: the feed, for the problems.
    """
    rivals: dict[str, dict[str, Claimed]] = {}
    for item in items:
        one = Claimed(item=item, guid=_guid(item, naming.identity), fingerprint=_print(item, naming.salt))
        rivals.setdefault(one.guid, {}).setdefault(one.fingerprint, one)
    kept: list[Claimed] = []
    problems: list[Problem] = []
    for guid, group in rivals.items():
        kept += _told_apart(list(group.values()), naming.known)
        if len(group) > 1:
            problems.append(
                Problem(place=place, message=f"{len(group)} entries claim the guid {guid[:100]!r}; each is kept")
            )
    order = {id(item): place for place, item in enumerate(items)}
    return sorted(kept, key=lambda one: order[id(one.item)]), problems


def _told_apart(group: list[Claimed], known: Known) -> list[Claimed]:
    owner = next((one for one in group if known(one.guid, one.fingerprint)), group[-1])
    return [one if one is owner else replace(one, guid=fitting(f"{one.guid}#{_suffix(one.item)}")) for one in group]


def _suffix(item: Item) -> str:
    return fingerprint([_steady_link(item), item.title])[:SUFFIX_DIGITS]


def _guid(item: Item, identity: Identity) -> str:
    title = f"title:{fingerprint([item.title.casefold(), item.journal.casefold()])}"
    link = web_url(item.link)
    given = steady_address(item.id)
    ways: dict[Identity, Iterable[str | None]] = {
        Identity.GUID: (given, link, item.link),
        Identity.LINK: (link, item.link, given),
        Identity.TITLE: (title if item.title else None, given, link),
    }
    # Of the first six values of each piece alone, as long as there are such guids in databases.
    text = title if item.title else f"text:{fingerprint([one[:6] for one in pieces_to(item.pieces)])}"
    return fitting(next((way for way in ways[identity] if way), text))


def _print(item: Item, salt: str) -> str:
    """Of what the entry says, less what some feeds change at every fetch: dates, and the link's parameters."""
    said = [item.title, pieces_to(item.pieces), item.tags, item.journal, _steady_link(item), item.trouble, salt]
    return fingerprint([READING, *said])


def _steady_link(item: Item) -> str:
    return item.link.partition("#")[0].partition("?")[0] if item.id else item.link
