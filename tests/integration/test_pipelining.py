"""SMTP with PIPELINING, and over several connections: against scripts, a real server, and Debian's smtp-sink."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from digest.errors import TransportError
from digest.models import Message, Outcome
from digest.transports.conversation import Load
from digest.transports.smtp import Security, SmtpTransport
from tests.factories import a_message
from tests.integration.smtp_server import (
    BYE,
    ENVELOPE,
    Inbox,
    NarrowServer,
    ScriptedServer,
    a_real_server,
    a_transport,
    carried,
    outcomes,
    trusting,
)

OK, NO, NOT_NOW, DOUBT = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.DEFERRED, Outcome.DOUBTFUL
HELLO = [("", "220 ready"), ("EHLO", "250-here\r\n250-PIPELINING\r\n250 8BITMIME")]
BODY = ("BODY", "250 2.0.0 queued")
MAIL, RCPT, DATA = ENVELOPE
UNKNOWN = ("RCPT", "550 5.1.1 no such user")
NOBODY = ("DATA", "554 5.5.1 no valid recipients")
REFUSED = [MAIL, UNKNOWN, NOBODY]
RSET = ("RSET", "250 ok")


# --- one write -------------------------------------------------------------------------------------------


def hears_all_before_it_answers(listener: socket.socket, heard: list[bytes]) -> None:
    """A server that says nothing until it has a whole group: who waits for single answers waits for ever."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as lines:
        connection.settimeout(5)
        connection.sendall(b"220 ready\r\n")
        heard.append(lines.readline())
        connection.sendall(b"250-here\r\n250 PIPELINING\r\n")
        for _ in range(2):
            heard.append(b"".join(lines.readline() for _ in range(3)))
            connection.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")
            while lines.readline() != b".\r\n":
                pass
            heard.append(behind_the_dot(connection))
            connection.sendall(b"250 taken\r\n")
        lines.readline()
        connection.sendall(b"221 bye\r\n")


def behind_the_dot(connection: socket.socket) -> bytes:
    """What is said although the dot is not answered."""
    with contextlib.suppress(TimeoutError):
        connection.settimeout(0.1)
        return connection.recv(1, socket.MSG_PEEK)
    connection.settimeout(5)
    return b""


