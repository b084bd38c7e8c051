"""How a line to an SMTP server is had: connected, greeted, secured and logged in, or in which words it is not.

smtplib does it, but for the choice of a mechanism: it would try each one with a password that is wrong, and servers bar
whoever fails too often.
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum

from digest.errors import ConfigError, TransportError
from digest.transports.wire import one_line, reason_of

#: How we can log in, the best first where the line is secured.
_MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
#: The other way round where it is not: one of them does not show the password.
_IN_THE_CLEAR = ("CRAM-MD5", "PLAIN", "LOGIN")
#: Where servers want TLS from the first byte (RFC 8314).
_TLS_PORT = 465


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
    #: What to call ourselves in EHLO; empty for the name of this machine.
    hello: str = ""
    #: Whom `check` asks about, as sender and as recipient; empty for nobody.
    own_address: str = ""
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


def connected(settings: SmtpSettings, tls: ssl.SSLContext) -> smtplib.SMTP:
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
        words = f"it offers no STARTTLS: {_change(settings, Security.TLS)}, if it has such a port"
        raise _left(smtp, f"{where}: {words}", permanent=True) from error
    except smtplib.SMTPAuthenticationError as error:
        permanent = 500 <= error.smtp_code < 600
        words = one_line(error.smtp_error)
        raise _left(
            smtp,
            f"{where}: the login was refused: {error.smtp_code} {words}. Check user name and password.",
            permanent=permanent,
        ) from error
    except ssl.SSLCertVerificationError as error:
        words = f"its certificate cannot be trusted: {error.verify_message}"
        raise _left(
            smtp, f"{where}: {words}. For an authority of your own set transport.ca_file.", permanent=True
        ) from error
    except ssl.SSLError as error:
        raise _left(smtp, f"{where}: {_no_tls(settings, error)}", permanent=_is_clear_text(error)) from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _left(smtp, f"{where}: no connection: {reason_of(error)}{_hint(settings, error)}") from error
    except TransportError:
        if smtp is not None:
            smtp.close()
        raise
    return smtp


def ask_about(smtp: smtplib.SMTP, address: str) -> None:
    """Ask whether it takes mail from this address, and for it; nothing is sent.

    Raises:
        TransportError: it does not; a refusal for now is none.
    """
    asked = (
        (
            f"MAIL FROM:<{address}>",
            "takes no mail from",
            "the login must own this address, and any with a word behind a plus",
        ),
        (f"RCPT TO:<{address}>", "takes no mail for", "what bounces must be able to come back to it"),
    )
    try:
        for command, does_not, advice in asked:
            code, words = smtp.docmd(command)
            if 500 <= code < 600:
                raise TransportError(
                    f"the server {does_not} {address}: {code} {one_line(words)}: {advice}", permanent=True
                )
            if code >= 400:
                break
        smtp.docmd("RSET")
    except (OSError, smtplib.SMTPException) as error:
        raise TransportError(f"the server hung up when it was asked about {address}: {reason_of(error)}") from error


def _greeted(settings: SmtpSettings, tls: ssl.SSLContext) -> smtplib.SMTP:
    place = (settings.host, settings.port, settings.hello or _own_name())
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


def _own_name() -> str | None:
    """What this machine is called, as fully as is known; an address literal only where it has no name."""
    full, short = socket.getfqdn(), socket.gethostname()
    name = full if "." in full else short
    return name if name and name.isascii() else None


def _log_in(smtp: smtplib.SMTP, settings: SmtpSettings) -> None:
    """By one mechanism, once: to try others with the same password would only be to fail more often."""
    if not settings.username:
        return
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    ours = _IN_THE_CLEAR if settings.security is Security.NONE else _MECHANISMS
    mechanism = next((one for one in ours if one in offered), None)
    if mechanism is None:
        told = f"it offers {', '.join(offered)} to log in" if offered else "it offers no login"
        raise TransportError(
            f"{settings.host}:{settings.port}: {told}, and Digest knows {', '.join(_MECHANISMS)}: have one of them "
            "allowed, or take transport.username out where no login is needed",
            permanent=True,
        )
    smtp.user, smtp.password = settings.username, settings.password
    smtp.auth(mechanism, getattr(smtp, f"auth_{mechanism.lower().replace('-', '_')}"))


def _left(smtp: smtplib.SMTP | None, message: str, *, permanent: bool = False) -> TransportError:
    if smtp is not None:
        smtp.close()
    return TransportError(message, permanent=permanent)


# --- words -----------------------------------------------------------------------------------------------


def _change(settings: SmtpSettings, security: Security) -> str:
    """Which keys to change for another kind of protection."""
    port = {Security.TLS: _TLS_PORT, Security.STARTTLS: 587, Security.NONE: 25}[security]
    there = "" if settings.port == port else f" and transport.port: {port}"
    return f"set transport.security: {security.value}{there}"


def _is_clear_text(error: ssl.SSLError) -> bool:
    return error.reason in ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")


def _no_tls(settings: SmtpSettings, error: ssl.SSLError) -> str:
    if not _is_clear_text(error):
        return f"no TLS: {(error.reason or 'it broke off').replace('_', ' ').lower()}"
    if settings.security is Security.STARTTLS:
        return "it agrees to STARTTLS and then speaks no TLS: see to the server"
    return (
        "it does not begin with TLS, as transport.security: tls wants it: set transport.security: starttls, or change "
        "transport.port"
    )


def _hint(settings: SmtpSettings, error: Exception) -> str:
    """Who waits for the server's greeting while the server waits for TLS, waits for ever."""
    silent = isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected)
    if settings.security is Security.TLS or not silent:
        return ""
    return f". A server that says nothing may want TLS from the first byte: {_change(settings, Security.TLS)}."


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
