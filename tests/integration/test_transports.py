"""The transports against real folders, a scripted server on a socket, and a real SMTP server."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from digest.edition import make_edition
from digest.errors import ConfigError, TransportError
from digest.message import Composer
from digest.models import Message, Outcome, Receipt
from digest.suppression import kind_of_code
from digest.transports.base import Transport, one_by_one
from digest.transports.file import FileTransport, file_name
from digest.transports.memory import MemoryTransport, PulledPlug
from digest.transports.smtp import Security, SmtpSettings
from tests.factories import NOW, a_message
from tests.integration.smtp_server import (
    BYE,
    ENVELOPE,
    HELLO,
    TAKEN,
    ScriptedServer,
    a_real_server,
    a_transport,
    carried,
    outcomes,
    trusting,
)
from tests.sample_issue import a_pool, a_selection, an_addressee

OK, NO, NOT_NOW, DOUBT = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.DEFERRED, Outcome.DOUBTFUL

# --- all of them -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_what_was_carried_is_known(kind: str, tmp_path: Path) -> None:
    """Before: False; after: True; and one receipt for each message, in order."""
    transports: dict[str, Transport] = {"file": FileTransport(tmp_path / "outbox"), "memory": MemoryTransport()}
    transport = transports[kind]
    first, second, third = (a_message(number) for number in (1, 2, 3))
    assert transport.has(first) is False
    assert [receipt.outcome for receipt in transport.submit([first, second])] == [OK, OK]
    assert [transport.has(message) for message in (first, second, third)] == [True, True, False]
    transport.close()
    transport.close()


def test_trouble_before_the_first_message_is_raised() -> None:
    """Nothing was carried, so nothing is lost by it."""

    def carry(_: Message) -> Receipt:
        raise TransportError("no connection")

    with pytest.raises(TransportError, match="no connection"):
        one_by_one([a_message()], carry)


def test_trouble_after_the_first_message_defers_the_rest() -> None:
    """The receipt there is must reach the ledger."""
    receipts = iter([Receipt(outcome=OK)])

    def carry(_: Message) -> Receipt:
        for receipt in receipts:
            return receipt
        raise TransportError("disk full")

    found = one_by_one([a_message(number) for number in (1, 2, 3)], carry)
    assert [receipt.outcome for receipt in found] == [OK, NOT_NOW, NOT_NOW]
    assert found[2].detail == "not tried: disk full"


# --- memory ----------------------------------------------------------------------------------------------


def test_the_memory_transport_dies_when_told() -> None:
    """What had arrived stays."""
    transport = MemoryTransport(dies_after=1)
    with pytest.raises(PulledPlug):
        transport.submit([a_message(1), a_message(2)])
    assert [message.id for message in transport.inbox] == ["<message1@example.org>"]


def test_the_memory_transport_can_forget() -> None:
    """Like SMTP it may be unable to know."""
    assert MemoryTransport(knows=False).has(a_message()) is None


# --- file ------------------------------------------------------------------------------------------------


def test_a_message_is_one_file_named_by_its_id(tmp_path: Path) -> None:
    """The bytes as they are, the path in the receipt, and nothing else in the folder."""
    (receipt,) = FileTransport(tmp_path / "deep" / "outbox").submit([a_message(7)])
    path = tmp_path / "deep" / "outbox" / "message7@example.org.eml"
    assert receipt == Receipt(outcome=OK, detail=str(path))
    assert path.read_bytes() == a_message(7).data
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_same_message_again_is_the_same_file(tmp_path: Path) -> None:
    """However often it is sent, it is there once."""
    for _ in range(3):
        FileTransport(tmp_path).submit([a_message(), a_message()])
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "hostile",
    ["<../../etc/passwd@x>", "<a/b@x>", "<.hidden@x>", "<nul\0@x>", "<é@x>", f"<{'long' * 99}@x>", "<>", "", "<a b@x>"],
)
def test_an_id_never_leads_out_of_the_folder(hostile: str, tmp_path: Path) -> None:
    """What is no safe name gets one, of its own."""
    name = file_name(hostile)
    assert name.endswith(".eml") and not name.startswith(".") and len(name) < 150
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@=+_.-")
    (receipt,) = FileTransport(tmp_path).submit([a_message(id=hostile)])
    assert Path(receipt.detail).parent == tmp_path and Path(receipt.detail).exists()


def test_different_ids_never_share_a_file() -> None:
    """Also where their safe parts are equal."""
    ids = ["<a/b@x>", "<a_b@x>", "<a?b@x>", f"<{'a' * 200}@x>", f"<{'a' * 201}@x>", "<>", "<.>", "a@x", "<a@x>"]
    assert len({file_name(one) for one in ids}) == len(ids)


def test_what_a_killed_process_had_begun_is_removed(tmp_path: Path) -> None:
    """The living's work is left alone."""
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    begun = [tmp_path / f".one.eml.{pid}.part" for pid in (dead.pid, os.getpid())]
    for part in begun:
        part.touch()
    FileTransport(tmp_path).submit([a_message()])
    assert [part.exists() for part in begun] == [False, True]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    """It names the path, the reason and what to do."""
    (tmp_path / "outbox").write_text("a file where a folder should be")
    with pytest.raises(TransportError, match=r"cannot write .*outbox: .*send again"):
        FileTransport(tmp_path / "outbox").submit([a_message()])
    assert FileTransport(tmp_path / "outbox").has(a_message()) is None