def test_an_envelope_goes_in_one_write_and_nothing_goes_behind_the_dot() -> None:
    """There are servers that refuse what they hear before they have answered the dot, or drop it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=hears_all_before_it_answers, args=(listener, heard))
        server.start()
        transport = a_transport(listener.getsockname()[1])
        receipts = transport.submit([a_message(1, data=b"one\r\n"), a_message(2, data=b"two\r\n")])
        transport.close()
        server.join(10)
    assert [receipt.detail for receipt in receipts] == ["250 taken", "250 taken"]
    assert heard[1].splitlines()[1:] == [b"RCPT TO:<reader1@example.org>", b"DATA"]
    assert heard[3].splitlines()[1:] == [b"RCPT TO:<reader2@example.org>", b"DATA"]
    assert (heard[2], heard[4]) == (b"", b"")


# --- by rule ---------------------------------------------------------------------------------------------

GARBAGE = ("MAIL", "garbage")


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        ([*ENVELOPE, BODY, *ENVELOPE, BODY], [OK, OK]),
        ([*REFUSED, RSET, *ENVELOPE, BODY], [NO, OK]),
        ([MAIL, UNKNOWN, DATA, (".", "554 5.5.1 nobody"), RSET, *ENVELOPE, BODY], [NO, OK]),
        ([MAIL, UNKNOWN, DATA, (".", "250 2.0.0 odd"), RSET, *ENVELOPE, BODY], [NO, OK]),
        ([MAIL, ("RCPT", "450 4.2.0 greylisted"), NOBODY, RSET, *ENVELOPE, BODY], [NOT_NOW, OK]),
        ([("MAIL", "451 later"), UNKNOWN, NOBODY, RSET, *ENVELOPE, BODY], [NOT_NOW, OK]),
        ([MAIL, RCPT, ("DATA", "451 busy"), RSET, *ENVELOPE, BODY], [NOT_NOW, OK]),
        ([MAIL, RCPT, ("DATA", "554 spam"), RSET, *ENVELOPE, BODY], [NOT_NOW, OK]),
        ([*ENVELOPE, ("BODY", "554 5.6.0 bad"), RSET, *ENVELOPE, BODY], [NOT_NOW, OK]),
        ([*ENVELOPE, ("BODY", "452 4.3.1 full"), RSET, *ENVELOPE, BODY], [NOT_NOW, OK]),
        ([*ENVELOPE, BODY, *REFUSED], [OK, NO]),
        ([*ENVELOPE, BODY, MAIL, UNKNOWN, DATA, (".", "554 nobody")], [OK, NO]),
    ],
)
def test_an_answer_belongs_to_its_message(talk: list[tuple[str, str]], expected: list[Outcome]) -> None:
    """Refusals cost nobody else anything; a body that nobody would get is a lone dot (RFC 2920)."""
    with ScriptedServer([[*HELLO, *talk, *BYE]]) as server:
        receipts = carried(server, a_message(1), a_message(2))
    assert [receipt.outcome for receipt in receipts] == expected


AGAIN = [*HELLO, *ENVELOPE, BODY, *BYE]


@pytest.mark.parametrize(
    ("talk", "expected", "bodies"),
    [
        # Before the dot nothing is in doubt, and who was only announced goes over a fresh line.
        ([("MAIL", None)], [NOT_NOW, OK], 1),
        ([MAIL, ("RCPT", None)], [NOT_NOW, OK], 1),
        ([MAIL, RCPT, ("DATA", None)], [NOT_NOW, OK], 1),
        ([MAIL, ("RCPT", "421 4.3.2 closing")], [NOT_NOW, OK], 1),
        ([MAIL, RCPT, ("DATA", "250 ok?")], [NOT_NOW, OK], 1),
        ([MAIL, RCPT, ("DATA", "354 go on\r\n250 and more")], [NOT_NOW, OK], 1),
        ([MAIL, ("RCPT", 0.7)], [NOT_NOW, OK], 1),
        # A refusal stands, whatever comes behind it.
        ([MAIL, UNKNOWN, ("DATA", None)], [NO, OK], 1),
        ([MAIL, UNKNOWN, DATA, (".", None)], [NO, OK], 1),
        ([MAIL, UNKNOWN, NOBODY, ("RSET", None)], [NO, OK], 1),
        # Who refuses the sender and asks for a body has another mail in mind: not even a dot is said.
        ([("MAIL", "503 5.5.1 nested"), RCPT, DATA], [NOT_NOW, OK], 1),
        ([("MAIL", "451 4.3.0 later"), UNKNOWN, DATA], [NOT_NOW, OK], 1),
        # Nor is anything said to who does not forget what it has refused; that is nothing about the next one.
        ([*ENVELOPE, ("BODY", "452 4.3.1 full"), ("RSET", "502 what?")], [NOT_NOW, OK], 2),
        ([*ENVELOPE, ("BODY", "452 4.3.1 full"), RSET, ("MAIL", "503 5.5.1 nested")], [NOT_NOW, OK], 2),
        ([*ENVELOPE, ("BODY", "250 ok\r\n250 and more"), ("", None)], [OK, OK], 2),
        # After the dot the first is in doubt and is not sent again; the second surely did not leave.
        ([*ENVELOPE, ("BODY", None)], [DOUBT, OK], 2),
        ([*ENVELOPE, ("BODY", "garbage")], [DOUBT, OK], 2),
        ([*ENVELOPE, ("BODY", 0.7)], [DOUBT, OK], 2),
        ([*ENVELOPE, ("BODY", "421 4.3.2 closing")], [NOT_NOW, OK], 2),
        # A server that closes after one message.
        ([*ENVELOPE, BODY, ("MAIL", None)], [OK, OK], 2),
        ([*ENVELOPE, ("BODY", "250 ok\r\n421 enough")], [OK, OK], 2),
        ([*ENVELOPE, BODY, GARBAGE], [OK, OK], 2),
    ],
)
def test_a_broken_line_is_settled_by_rule(talk: list[tuple[str, Any]], expected: list[Outcome], bodies: int) -> None:
    """Each message has one fate, and nothing is sent twice."""
    with ScriptedServer([[*HELLO, *talk], AGAIN]) as server:
        receipts = carried(server, a_message(1), a_message(2), reply_timeout=0.4, dot_timeout=0.4)
    assert [receipt.outcome for receipt in receipts] == expected
    assert len(server.bodies) == bodies


def test_a_body_that_cannot_leave_whole_is_not_in_doubt() -> None:
    """Although the next envelope stands behind it in the same write."""
    long = a_message(1, data=b"x\r\n" * 8_000_000)
    with ScriptedServer([[*HELLO, *ENVELOPE, ("PART", None)], AGAIN]) as server:
        receipts = carried(server, long, a_message(2))
    assert [receipt.outcome for receipt in receipts] == [NOT_NOW, OK]
    assert "(body)" in receipts[0].detail


def test_who_takes_a_body_drop_by_drop_is_left() -> None:
    """The patience is for the whole of it: a lease would run out."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sips = threading.Thread(target=sip, args=(listener,), daemon=True)
        sips.start()
        began = time.monotonic()
        transport = a_transport(listener.getsockname()[1], reply_timeout=0.5)
        (receipt,) = transport.submit([a_message(1, data=b"x\r\n" * 8_000_000)])
        transport.close()
        sips.join(10)
    assert (receipt.outcome, receipt.detail) == (NOT_NOW, "the connection broke (body): timed out")
    assert time.monotonic() - began < 5


