"""Works behind the pages: an editor presses a button and looks on while mails leave."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from digest import departures
from digest.errors import DigestError, NothingToDo
from digest.newsroom import Digest

_log = logging.getLogger(__name__)


class Courier:
    """One thread that sends, and one for errands. A send it is in when the site ends, `digest run` goes on with."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="courier")
        # Somebody waits for what an errand brings: it does not wait for a send to end.
        self._errands = ThreadPoolExecutor(1, thread_name_prefix="errand")
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._busy: set[str] = set()

    def send(self, label: str) -> bool:
        """Send what is due of this issue, soon. False when it is on it already."""
        with self._lock:
            if label in self._busy:
                return False
            self._busy.add(label)
        self._threads.submit(self._send, label)
        return True

    def is_sending(self, label: str) -> bool:
        """Whether it is on this issue, or will be soon."""
        with self._lock:
            return label in self._busy

    def run(self, errand: Callable[[], object]) -> None:
        """Do something soon, one after another. That it failed is only logged."""
        self._errands.submit(self._run, errand)

    def close(self) -> None:
        """Finish the mails in hand, then end."""
        self._stop.set()
        self._threads.shutdown(wait=True)
        self._errands.shutdown(wait=True)

    def _send(self, label: str) -> None:
        try:
            if not self._stop.is_set():
                self._run(lambda: departures.send(self._digest, self._digest.issue(label), stop=self._stop.is_set))
        finally:
            with self._lock:
                self._busy.discard(label)

    def _run(self, errand: Callable[[], object]) -> None:
        try:
            errand()
        except NothingToDo:
            pass
        except DigestError as error:
            _log.warning("an errand of the web pages failed: %s", type(error).__name__)
        except Exception:  # noqa: BLE001 - whatever it was, the next errand is done all the same
            _log.exception("an errand of the web pages failed")
