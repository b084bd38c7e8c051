from __future__ import annotations

import pytest

from digest.sources.items import MOST_ENTRIES, NotAFeed, Order
from digest.sources.order import order_of
from digest.sources.xmlbytes import fit, mended, not_well_formed, without_prefix, without_subset
from digest.sources.xmlends import with_ends
from digest.sources.xmlfeed import parse_xml

FEED = b"<rss version='2.0'><channel><title>t</title>%s</channel></rss>"
ITEM = b"<item><title>Study %d</title><guid>g%d</guid></item>"


def items(count: int, *, date: str = "", start: int = 0) -> bytes:
    made = (ITEM % (number, number) for number in range(start, start + count))
    return b"".join(made) if not date else b"".join(made).replace(b"</item>", date.encode() + b"</item>")


def titles(data: bytes) -> list[str]:
    return [item.title for item in parse_xml(data, charset=None).items]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32"])
@pytest.mark.parametrize("head", ["", "<?xml version='1.0'?>", "<?xml version='1.0' encoding='utf-8'?>\n", "\n"])
def test_wide_encodings_need_no_declaration(encoding: str, head: str) -> None:
    """UTF-16 and UTF-32 are known by their zeros, with or without a mark, whatever the declaration says."""
    text = head + (FEED % (ITEM % (1, 1))).decode().replace("Study", "Größe")
    found = parse_xml(text.encode(encoding), charset="utf-8")
    assert [item.title for item in found.items] == ["Größe 1"]
    assert found.trouble == ""


def test_a_wrong_wide_charset_is_not_believed() -> None:
    """A server that calls UTF-8 UTF-16 does not turn a feed into signs."""
    assert fit(FEED % ITEM, charset="utf-16").charset is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (b"a & b &copy=2 &reg=eu &amp; c", b"a &amp; b &amp;copy=2 &amp;reg=eu &amp; c"),
        (b"&nbsp;&mdash;&unknown;&lt;", b"&#160;&#8212;&amp;unknown;&lt;"),
        (b"&#150;&#x3b2;&#1;&#0;", b"&#8211;&#946;&#65533;"),
        (b"p<0.05 CD4<CD8 held <LLN", b"p&lt;0.05 CD4&lt;CD8 held &lt;LLN"),
        (b"<p>a</p><br/><img src=x hidden><a b='c'>", b"<p>a</p><br/><img src=x hidden><a b='c'>"),
        (b"a\x00b\x0bc\td", b"abc\td"),
        (b"<![CDATA[a & b < c\x08]]> & <", b"<![CDATA[a & b < c]]> &amp; &lt;"),
        (b"<!-- x --><?a b?>", b"<!-- x --><?a b?>"),
        (b"\x1b$B&<\x1b(B", b"\x1b$B&<\x1b(B"),
    ],
)
def test_mending(text: bytes, read: bytes) -> None:
    """What is no XML is written as XML wants it, and what is stays, to the byte."""
    assert mended(text) == read


def test_what_was_mended_is_said() -> None:
    """The entries are read, the address keeps its parameters, and the operator hears of the fault."""
    data = FEED % b"<item><title>A & B</title><link>https://e.example.org/?a=1&copy=2</link></item>"
    found = parse_xml(data, charset=None)
    assert (found.items[0].title, found.items[0].link) == ("A & B", "https://e.example.org/?a=1&copy=2")
    assert "not well-formed" in found.trouble


@pytest.mark.parametrize(
    ("data", "charset", "well"),
    [
        (b"<a/>", None, True),
        (b"<a>\xe4</a>", "iso-8859-1", True),
        (b"<?xml version='1.0' encoding='x-own'?><a/>", None, True),
        (b"<a/>", "no-such-charset", True),
        (b"<a>&nbsp;</a>", None, False),
        (b"<a><b></a>", None, False),
    ],
)
def test_well_formed(data: bytes, charset: str | None, well: bool) -> None:
    """An encoding that only the feed's parser knows is no fault."""
    assert (not_well_formed(data, charset) == "") is well


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]>",
        b"<!DOCTYPE rss [ <!-- ] > --> <!ENTITY a 'b'> ]>",
        b"<!DOCTYPE rss PUBLIC 'x>y' [<!entity a 'b'>]>",
        b"<!DOCTYPE rss [<!ENTITY % a SYSTEM 'x'> %a;]>",
        b"<?x ?><!-- [ --><!DOCTYPE rss [ <!ELEMENT a ANY><!ENTITY a 'b'>",
    ],
)
def test_entities_of_its_own_are_refused(doctype: bytes) -> None:
    """However the declaration is dressed up."""
    with pytest.raises(NotAFeed, match="defines entities of its own"):
        without_subset(doctype + FEED)


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE rss PUBLIC '-//X//DTD RSS//EN' 'http://e.example.org/rss.dtd'>",
        b"<!DOCTYPE rss SYSTEM 'x'>",
        b"<!DOCTYPE rss []>",
        b"<!DOCTYPE rss [<!ELEMENT rss ANY>]>",
        b"<!-- <!ENTITY --><!DOCTYPE rss>",
    ],
)
def test_a_doctype_that_declares_no_entities_is_read(doctype: bytes) -> None:
    """Feeds of old name a DTD; HTML's entities are known without it."""
    data = doctype + FEED % b"<item><title>A&nbsp;B &mdash; C</title></item>"
    assert titles(data) == ["A B — C"]


