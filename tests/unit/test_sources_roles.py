"""Parts without headings: what they say decides with their order, and where both leave a doubt it is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.models import Kind, SectionRole
from digest.sources.cues import cues, folded, score
from digest.sources.headings import Headings
from digest.sources.plaintext import read_text
from digest.sources.reading import Reading
from digest.sources.roles import Doubt, Why, clearly_limits, roles_of
from digest.sources.sections import read_summary

TAKEAWAY = "Vests filled with cold water helped people with MS to walk further on hot days."
FINDINGS = (
    "The researchers followed 60 adults for eight weeks. Of these, 41 walked at least 10% further with the vest"
    " than without it. Fatigue fell in both groups."
)
RELEVANCE = (
    "People with MS who dread the summer should know about this because a vest costs little. Caregivers can"
    " help to fill it, and nurses may suggest it before a long day out."
)
CONSIDERATIONS = (
    "The study was small and lasted only eight weeks, so the results may not apply to everyone. Nobody was assigned at"
    " random. Patients should talk to their doctor before they rely on it."
)
QUIET = "The town lies on a hill. The road goes up to it in three bends, past a mill."

T, F, R, C, B = (
    SectionRole.TAKEAWAY, SectionRole.FINDINGS, SectionRole.RELEVANCE, SectionRole.CONSIDERATIONS, SectionRole.BODY
)  # fmt: skip


def read(*lines: str) -> Reading:
    return read_summary(read_text("\n".join(lines)).pieces, headings=Headings(), title_first=True)


def roles(reading: Reading) -> list[SectionRole]:
    return [section.role for section in reading.sections]


@pytest.mark.parametrize(
    ("parts", "right"),
    [
        ([FINDINGS, RELEVANCE, CONSIDERATIONS], (F, R, C)),
        ([TAKEAWAY, FINDINGS, RELEVANCE, CONSIDERATIONS], (T, F, R, C)),
        ([FINDINGS, FINDINGS, RELEVANCE, CONSIDERATIONS], (F, F, R, C)),
        ([FINDINGS, CONSIDERATIONS], (F, C)),
        ([FINDINGS, RELEVANCE], (F, R)),
        ([RELEVANCE, FINDINGS, CONSIDERATIONS], (R, F, C)),
        ([FINDINGS, CONSIDERATIONS, RELEVANCE], (F, C, R)),
    ],
)
def test_parts_get_their_roles(parts: list[str], right: tuple[SectionRole, ...]) -> None:
    """In the usual order and in others, where the words are clear."""
    found = roles_of(parts)
    assert (found.roles, found.doubts) == (right, ())


def test_words_and_order_say_why() -> None:
    """A part that only its place tells is known by order."""
    assert roles_of([FINDINGS, RELEVANCE, CONSIDERATIONS]).why is Why.WORDS
    quiet = "Walking on a hot day is a question of planning, and a vest is one more answer to it for people with MS."
    assert roles_of([FINDINGS, quiet, CONSIDERATIONS]).roles[0] is F


def test_no_limits_are_invented() -> None:
    """Where no part says anything about limits, or whom it concerns, the last one is not taken for considerations."""
    assert roles_of([QUIET, QUIET, QUIET, QUIET]).roles == (B, B, B, B)
    assert C not in roles_of([TAKEAWAY, FINDINGS, FINDINGS, RELEVANCE]).roles


def test_where_words_and_order_disagree_nobody_is_believed() -> None:
    """Careful words in the place of relevance and none behind them: the parts have no role, and a person is asked."""
    careful = "Be careful with hot baths, and ask your doctor before you try one. Caution is wise when you are alone."
    found = roles_of([FINDINGS, careful, QUIET])
    assert found.roles == (F, B, B)
    assert found.doubts[0] == Doubt(1, C, R)


def test_an_article_is_no_extract() -> None:
    """Many paragraphs have no roles by place."""
    assert set(roles_of([FINDINGS] * 8 + [CONSIDERATIONS]).roles) == {B}


#: Limits that hardly say so.
PLAIN = "Only the vest was worn, and the town is a cool one, but the road is steep."


def test_the_last_of_three_parts_of_an_extract_is_its_limits() -> None:
    """What stands above a site's standing words has an order: there a few words are enough, elsewhere they are not."""
    assert roles_of([FINDINGS, RELEVANCE, PLAIN], opened=True).roles == (B, B, B)
    assert roles_of([FINDINGS, RELEVANCE, PLAIN], opened=True, extract=True).roles == (F, R, C)
    assert roles_of([FINDINGS, RELEVANCE, QUIET], opened=True).roles == (B, B, B)
    assert roles_of([FINDINGS, RELEVANCE, QUIET], opened=True, extract=True).roles == (F, R, C)
    assert roles_of([QUIET, QUIET, QUIET], opened=True, extract=True).roles == (B, B, B)
    assert C not in roles_of([FINDINGS, FINDINGS, RELEVANCE], opened=True, extract=True).roles


