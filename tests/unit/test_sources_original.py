"""What a feed says of an entry and the page behind it are read together."""

from __future__ import annotations

import pytest

from digest.sources.items import Item
from digest.sources.markup import read_html
from digest.sources.original import Manner, Original, read

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
