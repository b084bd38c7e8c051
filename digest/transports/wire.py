"""One SMTP connection: what is said and heard on it, and how far a message had come when it broke."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum

from digest.errors import TransportError
from digest.models import Outcome, Receipt

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_LONGEST_DETAIL = 400
#: How much a server may say in one reply (bytes); RFC 5321 allows 512 a line.
_LONGEST_REPLY = 8192
#: TLS carries so much in one record (RFC 8446, 5.1), and half a record cannot be read at the other end.
_RECORD = 16_384
_GOODBYE = 5.0
#: Seconds. Zero would mean not to wait at all, and is no time-out to the socket.
_SHORTEST = 0.001


class Stage(StrEnum):
    """How far a message had come."""

    CONNECT = "connect"
    ENVELOPE = "envelope"
    BODY = "body"
    AFTER_DOT = "after the dot"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said."""

    code: int
    words: bytes

    @property
    def text(self) -> str:
        """Its words in one harmless line."""
        return one_line(self.words)

    @property
    def is_yes(self) -> bool:
        """Whether it agreed."""
        return 200 <= self.code < 300

    @property
    def is_no(self) -> bool:
        """Whether it refused for good."""
        return 500 <= self.code < 600

    def receipt(self, outcome: Outcome) -> Receipt:
        """The reply as an answer about a message."""
        text = self.text
        return Receipt(outcome=outcome, detail=f"{self.code} {text}", code=_enhanced(self.code, text))

    def verdict(self) -> Receipt:
        """The reply taken at its word: accepted, refused for good or for now."""
        if self.is_yes:
            return self.receipt(Outcome.ACCEPTED)
        return self.receipt(Outcome.REFUSED if self.is_no else Outcome.DEFERRED)


class Broken(Exception):  # noqa: N818 - a state of the line, never seen outside
    """The line is of no more use, and this is how far the message had come."""

    def __init__(self, stage: Stage, reason: str, *, reply: Reply | None = None) -> None:
        super().__init__(reason)
        self.stage = stage
        self.reply = reply

    def receipt(self) -> Receipt:
        """Doubtful only after the dot; before it the message surely was not taken."""
        if self.reply is not None:
            return self.reply.receipt(Outcome.DEFERRED)
        doubtful = self.stage is Stage.AFTER_DOT
        return Receipt(
            outcome=Outcome.DOUBTFUL if doubtful else Outcome.DEFERRED,
            detail=f"the connection broke ({self.stage}): {self}",
        )


class Line:
    """One connection, greeted and logged in."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        """Take over from smtplib, which has heard the answer to all it said."""
        if smtp.sock is None:
            raise TransportError("the connection was closed at once")
        self._smtp = smtp
        self._socket = smtp.sock
        self._slice = _RECORD if isinstance(smtp.sock, ssl.SSLSocket) else None
        self._heard = b""

    def offers(self, extension: str) -> bool:
        """Whether the server named this extension in its greeting; lower case."""
        return self._smtp.has_extn(extension)

    def write(self, data: bytes, *, body: int = 0, patience: float) -> None:
        """Say all of it within `patience` seconds; the first `body` bytes end a message, with its dot. Raises Broken.

        Each slice left whole or not at all, so what was counted tells whether the dot had left.
        """
        sent, rest = 0, memoryview(data)
        deadline = time.monotonic() + patience
        try:
            while rest:
                self._socket.settimeout(max(deadline - time.monotonic(), _SHORTEST))
                count = self._socket.send(rest[: self._slice])
                sent += count
                rest = rest[count:]
        except OSError as error:
            stage = Stage.ENVELOPE if not body else Stage.AFTER_DOT if sent >= body else Stage.BODY
            raise Broken(stage, reason_of(error)) from error

    def read(self, stage: Stage, *, patience: float, go_on: bool = False) -> Reply:
        """The next reply: yes, not now or no, and 354 where `go_on` may be said. Else, or without any: Broken."""
        deadline = time.monotonic() + patience
        words = b""
        while True:
            line = self._read_line(stage, deadline)
            words += line[4:]
            if line[3:4] != b"-":
                break
            if len(words) > _LONGEST_REPLY:
                raise Broken(stage, "the server's reply has no end")
        reply = Reply(int(line[:3]) if line[:3].isdigit() else 0, words)
        if reply.code == 421:  # the server says that it closes (RFC 5321, 3.8); it took nothing
            raise Broken(stage, reply.text, reply=reply)
        if not (200 <= reply.code < 300 or 400 <= reply.code < 600 or (go_on and reply.code == 354)):
            raise Broken(stage, f"the server answered nonsense: {one_line(line)}")
        return reply

    @property
    def has_more(self) -> bool:
        """Whether something was heard already that has not been read."""
        return bool(self._heard)

    def quit(self) -> None:
        """Leave politely; a server that does not answer is left all the same."""
        with contextlib.suppress(Broken):
            self.write(b"QUIT\r\n", patience=_GOODBYE)
            self.read(Stage.CONNECT, patience=_GOODBYE)
        self.drop()

    def drop(self) -> None:
        """Leave."""
        self._smtp.close()

    def _read_line(self, stage: Stage, deadline: float) -> bytes:
        while (end := self._heard.find(b"\n")) < 0 and len(self._heard) <= _LONGEST_REPLY:
            self._heard += self._receive(stage, deadline - time.monotonic())
        if not 0 <= end <= _LONGEST_REPLY:
            raise Broken(stage, "the server's reply has no end")
        line, self._heard = self._heard[: end + 1], self._heard[end + 1 :]
        return line

    def _receive(self, stage: Stage, patience: float) -> bytes:
        try:
            self._socket.settimeout(max(patience, _SHORTEST))
            heard = self._socket.recv(4096)
        except OSError as error:
            raise Broken(stage, reason_of(error)) from error
        if not heard:
            raise Broken(stage, "the server closed the connection")
        return heard


def one_line(text: bytes | str) -> str:
    """A server's words without line breaks and control characters, and not endless."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if not words.isprintable():
        words = "".join(c if c.isprintable() else " " for c in words)
    return " ".join(words.split())[:_LONGEST_DETAIL]


def reason_of(error: Exception) -> str:
    """What went wrong, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {one_line(error.smtp_error)}"
    return one_line(str(error)) or type(error).__name__


def _enhanced(code: int, text: str) -> str:
    """The enhanced code at the head of a reply (RFC 2034), where it is of the reply's own class; else nothing."""
    found = _ENHANCED.match(text)
    return found[0] if found and found[1] == str(code)[0] else ""
