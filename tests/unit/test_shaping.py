"""What editors' acts come to: the fold, undo, and the pool as they want it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import (
    Act,
    Approve,
    Change,
    Confirm,
    Edit,
    Edited,
    EditedPart,
    Exclude,
    Exclusion,
    Include,
    IssueItem,
    Move,
    Note,
    Order,
    Paragraph,
    Pin,
    Profile,
    Redo,
    Schedule,
    SectionRole,
    Shape,
    Step,
    Title,
    Undo,
    Withdraw,
)
from digest.parts import paragraphs
from digest.selection import topics_read
from digest.shaping import fold, is_content, shaped
from digest.store.values import read_steps, write_steps
from digest.telling import told
from tests.factories import NOW, a_tree, an_item

ITEMS = tuple(an_item(number, "btk") for number in range(1, 6))
HASH = "0123456789abcdef"


def acts(*steps: Step | Sequence[Step], by: str = "ada") -> list[Act]:
    """One act each, or one of several steps."""
    given_steps = [tuple(one) if isinstance(one, list | tuple) else (one,) for one in steps]
    return [
        Act(issue_id=1, number=number, at=NOW + timedelta(minutes=number), by=by, steps=one)
        for number, one in enumerate(given_steps, start=1)
    ]


def after(*steps: Step | Sequence[Step]) -> Shape:
    return fold(acts(*steps))


def numbers(items: Sequence[IssueItem]) -> list[int]:
    return [item.summary.id for item in items]


# --- the fold ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "field", "expected"),
    [
        ([Pin(summary_id=1)], "pinned", {1}),
        ([Pin(summary_id=1), Pin(summary_id=2), Pin(summary_id=1, pinned=False)], "pinned", {2}),
        ([Exclude(summary_id=1, reason="no study")], "excluded",
         {1: Exclusion(reason="no study", later=False, by="ada")}),
        ([Exclude(summary_id=1, reason="x"), Include(summary_id=1)], "excluded", {}),
        ([Move(summary_id=1, topic_id="btk"), Move(summary_id=1, topic_id="vision")], "moved", {1: "vision"}),
        ([Move(summary_id=1, topic_id="btk"), Move(summary_id=1, topic_id=None)], "moved", {}),
        ([Edit(summary_id=1, headline="A"), Edit(summary_id=1, takeaway="B")], "edits",
         {1: Edited(headline="A", takeaway="B")}),
        ([Edit(summary_id=1, headline="A", takeaway="B"), Edit(summary_id=1, headline="")], "edits",
         {1: Edited(takeaway="B")}),
        ([Edit(summary_id=1, headline="A"), Edit(summary_id=1, headline="")], "edits", {}),
        ([Note(text="Hello"), Note(text="You", topic_id="btk")], "notes", {"": "Hello", "btk": "You"}),
        ([Note(text="Hello"), Note(text="")], "notes", {}),
        ([Title(subject="News"), Title(preheader="More")], "subjects", {"": "News"}),
        ([Title(subject="News"), Title(preheader="More"), Title(subject="")], "preheaders", {"": "More"}),
        ([[Pin(summary_id=1), Pin(summary_id=2)]], "pinned", {1, 2}),
    ],
)  # fmt: skip
def test_what_acts_come_to(steps: list[Step], field: str, expected: object) -> None:
    """The last word counts; an empty one takes back."""
    assert getattr(after(*steps), field) == expected


PIN, MOVE, NOTE = Pin(summary_id=1), Move(summary_id=2, topic_id="btk"), Note(text="Hello")


@pytest.mark.parametrize(
    ("steps", "same_as"),
    [
        ([PIN, Undo()], []),
        ([PIN, MOVE, Undo()], [PIN]),
        ([PIN, MOVE, Undo(), Undo()], []),
        ([PIN, MOVE, Undo(), Redo()], [PIN, MOVE]),
        ([PIN, MOVE, Undo(), Undo(), Redo()], [PIN]),
        ([PIN, MOVE, Undo(), NOTE, Redo()], [PIN, NOTE]),
        ([Undo(), PIN], [PIN]),
        ([PIN, Schedule(at=NOW), Undo()], []),
        ([PIN, Approve(content_hash=HASH), Undo()], []),
        ([[PIN, MOVE], Undo()], []),
    ],
)
def test_undo_is_as_if_it_had_never_been(steps: list[Step], same_as: list[Step]) -> None:
    """Act by act, backwards; redo goes forward again until somebody does something else."""
    assert _content(after(*steps)) == _content(after(*same_as))


def _content(shape: Shape) -> tuple[object, ...]:
    return (
        shape.pinned, shape.excluded, shape.moved, shape.orders, shape.edits, shape.notes, shape.subjects,
        shape.preheaders, shape.confirmed,
    )  # fmt: skip


def test_what_undo_and_redo_are_about() -> None:
    """A face can say what it would take back, and what it would do again."""
    shape = after(PIN, MOVE, Undo())
    assert shape.undoes and shape.redoes
    assert (shape.undoes.steps, shape.redoes.steps, shape.version) == ((PIN,), (MOVE,), 3)
    assert (after().undoes, after().redoes, after().version) == (None, None, 0)


@pytest.mark.parametrize(
    ("steps", "holds"),
    [
        ([Approve(content_hash=HASH)], True),
        ([Approve(content_hash=HASH), Schedule(at=NOW)], True),
        ([Approve(content_hash=HASH), PIN], False),
        ([PIN, Approve(content_hash=HASH), Undo()], False),
        ([PIN, Undo(), Approve(content_hash=HASH), Redo()], False),
        ([Approve(content_hash=HASH), Withdraw()], False),
    ],
)
def test_a_change_makes_an_approval_void(steps: list[Step], holds: bool) -> None:
    """So does a withdrawal; saying when it may leave does not."""
    assert [one.content_hash for one in after(*steps).approvals] == [HASH] * holds


def test_only_changes_are_content() -> None:
    """What an approval stands for."""
    made = acts(PIN, Undo(), Redo(), Approve(content_hash=HASH), Withdraw(), Schedule(at=None))
    assert list(map(is_content, made)) == [True, True, True, False, False, False]


# --- the pool ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], [1, 2, 3, 4, 5]),
        ([Order(summary_ids=(4,))], [4, 1, 2, 3, 5]),
        ([Order(summary_ids=(5, 2))], [5, 2, 1, 3, 4]),
        ([Order(summary_ids=(1,), after=3)], [2, 3, 1, 4, 5]),
        ([Order(summary_ids=(5, 4), after=1)], [1, 5, 4, 2, 3]),
        ([Order(summary_ids=(5,)), Order(summary_ids=(1,), after=5)], [5, 1, 2, 3, 4]),
        ([Order(summary_ids=(9, 4))], [4, 1, 2, 3, 5]),
        ([Order(summary_ids=(4,), after=9)], [1, 2, 3, 4, 5]),
        ([Order(summary_ids=(4, 4))], [4, 1, 2, 3, 5]),
    ],
)
def test_the_editors_order(orders: list[Step], expected: list[int]) -> None:
    """Each move is made on what the moves before left; what is not in the pool moves nothing."""
    assert numbers(shaped(ITEMS, after(*orders))) == expected


def test_what_comes_later_stands_where_it_would_have() -> None:
    """A draft that fills on keeps its shape, and new items find their own place in it."""
    shape = after(Order(summary_ids=(3,)), Exclude(summary_id=2, reason="no study"), Pin(summary_id=3))
    items = shaped((an_item(6), *ITEMS), shape)
    assert numbers(items) == [3, 6, 1, 4, 5]
    assert [item.pinned for item in items] == [True, False, False, False, False]
    assert [item.placed for item in items] == [True, False, False, False, False]


def test_an_order_behind_what_is_excluded_holds() -> None:
    """Excluding an item does not let those behind it jump."""
    shape = after(Order(summary_ids=(1,), after=3), Exclude(summary_id=3, reason="no study"))
    assert numbers(shaped(ITEMS, shape)) == [2, 1, 4, 5]


def test_a_moved_item_is_about_its_new_topic_alone() -> None:
    """Its evidence stays where the topic is one of its own; what its text is about is still known, for mutes."""
    item = an_item(1, "btk", "vision")
    (moved,) = shaped([item], after(Move(summary_id=1, topic_id="vision")))
    (away,) = shaped([item], after(Move(summary_id=1, topic_id="pediatric")))
    assert moved.about == (item.matches[1],)
    assert [match.topic_id for match in away.about] == ["pediatric"] and away.matches == item.matches
    assert shaped([item], after())[0].about == item.matches


def test_edited_words_stand_and_are_marked() -> None:
    """The rest of the summary is the source's, and the stored summary is never touched."""
    (edited,) = shaped(ITEMS[:1], after(Edit(summary_id=1, headline="New", takeaway="One.\n\nTwo.")))
    entry = edited.summary.entry
    takeaway = entry.section(SectionRole.TAKEAWAY)
    assert takeaway and takeaway.blocks == (Paragraph("One."), Paragraph("Two."))
    assert (entry.headline, edited.edited) == ("New", ("headline", "key takeaway"))
    assert len(entry.sections) == len(ITEMS[0].summary.entry.sections)
    assert ITEMS[0].summary.entry.headline != "New"


