"""The trail of what editors did, in the database: each act is written on the version its editor saw, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.errors import EditedMeanwhile, StateError, StoreError
from digest.models import Act, DeliveryState, IssueStatus, Schedule, Step, Window, Withdraw
from digest.shaping import is_content
from digest.store.engine import Part
from digest.store.tables import (
    deliveries,
    edition_corrections,
    edition_items,
    editions,
    frozen_pools,
    issue_acts,
    issue_status,
    issues,
)
from digest.telling import told_since

#: Nothing of these has left, when it was never tried: what is deferred may wait for morning.
_STILL_HERE = (
    DeliveryState.PENDING,
    DeliveryState.CLAIMED,
    DeliveryState.DEFERRED,
    DeliveryState.SKIPPED,
    DeliveryState.SUPPRESSED,
)


class ShapingPart(Part):
    """What editors do to an issue."""

    def acts(self, issue_id: int) -> tuple[Act, ...]:
        """Everything that was done to the issue, in order."""
        with self.read() as connection:
            return _acts(connection, issue_acts.c.issue_id == issue_id)

    def earlier_acts(self, window: Window) -> tuple[Act, ...]:
        """Everything that was done to the issues of this cadence whose windows came before, issue by issue."""
        earlier = sa.select(issues.c.id).where(issues.c.cadence == window.cadence, issues.c.until <= window.since)
        with self.read() as connection:
            return _acts(connection, issue_acts.c.issue_id.in_(earlier))

    def act(self, issue_id: int, steps: Sequence[Step], *, by: str, on: int, now: datetime) -> bool:
        """Write down what an editor does, on the version they saw; whether that took an approval back.

        What changes the content of an approved issue withdraws its approval in the same transaction: editions and
        deliveries go.

        Raises:
            EditedMeanwhile: somebody else acted since that version; nothing is written.
            StateError: the issue was aborted, or some of it has left already.
        """
        act = Act(issue_id=issue_id, number=on + 1, at=now, by=by, steps=tuple(steps))
        with self.begin() as connection:
            label, status = locked_status(connection, issue_id)
            if status is IssueStatus.ABORTED:
                raise StateError(f"{label} was aborted: nothing of it can be changed any more")
            write_act(connection, act)
            voids = is_content(act) or any(isinstance(step, Withdraw) for step in steps)
            withdrawn = status is IssueStatus.APPROVED and voids
            if withdrawn:
                _withdraw(connection, issue_id, label)
            _schedule(connection, act, label)
        return withdrawn


def locked_status(connection: sa.Connection, issue_id: int) -> tuple[str, IssueStatus]:
    """The issue's label and where it stands; nobody else changes it before this transaction ends."""
    query = (
        sa.select(issues.c.label, issue_status.c.status)
        .join_from(issue_status, issues, issues.c.id == issue_status.c.issue_id)
        .where(issue_status.c.issue_id == issue_id)
        .with_for_update(of=issue_status)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise StoreError(f"there is no issue with the id {issue_id}")
    return row.label, row.status


def write_act(connection: sa.Connection, act: Act) -> None:
    """Write the act behind the last one; the issue must be locked. EditedMeanwhile when it is not the next."""
    since = _acts(connection, (issue_acts.c.issue_id == act.issue_id) & (issue_acts.c.number >= act.number))
    if since:
        raise EditedMeanwhile(told_since(since), version=since[-1].number)
    row = {"issue_id": act.issue_id, "number": act.number, "at": act.at, "by": act.by, "steps": act.steps}
    connection.execute(sa.insert(issue_acts).values(row))


def _acts(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Act, ...]:
    query = sa.select(issue_acts).where(which).order_by(issue_acts.c.issue_id, issue_acts.c.number)
    return tuple(Act(**row._asdict()) for row in connection.execute(query))


def _withdraw(connection: sa.Connection, issue_id: int, label: str) -> None:
    """Take back what was frozen. What a worker is just sending is waited for, and then it is too late.

    An issue that somebody paused stays so: approved again, it waits for them.
    """
    mine = deliveries.c.issue_id == issue_id
    connection.execute(sa.delete(deliveries).where(mine, _untouched()))
    _nothing_is_left(connection, mine, f"{label} cannot be changed any more")
    of_issue = sa.select(editions.c.id).where(editions.c.issue_id == issue_id)
    connection.execute(sa.delete(edition_corrections).where(edition_corrections.c.edition_id.in_(of_issue)))
    connection.execute(sa.delete(edition_items).where(edition_items.c.edition_id.in_(of_issue)))
    connection.execute(sa.delete(editions).where(editions.c.issue_id == issue_id))
    connection.execute(sa.delete(frozen_pools).where(frozen_pools.c.issue_id == issue_id))
    blank: dict[str, Any] = {"approved_at": None, "approved_by": None, "content_hash": None, "recipients": None}
    change = sa.update(issue_status).where(issue_status.c.issue_id == issue_id)
    connection.execute(change.values(status=IssueStatus.DRAFT, **blank))


def _schedule(connection: sa.Connection, act: Act, label: str) -> None:
    schedules = [step for step in act.steps if isinstance(step, Schedule)]
    if schedules:
        sent = (deliveries.c.issue_id == act.issue_id) & sa.not_(_untouched())
        _nothing_is_left(connection, sent, f"{label} cannot be scheduled any more")
        change = sa.update(issue_status).where(issue_status.c.issue_id == act.issue_id)
        connection.execute(change.values(not_before=schedules[-1].at))


def _untouched() -> sa.ColumnElement[bool]:
    return sa.and_(deliveries.c.state.in_(_STILL_HERE), deliveries.c.attempts == 0, deliveries.c.doubts == 0)


def _nothing_is_left(connection: sa.Connection, which: sa.ColumnElement[bool], so: str) -> None:
    gone = connection.execute(sa.select(sa.func.count()).select_from(deliveries).where(which)).scalar_one()
    if gone:
        mails = "1 mail has" if gone == 1 else f"{gone} mails have"
        raise StateError(f"{so}: {mails} left, or may have. What is wrong in it can be put right by a correction")
