from __future__ import annotations

import time

import pytest

from digest.sentences import first_sentence

REST = " More people slept."


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Example and Prof. Other followed 60 adults.",
        "In Fig. 2 the speed is shown.",
        "As Smith et al. Report says, walking got faster.",
        "Walking rose by 4.5 percent vs. Placebo.",
        "J. A. Example and B. Other led the work.",
        "The work by J. Example is new.",
        "The U.S. Agency approved it.",
        "People took vitamin D.",
        "Nobody had hepatitis B.",
        "It began in 2025.",
        "It began on Nov. 5 and ended soon.",
        "1. A vest helped people walk.",
        "Did it help people walk?",
        "It helped them a lot!",
        "He said: “It helped a lot.”",
        "It cost approx. 40 euros (see No. 3 of the list).",
        "The gene (cf. Other) was found.",
        "A (small) trial, e.g. Ours, is enough.",
        "Good news! A vest helped people walk.",
        "So… A vest helped people walk.",
        "背心有帮助。",
    ],
)
def test_a_sentence_ends_at_its_own_full_stop(sentence: str) -> None:
    """Not at that of a title, a name, a figure's number or another abbreviation."""
    assert first_sentence(sentence + REST) == sentence
    assert first_sentence(sentence) == sentence


@pytest.mark.parametrize("rest", [" mRNA levels rose.", " pH was low.", " iPS cells grew."])
def test_a_sentence_may_begin_small(rest: str) -> None:
    """As the field writes some of its words."""
    assert first_sentence("A vest helped people." + rest) == "A vest helped people."


def test_a_text_without_an_end_is_one_sentence() -> None:
    """All of it."""
    assert first_sentence("A vest helped people walk") == "A vest helped people walk"
    assert first_sentence("") == ""


def test_hostile_text_costs_little() -> None:
    """A long row of full stops is read in a moment."""
    started = time.perf_counter()
    first_sentence("a. " * 30_000)
    first_sentence("." * 100_000)
    assert time.perf_counter() - started < 5
