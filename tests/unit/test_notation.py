"""The notation editors type parts in: what is written is read back as it was, and what is typed is read as meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import Block, Bullets, Paragraph, Subheading
from digest.notation import read, tidied, written

#: One line without white space around it, with what the notation means something by more often than by chance.
LINES = (
    st.text(
        st.one_of(st.sampled_from("-*•#\\1.) x"), st.characters(exclude_characters="\r\n")), min_size=1, max_size=12
    )
    .map(str.strip)
    .filter(bool)
)
POINTS = st.lists(LINES, min_size=1, max_size=3).map(tuple)
BLOCKS = st.lists(
    st.one_of(
        st.builds(Paragraph, LINES),
        st.builds(Subheading, LINES),
        st.builds(Bullets, POINTS),
        st.builds(Bullets, POINTS, ordered=st.just(value=True), start=st.integers(0, 1200)),
    ),
    max_size=5,
).map(tuple)


@given(BLOCKS)
def test_what_is_written_is_read_back(blocks: tuple[Block, ...]) -> None:
    """Block for block, whatever its words begin with; also with the line ends of a form."""
    assert read(written(blocks)) == blocks
    assert read(written(blocks).replace("\n", "\r\n")) == blocks


@given(st.text(st.sampled_from("-*# 1.\\\nab"), max_size=40))
def test_whatever_is_typed_is_read(text: str) -> None:
    """Nothing is an error, no word of it is lost, and read once more it is the same."""
    letters = [one for one in "".join(map(str, read(text))) if one in "ab"]
    assert len([one for one in text if one in "ab"]) <= len(letters)
    assert read(tidied(text)) == read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (" \n\n ", ()),
        ("One\nline", (Paragraph("One line"),)),
        ("One.\r\n\r\nTwo.", (Paragraph("One."), Paragraph("Two."))),
        ("- a\n- b", (Bullets(("a", "b")),)),
        ("* a\n• b\n- c", (Bullets(("a", "b", "c")),)),
        ("- a\n  and more of it", (Bullets(("a and more of it",)),)),
        ("Seen were:\n- a\n\nThat is all.", (Paragraph("Seen were:"), Bullets(("a",)), Paragraph("That is all."))),
        ("3. c\n4) d", (Bullets(("c", "d"), ordered=True, start=3),)),
        ("1. a\n1. b", (Bullets(("a", "b"), ordered=True),)),
        ("1. a\n\n1. b", (Bullets(("a",), ordered=True), Bullets(("b",), ordered=True))),
        ("- a\n1. b", (Bullets(("a",)), Bullets(("b",), ordered=True))),
        ("First seen in\n42. That was early", (Paragraph("First seen in 42. That was early"),)),
        ("In short:\n1. a", (Paragraph("In short:"), Bullets(("a",), ordered=True))),
        ("## How?\nLike this.", (Subheading("How?"), Paragraph("Like this."))),
        ("# How?", (Subheading("How?"),)),
        ("\\- not a point", (Paragraph("- not a point"),)),
        ("-5 degrees", (Paragraph("-5 degrees"),)),
        ("1.5 mg a day", (Paragraph("1.5 mg a day"),)),
        ("#ms is a tag", (Paragraph("#ms is a tag"),)),
        ("2026. A year", (Bullets(("A year",), ordered=True, start=2026),)),
    ],
)  # fmt: skip
def test_what_is_typed_is_read_as_meant(text: str, expected: tuple[Block, ...]) -> None:
    """Empty lines part blocks, marks at the start of a line make lists and headings, and numbers stay numbers."""
    assert read(text) == expected


def test_a_long_text_is_read_in_a_moment() -> None:
    """Half a million lines of one paragraph, as a program may send them."""
    (block,) = read("a\n" * 500_000)
    assert len(block.text) == 999_999


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (Paragraph("1. May 2026 was warm."), "\\1. May 2026 was warm."),
        (Paragraph("- she said"), "\\- she said"),
        (Paragraph("\\o/"), "\\\\o/"),
        (Bullets(("a", "b"), ordered=True, start=9), "9. a\n10. b"),
        (Paragraph("two\nlines"), "two lines"),
        (Bullets(()), ""),
    ],
)
def test_what_looks_like_a_mark_is_written_as_none(block: Block, text: str) -> None:
    """A backslash before it; a block of nothing is nothing."""
    assert written([block]) == text
