"""Markdown into pieces: CommonMark, save where a summary would be read wrongly by it."""

from __future__ import annotations

import textwrap
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.sources.markdown import read_markdown
from digest.sources.pieces import Shape


def texts(text: str) -> list[str]:
    return [piece.text for piece in read_markdown(text).pieces]


def shapes(text: str) -> list[tuple[str, int, str]]:
    return [(piece.shape.value, piece.level, piece.text) for piece in read_markdown(text).pieces]


def test_shapes() -> None:
    """Headings in both styles, lists inside one another, emphasis and links are read; rules and fences are no text."""
    text = (
        "Title\n=====\n\n## Two ##\n- **a** b\n- c\n  d\n1. e\n   - f\n\n---\n[link](https://e.org) _x_ snake_case\n"
        "```\ng\n```\n"
    )
    assert shapes(text) == [
        ("heading", 1, "Title"), ("heading", 2, "Two"), ("item", 0, "a b"), ("item", 0, "c d"), ("numbered", 0, "e"),
        ("item", 0, "f"), ("text", 0, "link x snake_case"), ("text", 0, "g"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"5 \* 3 \_and\_ \[x\] 42\. \# \> 1\)", "5 * 3 _and_ [x] 42. # > 1)"),
        ("HLA-DRB1*15:01 and DRB1*13:03, A*02:01", "HLA-DRB1*15:01 and DRB1*13:03, A*02:01"),
        ("3*4*5 and 2**3**4", "3*4*5 and 2**3**4"),
        ("a 5 * 3 * 2 b", "a 5 * 3 * 2 b"),
        ("effect of 4.0[1] here\n\n[1]: https://e.example.org", "effect of 4.0[1] here"),
        ("see [the text][1] here\n\n[1]: https://e.example.org 'T'", "see the text here"),
        (
            "see [the text] and [other][] and [none]\n\n[the text]: <x y>\n[other]: z",
            "see the text and other and [none]",
        ),
        ("at <https://e.example.org/a_b_c>", "at https://e.example.org/a_b_c"),
        ("one  \ntwo", "one two"),
        ("a &amp; b&nbsp;&lt;5 &copy; &#8217;", "a & b <5 © ’"),
        ("`code_x` and ***both*** and un**bold**ed", "code_x and both and unbolded"),
        ("lymphocytes < 5 and p<0.05", "lymphocytes < 5 and p<0.05"),
        (">30% of all\nlymphocytes\n> 50 of them", ">30% of all lymphocytes > 50 of them"),
        ("<!-- hidden -->\n\nseen", "seen"),
        ("{{< figure src='x' >}}\n\nseen {: .big}", "seen"),
        ("[[Page|the page]] and [[other]] ==marked== ![[x.png]]", "the page and other marked"),
        ("Text^[said aside]", "Text (said aside)"),
        ("[TOC]\n\nseen", "seen"),
        ("fell by ~~50%~~ 30%, 10<sup>6</sup> cells, 10^6^, H~2~O, <del>x</del>", "fell by 30%, 10⁶ cells, 10⁶, H₂O,"),
        ("warm ![☀](a.png) ![A chart of it](b.png)days", "warm ☀ days"),
        ("- [ ] ask\n- [x] done", "ask done"),
    ],
)
def test_signs(text: str, words: str) -> None:
    """Signs of Markdown are gone, signs of the text stay, and no number changes."""
    assert " ".join(texts(text)) == words


def test_a_table_is_read_row_by_row() -> None:
    """The name of a row, and what stands in its cells."""
    assert texts("| Measure | Before | After |\n|:--|--:|---|\n| Fatigue \\| sleep | **5** | 3 |") == [
        "Measure: Before; After",
        "Fatigue | sleep: 5; 3",
    ]


def test_labels_in_lines_of_their_own() -> None:
    """CommonMark makes one paragraph of them; known headings and labels stand alone, also in bold print."""
    text = "Key Takeaway\nSleep helped.\n**Journal:** Sleep of Old\n**Published:** May 2026\nParticipants: 60 adults"
    assert texts(text) == [
        *("Key Takeaway", "Sleep helped.", "Journal: Sleep of Old", "Published: May 2026", "Participants: 60 adults")
    ]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("A title\n---\n\ntext", [2, 0]),
        ("A paragraph that ends.\n---\ntext", [0, 0]),
        ("Journal: Sleep\n---\ntext", [0, 0]),
        ("---\n\ntext\n\n---", [0]),
        ("#hash and # no heading\n\n####### seven", [0, 0]),
        ("## Limits {#limits}\n\ntext", [2, 0]),
    ],
)
def test_rules_and_headings(text: str, levels: list[int]) -> None:
    """A rule under a sentence or a label is a rule; under a title it makes a heading."""
    assert [piece.level for piece in read_markdown(text).pieces] == levels


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Older people walked more slowly in the clinics, whose mean age was\n42. The rest was small.", []),
        ("The number of relapses in the first of the two years fell to\n1. In the second it rose.", []),
        ("The effect upon walking in the first half of the year was small\n- or none at all.", []),
        ("42. The rest was small.", []),
        ("They saw\n4. sleep\n5. pain", ["sleep", "pain"]),
        ("1. a\n1. b\n1. c", ["a", "b", "c"]),
        ("• a\n• b", ["a", "b"]),
        ("(1) a\n(2) b", ["a", "b"]),
        ("- a\n\n- b\n* c", ["a", "b", "c"]),
        ("    - a\n    - b", ["a", "b"]),
        ("1) a; 2) b\n1) c; 2) d", []),
    ],
)
def test_what_is_an_item(text: str, items: list[str]) -> None:
    """Numbers in sequence and dots are, wherever they stand; a number or a dash in a sentence is none."""
    pieces = read_markdown(text).pieces
    assert [piece.text for piece in pieces if piece.shape is not Shape.TEXT] == items
    if not items:
        assert [piece.text for piece in pieces] == text.split("\n" if text[1] == ")" else "|")[:2] or (
            [piece.text for piece in pieces] == [text.replace("\n", " ")]
        )


