"""Opening a database: new, ours, older, newer, wrong."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import digest.store.schema
from digest.errors import StoreError
from digest.store.engine import Part, make_engine
from digest.store.schema import LATEST, SchemaState, schema_state, upgrade
from digest.store.store import open_store
from digest.store.tables import metadata
from tests.processes import CLEAN


def pretend(url: str, revision: str) -> None:
    """Write another revision into the database than the one it has."""
    part = Part(make_engine(url))
    with part.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    part.engine.dispose()


def test_a_new_database_is_made_ready(empty_url):
    """Opening a store where nothing is makes the tables."""
    assert schema_state(empty_url) is SchemaState.EMPTY
    store = open_store(empty_url)
    assert store.count_summaries() == 0
    store.close()
    assert schema_state(empty_url) is SchemaState.CURRENT


def test_an_upgrade_happens_once(empty_url):
    """An upgrade says whether there was anything to do."""
    assert [upgrade(empty_url), upgrade(empty_url)] == [True, False]


def test_the_migrations_make_the_tables(store_url):
    """What the migrations come to is what the code believes in, down to types, indexes and defaults."""
    engine = make_engine(store_url)
    with engine.connect() as connection:
        # The index of words is of each database's own kind, and no table of ours.
        own_kind = {"include_name": lambda name, _kind, _parents: not (name or "").startswith("search_words")}
        options = {"compare_type": True, "compare_server_default": True, **own_kind}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()


def test_the_migrations_are_numbered():
    """Migrations have rising numbers of one width, and the last one is the one we know without loading Alembic."""
    config = Config()
    config.set_main_option("script_location", str(Path(digest.store.schema.__file__).with_name("migrations")))
    walked = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert walked == sorted(walked, reverse=True)
    assert walked[0] == LATEST
    assert {len(revision) for revision in walked} == {len(LATEST)}


def test_an_older_schema_is_not_touched(store_url):
    """An older database is opened only after the operator upgraded it, and the message says how."""
    pretend(store_url, "0000")
    assert schema_state(store_url) is SchemaState.OLDER
    with pytest.raises(StoreError, match="digest db upgrade"):
        open_store(store_url)


def test_a_newer_schema_is_refused(store_url):
    """A database made by a later version is neither opened nor upgraded."""
    pretend(store_url, "9999")
    for attempt in (open_store, upgrade):
        with pytest.raises(StoreError, match="later version"):
            attempt(store_url)


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("sqlite:///{folder}/missing/digest.db", "missing: no such folder"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("not a url", "write `sqlite:///digest.db`"),
        ("", "write `sqlite:///digest.db`"),
        ("postgresql://host:port/name", "write `sqlite:///digest.db`"),
        ("mysql://host/name", "'mysql' are not supported"),
        ("nothing+at+all://host/name", "not supported"),
        ("sqlite:///{folder}", "Give this user the right"),
        ("sqlite:///{folder}/text.db", "The file is something else"),
        ("postgresql://reader:s3cret@127.0.0.1:1/name", "Start the database server"),
    ],
)
def test_a_url_that_cannot_be_opened(url, advice, tmp_path):
    """Each says what to do, and none prints a password."""
    (tmp_path / "text.db").write_text("Dear diary, this is no database at all. " * 10)
    with pytest.raises(StoreError, match=advice) as caught:
        open_store(url.format(folder=tmp_path))
    assert "s3cret" not in str(caught.value)


def test_a_new_file_is_private(tmp_path):
    """Only its owner may read who reads about an illness."""
    open_store(f"sqlite:///{tmp_path / 'new.db'}").close()
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600


def test_looking_makes_no_file(tmp_path):
    """Asking for the state of a database that is not there leaves nothing behind."""
    assert schema_state(f"sqlite:///{tmp_path / 'new.db'}") is SchemaState.EMPTY
    assert list(tmp_path.iterdir()) == []


def test_a_url_may_name_the_plain_driver(postgresql_url):
    """People write postgresql://, and get the driver we ship for."""
    store = open_store(postgresql_url.replace("postgresql+psycopg", "postgresql"))
    assert store.engine.dialect.driver == "psycopg"
    store.close()


def open_and_count(url: str) -> int:
    store = open_store(url)
    try:
        return store.count_summaries()
    finally:
        store.close()


def test_two_processes_open_a_new_database_at_once(empty_url):
    """Whoever comes second waits for the first one's tables."""
    with ProcessPoolExecutor(4, mp_context=CLEAN) as pool:
        assert list(pool.map(open_and_count, [empty_url] * 8)) == [0] * 8
