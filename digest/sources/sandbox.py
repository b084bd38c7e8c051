"""Reading hostile documents in a child process with limits on CPU, memory and wall time.

A child of `sys.executable -m digest.sources.parse`, and no fork: a fork of a daemon with threads and an open SQLite
connection copies its locks in whatever state they are, and hands a hostile document our secrets. The child sets its
own limits (a `preexec_fn` is not safe beside threads), gets an environment with nothing in it but the import path,
inherits no file but its three pipes, and cannot write to any file. It costs about 0.1 s to start and as much for its
first page, so one child reads all documents of a visit; one that dies of a document is replaced for the next.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from digest.errors import SourceError
from digest.sources.headings import Headings
from digest.sources.items import ParsedFeed, feed_from
from digest.sources.pieces import Document, Piece, document_from, pieces_from

#: Seconds one document may take, waiting included.
MOST_SECONDS = 30.0
#: Seconds of CPU for one document; the slowest of 450 real feeds took 5.
MOST_CPU = 20
#: Bytes of address space: the libraries take about 100 MB of it, the worst real feed 200 MB more.
MOST_MEMORY = 768 * 1024 * 1024
#: Bytes of one answer; the pieces of a document are never larger than the document was.
MOST_ANSWER = 64 * 1024 * 1024


class Sandbox:
    """A place to read documents in; a context manager. Not for two threads at once.

    Args:
        seconds: how long one document may take, waiting included.
        cpu: seconds of computing for one document.
        memory: bytes of address space of the child.
    """

    def __init__(self, *, seconds: float = MOST_SECONDS, cpu: int = MOST_CPU, memory: int = MOST_MEMORY) -> None:
        self._seconds = seconds
        self._limits = (str(memory), str(cpu))
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read_feed(self, data: bytes, *, charset: str | None = None) -> ParsedFeed:
        """A feed in any form, taken apart.

        Raises:
            SourceError: it is none, or reading it breaks a limit; the message says which.
        """
        return feed_from(self._ask("feed", data, charset=charset))

    def read_page(self, data: bytes, *, charset: str | None = None, headings: Headings | None = None) -> Document:
        """The pieces of the article of an HTML page.

        Args:
            data: the page as it came.
            charset: as the server named it.
            headings: names that mean something, by which the page's own headings show what belongs to its article.

        Raises:
            SourceError: reading it breaks a limit; the message says which.
        """
        extra = headings.extra if headings else {}
        return document_from(self._ask("page", data, charset=charset, headings=dict(extra)))

    def read_text(self, data: bytes, *, markdown: bool, headings: Headings | None = None) -> Document:
        """The pieces of a text file, and what it says of itself before its text.

        Args:
            data: the file.
            markdown: read it as Markdown.
            headings: names that mean something, which stand in lines of their own.

        Raises:
            SourceError: reading it breaks a limit; the message says which.
        """
        extra = headings.extra if headings else {}
        return document_from(self._ask("text", data, markdown=markdown, headings=dict(extra)))

    def read_texts(self, texts: Sequence[str]) -> list[tuple[Piece, ...]]:
        """The pieces of texts with or without markup.

        Raises:
            SourceError: reading them breaks a limit; the message says which.
        """
        return [pieces_from(pieces) for pieces in self._ask("texts", json.dumps(list(texts)).encode())]

    def _ask(self, job: str, data: bytes, **about: Any) -> Any:
        child = self._running()
        late = threading.Event()

        def give_up() -> None:
            late.set()
            child.kill()

        watch = threading.Timer(self._seconds, give_up)
        watch.daemon = True
        watch.start()
        try:
            answer = _exchange(child, {"job": job, "size": len(data), **about}, data)
        finally:
            watch.cancel()
        if not answer.endswith(b"\n"):
            raise SourceError(self._why_it_died(late=late.is_set()))
        reply = json.loads(answer)
        if "refused" in reply:
            raise SourceError(reply["refused"])
        return reply["value"]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = _started(self._limits)
        return self._child

    def _why_it_died(self, *, late: bool) -> str:
        code = self._end()
        if late:
            return f"reading it took longer than {self._seconds:g} s"
        if code == -signal.SIGXCPU:
            return "reading it takes more computing than any real document needs"
        return f"reading it broke the reader (exit code {code}): it is damaged, or built to do that"

    def _end(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        for pipe in (child.stdin, child.stdout):
            if pipe:
                _close(pipe)
        try:
            return child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


def _started(limits: tuple[str, str]) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(path or "." for path in sys.path)
    return subprocess.Popen(  # noqa: S603 - our own module with two numbers, nothing from outside
        [sys.executable, "-B", "-m", "digest.sources.parse", *limits],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": paths, "PYTHONUTF8": "1"},
    )


def _exchange(child: subprocess.Popen[bytes], job: dict[str, Any], data: bytes) -> bytes:
    """The answer's line; cut or empty when the child died."""
    take, give = child.stdout, child.stdin
    if take is None or give is None:
        return b""
    try:
        give.write(json.dumps(job).encode() + b"\n" + data)
        give.flush()
    except OSError:
        return b""
    return take.readline(MOST_ANSWER)


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        # What was still buffered for a dead child has nowhere to go.
        return
