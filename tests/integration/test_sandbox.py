from __future__ import annotations

import os
import time

import pytest

from digest.errors import SourceError
from digest.sources.headings import Headings
from digest.sources.items import MOST_ENTRIES
from digest.sources.pieces import article_of
from digest.sources.sandbox import Sandbox

FEED = b'<rss version="2.0"><channel><title>t</title><link>https://e.example.org/</link>%s</channel></rss>'
#: Markup that is not nested too deep, and takes a quarter of a minute to read all the same.
ENDLESS = b"<p><b>" * 600_000
ITEM = b"<item><title>Title %d</title></item>"


def test_one_child_reads_many_documents() -> None:
    """Starting costs once; a refused document does not spoil the next."""
    with Sandbox() as sandbox:
        assert sandbox.read_page(b"<h1>x</h1>").pieces[0].text == "x"
        with pytest.raises(SourceError, match="no feed in any form"):
            sandbox.read_feed(b"nonsense")
        started = time.perf_counter()
        assert len(sandbox.read_feed(FEED % (ITEM % 1)).items) == 1
        assert time.perf_counter() - started < 2


def test_text_files_are_read_there_too() -> None:
    """With what stands before their text; what takes too long is left like any other document."""
    with Sandbox(seconds=5) as sandbox:
        document = sandbox.read_text("---\ntitle: [T\n---\n# Größe".encode("utf-16"), markdown=True)
        assert (document.pieces[0].text, document.meta["title"]) == ("Größe", "T")
        assert "no valid YAML" in document.trouble and document.trouble_line == 2
        assert sandbox.read_text(b"# T", markdown=False).pieces[0].text == "# T"


def test_an_article_is_found_under_all_limits() -> None:
    """What finds it loads and works where no file can be written, and knows the operator's headings."""
    told = "".join(
        f"<p>In week {week} the adults walked further with the vest than without it.</p>" for week in range(9)
    )
    box = "<div class=newsletter><h2>Zu bedenken</h2><p>Nobody was assigned by chance.</p></div>"
    menu = "<ul class=menu>" + "<li><a href=/x>Elsewhere</a></li>" * 30 + "</ul>"
    page = f"<html><body>{menu}<div class=text><h1>Vests</h1>{told}{box}</div>{menu}</body></html>".encode()
    with Sandbox() as sandbox:
        read = sandbox.read_page(page, headings=Headings({"Zu bedenken": "considerations"}))
    texts = [piece.text for piece in article_of(read)]
    assert (texts[0], texts[-2:]) == ("Vests", ["Zu bedenken", "Nobody was assigned by chance."])
    assert len(texts) == 12


@pytest.mark.parametrize(
    "part",
    [
        b"<p>x",
        b"<div class='comments share'>Words of prose stand here, in a whole sentence.</div>",
        b"<li><a href=/x>word</a>",
        b"<h2>Results</h2>",
        b"<table><tr><td>a<td>b</table>",
        b"&lt;p&gt;x",
    ],
)
def test_a_hundred_thousand_siblings_are_read_or_refused(part: bytes) -> None:
    """Neither crashes nor hangs the reader, and the next page is read."""
    with Sandbox() as sandbox:
        try:
            assert sandbox.read_page(b"<html><body>" + part * 100_000).pieces
        except SourceError as error:
            assert "than any real document needs" in str(error)  # noqa: PT017 - both are right
        assert sandbox.read_page(b"<p>next").pieces[0].text == "next"


def test_a_document_that_takes_too_long_is_left_and_the_next_is_read() -> None:
    """The wall clock ends a reading; another child reads on."""
    with Sandbox(seconds=2) as sandbox:
        with pytest.raises(SourceError, match=r"longer than 2 s"):
            sandbox.read_page(ENDLESS)
        assert sandbox.read_page(b"<p>next").pieces[0].text == "next"


def test_a_document_that_computes_too_much_is_left() -> None:
    """CPU is counted for each document, and the message says so."""
    with Sandbox(cpu=1) as sandbox:
        with pytest.raises(SourceError, match="more computing than any real document"):
            sandbox.read_page(ENDLESS)
        assert sandbox.read_page(b"<p>next").pieces[0].text == "next"


def test_a_document_that_fills_the_memory_is_left() -> None:
    """The address space has an end, and its end is not ours."""
    with Sandbox(memory=300 * 1024 * 1024) as sandbox:
        with pytest.raises(SourceError, match=r"more memory|broke the reader"):
            sandbox.read_page(b"<p>" * 1_600_000)
        assert sandbox.read_page(b"<p>next").pieces[0].text == "next"


def test_a_child_that_dies_is_told_of_and_replaced() -> None:
    """A reader broken by a document costs that document only."""
    with Sandbox() as sandbox:
        sandbox.read_page(b"<p>one")
        child = sandbox._child
        assert child is not None
        os.kill(child.pid, 9)
        child.wait()
        assert sandbox.read_page(b"<p>two").pieces[0].text == "two"


def test_a_flood_of_entries_is_cut_before_it_is_parsed() -> None:
    """50,000 items cost no more than a thousand from either end."""
    started = time.perf_counter()
    with Sandbox() as sandbox:
        feed = sandbox.read_feed(FEED % b"".join(ITEM % number for number in range(50_000)))
    assert (len(feed.items), len(feed.tail)) == (MOST_ENTRIES, MOST_ENTRIES)
    assert feed.dropped == 50_000 - 2 * MOST_ENTRIES
    assert feed.trouble == ""
    assert time.perf_counter() - started < 10


def test_deep_markup_costs_its_entry_only() -> None:
    """HTML nested 20,000 deep is refused, and the other entries are read."""
    deep = b"<item><title>Deep</title><description><![CDATA[" + b"<div>" * 20_000 + b"]]></description></item>"
    with Sandbox() as sandbox:
        items = sandbox.read_feed(FEED % (deep + ITEM % 1)).items
    assert [item.title for item in items] == ["Deep", "Title 1"]
    assert "levels deep" in items[0].trouble


def test_the_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment holds the import path and nothing of ours."""
    monkeypatch.setenv("DIGEST_SECRET_KEY", "do not tell")
    with Sandbox() as sandbox:
        sandbox.read_page(b"<p>x")
        assert sandbox._child is not None
        with open(f"/proc/{sandbox._child.pid}/environ", "rb") as environment:  # noqa: PTH123 - a pseudo file
            assert b"do not tell" not in environment.read()


def test_no_child_is_left_behind() -> None:
    """Leaving the sandbox ends its child."""
    with Sandbox() as sandbox:
        sandbox.read_page(b"<p>x")
        child = sandbox._child
    assert child is not None and child.poll() is not None
