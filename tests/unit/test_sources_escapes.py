from __future__ import annotations

import time

import pytest

from digest.sources.clean import clean_title
from digest.sources.escapes import characters, is_surely_markup, tags_in, text_size, well_marked, without_tags
from digest.sources.fragment import read_fragment
from digest.sources.markup import read_html
from digest.sources.textfile import read_typed


@pytest.mark.parametrize(
    "text",
    [
        "CD4<CD8",
        "p<0.05",
        "lymphocytes <LLN (n=3)",
        "IgG<IgM held in 12 people and a ratio>2",
        "age <b and c> d",
        "n <s class 2> x",
        "a <5 and >6",
        "IL-6 <IL-8> IL-10",
        "x < y > z",
        "5 <!-- 6",
        "2 <= 3 <> 4",
        "EDSS<",
        "<3",
        "levels <mean:sd of all",
    ],
)
def test_a_less_than_sign_is_a_character(text: str) -> None:
    """What has no tag's name, or is not written as a tag, is words; nothing of it is lost, in a title or elsewhere."""
    assert tags_in(text) == frozenset()
    assert without_tags(text) == text == clean_title(text)
    assert characters(well_marked(text)) == text
    assert "<" not in well_marked(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("<p>a</p>", {"p"}),
        ("a<BR/>b<br />c", {"br"}),
        ("<a href='x>y' target=_blank>a</a>", {"a"}),
        ('<img alt src="a.png" data-x hidden>', {"img"}),
        ("<o:p></o:p>", {"o:p"}),
        ("<jats:italic>E. coli</jats:italic>", {"jats:italic"}),
        ("<my-box class=x>t</my-box>", {"my-box"}),
        ("<unknown>t</unknown>", {"unknown"}),
        ('<img src="data:image/png;base64,' + "A" * 50_000 + '">', {"img"}),
    ],
)
def test_tags(text: str, names: set[str]) -> None:
    """Known names, and unknown ones that are closed as well, are tags, whatever attributes they have."""
    assert tags_in(well_marked(text)) == names


@pytest.mark.parametrize(
    ("text", "surely"),
    [
        ("the <b> allele", False),
        ("the <b> allele and the </i> one", False),
        ("<b>bold</b>", True),
        ("a<br>b", True),
        ("see <a href=x>", True),
        ("CD4<CD8", False),
    ],
)
def test_what_can_only_be_markup(text: str, surely: bool) -> None:
    """A lone tag may be written about; one that is closed, or has attributes, is meant as one."""
    assert is_surely_markup(text) is surely


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("&lt;p&gt;Of 60, &lt;b&gt;41&lt;/b&gt; walked.&lt;/p&gt;", "<p>Of 60, <b>41</b> walked.</p>"),
        ("&amp;lt;p&amp;gt;41 walked.&amp;lt;/p&amp;gt;", "<p>41 walked.</p>"),
        ("&lt;p&gt;p &amp;lt; 0.05&lt;/p&gt;", "<p>p &lt; 0.05</p>"),
        ("<p>A &lt;a href=&quot;https://e.example.org/&quot;&gt;big&lt;/a&gt; one</p>",
         '<p>A <a href="https://e.example.org/">big</a> one</p>'),
        ("<p>one&lt;br/&gt;two</p>", "<p>one<br/>two</p>"),
        ("<p>the &lt;b&gt; allele</p>", "<p>the &lt;b&gt; allele</p>"),
        ("<p>p &lt; 0.05 and n &gt; 3</p>", "<p>p &lt; 0.05 and n &gt; 3</p>"),
        ("<p>R&amp;amp;D&amp;nbsp;costs &amp;#8211; all</p>", "<p>R&amp;D&nbsp;costs &#8211; all</p>"),
        ("<p>x &amp;unknown; &amp;copy=2</p>", "<p>x &amp;unknown; &amp;copy=2</p>"),
        ("<pre>&lt;b&gt;shown&lt;/b&gt;</pre>", "<pre>&lt;b&gt;shown&lt;/b&gt;</pre>"),
        ("<p>EDSS <6 and CD4<CD8 held</p>", "<p>EDSS &lt;6 and CD4&lt;CD8 held</p>"),
        ("<p>cut in a <a href='https://e.exam", "<p>cut in a "),
        ("<p>cut in a tag</p", "<p>cut in a tag"),
        ("<!DOCTYPE html><!-- note --><p>a</p>", "<!DOCTYPE html><!-- note --><p>a</p>"),
    ],
)  # fmt: skip
def test_markup_is_written_well(text: str, marked: str) -> None:
    """What was escaped once too often is markup again; what is a character is written as one."""
    assert well_marked(text) == marked


