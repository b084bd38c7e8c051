"""What died with its worker, what nobody knows the end of, and what is buried with its issue; inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.models import DeliveryState, SkipReason
from digest.store import leases
from digest.store.engine import within
from digest.store.tables import deliveries, subscribers

_OPEN = (DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.CLAIMED)


def is_dead(gone: Collection[str], now: datetime, alive: str) -> sa.ColumnElement[bool]:
    """Held by an owner that is gone, or under a lease that ran out; never what `alive` holds, whatever the clock says.

    A clock that was put forward makes leases run out in a moment, and whoever asks knows that it lives.
    """
    dead = sa.or_(deliveries.c.lease_until <= now, deliveries.c.owner.in_(list(gone)))
    return sa.and_(dead, deliveries.c.owner.is_distinct_from(alive))


def dead_rows(connection: sa.Connection, issue_id: int, is_dead: sa.ColumnElement[bool]) -> tuple[list[int], list[int]]:
    """(claimed, in flight): the ids of what died, locked in the order of ids.

    What somebody else has locked is passed over: who is just writing a row is not dead, and whoever waited for a lock
    here while it holds others could be waited for in turn.
    """
    query = (
        sa.select(deliveries.c.id, deliveries.c.state)
        .where(leases.held(issue_id), is_dead)
        .order_by(deliveries.c.id)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(query).all()
    claimed = [row.id for row in rows if row.state is DeliveryState.CLAIMED]
    return claimed, [row.id for row in rows if row.state is DeliveryState.INFLIGHT]


def unknown_rows(connection: sa.Connection, issue_id: int) -> list[int]:
    """The ids of what is unknown, locked in the order of ids."""
    unknown = sa.and_(deliveries.c.issue_id == issue_id, deliveries.c.state == DeliveryState.UNKNOWN)
    return list(
        connection.scalars(sa.select(deliveries.c.id).where(unknown).order_by(deliveries.c.id).with_for_update())
    )


def once_more(now: datetime) -> dict[str, Any]:
    """What becomes of a delivery that died in flight and is sent again, whatever arrived."""
    return {
        "state": DeliveryState.PENDING,
        "due_at": None,
        "detail": "its worker died while it was being sent; sent again",
        "attempts": deliveries.c.attempts + 1,
        "doubts": deliveries.c.doubts + 1,
        "first_tried_at": leases.first_try(sa.literal(now, deliveries.c.due_at.type)),
        **leases.NOBODY,
    }


def unknown(now: datetime) -> dict[str, Any]:
    """What becomes of a delivery that died in flight and is left to a person."""
    return {
        "state": DeliveryState.UNKNOWN,
        "due_at": None,
        "detail": "its worker died while it was being sent; it may have arrived",
        "attempts": deliveries.c.attempts + 1,
        "finished_at": now,
        **leases.NOBODY,
    }


def by_hand(now: datetime) -> dict[str, Any]:
    """What becomes of an unknown delivery that a person lets go again: a life of its own begins, the doubt is kept."""
    return {
        "state": DeliveryState.PENDING,
        "due_at": None,
        "finished_at": None,
        "first_tried_at": now,
        "detail": "sent again by an operator, perhaps a second copy",
        "doubts": deliveries.c.doubts + 1,
        **leases.NOBODY,
    }


def refused(issue_id: int) -> sa.ColumnElement[bool]:
    """What was refused and surely never arrived: where there was ever a doubt, an earlier copy may have."""
    return sa.and_(
        deliveries.c.issue_id == issue_id,
        deliveries.c.state.in_((DeliveryState.REFUSED, DeliveryState.BOUNCED, DeliveryState.DEFERRED)),
        deliveries.c.attempts > 0,
        deliveries.c.doubts == 0,
    )


def as_new(now: datetime) -> dict[str, Any]:
    """What becomes of a refused delivery that an operator lets leave once more: as if it had never been tried."""
    return {
        "state": DeliveryState.PENDING,
        "due_at": None,
        "waits_for": None,
        "finished_at": None,
        "first_tried_at": now,
        "attempts": 0,
        "detail": "sent again by an operator: it was refused before",
        **leases.NOBODY,
    }


def let_erased_be(connection: sa.Connection, ids: Collection[int], now: datetime) -> None:
    """End those of these deliveries whose reader is no more: nobody would ever find them due."""
    nobody = ~sa.exists().where(subscribers.c.id == deliveries.c.subscriber_id)
    ended = {"state": DeliveryState.SUPPRESSED, "detail": SkipReason.UNSUBSCRIBED.value, "finished_at": now}
    connection.execute(deliveries.update().where(within(deliveries.c.id, ids), nobody).values(ended))


#: What becomes of an unknown delivery that a person believes to have arrived; it keeps the instant it ended at.
TAKEN_AS_ARRIVED: dict[str, Any] = {
    "state": DeliveryState.ACCEPTED,
    "detail": "taken as arrived by an operator",
}


#: What becomes of a delivery of an aborted issue: what may have left once already is unknown.
BURIED = sa.case(
    (deliveries.c.doubts > 0, leases.as_state(DeliveryState.UNKNOWN)), else_=leases.as_state(DeliveryState.CANCELLED)
)


def bury(connection: sa.Connection, issue_ids: Iterable[int], now: datetime) -> None:
    """What came back to an issue that was aborted meanwhile never leaves; what may have left already is unknown."""
    for issue_id in issue_ids:
        if leases.is_aborted(connection, issue_id):
            # What is locked is in the hands of one who will come by here too.
            still = (
                sa.select(deliveries.c.id)
                .where(deliveries.c.issue_id == issue_id, deliveries.c.state.in_(_OPEN))
                .order_by(deliveries.c.id)
                .with_for_update(skip_locked=True)
            )
            ids = list(connection.scalars(still))
            leases.change(connection, ids, {"state": BURIED, "due_at": None, "finished_at": now, **leases.NOBODY})
