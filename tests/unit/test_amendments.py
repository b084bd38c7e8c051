"""Retractions and corrections, known by the words of titles."""

from __future__ import annotations

import time

import pytest

from digest.amendments import Notice, amendment, is_notice, named_dois, notice_in, plain_title
from digest.models import Amendment, Entry, Paragraph, Section, SectionRole
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


@pytest.mark.parametrize(
    "form",
    ["**RETRACTED** %s", "**Retracted:** %s", "🚫 RETRACTED: %s", "⚠\ufe0f Retracted ⚠\ufe0f %s", "Retraction–%s",
     "Retraction—%s", "%s has been retracted", "This article has been retracted: %s",
     "This paper has been withdrawn by its authors: %s", "Withdrawn as duplicate: %s",
     "Withdrawn at the authors' request: %s", "Retracted due to plagiarism: %s", "Retraction (2026): %s",
     "Retracted 3 March 2026: %s", "%s: A Retraction", "%s: a retraction", "Retraction [%s]", "RETRACTED(%s)",
     "%s (Retraction published 2026)", "%s. Retraction in: J Neurol 2026", "Retraction Letter: %s",
     "Editor's note of retraction: %s", "Journal retracts study: %s", "Rétractation : %s", "Article rétracté : %s",
     "Zurückgezogen: %s", "Zurückgezogener Artikel: %s", "Retractado: %s", "Artículo retractado: %s",
     "Nota de retractación: %s", "Ingetrokken: %s", "%s – RETRACTION NOTICE", "%s | Retracted",
     "Notice: this article has been retracted: %s", "Update: Retracted: %s", "\u3010撤稿\u3011%s",
     "RETRACTED ARTICLE %s", "%s **RETRACTED**", "~~%s~~ RETRACTED", "%s (this article has been retracted)",
     "Article retraction: %s", "Retraction notice for %s", "Dieser Artikel wurde zurückgezogen: %s",
     "*** RETRACTED *** %s", "Notice of Retraction: \"%s\"", "Retraction: \"%s\"", "Retracted: %s.",
     "RETRACTED: %s [J Neurol. 2020]", "%s RETRACTED", "%s (RETRACTED ARTICLE)", "%s [RETRACTED: see notice]",
     "%s. [Retraction]", "Retraction of: %s", "Retraction for: %s", "Retracted publication: %s",
     "Retraction Notice - %s", "Retraction | %s", "Notice of retraction to “%s”",
     "Retraction to \"%s\" [J Neurol 2020]", "Editors' retraction: %s", "Retraction by the editors: %s",
     "Retraction at the request of the authors: %s", "Withdrawn by the authors: %s", "Withdrawn due to errors: %s",
     "Withdrawal at the authors' request: %s", "Withdrawn (duplicate publication): %s", "Withdrawal notice to “%s”",
     "Notice of Withdrawal: %s", "Publisher's retraction note: %s", "%s - Retraction notice", "%s -- RETRACTED",
     "%s, RETRACTED", "%s (withdrawn)", "%s (Withdrawn by the authors)",
     "%s (withdrawn at the request of its authors)", "The following article has been retracted: %s",
     "The above article was withdrawn: %s", "Article withdrawn: %s", "Paper retracted: %s", "Study retracted: %s",
     "Retracted study: %s", "Retracted paper: %s", "Authors retract paper: %s", "Lancet retracts trial: %s",
     "Journal withdraws paper: %s", "Retraction and replacement of: %s", "Retract and replace: %s", "Rétracté : %s",
     "Retrait d'article : %s", "Avis de rétractation : %s", "Note de rétractation : %s", "Retraktion: %s",
     "Widerruf: %s", "Zurückziehung: %s", "Artikel zurückgezogen: %s", "Retractación: %s", "Retirado: %s",
     "Artículo retirado: %s", "Artigo retratado: %s", "Retratação: %s", "Ritrattazione: %s",
     "Articolo ritrattato: %s", "Intrekking: %s", "%s [rétracté]", "%s (zurückgezogen)", "%s – Rétractation",
     "%s : rétractation", "%s a été rétracté", "撤稿\uff1a%s", "[撤回] %s", "Retraction\u00a0: %s", "RETRACTION: “%s”",
     "Retraction: ‘%s’", "[Retraction] “%s”", "RETRACTED – %s", "RETRACTED-%s", "❌RETRACTED❌ %s", "[[RETRACTED]] %s",
     ">>> RETRACTED <<< %s", "__Withdrawn__ %s", "\"RETRACTED\" %s", "RETRACTED! %s", "RETRACTED; %s", "RETRACTED/%s",
     "RETRACTED: \"%s\"", "RETRACTED ARTICLE - %s", "%s; retracted", "%s / RETRACTED"],
)  # fmt: skip
def test_more_forms_of_retractions(form: str) -> None:
    """Marks, pictures, sentences, reasons, dates and other languages hide no retraction."""
    assert notice_in(form % TITLE) == Notice(kind=RETRACTED, about=TITLE, sure=True)


