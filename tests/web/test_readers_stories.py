"""Readers' stories in a real browser: without a script, by keys alone; and the one thing that a script adds.

Nothing is clicked or focused but by Tab, Shift-Tab, Space, Enter and the arrows, and each step of the way is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from digest.models import Cadence, Length, SubscriberStatus
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
            base_url=address,
            viewport={"width": 360, "height": 740},
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(path)
        yield page
        context.close()


#: What has the focus: all it is called by, and whether it is seen there: a line around it, on the screen, under nothing
#: else.
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width, innerWidth - box.left) / 2, box.top + Math.min(box.height, 20) / 2];
  const top = document.elementFromPoint(x, y);
  const words = (e.closest('label') || e).innerText || '';
  return {called: [e.name, e.getAttribute('aria-label'), words.trim(), words.trim().split(/\\n| {2}/)[0]],
    around: style.outline, top: top && top.outerHTML.slice(0, 80), box: [box.left, box.top, box.right, box.bottom],
    seen: (style.outlineStyle === 'auto' || style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2)
      && box.bottom > 0 && box.top < innerHeight && (e.contains(top) || Boolean(top && top.contains(e)))}; }"""


def tab_to(page: Page, words: str, *, key: str = "Tab") -> None:
    """Press the key until what says or is called this has the focus; every stop on the way is seen."""
    for _ in range(120):
        page.keyboard.press(key)
        focused = page.evaluate(FOCUSED)
        if focused is None:
            continue
        assert focused["seen"], focused
        if words in focused["called"] or any(called and called.startswith(f"{words} ") for called in focused["called"]):
            return
    raise AssertionError(f"no key leads to {words!r}")


def press(page: Page, words: str, *, key: str = "Enter", back: bool = False) -> None:
    """Go there by keys, and press."""
    tab_to(page, words, key="Shift+Tab" if back else "Tab")
    page.keyboard.press(key)


def test_joining(desk: Desk, browser: Browser) -> None:
    """Address, a group opened, a topic ticked, the form sent; the link in the letter opened, and yes said."""
    with opened(desk, browser, "/join") as page:
        press(page, "To the content")
        tab_to(page, "email")
        page.keyboard.type("new@example.org")
        press(page, "cadence", key="ArrowDown")
        press(page, "Symptoms")
        press(page, "Eyes and vision", key="Space")
        press(page, "Fatigue and sleep", key="Space", back=True)
        page.keyboard.press("Space")
        press(page, "Send me the link")
        page.wait_for_url("**/join/sent")
        posted(desk)
        page.goto(letter_link(desk, "c"))
        press(page, "Yes, send me the mails")
        page.get_by_role("heading", name="Welcome").wait_for()
    new = reader(desk, "new@example.org")
    assert new.status is SubscriberStatus.ACTIVE and new.profile.interests == ("vision",)
    assert new.cadence is Cadence.QUARTERLY


def test_choosing_and_trying(desk: Desk, browser: Browser) -> None:
    """A topic goes up and keeps the focus, the mail is tried, the choices are saved."""
    ada = a_reader(desk, "ada@example.org", "vision", "fatigue-sleep")
    an_issue(desk)
    with opened(desk, browser, link(desk, Purpose.PREFERENCES, ada.id)) as page:
        press(page, "Up: Fatigue and sleep")
        page.get_by_text("not saved yet").wait_for()
        page.locator(":focus").wait_for()  # a page is drawn before what it gives the focus has it
        assert page.evaluate(FOCUSED)["called"][1] == "Down: Fatigue and sleep"
        press(page, "Topics to leave out")
        press(page, "Treatment safety")
        press(page, "All of “Treatment safety”", key="Space")
        press(page, "length", key="ArrowUp")
        press(page, "Show my mail")
        page.get_by_text(HEADLINES[0]).wait_for()
        press(page, "Save", back=True)
        page.get_by_text("Saved.").wait_for()
    saved = reader(desk).profile
    assert saved.interests == ("fatigue-sleep", "vision") and saved.length is Length.BRIEF and len(saved.mutes) == 1


def test_the_enter_key_in_a_field_saves(desk: Desk, browser: Browser) -> None:
    """It never moves a topic, which would be the first button of the form otherwise."""
    ada = a_reader(desk, "ada@example.org", "vision", "fatigue-sleep")
    with opened(desk, browser, link(desk, Purpose.PREFERENCES, ada.id)) as page:
        tab_to(page, "name")
        page.keyboard.type("Ada")
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
    """Pause by one key; then fewer mails; then stop them, and say why."""
    ada = a_reader(desk)
    with opened(desk, browser, link(desk, Purpose.PAUSE, ada.id)) as page:
        press(page, "3 months")
        page.get_by_role("heading", name="Enjoy your break").wait_for()
        assert reader(desk).paused_until is not None
        page.goto(link(desk, Purpose.UNSUBSCRIBE, ada.id))
        press(page, "Write to me every three months")
        page.get_by_text("We write less often now").wait_for()
        assert reader(desk).cadence is Cadence.QUARTERLY
        press(page, "Stop the mails")
        page.get_by_role("heading", name="Do you want to stop").wait_for()
        press(page, "Yes, stop the mails")
        page.get_by_role("heading", name="The mails have stopped").wait_for()
        press(page, "Too often")
        page.get_by_text("That helps us").wait_for()
    assert reader(desk).status is SubscriberStatus.UNSUBSCRIBED


def test_less_of_this(desk: Desk, browser: Browser) -> None:
    """From an item of the mail to what is saved, in two presses."""
    ada = a_reader(desk, "ada@example.org", "vision", "fatigue-sleep")
    issue = an_issue(desk)
    number = next(
        item.summary.id for item in desk.digest.store.items(issue.id) if item.summary.entry.headline == HEADLINES[0]
    )
    with opened(desk, browser, f"{link(desk, Purpose.PREFERENCES, ada.id, issue.id)}/less/{number}") as page:
        page.get_by_text("Fatigue and sleep comes off the list").wait_for()
        press(page, "Save this change")
        page.get_by_text("Saved.").wait_for()
    assert reader(desk).profile.interests == ("vision",)


def test_a_new_address_then_all_is_deleted(desk: Desk, browser: Browser) -> None:
    """Move to another mailbox, and later be forgotten: each asked there by a mail."""
    ada = a_reader(desk)
    with opened(desk, browser, link(desk, Purpose.PREFERENCES, ada.id)) as page:
        tab_to(page, "email")
        page.keyboard.type("ada@example.net")
        press(page, "Change my address")
        page.get_by_text("Look into the mailbox").wait_for()
        posted(desk)
        page.goto(letter_link(desk, "a"))
        press(page, "Yes, write to me there")
        page.get_by_text("That is your address now").wait_for()
        page.goto(link(desk, Purpose.PREFERENCES, ada.id))
        press(page, "Delete all of it")
        page.get_by_text("Look into your mailbox").wait_for()
        posted(desk)
        page.goto(letter_link(desk, "e"))
        press(page, "Yes, delete all of it")
        page.get_by_text("All is deleted").first.wait_for()
    assert not list(desk.digest.store.subscribers())


def test_looking_back(open_desk: Opener, browser: Browser) -> None:
    """From the list of issues into one, and on to the form."""
    desk = open_desk(archive=True)
    an_issue(desk, send=False)
    with opened(desk, browser, "/archive") as page:
        press(page, "November 2026")
        page.get_by_role("main").get_by_text(HEADLINES[1]).first.wait_for()
        press(page, "Get our mails")
        page.get_by_role("heading", name="New research").wait_for()
