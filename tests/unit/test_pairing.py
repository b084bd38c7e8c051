"""Which of its source's parts each part of an item is, however few of them are left."""

from __future__ import annotations

import pytest

from digest.models import Bullets, EditedPart, Paragraph, Section, SectionRole
from digest.pairing import paired
from digest.parts import sources_of, typed, with_emptied, with_sections
from tests.factories import a_section, an_entry

BODY, FINDINGS, FAQ, LIMITS = SectionRole.BODY, SectionRole.FINDINGS, SectionRole.FAQ, SectionRole.CONSIDERATIONS


def body(heading: str | None, *texts: str) -> Section:
    return Section(role=BODY, heading=heading, blocks=tuple(map(Paragraph, texts)))


OPEN = body("What is still open", "Nobody knows how long the calm lasts.", "Few children took part in it.")
PAID = body("Who paid?", "A lottery of the town paid for all of it.")
BARE = body(None, "The team met every week in a hall by the sea.")
OTHER = body(None, "The team walked its dogs along the old canal.")


@pytest.mark.parametrize(
    ("parts", "own", "pairs"),
    [
        # What was emptied is gone, the next one stays what it is.
        ([PAID], [OPEN, PAID], (1,)),
        ([body("Who paid?", "Other words.")], [OPEN, PAID], (1,)),
        ([body("WHO  PAID?")], [OPEN, PAID], (1,)),
        # Another heading over the same words, and some of the words without any.
        ([OPEN, body("The money", *(one.text for one in PAID.blocks))], [OPEN, PAID], (0, 1)),
        ([OTHER, body(None, "The team met every week in a hall.")], [BARE, OTHER], (1, 0)),
        # Two under one heading are told by their words, and by their places where those are new.
        ([body("More", "One two three four."), body("More", "New.")],
         [body("More", "Five six seven."), body("More", "One two three four five.")], (1, 0)),
        ([body("More", "a"), body("More", "b")], [body("More", "c"), body("More", "d")], (0, 1)),
        # A new one in the place of one that went is not that one.
        ([body(None, "Walks helped everybody.")], [OPEN], (None,)),
        ([PAID, body(None, "Walks helped.")], [PAID, OPEN], (0, None)),
        ([body(None, "New.")], [BARE], (None,)),
        # Words that went to a section that stays leave it what it is.
        ([body("Who paid?", *(one.text for one in (*OPEN.blocks, *PAID.blocks)))], [OPEN, PAID], (1,)),
        ([Section(role=BODY, blocks=(Bullets(("by day", "by night")),))],
         [PAID, Section(role=BODY, blocks=(Bullets(("by night", "at noon")),))], (1,)),
        # Between two that are known stands what stood there, in whatever words.
        ([OPEN, body("Else", "Other."), PAID], [OPEN, BARE, PAID], (0, 1, 2)),
        ([body("Else", "Other."), PAID], [OPEN, PAID], (0, 1)),
        ([body("Else", "Other."), body("More", "Other."), PAID], [OPEN, PAID], (None, None, 1)),
        ([body("Else", "Other."), OPEN, BARE], [BARE, PAID, OPEN], (None, 2, 0)),
        ([], [OPEN], ()),
        ([OPEN], [], (None,)),
    ],
)  # fmt: skip
def test_each_part_has_its_own(parts: list[Section], own: list[Section], pairs: tuple[int | None, ...]) -> None:
    """By its heading and its words; one that is new has none."""
    assert paired(parts, own) == pairs


def test_what_is_gone_stands_there_empty() -> None:
    """Where it stood, with its heading, whichever it was; so that its words can be had again."""
    entry = an_entry("1", sections=(OPEN, PAID, BARE, a_section(FAQ, "Is it so?"), a_section(LIMITS, "Few.")))
    shown = with_emptied(typed([PAID]), entry)
    assert [(one.role, one.heading, bool(one.text)) for one in shown] == [
        (LIMITS, None, False), (BODY, "What is still open", False), (BODY, "Who paid?", True), (BODY, None, False),
        (FAQ, None, False),
    ]  # fmt: skip
    assert sources_of(shown, entry)[1:3] == [OPEN, PAID]


def test_a_part_there_is_one_of_is_itself_in_any_words() -> None:
    """Nothing of what its source wrote need be left."""
    entry = an_entry("1", sections=(a_section(FINDINGS, "Walks helped."),))
    assert sources_of([EditedPart(role=FINDINGS, text="Other.")], entry) == list(entry.sections)


def test_sections_stay_where_they_stand() -> None:
    """One before and one behind a part of another kind, when one of them is put right, goes, or another one comes."""
    found = a_section(FINDINGS, "Walks helped.")
    entry = an_entry("1", sections=(OPEN, found, PAID))
    new = body(None, "New.")
    assert with_sections(entry, BODY, [PAID]).sections == (found, PAID)
    assert with_sections(entry, BODY, [OPEN, new, PAID]).sections == (OPEN, new, found, PAID)
    assert with_sections(entry, BODY, [PAID, OPEN]).sections == (found, PAID, OPEN)
    assert with_sections(entry, BODY, []).sections == (found,)


def test_a_thousand_sections_take_no_time() -> None:
    """They are told by what stands over them."""
    many = [body(f"Heading {number}", "The same words stand in all of them.") for number in range(700)]
    assert paired(many[1:], many) == tuple(range(1, 700))
