"""A newsletter with three readers and four summaries of November, over a database, at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.app import make_digest
from digest.checks import Verdict
from digest.config import load_settings
from digest.models import Issue, SectionRole
from digest.newsroom import Digest
from digest.sources.base import StaticSource
from digest.transports.memory import MemoryTransport
from tests.factories import a_section, a_subscriber, an_entry

NOVEMBER, DECEMBER = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 12, 1, 10, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, 10, tzinfo=UTC)
READERS = (
    a_subscriber("eyes@example.org", "vision"),
    a_subscriber("tired@example.org", "fatigue-sleep"),
    a_subscriber("all@example.org"),
)


def entry(guid: str, headline: str, **given: Any) -> Any:
    sections = (a_section(SectionRole.TAKEAWAY, "Words."), a_section(SectionRole.CONSIDERATIONS, "It was small."))
    return an_entry(guid, headline=headline, url=f"https://made-up.info/{guid}", **{"sections": sections, **given})


ENTRIES = (
    entry("1", "Optic neuritis in multiple sclerosis, a first look"),
    entry("2", "Optic neuritis in multiple sclerosis, another trial"),
    entry("3", "Fatigue in multiple sclerosis and short walks"),
    entry("4", "Fatigue in multiple sclerosis and long nights"),
)


@dataclass
class Room:
    """One newsletter over one database, at any time."""

    open: Callable[..., Digest]
    outbox: list[Any]

    def at(self, now: datetime) -> Digest:
        return self.open(now)


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str) -> Iterator[Callable[..., Room]]:
    opened: list[Digest] = []

    def make(**newsletter: Any) -> Room:
        given = {"name": "Monthly", "from": "digest@example.org", "base_url": "https://made-up.info"}
        given["send_at"] = "00:00"
        text = yaml.safe_dump({"database": sqlite_url, "newsletter": {**given, **newsletter}})
        (tmp_path / "digest.yaml").write_text(text, encoding="utf-8")
        settings = load_settings(tmp_path / "digest.yaml", {})
        transport = MemoryTransport()

        def at(now: datetime) -> Digest:
            digest = make_digest(
                settings,
                now=now,
                sources=[StaticSource(name="summaries", entries=list(ENTRIES))],
                make_transport=lambda: transport,
                reach=lambda _urls: {},
                judge_spam=lambda _mail: Verdict(score=0.0),
            )
            opened.append(digest)
            return digest

        with_november = at(NOVEMBER)
        with_november.collect()
        with_november.store.save_subscribers(READERS, now=NOVEMBER)
        return Room(open=at, outbox=transport.inbox)

    yield make
    for one in opened:
        one.close()


def drafted(made: Room, now: datetime = DECEMBER) -> Digest:
    digest = made.at(now)
    digest.compose(digest.window("2026-11"))
    return digest


def issue(digest: Digest, label: str = "2026-11") -> Issue:
    return digest.issue(label)


def number(digest: Digest, guid: str) -> int:
    return next(one.summary.id for one in digest.store.items(issue(digest).id) if one.summary.entry.guid == guid)
