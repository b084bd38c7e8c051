"""One SMTP connection and the conversation about a message, with every stage of it known."""

from __future__ import annotations

import contextlib
import re
import smtplib
from dataclasses import dataclass
from enum import StrEnum

from digest.errors import TransportError
from digest.models import Message, Outcome, Receipt


class Stage(StrEnum):
    """How far a message had come."""

    CONNECT = "connect"
    ENVELOPE = "envelope"
    BODY = "body"
    AFTER_DOT = "after the dot"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said, in one line."""

    code: int
    text: str

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
        return Receipt(outcome=outcome, detail=f"{self.code} {self.text}", code=_enhanced(self))


class Broken(Exception):  # noqa: N818 - a state of the line, never seen outside
    """The line is of no more use, and this is how far the message had come."""

    def __init__(self, stage: Stage, reason: str, *, reply: Reply | None = None, at_once: bool = False) -> None:
        super().__init__(reason)
        self.stage = stage
        self.reply = reply
        #: True when it broke on the first word of the message.
        self.closed_between_messages = at_once

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

    def __init__(self, smtp: smtplib.SMTP, *, host: str, reply_timeout: float, dot_timeout: float) -> None:
        self._smtp = smtp
        self._host = host
        self._reply_timeout = reply_timeout
        self._dot_timeout = dot_timeout
        self._unclean = False
        self.carried = 0

    def carry(self, message: Message) -> Receipt:
        """One message from MAIL to the answer to its dot. Raises Broken when the line is of no more use after it."""
        self.carried += 1
        self._wait(self._reply_timeout)
        refused = self._not_for_this_server(message) or self._envelope(message)
        if refused is not None:
            return refused
        self._write(_stuffed(message.data), Stage.BODY)
        self._wait(self._dot_timeout)
        self._unclean = False
        return _answer_to_the_dot(self._read(Stage.AFTER_DOT))

    def quit(self) -> None:
        """Leave politely; a server that does not answer is left all the same."""
        self._wait(5.0)
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._smtp.docmd("QUIT")
        self.drop()

    def drop(self) -> None:
        """Leave."""
        self._smtp.close()

    def _not_for_this_server(self, message: Message) -> Receipt | None:
        if not message.data.isascii() and not self._smtp.has_extn("8bitmime"):
            return Receipt(outcome=Outcome.REFUSED, detail="the server takes no 8-bit text (8BITMIME)", code="5.6.3")
        if _is_international(message) and not self._smtp.has_extn("smtputf8"):
            detail = "the address has letters beyond ASCII, and the server does not take those (SMTPUTF8)"
            return Receipt(outcome=Outcome.REFUSED, detail=detail, code="5.6.7")
        return None

    def _envelope(self, message: Message) -> Receipt | None:
        """MAIL, RCPT, DATA; None when the server waits for the body, else why not."""
        if self._unclean:
            # What is left of a refused message; said only now, so that its own refusal is safe whatever comes.
            self._say("RSET", at_once=True)
        self._unclean = True
        options = " BODY=8BITMIME" * (not message.data.isascii()) + " SMTPUTF8" * _is_international(message)
        mail = self._say(f"MAIL FROM:<{_on_the_wire(message.sender)}>{options}", at_once=True)
        if mail.code == 530:
            raise TransportError(f"{self._host}: it asks for a login: {mail.text}", permanent=True)
        if not mail.is_yes:
            # A refused sender is about us and would be the same for every reader: nobody bounces for it.
            return mail.receipt(Outcome.DEFERRED)
        rcpt = self._say(f"RCPT TO:<{_on_the_wire(message.recipient)}>")
        if not rcpt.is_yes:
            return rcpt.receipt(Outcome.REFUSED if rcpt.is_no else Outcome.DEFERRED)
        data = self._say("DATA", go_on=True)
        if data.is_yes:
            raise Broken(Stage.ENVELOPE, f"the answer to DATA was {data.code} {data.text}")
        if data.code != 354:
            return data.receipt(Outcome.REFUSED if data.is_no else Outcome.DEFERRED)
        return None

    def _say(self, command: str, *, at_once: bool = False, go_on: bool = False) -> Reply:
        self._write(f"{command}\r\n".encode(), Stage.ENVELOPE, at_once=at_once)
        return self._read(Stage.ENVELOPE, at_once=at_once, go_on=go_on)

    def _write(self, data: bytes, stage: Stage, *, at_once: bool = False) -> None:
        try:
            self._smtp.send(data)
        except (OSError, smtplib.SMTPException) as error:
            raise Broken(stage, reason_of(error), at_once=at_once) from error

    def _read(self, stage: Stage, *, at_once: bool = False, go_on: bool = False) -> Reply:
        """The next reply: yes, not now or no, and 354 where `go_on` may be said. 421 and nonsense end the line."""
        try:
            code, text = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Broken(stage, reason_of(error), at_once=at_once) from error
        reply = Reply(code, one_line(text))
        if code == 421:  # the server says that it closes (RFC 5321, 3.8); it took nothing
            raise Broken(stage, reply.text, reply=reply, at_once=at_once)
        if not (200 <= code < 300 or 400 <= code < 600 or (go_on and code == 354)):
            raise Broken(stage, f"the server answered nonsense: {code} {reply.text}")
        return reply

    def _wait(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)


def _answer_to_the_dot(reply: Reply) -> Receipt:
    if reply.is_yes:
        return reply.receipt(Outcome.ACCEPTED)
    return reply.receipt(Outcome.REFUSED if reply.is_no else Outcome.DEFERRED)


# --- words and bytes -------------------------------------------------------------------------------------

_PART = r"[^\s\x00-\x1f\x7f<>@\ud800-\udfff]+"
_ADDRESS = re.compile(f"{_PART}@{_PART}")
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_LONGEST_ADDRESS = 254
_LONGEST_DETAIL = 400


def impossible(message: Message) -> Receipt | None:
    """A refusal of addresses that no envelope can hold and that must not reach the wire; None for any other."""
    if not _is_address(message.recipient):
        return Receipt(outcome=Outcome.REFUSED, detail="this cannot be an email address", code="5.1.3")
    if not _is_address(message.sender):
        return Receipt(outcome=Outcome.REFUSED, detail="the envelope sender cannot be an email address", code="5.1.7")
    return None


def _is_address(address: str) -> bool:
    return _ADDRESS.fullmatch(address) is not None and len(address.encode()) <= _LONGEST_ADDRESS


def _is_international(message: Message) -> bool:
    return not (_on_the_wire(message.sender) + _on_the_wire(message.recipient)).isascii()


def _on_the_wire(address: str) -> str:
    """The address with its domain in ASCII where the rest is (RFC 5891): that needs nothing of the server."""
    local, _, domain = address.rpartition("@")
    if address.isascii() or not local.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _enhanced(reply: Reply) -> str:
    """The enhanced code at the head of a reply (RFC 2034), where it is of the reply's own class; else nothing."""
    found = _ENHANCED.match(reply.text)
    return found[0] if found and found[1] == str(reply.code)[0] else ""


def _stuffed(data: bytes) -> bytes:
    """The body as it goes over the wire: leading dots doubled (RFC 5321, 4.5.2), the final dot behind it."""
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def one_line(text: bytes | str) -> str:
    """A server's words without line breaks and control characters, and not endless."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:_LONGEST_DETAIL]


def reason_of(error: Exception) -> str:
    """What went wrong, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {one_line(error.smtp_error)}"
    return one_line(str(error)) or type(error).__name__