def test_an_extract_that_seems_to_lack_its_limits_is_in_doubt() -> None:
    """Its third part reads like relevance, and may well be the limits."""
    doubtful = roles_of([FINDINGS, RELEVANCE, "Families can plan for it at home."], opened=True, extract=True)
    assert doubtful.doubts == (Doubt(2, R, C),)
    assert roles_of([FINDINGS, RELEVANCE, "Families can plan for it at home."], opened=True).doubts == ()


STANDING = (
    "Whether you have lived with MS for long or are new to it, keeping up with the latest research can be hard. Studies"
    " in respected medical journals like Annals of Cold Water often range from early work to clinical trials. Not all"
    " research is created equal."
)


def test_an_extract_is_known_by_what_stands_below_it() -> None:
    """A site's words about research in general, or three lists that each begin at 1."""
    assert roles(read(TAKEAWAY, "", FINDINGS, "", RELEVANCE, "", PLAIN, "", STANDING)) == [F, R, C]
    numbered = [f"1) {part.replace('. ', '. 2) ', 1)}" for part in (FINDINGS, RELEVANCE)]
    assert roles(read(TAKEAWAY, "", *numbered, "1) Only the vest was worn. 2) But the road is steep.")) == [F, R, C]
    plain = read(TAKEAWAY, "", FINDINGS, "", RELEVANCE, "", PLAIN)
    assert roles(plain) == [B] and plain.unsure


def test_nothing_is_said_to_be_sure_of_an_extract_of_two_parts_nobody_understands() -> None:
    """It has no roles, and a person is asked."""
    found = read(TAKEAWAY, "", QUIET, "", QUIET.replace("town", "village"), "", STANDING)
    assert roles(found) == [B] and found.unsure


@pytest.mark.parametrize("role", [R, F])
def test_limits_under_another_heading(role: SectionRole) -> None:
    """A paragraph that speaks of limits and of nothing else is known under any heading."""
    assert clearly_limits(CONSIDERATIONS, role)
    assert not clearly_limits(RELEVANCE, role) and not clearly_limits(FINDINGS, role)


# --- whole texts ---------------------------------------------------------------------------------------------


def test_the_opening_sentence_is_the_headline_and_said_once() -> None:
    """A text without a title opens with its takeaway."""
    reading = read(TAKEAWAY, FINDINGS, RELEVANCE, CONSIDERATIONS)
    assert (reading.headline, roles(reading)) == (TAKEAWAY, [F, R, C])


def test_a_takeaway_of_two_sentences_goes_on_below_the_headline() -> None:
    """The first sentence is the headline, the rest the takeaway."""
    reading = read(f"{TAKEAWAY} They were cold to put on.", FINDINGS, RELEVANCE, CONSIDERATIONS)
    assert (reading.headline, roles(reading)) == (TAKEAWAY, [T, F, R, C])
    assert [block.text for block in reading.sections[0].blocks] == ["They were cold to put on."]


@pytest.mark.parametrize("title", ["Cold vests and walking", "Do cold vests help?", "Cold vests help!"])
def test_a_title_is_no_takeaway(title: str) -> None:
    """What stands below it is."""
    reading = read(title, TAKEAWAY, FINDINGS, RELEVANCE, CONSIDERATIONS)
    assert (reading.headline, roles(reading)) == (title, [T, F, R, C])


