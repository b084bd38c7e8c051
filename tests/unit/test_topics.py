"""The tree of topics, and what texts are found to be about."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.errors import InputError
from digest.located import read_yaml
from digest.models import Bullets, Entry, Paragraph, Place, Section, SectionRole, TopicTree
from digest.topics import Refusal, Tagger, entry_of, parse_topics
from digest.topics.words import Vocabulary, mended, words_of
from tests.factories import a_section, an_entry

DATA = Path(__file__).parents[1] / "data" / "topics"
BUNDLED = Path(__file__).parents[2] / "digest" / "data" / "topics.yaml"
SENTENCES: list[dict[str, Any]] = yaml.safe_load((DATA / "sentences.yaml").read_text(encoding="utf-8"))


def read(text: str) -> TopicTree:
    document = read_yaml(text, name="topics.yaml")
    return parse_topics(document.value, line=document.line, name="topics.yaml")


@pytest.fixture(scope="module")
def bundled() -> TopicTree:
    return read(BUNDLED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tagger(bundled) -> Tagger:
    return Tagger(bundled)


@pytest.fixture(scope="module")
def garden() -> Tagger:
    return Tagger(read((DATA / "garden.yaml").read_text(encoding="utf-8")))


def an_article(headline: str = "Rose rust", *sections: Section, **given: Any) -> Entry:
    return an_entry(headline=headline, sections=sections, **given)


def ids(matches) -> list[str]:
    return [match.topic_id for match in matches]


# --- the file ---


def test_a_file_becomes_a_tree():
    """Every key of the format arrives in the model; drugs, brands and codes are terms."""
    tree = read((DATA / "garden.yaml").read_text(encoding="utf-8"))
    copper = tree.by_id["copper"]
    assert (tree.condition, tree.condition_terms, tree.condition_acronyms) == ("Rose rust", ("rose rust",), ("RR",))
    assert copper.terms == ("copper", "cuprazole", "Rustaway", "CZ-200", "old brew")
    assert (copper.parent, copper.acronyms, copper.hints) == ("sprays", ("CU",), ("metal",))
    assert (copper.not_when, copper.mesh, copper.needs_condition) == (("copper beech",), ("D003300",), True)
    assert (tree.by_id["weather"].mesh, tree.by_id["weather"].needs_condition) == (("D000001",), False)


def test_parents_stand_before_their_children():
    """A child may be written before its parent; the tree's order is the file's, parents first."""
    tree = read("condition: {label: C}\ntopics: [{id: b, label: B, parent: a}, {id: c, label: C}, {id: a, label: A}]")
    assert [topic.id for topic in tree.topics] == ["c", "a", "b"]


HEAD = "condition: {label: C}\ntopics:\n"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", 1, "the file needs keys and values"),
        ("- a", 1, "condition, topics"),
        ("condition: {label: C}\n", 1, "at least one topic"),
        ("condition: {label: C}\ntopics: []", 2, "at least one topic"),
        ("condition: {}\ntopics: [a]", 1, "`label` is missing"),
        ("condition: {label: C}\ntopic: []", 2, "no key 'topic'"),
        (HEAD + "  - id: a\n    label: A\n    term: [x]", 5, "did you mean 'terms'?"),
        (HEAD + "  - id: a\n    label: A\n    zzzzz: 1", 5, "which does not exist"),
        (HEAD + "  - a", 3, "needs keys and values"),
        (HEAD + "  - label: A", 3, "the key `id` is missing"),
        (HEAD + "  - id: A b\n    label: A", 3, "'A b' is no id"),
        (HEAD + "  - id: other\n    label: A", 3, "kept for what fits no topic"),
        (HEAD + "  - id: a\n    label: 7", 4, "put 7 into quotes"),
        (HEAD + "  - id: a\n    label: ' '", 4, "must be text"),
        (HEAD + "  - id: a\n    label: A\n    terms: word", 5, "must be a list"),
        (HEAD + "  - id: a\n    label: A\n    terms:\n    - x\n    - 25", 7, "put 25 into quotes"),
        (HEAD + "  - id: a\n    label: A\n    hints: ['-']", 5, "must hold words"),
        (HEAD + "  - id: a\n    label: A\n    drugs: [x]", 5, "name: [Brand, AB-12]"),
        (HEAD + "  - id: a\n    label: A\n    drugs:\n      x: brand", 6, "must be a list"),
        (HEAD + "  - id: a\n    label: A\n    needs_condition: maybe", 5, "true or false"),
        (HEAD + "  - {id: a, label: A}\n  - {id: a, label: B}", 4, "'a' is taken by the topic on line 3"),
        (HEAD + "  - {id: abc, label: A}\n  - {id: b, label: B, parent: abd}", 4, "did you mean 'abc'?"),
        (HEAD + "  - {id: a, label: A, parent: a}", 3, "'a' is below itself"),
        (HEAD + "  - {id: a, label: A, parent: b}\n  - {id: b, label: B, parent: a}", 3, "is below itself"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(text, place, words):
    """An error names file and line, says what is wrong, and offers the nearest known name."""
    with pytest.raises(InputError, match=r"^topics\.yaml:\d+: ") as refused:
        read(text)
    assert refused.value.place == f"topics.yaml:{place}"
    assert words in str(refused.value)


def test_the_bundled_file_is_whole(bundled):
    """36 topics in seven groups, each with words of its own, a description and a known place."""
    groups = [topic for topic in bundled.topics if topic.parent is None]
    leaves = [topic for topic in bundled.topics if topic.parent is not None]
    assert (len(groups), len(leaves)) == (7, 36)
    assert all(topic.terms and topic.mesh for topic in leaves)
    assert all(topic.description.endswith(".") and len(topic.description) < 100 for topic in bundled.topics)


def test_no_bundled_word_means_two_things_in_one_topic(bundled):
    """A topic's terms, hints and exclusions never contradict each other, however they are typed."""
    for topic in bundled.topics:
        kinds = [{typed(word) for word in words} for words in (topic.terms, topic.hints, topic.not_when)]
        assert len(set().union(*kinds)) == sum(map(len, kinds)), topic.id


