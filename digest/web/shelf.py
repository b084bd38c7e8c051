"""Files of readers that somebody looks at before they are taken in: kept in memory, a few of them, for a while."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

#: Seconds somebody may think about a file, and how many files wait at the most.
_LIFE, _MOST = 900.0, 8


class Shelf:
    """Keeps files by what they hold. What is not taken in is forgotten by itself: it is full of addresses.

    Args:
        life: seconds a file is kept.
        most: how many are kept; one more, and the oldest goes.
    """

    def __init__(self, *, life: float = _LIFE, most: int = _MOST) -> None:
        self._life, self._most = life, most
        self._lock = threading.Lock()
        self._files: OrderedDict[str, tuple[bytes, str, threading.Timer]] = OrderedDict()

    def keep(self, data: bytes, name: str) -> str:
        """What the file is asked for by; the same for the same content, whose time begins anew."""
        key = hashlib.sha256(data).hexdigest()
        end = threading.Timer(self._life, self.forget, [key])
        end.daemon = True
        self.forget(key)
        with self._lock:
            self._files[key] = data, name, end
            oldest = [*self._files][: -self._most]
        for one in oldest:
            self.forget(one)
        end.start()
        return key

    def find(self, key: str) -> tuple[bytes, str] | None:
        """(content, what it is called); None when it is not here, or not any more."""
        with self._lock:
            data, name, _ = self._files.get(key, (b"", "", None))
        return (data, name) if data else None

    def forget(self, key: str) -> None:
        """Keep it no longer; nothing where it is not here."""
        with self._lock:
            *_, end = self._files.pop(key, (None,))
        if end is not None:
            end.cancel()

    def close(self) -> None:
        """Forget them all."""
        for key in [*self._files]:
            self.forget(key)
