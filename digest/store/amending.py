"""Writing a correction, inside a transaction: by hand, or proposed because a source said so."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from digest.models import Amendment, Correction, CorrectionState
from digest.store.tables import corrections, summaries


def propose(connection: sa.Connection, summary_id: int, kind: Amendment, *, now: datetime) -> None:
    """Let a person decide whether something has to be put right; once, while the same is proposed or stands.

    That a study was withdrawn is told to everybody who got any summary of it, so one of them is enough.
    """
    open_ = (CorrectionState.PROPOSED, CorrectionState.STANDING)
    of_it = corrections.c.summary_id == summary_id
    if kind is Amendment.RETRACTED:
        study = sa.select(summaries.c.study_id).where(summaries.c.id == summary_id).scalar_subquery()
        of_it = corrections.c.summary_id.in_(sa.select(summaries.c.id).where(summaries.c.study_id == study))
    same = of_it & (corrections.c.kind == kind) & corrections.c.state.in_(open_)
    if connection.execute(sa.select(corrections.c.id).where(same)).first() is None:
        add(connection, summary_id, kind, "", state=CorrectionState.PROPOSED, by="digest", now=now)


def add(
    connection: sa.Connection,
    summary_id: int,
    kind: Amendment,
    sentence: str,
    *,
    state: CorrectionState,
    by: str,
    now: datetime,
) -> Correction:
    """Write it; the summary must exist."""
    row = {"summary_id": summary_id, "kind": kind, "sentence": sentence, "state": state, "by": by, "at": now}
    key = connection.execute(sa.insert(corrections).values(row)).inserted_primary_key
    return Correction(
        id=int(key[0]) if key else 0, summary_id=summary_id, kind=kind, sentence=sentence, state=state, by=by, at=now
    )
