"""Small, valid values with one line each; say only what the test is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from digest.models import (
    Bullets,
    Cadence,
    Claim,
    Consent,
    Entry,
    FrozenEdition,
    Issue,
    IssueItem,
    Match,
    Message,
    Newsletter,
    Paragraph,
    Precision,
    Profile,
    PublishedDate,
    Recipient,
    Section,
    SectionRole,
    Selection,
    Subscriber,
    SubscriberStatus,
    Summary,
    Topic,
    TopicTree,
    Window,
)
from digest.store.base import Store

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def a_section(role: SectionRole = SectionRole.FINDINGS, *lines: str, bullets: tuple[str, ...] = ()) -> Section:
    blocks = [Paragraph(line) for line in lines or (f"Words about {role.value}.",)]
    return Section(role=role, heading=None, blocks=(*blocks, *([Bullets(bullets)] if bullets else [])))


def an_entry(guid: str = "one", **given: Any) -> Entry:
    sections = (
        a_section(SectionRole.TAKEAWAY, "People who walked daily felt less tired."),
        a_section(SectionRole.FINDINGS, "Two things were seen.", bullets=("Less fatigue.", "Better sleep.")),
        a_section(SectionRole.RELEVANCE, "People who are often tired may ask their nurse about walking."),
        a_section(SectionRole.CONSIDERATIONS, "The study was small and short."),
    )
    defaults: dict[str, Any] = {
        "source": "summaries",
        "guid": guid,
        "url": f"https://news.example.org/{guid}",
        "headline": f"Walking and fatigue, part {guid}",
        "sections": sections,
        "journal": "Journal of Invented Results",
        "published": PublishedDate(day=date(2026, 11, 1), precision=Precision.MONTH),
        "fingerprint": f"print of {guid}",
    }
    return Entry(**{**defaults, **given})


def a_summary(number: int = 1, **given: Any) -> Summary:
    entry = given.pop("entry", None) or an_entry(str(number), **given.pop("of", {}))
    defaults: dict[str, Any] = {
        "id": number,
        "study_id": number,
        "revision": 1,
        "added_at": datetime(2026, 11, 1 + number % 28, 12, tzinfo=UTC),
        "content_hash": f"hash-{number}",
        "entry": entry,
    }
    return Summary(**{**defaults, **given})


def an_item(number: int = 1, *topics: str, fresh: bool = True, pinned: bool = False, **given: Any) -> IssueItem:
    matches = tuple(Match(topic_id=topic, score=10.0 - place) for place, topic in enumerate(topics))
    return IssueItem(summary=a_summary(number, **given), matches=matches, fresh=fresh, pinned=pinned)


def a_tree() -> TopicTree:
    """Treatments (anti-cd20, btk), symptoms (fatigue-sleep, vision), pediatric on its own."""
    return TopicTree(
        condition="Multiple sclerosis",
        condition_terms=("multiple sclerosis",),
        condition_acronyms=("MS",),
        topics=(
            Topic(id="treatments", label="Treatments"),
            Topic(id="anti-cd20", label="B-cell (anti-CD20) treatments", parent="treatments", terms=("anti-CD20",)),
            Topic(id="btk", label="BTK inhibitors", parent="treatments", terms=("BTK inhibitor",)),
            Topic(id="symptoms", label="Symptoms"),
            Topic(id="fatigue-sleep", label="Fatigue and sleep", parent="symptoms", terms=("fatigue",)),
            Topic(id="vision", label="Eyes and vision", parent="symptoms", terms=("optic neuritis",)),
            Topic(id="pediatric", label="Children and teenagers", terms=("pediatric",)),
        ),
    )


def a_window(**given: Any) -> Window:
    defaults: dict[str, Any] = {
        "cadence": Cadence.MONTHLY,
        "since": datetime(2026, 11, 1, tzinfo=UTC),
        "until": datetime(2026, 12, 1, tzinfo=UTC),
        "due": datetime(2026, 12, 1, 9, tzinfo=UTC),
        "label": "2026-11",
        "title": "November 2026",
    }
    return Window(**{**defaults, **given})


def an_issue(**given: Any) -> Issue:
    return Issue(**{"id": 1, "window": a_window(), "composed_at": NOW, **given})


def a_subscriber(address: str = "ada@example.org", *interests: str, **given: Any) -> Subscriber:
    defaults: dict[str, Any] = {
        "address": address,
        "profile": Profile(interests=interests),
        "status": SubscriberStatus.ACTIVE,
        "consent": Consent(at=datetime(2026, 1, 2, tzinfo=UTC), method="double-opt-in", text_version="1"),
    }
    return Subscriber(**{**defaults, **given})


def a_newsletter(**given: Any) -> Newsletter:
    defaults: dict[str, Any] = {
        "name": "MS Research Monthly",
        "address": "digest@example.org",
        "sender_name": "MS Research Monthly",
        "postal_address": "1 Invented Street, 12345 Example Town",
        "base_url": "https://digest.example.org",
        "timezone": "Europe/Berlin",
    }
    return Newsletter(**{**defaults, **given})


def a_claim(delivery_id: int = 1, **given: Any) -> Claim:
    defaults: dict[str, Any] = {
        "delivery_id": delivery_id,
        "issue_id": 1,
        "subscriber_id": delivery_id,
        "edition_id": 1,
        "address": f"reader{delivery_id}@example.org",
        "name": "",
        "fence": 1,
        "attempts": 0,
    }
    return Claim(**{**defaults, **given})


def a_message(number: int = 1, **given: Any) -> Message:
    defaults: dict[str, Any] = {
        "id": f"<message{number}@example.org>",
        "sender": f"bounce+{number}@example.org",
        "recipient": f"reader{number}@example.org",
        "data": b"Subject: News\r\n\r\nWords.\r\n",
    }
    return Message(**{**defaults, **given})


def message_of(claim: Claim) -> Message:
    """The same message for the same delivery every time, as a composer makes it."""
    return a_message(claim.delivery_id, recipient=claim.address)


def an_edition(key: str = "one", **given: Any) -> FrozenEdition:
    return FrozenEdition(**{"key": key, "subject": "News", "preheader": "", "selection": Selection(), **given})


def an_approved_issue(store: Store, readers: int = 1, *, window: Window | None = None) -> Issue:
    """An issue in the store with a delivery for `reader1@example.org`, `reader2@…`, approved at NOW."""
    addresses = [f"reader{number}@example.org" for number in range(1, readers + 1)]
    store.save_subscribers([a_subscriber(address) for address in addresses], now=NOW)
    issue = store.add_issue(window or a_window(), now=NOW)
    recipients = [
        Recipient(subscriber_id=reader.id, address=reader.address, name=reader.name, edition=an_edition())
        for reader in store.subscribers(addresses)
    ]
    return store.freeze(issue.id, recipients, pool=b"pool", content_hash="hash", approved_by="ada", now=NOW)
