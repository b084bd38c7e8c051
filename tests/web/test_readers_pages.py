"""All readers' pages, as tired people read them: on small phones, in the dark, with keys alone, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import resources

import pytest
from playwright.sync_api import Browser

from digest.checks.words import grade
from digest.tokens import Purpose
from tests.browser import CHROMIUM, HOW_TO_INSTALL, a_browser
from tests.web.conftest import Desk
from tests.web.readers import FORGED, a_reader, link, words
from tests.web.serving import served

#: What opens a page: the path to GET, or the path and the fields to POST.
Opened = tuple[str, dict[str, str] | None]

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
JUDGED = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
  ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}}))
  .violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | '))"""
#: What can be pressed: a box or a circle with its label, anything else by itself; links inside a line of text excepted.
TARGETS = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(e => e.getClientRects().length && e.type !== 'hidden' && !e.closest('p, li, .skip, .trap'))
  .map(e => e.closest('label') || e)
  .map(e => ({what: e.outerHTML.slice(0, 80), ...e.getBoundingClientRect().toJSON()}))
  .filter(r => r.height < 44 || r.width < 44)"""


def _leave(desk: Desk) -> Opened:
    return link(desk, Purpose.UNSUBSCRIBE, a_reader(desk).id), None


def _left(desk: Desk) -> Opened:
    return link(desk, Purpose.UNSUBSCRIBE, a_reader(desk).id), {"stop": "1"}


def _wrong_link(_desk: Desk) -> Opened:
    return f"/u/{FORGED}", None


PAGES: dict[str, Callable[[Desk], Opened]] = {"leave": _leave, "left": _left, "wrong-link": _wrong_link}
each_page = pytest.mark.parametrize("name", PAGES)


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


@each_page
def test_it_is_in_plain_words(desk: Desk, name: str) -> None:
    """Eight years of school are enough for every page (Flesch-Kincaid)."""
    said = sentences(shown(desk, name))
    assert len(said) > 40
    assert grade(said) <= 8


def sentences(html: str) -> str:
    """The words of a page, with a full stop where a heading, a line or a button ends."""
    stopped = re.sub(r"</(h\d|p|li|label|legend|button|summary|dt|dd|option|a|span)>", ". ", html)
    text = re.sub(r"\s*([.?!:])(\s*\.)+", r"\1", words(stopped))
    return re.sub(r"[\w.+-]+@[\w.-]+", "us", text)


@each_page
def test_it_holds_nothing_its_policy_forbids(desk: Desk, name: str) -> None:
    """No style or script stands in a page itself, and nothing in it comes from elsewhere."""
    html = shown(desk, name)
    assert not re.search(r"<style|\sstyle=|<script>|\son\w+=|(src|href|action)=\"https?:", html)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@each_page
def test_everybody_can_use_it(desk: Desk, browser: Browser, name: str, dark: bool) -> None:
    """On the smallest phone nothing scrolls sideways, every target is as large as a thumb, and axe finds nothing."""
    path, fields = PAGES[name](desk)
    scheme = "dark" if dark else "light"
    with served(desk.app) as address:
        context = browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        if fields is None:
            page.goto(address + path)
        else:
            page.set_content(_form(address + path, fields))
            page.click("button")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert page.evaluate(TARGETS) == []
        page.evaluate(AXE)
        assert page.evaluate(JUDGED) == []
        context.close()


def _form(url: str, fields: dict[str, str]) -> str:
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    return f'<form method="post" action="{url}">{inputs}<button>Go</button></form>'