def sip(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(ConnectionError):
        for answer in (b"220 ready", b"250 PIPELINING", b"250 ok\r\n250 ok\r\n354 go on"):
            connection.sendall(answer + b"\r\n")
            connection.recv(4096)
        while connection.recv(65536):
            time.sleep(0.02)


def test_the_last_words_of_a_server_that_hangs_up_in_a_body_are_kept() -> None:
    """They say more than that the pipe is broken."""
    long = a_message(1, data=b"x\r\n" * 8_000_000)
    with ScriptedServer([[*HELLO, *ENVELOPE, ("PART", "552 5.3.4 too big"), ("PART", None)]]) as server:
        (receipt,) = carried(server, long)
    assert receipt.outcome is NOT_NOW
    assert "(body)" in receipt.detail


def test_no_body_leaves_before_the_last_answer_is_in_the_books() -> None:
    """Of two messages for one line the second waits, though it is announced, until the caller comes back."""
    bodies_at: list[int] = []
    with ScriptedServer([[*HELLO, *ENVELOPE, BODY, *ENVELOPE, BODY, *BYE]]) as server:
        with closing(a_transport(server.port)) as transport:
            assert list(transport.carry({1: a_message(1), 2: a_message(2)})) == [1]
            time.sleep(0.2)
            bodies_at.append(len(server.bodies))
            assert any("reader2" in line for line in server.heard)
            assert list(transport.carry({})) == [2]
        bodies_at.append(len(server.bodies))
    assert bodies_at == [1, 2]


def test_a_line_that_waits_after_a_refusal_begins_anew() -> None:
    """What the server still has in mind of a refused envelope is taken back first, however late the next one comes."""
    talk = [*REFUSED, RSET, *ENVELOPE, BODY]
    with ScriptedServer([[*HELLO, *talk, *BYE]]) as server, closing(a_transport(server.port)) as transport:
        assert [transport.carry({1: a_message(1)})[1].outcome, transport.carry({2: a_message(2)})[2].outcome] == [
            NO,
            OK,
        ]


def test_a_server_that_hangs_up_while_nobody_speaks_costs_nothing() -> None:
    """The line is dropped, and the next message goes over a fresh one."""
    with (
        ScriptedServer([[*HELLO, *ENVELOPE, ("BODY", "250 ok\r\n421 idle too long"), ("", None)], AGAIN]) as server,
        closing(a_transport(server.port)) as transport,
    ):
        assert transport.carry({1: a_message(1)})[1].outcome is OK
        time.sleep(0.2)
        assert transport.carry({2: a_message(2)})[2].outcome is OK
    assert len(server.bodies) == 2


def test_a_slow_line_holds_nobody_up() -> None:
    """One server's answer to the dot is late: the other line goes on, and its answers are told meanwhile."""
    inbox = Slow()
    with a_real_server(inbox) as (_, port), closing(a_transport(port, connections=2)) as transport:
        told = [*transport.carry({number: a_message(number) for number in range(1, 5)})]
        while len(told) < 4:
            told += transport.carry({})
    assert sorted(told) == [1, 2, 3, 4]
    assert told.index(1) >= 1


def test_the_dot_is_waited_for_longer_than_other_answers() -> None:
    """A shorter patience would make duplicates."""
    slow = [("", "220 ready"), ("EHLO", "250 PIPELINING"), *ENVELOPE]
    with ScriptedServer([[*slow, ("BODY", 0.5)]]) as server:
        (receipt,) = carried(server, reply_timeout=0.2, dot_timeout=60.0)
    assert (receipt.outcome, receipt.detail) == (
        DOUBT,
        "the connection broke (after the dot): the server closed the connection",
    )


def test_a_login_that_is_asked_for_late_is_trouble() -> None:
    """It is raised where nothing was carried, and an operator must see to it."""
    asks = [("MAIL", "530 5.7.0 log in first")]
    with ScriptedServer([[*HELLO, *asks]]) as server, pytest.raises(TransportError, match="asks for a login"):
        carried(server, a_message(1), a_message(2))


def test_what_this_server_cannot_take_is_passed_over() -> None:
    """It is refused with its reason, and never announced."""
    with ScriptedServer([[*HELLO, *ENVELOPE, BODY, *ENVELOPE, BODY, *BYE]]) as server:
        receipts = carried(server, a_message(1), a_message(2, recipient="zoë@example.org"), a_message(3))
    assert outcomes(receipts) == [(OK, "2.0.0"), (NO, "5.6.7"), (OK, "2.0.0")]


def test_a_line_is_left_after_its_share() -> None:
    """Nothing is announced that would not be carried."""
    two = [*HELLO, *ENVELOPE, BODY, *ENVELOPE, BODY, *BYE]
    with ScriptedServer([two, AGAIN]) as server:
        receipts = carried(server, *map(a_message, (1, 2, 3)), messages_per_connection=2)
    assert [receipt.outcome for receipt in receipts] == [OK, OK, OK]


def test_no_message_is_begun_too_late() -> None:
    """What waited too long is deferred untried, so that it cannot outlive its lease."""
    load = Load(seconds=0)
    load.add({7: a_message(1)})
    assert (load.open, load.waiting) == (1, 1)
    assert load.take() is None
    assert (load.open, load.waiting) == (0, 0)
    assert load.answers()[7].detail == "not tried: the server takes too long"


# --- several connections ---------------------------------------------------------------------------------


class Pipelining(Inbox):
    """A real server's mail, where it says that it pipelines; and how many spoke at a time."""

    def __init__(self, *, most: int = 99) -> None:
        super().__init__()
        self.peers: set[Any] = set()
        self.most = most

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, answers: list[str]) -> list[str]:  # noqa: N802
        session.host_name = name
        if len(self.peers | {session.peer}) > self.most:
            return ["421 4.7.0 too many connections"]
        self.peers.add(session.peer)
        return [*answers[:-1], "250-PIPELINING", answers[-1]]


