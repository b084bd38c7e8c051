"""Where the lab's mail goes: a sink that remembers every copy, and a folder that is counted."""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiosmtpd.controller import Controller

from tests.integration.provider_server import Answer, Call, running_provider


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


def accept(_address: str) -> str:
    """Take everything."""
    return "250 2.0.0 taken"


@dataclass
class Sink:
    """An SMTP server that takes what `answer` takes, and remembers for whom."""

    port: int = 0
    answer: Callable[[str], str] = accept
    received: list[str] = field(default_factory=list)
    kind: str = "smtp"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        answer = self.answer(address)
        if answer.startswith("2"):
            self.received.append(address)
        return answer

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
    """A provider that takes all it is sent, and remembers for whom: Mailgun one mail in a call, Postmark many."""

    kind: str
    target: str = ""
    received: list[str] = field(default_factory=list)

    def answer(self, call: Call) -> Answer:
        if call.method == "GET":  # Mailgun's log, asked for `message7@example.org`
            number = _ASKED.findall(call.path)
            known = f"reader{number[0]}@example.org" in self.received
            return Answer(body={"items": [{"event": "accepted"}] if known else []})
        if self.kind == "mailgun":
            self.received.append(_TO.findall(call.body)[0].decode())
            return Answer(body={"message": "Queued. Thank you."})
        self.received += (addresses := [message["To"] for message in call.json])
        return Answer(body=[{"ErrorCode": 0, "MessageID": str(number)} for number, _ in enumerate(addresses)])

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
