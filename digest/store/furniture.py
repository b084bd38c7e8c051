"""What summaries were read from, and what was learnt of their sources."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.models import Furniture, Summary
from digest.store.content import LATEST
from digest.store.engine import Lock, Part, locked
from digest.store.tables import furniture, originals, revisions, summaries

_NOUN = (furniture.c.key, furniture.c.text, furniture.c.documents, furniture.c.kept)


class FurniturePart(Part):
    """Originals and furniture."""

    def original(self, summary_id: int) -> bytes | None:
        """What the latest revision of a summary was read from; None where that was not kept."""
        query = sa.select(originals.c.document).where(originals.c.summary_id == summary_id)
        latest = sa.select(summaries.c.revision).where(summaries.c.id == summary_id).scalar_subquery()
        with self.read() as connection:
            return connection.execute(query.where(originals.c.revision == latest)).scalar_one_or_none()

    def latest_of(self, source: str, *, limit: int) -> tuple[Summary, ...]:
        """The latest summaries of a source, the latest first."""
        query = LATEST.where(summaries.c.source == source).order_by(summaries.c.id.desc()).limit(limit)
        with self.read() as connection:
            return tuple(Summary(**row._asdict()) for row in connection.execute(query))

    def latest_originals(
        self, source: str, *, limit: int, since: datetime | None = None
    ) -> tuple[tuple[Summary, bytes], ...]:
        """The latest summaries of a source with what they were read from, the latest first."""
        mine = summaries.c.source == source
        recent = mine if since is None else mine & (summaries.c.added_at >= since)
        same = (originals.c.summary_id == summaries.c.id) & (originals.c.revision == revisions.c.revision)
        query = LATEST.add_columns(originals.c.document).join(originals, same).where(recent)
        with self.read() as connection:
            rows = connection.execute(query.order_by(summaries.c.id.desc()).limit(limit)).all()
        return tuple(_with_original(row._asdict()) for row in rows)

    def furniture(self, source: str) -> tuple[Furniture, ...]:
        """What was learnt of a source, and what an operator keeps, in the order it was learnt."""
        query = sa.select(*_NOUN).where(furniture.c.source == source).order_by(furniture.c.learnt_at, furniture.c.key)
        with self.read() as connection:
            return tuple(Furniture(**row._asdict()) for row in connection.execute(query))

    def learn(self, source: str, learnt: Collection[Furniture], *, now: datetime) -> tuple[Furniture, ...]:
        """Remember texts of a source. Those that were not known."""
        if not learnt:
            return ()
        with self.begin() as connection:
            locked(connection, Lock.CONTENT)
            known = set(connection.execute(sa.select(furniture.c.key).where(furniture.c.source == source)).scalars())
            new = tuple(one for one in learnt if one.key not in known)
            for one in new:
                row = {"key": one.key, "text": one.text, "documents": one.documents, "kept": one.kept}
                connection.execute(sa.insert(furniture).values(source=source, learnt_at=now, **row))
        return new

    def keep_furniture(self, source: str, key: str) -> bool:
        """From now on this text is content, and is not learnt again. False when there is no such text."""
        with self.begin() as connection:
            return connection.execute(sa.update(furniture).where(_named(source, key)).values(kept=True)).rowcount > 0

    def forget_furniture(self, source: str, key: str) -> bool:
        """Forget a text, learnt or kept; it may be learnt again. False when there is no such text."""
        with self.begin() as connection:
            return connection.execute(sa.delete(furniture).where(_named(source, key))).rowcount > 0


def _with_original(row: dict[str, Any]) -> tuple[Summary, bytes]:
    document: bytes = row.pop("document")
    return Summary(**row), document


def _named(source: str, key: str) -> sa.ColumnElement[bool]:
    return (furniture.c.source == source) & (furniture.c.key == key)
