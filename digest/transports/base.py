"""What a transport is to the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from digest.errors import TransportError
from digest.models import FeedbackKind, Message, Outcome, Receipt


class Transport(Protocol):
    """Carries messages. Never tries twice by itself: the ledger decides about retries."""

    @property
    def kind(self) -> str:
        """The word in the configuration: `file`, `smtp`…"""

    @property
    def window(self) -> int:
        """How many messages it likes to be given at once: at most this many are ever in doubt after a crash."""

    @property
    def ahead(self) -> bool:
        """Whether it is given half a window at a time, the next while it carries one.

        So that a fast one never waits for the ledger. `submit` is called from one thread, not always the same.
        """

    def submit(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        """Carry each message; one receipt for each, in the same order, whatever happened to the others.

        Raises:
            TransportError: nothing was carried and nothing is in doubt (no connection, no login, no folder).
        """

    def has(self, message: Message) -> bool | None:
        """Whether this message was carried before: True, False, or None when there is no way to know."""

    def check(self) -> str:
        """What it would carry to, in a few words, after looking whether that can be reached. Nothing is sent.

        Raises:
            TransportError: it cannot be reached or used.
        """

    def close(self) -> None:
        """Let go of connections and files. Calling it twice does no harm."""


def one_by_one(messages: Sequence[Message], carry: Callable[[Message], Receipt]) -> list[Receipt]:
    """Carry messages in turn, with one receipt for each.

    When `carry` raises TransportError (nothing of that message left) before there is any receipt, so does this;
    later the receipts there are must not be lost, so the rest are deferred untried.
    """
    receipts: list[Receipt] = []
    for message in messages:
        try:
            receipts.append(carry(message))
        except TransportError as error:
            if not receipts:
                raise
            untried = Receipt(outcome=Outcome.DEFERRED, detail=f"not tried: {error}")
            return receipts + [untried] * (len(messages) - len(receipts))
    return receipts


# --- what comes back by mail -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """What one mail says that came back. Whom it is about is believed only of a token or Message-ID of ours."""

    #: None: it is understood, and says nothing about a reader (a delay; a refusal for what we are).
    kind: FeedbackKind | None
    #: What may be tokens for `Purpose.BOUNCE`, out of envelope addresses.
    bounce_tokens: tuple[str, ...] = ()
    #: What may be tokens for `Purpose.UNSUBSCRIBE`.
    unsubscribe_tokens: tuple[str, ...] = ()
    #: Of the mail that came back, with angle brackets, and whom that was sent to, as far as the report says.
    message_ids: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    #: The enhanced status code; empty when there was none.
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One mail in the mailbox."""

    #: What the mailbox calls it.
    name: str
    #: None: it is no bounce, complaint or unsubscribe that can be read.
    returned: Returned | None


class Mailbox(Protocol):
    """Where bounces, complaints and mails that ask to unsubscribe arrive."""

    def letters(self) -> Iterator[Letter]:
        """Those nobody has dealt with yet, some hundreds at most.

        Raises:
            FeedbackError: the mailbox cannot be read.
        """

    def settle(self, letter: Letter, *, understood: bool) -> None:
        """Never show it again: marked as read, or left unread and flagged for a person when it was not understood."""

    def check(self) -> str:
        """The mailbox, in a few words, after looking into it. FeedbackError when it cannot be read."""

    def close(self) -> None:
        """Let go of the connection. Calling it twice does no harm."""
