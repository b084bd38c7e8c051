"""Corrections in the database: to whom they are owed is read from the ledger, so nobody is told twice or left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from digest.errors import StateError, StoreError
from digest.models import (
    Amendment,
    Cadence,
    Correction,
    CorrectionState,
    DeliveryState,
    Issue,
    IssueKind,
    IssueStatus,
    Recipient,
    Window,
)
from digest.store.amending import add
from digest.store.engine import Lock, locked, within
from digest.store.freezing import write_recipients
from digest.store.issues import IssuesPart
from digest.store.tables import (
    corrections,
    deliveries,
    edition_corrections,
    edition_items,
    editions,
    frozen_pools,
    issue_items,
    issue_status,
    issues,
    subscribers,
    summaries,
)

#: Deliveries that arrived, or may have; any other may have as well where an attempt was in doubt.
_ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
#: Deliveries that surely never arrived, where no attempt was in doubt.
_NEVER = (
    DeliveryState.BOUNCED,
    DeliveryState.REFUSED,
    DeliveryState.SUPPRESSED,
    DeliveryState.CANCELLED,
    DeliveryState.SKIPPED,
)


#: The table under a name of its own: a method has the other.
_corrections = corrections
#: Each correction with the editions that printed what it corrects, of issues approved until it was made. Of a study
#: that was withdrawn every summary counts; of words that were wrong only the one that had them.
_PRINTED = (
    corrections.join(summaries, summaries.c.id == corrections.c.summary_id)
    .join(
        edition_items,
        sa.and_(
            edition_items.c.study_id == summaries.c.study_id,
            edition_items.c.placed,
            sa.or_(corrections.c.kind == Amendment.RETRACTED, edition_items.c.summary_id == corrections.c.summary_id),
        ),
    )
    .join(editions, editions.c.id == edition_items.c.edition_id)
    .join(
        issue_status,
        sa.and_(issue_status.c.issue_id == editions.c.issue_id, issue_status.c.approved_at <= corrections.c.at),
    )
)


class CorrectionsPart(IssuesPart):
    """What has to be put right, and who has to be told."""

    def add_correction(
        self, summary_id: int, kind: Amendment, sentence: str, *, state: CorrectionState, by: str, now: datetime
    ) -> tuple[Correction, bool]:
        """(correction, whether it is new): one that stands is not written again. StoreError without its summary."""
        with self.begin() as connection:
            locked(connection, Lock.CORRECTIONS)
            known = connection.execute(sa.select(summaries.c.id).where(summaries.c.id == summary_id)).first()
            if known is None:
                raise StoreError(f"there is no summary with the number {summary_id}")
            same = _standing(connection, summary_id, kind, sentence) if state is CorrectionState.STANDING else None
            if same is not None:
                return same, False
            return add(connection, summary_id, kind, sentence, state=state, by=by, now=now), True

    def decide_correction(
        self, correction_id: int, *, state: CorrectionState, sentence: str, by: str, now: datetime
    ) -> Correction:
        """What a person made of a proposal. StateError when it is none any more, or the same stands already."""
        mine = corrections.c.id == correction_id
        with self.begin() as connection:
            locked(connection, Lock.CORRECTIONS)
            found = connection.execute(sa.select(corrections).where(mine).with_for_update()).one_or_none()
            if found is None:
                raise StoreError(f"there is no correction with the number {correction_id}")
            if found.state is not CorrectionState.PROPOSED:
                raise StateError(f"correction {correction_id} is {found.state} already")
            same = _standing(connection, found.summary_id, found.kind, sentence)
            if state is CorrectionState.STANDING and same is not None:
                raise StateError(f"correction {same.id} says the same and stands already: dismiss this proposal")
            change = {"state": state, "sentence": sentence, "by": by, "at": now}
            connection.execute(sa.update(corrections).where(mine).values(change))
            return Correction(**{**found._asdict(), **change})

    def corrections(self, *states: CorrectionState) -> tuple[Correction, ...]:
        """Those in these states, or all, in the order of their ids."""
        query = sa.select(corrections).order_by(corrections.c.id)
        if states:
            query = query.where(corrections.c.state.in_(states))
        with self.read() as connection:
            return tuple(Correction(**row._asdict()) for row in connection.execute(query))

    def printed_in(self, correction: Correction) -> tuple[int, ...]:
        """The issues that printed what it corrects, until it was made; the latest first."""
        query = (
            sa.select(editions.c.issue_id)
            .select_from(_PRINTED.join(issues, issues.c.id == editions.c.issue_id))
            .where(_corrections.c.id == correction.id)
            .group_by(editions.c.issue_id, issues.c.until)
            .order_by(issues.c.until.desc(), editions.c.issue_id.desc())
        )
        with self.read() as connection:
            return tuple(connection.scalars(query))

    def corrected_pools(self) -> Mapping[int, frozenset[int]]:
        """By issue id, the ids of the standing corrections of something in its pool, whenever they were made."""
        wrong, held = summaries.alias("wrong"), summaries.alias("held")
        of_it = sa.or_(_corrections.c.kind == Amendment.RETRACTED, held.c.id == wrong.c.id)
        query = (
            sa.select(issue_items.c.issue_id, _corrections.c.id)
            .select_from(
                _corrections.join(wrong, wrong.c.id == _corrections.c.summary_id)
                .join(held, sa.and_(held.c.study_id == wrong.c.study_id, of_it))
                .join(issue_items, issue_items.c.summary_id == held.c.id)
            )
            .where(_corrections.c.state == CorrectionState.STANDING)
        )
        found: dict[int, set[int]] = {}
        with self.read() as connection:
            for issue_id, correction_id in connection.execute(query):
                found.setdefault(issue_id, set()).add(correction_id)
        return {issue_id: frozenset(ids) for issue_id, ids in found.items()}

    def got(self, summary_id: int, *, whole_study: bool = False) -> tuple[tuple[int, int], ...]:
        """(issue id, readers whom it reached, or may have) of each issue that printed a summary, the latest first."""
        study = sa.select(summaries.c.study_id).where(summaries.c.id == summary_id).scalar_subquery()
        of_it = (edition_items.c.study_id == study) if whole_study else (edition_items.c.summary_id == summary_id)
        query = (
            sa.select(issues.c.id, sa.func.count(sa.distinct(deliveries.c.subscriber_id)))
            .join_from(edition_items, editions, editions.c.id == edition_items.c.edition_id)
            .join(issues, issues.c.id == editions.c.issue_id)
            .join(deliveries, deliveries.c.edition_id == editions.c.id)
            .where(of_it, edition_items.c.placed, _may_have_arrived())
            .group_by(issues.c.id, issues.c.until)
            .order_by(issues.c.until.desc(), issues.c.id.desc())
        )
        with self.read() as connection:
            return tuple((issue_id, readers) for issue_id, readers in connection.execute(query))

    def owed(
        self, corrections: Sequence[Correction], *, cadence: Cadence | None = None, only: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """(subscriber id, correction id) for everybody who got what one of them corrects and was not told of it."""
        told = deliveries.alias()
        was_told = (
            sa.exists()
            .where(edition_corrections.c.edition_id == told.c.edition_id)
            .where(edition_corrections.c.correction_id == _corrections.c.id)
            .where(told.c.subscriber_id == deliveries.c.subscriber_id)
            .where(sa.or_(told.c.state.not_in(_NEVER), told.c.doubts > 0))
        )
        query = (
            sa.select(deliveries.c.subscriber_id, _corrections.c.id)
            .distinct()
            .select_from(_PRINTED.join(deliveries, deliveries.c.edition_id == editions.c.id))
            .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(within(_corrections.c.id, [one.id for one in corrections]), _may_have_arrived(), ~was_told)
            .where(sa.true() if cadence is None else subscribers.c.cadence == cadence)
            .where(sa.true() if only is None else subscribers.c.id == only)
            .order_by(deliveries.c.subscriber_id, _corrections.c.id)
        )
        return ((subscriber_id, correction_id) for subscriber_id, correction_id in self.stream(query))

    def told(self, correction_id: int) -> int:
        """How many have been told of it, or are about to be."""
        telling = sa.select(edition_corrections.c.edition_id).where(
            edition_corrections.c.correction_id == correction_id
        )
        reached = sa.or_(deliveries.c.state.not_in(_NEVER), deliveries.c.doubts > 0)
        query = sa.select(sa.func.count(sa.distinct(deliveries.c.subscriber_id)))
        with self.read() as connection:
            return connection.execute(query.where(deliveries.c.edition_id.in_(telling), reached)).scalar_one()

    def freeze_letter(
        self,
        window: Window,
        recipients: Iterable[Recipient],
        *,
        pool: bytes,
        content_hash: str,
        approved_by: str,
        now: datetime,
    ) -> Issue:
        """Write a letter with its deliveries, approved at once, in one transaction: all of it or nothing."""
        with self.begin() as connection:
            locked(connection, Lock.CORRECTIONS)
            if connection.execute(sa.select(issues.c.id).where(issues.c.label == window.label)).first():
                raise StateError(f"{window.label} was written already: `digest send {window.label}` sends what is left")
            row = {**dataclasses.asdict(window), "composed_at": now, "kind": IssueKind.CORRECTION}
            key = connection.execute(sa.insert(issues).values(row)).inserted_primary_key
            issue_id = int(key[0]) if key else 0
            approval = {"approved_at": now, "approved_by": approved_by, "content_hash": content_hash}
            status = {"issue_id": issue_id, "status": IssueStatus.APPROVED, "held": False, **approval}
            connection.execute(sa.insert(issue_status).values(status))
            connection.execute(sa.insert(frozen_pools).values(issue_id=issue_id, pool=pool))
            written = write_recipients(connection, issue_id, recipients, now=now)
            mine = issue_status.c.issue_id == issue_id
            connection.execute(sa.update(issue_status).where(mine).values(recipients=written))
        return self.issue_by_id(issue_id)


def _standing(connection: sa.Connection, summary_id: int, kind: Amendment, sentence: str) -> Correction | None:
    """The one that stands and says the same, inside the transaction that would write it once more."""
    stands, c = CorrectionState.STANDING, corrections.c
    same = (c.summary_id == summary_id, c.kind == kind, c.sentence == sentence, c.state == stands)
    found = connection.execute(sa.select(corrections).where(*same).order_by(c.id)).first()
    return Correction(**found._asdict()) if found else None


def _may_have_arrived() -> sa.ColumnElement[bool]:
    return sa.or_(deliveries.c.state.in_(_ARRIVED), deliveries.c.doubts > 0)
