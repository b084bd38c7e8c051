"""One SMTP connection: what is said and heard on it, and how far a message had come when it broke."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from enum import StrEnum
from typing import NamedTuple

from digest import refusals
from digest.errors import TransportError
from digest.models import Outcome, Receipt

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_LONGEST_DETAIL = 400
#: How much a server may say in one reply (bytes); RFC 5321 allows 512 a line.
_LONGEST_REPLY = 8192
#: TLS carries so much in one record (RFC 8446, 5.1), and half a record cannot be read at the other end.
_RECORD = 16_384
_GOODBYE = 5.0
#: What asks for a login, or refuses it (RFC 4954, 6).
_LOG_IN = frozenset({530, 534, 535, 538})
#: How long (seconds) a server that has said goodbye may take to hang up, as RFC 5321, 4.1.1.10, has it do.
_HANGING_UP = 1.0
#: What a socket says that does not wait, when it would have to.
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Stage(StrEnum):
    """How far a message had come."""

    CONNECT = "connect"
    ENVELOPE = "envelope"
    BODY = "body"
    AFTER_DOT = "after the dot"


class Reply(NamedTuple):
    """What a server said."""

    code: int
    #: As it was heard: one line or more, each with the code.
    lines: bytes

    @property
    def text(self) -> str:
        """Its words in one harmless line."""
        return one_line(b"".join([line[4:] for line in self.lines.splitlines(keepends=True)]))

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
        """What it comes to: accepted, refused for good or for now."""
        if self.is_yes:
            return self.receipt(Outcome.ACCEPTED)
        return self.refusal() if self.is_no else self.receipt(Outcome.DEFERRED)

    def refusal(self) -> Receipt:
        """The reply as a refusal for good, by whom it is about."""
        text = self.text
        code = _enhanced(self.code, text)
        # A login that is asked for is asked of us, in whatever words.
        words = "login" if self.code in _LOG_IN else text
        return refusals.refused(f"{self.code} {text}", code=code, words=words)


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
    """One connection, greeted and logged in. Nothing here waits: who holds it asks when there is something to do."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        """Take over from smtplib, which has heard the answer to all it said."""
        if smtp.sock is None:
            raise TransportError("the connection was closed at once")
        self._smtp = smtp
        self._socket = smtp.sock
        self._socket.setblocking(False)
        self._is_secured = isinstance(smtp.sock, ssl.SSLSocket)
        self._heard = b""
        #: Why nothing more will be heard, but for what was; empty while there may be more.
        self.over = ""
        #: Whether it ended in the middle of a body.
        self._is_cut = False
        #: What is left to say, how much was said of it, and how much of it is a body with its dot.
        self._rest: list[memoryview] = []
        self._said = self._body = 0
        #: When all of it must have left, by the monotonic clock.
        self.say_until = 0.0

    def fileno(self) -> int:
        """What a selector knows it by."""
        return self._socket.fileno()

    def offers(self, extension: str) -> bool:
        """Whether the server named this extension in its greeting; lower case."""
        return self._smtp.has_extn(extension)

    @property
    def is_speaking(self) -> bool:
        """Whether there is something left to say."""
        return bool(self._rest)

    def say(self, *words: bytes, body: int = 0, patience: float) -> None:
        """Say this, as far as it goes at once and the rest within `patience` seconds.

        Its first `body` bytes end a message, with its dot.
        """
        # What TLS seals is copied anyway, and goes in as few records as there can be.
        told = [b"".join(words)] if self._is_secured else words
        self._rest, self._said, self._body = [memoryview(part) for part in told if part], 0, body
        self.say_until = time.monotonic() + patience
        if self.over:
            self.end(self.over)
        else:
            self.speak()

    def speak(self) -> None:
        """Go on saying it. A slice leaves whole or not at all, so what was counted tells whether the dot had left."""
        try:
            while self._rest:
                if self._is_secured:
                    count = self._socket.send(self._rest[0][:_RECORD])
                else:
                    count = self._socket.sendmsg(self._rest)
                self._said += count
                self._rest = _behind(self._rest, count)
        except _NOT_NOW:
            return
        except OSError as error:
            self.end(reason_of(error))

    def listen(self) -> None:
        """Take in what was said to us, as far as anybody may want to hear it."""
        if len(self._heard) > _LONGEST_REPLY:
            self.end("the server's reply has no end")
            return
        try:
            while heard := self._socket.recv(_LONGEST_REPLY):
                self._heard += heard
                # A selector sees what is in the socket, not what TLS has read of it already.
                if not self._is_secured or len(self._heard) > _LONGEST_REPLY:
                    return
        except _NOT_NOW:
            return
        except OSError as error:
            self.end(reason_of(error))
        else:
            self.end("the server closed the connection")

    def end(self, reason: str) -> None:
        """Nothing more is said, and nothing more will be heard but for what was."""
        self.over = self.over or reason
        self._is_cut = self._said < self._body
        self._rest = []

    def reply(self, stage: Stage, *, go_on: bool = False) -> Reply | None:
        """The next reply: yes, not now or no, and 354 where `go_on` may be said.

        None while it is not all there, or not all was said.

        Raises:
            Broken: it is something else, or none will come.
        """
        if self._is_cut:
            raise Broken(Stage.BODY, one_line(self._heard) or self.over)
        end = None if self._rest else self._end_of_reply(stage)
        if end is None:
            if self.over:
                raise Broken(stage, self.over)
            return None
        lines, self._heard = self._heard[:end], self._heard[end:]
        last = lines[lines.rfind(b"\n", 0, -1) + 1 :]
        reply = Reply(int(last[:3]) if last[:3].isdigit() else 0, lines)
        if reply.code == 421:  # the server says that it closes (RFC 5321, 3.8); it took nothing
            raise Broken(stage, reply.text, reply=reply)
        if not (200 <= reply.code < 300 or 400 <= reply.code < 600 or (go_on and reply.code == 354)):
            raise Broken(stage, f"the server answered nonsense: {one_line(last)}")
        return reply

    def _end_of_reply(self, stage: Stage) -> int | None:
        """Where the first reply that was heard ends: with the first line that has no hyphen behind its code."""
        start = 0
        while 0 <= (end := self._heard.find(b"\n", start)) < _LONGEST_REPLY:
            if self._heard[start + 3 : start + 4] != b"-":
                return end + 1
            start = end + 1
        if len(self._heard) >= _LONGEST_REPLY:
            raise Broken(stage, "the server's reply has no end")
        return None

    @property
    def has_more(self) -> bool:
        """Whether something was heard already that has not been read."""
        return bool(self._heard)

    def quit(self) -> None:
        """Leave politely, and wait a moment for the answer; a server that gives none is left all the same.

        And until it hangs up: before that it may count this line among those it allows.
        """
        with contextlib.suppress(OSError):
            self._socket.settimeout(_GOODBYE)
            self._socket.sendall(b"QUIT\r\n")
            if self._socket.recv(_LONGEST_REPLY):
                self._socket.settimeout(_HANGING_UP)
                self._socket.recv(_LONGEST_REPLY)
        self.drop()

    def drop(self) -> None:
        """Leave."""
        self._smtp.close()


def _behind(words: list[memoryview], count: int) -> list[memoryview]:
    """What follows the first `count` bytes."""
    for place, part in enumerate(words):
        if count < len(part):
            return [part[count:], *words[place + 1 :]]
        count -= len(part)
    return []


def one_line(text: bytes | str) -> str:
    """A server's words without line breaks and control characters, and not endless."""
    words = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).strip()
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
