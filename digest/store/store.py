"""The store: all parts over one database, and opening it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL

from digest.errors import StoreError
from digest.store.allotting import AllottingPart
from digest.store.books import BooksPart
from digest.store.breakers import BreakersPart
from digest.store.canary import CanaryPart
from digest.store.content import ContentPart
from digest.store.corrections import CorrectionsPart
from digest.store.counts import CountsPart
from digest.store.credentials import CredentialsPart
from digest.store.deeds import DeedsPart
from digest.store.engine import PATIENCE, Part, make_engine, plain_hash
from digest.store.erasing import ErasingPart
from digest.store.feedback import FeedbackPart
from digest.store.furniture import FurniturePart
from digest.store.joining import JoiningPart
from digest.store.ledger import LedgerPart
from digest.store.letters import LettersPart
from digest.store.merging import MergingPart
from digest.store.schema import SchemaState, raise_schema, state_of, too_new
from digest.store.search import SearchPart
from digest.store.shaping import ShapingPart
from digest.store.subscribers import SubscribersPart


class SqlStore(
    ContentPart,
    FurniturePart,
    CorrectionsPart,
    SearchPart,
    ShapingPart,
    SubscribersPart,
    MergingPart,
    FeedbackPart,
    LettersPart,
    JoiningPart,
    ErasingPart,
    LedgerPart,
    AllottingPart,
    BreakersPart,
    CanaryPart,
    BooksPart,
    CredentialsPart,
    CountsPart,
    DeedsPart,
):
    """Content, issues, readers and ledger in SQLite or PostgreSQL; satisfies `digest.store.base.Store`.

    Threads may share one; processes open their own.
    """

    def close(self) -> None:
        """Let go of the connections and threads. Closing twice does no harm."""
        self._aside.shutdown()
        self.engine.dispose()


def open_store(url: str | URL, *, patience: float = PATIENCE, conceal: Callable[[str], str] = plain_hash) -> SqlStore:
    """The store behind this url; a database in which there is nothing yet is made ready.

    Args:
        url: `sqlite:///file` (relative) or `sqlite:////file` (absolute), or `postgresql://user:password@host/name`.
        patience: how many seconds a writer waits for another one; SQLite only.
        conceal: the hash, with the operator's key, by which an erased address is known again.

    Raises:
        StoreError: it cannot be opened, or its schema is older (`digest db upgrade`) or newer than ours.
    """
    engine = make_engine(url, patience=patience)
    store = SqlStore(engine, conceal)
    try:
        if engine.dialect.name == "sqlite":
            _make_private(Path(engine.url.database or ""))
        _prepare(store)
    except BaseException:
        store.close()
        raise
    return store


def _prepare(store: Part) -> None:
    state = state_of(store)
    if state is SchemaState.EMPTY:
        raise_schema(store)
    elif state is SchemaState.OLDER:
        raise StoreError("the database was made by an earlier version: run `digest db upgrade`, after a backup")
    elif state is SchemaState.NEWER:
        raise StoreError(too_new())


def _make_private(file: Path) -> None:
    """A new file is for its owner's eyes: who reads about an illness stands in it. SQLite's other files follow it."""
    try:
        if not file.exists():
            file.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"{file}: cannot be made ({error.strerror}): correct its folder's rights") from error
