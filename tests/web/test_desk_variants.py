"""The variant space: what an issue is over all its readers, on one page."""

from __future__ import annotations

from digest.surveying import Topics
from digest.web.desk.variants import LONGEST, rows_of
from tests.web.conftest import EDITOR, Desk, csrf
from tests.web.sample import MONTH, READERS, filled
from tests.web.test_desk_send import settled

HERE = f"/desk/issues/{MONTH}/readers"


def test_it_says_how_many_editions_there_are_for_how_many(desk: Desk) -> None:
    """And who would get nothing, and why; the page does not wait for it."""
    filled(desk.digest)
    editor = desk.of(EDITOR)
    assert "Going through all readers" in editor.get(HERE).text
    page = settled(editor, HERE).text
    assert "3 editions for 4 readers" in page and "get none: nothing new" in page


def test_an_item_that_nobody_sees_is_named(desk: Desk) -> None:
    """With a way to it, for an editor may pin or move it."""
    filled(desk.digest, readers=READERS[3:4])
    page = settled(desk.of(EDITOR), HERE).text
    unseen = page.partition("seen by nobody")[2].partition("</ul>")[0]
    assert unseen.count("<li>") == 4 and '#item-1">Walking eased fatigue' in unseen


def test_readers_are_counted_again_on_demand(desk: Desk) -> None:
    """Who joined since is in it then."""
    filled(desk.digest)
    editor = desk.of(EDITOR)
    settled(editor, HERE)
    editor.post(HERE, data={"csrf": csrf(editor.get(HERE))})
    assert "data-poll" in editor.get(HERE).text


def test_the_longest_bar_is_that_of_the_most_studies() -> None:
    """The others are as long as their share; every number stands beside its bar, and none has no bar."""
    months = [Topics(label="2026-10", counts={"a": 2}), Topics(label="2026-11", counts={"a": 8, "b": 4})]
    rows = rows_of(months, str.upper)
    assert [row.label for row in rows] == ["A", "B"]
    assert rows[0].cells == ((2, LONGEST // 4), (8, LONGEST))
    assert rows[1].cells == ((0, 0), (4, LONGEST // 2))
