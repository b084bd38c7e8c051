"""Documents in the shapes that real sites have are read as a careful person reads them, or a person is asked."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.app import known_topics, read_topics
from digest.sources.markup import read_html
from digest.sources.original import Manner, Original, read
from digest.sources.reading import Reading
from digest.sources.textfile import taken_apart
from tests.reading import faults_of, words_of

FOLDER = Path(__file__).parent.parent / "data" / "documents"
NAMES = sorted(path.name for path in FOLDER.glob("*.yaml"))

#: What is not read right and nobody is asked, and why. One that is read right in the end leaves this list.
KNOWN = {
    "73-considerations-in-two-places.yaml": "limits before and behind the relevance: a person is asked about both",
    "80-page-no-considerations.yaml": "without any limits nothing tells the other parts apart",
    "88-conference-abstract.yaml": "the session of a poster",
}
#: Of all documents so many are read wholly right.
RIGHT = 75


@cache
def case(name: str) -> tuple[Reading, dict[str, Any]]:
    given = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    manner = Manner(vocabulary=known_topics(read_topics(None)))
    if given["format"] == "html":
        original = Original(page=read_html(given["document"], article=True, headings=manner.headings))
    else:
        original = Original(text=taken_apart(given["document"], markdown=given["format"] == "md"))
    return read(original, manner), given["expect"]


def faults(name: str) -> list[str]:
    reading, expect = case(name)
    found = faults_of(reading, expect)
    return [] if reading.unsure and all("is missing" in fault for fault in found) else found


@pytest.mark.parametrize("name", [name for name in NAMES if name not in KNOWN])
def test_a_document_is_read_right_or_a_person_is_asked(name: str) -> None:
    """No part holds what is not its own, and what is put under no role is said to be in doubt."""
    assert faults(name) == []


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_to_be_read_wrongly(name: str) -> None:
    """The list of these is kept honest, and none of them invents limits."""
    assert faults(name)
    assert not any(fault.startswith("considerations: there is none") for fault in faults(name))


def test_most_are_read_without_asking() -> None:
    """Asking a person about everything would be no reading."""
    assert sum(not faults_of(*case(name)) for name in NAMES) >= RIGHT


def test_nothing_foreign_is_printed_beyond_the_known() -> None:
    """Teasers, offers and standing texts are in no part, nor in the headline."""
    printed = {
        name: [
            word for word in case(name)[1].get("foreign", ()) if any(word in text for text in words_of(case(name)[0]))
        ]
        for name in NAMES
    }
    assert {name for name, words in printed.items() if words} <= {
        "86-charity-news-page.yaml",
        "88-conference-abstract.yaml",
    }
