"""What a feed says of an entry and the page behind it are read together."""

from __future__ import annotations

import pytest

from digest.models import SectionRole
from digest.sources.items import Item
from digest.sources.markup import LONGEST_HTML, read_html
from digest.sources.original import BREAKS_OFF, TOO_LONG, Manner, Original, read
from digest.sources.pieces import MOST_PIECES
from digest.sources.textfile import taken_apart

PAGE = """<html><head>{}</head><body><article><h1>Heat and walking</h1><h2>Key takeaway</h2>
<p>People walked less in the heat.</p><h2>Findings</h2><p>Of 40 people, 31 walked less.{}</p></article></body></html>"""
HEAD = '<meta name="citation_doi" content="10.5555/head.1">'


@pytest.mark.parametrize(
    ("marks", "text", "head", "on_page", "doi"),
    [
        (("doi:10.5555/mark.1",), "doi:10.5555/feed.1", HEAD, " doi:10.5555/page.1", "10.5555/mark.1"),
        ((), "doi:10.5555/feed.1", HEAD, " doi:10.5555/page.1", "10.5555/head.1"),
        ((), "doi:10.5555/feed.1", "", " doi:10.5555/page.1", "10.5555/feed.1"),
        ((), "", "", " doi:10.5555/page.1", "10.5555/page.1"),
    ],
)
def test_a_marked_doi_goes_before_one_a_text_mentions(
    marks: tuple[str, ...], text: str, head: str, on_page: str, doi: str
) -> None:
    """The feed's own mark, then the page's head, then the feed's words, then the page's."""
    item = Item(title="Heat and walking", pieces=read_html(f"<p>A new study. {text}</p>").pieces, marks=marks)
    page = read_html(PAGE.format(head, on_page))
    assert read(Original(item=item, page=page), Manner()).doi == doi


LIMITS = "<h2>Limitations</h2><p>Nobody was assigned by chance.</p>"


def test_a_picture_written_out_in_letters_pushes_nothing_out_of_a_page() -> None:
    """Its address may have millions of characters and is no text."""
    picture = f'<img src="data:image/png;base64,{"A" * LONGEST_HTML}">'
    reading = read(Original(page=read_html(PAGE.format("", picture).replace("</article>", LIMITS))), Manner())
    assert [section.role for section in reading.sections][-1] is SectionRole.CONSIDERATIONS
    assert reading.unsure == ()


@pytest.mark.parametrize(
    "told",
    ["<p>One more.</p>" * (MOST_PIECES + 1), f"<p>{'More of it. ' * 2000}</p>", f"<p title='{'a b ' * 1_250_000}'>"],
)
def test_a_document_that_is_longer_than_what_is_read_is_one_to_look_at(told: str) -> None:
    """Its end, where limits stand, is missing."""
    page = read_html(PAGE.format("", told).replace("</article>", LIMITS), article=False)
    assert TOO_LONG in read(Original(page=page), Manner()).unsure
    if len(told) < LONGEST_HTML:
        text = taken_apart(told.replace("<p>", "\n\n").replace("</p>", ""), markdown=False)
        assert TOO_LONG in read(Original(text=text), Manner()).unsure
        assert TOO_LONG in read(Original(item=Item(title="Heat", pieces=page.pieces)), Manner()).unsure


def test_a_page_that_breaks_off_is_one_to_look_at() -> None:
    """A saved one cannot be asked for again."""
    whole = PAGE.format("", "")
    assert read(Original(page=read_html(whole)), Manner()).unsure == ()
    assert BREAKS_OFF in read(Original(page=read_html(whole[: whole.index("31 walked")])), Manner()).unsure
