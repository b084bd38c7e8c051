"""What the store is to the verbs. Every instant given or returned is aware and in UTC."""

from __future__ import annotations

from typing import Protocol

from digest.store.base.content import Added, ContentStore, Found
from digest.store.base.corrections import CorrectionStore
from digest.store.base.issues import IssueStore, ShapeStore
from digest.store.base.keeping import Counts, Credentials, Deeds, FeedbackStore
from digest.store.base.ledger import Books, Ledger, Meanwhile, Recovered
from digest.store.base.letters import LetterStore
from digest.store.base.readers import AudienceRow, HistoryRow, Merged, SubscriberStore
from digest.store.base.traffic import Allotted, Shortage, Terms, TrafficStore, Warmth

__all__ = [
    "Added",
    "Allotted",
    "AudienceRow",
    "Books",
    "ContentStore",
    "CorrectionStore",
    "Counts",
    "Credentials",
    "Deeds",
    "FeedbackStore",
    "Found",
    "HistoryRow",
    "IssueStore",
    "Ledger",
    "LetterStore",
    "Meanwhile",
    "Merged",
    "Recovered",
    "ShapeStore",
    "Shortage",
    "Store",
    "SubscriberStore",
    "Terms",
    "TrafficStore",
    "Warmth",
]


class Store(
    ContentStore,
    IssueStore,
    ShapeStore,
    CorrectionStore,
    SubscriberStore,
    FeedbackStore,
    LetterStore,
    Ledger,
    TrafficStore,
    Books,
    Credentials,
    Counts,
    Deeds,
    Protocol,
):
    """All of it: one database."""

    def close(self) -> None:
        """Let go of the connections."""