def test_a_file_that_cannot_be_replaced_leaves_no_half(tmp_path: Path) -> None:
    """Nothing was carried, and nothing half-written stays."""
    (tmp_path / file_name(a_message().id)).mkdir()
    with pytest.raises(TransportError):
        FileTransport(tmp_path).submit([a_message()])
    assert [path.name for path in tmp_path.iterdir()] == [file_name(a_message().id)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    """The rest is deferred, the message has no file."""
    message = a_message()
    part = tmp_path / f".{file_name(message.id)}.{os.getpid()}.part"
    part.symlink_to("/dev/full")
    with pytest.raises(TransportError, match="No space left"):
        FileTransport(tmp_path).submit([message])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_vanished_is_made_again(tmp_path: Path) -> None:
    """An operator may empty the outbox while we run."""
    transport = FileTransport(tmp_path / "outbox")
    transport.submit([a_message(1)])
    shutil.rmtree(tmp_path / "outbox")
    transport.submit([a_message(2)])
    assert transport.has(a_message(2)) is True


# --- SMTP against a script -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("talk", "outcome", "code", "says"),
    [
        ([("MAIL", "451 4.3.0 later")], NOT_NOW, "4.3.0", "451 4.3.0 later"),
        ([("MAIL", "550 5.7.1 who are you")], NOT_NOW, "5.7.1", "who are you"),
        ([*ENVELOPE[:1], ("RCPT", "550 5.1.1 no such user")], NO, "5.1.1", "550 5.1.1 no such user"),
        ([*ENVELOPE[:1], ("RCPT", "550-5.1.1 no\r\n550 5.1.1 such")], NO, "5.1.1", "550 5.1.1 no 5.1.1 such"),
        ([*ENVELOPE[:1], ("RCPT", "550 no such user")], NO, "", "550 no such user"),
        ([*ENVELOPE[:1], ("RCPT", "550 4.1.1 muddled")], NOT_NOW, "", "550 4.1.1 muddled"),
        ([*ENVELOPE[:1], ("RCPT", "450 4.2.0 greylisted")], NOT_NOW, "4.2.0", "greylisted"),
        ([*ENVELOPE[:1], ("RCPT", "452 4.5.3 too many")], NOT_NOW, "4.5.3", "too many"),
        ([*ENVELOPE[:2], ("DATA", "554 5.7.1 spam")], NOT_NOW, "5.7.1", "spam"),
        ([*ENVELOPE[:2], ("DATA", "451 4.3.0 busy")], NOT_NOW, "4.3.0", "busy"),
        ([*ENVELOPE, ("BODY", "250 2.0.0 queued as 1")], OK, "2.0.0", "250 2.0.0 queued as 1"),
        ([*ENVELOPE, ("BODY", "250 fine")], OK, "", "250 fine"),
        ([*ENVELOPE, ("BODY", "451 4.3.0 later")], NOT_NOW, "4.3.0", "later"),
        ([*ENVELOPE, ("BODY", "554 5.6.0 bad content")], NOT_NOW, "5.6.0", "bad content"),
    ],
)
def test_an_answer_is_taken_at_its_word(talk: list[tuple[str, str]], outcome: Outcome, code: str, says: str) -> None:
    """Yes, not now and no, with their enhanced codes; what is refused for what we are or say bounces nobody."""
    with ScriptedServer([[*HELLO, *talk, *BYE]]) as server:
        (receipt,) = carried(server)
    assert (receipt.outcome, receipt.code) == (outcome, code)
    assert says in receipt.detail