def test_notes_stand_behind_what_they_are_about() -> None:
    """A note may be a limit, so it stays with its text; one that names another text goes to the references."""
    text = (
        "Fatigue fell by 46%[^a] in all.\n\n- sleep[^1]\n- pain\n\n## Limits\n\nIt was small.\n\n"
        "[^a]: In the *small* group\n    only.\n[^1]: Doe J et al. Sleep. 2024;12:3.\n[^z]: Nobody speaks of it.\n"
    )
    assert texts(text) == [
        *("Fatigue fell by 46%[1] in all.", "[1] In the small group only.", "sleep[2]", "pain", "Limits"),
        *("It was small.", "[3] Nobody speaks of it.", "References", "[2] Doe J et al. Sleep. 2024;12:3."),
    ]


def test_a_quotation_is_text() -> None:
    """With the lists and headings in it; whoever says it, nothing depends on that."""
    assert shapes("before\n> ## Limits\n> small\n> - a\n>> b\n\nafter") == [
        ("text", 0, "before"), ("heading", 2, "Limits"), ("text", 0, "small"), ("item", 0, "a b"), ("text", 0, "after"),
    ]  # fmt: skip


def test_a_fence_around_everything_is_no_part_of_it() -> None:
    """Language models put it there."""
    assert shapes("```markdown\n# Title\n\ntext\n```\n") == [("heading", 1, "Title"), ("text", 0, "text")]


WORDS = st.from_regex(
    r"[a-z]{2,9}|[A-Z][a-z]{2,8}|[0-9]{1,3}[.)]|[0-9]{4}|\([a-z]{3,6}\)|MS|so - or|p53|42%", fullmatch=True
)
PARAGRAPHS = st.lists(WORDS, min_size=4, max_size=60).map(lambda words: f"The {' '.join(words)} end.")


@given(st.lists(PARAGRAPHS, min_size=1, max_size=4), st.integers(45, 118))
def test_paragraphs_survive_any_wrapping(paragraphs: list[str], width: int) -> None:
    """Whatever words come to stand at the beginning of a line, the same paragraphs come out."""
    wrapped = "\n\n".join("\n".join(textwrap.wrap(one, width)) for one in paragraphs)
    assume(all(one.count("\n- ") < 2 for one in wrapped.split("\n\n")))  # nobody could tell them from a list
    assert texts(wrapped) == paragraphs


ITEM_WORDS = st.sampled_from(["sleep", "pain", "and", "fatigue", "42", "of", "(p)", "MS", "*so*", "DRB1*15:01"])
ITEM = st.lists(ITEM_WORDS, min_size=1, max_size=25).map(lambda words: f"Less {' '.join(words)} here")


@given(st.lists(ITEM, min_size=2, max_size=8), st.integers(1, 90), st.sampled_from(["{}. ", "{}) ", "- ", "* "]))
def test_lists_survive(items: list[str], first: int, mark: str) -> None:
    """The same items come out with the same numbers, right below a line or after an empty one."""
    lines = [
        textwrap.fill(item, 60, initial_indent=mark.format(first + place), subsequent_indent="    ")
        for place, item in enumerate(items)
    ]
    for gap in ("\n", "\n\n"):
        made = [
            piece for piece in read_markdown("Seen:" + gap + gap.join(lines)).pieces if piece.shape is not Shape.TEXT
        ]
        assert [piece.text for piece in made] == [item.replace("*so*", "so") for item in items]
        numbers = range(first, first + len(items)) if "{" in mark else [0] * len(items)
        assert [piece.number for piece in made] == list(numbers)


HOSTILE = [
    "a\n>>\n",
    "[",
    "![",
    "[^a]",
    "*a ",
    "**a",
    "`",
    "<a ",
    "<",
    "|a",
    "a|b\n-|-\n",
    "[a](",
    "> ",
    "- ",
    "  - ",
    "1. ",
    "# a",
    "\\",
    "&",
    "~~",
    "^[",
    "==a",
    "{{<",
    "[[a",
    "a  \n",
    "---\n",
    "<!--",
    "[^1]: x\n",
    "- [ ] ",
    "~a",
    "^a",
    "(",
    "{%",
    "**a** ",
]


@pytest.mark.parametrize("seed", HOSTILE)
def test_hostile_text_takes_little_time(seed: str) -> None:
    """60,000 characters of anything, in the time of some pages."""
    started = time.process_time()
    read_markdown((seed * 60_000)[:60_000])
    assert time.process_time() - started < 10