class Slow(Pipelining):
    """Takes its time over the first reader's mail."""

    def __init__(self, seconds: float = 2) -> None:
        super().__init__()
        self.seconds = seconds

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if envelope.rcpt_tos == ["reader1@example.org"]:
            await asyncio.sleep(self.seconds)
        return await super().handle_DATA(server, session, envelope)


def test_several_connections_carry_one_window() -> None:
    """Each message once, each receipt in its place."""
    inbox = Pipelining()
    messages = [a_message(number) for number in range(1, 41)]
    messages[7] = a_message(8, recipient="nobody")
    with a_real_server(inbox) as (_, port):
        transport = a_transport(port, connections=4)
        receipts = transport.submit(messages)
        receipts += transport.submit([a_message(41)])
        transport.close()
    assert [number for number, receipt in enumerate(receipts) if receipt.outcome is not OK] == [7]
    arrived = sorted(envelope.rcpt_tos[0] for envelope in inbox.envelopes)
    assert arrived == sorted(f"reader{number}@example.org" for number in range(1, 42) if number != 8)
    assert 1 < len(inbox.peers) <= 4


class Staggered(Pipelining):
    """Takes longer over some mails than over others; and how many it had at the most that were not in the books."""

    def __init__(self) -> None:
        super().__init__()
        self.booked = self.most_in_doubt = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self.most_in_doubt = max(self.most_in_doubt, len(self.envelopes) - self.booked)
        await asyncio.sleep(0.02 if envelope.rcpt_tos[0].startswith("reader1") else 0)
        return answer


def listens(transport: SmtpTransport, seconds: float) -> None:
    """Have it listen for so long, as if a commit took that."""
    committed: Future[None] = Future()
    timer = threading.Timer(seconds, committed.set_result, [None])
    timer.start()
    transport.hear(committed)
    timer.join()


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.03])
@pytest.mark.parametrize("share", [1, 3, 100])
def test_no_more_mails_are_in_doubt_than_there_are_lines(seconds: float, share: int) -> None:
    """Not even where a line was still waiting for its answer when those of others came into the books.

    Nor where it listens while they are written, or lines leave with an answer that is not written, and others come.
    """
    inbox = Staggered()
    with (
        a_real_server(inbox) as (_, port),
        closing(a_transport(port, connections=4, messages_per_connection=share)) as transport,
    ):
        answers = transport.carry({number: a_message(number) for number in range(1, 41)})
        while inbox.booked + len(answers) < 40:
            listens(transport, seconds)
            inbox.booked += len(answers)
            answers = transport.carry({})
    assert inbox.most_in_doubt <= 4


