"""The ledger as auditors and watchers read it: sums made by the database, rows as they are, of one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from digest.audit import Book, Row
from digest.models import DeliveryState
from digest.pace import Count
from digest.store.engine import CHUNK, Part
from digest.store.tables import deliveries, editions, issue_status
from digest.store.values import instant_text

_ENDED = (DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.REFUSED, DeliveryState.UNKNOWN)


def _raw(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What the database has, not what we make of it: a damaged word must be seen, not stumbled over."""
    return sa.type_coerce(column, sa.types.NullType()).label(column.name)


class BooksPart(Part):
    """Looks, and changes nothing."""

    @contextmanager
    def books(self, issue_id: int) -> Iterator[Book]:
        """An issue's ledger as of one moment, to be audited; its rows are streamed, and read while this is open."""
        mine = deliveries.c.issue_id == issue_id
        with self.snapshot() as connection:
            counted = sa.select(issue_status.c.recipients).where(issue_status.c.issue_id == issue_id)
            recipients = connection.scalar(counted)
            by_state = sa.select(_raw(deliveries.c.state), sa.func.count()).where(mine).group_by(deliveries.c.state)
            states = connection.execute(by_state).all()
            doubts = connection.scalar(sa.select(sa.func.sum(deliveries.c.doubts)).where(mine))
            readers = _readers(connection, issue_id)
            rows = connection.execution_options(yield_per=CHUNK).execute(_rows(mine))
            with rows:
                yield Book(
                    recipients=recipients,
                    states={str(state): number for state, number in states},
                    editions={edition: number for edition, number in readers.items() if edition is not None},
                    without_edition=readers.get(None, 0),
                    doubts=doubts or 0,
                    rows=map(_row, rows),
                )

    def paces(self, issue_id: int, *, since: datetime) -> Sequence[Count]:
        """How many deliveries stand where, by state, domain group and transport, and how many ended after `since`."""
        together = (deliveries.c.state, deliveries.c.domain_group, deliveries.c.via)
        mine = deliveries.c.issue_id == issue_id
        all_of_it = sa.select(*together, sa.func.count()).where(mine).group_by(*together)
        with self.snapshot() as connection:
            counted = {(state, group, via): number for state, group, via, number in connection.execute(all_of_it)}
            # What ended lately is found by when it did: a send of a million has few of the last minute.
            vias = {via for _, _, via in counted}
            lately = {
                (row.state, row.domain_group, row.via): row
                for row in connection.execute(_lately(mine, since, sorted(vias)).group_by(*together))
            }
        return [
            Count(state=state, group=group, via=via, number=number, lately=late.lately, began_at=late.began_at)
            if (late := lately.get((state, group, via)))
            else Count(state=state, group=group, via=via, number=number)
            for (state, group, via), number in counted.items()
        ]


def _lately(mine: sa.ColumnElement[bool], since: datetime, vias: Sequence[str]) -> sa.Select[Any]:
    return sa.select(
        deliveries.c.state,
        deliveries.c.domain_group,
        deliveries.c.via,
        sa.func.count().label("lately"),
        sa.func.min(deliveries.c.first_tried_at).label("began_at"),
    ).where(mine, deliveries.c.via.in_(vias), deliveries.c.finished_at > since, deliveries.c.state.in_(_ENDED))


def _readers(connection: sa.Connection, issue_id: int) -> dict[int | None, int]:
    """Deliveries by edition of this issue, 0 for one that nobody reads, and under None those without any edition."""
    mine = deliveries.c.issue_id == issue_id
    of_issue = (
        sa.select(editions.c.id, sa.func.count(deliveries.c.id))
        .outerjoin_from(editions, deliveries, sa.and_(deliveries.c.edition_id == editions.c.id, mine))
        .where(editions.c.issue_id == issue_id)
        .group_by(editions.c.id)
    )
    without = sa.select(sa.func.count()).where(mine, deliveries.c.edition_id.is_(None))
    readers: dict[int | None, int] = dict(tuple(row) for row in connection.execute(of_issue))
    readers[None] = connection.scalar(without) or 0
    return readers


def _rows(mine: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(
            deliveries.c.subscriber_id,
            deliveries.c.address,
            deliveries.c.edition_id,
            _raw(deliveries.c.state),
            deliveries.c.detail,
            deliveries.c.attempts,
            deliveries.c.doubts,
            sa.and_(deliveries.c.owner.is_not(None), deliveries.c.lease_until.is_not(None)),
            _raw(deliveries.c.waits_for),
            _raw(deliveries.c.due_at),
            _raw(deliveries.c.finished_at),
        )
        .where(mine)
        .order_by(deliveries.c.subscriber_id)
    )


def _row(row: sa.Row[*tuple[Any, ...]]) -> Row:
    subscriber_id, address, edition_id, state, detail, attempts, doubts, held, waits_for, due_at, finished_at = row
    return Row(
        subscriber_id=subscriber_id,
        address=address,
        edition_id=edition_id,
        state=str(state),
        detail=detail,
        attempts=attempts,
        doubts=doubts,
        held=bool(held),
        waits_for=waits_for or "",
        due_at=_instant(due_at),
        finished_at=_instant(finished_at),
    )


def _instant(value: datetime | str | None) -> str:
    if isinstance(value, datetime):
        return instant_text(value.astimezone(UTC))
    return value or ""
