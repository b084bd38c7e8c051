"""What each kind of HTML becomes; see `test_sources_page_shapes.py` for whole pages."""

from __future__ import annotations

import pytest

from digest.sources.decode import decoded
from digest.sources.ends import breaks_off
from digest.sources.headings import Headings
from digest.sources.markup import read_html
from digest.sources.pieces import Shape, article_of

#: A sentence without which a summary would say more than its study.
LIMIT = "Nobody was assigned by chance."


def texts(html: str) -> list[str]:
    return [piece.text for piece in read_html(html, article=False).pieces]


def of_page(body: str) -> list[str]:
    html = f"<!doctype html><html><head><title>x</title></head><body>{body}</body></html>"
    return [piece.text for piece in article_of(read_html(html))]


# --- marks in a line


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("2 × 10<sup>6</sup> cells", "2 × 10⁶ cells"),
        ("a score of 4.0<sup><a href='#n1'>1</a></sup>", "a score of 4.0¹"),
        ("CO<sub>2</sub>", "CO₂"),
        ("by <del>50%</del> <ins>30%</ins>, <s>safe</s> and <strike>sound</strike>.", "by 30%, and ."),
        ("<span style='text-decoration: line-through'>50%</span> 30%", "30%"),
        ("He said <q>fine</q>.", "He said “fine”."),
        ("<img alt=✅ src=x> yes, <img alt=❌> no, <img alt='A dog in the sun'> dog", "✅ yes, ❌ no, dog"),
        ("<img class=emoji alt=1\ufe0f\u20e3> first", "1\ufe0f\u20e3 first"),
        ("<img class=latex alt='p &lt; 0.05'>", "p < 0.05"),
        ("<math><msup><mn>10</mn><mn>6</mn></msup><mo>×</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "10⁶×1/2"),
        ("<math><mi>x</mi><annotation>drop me</annotation></math>", "x"),
        ("a <my-tip>glossary</my-tip> word", "a glossary word"),
        ("a word<button>like this</button> in a sentence", "a wordlike this in a sentence"),
        ("it was<span class=sr-only>opens in a new window</span> done", "it was done"),
    ],
)  # fmt: skip
def test_what_a_line_says_to_the_eye_is_kept(html: str, text: str) -> None:
    """Raised and lowered words, corrections, signs and formulas are as a reader of the page sees them."""
    assert texts(f"<p>{html}</p>") == [text]


def test_an_element_nobody_closed_strikes_nothing_out() -> None:
    """A forgotten end would else take all that follows with it."""
    assert texts("<p>It is <s>not over.</p><p>Second.</p>") == ["It is not over.", "Second."]


# --- escaped markup, and signs that are none


@pytest.mark.parametrize(
    "html",
    [
        '&lt;p&gt;Of 60 adults, &lt;b&gt;41&lt;/b&gt; walked.&lt;/p&gt;&lt;p&gt;See &lt;a href="https://example.org"&gt;it&lt;/a&gt;.&lt;/p&gt;',
        "&amp;lt;p&amp;gt;Of 60 adults, &amp;lt;b&amp;gt;41&amp;lt;/b&amp;gt; walked.&amp;lt;/p&amp;gt;See it.",
        "<p>Of 60 adults, &lt;strong&gt;41&lt;/strong&gt; walked.</p><p>See &lt;a href='https://example.org'&gt;it&lt;/a&gt;.</p>",
        "&#60;p&#62;Of 60 adults, 41 walked.&#x3c;/p&#x3e;&#60;p>See it.",
    ],
)
def test_markup_that_was_escaped_once_too_often_is_read_as_markup(html: str) -> None:
    """However often, in whole or in part: no reader sees a tag."""
    assert texts(html) == ["Of 60 adults, 41 walked.", "See it."]


