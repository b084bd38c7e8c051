"""Issues, their pools, and what was frozen with them, in the database."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.errors import StateError, StoreError
from digest.models import (
    Act,
    Cadence,
    DeliveryState,
    FrozenEdition,
    Issue,
    IssueItem,
    IssueKind,
    IssueStatus,
    Match,
    Recipient,
    Summary,
    Window,
)
from digest.store.content import SUMMARY
from digest.store.doubts import BURIED
from digest.store.engine import Conflict, Lock, Part, locked, within
from digest.store.freezing import write_recipients
from digest.store.shaping import locked_status, write_act
from digest.store.tables import (
    deliveries,
    edition_items,
    editions,
    frozen_pools,
    issue_items,
    issue_status,
    issues,
    revisions,
    summaries,
    summary_topics,
)

_ISSUE = sa.select(issues, issue_status).join_from(issues, issue_status, issue_status.c.issue_id == issues.c.id)
_EDITION = (editions.c.key, editions.c.subject, editions.c.preheader, editions.c.selection)
#: What an abort ends: nothing of these has left.
_NOT_LEFT = (DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.CLAIMED)


class IssuesPart(Part):
    """What editors shape and approve."""

    def add_issue(self, window: Window, *, now: datetime) -> Issue:
        """The issue of this window: made now, or the one that was there (one per cadence and window, for ever).

        An issue that has the label already is the one, even when a new time zone has moved the window a little.
        """
        found = self._of_window(window)
        if found is not None:
            return found
        try:
            with self.begin() as connection:
                row = {**dataclasses.asdict(window), "composed_at": now}
                key = connection.execute(sa.insert(issues).values(row)).inserted_primary_key
                status = {"issue_id": key and key[0], "status": IssueStatus.DRAFT, "held": False}
                connection.execute(sa.insert(issue_status).values(status))
        except Conflict:
            # Another process was faster: its issue is the one.
            if self._of_window(window) is None:
                raise
        return self._one(_same_window(window), f"the issue {window.label} was not stored: run this again")

    def issue(self, label: str) -> Issue | None:
        """The issue people call by this label."""
        return self._first(issues.c.label == label)

    def issue_by_id(self, issue_id: int) -> Issue:
        """This issue. Raises StoreError for an id that does not exist."""
        return self._one(issues.c.id == issue_id, f"there is no issue with the id {issue_id}")

    def issues(self, cadence: Cadence | None = None, *, kind: IssueKind = IssueKind.ISSUE) -> tuple[Issue, ...]:
        """All of this kind, of one cadence if given, latest window first."""
        query = _ISSUE.where(issues.c.kind == kind)
        query = query if cadence is None else query.where(issues.c.cadence == cadence)
        with self.read() as connection:
            rows = connection.execute(query.order_by(issues.c.until.desc(), issues.c.id.desc()))
            return tuple(_issue(row) for row in rows)

    def save_items(self, issue_id: int, items: Sequence[IssueItem], *, now: datetime) -> bool:
        """Replace a draft's pool, in this order; it counts as composed at `now` in any case.

        False when the pool was the same already. StateError unless a draft.
        """
        rows = [_item_row(issue_id, position, item) for position, item in enumerate(items)]
        stored = sa.select(issue_items).where(issue_items.c.issue_id == issue_id).order_by(issue_items.c.position)
        with self.begin() as connection:
            _lock_draft(connection, issue_id)
            connection.execute(sa.update(issues).where(issues.c.id == issue_id).values(composed_at=now))
            if [row._asdict() for row in connection.execute(stored)] == rows:
                return False
            connection.execute(sa.delete(issue_items).where(issue_items.c.issue_id == issue_id))
            if rows:
                connection.execute(sa.insert(issue_items), rows)
            _note_topics(connection, items)
        return True

    def items(self, issue_id: int) -> tuple[IssueItem, ...]:
        """The issue's pool, in its order, each with the revision of its summary that was saved."""
        saved = sa.and_(
            revisions.c.summary_id == issue_items.c.summary_id, revisions.c.revision == issue_items.c.revision
        )
        query = (
            sa.select(issue_items.c.matches, issue_items.c.fresh, issue_items.c.pinned, *SUMMARY)
            .join_from(issue_items, revisions, saved)
            .join(summaries, summaries.c.id == issue_items.c.summary_id)
            .where(issue_items.c.issue_id == issue_id)
            .order_by(issue_items.c.position)
        )
        with self.read() as connection:
            return tuple(_item(row) for row in connection.execute(query))

    def matches(self, issue_id: int) -> tuple[tuple[Match, ...], ...]:
        """What each fresh item of the issue's pool is about."""
        fresh = sa.and_(issue_items.c.issue_id == issue_id, issue_items.c.fresh)
        with self.read() as connection:
            return tuple(connection.scalars(sa.select(issue_items.c.matches).where(fresh)))

    def freeze(
        self,
        issue_id: int,
        recipients: Iterable[Recipient],
        *,
        pool: bytes,
        content_hash: str,
        approved_by: str,
        now: datetime,
        act: Act | None = None,
    ) -> Issue:
        """Approve the issue and write its pool, editions and deliveries, in one transaction: all of it or nothing.

        Deliveries with an edition begin as PENDING, those without as SKIPPED with their reason. `recipients` may read
        this store while it is read here, and is never held as a whole. `act` is the approval, written into the trail.

        Raises:
            StateError: the issue is no draft.
            EditedMeanwhile: `act` is not the next act on it: somebody changed it while it was being made.
        """
        approval = {"approved_at": now, "approved_by": approved_by, "content_hash": content_hash}
        with self.begin() as connection:
            # Of two who freeze at once, the second sees whom the first has told of a correction.
            locked(connection, Lock.CORRECTIONS)
            _lock_draft(connection, issue_id)
            if act is not None:
                write_act(connection, act)
            mine = issue_status.c.issue_id == issue_id
            connection.execute(sa.update(issue_status).where(mine).values(status=IssueStatus.APPROVED, **approval))
            connection.execute(sa.insert(frozen_pools).values(issue_id=issue_id, pool=pool))
            written = write_recipients(connection, issue_id, recipients, now=now)
            connection.execute(sa.update(issue_status).where(mine).values(recipients=written))
        return self.issue_by_id(issue_id)

    def frozen_pool(self, issue_id: int) -> bytes:
        """The pool as it was approved. Raises StoreError when the issue was never frozen."""
        query = sa.select(frozen_pools.c.pool).where(frozen_pools.c.issue_id == issue_id)
        with self.read() as connection:
            pool = connection.execute(query).scalar_one_or_none()
        if pool is None:
            raise StoreError(f"the issue with the id {issue_id} was never frozen: approve it first")
        return bytes(pool)

    def edition(self, edition_id: int) -> FrozenEdition:
        """This edition. Raises StoreError for an id that does not exist."""
        with self.read() as connection:
            row = connection.execute(sa.select(*_EDITION).where(editions.c.id == edition_id)).one_or_none()
        if row is None:
            raise StoreError(f"there is no edition with the id {edition_id}")
        return FrozenEdition(**row._asdict())

    def edition_studies(self, edition_id: int) -> tuple[frozenset[int], frozenset[int]]:
        """(placed, left over): the studies of an edition by the ids they have now, after any merging since."""
        query = sa.select(edition_items.c.study_id, edition_items.c.placed)
        with self.read() as connection:
            rows = connection.execute(query.where(edition_items.c.edition_id == edition_id)).all()
        placed = frozenset(row.study_id for row in rows if row.placed)
        return placed, frozenset(row.study_id for row in rows) - placed

    def editions(self, issue_id: int) -> tuple[tuple[int, FrozenEdition, int], ...]:
        """(id, edition, number of deliveries) of an issue, most read first."""
        read = sa.func.count(deliveries.c.id).label("read")
        query = (
            sa.select(editions.c.id, read, *_EDITION)
            .outerjoin_from(editions, deliveries, deliveries.c.edition_id == editions.c.id)
            .where(editions.c.issue_id == issue_id)
            .group_by(editions.c.id)
            .order_by(read.desc(), editions.c.id)
        )
        with self.read() as connection:
            return tuple((number, _edition(rest), count) for number, count, *rest in connection.execute(query))

    def set_held(self, issue_id: int, held: bool) -> None:
        """Hold the sending of an issue, or let it go on."""
        change = sa.update(issue_status).where(issue_status.c.issue_id == issue_id).values(held=held)
        with self.begin() as connection:
            if connection.execute(change).rowcount == 0:
                raise StoreError(f"there is no issue with the id {issue_id}")

    def abort(self, issue_id: int, *, now: datetime) -> int:
        """End the issue: what is pending, deferred or only claimed is CANCELLED, or UNKNOWN if it may have left before.

        How many those were.
        """
        mine = issue_status.c.issue_id == issue_id
        end = {"status": IssueStatus.ABORTED, "aborted_at": sa.func.coalesce(issue_status.c.aborted_at, now)}
        # Locked in the order every worker locks them in, so that none of the two waits for the other for ever.
        waiting = (
            sa.select(deliveries.c.id)
            .where(deliveries.c.issue_id == issue_id, deliveries.c.state.in_(_NOT_LEFT))
            .order_by(deliveries.c.id)
            .with_for_update()
        )
        free = {"owner": None, "lease_until": None, "due_at": None, "finished_at": now}
        ended = sa.update(deliveries).where(deliveries.c.id.in_(waiting))
        with self.begin() as connection:
            if connection.execute(sa.update(issue_status).where(mine).values(end)).rowcount == 0:
                raise StoreError(f"there is no issue with the id {issue_id}")
            return connection.execute(ended.values(state=BURIED, **free)).rowcount

    def _of_window(self, window: Window) -> Issue | None:
        return self._first(_same_window(window))

    def _first(self, which: sa.ColumnElement[bool]) -> Issue | None:
        with self.read() as connection:
            row = connection.execute(_ISSUE.where(which).order_by(issues.c.id)).first()
        return None if row is None else _issue(row)

    def _one(self, which: sa.ColumnElement[bool], otherwise: str) -> Issue:
        issue = self._first(which)
        if issue is None:
            raise StoreError(otherwise)
        return issue


