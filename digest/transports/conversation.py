"""The conversation over one line: messages one after another, each one's fate known.

With PIPELINING (RFC 2920) an envelope goes in one write, together with the body of the message before it:

    MAIL 1  RCPT 1  DATA 1        ->
                                  <-  250  250  354
    body 1 .  MAIL 2  RCPT 2  DATA 2  ->
                                  <-  250 (message 1)  250  250  354

Without it each command waits for its answer. In both ways a message is in doubt only between its dot and the answer.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from digest.errors import TransportError
from digest.models import Message, Outcome, Receipt
from digest.transports import envelope
from digest.transports.wire import Broken, Line, Reply, Stage

_RSET = b"RSET\r\n"
_LONE_DOT = b".\r\n"
_GO_ON = 354
_LOG_IN = 530


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long (seconds) an answer is waited for (RFC 5321, 4.5.3.2)."""

    reply: float
    #: The answer to the final dot (4.5.3.2.6: a shorter patience makes duplicates).
    dot: float


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a load, with its place in it."""

    place: int
    message: Message


class Load:
    """The messages that are handed over together, shared by the lines that carry them."""

    def __init__(self, messages: Sequence[Message], *, seconds: float) -> None:
        """No message is begun after `seconds`: what takes longer would outlive the lease on it."""
        self._waiting = deque(Part(place, message) for place, message in enumerate(messages))
        self._receipts: list[Receipt | None] = [None] * len(messages)
        self._until = time.monotonic() + seconds

    def take(self) -> Part | None:
        """The next message to carry; None when there is none, or it is too late to begin."""
        while self._waiting and time.monotonic() < self._until:
            try:
                part = self._waiting.popleft()
            except IndexError:  # another line was quicker
                return None
            refused = envelope.impossible(part.message)
            if refused is None:
                return part
            self.answer(part, refused)
        return None

    def give_back(self, part: Part) -> None:
        """Nobody has seen anything of its body: another line may have it, next."""
        self._waiting.appendleft(part)

    def answer(self, part: Part, receipt: Receipt) -> None:
        """What became of it."""
        self._receipts[part.place] = receipt

    def receipts(self, untried: str) -> list[Receipt]:
        """One for each message, in order; those that nobody tried are deferred with this reason."""
        return [one or Receipt(outcome=Outcome.DEFERRED, detail=f"not tried: {untried}") for one in self._receipts]

    @property
    def is_waiting(self) -> bool:
        """Whether there is something left to take."""
        return bool(self._waiting) and time.monotonic() < self._until

    @property
    def is_untouched(self) -> bool:
        """Whether there is no answer about any message."""
        return not any(self._receipts)


class Conversation:
    """A line, and how far we are on it."""

    def __init__(self, line: Line, *, host: str, patience: Patience, share: int) -> None:
        """`share`: how many messages the line is used for."""
        self._line = line
        self._host = host
        self._patience = patience
        self._share = share
        self._pipelining = line.offers("pipelining")
        self._eight_bits = line.offers("8bitmime")
        self._international = line.offers("smtputf8")
        #: Taken and not concluded: the one that is spoken of, and the one announced behind its body.
        self._taken: deque[Part] = deque()
        self._commands: tuple[bytes, ...] = ()
        self._concluded = 0
        #: Of the first one taken: whether the server has answered its MAIL, has refused it, and waits for its body.
        self._begun = False
        self._refused: Receipt | None = None
        self._asked = False

    @property
    def is_over(self) -> bool:
        """Whether the line has carried its share."""
        return self._share <= 0

    def carry(self, load: Load) -> None:
        """Carry what there is to take, until there is no more or the line's share is done.

        Every message taken is answered or given back, whatever happens.

        Raises:
            Broken: the line is of no more use.
            TransportError: an operator must see to something; the server has taken nothing of what was given back.
        """
        try:
            self._announce(load)
            while self._taken:
                self._see_through(load)
        except Broken as broken:
            self._leave(load, broken)
            raise
        except TransportError:
            self._give_back(load)
            raise

    def close(self) -> None:
        """Say goodbye."""
        self._line.quit()

    def drop(self) -> None:
        """Leave at once."""
        self._line.drop()

    def _see_through(self, load: Load) -> None:
        """Bring the first message taken to its end, and announce another."""
        message = self._taken[0].message
        self._hear_envelope()
        if self._refused is None:
            self._announce(load, body=envelope.body(message))
            self._conclude(load, self._read(Stage.AFTER_DOT).verdict())
            return
        asked = self._asked
        self._conclude(load, self._refused)
        if asked:  # for a body that nobody would get (RFC 2920, 3.1): it ends before it begins
            self._announce(load, before=_LONE_DOT)
            self._read(Stage.ENVELOPE)
        else:
            self._announce(load, reset=True)

    def _announce(self, load: Load, *, body: bytes = b"", before: bytes = b"", reset: bool = False) -> None:
        """Take another message, and say its envelope behind what is to be said first."""
        part = self._take(load)
        words = body or before
        if part is not None:
            self._taken.append(part)
            self._commands = (_RSET,) * reset + envelope.commands(part.message)
            if self._pipelining:
                words += b"".join(self._commands)
        if words:
            self._line.write(words, body=len(body), patience=self._patience.reply)

    def _take(self, load: Load) -> Part | None:
        while self._share > 0 and (part := load.take()) is not None:
            refused = envelope.not_for(part.message, eight_bits=self._eight_bits, international=self._international)
            if refused is None:
                self._share -= 1
                return part
            load.answer(part, refused)
        return None

    def _hear_envelope(self) -> None:
        """The answers to RSET, MAIL, RCPT and DATA; in lock-step each is said first, until one is refused."""
        for command in self._commands:
            if not self._pipelining:
                if self._refused is not None:
                    return
                self._line.write(command, patience=self._patience.reply)
            reply = self._read(Stage.ENVELOPE, go_on=command.startswith(b"DATA"))
            refused = self._refusal(command, reply)
            self._refused = self._refused or refused

    def _refusal(self, command: bytes, reply: Reply) -> Receipt | None:
        """Why the message goes no further; None when it does."""
        if command == _RSET:
            return None
        self._begun = True
        if command.startswith(b"DATA"):
            self._asked = reply.code == _GO_ON
            if reply.is_yes or (self._asked and self._line.has_more):
                raise Broken(Stage.ENVELOPE, f"the answer to DATA was {reply.code} {reply.text}, and no question")
            return None if self._asked else reply.verdict()
        if reply.is_yes:
            return None
        if command.startswith(b"RCPT"):
            return reply.verdict()
        if reply.code == _LOG_IN:
            raise TransportError(f"{self._host}: it asks for a login: {reply.text}", permanent=True)
        # A refused sender is about us and would be the same for every reader: nobody bounces for it.
        return reply.receipt(Outcome.DEFERRED)

    def _read(self, stage: Stage, *, go_on: bool = False) -> Reply:
        patience = self._patience.dot if stage is Stage.AFTER_DOT else self._patience.reply
        return self._line.read(stage, patience=patience, go_on=go_on)

    def _conclude(self, load: Load, receipt: Receipt) -> None:
        load.answer(self._taken.popleft(), receipt)
        self._concluded += 1
        self._begun, self._refused, self._asked = False, None, False

    def _leave(self, load: Load, broken: Broken) -> None:
        """Say what became of the message that was spoken of, and give back the one behind it."""
        unheard = self._concluded > 0 and broken.stage is Stage.ENVELOPE and not self._begun
        # A line that had served and closed between two messages: the server wants a fresh one, which is no second try.
        if self._taken and not unheard:
            self._conclude(load, self._refused or broken.receipt())
        self._give_back(load)

    def _give_back(self, load: Load) -> None:
        while self._taken:
            load.give_back(self._taken.pop())