@pytest.mark.parametrize(
    ("talk", "outcome", "says"),
    [
        ([("MAIL", None)], NOT_NOW, "(envelope)"),
        ([("MAIL", "421 4.3.2 closing")], NOT_NOW, "421 4.3.2 closing"),
        ([("MAIL", "garbage")], NOT_NOW, "nonsense"),
        ([("MAIL", "354 what")], NOT_NOW, "nonsense"),
        ([*ENVELOPE[:1], ("RCPT", None)], NOT_NOW, "(envelope)"),
        ([*ENVELOPE[:1], ("RCPT", 9.0)], NOT_NOW, "timed out"),
        ([*ENVELOPE[:1], ("RCPT", "250 " + "x" * 9000)], NOT_NOW, "(envelope)"),
        ([*ENVELOPE[:2], ("DATA", "250 ok?")], NOT_NOW, "the answer to DATA was 250"),
        ([*ENVELOPE[:2], ("DATA", None)], NOT_NOW, "(envelope)"),
        ([*ENVELOPE, ("PART", None)], NOT_NOW, "(body)"),
        ([*ENVELOPE, ("BODY", None)], DOUBT, "(after the dot)"),
        ([*ENVELOPE, ("BODY", 9.0)], DOUBT, "timed out"),
        ([*ENVELOPE, ("BODY", "garbage")], DOUBT, "nonsense"),
        ([*ENVELOPE, ("BODY", "354 more?")], DOUBT, "nonsense"),
        ([*ENVELOPE, ("BODY", "999 odd")], DOUBT, "nonsense"),
        ([*ENVELOPE, ("BODY", "250 " + "x" * 9000)], DOUBT, "(after the dot)"),
        ([*ENVELOPE, ("BODY", "421 4.3.2 closing")], NOT_NOW, "421 4.3.2 closing"),
    ],
)
def test_only_after_the_dot_is_there_doubt(talk: list[tuple[str, Any]], outcome: Outcome, says: str) -> None:
    """Before it a broken line is safe to try again (RFC 1047); the words say how far it had come."""
    message = a_message(data=b"Subject: long\r\n\r\n" + b"x" * 70 + b"\r\n" * 8_000_000)
    with ScriptedServer([[*HELLO, *talk]]) as server:
        (receipt,) = carried(
            server, message if ("PART", None) in talk else a_message(), reply_timeout=0.4, dot_timeout=0.4
        )
    assert receipt.outcome is outcome
    assert says in receipt.detail


def test_one_connection_carries_many_messages() -> None:
    """A refused recipient in the middle costs an RSET and nobody else."""
    talk = [*TAKEN, ENVELOPE[0], ("RCPT", "550 5.1.1 no"), ("RSET", "250 ok"), *TAKEN]
    with ScriptedServer([[*HELLO, *talk, *BYE]]) as server:
        receipts = carried(server, a_message(1), a_message(2), a_message(3))
    assert outcomes(receipts) == [(OK, "2.0.0"), (NO, "5.1.1"), (OK, "2.0.0")]
    assert "RCPT TO:<reader3@example.org>" in server.heard


def test_a_refusal_stands_though_the_line_breaks_behind_it() -> None:
    """The next message goes over a fresh line."""
    refused = [*HELLO, ENVELOPE[0], ("RCPT", "550 5.1.1 no"), ("RSET", None)]
    with ScriptedServer([refused, [*HELLO, *TAKEN, *BYE]]) as server:
        receipts = carried(server, a_message(1), a_message(2))
    assert outcomes(receipts) == [(NO, "5.1.1"), (OK, "2.0.0")]