def _note_topics(connection: sa.Connection, items: Sequence[IssueItem]) -> None:
    """What the summaries are about by now, for whoever searches."""
    ids = [item.summary.id for item in items]
    connection.execute(sa.delete(summary_topics).where(within(summary_topics.c.summary_id, ids)))
    found = {(item.summary.id, match.topic_id) for item in items for match in item.matches}
    if found:
        rows = [{"summary_id": summary_id, "topic_id": topic} for summary_id, topic in sorted(found)]
        connection.execute(sa.insert(summary_topics), rows)


def _same_window(window: Window) -> sa.ColumnElement[bool]:
    span = (issues.c.since == window.since) & (issues.c.until == window.until)
    return (issues.c.label == window.label) | ((issues.c.cadence == window.cadence) & span)


def _lock_draft(connection: sa.Connection, issue_id: int) -> None:
    """Nobody else changes the issue before this transaction ends. Raises StateError unless it is a draft."""
    label, status = locked_status(connection, issue_id)
    if status is not IssueStatus.DRAFT:
        raise StateError(f"issue {label} is {status} already: only a draft can be changed or approved")


def _issue(row: sa.Row[*tuple[Any, ...]]) -> Issue:
    window = {field.name: getattr(row, field.name) for field in dataclasses.fields(Window)}
    return Issue(
        id=row.id,
        window=Window(**window),
        status=row.status,
        composed_at=row.composed_at,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        content_hash=row.content_hash,
        held=row.held,
        not_before=row.not_before,
        kind=row.kind,
        held_because=row.held_because,
    )


def _item_row(issue_id: int, position: int, item: IssueItem) -> dict[str, Any]:
    return {
        "issue_id": issue_id,
        "position": position,
        "summary_id": item.summary.id,
        "revision": item.summary.revision,
        "matches": item.matches,
        "fresh": item.fresh,
        "pinned": item.pinned,
    }


def _item(row: sa.Row[*tuple[Any, ...]]) -> IssueItem:
    matches, fresh, pinned = row[:3]
    names = (column.name for column in SUMMARY)
    summary = Summary(**dict(zip(names, row[3:], strict=True)))
    return IssueItem(summary=summary, matches=matches, fresh=fresh, pinned=pinned)


def _edition(values: Sequence[Any]) -> FrozenEdition:
    return FrozenEdition(**dict(zip((column.name for column in _EDITION), values, strict=True)))
