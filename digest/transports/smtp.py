"""The SMTP transport: connections that are secured, logged in and used again, each message's fate known.

smtplib opens the connection and secures it (`greeting`). The messages are a `Conversation` of our own: smtplib's
`sendmail` cannot pipeline, and raises one and the same error before and after the final dot, although only after it is
there any doubt (RFC 1047).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from digest.errors import TransportError
from digest.models import Message, Receipt
from digest.transports.base import to_the_end
from digest.transports.conversation import Conversation, Patience
from digest.transports.greeting import Security, SmtpSettings, ask_about, connected
from digest.transports.switchboard import Called, Switchboard
from digest.transports.wire import Line

__all__ = ["DEPTH", "LONGEST_WAIT", "Security", "SmtpSettings", "SmtpTransport"]

#: How many messages a connection wants at once: one goes while another is made and written down.
DEPTH = 2
#: How long (seconds) a message waits for its turn. It may take half an hour more, with every answer as late as it may
#: be, and must come to its end before its lease does.
LONGEST_WAIT = 1800.0


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
        """The server, after connecting, greeting, logging in, and asking whether it takes mail of ours.

        Raises:
            TransportError: it cannot be reached, or does not.
        """
        settings = self._settings
        smtp = connected(settings, self._tls)
        try:
            if settings.own_address.isascii() and settings.own_address:
                ask_about(smtp, settings.own_address)
        except TransportError as error:
            raise TransportError(f"{settings.host}:{settings.port}: {error}", permanent=error.permanent) from error
        finally:
            _leave(smtp)
        asked = f", takes mail from {settings.own_address}" if settings.own_address else ""
        return f"{settings.host}:{settings.port} answers, {settings.security.value}{asked}"

    def close(self) -> None:
        """Say goodbye, wherever anybody is there."""
        self._switchboard.close()

    def _call(self) -> Called:
        settings = self._settings
        line = Line(connected(settings, self._tls))
        patience = Patience(reply=settings.reply_timeout, dot=settings.dot_timeout)
        share = settings.messages_per_connection
        return Called(line=line, conversation=Conversation(line, host=settings.host, patience=patience, share=share))


def _leave(smtp: smtplib.SMTP) -> None:
    if smtp.sock is not None:
        Line(smtp).quit()
