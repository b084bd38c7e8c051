"""Where the lab's mail goes: a sink that remembers every copy, and a folder that is counted."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiosmtpd.controller import Controller


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
