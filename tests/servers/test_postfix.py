"""Postfix itself: each reader's mail once and whole, and every refusal of its own with its right end."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from digest.models import Message, Outcome, Receipt
from tests.factories import a_message
from tests.integration.smtp_server import Inbox, a_real_server, a_transport
from tests.servers.postfix import Postfix, a_policy, a_postfix, missing, wait_until_through

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

QUOTA = "452 4.3.1 the quota of this sender is used up"


def a_mail(number: int, **given: Any) -> Message:
    words = (
        f"Subject: News\r\nMessage-ID: <{number}@news.example.org>\r\n\r\nFor reader {number}.\r\n.dotted\r\n".encode()
    )
    return a_message(number, **{"sender": f"bounces+{number}@news.example.org", "data": words, **given})


def sent(postfix: Postfix, messages: list[Message], *, connections: int = 4) -> list[Receipt]:
    with closing(a_transport(postfix.port, connections=connections, messages_per_connection=20)) as transport:
        receipts = transport.submit(messages)
    wait_until_through(postfix)
    return receipts


def arrived(inbox: Inbox) -> dict[str, tuple[str, bytes]]:
    """From whom and with what last words, by reader; each reader once."""
    found = {envelope.rcpt_tos[0]: (envelope.mail_from, envelope.content) for envelope in inbox.envelopes}
    assert len(found) == len(inbox.envelopes) == sum(len(envelope.rcpt_tos) for envelope in inbox.envelopes)
    return found


def is_theirs(number: int, got: tuple[str, bytes]) -> bool:
    sender, content = got
    return sender == f"bounces+{number}@news.example.org" and content.endswith(
        f"\r\n\r\nFor reader {number}.\r\n.dotted\r\n".encode()
    )


def is_against_us(line: str) -> bool:
    return any(word in line for word in ("improper command pipelining", "warning", "reject", "lost connection"))


@pytest.mark.parametrize("connections", [1, 4])
def test_two_hundred_readers_get_their_mail_once_and_whole(connections: int) -> None:
    """And nothing in its log speaks of us."""
    with a_real_server() as (inbox, onward), a_postfix(onward=onward) as postfix:
        receipts = sent(postfix, [a_mail(number) for number in range(200)], connections=connections)
        assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
        got = arrived(inbox)
        assert all(is_theirs(number, got[f"reader{number}@example.org"]) for number in range(200))
        assert [line for line in postfix.log.splitlines() if "smtpd" in line and is_against_us(line)] == []


@pytest.mark.parametrize("more", ["", "smtpd_discard_ehlo_keywords = pipelining"], ids=["pipelining", "in lock-step"])
def test_a_mail_that_is_refused_at_its_end_is_nobody_elses(more: str) -> None:
    """It keeps the transaction: without RSET the next reader got an empty mail from another one's bounce address."""

    def each_third(recipient: str) -> str:
        return QUOTA if int(recipient.removeprefix("reader").partition("@")[0]) % 3 == 0 else "DUNNO"

    with (
        a_real_server() as (inbox, onward),
        a_policy(each_third) as restriction,
        a_postfix(onward=onward, end_of_data=restriction, more=more) as postfix,
    ):
        receipts = sent(postfix, [a_mail(number) for number in range(90)])
        refused = [number for number, one in enumerate(receipts) if one.outcome is Outcome.DEFERRED]
        assert refused == list(range(0, 90, 3))
        assert all("the quota of this sender" in receipts[number].detail for number in refused)
        got = arrived(inbox)
        assert len(got) == 60
        assert all(is_theirs(number, got[f"reader{number}@example.org"]) for number in range(90) if number % 3)


UNLISTED = """smtpd_sender_restrictions = reject_unlisted_sender
relay_domains = example.org, news.example.org
relay_recipient_maps = inline:{{reader1@example.org=x}}"""


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("message_size_limit = 300", "5.3.4"),
        ("header_checks = regexp:{{ {{/^Subject: News/ REJECT}} }}", "5.7.1"),
        ("smtpd_sender_restrictions = check_sender_access inline:{{news.example.org=REJECT}}", "5.7.1"),
        ("relay_domains = example.net\nsmtpd_relay_restrictions = reject_unauth_destination", "5.7.1"),
        (UNLISTED, "5.1.0"),
    ],
)  # fmt: skip
def test_what_it_refuses_for_our_own_fault_ends_nobodys_delivery(more: str, code: str) -> None:
    """Size, content, sender and relaying: at RCPT, for it delays them, or after the dot."""
    with a_real_server() as (inbox, onward), a_postfix(onward=onward, more=more.format()) as postfix:
        (receipt,) = sent(postfix, [a_mail(1, data=b"Subject: News\r\n\r\n" + b"Words.\r\n" * 100)])
    assert (receipt.outcome, receipt.lasting, receipt.code) == (Outcome.DEFERRED, True, code)
    assert inbox.envelopes == []


def test_who_is_not_there_is_told_from_what_we_are() -> None:
    """An unknown reader bounces, and the next one gets their mail."""
    more = "relay_recipient_maps = inline:{{reader2@example.org=x}}".format()
    with a_real_server() as (inbox, onward), a_postfix(onward=onward, more=more) as postfix:
        receipts = sent(postfix, [a_mail(1), a_mail(2)])
    assert [(one.outcome, one.code[:3]) for one in receipts] == [(Outcome.REFUSED, "5.1"), (Outcome.ACCEPTED, "2.0")]
    assert list(arrived(inbox)) == ["reader2@example.org"]
