"""Joining: a form, a mail that asks, one press that confirms; and nobody learns who reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from digest.models import Cadence, SubscriberStatus
from tests.web.conftest import BASE, Desk, Opener
from tests.web.readers import FORGED, a_reader, letter_link, posted, reader, words

FORM = {"email": "new@example.org", "interest": ["vision", "btk"], "cadence": "monthly", "role": "carer"}
JSON = {"email": "new@example.org", "interests": ["vision", "btk"], "cadence": "monthly", "role": "carer"}
SITE = "https://www.example.org"


def ask(desk: Desk, **fields: Any) -> Any:
    return desk.browser().post("/join", data={**FORM, **fields})


def confirm_link(desk: Desk) -> str:
    """The path of the link in the letter that asks."""
    ask(desk)
    posted(desk)
    return letter_link(desk, "c")


def test_the_newsletters_address_leads_to_the_form(open_desk: Opener) -> None:
    """Also where the site is a folder of another one."""
    assert open_desk().browser().get("/").headers["location"] == "/join"
    below = open_desk(base_url="http://localhost:8000/news")
    assert below.browser(base="http://localhost:8000").get("/news/").headers["location"] == "/news/join"


def test_the_form_says_what_is_kept(desk: Desk) -> None:
    """Before anything is sent: what, and why, and that it speaks of health."""
    page = words(desk.browser().get("/join").text)
    assert "What we keep, and why" in page and "say something about your health" in page


def test_a_network_is_named_where_it_is_kept(open_desk: Opener) -> None:
    """What the operator turned on is said; what they did not is not."""
    assert "IP address" not in words(open_desk().browser().get("/join").text)
    keeping = open_desk(readers={"keep_network": True})
    assert "IP address" in words(keeping.browser().get("/join").text)


def test_a_wish_becomes_a_reader_by_one_press(desk: Desk) -> None:
    """Form, letter, page, press: then they are a reader with what they chose, and the proof that they wanted it."""
    assert ask(desk).headers["location"] == "/join/sent"
    assert reader(desk, "new@example.org").status is SubscriberStatus.UNCONFIRMED
    posted(desk)
    path = letter_link(desk, "c")
    page = words(desk.browser().get(path).text)
    assert "new@example.org" in page and "Eyes and vision" in page
    assert "You are in" in desk.browser().post(path).text
    new = reader(desk, "new@example.org")
    assert new.status is SubscriberStatus.ACTIVE and new.profile.interests == ("vision", "btk")
    assert (new.cadence, new.role) == (Cadence.MONTHLY, "carer")
    assert (
        new.consent is not None
        and new.consent.method == "double-opt-in, web form"
        and new.consent.text_version == desk.digest.settings.readers.consent_version
    )
    assert new.consent.network == ""


def test_the_letter_names_no_topic(desk: Desk) -> None:
    """Somebody else may have filled in the form: the mail says nothing of what they ticked."""
    ask(desk)
    posted(desk)
    assert b"vision" not in desk.transport.inbox[0].data.lower()


def test_opening_the_link_confirms_nothing(desk: Desk) -> None:
    """A scanner that opens every link makes nobody a reader."""
    path, scanner = confirm_link(desk), desk.browser()
    scanner.head(path)
    scanner.get(path)
    assert reader(desk, "new@example.org").status is SubscriberStatus.UNCONFIRMED


def test_confirming_twice_is_as_good_as_once(desk: Desk) -> None:
    """A double press, or going back to the mail, shows the same page."""
    path, browser = confirm_link(desk), desk.browser()
    assert browser.post(path).text == browser.post(path).text
    assert browser.get(path).status_code == 200


def test_a_link_that_is_over_says_what_to_do(open_desk: Opener) -> None:
    """After its days it leads to the page of all links that lead nowhere."""
    path = confirm_link(open_desk())
    late = open_desk(days_later=8).browser()
    assert late.get(path).status_code == late.post(path).status_code == 404
    assert late.get(path).text == late.get(f"/c/{FORGED}").text


@pytest.mark.parametrize("who", ["nobody", "reader", "left", "asked before", "caught in the trap"])
def test_everybody_is_answered_alike(desk: Desk, who: str) -> None:
    """Whoever asks about an address learns nothing: status, headers and words are the same."""
    if who == "asked before":
        ask(desk)
    elif who in ("reader", "left"):
        status = SubscriberStatus.UNSUBSCRIBED if who == "left" else SubscriberStatus.ACTIVE
        a_reader(desk, "new@example.org", status=status)
    stranger = ask(desk, email="stranger@example.org")
    known = ask(desk, **({"website": "https://spam.example"} if who == "caught in the trap" else {}))
    assert (known.status_code, known.content, dict(known.headers)) == (303, b"", dict(stranger.headers))


def test_the_trap_catches_what_fills_in_everything(desk: Desk) -> None:
    """A program that writes into the field nobody sees is told the same, and nothing is kept or sent."""
    ask(desk, website="https://spam.example")
    assert posted(desk) == 0 and not list(desk.digest.store.subscribers())


def test_people_do_not_meet_the_trap(desk: Desk) -> None:
    """Neither by sight, nor by key, nor by ear, nor by their browser's memory."""
    page = desk.browser().get("/join").text
    trap = re.search(r'<div class="trap" aria-hidden="true">.*?name="website"([^>]*)>', page)
    assert trap and 'tabindex="-1"' in trap[1] and 'autocomplete="off"' in trap[1]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "no address"}, "This is no email address"),
        ({"email": ""}, "This is no email address"),
        ({"cadence": "weekly"}, "Choose one of monthly"),
        ({"interest": ["nonsense"]}, "One of the topics is none of ours"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_lost(desk: Desk, fields: dict[str, Any], said: str) -> None:
    """The form comes back with what was ticked in it."""
    answer = ask(desk, **fields)
    assert answer.status_code == 422 and said in words(answer.text)
    assert "selected" in answer.text and posted(desk) == 0


def test_too_many_from_one_network_wait(open_desk: Opener) -> None:
    """After so many within an hour nobody there is answered for a while, whatever they ask."""
    desk = open_desk(readers={"asks_an_hour": 3})
    answers = [ask(desk, email=f"reader{number}@example.org").status_code for number in range(5)]
    assert answers == [303, 303, 303, 429, 429]


def test_one_address_is_not_flooded(desk: Desk) -> None:
    """However often somebody asks for it, its owner is asked once."""
    for _ in range(5):
        ask(desk)
    assert posted(desk) == 1


def call(desk: Desk, body: Any = JSON, **headers: str) -> Any:
    return desk.browser().post(
        "/join.json", json=body, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )


def test_a_program_can_ask_too(desk: Desk) -> None:
    """The same in JSON: 202, the letter, and how it was asked in the proof."""
    answer = call(desk)
    assert answer.status_code == 202 and set(answer.json()) == {"detail"}
    posted(desk)
    desk.browser().post(letter_link(desk, "c"))
    new = reader(desk, "new@example.org")
    assert (
        new.profile.interests == ("vision", "btk")
        and new.consent is not None
        and new.consent.method == "double-opt-in, json"
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "email"),
        ({"email": "x"}, "no email address"),
        ({**JSON, "status": "active"}, "status"),
        ({**JSON, "interests": "vision"}, "interests"),
        ({**JSON, "cadence": "yearly"}, "cadence"),
        ([], "body"),
    ],
)
def test_a_program_is_told_what_is_wrong(desk: Desk, body: Any, said: str) -> None:
    """In problem+json (RFC 9457), naming the key."""
    answer = call(desk, body)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"] and posted(desk) == 0


