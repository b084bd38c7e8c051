"""The conversation over one line: messages one after another, each one's fate known.

With PIPELINING (RFC 2920) an envelope goes in one write:

    MAIL 1  RCPT 1  DATA 1        ->
                                  <-  250  250  354
    body 1 .                      ->
                                  <-  250 (message 1)
    MAIL 2  RCPT 2  DATA 2        ->

Nothing is said behind the dot before its answer is heard, although the RFC allows it: there are servers that refuse it,
or drop it, and one that refuses a body may keep the rest of the transaction, and take the next one for a part of it.
So after any refusal the first word is RSET. Without PIPELINING each command waits for its answer.

In both ways a message is in doubt only between its dot and the answer. And no body leaves before the answer to the last
one is in the books: so many lines, so many messages in doubt at most.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from digest.errors import TransportError
from digest.models import Message, Outcome, Receipt
from digest.transports import envelope
from digest.transports.wire import Broken, Line, Reply, Stage

_RSET = b"RSET\r\n"
_LONE_DOT = b".\r\n"
_GO_ON = 354
_LOG_IN = 530
_OUT_OF_STEP = 503


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long (seconds) an answer is waited for (RFC 5321, 4.5.3.2)."""

    reply: float
    #: The answer to the final dot (4.5.3.2.6: a shorter patience makes duplicates).
    dot: float


class Pause(Enum):
    """What else a conversation waits for."""

    #: Something to carry.
    WORK = auto()
    #: That the last answer is in the books.
    BOOKS = auto()


