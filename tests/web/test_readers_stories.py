"""Readers' stories in a real browser: without a script, by keys alone; and the one thing that a script adds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from digest.models import Cadence, SubscriberStatus
from digest.tokens import Purpose
from tests.browser import CHROMIUM, HOW_TO_INSTALL, a_browser
from tests.web.conftest import Desk, Opener
from tests.web.readers import HEADLINES, a_reader, an_issue, letter_link, link, posted, reader
from tests.web.serving import served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=HOW_TO_INSTALL)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    return open_desk(cadence=["monthly", "quarterly"])


@contextmanager
def opened(desk: Desk, browser: Browser, path: str, *, script: bool = False) -> Iterator[Page]:
    """A page of the site on a phone, whose reader has no mouse."""
    with served(desk.app) as address:
        context = browser.new_context(
            base_url=address, viewport={"width": 360, "height": 740}, java_script_enabled=script
        )
        page = context.new_page()
        page.goto(path)
        yield page
        context.close()


def tab_to(page: Page, words: str) -> None:
    """Press the tab key until what says or is called this has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and words in (focused.get_attribute("name"), focused.inner_text().strip()):
            return
    raise AssertionError(f"no key leads to {words!r}")


def test_joining(desk: Desk, browser: Browser) -> None:
    """Address, a group opened, a topic ticked, the form sent; the link in the letter opened, and yes said."""
    with opened(desk, browser, "/join") as page:
        tab_to(page, "email")
        page.keyboard.type("new@example.org")
        page.locator("summary", has_text="Symptoms").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Eyes and vision").focus()
        page.keyboard.press("Space")
        tab_to(page, "Send me the link")
        page.keyboard.press("Enter")
        page.wait_for_url("**/join/sent")
        posted(desk)
        page.goto(letter_link(desk, "c"))
        tab_to(page, "Yes, send me the mails")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Welcome").wait_for()
    new = reader(desk, "new@example.org")
    assert new.status is SubscriberStatus.ACTIVE and new.profile.interests == ("vision",)


def test_choosing_and_trying(desk: Desk, browser: Browser) -> None:
    """A topic goes up and keeps the focus, the mail is tried, the choices are saved."""
    ada = a_reader(desk, "ada@example.org", "vision", "fatigue-sleep")
    an_issue(desk)
    with opened(desk, browser, link(desk, Purpose.PREFERENCES, ada.id)) as page:
        page.get_by_role("button", name="Up: Fatigue and sleep").focus()
        page.keyboard.press("Enter")
        page.get_by_text("not saved yet").wait_for()
        page.get_by_label("Every three months").focus()
        page.keyboard.press("Space")
        page.get_by_label("Every month").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Show my mail").focus()
        page.keyboard.press("Enter")
        page.get_by_text(HEADLINES[0]).wait_for()
        page.get_by_role("button", name="Save", exact=True).last.focus()
        page.keyboard.press("Enter")
        page.get_by_text("Saved.").wait_for()
    assert reader(desk).profile.interests == ("fatigue-sleep", "vision") and reader(desk).cadence is Cadence.MONTHLY


def test_the_enter_key_in_a_field_saves(desk: Desk, browser: Browser) -> None:
    """It never moves a topic, which would be the first button of the form otherwise."""
    ada = a_reader(desk, "ada@example.org", "vision", "fatigue-sleep")
    with opened(desk, browser, link(desk, Purpose.PREFERENCES, ada.id)) as page:
        page.get_by_label("Your name").fill("Ada")
        page.keyboard.press("Enter")
        page.get_by_text("Saved.").wait_for()
    assert reader(desk).name == "Ada" and reader(desk).profile.interests == ("vision", "fatigue-sleep")


def test_the_preview_follows_while_they_choose(desk: Desk, browser: Browser) -> None:
    """With a script the mail changes by itself, and nothing is saved by it."""
    ada = a_reader(desk, "ada@example.org", "vision")
    an_issue(desk)
    with opened(desk, browser, link(desk, Purpose.PREFERENCES, ada.id), script=True) as page:
        page.locator("summary", has_text="Causes").first.click()
        page.locator("input[name=interest][value=ebv]").check()
        page.locator("#preview").get_by_text(HEADLINES[3]).wait_for()
    assert reader(desk).profile.interests == ("vision",)


def test_a_break_then_the_end(desk: Desk, browser: Browser) -> None:
    """Pause by one key, think again, stop the mails, say why."""
    ada = a_reader(desk)
    with opened(desk, browser, link(desk, Purpose.PAUSE, ada.id)) as page:
        tab_to(page, "3 months")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Enjoy your break").wait_for()
        assert reader(desk).paused_until is not None
        page.goto(link(desk, Purpose.UNSUBSCRIBE, ada.id))
        tab_to(page, "Yes, stop the mails")
        page.keyboard.press("Enter")
        tab_to(page, "Too often")
        page.keyboard.press("Enter")
        page.get_by_text("That helps us").wait_for()
    assert reader(desk).status is SubscriberStatus.UNSUBSCRIBED
