"""All readers' pages, as tired people read them: on small phones, in the dark, with keys alone, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from digest import correcting
from digest.checks.words import grade
from digest.models import Amendment, Subscriber, SubscriberStatus
from digest.tokens import Purpose
from digest.web.readers import wishes
from tests import axe
from tests.browser import CHROMIUM, HOW_TO_INSTALL, a_browser
from tests.factories import NOW
from tests.web.conftest import EDITOR, Desk, Opener
from tests.web.readers import FORGED, HEADLINES, a_reader, an_issue, letter_link, link, posted, words
from tests.web.serving import served

#: What opens a page: the path to GET, or the path and the fields to POST.
Opened = tuple[str, dict[str, str] | None]

#: What can be pressed: a box or a circle with its label, anything else by itself; links inside a line of text excepted.
TARGETS = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(e => e.getClientRects().length && e.type !== 'hidden'
    && !e.closest('p, li:not(.order li), .skip, .trap, .unseen'))
  .map(e => e.closest('label') || e)
  .map(e => ({what: e.outerHTML.slice(0, 80), ...e.getBoundingClientRect().toJSON()}))
  .filter(r => r.height < 44 || r.width < 44)"""


def _leave(desk: Desk) -> Opened:
    return link(desk, Purpose.UNSUBSCRIBE, a_reader(desk).id), None


def _left(desk: Desk) -> Opened:
    return link(desk, Purpose.UNSUBSCRIBE, a_reader(desk).id), {"stop": "1"}


def _wrong_link(_desk: Desk) -> Opened:
    return f"/u/{FORGED}", None


def _join(_desk: Desk) -> Opened:
    return "/join", None


def _join_wrong(_desk: Desk) -> Opened:
    return "/join", {"email": "nobody", "interest": "vision"}


def _join_sent(_desk: Desk) -> Opened:
    return "/join/sent", None


def _asked_for(desk: Desk) -> str:
    desk.browser().post("/join", data={"email": "new@example.org", "interest": ["vision", "mri"]})
    posted(desk)
    return letter_link(desk, "c")


def _on_a_break(desk: Desk) -> Subscriber:
    return a_reader(desk, paused_until=NOW.date() + timedelta(days=60))


def _ada(desk: Desk) -> Subscriber:
    return a_reader(desk, "ada@example.org", "vision", "fatigue-sleep", "ebv", name="Ada")


def _choices(desk: Desk, path: str = "", **fields: str) -> Opened:
    ada = _ada(desk)
    an_issue(desk)
    return f"{link(desk, Purpose.PREFERENCES, ada.id)}{path}", fields or None


def _letter(desk: Desk, path: str, kind: str, **fields: str) -> str:
    desk.browser().post(f"{link(desk, Purpose.PREFERENCES, _ada(desk).id)}/{path}", data=fields)
    posted(desk)
    return letter_link(desk, kind)


def _archive(desk: Desk, path: str) -> Opened:
    issue = an_issue(desk, send=False)
    wrong = desk.digest.store.items(issue.id)[0].summary.id
    correcting.write(desk.digest, wrong, "It was a third.", kind=Amendment.RETRACTED, by=EDITOR.name)
    return path, None


def _of_an_item(desk: Desk, what: str) -> Opened:
    ada, issue = _ada(desk), an_issue(desk)
    numbers = {item.summary.entry.headline: item.summary.id for item in desk.digest.store.items(issue.id)}
    return f"{link(desk, Purpose.PREFERENCES, ada.id, issue.id)}/{what}/{numbers[HEADLINES[0]]}", None


def _web_version(desk: Desk) -> Opened:
    ada, issue = _ada(desk), an_issue(desk)
    return link(desk, Purpose.WEB_VERSION, ada.id, issue.id), None


def _pause(desk: Desk, fields: dict[str, str] | None = None, **given: Any) -> Opened:
    return link(desk, Purpose.PAUSE, a_reader(desk, **given).id), fields


def _too_often(desk: Desk) -> Opened:
    path = f"{link(desk, Purpose.PREFERENCES, a_reader(desk).id)}/erase"
    for _ in range(3):
        desk.browser().post(path)
    return path, {"erase": "1"}


LEFT = SubscriberStatus.UNSUBSCRIBED


PAGES: dict[str, Callable[[Desk], Opened]] = {
    "leave": _leave,
    "left": _left,
    "fewer": lambda desk: (f"{_leave(desk)[0]}/fewer", {"fewer": "1"}),
    "fewer-left": lambda desk: (f"{link(desk, Purpose.UNSUBSCRIBE, a_reader(desk, status=LEFT).id)}/fewer", {"a": "b"}),
    "choose": lambda desk: _choices(desk, "?done=saved"),
    "choose-tried": lambda desk: _choices(desk, interest="vision", show="1"),
    "choose-wrong": lambda desk: _choices(desk, timezone="Moon"),
    "choose-left": lambda desk: (link(desk, Purpose.PREFERENCES, a_reader(desk, status=LEFT).id), None),
    "choose-paused": lambda desk: (link(desk, Purpose.PREFERENCES, _on_a_break(desk).id), None),
    "choose-no-item": lambda desk: (f"{link(desk, Purpose.PREFERENCES, _ada(desk).id)}/less/4711", None),
    "less": lambda desk: _of_an_item(desk, "less"),
    "more": lambda desk: _of_an_item(desk, "more"),
    "pause": _pause,
    "pause-on": lambda desk: (link(desk, Purpose.PAUSE, _on_a_break(desk).id), None),
    "pause-wrong": lambda desk: _pause(desk, {"until": "soon"}),
    "pause-left": lambda desk: _pause(desk, status=LEFT),
    "paused": lambda desk: _pause(desk, {"months": "3"}),
    "pause-over": lambda desk: _pause(desk, {"end": "1"}),
    "address": lambda desk: (_letter(desk, "address", "a", email="ada@example.net"), None),
    "address-changed": lambda desk: (_letter(desk, "address", "a", email="ada@example.net"), {"yes": "1"}),
    "erase": lambda desk: (_letter(desk, "erase", "e"), None),
    "erased": lambda desk: (_letter(desk, "erase", "e"), {"yes": "1"}),
    "archive": lambda desk: _archive(desk, "/archive"),
    "archived": lambda desk: _archive(desk, "/archive/2026-11"),
    "web-version": _web_version,
    "too-often": _too_often,
    "no-such-page": lambda _desk: ("/nowhere", None),
    "no-such-issue": lambda _desk: ("/archive/1999-01", None),
    "not-a-page": lambda _desk: ("/archive", {"a": "b"}),
    "wrong-link": _wrong_link,
    "join": _join,
    "join-wrong": _join_wrong,
    "join-sent": _join_sent,
    "snippet": lambda _desk: ("/join/snippet", None),
    "confirm": lambda desk: (_asked_for(desk), None),
    "confirmed": lambda desk: (_asked_for(desk), {"yes": "1"}),
}


