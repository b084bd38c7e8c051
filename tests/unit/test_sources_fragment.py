from __future__ import annotations

import pytest

from digest.sources.fragment import read_fragment
from digest.sources.markup import read_html
from digest.sources.pieces import Shape
from digest.sources.textfile import read_typed

LABELLED = "Key Takeaway\nA vest helped.\n\nWhat They Found\n- 41 of 60 walked further\n- 17 slept better"


def texts(text: str, **options: bool) -> list[str]:
    return [one.text for one in read_fragment(text, **options)]


@pytest.mark.parametrize(
    "text",
    [
        LABELLED,
        LABELLED.replace("\n", "\r\n"),
        LABELLED.replace("41 of", "<b>41</b> of"),
        LABELLED.replace("vest", "<a href='https://e.example.org/'>vest</a>"),
        LABELLED.replace("vest", "&lt;b&gt;vest&lt;/b&gt;"),
    ],
)
def test_plain_text_keeps_its_lines(text: str) -> None:
    """Labels, paragraphs and lists of plain text stay apart, also where a word in it is bold or a link."""
    assert texts(text) == [
        "Key Takeaway",
        "A vest helped.",
        "What They Found",
        "41 of 60 walked further",
        "17 slept better",
    ]
    assert [one.shape for one in read_fragment(text)][3:] == [Shape.ITEM, Shape.ITEM]


def test_blank_lines_between_markup_end_paragraphs() -> None:
    """Text typed into a form, with a list in it and no paragraphs marked."""
    assert texts("One.\n\nTwo.\n<ul><li>a</li><li>b</li></ul>") == ["One.", "Two.", "a", "b"]


def test_line_ends_in_markup_are_spaces() -> None:
    """Where paragraphs are marked, a line end within one means nothing."""
    assert texts("<p>One\nand\n\nmore.</p><p>Two.</p>") == ["One and more.", "Two."]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("IgG<IgM held in 12 and a ratio>2 in 30 people (p<0.001).", None),
        ("<p>lymphocytes <LLN in 12 people</p><p>More.</p>", ["lymphocytes <LLN in 12 people", "More."]),
        ("<p>CD4&lt;CD8 here</p>", ["CD4<CD8 here"]),
        ("CD4&lt;CD8 &amp; more", ["CD4<CD8 & more"]),
        ("See ?a=1&copy=2&reg=3 there", None),
        ("<!-- made by a program -->Words.", ["Words."]),
    ],
)
def test_characters_stay(text: str, read: list[str] | None) -> None:
    """A less-than sign or an ampersand takes nothing with it."""
    assert texts(text) == (read or [text])


def test_a_text_that_is_said_to_be_plain() -> None:
    """A lone tag is characters then; one that is closed is markup, for feeds say it by leaving out what they hold."""
    assert texts("The <b> allele (p<0.05)", plain=True) == ["The <b> allele (p<0.05)"]
    assert texts("<p>One.</p><p>Two.</p>", plain=True) == ["One.", "Two."]
    assert texts("One.\n\nTwo.", plain=True) == ["One.", "Two."]


def test_markdown() -> None:
    """Where a feed says that it is Markdown."""
    assert texts("# Head\n\nA *word*.", markdown=True) == ["Head", "A word."]


TYPED = "Key Takeaway\nA vest helped nine.\n\nWhat They Found\nThey walked on.\n\nLimitations\nNine are few."
LINES = ["Key Takeaway", "A vest helped nine.", "What They Found", "They walked on.", "Limitations", "Nine are few."]


@pytest.mark.parametrize(
    "frame",
    [
        "<p>{}</p>",
        "<div>{}</div>",
        "<div><p>{}</p></div>",
        "{}<br/>",
        "<p><img src=x></p>{}",
        "{}\n<p>Seen on a site.</p>",
    ],
)
def test_a_typed_text_in_a_box_is_read_as_it_was_typed(frame: str) -> None:
    """A machine put one element around it, before it or behind it; its own lines say where its parts are."""
    for pieces in (read_fragment(frame.format(TYPED)), read_typed(frame.format(TYPED)).pieces):
        assert [piece.text for piece in pieces][:6] == LINES


def test_blank_lines_in_markup_are_spaces() -> None:
    """There elements say where paragraphs end."""
    for html in ("<p>We saw\n\nnine.</p>", "<p>We saw nine.</p>\n\n<p>Nine\n\nAre few.</p><p>So.</p><p>On.</p>"):
        assert len(read_fragment(html)) == html.count("<p>")


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_quotation_mark_that_is_missing_takes_nothing_away(quote: str) -> None:
    """The tag ends where it ends."""
    link = f"<a href={quote}https://example.org/x>the study</a>"
    html = f"<p>See {link} of <b class={quote}y{quote}>nine</b>.</p><p>Last.</p>"
    assert [piece.text for piece in read_fragment(html)] == ["See the study of nine.", "Last."]
    assert [piece.text for piece in read_html(html, article=False).pieces] == ["See the study of nine.", "Last."]
