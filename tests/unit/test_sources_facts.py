from __future__ import annotations

import pytest

from digest.models import Bullets, Paragraph, SectionRole, Subheading
from digest.sources.facts import is_value
from digest.sources.furniture import Rule
from digest.sources.headings import Fact, Headings
from digest.sources.markup import read_html
from digest.sources.plaintext import read_text
from digest.sources.reading import Reading
from digest.sources.sections import read_summary

TOLD = "The team followed 214 adults. A third of them left early because of side effects."


def from_html(html: str, headings: Headings | None = None) -> Reading:
    return read_summary(read_html(html).pieces, headings=headings or Headings())


def from_text(text: str) -> Reading:
    return read_summary(read_text(text).pieces, headings=Headings(), title_first=True)


def told(reading: Reading) -> str:
    """Every word of its sections."""
    blocks = [block for section in reading.sections for block in section.blocks]
    return " ".join(" ".join(one.items) if isinstance(one, Bullets) else one.text for one in blocks)


@pytest.mark.parametrize(
    ("text", "labelled", "holds"),
    [
        ("214 adults", False, True),
        ("214 adults with relapsing MS, aged 18 to 55.", False, True),
        ("Randomised, double-blind trial.", False, True),
        ("The team followed 214 adults with MS.", False, False),
        ("The team followed 214 adults with MS.", True, False),
        (TOLD, True, False),
        ("214 adults with MS took part. A third left early.", False, False),
        ("word " * 100, True, False),
    ],
)
def test_only_what_fits_in_a_line_is_a_fact(text: str, labelled: bool, holds: bool) -> None:
    """A few words are one, and a sentence behind its label; sentences are the study's text."""
    assert is_value(Fact.PEOPLE, text, labelled=labelled) is holds


@pytest.mark.parametrize("name", ["Participants", "Study design", "Journal", "Published", "Topics", "Credibility",
                                  "Interest", "DOI", "Link", "Abstract", "Summary", "Authors", "Ratings"])  # fmt: skip
@pytest.mark.parametrize(
    "shape",
    ["<h3>{}</h3><p>{}</p>", "<p><b>{}</b></p><p>{}</p>", "<dl><dt>{}</dt><dd>{}</dd></dl>", "<p>{}: {}</p>",
     "<p><b>{}.</b> {}</p>"],
)  # fmt: skip
def test_sentences_under_the_name_of_a_fact_are_not_lost(name: str, shape: str) -> None:
    """Whatever the fact, and however its name is printed."""
    reading = from_html(
        f"<h2>Findings</h2><p>It worked.</p>{shape.format(name, TOLD)}<h2>Limitations</h2><p>Small.</p>"
    )
    assert TOLD in told(reading)
    assert not {reading.people, reading.design, reading.journal, *reading.tags} & {TOLD}


def test_such_sentences_stand_under_their_heading() -> None:
    """Inside the findings where the heading is a smaller one, or stands right below theirs in a text."""
    blocks = (Subheading("Participants"), Paragraph(TOLD))
    page = from_html(f"<h2>Findings</h2><h3>Participants</h3><p>{TOLD}</p><h2>Limits</h2><p>Small.</p>")
    text = from_text(f"A title\n\nFindings\n\nParticipants\n{TOLD}\n\nLimits\nSmall.")
    assert page.sections[0].blocks == text.sections[0].blocks == blocks


