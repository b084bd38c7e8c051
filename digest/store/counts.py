"""How much there is of everything: counted by the database, for pages and metrics that must answer at once."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from digest.models import FeedbackKind
from digest.store.engine import Part
from digest.store.tables import feedback, issue_items, suppressions


class CountsPart(Part):
    """Counts, and whether the database answers at all."""

    def answers(self) -> None:
        """Return when the database answers. StoreError when it does not."""
        with self.read() as connection:
            connection.execute(sa.select(suppressions.c.id).limit(1)).first()

    def count_items(self) -> Mapping[int, int]:
        """How many summaries stand in each issue's pool, by the id of the issue; issues without any are left out."""
        query = sa.select(issue_items.c.issue_id, sa.func.count()).group_by(issue_items.c.issue_id)
        with self.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def count_feedback(self) -> Mapping[FeedbackKind, int]:
        """How many pieces of feedback came of each kind; 0 for one that never came."""
        query = sa.select(feedback.c.kind, sa.func.count()).group_by(feedback.c.kind)
        with self.read() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {kind: found.get(kind, 0) for kind in FeedbackKind}

    def count_suppressions(self) -> int:
        """How many addresses may not be mailed."""
        with self.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(suppressions)).scalar_one()