def test_a_headline_that_is_the_takeaway_is_printed_once() -> None:
    """Also where a heading announces it."""
    reading = read("Vests help", "Key Takeaway", "Vests help.", "What They Found", FINDINGS)
    assert roles(reading) == [F]


def test_one_heading_of_all_was_left() -> None:
    """Below "Key Takeaway" stand all the parts: those behind the first get their own roles, where that is clear."""
    reading = read("Cold vests", "Key Takeaway", TAKEAWAY, FINDINGS, RELEVANCE, CONSIDERATIONS)
    assert roles(reading) == [T, F, R, C]
    assert roles(read("Cold vests", "Key Takeaway", TAKEAWAY, QUIET, QUIET, QUIET)) == [T]


def test_the_heading_of_the_limits_was_lost() -> None:
    """They stay where they stand, and it is said that they read like limits."""
    reading = read("Cold vests", "What They Found", FINDINGS, "Why It Matters", RELEVANCE, CONSIDERATIONS)
    assert roles(reading) == [F, R]
    assert "reads like one" in reading.unsure[0]


def test_a_doubt_is_said_with_the_words_of_the_part() -> None:
    """A person finds the paragraph again."""
    reading = read(TAKEAWAY, FINDINGS, "Be careful with hot baths, and ask your doctor before you try one.", QUIET)
    assert any("“Be careful with hot baths" in one for one in reading.unsure)


def test_a_text_that_tells_nothing_is_unsure() -> None:
    """A file in the shape of an extract whose parts nobody can tell asks for a person; a story does not."""
    assert read(TAKEAWAY, QUIET, QUIET, QUIET).unsure
    assert not read(TAKEAWAY, *[QUIET] * 9).unsure


def test_an_explainer_has_no_study() -> None:
    """Its paragraphs stand under headings of their own, and get no roles."""
    reading = read("Heat and MS", "Published: Aug 06, 2024", "What heat does", QUIET, "References", "Example A. 2020.")
    assert reading.kind is Kind.BACKGROUND


FURNITURE = st.sampled_from(
    ["Share this article", "Advertisement", "Related: Sleep and you", "We use cookies to improve this site.",
     "5 min read", "Read more", "Always discuss health information with your doctor.",
     "Talk to Medira to find out more."]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(FURNITURE, max_size=6), st.randoms(use_true_random=False))
def test_furniture_anywhere_changes_no_part(furniture: list[str], random: object) -> None:
    """Parts in, furniture shuffled in, the same parts out."""
    lines = [FINDINGS, RELEVANCE, CONSIDERATIONS]
    for one in furniture:
        lines.insert(random.randint(0, len(lines)), one)  # type: ignore[attr-defined]
    reading = read(TAKEAWAY, *lines)
    assert reading.sections == read(TAKEAWAY, FINDINGS, RELEVANCE, CONSIDERATIONS).sections


# --- cues ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "as_looked_for"),
    [
        ("In 1,204 people (40 %), didn’t", " in # people / #% / did not "),
        ("B‐cells can't; cannot.", " b-cells ca not / can not / "),
        ("40 percent", " #% "),
    ],
)
def test_folded(text: str, as_looked_for: str) -> None:
    """Numbers, shares, marks and typed signs are made alike."""
    assert folded(text)[0] == as_looked_for


def test_every_cue_can_be_found() -> None:
    """Each kind that the reader asks for has cues, and no pattern is empty."""
    kinds = {"findings", "relevance", "considerations", "general", "specific", "advice", "offer", "appeal"}
    assert kinds == set(cues())
    assert not [cue.pattern for kind in cues().values() for cue in kind if cue.pattern.search("  ")]


def test_the_first_sentence_counts_more() -> None:
    """That is where a part says what it is."""
    assert score("It was small, a limitation. The sun shone.", "considerations") > score(
        "The sun shone. It was small, a limitation.", "considerations"
    )
