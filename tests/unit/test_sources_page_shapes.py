"""Pages in many shapes: the parts of a summary go in, furniture is put around and between, the same parts come out."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.sources.headings import Headings
from digest.sources.markup import read_html
from digest.sources.pieces import Document, article_of

TITLE = "Vitamin Q and tiredness in an invented cohort"
PARTS = (
    "Vitamin Q taken in the morning made tired people a little less tired in this invented study.",
    (
        "The researchers followed 212 adults for a year. Those who took vitamin Q slept forty minutes longer, and 61 "
        "of them said that stairs had become easier to climb than before."
    ),
    (
        "People who live with fatigue may find this of use, and so may those who care for them, for the vitamin costs "
        "little and can be had without a prescription in most invented countries."
    ),
    (
        "The study was small and nobody was assigned by chance, so other reasons are possible. Ask your clinician "
        "before you take anything new."
    ),
)
HEADINGS = ("Key Takeaway", "What They Found", "Who Should Care and Why", "Important Considerations")
STANDING = (
    (
        "Whether you have just heard of this illness or have lived with it for years, the newest research can feel "
        "overwhelming. Studies published in medical journals like Invented Journal of Fatigue often range widely."
    ),
    "However, not all research is created equal, and some studies have few people in them.",
)
TEASERS = (
    ("12/31/2026", "How garden birds help with balance and what this means for people who live near the woo"),
    ("3/1/2026", "Early tests of a new walking stick show that the colour of the handle may matter more tha"),
    ("1/1/2026", "Discover how invented fish oil changes the way that mice swim in cold water and what it me"),
)

#: How a site may put a paragraph on a page.
BOXES = {
    "p": "<p>{}</p>",
    "div": "<div>{}</div>",
    "section": "<section>{}</section>",
    "span": "<div><span>{}</span></div>",
    "deep": '<div class="css-1x"><div class="css-2y"><div class="css-3z">{}</div></div></div>',
    "box": '<div class="box"><p>{}</p></div>',
    "card": '<div class="card mt-4"><div class="card-body"><div class="card-text">{}</div></div></div>',
    "article": "<article>{}</article>",
    "own element": "<x-box><x-text>{}</x-text></x-box>",
    "quote": "<blockquote>{}</blockquote>",
    "old": '<center><font size="2">{}</font></center>',
    "row": "<table><tr><td>{}</td></tr></table>",
}

#: What stands on pages beside an article. Each has the word by which it is known again.
AROUND = (
    '<nav><ul><li><a href="/a">zibble news</a></li><li><a href="/b">zibble about</a></li></ul></nav>',
    '<div class="breadcrumbs"><a href="/">zibble</a> / <a href="/x">zibble study</a></div>',
    '<div class="related-posts"><h3>zibble</h3><a href="/1">A zibble of birds</a><a href="/2">zibble fish</a></div>',
    '<div id="cookie-banner" style="display:none">We zibble cookies to make this site better for you.</div>',
    "<script>var zibble = 1;</script>",
    '<footer><p>© 2026 zibble. All rights reserved.</p><a href="/p">zibble</a></footer>',
    "<div hidden><p>The zibble is hidden here, and it is a sentence of some length.</p></div>",
)
BETWEEN = (
    '<div class="share-buttons"><a href="/f">zibble</a> <a href="/t">zibble it</a></div>',
    '<div class="social"><a href="/f">zibble</a></div>',
    "<script>zibble()</script>",
    '<form><label>zibble</label><input name="q"><button>zibble</button></form>',
    "<button>zibble</button>",
    '<figure><img alt="zibble"><figcaption>A zibble in the sun. Photo: Zed Zibble.</figcaption></figure>',
    '<p style="display: none">A zibble nobody sees, though it is a whole sentence.</p>',
    "<!-- zibble -->",
)


def texts(document: Document) -> list[str]:
    return [piece.text for piece in article_of(document)]


def page(body: str, *, frame: bool = True, title: bool = True) -> str:
    start = f"<!doctype html><html lang=en><head><title>{TITLE} | Site</title></head><body>"
    top, end = (AROUND[0], AROUND[5]) if frame else ("", "")
    headline = f"<h1>{TITLE}</h1>" if title else ""
    return f'{start}{top}<div id="root"><div class="page">{headline}{body}</div></div>{end}</body></html>'


def teasers(box: str) -> str:
    rows = (box.format(date) + box.format(text) + '<a href="/x">Read More</a>' for date, text in TEASERS)
    return "".join(rows)


@pytest.mark.parametrize("title", [True, False])
@pytest.mark.parametrize("frame", [True, False])
@pytest.mark.parametrize("box", BOXES)
def test_a_summary_in_plain_boxes_comes_out_whole(box: str, frame: bool, title: bool) -> None:
    """Without a heading to lead them, every paragraph is there, in order, and so is what names the journal."""
    shape = BOXES[box]
    body = "".join(map(shape.format, PARTS)) + teasers("<div>{}</div>") + "".join(map("<div>{}</div>".format, STANDING))
    found = texts(read_html(page(body, frame=frame, title=title)))
    assert [text for text in found if text in PARTS + STANDING] == [*PARTS, *STANDING]


@pytest.mark.parametrize(
    "body",
    [
        "<div>" + "<br><br>".join(PARTS) + "</div>",
        "<div>" + "<br>".join(PARTS) + "</div>",
        "<div>" + "".join(map("<span>{}</span>".format, PARTS)) + "</div>",
        "<div>" + "\n".join(map("<span>{}</span>".format, PARTS)) + "</div>",
        "<ul>" + "".join(map("<li>{}</li>".format, PARTS)) + "</ul>",
        "<dl>" + "".join(map("<dd>{}</dd>".format, PARTS)) + "</dl>",
        "<pre>" + "\n\n".join(PARTS) + "</pre>",
        "<table><tr><td>" + "</td></tr><tr><td>".join(PARTS) + "</td></tr></table>",
        "<table><tr><td><a href=/1>Home</a><br><a href=/2>News</a></td><td>" + "<p>".join(PARTS) + "</td></tr></table>",
    ],
)
def test_paragraphs_that_have_no_box_of_their_own(body: str) -> None:
    """Broken lines, spans side by side, points, rows and cells of a layout are paragraphs, too."""
    assert [text for text in texts(read_html(page(body))) if text in PARTS] == [*PARTS]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_parts_in_furniture_shuffled_in_the_same_parts_out(data: st.DataObject) -> None:
    """Wherever a site puts its furniture, an article's headings and paragraphs come out in order, and nothing else."""
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    with_headings = data.draw(st.booleans())
    box = BOXES[data.draw(st.sampled_from(["p", "box", "section", "div"]))]
    wanted = [text for pair in zip(HEADINGS, PARTS, strict=True) for text in (pair if with_headings else pair[1:])]
    body = [f"<h2>{text}</h2>" if text in HEADINGS else box.format(text) for text in wanted]
    for furniture in data.draw(st.lists(st.sampled_from(BETWEEN), max_size=5)):
        body.insert(chance.randrange(len(body) + 1), furniture)
    around = data.draw(st.lists(st.sampled_from(AROUND), max_size=5))
    cut = chance.randrange(len(around) + 1)
    article = f"<main><article><h1>{TITLE}</h1>{''.join(body)}</article></main>"
    html = (
        f"<html><head><title>{TITLE}</title></head><body>{''.join(around[:cut])}{article}{''.join(around[cut:])}</body>"
    )
    assert texts(read_html(html)) == [TITLE, *wanted]


