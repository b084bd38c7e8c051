"""The breakers in the database: shared by all workers, and there after a crash. Every change locks the one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from digest.breaker import PROBE_PATIENCE, Breaker, heard, probed, tripped
from digest.store.engine import Part, insert_missing
from digest.store.tables import breakers

_BREAKER = (
    breakers.c.recent,
    breakers.c.opened_at,
    breakers.c.probe_at,
    breakers.c.probes,
    breakers.c.reason,
)
_LONGEST_REASON = 500


class BreakersPart(Part):
    """How the transports have done."""

    def breakers(self) -> Mapping[str, Breaker]:
        """Each transport that was ever in trouble."""
        with self.read() as connection:
            rows = connection.execute(sa.select(breakers.c.transport, *_BREAKER)).all()
        return {row.transport: _breaker(row) for row in rows}

    def hear(
        self, transport: str, answers: Sequence[bool], *, now: datetime, reason: str = "", probe: bool = False
    ) -> Breaker:
        """Take down what answers say of a transport, in their order: True for one against it. What that comes to.

        Args:
            transport: its name.
            answers: to what it was handed.
            now: when.
            reason: what one against it was.
            probe: True for the answer to a probe.
        """
        if probe:
            against = any(answers)
            return self._changed(transport, lambda one: probed(one, against, now=now, reason=reason))
        return self._changed(transport, lambda one: heard(one, answers, now=now, reason=reason))

    def trip(self, transport: str, *, now: datetime, reason: str) -> Breaker:
        """Open a breaker at once: no further try would mend it."""
        return self._changed(transport, lambda one: tripped(one, now=now, reason=reason))

    def take_probe(self, transport: str, *, now: datetime) -> bool:
        """Whether the one probe that is due is ours. Should we die of it, another may follow in a while."""
        due = sa.and_(breakers.c.transport == transport, breakers.c.opened_at.is_not(None), breakers.c.probe_at <= now)
        with self.begin() as connection:
            taken = connection.execute(sa.update(breakers).where(due).values(probe_at=now + PROBE_PATIENCE))
            return taken.rowcount == 1

    def leave_probe(self, transport: str, *, now: datetime) -> None:
        """Let another have the probe: there was nothing to send."""
        mine = sa.and_(breakers.c.transport == transport, breakers.c.opened_at.is_not(None))
        with self.begin() as connection:
            connection.execute(sa.update(breakers).where(mine).values(probe_at=now))

    def _changed(self, transport: str, change: Callable[[Breaker], Breaker]) -> Breaker:
        mine = breakers.c.transport == transport
        with self.begin() as connection:
            insert_missing(connection, breakers, {"transport": transport, **asdict(Breaker())})
            row = connection.execute(sa.select(*_BREAKER).where(mine).with_for_update()).one()
            changed = change(_breaker(row))
            values = {**asdict(changed), "reason": changed.reason[:_LONGEST_REASON]}
            connection.execute(sa.update(breakers).where(mine).values(values))
        return changed


def _breaker(row: sa.Row[*tuple[object, ...]]) -> Breaker:
    return Breaker(
        recent=row.recent, opened_at=row.opened_at, probe_at=row.probe_at, probes=row.probes, reason=row.reason
    )
