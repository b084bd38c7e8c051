"""The gate on what was read: limits that are none, leftovers of a page, what breaks off; no alarm for honest texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from digest.checks import Rule, Severity
from digest.checks.broken import Vocabulary, broken, check_broken
from digest.checks.flaws import Flaw
from digest.checks.foreign import check_headlines, check_leftovers, check_repeats, leftover
from digest.checks.reading import check_doubts, check_limits
from digest.checks.texts import Printed, printed_of
from digest.models import Bullets, IssueItem, Length, Paragraph, Section, SectionRole
from digest.notation import read
from tests.factories import an_item
from tests.sample_issue import FEW, first
from tests.unit.test_checks import examined

BODY, LIMITS, TAKEAWAY = SectionRole.BODY, SectionRole.CONSIDERATIONS, SectionRole.TAKEAWAY


def an_item_of(number: int = 1, limits: str = "", *, study: int = 0, **given: Any) -> IssueItem:
    """An item with these parts, in the notation of editors; each of a study of its own."""
    roles = {"takeaway": TAKEAWAY, "findings": SectionRole.FINDINGS, "body": BODY}
    texts = {role: given.pop(name) for name, role in roles.items() if name in given}
    texts |= {LIMITS: limits} if limits else {}
    sections = tuple(Section(role=role, blocks=read(text)) for role, text in texts.items())
    return an_item(number, "vision", study_id=study or number, of={"sections": sections, **given})


def printed(*items: IssueItem) -> list[Printed]:
    return [printed_of(item, Length.FULL) for item in items]


def found(flaws: Sequence[Flaw]) -> list[tuple[Severity, int | None]]:
    return [(flaw.severity, flaw.summary_id) for flaw in flaws]


# --- the same limits ---------------------------------------------------------------------------------------

STANDING = (
    "Research moves in small steps, and one paper rarely settles a question. Papers in journals like {} differ in how "
    "many people they followed and for how long, so read each of them with care and ask those who look after you what "
    "it means for your own life."
)
OFFER = "Always discuss what you read here with somebody who knows your history well."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STANDING, STANDING),
        (STANDING, f"  {STANDING.upper()}!"),
        (STANDING, STANDING.replace(", and one", " – and one").replace(". Papers", ".\n\nPapers")),
        (STANDING.format("Brain Notes"), STANDING.format("Annals of Invented Neurology")),
        (STANDING.format("Brain Notes"), STANDING.format("")),
        (f"{STANDING.format('Brain Notes')} From Oslo Review.", f"{STANDING.format('Myelin')} From Nerve Letters."),
        (OFFER, OFFER),
    ],
)
def test_a_standing_text_was_taken_for_limits(one: str, other: str) -> None:
    """Of two studies word for word, or but for a journal's name: each item is named, with the other one."""
    flaws = list(check_limits(printed(an_item_of(1, one), an_item_of(2, other), an_item_of(3, "It was small."))))
    assert found(flaws) == [(Severity.ERROR, 1), (Severity.ERROR, 2)]
    assert all(flaw.rule is Rule.SAME_LIMITS for flaw in flaws)
    assert "item 2 (“Walking and fatigue, part 2”)" in flaws[0].message


def test_its_own_journal_and_headline_are_no_difference() -> None:
    """However they are written: what is left is the same text."""
    words = "{} may be read with care, as all that {} prints, and nobody should change a treatment because of it."
    items = [
        an_item_of(1, words.format("Short walks in the rain", "the lancet of rain"), headline="Short walks in the rain",
                   journal="The Lancet of Rain"),
        an_item_of(2, words.format("Long nights", "Sleep"), headline="Long nights", journal="Sleep"),
    ]  # fmt: skip
    assert found(list(check_limits(printed(*items)))) == [(Severity.ERROR, 1), (Severity.ERROR, 2)]


LARGER = "Larger studies must follow before doctors can change how they treat people, and that takes years."
TALK = "Talk to your team before you"


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("The study was small and short.", "", ""),
        ("The study was small, and nobody was assigned to a group by chance.", "", ""),
        ("This study was done in mice, so the results may not apply to people.", "", ""),
        (f"It was small ({{}} people), so what it found may not be true for everybody with MS. {LARGER}", "38", "41"),
        (f"{{}} were studied, so what it found may not be true for people with MS. {LARGER}", "Mice", "Rats"),
        (f"{{}}. {TALK} begin. {LARGER}", "Only people who could walk took part", "Nobody knew for how long it helps"),
        (f"The {{}} was new. {LARGER} {TALK} {{}}, and never {{}} it {{}}.", "drug", "diet"),
    ],
)
def test_limits_that_studies_share_are_limits(text: str, one: str, other: str) -> None:
    """Short ones, and ones in which a number or a common word tells one study from the other."""
    items = [an_item_of(number, text.format(*[word] * 4)) for number, word in ((1, one), (2, other))]
    assert list(check_limits(printed(*items))) == []


