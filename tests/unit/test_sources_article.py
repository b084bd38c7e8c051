"""Which pieces of a page are its article, where a page's own marks prove more than its looks."""

from __future__ import annotations

from digest.sources.article import MOST_ELEMENTS
from digest.sources.markup import read_html
from digest.sources.pieces import article_of
from tests.unit.test_sources_page_shapes import HEADINGS, PARTS, TEASERS, TITLE

MENU = "<ul class=menu>" + "".join(f"<li><a href=/{place}>Part {place}</a></li>" for place in range(20)) + "</ul>"
PARAGRAPHS = tuple(
    f"In week {week} the adults with a vest walked {week + 40} metres further in the heat, which nobody had expected."
    for week in range(1, 9)
)


def texts(body: str) -> list[str]:
    html = f"<!doctype html><html><head><title>{TITLE}</title></head><body>{MENU}{body}{MENU}</body></html>"
    return [piece.text for piece in article_of(read_html(html))]


def lines(*told: str) -> str:
    return "".join(f"<p>{one}</p>" for one in told)


def test_an_article_in_several_chunks_is_whole() -> None:
    """Boxes of one kind belong together, whatever stands between them."""
    chunks = "".join(
        f"<div class=row><div class='body chunk'>{lines(first, second)}</div></div><div class=ad>Ad</div>"
        for first, second in zip(PARAGRAPHS[::2], PARAGRAPHS[1::2], strict=True)
    )
    found = texts(f"<article><h1>{TITLE}</h1><div>{chunks}</div></article>")
    assert [text for text in found if text != "Ad"] == [TITLE, *PARAGRAPHS]


def test_lists_tables_and_quotations_stay_in_their_place() -> None:
    """Among the paragraphs of an article they are a part of it."""
    inner = (
        "<ul class=meta><li>Most of them liked it.</li></ul>",
        "<table class=widget><tr><td>Vest<td>412 m<tr><td>None<td>377 m</table>",
        "<blockquote class=embed><p>I could not do without it.</p></blockquote>",
    )
    body = "".join(f"<p>{told}</p>{inner[place] if place < 3 else ''}" for place, told in enumerate(PARAGRAPHS))
    assert texts(f"<main><h1>{TITLE}</h1>{body}</main>") == [
        TITLE, PARAGRAPHS[0], "Most of them liked it.", PARAGRAPHS[1], "Vest: 412 m", "None: 377 m", PARAGRAPHS[2],
        "I could not do without it.", *PARAGRAPHS[3:],
    ]  # fmt: skip


def test_what_the_page_calls_its_article_goes_before_what_is_longer() -> None:
    """A list of other articles can have more words than the one with the headline."""
    cards = "".join(
        f"<article class=card><h3><a href=/{n}>Story {n}</a></h3><p>The story number {n} tells of something else, in a "
        "sentence that breaks off in the mid</p></article>"
        for n in range(9)
    )
    boxes = "".join(f"<div>{told}</div>" for told in PARTS)
    assert texts(f"<div>{cards}</div><main><article><h1>{TITLE}</h1>{boxes}</article></main>") == [TITLE, *PARTS]


def test_an_advertisement_below_the_last_section_is_none_of_it() -> None:
    """It stands in a box of another kind than the section's own lines."""
    told = "".join(f"<h2>{name}</h2><p>{part}</p>" for name, part in zip(HEADINGS, PARTS, strict=True))
    advert = "<div class=ad-widget><p>Talk to our invented app to find out whether a vest suits you, today.</p></div>"
    comments = "<div id=comments><h3>Two comments</h3><p>Zed says: it helped me, and I told my neighbours.</p></div>"
    found = texts(f"<div class=wrap><h1>{TITLE}</h1>{told}{advert}{comments}</div>")
    assert found == [TITLE, *(text for pair in zip(HEADINGS, PARTS, strict=True) for text in pair)]


def test_a_section_that_looks_like_furniture_is_kept_by_its_heading() -> None:
    """Its paragraphs, points and rows, to the next heading."""
    section = "<h2>Limitations</h2><p>Few people.</p><ul><li>No chance.</li></ul><p>More of it.</p>"
    found = texts(f"<main><h1>{TITLE}</h1>{lines(*PARAGRAPHS)}<div class=newsletter-box>{section}</div></main>")
    assert found == [TITLE, *PARAGRAPHS, "Limitations", "Few people.", "No chance.", "More of it."]


def test_facts_beside_the_text_are_kept() -> None:
    """Topics and the journal are no prose, and belong to the study."""
    journal = "<div class=meta>Journal: Invented Journal of Heat</div>"
    topics = "<div class=tags><h4>Article Topics</h4><span>heat</span></div>"
    found = texts(f"<main><h1>{TITLE}</h1>{lines(*PARAGRAPHS)}{journal}{topics}</main>")
    assert found[-3:] == ["Journal: Invented Journal of Heat", "Article Topics", "heat"]


def test_a_teaser_that_repeats_the_text_is_not_read_for_it() -> None:
    """Each word of the article stands for one place."""
    teasers = "".join(f"<div class=card><a href=/x>{title}</a><p>{text}</p></div>" for title, text in TEASERS)
    again = f"<div class=card><a href=/this>{TITLE}</a><p>{PARAGRAPHS[0]}</p></div>"
    found = texts(f"<main><article><h1>{TITLE}</h1>{lines(*PARAGRAPHS)}</article></main><div>{teasers}{again}</div>")
    assert found == [TITLE, *PARAGRAPHS]


def test_a_page_of_too_many_elements_is_read_as_it_stands() -> None:
    """No time is lost in looking for an article there."""
    assert texts(f"<h1>{TITLE}</h1>" + "<p>x</p>" * MOST_ELEMENTS)[-1] == "x"