def test_words_that_say_the_same_are_no_edit() -> None:
    """Nobody is told of a change that is none."""
    entry = ITEMS[0].summary.entry
    same = Edit(summary_id=1, headline=entry.headline, takeaway="People who walked daily felt less tired.")
    assert shaped(ITEMS[:1], after(same)) == ITEMS[:1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  \n \n", ()),
        ("One line", ("One line",)),
        ("One\nline", ("One line",)),
        ("One.\r\n\r\nTwo.", ("One.", "Two.")),
        ("One.\n   \n\n\nTwo.", ("One.", "Two.")),
    ],
)
def test_paragraphs(text: str, expected: tuple[str, ...]) -> None:
    """An empty line parts two of them, whatever white space stands in it."""
    assert paragraphs(text) == expected


# --- whom it is for ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interests", "expected"),
    [
        ((), ()),
        (("btk",), ("btk", "treatments")),
        (("treatments",), ("treatments", "btk")),
        (("vision",), ()),
        (("pediatric", "anti-cd20"), ("pediatric", "treatments")),
        (("anti-cd20", "pediatric"), ("treatments", "pediatric")),
    ],
)
def test_whose_topics_are_read(interests: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Those a reader follows, above and below, in the order of their interests; none for the general edition."""
    written = ["btk", "treatments", "pediatric"]
    assert topics_read(Profile(interests=interests), written, a_tree()) == expected


# --- in words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Pin(summary_id=3), "pinned summary 3"),
        (Pin(summary_id=3, pinned=False), "unpinned summary 3"),
        (Exclude(summary_id=3, reason="a letter"), "excluded summary 3 (a letter)"),
        (Exclude(summary_id=3, reason="a letter", later=True),
         "excluded summary 3 (a letter, a later issue may take it)"),
        (Include(summary_id=3), "took summary 3 in again"),
        (Move(summary_id=3, topic_id="btk"), "moved summary 3 to btk"),
        (Move(summary_id=3, topic_id=None), "moved summary 3 back to its own topics"),
        (Order(summary_ids=(3, 4)), "put summary 3, 4 first"),
        (Order(summary_ids=(3,), after=4), "put summary 3 behind summary 4"),
        (Edit(summary_id=3, headline="x", takeaway=""),
         "edited the headline and restored the key takeaway of summary 3"),
        (Note(text="x"), "wrote the note for all readers"),
        (Note(text="", topic_id="btk"), "took away the note for readers of btk"),
        (Title(subject="x", preheader=""), "wrote the subject and took away the preheader for all readers"),
        (Undo(), "undid the last act"),
        (Redo(), "did again what was undone"),
        (Approve(content_hash=HASH), "approved 0123456789ab"),
        (Approve(content_hash=HASH, despite="why not"),
         "approved 0123456789ab although the check found errors (why not)"),
        (Withdraw(reason="a slip"), "withdrew the approval (a slip)"),
        (Schedule(at=datetime(2026, 12, 3, 8, tzinfo=UTC)), "scheduled it, not before 2026-12-03 08:00 UTC"),
        (Schedule(at=None), "took the schedule away"),
    ],
)  # fmt: skip
def test_the_trail_can_be_read(step: Step, words: str) -> None:
    """One line an act, for the log and for whoever came second."""
    assert told(acts(step)[0]) == words


# --- for any acts ------------------------------------------------------------------------------------------

SUMMARIES = st.integers(1, 7)
TEXTS = st.text(max_size=20)
ROLES = st.sampled_from(SectionRole)
CHANGES = st.one_of(
    st.builds(Pin, summary_id=SUMMARIES, pinned=st.booleans()),
    st.builds(Exclude, summary_id=SUMMARIES, reason=TEXTS, later=st.booleans()),
    st.builds(Include, summary_id=SUMMARIES),
    st.builds(Move, summary_id=SUMMARIES, topic_id=st.sampled_from(["btk", "vision", None])),
    st.builds(Order, summary_ids=st.lists(SUMMARIES, max_size=3).map(tuple), after=st.none() | SUMMARIES),
    st.builds(Edit, summary_id=SUMMARIES, headline=st.none() | TEXTS, takeaway=st.none() | TEXTS),
    st.builds(
        Edit,
        summary_id=SUMMARIES,
        parts=st.lists(st.builds(EditedPart, role=ROLES, text=TEXTS, heading=st.none() | TEXTS), max_size=3).map(tuple),
        restore=st.lists(ROLES, max_size=2).map(tuple),
        reason=TEXTS,
        no_limits=st.booleans(),
        revision=st.none() | st.integers(1, 3),
    ),
    st.builds(Confirm, summary_id=SUMMARIES, confirmed=st.booleans(), revision=st.none() | st.integers(1, 3)),
    st.builds(Note, text=TEXTS, topic_id=st.sampled_from(["", "btk"])),
    st.builds(Title, subject=st.none() | TEXTS, preheader=st.none() | TEXTS),
)
MANY = st.lists(CHANGES, max_size=12)


@given(MANY)
def test_undoing_everything_leaves_nothing(changes: list[Change]) -> None:
    """And doing it all again brings all of it back."""
    undone = [*changes, *[Undo()] * len(changes)]
    assert _content(after(*undone)) == _content(after())
    assert _content(after(*undone, *[Redo()] * len(changes))) == _content(after(*changes))


@given(MANY, st.integers(0, 12))
def test_undoing_some_is_never_having_done_them(changes: list[Change], count: int) -> None:
    """The last ones, in turn."""
    count = min(count, len(changes))
    kept = changes[: len(changes) - count]
    assert _content(after(*changes, *[Undo()] * count)) == _content(after(*kept))


@given(MANY)
def test_a_shape_loses_and_invents_nothing(changes: list[Change]) -> None:
    """The pool's items, each once, but for the excluded ones."""
    shape = after(*changes)
    assert sorted(numbers(shaped(ITEMS, shape))) == [n for n in range(1, 6) if n not in shape.excluded]


def test_steps_from_before_there_were_parts_are_read() -> None:
    """Old trails keep their meaning."""
    (step,) = read_steps('[{"what":"edit","summary_id":1,"headline":null,"takeaway":"In short."}]')
    assert step == Edit(summary_id=1, takeaway="In short.")


@given(st.lists(CHANGES | st.just(Undo()) | st.builds(Schedule, at=st.none() | st.just(NOW)), max_size=6))
def test_steps_come_back_from_their_text(steps: list[Step]) -> None:
    """As they were made, whatever their words hold."""
    assert list(read_steps(write_steps(tuple(steps)))) == steps
