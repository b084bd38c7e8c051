"""What a transport is to the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol, cast

from digest.errors import TransportError
from digest.limits import Limits
from digest.models import FeedbackKind, Message, Outcome, Receipt


class Transport(Protocol):
    """Carries messages. Never tries twice by itself: the ledger decides about retries."""

    @property
    def kind(self) -> str:
        """The word in the configuration: `file`, `smtp`…"""

    @property
    def window(self) -> int:
        """How many messages it likes to have at once: at most this many are ever in doubt after a crash."""

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


class Rolling(Protocol):
    """Carries messages while others are made: what it was given is answered for in any order."""

    def carry(self, messages: Mapping[int, Message]) -> Mapping[int, Receipt]:
        """Carry these, too, each under a number of the caller's own; wait, and tell some of what is known by now.

        Called again, even with nothing, when what it told is in the books: between two calls it lets no more messages
        pass the point of no return than it has connections.

        Raises:
            TransportError: of all it has not answered for, nothing was carried and nothing is in doubt. It forgets it.
        """

    def hear(self, until: Future[None]) -> None:
        """Take in what is said until this is done; what that comes to is told by `carry`.

        For whoever has the books written and nothing else to do: what was told last is not in them yet.
        """


def carry(transport: Transport, messages: Mapping[int, Message]) -> Mapping[int, Receipt]:
    """Have these carried, too: some answers of one that rolls, of any other all. Raises as they do."""
    rolling = _rolling(transport)
    if rolling is not None:
        return rolling.carry(messages)
    return dict(zip(messages, transport.submit(list(messages.values())), strict=True)) if messages else {}


def hear(transport: Transport, until: Future[None]) -> None:
    """Have one that rolls take in what is said to it until this is done; any other has nothing to hear."""
    rolling = _rolling(transport)
    if rolling is not None:
        rolling.hear(until)


def _rolling(transport: Transport) -> Rolling | None:
    # Asked by name: whether it is of a protocol takes longer than what it does.
    return cast("Rolling", transport) if hasattr(transport, "carry") else None


def to_the_end(rolling: Rolling, messages: Sequence[Message]) -> list[Receipt]:
    """What one that rolls answers for each, in order; when it fails after some answers, the rest are deferred untried.

    Raises:
        TransportError: it fails before any answer.
    """
    receipts: dict[int, Receipt] = {}
    untried = Receipt(outcome=Outcome.DEFERRED)
    more = dict(enumerate(messages))
    while len(receipts) < len(messages):
        try:
            receipts |= rolling.carry(more)
        except TransportError as error:
            if not receipts:
                raise
            untried = Receipt(outcome=Outcome.DEFERRED, detail=f"not tried: {error}")
            break
        more = {}
    return [receipts.get(place, untried) for place in range(len(messages))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Carrier:
    """A transport as it stands in the configuration: its name, and what it is held to."""

    transport: Transport
    #: What the ledger knows it by; empty for its kind.
    name: str = ""
    limits: Limits = field(default_factory=Limits)
    #: False for one that needs no rest, such as a folder.
    has_breaker: bool = True

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.transport.kind)


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
