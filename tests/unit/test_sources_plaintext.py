"""Plain text into pieces: paragraphs however their lines were broken, lists with their numbers."""

from __future__ import annotations

import re
import textwrap

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.sources.hyphens import Joiner
from digest.sources.pieces import Shape
from digest.sources.plaintext import read_text
from digest.sources.textfile import taken_apart

#: One paragraph that no width leaves in one line, so that the text is wrapped for sure.
LONG = (
    "People with multiple sclerosis who slept for more than seven hours a night walked a little further in the week"
    " after it than those who slept for less, and the doctors who saw them could not tell who had slept well."
)
LATER = (
    "Older people walked more slowly in this study of many clinics, whose mean age was 42. The difference was small"
    " but clear in all of the six clinics that took part. MS was mild."
)


def texts(text: str) -> list[str]:
    return [piece.text for piece in read_text(text).pieces]


def shapes(text: str) -> list[tuple[str, int, str]]:
    return [(piece.shape.value, piece.number, piece.text) for piece in read_text(text).pieces]


# --- paragraphs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "one\ntwo",
        "Key Takeaway\nA cooling vest helped.\nWhat They Found\nOf 60 adults, 41 walked further.",
        "Journal: Annals of Invented Neurology\nPublished: March 2026\nLink: https://news.example.org/7",
        "Article Topics\nB cells\nsingle-cell RNA sequencing\nmultiple sclerosis\nfatigue",
        "The vest was worn for an hour a day.\nNobody fell ill in the first of the two weeks.\n\nIt was small.",
        "a) Sleep was measured every night by a watch\nb) walking was measured once a week in the clinic",
        "Heat slowed walking in people with much heat\nby Jane Example\ndoi: 10.1000/heat.1\ntags: heat, sleep",
        "Group\tBefore\tAfter\nVest for one hour a day\t12\t14\nNo vest for the whole time\t12\t11",
        "Learn how certain foods can worsen the symptoms and what this means for the dai\n12/1/2026\nFoods",
        f"{LONG} {LONG}\nDiscover how a tool helps to see the changes in the cells of the brain, and the\nA new tool",
    ],
)
def test_lines_of_their_own_stay_so(text: str) -> None:
    """Headings, labels, names, whole sentences and teasers: what was not wrapped is not put together."""
    assert texts(text) == [" ".join(line.split()) for line in text.splitlines() if line]


@pytest.mark.parametrize("width", [45, 60, 72, 80, 99, 118])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_wrapped_text_is_read_with_and_without_empty_lines(width: int, gap: str) -> None:
    """Its lines tell: in a wrapped text a line ends where the next word would not have fitted."""
    paragraphs = [
        "Walking and sleep",
        LONG,
        "Key Takeaway",
        LATER,
        "Important Considerations",
        "The study was short.",
    ]
    wrapped = gap.join("\n".join(textwrap.wrap(one, width)) for one in paragraphs)
    assert texts(wrapped) == paragraphs


def test_labels_and_headings_stand_alone_in_a_wrapped_text() -> None:
    """A line as long as the others that names something known begins something."""
    text = (
        "The vest was worn by all people in the clinic for two hours in the morning,\n"
        "and by none of them in the afternoon, which was cool. Nobody there fell ill.\n"
        "Results: of 60 adults, 41 walked further with it and 19 did not walk further.\n"
        "Published: March 2026"
    )
    assert [one.partition(":")[0][:8] for one in texts(text)] == ["The vest", "Results", "Publishe"]


@pytest.mark.parametrize(
    "lines",
    [
        ["The trial began in the clinics of the north in", "2019. It ended after", "24 months, with the last scan."],
        ["All walked further. The dose was two times", "10 mg. It was the same for all."],
        ["All of the people lived in countries with few", "clinics, where few have", "MS. They were asked twice."],
        ["They took less than those who took part in group", "one. It raised the vitamin", "D. Nothing changed."],
        ["All had been seen. They were those in group", "B. They took less."],
        ["The gain of those who walked was between 5-", "10 metres. In long-", "term care it was", "small."],
    ],
)  # fmt: skip
def test_a_sentence_that_goes_on_is_one_however_short_its_lines(lines: list[str]) -> None:
    """A figure, a letter or a short word at the beginning of a line ends what stands above."""
    assert texts("\n".join(lines)) == [" ".join(lines).replace("- ", "-")]


@pytest.mark.parametrize(
    "text",
    [
        "Doses that were tried in the trial\n10 mg\n20 mg",
        "The study was small and short.\n24 months\n12 clinics",
        "What was known before this study. Nothing.\nMS. A short word about it",
        "Who took part in the trial and why\nMS. It is rare.",
    ],
)
def test_figures_and_short_words_below_a_name_are_lines_of_their_own(text: str) -> None:
    """Where nothing tells that the line above them is a sentence."""
    assert texts(text) == text.split("\n")