def test_a_connection_is_left_after_so_many_messages() -> None:
    """And a fresh one carries on."""
    with ScriptedServer([[*HELLO, *TAKEN, *TAKEN, *BYE], [*HELLO, *TAKEN, *BYE]]) as server:
        receipts = carried(server, *map(a_message, (1, 2, 3)), messages_per_connection=2)
    assert [receipt.outcome for receipt in receipts] == [OK, OK, OK]


@pytest.mark.parametrize("ending", [None, "421 4.7.0 enough for one connection"])
def test_a_server_that_closes_after_one_message_is_called_again(ending: str | None) -> None:
    """It saw nothing of the next message, so that is no second try."""
    one = [*HELLO, *TAKEN, ("MAIL", ending)]
    with ScriptedServer([one, one, [*HELLO, *TAKEN, *BYE]]) as server:
        receipts = carried(server, *map(a_message, (1, 2, 3)))
    assert [receipt.outcome for receipt in receipts] == [OK, OK, OK]
    assert len(server.bodies) == 3


def test_a_message_is_called_again_for_only_once() -> None:
    """A server that closes at once on a fresh line too means: not now."""
    with ScriptedServer([[*HELLO, *TAKEN, ("MAIL", None)], [*HELLO, ("MAIL", None)]]) as server:
        receipts = carried(server, a_message(1), a_message(2))
    assert [receipt.outcome for receipt in receipts] == [OK, NOT_NOW]


def test_a_lost_answer_is_not_repeated() -> None:
    """In doubt the ledger decides; the transport itself sends nothing twice."""
    with ScriptedServer([[*HELLO, *ENVELOPE, ("BODY", None)], [*HELLO, *TAKEN, *BYE]]) as server:
        receipts = carried(server, a_message(1), a_message(2))
    assert [receipt.outcome for receipt in receipts] == [DOUBT, OK]
    assert "RCPT TO:<reader2@example.org>" in server.heard
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("script", "says", "permanent"),
    [
        ([("", None)], "no connection", False),
        ([("", "554 5.7.1 go away")], "554 5.7.1 go away", False),
        ([("", "421 too busy")], "421 too busy", False),
        ([("", "garbage")], "no connection", False),
        ([("", 9.0)], "no connection", False),
        ([*HELLO, ("MAIL", "530 5.7.0 log in first")], "asks for a login", True),
    ],
)
def test_without_a_line_nothing_is_tried(script: list[tuple[str, Any]], says: str, permanent: bool) -> None:
    """The error says where and why, and whether an operator must mend it."""
    with ScriptedServer([script]) as server, pytest.raises(TransportError, match=says) as caught:
        carried(server, connect_timeout=0.4)
    assert caught.value.permanent is permanent
    assert "127.0.0.1" in str(caught.value)


def test_nobody_listening_is_a_clear_error() -> None:
    """Host, port and reason."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        closing(a_transport(port)) as transport,
        pytest.raises(TransportError, match=rf"127\.0\.0\.1:{port}: no connection: .*refused"),
    ):
        transport.submit([a_message()])


def test_a_line_lost_in_the_middle_defers_the_rest() -> None:
    """The first one's receipt is kept."""
    with ScriptedServer([[*HELLO, *TAKEN, ("MAIL", None)], [("", "421 later")]]) as server:
        receipts = carried(server, *map(a_message, (1, 2, 3)))
    assert [receipt.outcome for receipt in receipts] == [OK, NOT_NOW, NOT_NOW]
    assert "not tried" in receipts[2].detail


@pytest.mark.parametrize(
    ("data", "wire"),
    [
        (b"a\r\n\r\n.\r\n..\r\nb\r\n", b"a\r\n\r\n..\r\n...\r\nb\r\n.\r\n"),
        (b".first\r\n", b"..first\r\n.\r\n"),
        (b"no end", b"no end\r\n.\r\n"),
        ("é\r\n".encode(), "é\r\n.\r\n".encode()),
    ],
)
def test_bytes_arrive_as_they_are(data: bytes, wire: bytes) -> None:
    """Leading dots doubled, one dot at the end, 8-bit bytes untouched and announced."""
    with ScriptedServer([[*HELLO, *TAKEN, *BYE]]) as server:
        carried(server, a_message(data=data))
    assert server.bodies == [wire]
    assert any("BODY=8BITMIME" in line for line in server.heard) is not data.isascii()


