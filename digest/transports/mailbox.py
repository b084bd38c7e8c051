"""The mailbox that mails come back to: a Maildir on this machine, or a folder on an IMAP server.

A mail is dealt with once: it is marked as read when it was understood, and left unread but flagged when it was not, so
that whoever looks into the mailbox finds the letters that people wrote.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.errors import ConfigError, FeedbackError
from digest.transports.base import Letter
from digest.transports.events import one_line
from digest.transports.returned import MOST, read_mail

#: Letters looked at in one go; the others wait for the next.
AT_ONCE = 500
#: Seconds for any answer of an IMAP server.
TIMEOUT = 60.0


class MaildirMailbox:
    """A Maildir: files in `new` and `cur`, whose names end in `:2,` and flags once somebody has seen them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def letters(self) -> Iterator[Letter]:
        """Those without the flags S (seen) or F (flagged), oldest name first."""
        for path in self._waiting()[:AT_ONCE]:
            try:
                with path.open("rb") as file:
                    data = file.read(MOST)
            except FileNotFoundError:  # somebody else's reader of mail moved it
                continue
            except OSError as error:
                raise FeedbackError(f"{path}: this mail cannot be read: {error.strerror}") from error
            yield Letter(name=str(path), returned=read_mail(data))

    def settle(self, letter: Letter, *, understood: bool) -> None:
        """Move it to `cur`, with the flag that says so."""
        path = Path(letter.name)
        base, _, flags = path.name.partition(":2,")
        marked = "".join(sorted({*flags, "S" if understood else "F"}))
        try:
            path.rename(self._folder / "cur" / f"{base}:2,{marked}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise FeedbackError(f"{path}: this mail cannot be marked: {error.strerror}") from error

    def check(self) -> str:
        """The folder and how many letters wait in it."""
        return f"{self._folder}, {len(self._waiting())} unread"

    def close(self) -> None:
        """Nothing to let go of."""

    def _waiting(self) -> list[Path]:
        try:
            found = [path for name in ("new", "cur") for path in (self._folder / name).iterdir() if path.is_file()]
        except OSError as error:
            raise FeedbackError(f"{self._folder}: this is no Maildir that can be read: {error.strerror}") from error
        return sorted(path for path in found if not set(path.name.partition(":2,")[2]) & {"S", "F"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ImapSettings:
    """A folder on a server."""

    host: str
    port: int = 993
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    #: False only for a server on this very machine.
    tls: bool = True
    timeout: float = TIMEOUT
    #: Trusted authorities; None for the system's.
    authorities: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if not (self.username + self.password).isascii():
            raise ConfigError(
                "newsletter.bounces.imap.username and password may hold ASCII letters only (RFC 3501): change them"
            )


class ImapMailbox:
    """A folder on an IMAP server (RFC 3501)."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._line: imaplib.IMAP4 | None = None

    def letters(self) -> Iterator[Letter]:
        """Those neither seen nor flagged, in the server's order."""
        (found,) = self._ask("SEARCH", None, "UNSEEN UNFLAGGED")[:1] or [b""]
        for number in (found or b"").split()[:AT_ONCE]:
            parts = self._ask("FETCH", number.decode("ascii"), f"(BODY.PEEK[]<0.{MOST}>)")
            data = next((part[1] for part in parts if isinstance(part, tuple) and len(part) > 1), None)
            if data is not None:  # it may have gone meanwhile
                yield Letter(name=number.decode("ascii"), returned=read_mail(data))

    def settle(self, letter: Letter, *, understood: bool) -> None:
        """Set the flag that says so."""
        self._ask("STORE", letter.name, "+FLAGS.SILENT", r"(\Seen)" if understood else r"(\Flagged)")

    def check(self) -> str:
        """The server and how many letters wait there."""
        (found,) = self._ask("SEARCH", None, "UNSEEN UNFLAGGED")[:1] or [b""]
        self.close()
        return f"{self._settings.host}, {self._settings.folder}, {len((found or b'').split())} unread"

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        line, self._line = self._line, None
        if line is None:
            return
        try:
            line.logout()
        except (imaplib.IMAP4.error, OSError):
            _drop(line)

    def _ask(self, command: str, *arguments: Any) -> list[Any]:
        """The data of an answer. FeedbackError when the server says no, or nothing."""
        try:
            self._line = self._line or self._connected()
            answer, data = self._line.uid(command, *arguments)
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            self.close()
            raise FeedbackError(
                f"the mailbox at {self._settings.host} cannot be read: {one_line(str(error))}"
            ) from error
        if answer != "OK":
            raise FeedbackError(f"the mailbox at {self._settings.host} says {answer} to {command}")
        return data

    def _connected(self) -> imaplib.IMAP4:
        given = self._settings
        if given.tls:
            tls = given.authorities or ssl.create_default_context()
            line: imaplib.IMAP4 = imaplib.IMAP4_SSL(given.host, given.port, ssl_context=tls, timeout=given.timeout)
        else:
            line = imaplib.IMAP4(given.host, given.port, timeout=given.timeout)
        try:
            line.login(given.username, given.password)
            answer, _ = line.select(f'"{_as_named(given.folder)}"')
        except BaseException:
            _drop(line)
            raise
        if answer != "OK":
            _drop(line)
            raise FeedbackError(f"the mailbox at {given.host} has no folder {given.folder}")
        return line


def _as_named(folder: str) -> str:
    """A folder's name on the wire: modified UTF-7 (RFC 3501, 5.1.3)."""
    return re.sub(r"&|[^\x20-\x7e]+", lambda found: f"&{_in_base64(found[0])}-" if found[0] != "&" else "&-", folder)


def _in_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be"), b"+,").decode("ascii").rstrip("=")


def _drop(line: imaplib.IMAP4) -> None:
    """Hang up without a word."""
    with contextlib.suppress(imaplib.IMAP4.error, OSError):
        line.shutdown()
