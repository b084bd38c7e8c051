"""What people at the desk did, in the database; nothing of it is ever changed."""

from __future__ import annotations

import sqlalchemy as sa

from digest.models import Deed
from digest.store.engine import Part
from digest.store.tables import deeds

#: More than anybody reads at once.
_LATEST = 500


class DeedsPart(Part):
    """Who did what, besides the shape of issues."""

    def add_deed(self, deed: Deed) -> None:
        """Remember it."""
        row = {"at": deed.at, "by": deed.by, "what": deed.what, "issue_id": deed.issue_id}
        with self.begin() as connection:
            connection.execute(sa.insert(deeds).values(row))

    def deeds(self, issue_id: int | None = None) -> tuple[Deed, ...]:
        """The latest of an issue, or of what is about none, newest first."""
        columns = (deeds.c.at, deeds.c.by, deeds.c.what, deeds.c.issue_id)
        about = deeds.c.issue_id.is_(None) if issue_id is None else deeds.c.issue_id == issue_id
        query = sa.select(*columns).where(about).order_by(deeds.c.id.desc()).limit(_LATEST)
        with self.read() as connection:
            return tuple(Deed(**row._asdict()) for row in connection.execute(query))
