"""What the settings become: each key reaches the part of the house it is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest import departures
from digest.app import make_carriers_of, make_digest
from digest.config import Settings, load_settings
from digest.models import DeliveryState, Issue, Message, Outcome, Receipt, Recipient, Schedule
from digest.newsroom import Digest
from digest.store.store import SqlStore, open_store
from digest.transports.file import FileTransport
from digest.transports.memory import MemoryTransport, accept
from digest.transports.smtp import SmtpTransport
from tests.factories import NOW, a_subscriber, a_window, an_edition
from tests.sample_issue import a_pool


def settings(folder: Path, **given: Any) -> Settings:
    newsletter = {
        "name": "Monthly",
        "from": "digest@example.org",
        "postal_address": "1 Street",
        "base_url": "http://localhost",
        **given.pop("newsletter", {}),
    }
    path = folder / "digest.yaml"
    path.write_text(yaml.safe_dump({"newsletter": newsletter, **given}), encoding="utf-8")
    return load_settings(path, {})


@pytest.mark.parametrize(("key", "window"), [({}, 8), ({"connections": 9}, 18)])
def test_a_transport_takes_its_connections_from_the_settings(tmp_path: Path, key: dict[str, int], window: int) -> None:
    """Each has one mail under way and one announced; left out, as few as the transport itself would have."""
    (carrier,) = make_carriers_of(settings(tmp_path, transport={"kind": "smtp", "host": "localhost", **key}))
    transport = carrier.transport
    assert isinstance(transport, SmtpTransport)
    assert transport.window == window


def test_files_go_into_the_folder_that_is_named(tmp_path: Path) -> None:
    """Beside the file of the settings, and nothing is there before a mail is."""
    (carrier,) = make_carriers_of(settings(tmp_path, transport={"kind": "file", "path": "mails"}))
    transport = carrier.transport
    assert isinstance(transport, FileTransport)
    transport.submit([Message(id="<a@example.org>", sender="b@example.org", recipient="c@example.org", data=b"\r\n")])
    assert list((tmp_path / "mails").glob("*.eml"))


# --- delivery --------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def approved(store: SqlStore, readers: int = 1, **newsletter: str) -> Issue:
    """An issue whose frozen pool is a real one."""
    addresses = [f"reader{number}@example.org" for number in range(readers)]
    store.save_subscribers([a_subscriber(address) for address in addresses], now=NOW)
    issue = store.add_issue(a_window(), now=NOW)
    people = store.subscribers(addresses)
    recipients = [Recipient(subscriber_id=one.id, address=one.address, name="", edition=an_edition()) for one in people]
    return store.freeze(
        issue.id, recipients, pool=a_pool(**newsletter).dumps(), content_hash="", approved_by="ada", now=NOW
    )


def digest_at(now: datetime, settings: Settings, store: SqlStore, transport: MemoryTransport) -> Digest:
    return make_digest(settings, now=now, store=store, make_transport=lambda: transport, sources=())


@pytest.mark.parametrize(("hours", "state"), [(1, DeliveryState.BOUNCED), (3, DeliveryState.DEFERRED)])
def test_a_mail_lives_as_long_as_the_settings_say(
    tmp_path: Path, ledger: SqlStore, hours: int, state: DeliveryState
) -> None:
    """Refused for now and tried again an hour and a half later, it is given up after one hour, not after three."""
    issue = approved(ledger)
    given = settings(tmp_path, delivery={"life_hours": hours})
    busy = MemoryTransport(answer=lambda _: Receipt(outcome=Outcome.DEFERRED, detail="busy"))
    for minutes in (0, 90):
        departures.send(digest_at(NOW + timedelta(minutes=minutes), given, ledger, busy), issue)
    delivery = next(iter(ledger.deliveries(issue.id)))
    assert delivery.state is state
    assert ("given up after 2 tries in 1 hour:" in delivery.detail) == (hours == 1)


@pytest.mark.parametrize(("days", "leaves"), [(0, False), (4, True), (7, True)])
def test_an_issue_that_is_scheduled_waits_for_its_readers_days(
    tmp_path: Path, ledger: SqlStore, days: int, leaves: bool
) -> None:
    """From then on, however long ago it was due: scheduled for a Thursday, it is left for Monday."""
    approved(ledger)
    (reader,) = ledger.subscribers()
    ledger.save_subscribers([replace(reader, weekday=0)], now=NOW)
    thursday = NOW + timedelta(days=9)
    ledger.act(1, [Schedule(at=thursday)], by="ada", on=0, now=NOW)
    box = MemoryTransport()
    digest = digest_at(thursday + timedelta(days=days), settings(tmp_path), ledger, box)
    departures.send(digest, ledger.issue_by_id(1))
    assert len(box.inbox) == leaves


@pytest.mark.parametrize(("seconds", "released"), [(60, 2), (900, 0)])
def test_mails_are_claimed_for_as_long_as_the_settings_say(
    tmp_path: Path, ledger: SqlStore, seconds: int, released: int
) -> None:
    """Five minutes later another machine may take what was claimed for one minute, not what was for fifteen."""
    issue = approved(ledger, 3)
    found: list[int] = []

    def look(message: Message) -> Receipt:
        later = NOW + timedelta(minutes=5)
        found.append(ledger.recover(issue.id, resend=True, gone=(), now=later).released)
        return accept(message)

    transport = MemoryTransport(window=1, answer=look)
    departures.send(digest_at(NOW, settings(tmp_path, delivery={"lease_seconds": seconds}), ledger, transport), issue)
    assert found[0] == released


def test_the_list_id_stands_in_the_mails(tmp_path: Path, ledger: SqlStore) -> None:
    """What is configured is what every mail is filed under."""
    given = settings(tmp_path, newsletter={"list_id": "monthly.lists.example.org"})
    issue = approved(ledger, list_id=given.newsletter_noun().list_id)
    transport = MemoryTransport()
    departures.send(digest_at(NOW, given, ledger, transport), issue)
    assert b"\r\nList-ID: <monthly.lists.example.org>\r\n" in transport.inbox[0].data
