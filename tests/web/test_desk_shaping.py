"""Shaping an issue by forms that need no script: what each does, and what becomes of two editors at once."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from digest import approving, departures
from digest import desk as acts
from digest.models import Exclude, Pin
from digest.web.desk.reading import takeaway_text
from tests.factories import an_entry
from tests.web.conftest import EDITOR, OPERATOR, Desk, csrf
from tests.web.sample import ENTRIES, MONTH, filled

HERE = f"/desk/issues/{MONTH}"
#: Summaries by their numbers, in the order they were stored.
TIRED, SLEEP, EYES, YOUNG = 1, 2, 3, 4


def act(browser: TestClient, do: str, *, on: int | None = None, **fields: object):
    """Send one form of the page as it stands, or one that was opened at an earlier version."""
    page = browser.get(HERE)
    version = int(re.search(r'name="on" value="(\d+)"', page.text)[1]) if on is None else on
    return browser.post(f"{HERE}/shape", data={"csrf": csrf(page), "do": do, "on": version, **fields})


def order_of(browser: TestClient) -> list[int]:
    return [int(number) for number in re.findall(r'<article class="[^"]*" id="item-(\d+)"', browser.get(HERE).text)]


def tired_of(browser: TestClient) -> list[int]:
    """The two items that stand together, in their order."""
    return [number for number in order_of(browser) if number in (TIRED, SLEEP)]


@pytest.fixture
def editor(desk: Desk) -> TestClient:
    filled(desk.digest)
    return desk.of(EDITOR)


def test_a_pin_stands_first_and_says_so(editor: TestClient) -> None:
    """And the page comes back at the item, with what was done on top."""
    first, second = tired_of(editor)
    answer = act(editor, "pin", id=second)
    assert answer.headers["location"] == f"{HERE}#item-{second}"
    page = unescape(editor.get(HERE).text)
    assert re.search(r'role="status"><p>Pinned “[^”]+”\.', page) and ">pinned<" in page
    assert tired_of(editor) == [second, first]
    act(editor, "unpin", id=second)
    assert ">pinned<" not in editor.get(HERE).text


def test_an_item_is_left_out_with_a_reason_and_taken_back(editor: TestClient) -> None:
    """It stands at the end with who left it out and why, as long as it is out."""
    act(editor, "exclude", id=EYES, reason="A letter, no study", later="1")
    page = editor.get(HERE).text
    assert EYES not in order_of(editor)
    assert "editor@example.org: A letter, no study; a later issue may have it" in page
    act(editor, "include", id=EYES)
    assert EYES in order_of(editor)


def test_nothing_is_left_out_without_a_reason(editor: TestClient) -> None:
    """The page says so, and the form stands open where it was."""
    answer = act(editor, "exclude", id=EYES, reason=" ")
    assert answer.status_code == 422 and "Say why" in answer.text
    assert EYES in order_of(editor)


@pytest.mark.parametrize(("do", "which"), [("up", 1), ("down", 0)])
def test_items_change_places_under_their_heading(editor: TestClient, do: str, which: int) -> None:
    """One step up for the lower, or one down for the upper: the same."""
    before = tired_of(editor)
    act(editor, do, id=before[which])
    assert tired_of(editor) == [before[1], before[0]]


def test_the_first_goes_no_further_up(editor: TestClient) -> None:
    """There is no button for it, and the form says that nothing is to be done."""
    first = order_of(editor)[0]
    act(editor, "up", id=first)
    assert "stands at the end already" in editor.get(HERE).text
    assert order_of(editor)[0] == first


def test_an_item_moves_to_another_topic_and_back(editor: TestClient) -> None:
    """It says that it was moved; an empty choice puts it where its words do."""
    act(editor, "move", id=YOUNG, topic="mri")
    page = editor.get(HERE).text
    assert ">moved here<" in page and page.index("Brain and spine scans (MRI)</h2>") < page.index('id="item-4"')
    act(editor, "move", id=YOUNG, topic="")
    assert ">moved here<" not in editor.get(HERE).text


def test_words_are_edited_and_the_original_is_one_click_away(editor: TestClient) -> None:
    """Marked as edited, with the source's own words below, and a button that brings them back."""
    act(
        editor, "edit", id=TIRED, headline="Walking may ease fatigue", takeaway="It helped some people.\r\n\r\nNot all."
    )
    page = editor.get(HERE).text
    assert ">edited<" in page and "Walking may ease fatigue</h3>" in page and "<p>Not all.</p>" in page
    assert "<strong>Walking eased fatigue in multiple sclerosis</strong>" in page
    act(editor, "edit", id=TIRED, restore="1")
    assert ">edited<" not in editor.get(HERE).text