def test_entities_that_were_escaped_are_characters() -> None:
    """Nobody reads "&amp;eacute;"."""
    assert texts("<p>caf&amp;eacute; R&amp;amp;D&amp;nbsp;here &amp;#8211; AT&amp;T</p>") == ["café R&D here – AT&T"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("p&lt;0.05, lymphocytes &lt;LLN and &lt;a and b&gt; c", "p<0.05, lymphocytes <LLN and <a and b> c"),
        ("lymphocytes <LLN in 5%, <ULN in 3%", "lymphocytes <LLN in 5%, <ULN in 3%"),
        ("if a<b or p <0.05 (<LLN)", "if a"),
    ],
)
def test_less_than_is_no_tag(html: str, text: str) -> None:
    """Words behind a sign stay; only the name of an element makes a tag of it."""
    assert texts(f"<p>{html}</p>")[0].startswith(text)


def test_zero_bytes_are_dropped() -> None:
    """One does not make UTF-16 of a page, wherever it stands; zeros all along do, without a mark."""
    assert decoded(b"<p>got \0faster</p>") == "<p>got faster</p>"
    assert decoded(b"got\0 better.") == "got better."
    assert decoded(b"x" * 2_000 + b"\0" + "é".encode()) == "x" * 2_000 + "é"
    for name in ("utf-16-le", "utf-16-be"):
        assert decoded("<p>Длинный текст на другом языке, 12 слов</p>".encode(name)) == (
            "<p>Длинный текст на другом языке, 12 слов</p>"
        )
    assert texts("<p>a\0b</p>") == ["ab"]


# --- hidden, and only closed


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>It is hidden, and a whole sentence.</p>",
        "<p style='color: red; DISPLAY : none'>It is hidden, and a whole sentence.</p>",
        "<div style='visibility:hidden'><p>It is hidden, and a whole sentence.</p></div>",
        "<div aria-hidden=true>It is hidden, and a whole sentence.</div>",
        "<div popover>It is hidden, and a whole sentence.</div>",
        "<p style='opacity: 0'>It is hidden, and a whole sentence.</p>",
        "<p style='font-size:0'>It is hidden, and a whole sentence.</p>",
        "<p style='position:absolute;left:-9999px'>It is hidden, and a whole sentence.</p>",
        "<p style='text-indent: -9999px'>It is hidden, and a whole sentence.</p>",
        "<p style='clip:rect(0,0,0,0)'>It is hidden, and a whole sentence.</p>",
        "<p style='clip-path: inset(50%)'>It is hidden, and a whole sentence.</p>",
        "<p class=u-visually-hidden>It is hidden, and a whole sentence.</p>",
        "<p class=a11y-hidden>It is hidden, and a whole sentence.</p>",
        "<p class=screen-reader-only>It is hidden, and a whole sentence.</p>",
        "<button aria-controls=m>Menu</button><div id=m role=dialog hidden>It is hidden, and a whole sentence.</div>",
    ],
)
def test_hidden_text_is_not_printed(html: str) -> None:
    """What the page does not show, nobody reads."""
    assert not [text for text in texts(f"<p>First of all comes this.</p>{html}<p>Shown.</p>") if "hidden" in text]


@pytest.mark.parametrize(
    "mark",
    [
        "style='opacity:0;transform:translateY(9px)'",
        "style='opacity: 0' class=fade-in",
        "style='opacity: 0.9'",
        "style='font-size: 0.9em'",
        "style='margin-left:-10px'",
        "class=not-sr-only",
    ],
)
def test_what_comes_into_sight_is_read(mark: str) -> None:
    """Scripts move it there as the page is scrolled, or it was in sight all along."""
    assert texts(f"<p>First of all comes this.</p><p {mark}>{LIMIT}</p><p>Shown.</p>")[1] == LIMIT


