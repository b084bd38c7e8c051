from __future__ import annotations

import pytest

from digest.sources.items import Item, NotAFeed
from digest.sources.xmlfeed import parse_xml

NAMES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
RSS = f'<rss version="2.0" {NAMES}><channel><title>t</title><item>%s</item></channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"%s><title>t</title><entry>%s</entry></feed>'
PAGE = "https://e.example.org/one"


def rss(inside: str) -> Item:
    return parse_xml((RSS % inside).encode(), charset=None).items[0]


def atom(inside: str, feed: str = "") -> Item:
    return parse_xml((ATOM % (feed, inside)).encode(), charset=None).items[0]


def text_of(item: Item) -> str:
    return " | ".join(one.text for one in item.pieces)


@pytest.mark.parametrize(
    "links",
    [
        f'<link rel="replies" type="application/atom+xml" href="{PAGE}/feed"/><link href="{PAGE}"/>',
        f'<link href="{PAGE}"/><link rel="enclosure" type="image/png">https://e.example.org/one.png</link>',
        f'<link rel="self" href="{PAGE}.atom"/><link rel="edit" href="{PAGE}/edit"/><link href="{PAGE}"/>',
        f'<link type="application/pdf" href="{PAGE}.pdf"/><link rel="alternate" type="text/html" href="{PAGE}"/>',
        f'<link rel="alternate" type="image/png" href="{PAGE}.png"/><link rel="alternate" href="{PAGE}"/>',
        f'<link rel="related" href="https://other.example.org/"/><link rel="alternate" href="{PAGE}"/>',
        f'<link rel="via" href="https://via.example.org/"/><link href="{PAGE}"/>',
        f'<link rel="http://www.iana.org/assignments/relation/alternate" href="{PAGE}"/>',
        f'<link type="application/rss+xml" href="{PAGE}/c"/><link rel="ALTERNATE" type="TEXT/HTML" href="{PAGE}"/>',
        f'<link rel="nofollow alternate" href="{PAGE}"/>',
    ],
)
def test_the_page_itself_is_the_link(links: str) -> None:
    """Comments, pictures, feeds and what is only related are not the page."""
    assert atom(f"<title>One</title>{links}").link == PAGE


@pytest.mark.parametrize(
    "links",
    [
        '<link rel="enclosure" type="image/png">https://e.example.org/one.png</link>',
        '<link rel="replies" href="https://e.example.org/one/feed"/>',
        '<link rel="alternate" type="image/png" href="https://e.example.org/one.png"/>',
    ],
)
def test_no_page_is_better_than_a_wrong_one(links: str) -> None:
    """A picture or a comments' feed is no page to send readers to."""
    assert atom(f"<title>One</title>{links}").link == ""


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        (f"<guid>{PAGE}</guid>", PAGE),
        (f"<link/><guid>{PAGE}</guid>", PAGE),
        (f"<guid isPermaLink='false'>{PAGE}</guid>", ""),
        ("<guid>one</guid>", ""),
        (f"<guid>{PAGE}?p=1</guid><link>{PAGE}</link>", PAGE),
        (f"<link>{PAGE}?a=1&amp;copy=2&amp;reg=3</link>", f"{PAGE}?a=1&copy=2&reg=3"),
        (f"<link><![CDATA[{PAGE}?a=1&copy=2]]></link>", f"{PAGE}?a=1&copy=2"),
        (f"<link>{PAGE}?a=1&copy=2&reg=3</link>", f"{PAGE}?a=1&copy=2&reg=3"),
        (f"<link>{PAGE}?a=1&amp;amp;b=2</link>", f"{PAGE}?a=1&b=2"),
        (f"<link>https://count.example.org/~r/x</link><feedburner:origLink>{PAGE}</feedburner:origLink>", PAGE),
        (f"<link>{PAGE}</link><atom:link rel='replies' href='{PAGE}/c'/><comments>{PAGE}#c</comments>", PAGE),
        (f"<atom:link href='{PAGE}'/>", PAGE),
        (f"<link>{PAGE}</link><enclosure url='{PAGE}.png' type='image/png' length='1'/>", PAGE),
    ],
)
def test_links_of_rss(inside: str, link: str) -> None:
    """The page's own address with its parameters; a guid only where it is one."""
    assert rss(f"<title>One</title>{inside}").link == link


def test_xml_base() -> None:
    """Relative links begin where the nearest xml:base says."""
    inside = "<title>One</title><link href='2026/one'/>"
    assert atom(inside, ' xml:base="https://e.example.org/blog/"').link == "https://e.example.org/blog/2026/one"