def test_limits_in_another_language_are_judged_by_their_length() -> None:
    """What they are about is not known, so that short ones pass and long ones do not."""
    short = "Die Studie war klein, und niemand wurde zufällig zugeteilt."
    long = f"{short} Wer seine Behandlung ändern will, soll vorher mit der Praxis sprechen, die ihn lange kennt."
    for text, errors in ((short, 0), (long, 2)):
        items = [an_item_of(number, text, language="de") for number in (1, 2)]
        assert len(list(check_limits(printed(*items)))) == errors


def test_two_summaries_of_one_study_share_its_limits() -> None:
    """That is right; a third, of another study, is not."""
    same = [an_item_of(1, OFFER, study=7), an_item_of(2, OFFER, study=7)]
    assert list(check_limits(printed(*same))) == []
    assert len(list(check_limits(printed(*same, an_item_of(3, OFFER))))) == 3


def test_a_long_paragraph_among_the_limits_of_many_is_pointed_out() -> None:
    """The limits are not the same, so it is for a person to say whether it is one; it is named once an item."""
    items = [an_item_of(number, f"Only {number} took part.\n\n{STANDING}") for number in (1, 2, 3)]
    flaws = list(check_limits(printed(*items)))
    assert found(flaws) == [(Severity.WARNING, 1), (Severity.WARNING, 2), (Severity.WARNING, 3)]
    assert "Research moves in small steps" in flaws[0].message


def test_an_item_without_printed_limits_has_none_to_compare() -> None:
    """By its headline alone, or where its source names none."""
    items = [printed_of(an_item_of(1, STANDING), None), *printed(an_item_of(2, STANDING), an_item_of(3))]
    assert list(check_limits(items)) == []


# --- leftovers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Read More", "Read More"),
        ("read more", "read more"),
        ("READ MORE", "READ MORE"),
        ("Read more »", "Read more"),
        ("Fatigue fell by a third. Read more…", "Read more"),
        ("Fatigue fell by a third… Read more", "Read more"),
        ("Read More12/1/2026", "Read More"),
        ("Read More 12/1/2026", "Read More"),
        ("offering hope for bette Read More", "Read More"),
        ("offering hope for betteRead More", "Read More"),
        ("Read MoreWhether you have read this before or not", "Read More"),
        ("It helped most. Read More Learn how walks help", "Read More"),
        ("Read more: Walks help most people", "Read more"),
        ("Read more about vitamin D.", "Read more"),
        ("It helped most people. Continue reading", "Continue reading"),
        ("It helped most people. Continue reading →", "Continue reading"),
        ("It helped. Continue reading the whole story", "Continue reading"),
        ("It helped. Learn more…", "Learn more"),
        ("Click here for the list of all sites.", "Click here"),
        ("To see the list, click here.", "click here"),
        ("It helped most people. (more…)", "(more…)"),
        ("It helped most people. [Read more]", "[Read more]"),
        ("Es half den meisten. Weiterlesen", "Weiterlesen"),
        ("Cela a aidé. Lire la suite", "Lire la suite"),
        ("You may also like", "You may also like"),
        ("Related articles:", "Related articles:"),
        ("Share this article", "Share this article"),
        ("The post Walks help appeared first on A Site.", "The post Walks help appeared first on"),
        ("Read the full article", "Read the full article"),
    ],
)
def test_words_of_a_page_are_found(text: str, said: str) -> None:
    """By themselves, run into their neighbours, or with the capitals of a button."""
    assert leftover(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "People who read more books kept a better memory.",
        "We still have to learn more.",
        "Scientists hope to learn more about how cells are repaired.",
        "Where can I learn more?",
        "They were able to continue reading for longer.",
        "Doctors see more of these spots in winter.",
        "Those who spread more salt had no more attacks.",
        "She could walk, swim and read more.",
        "Learn more about your options by talking with your team.",
        "Find out more at your next visit.",
        "The “Read More” campaign gave books to children.",
        "In the Read More programme children got books.",
        "The post was sent to all who took part.",
        "Three people (or more) fell.",
        "It does not show more.",
        "Sharing this article of faith, she said.",
        "A study of the press: here is what it found.",
    ],
)
def test_honest_words_are_no_leftovers(text: str) -> None:
    """Verbs with their subject, questions, names and what is quoted."""
    assert leftover(text) is None