@pytest.mark.parametrize(
    "panel",
    [
        "<h2><button aria-controls=p>Important Considerations</button></h2><div id=p hidden>{}</div>",
        "<h2><button>Important Considerations</button></h2><div style='display:none'><p>{}</p></div>",
        "<button aria-expanded=false data-bs-target='#p'>Important Considerations</button><div id=p hidden>{}</div>",
        "<h3><a href='#p'>Important Considerations</a></h3><div id=p aria-hidden=true><p>{}</p></div>",
        "<details><summary>Important Considerations</summary><p>{}</p></details>",
        "<div hidden><h2>Important Considerations</h2><p>{}</p></div>",
        "<div role=heading aria-level=2>Important Considerations</div><div hidden=until-found>{}</div>",
    ],
)
def test_a_closed_panel_is_content(panel: str) -> None:
    """An accordion's section is read with its heading, open or closed."""
    body = (
        f"<h2>What They Found</h2><p>41 of 60 were slower.</p>{panel.format(LIMIT)}<h2>Results</h2><p>More of it.</p>"
    )
    assert texts(body)[2:4] == ["Important Considerations", LIMIT]
    assert LIMIT in of_page(f"<main><h1>Heat</h1>{body}</main>")


def test_a_hidden_copy_of_a_section_is_not_read_twice() -> None:
    """Sites keep a second one for narrow screens."""
    section = f"<h2>Limitations</h2><p>{LIMIT}</p>"
    assert texts(f"{section}<div style='display:none'>{section}</div><p>End.</p>") == ["Limitations", LIMIT, "End."]


# --- boxes whose names say little


WORDS = (
    *("share", "sharing", "social", "comment", "comments", "menu", "nav", "navigation", "related", "recommended"),
    *("sidebar", "promo", "consent", "cookie", "cookies", "newsletter", "breadcrumb", "pagination", "advertisement"),
    *("footer", "banner", "author", "rating", "tags", "widget", "slide", "meta", "button", "embed"),
)


@pytest.mark.parametrize("word", WORDS)
def test_a_name_made_of_a_heading_drops_nothing(word: str) -> None:
    """Sites make ids and classes of headings; whatever word is in one, the section is read."""
    for heading, name in ((f"{word} of life", f"{word}-of-life"), ("Important Considerations", f"{word}-on-limits")):
        for attribute in ("id", "class"):
            section = f"<section {attribute}={name}><h2>{heading}</h2><p>{LIMIT}</p></section>"
            body = (
                "<h2>What They Found</h2><p>The team followed 240 adults for two years and counted relapses.</p>"
                f"{section}<section><h2>Why it matters</h2><p>Friends may help, and visits cost little.</p></section>"
            )
            assert [heading, LIMIT] == texts(body)[2:4]
            assert LIMIT in of_page(f"<main><article><h1>Friends and relapses</h1>{body}</article></main>")


BELOW = ("comments-on-limits", "informed-consent", "social-support", "tags", "caption", "author", "rating", "meta")


@pytest.mark.parametrize("name", BELOW)
def test_a_limit_below_its_heading_is_read_whatever_its_box_is_called(name: str) -> None:
    """A box between the heading and its text may be called anything."""
    told = "It was worn for two hours only."
    body = (
        "<h2>What They Found</h2><p>The team followed 240 adults for two years and counted relapses.</p>"
        f"<h2>Important Considerations</h2><p>The team was small.</p><div class={name}><p>{LIMIT}</p>"
        f"<p>{told}</p></div>"
    )
    found = of_page(f"<main><article><h1>Friends and relapses</h1>{body}</article></main>")
    assert found[-2:] == [LIMIT, told]


def test_a_marked_box_without_sentences_is_furniture() -> None:
    """Rows of links and single words under such a name are no content."""
    boxes = (
        "<div class=share-buttons><a href=x>On this</a> <a href=y>On that</a></div><div id=comments>12</div>"
        "<p>The <span class=related>dose</span> was small.</p><div class=social>Follow</div>"
    )
    assert texts(f"<p>First of all comes this, and it is long.</p>{boxes}")[1:] == ["The dose was small."]


