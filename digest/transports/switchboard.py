"""Several lines at once in one thread: whoever hears an answer goes on, and nobody waits for anybody else.

Only calling out and saying goodbye, where smtplib waits, is left to threads.
"""

from __future__ import annotations

import contextlib
import math
import selectors
import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

from digest.errors import TransportError
from digest.models import Message, Receipt
from digest.transports.conversation import Conversation, Load, Pause, Talk
from digest.transports.wire import Broken, Line, Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """A line that is greeted and logged in, and the conversation on it."""

    line: Line
    conversation: Conversation


@dataclass(kw_only=True, slots=True, eq=False)
class _Call:
    line: Line
    conversation: Conversation
    talk: Talk
    awaits: float | Pause = Pause.WORK
    watched: int = selectors.EVENT_READ

    @property
    def deadline(self) -> float:
        """When it has waited long enough for what it waits for, by the monotonic clock."""
        return math.inf if isinstance(self.awaits, Pause) else self.awaits


class _Bell:
    """A selector that threads can wake: who has a line pulls the rope, and the bell is heard among the lines."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self._bell, self._rope = socket.socketpair()
        for end in (self._bell, self._rope):
            end.setblocking(False)
        self.selector.register(self._bell, selectors.EVENT_READ)

    def ring(self, _: object) -> None:
        with contextlib.suppress(OSError):  # it has been rung often enough, or nobody listens any more
            self._rope.send(b"!")

    def hush(self) -> None:
        self._bell.recv(64)

    def close(self) -> None:
        self.selector.close()
        self._bell.close()
        self._rope.close()


@dataclass(kw_only=True)
class Switchboard:
    """Carries a load over a few lines. Used from one thread at a time.

    Between two calls of `carry` no line sends more than one body: so many lines, so many messages in doubt at most.
    """

    call: Callable[[], Called]
    #: How many lines at the most; a server that allows fewer gets fewer.
    lines: int
    #: How long (seconds) after it was given a message may still be begun.
    seconds: float
    _calls: list[_Call] = field(default_factory=list, init=False)
    _arriving: set[Future[Called]] = field(default_factory=set, init=False)
    #: Lines that are saying goodbye: the server counts them until they are gone, and so do we.
    _leaving: set[Future[None]] = field(default_factory=set, init=False)
    #: Whose last answers were told, and are in the books when more is to be carried.
    _told: list[Conversation] = field(default_factory=list, init=False)
    #: Why no line can be had, while there is none.
    _trouble: TransportError | None = field(default=None, init=False)
    #: Whether the server has let us in.
    _is_known: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._places = self.lines
        self._load = Load(seconds=self.seconds)
        self._threads = ThreadPoolExecutor(self.lines, thread_name_prefix="smtp")

    def carry(self, messages: Mapping[int, Message]) -> Mapping[int, Receipt]:
        """Carry these, too; some answers, at least one where there is one to be had. See `transports.base.Rolling`."""
        load = self._load
        load.add(messages)
        for conversation in self._told:
            conversation.is_booked = True
        self._admit()
        self._take_leave()
        if self._trouble is None:
            self._call_out()
        for call in [call for call in self._calls if isinstance(call.awaits, Pause)]:
            self._go_on(call)
        # The first answer is enough: what comes while it is written down is told the next time, together.
        while load.open and not load.answered:
            if not self._calls and not self._arriving:
                self._give_up_on_trouble()
                self._call_out()
            self._wait()
        self._told = [call.conversation for call in self._calls if not call.conversation.is_booked]
        return load.answers()

    def hear(self, until: Future[None]) -> None:
        """Take in what the servers say until this is done, and go on where that needs no books.

        Nobody is called out or let in: a line more would have a body more to send than there are lines.
        """
        until.add_done_callback(self._bell.ring)
        while not until.done():
            for key, events in self._bell.selector.select():
                if key.data is None:
                    self._bell.hush()
                elif key.data in self._calls:
                    self._attend(key.data, events)

    @cached_property
    def _bell(self) -> _Bell:
        """Hung up when it is first needed: a switchboard that nobody uses holds nothing open."""
        return _Bell()

    def close(self) -> None:
        """Say goodbye, wherever anybody is there."""
        for call in [*self._calls]:
            self._say_goodbye(call)
        self._threads.shutdown()
        for future in self._arriving:
            if not future.exception():
                future.result().line.drop()
        self._arriving.clear()
        self._leaving.clear()
        self._bell.close()

    def _give_up_on_trouble(self) -> None:
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            self._is_known = False
            self._load.forget()
            self._places = self.lines
            raise trouble

    # --- lines -------------------------------------------------------------------------------------------

    def _call_out(self) -> None:
        """Call for as many lines as there is work for: first for one, so that a wrong password is tried once."""
        free = self._places - len(self._leaving)
        wanted = min(free, self._load.open) - len(self._calls) - len(self._arriving)
        if not self._is_known:
            wanted = min(wanted, 1 - len(self._arriving))
        for _ in range(wanted):
            future = self._threads.submit(self.call)
            self._arriving.add(future)
            future.add_done_callback(self._bell.ring)

    def _admit(self) -> None:
        """Take in the lines that are there, and hear why others are not."""
        for future in [future for future in self._arriving if future.done()]:
            self._arriving.discard(future)
            try:
                called = future.result()
            except TransportError as trouble:
                self._make_do(trouble)
                continue
            line, conversation = called.line, called.conversation
            # It may stand in the place of one that left with an answer that nobody has written down.
            conversation.is_booked = not self._load.answered
            call = _Call(line=line, conversation=conversation, talk=conversation.carry(self._load))
            self._calls.append(call)
            self._bell.selector.register(line, call.watched, call)
            self._go_on(call)
            if not self._is_known:
                self._is_known = True
                if not self._load.answered:
                    self._call_out()

    def _make_do(self, trouble: TransportError) -> None:
        """A server that allows fewer lines than we would like is asked for one more when one has served its share."""
        self._places = len(self._calls) + len(self._arriving) + len(self._leaving)
        if not self._places:
            self._trouble = trouble

    def _say_goodbye(self, call: _Call) -> None:
        self._hang_up(call)
        future = self._threads.submit(call.line.quit)
        self._leaving.add(future)
        future.add_done_callback(self._bell.ring)

    def _take_leave(self) -> None:
        """Call for others in the places of lines that are gone; the books come first."""
        gone = {future for future in self._leaving if future.done()}
        self._leaving -= gone
        if gone and not self._load.answered:
            self._call_out()

    def _drop(self, call: _Call) -> None:
        self._hang_up(call)
        call.line.drop()

    def _hang_up(self, call: _Call) -> None:
        self._bell.selector.unregister(call.line)
        self._calls.remove(call)

    # --- going on ----------------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Wait for something to happen; see to what it was."""
        until = min((call.deadline for call in self._calls), default=math.inf)
        timeout = None if until == math.inf else max(0.0, until - time.monotonic())
        for key, events in self._bell.selector.select(timeout):
            if key.data is None:
                self._bell.hush()
                self._admit()
                self._take_leave()
            elif key.data in self._calls:
                self._attend(key.data, events)
        now = time.monotonic()
        for call in [call for call in self._calls if call.deadline <= now]:
            call.line.end("timed out")
            self._go_on(call)

    def _attend(self, call: _Call, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            call.line.speak()
        if events & selectors.EVENT_READ:
            call.line.listen()
        self._go_on(call)

    def _go_on(self, call: _Call) -> None:
        """Let the conversation go on as far as it can; the line is left when it is at its end."""
        try:
            while self._may_go_on(call):
                call.awaits = next(call.talk)
                if not isinstance(call.awaits, Pause):
                    break
        except StopIteration:
            self._places = min(self._places + 1, self.lines)
            self._say_goodbye(call)
        except Broken:
            self._drop(call)
        except TransportError as trouble:
            self._drop(call)
            self._make_do(trouble)
        else:
            self._watch(call)

    def _watch(self, call: _Call) -> None:
        """Be told when more can be said, only while there is more to say."""
        if call.line.is_speaking != bool(call.watched & selectors.EVENT_WRITE):
            call.watched ^= selectors.EVENT_WRITE
            self._bell.selector.modify(call.line, call.watched, call)

    def _may_go_on(self, call: _Call) -> bool:
        """Whether what it waits for is there; of a reply, it sees by itself."""
        if not isinstance(call.awaits, Pause):
            return True
        if call.line.over or call.line.has_more:  # it closed, or says so, though nobody had asked
            call.talk.throw(Broken(Stage.ENVELOPE, call.line.over or "the server speaks out of turn"))
        return self._load.waiting > 0 if call.awaits is Pause.WORK else call.conversation.is_booked
