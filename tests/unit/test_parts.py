"""Any part of an item in an editor's words: how parts are typed, moved and joined, and what an edit may ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.editing import LONGEST_PART, settled
from digest.errors import InputError
from digest.models import (
    Act,
    Bullets,
    Confirm,
    Edit,
    Edited,
    EditedPart,
    Entry,
    IssueItem,
    Moved,
    Paragraph,
    Section,
    SectionRole,
    Step,
    Subheading,
    Undo,
)
from digest.notation import read, written
from digest.parts import arranged, from_one_text, in_one_text, joined, made_of, own_sections, typed
from digest.shaping import fold, is_content, shaped
from digest.telling import enumerated, told
from tests.factories import NOW, a_section, an_entry, an_item
from tests.unit.test_notation import BLOCKS

BODY, FAQ, FINDINGS, TAKEAWAY = SectionRole.BODY, SectionRole.FAQ, SectionRole.FINDINGS, SectionRole.TAKEAWAY
LIMITS, RELEVANCE = SectionRole.CONSIDERATIONS, SectionRole.RELEVANCE
ENTRY = an_entry("1")


def part(role: SectionRole, text: str, heading: str | None = None) -> EditedPart:
    return EditedPart(role=role, text=text, heading=heading)


def edit(*parts: EditedPart, **given: Any) -> Edit:
    return Edit(summary_id=1, parts=parts, **given)


def after(*steps: Step, item: IssueItem | None = None) -> IssueItem:
    """The item after these acts."""
    acts = [Act(issue_id=1, number=n, at=NOW, by="ada", steps=(step,)) for n, step in enumerate(steps, 1)]
    (made,) = shaped([item or an_item(1)], fold(acts))
    return made


def text_of(entry: Entry, role: SectionRole) -> list[str]:
    return [written(section.blocks) for section in own_sections(entry, role)]


# --- the item in an editor's words -------------------------------------------------------------------------


def test_every_part_can_have_other_words() -> None:
    """Each is marked by its name, in the order of an item; parts that are not named stay the source's."""
    item = after(edit(part(LIMITS, "Few took part."), part(FINDINGS, "- a\n- b"), reason="an advertisement"))
    assert text_of(item.summary.entry, LIMITS) == ["Few took part."]
    assert text_of(item.summary.entry, FINDINGS) == ["- a\n- b"]
    assert text_of(item.summary.entry, TAKEAWAY) == text_of(ENTRY, TAKEAWAY)
    assert item.edited == ("what they found", "important considerations")


def test_parts_stand_where_they_stood() -> None:
    """A new part stands among the others in the order of parts; one without words goes."""
    item = after(edit(part(FAQ, "## Why?\n\nSo."), part(FINDINGS, "")))
    roles = [section.role for section in item.summary.entry.sections]
    assert roles == [TAKEAWAY, RELEVANCE, LIMITS, FAQ]
    assert item.edited == ("what they found", "questions and answers")


def test_a_body_has_as_many_sections_as_it_is_given() -> None:
    """With their headings; and where a section's heading is the mail's own, the source's stays behind it."""
    source = (replace(a_section(FINDINGS), heading="Results"), a_section(BODY, "One."), a_section(BODY, "Two."))
    item = an_item(1, of={"sections": source})
    made = after(edit(part(BODY, "Three.", "New"), part(FINDINGS, "Four.", "Ignored")), item=item).summary.entry
    assert [(one.heading, one.role) for one in made.sections] == [("Results", FINDINGS), ("New", BODY)]


def test_other_words_for_a_heading_are_an_edit() -> None:
    """Where readers see it."""
    item = an_item(1, of={"sections": (replace(a_section(BODY, "One."), heading="Old"),)})
    assert after(edit(part(BODY, "One.", "New")), item=item).edited == ("text",)
    assert after(edit(part(BODY, "One.", "Old")), item=item).edited == ()


def test_an_old_takeaway_is_read_as_it_was_meant() -> None:
    """As paragraphs, whatever they begin with; one in parts comes after it or before it, and the last one counts."""
    old, new = Edit(summary_id=1, takeaway="- one\n\n- two"), edit(part(TAKEAWAY, "- one\n- two"))
    assert after(old).summary.entry.section(TAKEAWAY).blocks == (Paragraph("- one"), Paragraph("- two"))
    assert after(old, new).summary.entry.section(TAKEAWAY).blocks == (Bullets(("one", "two")),)
    assert after(new, old).summary.entry.section(TAKEAWAY).blocks == (Paragraph("- one"), Paragraph("- two"))