#: A conversation, going on: says until when (by the monotonic clock) it waits for a reply, or what else it waits for.
Talk = Generator[float | Pause, None, None]


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a load, under the number it was given with."""

    number: int
    message: Message
    #: When it is too late to begin with it, by the monotonic clock.
    until: float


class Load:
    """The messages that were handed over and are not answered for, shared by the lines that carry them."""

    def __init__(self, *, seconds: float) -> None:
        """No message is begun `seconds` after it was given: what takes longer would outlive the lease on it."""
        self._seconds = seconds
        self._waiting: deque[Part] = deque()
        self._answers: dict[int, Receipt] = {}
        #: How many are not answered for.
        self.open = 0

    def add(self, messages: Mapping[int, Message]) -> None:
        """More to carry."""
        until = time.monotonic() + self._seconds
        self._waiting += [Part(number, message, until) for number, message in messages.items()]
        self.open += len(messages)

    def take(self) -> Part | None:
        """The next message to carry; None when there is none."""
        while self._waiting:
            part = self._waiting.popleft()
            refused = _TOO_LATE if time.monotonic() >= part.until else envelope.impossible(part.message)
            if refused is None:
                return part
            self.answer(part, refused)
        return None

    def give_back(self, part: Part) -> None:
        """Nobody has seen anything of its body: another line may have it, next."""
        self._waiting.appendleft(part)

    def answer(self, part: Part, receipt: Receipt) -> None:
        """What became of it."""
        self._answers[part.number] = receipt
        self.open -= 1

    def answers(self) -> Mapping[int, Receipt]:
        """What became of those answered since this was last asked."""
        answers, self._answers = self._answers, {}
        return answers

    def forget(self) -> None:
        """What is not answered for, is none of ours any more."""
        self._waiting.clear()
        self.open = 0

    @property
    def waiting(self) -> int:
        """How many nobody has taken."""
        return len(self._waiting)

    @property
    def answered(self) -> int:
        """How many answers nobody has asked for."""
        return len(self._answers)


_TOO_LATE = Receipt(outcome=Outcome.DEFERRED, detail="not tried: the server takes too long")


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
        #: Taken and not concluded.
        self._part: Part | None = None
        self._has_served = False
        #: Whether the last answer is in the books: before that no other body leaves.
        self.is_booked = True
        #: Whether the server may have something in mind of an envelope or a body that was refused.
        self._half_done = False
        #: Of the message taken: whether the server has answered its MAIL, has agreed to it, has refused it, and waits
        #: for its body.
        self._begun = self._has_sender = False
        self._refused: Receipt | None = None
        self._asked = False

    def carry(self, load: Load) -> Talk:
        """Carry what there is to take, one after another, until the line's share is done.

        Every message taken is answered or given back, whatever happens.

        Raises:
            Broken: the line is of no more use.
            TransportError: an operator must see to something; the server has taken nothing of what was given back.
        """
        try:
            while self._share > 0:
                self._part = self._take(load)
                if self._part is None:
                    yield Pause.WORK
                    continue
                self._share -= 1
                yield from self._see_through(load, self._part.message)
        except Broken as broken:
            self._leave(load, broken)
            raise
        except TransportError:
            self._give_back(load)
            raise

    def _take(self, load: Load) -> Part | None:
        while (part := load.take()) is not None:
            refused = envelope.not_for(part.message, eight_bits=self._eight_bits, international=self._international)
            if refused is None:
                return part
            load.answer(part, refused)
        return None

    def _see_through(self, load: Load, message: Message) -> Talk:
        """Bring a message to its end."""
        if self._line.has_more:
            raise Broken(Stage.ENVELOPE, "the server speaks out of turn")
        yield from self._hear_envelope(self._spoken(message))
        if self._refused is None:
            if not self.is_booked:
                yield Pause.BOOKS
            reply = yield from self._hear_body(message)
            self.is_booked = False
            self._half_done = not reply.is_yes
            self._conclude(load, reply.verdict())
            return
        asked, has_sender = self._asked, self._has_sender
        self._half_done = True
        self._conclude(load, self._refused)
        if asked:
            yield from self._end_before_it_begins(has_sender=has_sender)

    def _spoken(self, message: Message) -> tuple[bytes, ...]:
        """What is said of a message before its body; the server forgets first what it may have in mind of another."""
        return (_RSET,) * self._half_done + envelope.commands(message)

    def _hear_envelope(self, commands: tuple[bytes, ...]) -> Talk:
        """The answers to RSET, MAIL, RCPT and DATA; in lock-step each is said first, until one is refused."""
        if self._pipelining:
            self._line.say(b"".join(commands), patience=self._patience.reply)
        for command in commands:
            if not self._pipelining:
                if self._refused is not None:
                    return
                self._line.say(command, patience=self._patience.reply)
            reply = yield from self._read(Stage.ENVELOPE, go_on=command.startswith(b"DATA"))
            refused = self._refusal(command, reply)
            self._refused = self._refused or refused

    def _hear_body(self, message: Message) -> Generator[float, None, Reply]:
        body = envelope.body(message)
        self._line.say(*body, body=sum(map(len, body)), patience=self._patience.reply)
        return (yield from self._read(Stage.AFTER_DOT))

    def _end_before_it_begins(self, *, has_sender: bool) -> Talk:
        """A body is asked for that nobody should get: it is nothing but a dot (RFC 2920, 3.1).

        Only where the one recipient was refused, of a sender that was not. Who refuses MAIL and asks for a body all the
        same has another transaction in mind, and would send the dot to its recipient as a mail without a word.
        """
        if not has_sender:
            raise Broken(Stage.ENVELOPE, "it has refused the sender, and asks for a body")
        self._line.say(_LONE_DOT, patience=self._patience.reply)
        yield from self._read(Stage.ENVELOPE)

    def _refusal(self, command: bytes, reply: Reply) -> Receipt | None:
        """Why the message goes no further; None when it does."""
        if command == _RSET:
            if not reply.is_yes:
                raise Broken(Stage.ENVELOPE, f"the answer to RSET was {reply.code} {reply.text}")
            self._half_done = False
            return None
        if command.startswith(b"MAIL") and reply.code == _OUT_OF_STEP and self._has_served:
            raise Broken(Stage.ENVELOPE, f"it has another transaction in mind: {reply.text}")
        self._begun = True
        if command.startswith(b"DATA"):
            self._asked = reply.code == _GO_ON
            if reply.is_yes or (self._asked and self._line.has_more):
                raise Broken(Stage.ENVELOPE, f"the answer to DATA was {reply.code} {reply.text}, and no question")
            return None if self._asked else reply.verdict()
        if command.startswith(b"MAIL"):
            self._has_sender = reply.is_yes
        if reply.is_yes:
            return None
        if command.startswith(b"RCPT"):
            return reply.verdict()
        if reply.code == _LOG_IN:
            raise TransportError(f"{self._host}: it asks for a login: {reply.text}", permanent=True)
        # A refused sender is about us and would be the same for every reader: nobody bounces for it.
        return replace(reply.receipt(Outcome.DEFERRED), lasting=reply.is_no)

    def _read(self, stage: Stage, *, go_on: bool = False) -> Generator[float, None, Reply]:
        """The next reply; it is waited for from when all was said that it answers."""
        until = 0.0
        while (reply := self._line.reply(stage, go_on=go_on)) is None:
            if self._line.is_speaking:
                yield self._line.say_until
                continue
            until = until or time.monotonic() + (
                self._patience.dot if stage is Stage.AFTER_DOT else self._patience.reply
            )
            yield until
        return reply

    def _conclude(self, load: Load, receipt: Receipt) -> None:
        if self._part is not None:
            load.answer(self._part, receipt)
        self._part = None
        self._has_served = True
        self._begun, self._has_sender, self._refused, self._asked = False, False, None, False

    def _leave(self, load: Load, broken: Broken) -> None:
        """Say what became of the message that was spoken of."""
        unheard = self._has_served and broken.stage is Stage.ENVELOPE and not self._begun
        # A line that had served and closed between two messages: the server wants a fresh one, which is no second try.
        if self._part is not None and not unheard:
            self._conclude(load, self._refused or broken.receipt())
        self._give_back(load)

    def _give_back(self, load: Load) -> None:
        if self._part is not None:
            load.give_back(self._part)
        self._part = None