@pytest.mark.parametrize(
    "bodies",
    [
        "<description>Of 60, 41 walked.</description><content:encoded>&lt;img src='%s'/></content:encoded>",
        "<description>Of 60, 41 walked.</description><content:encoded>&lt;script>%s&lt;/script></content:encoded>",
        "<description>Of 60, 41 walked.</description><content:encoded>&lt;embed src='%s'></content:encoded>",
        "<description><![CDATA[<img src='%s'>]]></description><content:encoded>Of 60, 41 walked.</content:encoded>",
        "<description>Of 60, 41 walked.</description><content:encoded></content:encoded>",
        "<description>Of 60…</description><content:encoded>Of 60, 41 walked.</content:encoded>",
    ],
)
def test_the_body_with_more_text_is_read(bodies: str) -> None:
    """Pictures, scripts and players have no text, however long their markup is."""
    inside = bodies.replace("%s", "https://e.example.org/" + "x" * 500)
    assert text_of(rss(f"<title>One</title>{inside}")) == "Of 60, 41 walked."


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/octet-stream"])
def test_what_is_no_text_is_no_body(kind: str) -> None:
    """A picture written out in letters is not printed."""
    inside = f'<title>One</title><summary>Words.</summary><content type="{kind}">{"QUJD" * 99}</content>'
    assert text_of(atom(inside)) == "Words."


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        ("<summary type='text'>IgG&lt;IgM in 12 and a ratio&gt;2</summary>", "IgG<IgM in 12 and a ratio>2"),
        ("<summary>The &lt;b&gt; allele</summary>", "The <b> allele"),
        ("<summary type='html'>The &lt;b&gt;bold&lt;/b&gt; one</summary>", "The bold one"),
        (
            "<content type='html'><p>Part of the &lt;a href='x'&gt;big&lt;/a&gt; one</p></content>",
            "Part of the big one",
        ),
        ("<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>A <b>c</b></p></div></content>", "A c"),
        ("<content type='text/markdown'># A\n\nb</content>", "A | b"),
        ("<summary>Short.</summary><content type='html' src='https://e.example.org/'/>", "Short."),
    ],
)
def test_bodies_of_atom(inside: str, read: str) -> None:
    """Each is read as what it says it is."""
    assert text_of(atom(f"<title>One</title>{inside}")) == read


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        ("<title>EDSS &lt;6 (p&lt;0.05)</title>", "EDSS <6 (p<0.05)"),
        ("<title type='html'>New &lt;b&gt;drug&lt;/b&gt;&amp;#39;s trial</title>", "New drug's trial"),
        ("<title type='html'>p &amp;lt; 0.05 and CD4&lt;CD8</title>", "p < 0.05 and CD4<CD8"),
        ("<title>NfL&lt;baseline and age&gt;50</title>", "NfL<baseline and age>50"),
        ("<title>10&lt;sup&gt;6&lt;/sup&gt; cells</title>", "10⁶ cells"),
        ("<title>Own</title><source><title>Other</title></source>", "Own"),
    ],
)
def test_titles_of_atom(inside: str, title: str) -> None:
    """A title's own words, and all of them."""
    assert atom(inside).title == title


@pytest.mark.parametrize(
    "inside",
    [
        "<title>Own</title><media:title>Picture</media:title>",
        "<media:content url='x'><media:title>Picture</media:title></media:content><title>Own</title>",
        "<image><title>Picture</title></image><title>Own</title>",
        "<title>Own</title><source url='x'>Other</source>",
    ],
)
def test_other_titles_do_not_replace_the_entry_s(inside: str) -> None:
    """Those of a picture or of a quoted source."""
    assert rss(inside).title == "Own"


SEEN = "A long beach in the evening sun, with many people on it who walk along the water."


@pytest.mark.parametrize(
    "inside",
    [
        f"<description>Own.</description><media:description>{SEEN}</media:description>",
        f"<media:group><media:description>{SEEN}</media:description></media:group><description>Own.</description>",
        f"<media:content url='x'><media:description>{SEEN}</media:description></media:content><summary>Own.</summary>",
    ],
)
def test_what_a_picture_shows_is_not_the_entry_s_text(inside: str) -> None:
    """Wherever it stands, and however much it says."""
    assert [piece.text for piece in rss(f"<title>T</title>{inside}").pieces] == ["Own."]


def test_a_film_s_description_is_all_that_its_feed_says() -> None:
    """Without a text of its own the entry has that one."""
    inside = f"<title>T</title><media:group><media:description>{SEEN}</media:description></media:group>"
    assert [piece.text for piece in atom(inside).pieces] == [SEEN]
    assert [piece.text for piece in rss(inside).pieces] == [SEEN]


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"PK\x03\x04", "ZIP"), (b"BZh91AY", "bzip2"), (b"%PDF-1.7", "PDF"), (b"\x89PNG", "image"), (b"words", "no feed")],
)
def test_what_is_no_feed_is_named(data: bytes, said: str) -> None:
    """The operator reads what it is instead."""
    with pytest.raises(NotAFeed, match=said):
        parse_xml(data, charset=None)
