"""Raised, lowered and struck-out words as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.clean import clean_title
from digest.sources.markup import read_html
from digest.sources.raised import LEVEL, LOWERED, RAISED, resolved, without_tags
from digest.sources.textfile import read_typed


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("2 × 10<sup>6</sup> cells", "2 × 10⁶ cells"),
        ("p = 3 × 10<sup>-8</sup>", "p = 3 × 10⁻⁸"),
        ("10<sup>−9</sup> or 10<sup>–9</sup>", "10⁻⁹ or 10⁻⁹"),
        ("9 mm<sup>3</sup>", "9 mm³"),
        ("ml min<sup>-1</sup> m<sup>-2</sup>", "ml min⁻¹ m⁻²"),
        ("Ca<sup>2+</sup>", "Ca²⁺"),
        ("CD4<sup>+</sup> and CD8<sup>+/−</sup>", "CD4⁺ and CD8⁺/⁻"),
        ("<sup>18</sup>F", "¹⁸F"),
        ("10<sup>0.5</sup>", "10^0.5"),
        ("2<sup>n</sup>", "2ⁿ"),
    ],
)
def test_an_exponent_stays_one(marked: str, plain: str) -> None:
    """A raised figure becomes Unicode's own; one that has none is set apart."""
    assert without_tags(marked) == plain


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("a score of 4.0<sup>1</sup> at entry", "a score of 4.0¹ at entry"),
        ("for 120<sup>3, 4</sup> people", "for 120³,⁴ people"),
        ("by 30%<sup><a href='#n2'>2</a></sup>", "by 30%²"),
        ("in the trial<sup>1–3</sup>.", "in the trial¹–³."),
        ("in all<sup>1,2,3,4,5,6,7,8</sup>", "in all¹,²,³,⁴,⁵,⁶,⁷,⁸"),
        ("walking<sup>[7]</sup>", "walking[7]"),
        ("ocrelizumab<sup>a</sup>", "ocrelizumab^a"),
        ("faster<sup>*</sup>", "faster*"),
        ("dizzy<sup>4.</sup>", "dizzy⁴."),
        ("late<sup>see the notes below</sup>", "late see the notes below"),
    ],
)
def test_a_note_mark_never_joins_what_it_marks(marked: str, plain: str) -> None:
    """Neither a number nor a word grows by the mark behind it."""
    assert without_tags(marked) == plain


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("the 7<sup>th</sup> and 1<sup>st</sup> day", "the 7th and 1st day"),
        ("Medicine<sup>®</sup> and Pill<sup>TM</sup>", "Medicine® and Pill™"),
        ("37<sup>o</sup>C", "37°C"),
        ("M<sup>c</sup>Donald criteria", "McDonald criteria"),
    ],
)
def test_what_is_raised_by_habit_alone_stays_plain(marked: str, plain: str) -> None:
    """Ordinals and trade marks read as everybody types them."""
    assert without_tags(marked) == plain


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("CO<sub>2</sub> and H<sub>2</sub>O", "CO₂ and H₂O"),
        ("log<sub>2</sub>10", "log₂10"),
        ("C<sub>max</sub>", "Cmax"),
        ("Na<sub>v</sub>1.7", "Nav1.7"),
        ("5<sub>0.05</sub>", "5_0.05"),
        ("score<sub>baseline</sub>", "score_baseline"),
    ],
)
def test_lowered_figures_become_lowered_ones_and_letters_stay(marked: str, plain: str) -> None:
    """Nothing lowered makes another number or word of what stands before it."""
    assert without_tags(marked) == plain


def test_struck_out_words_are_gone() -> None:
    """What an author took back is not said; what was put in its place is."""
    told = "by <del>50%</del> <ins>30%</ins>. <s>It is safe.</s> It is <strike>not</strike> watched."
    assert without_tags(told).split() == ["by", "30%.", "It", "is", "watched."]


@pytest.mark.parametrize("text", ["lymphocytes <LLN", "p<0.05", "a <s b", "x <sub and more", "1 < 2 > 0"])
def test_a_sign_that_is_no_tag_stays(text: str) -> None:
    """Less than is not the beginning of markup."""
    assert without_tags(text) == text