def typed(phrase: str) -> tuple[str, ...]:
    return tuple(word.key for word in words_of(mended(phrase)))


def test_every_bundled_word_finds_its_topic(bundled, tagger):
    """A headline that is nothing but one of a topic's terms is about that topic."""
    for topic in bundled.topics:
        missed = [word for word in topic.terms if topic.id not in ids(tagger.tag_text(word, condition_assumed=True))]
        assert not missed, topic.id


# --- tagging ---


@pytest.mark.parametrize("case", SENTENCES, ids=[case["why"] for case in SENTENCES])
def test_what_a_text_is_about(case, tagger):
    """Each case of `sentences.yaml` says why."""
    sections = (a_section(SectionRole.BODY, case["body"]),) if "body" in case else ()
    entry = an_article(case["headline"], *sections, tags=tuple(case.get("tags", ())))
    found = ids(tagger.tag(entry, condition_assumed=case.get("assumed", False)))
    about, never = case.get("about", []), case.get("not", [])
    assert set(about) <= set(found)
    assert not set(never) & set(found)
    assert found[:1] == about[:1] or not about


def test_the_headline_weighs_most(garden):
    """One word in the headline outweighs the same in tags, takeaway and body, in this order."""
    places = {
        Place.HEADLINE: an_article("Copper"),
        Place.TAGS: an_article("", tags=("copper",)),
        Place.TAKEAWAY: an_article("", a_section(SectionRole.TAKEAWAY, "Copper.")),
        Place.BODY: an_article("", a_section(SectionRole.TAKEAWAY), a_section(SectionRole.FINDINGS, "Copper.")),
    }
    findings = {place: garden.explain(entry, condition_assumed=True)[0].match for place, entry in places.items()}
    scores = [match.score for match in findings.values()]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == 4
    assert all(match.evidence[0].place is place for place, match in findings.items())


def test_the_heaviest_topic_comes_first(garden):
    """Matches stand in the order of their scores, so the first is the section an item belongs in."""
    body = a_section(SectionRole.FINDINGS, "Rain and rain.", bullets=("Rain again.",))
    matches = garden.tag(an_article("Copper against rose rust", body))
    assert ids(matches) == ["copper", "weather"]
    assert matches[0].score > matches[1].score


def test_a_tie_goes_to_the_deeper_topic(garden):
    """Of two topics that are named alike the more specific one comes first."""
    assert ids(garden.tag_text("A spray of copper in rose rust")) == ["copper", "sprays"]


def test_saying_it_often_does_not_beat_the_headline(garden):
    """What a body repeats for pages weighs no more than a headline, its takeaway and a body that bears it out."""
    body = a_section(SectionRole.FINDINGS, "Copper. " * 3 + "Rain. " * 200)
    takeaway = a_section(SectionRole.TAKEAWAY, "Copper, copper.")
    assert ids(garden.tag(an_article("Copper in rose rust", takeaway, body))) == ["copper", "weather"]