@pytest.mark.parametrize(
    "title", ["Why Young People Should Read More", "People Who Read More Stay Sharp", "How to Learn More"]
)
def test_a_title_may_bear_capitals(title: str) -> None:
    """All its words do; a link behind it stands by itself."""
    assert leftover(title, is_title=True) is None
    assert leftover(f"{title}. Read More", is_title=True) == "Read More"


def test_leftovers_are_looked_for_in_everything_printed() -> None:
    """Headline, headings, paragraphs, points of lists and facts, each told once; the words around it are shown."""
    item = an_item_of(
        1,
        headline="Walks help. Read more",
        journal="Click here",
        body="## You may also like\n\nIt helped. Learn more\n\n- Read More",
    )
    flaws = list(check_leftovers(printed(item)[0]))
    assert len(flaws) == 3 and {flaw.rule for flaw in flaws} == {Rule.LEFTOVERS}
    assert "“Read more” belongs to its site's page" in flaws[0].message and "Walks help." in flaws[0].message
    assert found(list(check_leftovers(printed_of(item, None)))) == [(Severity.ERROR, 1)]


# --- what breaks off ---------------------------------------------------------------------------------------

#: An item in ordinary words, all of its sentences ended.
OWN = (
    "People with MS who walked each day felt better after some weeks, and their sleep was good.\n\n"
    "Doctors saw that new symptoms were seldom, and that daily life became easier for most of them.\n\n"
    "The team will now see whether early recognition and support by nurses can help them even more."
)
WORDS = Vocabulary([an_item_of(1, findings=OWN)], "en")


def breaks_off(last: str, own: str = OWN) -> bool:
    """Whether the last paragraph of a part breaks off."""
    return list(broken((read(f"{own}\n\n{last}"),), WORDS)) == list(read(last)[-1:] and [last.removeprefix("- ")])


@pytest.mark.parametrize(
    "text",
    [
        "Learn how walks in the morning help people with MS to sleep, and what that means for their daily li",
        "Discover how a tool that looks at the nerves of the eye may one day help doctors offer hope for bette",
        "Learn how nurses see at once whether an attack begins and how early recog",
        "A study found that many people with MS who slept for less than six hours each night had more sympto",
        "Learn why people with MS may feel so tired in summer, how to keep cool, and what doctors can do f",
        "Learn what scientists found when they looked at the brains of people with MS, and what it means for",
        "The nurses asked everybody each week how they had slept, how far they had walked, and",
        "The study shows that walks help most people with MS to sleep well, and that they should begin with the",
        "It helped most of the people who took part in this long study of walks and sleep […]",
        "- Walking in the morning may help people with MS to sleep, to work and to live a bette",
    ],
)
def test_a_cut_teaser_is_found(text: str) -> None:
    """By several signs at once: a word that is only begun, its length, how it begins, that all others end."""
    assert breaks_off(text)


@pytest.mark.parametrize(
    "text",
    [
        "Smoking makes MS worse",
        "What people with MS can do for a better sleep",
        "Walking each day helped people with MS to feel less tired and to sleep through the night",
        "- less pain after a walk in the morning, and fewer nights without any sleep for those with MS",
        "- what to ask the nurse before the first walk, and whom to turn to",
        "The new treatment was compared with a placebo in people with MS who had never had ocrelizumab",
        "Those who slept well had taken part in a programme at the hospital of Oslo University in Norway",
        "Nobody had looked at vitamin D in people with MS who live so far in the north before, said Dr Li",
        "The second group got interferon beta-1a, and the third one was given nothing but vitamin B12",
        "The full list of all the people who took part in it can be seen at www.example.org/studies/walk",
        "“Some nights are good, and others are not, but all in all I would say that they aren’t",
        "Two of the three groups were told to walk for half an hour each day, and the third one to rest…",
        "Walks were good for the muscles, for the heart, for the lungs, and in the end for remyelination",
        "Walks were good for the muscles, for the heart, for the lungs, and in the end for recognition",
    ],
)
def test_honest_texts_need_no_full_stop(text: str) -> None:
    """Points, slogans, names, codes, addresses, quotes; also at just the length where teasers are cut."""
    assert not list(broken((read(f"{OWN}\n\n{text}"),), WORDS))


