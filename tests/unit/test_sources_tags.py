from __future__ import annotations

import pytest

from digest.sources.tags import LONGEST_TAG, MOST_TAGS, is_glued, read_tags

VOCABULARY = ("multiple sclerosis", "B cells", "single-cell RNA sequencing", "fatigue", "pain", "anti-CD20")


@pytest.mark.parametrize(
    ("run", "tags"),
    [
        (
            "B cellsIgAanti‐CD20multiple sclerosissingle‐cell RNA sequencing",
            ("B cells", "IgA", "anti‐CD20", "multiple sclerosis", "single‐cell RNA sequencing"),
        ),
        ("Multiple sclerosisPediatricsOcrelizumab", ("Multiple sclerosis", "Pediatrics", "Ocrelizumab")),
        ("multiple sclerosismRNA vaccinesCOVID-19", ("multiple sclerosis", "mRNA vaccines", "COVID-19")),
        ("multiple sclerosisfatigue", ("multiple sclerosis", "fatigue")),
        ("CD20Brain atrophy", ("CD20", "Brain atrophy")),
        ("IgA nephropathy", ("IgA nephropathy",)),
        ("fatigued patients", ("fatigued patients",)),
        ("painting", ("painting",)),
        ("NfL", ("NfL",)),
        ("fatigue, pain; MRI | EDSS", ("fatigue", "pain", "MRI", "EDSS")),
        ("1,204 patients", ("1,204 patients",)),
        ("", ()),
    ],
)
def test_one_run_of_topics(run: str, tags: tuple[str, ...]) -> None:
    """Topics printed with nothing between them are told apart, and no word is torn."""
    assert read_tags([run], vocabulary=VOCABULARY) == tags


def test_without_a_vocabulary_only_capitals_tell() -> None:
    """Two topics in small letters cannot be told apart by anybody who does not know them."""
    assert read_tags(["B cellsIgAmultiple sclerosisfatigue"]) == ("B cells", "IgA", "multiple sclerosisfatigue")


def test_several_texts_are_several_topics() -> None:
    """What came apart is not torn further, and nothing is listed twice."""
    assert read_tags(["AstraZeneca", "Fatigue", "fatigue ", "#MRI"]) == ("AstraZeneca", "Fatigue", "MRI")


def test_limits() -> None:
    """A flood of topics, or an endless one, is cut."""
    assert len(read_tags([f"topic {number}" for number in range(500)])) == MOST_TAGS
    assert read_tags(["x" * (LONGEST_TAG + 1), "y"]) == ("y",)


def test_a_glued_line_is_known_by_itself() -> None:
    """A row of topics has no full stop and several meeting words; a sentence with one strange word is none."""
    assert is_glued("FatigueWalkingDisability")
    assert not is_glued("The OptiNose device and the AstraZeneca vaccine were compared.")
    assert not is_glued("A new AstraZeneca trial")
