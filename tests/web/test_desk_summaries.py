"""Summaries at the desk: found by words, read with what they were before, put right for exactly those who got them."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

import httpx2 as httpx
import pytest
from lxml.html import fromstring
from starlette.testclient import TestClient

from digest import approving, departures
from digest.models import Bullets, CorrectionState, Section, SectionRole
from tests.factories import NOW, an_entry
from tests.web.conftest import EDITOR, Desk, csrf
from tests.web.sample import filled, with_a_document

HERE = "/desk/summaries"
SENTENCE = "We wrote that walking helps everybody; it helped some."


@pytest.fixture
def editor(desk: Desk) -> TestClient:
    """An editor, after November's issue was sent: two readers got summary 1 in full."""
    departures.send(desk.digest, approving.approve(desk.digest, filled(desk.digest), by="ada@example.org"))
    return desk.of(EDITOR)


def press(browser: TestClient, path: str, **fields: Any) -> httpx.Response:
    return browser.post(path, data={"csrf": csrf(browser.get("/desk")), **fields})


def correct(browser: TestClient, **fields: Any) -> httpx.Response:
    return press(browser, f"{HERE}/1/correct", kind="corrected", sentence=SENTENCE, **fields)


@pytest.mark.parametrize(
    ("question", "found", "missing"),
    [
        ("?q=eased", "Walking eased fatigue", "Longer nights"),
        ("?q=optic+neuritis", "Optic neuritis", "Walking eased"),
        ("", "Longer nights", "Nothing has all these words"),
        ("?q=zebra", "Nothing has all these words", "Longer nights"),
        ("?q=eased&age=31", "Walking eased fatigue", "Longer nights"),
    ],
)
def test_summaries_are_found_by_their_words(editor: TestClient, question: str, found: str, missing: str) -> None:
    """All the words; without any the newest; with a choice of how long ago."""
    page = editor.get(f"{HERE}{question}").text
    assert found in page and missing not in page


def test_they_are_found_by_topic(editor: TestClient, desk: Desk) -> None:
    """By the topic an issue has them under."""
    number = [topic.id for topic in desk.digest.tree.topics].index("pediatric")
    page = editor.get(f"{HERE}?t={number}").text
    assert "Pediatric multiple sclerosis" in page and "Walking eased" not in page


@pytest.mark.parametrize("question", ["?q=%22", "?q=*", "?q=-", "?q=a%00b", "?t=x", "?t=99999", "?age=-1", "?page=0"])
def test_odd_questions_find_something_or_nothing(editor: TestClient, question: str) -> None:
    """Never a fault."""
    assert editor.get(f"{HERE}{question}").status_code == 200


def test_a_summary_says_where_it_was_printed(editor: TestClient) -> None:
    """And one that is not there is no page."""
    assert "November 2026</a>: 3 readers" in editor.get(f"{HERE}/1").text
    assert editor.get(f"{HERE}/99").status_code == 404


def test_a_summary_shows_what_it_said_before(editor: TestClient, desk: Desk) -> None:
    """Every revision stays to be read."""
    desk.digest.store.add_entries(
        [an_entry("tired", headline="Other words, multiple sclerosis", fingerprint="2")], now=NOW
    )
    page = editor.get(f"{HERE}/1").text
    assert "<h1>Other words, multiple sclerosis</h1>" in page
    assert "Revision 1" in page and "<strong>Walking eased fatigue in multiple sclerosis</strong>" in page


def test_a_correction_says_first_whom_it_concerns(editor: TestClient, desk: Desk) -> None:
    """How many got it, and what they will read; nothing is done yet."""
    page = correct(editor).text
    assert "3 readers got it" in page
    assert "A correction to what we sent you (November 2026)" in page
    assert SENTENCE in page and desk.digest.store.corrections() == ()


def test_a_correction_waits_for_the_next_issue(editor: TestClient, desk: Desk) -> None:
    """It stands, with who wrote it, and nothing is mailed now."""
    before = len(desk.transport.inbox)
    correct(editor, when="next")
    (standing,) = desk.digest.store.corrections(CorrectionState.STANDING)
    assert (standing.sentence, standing.by) == (SENTENCE, EDITOR.name)
    assert len(desk.transport.inbox) == before
    assert SENTENCE in editor.get(f"{HERE}/1").text


def test_a_correction_is_mailed_at_once(editor: TestClient, desk: Desk) -> None:
    """To exactly those who got it, once; its way can be watched like an issue's."""
    got = {mail.recipient for mail in desk.transport.inbox if b"Walking eased" in mail.data}
    before = len(desk.transport.inbox)
    answer = correct(editor, when="once")
    assert answer.headers["location"] == "/desk/issues/correction-1/send"
    for _ in range(400):
        if not departures.is_open(desk.digest, desk.digest.letters()[0]):
            break
        time.sleep(0.05)
    told = [mail.recipient for mail in desk.transport.inbox[before:]]
    assert sorted(told) == sorted(set(told)) and set(told) <= got and told
    assert editor.get("/desk/issues/correction-1/send").status_code == 200


