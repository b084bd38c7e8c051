"""The engine, and the one way in: reads, write transactions and streams that are the same on both databases."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from functools import lru_cache, partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url

from digest.errors import StoreError
from digest.store.base import Meanwhile
from digest.store.values import instant_text

T = TypeVar("T")

#: How many rows a stream holds at a time.
CHUNK = 1_000
#: How many seconds a writer waits for another one before it gives up.
PATIENCE = 30.0


class Conflict(StoreError):  # noqa: N818 - reads as what it is
    """Another command stored the same thing at the same time, or the thing named does not exist."""


class Lock(IntEnum):
    """What only one process may do at a time; in PostgreSQL an advisory lock of this number."""

    SCHEMA = 7_243_001
    CONTENT = 7_243_002
    CORRECTIONS = 7_243_003


def plain_hash(text: str) -> str:
    """A hash (hex) without a key: for tools that have no operator's secret at hand, and know nobody who was erased."""
    return hashlib.sha256(text.encode()).hexdigest()


class Part:
    """What every part of the store is built on."""

    def __init__(self, engine: sa.Engine, conceal: Callable[[str], str] = plain_hash) -> None:
        self.engine = engine
        #: The hash by which an erased address is known again.
        self.conceal = conceal
        #: Commits while another thread goes on; no thread begins before anybody asks for that.
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="commit")

    @contextmanager
    def begin(self, meanwhile: Meanwhile | None = None) -> Iterator[sa.Connection]:
        """A write transaction: committed at the end, rolled back when anything is raised.

        SQLite takes its one write lock here (BEGIN IMMEDIATE), so what is read inside cannot change before it is
        written; PostgreSQL locks rows as they are written or asked for by `with_for_update()`, which SQLite ignores.

        With `meanwhile` the disk is waited for by another thread, and that goes on.

        Raises:
            StoreError: the database is locked, full, gone or broken.
        """
        with self.bare() as connection, connection.begin() as transaction:
            _begin(connection, "BEGIN IMMEDIATE")
            yield connection
            if meanwhile is not None:
                self._commit_during(meanwhile, transaction)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for reading, that sees what was committed.

        Raises:
            StoreError: the database is gone or broken.
        """
        with self.bare() as connection:
            _begin(connection, "BEGIN")
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A connection for reading that sees the database as of one moment, however long it looks.

        Raises:
            StoreError: the database is gone or broken.
        """
        with self.read() as connection:
            # SQLite shows one moment to every transaction; PostgreSQL must be asked for it.
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def bare(self) -> Iterator[sa.Connection]:
        """A connection without a transaction, for what SQLite does not do within one.

        Raises:
            StoreError: the database is gone or broken.
        """
        with _readable_errors(self.engine.url), self.engine.connect() as connection:
            yield connection

    def _commit_during(self, meanwhile: Meanwhile, transaction: sa.RootTransaction) -> None:
        begun = Event()

        def commit() -> None:
            begun.set()
            transaction.commit()

        committed = self._aside.submit(commit)
        try:
            begun.wait()  # until then this thread would keep the interpreter to itself, and that one would not begin
            meanwhile(committed)
        finally:
            committed.result()

    def stream(self, statement: sa.Select[*tuple[Any, ...]]) -> Iterator[sa.Row[*tuple[Any, ...]]]:
        """The rows one by one, `CHUNK` of them in memory; others may write meanwhile, and are not seen."""
        # The cursor is closed here, not by the garbage collector: a reader may stop in the middle.
        with self.read() as connection, connection.execution_options(yield_per=CHUNK).execute(statement) as rows:
            yield from rows


def locked(connection: sa.Connection, lock: Lock) -> None:
    """Wait until this transaction is the only one that does this; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(lock))))


def upsert(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Write the row over the one with the same primary key, or insert it."""
    names = {column.name for column in table.primary_key}
    same = sa.and_(*(table.c[name] == row[name] for name in names))
    rest = {name: value for name, value in row.items() if name not in names}
    if connection.execute(sa.update(table).where(same).values(rest)).rowcount == 0:
        connection.execute(sa.insert(table).values(dict(row)))


