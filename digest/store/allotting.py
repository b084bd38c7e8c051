"""What a transport with limits may take: deliveries and tokens in one transaction, so that all workers share them.

An issue's tokens are taken with the claim, a batch at a time, never for each mail; one is always left for a letter,
which takes it by itself. What is claimed and not sent has used them up: that errs on the slow side, by a second's
worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from digest.limits import Bucket, Limits, WarmUp, full, in_turn, share
from digest.models import DeliveryState, DomainGroup, IssueStatus
from digest.store import leases
from digest.store.base import Allotted, Shortage, Terms, Warmth
from digest.store.engine import Part, insert_missing
from digest.store.tables import buckets, deliveries, issue_status

_DAY = timedelta(days=1)


class AllottingPart(Part):
    """Claims under terms."""

    def allot(self, issue_id: int, owner: str, terms: Terms, *, limit: int, lease: float, now: datetime) -> Allotted:
        """Up to `limit` deliveries that are due and may go by this transport now; else when to ask again, and why."""
        while True:
            with self.begin() as connection:
                approved = leases.open_under(connection, issue_id, now)
                if approved is None:
                    return Allotted()
                most = leases.room(connection, issue_id, limit, terms.first)
                till = _Till.of(connection, terms, most, now)
                taken, seen = _taken(connection, issue_id, owner, terms, till, lease=lease, now=now)
                _put_back(connection, terms.transport, till.buckets)
                if taken:
                    claims = [leases.claim_of(row, approved) for row in sorted(taken, key=lambda row: row.id)]
                    return Allotted(claims=claims)
                if not seen:
                    return till.verdict(connection, issue_id, terms, now)

    def take_one(self, transport: str, limits: Limits, group: DomainGroup, *, now: datetime) -> Shortage | None:
        """Have one mail of no issue, to a mailbox of this group, count; what is short where it may not leave yet.

        It counts for all together and for its group, or for neither.
        """
        rates = limits.rates_of(group)
        with self.begin() as connection:
            found = _filled(connection, transport, rates, now)
            short = [(bucket.one_at(rates[key]), key) for key, bucket in found.items() if bucket.whole < 1]
            if not short:
                _put_back(connection, transport, {key: bucket.without(1) for key, bucket in found.items()})
                return None
        until, last = max(short, key=itemgetter(0))
        return Shortage(until=until, group=last, rate=rates[last])

    def warmth(self, transport: str, warm_up: WarmUp, *, now: datetime) -> Warmth:
        """How far a transport is warmed up, counted from the ledger; days are those of UTC."""
        with self.read() as connection:
            return _warmth(connection, transport, warm_up, now)

    def buckets(self, transport: str) -> dict[DomainGroup | None, Bucket]:
        """The buckets anybody has taken from; None for all together."""
        query = sa.select(buckets).where(buckets.c.transport == transport)
        with self.read() as connection:
            return {_group(row.domain_group): _bucket(row) for row in connection.execute(query)}


@dataclass(kw_only=True)
class _Till:
    """The tokens of one transport while a claim is made; nobody else can change them meanwhile."""

    terms: Terms
    buckets: dict[DomainGroup | None, Bucket]
    #: How many mails may be claimed, all together and by group; no groups where none has a limit.
    room: int
    caps: dict[DomainGroup, int]
    warmth: Warmth | None

    @classmethod
    def of(cls, connection: sa.Connection, terms: Terms, limit: int, now: datetime) -> _Till:
        limits = terms.limits
        filled = _filled(connection, terms.transport, limits.rates, now) if limits.are_any else {}
        warmth = _warmth(connection, terms.transport, limits.warm_up, now) if limits.warm_up else None
        bounds = [limit]
        if None in filled:
            bounds.append(filled[None].for_issues)
        if warmth is not None and warmth.left is not None:
            bounds.append(warmth.left)
        room = max(min(bounds), 0)
        caps = {group: min(room, filled[group].for_issues if group in filled else room) for group in DomainGroup}
        return cls(terms=terms, buckets=filled, room=room, caps=caps if limits.groups else {}, warmth=warmth)

    def turns(self) -> Iterator[tuple[DomainGroup | None, int]]:
        """Which group to look in next, and for how many; what was spent meanwhile counts."""
        if not self.caps:
            yield None, self.room
            return
        order = in_turn(self.caps)
        for place, group in enumerate(order):
            yield group, share(self.room, self.caps[group], len(order) - place)

    def spend(self, group: DomainGroup | None, mails: int) -> None:
        self.room -= mails
        for key in {None, group}:
            if key in self.buckets:
                self.buckets[key] = self.buckets[key].without(mails)

    def verdict(self, connection: sa.Connection, issue_id: int, terms: Terms, now: datetime) -> Allotted:
        """Why nothing was claimed: nothing is due, or a limit keeps it back."""
        rates = terms.limits.rates
        empty = [group for group, bucket in self.buckets.items() if not bucket.for_issues and group in rates]
        cold = self.warmth is not None and self.warmth.left == 0
        groups = None if cold or None in empty else [group for group in empty if group is not None]
        if groups == [] or not leases.due_rows(connection, issue_id, 1, now, only=_only(terms, groups)):
            return Allotted()
        if cold:
            return Allotted(until=_midnight(now) + _DAY, warming=True)
        return Allotted(until=min(self.buckets[group].full_at(rates[group]) for group in empty))


def _taken(
    connection: sa.Connection, issue_id: int, owner: str, terms: Terms, till: _Till, *, lease: float, now: datetime
) -> tuple[list[sa.Row[Any]], int]:
    """The rows that were claimed, and how many were looked at."""
    taken: list[sa.Row[Any]] = []
    seen = 0
    for group, number in till.turns():
        if number < 1:
            continue
        rows = leases.due_rows(
            connection, issue_id, number, now, only=_only(terms, [group] if group else None), fresh=terms.fresh
        )
        seen += len(rows)
        kept = leases.turn_away(connection, rows, terms.hours, now)
        kept = leases.put_off(connection, kept, terms.hours, now) if terms.hours is not None else kept
        leases.take(connection, kept, owner, now + timedelta(seconds=lease))
        till.spend(group, len(kept))
        taken += kept
    return taken, seen


def _only(terms: Terms, groups: Sequence[DomainGroup] | None) -> sa.ColumnElement[bool]:
    """What this transport may carry: nothing that another one may have carried already."""
    own = sa.and_(deliveries.c.doubts > 0, deliveries.c.via == terms.transport)
    if terms.only_own:
        return own
    which: list[sa.ColumnElement[bool]] = []
    if groups is not None:
        # One group by itself is asked for by name, and has an index of its own.
        which.append(
            deliveries.c.domain_group == groups[0] if len(groups) == 1 else deliveries.c.domain_group.in_(groups)
        )
    if terms.others:
        which.append(sa.or_(deliveries.c.doubts == 0, deliveries.c.via.not_in(sorted(terms.others))))
    return sa.and_(sa.true(), *which)


# --- buckets ---------------------------------------------------------------------------------------------


def _filled(
    connection: sa.Connection, transport: str, rates: Mapping[DomainGroup | None, float], now: datetime
) -> dict[DomainGroup | None, Bucket]:
    """The transport's buckets with these rates as of now, all of them locked, and made in one order by everybody.

    There is one for all together even where only a day is limited: whoever counts a day's mails must be the only one.
    """
    for group in sorted({None, *rates}, key=lambda group: group or ""):
        fresh = full(rates.get(group, 1.0), now)
        row = {"transport": transport, "domain_group": group or "", "tokens": fresh.tokens, "at": fresh.at}
        insert_missing(connection, buckets, row)
    query = (
        sa.select(buckets).where(buckets.c.transport == transport).order_by(buckets.c.domain_group).with_for_update()
    )
    found = {_group(row.domain_group): _bucket(row) for row in connection.execute(query)}
    return {group: found[group].filled(rate, now) for group, rate in rates.items()}


def _put_back(connection: sa.Connection, transport: str, left: Mapping[DomainGroup | None, Bucket]) -> None:
    for group, bucket in left.items():
        mine = sa.and_(buckets.c.transport == transport, buckets.c.domain_group == (group or ""))
        connection.execute(sa.update(buckets).where(mine).values(tokens=bucket.tokens, at=bucket.at))


def _group(text: str) -> DomainGroup | None:
    return DomainGroup(text) if text else None


def _bucket(row: Any) -> Bucket:
    return Bucket(tokens=row.tokens, at=row.at)


# --- warming up ------------------------------------------------------------------------------------------


def _warmth(connection: sa.Connection, transport: str, warm_up: WarmUp, now: datetime) -> Warmth:
    today = _midnight(now)
    days = _days_before(connection, transport, today, at_most=warm_up.days)
    allowance = warm_up.allowance(days)
    if allowance is None:
        return Warmth(day=days + 1, allowance=None, carried=0)
    mine = sa.and_(deliveries.c.via == transport, deliveries.c.finished_at >= today)
    carried = connection.scalar(sa.select(sa.func.count()).select_from(deliveries).where(mine)) or 0
    return Warmth(day=days + 1, allowance=allowance, carried=carried + _in_hand(connection))


def _days_before(connection: sa.Connection, transport: str, day: datetime, *, at_most: int) -> int:
    """On how many days before this one the transport carried anything; a step through the index for each."""
    for number in range(at_most):
        earlier = (
            sa.select(deliveries.c.finished_at)
            .where(deliveries.c.via == transport, deliveries.c.finished_at < day)
            .order_by(deliveries.c.finished_at.desc())
            .limit(1)
        )
        last = connection.scalar(earlier)
        if last is None:
            return number
        day = _midnight(last)
    return at_most


def _in_hand(connection: sa.Connection) -> int:
    """What any worker holds: it counts as carried until it is known not to be."""
    open_issues = sa.select(issue_status.c.issue_id).where(issue_status.c.status == IssueStatus.APPROVED)
    held = (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)
    query = (
        sa.select(sa.func.count())
        .select_from(deliveries)
        .where(deliveries.c.issue_id.in_(open_issues), deliveries.c.state.in_(held))
    )
    return connection.scalar(query) or 0


def _midnight(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)
