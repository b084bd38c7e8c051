"""A newsletter with a month of summaries and a handful of readers, for pages to show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from digest.models import Entry, Issue, Subscriber
from digest.newsroom import Digest
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
