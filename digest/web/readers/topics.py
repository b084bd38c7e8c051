"""The topics as a reader chooses from them: groups that open, each with its topics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from digest.choosing import Choice


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A topic without a parent, and all below it."""

    whole: Choice
    parts: tuple[Choice, ...]

    @property
    def chosen(self) -> int:
        """How many of them are followed."""
        return sum(choice.followed is not None for choice in (self.whole, *self.parts))

    @property
    def muted(self) -> int:
        """How many of them are muted."""
        return sum(choice.muted for choice in (self.whole, *self.parts))


def groups(choices: Iterable[Choice]) -> tuple[Group, ...]:
    """The choices in tree order, by their first floor."""
    found: list[tuple[Choice, list[Choice]]] = []
    for choice in choices:
        if choice.depth == 0:
            found.append((choice, []))
        else:
            found[-1][1].append(choice)
    return tuple(Group(whole=whole, parts=tuple(parts)) for whole, parts in found)
