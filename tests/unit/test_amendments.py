"""Retractions and corrections, known by the words of titles."""

from __future__ import annotations

import time

import pytest

from digest.amendments import amendment, is_notice, named_dois, notice_in, plain_title
from digest.models import Amendment, Paragraph, Section, SectionRole
from tests.factories import an_entry

TITLE = "Ocrelizumab and walking speed in adults"
RETRACTED, CORRECTED = Amendment.RETRACTED, Amendment.CORRECTED


@pytest.mark.parametrize(
    "form",
    ["RETRACTED: %s", "Retracted: %s", "RETRACTED ARTICLE: %s", "RETRACTED %s", "[Retracted] %s", "[Retracted: %s]",
     "%s [Retracted]", "%s (Retracted)", "%s - RETRACTED ARTICLE", "%s – Retracted", "%s: Retraction", "%s. Retraction",
     "%s (Retracted article. See vol. 12, pg. 3, 2020)", "%s (Retraction of vol 12, pg 34, 2020)",
     "Retraction: %s", "Retraction of: %s", "Retraction to: %s", "Retraction of “%s”", "Retraction — %s",
     "Retraction notice to “%s” [J. Neurol. 12 (2020) 1–5]", "Retraction notice to: %s", "Retraction Note: %s",
     "Retraction Note to: %s", "Retraction Statement: %s", "Notice of Retraction: %s", "Statement of Retraction: %s",
     "Notice of Retraction and Replacement. %s", "Retracted and republished: %s", "Article retracted: %s",
     "Retraction for Smith et al., %s", "Editorial retraction: %s", "The retraction of “%s”",
     "WITHDRAWN: %s", "Withdrawn: %s", "Withdrawal: %s", "Withdrawal notice: %s", "Notice of withdrawal: %s",
     "%s [Withdrawn]", "REMOVED ARTICLE: %s", "Removal notice to “%s”", "Retraction: Erratum to: %s"],
)  # fmt: skip
def test_retractions(form: str) -> None:
    """Every usual form names the study that was withdrawn."""
    notice = notice_in(form % TITLE)
    assert notice is not None
    assert (notice.kind, notice.about, notice.sure) == (RETRACTED, TITLE, True)


@pytest.mark.parametrize(
    "form",
    ["Corrigendum: %s", "Corrigendum to “%s”", "Corrigendum to %s", "Erratum: %s", "Erratum to: %s", "Erratum for %s",
     "Correction: %s", "Correction to: %s", "Correction to “%s”", "Correction: %s (Neurology (2020) 12:3)",
     "Correction for Smith et al., %s", "Correction notice: %s", "Corrections: %s", "Author Correction: %s",
     "Publisher Correction: %s", "Publisher’s correction: %s", "Publisher's Erratum: %s", "%s [corrected]",
     "%s [Erratum]",
     "%s (corrected version)", "Addendum: %s", "Addendum to: %s", "Expression of concern: %s", "Letter of concern: %s",
     "Editorial Expression of Concern: %s", "Expression of Concern for “%s”", "Partial retraction: %s",
     "Temporary removal: %s", "TEMPORARY REMOVAL: %s"],
)  # fmt: skip
def test_corrections(form: str) -> None:
    """So does every form in which words are put right, or doubted: the study itself is not withdrawn as a whole."""
    notice = notice_in(form % TITLE)
    assert notice is not None
    assert (notice.kind, notice.about, notice.sure) == (CORRECTED, TITLE, True)


@pytest.mark.parametrize(
    ("label", "kind"),
    [("Retraction", RETRACTED), ("Retracted Publication", RETRACTED), ("Retraction of Publication", RETRACTED),
     ("[Retraction]", RETRACTED), ("Retraction of this article", RETRACTED), ("Published Erratum", CORRECTED),
     ("Corrected and Republished Article", CORRECTED), ("Expression of Concern", CORRECTED),
     ("Correction:", CORRECTED)],
)  # fmt: skip
def test_labels_alone(label: str, kind: Amendment) -> None:
    """PubMed's types of publication, and headings above a note."""
    notice = notice_in(label)
    assert notice is not None
    assert (notice.kind, notice.about, notice.sure) == (kind, "", True)