def test_a_correction_pressed_twice_is_mailed_once(editor: TestClient, desk: Desk) -> None:
    """The second press leads to the mail that the first one sent."""
    answers = [correct(editor, when="once") for _ in range(2)]
    assert [one.headers["location"] for one in answers] == ["/desk/issues/correction-1/send"] * 2
    assert len(desk.digest.store.corrections()) == len(desk.digest.letters()) == 1


def test_what_stands_is_mailed_at_once_after_all(editor: TestClient, desk: Desk) -> None:
    """It was to wait for the next issue; its page offers the mail, and counts who was not told."""
    correct(editor, when="next")
    assert "Mail it at once" in editor.get(f"{HERE}/1").text
    asked = correct(editor).text
    assert "3 readers got it, and were not told yet" in asked and 'value="next"' not in asked
    assert correct(editor, when="next").status_code == 409
    assert correct(editor, when="once").headers["location"] == "/desk/issues/correction-1/send"
    page = editor.get(f"{HERE}/1").text
    assert "Mail it at once" not in page and "Mailed on" in page
    assert len(desk.digest.store.corrections()) == 1


@pytest.mark.parametrize("fields", [{"sentence": " "}, {"kind": "wrong"}, {"kind": ""}])
def test_a_correction_needs_a_kind_and_a_sentence(editor: TestClient, desk: Desk, fields: dict[str, str]) -> None:
    """What was typed stays."""
    answer = press(editor, f"{HERE}/1/correct", **{"kind": "corrected", "sentence": SENTENCE, **fields})
    assert answer.status_code == 422 and desk.digest.store.corrections() == ()
    assert fields.get("sentence", SENTENCE).strip() in answer.text


def test_who_never_got_it_is_not_told(desk: Desk) -> None:
    """Of a summary that was not sent, the page says so."""
    filled(desk.digest)
    assert "Nobody got it yet" in correct(desk.of(EDITOR)).text


def test_a_list_keeps_its_numbers(editor: TestClient, desk: Desk) -> None:
    """Shown as its source numbered it."""
    points = Bullets(("Sleep.", "Pain."), ordered=True, start=4)
    section = Section(role=SectionRole.FINDINGS, blocks=(points,))
    desk.digest.store.add_entries([an_entry("numbered", sections=(section,))], now=NOW)
    page = editor.get(HERE).text
    number = page.partition(f'href="{HERE}/')[2].partition('"')[0]
    assert '<ol start="4">' in editor.get(f"{HERE}/{number}").text


def test_how_a_summary_was_read(editor: TestClient, desk: Desk) -> None:
    """Its parts with their reasons, beside the document and what was left out of it."""
    number = with_a_document(desk.digest)
    page = editor.get(f"/desk/summaries/{number}/read").text
    for words in ("What they found", "by its heading", "Left out: a label of the page", "Advertisement"):
        assert words in page
    assert f"/desk/summaries/{number}/read" in editor.get(f"/desk/summaries/{number}").text


def test_each_line_of_a_document_leads_to_its_part_and_back(editor: TestClient, desk: Desk) -> None:
    """Also what is left out stands between; the names of the parts come first, then the document, then its parts."""
    number = with_a_document(desk.digest)
    page = fromstring(editor.get(f"/desk/summaries/{number}/read").text)
    names = page.xpath("//nav[@aria-label='Its parts']//a")
    assert [one.text for one in names] == ["What they found", "Important considerations"]
    led = {one.text: one.get("href") for one in page.xpath("//*[@class='small went-to']/a")}
    assert led == {one.text: one.get("href") for one in names}
    lines = {one.get("id"): one.get("class").split()[0] for one in page.xpath("//*[starts-with(@id, 'line-')]")}
    assert list(lines.values()) == ["nowhere", *["went"] * 6, "left-out"]
    back = page.xpath("//*[contains(@class, 'stands-at')]/a")
    assert [(one.get("href"), one.text) for one in back] == [("#line-1", "What They Found"), ("#line-5", "Limitations")]
    order = [one.get("id") or "nav" for one in page.xpath("//nav[@aria-label='Its parts']|//h2")]
    assert order == ["nav", "document", "parts"]


def test_how_a_summary_was_read_where_nothing_was_kept(editor: TestClient) -> None:
    """The page says so; of a summary that is none there is no page."""
    assert "was not kept" in editor.get("/desk/summaries/1/read").text
    assert editor.get("/desk/summaries/999/read").status_code == HTTPStatus.NOT_FOUND