@pytest.mark.parametrize(
    "form",
    ["Expression of editorial concern: %s", "Duplicate publication: %s", "Notice of duplicate publication: %s",
     "Berichtigung: %s", "Erratum zu: %s", "Corrección: %s", "Retraction in part: %s", "Temporarily withdrawn: %s",
     "%s: Correction", "%s [Correction]", "Correction (March 2026): %s", "Erratum #2: %s",
     "Expression of Concern to: %s", "Editors’ expression of concern: %s", "Expression of concern — %s",
     "Note of concern: %s", "Notice of redundant publication: %s", "Correction and retraction: %s",
     "Partially retracted: %s", "Correctif : %s", "Korrektur: %s", "Korrigendum zu: %s", "Fe de erratas: %s",
     "Correção: %s", "Errata corrige: %s", "Correzione: %s", "Rectificatie: %s"],
)  # fmt: skip
def test_more_forms_of_corrections(form: str) -> None:
    """Nor a correction, a doubt, or a retraction in part or for a time."""
    assert notice_in(form % TITLE) == Notice(kind=CORRECTED, about=TITLE, sure=True)


@pytest.mark.parametrize(
    "title",
    ["Full correction of anaemia and fatigue in adults", "Partial correction of gait by splints in adults",
     "Formal correction of leg length", "Temporary removal of catheters and infections in adults",
     "Study withdrawal: reasons in 20 trials of exercise", "Study withdrawal: Reasons in 20 trials of exercise",
     "Withdrawal: what happens after stopping natalizumab in adults",
     "Withdrawal: What Happens After Stopping Natalizumab",
     "Expression of concern: how patients voice fear of falling",
     "Article removal from databases: an analysis of trials",
     "Published corrections: an analysis of 300 papers on MS",
     "The effect of botulinum toxin on the upper eyelid: retraction", "Discontinuation [withdrawal] of therapy",
     "Retracted articles in neurology: a survey", "Retracted papers: An analysis",
     "Retractions in MS research: an analysis", "Retraction notices for MS trials: how clear are they",
     "Errata in clinical trials: a review", "Errata: an analysis of 300 papers",
     "Statement on correction of anaemia in adults", "Notice of withdrawal of daclizumab from the market",
     "Withdrawal from the study", "Withdrawal from study in adults with MS", "Daclizumab (withdrawn)",
     "Daclizumab: withdrawn", "Patients (withdrawn) and outcome in trials",
     "Ptosis in adults with long disease [retraction of the eyelid]", "Why a trial of vitamin D in MS was retracted",
     "Daclizumab has been withdrawn from the market", "Do journals retract flawed papers?",
     "Retraction Watch: a database of papers", "Correction: methods for gradient distortion",
     "Retraction: techniques for brain surgery", "Corrections: a review of vision care in adults",
     "Duplicate publication: an analysis of trials", "Withdrawal of consent in trials: a review",
     "The retracted paper on vitamin D and its citations", "Rückzug: Soziale Isolation bei Multipler Sklerose",
     "Retrait du natalizumab et poussées", "Korrektur der Sehschärfe bei Erwachsenen",
     "Corrección de la anemia en adultos", "Retraction-Based Surgery in adults",
     "Authors' corrections in trial registries: a review", "Removal of lines: a nurse's guide", "Removed lesions",
     "Full withdrawal: Effects on relapse", "Letters of concern: a review",
     "Voluntary withdrawal of treatment in adults", "Partial withdrawal: effects of a lower dose in adults",
     "The withdrawn patient: social life with MS", "Published errata in neurology", "Notes on the correction of gait",
     "Temporary withdrawal of ocrelizumab before vaccination in adults", "Paper corrections: an eye chart study",
     "Retracted eyelids and sleep: a report", "Correction of refractive error: a full correction",
     "Corrected: how lens wear changed reading", "Publication retraction and its costs: a survey",
     "Retracting myelin sheaths in mice", "Withdrawal syndrome: An overview",
     "Withdrawal symptoms after baclofen: a case report", "Abrupt withdrawal: a hidden risk of baclofen pumps",
     "Steroid withdrawal", "Withdrawal, rebound and relapse in adults",
     "Correction for age [corrected for sex] in adults", "A retraction pocket of the ear",
     "Pain [in withdrawal] in adults", "Time to withdrawal: a measure for trials",
     "Chest wall retraction: a sign in infants", "Myelin retraction", "Concerns of carers",
     "Concern: a measure of worry in adults", "Retracts or stays: lesion size over a year",
     "The patient withdraws from the study when bored", "How a company pulls a trial of an invented drug",
     "Company pulls trial of invented drug", "Company withdraws trial report of invented drug",
     "Amended law: trials in adults", "Addenda to care: a study", "Corrected walking speed in adults with weak legs",
     "Removed: how a drug left the market", "A published correction: what readers learn",
     "Do readers notice a published correction?", "Author corrections: how often and why",
     "Author corrections in neurology journals", "Publisher corrections and their causes",
     "Retraction: how often do journals do it?", "Expressions of concern: a survey of journals",
     "Expression of concern about falls in adults", "Expression of concerns in adults with MS",
     "Letter of concern about vaccines", "The study was withdrawn: reasons from 20 sponsors",
     "This study was corrected for age and sex", "Manuscript withdrawal in peer review: a survey",
     "Manuscript withdrawal: reasons given by authors", "Patients who withdrew: an analysis",
     "Lesion removal: A new way to clean images", "Wart removal: Full study", "Image artefact: Removal",
     "Image artefact in scans of the spinal cord: removal",
     "Refractive error and walking in older adults: correction",
     "Spectacles in adults with optic neuritis (correction)",
     "Rebound of disease in adults after fingolimod (withdrawal)",
     "Rebound of disease in adults after fingolimod: withdrawal",
     "Rebound of disease in adults after fingolimod: Withdrawal",
     "Withdrawal of ocrelizumab [correction of dose] in adults", "Vision in adults with MS [corrected for age]",
     "Vision (corrected) in adults", "Vision (corrected)", "Social retrait: a study",
     "Rückzug von Patienten aus Studien", "Berichtigung der Sehschärfe", "Corrección de la marcha con férulas",
     "Ritiro sociale nella sclerosi multipla", "Ritiro: Effetti sociali della sclerosi multipla",
     "Retirada de natalizumab y brotes", "Retrait : effets chez les adultes", "Retirada: Efectos tras natalizumab"],
)  # fmt: skip
def test_research_about_the_words_of_notices(title: str) -> None:
    """A treatment, a body, many papers, or a subtitle that goes on: none of them takes anything back."""
    notice = notice_in(title)
    assert notice is None or not notice.sure
    assert amendment(None, an_entry(headline=title), told=TITLE) is None


