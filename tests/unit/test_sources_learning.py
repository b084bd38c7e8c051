"""What a source prints in most of its documents is learnt from them; shared limits are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.sources.headings import Headings
from digest.sources.learning import FEWEST_DOCUMENTS, Alike, Learnt, Said, learn, topics_of
from digest.sources.original import Manner, Original, packed, read, said_in, unpacked
from digest.sources.plaintext import read_text
from tests.reading import faults_of, words_of

SITES = Path(__file__).parent.parent / "data" / "sites"
OWN = "The Lantern pages are written by volunteers who read each paper twice before they write a word about it."
NAMED = "The paper was chosen by our panel and appeared in {}; members can borrow it from the library by the harbour."

WORDS = ("heat", "sleep", "walking", "vision", "pain", "mood", "speech")


def documents(*extra: str, count: int = 7) -> list[list[Said]]:
    return [
        [Said(text=f"Study {number} is about {word} and what it does to people."), *map(_said, extra)]
        for number, word in zip(
            range(count), ["heat", "sleep", "walking", "vision", "pain", "mood", "speech"], strict=False
        )
    ]


def _said(text: str) -> Said:
    return Said(text=text)


def test_what_most_documents_have_is_learnt() -> None:
    """Word for word the same in all of them, and nothing of the studies themselves."""
    (one,) = learn(documents(OWN))
    assert (one.text, one.documents) == (OWN, 7)


def test_a_name_may_differ() -> None:
    """Nearly word for word is enough: the journal's name changes from page to page."""
    names = ("Brain and cell", "Annals of invention", "Nerve", "Old age", "The reader of eyes", "Mind", "Motion")
    made = [[*said, Said(text=NAMED.format(name))] for said, name in zip(documents(), names, strict=True)]
    (one,) = learn(made)
    assert one.documents == 7


def test_titles_of_one_form_are_no_furniture() -> None:
    """They differ in their first word, whose capital makes it no name, and a headline is never learnt."""
    titles = [f"{word.capitalize()} and the small things of every day in a trial" for word in WORDS]
    assert learn([[_said(title)] for title in titles]) == ()
    title = "What the team of the harbour read this month about walking"
    first, *_ = said_in(Original(text=read_text(f"{title}\n\nKey Takeaway\n\nPeople walked further.")), Manner())
    assert first.text == "People walked further."


@pytest.mark.parametrize(
    ("having", "of", "learnt"), [(5, 5, True), (3, 5, True), (2, 5, False), (4, 8, False), (5, 8, True), (4, 4, False)]
)
def test_it_takes_five_documents_and_most_of_them(having: int, of: int, learnt: bool) -> None:
    """A text in half of them may be chance, and four documents are too few."""
    others = [[_said(f"A document about {word} that has words of its own")] for word in WORDS[: of - having]]
    assert bool(learn([[_said(OWN)]] * having + others)) is learnt
    assert FEWEST_DOCUMENTS == 5


def test_shared_limits_are_no_furniture() -> None:
    """What stands under a heading of considerations in one document is learnt from none."""
    made = documents(OWN)
    made[3][1] = Said(text=OWN, under_limits=True)
    assert learn(made) == ()


def test_the_only_limits_of_most_documents_are_no_furniture() -> None:
    """Where headings are missing, what is all they have for considerations stays."""
    only = [[said[0], Said(text=OWN, only_limits=number < 4)] for number, said in enumerate(documents(OWN))]
    assert learn(only) == ()
    seldom = [[said[0], Said(text=OWN, only_limits=number < 3)] for number, said in enumerate(documents(OWN))]
    assert len(learn(seldom)) == 1


def test_short_sentences_are_shared_by_studies() -> None:
    """It says something each time that a trial was randomised, and how many took part, in whatever words."""
    assert learn(documents("This was a randomised controlled trial.")) == ()
    few = [
        [Said(text=f"This was a small study of only {number} people from one hospital in a single town.")]
        for number in range(31, 38)
    ]
    assert learn(few) == ()


def test_a_text_said_twice_in_one_document_counts_once() -> None:
    """Three documents with it, twice each, are three."""
    made = documents()
    for number in range(3):
        made[number] += [_said(OWN), _said(OWN)]
    assert learn(made) == ()


def test_alike() -> None:
    """Another study's paragraph is not taken for it."""
    alike = Alike([OWN])
    assert alike.has(OWN) and alike.has(OWN.replace("Lantern", "Harbor House").upper())
    assert not alike.has("The Lantern study was written by volunteers with MS, who walked twice as far as before it.")
    assert not Alike().has(OWN)


def test_topics_that_several_documents_print() -> None:
    """One that stands in one alone may be two that were run together."""
    assert topics_of([("Fatigue", "heat"), ("heat", "fatigueheat"), ("sleep",)]) == ("heat",)


def test_an_original_comes_back() -> None:
    """What is kept is what was read."""
    original = Original(text=read_text("A title\n\nWords of it.\n1. one\n2. two"))
    assert unpacked(packed(original)) == original


# --- sites ---------------------------------------------------------------------------------------------------


def site(name: str) -> tuple[dict[str, Any], dict[int, Original]]:
    expect = yaml.safe_load((SITES / name / "expect.yaml").read_text(encoding="utf-8"))
    files = {number: SITES / name / f"{number}.txt" for number in expect["documents"]}
    return expect, {number: Original(text=read_text(file.read_text("utf-8"))) for number, file in files.items()}


@pytest.mark.parametrize("name", ["alderbrook", "kestrel", "tidewater"])
def test_a_site_is_read_without_its_furniture(name: str) -> None:
    """All that recurs goes, wherever it stands; shared considerations stay; the parts are those of the study."""
    expect, originals = site(name)
    manner = Manner(headings=Headings())
    learnt = learn([said_in(original, manner) for original in originals.values()])
    knowing = manner.knowing(Learnt(furniture=Alike(one.text for one in learnt)))
    for number, original in originals.items():
        reading = read(original, knowing)
        printed = " ".join(words_of(reading))
        assert [one for one in expect["furniture"] if one in printed] == []
        assert [one for one in expect["stays"] if one not in printed] == []
        wrong = faults_of(reading, expect["documents"][number], may_follow=expect.get("either", ()))
        assert wrong == [] or (reading.unsure and all("is missing" in one for one in wrong)), (number, wrong)
