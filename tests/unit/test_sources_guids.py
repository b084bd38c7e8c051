from __future__ import annotations

from dataclasses import replace

import pytest

from digest.sources.guids import Claimed, Identity, Naming, claimed, items_read
from digest.sources.identity import LONGEST_GUID
from digest.sources.items import Item, Order, ParsedFeed
from digest.sources.pieces import Shape, piece

ITEM = Item(id="a", link="https://e.example.org/a?x=1", title="Title", pieces=(piece(Shape.TEXT, "Text."),))

#: Nothing is stored yet.
NEW = Naming(identity=Identity.GUID, known=lambda _guid, _mark: False)
#: Everything is.
OLD = Naming(identity=Identity.GUID, known=lambda _guid, _mark: True)


def claims(
    *items: Item, identity: Identity = Identity.GUID, known: set[tuple[str, str]] = frozenset()
) -> list[Claimed]:  # type: ignore[assignment]
    naming = Naming(identity=identity, known=lambda guid, mark: (guid, mark) in known)
    found, _ = claimed(items, naming, place="feed")
    return found


def guid(item: Item, identity: Identity = Identity.GUID) -> str:
    return claims(item, identity=identity)[0].guid


def test_the_id_names_an_entry_then_the_link_then_the_title() -> None:
    """An entry without an id is named by its link, without either by its title, without that by its text."""
    assert guid(ITEM) == "a"
    assert guid(replace(ITEM, id="")) == "https://e.example.org/a?x=1"
    by_title = guid(replace(ITEM, id="", link=""))
    assert by_title == guid(replace(ITEM, id="", link="", title="TITLE", pieces=()))
    by_text = guid(replace(ITEM, id="", link="", title=""))
    assert by_text.startswith("text:") and by_text != by_title


def test_a_feed_whose_ids_change_can_be_told_to_use_something_else() -> None:
    """Title and journal, or the link, name an entry where an operator says so."""
    changed = replace(ITEM, id="b", link="https://e.example.org/encrypted")
    assert guid(ITEM, Identity.TITLE) == guid(changed, Identity.TITLE)
    assert guid(ITEM, Identity.LINK) == guid(replace(ITEM, id="b"), Identity.LINK)
    assert guid(ITEM, Identity.TITLE) != guid(replace(ITEM, journal="Other"), Identity.TITLE)


@pytest.mark.parametrize(
    "written",
    ["http://E.example.org/a%20b", "http://e.example.org:80/a%20b", "HTTP://e.example.org/a b",
     "http://e.example.org/a%20b?utm_source=rss", "http://e.example.org/a%20b?PHPSESSID=0a"],
)  # fmt: skip
def test_one_address_written_in_other_ways_is_one_id(written: str) -> None:
    """Capitals of the host, the usual port, blanks, and what counts readers change with the site's software."""
    assert guid(replace(ITEM, id=written)) == "http://e.example.org/a%20b"


@pytest.mark.parametrize(
    "given",
    ["http://e.example.org/A", "http://e.example.org/a?p=1", "http://e.example.org/a#1", "http://e.example.org:8080/a",
     "https://e.example.org:80/a", "tag:E.example.org,2026:1", "http://[::1", "E.example.org:80/a b", "A b"],
)  # fmt: skip
def test_what_may_tell_entries_apart_stays(given: str) -> None:
    """Paths, parameters, fragments and other ports; and an id that is no address means nothing but itself."""
    assert guid(replace(ITEM, id=given)) == given


def test_an_endless_id_is_kept_as_its_hash() -> None:
    """No guid is longer than the store takes."""
    assert len(guid(replace(ITEM, id="x" * 100_000))) <= LONGEST_GUID


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"link": "https://e.example.org/a?x=2#y"}, True),
        ({"dates": ("2026-01-01",)}, True),
        ({"link": "https://e.example.org/other"}, False),
        ({"title": "Another"}, False),
        ({"tags": ("x",)}, False),
        ({"pieces": (piece(Shape.TEXT, "Other."),)}, False),
    ],
)
def test_fingerprint(change: dict[str, object], same: bool) -> None:
    """Dates and link parameters move from fetch to fetch and change nothing; words do."""
    changed = replace(ITEM, **change)  # type: ignore[arg-type]
    assert (claims(ITEM)[0].fingerprint == claims(changed)[0].fingerprint) is same


def test_the_last_of_two_rivals_keeps_the_guid() -> None:
    """Feeds list the oldest last, so a newcomer never takes over a stored entry's name."""
    older, newer = replace(ITEM, title="Older"), replace(ITEM, title="Newer")
    found, problems = claimed([newer, older], NEW, place="feed")
    assert [one.item.title for one in found] == ["Newer", "Older"]
    assert found[1].guid == "a" and found[0].guid.startswith("a#")
    assert len(problems) == 1


def test_the_known_rival_keeps_the_guid_wherever_it_stands() -> None:
    """What is stored under a guid stays under it when the feed turns its order round."""
    older, newer = replace(ITEM, title="Older"), replace(ITEM, title="Newer")
    stored = {(one.guid, one.fingerprint) for one in claims(newer, older)}
    again = {(one.guid, one.fingerprint) for one in claims(older, newer, known=stored)}
    assert again == stored


def test_an_entry_listed_twice_is_there_once() -> None:
    """The same words twice are no problem."""
    found, problems = claimed([ITEM, ITEM], NEW, place="feed")
    assert (len(found), problems) == (1, [])


def test_the_other_end_of_a_long_feed_is_read_once_the_first_is_known() -> None:
    """Where dates do not tell which end is new, the end whose entries are known already is the old one."""
    feed = ParsedFeed(items=(ITEM,), tail=(replace(ITEM, id="z"),), dropped=3)
    assert items_read(feed, NEW) == (feed.items, "only its first 1 entries were read, 4 were not")
    items, said = items_read(feed, OLD)
    assert items == feed.items + feed.tail
    assert said.endswith("its last 1, where new ones seem to come; 3 were not")


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (ParsedFeed(items=(ITEM,)), ""),
        (ParsedFeed(items=(ITEM,), dropped=2, order=Order.NEWEST_FIRST), "only its first 1 entries were read, 2 were"),
        (ParsedFeed(items=(ITEM,), dropped=2, order=Order.OLDEST_FIRST), "counted from its end"),
    ],
)
def test_what_was_not_read_is_said(feed: ParsedFeed, said: str) -> None:
    """Entries beyond the limit are never left out without a word."""
    assert said in items_read(feed, NEW)[1]
