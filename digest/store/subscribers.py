"""Subscribers, their histories and the suppressions, in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digest.audience import address_key
from digest.errors import StoreError
from digest.models import (
    Cadence,
    Consent,
    DeliveryState,
    FeedbackKind,
    IssueKind,
    SkipReason,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from digest.store.base import AudienceRow, HistoryRow
from digest.store.engine import Conflict, Part, batches, within
from digest.store.tables import deliveries, edition_items, erasures, issue_status, issues, subscribers, suppressions

_SUBSCRIBER = (
    subscribers.c.id,
    subscribers.c.address,
    subscribers.c.name,
    subscribers.c.profile,
    subscribers.c.cadence,
    subscribers.c.role,
    subscribers.c.language,
    subscribers.c.status,
    subscribers.c.paused_until,
    subscribers.c.timezone,
    subscribers.c.weekday,
    subscribers.c.part_of_day,
)
_CONSENT = (
    subscribers.c.consent_at,
    subscribers.c.consent_method,
    subscribers.c.consent_text_version,
    subscribers.c.consent_network,
)
_NAMES = tuple(column.name for column in _SUBSCRIBER)
#: What a reader decides about alone: whether they may be written to is told by the rest.
_WISHES = ("name", "profile", "cadence", "role", "language", "timezone", "weekday", "part_of_day")
SELECT = sa.select(*_SUBSCRIBER, *_CONSENT)
#: Ends of a delivery that never reached its reader, unless an earlier copy did.
_NEVER_ARRIVED = (
    DeliveryState.BOUNCED,
    DeliveryState.REFUSED,
    DeliveryState.SUPPRESSED,
    DeliveryState.CANCELLED,
    DeliveryState.SKIPPED,
)
#: A pause is no longer than a year, and the last window of it may begin a quarter earlier.
_LONGEST_PAUSE = timedelta(days=460)
#: Which reason of a suppression weighs more than another; all others weigh nothing.
_GRAVITY = {FeedbackKind.UNSUBSCRIBE: 1, FeedbackKind.COMPLAINT: 2}
_UPDATE = (
    sa.update(subscribers)
    .where(subscribers.c.id == sa.bindparam("of_id"))
    .values({name: sa.bindparam(name) for name in (*_NAMES[1:], *(column.name for column in _CONSENT))})
    .values(address_key=sa.bindparam("address_key"), changed_at=sa.bindparam("changed_at"))
)


class SubscribersPart(Part):
    """Who reads, and who may not be mailed."""

    def subscribers(self, addresses: Collection[str] | None = None) -> Iterator[Subscriber]:
        """Subscribers in the order of their ids, all or those of these addresses (by `address_key`)."""
        query = SELECT.order_by(subscribers.c.id)
        if addresses is None:
            rows = self.stream(query)
        else:
            rows = iter(self._of_addresses(query, {address_key(address) for address in addresses}))
        return map(a_subscriber, rows)

    def subscriber(self, subscriber_id: int) -> Subscriber | None:
        """The subscriber of this id; None when there is none, or none any more."""
        with self.read() as connection:
            row = connection.execute(SELECT.where(subscribers.c.id == subscriber_id)).first()
        return None if row is None else a_subscriber(row)

    def save_wishes(self, subscriber: Subscriber, *, now: datetime) -> bool:
        """Write what this reader wishes, and nothing of whether they may be written to. False when they are gone."""
        return self._change(subscriber.id, {**wishes_of(subscriber), "changed_at": now})

    def set_pause(self, subscriber_id: int, until: date | None, *, now: datetime) -> bool:
        """Write to this reader again from this day on; None for at once. False when they are gone."""
        return self._change(subscriber_id, {"paused_until": until, "changed_at": now})

    def leave(self, subscriber_id: int, *, now: datetime) -> bool:
        """Let this reader go; effective for mails already claimed. False when they had left, or are gone."""
        change = sa.update(subscribers).where(
            subscribers.c.id == subscriber_id, subscribers.c.status != SubscriberStatus.UNSUBSCRIBED
        )
        with self.begin() as connection:
            done = connection.execute(change.values(status=SubscriberStatus.UNSUBSCRIBED, changed_at=now))
            return done.rowcount > 0

    def _change(self, subscriber_id: int, values: dict[str, Any]) -> bool:
        with self.begin() as connection:
            change = sa.update(subscribers).where(subscribers.c.id == subscriber_id).values(values)
            return connection.execute(change).rowcount > 0

    def subscriber_beside(self, cadence: Cadence, subscriber_id: int, *, after: bool) -> int | None:
        """The next id of a cadence after this one, or the last before it; None at the end."""
        beyond = subscribers.c.id > subscriber_id if after else subscribers.c.id < subscriber_id
        order = subscribers.c.id if after else subscribers.c.id.desc()
        query = sa.select(subscribers.c.id).where(subscribers.c.cadence == cadence, beyond).order_by(order).limit(1)
        with self.read() as connection:
            return connection.scalar(query)

    def subscribers_page(
        self, *, after: int, limit: int, status: SubscriberStatus | None = None
    ) -> Sequence[AudienceRow]:
        """Up to `limit` subscribers with ids above `after`, in the order of their ids, of one status if given."""
        query = (
            sa.select(*_SUBSCRIBER, *_CONSENT, suppressions.c.id.is_not(None))
            .outerjoin_from(subscribers, suppressions, suppressions.c.address_key == subscribers.c.address_key)
            .where(subscribers.c.id > after, sa.true() if status is None else subscribers.c.status == status)
            .order_by(subscribers.c.id)
            .limit(limit)
        )
        with self.read() as connection:
            rows = connection.execute(query).all()
        return [AudienceRow(subscriber=a_subscriber(row), suppressed=bool(row[-1])) for row in rows]

    def save_subscribers(self, subscribers: Sequence[Subscriber], *, now: datetime) -> None:
        """Insert those with id 0, update the others, in one transaction.

        Raises:
            StoreError: an address belongs to another subscriber, or an id to none; nothing was stored.
        """
        with self.begin() as connection:
            for batch in batches(subscribers):
                insert_subscribers(connection, [one for one in batch if not one.id], now)
                update_subscribers(connection, [one for one in batch if one.id], now)

    def set_status(self, address: str, status: SubscriberStatus, *, now: datetime) -> bool:
        """Change what the subscriber told us; effective for mails already claimed. False for an unknown address."""
        change = sa.update(subscribers).where(subscribers.c.address_key == address_key(address))
        with self.begin() as connection:
            return connection.execute(change.values(status=status, changed_at=now)).rowcount > 0

    def audience(self, cadence: Cadence, *, only: int | None = None) -> Iterator[AudienceRow]:
        """Every subscriber of a cadence (or the one of this id) in the order of their ids, streamed."""
        query = (
            sa.select(*_SUBSCRIBER, *_CONSENT, suppressions.c.id.is_not(None).label("suppressed"))
            .outerjoin_from(subscribers, suppressions, suppressions.c.address_key == subscribers.c.address_key)
            .where(subscribers.c.cadence == cadence, _is(only))
            .order_by(subscribers.c.id)
        )
        for row in self.stream(query):
            yield AudienceRow(subscriber=a_subscriber(row), suppressed=bool(row[-1]))

    def history(self, cadence: Cadence, studies: Collection[int], *, only: int | None = None) -> Iterator[HistoryRow]:
        """For the subscribers of a cadence, every edition of any cadence that placed or left over one of these studies.

        In the order of subscriber ids (or for the one of this id), then edition ids; streamed.
        """
        holding = sa.select(edition_items.c.edition_id).where(within(edition_items.c.study_id, studies))
        surely_not = deliveries.c.state.in_(_NEVER_ARRIVED) & (deliveries.c.doubts == 0)
        query = (
            sa.select(deliveries.c.subscriber_id, deliveries.c.edition_id, surely_not)
            .join_from(deliveries, subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(subscribers.c.cadence == cadence, deliveries.c.edition_id.in_(holding), _is(only))
            .order_by(deliveries.c.subscriber_id, deliveries.c.edition_id)
        )
        for subscriber_id, edition_id, never in self.stream(query):
            yield HistoryRow(subscriber_id=subscriber_id, edition_id=edition_id, received=not never)

    def paused_since(
        self, cadence: Cadence, *, before: datetime, back_by: date, only: int | None = None
    ) -> Iterator[tuple[int, datetime]]:
        """Those of a cadence who are back by a day, and paused over its last issues that closed before an instant.

        (subscriber id, beginning of the first window of that pause), in the order of ids, of a year at the most.
        Whoever had an issue since, or was to have one, is not among them: what they missed comes once.
        """
        later, of_later = deliveries.alias(), issues.alias()
        came = (
            sa.select(later.c.id)
            .join(of_later, of_later.c.id == later.c.issue_id)
            .where(
                later.c.subscriber_id == deliveries.c.subscriber_id,
                of_later.c.cadence == cadence,
                of_later.c.kind == IssueKind.ISSUE,
                of_later.c.until > issues.c.until,
                of_later.c.until < before,
                sa.not_(_passed_over(later)),
            )
        )
        query = (
            sa.select(deliveries.c.subscriber_id, sa.func.min(issues.c.since))
            .join(issues, issues.c.id == deliveries.c.issue_id)
            .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(
                issues.c.cadence == cadence,
                issues.c.kind == IssueKind.ISSUE,
                issues.c.until < before,
                issues.c.until > before - _LONGEST_PAUSE,
                subscribers.c.cadence == cadence,
                sa.or_(subscribers.c.paused_until.is_(None), subscribers.c.paused_until <= back_by),
                _passed_over(deliveries),
                ~came.exists(),
                _is(only),
            )
            .group_by(deliveries.c.subscriber_id)
            .order_by(deliveries.c.subscriber_id)
        )
        return ((number, since) for number, since in self.stream(query))

    def suppress(self, suppression: Suppression) -> bool:
        """Never mail this address again. False when it was suppressed before, or its reader was erased.

        A graver reason takes the place of the one that stands: what an owner said, that of a bounce; a complaint, any
        other; and no quarantine is left of it. A hard bounce of an issue whose send has stopped itself is put in
        quarantine with the others.
        """
        try:
            return self._suppress(suppression)
        except Conflict:
            # Another process suppressed it at the same moment: that one stands, or this is the graver one.
            return self._suppress(suppression)

    def _suppress(self, suppression: Suppression) -> bool:
        key = address_key(suppression.address)
        row: dict[str, Any] = {
            "address": suppression.address,
            "reason": suppression.reason,
            "at": suppression.at,
            "detail": suppression.detail,
            "issue_id": suppression.issue_id,
            "quarantined_at": suppression.quarantined_at,
        }
        mine = suppressions.c.address_key == key
        with self.begin() as connection:
            if was_erased(connection, self.conceal(key)):
                return False
            reason = connection.scalar(sa.select(suppressions.c.reason).where(mine).with_for_update())
            if reason is None:
                if suppression.reason is FeedbackKind.HARD_BOUNCE and _stopped(connection, suppression.issue_id):
                    row["quarantined_at"] = suppression.at
                connection.execute(sa.insert(suppressions).values(address_key=key, **row))
            elif _GRAVITY.get(suppression.reason, 0) > _GRAVITY.get(reason, 0):
                connection.execute(sa.update(suppressions).where(mine).values(row))
        return reason is None

    def suppressed(self, addresses: Collection[str]) -> frozenset[str]:
        """The keys (`address_key`) of those of these addresses that are suppressed."""
        keys = {address_key(address) for address in addresses}
        with self.read() as connection:
            return those_in(connection, suppressions.c.address_key, sorted(keys))

    def suppressions(self) -> Iterator[Suppression]:
        """All of them, oldest first."""
        columns = (
            suppressions.c.address,
            suppressions.c.reason,
            suppressions.c.at,
            suppressions.c.detail,
            suppressions.c.issue_id,
            suppressions.c.quarantined_at,
        )
        query = sa.select(*columns).order_by(suppressions.c.at, suppressions.c.id)
        return (Suppression(**row._asdict()) for row in self.stream(query))

    def suppressions_of(self, addresses: Collection[str]) -> tuple[Suppression, ...]:
        """What stands against these addresses."""
        columns = (suppressions.c.address, suppressions.c.reason, suppressions.c.at, suppressions.c.detail)
        keys = sorted({address_key(address) for address in addresses})
        with self.read() as connection:
            rows = connection.execute(sa.select(*columns).where(suppressions.c.address_key.in_(keys)))
            return tuple(Suppression(**row._mapping) for row in rows)

    def suppressions_page(self, *, after: int, limit: int) -> Sequence[tuple[int, Suppression]]:
        """Up to `limit` suppressions with numbers above `after`, each with its number, in the order of these."""
        columns = (suppressions.c.address, suppressions.c.reason, suppressions.c.at, suppressions.c.detail)
        query = sa.select(suppressions.c.id, *columns).where(suppressions.c.id > after)
        with self.read() as connection:
            rows = connection.execute(query.order_by(suppressions.c.id).limit(limit)).all()
        return [(number, Suppression(address=address, reason=reason, at=at, detail=detail))
                for number, address, reason, at, detail in rows]  # fmt: skip

    def count_subscribers(self) -> Mapping[SubscriberStatus, int]:
        """How many there are of each status; 0 for one that nobody has."""
        query = sa.select(subscribers.c.status, sa.func.count().label("number")).group_by(subscribers.c.status)
        with self.read() as connection:
            counts = {row.status: row.number for row in connection.execute(query)}
        return {status: counts.get(status, 0) for status in SubscriberStatus}

    def _of_addresses(
        self, query: sa.Select[*tuple[Any, ...]], keys: Collection[str]
    ) -> Sequence[sa.Row[*tuple[Any, ...]]]:
        with self.read() as connection:
            found = [
                row
                for batch in batches(keys)
                for row in connection.execute(query.where(subscribers.c.address_key.in_(batch)))
            ]
        return sorted(found, key=lambda row: row[0])


def wishes_of(subscriber: Subscriber) -> dict[str, Any]:
    """What the reader decides about alone, by the name of the field."""
    return {name: getattr(subscriber, name) for name in _WISHES}


def a_subscriber(row: sa.Row[*tuple[Any, ...]]) -> Subscriber:
    """The subscriber of a row of `SELECT`."""
    at, method, version, network = row[len(_NAMES) : len(_NAMES) + len(_CONSENT)]
    consent = None if at is None else Consent(at=at, method=method, text_version=version, network=network or "")
    return Subscriber(**dict(zip(_NAMES, row, strict=False)), consent=consent)


def row_of(subscriber: Subscriber, now: datetime) -> dict[str, Any]:
    """The subscriber as a row, without its id and the instant it was made."""
    consent = subscriber.consent
    return {
        **{name: getattr(subscriber, name) for name in _NAMES[1:]},
        "address_key": address_key(subscriber.address),
        "consent_at": consent and consent.at,
        "consent_method": consent and consent.method,
        "consent_text_version": consent and consent.text_version,
        "consent_network": consent and consent.network,
        "changed_at": now,
    }


def was_erased(connection: sa.Connection, concealed: str) -> bool:
    """Whether the reader of this concealed address was erased: then nothing more is to be known of it."""
    query = sa.select(erasures.c.concealed).where(erasures.c.concealed == concealed)
    return connection.execute(query).first() is not None


def _passed_over(rows: Any) -> sa.ColumnElement[bool]:
    """Deliveries of issues that came while their readers paused."""
    return sa.and_(rows.c.state == DeliveryState.SKIPPED, rows.c.detail == SkipReason.PAUSED.value)


def _stopped(connection: sa.Connection, issue_id: int | None) -> bool:
    """Whether the send of the issue stopped itself and nobody has let it go on."""
    query = sa.select(issue_status.c.held_because).where(issue_status.c.issue_id == issue_id)
    return issue_id is not None and bool(connection.scalar(query))


def _is(only: int | None) -> sa.ColumnElement[bool]:
    return sa.true() if only is None else subscribers.c.id == only


def those_in(connection: sa.Connection, column: sa.ColumnElement[str], values: Sequence[str]) -> frozenset[str]:
    """Those of the values that stand in this column."""
    found = (connection.scalars(sa.select(column).where(column.in_(some))) for some in batches(values))
    return frozenset(one for some in found for one in some)


def insert_subscribers(connection: sa.Connection, new: Sequence[Subscriber], now: datetime) -> None:
    """Store subscribers who are new."""
    if new:
        rows = [{**row_of(subscriber, now), "created_at": now} for subscriber in new]
        connection.execute(sa.insert(subscribers), rows)


def update_subscribers(connection: sa.Connection, known: Sequence[Subscriber], now: datetime) -> None:
    """Change subscribers by their ids. StoreError when one is not there any more."""
    if not known:
        return
    rows = [{**row_of(subscriber, now), "of_id": subscriber.id} for subscriber in known]
    if connection.execute(_UPDATE, rows).rowcount != len(known):
        raise StoreError("a subscriber to be changed is not there any more: run this again; nothing was stored")
