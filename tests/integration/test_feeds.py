"""Feed files through the whole of a feed source: one file, one case, which says itself what is expected."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from digest.errors import SourceError
from digest.models import Bullets, Entry, PublishedDate, SourceState
from digest.sources.base import Collected
from digest.sources.feed import FeedSource
from tests.factories import NOW

FEEDS = Path(__file__).parent.parent / "data" / "feeds"
FILES = sorted(path for path in FEEDS.iterdir() if path.suffix in {".xml", ".json"})


def collected(path: Path) -> Collected:
    return FeedSource(name="site", feed=str(path)).collect(
        SourceState(name="site"), known=lambda _guid, _print: False, now=NOW
    )


def expected(path: Path) -> tuple[dict[str, Any], str | None]:
    data = path.read_bytes()
    if path.suffix == ".json":
        value = json.loads(data)
        return value.get("_expect", {}), value.get("_refused")
    text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1")
    expect = {name: json.loads(value) for name, value in re.findall(r"^Expect: (\w+) = (.+)$", text, re.MULTILINE)}
    refused = re.search(r"^Refused: (.+)$", text, re.MULTILINE)
    return expect, refused[1] if refused else None


def date_shown(published: PublishedDate | None) -> str | None:
    if published is None:
        return None
    digits = {"year": 4, "month": 7, "day": 10}[published.precision]
    return f"{published.day.isoformat()[:digits]} {published.precision.value}"


def text_of(entry: Entry) -> str:
    blocks = [block for section in entry.sections for block in section.blocks]
    return " ".join(" ".join(block.items) if isinstance(block, Bullets) else block.text for block in blocks)


def facts(result: Collected) -> dict[str, Any]:
    entries = result.entries
    return {
        "entries": len(entries),
        "guids": [entry.guid for entry in entries],
        "headlines": [entry.headline for entry in entries],
        "urls": [entry.url for entry in entries],
        "published": [date_shown(entry.published) for entry in entries],
        "roles": [[section.role.value for section in entry.sections] for entry in entries],
        "tags": [list(entry.tags) for entry in entries],
        "dois": [entry.doi for entry in entries],
        "pmids": [entry.pmid for entry in entries],
        "journals": [entry.journal for entry in entries],
        "texts": [text_of(entry) for entry in entries],
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_feed_file(path: Path) -> None:
    """Every feed file is read, or refused, as it says itself."""
    expect, refused = expected(path)
    if refused:
        with pytest.raises(SourceError, match=re.escape(refused)):
            collected(path)
        return
    assert expect, "a feed file without an expectation proves nothing"
    result = collected(path)
    wanted_problems = expect.pop("problems", [])
    said = [problem.message for problem in result.problems]
    assert len(said) == len(wanted_problems)
    assert all(any(part in message for message in said) for part in wanted_problems)
    found = facts(result)
    assert {name: found[name] for name in expect} == expect