@pytest.mark.parametrize(
    "hostile",
    [
        "a@example.org>\r\nRCPT TO:<b@example.org",
        "a b@example.org",
        "a@b@example.org",
        "@example.org",
        "nobody",
        "",
        "lone\ud800half@example.org",
        "x" * 300 + "@example.org",
    ],
)
def test_an_impossible_address_never_reaches_the_wire(hostile: str) -> None:
    """It is refused by ourselves, and the rest goes on."""
    with ScriptedServer([[*HELLO, *TAKEN, *BYE]]) as server:
        receipts = carried(server, a_message(1, recipient=hostile), a_message(2))
    assert outcomes(receipts) == [(NO, "5.1.3"), (OK, "2.0.0")]
    assert [line for line in server.heard if "RCPT" in line] == ["RCPT TO:<reader2@example.org>"]


def test_an_impossible_sender_is_not_held_against_the_reader() -> None:
    """Its code is about the sender."""
    with ScriptedServer([[*HELLO, *TAKEN, *BYE]]) as server:
        receipts = carried(server, a_message(1, sender="x\r\n@y"), a_message(2))
    assert outcomes(receipts) == [(NOT_NOW, "5.1.7"), (OK, "2.0.0")]


@pytest.mark.parametrize(
    ("message", "code", "says"),
    [
        ({"recipient": "zoë@example.org"}, "5.6.7", "SMTPUTF8"),
        ({"data": "é\r\n".encode()}, "5.6.3", "8BITMIME"),
    ],
)
def test_what_the_server_cannot_take_is_refused_with_a_reason(message: dict[str, Any], code: str, says: str) -> None:
    """Before anything is said of it."""
    plain = [("", "220 ready"), ("EHLO", "250 here"), *TAKEN, *BYE]
    with ScriptedServer([plain]) as server:
        receipts = carried(server, a_message(1, **message), a_message(2))
    assert outcomes(receipts) == [(NO, code), (OK, "2.0.0")]
    assert says in receipts[0].detail


def test_an_international_domain_needs_nothing_of_the_server() -> None:
    """It goes in its ASCII form (RFC 5891)."""
    with ScriptedServer([[*HELLO, *TAKEN, *BYE]]) as server:
        carried(server, a_message(recipient="ada@straße.example.org"))
    assert "RCPT TO:<ada@xn--strae-oqa.example.org>" in server.heard


def test_an_international_address_is_sent_where_it_is_offered() -> None:
    """With SMTPUTF8 said at MAIL (RFC 6531)."""
    offers = [("", "220 ready"), ("EHLO", "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8"), *TAKEN, *BYE]
    with ScriptedServer([offers]) as server:
        carried(server, a_message(recipient="zoë@example.org"))
    assert "MAIL FROM:<bounce+1@example.org> SMTPUTF8" in server.heard
    assert "RCPT TO:<zoë@example.org>" in server.heard


def a_composed(address: str) -> Message:
    """A whole mail as it is sent, to this address."""
    reader = replace(an_addressee(), address=address, sender="bounce+1@example.org")
    pool = a_pool()
    return Composer(pool, date=NOW).compose(make_edition(pool, a_selection()), reader)


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ("250-here\r\n250-8BITMIME\r\n250 SMTPUTF8", [(OK, "2.0.0"), (OK, "2.0.0")]),
        ("250-here\r\n250 8BITMIME", [(NO, "5.6.7"), (OK, "2.0.0")]),
        ("250 here", [(NO, "5.6.7"), (OK, "2.0.0")]),
    ],
)
def test_a_whole_mail_to_any_address(offers: str, expected: list[tuple[Outcome, str]]) -> None:
    """With its header in UTF-8 where the server takes that, else refused with the reason; the others go."""
    taken = [outcome for outcome, _ in expected].count(OK)
    with ScriptedServer([[("", "220 ready"), ("EHLO", offers), *TAKEN * taken, *BYE]]) as server:
        receipts = carried(server, a_composed("zoë@bücher.example.org"), a_composed("ada@example.org"))
    assert outcomes(receipts) == expected
    if taken == 2:
        assert "MAIL FROM:<bounce+1@example.org> BODY=8BITMIME SMTPUTF8" in server.heard
        assert "RCPT TO:<zoë@xn--bcher-kva.example.org>" in server.heard
        assert "\r\nTo: zoë@xn--bcher-kva.example.org\r\n".encode() in server.bodies[0]
    assert b"To: ada@example.org\r\n" in server.bodies[-1]
    assert kind_of_code("5.6.7") is None