def test_a_hint_counts_half(garden):
    """A word often said in passing needs twice the hits in a body, but suffices in a headline."""
    takeaway = a_section(SectionRole.TAKEAWAY, "None.")
    for word, times in (("copper", 3), ("metal", 6)):
        enough, less = (a_section(SectionRole.FINDINGS, f"{word}. " * n) for n in (times, times - 1))
        assert ids(garden.tag(an_article("Rose rust", takeaway, enough))) == ["copper"]
        assert ids(garden.tag(an_article("Rose rust", takeaway, less))) == []
    assert ids(garden.tag_text("Metal and rose rust")) == ["copper"]


def test_the_opening_stands_for_a_missing_takeaway(garden):
    """Two hits at the start of a bare text suffice; late in a long one they do not."""
    filler = "Nothing is said here at all. " * 100
    early, late = (
        a_section(SectionRole.BODY, text) for text in (f"Copper, copper. {filler}", f"{filler} Copper, copper.")
    )
    assert ids(garden.tag(an_article("Rose rust", early))) == ["copper"]
    assert ids(garden.tag(an_article("Rose rust", late))) == []


def test_references_are_not_read(garden):
    """Titles of cited papers put a summary nowhere."""
    cited = a_section(SectionRole.REFERENCES, "Copper. " * 9)
    assert garden.explain(an_article("Rose rust", cited)) == ()


def test_an_exclusion_takes_words_from_its_own_topic_only(garden):
    """Where a phrase means something else, other topics still count inside it."""
    tree = read(
        HEAD + "  - {id: a, label: A, terms: [rain], not_when: [rain dance]}\n  - {id: b, label: B, terms: [dance]}"
    )
    assert ids(Tagger(tree).tag_text("A rain dance", condition_assumed=True)) == ["b"]
    assert ids(garden.tag_text("Copper beech in rose rust")) == []


def test_one_phrase_may_mean_two_topics():
    """Words that two topics share count for both."""
    tree = read(HEAD + "  - {id: a, label: A, terms: [rain]}\n  - {id: b, label: B, terms: [Rain]}")
    assert ids(Tagger(tree).tag_text("Rain", condition_assumed=True)) == ["a", "b"]


def test_a_word_listed_twice_counts_once():
    """Two typings of one phrase, or a term that is an acronym too, are one hit."""
    tree = read(HEAD + "  - {id: a, label: A, terms: [AB-12, AB12, rain], acronyms: [AB 12], hints: [ab 12]}")
    match = Tagger(tree).tag_text("AB12", condition_assumed=True)[0]
    assert [(hit.words, hit.weight) for hit in match.evidence] == [("AB12", 4.0)]


# --- the condition ---


@pytest.mark.parametrize(
    ("entry", "about"),
    [
        (an_article("Copper against rose rust"), True),
        (an_article("Copper", a_section(SectionRole.FINDINGS, "In rose-rust it helps.")), True),
        (an_article("Copper", tags=("Rose Rust",)), True),
        (an_article("Copper in RR"), True),
        (an_article("Copper", a_section(SectionRole.TAKEAWAY, "It helps in RR.")), True),
        (an_article("Copper", a_section(SectionRole.TAKEAWAY), a_section(SectionRole.FINDINGS, "RR was 1.2.")), False),
        (an_article("Copper in rr"), False),
        (an_article("Copper by XY-RR and RR/XY"), False),
        (an_article("Rose. Rust"), False),
    ],
)
def test_what_names_the_condition(entry, about, garden):
    """A term names it anywhere, an acronym before the body; other letters and pieces of it do not."""
    assert garden.is_about_condition(entry) is about
    assert ids(garden.tag(entry)) == (["copper"] if about else [])


@pytest.mark.parametrize(
    ("headline", "takeaway", "about"),
    [
        ("Proteins of runners", "Samples went through mass spectrometry (MS). MS data were normal.", False),
        ("Hearts and MS", "Mitral stenosis (MS) was mild.", False),
        ("Reaction times", "The delay was 5 ms in 20 MS-DOS programs by Ms. Example.", False),
        ("Coffee", "It was analysed by LC-MS/MS.", False),
        ("Walking", "Of 60 people with MS, 41 walked further.", True),
        ("Walking", "In multiple sclerosis (MS) it was faster.", True),
        ("Gehen mit MS", "Bei Multipler Sklerose (MS) war es schneller.", True),
        ("Tiredness", "It eased MS-related fatigue (n=60).", True),
    ],
)
def test_an_acronym_that_means_something_else(tagger, headline, takeaway, about):
    """Where a text spells out other words for it, or it is half of a name, it says nothing of the condition."""
    entry = an_article(headline, a_section(SectionRole.TAKEAWAY, takeaway))
    assert tagger.is_about_condition(entry) is about