def test_a_form_around_the_page_is_read_and_a_form_to_type_into_is_not() -> None:
    """Some sites put all of a page into one form."""
    body = f"<h1>Vests</h1><h2>What They Found</h2><p>41 of 60 walked further.</p><h2>Limitations</h2><p>{LIMIT}</p>"
    assert LIMIT in of_page(f"<form action=x><input type=hidden>{body}</form>")
    assert texts(f"{body}<form><label>Your address</label><input><button>Send</button></form>")[-1] == LIMIT


@pytest.mark.parametrize(
    "panel",
    [
        ("<button class=accordion>", "</button><div class=panel style='display:none'>", "</div>"),
        ("<button class=accordion>", "</button><div class=panel>", "</div>"),
        ("<div class=head><button class=b>", "</button></div><div class=panel hidden>", "</div>"),
        ("<div class=head>", "</div><div class=panel hidden>", "</div>"),
    ],
)
def test_an_accordion_without_any_marks_is_read(panel: tuple[str, str, str]) -> None:
    """Its buttons name what stands below each, closed or not."""
    told = (("Key Takeaway", "A cooling vest helped nine adults."), ("Important Considerations", LIMIT))
    body = "".join(f"{panel[0]}{name}{panel[1]}<p>{one}</p>{panel[2]}" for name, one in told)
    assert texts(f"<h1>Vests</h1>{body}<h2>Dose</h2>") == ["Vests", *(text for pair in told for text in pair), "Dose"]


def test_buttons_with_names_of_their_own_head_texts_and_others_do_not() -> None:
    """Several of one class name something; the same word again and again does not."""
    texts_below = "".join(f"<div><p>In week {week} nine adults wore the vest.</p></div>" for week in range(3))
    own = texts_below.replace("<div>", "<button class=b>Part</button><div>")
    assert "Part" not in texts(own)
    for name in ("First", "Second", "Third"):
        own = own.replace("Part", name, 1)
    assert texts(own)[::2] == ["First", "Second", "Third"]


def test_a_button_nobody_closed_swallows_nothing() -> None:
    """All behind it stands in it."""
    assert texts(f"<p>We saw nine.</p><button>Share<h2>Limits</h2><p>{LIMIT}</p>") == ["We saw nine.", "Limits", LIMIT]


@pytest.mark.parametrize(
    "box",
    [
        "<dialog open><p>{}</p></dialog>",
        "<object data=x><p>{}</p></object>",
        "<form><p>{}</p></form>",
        "<figure><img src=x><figcaption>{}</figcaption></figure>",
    ],
)
def test_what_alone_stands_below_the_heading_of_a_section_is_read(box: str) -> None:
    """Whatever it is in; elsewhere it is a picture's caption, a box to type into, a question about cookies."""
    body = f"<h2>Important Considerations</h2>{box.format(LIMIT)}<h2>Dose</h2><p>Two hours a day, as before.</p>"
    assert texts(body)[:2] == ["Important Considerations", LIMIT]
    other = box.replace("<form>", "<form><input type=text>").format(LIMIT)
    assert LIMIT not in texts(f"<h2>Dose</h2><p>Two hours a day, as before.</p>{other}")


def test_asides_and_footers_inside_an_article_are_read() -> None:
    """The footer of a page is none of it."""
    aside, footer = "<aside><p>41 of 60 adults were slower then.</p></aside>", f"<footer><p>{LIMIT}</p></footer>"
    article = f"<article><h1>Heat</h1>{aside}{footer}</article>"
    assert texts(f"<main>{article}</main><footer>© 2026 Site</footer>") == [
        "Heat", "41 of 60 adults were slower then.", LIMIT,
    ]  # fmt: skip
    headed = article.replace("<p>Nobody", "<h2>Important Considerations</h2><p>Nobody")
    assert of_page(f"<main>{headed}</main><footer>© 2026 Site</footer>")[-2:] == ["Important Considerations", LIMIT]