def test_the_answer_in_json_is_alike_for_all(desk: Desk) -> None:
    """Known, unknown and caught in the trap."""
    a_reader(desk)
    answers = [call(desk, {"email": "ada@example.org"}), call(desk), call(desk, {**JSON, "website": "x"})]
    assert len({(one.status_code, one.text) for one in answers}) == 1


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(SITE, True), ("http://localhost:8000", True), ("https://evil.example", False), ("null", False)],
)
def test_only_named_sites_may_call_from_their_pages(open_desk: Opener, origin: str, allowed: bool) -> None:
    """The browser asks first; a site that is not named is refused then, and if it calls all the same."""
    desk = open_desk(readers={"join_from": [SITE]})
    first = desk.browser().options("/join.json", headers={"origin": origin, "access-control-request-method": "POST"})
    answer = call(desk, origin=origin)
    assert (first.status_code, answer.status_code) == ((204, 202) if allowed else (403, 403))
    for one in (first, answer):
        assert one.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert "access-control-allow-credentials" not in one.headers and one.headers["vary"] == "Origin"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_a_page_can_send_without_asking_is_not_read(desk: Desk, kind: str) -> None:
    """Only JSON makes a browser ask first (Fetch, simple requests)."""
    answer = desk.browser().post("/join.json", content=b'{"email": "new@example.org"}', headers={"content-type": kind})
    assert answer.status_code == 415 and posted(desk) == 0


def test_what_the_docs_say_to_copy_works(desk: Desk) -> None:
    """The form for other sites, filled in by a person, and the JSON for programs; the form is that of the site."""
    text = (Path(__file__).parents[2] / "docs" / "readers.md").read_text(encoding="utf-8")
    snippet = html.document_fromstring(desk.browser().get("/join/snippet").text).findtext(".//pre/code") or ""
    form = html.fragment_fromstring(snippet)
    fields = {**dict.fromkeys(form.fields, ""), "email": "new@example.org"}
    assert form.action == f"{BASE}/join" and set(fields) == {"email", "website"}
    assert desk.browser().post("/join", data=fields).headers["location"] == "/join/sent" and posted(desk) == 1
    in_docs = text.partition("```html\n")[2].partition("```")[0].replace("https://digest.example.org", BASE)
    assert in_docs.strip() == snippet
    body = json.loads(text.partition("```json\n")[2].partition("```")[0])
    assert call(desk, {**body, "email": "other@example.org"}).status_code == 202 and posted(desk) == 2


def test_a_form_on_another_site_works(desk: Desk) -> None:
    """The snippet for other sites is a plain form: it needs no script and no entry in the settings."""
    headers = {"origin": SITE, "sec-fetch-site": "cross-site"}
    answer = desk.browser().post("/join", data={"email": "new@example.org"}, headers=headers)
    assert answer.headers["location"] == "/join/sent"
    assert reader(desk, "new@example.org").cadence is Cadence.MONTHLY