def test_a_paragraph_above_a_list_need_not_end() -> None:
    """Only the last of a part is measured by the words a sentence cannot end in."""
    text = "The people who took part were free to choose whether they walked or\n\n- swam\n- ran"
    assert list(broken((read(f"{OWN}\n\n{text}"),), WORDS)) == []


def test_a_word_is_known_from_the_whole_issue() -> None:
    """Also from what is not printed; the last word of another text that breaks off makes no fragment whole."""
    teaser = "Learn how walks in the morning help people with MS to sleep, and what that means for their daily glorp"
    items = [an_item_of(number, body=f"{OWN}\n\n{teaser}", headline=f"Part {number}") for number in (1, 2)]
    tells = an_item_of(3, body="A glorpish day is a good one for most of us who walk.")
    assert found(list(check_broken(printed(*items), [*items, tells]))) == [(Severity.ERROR, 1), (Severity.ERROR, 2)]
    knows = an_item_of(4, body="One glorp a day is good for most of us who walk.")
    assert list(check_broken(printed(*items), [*items, tells, knows])) == []


def test_other_languages_are_measured_by_their_own_words() -> None:
    """What no German sentence may end in, English ones may; a word that is begun is one in both."""
    own = "Wer täglich ging, schlief besser als zuvor, und das Gehen fiel ihm leichter.\n\n" * 4
    item = an_item_of(1, body=own, language="de")
    words = Vocabulary([item], "de")
    cut = "Wie das Gehen am Morgen den Schlaf von Menschen verändert hat und warum es ihnen danach leich"
    whole = "Wie das Gehen am Morgen den Schlaf von Menschen verändert hat und warum es ihnen danach an"
    assert [list(broken((read(own + text),), words, english=False)) == [text] for text in (cut, whole)] == [True, False]


# --- other items' headlines --------------------------------------------------------------------------------

HEADLINE = "Gut Bacteria and MS: What You Need to Know"


def holds_headline(body: str, headline: str = HEADLINE, **given: Any) -> bool:
    items = [an_item_of(1, body=body, headline="Its own headline"), an_item_of(2, body="x", headline=headline, **given)]
    return found(list(check_headlines(printed(*items)))) == [(Severity.ERROR, 1)]


@pytest.mark.parametrize(
    ("body", "headline"),
    [
        (HEADLINE, HEADLINE),
        (f"It helped.\n\n- {HEADLINE.lower()}", HEADLINE),
        (f"## {HEADLINE}", HEADLINE),
        (f"It helped most people. {HEADLINE} 12/31/2026 Learn how bacteria can harm.", HEADLINE),
        ("So gut bacteria and MS – what you need to know, they say.", HEADLINE),
        ("Short walks help the young", "Short walks help the young"),
        ("It helped. Short walks can help the young. They slept.", "Short walks can help the young"),
    ],
)
def test_another_items_headline_is_foreign(body: str, headline: str) -> None:
    """By itself, as a sentence of its own, or too long to stand there by chance; in any case and punctuation."""
    assert holds_headline(body, headline)


@pytest.mark.parametrize(
    ("body", "headline"),
    [
        ("Vitamin D and MS", "Vitamin D and MS"),
        ("We asked for research on vitamin D and multiple sclerosis in children.", "Vitamin D and multiple sclerosis"),
        ("In this trial, short walks can help the young, too.", "Short walks can help the young"),
        ("Smoking makes MS worse", "Smoking makes MS worse"),
        ("## What is multiple sclerosis now?", "What is multiple sclerosis now?"),
        (f"It answers a paper called “{HEADLINE}”, which was about mice.", HEADLINE),
        ("Its own headline", "Its own headline"),
        ("Gut bacteria and MS: what we need to know", HEADLINE),
    ],
)
def test_what_two_texts_may_both_say(body: str, headline: str) -> None:
    """Short headlines, ones inside a sentence, quoted ones, questions over a paragraph, and one's own."""
    assert not holds_headline(body, headline)