def test_captions() -> None:
    """What stands under a table or a quotation belongs to it; what stands under a picture says nothing without it."""
    picture = "<figure><img alt='A brain'><figcaption>Photo: Ada Example</figcaption></figure>"
    table = "<figure><table><tr><td>Men<td>41</table><figcaption>Table 1. Who took part</figcaption></figure>"
    caption = "<table><caption>Ages</caption><tr><td>Men<td>41</table>"
    assert texts(picture + table + caption) == ["Men: 41", "Table 1. Who took part", "Ages", "Men: 41"]


# --- lists and tables


def numbers(html: str) -> list[tuple[str, int, str]]:
    return [(piece.shape.value, piece.number, piece.text) for piece in read_html(html, article=False).pieces]


def test_the_numbers_of_a_list_are_its_own() -> None:
    """Where a list starts, what a point is set to, and which way it counts."""
    assert numbers("<ol start=4><li>a<li>b<li value=9>c<li>d</ol>") == [
        ("numbered", 4, "a"), ("numbered", 5, "b"), ("numbered", 9, "c"), ("numbered", 10, "d"),
    ]  # fmt: skip
    assert [number for _, number, _ in numbers("<ol reversed><li>c<li>b<li>a</ol>")] == [3, 2, 1]
    assert [number for _, number, _ in numbers("<ol start=-1><li>c<li>b<li>a</ol>")] == [0, 0, 0]


def test_a_point_of_several_paragraphs_is_one_point() -> None:
    """And a list inside it does not end the count."""
    points = "<li><p>One.</p><p>More of one.</p></li><li>Two<ul><li>in it</li></ul></li><li>Three</li>"
    assert numbers(f"<ol>{points}</ol>") == [
        ("numbered", 1, "One. More of one."), ("numbered", 2, "Two"), ("item", 0, "in it"), ("numbered", 3, "Three"),
    ]  # fmt: skip


def test_each_value_of_a_table_stands_beside_the_name_of_its_row() -> None:
    """Also where a name spans several rows, and where cells hold lists."""
    table = (
        "<table><tr><th>Group<th>Relapses<th>Effects"
        "<tr><td>New<td><span>0.16</span> a year<td><ul><li>Fever: 34%<li>Cold: 12%</ul>"
        "<tr><td rowspan=2>Old<td>0.29 a year<td><p>Cold: 11%</p><tr><td>0.31 in women<td>none</table>"
    )
    assert texts(table) == [
        "Group: Relapses; Effects",
        "New: 0.16 a year; Fever: 34%, Cold: 12%",
        "Old: 0.29 a year; Cold: 11%",
        "Old: 0.31 in women; none",
    ]


def test_a_table_that_sets_a_layout_is_read_cell_by_cell() -> None:
    """A page made of a table is a page, not a row."""
    cells = "<td><a href=x>Home</a></td><td><h1>Vests</h1><h2>Limitations</h2><p>Few people.</p></td>"
    assert texts(f"<table><tr>{cells}</tr></table>") == ["Home", "Vests", "Limitations", "Few people."]


# --- headings and lines


def test_headings_are_read_whole() -> None:
    """Over two lines, in a button, without the sign to link to them."""
    html = "<h1>Heat<br>and walking</h1><h2><button>Limitations</button></h2><h2>Results<a href='#r'>¶</a></h2><p>x</p>"
    assert texts(html) == ["Heat and walking", "Limitations", "Results", "x"]


def test_a_broken_line_goes_on_with_its_sentence() -> None:
    """And two that are whole are two paragraphs."""
    text = "The researchers followed some hundred people and<br>counted what they found.<br>Then they went home."
    assert texts(f"<p>{text}</p>") == [
        "The researchers followed some hundred people and counted what they found.",
        "Then they went home.",
    ]


def test_what_the_page_says_beside_its_article_is_kept_apart() -> None:
    """It can be shown to whoever asks what was left out."""
    lines = (
        f"<p>Of {n} adults, {n - 19} walked further with the vest than they had before it came.</p>"
        for n in range(60, 70)
    )
    body = (
        f"<main><article><h1>Vests</h1>{''.join(lines)}</article></main><div class=sidebar><a href=x>Others</a></div>"
    )
    page = read_html(f"<html><body>{body}<div><a href=/1>More stories</a></div></body></html>")
    assert [piece.text for piece in page.pieces if piece.beside] == ["More stories"]