@pytest.mark.parametrize(
    ("markup", "size"),
    [
        ("<p><img src='a-very-long-name.png' srcset='b.png 2x'/></p>", 0),
        ("<script>var a = '<p>long words</p>';</script>", 0),
        ("<iframe src=x>Your browser cannot</iframe>", 0),
        ("<style>p {}</style><p>one  two</p>", 7),
        ("one", 3),
    ],
)
def test_text_is_counted_and_nothing_else(markup: str, size: int) -> None:
    """A picture, a script or an embedded player says nothing."""
    assert text_size(markup) == size


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("10<sup>6</sup> cells and H<sub>2</sub>O", "10⁶ cells and H₂O"),
        ("Reduced by <del>50%</del> 30%", "Reduced by 30%"),
        ("Heat<br>and sleep", "Heat and sleep"),
        ("&lt;i&gt;E. coli&lt;/i&gt; &amp;amp; others", "E. coli & others"),
        ("<jats:italic>Gut</jats:italic> bacteria <mml:math><mml:mi>x</mml:mi></mml:math>", "Gut bacteria x"),
        ("p &lt; 0.05", "p < 0.05"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("A <!-- note --> title", "A title"),
    ],
)
def test_titles(title: str, kept: str) -> None:
    """A title is its words: numbers keep their powers, and struck-out words are gone."""
    assert clean_title(title) == kept


def test_a_title_that_is_said_to_be_plain() -> None:
    """Then a lone tag is characters, as Atom means it; one that is closed is markup all the same."""
    assert clean_title("The <b> allele", plain=True) == "The <b> allele"
    assert clean_title("The <i>b</i> allele", plain=True) == "The b allele"


@pytest.mark.parametrize(
    "unit",
    ['<a b="', "<a b='\" x='", "<", "<b ", "<b a", "&lt;a", "&lt;", "<!--", "<script>", "<p>", "</p", "&amp;",
     "<a a a ", "<a x=\"<a x='\" x='\" y=' ", "<foo>", "<![", "<?a"],
)  # fmt: skip
def test_hostile_text_costs_little(unit: str) -> None:
    """A megabyte of what begins a tag and ends none is read in a moment."""
    text = unit * (1_000_000 // len(unit))
    started = time.perf_counter()
    well_marked(text)
    without_tags(text)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        "&lt;p>We saw nine.&lt;/p>",
        "&#60;p&#62;We saw nine.&#60;/p&#62;",
        "&#x3c;p&#x3E;We &#x3c;b&#x3e;saw&#x3c;/b&#x3e; nine.&#x3c;/p&#x3E;",
        "&amp;#60;p&amp;#62;We saw nine.&amp;#60;/p&amp;#62;",
        "We &lt;!-- wp:paragraph --&gt;saw &lt;!-- and >nine.",
        "&lt;p&gt;We saw &lt;!-- note --&gt; nine.&lt;/p&gt;",
    ],
)
def test_no_tag_is_shown_however_it_was_escaped(text: str) -> None:
    """By names, by numbers, in part, and comments with them; in a feed, in a text and in a page."""
    read = (read_fragment(text), read_typed(text).pieces, read_html(text, article=False).pieces)
    for pieces in read:
        assert "&lt" not in pieces[0].text
        assert "p>" not in pieces[0].text
        assert "wp:" not in pieces[0].text


def test_escaped_tags_in_a_title() -> None:
    """A power stays one."""
    assert clean_title("10&lt;sup>6&lt;/sup> and 10&#60;sup&#62;6&#60;/sup&#62;") == "10⁶ and 10⁶"
    assert clean_title("p &#60; 0.05") == "p < 0.05"
