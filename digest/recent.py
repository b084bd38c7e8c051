"""What was made lately and may be asked for again in a moment: a page, and the frame inside it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Keeps the last few, each under everything it depends on; what is made twice at once is made twice."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, about: Hashable, make: Callable[[], T]) -> T:
        """What was made under this, or is made now. Raises what `make` does, and keeps nothing then."""
        with self._lock:
            if about in self._kept:
                self._kept.move_to_end(about)
                return self._kept[about]
        made = make()
        with self._lock:
            self._kept[about] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
