"""The ledger: who holds which delivery, and how it ended. Every change stands under an owner and a fence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digest.errors import StateError
from digest.hours import Hours
from digest.models import Claim, Delivery, DeliveryState, Refusal, Result, Wait
from digest.store import doubts, leases
from digest.store.base import Meanwhile, Recovered
from digest.store.engine import Part, within
from digest.store.tables import deliveries

#: How often a claim looks for more, in the place of what may not leave, before it commits what it found.
_LOOKS = 16


#: All but what most mails come to.
_NOT_ACCEPTED = tuple(state for state in DeliveryState if state is not DeliveryState.ACCEPTED)


class LedgerPart(Part):
    """The deliveries of all issues."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        #: How many rows an issue has of which a mail was accepted: from then on none comes and none goes.
        self._rows: dict[int, int] = {}

    def claim(
        self,
        issue_id: int,
        owner: str,
        *,
        limit: int,
        lease: float,
        now: datetime,
        hours: Hours | None = None,
        first: int | None = None,
    ) -> Sequence[Claim]:
        """Up to `limit` deliveries that are due, in the order of their ids; [] when none is, or the issue is held.

        What is due again is taken before what was never tried.
        """
        taken: list[sa.Row[Any]] = []
        is_more, approved = True, None
        # Where half the world sleeps, others need not wait until all of its mails were looked at.
        while is_more and not taken:
            with self.begin() as connection:
                approved = leases.open_under(connection, issue_id, now)
                if approved is None:
                    return []
                most = leases.room(connection, issue_id, limit, first)
                if most < 1:
                    return []
                for _ in range(_LOOKS):
                    rows = leases.due_rows(connection, issue_id, most - len(taken), now)
                    kept = leases.turn_away(connection, rows, hours, now)
                    kept = leases.put_off(connection, kept, hours, now) if hours is not None else kept
                    leases.take(connection, kept, owner, now + timedelta(seconds=lease))
                    taken += kept
                    is_more = bool(rows)
                    if not is_more or len(taken) == most:
                        break
        claims = (leases.claim_of(row, approved or "") for row in taken)
        return sorted(claims, key=lambda claim: claim.delivery_id)

    def waits(self, issue_id: int) -> tuple[tuple[Wait, int, datetime], ...]:
        """What keeps deliveries back that nothing is wrong with: how many each, and until when the first of them."""
        query = (
            sa.select(deliveries.c.waits_for, sa.func.count(), sa.func.min(deliveries.c.due_at))
            .where(
                deliveries.c.issue_id == issue_id,
                deliveries.c.due_at.is_not(None),
                deliveries.c.waits_for.is_not(None),
                deliveries.c.state == DeliveryState.DEFERRED,
            )
            .group_by(deliveries.c.waits_for)
        )
        with self.read() as connection:
            found = {wait: (wait, number, until) for wait, number, until in connection.execute(query)}
        return tuple(found[wait] for wait in Wait if wait in found)

    def record(
        self,
        results: Sequence[Result],
        intents: Sequence[Claim],
        owner: str,
        *,
        lease: float,
        now: datetime,
        via: str = "",
        hours: Hours | None = None,
        meanwhile: Meanwhile | None = None,
    ) -> frozenset[int]:
        """Write results and grant intents in one durable commit; the ids of the deliveries that may now be sent."""
        with self.begin(meanwhile) as connection:
            leases.write_held(connection, results, owner, now)
            until = now + timedelta(seconds=lease)
            granted = leases.grant(connection, intents, owner, now=now, until=until, via=via, hours=hours)
            came_back = {one.claim.issue_id for one in results if one.state is DeliveryState.DEFERRED}
            doubts.bury(connection, came_back, now)
        return granted

    def release(self, claims: Sequence[Claim], owner: str, *, now: datetime, until: datetime | None = None) -> None:
        """Give back what was not tried; with `until` nobody claims it before then."""
        if not claims:
            return
        with self.begin() as connection:
            leases.give_back(connection, leases.held_by(connection, owner, claims), until)
            doubts.bury(connection, {claim.issue_id for claim in claims}, now)

    def recover(
        self, issue_id: int, *, resend: bool, gone: Collection[str], now: datetime, alive: str = ""
    ) -> Recovered:
        """Take back what died with its worker; in an aborted issue nothing is sent again, whatever `resend` says."""
        with self.begin() as connection:
            claimed, doubtful = doubts.dead_rows(connection, issue_id, doubts.is_dead(gone, now, alive))
            leases.give_back(connection, claimed)
            again = resend and not leases.is_aborted(connection, issue_id)
            leases.change(connection, doubtful, doubts.once_more(now) if again else doubts.unknown(now))
            doubts.bury(connection, {issue_id}, now)
        resent, held = (len(doubtful), 0) if again else (0, len(doubtful))
        return Recovered(released=len(claimed), resent=resent, held=held)

    def owners(self, issue_id: int) -> frozenset[str]:
        """Every owner that holds a claim or something in flight."""
        query = sa.select(deliveries.c.owner).where(leases.held(issue_id), deliveries.c.owner.is_not(None)).distinct()
        with self.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def in_flight(self, issue_id: int, owners: Collection[str], *, now: datetime, alive: str = "") -> Sequence[Claim]:
        """What `recover` would find in flight, in the order of ids."""
        query = (
            sa.select(*leases.CLAIM)
            .where(
                deliveries.c.issue_id == issue_id,
                deliveries.c.state == DeliveryState.INFLIGHT,
                doubts.is_dead(owners, now, alive),
            )
            .order_by(deliveries.c.id)
        )
        with self.read() as connection:
            approved = leases.content_hash(connection, issue_id)
            rows = connection.execute(query).all()
        return [replace(leases.claim_of(row, approved), fence=row.fence) for row in rows]

    def settle(self, results: Sequence[Result], *, now: datetime) -> int:
        """Write what was found out about in-flight deliveries of dead workers, under their fence. How many counted."""
        if not results:
            return 0
        with self.begin() as connection:
            rows = leases.locked_rows(connection, [result.claim for result in results])
            counted = [
                result
                for result in results
                if (row := rows.get(result.claim.delivery_id)) is not None
                and row.state is DeliveryState.INFLIGHT
                and row.fence == result.claim.fence
            ]
            leases.write(connection, counted, now)
            doubts.bury(connection, {result.claim.issue_id for result in counted}, now)
        return len(counted)

    def resolve(self, issue_id: int, *, resend: bool, now: datetime) -> int:
        """What a person decided about all that is UNKNOWN: send it once more, or take it as arrived. How many it was.

        What of it is an erased reader's is never sent again, and SUPPRESSED.

        Raises:
            StateError: it is to be sent again in an issue that was aborted.
        """
        with self.begin() as connection:
            if resend and leases.is_aborted(connection, issue_id):
                raise StateError("the issue was aborted, and nothing of it is sent again")
            unknown = doubts.unknown_rows(connection, issue_id)
            leases.change(connection, unknown, doubts.by_hand(now) if resend else doubts.TAKEN_AS_ARRIVED)
            if resend:
                doubts.let_erased_be(connection, unknown, now)
        return len(unknown)

    def refusals(self, issue_id: int) -> Sequence[Refusal]:
        """What was refused, for good or for now, and surely never arrived, in the order of ids."""
        columns = (deliveries.c.subscriber_id, deliveries.c.state, deliveries.c.detail, deliveries.c.code)
        query = sa.select(deliveries.c.id.label("delivery_id"), *columns).where(doubts.refused(issue_id))
        with self.read() as connection:
            rows = connection.execute(query.order_by(deliveries.c.id)).all()
        return [Refusal(**row._mapping) for row in rows]

    def again(self, issue_id: int, delivery_ids: Collection[int], *, now: datetime) -> int:
        """Let these of its refusals leave once more, as if they had never been tried. How many of them still stood.

        What of it is an erased reader's is never sent again, and SUPPRESSED.
        """
        mine = sa.and_(doubts.refused(issue_id), within(deliveries.c.id, delivery_ids))
        with self.begin() as connection:
            if leases.is_aborted(connection, issue_id):
                raise StateError("the issue was aborted, and nothing of it is sent again")
            query = sa.select(deliveries.c.id).where(mine).order_by(deliveries.c.id).with_for_update()
            ids = list(connection.scalars(query))
            leases.change(connection, ids, doubts.as_new(now))
            doubts.let_erased_be(connection, ids, now)
        return len(ids)

    def progress(self, issue_id: int) -> Mapping[DeliveryState, int]:
        """How many deliveries stand where; states without any are left out."""
        rows = self._rows.get(issue_id)
        with self.read() as connection:
            if rows is None:
                found = {row.state: row.total for row in connection.execute(_STATES, {"issue_id": issue_id})}
                if DeliveryState.ACCEPTED in found:
                    self._rows[issue_id] = sum(found.values())
                return found
            # A hundred thousand that were accepted need not be counted again for every look at them.
            others = {row.state: row.total for row in connection.execute(_OTHER_STATES, {"issue_id": issue_id})}
        accepted = rows - sum(others.values())
        return {**others, DeliveryState.ACCEPTED: accepted} if accepted else others

    def next_due(self, issue_id: int) -> datetime | None:
        """When the earliest deferred delivery is due, or a lease runs out; None when nothing waits."""
        due = sa.select(sa.func.min(deliveries.c.due_at)).where(
            deliveries.c.issue_id == issue_id,
            deliveries.c.due_at.is_not(None),
            deliveries.c.state == DeliveryState.DEFERRED,
        )
        lease = sa.select(sa.func.min(deliveries.c.lease_until)).where(leases.held(issue_id))
        with self.read() as connection:
            instants = [connection.execute(query).scalar() for query in (due, lease)]
        return min((instant for instant in instants if instant is not None), default=None)

    def deliveries(self, issue_id: int) -> Iterator[Delivery]:
        """Every row of the issue in the order of subscriber ids, streamed."""
        return map(
            _delivery, self.stream(_rows(deliveries.c.issue_id == issue_id).order_by(deliveries.c.subscriber_id))
        )

    def deliveries_page(self, issue_id: int, *, after: int, limit: int) -> Sequence[Delivery]:
        """Up to `limit` rows of the issue with subscriber ids above `after`, in the order of these."""
        rest = _rows((deliveries.c.issue_id == issue_id) & (deliveries.c.subscriber_id > after))
        with self.read() as connection:
            rows = connection.execute(rest.order_by(deliveries.c.subscriber_id).limit(limit))
            return [_delivery(row) for row in rows]

    def delivery(self, issue_id: int, subscriber_id: int) -> Delivery | None:
        """One row."""
        mine = sa.and_(deliveries.c.issue_id == issue_id, deliveries.c.subscriber_id == subscriber_id)
        with self.read() as connection:
            row = connection.execute(_rows(mine)).first()
        return None if row is None else _delivery(row)

    def deliveries_of(self, subscriber_id: int) -> tuple[Delivery, ...]:
        """Every row of one subscriber, oldest first."""
        query = _rows(deliveries.c.subscriber_id == subscriber_id).order_by(deliveries.c.id)
        with self.read() as connection:
            return tuple(map(_delivery, connection.execute(query)))


_STATES = (
    sa.select(deliveries.c.state, sa.func.count().label("total"))
    .where(deliveries.c.issue_id == sa.bindparam("issue_id"))
    .group_by(deliveries.c.state)
)
_OTHER_STATES = _STATES.where(deliveries.c.state.in_(_NOT_ACCEPTED))


# --- rows to values --------------------------------------------------------------------------------------


def _rows(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    columns = ("id", "issue_id", "subscriber_id", "edition_id", "address", "name", "state", "detail", "attempts")
    rest = (deliveries.c.doubts, deliveries.c.finished_at)
    return sa.select(*(deliveries.c[name] for name in columns), *rest).where(which)


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(**row._mapping)
