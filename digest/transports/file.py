"""The file transport: one .eml per message, written so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from digest.errors import TransportError
from digest.models import Message, Outcome, Receipt
from digest.transports.base import one_by_one

_UNSAFE = re.compile(r"[^A-Za-z0-9@=+_.-]")
_LONGEST_NAME = 120


def file_name(message_id: str) -> str:
    """The name of a message's file: the same for every attempt, different for every Message-ID.

    An id that is no safe file name as it stands gets a hash of itself behind what is safe of it.
    """
    bare = message_id.strip("<>")
    safe = _UNSAFE.sub("_", bare).lstrip(".")[:_LONGEST_NAME]
    if safe and message_id == f"<{safe}>":
        return f"{safe}.eml"
    return f"{safe}-{hashlib.sha256(message_id.encode()).hexdigest()[:16]}.eml"


class FileTransport:
    """Writes messages into a folder, which is made when it is missing.

    Sending the same message again overwrites its own file, so however often a worker dies, each message is there
    exactly once.
    """

    kind = "file"
    window = 16

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = False

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Write each message; the receipt's detail is its path. Durable when this returns.

        Raises:
            TransportError: the folder cannot be made or written to, or the disk is full.
        """
        self._make_ready()
        receipts = one_by_one(messages, self._write)
        with _clearly(self._folder):
            _sync_folder(self._folder)
        return receipts

    def has(self, message: Message) -> bool | None:
        """Whether its file is there; None when the folder cannot be read."""
        try:
            (self._folder / file_name(message.id)).stat()
        except FileNotFoundError:
            return False
        except OSError:
            return None
        return True

    def check(self) -> str:
        """The folder, after making sure that a file can be written there. TransportError when it cannot."""
        self._make_ready()
        with _clearly(self._folder), tempfile.TemporaryFile(dir=self._folder):
            return f"files in {self._folder}"

    def close(self) -> None:
        """Nothing is kept open."""

    def _make_ready(self) -> None:
        if self._ready and self._folder.is_dir():
            return
        with _clearly(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(self._folder)
        self._ready = True

    def _write(self, message: Message) -> Receipt:
        path = self._folder / file_name(message.id)
        # The process id keeps two workers that write one message apart; each renames only what it wrote itself.
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with _clearly(path):
            try:
                _write_durably(part, message.data)
                part.replace(path)
            except OSError:
                part.unlink(missing_ok=True)
                raise
        return Receipt(outcome=Outcome.ACCEPTED, detail=str(path))


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the renames themselves durable (fsync(2): a file's own fsync does not cover its name)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_leftovers(folder: Path) -> None:
    """Remove what killed processes had begun."""
    for part in folder.glob(".*.part"):
        pid = part.name.split(".")[-2]
        if pid.isdigit() and not _is_alive(int(pid)):
            part.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextlib.contextmanager
def _clearly(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise TransportError(
            f"cannot write {path}: {reason}. Make room or change the permissions, then send again; "
            "what was not written waits in the outbox."
        ) from error
