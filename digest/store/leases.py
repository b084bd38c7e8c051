"""Taking deliveries and giving them back, inside a transaction: locks, leases, fences, and who may be written to.

Every function takes the connection of a write transaction, and the ledger decides which of them make one commit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from digest.hours import Hours, Wish, day_of, may_leave
from digest.models import Claim, DeliveryState, IssueStatus, Outcome, Result, SkipReason, SubscriberStatus, Wait
from digest.store.engine import Prepared, within
from digest.store.tables import deliveries, issue_status, subscribers, suppressions

_HELD = (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)
_TRIED = (DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.REFUSED, DeliveryState.UNKNOWN)
_LONGEST_DETAIL = 500


def as_state(state: DeliveryState) -> sa.BindParameter[Any]:
    """The state as the column has it."""
    return sa.literal(state, deliveries.c.state.type)


def first_try(now: sa.BindParameter[Any]) -> sa.ColumnElement[Any]:
    """When it was first tried: now, where it never was."""
    return sa.func.coalesce(deliveries.c.first_tried_at, now)


#: What a row that nobody holds any more goes back to: what was deferred keeps its hour.
_WAITING = sa.case(
    (deliveries.c.due_at.is_not(None), as_state(DeliveryState.DEFERRED)), else_=as_state(DeliveryState.PENDING)
)
#: Nobody holds it.
NOBODY = {"owner": None, "lease_until": None}
#: Given back: as if it had not been claimed.
BACK: dict[str, Any] = {"state": _WAITING, **NOBODY}

CLAIM = (
    deliveries.c.id,
    deliveries.c.issue_id,
    deliveries.c.subscriber_id,
    deliveries.c.edition_id,
    deliveries.c.address,
    deliveries.c.name,
    deliveries.c.fence,
    deliveries.c.attempts,
    deliveries.c.first_tried_at,
    deliveries.c.via,
)


def _with_reader(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Deliveries together with all that may forbid them now."""
    return (
        sa.select(
            *columns,
            deliveries.c.state,
            subscribers.c.status,
            subscribers.c.paused_until,
            suppressions.c.id.is_not(None).label("suppressed"),
        )
        .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .outerjoin(suppressions, suppressions.c.address_key == deliveries.c.address_key)
    )


#: What differs from result to result.
_WRITTEN = ("delivery_id", "to_state", "to_detail", "to_code", "to_via", "to_due_at", "to_finished_at", "more_doubts")
_WRITE_RESULT = (
    deliveries.update()
    .where(deliveries.c.id == sa.bindparam("delivery_id"))
    .values(
        state=sa.bindparam("to_state"),
        detail=sa.bindparam("to_detail"),
        code=sa.bindparam("to_code"),
        via=sa.bindparam("to_via"),
        due_at=sa.bindparam("to_due_at"),
        waits_for=None,
        finished_at=sa.bindparam("to_finished_at"),
        attempts=deliveries.c.attempts + 1,
        doubts=deliveries.c.doubts + sa.bindparam("more_doubts"),
        first_tried_at=first_try(sa.bindparam("tried_at", type_=deliveries.c.due_at.type)),
        **NOBODY,
    )
)
#: The same, where this owner still holds the delivery under this fence: whoever took it over is not overwritten.
_WRITE_HELD = _WRITE_RESULT.where(
    deliveries.c.owner == sa.bindparam("held_by"),
    deliveries.c.fence == sa.bindparam("under_fence"),
    sa.or_(*(deliveries.c.state == as_state(state) for state in _HELD)),
)


