"""The press: whom a bounce comes back to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from digest.edition import make_edition
from digest.models import Length, Message, Selection
from digest.press import Press
from digest.tokens import Purpose, Signer, Subject
from tests.factories import NOW, a_newsletter, an_issue
from tests.sample_issue import a_pool, a_selection

SIGNER = Signer([b"a secret of at least thirty-two octets"])
POOL = a_pool()


def a_press(bounce_address: str = "", now: datetime = NOW) -> Press:
    return Press(
        POOL,
        an_issue(id=3),
        newsletter=a_newsletter(),
        signer=SIGNER,
        unsubscribe_address="leave@example.org",
        bounce_address=bounce_address,
        now=now,
    )


def printed(bounce_address: str = "", *, reader: int = 7) -> Message:
    edition = make_edition(POOL, a_selection())
    return a_press(bounce_address).message(edition, subscriber_id=reader, address="ada@example.org", name="Ada")


def tried(address: str, selection: Selection, now: datetime = NOW) -> Message:
    return a_press(now=now).test_message(make_edition(POOL, selection), address=address)


def test_without_an_address_for_bounces_they_come_to_the_newsletter() -> None:
    """As they always did."""
    assert printed().sender == "digest@example.org"


def test_each_reader_has_an_envelope_sender_of_their_own() -> None:
    """It names the reader and the issue, to us alone, and fits the 64 octets of a local part (RFC 5321)."""
    sender = printed("eighteen-letters-a@bounces.example.org").sender
    local, _, domain = sender.rpartition("@")
    name, _, token = local.partition("+")
    assert (name, domain) == ("eighteen-letters-a", "bounces.example.org")
    assert len(local) <= 64
    assert SIGNER.read_local_part(Purpose.BOUNCE, token) == Subject(subscriber_id=7, issue_id=3)


@pytest.mark.parametrize("reader", [7, 8])
def test_every_try_has_the_same_envelope_sender(reader: int) -> None:
    """A second try is the same mail; another reader's is another."""
    assert printed("b@example.org", reader=reader) == printed("b@example.org", reader=reader)
    assert printed("b@example.org", reader=reader).sender != printed("b@example.org", reader=reader + 1).sender


def test_every_test_mail_has_a_message_id_of_its_own() -> None:
    """Whom it is for, what it says and when it was made tell it from others: no mailbox or folder keeps one for all."""
    chosen, fewer, later = a_selection(), a_selection(Length.BRIEF), NOW + timedelta(days=1)
    mails = [tried("ada@example.org", chosen), tried("jo@example.org", chosen), tried("ada@example.org", fewer),
             tried("ada@example.org", chosen, later), printed()]  # fmt: skip
    assert len({mail.id for mail in mails}) == 5
    assert tried("ada@example.org", chosen) == mails[0]
    assert all(f"Message-ID: {mail.id}\r\n".encode() in mail.data for mail in mails)


def test_the_envelope_sender_stands_in_no_header() -> None:
    """What a reader sees is the same with it and without."""
    assert printed("b@example.org").data == printed().data