def test_a_real_server_takes_a_mail_to_an_international_address() -> None:
    """Written by others, it agrees that this is what RFC 6531 asks for."""
    mail = a_composed("用户@example.org")
    with a_real_server(enable_SMTPUTF8=True) as (inbox, port), closing(a_transport(port)) as transport:
        (receipt,) = transport.submit([mail])
    assert receipt.outcome is OK
    (envelope,) = inbox.envelopes
    assert (envelope.rcpt_tos, envelope.smtp_utf8) == (["用户@example.org"], True)
    assert envelope.content == mail.data


def test_hostile_words_become_one_harmless_line() -> None:
    """Control characters and endless replies do not reach the ledger or a terminal."""
    refusal = "550-5.1.1 \x1b[31mred\r\n550 5.1.1 " + "long " * 150
    with ScriptedServer([[*HELLO, ENVELOPE[0], ("RCPT", refusal), *BYE]]) as server:
        (receipt,) = carried(server)
    assert receipt.detail.isprintable()
    assert len(receipt.detail) < 450


# --- settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["mail.example.org", "192.0.2.1", "2001:db8::1"])
def test_nothing_goes_in_the_clear_to_another_machine(host: str) -> None:
    """Unless it is allowed expressly."""
    with pytest.raises(ConfigError, match="in the clear"):
        SmtpSettings(host=host, security=Security.NONE)
    assert SmtpSettings(host=host, security=Security.NONE, insecure=True)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "[::1]"])
def test_this_machine_may_be_spoken_to_in_the_clear(host: str) -> None:
    """Loopback has no wire."""
    assert SmtpSettings(host=host, security=Security.NONE)


def test_a_password_is_never_shown() -> None:
    """Not in a representation, not in an error."""
    assert "secret" not in repr(SmtpSettings(host="mail.example.org", username="ada", password="secret"))
    with pytest.raises(ConfigError) as caught:
        SmtpSettings(host="mail.example.org", username="ada", password="sécret")
    assert "sécret" not in str(caught.value)


def test_starttls_is_the_default_and_is_insisted_on() -> None:
    """A server that does not offer it is not spoken to further."""
    assert SmtpSettings(host="mail.example.org").security is Security.STARTTLS
    with ScriptedServer([HELLO]) as server, pytest.raises(TransportError, match="STARTTLS") as caught:
        carried(server, security=Security.STARTTLS)
    assert caught.value.permanent


# --- SMTP against a real server --------------------------------------------------------------------------