# What runs for every window is built once: building a statement costs more than running it.
_IDS = deliveries.c.id.in_(sa.bindparam("ids", expanding=True, literal_execute=True))
_LOCKED_ROWS = (
    _with_reader(deliveries.c.id, deliveries.c.issue_id, deliveries.c.fence, deliveries.c.owner)
    .where(_IDS)
    .order_by(deliveries.c.id)
    .with_for_update(of=deliveries)
)
_DUE = (
    _with_reader(*CLAIM, subscribers.c.timezone, subscribers.c.weekday, subscribers.c.part_of_day)
    .where(deliveries.c.issue_id == sa.bindparam("issue_id"))
    .limit(sa.bindparam("most"))
    .with_for_update(of=deliveries, skip_locked=True)
)
_DUE_AGAIN = _DUE.where(
    deliveries.c.state == as_state(DeliveryState.DEFERRED),
    deliveries.c.due_at.is_not(None),
    deliveries.c.due_at <= sa.bindparam("now"),
).order_by(deliveries.c.due_at, deliveries.c.id)
#: The state is written out: an index that holds nothing else is found by its words.
_DUE_FIRST = _DUE.where(deliveries.c.state == sa.literal_column("'pending'")).order_by(deliveries.c.id)
_TAKE = Prepared(
    deliveries.update()
    .where(deliveries.c.id == sa.bindparam("delivery_id"))
    .values(
        state=DeliveryState.CLAIMED,
        owner=sa.bindparam("taken_by"),
        lease_until=sa.bindparam("until"),
        fence=deliveries.c.fence + 1,
    ),
    "delivery_id",
)
_HELD_RESULT = Prepared(_WRITE_HELD, *_WRITTEN, "under_fence")
#: Claimed, and nothing forbids the reader or the issue: what `_forbidden` and `open_under` say, without a look first.
_MAY_GO = (
    deliveries.c.state == as_state(DeliveryState.CLAIMED),
    sa.exists().where(
        issue_status.c.issue_id == deliveries.c.issue_id,
        issue_status.c.status == IssueStatus.APPROVED,
        issue_status.c.held.is_(False),
        sa.or_(issue_status.c.not_before.is_(None), issue_status.c.not_before <= sa.bindparam("now")),
    ),
    sa.exists().where(
        subscribers.c.id == deliveries.c.subscriber_id,
        subscribers.c.status != SubscriberStatus.UNSUBSCRIBED,
        sa.or_(subscribers.c.paused_until.is_(None), subscribers.c.paused_until <= sa.bindparam("today")),
    ),
    ~sa.exists().where(suppressions.c.address_key == deliveries.c.address_key),
)
_TO_INFLIGHT = Prepared(
    deliveries.update()
    .where(
        deliveries.c.id == sa.bindparam("delivery_id"),
        deliveries.c.owner == sa.bindparam("held_by"),
        deliveries.c.fence == sa.bindparam("under_fence"),
        *_MAY_GO,
    )
    .values(state=DeliveryState.INFLIGHT, lease_until=sa.bindparam("until"), via=sa.bindparam("carrier")),
    "delivery_id",
    "under_fence",
)
_STATUS = sa.select(
    issue_status.c.status, issue_status.c.held, issue_status.c.not_before, issue_status.c.content_hash
).where(issue_status.c.issue_id == sa.bindparam("issue_id"))


# --- who is due, and who may not be written to -----------------------------------------------------------


def content_hash(connection: sa.Connection, issue_id: int) -> str:
    """Of the approval that stands; empty where none does."""
    row = connection.execute(_STATUS, {"issue_id": issue_id}).first()
    return (row and row.content_hash) or ""


def open_under(connection: sa.Connection, issue_id: int, now: datetime) -> str | None:
    """The content hash of an issue that may be sent now: approved, not held, not aborted, not scheduled for later.

    None when it may not.
    """
    row = connection.execute(_STATUS, {"issue_id": issue_id}).first()
    if row is None or row.status is not IssueStatus.APPROVED or row.held:
        return None
    return None if row.not_before is not None and now < row.not_before else row.content_hash or ""


def is_aborted(connection: sa.Connection, issue_id: int) -> bool:
    """Whether the issue was aborted."""
    return connection.execute(_STATUS, {"issue_id": issue_id}).scalar() is IssueStatus.ABORTED


def begun(connection: sa.Connection, issue_id: int, *, at_most: int) -> int:
    """How many mails of an issue were tried or claimed, counted up to `at_most`."""
    tried = sa.or_(
        deliveries.c.state.in_((*_HELD, *_TRIED)),
        sa.and_(deliveries.c.state == DeliveryState.DEFERRED, deliveries.c.attempts > 0),
    )
    query = sa.select(deliveries.c.id).where(deliveries.c.issue_id == issue_id, tried).limit(at_most)
    return connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def room(connection: sa.Connection, issue_id: int, limit: int, first: int | None) -> int:
    """How many of `limit` may be claimed where only the `first` mails of an issue may begin; None: all of them may.

    Until this transaction ends nobody else can ask.
    """
    if first is None:
        return limit
    mine = issue_status.c.issue_id == issue_id
    connection.execute(sa.select(issue_status.c.issue_id).where(mine).with_for_update())
    return min(limit, first - begun(connection, issue_id, at_most=first))