# --- explanations ---


def test_an_explanation_shows_what_was_refused_and_why(garden):
    """Topics below the threshold, overshadowed, or without the condition are told with their words."""
    filler = a_section(SectionRole.FINDINGS, "Spray. " * 20 + "Copper.")
    weak = garden.explain(an_article("Rose rust", filler))
    gated = garden.explain_text("Copper in the rain")
    assert [(f.match.topic_id, f.refusal) for f in weak] == [("sprays", None), ("copper", Refusal.WEAK)]
    assert [(f.match.topic_id, f.refusal) for f in gated] == [("weather", None), ("copper", Refusal.CONDITION)]


def test_a_topic_far_behind_the_main_one_is_only_mentioned():
    """What reaches the threshold may still be drowned by what the text is really about."""
    tree = read(HEAD + "  - {id: a, label: A, terms: [rain]}\n  - {id: b, label: B, terms: [spray]}")
    sections = (
        a_section(SectionRole.TAKEAWAY, "Rain, rain."),
        a_section(SectionRole.FINDINGS, "Rain. " * 9 + "Spray. " * 3),
    )
    drowned, heard = (
        an_article(headline, *sections, tags=tags) for headline, tags in (("Rain, rain", ("rain", "rain")), ("", ()))
    )
    explained = [Tagger(tree).explain(entry, condition_assumed=True)[1] for entry in (drowned, heard)]
    assert [(each.match.score, each.refusal) for each in explained] == [(3.0, Refusal.OVERSHADOWED), (3.0, None)]


def test_evidence_is_the_text_as_printed(garden):
    """An explanation quotes the text's own spelling, heaviest hit first."""
    match = garden.tag(an_article("RustAway in rose rust", a_section(SectionRole.FINDINGS, "CZ 200 was used.")))[0]
    assert [(hit.words, hit.place, hit.weight) for hit in match.evidence] == [
        ("RustAway", Place.HEADLINE, 4.0),
        ("CZ 200", Place.TAKEAWAY, 1.5),
    ]


@pytest.mark.parametrize(
    ("text", "headline", "body"),
    [
        ("One line", "One line", ""),
        ("One\nTwo\nThree", "One", "Two\nThree"),
        ("long " * 100, "", "long " * 100),
        ("", "", ""),
    ],
)
def test_a_bare_text_has_a_headline_if_its_first_line_is_short(text, headline, body):
    """`topics explain` reads a first line as the headline and a paragraph as the body."""
    entry = entry_of(text)
    said = entry.sections[0].blocks[0] if entry.sections else Paragraph("")
    assert (entry.headline, said) == (headline, Paragraph(body))


def test_all_blocks_are_read(garden):
    """Paragraphs and the items of lists count alike."""
    section = Section(role=SectionRole.TAKEAWAY, blocks=(Paragraph("Copper."), Bullets(("None.", "Copper."))))
    assert garden.tag(an_article("Rose rust", section))[0].score == 3.0


# --- words ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AB 12", True),
        ("ab-12", True),
        ("Ab12", True),
        ("AB\u201112", True),
        ("AB  \n 12", True),
        ("AB, 12", False),
        ("AB. 12", False),
        ("AB/12", False),
        ("CAB12", False),
        ("AB123", False),
        ("AB12x", True),
    ],
)
def test_what_may_stand_between_the_words_of_a_phrase(text, found):
    """Hyphen, space or nothing at a border of letters and digits, but no punctuation and no longer word."""
    vocabulary: Vocabulary[str] = Vocabulary()
    vocabulary.add("AB-12", "it")
    assert [each.payload for each in vocabulary.find(words_of(mended(text)))] == ["it"] * found


def test_clean_text_is_left_alone():
    """Mending changes nothing in text that is not broken."""
    text = "Zoë's café: 5 µg, naïve T cells, Müller's glia"
    assert mended(text).replace("μ", "µ") == text


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 200_000,
        "- " * 100_000,
        "multiple " * 25_000,
        "stem-cell-" * 20_000,
        "<ce>" * 50_000,
        "Ã" * 100_000,
        "(" * 100_000,
        "\u200b" * 100_000,
        "\ud800" * 1000,
        "Z\u0351" * 50_000,
    ],
)
def test_hostile_text_costs_little(hostile, tagger):
    """No text makes matching slow or fail: time grows with its length alone."""
    started = time.process_time()
    tagger.tag(an_article(hostile, a_section(SectionRole.BODY, hostile), tags=(hostile[:5000],)))
    assert time.process_time() - started < 5
