"""What tests do to a store, in one line each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from digest.models import FrozenEdition, Issue, Placement, Recipient, Selection, SkipReason, Subscriber
from digest.store.base import Store
from tests.factories import NOW, a_subscriber, a_window, an_entry


def summaries(store: Store, *guids: str) -> tuple[Any, ...]:
    """Store an entry of each guid; the summaries, in that order."""
    store.add_entries([an_entry(guid) for guid in guids], now=a_window().since)
    return store.summaries_added(a_window().since, a_window().until)


def readers(store: Store, *addresses: str, **given: Any) -> list[Subscriber]:
    """Store a subscriber of each address; all there are now, in the order of their ids."""
    store.save_subscribers([a_subscriber(address, **given) for address in addresses], now=NOW)
    return list(store.subscribers())


def a_placement(study_id: int, topic: str = "fatigue-sleep") -> Placement:
    return Placement(summary_id=study_id, study_id=study_id, topic_id=topic)


def an_edition(selection: Selection | None = None, key: str = "") -> FrozenEdition:
    selection = selection or Selection()
    return FrozenEdition(key=key or str(hash(selection)), subject="What is new", preheader="", selection=selection)


def a_recipient(reader: Subscriber, edition: FrozenEdition | None = None, **given: Any) -> Recipient:
    if edition is None:
        given.setdefault("skip", SkipReason.NOTHING_NEW)
    return Recipient(subscriber_id=reader.id, address=reader.address, name=reader.name, edition=edition, **given)


def freeze(store: Store, issue: Issue, recipients: Iterable[Recipient], **given: Any) -> Issue:
    approval = {"pool": b"pool", "content_hash": "hash", "approved_by": "editor", "now": NOW}
    return store.freeze(issue.id, recipients, **{**approval, **given})


def a_frozen_issue(store: Store, *editions: FrozenEdition | None, **window: Any) -> Issue:
    """An issue with a new reader for each edition, or one who gets nothing for each None."""
    label = window.get("label", "")
    known = {reader.id for reader in store.subscribers()}
    everybody = readers(store, *(f"reader{number}@example.org" + label for number in range(len(editions))))
    new = [reader for reader in everybody if reader.id not in known]
    issue = store.add_issue(a_window(**window), now=NOW)
    return freeze(store, issue, map(a_recipient, new, editions))
