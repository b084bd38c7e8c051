"""Where the lab's mail goes: a sink that remembers every copy, and a folder that is counted."""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol

from aiosmtpd.controller import Controller

from tests.integration.provider_server import Answer, Call, running_provider


class Verdict(Enum):
    """What becomes of a mail that arrives."""

    TAKEN = auto()
    #: Refused for good.
    NEVER = auto()
    #: Refused for now.
    LATER = auto()


class Arrivals(Protocol):
    """What arrived, and where it is sent to."""

    @property
    def kind(self) -> str:
        """The transport that leads here."""

    @property
    def target(self) -> str:
        """What that transport is told."""

    def count(self) -> int:
        """How many copies arrived so far."""

    def copies(self) -> Counter[str]:
        """How many copies arrived for each reader."""


def take_all(_address: str) -> Verdict:
    """Take everything."""
    return Verdict.TAKEN


_REPLIES = {
    Verdict.TAKEN: "250 2.0.0 taken",
    Verdict.NEVER: "550 5.1.1 no such mailbox",
    Verdict.LATER: "451 4.7.1 try again",
}


@dataclass
class Sink:
    """An SMTP server that takes what it is told to, and remembers for whom."""

    port: int = 0
    judge: Callable[[str], Verdict] = take_all
    received: list[str] = field(default_factory=list)
    kind: str = "smtp"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        verdict = self.judge(address)
        if verdict is Verdict.TAKEN:
            self.received.append(address)
        return _REPLIES[verdict]

    @property
    def target(self) -> str:
        return str(self.port)

    @property
    def extra(self) -> int:
        return len(self.received) - len(self.copies())

    def count(self) -> int:
        return len(self.received)

    def copies(self) -> Counter[str]:
        return Counter(self.received)


@dataclass
class Folder:
    """An outbox of files: a second copy overwrites the first, so a reader has one or none."""

    path: Path
    kind: str = "file"

    @property
    def target(self) -> str:
        return str(self.path)

    def count(self) -> int:
        return sum(1 for _ in self.path.glob("*.eml"))

    def copies(self) -> Counter[str]:
        numbers = (file.name.removeprefix("message").partition("@")[0] for file in self.path.glob("*.eml"))
        return Counter(f"reader{number}@example.org" for number in numbers)


@dataclass
class Post:
    """A provider that takes what it is told to, and remembers for whom: Mailgun one mail in a call, Postmark many."""

    kind: str
    target: str = ""
    judge: Callable[[str], Verdict] = take_all
    received: list[str] = field(default_factory=list)

    def answer(self, call: Call) -> Answer:
        if call.method == "GET":  # Mailgun's log, asked for `message7@example.org`
            number = _ASKED.findall(call.path)
            known = f"reader{number[0]}@example.org" in self.received
            return Answer(body={"items": [{"event": "accepted"}] if known else []})
        if self.kind == "mailgun":
            return self._answer_one(_TO.findall(call.body)[0].decode())
        return self._answer_each([message["To"] for message in call.json])

    def _answer_one(self, address: str) -> Answer:
        verdict = self.judge(address)
        if verdict is Verdict.TAKEN:
            self.received.append(address)
            return Answer(body={"message": "Queued. Thank you."})
        return Answer(status=400 if verdict is Verdict.NEVER else 429, body={"message": "No."})

    def _answer_each(self, addresses: list[str]) -> Answer:
        """What is refused for now is the whole call."""
        verdicts = [self.judge(address) for address in addresses]
        if Verdict.LATER in verdicts:
            return Answer(status=503, body={"Message": "Not now."})
        taken = [verdict is Verdict.TAKEN for verdict in verdicts]
        self.received += [address for address, is_taken in zip(addresses, taken, strict=True) if is_taken]
        return Answer(body=[{"ErrorCode": 0 if is_taken else 406, "Message": "No."} for is_taken in taken])

    def count(self) -> int:
        return len(self.received)

    def copies(self) -> Counter[str]:
        return Counter(self.received)


_TO = re.compile(rb'name="to"\r\n\r\n([^\r]+)\r\n')
_ASKED = re.compile(r"message-id=message(\d+)(?:%40|@)")


@contextmanager
def running_post(kind: str) -> Iterator[Post]:
    post = Post(kind)
    with running_provider() as provider:
        post.target, provider.answer = provider.url, post.answer
        yield post


@contextmanager
def running_sink() -> Iterator[Sink]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        sink = Sink(port=free.getsockname()[1])
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
