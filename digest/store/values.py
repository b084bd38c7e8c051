"""How values of ours lie in columns: instants, enum members, JSON.

JSON lies in plain text columns, written with ASCII alone: the same bytes in both databases, and hostile text (NUL,
lone surrogates) cannot make PostgreSQL refuse a row. Its shape is part of the schema: a change of shape that old
rows do not fit needs a migration, like a new column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

import sqlalchemy as sa
from pydantic import Discriminator, TypeAdapter

from digest.models import (
    Asked,
    Block,
    Bullets,
    Entry,
    Match,
    Paragraph,
    Profile,
    Section,
    SectionRole,
    Selection,
    Step,
    Subheading,
)

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

_LONE = re.compile("[\0\ud800-\udfff]")
#: Ids: 64 bits in PostgreSQL; in SQLite the only type a rowid can have.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime, in UTC whenever it is read; PostgreSQL's own type, in SQLite ISO 8601 text that sorts."""

    impl = sa.String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """The type the database has for it."""
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(sa.TIMESTAMP(timezone=True) if native else sa.String(27))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """The instant in UTC. Raises ValueError for a naive datetime: nobody could say when it is."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value!r} has no time zone: instants are stored in UTC, so give an aware datetime")
        instant = value.astimezone(UTC)
        return instant if dialect.name == "postgresql" else instant_text(instant)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """The instant, in UTC."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


def instant_text(instant: datetime) -> str:
    """27 characters that sort as the instants do: `2026-11-01T09:00:00.000000Z`. Takes an instant in UTC."""
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Said(sa.types.TypeDecorator[str]):
    """Text from outside: what no database stores (NUL, lone surrogates) becomes U+FFFD, in questions too."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """The text as stored."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return _LONE.sub("\N{REPLACEMENT CHARACTER}", value)


class Word(sa.types.TypeDecorator[E], Generic[E]):
    """A member of an enum, by its value."""

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """The value as stored. Raises ValueError for a word the enum does not have."""
        return None if value is None else str(self.enum(value))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> E | None:  # noqa: ARG002
        """The member."""
        return None if value is None else self.enum(value)


class Json(sa.types.TypeDecorator[T], Generic[T]):
    """A value by its pair of functions: to text, and back."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, write: Callable[[T], str], read: Callable[[str], T]) -> None:
        super().__init__()
        self.write = write
        self.read = read

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """The text."""
        return None if value is None else self.write(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> T | None:  # noqa: ARG002
        """The value."""
        return None if value is None else self.read(value)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


_ENTRY = TypeAdapter(Entry)
_MATCHES = TypeAdapter(tuple[Match, ...])
_SELECTION = TypeAdapter(Selection)
_PROFILE = TypeAdapter(Profile)
_STEPS: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Annotated[Step, Discriminator("what")], ...])
_ASKED = TypeAdapter(Asked)


def write_entry(entry: Entry) -> str:
    """The entry as JSON: its fields by name, its blocks each in a shape of their own."""
    return _compact(_ENTRY.dump_python(entry, mode="json", exclude={"sections"}) | {"sections": _sections(entry)})


def read_entry(text: str) -> Entry:
    """The entry as it was given."""
    raw = json.loads(text)
    return _ENTRY.validate_python(raw | {"sections": tuple(_section(section) for section in raw["sections"])})


def _sections(entry: Entry) -> list[dict[str, Any]]:
    return [
        {"role": section.role.value, "heading": section.heading, "blocks": [_write_block(b) for b in section.blocks]}
        for section in entry.sections
    ]


def _section(raw: dict[str, Any]) -> Section:
    blocks = tuple(_read_block(block) for block in raw["blocks"])
    return Section(role=SectionRole(raw["role"]), heading=raw["heading"], blocks=blocks)


def _write_block(block: Block) -> str | dict[str, Any]:
    # A paragraph is by far the most frequent block, so it is the bare string.
    match block:
        case Paragraph(text):
            return text
        case Subheading(text):
            return {"heading": text}
        case Bullets(items, ordered, start):
            return {"items": list(items), "ordered": ordered} | ({"start": start} if start != 1 else {})


def _read_block(raw: str | dict[str, Any]) -> Block:
    if isinstance(raw, str):
        return Paragraph(raw)
    if "heading" in raw:
        return Subheading(raw["heading"])
    return Bullets(tuple(raw["items"]), raw["ordered"], raw.get("start", 1))


def write_matches(matches: tuple[Match, ...]) -> str:
    """The matches as JSON, in their order."""
    return _compact(_MATCHES.dump_python(matches, mode="json"))


def read_matches(text: str) -> tuple[Match, ...]:
    """The matches as they were given."""
    return _MATCHES.validate_python(json.loads(text))


def write_selection(selection: Selection) -> str:
    """The selection as JSON, its placements in their order."""
    return _compact(_SELECTION.dump_python(selection, mode="json"))


def read_selection(text: str) -> Selection:
    """The selection as it was given."""
    return _SELECTION.validate_python(json.loads(text))


def write_profile(profile: Profile) -> str:
    """The profile as JSON; equal profiles give equal text."""
    return _compact(_PROFILE.dump_python(profile, mode="json") | {"mutes": sorted(profile.mutes)})


@lru_cache(maxsize=4096)
def read_profile(text: str) -> Profile:
    """The profile as it was given. Readers share few profiles, so the last ones read are kept and shared."""
    return _PROFILE.validate_python(json.loads(text))


def write_steps(steps: tuple[Step, ...]) -> str:
    """An editor's steps as JSON, each with its word."""
    return _compact(_STEPS.dump_python(steps, mode="json"))


def read_steps(text: str) -> tuple[Step, ...]:
    """The steps as they were made."""
    return _STEPS.validate_python(json.loads(text))


def write_asked(asked: Asked) -> str:
    """What somebody asked for as JSON."""
    return _compact(_ASKED.dump_python(asked, mode="json"))


def read_asked(text: str) -> Asked:
    """What somebody asked for, as it was given."""
    return _ASKED.validate_python(json.loads(text))
