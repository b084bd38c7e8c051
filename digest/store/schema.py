"""Which schema a database has, and bringing it up to ours."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from digest.errors import StoreError
from digest.store.engine import Lock, Part, locked, make_engine

#: The last step, known here so that opening a store need not load Alembic. Steps are numbered, so later is greater.
LATEST = "0016"

_VERSION = sa.table("alembic_version", sa.column("version_num"))


class SchemaState(StrEnum):
    """How the schema of a database stands to ours."""

    #: Nothing of ours is there.
    EMPTY = "empty"
    CURRENT = "current"
    #: Made by an earlier version; `upgrade` brings it up.
    OLDER = "older"
    #: Made by a later version than this one.
    NEWER = "newer"


def schema_state(url: str | URL) -> SchemaState:
    """How the schema behind this url stands; looking makes no file. Raises StoreError when it cannot be reached."""
    engine = make_engine(url)
    file = engine.url.database or ""
    try:
        if engine.dialect.name == "sqlite" and not Path(file).exists():
            return SchemaState.EMPTY
        return state_of(Part(engine))
    finally:
        engine.dispose()


def upgrade(url: str | URL) -> bool:
    """Bring the database behind this url up to our schema. False when it was there already.

    Raises:
        StoreError: it cannot be reached, or was made by a later version.
    """
    engine = make_engine(url)
    try:
        return raise_schema(Part(engine))
    finally:
        engine.dispose()


def state_of(part: Part) -> SchemaState:
    """How the schema stands."""
    with part.read() as connection:
        return _state(connection)


def raise_schema(part: Part) -> bool:
    """Run the missing steps, all or none of them, one process at a time. False when none was missing."""
    with part.begin() as connection:
        locked(connection, Lock.SCHEMA)
        state = _state(connection)
        if state is SchemaState.NEWER:
            raise StoreError(too_new())
        if state is not SchemaState.CURRENT:
            _run(connection)
        return state is not SchemaState.CURRENT


def too_new() -> str:
    """What to say of a database made by a later version."""
    return "the database was made by a later version of digest: install that version or a later one"


def _state(connection: sa.Connection) -> SchemaState:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return SchemaState.EMPTY
    revision = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    if revision is None:
        return SchemaState.EMPTY
    if revision == LATEST:
        return SchemaState.CURRENT
    return SchemaState.NEWER if revision > LATEST else SchemaState.OLDER


def _run(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