def due_rows(
    connection: sa.Connection,
    issue_id: int,
    limit: int,
    now: datetime,
    *,
    only: sa.ColumnElement[bool] | None = None,
    fresh: bool = False,
) -> Sequence[sa.Row[Any]]:
    """Due rows with their readers, locked; what another worker is just taking is passed over.

    What is due again comes first; with `fresh` what was never tried, and what was tried least.
    """
    again, first = (_DUE_AGAIN, _DUE_FIRST) if only is None else (_DUE_AGAIN.where(only), _DUE_FIRST.where(only))
    if fresh:
        again = again.order_by(None).order_by(deliveries.c.attempts, deliveries.c.due_at, deliveries.c.id)
    rows: list[sa.Row[Any]] = []
    for query in (first, again) if fresh else (again, first):
        if len(rows) < limit:
            rows += connection.execute(query, {"issue_id": issue_id, "most": limit - len(rows), "now": now}).all()
    return rows


def turn_away(
    connection: sa.Connection, rows: Iterable[sa.Row[Any]], hours: Hours | None, now: datetime
) -> list[sa.Row[Any]]:
    """End the deliveries whose readers may not be written to any more; the rows that are left."""
    today = day_of(hours, now)
    kept: list[sa.Row[Any]] = []
    ended: dict[tuple[DeliveryState, SkipReason], list[int]] = {}
    for row in rows:
        end = _forbidden(row, today)
        if end is None:
            kept.append(row)
        else:
            ended.setdefault(end, []).append(row.id)
    for (state, reason), ids in ended.items():
        connection.execute(
            deliveries.update()
            .where(within(deliveries.c.id, ids))
            .values(state=state, detail=reason.value, due_at=None, finished_at=now, **NOBODY)
        )
    return kept


def _forbidden(row: sa.Row[Any], today: date) -> tuple[DeliveryState, SkipReason] | None:
    """Why this reader may not be written to; None when they may. `today` is the newsletter's day."""
    if row.status is SubscriberStatus.UNSUBSCRIBED:
        return DeliveryState.SUPPRESSED, SkipReason.UNSUBSCRIBED
    if row.suppressed:
        return DeliveryState.SUPPRESSED, SkipReason.SUPPRESSED
    if row.paused_until is not None and today < row.paused_until:
        return DeliveryState.SKIPPED, SkipReason.PAUSED
    return None


def put_off(connection: sa.Connection, rows: Sequence[sa.Row[Any]], hours: Hours, now: datetime) -> list[sa.Row[Any]]:
    """Let the deliveries wait that may not leave at this hour, each until it may; the rows that are left.

    No try is counted: nothing was wrong with them.
    """
    kept: list[sa.Row[Any]] = []
    waiting: dict[tuple[datetime, Wait], list[int]] = {}
    for row in rows:
        wish = Wish(timezone=row.timezone, weekday=row.weekday, part=row.part_of_day)
        instant, wait = may_leave(hours, wish, now=now, again=row.attempts > 0)
        if wait is None:
            kept.append(row)
        else:
            waiting.setdefault((instant, wait), []).append(row.id)
    for (instant, wait), ids in waiting.items():
        change(connection, ids, {"state": DeliveryState.DEFERRED, "due_at": instant, "waits_for": wait, **NOBODY})
    return kept


def take(connection: sa.Connection, rows: Sequence[sa.Row[Any]], owner: str, until: datetime) -> None:
    """Claim these rows, each under its next fence."""
    _TAKE.run(connection, [(row.id,) for row in rows], taken_by=owner, until=until)


def claim_of(row: Sequence[Any], content_hash: str) -> Claim:
    """The claim of a row that was just taken and begins with `CLAIM`, under the approval of this hash."""
    # All at once: to ask a row for a column by its name takes longer than to make a claim.
    number, issue_id, subscriber_id, edition_id, address, name, fence, attempts, first_tried_at, via = row[: len(CLAIM)]
    return Claim(
        delivery_id=number,
        issue_id=issue_id,
        subscriber_id=subscriber_id,
        edition_id=edition_id,
        address=address,
        name=name,
        fence=fence + 1,
        attempts=attempts,
        first_tried_at=first_tried_at,
        via=via,
        content_hash=content_hash,
    )


# --- results and intents ---------------------------------------------------------------------------------


