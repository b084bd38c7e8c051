"""The SMTP transport: connections that are secured, logged in and used again, each message's fate known.

smtplib opens the connection, greets, secures it and logs in. The messages are a `Conversation` of our own: smtplib's
`sendmail` cannot pipeline, and raises one and the same error before and after the final dot, although only after it is
there any doubt (RFC 1047).
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum

from digest.errors import ConfigError, TransportError
from digest.models import Message, Receipt
from digest.transports.base import to_the_end
from digest.transports.conversation import Conversation, Patience
from digest.transports.switchboard import Called, Switchboard
from digest.transports.wire import Line, one_line, reason_of

#: How many messages a connection wants at once: one goes while another is announced behind it.
DEPTH = 2
#: How long (seconds) a message waits for its turn. It may take half an hour more, with every answer as late as it may
#: be, and must come to its end before its lease does.
LONGEST_WAIT = 1800.0


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
    #: How many at a time; a server that allows fewer gets fewer. After a crash at most so many may arrive twice.
    connections: int = 4
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
    """Carries messages over a few connections at a time, each used again."""

    kind = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self.window = DEPTH * settings.connections
        self._settings = settings
        self._tls = settings.tls or ssl.create_default_context()
        self._switchboard = Switchboard(call=self._call, lines=settings.connections, seconds=LONGEST_WAIT)

    def carry(self, messages: Mapping[int, Message]) -> Mapping[int, Receipt]:
        """Carry these, too, over as many connections as there are and the server allows; some answers.

        Raises:
            TransportError: no connection, no TLS, or no login, for anything that has no answer.
        """
        return self._switchboard.carry(messages)

    def hear(self, until: Future[None]) -> None:
        """Take in what the servers say until this is done."""
        self._switchboard.hear(until)

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry the messages to the end.

        Raises:
            TransportError: no connection, no TLS, or no login, before anything was carried.
        """
        return to_the_end(self, messages)

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - SMTP has no question for it
        """None: what a server took, it no longer speaks of."""
        return None

    def check(self) -> str:
        """The server, after connecting, greeting and logging in. TransportError says what went wrong."""
        self._call().line.quit()
        return f"{self._settings.host}:{self._settings.port} answers, {self._settings.security.value}"

    def close(self) -> None:
        """Say goodbye, wherever anybody is there."""
        self._switchboard.close()

    def _call(self) -> Called:
        settings = self._settings
        line = Line(_connected(settings, self._tls))
        patience = Patience(reply=settings.reply_timeout, dot=settings.dot_timeout)
        share = settings.messages_per_connection
        return Called(line=line, conversation=Conversation(line, host=settings.host, patience=patience, share=share))


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
