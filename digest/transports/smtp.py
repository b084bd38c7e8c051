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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from digest.errors import ConfigError, TransportError
from digest.models import Message, Receipt
from digest.transports.conversation import Conversation, Load, Patience
from digest.transports.wire import Broken, Line, one_line, reason_of

#: How many messages may be in doubt after a crash. A connection wants a few: one goes while another is answered.
WINDOW = 16
#: How long (seconds) messages of one window are begun. The last one may take half an hour more, with every answer as
#: late as it may be, and the next window has been waiting meanwhile: two of these must end before their lease does.
LONGEST_WINDOW = 900.0


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
    #: How many at a time; a server that allows fewer gets fewer.
    connections: int = 4
    #: How many messages are under way at once, all connections together: at most so many are in doubt after a crash.
    window: int = WINDOW
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
        self.window = settings.window
        self.ahead = settings.window > 1
        self._settings = settings
        self._tls = settings.tls or ssl.create_default_context()
        self._lines: list[Conversation | None] = [None] * settings.connections
        self._threads = ThreadPoolExecutor(settings.connections, thread_name_prefix="smtp")

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry the messages, over as many connections as there are and the server allows.

        Raises:
            TransportError: no connection, no TLS, or no login, before anything was carried.
        """
        load = Load(messages, seconds=LONGEST_WINDOW)
        places = range(min(len(self._lines), len(messages)))
        troubles = [trouble for trouble in self._threads.map(partial(self._carry, load), places) if trouble is not None]
        if not troubles:
            return load.receipts("the server takes too long")
        if load.is_untouched:
            raise troubles[0]
        self._make_do()
        return load.receipts(str(troubles[0]))

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - SMTP has no question for it
        """None: what a server took, it no longer speaks of."""
        return None

    def check(self) -> str:
        """The server, after connecting, greeting and logging in. TransportError says what went wrong."""
        self._connect().close()
        return f"{self._settings.host}:{self._settings.port} answers, {self._settings.security.value}"

    def close(self) -> None:
        """Say goodbye, wherever anybody is there."""
        for place, line in enumerate(self._lines):
            if line is not None:
                self._lines[place] = None
                line.close()
        self._threads.shutdown()

    def _carry(self, load: Load, place: int) -> TransportError | None:
        """Carry of the load what this place's line can, a fresh one as often as needed; why no more, if there is."""
        while load.is_waiting:
            try:
                line = self._lines[place] = self._lines[place] or self._connect()
                line.carry(load)
            except (Broken, TransportError) as trouble:
                self._drop(place)
                if isinstance(trouble, TransportError):
                    return trouble
            else:
                if line.is_over:
                    self._lines[place] = None
                    line.close()
        return None

    def _connect(self) -> Conversation:
        settings = self._settings
        line = Line(_connected(settings, self._tls))
        patience = Patience(reply=settings.reply_timeout, dot=settings.dot_timeout)
        return Conversation(line, host=settings.host, patience=patience, share=settings.messages_per_connection)

    def _make_do(self) -> None:
        """A server that allows fewer connections than we would like is not asked for more again and again."""
        lines = [line for line in self._lines if line is not None]
        self._lines = [*lines] or [None]

    def _drop(self, place: int) -> None:
        line, self._lines[place] = self._lines[place], None
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