def only_ada(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    right = isinstance(login, LoginPassword) and (login.login, login.password) == (b"ada", b"secret")
    return AuthResult(success=right, handled=False)


def test_a_real_server_takes_our_messages() -> None:
    """Envelope and bytes arrive as they were, dots and 8-bit text included."""
    data = "Subject: News\r\n\r\n.dot\r\n..\r\né\r\n".encode()
    with a_real_server() as (inbox, port):
        transport = a_transport(port)
        receipts = transport.submit([a_message(number, data=data) for number in (1, 2, 3)])
        transport.close()
        transport.close()
    assert outcomes(receipts) == [(OK, "2.0.0")] * 3
    assert [envelope.rcpt_tos for envelope in inbox.envelopes] == [[f"reader{n}@example.org"] for n in (1, 2, 3)]
    assert {envelope.content for envelope in inbox.envelopes} == {data}


def test_starttls_and_login_with_a_real_server(certificate: Path, servers_side: ssl.SSLContext) -> None:
    """The certificate is verified against the host's name, and the login comes after."""
    offers = {"tls_context": servers_side, "require_starttls": True, "authenticator": only_ada, "auth_required": True}
    settings = {"host": "localhost", "security": Security.STARTTLS, "tls": trusting(certificate)}
    with a_real_server(**offers) as (inbox, port):
        transport = a_transport(port, **settings, username="ada", password="secret")
        assert outcomes(transport.submit([a_message()])) == [(OK, "2.0.0")]
        transport.close()
    assert len(inbox.envelopes) == 1


def test_a_wrong_password_is_an_operator_s_business(certificate: Path, servers_side: ssl.SSLContext) -> None:
    """It is permanent, and the password is not in the message."""
    offers = {"tls_context": servers_side, "require_starttls": True, "authenticator": only_ada, "auth_required": True}
    settings = {"host": "localhost", "security": Security.STARTTLS, "tls": trusting(certificate)}
    with (
        a_real_server(**offers) as (_, port),
        closing(a_transport(port, **settings, username="ada", password="wrong-one")) as transport,
        pytest.raises(TransportError, match="login was refused") as caught,
    ):
        transport.submit([a_message()])
    assert caught.value.permanent
    assert "wrong-one" not in str(caught.value)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_certificate_nobody_vouches_for_is_refused(security: Security, servers_side: ssl.SSLContext) -> None:
    """Verification is the default."""
    offers = {"ssl_context" if security is Security.TLS else "tls_context": servers_side}
    with (
        a_real_server(**offers) as (inbox, port),
        closing(a_transport(port, host="localhost", security=security)) as transport,
    ):
        with pytest.raises(TransportError, match="cannot be trusted") as caught:
            transport.submit([a_message()])
        assert caught.value.permanent
        assert inbox.envelopes == []


def test_tls_from_the_first_byte(certificate: Path, servers_side: ssl.SSLContext) -> None:
    """Port 465's way."""
    with a_real_server(ssl_context=servers_side) as (inbox, port):
        transport = a_transport(port, host="localhost", security=Security.TLS, tls=trusting(certificate))
        assert outcomes(transport.submit([a_message()])) == [(OK, "2.0.0")]
        transport.close()
    assert len(inbox.envelopes) == 1


def test_a_server_can_be_tried_without_a_message() -> None:
    """It is greeted and left, and what is wrong is said as it would be for a message."""
    with ScriptedServer([[*HELLO, *BYE], [("", "421 later")]]) as server:
        assert a_transport(server.port).check() == f"127.0.0.1:{server.port} answers, none"
        with pytest.raises(TransportError, match="421 later"):
            a_transport(server.port).check()


OWN = "bounces+doctor@news.example.org"


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ([("MAIL", "250 ok"), ("RCPT", "250 ok"), ("RSET", "250 ok")], ""),
        ([("MAIL", "250 ok"), ("RCPT", "450 4.2.0 greylisted"), ("RSET", "250 ok")], ""),
        (
            [("MAIL", "553 5.7.1 not owned by user news")],
            "takes no mail from bounces.* the login must own this address",
        ),
        ([("MAIL", "250 ok"), ("RCPT", "553 5.7.1 not owned by user news")], "553 5.7.1 not owned"),
        ([("MAIL", "250 ok"), ("RCPT", "550 5.1.1 no such user")], "takes no mail for bounces"),
        ([("MAIL", "250 ok"), ("RCPT", None)], "hung up"),
    ],
)
def test_a_server_is_asked_whether_it_takes_our_mail(asked: list[tuple[str, Any]], wrong: str) -> None:
    """From the address that readers' mails are from, and for it; nothing is sent."""
    with ScriptedServer([[*HELLO, *asked, *BYE]]) as server, closing(a_transport(server.port, own_address=OWN)) as it:
        if not wrong:
            assert it.check().endswith(f"answers, none, takes mail from {OWN}")
        else:
            with pytest.raises(TransportError, match=wrong):
                it.check()
    assert server.bodies == []


