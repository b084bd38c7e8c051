"""The SMTP transport: connections that are secured, logged in and used again, each message's fate known.

smtplib opens the connection, greets, secures it and logs in. The message itself is the conversation in `wire`:
smtplib's own `sendmail` raises one and the same error before and after the final dot, and only after it is there any
doubt (RFC 1047).
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from digest.errors import ConfigError, TransportError
from digest.models import Message, Receipt
from digest.transports.base import one_by_one
from digest.transports.wire import Broken, Line, impossible, one_line, reason_of

#: A window may be in doubt after a crash, and one connection gains nothing from a long one.
WINDOW = 4


class Security(StrEnum):
    """How the connection is protected."""

    #: Begin in the clear and switch to TLS before anything is said (port 587 or 25); refused where it is not offered.
    STARTTLS = "starttls"
    #: TLS from the first byte (port 465).
    TLS = "tls"
    #: Nothing; only to this very machine, unless allowed expressly.
    NONE = "none"


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
    #: How many messages are handed over at once: at most so many are in doubt after a crash.
    window: int = WINDOW
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

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self.window = settings.window
        self._tls = settings.tls or ssl.create_default_context()
        self._line: Line | None = None

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
        if (refused := impossible(message)) is not None:
            return refused
        line, used = self._open_line()
        try:
            return line.carry(message)
        except Broken as broken:
            self._drop()
            if not (used and broken.closed_between_messages):
                return broken.receipt()
        # The server closed a line it had served on: after so many messages, or idle for too long. It saw nothing of
        # this message, so a fresh line is no second try.
        line, _ = self._open_line()
        try:
            return line.carry(message)
        except Broken as broken:
            self._drop()
            return broken.receipt()

    def _open_line(self) -> tuple[Line, bool]:
        """The line to speak on, and whether it was spoken on before."""
        if self._line is not None and self._line.carried >= self._settings.messages_per_connection:
            self.close()
        if self._line is not None:
            return self._line, True
        self._line = self._connect()
        return self._line, False

    def _connect(self) -> Line:
        settings = self._settings
        smtp = _connected(settings, self._tls)
        return Line(smtp, host=settings.host, reply_timeout=settings.reply_timeout, dot_timeout=settings.dot_timeout)

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.drop()


# --- connecting ------------------------------------------------------------------------------------------


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
        words = one_line(error.smtp_error)
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
        raise _left(smtp, f"{where}: no connection: {reason_of(error)}") from error
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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
