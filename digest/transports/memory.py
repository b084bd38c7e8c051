"""The fake that ships beside the real ones: keeps what it is given, and answers as it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from digest.errors import TransportError
from digest.models import Message, Outcome, Receipt
from digest.transports.base import one_by_one


class PulledPlug(BaseException):
    """The process "died" here. Not an Exception: nobody may catch it on the way out, as nobody catches SIGKILL."""


def accept(_: Message) -> Receipt:
    """Take everything."""
    return Receipt(outcome=Outcome.ACCEPTED, detail="kept in memory", code="2.0.0")


@dataclass(kw_only=True)
class MemoryTransport:
    """A transport whose far end is a list.

    Attributes:
        answer: what it says to each message; accepted and doubtful ones arrive in `inbox`.
        knows: whether `has` can tell; False makes it answer None, as SMTP does.
        trouble: when set, `submit` raises TransportError with these words.
        dies_after: when set, the plug is pulled after this many more messages have arrived.
        inbox: every copy that arrived, in order.
    """

    kind: str = "memory"
    window: int = 16
    answer: Callable[[Message], Receipt] = accept
    knows: bool = True
    trouble: str | None = None
    dies_after: int | None = None
    inbox: list[Message] = field(default_factory=list)

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Answer each message. Raises TransportError in `trouble`, PulledPlug when it is time to die."""
        if self.trouble is not None:
            raise TransportError(self.trouble)
        return one_by_one(messages, self._carry)

    def _carry(self, message: Message) -> Receipt:
        if self.dies_after == 0:
            raise PulledPlug
        receipt = self.answer(message)
        if receipt.outcome in (Outcome.ACCEPTED, Outcome.DOUBTFUL):
            self.inbox.append(message)
            self.dies_after = None if self.dies_after is None else self.dies_after - 1
        return receipt

    def has(self, message: Message) -> bool | None:
        """Whether it arrived; None when this one cannot know."""
        return any(kept.id == message.id for kept in self.inbox) if self.knows else None

    def check(self) -> str:
        """Says that it is memory. Raises TransportError in `trouble`."""
        if self.trouble is not None:
            raise TransportError(self.trouble)
        return "memory"

    def close(self) -> None:
        """Nothing to let go of."""
