from __future__ import annotations

import pytest

from digest.models import SectionRole
from digest.sources.headings import Headings
from digest.sources.markup import read_html
from digest.sources.plaintext import read_text
from digest.sources.reading import Reading
from digest.sources.sections import read_summary

FRENCH = (
    "La marche et le repos\n\nPublié le : 3 mars 2026\nRevue : Annales du Repos\n\n"
    "À retenir\nLes gens marchaient mieux.\n\nLimites\nL'étude était petite."
)


def from_text(text: str, headings: Headings | None = None) -> Reading:
    return read_summary(read_text(text).pieces, headings=headings or Headings(), title_first=True)


def test_a_text_none_of_whose_headings_is_known_is_unsure() -> None:
    """The doubt names them, and what to do; facts are read all the same."""
    reading = from_text(FRENCH)
    assert reading.unsure[0] == (
        "none of its headings is known: “À retenir”, “Limites”; name them under `headings` of its source"
    )
    assert (reading.journal, str(reading.published and reading.published.day)) == ("Annales du Repos", "2026-03-03")


def test_headings_that_were_configured_are_known() -> None:
    """With them the same text has its parts, and there is no doubt."""
    reading = from_text(FRENCH, Headings({"À retenir": "takeaway", "Limites": "considerations"}))
    assert [one.role for one in reading.sections] == [SectionRole.TAKEAWAY, SectionRole.CONSIDERATIONS]
    assert reading.unsure == ()


@pytest.mark.parametrize(
    ("html", "unsure"),
    [
        ("<h2>Was sie fanden</h2><p>Eines.</p><h2>Grenzen</h2><p>Anderes.</p>", True),
        ("<h2>Was sie fanden</h2><p>Eines.</p>", False),
        ("<h2>Was sie fanden</h2><p>Eines.</p><h2>Limitations</h2><p>Small.</p>", False),
        ("<p>Eines.</p><p>Anderes.</p>", False),
    ],
)
def test_one_known_heading_is_enough(html: str, unsure: bool) -> None:
    """One that is not known may be anything, and a text without headings has none that is not."""
    assert bool(read_summary(read_html(html).pieces, headings=Headings()).unsure) is unsure


@pytest.mark.parametrize(
    "line",
    ["Publié le : 3 mars 2026", "Veröffentlicht: 3. März 2026", "Gepubliceerd op: 3 maart 2026",
     "Pubblicato il: 3 marzo 2026",
     "Fecha de publicación: 3 de marzo de 2026", "Data de publicação: 3 de março de 2026", "Publicerad: 3 mars 2026",
     "Udgivet: 3. marts 2026", "Publisert: 3. mars 2026", "Julkaistu: 3. maaliskuuta 2026",
     "Data publikacji: 3 marca 2026",
     "Publikováno: 3. března 2026"],
)  # fmt: skip
def test_the_date_s_label_is_read_in_twelve_languages(line: str) -> None:
    """It is a fact, and not a part of the text."""
    reading = from_text(f"Walking and rest\n\n{line}\n\nLimits\nSmall.")
    assert reading.published is not None and reading.published.day.isoformat() == "2026-03-03"
    assert [one.role for one in reading.sections] == [SectionRole.CONSIDERATIONS]


@pytest.mark.parametrize(
    "label",
    ["Revue ", "Zeitschrift", "Tijdschrift", "Rivista", "Revista", "Tidskrift", "Tidsskrift", "Lehti", "Czasopismo",
     "Časopis", "Quelle", "Published in"],
)  # fmt: skip
def test_the_journal_s_label_is_read_in_them(label: str) -> None:
    """It is a fact, and not a part of the text."""
    assert from_text(f"Walking and rest\n\n{label}: Annals of Rest\n\nLimits\nSmall.").journal == "Annals of Rest"


def test_published_in_may_be_a_date() -> None:
    """Then it names no journal."""
    reading = from_text("Walking and rest\n\nPublished in: March 2026\n\nLimits\nSmall.")
    assert reading.journal is None and reading.published is not None


@pytest.mark.parametrize(
    ("text", "role", "rest"),
    [
        ("TL;DR: People walked.", SectionRole.TAKEAWAY, "People walked."),
        ("In short: people walked.", SectionRole.TAKEAWAY, "people walked."),
        ("Findings — The team saw 40 adults.", SectionRole.FINDINGS, "The team saw 40 adults."),
        ("Limitations - 40 adults are few.", SectionRole.CONSIDERATIONS, "40 adults are few."),
        ("Strengths and limitations of this study: It was small.", SectionRole.CONSIDERATIONS, "It was small."),
    ],
)
def test_labels_with_a_dash_and_short_names(text: str, role: SectionRole, rest: str) -> None:
    """They announce what stands behind them, also right below another line."""
    reading = from_text(f"Walking and rest\n\nSome words of it.\n{text}")
    assert reading.sections[-1].role is role
    assert [block.text for block in reading.sections[-1].blocks] == [rest]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text", ["Results – which came late – were clear.", "People — 40 of them — walked.", "results - The end."]
)
def test_a_dash_in_a_sentence_announces_nothing(text: str) -> None:
    """Behind a label a sentence begins."""
    assert Headings().heading(read_text(text).pieces[0]) is None
