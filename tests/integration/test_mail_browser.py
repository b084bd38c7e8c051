"""The mail in a real browser: no sideways scroll, readable text, contrast by day and by night, fingers hit links."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from digest.edition import Templates, bundled_directory, lay_out, make_edition, render_whole
from digest.inlining import inline
from digest.message import Composer
from digest.models import Length, Selection
from tests.factories import a_newsletter, a_tree, a_window, an_item
from tests.sample_issue import DATE, FEW, a_pool, a_selection, an_addressee, placed

CHROMIUM = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt-get install chromium")

#: Every element that shows text itself: its colour, what it stands on, its size and its words.
TEXTS = """() => {
  const opaque = (e) => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$|transparent/.test(c)) return c; }
    return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length)
    .map(e => ({color: getComputedStyle(e).color, on: opaque(e), size: parseFloat(getComputedStyle(e).fontSize),
                words: e.textContent.trim().slice(0, 40)})); }"""
STYLES = """(names) => [...document.querySelectorAll('body, body *')].map(e => {
  const s = getComputedStyle(e); return e.tagName + ' ' + names.map(n => s.getPropertyValue(n)).join('|'); })"""
COMPARED = [
    *("color", "background-color", "font-family", "font-size", "font-weight", "font-style", "line-height"),
    *("text-decoration-line", "text-align", "display", "width", "max-width", "max-height", "overflow", "word-break"),
    *("margin-top", "margin-right", "margin-bottom", "margin-left", "vertical-align", "border-top-left-radius"),
    *("padding-top", "padding-right", "padding-bottom", "padding-left"),
    *("border-top-width", "border-left-width", "border-top-color", "border-left-color"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def mails() -> dict[str, str]:
    """The pages to look at, by name."""
    pool = a_pool()
    composer = Composer(pool, date=DATE)
    full = composer.html(make_edition(pool, a_selection(Length.FULL)), an_addressee())
    return {
        "full": full,
        "brief": composer.html(make_edition(pool, a_selection(Length.BRIEF)), an_addressee()),
        "quiet": composer.html(make_edition(pool, Selection()), an_addressee()),
        "long-words": _long_words(),
        "without style": re.sub(r"(?s)<style.*?</style>", "", full),
        "in Outlook": full.replace("<!--[if mso]>", "").replace("<![endif]-->", ""),
    }


def _long_words() -> str:
    word = "Immunoglobulinsubstitutionsbehandlung" * 4
    pool = a_pool((an_item(1, "vision", of={"headline": word, "journal": word, "people": word, "credibility": word}),))
    edition = make_edition(pool, Selection(research=(placed(1, "vision"),)))
    return Composer(pool, date=DATE).html(edition, an_addressee(name=word, address=f"{word[:60]}@example.org"))


def shown(browser: Browser, html: str, *, width: int = 360, dark: bool = False) -> Page:
    page = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", offline=True
    ).new_page()
    page.set_content(html)
    return page


@pytest.mark.parametrize("width", [320, 360, 640])
@pytest.mark.parametrize("name", ["full", "brief", "quiet", "long-words", "without style"])
def test_nothing_scrolls_sideways(browser: Browser, mails: dict[str, str], name: str, width: int) -> None:
    """Every page fits a small phone, with and without its style blocks, whatever words stand in it."""
    page = shown(browser, mails[name], width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_outlook_gets_600_pixels(browser: Browser, mails: dict[str, str]) -> None:
    """With its own branch opened the card is 600 pixels wide on a wide window."""
    page = shown(browser, mails["in Outlook"], width=900)
    assert page.evaluate("document.querySelector('.card').getBoundingClientRect().width") == 600


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["full", "brief", "quiet"])
def test_all_text_can_be_read(browser: Browser, mails: dict[str, str], name: str, dark: bool) -> None:
    """No text is below 14 pixels or below a contrast of 4.5."""
    texts = shown(browser, mails[name], dark=dark).evaluate(TEXTS)
    weak = [text for text in texts if text["size"] < 14 or _contrast(text["color"], text["on"]) < 4.5]
    assert len(texts) > 5 and weak == []


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("name", ["full", "quiet"])
def test_links_are_big_enough_for_a_finger(browser: Browser, mails: dict[str, str], name: str) -> None:
    """Every link but a headline's is at least 44 pixels high, and underlined."""
    links = shown(browser, mails[name]).evaluate(
        "() => [...document.querySelectorAll('a:not(.story)')].map(a => [a.textContent,"
        " a.getBoundingClientRect().height, getComputedStyle(a).textDecorationLine])"
    )
    assert links and [link for link in links if link[1] < 44 or link[2] != "underline"] == []


def test_headings_do_not_jump(browser: Browser, mails: dict[str, str]) -> None:
    """One h1, and no level is left out on the way down."""
    levels = shown(browser, mails["full"]).evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"
    )
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_kept_styles_work(browser: Browser, mails: dict[str, str]) -> None:
    """Night and phone really look different from day and desk."""
    name = "getComputedStyle(document.querySelector('.name')).fontSize"
    card = "getComputedStyle(document.querySelector('.card')).backgroundColor"
    phone, desk, night = (shown(browser, mails["full"], width=w, dark=d) for w, d in ((360, 0), (640, 0), (360, 1)))
    assert phone.evaluate(name) != desk.evaluate(name) and phone.evaluate(card) != night.evaluate(card)


def test_jumps_arrive(browser: Browser, mails: dict[str, str]) -> None:
    """Every entry of "In this issue" has its section."""
    page = shown(browser, mails["full"])
    targets = page.evaluate("[...document.querySelectorAll('.jump')].map(a => a.getAttribute('href').slice(1))")
    assert len(targets) == 5 and all(page.evaluate("id => !!document.getElementById(id)", target) for target in targets)


def test_nothing_is_asked_of_the_network(browser: Browser, mails: dict[str, str]) -> None:
    """The mail loads nothing: no image, font, sheet or pixel."""
    asked: list[str] = []
    page = shown(browser, "<p></p>")
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(mails["full"])
    assert asked == []


@pytest.mark.parametrize(("width", "dark"), [(360, False), (640, False), (360, True), (640, True)])
def test_inlining_changes_no_computed_style(browser: Browser, width: int, dark: bool) -> None:
    """Every element looks the same before and after its styles were written into it."""
    plain = _before_inlining()
    before, after = (shown(browser, page, width=width, dark=dark).evaluate(STYLES, COMPARED) for page in plain)
    assert before == after and len(before) > 60


def _before_inlining() -> tuple[str, str]:
    pool, reader = a_pool(), an_addressee()
    edition = make_edition(pool, a_selection())
    values = {"name": reader.name, "address": reader.address, "preferences": reader.preferences_url,
              "pause": reader.pause_url, "unsubscribe": reader.unsubscribe_url, "web": reader.web_url}  # fmt: skip
    html, _ = render_whole(
        FEW,
        fillings={**lay_out(edition, pool.html.pieces), **values, "greeting": (("greeting", {}),)},
        window=a_window(),
        newsletter=a_newsletter(),
        tree=a_tree(),
        templates=Templates([bundled_directory()]),
    )
    return html, inline(html)