# --- logging in, and words for what is mixed up ----------------------------------------------------------


class Gate(socketserver.StreamRequestHandler):
    """A server that knows nobody; it remembers who tried to log in, and what they called themselves."""

    tries: list[str]
    names: list[str]
    offers: str

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            word, _, rest = line.decode().strip().partition(" ")
            if word.upper() == "EHLO":
                self.names.append(rest)
                self.wfile.write(f"250-here\r\n250 {self.offers}\r\n".encode())
            elif word == "AUTH":
                self.tries.append(rest.partition(" ")[0])
                self.wfile.write(b"535 5.7.8 no\r\n")
            else:
                self.wfile.write(b"221 bye\r\n")
                return


@contextlib.contextmanager
def a_gate(offers: str) -> Iterator[tuple[type[Gate], int]]:
    made = type("AGate", (Gate,), {"tries": [], "names": [], "offers": offers})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), made) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield made, server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(
    ("offers", "mechanism"),
    [
        ("AUTH PLAIN LOGIN", "PLAIN"),
        ("AUTH LOGIN PLAIN CRAM-MD5", "CRAM-MD5"),
        ("AUTH XOAUTH2 LOGIN", "LOGIN"),
    ],
)
def test_a_wrong_password_is_tried_once(offers: str, mechanism: str) -> None:
    """By one mechanism, over one connection, however many there may be: servers bar whoever fails too often."""
    with a_gate(offers) as (gate, port):
        transport = a_transport(port, connections=4, username="news", password="wrong")
        with closing(transport), pytest.raises(TransportError, match=r"the login was refused: 535 5\.7\.8 no"):
            transport.submit([a_message(number) for number in range(8)])
    assert gate.tries == [mechanism]


@pytest.mark.parametrize(
    ("offers", "says"),
    [("AUTH SCRAM-SHA-256", "it offers SCRAM-SHA-256 to log in"), ("SIZE 1000", "it offers no login")],
)
def test_a_login_we_do_not_know_is_told(offers: str, says: str) -> None:
    """And which ones we do."""
    with a_gate(offers) as (gate, port):
        transport = a_transport(port, username="news", password="right")
        with closing(transport), pytest.raises(TransportError, match=f"{says}, and Digest knows PLAIN") as caught:
            transport.submit([a_message()])
    assert caught.value.permanent and gate.tries == []


@pytest.mark.parametrize(("hello", "called"), [("mail.example.org", "mail.example.org"), ("", None)])
def test_what_we_call_ourselves(hello: str, called: str | None) -> None:
    """As is configured; else as this machine is called, which is no number."""
    with a_gate("AUTH PLAIN") as (gate, port), closing(a_transport(port, hello=hello)) as transport:
        transport.check()
    assert gate.names == [called] if called else not gate.names[0].startswith("[")


@pytest.mark.parametrize(
    ("security", "says"),
    [
        (Security.TLS, "does not begin with TLS.*set transport.security: starttls"),
        (Security.STARTTLS, "offers no STARTTLS: set transport.security: tls and transport.port: 465"),
    ],
)
def test_a_port_of_another_kind_is_told_with_the_key_to_change(security: Security, says: str) -> None:
    """And not with a line of somebody's C."""
    with a_real_server() as (_, port), closing(a_transport(port, security=security)) as transport:
        with pytest.raises(TransportError, match=says) as caught:
            transport.check()
        assert caught.value.permanent and "_ssl.c" not in str(caught.value)


@pytest.mark.parametrize("security", [Security.NONE, Security.STARTTLS])
def test_a_server_that_waits_for_tls_is_told(security: Security, servers_side: ssl.SSLContext) -> None:
    """It says nothing until we do, and we say nothing until it does."""
    with a_real_server(ssl_context=servers_side) as (_, port):
        transport = a_transport(port, security=security, connect_timeout=0.5)
        with (
            closing(transport),
            pytest.raises(TransportError, match=r"TLS from the first byte: set transport\.security: tls"),
        ):
            transport.check()


def test_smtp_cannot_know() -> None:
    """A server does not speak of what it took."""
    assert a_transport(25).has(a_message()) is None
