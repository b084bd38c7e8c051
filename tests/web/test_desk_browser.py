"""The desk in a real browser: the whole story of an issue, hostile mails, axe, and keys alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect
from starlette.types import Receive, Scope, Send

from digest import access, approving, departures
from digest import desk as acts
from digest.feedback import take_in
from digest.models import FeedbackKind, IssueStatus, Person, Pin
from digest.suppression import Feedback
from tests import axe
from tests.browser import CHROMIUM, HOW_TO_INSTALL, a_browser
from tests.factories import NOW, an_entry
from tests.integration.smtp_server import Inbox, a_real_server
from tests.web.conftest import EDITOR, OPERATOR, Desk, Opener
from tests.web.sample import ENTRIES, MONTH, filled, with_a_document
from tests.web.serving import served
from tests.web.test_readers_pages import TARGETS

#: A test of many pages takes most of a minute, and longer where it shares its machine.
pytestmark = pytest.mark.timeout(400)
HERE = f"/desk/issues/{MONTH}"
BROKEN = an_entry("bad", headline="Multiple sclerosis and a broken link", url="https://news.example.org/{{slug}}")
#: Everything a hostile mail would try.
HOSTILE = """<!DOCTYPE html><html><head><meta http-equiv="refresh" content="0; url=/desk/sign-out">
<link rel="stylesheet" href="/static/stolen.css"><script src="/static/stolen.js"></script></head><body>
<script>parent.document.title = "stolen"; top.location = "/stolen"; fetch("/stolen-fetch")</script>
<img src="/stolen.png" onerror="parent.stolen = 1"><svg onload="parent.stolen = 1"></svg>
<iframe src="/desk/stolen-frame"></iframe><object data="/stolen-object"></object>
<form action="/desk/stolen-form" method="post"><button id="send">Send</button></form>
<a id="out" href="/desk/stolen-top" target="_top">out</a>
<p style="background: url(/stolen-background)">Words</p></body></html>"""
#: How what has the focus looks, and what it is.
FOCUSED = """() => { const e = document.activeElement; if (!e || e === document.body) return null;
  const s = getComputedStyle(e);
  return {what: e.tagName, name: (e.textContent || e.name || '').trim().slice(0, 40),
          seen: (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || e.tagName === 'IFRAME',
          shown: !!e.getClientRects().length}; }"""
#: What it is called, or which field it is.
CALLED = """() => { const e = document.activeElement;
  return e && (e.getAttribute('aria-label') || e.name && e.tagName !== 'BUTTON' && e.name || e.textContent.trim()); }"""
IS_ABOVE = """() => document.querySelector('#headline-2').getBoundingClientRect().bottom
  < document.querySelector('.said').getBoundingClientRect().top"""
TABBABLE = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, iframe, [tabindex="0"]')]
  .filter(e => e.checkVisibility() && e.type !== 'hidden' && !e.disabled)
  .filter((e, _, all) => e.type !== 'radio' || e === all.find(o => o.type === 'radio' && o.name === e.name)).length"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(HOW_TO_INSTALL)
    with a_browser() as browser:
        yield browser


@dataclass
class Seat:
    """Somebody's browser at the desk."""

    page: Page
    address: str

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def press(self, name: str, *, among: str = "main") -> None:
        self.page.locator(among).get_by_role("button", name=name).first.click()


@contextmanager
def seated(browser: Browser, desk: Desk, address: str, person: Person, **look: object) -> Iterator[Seat]:
    """A browser that somebody has signed in with, by a link and a button."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **look)
    page = context.new_page()
    page.goto(f"{address}/desk/enter/{access.make_link(desk.digest, person)}")
    page.get_by_role("button", name="Sign in").click()
    yield Seat(page, address)
    context.close()


def test_the_story_of_an_issue(browser: Browser, open_desk: Opener) -> None:
    """From the first pin to the last mail; and what was previewed is what a mail server got, byte for byte."""
    with a_real_server() as (inbox, port):
        smtp = {"kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none"}
        desk = open_desk(is_real=True, transport=smtp)
        _tells_the_story(browser, desk, inbox)


def _tells_the_story(browser: Browser, desk: Desk, inbox: Inbox) -> None:
    issue = filled(desk.digest, (*ENTRIES, BROKEN))
    with served(desk.app) as address, seated(browser, desk, address, EDITOR) as editor:
        page = editor.page
        _shapes(editor)
        _previews_two_readers_on_a_dark_phone(editor)
        _sees_an_error_and_mends_it(editor)
        _mails_a_test(editor, inbox)
        _approves(editor)
        acts.change(desk.digest, _fresh(desk, issue.id), [Pin(summary_id=2)], by=OPERATOR.name)
        editor.go(f"{HERE}/send")
        expect(page.get_by_text("waits for approval")).to_be_visible()
        _approves(editor)
        with seated(browser, desk, address, OPERATOR) as operator:
            source = {
                f"{name}@example.org": operator.page.request.get(f"{address}{HERE}/mail.eml?reader={number}").body()
                for number, name in enumerate(("ada", "parent", "all", "rare", "ben"), 1)
                if name != "rare"
            }
        editor.go(f"{HERE}/send")
        editor.press("Send it now")
        expect(page.get_by_text("mails are through")).to_be_visible(timeout=60_000)
        expect(page.locator("#going [data-state=accepted]")).to_have_text("4")
    assert _fresh(desk, issue.id).status is IssueStatus.APPROVED
    sent = [(one.rcpt_tos, one.content) for one in inbox.envelopes if b"[TEST]" not in one.content]
    assert sorted(sent) == sorted(([address], mail) for address, mail in source.items())
    assert b"Walking may ease fatigue" in source["ada@example.org"]


def _fresh(desk: Desk, issue_id: int):
    return desk.digest.store.issue_by_id(issue_id)


def _shapes(editor: Seat) -> None:
    """Pins the young, leaves the eyes out, edits the tired."""
    page = editor.go(HERE)
    editor.press("Pin", among="#item-4")
    expect(page.locator("#item-4")).to_contain_text("pinned")
    page.locator("#item-3").get_by_text("Leave out").click()
    page.locator("#reason-of-3").fill("Told last year")
    editor.press("Leave it out", among="#item-3")
    expect(page.get_by_role("heading", name="Left out")).to_be_visible()
    page.locator("#item-1").get_by_text("Edit").click()
    page.locator("#headline-of-1").fill("Walking may ease fatigue in multiple sclerosis")
    editor.press("Save", among="#item-1")
    expect(page.locator("#item-1 .badge")).to_have_text("edited")


def _previews_two_readers_on_a_dark_phone(editor: Seat) -> None:
    page = editor.go(f"{HERE}/preview")
    page.get_by_text("As one reader").click()
    page.get_by_label("Their address, in full").fill("ada@example.org")
    editor.press("Find")
    assert "ada" not in page.url and page.url.endswith("reader=1")
    page.get_by_role("link", name="Phone").click()
    page.get_by_role("link", name="Dark").click()
    mail = page.frame_locator("iframe.mail")
    expect(mail.get_by_role("heading", level=3).first).to_have_text(re.compile("fatigue in multiple sclerosis"))
    assert page.locator("iframe.mail").bounding_box()["width"] < 376
    ground = mail.locator("body").evaluate("e => getComputedStyle(e.querySelector('.page') || e).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", ground)[:3])) < 150, ground
    page.get_by_role("link", name="Next reader").click()
    expect(mail.get_by_role("heading", level=3).first).to_have_text("Pediatric multiple sclerosis and school")


def _sees_an_error_and_mends_it(editor: Seat) -> None:
    """The broken link is the fault of one item, which is left out until its source is mended."""
    page = editor.go(f"{HERE}/check")
    expect(page.get_by_text("1 error stops the approval")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="a broken link").click()
    expect(page.locator("#item-5 .flaw")).to_contain_text("Error, links")
    page.locator("#item-5").get_by_text("Leave out").click()
    page.locator("#reason-of-5").fill("Its link is broken")
    editor.press("Leave it out", among="#item-5")
    editor.go(f"{HERE}/check")
    expect(page.locator(".verdict")).to_be_visible(timeout=60_000)
    expect(page.locator(".finding.is-error")).to_have_count(0)


def _mails_a_test(editor: Seat, inbox: Inbox) -> None:
    page = editor.go(f"{HERE}/send")
    page.get_by_label("To", exact=True).select_option("editor@example.org")
    editor.press("Mail the test")
    expect(page.get_by_text("A test is on its way to editor@example.org.")).to_be_visible()
    assert [one.rcpt_tos for one in inbox.envelopes] == [["editor@example.org"]]
    assert b"[TEST]" in inbox.envelopes[0].content


def _approves(editor: Seat) -> None:
    page = editor.go(f"{HERE}/send")
    page.get_by_role("button", name="Approve", exact=True).click(timeout=60_000)
    expect(page.get_by_role("heading", name="Approved")).to_be_visible(timeout=60_000)


def test_a_hostile_mail_reaches_nothing(browser: Browser, desk: Desk) -> None:
    """Whatever stands in it runs nothing, loads nothing, goes nowhere and sees no cookie; the desk stays as it was."""
    filled(desk.digest)
    asked: list[str] = []

    def poisoned(route: Route) -> None:
        route.fulfill(response=route.fetch(), body=HOSTILE)

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope.get("path", ""))
        await desk.app(scope, receive, send)

    with served(watched) as address, seated(browser, desk, address, EDITOR) as editor:
        page = editor.page
        page.route("**/mail?*", poisoned)
        editor.go(f"{HERE}/preview")
        frame = page.frame_locator("iframe.mail")
        expect(frame.get_by_text("Words")).to_be_visible()
        for target in ("#send", "#out"):
            frame.locator(target).click(no_wait_after=True)
            page.wait_for_timeout(300)
        assert page.title() == f"Preview · November 2026 · {desk.digest.newsletter.name}"
        assert page.url.startswith(f"{address}{HERE}/preview")
        assert page.evaluate("window.stolen") is None
        assert [path for path in asked if "stolen" in path or path == "/desk/sign-out"] == []
        assert editor.go("/desk").get_by_role("heading", name="Issues", exact=True).is_visible()


def test_a_mail_is_of_no_origin(browser: Browser, desk: Desk) -> None:
    """Opened by itself, outside the frame, it runs nothing either, and has no cookie to show."""
    filled(desk.digest)
    with served(desk.app) as address, seated(browser, desk, address, EDITOR) as editor:
        page = editor.page
        page.route("**/mail", lambda route: route.fulfill(response=route.fetch(), body=HOSTILE))
        editor.go(f"{HERE}/mail")
        assert page.evaluate("self.origin") == "null"
        assert page.title() != "stolen"


PAGES = {
    "issues": "/desk", "read": HERE, "item": f"{HERE}/items/1", "preview": f"{HERE}/preview",
    "text": f"{HERE}/preview?part=text",
    "source": f"{HERE}/preview?part=source", "differs": f"{HERE}/preview?reader=1&part=differs",
    "check": f"{HERE}/check", "send": f"{HERE}/send", "log": f"{HERE}/log", "sign-in": "/desk/sign-in",
    "readers": f"{HERE}/readers", "subscribers": "/desk/subscribers", "subscriber": "/desk/subscribers/1",
    "summaries": "/desk/summaries", "summary": "/desk/summaries/1",
    "as-read": "/desk/summaries/6/read",
}  # fmt: skip


FILE = {"name": "readers.csv", "mimeType": "text/csv", "buffer": b"email,interests\nnew@example.org,pml\nwrong,\n"}


def behind_the_buttons(seat: Seat, desk: Desk) -> Iterator[str]:
    """Goes to every page that only a button or the course of things leads to, and says where it is."""
    digest, page = desk.digest, seat.page
    seat.go(f"{HERE}/check")
    expect(page.locator(".verdict")).to_be_visible(timeout=60_000)
    seat.go(f"{HERE}/send")
    yield "an approval that errors stop"
    seat.go(f"{HERE}/items/1").locator("#text-3").fill("")
    seat.press("Save")
    yield "an item whose considerations lack a reason"
    _asks_whom_a_correction_concerns(seat)
    yield "a correction of what nobody got"
    seat.go("/desk/subscribers").locator("#list").set_input_files(files=[FILE])
    seat.press("Look at it")
    yield "a file of readers"
    seat.go("/desk/subscribers/2/erase")
    yield "an erasure"
    seat.go("/desk/enter/gone")
    yield "a link that has ended"
    issue = approving.approve(digest, digest.issue(MONTH), by="ben@example.org", despite="It must go out")
    seat.go(f"{HERE}/send")
    yield "an approved issue"
    seat.go(f"{HERE}/abort")
    yield "the end of an issue"
    digest.store.set_held(issue.id, held=True)
    seat.go(f"{HERE}/send")
    yield "a paused issue"
    bounce = Feedback(address="ada@example.org", kind=FeedbackKind.HARD_BOUNCE, at=NOW, code="5.1.1", issue_id=issue.id)
    take_in(digest.store, bounce)
    digest.store.stop_itself(issue.id, "1 of its last 2 mails bounced hard", now=NOW)
    seat.go(f"{HERE}/send")
    yield "an issue that stopped itself"
    seat.go(f"{HERE}/quarantine")
    yield "a quarantine"
    seat.go("/desk/subscribers/1")
    yield "a reader whose mail came back"
    digest.store.lift_quarantined(issue.id, now=NOW)
    digest.store.let_go_on(issue.id, now=NOW)
    departures.send(digest, digest.issue(MONTH))
    seat.go(f"{HERE}/send")
    yield "an issue that was sent"
    seat.go(HERE)
    yield "an issue that cannot be shaped any more"
    seat.go(f"{HERE}/items/1")
    yield "an item that cannot be changed any more"
    _asks_whom_a_correction_concerns(seat)
    yield "a correction"
    seat.press("Tell them in their next issue")
    yield "a summary that was put right"
    seat.go(f"{HERE}/log")
    yield "the log of all that"
    seat.go("/api/v1/docs")
    yield "the description of the API"


def _asks_whom_a_correction_concerns(seat: Seat) -> None:
    page = seat.go("/desk/summaries/1")
    page.get_by_label("Some words were not right").check()
    page.locator("#sentence").fill("We wrote that a hundred people took part; it were ten.")
    seat.press("See whom it concerns")


def faults_of(page: Page) -> list[object]:
    """What axe finds on a desk and on a phone, by day and by night; what scrolls sideways; what no thumb can hit."""
    expect(page.locator("[data-poll]")).to_have_count(0, timeout=60_000)
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    axe.load(page)
    found: list[object] = []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light")
        found += axe.faults(page, *axe.WCAG, "best-practice")
        # By night the same elements have other colours, and nothing else.
        page.emulate_media(color_scheme="dark")
        found += axe.faults_of_colour(page)
    found += page.evaluate(TARGETS)
    return found + (["too wide"] if page.evaluate("document.documentElement.scrollWidth") > 360 else [])


@contextmanager
def a_seat_at_a_full_desk(browser: Browser, desk: Desk) -> Iterator[Seat]:
    doubted = replace(ENTRIES[0], unsure=("the order of its parts is not clear",))
    issue = filled(desk.digest, (doubted, *ENTRIES[1:], BROKEN))
    acts.change(desk.digest, issue, [Pin(summary_id=1)], by="ben@example.org")
    assert PAGES["as-read"] == f"/desk/summaries/{with_a_document(desk.digest)}/read"
    with served(desk.app) as address, seated(browser, desk, address, OPERATOR) as seat:
        yield seat


def test_a_refused_approval_goes_on_from_there(browser: Browser, desk: Desk) -> None:
    """Its page counts anew by itself, and says meanwhile and afterwards why it was refused."""
    issue = filled(desk.digest)
    with served(desk.app) as address, seated(browser, desk, address, EDITOR) as editor:
        page = editor.go(f"{HERE}/send")
        expect(page.locator("[data-poll]")).to_have_count(0, timeout=60_000)
        acts.change(desk.digest, issue, [Pin(summary_id=1)], by=OPERATOR.name)
        with _not_looked_at_again(page):
            editor.press("Approve")
            expect(page.locator("#outlook[data-poll]")).to_be_visible()
            expect(page.get_by_role("alert")).to_contain_text("somebody was faster")
        expect(page.locator("[data-poll]")).to_have_count(0, timeout=60_000)
        expect(page.get_by_role("alert")).to_contain_text("somebody was faster")
        editor.press("Approve")
        expect(page.get_by_role("heading", name="Approved")).to_be_visible(timeout=60_000)


@contextmanager
def _not_looked_at_again(page: Page) -> Iterator[None]:
    """What is being worked out stays on the page meanwhile, however soon it is done."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.resource_type == "fetch":
            held.append(route)
        else:
            route.continue_()

    page.route("**/*", hold)
    yield
    page.unroute("**/*", hold)
    for route in held:
        route.continue_()


def test_everybody_can_use_the_desk(browser: Browser, desk: Desk) -> None:
    """Of every page: axe finds nothing, nothing scrolls sideways on a phone, and targets are as large as a thumb."""
    with a_seat_at_a_full_desk(browser, desk) as seat:
        found = {name: faults_of(seat.go(path)) for name, path in PAGES.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_everybody_can_use_what_is_behind_its_buttons(browser: Browser, desk: Desk) -> None:
    """The same of every page that has no address of its own, and of an issue on its way."""
    with a_seat_at_a_full_desk(browser, desk) as seat:
        found = {name: faults_of(seat.page) for name in behind_the_buttons(seat, desk)}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_keys_alone_are_enough(browser: Browser, desk: Desk) -> None:
    """On every page Tab goes through everything that can be pressed, in order, each to be seen, and out again."""
    with a_seat_at_a_full_desk(browser, desk) as seat:
        for name, path in PAGES.items():
            page = seat.go(path)
            expect(page.locator("[data-poll]")).to_have_count(0, timeout=60_000)
            number, seen = page.evaluate(TABBABLE), []
            # The links of the mail in the frame come in their turn, too.
            for _ in range(number + 150):
                page.keyboard.press("Tab")
                focused = page.evaluate(FOCUSED)
                if focused is None:
                    break
                seen.append(focused)
            else:
                pytest.fail(f"{name}: the focus never came out again")
            assert [one for one in seen if not one["seen"] or not one["shown"]] == [], name
            assert seen[0]["name"] == "To the content", name
            assert len(seen) >= number, name


def by_keys(page: Page, words: str) -> None:
    """Go on with Tab to what is called so."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if re.search(words, page.evaluate(CALLED) or ""):
            return
    pytest.fail(f"no key leads to {words!r}")


def gone_by_keys(page: Page, words: str = "") -> None:
    """The same, and Enter on it leads to a page; without words where the focus is."""
    if words:
        by_keys(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_limit_is_put_in_its_place_by_keys_alone(browser: Browser, desk: Desk) -> None:
    """The page goes on where the words went, and says that nothing is saved; then it is, with the reason."""
    filled(desk.digest)
    with served(desk.app) as address, seated(browser, desk, address, EDITOR) as editor:
        page = editor.go(f"{HERE}/items/1")
        by_keys(page, "^Move or join: What they found")
        page.keyboard.press("Enter")
        by_keys(page, "^Where to$")
        page.keyboard.type("Important")
        gone_by_keys(page, "^Move what is chosen: What they found")
        expect(page.get_by_role("textbox", name="Important considerations")).to_be_focused()
        for words in ("Not saved yet.", "Came here: “Two things were seen.”"):
            expect(page.get_by_text(words)).to_be_in_viewport()
        page.locator("#reason").fill("It stood among the findings")
        page.locator(".save-bar").get_by_role("button", name="Save").focus()
        gone_by_keys(page)
        expect(page.locator("#item-1 .limits")).to_contain_text("Two things were seen.")
        expect(page.locator("#item-1 .badge")).to_have_text("edited")
    assert "among the findings" in str(desk.digest.store.acts(1)[0].steps)


def test_what_is_typed_is_not_left_by_mistake(browser: Browser, desk: Desk) -> None:
    """Whoever goes elsewhere with words that are not saved is asked; with none, or by the form's own buttons, not."""
    filled(desk.digest)
    with served(desk.app) as address, seated(browser, desk, address, EDITOR) as editor:
        page = editor.go(f"{HERE}/items/1")
        asked: list[str] = []

        def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        page.locator("#text-1").press("End")
        page.locator(".save-bar").get_by_role("link", name="To the issue").click()
        page.wait_for_url(f"**{HERE}#item-1")
        editor.go(f"{HERE}/items/1").locator("#text-1").fill("Mine.")
        page.locator(".save-bar").get_by_role("link", name="To the issue").click(no_wait_after=True)
        expect(page.locator("#text-1")).to_have_value("Mine.")
        editor.press("Add it")
        expect(page.get_by_text("Not saved yet.")).to_be_visible()
        page.locator("#headline").press("End")
        page.locator(".save-bar").get_by_role("link", name="To the issue").click(no_wait_after=True)
        page.wait_for_timeout(300)
        assert asked == ["beforeunload", "beforeunload"] and page.url.endswith("/items/1")
        editor.press("Save")
        page.wait_for_url(f"**{HERE}#item-1")
        assert len(asked) == 2


def test_what_is_said_covers_nothing_that_it_is_about(browser: Browser, desk: Desk) -> None:
    """After a page was saved the issue shows the item from its top, and what was done to it, wide or narrow."""
    filled(desk.digest)
    with served(desk.app) as address, seated(browser, desk, address, EDITOR) as editor:
        for width in (360, 1200):
            editor.page.set_viewport_size({"width": width, "height": 740})
            page = editor.go(f"{HERE}/items/2")
            page.locator("#text-1").fill(f"Mine, at {width}.")
            page.locator(".save-bar").get_by_role("button", name="Save").click()
            said, headline = page.locator(".said"), page.locator("#headline-2")
            expect(said).to_be_in_viewport()
            expect(headline).to_be_in_viewport()
            # The page scrolls there smoothly.
            page.wait_for_function(IS_ABOVE)


def test_the_reason_that_lacks_is_asked_for_where_it_is_written(browser: Browser, desk: Desk) -> None:
    """The field has the focus and is to be seen, with what is wrong beside it; the link above leads there, too."""
    filled(desk.digest)
    with served(desk.app) as address, seated(browser, desk, address, EDITOR) as editor:
        page = editor.go(f"{HERE}/items/1")
        page.locator("#text-3").fill("Few.")
        page.locator(".save-bar").get_by_role("button", name="Save").click()
        reason = page.get_by_role("textbox", name="Why these words change")
        expect(reason).to_be_focused()
        expect(reason).to_be_in_viewport()
        expect(reason).to_have_accessible_description(re.compile("Say why the important considerations"))
        page.get_by_role("link", name="Go there").click()
        expect(reason).to_be_focused()


def test_an_issue_is_made_by_keys_alone(browser: Browser, desk: Desk) -> None:
    """From the list of issues to the approval, and no mouse is touched."""
    filled(desk.digest)
    with served(desk.app) as address, seated(browser, desk, address, EDITOR) as editor:
        page = editor.go("/desk")
        gone_by_keys(page, "^November 2026")
        gone_by_keys(page, "^Pin: Pediatric")
        expect(page.locator("#item-4")).to_contain_text("pinned")
        by_keys(page, "^Leave out.*Optic neuritis")
        page.keyboard.press("Enter")
        by_keys(page, "^reason$")
        page.keyboard.type("Told last year")
        gone_by_keys(page)
        expect(page.locator("#item-3")).to_contain_text("Told last year")
        gone_by_keys(page, "^Undo$")
        expect(page.locator("article#item-3")).to_be_visible()
        gone_by_keys(page, "^Send$")
        expect(page.locator("[data-poll]")).to_have_count(0, timeout=60_000)
        gone_by_keys(page, "^Approve$")
        expect(page.get_by_role("heading", name="Approved")).to_be_visible(timeout=60_000)
    assert desk.digest.issue(MONTH).status is IssueStatus.APPROVED
