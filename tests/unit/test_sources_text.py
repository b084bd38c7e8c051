"""Bytes to text, text to pieces, html to pieces."""

from __future__ import annotations

import time

import pytest

from digest.sources.decode import charset_of, decoded
from digest.sources.markup import DEEPEST, TooDeep, plain, read_html
from digest.sources.pieces import MOST_PIECES, Shape, document_from, document_to
from digest.sources.plaintext import read_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("naïve β".encode(), "naïve β"),
        ("naïve β".encode("utf-8-sig"), "naïve β"),
        ("naïve β".encode("utf-16"), "naïve β"),
        ("naive".encode("utf-16-le"), "naive"),
        ("naive".encode("utf-16-be"), "naive"),
        ("naïve – “x”".encode("cp1252"), "naïve – “x”"),
        (b"caf\xe9 \x81", "caf\xe9 \x81"),
        (b"", ""),
    ],
)
def test_decoded(data: bytes, text: str) -> None:
    """Bytes become text whatever they are; without any word about it, UTF-8 goes before windows-1252."""
    assert decoded(data) == text


def test_the_sender_and_the_page_are_believed() -> None:
    """A charset in the header, or in the page, is used; a nonsense one is not."""
    data = "Ωμέγα".encode("iso-8859-7")
    assert decoded(data, charset="iso-8859-7") == "Ωμέγα"
    assert decoded(b'<meta charset="iso-8859-7">' + data, markup=True).endswith("Ωμέγα")
    assert decoded(b"caf\xe9", charset="nonsense") == decoded(b"caf\xe9", charset="base64") == "café"
    assert charset_of('text/html; charset="UTF-8"') == "UTF-8"
    assert charset_of(None) is None


def shapes(html: str) -> list[tuple[str, str]]:
    return [(piece.shape.value, piece.text) for piece in read_html(html).pieces]


def test_html_blocks() -> None:
    """Headings, paragraphs, list items and rows come out in order, as plain text."""
    html = (
        "<h2>Head</h2>loose<p>a<br>b <em>c</em></p><ul><li>one<ol><li>two</ol></ul><table><tr><th>x<td>y<td>z</table>"
    )
    assert shapes(html) == [
        ("heading", "Head"), ("text", "loose"), ("text", "a"), ("text", "b c"), ("item", "one"), ("numbered", "two"),
        ("text", "x: y; z"),
    ]  # fmt: skip


def test_bold_print_can_be_a_heading_or_a_lead() -> None:
    """A paragraph wholly in bold is a heading; bold words at its beginning are its lead."""
    heading, text, item = read_html("<p><b>Head</b></p><p><b>Lead:</b> rest</p><li><b>item</b>").pieces
    assert (heading.shape, heading.text) == (Shape.HEADING, "Head")
    assert (text.shape, text.lead, text.text) == (Shape.TEXT, "Lead:", "Lead: rest")
    assert item.shape is Shape.TEXT or item.shape is Shape.ITEM


def test_what_acts_or_hides_is_gone() -> None:
    """Scripts, styles, forms, frames, hidden parts and comments leave no word."""
    html = (
        "<script>s</script><style>s</style><form>s</form><iframe>s</iframe><!-- s --><p hidden>s</p><svg><text>"
        "s</text></svg><noscript>s</noscript><nav>s</nav><div class='share-links'>s</div>"
        "<p>this one is kept, and long enough</p>"
    )
    assert shapes(html) == [("text", "this one is kept, and long enough")]


def test_a_wrapper_named_like_furniture_keeps_its_content() -> None:
    """A class on the whole page says nothing about its parts."""
    assert shapes("<div class='with-sidebar'><h1>Title</h1><p>Text</p></div>") == [
        ("heading", "Title"),
        ("text", "Text"),
    ]


def test_the_head_of_a_page() -> None:
    """Title, language, canonical address and meta elements are read; the first of each name counts."""
    page = read_html(
        "<html lang=de><head><title>T</title><meta name=DC.identifier content=a><meta name=dc.identifier content=b>"
        "<link rel=canonical href='https://e.example.org/'></head><body><main><h1>H</h1>"
        "<time datetime=2026-01-02>x</time>"
    )
    assert (page.title, page.language) == ("T", "de")
    assert page.meta == {"dc.identifier": "a", "canonical": "https://e.example.org/", "time": "2026-01-02"}


def test_side_by_side_parts() -> None:
    """Links without a space between them are one text, and its parts are known."""
    (piece,) = read_html("<p><a>B cells</a><a>IgA</a></p>").pieces
    assert (piece.text, piece.parts, piece.linked) == ("B cellsIgA", ("B cells", "IgA"), True)


@pytest.mark.parametrize(
    "opening",
    ["<div>", "<b>", "<ul><li>", "<li><dl><dd>", "<table><tr><td>", "<blockquote>", "<UL class=x><LI>", "<main>"],
)
def test_deep_nesting_is_refused_quickly(opening: str) -> None:
    """Markup 20,000 levels deep neither crashes nor hangs the reader."""
    started = time.process_time()
    with pytest.raises(TooDeep, match=str(DEEPEST)):
        read_html(opening * 20_000 + "x")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("html", ["", "<", "<p", "&", "<!-- ", "<html><head>", "\x00", "<p>\ud800</p>", "<b>"])
def test_broken_html_is_read_as_far_as_it_goes(html: str) -> None:
    """No fragment, however broken, is an error."""
    assert len(read_html(html).pieces) <= 1


def test_plain() -> None:
    """A title's markup is gone, and its words stay."""
    assert plain("IL-<em>6</em> &amp; <sup>B</sup> cells") == "IL-6 & B cells"


def test_a_flood_of_paragraphs_is_cut() -> None:
    """Only so many pieces are kept, and the document says that it was cut."""
    assert len(read_html("<p>x" * (MOST_PIECES + 5)).pieces) == MOST_PIECES
    assert read_text("x\n" * (MOST_PIECES + 5)).cut


def test_documents_travel_as_json() -> None:
    """What the child writes is what the parent reads."""
    document = read_html("<title>T</title><h1>x</h1><p><b>a</b> b<a>c</a><a>d</a>")
    assert document_from(document_to(document)) == document
