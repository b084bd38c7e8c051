"""The ledger: who holds which delivery, and how it ended. Every change stands under an owner and a fence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digest.models import (
    Claim,
    Delivery,
    DeliveryState,
    IssueStatus,
    Outcome,
    Result,
    SkipReason,
    SubscriberStatus,
)
from digest.store.base import Recovered
from digest.store.engine import Part, within
from digest.store.tables import deliveries, issue_status, subscribers, suppressions

_HELD = (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)
_OPEN = (DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.CLAIMED)
_LONGEST_DETAIL = 500


def _state(state: DeliveryState) -> sa.BindParameter[Any]:
    return sa.literal(state, deliveries.c.state.type)


def _first_try(now: sa.BindParameter[Any]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(deliveries.c.first_tried_at, now)


#: What a row that nobody holds any more goes back to: what was deferred keeps its hour.
_WAITING = sa.case(
    (deliveries.c.due_at.is_not(None), _state(DeliveryState.DEFERRED)), else_=_state(DeliveryState.PENDING)
)
_NOBODY = {"owner": None, "lease_until": None}

_CLAIM = (
    deliveries.c.id,
    deliveries.c.issue_id,
    deliveries.c.subscriber_id,
    deliveries.c.edition_id,
    deliveries.c.address,
    deliveries.c.name,
    deliveries.c.fence,
    deliveries.c.attempts,
    deliveries.c.first_tried_at,
)

#: A delivery together with all that may forbid it now.
_WITH_READER = (
    sa.select(
        *_CLAIM,
        deliveries.c.state,
        subscribers.c.status,
        subscribers.c.paused_until,
        suppressions.c.id.is_not(None).label("suppressed"),
    )
    .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
    .outerjoin(suppressions, suppressions.c.address_key == deliveries.c.address_key)
)

_WRITE_RESULT = (
    deliveries.update()
    .where(deliveries.c.id == sa.bindparam("delivery_id"))
    .values(
        state=sa.bindparam("to_state"),
        detail=sa.bindparam("to_detail"),
        code=sa.bindparam("to_code"),
        due_at=sa.bindparam("to_due_at"),
        finished_at=sa.bindparam("to_finished_at"),
        attempts=deliveries.c.attempts + 1,
        doubts=deliveries.c.doubts + sa.bindparam("more_doubts"),
        first_tried_at=_first_try(sa.bindparam("tried_at", type_=deliveries.c.due_at.type)),
        **_NOBODY,
    )
)


class LedgerPart(Part):
    """The deliveries of all issues."""

    def claim(self, issue_id: int, owner: str, *, limit: int, lease: float, now: datetime) -> Sequence[Claim]:
        """Up to `limit` deliveries that are due, in the order of their ids; [] when none is, or the issue is held.

        What is due again is taken before what was never tried.
        """
        taken: list[sa.Row[Any]] = []
        with self.begin() as connection:
            if not _is_open(connection, issue_id):
                return []
            while len(taken) < limit and (rows := _due(connection, issue_id, limit - len(taken), now)):
                kept = _turn_away(connection, rows, now)
                _take(connection, kept, owner, now + timedelta(seconds=lease))
                taken += kept
        return sorted((_claim(row, fence=row.fence + 1) for row in taken), key=lambda claim: claim.delivery_id)

    def record(
        self, results: Sequence[Result], intents: Sequence[Claim], owner: str, *, lease: float, now: datetime
    ) -> frozenset[int]:
        """Write results and grant intents in one durable commit; the ids of the deliveries that may now be sent."""
        with self.begin() as connection:
            ours = _held_by(connection, owner, [*(result.claim for result in results), *intents])
            _write(connection, [result for result in results if result.claim.delivery_id in ours], now)
            granted = _grant(connection, [ours[one.delivery_id] for one in intents if one.delivery_id in ours], now)
            _to_inflight(connection, granted, now + timedelta(seconds=lease))
            _bury(connection, {result.claim.issue_id for result in results}, now)
        return granted

    def release(self, claims: Sequence[Claim], owner: str, *, now: datetime) -> None:
        """Give back what was not tried."""
        if not claims:
            return
        with self.begin() as connection:
            _give_back(connection, _held_by(connection, owner, claims))
            _bury(connection, {claim.issue_id for claim in claims}, now)

    def recover(self, issue_id: int, *, resend: bool, gone: Collection[str], now: datetime) -> Recovered:
        """Take back what died with its worker; in an aborted issue nothing is sent again, whatever `resend` says."""
        dead = sa.and_(deliveries.c.issue_id == issue_id, _is_dead(gone, now))
        with self.begin() as connection:
            released = connection.execute(
                deliveries.update()
                .where(dead, deliveries.c.state == DeliveryState.CLAIMED)
                .values(state=_WAITING, **_NOBODY)
            ).rowcount
            again = resend and not _is_aborted(connection, issue_id)
            doubtful = connection.execute(
                deliveries.update()
                .where(dead, deliveries.c.state == DeliveryState.INFLIGHT)
                .values(**(_once_more(now) if again else _unknown(now)))
            ).rowcount
            _bury(connection, {issue_id}, now)
        return Recovered(released=released, resent=doubtful if again else 0, held=0 if again else doubtful)

    def owners(self, issue_id: int) -> frozenset[str]:
        """Every owner that holds a claim or something in flight."""
        query = sa.select(deliveries.c.owner).where(_held(issue_id), deliveries.c.owner.is_not(None)).distinct()
        with self.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def in_flight(self, issue_id: int, owners: Collection[str], *, now: datetime) -> Sequence[Claim]:
        """What `recover` would find in flight, in the order of ids."""
        query = (
            sa.select(*_CLAIM)
            .where(
                deliveries.c.issue_id == issue_id,
                deliveries.c.state == DeliveryState.INFLIGHT,
                _is_dead(owners, now),
            )
            .order_by(deliveries.c.id)
        )
        with self.read() as connection:
            return [_claim(row, fence=row.fence) for row in connection.execute(query)]

    def settle(self, results: Sequence[Result], *, now: datetime) -> int:
        """Write what was found out about in-flight deliveries of dead workers, under their fence. How many counted."""
        if not results:
            return 0
        with self.begin() as connection:
            rows = _locked(connection, [result.claim for result in results])
            counted = [
                result
                for result in results
                if (row := rows.get(result.claim.delivery_id)) is not None
                and row.state is DeliveryState.INFLIGHT
                and row.fence == result.claim.fence
            ]
            _write(connection, counted, now)
            _bury(connection, {result.claim.issue_id for result in counted}, now)
        return len(counted)

    def progress(self, issue_id: int) -> Mapping[DeliveryState, int]:
        """How many deliveries stand where; states without any are left out."""
        query = (
            sa.select(deliveries.c.state, sa.func.count().label("total"))
            .where(deliveries.c.issue_id == issue_id)
            .group_by(deliveries.c.state)
        )
        with self.read() as connection:
            return {row.state: row.total for row in connection.execute(query)}

    def next_due(self, issue_id: int) -> datetime | None:
        """When the earliest deferred delivery is due, or a lease runs out; None when nothing waits."""
        due = sa.select(sa.func.min(deliveries.c.due_at)).where(
            deliveries.c.issue_id == issue_id,
            deliveries.c.due_at.is_not(None),
            deliveries.c.state == DeliveryState.DEFERRED,
        )
        lease = sa.select(sa.func.min(deliveries.c.lease_until)).where(_held(issue_id))
        with self.read() as connection:
            instants = [connection.execute(query).scalar() for query in (due, lease)]
        return min((instant for instant in instants if instant is not None), default=None)

    def deliveries(self, issue_id: int) -> Iterator[Delivery]:
        """Every row of the issue in the order of subscriber ids, streamed."""
        return map(_delivery, self.stream(_rows(issue_id).order_by(deliveries.c.subscriber_id)))

    def delivery(self, issue_id: int, subscriber_id: int) -> Delivery | None:
        """One row."""
        with self.read() as connection:
            row = connection.execute(_rows(issue_id).where(deliveries.c.subscriber_id == subscriber_id)).first()
        return None if row is None else _delivery(row)


# --- rows to values --------------------------------------------------------------------------------------


def _claim(row: Any, *, fence: int) -> Claim:
    return Claim(
        delivery_id=row.id,
        issue_id=row.issue_id,
        subscriber_id=row.subscriber_id,
        edition_id=row.edition_id,
        address=row.address,
        name=row.name,
        fence=fence,
        attempts=row.attempts,
        first_tried_at=row.first_tried_at,
    )


def _rows(issue_id: int) -> sa.Select[Any]:
    columns = ("id", "issue_id", "subscriber_id", "edition_id", "address", "state", "detail", "attempts", "doubts")
    return sa.select(*(deliveries.c[name] for name in columns), deliveries.c.finished_at).where(
        deliveries.c.issue_id == issue_id
    )


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(**row._mapping)


# --- who is due, and who may not be written to -----------------------------------------------------------


def _is_open(connection: sa.Connection, issue_id: int) -> bool:
    query = sa.select(issue_status.c.status, issue_status.c.held).where(issue_status.c.issue_id == issue_id)
    row = connection.execute(query).first()
    return row is not None and row.status is IssueStatus.APPROVED and not row.held


def _due(connection: sa.Connection, issue_id: int, limit: int, now: datetime) -> list[sa.Row[Any]]:
    """Due rows with their readers, locked; what another worker is just taking is passed over."""
    mine = _WITH_READER.where(deliveries.c.issue_id == issue_id).with_for_update(of=deliveries, skip_locked=True)
    again = mine.where(
        deliveries.c.state == DeliveryState.DEFERRED, deliveries.c.due_at.is_not(None), deliveries.c.due_at <= now
    ).order_by(deliveries.c.due_at, deliveries.c.id)
    rows: list[sa.Row[Any]] = list(connection.execute(again.limit(limit)))
    first = mine.where(deliveries.c.state == DeliveryState.PENDING).order_by(deliveries.c.id)
    if len(rows) < limit:
        rows.extend(connection.execute(first.limit(limit - len(rows))))
    return rows


def _turn_away(connection: sa.Connection, rows: Iterable[sa.Row[Any]], now: datetime) -> list[sa.Row[Any]]:
    """End the deliveries whose readers may not be written to any more; the rows that are left."""
    kept: list[sa.Row[Any]] = []
    ended: dict[tuple[DeliveryState, SkipReason], list[int]] = {}
    for row in rows:
        end = _forbidden(row, now.date())
        if end is None:
            kept.append(row)
        else:
            ended.setdefault(end, []).append(row.id)
    for (state, reason), ids in ended.items():
        connection.execute(
            deliveries.update()
            .where(within(deliveries.c.id, ids))
            .values(state=state, detail=reason.value, due_at=None, finished_at=now, **_NOBODY)
        )
    return kept


def _forbidden(row: sa.Row[Any], today: date) -> tuple[DeliveryState, SkipReason] | None:
    """Why this reader may not be written to; None when they may. `today` is the day in UTC."""
    if row.status is SubscriberStatus.UNSUBSCRIBED:
        return DeliveryState.SUPPRESSED, SkipReason.UNSUBSCRIBED
    if row.suppressed:
        return DeliveryState.SUPPRESSED, SkipReason.SUPPRESSED
    if row.paused_until is not None and today < row.paused_until:
        return DeliveryState.SKIPPED, SkipReason.PAUSED
    return None


def _take(connection: sa.Connection, rows: Sequence[sa.Row[Any]], owner: str, until: datetime) -> None:
    if rows:
        connection.execute(
            deliveries.update()
            .where(within(deliveries.c.id, [row.id for row in rows]))
            .values(state=DeliveryState.CLAIMED, owner=owner, lease_until=until, fence=deliveries.c.fence + 1)
        )


# --- results and intents ---------------------------------------------------------------------------------


def _locked(connection: sa.Connection, claims: Sequence[Claim]) -> dict[int, sa.Row[Any]]:
    """The rows of these claims as they are now, by id, locked in the order of ids so that nobody waits in a ring."""
    if not claims:
        return {}
    query = (
        _WITH_READER.add_columns(deliveries.c.owner)
        .where(within(deliveries.c.id, [claim.delivery_id for claim in claims]))
        .order_by(deliveries.c.id)
        .with_for_update(of=deliveries)
    )
    return {row.id: row for row in connection.execute(query)}


def _held_by(connection: sa.Connection, owner: str, claims: Sequence[Claim]) -> dict[int, sa.Row[Any]]:
    """Those of the claims that still stand: held by this owner, under this fence."""
    rows = _locked(connection, claims)
    fences = {claim.delivery_id: claim.fence for claim in claims}
    return {
        number: row
        for number, row in rows.items()
        if row.owner == owner and row.fence == fences[number] and row.state in _HELD
    }


def _write(connection: sa.Connection, results: Sequence[Result], now: datetime) -> None:
    if results:
        connection.execute(_WRITE_RESULT, [_written(result, now) for result in results])


def _written(result: Result, now: datetime) -> dict[str, Any]:
    waits = result.state is DeliveryState.DEFERRED
    return {
        "delivery_id": result.claim.delivery_id,
        "to_state": result.state,
        "to_detail": _storable(result.receipt.detail),
        "to_code": _storable(result.receipt.code),
        "to_due_at": (result.due_at or now) if waits else None,
        "to_finished_at": None if waits else now,
        "more_doubts": int(waits and result.receipt.outcome is Outcome.DOUBTFUL),
        "tried_at": now,
    }


def _storable(text: str) -> str:
    """A server's words as both databases take them: no NUL, no lone surrogates, not endless."""
    return text[:_LONGEST_DETAIL].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _grant(connection: sa.Connection, rows: Sequence[sa.Row[Any]], now: datetime) -> frozenset[int]:
    """The ids of the claimed rows that may go; the others are ended, or given back where the issue is held."""
    claimed = [row for row in rows if row.state is DeliveryState.CLAIMED]
    if not claimed:
        return frozenset()
    allowed = _turn_away(connection, claimed, now)
    open_issues = {number for number in {row.issue_id for row in allowed} if _is_open(connection, number)}
    waiting = [row.id for row in allowed if row.issue_id not in open_issues]
    _give_back(connection, waiting)
    return frozenset(row.id for row in allowed if row.issue_id in open_issues)