def test_items_of_one_study_may_name_each_other() -> None:
    """They tell the same news."""
    assert not holds_headline(HEADLINE, study=1)


# --- what stands twice -------------------------------------------------------------------------------------

SENTENCE = "People who walked each day felt less tired after twelve weeks"


@pytest.mark.parametrize(
    "given_parts",
    [
        {"takeaway": "A headline of five words.", "headline": "A headline of five words"},
        {"takeaway": f"{SENTENCE}.", "findings": f"{SENTENCE}. They slept, too."},
        {"findings": f"{SENTENCE}.\n\n{SENTENCE.upper()}!"},
        {"findings": f"- {SENTENCE}\n- They slept\n- {SENTENCE}."},
        {"findings": f"Half of them walked. {SENTENCE}. The others rested. {SENTENCE}."},
        {"findings": f"{SENTENCE}.", "limits": f"{SENTENCE}."},
    ],
)
def test_what_stands_twice_is_told(given_parts: dict[str, str]) -> None:
    """A headline that is the takeaway, a paragraph, a sentence; in any case and punctuation, once each."""
    (flaw,) = check_repeats(printed(an_item_of(1, **given_parts))[0])
    assert (flaw.rule, flaw.severity, flaw.summary_id) == (Rule.REPETITION, Severity.ERROR, 1)


@pytest.mark.parametrize(
    "given_parts",
    [
        {"takeaway": f"{SENTENCE}.", "headline": "Walks helped tired people"},
        {"takeaway": f"{SENTENCE}. They slept, too.", "headline": SENTENCE},
        {"findings": "Yes.\n\n## And for children?\n\nYes."},
        {"findings": "Nobody was harmed.\n\nNobody was harmed."},
        {"findings": f"{SENTENCE}. {SENTENCE}, and slept better."},
        {"findings": f"## {SENTENCE}\n\n{SENTENCE}."},
    ],
)
def test_what_may_be_said_again(given_parts: dict[str, str]) -> None:
    """A few words, a sentence that goes on in another way, a headline that is the first of several sentences."""
    assert list(check_repeats(printed(an_item_of(1, **given_parts))[0])) == []


def test_what_an_edition_does_not_print_is_not_looked_at() -> None:
    """A second part that says the same is not seen by readers of short items."""
    item = an_item_of(1, takeaway=f"{SENTENCE}.", findings=f"{SENTENCE}.")
    flaws = [
        flaw.rule for length in (Length.BRIEF, Length.STANDARD) for flaw in examined([item], [(first(1, length), 1)])
    ]
    assert flaws.count(Rule.REPETITION) == 1


# --- doubts ------------------------------------------------------------------------------------------------


def test_each_doubt_is_pointed_out_until_somebody_looked() -> None:
    """A sentence each, with what can be done."""
    item = an_item_of(1, unsure=("the order of its parts is not clear.", "its limits may be an advertisement"))
    flaws = list(check_doubts(printed(item)[0]))
    assert [flaw.message for flaw in flaws] == [
        "it may have been read wrongly: the order of its parts is not clear",
        "it may have been read wrongly: its limits may be an advertisement",
    ]
    assert {flaw.severity for flaw in flaws} == {Severity.WARNING} and "say that it was read right" in flaws[0].advice
    assert list(check_doubts(printed(replace(item, looked_at=True))[0])) == []


def test_the_gate_looks_for_all_of_it() -> None:
    """Over the editions of an issue; what was read right is passed in silence."""
    bad = an_item_of(1, STANDING, headline=HEADLINE, takeaway=f"{HEADLINE}.", unsure=("it is not clear",))
    worse = an_item_of(2, STANDING, findings=f"{HEADLINE}\n\nRead More\n\nIt helped most of those who took part [...]")
    rules = {flaw.rule for flaw in examined([bad, worse, *FEW[3:]], [(first(2, Length.FULL), 1)])}
    assert rules >= {
        Rule.SAME_LIMITS, Rule.LEFTOVERS, Rule.BROKEN_OFF, Rule.FOREIGN, Rule.REPETITION, Rule.READING,
    }  # fmt: skip


def test_lists_and_paragraphs_are_texts_alike() -> None:
    """What is printed is looked at in whatever form it stands."""
    item = an_item(1, of={"sections": (Section(role=BODY, blocks=(Paragraph("One."), Bullets(("Two.", "Three.")))),)})
    assert printed(item)[0].prose == ("One.", "Two.", "Three.")
