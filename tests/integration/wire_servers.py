"""Small servers that behave on the wire as Postfix, Haraka and Courier were seen to do, whatever the RFC would like."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
from collections.abc import Callable
from dataclasses import dataclass

from tests.integration.smtp_server import LoopbackServer


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that a server took: from whom, for whom, and what stands in it."""

    sender: str
    recipients: tuple[str, ...]
    body: bytes


class WireServer(LoopbackServer):
    """A server that takes all there is, unless `refusal` has an answer for a body by its one recipient."""

    def __init__(
        self,
        clerk: type[Clerk],
        *,
        pipelining: bool = True,
        refusal: Callable[[str], str] = lambda _: "",
    ) -> None:
        super().__init__(clerk)
        self.pipelining = pipelining
        self.refusal = refusal
        self.taken: list[Taken] = []
        self.refused: list[str] = []


class Clerk(socketserver.BaseRequestHandler):
    """One connection, with a transaction: a sender, recipients, and a body. What is refused is kept."""

    request: socket.socket
    server: WireServer

    def setup(self) -> None:
        self.request.settimeout(10)
        self.heard = b""
        self.sender = ""
        self.recipients: list[str] = []

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError, BrokenPipeError):
            self.say("220 ready")
            while line := self.line():
                self.attend(line.decode())
                if line.upper().startswith(b"QUIT"):
                    return

    def attend(self, line: str) -> None:
        match line[:4].upper():
            case "EHLO":
                self.say("250-here\r\n" + "250-PIPELINING\r\n" * self.server.pipelining + "250 ENHANCEDSTATUSCODES")
            case "MAIL":
                self.mail(_address(line))
            case "RCPT":
                self.rcpt(_address(line))
            case "DATA":
                self.data()
            case "RSET":
                self.forget()
                self.say("250 2.0.0 ok")
            case "QUIT":
                self.say("221 2.0.0 bye")
            case _:
                self.say("502 5.5.2 what?")

    def mail(self, sender: str) -> None:
        if self.sender:
            self.say("503 5.5.1 nested MAIL")
            return
        self.sender = sender
        self.say("250 2.1.0 ok")

    def rcpt(self, recipient: str) -> None:
        if not self.sender:
            self.say("503 5.5.1 need MAIL")
            return
        self.recipients.append(recipient)
        self.say("250 2.1.5 ok")

    def data(self) -> None:
        if not self.recipients:
            self.say("503 5.5.1 need RCPT")
            return
        self.say("354 go on")
        body = b""
        while (line := self.line()) != b".\r\n":
            if not line:
                return  # half a mail is none
            body += line
        self.end_of_data(Taken(self.sender, tuple(self.recipients), body))

    def end_of_data(self, mail: Taken) -> None:
        refusal = self.server.refusal(mail.recipients[-1])
        if refusal:
            self.server.refused.append(mail.recipients[-1])
            self.say(refusal)
            return
        self.server.taken.append(mail)
        self.forget()
        self.say("250 2.0.0 queued")

    def forget(self) -> None:
        self.sender, self.recipients = "", []

    def say(self, words: str) -> None:
        self.request.sendall(words.encode() + b"\r\n")

    def line(self) -> bytes:
        """The next line; empty when there is none any more."""
        while b"\n" not in self.heard:
            more = self.request.recv(8192)
            if not more:
                return b""
            self.heard += more
        line, _, self.heard = self.heard.partition(b"\n")
        return line + b"\n"

    def behind_the_dot(self) -> bool:
        """Whether something was said that could only be an answer to what was not said yet."""
        if not self.heard and select.select([self.request], [], [], 0.002)[0]:
            self.heard = self.request.recv(8192)
        return bool(self.heard)


class PostfixClerk(Clerk):
    """Keeps the transaction when it refuses a body by its restrictions for the end of data."""


class HarakaClerk(Clerk):
    """Takes nothing of who speaks before the dot is answered, and closes."""

    def end_of_data(self, mail: Taken) -> None:
        if self.behind_the_dot():
            self.say("503 pipelined after end of DATA")
            raise ConnectionAbortedError
        super().end_of_data(mail)


class CourierClerk(Clerk):
    """Drops what was said before the dot was answered."""

    def end_of_data(self, mail: Taken) -> None:
        if self.behind_the_dot():
            self.heard = b""
        super().end_of_data(mail)


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
