"""Elements of other vocabularies than HTML."""

from __future__ import annotations

import pytest

from digest.sources.fragment import read_fragment
from digest.sources.markdown import read_markdown
from digest.sources.markup import read_html


def of(html: str) -> list[tuple[int, str]]:
    return [(piece.level, piece.text) for piece in read_html(html, article=False).pieces]


@pytest.mark.parametrize(
    "name", ["sec", "list", "text", "view", "set", "metadata", "mean", "limit", "line", "g", "switch", "desc", "mi"]
)
def test_an_element_named_like_one_of_a_drawing_keeps_its_content(name: str) -> None:
    """Formulas and drawings have elements with ordinary names; a site's own of that name is none of theirs."""
    html = f"<p>We saw nine.</p><{name}><h2>Limitations</h2><p>Nine are few.</p></{name}>"
    assert of(html) == [(0, "We saw nine."), (2, "Limitations"), (0, "Nine are few.")]


@pytest.mark.parametrize("words", ["The p <min> and 5 <max> were seen.", "A <mean> of 3.", "Under a <limit> we know."])
def test_a_name_that_is_closed_nowhere_is_words(words: str) -> None:
    """Placeholders stand in brackets, in a page as in Markdown."""
    assert of(f"<p>{words}</p>") == [(0, words)]
    assert [piece.text for piece in read_markdown(words).pieces] == [words]


def test_an_unknown_element_in_a_sentence_parts_nothing() -> None:
    """Words stand beside it."""
    assert of("Only <set>forty</set> of <foo>us</foo> came.") == [(0, "Only forty of us came.")]


def test_a_drawing_is_no_text_and_what_is_named_like_its_parts_is() -> None:
    """Labels inside of an image stay out."""
    html = "<svg><text>Axis</text><g><title>Chart</title></g></svg><text>We saw nine.</text>"
    assert of(html) == [(0, "We saw nine.")]


@pytest.mark.parametrize("prefix", ["", "jats:"])
def test_journals_sections_are_sections_with_headings(prefix: str) -> None:
    """JATS, the way publishers write abstracts, has `title` for headings and nests its sections."""
    html = (
        (
            "<sec><title>Results</title><p>We saw <italic>nine</italic>.</p>"
            "<sec><title>Later</title><list><list-item><p>Ten.</p></list-item></list></sec></sec>"
            "<sec><title>Limitations</title><p>Nine are few.</p></sec>"
        )
        .replace("</", "\0")
        .replace("<", f"<{prefix}")
        .replace("\0", f"</{prefix}")
    )
    pieces = [(one.level, one.text) for one in read_fragment(html)]
    assert pieces == [
        (3, "Results"),
        (0, "We saw nine."),
        (4, "Later"),
        (0, "Ten."),
        (3, "Limitations"),
        (0, "Nine are few."),
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<mml:math><mml:msup><mml:mn>10</mml:mn><mml:mn>6</mml:mn></mml:msup></mml:math>",
        "<m:math><m:msup><m:mn>10</m:mn><m:mn>6</m:mn></m:msup></m:math>",
        "<msup><mn>10</mn><mn>6</mn></msup>",
        "10<jats:sup>6</jats:sup>",
        "10<ce:sup>6</ce:sup>",
    ],
)
def test_a_power_stays_one_under_any_prefix(html: str) -> None:
    """10⁶ is never 106."""
    assert of(f"<p>We counted {html} cells.</p>") == [(0, "We counted 10⁶ cells.")]


def test_lowered_words_and_words_elements() -> None:
    """Elsevier lowers with `inf`; Microsoft Word's elements mark nothing that is seen."""
    assert of("<p>Much CO<ce:inf>2</ce:inf>.<o:p></o:p></p>") == [(0, "Much CO₂.")]
    assert of("<p>In <st1:place>Rome</st1:place> it rains.</p>") == [(0, "In Rome it rains.")]