def test_such_a_heading_of_its_own_is_a_part_of_its_own() -> None:
    """The next paragraph belongs to it, too."""
    reading = from_html(f"<h2>Findings</h2><p>a</p><h2>Participants</h2><p>{TOLD}</p><p>More.</p>")
    assert [(one.role, one.heading, len(one.blocks)) for one in reading.sections] == [
        (SectionRole.FINDINGS, "Findings", 1), (SectionRole.BODY, "Participants", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "limit",
    ["<ul><li>Sample size: small</li><li>Study design: no placebo</li></ul>",
     "<p>Participants: 38 people, most women.</p>",
     "<p>Study population: Most people who took part were women.</p>",
     "<ul><li><b>Participants:</b> few men</li></ul>"],
)  # fmt: skip
def test_what_is_said_of_people_and_design_under_limits_is_one(limit: str) -> None:
    """A point there, or a sentence, is no fact that is taken away from them; a line of facts below them is one."""
    reading = from_html(f"<h2>Findings</h2><p>It worked.</p><h2>Limitations</h2><p>Few took part.</p>{limit}")
    assert (reading.people, reading.design) == (None, None)
    assert len(reading.sections[-1].blocks) == 2
    below = from_text("A title\n\nLimits\nFew took part.\n\nParticipants: 214 adults\nStudy type: randomised trial")
    assert (below.people, below.design) == ("214 adults", "randomised trial")


def test_a_list_with_a_sentence_in_it_stays_whole() -> None:
    """Its first points are no facts that the rest goes on without."""
    reading = from_html(f"<h2>Participants</h2><ul><li>214 adults</li><li>{TOLD}</li></ul>")
    assert reading.sections[0].blocks == (Bullets(("214 adults", TOLD)),)


def test_the_word_abstract_hides_nothing() -> None:
    """What stands under it is the text, and its roles are looked for as if the word were not there."""
    reading = from_html("<h2>Abstract</h2><p>One is told here.</p><p>And another.</p>")
    assert [(one.role, one.heading, len(one.blocks)) for one in reading.sections] == [(SectionRole.BODY, None, 2)]


def test_an_address_is_no_journal() -> None:
    """`Source: https://…` is the link; the journal is what names one."""
    reading = from_text("A title\n\nLimits\nSmall.\n\nSource: https://e.org/x\nJournal: Annals of Rest")
    assert (reading.journal, reading.url) == ("Annals of Rest", "https://e.org/x")


@pytest.mark.parametrize(
    ("lines", "journal"),
    [
        ("Source: Plain News\nJournal: Annals of Rest", "Annals of Rest"),
        ("Source: Annals of Rest (https://e.org/x)", "Annals of Rest"),
        ("Journal: Annals of Rest\nJournal: Brain & Cell", "Annals of Rest"),
        ("Source: www.e.org/x", None),
    ],
)
def test_the_line_that_names_the_journal_goes_first(lines: str, journal: str | None) -> None:
    """What is called the source may be a site, or the address of one."""
    assert from_text(f"A title\n\nLimits\nSmall.\n\n{lines}").journal == journal


def test_what_an_operator_leaves_out_goes_whole() -> None:
    """Sentences, too; and it is said that they were left out."""
    reading = from_html(
        f"<h2>Our sponsors</h2><p>{TOLD}</p><h2>Limits</h2><p>Small.</p>", Headings({"Our sponsors": "ignored"})
    )
    assert [(cut.rule, cut.text) for cut in reading.cut] == [(Rule.BYLINE, "Our sponsors"), (Rule.BYLINE, TOLD)]


def test_a_second_heading_of_one_name_is_not_printed_inside() -> None:
    """Both parts are one, under one heading."""
    reading = from_html("<h2>Limits</h2><p>a</p><h2>Findings</h2><p>b</p><h2>LIMITS:</h2><p>c</p>")
    assert reading.sections[1].blocks == (Paragraph("a"), Paragraph("c"))


@pytest.mark.parametrize("mark", [" | ", "; ", " · "])
def test_facts_in_one_line_are_several(mark: str) -> None:
    """What stands between them is no part of a name; a sentence with such marks stays one."""
    line = mark.join(("Journal: Annals of Walking", "Published: March 2026", "DOI: 10.1000/vest"))
    found = read_summary(read_text(f"Cold vests\n\n{line}").pieces, headings=Headings(), title_first=True)
    assert (found.journal, found.published and found.published.day.month, found.doi) == (
        "Annals of Walking",
        3,
        "10.1000/vest",
    )
    told = f"Results: they walked{mark}Limits: some: few."
    (section,) = read_summary(read_text(told).pieces, headings=Headings(), headline="x").sections
    assert mark.strip() in section.blocks[0].text