@pytest.mark.parametrize(
    "back",
    [Undo(), Edit(summary_id=1, restore=(LIMITS,)), edit(part(LIMITS, "The study was small and short."))],
)
def test_the_source_s_own_words_come_back(back: Step) -> None:
    """By taking the act back, by name, or because somebody types the very same."""
    item = after(edit(part(LIMITS, "Other words."), reason="why"), back)
    assert (item.summary.entry, item.edited) == (ENTRY, ())


@given(BLOCKS)
def test_typing_what_stands_there_changes_nothing(blocks: tuple[Any, ...]) -> None:
    """Whatever a part holds: as it is typed it is read back, and nobody is told of an edit that is none."""
    sections = (Section(role=LIMITS, blocks=blocks), Section(role=BODY, heading="Über", blocks=blocks))
    item = an_item(1, of={"sections": sections if blocks else ()})
    assert after(edit(*typed(item.summary.entry.sections)), item=item).edited == ()


# --- whether a person looked -------------------------------------------------------------------------------

UNSURE = an_item(1, of={"unsure": ("the order of its parts is not clear",)})
LIMITS_EDIT = edit(part(LIMITS, "Few took part."), reason="why")


@pytest.mark.parametrize(
    ("steps", "in_doubt"),
    [
        ([], True),
        ([Confirm(summary_id=1)], False),
        ([Confirm(summary_id=1, revision=1)], False),
        ([Confirm(summary_id=1, revision=0)], True),
        ([Confirm(summary_id=1), Confirm(summary_id=1, confirmed=False)], True),
        ([Confirm(summary_id=1), Undo()], True),
        ([Confirm(summary_id=2)], True),
        ([LIMITS_EDIT], False),
        ([replace(LIMITS_EDIT, revision=1)], False),
        ([LIMITS_EDIT, Edit(summary_id=1, restore=(LIMITS,))], True),
        ([Edit(summary_id=1, headline="Short")], True),
        ([Edit(summary_id=1, takeaway="Short")], True),
        ([edit(part(TAKEAWAY, "Short"))], True),
        ([edit(part(TAKEAWAY, "Short"), part(FINDINGS, "Seen."))], False),
    ],
)
def test_a_doubt_is_settled_by_a_person(steps: list[Step], in_doubt: bool) -> None:
    """Who put its parts right, or says that they are; other words for headline or takeaway say nothing of that."""
    assert bool(after(*steps, item=UNSURE).doubts) is in_doubt


def test_a_new_text_of_the_source_is_looked_at_anew() -> None:
    """What was put right, or seen to be right, was another revision; the editor's words stand until somebody looks."""
    summary = replace(UNSURE.summary, revision=2, entry=ENTRY)
    later = replace(UNSURE, summary=summary)
    edited = replace(LIMITS_EDIT, revision=1)
    assert after(edited, item=later).doubts == ("its source changed its text after an editor had put it right",)
    assert after(edited, item=later).edited == ("important considerations",)
    assert after(edited, Confirm(summary_id=1, revision=2), item=later).doubts == ()
    assert after(edited, replace(edited, revision=2), item=later).doubts == ()


@pytest.mark.parametrize(
    ("steps", "voids"),
    [
        ((Confirm(summary_id=1),), False),
        ((Confirm(summary_id=1, confirmed=False),), True),
        ((Confirm(summary_id=1), LIMITS_EDIT), True),
        ((Undo(),), True),
    ],
)
def test_saying_that_it_is_right_voids_no_approval(steps: tuple[Step, ...], voids: bool) -> None:
    """No reader gets anything else by it; taking it back does, for somebody may have relied on it."""
    assert is_content(Act(issue_id=1, number=1, at=NOW, by="ada", steps=steps)) is voids


