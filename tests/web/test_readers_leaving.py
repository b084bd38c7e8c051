"""Leaving: one press, or one call by the reader's mailbox; at once, always, and by nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from digest.leaving import Reason
from digest.models import Cadence, SubscriberStatus
from digest.tokens import Purpose
from tests.web.conftest import Desk, Opener
from tests.web.readers import FORGED, a_reader, an_issue, link, reader, words

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def the_link(desk: Desk) -> str:
    return link(desk, Purpose.UNSUBSCRIBE, a_reader(desk).id)


def without_tokens(page: str) -> str:
    return re.sub(r"/[us]/[A-Za-z0-9_-]{38}", "/T", page)


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


@pytest.mark.parametrize("reason", list(Reason))
def test_a_reason_may_be_given_in_one_press(desk: Desk, reason: Reason) -> None:
    """Afterwards, never before; it is kept with the mails it is about, and thanked for."""
    path, browser = the_link(desk), desk.browser()
    assert "Will you tell us why?" in browser.post(path).text
    assert "Thank you. That helps us." in browser.post(path, data={"reason": reason.value}).text
    assert reason.value in [one.detail for one in desk.digest.store.feedback("ada@example.org")]


def test_an_invented_reason_is_none(desk: Desk) -> None:
    """A machine's words are not kept; the mails stop all the same."""
    assert "Will you tell us why?" in desk.browser().post(the_link(desk), data={"reason": "x" * 900}).text
    assert has_left(desk) and not desk.digest.store.feedback("ada@example.org")


def test_fewer_mails_are_offered_and_never_in_the_way(open_desk: Opener) -> None:
    """The first button stops the mails; below it stands the rarer cadence, and a press of it leaves them a reader."""
    desk = open_desk(cadence=["monthly", "quarterly"])
    path, browser = the_link(desk), desk.browser()
    page = browser.get(path).text
    assert page.index("Yes, stop the mails") < page.index("Write to me every three months") < page.index("Take a break")
    assert browser.get(f"{path}/fewer").headers["location"] == path and reader(desk).cadence is Cadence.MONTHLY
    assert "every three months" in words(browser.post(f"{path}/fewer").text)
    assert reader(desk).cadence is Cadence.QUARTERLY and not has_left(desk)
    assert "Write to me" not in browser.get(path).text


def test_fewer_mails_are_no_way_back(open_desk: Opener) -> None:
    """Who has left, goes back a page and presses there is told that they left, and how to join again."""
    desk = open_desk(cadence=["monthly", "quarterly"])
    path, browser = the_link(desk), desk.browser()
    browser.post(path)
    assert "Write to me" not in browser.get(path).text
    assert "join again" in browser.post(f"{path}/fewer").text
    assert has_left(desk) and reader(desk).cadence is Cadence.MONTHLY


def test_mails_already_claimed_do_not_leave(desk: Desk) -> None:
    """Effective at once: who leaves while their issue is being sent does not get it."""
    ada = a_reader(desk)
    issue = an_issue(desk, send=False)
    (claim,) = desk.digest.store.claim(issue.id, "worker", limit=9, lease=60, now=desk.digest.clock())
    desk.browser().post(link(desk, Purpose.UNSUBSCRIBE, ada.id, issue.id), data=ONE_CLICK)
    assert not desk.digest.store.record([], [claim], "worker", lease=60, now=desk.digest.clock())


def test_who_is_not_known_any_more_reads_the_same(desk: Desk) -> None:
    """Nobody learns from the answer whether somebody is, or was, a reader."""
    known, browser = the_link(desk), desk.browser()
    unknown = link(desk, Purpose.UNSUBSCRIBE, 4_711)
    for ask in (browser.get, browser.post):
        assert without_tokens(ask(unknown).text) == without_tokens(ask(known).text)


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
