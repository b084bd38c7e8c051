"""What Postfix, Haraka and Courier do on the wire: nobody gets another mail than theirs, and each theirs once."""

from __future__ import annotations

from contextlib import closing

import pytest

from digest.models import Outcome, Receipt
from tests.factories import a_message
from tests.integration.smtp_server import a_transport
from tests.integration.wire_servers import Clerk, CourierClerk, HarakaClerk, PostfixClerk, WireServer

FULL = "452 4.3.1 the quota of this sender is used up"
READERS = range(1, 31)


def sent_to_all(server: WireServer, *, connections: int = 3) -> dict[int, Receipt]:
    messages = {number: a_message(number, sender=f"bounces+{number}@news.example.org") for number in READERS}
    with closing(a_transport(server.port, connections=connections, reply_timeout=1.0, dot_timeout=1.0)) as transport:
        return dict(zip(messages, transport.submit(list(messages.values())), strict=True))


def each_third(recipient: str) -> str:
    number = int(recipient.removeprefix("reader").partition("@")[0])
    return FULL if number % 3 == 0 else ""


def whole(server: WireServer) -> bool:
    """Whether each mail is its reader's own: from the right bounce address, for one reader, with all its words."""
    return all(
        mail.sender == f"bounces+{mail.recipients[0].removeprefix('reader').partition('@')[0]}@news.example.org"
        and len(mail.recipients) == 1
        and mail.body == a_message(1).data
        for mail in server.taken
    )


@pytest.mark.parametrize("clerk", [PostfixClerk, HarakaClerk, CourierClerk])
@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("connections", [1, 4])
def test_each_reader_gets_the_mail_once(clerk: type[Clerk], pipelining: bool, connections: int) -> None:
    """Also from who does not bear a word behind the dot."""
    with WireServer(clerk, pipelining=pipelining) as server:
        receipts = sent_to_all(server, connections=connections)
    assert {receipt.outcome for receipt in receipts.values()} == {Outcome.ACCEPTED}
    assert sorted(mail.recipients[0] for mail in server.taken) == sorted(f"reader{n}@example.org" for n in READERS)
    assert whole(server)


@pytest.mark.parametrize("clerk", [PostfixClerk, HarakaClerk, CourierClerk])
@pytest.mark.parametrize("pipelining", [True, False])
def test_a_body_that_is_refused_is_nobody_elses_trouble(clerk: type[Clerk], pipelining: bool) -> None:
    """The next reader gets the next mail, not an empty one under the name of the one before."""
    with WireServer(clerk, pipelining=pipelining, refusal=each_third) as server:
        receipts = sent_to_all(server)
    refused = {number: receipt for number, receipt in receipts.items() if receipt.outcome is not Outcome.ACCEPTED}
    assert sorted(refused) == [number for number in READERS if number % 3 == 0]
    assert {receipt.detail for receipt in refused.values()} == {FULL}
    assert len(server.taken) == 20
    assert whole(server)


@pytest.mark.parametrize("pipelining", [True, False])
def test_the_cause_is_told_of_each_when_all_are_refused(pipelining: bool) -> None:
    """And not that the server was out of step."""
    with WireServer(PostfixClerk, pipelining=pipelining, refusal=lambda _: FULL) as server:
        receipts = sent_to_all(server)
    assert {(one.outcome, one.detail) for one in receipts.values()} == {(Outcome.DEFERRED, FULL)}
    assert (len(server.refused), server.taken) == (len(READERS), [])


@pytest.mark.parametrize("pipelining", [True, False])
def test_who_never_forgets_a_refused_mail_gets_a_new_line_for_the_next(pipelining: bool) -> None:
    """Rather than a word of the next mail."""
    with WireServer(Elephant, pipelining=pipelining, refusal=each_third) as server:
        receipts = sent_to_all(server)
    assert sum(receipt.outcome is Outcome.ACCEPTED for receipt in receipts.values()) == 20
    assert whole(server)


class Elephant(PostfixClerk):
    """Says yes to RSET, and forgets nothing."""

    def attend(self, line: str) -> None:
        if line.upper().startswith("RSET"):
            self.say("250 2.0.0 ok")
        else:
            super().attend(line)
