"""What takes longer than a page may: done behind it, once for the same content, and looked up from then on."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as NotYet
from typing import Any, TypeVar

from digest.errors import DigestError

_log = logging.getLogger(__name__)

T = TypeVar("T")
#: Answers that are kept: a check and a survey for a handful of issues.
_KEPT = 32


class Errands:
    """Two threads that find things out. An answer is kept under what it is about, as long as that stays the same."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="errand")
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def ask(self, about: Hashable, find_out: Callable[[], T], *, wait: float = 0.0) -> T | None:
        """The answer, or None while it is being found out.

        Args:
            about: what it is about; the same content has the same answer.
            find_out: asked once, in another thread.
            wait: seconds to wait for it.

        Raises:
            DigestError: what `find_out` raised; the next time it is asked again.
        """
        with self._lock:
            errand = self._known.get(about)
            if errand is None:
                errand = self._known[about] = self._threads.submit(find_out)
                self._forget_old()
            self._known.move_to_end(about)
        return self._answer(about, errand, wait)

    def known(self, about: Hashable) -> Any:
        """The answer, if it is there; nothing is begun for it. Raises what `ask` does."""
        with self._lock:
            errand = self._known.get(about)
        return None if errand is None else self._answer(about, errand, 0.0)

    def are_on(self, beginning: tuple[Hashable, ...]) -> bool:
        """Whether anything is being found out that is about this, and about more."""
        with self._lock:
            kin = [one for about, one in self._known.items() if _begins(about, beginning)]
        return any(not errand.done() for errand in kin)

    def wait(self) -> None:
        """Return when nothing is being found out any more."""
        with self._lock:
            errands = list(self._known.values())
        wait(errands)

    def forget(self, about: Hashable) -> None:
        """Have it found out anew the next time."""
        with self._lock:
            errand = self._known.get(about)
            if errand is not None and errand.done():
                del self._known[about]

    def close(self) -> None:
        """Begin nothing more, and end what is on."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _answer(self, about: Hashable, errand: Future[T], wait: float) -> T | None:
        try:
            return errand.result(timeout=wait)
        except NotYet:
            return None
        except DigestError:
            self.forget(about)
            raise
        except Exception:
            _log.exception("an errand of the web pages failed")
            self.forget(about)
            raise

    def _forget_old(self) -> None:
        done = [about for about, errand in self._known.items() if errand.done()]
        for about in done[: max(0, len(self._known) - _KEPT)]:
            del self._known[about]


def _begins(about: Hashable, beginning: tuple[Hashable, ...]) -> bool:
    return isinstance(about, tuple) and about[: len(beginning)] == beginning
