"""Servers to speak SMTP with: one that follows a script on a socket, and a real one."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller

from digest.models import Message, Outcome, Receipt
from digest.transports.smtp import Security, SmtpSettings, SmtpTransport
from tests.factories import a_message


@dataclass
class ScriptedServer:
    """A server that answers each command from a script: one list of (expected start, answer) per connection.

    Answers: a string to send; None to close without a word; a number of seconds to be silent, then close.
    The body is one line of the script: `BODY` reads up to the lone dot, `PART` reads a little of it.
    """

    scripts: Sequence[Sequence[tuple[str, str | float | None]]]
    heard: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    failure: str = ""

    def __enter__(self) -> ScriptedServer:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._socket.close()
        self._thread.join(10)
        assert not self.failure, self.failure

    def _serve(self) -> None:
        for script in self.scripts:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines, contextlib.suppress(ConnectionError):
                connection.settimeout(10)
                self._converse(connection, lines, script)

    def _converse(
        self, connection: socket.socket, lines: Any, script: Sequence[tuple[str, str | float | None]]
    ) -> None:
        for expected, answer in script:
            if not self._hear(lines, expected):
                return
            if isinstance(answer, str):
                connection.sendall(answer.encode() + b"\r\n")
                continue
            if answer is not None:
                self._over.wait(answer)
            return

    def _hear(self, lines: Any, expected: str) -> bool:
        if expected == "BODY":
            body = b""
            while not body.endswith(b"\r\n.\r\n"):
                line = lines.readline()
                if not line:
                    return False
                body += line
            self.bodies.append(body)
        elif expected == "PART":
            lines.read(10)
        elif expected:
            line = lines.readline().decode()
            if not line:
                return False
            self.heard.append(line.strip())
            if not line.upper().startswith(expected):
                self.failure = f"expected {expected!r}, heard {line!r}"
        return True


HELLO = [("", "220 ready"), ("EHLO", "250-here\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES")]
ENVELOPE = [("MAIL", "250 2.1.0 ok"), ("RCPT", "250 2.1.5 ok"), ("DATA", "354 go on")]
TAKEN = [*ENVELOPE, ("BODY", "250 2.0.0 queued as 1")]
BYE = [("QUIT", "221 bye")]


def a_transport(port: int, **given: Any) -> SmtpTransport:
    settings: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": Security.NONE,
        "hello": "here.example.org",
        "connections": 1,
        "connect_timeout": 5.0,
        "reply_timeout": 5.0,
        "dot_timeout": 5.0,
    }
    return SmtpTransport(SmtpSettings(**{**settings, **given}))


def carried(server: ScriptedServer, *messages: Message, **given: Any) -> list[Receipt]:
    transport = a_transport(server.port, **given)
    try:
        return transport.submit(messages or [a_message()])
    finally:
        transport.close()


def outcomes(receipts: Sequence[Receipt]) -> list[tuple[Outcome, str]]:
    return [(receipt.outcome, receipt.code) for receipt in receipts]


class LoopbackServer(socketserver.ThreadingTCPServer):
    """A server at a free port of this machine, for as long as it is used."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, clerk: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), clerk)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class NarrowServer(LoopbackServer):
    """A server that allows so many connections at a time, and lets go of one a moment after it has said goodbye."""

    def __init__(self, most: int) -> None:
        super().__init__(_Clerk)
        self.most = most
        self.live = self.most_live = self.refused = self.taken = 0
        self.lock = threading.Lock()

    def let_in(self) -> bool:
        with self.lock:
            if self.live >= self.most:
                self.refused += 1
                return False
            self.live += 1
            self.most_live = max(self.most_live, self.live)
            return True


class _Clerk(socketserver.StreamRequestHandler):
    """One connection of a `NarrowServer`."""

    disable_nagle_algorithm = True
    server: NarrowServer

    def handle(self) -> None:
        if not self.server.let_in():
            self._say("421 4.7.0 too many connections")
            return
        with contextlib.suppress(ConnectionError):
            self._converse()
        with self.server.lock:
            self.server.live -= 1

    def _converse(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
                self.server.taken += 1
            self._say({b"EHLO": "250-here\r\n250 PIPELINING", b"QUIT": "221 bye"}.get(word, "250 2.0.0 ok"))
            if word == b"QUIT":
                time.sleep(0.01)
                return

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@dataclass
class Inbox:
    """What a real server took."""

    envelopes: list[Any] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 2.0.0 taken"


@contextlib.contextmanager
def a_real_server(inbox: Inbox | None = None, **given: Any) -> Iterator[tuple[Inbox, int]]:
    inbox = inbox or Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **given)
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)
