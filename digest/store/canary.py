"""What the canary looks at, how a send stops itself, and the suppressions it made, until a person decides on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digest.audience import address_key
from digest.models import DeliveryState, FeedbackKind, IssueStatus, Suppression
from digest.store import leases
from digest.store.engine import Part, within
from digest.store.tables import deliveries, feedback, issue_status, suppressions
from digest.suppression import kind_of_code

_HELD = (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)
_ANSWERED = (DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.REFUSED)
#: How far a clock may have been put back since an issue was approved, and its mails are found all the same.
_ASTRAY = timedelta(days=1)
_SUPPRESSION = (
    suppressions.c.address,
    suppressions.c.reason,
    suppressions.c.at,
    suppressions.c.detail,
    suppressions.c.issue_id,
    suppressions.c.quarantined_at,
)


class CanaryPart(Part):
    """Whether a send does harm, and what becomes of it then."""

    def begun(self, issue_id: int, *, at_most: int) -> tuple[int, int]:
        """(begun, in a worker's hands): how many of an issue's mails were tried or claimed, counted up to `at_most`."""
        held = sa.and_(deliveries.c.issue_id == issue_id, deliveries.c.state.in_(_HELD))
        with self.read() as connection:
            begun = leases.begun(connection, issue_id, at_most=at_most)
            in_hand = connection.scalar(sa.select(sa.func.count()).select_from(deliveries).where(held))
        return begun, in_hand or 0

    def bounced_lately(self, issue_id: int, transports: Sequence[str], *, of: int) -> tuple[int, int]:
        """(bounced hard, of how many): among the last answered mails of an issue, at most `of`.

        A mail that was accepted and came back later counts as bounced. Those from before a person let the send go on
        count no more.
        """
        with self.read() as connection:
            spans = sa.select(issue_status.c.judged_since, issue_status.c.approved_at)
            status = connection.execute(spans.where(issue_status.c.issue_id == issue_id)).one()
            lately = _lately(status.judged_since, status.approved_at)
            rows = [row for name in transports for row in connection.execute(_last(issue_id, name, lately, of))]
            last = sorted(rows, key=lambda row: row.finished_at, reverse=True)[:of]
            accepted = [row.address_key for row in last if row.state is DeliveryState.ACCEPTED]
            came_back = sa.select(sa.func.count(sa.distinct(feedback.c.address_key))).where(
                feedback.c.issue_id == issue_id,
                feedback.c.kind == FeedbackKind.HARD_BOUNCE,
                feedback.c.address_key.in_(accepted),
            )
            later = connection.scalar(came_back) or 0
        refused = sum(
            row.state is DeliveryState.BOUNCED and kind_of_code(row.code) is FeedbackKind.HARD_BOUNCE for row in last
        )
        return refused + later, len(last)

    def stop_itself(self, issue_id: int, reason: str, *, now: datetime) -> None:
        """Hold the issue for this reason, and put the suppressions its hard bounces made in quarantine."""
        mine = issue_status.c.issue_id == issue_id
        since = sa.select(issue_status.c.judged_since).where(mine).scalar_subquery()
        made = sa.and_(
            suppressions.c.issue_id == issue_id,
            suppressions.c.reason == FeedbackKind.HARD_BOUNCE,
            suppressions.c.quarantined_at.is_(None),
            sa.or_(since.is_(None), suppressions.c.at > since),
        )
        with self.begin() as connection:
            connection.execute(sa.update(issue_status).where(mine).values(held=True, held_because=reason))
            connection.execute(sa.update(suppressions).where(made).values(quarantined_at=now))

    def let_go_on(self, issue_id: int, *, now: datetime) -> None:
        """Let a held issue go on; if it stopped itself, what bounced before is not held against it any more."""
        mine = issue_status.c.issue_id == issue_id
        stopped = sa.case((issue_status.c.held_because != "", sa.literal(now, issue_status.c.judged_since.type)))
        judged = sa.func.coalesce(stopped, issue_status.c.judged_since)
        with self.begin() as connection:
            connection.execute(
                sa.update(issue_status).where(mine).values(held=False, held_because="", judged_since=judged)
            )

    def quarantined(self, issue_id: int) -> tuple[Suppression, ...]:
        """The suppressions of an issue that wait for a person, oldest first."""
        query = sa.select(*_SUPPRESSION).where(_waiting(issue_id)).order_by(suppressions.c.at, suppressions.c.id)
        with self.read() as connection:
            return tuple(Suppression(**row._asdict()) for row in connection.execute(query))

    def keep_quarantined(self, issue_id: int) -> int:
        """They are right, and hold for good. How many they were."""
        with self.begin() as connection:
            kept = sa.update(suppressions).where(_waiting(issue_id)).values(quarantined_at=None)
            return connection.execute(kept).rowcount

    def lift_quarantined(self, issue_id: int, *, now: datetime) -> int:
        """They were wrong: the addresses may be mailed again, and what was refused for them leaves with the issue.

        What was refused was never delivered, so nobody has it twice. How many they were.
        """
        query = sa.select(suppressions.c.id, suppressions.c.address, suppressions.c.address_key)
        with self.begin() as connection:
            rows = connection.execute(query.where(_waiting(issue_id)).with_for_update()).all()
            if not rows:
                return 0
            _lifted(connection, rows, issue_id, now)
            aborted = sa.select(issue_status.c.issue_id).where(issue_status.c.status == IssueStatus.ABORTED)
            again = sa.and_(
                deliveries.c.issue_id == issue_id,
                deliveries.c.issue_id.not_in(aborted),
                deliveries.c.state == DeliveryState.BOUNCED,
                deliveries.c.doubts == 0,
                deliveries.c.address_key.in_([row.address_key for row in rows]),
            )
            waiting = {"state": DeliveryState.PENDING, "finished_at": None, "due_at": None, "first_tried_at": now}
            words = "tried again: an operator lifted the suppression of its address"
            connection.execute(sa.update(deliveries).where(again).values(**waiting, detail=words))
        return len(rows)

    def lift(self, address: str, *, now: datetime) -> bool:
        """The address may be mailed again. False when nothing stands against it."""
        query = sa.select(suppressions.c.id, suppressions.c.address, suppressions.c.address_key)
        mine = suppressions.c.address_key == address_key(address)
        with self.begin() as connection:
            rows = connection.execute(query.where(mine).with_for_update()).all()
            if rows:
                _lifted(connection, rows, 0, now)
        return bool(rows)


def _lifted(connection: sa.Connection, rows: Sequence[Any], about: int, now: datetime) -> None:
    """Nothing stands against these addresses any more; `about` is an issue's id, 0 for none."""
    connection.execute(sa.delete(suppressions).where(within(suppressions.c.id, [row.id for row in rows])))
    # What came back stays written down. That a person believes in the address is written behind it.
    connection.execute(sa.insert(feedback), [_believed(row, about, now) for row in rows])


def _lately(judged_since: datetime | None, approved_at: datetime | None) -> sa.ColumnElement[bool]:
    """After a person let the send go on; and not before the approval, so that no year of mails is looked through."""
    bounds: list[sa.ColumnElement[bool]] = [sa.true()]
    if judged_since is not None:
        bounds.append(deliveries.c.finished_at > judged_since)
    if approved_at is not None:
        bounds.append(deliveries.c.finished_at >= approved_at - _ASTRAY)
    return sa.and_(*bounds)


def _last(issue_id: int, transport: str, lately: sa.ColumnElement[bool], number: int) -> sa.Select[Any]:
    return (
        sa.select(deliveries.c.state, deliveries.c.code, deliveries.c.address_key, deliveries.c.finished_at)
        .where(
            deliveries.c.via == transport,
            deliveries.c.finished_at.is_not(None),
            deliveries.c.issue_id == issue_id,
            deliveries.c.state.in_(_ANSWERED),
            lately,
        )
        .order_by(deliveries.c.finished_at.desc(), deliveries.c.id.desc())
        .limit(number)
    )


def _waiting(issue_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(suppressions.c.issue_id == issue_id, suppressions.c.quarantined_at.is_not(None))


def _believed(row: Any, issue_id: int, now: datetime) -> dict[str, Any]:
    return {
        "address_key": row.address_key,
        "address": row.address,
        "kind": FeedbackKind.DELIVERED,
        "event_id": f"lifted/{issue_id}/{now.isoformat()}",
        "at": now,
        "code": "",
        "detail": "an operator lifted the suppression",
        "issue_id": None,
    }