@pytest.mark.parametrize(
    "title",
    ["Withdrawal of fingolimod and rebound", "Retraction of the eyelid in adults", "Atrophy: correction for age",
     "Correction of vitamin D deficiency in adults", "Withdrawal from natalizumab: what happens", "Eyelids: retraction",
     "People withdrawn from treatment walk less", "Walking and vision correction", "Corrected visual acuity",
     "Removal of myelin debris by microglia", "Removal: a review of myelin", "Amendment of soil", "Withdrawal reflexes",
     "Correction for multiple comparisons in imaging", "Rebound after stopping (withdrawal) of natalizumab",
     "Brain retraction during surgery: a review", "Patients (withdrawn from a trial) and outcome", "Retracted lungs",
     "The withdrawal of daclizumab from the market", "Drug withdrawal: a survey",
     "Expressions of concern about vaccines",
     "Correction factors for scanners", "Removed lesions and their size", "A corrected measure of volume", ""],
)  # fmt: skip
def test_research_is_no_notice(title: str) -> None:
    """The same words are research where nothing makes them a notice."""
    notice = notice_in(title)
    assert notice is None or not notice.sure
    assert amendment(None, an_entry(headline=title), told=TITLE) is None


def test_words_that_may_be_research_count_where_the_title_is_known() -> None:
    """A known title behind "Withdrawal of" takes back the summary of that title, and no other."""
    told = an_entry(headline=TITLE)
    assert amendment(told, an_entry(headline=f"Withdrawal of {TITLE}.")) is RETRACTED
    assert amendment(None, an_entry(headline=f"{TITLE}: withdrawal"), told=TITLE.upper()) is RETRACTED
    assert amendment(told, an_entry(headline="Withdrawal of fingolimod and rebound")) is None


def test_a_text_that_says_so_makes_a_notice_sure() -> None:
    """Its own words tell what the title leaves open."""
    words = Paragraph("This article has been retracted at the request of its authors.")
    said = an_entry(headline=f"Retraction of {TITLE}", sections=(Section(role=SectionRole.BODY, blocks=(words,)),))
    assert is_notice(said)
    assert not is_notice(an_entry(headline=f"Retraction of {TITLE}"))


@pytest.mark.parametrize(
    ("tags", "heading", "kind"),
    [
        (("Retracted Publication",), None, RETRACTED),
        (("Retraction",), None, RETRACTED),
        ((), "Correction", CORRECTED),
        ((), "Erratum, 3 March", None),
        (("Withdrawal", "fatigue"), "Withdrawal", None),
        (("vision correction",), "Correction of vitamin D", None),
    ],
)
def test_topics_and_headings(tags: tuple[str, ...], heading: str | None, kind: Amendment | None) -> None:
    """They count where they are nothing but such a word, unless it is a treatment's, too."""
    section = Section(role=SectionRole.BODY, heading=heading, blocks=(Paragraph("Words."),))
    assert amendment(None, an_entry(headline=TITLE, tags=tags, sections=(section,))) is kind


def test_the_dois_a_notice_names() -> None:
    """Its text tells what it takes back; its own DOI is not meant."""
    words = Paragraph("The article (doi:10.5555/OLD.1) is retracted, see https://doi.org/10.5555/own.2.")
    notice = an_entry(doi="10.5555/own.2", sections=(Section(role=SectionRole.BODY, blocks=(words,)),))
    assert named_dois(notice) == ("10.5555/old.1",)


@pytest.mark.parametrize(
    "unit", ["retraction of ", "(retracted ", "notice of ", ": retraction", "([", "“", "10.5555/a "]
)
def test_hostile_titles_cost_little(unit: str) -> None:
    """A megabyte of beginnings is read in a moment."""
    started = time.perf_counter()
    notice_in(unit * (1_000_000 // len(unit)))
    assert time.perf_counter() - started < 1


def test_plain_titles() -> None:
    """Two typings of one title are the same words."""
    assert plain_title(f" {TITLE}.") == plain_title(TITLE.upper())
