"""Page files through the reader: one file, one case, which says itself what is expected."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.models import Bullets, SectionRole, Subheading
from digest.sources.headings import Headings
from digest.sources.markup import read_html
from digest.sources.page import read_page
from digest.sources.reading import Reading
from digest.sources.textfile import read_text_file, taken_apart
from tests.integration.test_feeds import date_shown

PAGES = Path(__file__).parent.parent / "data" / "pages"
FILES = sorted(path for path in PAGES.iterdir() if path.name != "README.md")
VOCABULARY = ("multiple sclerosis", "B cells", "single-cell RNA sequencing")


def read(path: Path) -> Reading:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return read_page(read_html(text), headings=Headings(), vocabulary=VOCABULARY)
    text = re.sub(r"^#:.*\n", "", text, flags=re.MULTILINE)
    document = taken_apart(text, markdown=path.suffix == ".md")
    return read_text_file(document, headings=Headings(), vocabulary=VOCABULARY)


def words(reading: Reading, role: SectionRole | None = None) -> str:
    blocks = [block for section in reading.sections if role in {None, section.role} for block in section.blocks]
    return " ".join(" ".join(block.items) if isinstance(block, Bullets) else block.text for block in blocks)


def facts(reading: Reading) -> dict[str, Any]:
    blocks = [block for section in reading.sections for block in section.blocks]
    bullets = next((block for block in blocks if isinstance(block, Bullets)), Bullets(()))
    return {
        "headline": reading.headline,
        "kind": reading.kind.value,
        "roles": [section.role.value for section in reading.sections],
        "tags": list(reading.tags),
        "journal": reading.journal,
        "published": date_shown(reading.published),
        "credibility": reading.credibility,
        "interest": reading.interest,
        "people": reading.people,
        "design": reading.design,
        "doi": reading.doi,
        "pmid": reading.pmid,
        "bullets": list(bullets.items),
        "questions": [block.text for block in blocks if isinstance(block, Subheading)],
        "considerations": words(reading, SectionRole.CONSIDERATIONS),
        "text": words(reading),
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_page_file(path: Path) -> None:
    """Every page file is read as it says itself, and its furniture is nowhere in the summary."""
    text = path.read_text(encoding="utf-8")
    expect = {
        name: json.loads(value) for name, value in re.findall(r"^(?:#: )?Expect: (\w+) = (.+)$", text, re.MULTILINE)
    }
    absent = re.findall(r"^(?:#: )?Absent: (.+)$", text, re.MULTILINE)
    assert expect, "a page file without an expectation proves nothing"
    reading = read(path)
    found = facts(reading)
    assert {name: found[name] for name in expect} == expect
    whole = repr(replace(reading, cut=()))
    assert [one for one in absent if one.casefold() in whole.casefold()] == []
