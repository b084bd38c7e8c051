"""Signing in by a mailed link: who is known gets one, and nobody learns who is."""

from __future__ import annotations

import logging
import re
import time

import httpx2 as httpx
import pytest

from digest.errors import TransportError
from digest.web.desk.entrance import mail_link
from tests.web.conftest import EDITOR, Desk

SAID = "If this address is known here, a link is on its way to it."


def ask(desk: Desk, address: str) -> httpx.Response:
    return desk.browser().post("/desk/sign-in", data={"address": address})


def arrived(desk: Desk, number: int = 1) -> list[str]:
    """The text of the mails, once so many are there."""
    for _ in range(200):
        if len(desk.transport.inbox) >= number:
            break
        time.sleep(0.05)
    return [mail.data.decode() for mail in desk.transport.inbox]


def test_a_link_is_mailed_to_who_is_known(desk: Desk) -> None:
    """It opens the page that asks, whose button signs in; once."""
    ask(desk, "Editor@Example.org")
    (mail,) = arrived(desk)
    unfolded = mail.replace("=\r\n", "")
    path = re.search(r"http://localhost:8000(/desk/enter/[\w-]+)", unfolded)[1]
    browser = desk.browser()
    assert EDITOR.name in browser.get(path).text
    assert browser.post(path).status_code == 303
    assert browser.get("/desk").status_code == 200
    assert desk.browser().post(path).status_code == 404


def test_the_link_leads_where_somebody_was_going(desk: Desk) -> None:
    """From the page they were turned away from, through the mail, to that page; never to another site."""
    browser = desk.browser()
    asked = browser.get("/desk/issues/2026-11/send").headers["location"]
    goal = re.search(r'name="next" value="([^"]+)"', browser.get(asked).text)[1]
    again = browser.post("/desk/sign-in", data={"address": EDITOR.name, "next": goal})
    assert again.headers["location"] == asked
    browser.post("/desk/sign-in", data={"address": EDITOR.name, "next": "https://evil.example/desk"})
    first, second = (mail.replace("=\r\n", "").replace("=3D", "=") for mail in arrived(desk, 2))
    path = re.search(r"http://localhost:8000(/desk/enter/[\w-]+\?next=[\w/-]+)", first)[1]
    goal = re.search(r'name="next" value="([^"]+)"', browser.get(path).text)[1]
    assert browser.post(path, data={"next": goal}).headers["location"] == "/desk/issues/2026-11/send"
    assert "evil" not in second and "next=" not in second


def test_a_stranger_gets_the_same_answer_and_no_mail(desk: Desk) -> None:
    """Nobody can find out who works here."""
    known, unknown = ask(desk, EDITOR.name), ask(desk, "stranger@example.org")
    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    assert known.headers["set-cookie"] == unknown.headers["set-cookie"]
    assert len(arrived(desk)) == 1


def test_the_answer_is_said_on_the_page(desk: Desk) -> None:
    """In words that promise nothing."""
    browser = desk.browser()
    browser.post("/desk/sign-in", data={"address": EDITOR.name})
    assert SAID in browser.get("/desk/sign-in").text


def test_nobody_is_flooded_with_links(desk: Desk) -> None:
    """Five an hour to one address, known or not; ten an hour from one place."""
    for address in (EDITOR.name, "stranger@example.org"):
        answers = [ask(desk, address).status_code for _ in range(5)]
        assert answers == [303] * 5
    assert ask(desk, "other@example.org").status_code == 429


@pytest.mark.parametrize("address", [EDITOR.name, "stranger@example.org"])
def test_one_address_is_limited_whoever_asks(desk: Desk, address: str) -> None:
    """The sixth time within an hour, and alike for both."""
    assert [ask(desk, address).status_code for _ in range(6)] == [303] * 5 + [429]


def test_another_site_cannot_ask(desk: Desk) -> None:
    """A form elsewhere mails nobody."""
    answer = desk.browser().post(
        "/desk/sign-in", data={"address": EDITOR.name}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403 and desk.transport.inbox == []


def test_no_address_reaches_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Not even when the mail cannot be sent."""
    caplog.set_level(logging.INFO)
    desk.transport.trouble = "no route"
    with pytest.raises(TransportError):
        mail_link(desk.digest, EDITOR.name)
    ask(desk, EDITOR.name)
    for _ in range(200):
        if "TransportError" in caplog.text:
            break
        time.sleep(0.05)
    assert "TransportError" in caplog.text and EDITOR.name not in caplog.text
