"""Settings while they are put together: the layers on one another, with the place each value came from."""

from __future__ import annotations

from typing import Any

from digest.located import Located

#: Where a value stands: keys, and the numbers of entries in lists.
Place = tuple[str | int, ...]


class Draft:
    """Keys and values, right or wrong, and the problems found with them."""

    def __init__(self, located: Located, name: str) -> None:
        self._located = located
        self._name = name
        self._origins: dict[Place, str] = {}
        self.data: dict[str, Any] = {} if located.value is None else located.value
        self.problems: list[str] = []

    def put(self, path: tuple[str, ...], value: Any, origin: str) -> None:
        """Lay a value over what the layers below say; `origin` is what a fault of it will name."""
        target: Any = self.data
        for key in path[:-1]:
            if not isinstance(target.setdefault(key, {}), dict):
                return  # the file is wrong there, and that is reported
            target[key] = dict(target[key])  # an alias in the file may share it
            target = target[key]
        target[path[-1]] = value
        self._origins[path] = origin

    def at(self, path: Place) -> Any:
        """The value of a key; None when there is none."""
        found: Any = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def report(self, path: Place, message: str) -> None:
        """Say what is wrong with a key, where its value came from."""
        shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
        origin = next((self._origins[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._origins), None)
        place = origin or f"{self._name}:{self._located.line(path)}"
        self.problems.append(f"{place}: {shown}: {message}")
