"""The SMTP transport: a conversation whose every stage is known, so that a lost answer is told from a lost message.

smtplib opens the connection, greets, secures it and logs in. The message itself is our own conversation: smtplib's
`sendmail` raises one and the same error before and after the final dot, and only after it is there any doubt
(RFC 1047).
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from digest.errors import ConfigError, TransportError
from digest.models import Message, Outcome, Receipt
from digest.transports.base import one_by_one


class Security(StrEnum):
    """How the connection is protected."""

    #: Begin in the clear and switch to TLS before anything is said (port 587 or 25); refused where it is not offered.
    STARTTLS = "starttls"
    #: TLS from the first byte (port 465).
    TLS = "tls"
    #: Nothing; only to this very machine, unless allowed expressly.
    NONE = "none"


class Stage(StrEnum):
    """How far a message had come."""

    CONNECT = "connect"
    ENVELOPE = "envelope"
    BODY = "body"
    AFTER_DOT = "after the dot"


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpSettings:
    """Where mail goes, and how."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    #: What to call ourselves in EHLO; empty for the name the system finds.
    hello: str = ""
    #: True to allow `Security.NONE` to another machine.
    insecure: bool = False
    #: How many messages go over one connection; servers tire of more.
    messages_per_connection: int = 100
    #: Seconds: for the connection and greeting; for an answer (RFC 5321, 4.5.3.2.2); for the answer to the final dot
    #: (4.5.3.2.6: a shorter patience makes duplicates).
    connect_timeout: float = 30.0
    reply_timeout: float = 300.0
    dot_timeout: float = 600.0
    #: Trusted authorities; None for the system's.
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if self.security is Security.NONE and not self.insecure and not _is_loopback(self.host):
            raise ConfigError(
                f"transport.security: none would send addresses and passwords to {self.host} in the clear: use "
                "starttls or tls, or set transport.insecure: true if the network between is yours"
            )
        if not (self.username + self.password).isascii():
            raise ConfigError("transport.username and transport.password may hold ASCII letters only: change them")


