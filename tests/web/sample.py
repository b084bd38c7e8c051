"""A newsletter with a month of summaries and a handful of readers, for pages to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from digest.models import Entry, Issue, Subscriber
from digest.newsroom import Digest
from digest.sources.original import Original, packed
from digest.sources.textfile import taken_apart
from tests.factories import a_subscriber, an_entry

MONTH = "2026-11"
MIDDLE = datetime(2026, 11, 14, 12, tzinfo=UTC)
#: Each headline has the word its topic is found by.
ENTRIES = (
    an_entry("tired", headline="Walking eased fatigue in multiple sclerosis"),
    an_entry("sleep", headline="Longer nights and fatigue in multiple sclerosis"),
    an_entry("eyes", headline="Optic neuritis in multiple sclerosis, seen early"),
    an_entry("young", headline="Pediatric multiple sclerosis and school"),
)
#: What a summary was read from: parts with and without a heading, a list, and what was left out.
DOCUMENT = """Heat and MS

What They Found

Forty adults walked.

1. The heat slowed them.
2. Cold drinks helped.

Limitations

Few took part.

Advertisement
"""
#: Numbered 1 to 5 in this order.
READERS = (
    a_subscriber("ada@example.org", "fatigue-sleep", name="Ada"),
    a_subscriber("parent@example.org", "pediatric"),
    a_subscriber("all@example.org"),
    a_subscriber("rare@example.org", "pml"),
    a_subscriber("ben@example.org", "fatigue-sleep"),
)


def filled(
    digest: Digest, entries: tuple[Entry, ...] = ENTRIES, readers: tuple[Subscriber, ...] = READERS, **_: Any
) -> Issue:
    """The draft of November 2026 with these entries in it, and these readers for it."""
    digest.store.add_entries(entries, now=MIDDLE)
    digest.store.save_subscribers(readers, now=MIDDLE)
    return digest.compose(digest.window(MONTH)).issue


def with_a_document(digest: Digest) -> int:
    """The number of a summary beside which the document is kept that it was read from."""
    original = packed(Original(text=taken_apart(DOCUMENT, markdown=False)))
    entry = replace(an_entry("read", headline="Heat and multiple sclerosis"), source="news")
    digest.store.add_entries([entry], now=MIDDLE, originals={"read": original})
    return digest.store.latest_of("news", limit=1)[0].id