def locked_rows(connection: sa.Connection, claims: Sequence[Claim]) -> dict[int, sa.Row[Any]]:
    """The rows of these claims as they are now, by id, locked in the order of ids so that nobody waits in a ring."""
    if not claims:
        return {}
    ids = [int(claim.delivery_id) for claim in claims]
    return {row.id: row for row in connection.execute(_LOCKED_ROWS, {"ids": ids})}


def held_by(connection: sa.Connection, owner: str, claims: Sequence[Claim]) -> dict[int, sa.Row[Any]]:
    """Those of the claims that still stand: held by this owner, under this fence."""
    rows = locked_rows(connection, claims)
    fences = {claim.delivery_id: claim.fence for claim in claims}
    return {
        number: row
        for number, row in rows.items()
        if row.owner == owner and row.fence == fences[number] and row.state in _HELD
    }


def write(connection: sa.Connection, results: Sequence[Result], now: datetime) -> None:
    """Write results; that they count must be known already."""
    if results:
        rows = [dict(zip(_WRITTEN, _written(result, now), strict=True)) for result in results]
        connection.execute(_WRITE_RESULT, [{**row, "tried_at": now} for row in rows])


def write_held(connection: sa.Connection, results: Sequence[Result], owner: str, now: datetime) -> None:
    """Write those of the results that count: held by this owner, under the fence of their claims."""
    if results:
        # In the order of ids, so that nobody waits in a ring.
        ordered = sorted(results, key=lambda result: result.claim.delivery_id)
        rows = [(*_written(one, now), one.claim.fence) for one in ordered]
        _HELD_RESULT.run(connection, rows, held_by=owner, tried_at=now)


def _written(result: Result, now: datetime) -> tuple[Any, ...]:
    """What is written of a result, in the order of `_WRITTEN`."""
    receipt = result.receipt
    waits = result.state is DeliveryState.DEFERRED
    return (
        result.claim.delivery_id,
        result.state,
        _storable(receipt.detail),
        _storable(receipt.code),
        receipt.via,
        (result.due_at or now) if waits else None,
        None if waits else now,
        int(waits and receipt.outcome is Outcome.DOUBTFUL),
    )


def _storable(text: str) -> str:
    """A server's words as both databases take them: no NUL, no lone surrogates, not endless."""
    return text[:_LONGEST_DETAIL].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def grant(
    connection: sa.Connection,
    claims: Sequence[Claim],
    owner: str,
    *,
    now: datetime,
    until: datetime,
    via: str,
    hours: Hours | None,
) -> frozenset[int]:
    """The intent: from the commit of this on, the bytes of these may leave by this transport. The ids of those.

    Readers that may not be written to any more are turned away; what else may not leave, as of a held issue, is given
    back.
    """
    ids = [(one.delivery_id, one.fence) for one in _in_order(claims)]
    shared = {"held_by": owner, "now": now, "today": day_of(hours, now), "until": until, "carrier": via}
    if _TO_INFLIGHT.run(connection, ids, **shared) == len(claims):  # as nearly always
        return frozenset(claim.delivery_id for claim in claims)
    rows = held_by(connection, owner, claims).values()
    left = turn_away(connection, [row for row in rows if row.state is DeliveryState.CLAIMED], hours, now)
    give_back(connection, [row.id for row in left])
    return frozenset(row.id for row in rows if row.state is DeliveryState.INFLIGHT)


def _in_order(claims: Iterable[Claim]) -> list[Claim]:
    """In the order of ids, so that nobody waits in a ring."""
    return sorted(claims, key=lambda claim: claim.delivery_id)


def give_back(connection: sa.Connection, ids: Collection[int], until: datetime | None = None) -> None:
    """Let others have what was not tried, not before `until` if that is given; what was deferred keeps its hour."""
    put_off = {"state": DeliveryState.DEFERRED, "due_at": until, "waits_for": Wait.REST, **NOBODY}
    change(connection, ids, BACK if until is None else put_off)


def change(connection: sa.Connection, ids: Collection[int], values: Mapping[str, Any]) -> None:
    """Write the same into rows that are locked already."""
    if ids:
        connection.execute(deliveries.update().where(within(deliveries.c.id, ids)).values(values))


def held(issue_id: int) -> sa.ColumnElement[bool]:
    """Deliveries of the issue that somebody holds."""
    return sa.and_(deliveries.c.issue_id == issue_id, deliveries.c.state.in_(_HELD))