# --- what may be asked for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit(part(LIMITS, "Other words.")), "say why"),
        (edit(part(LIMITS, "Other words."), reason=" "), "say why"),
        (edit(part(LIMITS, "  "), reason="why"), "would be empty"),
        (edit(part(LIMITS, "Some."), reason="why", no_limits=True), "only one can be right"),
        (edit(part(LIMITS, ""), no_limits=True), "say why"),
        (edit(part(FINDINGS, "a"), part(FINDINGS, "b")), "what they found is given twice"),
        (edit(part(TAKEAWAY, "a"), takeaway="b"), "key takeaway is given twice"),
        (edit(part(FINDINGS, "a"), restore=(FINDINGS,)), "at once"),
        (edit(part(FINDINGS, "x" * (LONGEST_PART + 1))), "room for 50,000"),
        (edit(part(BODY, "x", "y" * 301)), "a heading in text has 301"),
        (edit(reason="y" * 501), "the reason has 501"),
    ],
)
def test_what_an_edit_may_not_ask_for(change: Edit, words: str) -> None:
    """Above all: the considerations never change without a reason, and never vanish by mistake."""
    with pytest.raises(InputError, match=words):
        settled(change, ENTRY, Edited())


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (edit(part(LIMITS, "Other."), reason=" why "), edit(part(LIMITS, "Other."), reason="why")),
        (edit(part(LIMITS, ""), reason="why", no_limits=True), edit(part(LIMITS, ""), reason="why", no_limits=True)),
        (edit(part(LIMITS, "The study was small and short.")), edit()),
        (edit(part(FINDINGS, "* a\n* b", "Gone")), edit(part(FINDINGS, "- a\n- b"))),
        (edit(part(FAQ, "b"), part(TAKEAWAY, "a")), edit(part(TAKEAWAY, "a"), part(FAQ, "b"))),
        (edit(part(BODY, ""), part(BODY, "a", " A  b ")), edit(part(BODY, "a", "A b"))),
        (edit(part(BODY, ""), part(BODY, "")), edit()),
        (edit(restore=(FINDINGS,)), edit()),
        (Edit(summary_id=1, headline=" A  b", takeaway="c\nd"), Edit(summary_id=1, headline="A b", takeaway="c d")),
    ],
)
def test_how_an_edit_is_kept(change: Edit, kept: Edit) -> None:
    """Tidied, in the order of parts, and without what is the case already."""
    assert settled(change, ENTRY, Edited()) == kept


def test_only_what_changes_is_kept() -> None:
    """Of what was typed before: the same again is nothing, unless the source has said something new meanwhile."""
    standing = Edited(parts={FINDINGS: (part(FINDINGS, "a"),), LIMITS: (part(LIMITS, "b"),)}, revision=1)
    change = edit(part(FINDINGS, "a"), part(LIMITS, "The study was small and short."), revision=1)
    assert settled(change, ENTRY, standing) == edit(restore=(LIMITS,), revision=1)
    again = replace(change, revision=2)
    assert settled(again, ENTRY, standing) == edit(part(FINDINGS, "a"), restore=(LIMITS,), revision=2)


MANY = an_entry(sections=(a_section(TAKEAWAY, "T."), a_section(FINDINGS, "A.", "B."), a_section(LIMITS, "L.")))


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([(FINDINGS, "A."), (LIMITS, "B.\n\nL.")], [Moved(source=FINDINGS, target=LIMITS, only=True)]),
        ([(FINDINGS, ""), (LIMITS, "A.\n\nB.\n\nL.")], [Moved(source=FINDINGS, target=LIMITS, whole=True, only=True)]),
        ([(FINDINGS, ""), (LIMITS, "B.\n\nL."), (TAKEAWAY, "T.\n\nA.")],
         [Moved(source=FINDINGS, target=TAKEAWAY, only=True), Moved(source=FINDINGS, target=LIMITS, only=True)]),
        ([(FINDINGS, "Other."), (LIMITS, "B.\n\nL.")], [Moved(source=FINDINGS, target=LIMITS)]),
        ([(FINDINGS, "A."), (LIMITS, "B.\n\nMore.")], [Moved(source=FINDINGS, target=LIMITS)]),
        ([(FINDINGS, "A."), (LIMITS, "Not B.\n\nL.")], []),
        ([(LIMITS, "A.\n\nL.")], []),
    ],
)  # fmt: skip
def test_what_came_to_another_part_is_seen(parts: list[tuple[SectionRole, str]], found: list[Moved]) -> None:
    """Word for word; and whether that was all that was done. What somebody says of it is not believed."""
    change = edit(*(part(role, text) for role, text in parts), reason="why", moved=(Moved(source=FAQ, target=BODY),))
    assert list(settled(change, MANY, Edited()).moved) == found


def test_a_headline_that_stands_is_no_change() -> None:
    """The source's own is kept as that; nothing is called restored that was its own all the time."""
    own = ENTRY.headline
    kept = [settled(edit(headline=words), ENTRY, Edited()).headline for words in ("", own, f" {own} ", "Other")]
    assert kept == [None, None, None, "Other"]
    edited = Edited(headline="Other")
    assert [settled(edit(headline=words), ENTRY, edited).headline for words in ("", own, "Other")] == ["", "", None]


def test_considerations_the_source_has_not_may_be_written() -> None:
    """With a reason; without words there is nothing to be done."""
    bare = an_entry(sections=())
    assert settled(edit(part(LIMITS, "New."), reason="why"), bare, Edited()).parts == (part(LIMITS, "New."),)
    assert settled(edit(part(LIMITS, "")), bare, Edited()) == edit()