#: Pages that are mails: their words are the issue's, and their styles stand in them.
MAILS = {"archived", "web-version"}
#: Pages that are another one but for a line in a box that others have, too.
ALIKE = {"no-such-issue", "not-a-page", "choose-left", "choose-paused", "choose-no-item", "more"}


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    """A site with all it can have: an archive, and more than one cadence."""
    return open_desk(archive=True, cadence=["monthly", "quarterly"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(HOW_TO_INSTALL)
    with a_browser() as browser:
        yield browser


def shown(desk: Desk, name: str) -> str:
    path, fields = PAGES[name](desk)
    client = desk.browser()
    return (client.get(path) if fields is None else client.post(path, data=fields)).text


@pytest.mark.parametrize("name", sorted(set(PAGES) - MAILS))
def test_it_is_in_plain_words_and_ours_alone(desk: Desk, name: str) -> None:
    """Eight years of school are enough for every page (Flesch-Kincaid); topics' own names are not ours to judge.

    No style or script stands in a page itself, and nothing in it comes from elsewhere.
    """
    html = shown(desk, name)
    said = sentences(html)
    assert len(said) > 40
    assert grade(said) <= 8
    assert not re.search(r"<style|\sstyle=|<script>|\son\w+=|(src|href|action)=\"https?:", html)


def test_what_stands_in_lists_is_in_plain_words(desk: Desk) -> None:
    """The lines below the topics, taken together, for each is too short to have a grade; and what is chosen from."""
    lines = [topic.description for topic in desk.digest.tree.topics if topic.description]
    offered = [*wishes.CADENCES.values(), *wishes.PARTS.values(), *wishes.ROLES.values()]
    offered += [f"{label}. {hint}" for label, hint in wishes.LENGTHS.values()]
    assert len(lines) == len(desk.digest.tree.topics)
    assert grade(" ".join(lines)) <= 8 and grade(". ".join(offered)) <= 8


def test_what_programs_are_told_is_in_plain_words(desk: Desk) -> None:
    """They show it to people."""
    bodies: list[Any] = [{"email": "new@example.org"}, {"email": "x"}, {"email": "a@example.org", "interests": ["x"]}]
    for body in bodies:
        answer = desk.browser().post("/join.json", json=body)
        assert grade(answer.json()["detail"].rpartition(": ")[2]) <= 8, answer.text


def sentences(html: str) -> str:
    """The words of a page, with a full stop where a heading, a line or a button ends."""
    ours = re.sub(r'(?s)<select.*?</select>|<pre.*?</pre>|<(ul|span) class="topic.*?</\1>', "", html)
    stopped = re.sub(r"</(h\d|p|li|label|legend|button|summary|dt|dd|option|a|span)>", ". ", ours)
    text = re.sub(r"\s*([.?!:])(\s*\.)+", r"\1", words(stopped))
    return re.sub(r"[\w.+-]+@[\w.-]+", "us", text)


@pytest.mark.parametrize("name", sorted(set(PAGES) - ALIKE))
def test_everybody_can_use_it(desk: Desk, browser: Browser, name: str) -> None:
    """On the smallest phone nothing scrolls sideways, every target is as large as a thumb, and axe finds nothing.

    By day and by night. The web version of a mail is byte for byte a mail, and so it is judged by WCAG alone: axe's
    own best practices ask a page for a landmark that mails do not have.
    """
    path, fields = PAGES[name](desk)
    tags = axe.WCAG if name == "web-version" else (*axe.WCAG, "best-practice")
    with served(desk.app) as address:
        # The sandbox that mails are shown in lets no judge run, either.
        context = browser.new_context(viewport={"width": 320, "height": 800}, bypass_csp=name in MAILS)
        page = context.new_page()
        if fields is None:
            page.goto(address + path)
        else:
            page.set_content(_form(address + path, fields))
            with page.expect_navigation(wait_until="load"):
                page.click("button")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert page.evaluate(TARGETS) == []
        axe.load(page)
        assert axe.faults(page, *tags) == []
        page.emulate_media(color_scheme="dark")
        assert axe.faults_of_colour(page) == []
        context.close()


def _form(url: str, fields: dict[str, str]) -> str:
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    return f'<form method="post" action="{url}">{inputs}<button>Go</button></form>'
