from __future__ import annotations

import json

import pytest

from digest.sources.items import MOST_ENTRIES, NotAFeed, Order
from digest.sources.jsonfeed import is_json, parse_json

FEED = '{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [%s]}'
ITEM = '{"id": "%d", "title": "Study %d", "content_text": "Text."}'
ITEMS = ", ".join(ITEM % (number, number) for number in range(3))


def titles(text: str | bytes) -> list[str]:
    return [item.title for item in parse_json(text if isinstance(text, bytes) else text.encode()).items]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    """JSON is known and read in each of them."""
    data = (FEED % (ITEM % (1, 1)).replace("Study", "Größe")).encode(encoding)
    assert is_json(data)
    assert titles(data) == ["Größe 1"]


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        (FEED % ITEMS.replace("Text.", "Line one\nline two\tand three"), ""),
        (FEED % (ITEMS + ","), "commas"),
        (FEED % ITEMS.replace('"Text."', '"A, ] and , } stay.",'), "commas"),
    ],
)
def test_careless_json_is_read(text: str, trouble: str) -> None:
    """Raw line ends in texts, and commas before a closing bracket, cost nobody an entry."""
    found = parse_json(text.encode())
    assert len(found.items) == 3 and trouble in found.trouble
    assert "A, ] and , } stay." not in text or found.items[0].pieces[0].text == "A, ] and , } stay."


def test_a_feed_that_breaks_off_is_read_so_far() -> None:
    """Whole items are read, the half one is not, and the feed is known to be cut."""
    found = parse_json((FEED % ITEMS)[:-30].encode())
    assert [item.title for item in found.items] == ["Study 0", "Study 1"]
    assert found.cut and not found.trouble


def test_a_damaged_item_costs_none_before_it() -> None:
    """The rest is named as damaged."""
    found = parse_json((FEED % (ITEMS + ", {oops}, " + ITEM % (9, 9))).encode())
    assert len(found.items) == 3 and "cannot be read" in found.trouble


@pytest.mark.parametrize("text", ["{", '{"items"', "[1", '{"items": [{"id"', "{}", "[]", '{"items": 3}'])
def test_what_is_no_json_feed(text: str) -> None:
    """It is refused in words."""
    with pytest.raises(NotAFeed):
        parse_json(text.encode())


@pytest.mark.parametrize(
    ("bodies", "read"),
    [
        ({"content_html": "<p><img src='x.png'></p>", "content_text": "Of 60, 41 walked."}, ["Of 60, 41 walked."]),
        ({"content_html": "<p>Of 60, <b>41</b>.</p>", "summary": "Short."}, ["Of 60, 41."]),
        ({"content_text": "CD4<CD8 and n <LLN (p<0.05)"}, ["CD4<CD8 and n <LLN (p<0.05)"]),
        ({"content_text": "One.\n\nTwo.\n- a\n- b"}, ["One.", "Two.", "a", "b"]),
        ({"content_html": "One.\n\nTwo."}, ["One.", "Two."]),
        ({"content_html": "&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;"}, ["One.", "Two."]),
        ({"content_html": "<p>lymphocytes <LLN fell</p>"}, ["lymphocytes <LLN fell"]),
        ({"content_text": "", "summary": "Short."}, ["Short."]),
    ],
)
def test_the_body_with_more_text_is_read(bodies: dict[str, str], read: list[str]) -> None:
    """As what it is, with its paragraphs and lists."""
    found = parse_json(json.dumps({"items": [{"id": "1", **bodies}]}).encode())
    assert [one.text for one in found.items[0].pieces] == read


def test_the_newest_of_a_long_feed_are_kept() -> None:
    """Those at its end, where its dates say so; with equal dates, either end."""
    items = [
        {"id": str(n), "date_published": f"{1990 + n // 360}-{n // 30 % 12 + 1:02}-{n % 28 + 1:02}"}
        for n in range(1_005)
    ]
    found = parse_json(json.dumps({"items": items}).encode())
    assert (found.order, found.items[-1].id, found.dropped) == (Order.OLDEST_FIRST, "1004", 5)
    found = parse_json(json.dumps({"items": [{"id": str(n)} for n in range(2 * MOST_ENTRIES + 3)]}).encode())
    assert (len(found.items), len(found.tail), found.dropped) == (MOST_ENTRIES, MOST_ENTRIES, 3)