class SmtpTransport:
    """Carries messages one after another over connections that are used again."""

    kind = "smtp"
    window = 4

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._tls = settings.tls or ssl.create_default_context()
        self._line: _Line | None = None

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry each message.

        Raises:
            TransportError: no connection, no TLS, or no login, before anything was carried.
        """
        return one_by_one(messages, self._carry)

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - SMTP has no question for it
        """None: what a server took, it no longer speaks of."""
        return None

    def check(self) -> str:
        """The server, after connecting, greeting and logging in. TransportError says what went wrong."""
        self._open_line()
        self.close()
        return f"{self._settings.host}:{self._settings.port} answers, {self._settings.security.value}"

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        line, self._line = self._line, None
        if line is not None:
            line.quit()

    def _carry(self, message: Message) -> Receipt:
        if impossible := _impossible(message):
            return impossible
        line, used = self._open_line()
        try:
            return line.carry(message)
        except _Broken as broken:
            self._drop()
            if not (used and broken.closed_between_messages):
                return broken.receipt()
        # The server closed a line it had served on: after so many messages, or idle for too long. It saw nothing of
        # this message, so a fresh line is no second try.
        line, _ = self._open_line()
        try:
            return line.carry(message)
        except _Broken as broken:
            self._drop()
            return broken.receipt()

    def _open_line(self) -> tuple[_Line, bool]:
        """The line to speak on, and whether it was spoken on before."""
        if self._line is not None and self._line.carried >= self._settings.messages_per_connection:
            self.close()
        if self._line is not None:
            return self._line, True
        self._line = _Line(_connected(self._settings, self._tls), self._settings)
        return self._line, False

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.drop()


# --- one connection --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reply:
    code: int
    text: str

    @property
    def is_yes(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_no(self) -> bool:
        return 500 <= self.code < 600

    def receipt(self, outcome: Outcome) -> Receipt:
        return Receipt(outcome=outcome, detail=f"{self.code} {self.text}", code=_enhanced(self))


class _Broken(Exception):  # noqa: N818 - a state of the line, never seen outside
    """The line is of no more use, and this is how far the message had come."""

    def __init__(self, stage: Stage, reason: str, *, reply: _Reply | None = None, at_once: bool = False) -> None:
        super().__init__(reason)
        self.stage = stage
        self.reply = reply
        #: True when it broke on the first word of the message.
        self.closed_between_messages = at_once

    def receipt(self) -> Receipt:
        if self.reply is not None:
            return self.reply.receipt(Outcome.DEFERRED)
        doubtful = self.stage is Stage.AFTER_DOT
        return Receipt(
            outcome=Outcome.DOUBTFUL if doubtful else Outcome.DEFERRED,
            detail=f"the connection broke ({self.stage}): {self}",
        )


class _Line:
    """One connection, greeted and logged in."""

    def __init__(self, smtp: smtplib.SMTP, settings: SmtpSettings) -> None:
        self._smtp = smtp
        self._settings = settings
        self._unclean = False
        self.carried = 0

    def carry(self, message: Message) -> Receipt:
        """One message from MAIL to the answer to its dot. Raises _Broken when the line is of no more use after it."""
        self.carried += 1
        self._wait(self._settings.reply_timeout)
        refused = self._not_for_this_server(message) or self._envelope(message)
        if refused is not None:
            return refused
        self._write(_stuffed(message.data), Stage.BODY)
        self._wait(self._settings.dot_timeout)
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
            raise TransportError(f"{self._settings.host}: it asks for a login: {mail.text}", permanent=True)
        if not mail.is_yes:
            # A refused sender is about us and would be the same for every reader: nobody bounces for it.
            return mail.receipt(Outcome.DEFERRED)
        rcpt = self._say(f"RCPT TO:<{_on_the_wire(message.recipient)}>")
        if not rcpt.is_yes:
            return rcpt.receipt(Outcome.REFUSED if rcpt.is_no else Outcome.DEFERRED)
        data = self._say("DATA", go_on=True)
        if data.is_yes:
            raise _Broken(Stage.ENVELOPE, f"the answer to DATA was {data.code} {data.text}")
        if data.code != 354:
            return data.receipt(Outcome.REFUSED if data.is_no else Outcome.DEFERRED)
        return None

    def _say(self, command: str, *, at_once: bool = False, go_on: bool = False) -> _Reply:
        self._write(f"{command}\r\n".encode(), Stage.ENVELOPE, at_once=at_once)
        return self._read(Stage.ENVELOPE, at_once=at_once, go_on=go_on)

    def _write(self, data: bytes, stage: Stage, *, at_once: bool = False) -> None:
        try:
            self._smtp.send(data)
        except (OSError, smtplib.SMTPException) as error:
            raise _Broken(stage, _reason(error), at_once=at_once) from error

    def _read(self, stage: Stage, *, at_once: bool = False, go_on: bool = False) -> _Reply:
        """The next reply: yes, not now or no, and 354 where `go_on` may be said. 421 and nonsense end the line."""
        try:
            code, text = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise _Broken(stage, _reason(error), at_once=at_once) from error
        reply = _Reply(code, _one_line(text))
        if code == 421:  # the server says that it closes (RFC 5321, 3.8); it took nothing
            raise _Broken(stage, reply.text, reply=reply, at_once=at_once)
        if not (200 <= code < 300 or 400 <= code < 600 or (go_on and code == 354)):
            raise _Broken(stage, f"the server answered nonsense: {code} {reply.text}")
        return reply

    def _wait(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)


def _answer_to_the_dot(reply: _Reply) -> Receipt:
    if reply.is_yes:
        return reply.receipt(Outcome.ACCEPTED)
    return reply.receipt(Outcome.REFUSED if reply.is_no else Outcome.DEFERRED)


def _connected(settings: SmtpSettings, tls: ssl.SSLContext) -> smtplib.SMTP:
    """A line that is greeted, secured and logged in.

    Raises:
        TransportError: it is not to be had; permanent when an operator must mend it.
    """
    where = f"{settings.host}:{settings.port}"
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _greeted(settings, tls)
        _log_in(smtp, settings)
    except smtplib.SMTPNotSupportedError as error:
        raise _left(smtp, f"{where}: {error}", permanent=True) from error
    except smtplib.SMTPAuthenticationError as error:
        permanent = 500 <= error.smtp_code < 600
        words = _one_line(error.smtp_error)
        raise _left(
            smtp,
            f"{where}: the login was refused: {error.smtp_code} {words}. Check user name and password.",
            permanent=permanent,
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise _left(
            smtp, f"{where}: its certificate cannot be trusted: {error.verify_message}", permanent=True
        ) from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _left(smtp, f"{where}: no connection: {_reason(error)}") from error
    return smtp


def _greeted(settings: SmtpSettings, tls: ssl.SSLContext) -> smtplib.SMTP:
    place = (settings.host, settings.port, settings.hello or None)
    if settings.security is Security.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=settings.connect_timeout, context=tls)
    else:
        smtp = smtplib.SMTP(*place, timeout=settings.connect_timeout)
    try:
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if settings.security is Security.STARTTLS:
            smtp.starttls(context=tls)
            smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _log_in(smtp: smtplib.SMTP, settings: SmtpSettings) -> None:
    if settings.username:
        smtp.login(settings.username, settings.password)


def _left(smtp: smtplib.SMTP | None, message: str, *, permanent: bool = False) -> TransportError:
    if smtp is not None:
        smtp.close()
    return TransportError(message, permanent=permanent)


# --- words and bytes -------------------------------------------------------------------------------------

_PART = r"[^\s\x00-\x1f\x7f<>@\ud800-\udfff]+"
_ADDRESS = re.compile(f"{_PART}@{_PART}")
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_LONGEST_ADDRESS = 254
_LONGEST_DETAIL = 400


def _impossible(message: Message) -> Receipt | None:
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


def _enhanced(reply: _Reply) -> str:
    """The enhanced code at the head of a reply (RFC 2034), where it is of the reply's own class; else nothing."""
    found = _ENHANCED.match(reply.text)
    return found[0] if found and found[1] == str(reply.code)[0] else ""


def _stuffed(data: bytes) -> bytes:
    """The body as it goes over the wire: leading dots doubled (RFC 5321, 4.5.2), the final dot behind it."""
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def _one_line(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:_LONGEST_DETAIL]


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_one_line(error.smtp_error)}"
    return _one_line(str(error)) or type(error).__name__


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
