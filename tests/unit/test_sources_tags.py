from __future__ import annotations

import random
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
import yaml

from digest.sources.glued import LONGEST_RUN, unglued
from digest.sources.keywords import keywords
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


@pytest.mark.parametrize(
    ("run", "parts"),
    [
        ("relapsing remittingfatigue", ["relapsing remitting", "fatigue"]),
        ("B cellsT cells", ["B cells", "T cells"]),
        ("EBVmultiple sclerosis", ["EBV", "multiple sclerosis"]),
        ("MRIMS", ["MRI", "MS"]),
        ("MSfatigueMRI", ["MS", "fatigue", "MRI"]),
        ("multiple sclerosissleepfatigue", ["multiple sclerosis", "sleep", "fatigue"]),
        ("multiple sclerosissleep quality", ["multiple sclerosis", "sleep quality"]),
        ("anti‑CD20multiple sclerosis", ["anti‑CD20", "multiple sclerosis"]),
        ("IFN‐βfatigue", ["IFN‐β", "fatigue"]),
        ("TNFαIL-6", ["TNFα", "IL-6"]),
        ("disability (EDSS)fatigue", ["disability (EDSS)", "fatigue"]),
        ("25(OH)Dmultiple sclerosis", ["25(OH)D", "multiple sclerosis"]),
        ("multiple sclerosis25(OH)D", ["multiple sclerosis", "25(OH)D"]),
        ("monoclonal antibodiesfatigue", ["monoclonal antibodies", "fatigue"]),
        ("Brain atrophyOptic neuritis", ["Brain atrophy", "Optic neuritis"]),
        ("mtDNAfatigue", ["mtDNA", "fatigue"]),
    ],
)
def test_what_is_known_parts_what_is_not(run: str, parts: list[str]) -> None:
    """Beside a topic that is known stands another, be it unknown; of two short words both must be known."""
    vocabulary = (*VOCABULARY, "MRI", "MS", "sleep", "25(OH)D", "monoclonal antibody", "T cells")
    assert unglued(run, vocabulary=vocabulary) == parts


@pytest.mark.parametrize(
    "parts",
    [
        ("MRI", "Randomised trial"),
        ("GPR109A", "Multiple sclerosis"),
        ("25‐hydroxyvitamin D", "Cholecalciferol"),
        ("EBNA1", "EBV", "yoga"),
        ("rituximab", "AQP4‐IgG", "B cells"),
        ("DMTs", "fertility", "survey"),
        ("CGRP", "quality of life"),
    ],
)
def test_topics_as_articles_print_them(parts: tuple[str, ...]) -> None:
    """What many articles name is known, and so is how an acronym and a single capital meet the next."""
    assert unglued("".join(parts), vocabulary=(*VOCABULARY, "EBV", *keywords())) == [*parts]


#: Topics as editors write them. None is two.
TOPICS = (Path(__file__).parent.parent / "data" / "topics" / "printed.txt").read_text("utf-8").splitlines()


@cache
def phrases() -> list[str]:
    """The words of the topics that come with us, and some that are a part of others."""
    tree = yaml.safe_load((resources.files("digest") / "data" / "topics.yaml").read_text("utf-8"))
    found = [*tree["condition"]["terms"], *(term for topic in tree["topics"] for term in topic.get("terms", ()))]
    return [*found, *VOCABULARY, "physiology", "rehabilitation", "therapy", "stress", "sleep", "vaccine", "vitamin D"]


def test_one_topic_stays_whole() -> None:
    """With our words, with a part of it known, and without any."""
    assert len(TOPICS) > 100
    assert [topic for topic in TOPICS if unglued(topic) != [topic]] == []
    assert [topic for topic in TOPICS if unglued(topic, vocabulary=phrases()) != [topic]] == []
    assert [topic for topic in TOPICS if unglued(topic, vocabulary=keywords()) != [topic]] == []


@pytest.mark.parametrize("known", [TOPICS, [*TOPICS, *phrases()], phrases()], ids=["topics", "both", "phrases"])
def test_known_topics_are_told_apart(known: list[str]) -> None:
    """Whichever stand beside one another, nineteen of twenty runs are parted right."""
    chance = random.Random(7)
    drawn = [chance.sample([*dict.fromkeys(known)], chance.randint(2, 6)) for _ in range(300)]
    right = sum(unglued("".join(topics), vocabulary=known) == topics for topics in drawn)
    assert right >= 0.95 * len(drawn)


def test_an_endless_run_takes_little_time() -> None:
    """Borders and known words at every place."""
    run = "multiple sclerosisAbcdBfatiguepain(MS)x" * 100
    assert "".join(unglued(run, vocabulary=phrases())) == run[:LONGEST_RUN]


def test_several_texts_are_several_topics() -> None:
    """What came apart is torn further only where all of it is known, and nothing is listed twice."""
    found = read_tags(["multiple sclerosisfatigue", "multiple sclerosisyoga"], vocabulary=VOCABULARY)
    assert found == ("multiple sclerosis", "fatigue", "multiple sclerosisyoga")
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