def test_a_date_that_ends_a_sentence_is_no_line_of_its_own() -> None:
    """Only a line that is nothing else is the date of something."""
    assert texts("The people were asked to keep a diary of their sleep until\nMarch 2026.") == [
        "The people were asked to keep a diary of their sleep until March 2026."
    ]


WORD = r"[a-z]{2,9}|[A-Z][a-z]{2,8}|[0-9]{1,3}[.)]|[0-9]{4}|\([a-z]{3,6}\)|MS|so - or|p53|42%"
WORDS = st.from_regex(WORD, fullmatch=True)
#: A sentence begins with a capital, and says that its last word is one.
SENTENCES = st.lists(WORDS, min_size=4, max_size=30).map(lambda words: f"The {' '.join(words)} end.")
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join)


@given(st.lists(PARAGRAPHS, min_size=1, max_size=5), st.integers(45, 118))
def test_paragraphs_survive_any_wrapping(paragraphs: list[str], width: int) -> None:
    """Whatever words come to stand at the beginning of a line, the same paragraphs come out."""
    given = [LONG, *paragraphs]
    wrapped = "\n\n".join("\n".join(textwrap.wrap(one, width, break_on_hyphens=False)) for one in given)
    # Nobody could tell these from a list.
    assume(all(one.count("\n- ") < 2 for one in wrapped.split("\n\n")))
    assume(not re.search(r"[.)]\n\d+[.)] ", wrapped))
    assert texts(wrapped) == given


# --- words broken at a line's end ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["a long-", "term study"], "a long-term study"),
        (["a high-", "dose arm"], "a high-dose arm"),
        (["the care-", "giver of it"], "the care-giver of it"),
        (["the treat-", "ment of it"], "the treatment of it"),
        (["they walked bet-", "ter."], "they walked better."),
        (["an anti-", "tic drug"], "an anti-tic drug"),
        (["the tele-ment, a tele-", "ment"], "the tele-ment, a tele-ment"),
        (["the treatment, treat-", "ment of it"], "the treatment, treatment of it"),
        (["the treatment, treat-", "ment and disabil-", "ity"], "the treatment, treatment and disability"),
        (
            ["treatment, treat-", "ment, a smoke-free car, smoke-", "free"],
            "treatment, treatment, a smoke-free car, smoke-free",
        ),
        (["pre-", "and post-treatment"], "pre- and post-treatment"),
        (["a 42-", "year-old"], "a 42-year-old"),
        (["with IL-", "6 high"], "with IL-6 high"),
        (["anti‐", "CD20"], "anti‐CD20"),
        (["from 5 -", "10 days"], "from 5 - 10 days"),
        (["treat\u00ad", "ment"], "treatment"),
        (["多発性", "硬化症"], "多発性硬化症"),
    ],
)
def test_a_hyphen_stays_where_it_belongs_to_the_word(lines: list[str], text: str) -> None:
    """It goes where the document has the word without it, or breaks other words so, or behind it stands none."""
    assert Joiner(lines).joined(lines) == text


# --- lists -----------------------------------------------------------------------------------------------


def test_a_list_keeps_its_numbers() -> None:
    """Also where it does not begin at 1, and where empty lines or lines that go on stand between."""
    assert shapes("Seen were\n4. Sleep\n5. Pain\n\n6. Scans\nThe end.") == [
        ("text", 0, "Seen were"), ("numbered", 4, "Sleep"), ("numbered", 5, "Pain"), ("numbered", 6, "Scans"),
        ("text", 0, "The end."),
    ]  # fmt: skip


def test_an_item_goes_on_below() -> None:
    """Where its line ends in mid sentence, or the next stands further in."""
    assert shapes("- sleep, which was measured every night by a watch for\n  weeks\n- pain\n  and more\n- (1) x") == [
        ("item", 0, "sleep, which was measured every night by a watch for weeks"),
        ("item", 0, "pain and more"),
        ("item", 0, "(1) x"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Older people walked more slowly in six clinics, whose mean age was\n42. The difference was small.",
        "The number of relapses in the first year of the medicine fell to\n17. In the second year it rose again.",
        "The number of relapses in the first year of the medicine fell to\n1. In the second year it rose again.",
        "Those who took part in it were asked at home about their sleep (n =\n12) or in one of the clinics.",
        "More about the way in which sleep was measured is said below (see p.\n12) and in the other study.",
        "The way in which sleep and walking are related is shown in Fig.\n2. It is not known why.",
        "The dose of the medicine in the second part of the study was\n1.5 mg a day for all.",
        "It was found by all of the clinics and in all of the years before\n2019. Nobody knows why it was.",
        "The effect upon walking in the first half of the year was small\n- or none at all - in all clinics.",
        "The difference between the two groups at the end of the year was\n- 5 points, which is much.",
        "Of all who took part the mean age in the first was\n42. In the second of the clinics it was\n43. So it was.",
    ],
)
def test_a_number_or_a_dash_in_a_sentence_is_no_item(text: str) -> None:
    """What came to stand at the beginning of a line stays a part of its sentence."""
    assert shapes(text) == [("text", 0, text.replace("\n", " "))]