def test_a_takeaway_nobody_touched_keeps_its_form(desk: Desk) -> None:
    """A list is typed as paragraphs; saving another headline does not make it some."""
    issue = filled(desk.digest)
    editor = desk.of(EDITOR)
    takeaway = re.search(r'name="takeaway"[^>]*>([^<]*)<', editor.get(HERE).text)[1]
    act(editor, "edit", id=TIRED, headline="Other words", takeaway=unescape(takeaway))
    edited = desk.digest.shape(issue).edits[TIRED]
    assert (edited.headline, edited.takeaway) == ("Other words", None)


def test_a_note_and_a_subject_for_all_or_for_a_topic(editor: TestClient) -> None:
    """Both stand at the top of the page, each with whom it is for."""
    act(editor, "top", topic="", note="Happy new year.", subject="Our best of the year", preheader="")
    act(editor, "top", topic="pediatric", new="1", note="For families.", subject="", preheader="")
    page = editor.get(HERE).text
    assert "Happy new year." in page and "Our best of the year" in page
    assert "For readers of MS in children and teenagers" in page


def test_undo_says_whose_act_it_takes_back(desk: Desk) -> None:
    """Whoever made it; and it can be done again."""
    filled(desk.digest)
    act(desk.of(OPERATOR), "pin", id=EYES)
    editor = desk.of(EDITOR)
    assert "operator@example.org pinned “Optic neuritis" in editor.get(HERE).text
    act(editor, "undo")
    assert ">pinned<" not in editor.get(HERE).text
    act(editor, "redo")
    assert ">pinned<" in editor.get(HERE).text


def test_the_second_of_two_editors_is_told_what_changed(desk: Desk) -> None:
    """By whom, in words; what they typed is still there, and the next try counts."""
    issue = filled(desk.digest)
    editor = desk.of(EDITOR)
    acts.change(desk.digest, issue, [Exclude(summary_id=EYES, reason="not new")], by="ben@example.org")
    fields = {"id": TIRED, "headline": "My careful words", "takeaway": "My long thoughts"}
    answer = act(editor, "edit", on=0, **fields)
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert "ben@example.org excluded “Optic neuritis in multiple sclerosis, seen early” (not new)" in page
    assert 'value="My careful words"' in page and ">My long thoughts</textarea>" in page
    assert desk.digest.shape(issue).edits == {}
    act(editor, "edit", **fields)
    assert desk.digest.shape(issue).edits[TIRED].headline == "My careful words"


@pytest.mark.parametrize(
    ("do", "typed", "shown"),
    [
        ("edit", {"headline": "My words", "takeaway": "My thoughts"}, ('value="My words"', ">My thoughts</textarea>")),
        ("move", {"topic": "Fatigue and sleep"}, ('value="Fatigue and sleep"',)),
        ("exclude", {"reason": "My reason", "later": "1"}, ('value="My reason"', 'name="later" value="1" checked')),
    ],
)
def test_what_was_typed_outlives_the_item(desk: Desk, do: str, typed: dict[str, str], shown: tuple[str, ...]) -> None:
    """Somebody left it out meanwhile: the form stands open where it is listed now, and may be sent again."""
    issue = filled(desk.digest)
    editor = desk.of(EDITOR)
    acts.change(desk.digest, issue, [Exclude(summary_id=EYES, reason="not new")], by="ben@example.org")
    page = unescape(act(editor, do, on=0, id=EYES, **typed).text)
    left_out = page[page.index('id="left-out"') :]
    assert all(words in left_out for words in shown) and '<details class="tool" open>' in left_out
    before = desk.digest.shape(issue).version
    assert act(editor, do, id=EYES, **typed).status_code == 303
    assert desk.digest.shape(issue).version == before + 1


