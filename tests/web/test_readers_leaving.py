"""Leaving: one press, or one call by the reader's mailbox; at once, always, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from digest.models import SubscriberStatus
from digest.tokens import Purpose
from tests.web.conftest import Desk
from tests.web.readers import FORGED, a_reader, link, reader

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def the_link(desk: Desk) -> str:
    return link(desk, Purpose.UNSUBSCRIBE, a_reader(desk).id)


def has_left(desk: Desk) -> bool:
    return reader(desk).status is SubscriberStatus.UNSUBSCRIBED


def test_the_page_asks_and_changes_nothing(desk: Desk) -> None:
    """A program that opens or looks up every link of a mail unsubscribes nobody."""
    path, browser = the_link(desk), desk.browser()
    assert "Yes, stop the mails" in browser.get(path).text
    assert browser.head(path).status_code == 200 and browser.head(path).content == b""
    assert not has_left(desk)


@pytest.mark.parametrize(
    "body",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"data": {}},
        {"content": b"\xff\x00", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"\xff\x00", "headers": {"content-type": "text/plain"}},
    ],
    ids=["urlencoded", "multipart", "empty", "broken", "of no known kind"],
)
def test_one_click_stops_the_mails(desk: Desk, body: dict[str, Any]) -> None:
    """RFC 8058: as a mailbox posts it, without a cookie; answered by 200, no redirect and no cookie."""
    answer = desk.browser().post(the_link(desk), **body)
    assert answer.status_code == 200 and "have stopped" in answer.text
    assert "set-cookie" not in answer.headers
    assert has_left(desk)


def test_a_second_time_is_as_good_as_the_first(desk: Desk) -> None:
    """Mailboxes try again; the answer and what is stored stay the same."""
    path, browser = the_link(desk), desk.browser()
    answers = [browser.post(path, data=ONE_CLICK) for _ in range(3)]
    assert {answer.text for answer in answers} == {answers[0].text} and answers[0].status_code == 200
    assert has_left(desk)


def test_who_is_not_known_any_more_reads_the_same(desk: Desk) -> None:
    """Nobody learns from the answer whether somebody is, or was, a reader."""
    known, browser = the_link(desk), desk.browser()
    unknown = link(desk, Purpose.UNSUBSCRIBE, 4_711)
    assert browser.get(unknown).text.replace(unknown, known) == browser.get(known).text
    assert browser.post(unknown, data=ONE_CLICK).text == browser.post(known, data=ONE_CLICK).text


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.UNSUBSCRIBE])
def test_a_link_for_something_else_does_not_unsubscribe(desk: Desk, purpose: Purpose) -> None:
    """Each link is for one thing."""
    path, browser = the_link(desk), desk.browser()
    other = link(desk, Purpose.UNSUBSCRIBE, 1)
    wrong = "/u/" + desk.digest.signer.sign(purpose, desk.digest.signer.read(Purpose.UNSUBSCRIBE, other[3:]))
    assert browser.post(wrong, data=ONE_CLICK).status_code == browser.get(wrong).status_code == 404
    assert path and not has_left(desk)


@pytest.mark.parametrize("token", [FORGED, "x", "A" * 5_000, "%00", "ä"])
def test_a_wrong_link_says_what_to_do(desk: Desk, token: str) -> None:
    """One page for all of them: no traceback, and no word on what was wrong."""
    browser = desk.browser()
    assert {browser.get(f"/u/{token}").text, browser.post(f"/u/{token}").text} == {browser.get(f"/u/{FORGED}").text}
    assert browser.get(f"/u/{token}").status_code == 404
    assert "Here is what you can do" in browser.get(f"/u/{token}").text
