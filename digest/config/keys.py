"""The keys of the schema, as people and the environment write them."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic.fields import FieldInfo

from digest.config.schema import Settings
from digest.config.sections import Section, TransportSection

#: Each entry has a name of its own and the keys of `ONE`.
SEVERAL = ("transports",)
ONE = ("transport",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A key of the schema."""

    #: `*` stands for each entry of a list.
    path: tuple[str, ...]
    #: The kinds of section it belongs to; empty for one that always does.
    kind: str
    field: FieldInfo

    @property
    def name(self) -> str:
        """As people write it: `newsletter.base_url`, `sources[].feed`."""
        return ".".join(self.path).replace(".*", "[]")

    @property
    def variable(self) -> str:
        """The environment variable that sets it; empty for what stands inside a list, which is set as a whole."""
        return "" if "*" in self.path else f"DIGEST_{'__'.join(self.path)}".upper()


@cache
def known_keys() -> tuple[Key, ...]:
    """Every key of the schema, in its order; a key of two kinds stands twice."""
    return tuple(_keys(Settings, ()))


def _keys(section: type[Section], above: tuple[str, ...]) -> Iterator[Key]:
    # What all kinds of transport have in common stands behind what is its own.
    common = TransportSection.model_fields if issubclass(section, TransportSection) else {}
    for name, given in sorted(section.model_fields.items(), key=lambda one: one[0] in common):
        path = (*above, given.alias or name)
        yield Key(path=path, kind=section.KIND, field=given)
        if path == SEVERAL:
            continue
        inside = (*path, "*") if typing.get_origin(given.annotation) is tuple else path
        for part in parts_of(given.annotation):
            if isinstance(part, type) and issubclass(part, Section):
                yield from _keys(part, inside)


def parts_of(annotation: Any) -> Iterator[Any]:
    """The types an annotation is made of."""
    yield typing.get_origin(annotation) or annotation
    for part in typing.get_args(annotation):
        yield from parts_of(part)