@pytest.mark.parametrize(
    ("feed", "prefix"),
    [
        (b"<rss version='2.0'><channel><x:item><x:title>One</x:title></x:item></channel></rss>", b"x"),
        (b"<atom:feed><atom:entry><atom:title>One</atom:title></atom:entry></atom:feed>", b"atom"),
        (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom/'><a:entry><a:title>One</a:title></a:entry></a:feed>", b"a"),
        (b"<r:RDF><item><title>One</title></item></r:RDF>", None),
        (b"<rss><channel><item><title>One</title><foo:bar>x</foo:bar></item></channel></rss>", None),
    ],
)
def test_a_prefix_that_nothing_explains(feed: bytes, prefix: bytes | None) -> None:
    """The entries are read all the same."""
    assert titles(feed) == ["One"]
    assert (without_prefix(feed) is None) is (prefix is None)


def test_entries_in_no_form_we_know_are_no_empty_feed() -> None:
    """It is an error in words, never a feed that is well and lists nothing; an empty one is well."""
    with pytest.raises(NotAFeed, match="lists no entries in a form that we read"):
        parse_xml(b"<rss><channel>" + b"<paper><title>One</title></paper>" * 3 + b"</channel></rss>", charset=None)
    assert titles(FEED % b"") == []


@pytest.mark.parametrize(
    "data",
    [
        (FEED % items(3))[:-30],
        (FEED % items(3))[:-12],
        (FEED % items(3))[: -len("</channel></rss>")],
        (FEED % items(3)).replace(b"<title>Study 2", b"<title><![CDATA[Study 2")[:-50],
    ],
)
def test_a_feed_that_breaks_off(data: bytes) -> None:
    """Whole entries are read, the half one is not, and the feed is known to be cut."""
    found = parse_xml(data, charset=None)
    assert found.cut and found.trouble == ""
    assert [item.title for item in found.items] in (["Study 0", "Study 1"], ["Study 0", "Study 1", "Study 2"])


def test_atom_and_rdf_that_break_off() -> None:
    """Each is closed as it was opened."""
    atom = b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>One</title></entry><entry><title>Tw"
    rdf = b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    assert titles(atom) == ["One"]
    assert titles(rdf + b"<channel><title>t</title></channel><item><title>One</title></item><item>") == ["One"]


def test_a_feed_of_which_no_entry_came_is_none() -> None:
    """There is nothing to read in it, and it is not well."""
    with pytest.raises(NotAFeed, match="breaks off"):
        parse_xml(b"<rss version='2.0'><channel><title>t</title><item><title>On", charset=None)


def test_what_servers_append_is_no_cut() -> None:
    """A remark behind the last tag is usual."""
    assert not parse_xml(FEED % items(1) + b"\n<!-- served in 3 ms -->\n", charset=None).cut


@pytest.mark.parametrize(
    ("step", "order", "first", "last"),
    [(1, Order.OLDEST_FIRST, 5, MOST_ENTRIES + 4), (-1, Order.NEWEST_FIRST, MOST_ENTRIES + 4, 5)],
)
def test_the_newest_of_a_long_feed_are_kept(step: int, order: Order, first: int, last: int) -> None:
    """Whichever end they stand at, as their dates tell."""
    count = MOST_ENTRIES + 5
    entries = [
        items(1, start=number, date=f"<dc:date>{1950 + number // 12}-{number % 12 + 1:02}-01</dc:date>")
        for number in range(count)
    ]
    found = parse_xml(FEED % b"".join(entries[::step]), charset=None)
    assert (found.order, len(found.items), found.dropped, found.tail) == (order, MOST_ENTRIES, 5, ())
    assert [found.items[0].title, found.items[-1].title] == [f"Study {first}", f"Study {last}"]


def test_both_ends_of_a_long_feed_whose_order_is_unknown() -> None:
    """Without dates, or with equal ones, nobody can tell where new entries come."""
    found = parse_xml(FEED % items(2 * MOST_ENTRIES + 7), charset=None)
    assert (len(found.items), len(found.tail), found.dropped) == (MOST_ENTRIES, MOST_ENTRIES, 7)
    assert found.tail[-1].title == f"Study {2 * MOST_ENTRIES + 6}"


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        ([], Order.UNKNOWN),
        (["2026-01-01"] * 5, Order.UNKNOWN),
        (["2026-01-03", "2026-01-02", "", "2026-01-01"], Order.NEWEST_FIRST),
        (["2026-01-01", "nonsense", "2026-01-02", "2026-01-03"], Order.OLDEST_FIRST),
        (["2026-01-01", "2026-01-05", "2026-01-02", "2026-01-03"], Order.UNKNOWN),
    ],
)
def test_order(dates: list[str], order: Order) -> None:
    """Dates tell the order where they nearly all run one way."""
    assert order_of(dates) is order


@pytest.mark.parametrize("name", ["description", "title", "guid", "link", "pubDate", "content:encoded"])
@pytest.mark.parametrize("text", ["Nine walked on.", "<![CDATA[<p>Nine.</p><title>T</title>]]>"])
def test_an_element_that_is_never_closed_takes_no_other_entry_along(name: str, text: str) -> None:
    """It ends where the next one begins, or with its entry."""
    for order in ("{open}<title>Study 1</title><guid>g1</guid>", "<title>Study 1</title><guid>g1</guid>{open}"):
        broken = f"<item>{order.format(open=f'<{name}>{text}')}</item>".encode()
        data = FEED % (items(1) + broken + items(2, start=2))
        data = data.replace(b"<rss ", b"<rss xmlns:content='http://purl.org/rss/1.0/modules/content/' ")
        found = [item.title for item in parse_xml(data, charset=None).items]
        assert len(found) == 4
        assert [found[0], *found[2:]] == ["Study 0", "Study 2", "Study 3"]


def test_markup_in_a_text_ends_nothing() -> None:
    """A link of a page, or a summary with details, is none of the feed's."""
    text = b"<item><description><p>A <link/>b<summary>c</summary></p></description><title>T</title></item>"
    assert with_ends(text) == text