def test_a_tag_never_closed_takes_nothing_with_it() -> None:
    """Where nobody knows where the words end, only the tag goes."""
    assert without_tags("It is <del>not over yet") == "It is not over yet"


def test_marks_are_resolved_by_what_stands_around_them() -> None:
    """A walk that only marks gets the same words as tags do."""
    assert resolved(f"10{RAISED}6{LEVEL}, CO{LOWERED}2{LEVEL}, 7{RAISED}th{LEVEL}") == "10⁶, CO₂, 7th"


@given(st.text("a1<>/supdel +-, \x11\x12\x13", max_size=60))
def test_no_mark_is_ever_left(text: str) -> None:
    """Whatever comes in, no mark of ours goes out."""
    assert not set(without_tags(f"<sup>{text}</sup>")) & {RAISED, LOWERED, LEVEL}


def test_hostile_text_is_read_once() -> None:
    """Hundreds of thousands of tags within one another or side by side end the test before its time limit does."""
    size = 300_000
    assert "<" not in without_tags("<sup>" * size + "1" * size + "</sup><del>" * size)
    assert resolved(RAISED * size + "2") == "²"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("10<span style='vertical-align: super'>6</span> cells", "10⁶ cells"),
        ('10<span class="superscript">6</span> and CO<span class=subscript>2</span>', "10⁶ and CO₂"),
        ("<math><msup><mrow><mn>10</mn></mrow><mn>6</mn></msup></math> cells", "10⁶ cells"),
        ("<mml:math><mml:msub><mml:mi>CO</mml:mi><mml:mn>2</mml:mn></mml:msub></mml:math>", "CO₂"),
        ("<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> of them", "1/2 of them"),
        ("10<jats:sup>6</jats:sup> and CO<ce:inf>2</ce:inf>", "10⁶ and CO₂"),
        ("by <span class=strikethrough>60</span> 50", "by 50"),
        ("by <span style='text-decoration: solid line-through'>60</span> 50", "by 50"),
        ("a <span class='subtitle'>part</span>", "a part"),
    ],
)
def test_styles_and_formulas_raise_and_lower_too(line: str, text: str) -> None:
    """In a title, in a text, in a page and in a cell of its tables."""
    assert clean_title(line) == text
    assert [piece.text for piece in read_typed(line).pieces] == [text]
    assert [piece.text for piece in read_html(f"<p>{line}</p>", article=False).pieces] == [text]
    table = f"<table><tr><td>A<td>{line}<tr><td>B<td>1</table>"
    assert read_html(table, article=False).pieces[0].text == f"A: {text}"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<mroot><mn>8</mn><mn>3</mn></mroot>", "(8)^(1/3)"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        ("<munderover><mo>∑</mo><mn>1</mn><mn>9</mn></munderover>", "∑₁⁹"),
        ("<msup><mfenced><mi>a</mi></mfenced><mn>2</mn></msup>", "(a)²"),
        ("<mfrac><mn>1</mn><mroot><mn>8</mn><mn>3</mn></mroot></mfrac>", "1/(8)^(1/3)"),
    ],
)
def test_parts_of_a_formula_do_not_run_together(formula: str, text: str) -> None:
    """Each place in one means something."""
    assert [piece.text for piece in read_html(f"<p><math>{formula}</math></p>", article=False).pieces] == [text]


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ('<a role="doc-noteref" href="#fn1">1</a>', "In all 40¹ people."),
        ('<a href="#fn1">1</a>', "In all 40¹ people."),
        ('<sup><a href="#fn1">1</a></sup>', "In all 40¹ people."),
        ('<a href="/p">1</a>', "In all 401 people."),
    ],
)
def test_the_mark_of_a_note_is_no_figure(link: str, text: str) -> None:
    """A link to a note that hangs on a number would make it another one."""
    assert [piece.text for piece in read_html(f"<p>In all 40{link} people.</p>", article=False).pieces] == [text]