BEFORE_LIMITS = (
    "<main><article><h1>A vest and walking in the heat</h1><h2>Key Takeaway</h2><p>A cooling vest helped people to walk"
    " further in warm rooms than they did before.</p><h2>What They Found</h2><p>The team followed 60 adults for 2 years"
    " and 41 of them walked further with the vest.</p><p>Their speed rose by 12 percent and stayed as it was in the"
    " others.</p><h2>Limitations</h2><p>The study was small, and nobody was assigned by chance.</p>{}</article></main>"
)


def below_limits(name: str, text: str) -> list[str]:
    page = BEFORE_LIMITS.format(f'<div class="{name}"><p>{text}</p></div>')
    return [one.text for one in read_html(page, article=True, headings=Headings()).pieces if not one.beside]


@pytest.mark.parametrize("text", ["It may not apply to people who use a wheelchair.", "It did not test children."])
@pytest.mark.parametrize(
    "name",
    ["comments-on-limits", "informed-consent", "social-support", "related-findings", "menu-of-exercises", "author",
     "shared-decision", "tags", "caption", "rating", "comments"],
)  # fmt: skip
def test_a_limit_in_a_box_of_any_name_below_its_heading(name: str, text: str) -> None:
    """What it says tells more than what its box is called."""
    assert text in below_limits(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("comments", "I walked to the sea, and my doctor laughed."),
        ("author-bio", "Jane Doe is a nurse who writes about walking."),
        ("related-posts", "Find out how people spent their summer."),
        ("newsletter-signup", "Get our news every week."),
    ],
)
def test_what_a_site_puts_below_the_limits(name: str, text: str) -> None:
    """It says nothing of the study."""
    assert text not in below_limits(name, text)