def test_what_was_heard_meanwhile_is_told_without_waiting() -> None:
    """And to listen before anything was said, or to a transport that was never used, does no harm."""
    with ScriptedServer([[*HELLO, *ENVELOPE, BODY, *BYE]]) as server, closing(a_transport(server.port)) as transport:
        listens(transport, 0)
        assert list(transport.carry({1: a_message(1)})) == [1]
        listens(transport, 0.01)
        assert dict(transport.carry({})) == {}


def test_what_is_heard_meanwhile_lets_no_other_body_go() -> None:
    """The line has heard its answer, and waits until the books have it: nobody was told of it before."""
    bodies_at: list[int] = []
    inbox = Slow(seconds=0.1)
    with a_real_server(inbox) as (_, port), closing(a_transport(port, connections=2)) as transport:
        told = [*transport.carry({number: a_message(number) for number in (1, 2, 3, 4)})]
        assert len(told) == 1 and told != [1]
        listens(transport, 0.4)
        bodies_at.append(len(inbox.envelopes))
        while len(told) < 4:
            told += transport.carry({})
    assert (bodies_at, sorted(told)) == ([2], [1, 2, 3, 4])


def test_a_server_that_allows_fewer_connections_gets_fewer() -> None:
    """Nobody is deferred for it."""
    inbox = Pipelining(most=2)
    with a_real_server(inbox) as (_, port):
        transport = a_transport(port, connections=4)
        for start in range(0, 40, 20):
            receipts = transport.submit([a_message(number) for number in range(start, start + 20)])
            assert {receipt.outcome for receipt in receipts} == {OK}
        transport.close()
    assert len(inbox.envelopes) == 40


@pytest.mark.parametrize("most", [1, 2, 4])
def test_a_line_is_renewed_when_the_server_has_let_go_of_it(most: int) -> None:
    """It still counts a line that is saying goodbye; where our lines are all that it allows, it refuses none."""
    with (
        NarrowServer(most) as server,
        closing(a_transport(server.port, connections=most, messages_per_connection=4)) as it,
    ):
        assert {one.outcome for one in it.submit([a_message(number) for number in range(40)])} == {OK}
    assert (server.taken, server.refused) == (40, 0)


def test_fewer_connections_than_we_would_like_carry_all() -> None:
    """However often the only one that is allowed has to be renewed, nothing is deferred for it."""
    with NarrowServer(1) as server, closing(a_transport(server.port, connections=3, messages_per_connection=4)) as it:
        assert {one.outcome for one in it.submit([a_message(number) for number in range(40)])} == {OK}
    assert server.taken == 40


def test_a_server_that_allows_more_again_gets_more_again() -> None:
    """One more, whenever a line has served its share."""
    with NarrowServer(1) as server, closing(a_transport(server.port, connections=3, messages_per_connection=4)) as it:
        it.submit([a_message(number) for number in range(8)])
        server.most = 3
        it.submit([a_message(number) for number in range(60)])
    assert server.most_live == 3


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_pipelining_within_tls(security: Security, certificate: Path, servers_side: ssl.SSLContext) -> None:
    """Verified, and every byte of a body that takes several records arrives."""
    offers = {"ssl_context" if security is Security.TLS else "tls_context": servers_side}
    data = b"Subject: News\r\n\r\n" + b"0123456789" * 7 + b"\r\n.\r\n" * 20_000
    inbox = Pipelining()
    with a_real_server(inbox, **offers) as (_, port):
        transport = a_transport(port, host="localhost", security=security, tls=trusting(certificate), connections=2)
        receipts = transport.submit([a_message(number, data=data) for number in range(6)])
        transport.close()
    assert {receipt.outcome for receipt in receipts} == {OK}
    assert [envelope.content for envelope in inbox.envelopes] == [data] * 6


# --- Debian's smtp-sink ----------------------------------------------------------------------------------


@pytest.fixture
def sink() -> Iterator[int]:
    """The port of a running smtp-sink."""
    command = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
    if command is None:
        pytest.skip("needs smtp-sink: apt-get install postfix")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([command, *user, f"127.0.0.1:{port}", "16"]) as running:
        wait_for(port)
        yield port
        running.terminate()


def wait_for(port: int) -> None:
    patience = time.monotonic() + 10
    while time.monotonic() < patience:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


@pytest.mark.parametrize("connections", [1, 4])
def test_the_sink_takes_all(sink: int, connections: int) -> None:
    """A server by others, that pipelines in earnest."""
    transport: SmtpTransport = a_transport(sink, connections=connections, messages_per_connection=7)
    messages: list[Message] = [a_message(number) for number in range(50)]
    assert {receipt.outcome for receipt in transport.submit(messages)} == {OK}
    transport.close()