def insert_missing(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Insert the row unless one with its primary key is there, whoever put it there, and when."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(table).values(dict(row)).on_conflict_do_nothing())


def batches(things: Iterable[T]) -> Iterator[list[T]]:
    """The things in their order, `CHUNK` at a time."""
    remaining = iter(things)
    while batch := list(islice(remaining, CHUNK)):
        yield batch


def within(column: sa.ColumnElement[int], ids: Collection[int]) -> sa.ColumnElement[bool]:
    """`column IN (ids)` for any number of ids: written into the statement, so no limit on parameters applies."""
    return column.in_(sa.bindparam(None, [int(number) for number in ids], expanding=True, literal_execute=True))


class Prepared:
    """A statement that writes a few rows, again and again; compiled once for each database.

    Values are bound here, by what they are: SQLAlchemy's own way, by column, costs more than writing the rows.

    Args:
        statement: what it does, with parameters that have names.
        each: the names of those that differ from row to row; a row holds their values, in this order.
    """

    def __init__(self, statement: sa.UpdateBase, *each: str) -> None:
        self._compiled = lru_cache(maxsize=4)(partial(_compiled, statement, each))

    def run(self, connection: sa.Connection, rows: Iterable[Sequence[Any]], **shared: Any) -> int:
        """Run it for each of the rows in their order, with the `shared` values in all of them; how many it wrote.

        Values are None, numbers, enum members, dates, aware datetimes, or text that any database stores (`storable`).
        """
        sql, constants, arranged = self._compiled(connection.dialect)
        bind = _binder(connection.dialect)
        same = [bind(value) for value in {**constants, **shared}.values()]
        values: Any = [arranged([one if type(one) in _PLAIN else bind(one) for one in row] + same) for row in rows]
        return connection.exec_driver_sql(sql, values).rowcount if values else 0


def _compiled(
    statement: sa.UpdateBase, each: Sequence[str], dialect: sa.Dialect
) -> tuple[str, Mapping[str, Any], Callable[[list[Any]], Any]]:
    """The statement as the driver takes it, what all rows share, and how a row's values followed by those are given."""
    compiled = statement.compile(dialect=dialect)
    same = {name: value for name, value in compiled.params.items() if name not in each}
    names = [*each, *same]
    in_order = getattr(compiled, "positiontup", None)
    if in_order is None:
        return str(compiled), same, lambda values: dict(zip(names, values, strict=True))
    return str(compiled), same, itemgetter(*map(names.index, in_order))


_PLAIN = frozenset({str, int, type(None)})


def _binder(dialect: sa.Dialect) -> Callable[[Any], Any]:
    """What makes of a value what the driver takes; an instant that comes again is written once."""
    native = dialect.name == "postgresql"
    instants: dict[datetime, Any] = {}

    def bound(value: Any) -> Any:
        if isinstance(value, datetime):
            if value not in instants:
                instants[value] = value if native else instant_text(value.astimezone(UTC))
            return instants[value]
        if isinstance(value, date):
            return value if native else value.isoformat()
        return value.value if isinstance(value, Enum) else value

    return bound


def make_engine(url: str | URL, *, patience: float = PATIENCE) -> sa.Engine:
    """An engine for this url, not yet connected.

    Raises:
        StoreError: the url is not one of ours, its driver is not installed, or its folder does not exist.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, patience)
    try:
        return sa.create_engine(parsed, pool_pre_ping=True)
    except ImportError as error:
        raise StoreError(
            "the PostgreSQL driver is not installed: run `pip install 'digest-newsletter[postgres]'`"
        ) from error


def _parsed(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
    except (sa.exc.ArgumentError, ValueError) as error:
        raise StoreError(
            "the database url cannot be read: write `sqlite:///digest.db` or `postgresql://user@host/name`"
        ) from error
    if name in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    raise StoreError(f"databases of kind {name!r} are not supported: use sqlite:///… or postgresql://…")


def _sqlite(url: URL, patience: float) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise StoreError("a database in memory forgets who got what: name a file, such as sqlite:///digest.db")
    file = Path(url.database)
    if not file.parent.is_dir():
        raise StoreError(f"{file.parent}: no such folder for the database {file.name}: make it, or change `database`")
    engine = sa.create_engine(url, connect_args={"timeout": patience})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Left to itself the driver begins no transaction before a SELECT or DDL; with None it leaves that to `_begin`.
    connection.isolation_level = None
    # What is deleted is overwritten: an erased address is not left in a page that is free.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection, words: str) -> None:
    """Begin SQLite's transaction in these words; PostgreSQL's begin by themselves.

    Said to the driver itself: an event of SQLAlchemy's for it would make every statement dearer.
    """
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        driver.execute(words).close()


@contextmanager
def _readable_errors(url: URL) -> Iterator[None]:
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise Conflict(f"{_reason(error)}. Another command stored it meanwhile: run this again.") from error
    except (sa.exc.DatabaseError, sa.exc.InterfaceError, sa.exc.TimeoutError, sqlite3.DatabaseError) as error:
        reason = _reason(error)
        raise StoreError(f"{url.render_as_string(hide_password=True)}: {reason}. {_advice(reason)}") from error


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def _advice(reason: str) -> str:
    for sign, advice in _ADVICE.items():
        if sign in reason:
            return advice
    return "Check that the database is there and may be written to, then run the command again; nothing is half done."


_ADVICE = {
    "locked": "Another command is writing: wait for it, then run this again.",
    "full": "Make room on the disk, then run this again.",
    "readonly": "Give this user the right to write the file and its folder.",
    "unable to open": "Give this user the right to read and write the file and its folder.",
    "not a database": "The file is something else: name another one under `database`.",
    "Connection refused": "Start the database server, or correct host and port under `database`.",
    "password authentication": "Correct the user or password under `database`.",
    "deadlock": "Two commands were in each other's way: run this again.",
}