@pytest.mark.parametrize(
    "form",
    [
        "%s was withdrawn",
        "%s wurde zurückgezogen",
        "%s, which the journal withdraws",
        "A sad day: %s, retracted by all",
        "In the matter of erratum four, %s",
        "Withdrawal of %s",
        "%s: withdrawal",
    ],
)
def test_a_known_title_makes_any_such_word_a_notice(form: str) -> None:
    """What says more than the title it had, in such words, is asked about, whatever its form."""
    told = an_entry(headline=TITLE)
    assert amendment(told, an_entry(headline=form % TITLE)) is not None
    assert amendment(told, an_entry(headline=form % "Ocrelizumab and the speed of reading in adults")) is None


def test_an_equal_title_with_such_a_word_is_no_notice() -> None:
    """The word was there before."""
    told = an_entry(headline="Lungs of mice that were retracted and how they breathe")
    assert amendment(told, told) is None
    assert amendment(None, told, told=told.headline) is None


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


def said(headline: str, words: str) -> Entry:
    body = Section(role=SectionRole.BODY, blocks=(Paragraph(words),))
    return an_entry(headline=headline, sections=(body,))


@pytest.mark.parametrize(
    "words",
    ["The article (doi:10.5555/OLD.1) is retracted.", "The article “Walking” by Doe, published in 2020, was withdrawn.",
     "The editors retract this paper.", "The authors would like to correct the first table.",
     "In the original version of this article the name was wrong.", "The dose should have read “60 mg”.",
     "This study has been retracted."],
)  # fmt: skip
def test_a_notice_s_text_speaks_of_a_paper(words: str) -> None:
    """In the words of journals."""
    assert is_notice(said(f"Correction to {TITLE}", words))


@pytest.mark.parametrize(
    ("headline", "words"),
    [
        ("Withdrawal of fingolimod and rebound", "In this study patients were withdrawn from treatment."),
        ("Withdrawal of fingolimod and rebound", "The study says that 12 people had the drug withdrawn."),
        ("Correction of vitamin D deficiency", "In the study, low levels were corrected with tablets."),
        ("Correction of vitamin D deficiency", "The authors correct for age. All should have been told."),
        ("Correction of vitamin D deficiency", "Readers should read the label. The paper was corrected for age."),
        ("Removal of catheters", "As the paper says, catheters were removed. Details are in the published paper."),
    ],
)
def test_a_study_s_text_speaks_of_what_was_studied(headline: str, words: str) -> None:
    """The same verbs, of people, levels and tubes."""
    assert not is_notice(said(headline, words))


def test_a_hostile_text_costs_little() -> None:
    """However often it begins."""
    started = time.perf_counter()
    is_notice(said("Withdrawal of fingolimod", "the article by the article, by x " * 400))
    assert time.perf_counter() - started < 1


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
    "unit",
    [
        "retraction of ",
        "(retracted ",
        "notice of ",
        ": retraction",
        "([",
        "“",
        "10.5555/a ",
        "*_",
        "retracted by a ",
        "[[retracted]] ",
        "a retracts the ",
        "study retracted ",
        "\u274c\u274c retracted ",
        "notice: retracted ",
        "RETRACTED/",
    ],
)
def test_hostile_titles_cost_little(unit: str) -> None:
    """A megabyte of beginnings is read in a moment."""
    started = time.perf_counter()
    notice_in(unit * (1_000_000 // len(unit)))
    assert time.perf_counter() - started < 1


def test_plain_titles() -> None:
    """Two typings of one title are the same words."""
    assert plain_title(f" {TITLE}.") == plain_title(TITLE.upper())
