"""What machines that watch are told, and who may ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from digest import access, approving
from digest.models import FeedbackKind, LetterKind, Role, SourceState, Suppression
from digest.post import put
from digest.suppression import Feedback
from digest.web.metrics import Metrics
from tests.factories import NOW
from tests.web.api_parts import a_full_desk
from tests.web.conftest import Desk, Opener


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    return a_full_desk(open_desk)


@contextmanager
def caller(desk: Desk, address: str, base: str = "http://localhost:8000") -> Iterator[TestClient]:
    with TestClient(desk.app, base_url=base, client=(address, 50_000)) as client:
        yield client


def counted(desk: Desk) -> dict[str, float]:
    """Every sample by its name and labels."""
    text = Metrics(desk.digest).text().decode()
    return {
        f"{one.name}{list(one.labels.values())}": one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


@pytest.mark.parametrize(
    ("address", "base", "status"),
    [
        ("127.0.0.1", "http://localhost:8000", 200),
        ("127.0.0.1", "http://127.0.0.1:8000", 200),
        ("::1", "http://localhost:8000", 200),
        ("203.0.113.9", "http://localhost:8000", 401),
        ("127.0.0.1", "http://news.example.org", 401),
    ],
)
def test_this_machine_may_ask_under_its_own_name(desk: Desk, address: str, base: str, status: int) -> None:
    """A stranger is refused; so is one whom a proxy on this machine hides, for they call us by our public name."""
    with caller(desk, address, base) as client:
        answer = client.get("/metrics")
        assert answer.status_code == status and ("www-authenticate" in answer.headers) is (status == 401)


def test_anybody_may_ask_with_a_token(desk: Desk) -> None:
    """An editor's is enough, for there are only counts."""
    token = access.make_token(desk.digest, "prometheus", Role.EDITOR)
    with caller(desk, "203.0.113.9") as client:
        assert client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401


def test_it_is_what_prometheus_reads(desk: Desk) -> None:
    """Its text form, version 0.0.4."""
    with caller(desk, "127.0.0.1") as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert all(family.documentation for family in text_string_to_metric_families(answer.text))


def test_everything_is_counted(desk: Desk) -> None:
    """Readers, letters, summaries, issues, deliveries, feedback, sources, suppressions."""
    store = desk.digest.store
    approving.approve(desk.digest, desk.digest.issue("2026-11"), by="ada")
    store.suppress(Suppression(address="ada@example.org", reason=FeedbackKind.COMPLAINT, at=NOW))
    store.add_feedback(Feedback(address="ada@example.org", kind=FeedbackKind.COMPLAINT, at=NOW, event_id="one"))
    put(desk.digest, LetterKind.ERASURE, next(desk.digest.store.subscribers()))
    counts = counted(desk)
    assert counts["digest_letters_waiting[]"] == 1
    assert counts["digest_subscribers['active']"] == 3
    assert counts["digest_subscribers['unsubscribed']"] == 0
    assert counts["digest_summaries[]"] == 3
    assert counts["digest_issues['approved']"] == 1
    assert counts["digest_deliveries['2026-11', 'pending']"] == 3
    assert counts["digest_feedback['complaint']"] == 1
    assert counts["digest_suppressions[]"] == 1


def test_sources_in_trouble_are_counted(open_desk: Opener) -> None:
    """Those that are configured, not those that once were."""
    desk = open_desk(sources=[{"name": one, "folder": "."} for one in ("one", "two")])
    for name in ("one", "gone"):
        desk.digest.store.save_source_state(SourceState(name=name, trouble="cannot be read"))
    counts = counted(desk)
    assert (counts["digest_sources[]"], counts["digest_sources_in_trouble[]"]) == (2, 1)


def test_nothing_of_any_reader_is_told(desk: Desk) -> None:
    """No address, topic or interest."""
    approving.approve(desk.digest, desk.digest.issue("2026-11"), by="ada")
    text = Metrics(desk.digest).text().decode()
    assert "@" not in text
    assert not {topic.id for topic in desk.digest.tree.topics} & set(re.findall(r'="([^"]*)"', text))


def test_the_database_is_not_asked_each_time(desk: Desk) -> None:
    """Whoever asks often gets the counts of some seconds ago; a moment later they are counted anew."""
    kept, fresh = Metrics(desk.digest, kept=3_600), Metrics(desk.digest, kept=0)
    before = kept.text(), fresh.text()
    desk.digest.store.suppress(Suppression(address="ada@example.org", reason=FeedbackKind.COMPLAINT, at=NOW))
    assert kept.text() == before[0] and fresh.text() != before[1]


def test_health_answers_those_who_only_knock(desk: Desk) -> None:
    """A load balancer may ask by HEAD."""
    browser = desk.browser()
    assert browser.head("/healthz").status_code == browser.head("/readyz").status_code == 200