def _give_back(connection: sa.Connection, ids: Collection[int]) -> None:
    if ids:
        connection.execute(deliveries.update().where(within(deliveries.c.id, ids)).values(state=_WAITING, **_NOBODY))


def _to_inflight(connection: sa.Connection, ids: Collection[int], until: datetime) -> None:
    if ids:
        connection.execute(
            deliveries.update()
            .where(within(deliveries.c.id, ids))
            .values(state=DeliveryState.INFLIGHT, lease_until=until)
        )


# --- the dead ---------------------------------------------------------------------------------------------


def _held(issue_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(deliveries.c.issue_id == issue_id, deliveries.c.state.in_(_HELD))


def _is_dead(gone: Collection[str], now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(deliveries.c.lease_until <= now, deliveries.c.owner.in_(list(gone)))


def _once_more(now: datetime) -> dict[str, Any]:
    return {
        "state": DeliveryState.PENDING,
        "due_at": None,
        "detail": "its worker died while it was being sent; sent again",
        "attempts": deliveries.c.attempts + 1,
        "doubts": deliveries.c.doubts + 1,
        "first_tried_at": _first_try(sa.literal(now, deliveries.c.due_at.type)),
        **_NOBODY,
    }


def _unknown(now: datetime) -> dict[str, Any]:
    return {
        "state": DeliveryState.UNKNOWN,
        "due_at": None,
        "detail": "its worker died while it was being sent; it may have arrived",
        "attempts": deliveries.c.attempts + 1,
        "finished_at": now,
        **_NOBODY,
    }


def _is_aborted(connection: sa.Connection, issue_id: int) -> bool:
    query = sa.select(issue_status.c.status).where(issue_status.c.issue_id == issue_id)
    return connection.execute(query).scalar() is IssueStatus.ABORTED


def _bury(connection: sa.Connection, issue_ids: Iterable[int], now: datetime) -> None:
    """What came back to an issue that was aborted meanwhile never leaves; what may have left already is unknown."""
    end = sa.case((deliveries.c.doubts > 0, _state(DeliveryState.UNKNOWN)), else_=_state(DeliveryState.CANCELLED))
    for issue_id in issue_ids:
        if _is_aborted(connection, issue_id):
            connection.execute(
                deliveries.update()
                .where(deliveries.c.issue_id == issue_id, deliveries.c.state.in_(_OPEN))
                .values(state=end, due_at=None, finished_at=now, **_NOBODY)
            )
