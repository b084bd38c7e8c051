"""The mail in a real browser: no sideways scroll, readable text, contrast by day and by night, fingers hit links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise, product

import pytest
from playwright.sync_api import Browser

from digest.edition import Templates, bundled_directory, lay_out, render_whole
from digest.edition.colours import palette
from digest.edition.page import WholePage
from digest.edition.paper import render_page
from digest.edition.templates import look
from tests import axe
from tests.browser import (
    CHROMIUM,
    HOW_TO_INSTALL,
    a_browser,
    difference,
    look_at,
    picture,
    shown,
    without_style,
)
from tests.factories import a_newsletter, a_tree, a_window
from tests.sample_issue import A_CORRECTION, FEW, LETTERS, NAMES, SHAPED, a_pool, golden
from tests.sample_pictures import PICTURES, SHOTS, pages

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=HOW_TO_INSTALL)

WIDTHS = (320, 360, 640)
MAILS = (*NAMES, "longest-names")
#: axe's rules for whole web sites: a mail has one region, its article.
SITES_ONLY = ("region", "landmark-one-main")
#: Every element that shows text itself: its colour, what it stands on, its size and its words.
TEXTS = """() => {
  const opaque = (e) => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$|transparent/.test(c)) return c; }
    return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length)
    .map(e => ({color: getComputedStyle(e).color, on: opaque(e), size: parseFloat(getComputedStyle(e).fontSize),
                words: e.textContent.trim().slice(0, 40)})); }"""
LINKS = """() => [...document.querySelectorAll('a')].map(a => ({words: a.textContent,
  height: a.getBoundingClientRect().height, line: getComputedStyle(a).textDecorationLine}))"""
STYLES = """(names) => [...document.querySelectorAll('body, body *')].map(e => {
  const s = getComputedStyle(e); return e.tagName + ' ' + names.map(n => s.getPropertyValue(n)).join('|'); })"""
COMPARED = [
    *("color", "background-color", "font-family", "font-size", "font-weight", "font-style", "line-height"),
    *("text-decoration-line", "text-align", "display", "width", "max-width", "max-height", "overflow", "word-break"),
    *("margin-top", "margin-right", "margin-bottom", "margin-left", "vertical-align", "border-top-left-radius"),
    *("padding-top", "padding-right", "padding-bottom", "padding-left"),
    *("border-top-width", "border-left-width", "border-top-color", "border-left-color", "border-top-style"),
    *("text-decoration-color", "text-decoration-thickness", "text-underline-offset", "letter-spacing"),
]
TEMPLATES = Templates([bundled_directory()])
#: What the templates of letters are given, each of it to some.
LETTERS_GIVEN = {
    "days": 7,
    "minutes": 15,
    "correction": {**asdict(A_CORRECTION), "host": "research.example.org"},
}


#: The last mail to an address that was given up: whoever has it now is offered nothing to open.
WITHOUT_LINKS = {"address-changed"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.mark.parametrize("styled", [True, False], ids=["with-style", "without-style"])
@pytest.mark.parametrize("name", MAILS)
def test_everybody_can_read_it(browser: Browser, name: str, styled: bool) -> None:
    """On small phones and desks, by day and night, with and without style blocks, whatever words stand in it:

    nothing scrolls sideways, no text is below 14 pixels or a contrast of 4.5, every link is underlined and has room
    for a finger, and axe finds nothing.
    """
    html = pages()[name] if styled else without_style(pages()[name])
    with shown(browser, html) as page:
        axe.load(page)
        for width, dark in product(WIDTHS, (False, True)):
            look_at(page, width=width, dark=dark)
            assert page.evaluate("document.documentElement.scrollWidth") == width
            texts = page.evaluate(TEXTS)
            weak = [text for text in texts if text["size"] < 14 or _contrast(text["color"], text["on"]) < 4.5]
            assert len(texts) > 5 and weak == []
            links = page.evaluate(LINKS)
            assert bool(links) is (name not in WITHOUT_LINKS)
            assert [link for link in links if link["height"] < 44 or link["line"] != "underline"] == []
            assert axe.faults(page, besides=SITES_ONLY) == []


@pytest.mark.parametrize("name", SHOTS)
def test_it_looks_as_it_did_when_it_was_looked_at(browser: Browser, name: str) -> None:
    """The golden pictures, drawn with boxes for letters: colours, sizes, spaces and line breaks on any machine.

    Smooth edges may differ by a little. After a wanted change: `python -m tests.sample_pictures`.
    """
    shot = SHOTS[name]
    today = picture(browser, pages()[shot.mail], width=shot.width, dark=shot.dark)
    assert difference(browser, (PICTURES / f"{name}.png").read_bytes(), today) < 0.002


def test_a_change_of_the_look_is_seen(browser: Browser) -> None:
    """A shade, a size or a space that changes is more than the tolerance."""
    mail = pages()["one-item"]
    golden = picture(browser, mail, width=360)
    tint = palette(a_newsletter().accent).light.tint
    for old, new in ((tint, "#ffffff"), ("padding:14px 16px 4px", "padding:16px 16px 4px")):
        assert old in mail and difference(browser, golden, picture(browser, mail.replace(old, new), width=360)) > 0.01


@pytest.mark.parametrize("name", ["standard", "confirmation", "correction"])
def test_in_outlook_s_branch_it_is_the_same_card(browser: Browser, name: str) -> None:
    """With the branch for Outlook opened the card is 600 pixels wide and as high as without it."""
    html = pages()[name]
    opened = html.replace("<!--[if mso]>", "").replace("<![endif]-->", "")
    box = "(({width, height}) => [width, height])(document.querySelector('.card').getBoundingClientRect())"
    sizes = []
    for page_html in (html, opened):
        with shown(browser, page_html, width=900) as page:
            sizes.append(page.evaluate(box))
    assert sizes[0] == sizes[1] and sizes[0][0] == 600


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("name", MAILS)
def test_headings_do_not_jump(browser: Browser, name: str) -> None:
    """One h1, and no level is left out on the way down."""
    with shown(browser, pages()[name]) as page:
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(("width", "dark"), [(360, False), (640, True)], ids=["phone", "night"])
def test_the_kept_styles_work(browser: Browser, width: int, dark: bool) -> None:
    """By night and on a phone a mail looks different from the same mail without its style blocks."""
    mail = pages()["standard"]
    plain = picture(browser, without_style(mail), width=width, dark=dark)
    assert difference(browser, plain, picture(browser, mail, width=width, dark=dark)) > 0.05


@pytest.mark.parametrize("name", ["standard", "confirmation"])
def test_one_style_block_is_left(name: str) -> None:
    """Of the two the first was written into the elements; the kept one fits what Gmail reads (16,384 characters)."""
    blocks = re.findall(r"(?s)<style[^>]*>(.*?)</style>", pages()[name])
    assert len(blocks) == 1 and "@media" in blocks[0] and len(blocks[0]) < 16_000


def test_jumps_arrive(browser: Browser) -> None:
    """Every entry of "In this issue" brings its section, of the same words, to where it can be read."""
    seen = "id => { const box = document.getElementById(id).getBoundingClientRect(); return [box.top, innerHeight]; }"
    with shown(browser, pages()["standard"]) as page:
        jumps = page.locator(".contents .jump").all()
        assert len(jumps) == 5
        for jump in jumps:
            target, words = (jump.get_attribute("href") or "").removeprefix("#"), jump.inner_text()
            jump.click()
            top, height = page.evaluate(seen, target)
            assert 0 <= top < height and page.locator(f"#{target} h2").inner_text() == words


def test_nothing_is_asked_of_the_network(browser: Browser) -> None:
    """The mail loads nothing: no image, font, sheet or pixel."""
    asked: list[str] = []
    with shown(browser, "<p></p>") as page:
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(pages()["standard"])
    assert asked == []


@pytest.mark.parametrize("name", NAMES)
def test_inlining_changes_no_computed_style(browser: Browser, name: str) -> None:
    """Every element of the mail we send looks as in the page rendered whole, before its styles were written into it."""
    before, after = (computed(browser, html) for html in (before_inlining(name), pages()[name]))
    assert before == after and all(len(elements) > 20 for elements in after.values())


def computed(browser: Browser, html: str) -> dict[tuple[int, bool], list[str]]:
    """The styles of every element on a phone and on a desk, by day and by night."""
    styles = {}
    with shown(browser, html) as page:
        for width, dark in product((360, 640), (False, True)):
            look_at(page, width=width, dark=dark)
            styles[width, dark] = page.evaluate(STYLES, COMPARED)
    return styles


def before_inlining(name: str) -> str:
    """The mail rendered from scratch, with both its style blocks."""
    _composer, edition, reader = golden()[name]
    values = {"name": reader.name, "address": reader.address, "preferences": reader.preferences_url,
              "pause": reader.pause_url, "unsubscribe": reader.unsubscribe_url, "web": reader.web_url,
              "confirm": reader.confirm_url, "greeting": (("greeting", {}),) if reader.name else ()}  # fmt: skip
    if name not in LETTERS:
        given = SHAPED if name == "shaped" else {"items": FEW}
        html, _ = render_whole(
            fillings={**lay_out(edition, a_pool(**given).html.pieces), **values},
            **given,
            window=a_window(),
            newsletter=a_newsletter(),
            tree=a_tree(),
            templates=TEMPLATES,
        )
        return html
    whole = WholePage(
        fillings={**values, "subject": edition.subject, "preheader": edition.preheader},
        catalogue={"greeting": {"greeting": ("greeting", ())}},
    )
    return render_page(TEMPLATES, name, ".html", whole, {**look(a_newsletter()), **LETTERS_GIVEN})


# --- what stands where -----------------------------------------------------------------------------------


def texts(browser: Browser, name: str, selector: str) -> list[str]:
    with shown(browser, pages()[name]) as page:
        return [" ".join(words.split()) for words in page.locator(selector).all_inner_texts()]


def test_the_facts_of_a_study_are_one_row(browser: Browser) -> None:
    """People, design, journal and date, the date as precisely as it is known; what is not known leaves no gap."""
    assert texts(browser, "standard", ".facts:has(.fact):not(:has(.circles))") == [
        "186 adults · randomised trial · Journal of Invented Rehabilitation · 12 November 2026",
        "1,204 adults at nine clinics · observational study · 2026",
        "92 teenagers, 12 to 17 years old · open-label study · Annals of Made-Up Neurology · dated December 2026",
    ]


def test_credibility_is_words_and_shape(browser: Browser) -> None:
    """On one line of their own where they do not fit; a screen reader hears the words alone."""
    assert texts(browser, "standard", ".facts:has(.circles)") == [
        "Credibility, as the source rates it: ●●● High",
        "Credibility, as the source rates it: ●●○ Moderate",
    ]
    with shown(browser, pages()["standard"], width=320) as page:
        tops = "rows => rows.map(row => [...row.children].map(e => Math.round(e.getBoundingClientRect().bottom)))"
        rows = page.eval_on_selector_all(".fact:has(.circles)", tops)
        assert rows and all(len(set(row)) == 1 for row in rows)
        assert page.locator(".circles:not([aria-hidden=true])").count() == 0


def test_the_chart_can_be_read_aloud(browser: Browser) -> None:
    """Each row is a table row with its topic as a heading and its number in words beside the bar."""
    with shown(browser, pages()["standard"]) as page:
        heard = page.locator(".bars").aria_snapshot()
        widths = page.eval_on_selector_all(".bar", "bars => bars.map(bar => bar.getBoundingClientRect().width)")
    assert re.findall(r'rowheader "([^"]+)"', heard) == ["Treatments", "Symptoms", "Children and teenagers"]
    assert re.findall(r'cell "(\d+)"', heard) == ["1", "1", "1"] and min(widths) > 40


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("brief", {"Important considerations:"}),
        ("standard", {"What they found", "Why it matters", "Important considerations", "How to tell"}),
        ("full-hostile-name", {"What they found", "Why it matters", "How to tell", "Questions readers ask"}),
    ],
)
def test_an_item_can_be_read_at_three_lengths(browser: Browser, name: str, labels: set[str]) -> None:
    """Brief: headline, takeaway and limits in a line. Standard: what was found and why it matters. Full: the rest."""
    heads = {*texts(browser, name, ".item h4"), *texts(browser, name, ".item p > strong")}
    assert labels <= heads and "Key takeaway" in heads
    assert ("What they found" in heads) is (name != "brief")
    assert ("Questions readers ask" in heads) is (name == "full-hostile-name")


def test_a_list_is_a_list(browser: Browser) -> None:
    """For eyes with its bullets, for ears with its number of points."""
    with shown(browser, pages()["standard"]) as page:
        assert [one.locator("li").count() for one in page.locator("ul").all()] == [3, 2]
        assert page.eval_on_selector_all("li", "all => all.every(e => getComputedStyle(e).listStyleType === 'disc')")


def test_why_you_see_this_is_quiet(browser: Browser) -> None:
    """It is the smallest and palest text of an item."""
    size = "e => [parseFloat(getComputedStyle(e).fontSize), getComputedStyle(e).color]"
    with shown(browser, pages()["standard"]) as page:
        why, text = (page.eval_on_selector(selector, size) for selector in (".why", ".item .text"))
    assert why[0] < text[0] and _contrast(why[1], "rgb(255, 255, 255)") < _contrast(text[1], "rgb(255, 255, 255)")


def test_a_test_says_so_before_anything_else(browser: Browser) -> None:
    """In the body, for which issue, and as whom; no other mail does."""
    assert texts(browser, "test", ".test") == [
        (
            "This is a test It shows November 2026 as a reader gets it who follows Fatigue and sleep; Eyes and vision. "
            "Nobody else was sent this mail, and the links at its end belong to nobody."
        )
    ]
    with shown(browser, pages()["test"]) as page:
        assert page.eval_on_selector(".body", "body => body.firstElementChild.className") == "test"
    assert [name for name in MAILS if 'class="test"' in pages()[name]] == ["test"]


def test_a_quiet_month_has_a_look_of_its_own(browser: Browser) -> None:
    """A heading that says so, where another issue has its list of contents, and one thing to do."""
    assert texts(browser, "quiet", ".calm h2") == ["A quiet month"] and not texts(browser, "quiet", ".contents, .item")
    assert texts(browser, "quiet", ".button") == ["See or change your topics"]
    assert not texts(browser, "standard", ".calm, .button")