def test_an_operators_own_headings_prove_a_section() -> None:
    """The words of another site count as much as ours."""
    box = f"<div class=newsletter><h2>Zu bedenken</h2><p>{LIMIT}</p></div>"
    body = f"<main><h1>Vests</h1><p>{'Of 60 adults, 41 walked further with the vest. ' * 9}</p>{box}</main>"
    html = f"<html><body>{body}</body></html>"
    known = Headings({"Zu bedenken": "considerations"})
    assert LIMIT in [piece.text for piece in article_of(read_html(html, headings=known))]


def test_a_page_without_scripts_may_stand_in_their_place() -> None:
    """Where nothing else is there, what a browser without scripts shows is read."""
    inner = "<h1>Vests</h1><p>Of 60 adults, 41 walked further with the vest in this invented study.</p>"
    assert of_page(f"<div id=app></div><noscript>{inner}</noscript>")[0] == "Vests"
    assert "Please" not in " ".join(of_page(f"<main>{inner * 4}</main><noscript>Please turn scripts on.</noscript>"))


@pytest.mark.parametrize(
    ("html", "broken"),
    [
        ("<html><body><p>whole", False),
        ("<html><body><p>whole</p></body></html>\n<!-- made by", False),
        ("<p>a fragment <a hre", False),
        ("<html><body>a < b", False),
        ("<html><body><p>cut <a hre", True),
        ("<html><body><script>var a = 1;", True),
        ("<html><body><p>cut</p><!-- and then", True),
        ("<html><body><main><article><p>Nobody was", True),
        ("<html><body><main><article><h2>Limits</h2>", True),
        ("<html><body><div><p>Nobody was", True),
        ("<html><body><div><p>Nobody was there.", False),
        ("<html><body><div><p>Nobody was there.</p>", False),
        ("<html><body><div><p>We saw nine.</p></div><p>© 2026 The Harbour Trust", False),
        ("<html><body><p>The study was small, and nobody was", True),
        ("<html><body><p>We saw nine.<p>© 2026 by the trust, all rights reserved", False),
        ("<html><body><p>We saw nine.<p>Read on in our archive", False),
        ("<html><script>'<div><main>'</script><body><p>We saw nine.", False),
    ],
)
def test_a_page_that_breaks_off(html: str, broken: bool) -> None:
    """It ends inside a tag, a script, a comment or a sentence; whoever leaves out the last tags is whole."""
    assert breaks_off(html) is broken
    assert read_html(html).broken is broken


def test_a_preformatted_text_is_read_as_text() -> None:
    """Its empty lines part its paragraphs."""
    text = "Of 60 adults, 41 walked further with the vest, in this\ninvented study of heat, and they liked it.\n\n" * 3
    pieces = read_html(f"<pre>{text}</pre>", article=False).pieces
    assert [piece.shape for piece in pieces] == [Shape.TEXT] * 3


def test_rows_of_numbers_that_are_none_of_the_lists() -> None:
    """A list in a list does not go on with the outer one's numbers; a list from 0 on has none."""
    nested = "<ol><li>One.<ol><li>Inner.</li></ol></li><li>Two.</li></ol>"
    assert numbers(nested) == [("numbered", 1, "One."), ("item", 0, "Inner."), ("numbered", 2, "Two.")]
    assert numbers("<ol start=0><li>One.</li><li>Two.</li></ol>") == [("item", 0, "One."), ("item", 0, "Two.")]


def test_cells_of_a_table_without_its_elements_stand_apart() -> None:
    """By their role they are cells."""
    assert texts("<div role=row><span role=cell>Vest</span><span role=cell>30</span></div>") == ["Vest 30"]
