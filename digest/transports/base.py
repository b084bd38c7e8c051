"""What a transport is to the rest of the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from digest.models import Message, Receipt


class Transport(Protocol):
    """Carries messages. Never tries twice by itself: the ledger decides about retries."""

    @property
    def kind(self) -> str:
        """The word in the configuration: `file`, `smtp`…"""

    @property
    def window(self) -> int:
        """How many messages it likes to be given at once: at most this many are ever in doubt after a crash."""

    def submit(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        """Carry each message; one receipt for each, in the same order, whatever happened to the others.

        Raises:
            TransportError: nothing was carried and nothing is in doubt (no connection, no login, no folder).
        """

    def has(self, message: Message) -> bool | None:
        """Whether this message was carried before: True, False, or None when there is no way to know."""

    def close(self) -> None:
        """Let go of connections and files. Calling it twice does no harm."""