@pytest.mark.parametrize("text", ["42. The difference was small.", "4) Sleep", "2019. A year"])
def test_a_single_number_is_kept_as_it_is(text: str) -> None:
    """Nobody knows that it is an item, and as text nothing of it is lost; a single 1 can only begin a list."""
    assert shapes(text) == [("text", 0, text)]
    assert shapes("1. Sleep") == [("numbered", 1, "Sleep")]


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("1) a; 2) b; 3) c\n1) d 2) e", ["1) a; 2) b; 3) c", "1) d 2) e"]),
        ("They saw this: 1) a\n2) b\n3) c", ["They saw this: 1) a 2) b 3) c"]),
        ("1) a 2) b\n3) c 4) d\nThe end.", ["1) a 2) b 3) c 4) d", "The end."]),
        ("4) a 5) b", ["4) a 5) b"]),
    ],
)
def test_a_run_of_numbers_stays_one_text(text: str, paragraphs: list[str]) -> None:
    """`1) … 2) …` is made a list of later; one that begins again is another."""
    assert shapes(text) == [("text", 0, one) for one in paragraphs]


@given(st.integers(45, 110))
def test_a_run_survives_any_wrapping(width: int) -> None:
    """Wherever its numbers come to stand."""
    run = "1) " + "; ".join(f"{number}) {'less pain and ' * number}sleep" for number in range(1, 7))[3:]
    wrapped = "\n\n".join("\n".join(textwrap.wrap(one, width)) for one in (LONG, run))
    assert texts(wrapped) == [LONG, run]


def test_a_number_that_an_item_speaks_of_makes_no_run() -> None:
    """Where the lines themselves bear all the numbers, they are the list."""
    text = "1) Fatigue fell as in 2) below\n2) Sleep was better\n3) Pain was not"
    assert [(shape, number) for shape, number, _ in shapes(text)] == [("numbered", 1), ("numbered", 2), ("numbered", 3)]


ITEM_WORDS = st.sampled_from(["sleep", "pain", "and", "fatigue", "42", "of", "(p)", "MS"])
ITEM = st.lists(ITEM_WORDS, min_size=1, max_size=25).map(lambda words: f"Less {' '.join(words)} here")
ITEMS = st.lists(ITEM, min_size=2, max_size=8)


@given(ITEMS, st.integers(1, 90), st.sampled_from(["{}. ", "{}) ", "({}) ", "- ", "• "]), st.integers(45, 110))
def test_lists_survive_any_wrapping(items: list[str], first: int, mark: str, width: int) -> None:
    """The same items come out with the same numbers, indented or not."""
    lines = [
        textwrap.fill(item, width, initial_indent=mark.format(first + place), subsequent_indent="   ")
        for place, item in enumerate(items)
    ]
    made = [piece for piece in read_text("\n\n".join([LONG, "\n".join(lines)])).pieces if piece.shape is not Shape.TEXT]
    assert [piece.text for piece in made] == items
    assert [piece.number for piece in made] == (
        [first + place for place in range(len(items))] if "{" in mark else [0] * len(items)
    )


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("R&amp;D staff&nbsp;slept &lt;5 h\nIt&#8217;s so", ["R&D staff slept <5 h", "It’s so"]),
        ("10<sup>6</sup> cells, <b>bold</b>\n<i>next</i>", ["10⁶ cells, bold", "next"]),
        ("one<br>two<br/>three", ["one", "two", "three"]),
        ("lymphocytes <LLN and p<0.05\nage <b and c> d", ["lymphocytes <LLN and p<0.05", "age <b and c> d"]),
        ("<p>one\ntwo</p>\n<ul><li>three</ul>", ["one two", "three"]),
        ("AT&T and &copy=1 & so on", ["AT&T and &copy=1 & so on"]),
        ("fell by <del>50%</del> 30%", ["fell by 30%"]),
    ],
)
def test_what_is_left_of_markup_is_no_text(text: str, paragraphs: list[str]) -> None:
    """Entities and tags that can be nothing else; a less-than sign is one."""
    assert [piece.text for piece in taken_apart(text, markdown=False).pieces] == paragraphs


def test_a_text_of_any_length_takes_little_time() -> None:
    """Lists, labels and broken words by the thousand."""
    text = "1. a\n2) b\n- c\nLabel: x\ntreat-\nment was found in the group of people who were\n" * 20_000
    assert read_text(text).cut