def test_an_edit_of_what_was_left_out_stands_when_it_is_back(editor: TestClient, desk: Desk) -> None:
    """The words that were not touched stay its source's."""
    act(editor, "exclude", id=EYES, reason="not new")
    (entry,) = [item.summary.entry for item in desk.digest.store.items(1) if item.summary.id == EYES]
    act(editor, "edit", id=EYES, headline="Eyes in short", takeaway=takeaway_text(entry))
    act(editor, "include", id=EYES)
    assert "Eyes in short" in editor.get(HERE).text
    assert desk.digest.shape(desk.digest.issue(MONTH)).edits[EYES].takeaway is None


def test_a_change_voids_the_approval_and_says_so(desk: Desk) -> None:
    """Whoever changes an approved issue is told before and after."""
    approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    editor = desk.of(EDITOR)
    assert "the approval no longer holds then" in editor.get(HERE).text
    act(editor, "pin", id=EYES)
    page = editor.get(HERE).text
    assert "The approval no longer holds" in page and "waits for approval" in page


@pytest.mark.parametrize(("words", "topic"), [("eyes AND vision", "vision"), ("vision", "vision"), ("", None)])
def test_an_item_is_moved_by_the_name_of_a_topic(editor: TestClient, desk: Desk, words: str, topic: str) -> None:
    """Typed or chosen from the list, in any case; without a name it goes where its words put it."""
    act(editor, "move", id=YOUNG, topic="Fatigue and sleep")
    act(editor, "move", id=YOUNG, topic=words)
    assert desk.digest.shape(desk.digest.issue(MONTH)).moved.get(YOUNG) == topic


def test_a_topic_nobody_knows_is_asked_about(editor: TestClient) -> None:
    """With the nearest name, and what was typed still there."""
    answer = act(editor, "move", id=YOUNG, topic="Fatige and sleep")
    assert answer.status_code == 422
    assert "did you mean &#39;Fatigue and sleep&#39;?" in answer.text and 'value="Fatige and sleep"' in answer.text


def test_what_has_left_cannot_be_shaped(desk: Desk) -> None:
    """There are no forms for it, and one that was open is refused."""
    departures.send(desk.digest, approving.approve(desk.digest, filled(desk.digest), by="ada@example.org"))
    editor = desk.of(EDITOR)
    page = editor.get(HERE)
    assert 'name="do"' not in page.text
    answer = editor.post(f"{HERE}/shape", data={"csrf": csrf(page), "do": "pin", "on": 99, "id": EYES})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "explode", "id": 1},
        {"do": "pin", "id": 99},
        {"do": "pin", "id": "x"},
        {"do": "move", "id": 1, "topic": "none"},
    ],
)
def test_a_form_that_is_none_of_ours_does_nothing(desk: Desk, fields: dict[str, object]) -> None:
    """It is told in words, and nothing is written."""
    issue = filled(desk.digest)
    answer = act(desk.of(EDITOR), **fields)
    assert answer.status_code == 422
    assert desk.digest.store.acts(issue.id) == ()


def test_shaping_needs_a_form_of_ours(desk: Desk) -> None:
    """Another site's form changes nothing."""
    issue = filled(desk.digest)
    fields = {"do": "pin", "id": EYES, "on": 0, "csrf": "0" * 40}
    assert desk.of(EDITOR).post(f"{HERE}/shape", data=fields).status_code == 403
    assert desk.digest.store.acts(issue.id) == ()


def test_the_log_tells_who_did_what(desk: Desk) -> None:
    """With headlines, not numbers; the latest first."""
    issue = filled(desk.digest)
    acts.change(desk.digest, issue, [Pin(summary_id=TIRED)], by="ben@example.org")
    act(desk.of(EDITOR), "exclude", id=EYES, reason="not new")
    page = unescape(desk.of(EDITOR).get(f"{HERE}/log").text)
    assert page.index("Excluded “Optic neuritis") < page.index("Pinned “Walking eased")
    assert "ben@example.org, 1 December" in page


def test_hostile_words_of_an_editor_stay_words(desk: Desk) -> None:
    """In the page, in its forms and in the log."""
    filled(desk.digest, (*ENTRIES, an_entry("x", headline="Multiple sclerosis")))
    editor = desk.of(EDITOR)
    act(
        editor,
        "edit",
        id=TIRED,
        headline='"><script>alert(1)</script>',
        takeaway="</textarea><script>alert(2)</script>",
    )
    act(editor, "exclude", id=EYES, reason="<script>alert(3)</script>")
    for path in ("", "/log", "/preview", "/mail"):
        assert "<script>alert" not in editor.get(f"{HERE}{path}").text