# --- moving and joining ------------------------------------------------------------------------------------

PARTS = [part(TAKEAWAY, "a\n\nb"), part(FINDINGS, "c\n\nd\n\ne"), part(LIMITS, "f")]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({}, ["a\n\nb", "c\n\nd\n\ne", "f"]),
        ({(1, 1): 2, (1, 2): 2}, ["a\n\nb", "c", "d\n\ne\n\nf"]),
        ({(1, 0): 0, (2, 0): 0}, ["a\n\nb\n\nc\n\nf", "d\n\ne", ""]),
        ({(1, 1): None}, ["a\n\nb", "c\n\ne", "f"]),
        ({(0, 1): 1, (2, 0): 1}, ["a", "b\n\nc\n\nd\n\ne\n\nf", ""]),
        ({(0, 0): 2, (2, 0): 0}, ["b\n\nf", "c\n\nd\n\ne", "a"]),
    ],
)
def test_paragraphs_move_in_their_order(moves: dict[tuple[int, int], int | None], expected: list[str]) -> None:
    """What moves down stands before what was there, what moves up behind it."""
    assert [one.text for one in arranged(PARTS, moves)] == expected


@given(st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 2)), st.integers(0, 2)))
def test_moving_loses_and_doubles_nothing(moves: dict[tuple[int, int], int | None]) -> None:
    """Wherever paragraphs go."""
    blocks = [block for one in arranged(PARTS, moves) for block in read(one.text)]
    assert sorted(block.text for block in blocks) == list("abcdef")


def test_a_part_is_joined_with_the_one_above() -> None:
    """Behind its words; a heading that readers saw stands between, another does not."""
    given_parts = [part(BODY, "a", "A"), part(BODY, "b", "B"), part(LIMITS, "c", "C")]
    assert joined(given_parts, 1) == [part(BODY, "a\n\n## B\n\nb", "A"), given_parts[2]]
    assert joined(given_parts, 2) == [given_parts[0], part(BODY, "b\n\nc", "B")]


def test_typed_parts_make_the_sections_they_were_typed_from() -> None:
    """In the order of parts, lists as lists."""
    sections = (a_section(BODY, "x"), Section(role=TAKEAWAY, blocks=(Subheading("h"), Bullets(("a",), ordered=True))))
    assert [one.role for one in typed(sections)] == [TAKEAWAY, BODY]
    assert made_of(typed(sections), an_entry(sections=sections)) == sections[::-1]


@given(st.lists(st.builds(EditedPart, role=st.sampled_from(SectionRole), text=BLOCKS.map(written)), max_size=4))
def test_all_parts_in_one_text_come_back(parts: list[EditedPart]) -> None:
    """Also where their words look like the lines between them."""
    marked = [*parts, part(FINDINGS, "=== body\n\nx"), part(BODY, "y", "A: heading")]
    back = from_one_text(in_one_text(marked).replace("\n", "\r\n"))
    assert [(one.role, one.heading, read(one.text)) for one in back] == [
        (one.role, one.heading, read(one.text)) for one in marked
    ]


# --- in words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (LIMITS_EDIT, "edited the important considerations of summary 1 (why)"),
        (edit(part(LIMITS, ""), reason="an offer"), "took away the important considerations of summary 1 (an offer)"),
        (
            edit(part(FINDINGS, "a"), part(BODY, ""), part(BODY, "b"), headline="x", restore=(RELEVANCE,)),
            "edited the headline, what they found and the text and restored why it matters of summary 1",
        ),
        (edit(part(TAKEAWAY, "a"), part(BODY, ""), moved=(Moved(source=BODY, target=TAKEAWAY, whole=True, only=True),)),
         "moved the text to the key takeaway of summary 1"),
        (edit(part(FINDINGS, "a"), part(LIMITS, "b"), moved=(Moved(source=FINDINGS, target=LIMITS),), reason="why"),
         ("moved words from what they found to the important considerations and edited what they found and "
          "the important considerations of summary 1 (why)")),
        (Confirm(summary_id=1), "saw that summary 1 was read right"),
        (Confirm(summary_id=1, confirmed=False), "was not sure any more that summary 1 was read right"),
    ],
)  # fmt: skip
def test_the_log_tells_which_parts_and_why(step: Step, words: str) -> None:
    """In one line."""
    assert told(Act(issue_id=1, number=1, at=NOW, by="ada", steps=(step,))) == words


@pytest.mark.parametrize(
    ("given_words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")]
)
def test_words_in_a_row(given_words: list[str], said: str) -> None:
    """As people say them."""
    assert enumerated(given_words) == said
