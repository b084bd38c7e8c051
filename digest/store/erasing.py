"""Forgetting: readers who ask for it, and those who never confirmed. The ledger keeps its counts, and no address."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digest.audience import address_key
from digest.errors import StoreError
from digest.models import (
    Asked,
    DeliveryState,
    LetterKind,
    Posting,
    PostingState,
    SkipReason,
    Subscriber,
    SubscriberStatus,
)
from digest.store.engine import Part, batches, upsert, within
from digest.store.letters import insert_letter
from digest.store.tables import deliveries, erasures, feedback, letters, subscribers, suppressions

_OPEN = (DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.CLAIMED)
_ENDED = {"state": DeliveryState.SUPPRESSED, "due_at": None, "owner": None, "lease_until": None}
#: How long an erasure is tried again for: far longer than any mail is on its way.
_WAIT = timedelta(days=30)
#: What a server said may repeat the address.
_UNSAID = sa.case((deliveries.c.detail.contains("@"), "erased"), else_=deliveries.c.detail)


class ErasingPart(Part):
    """What is forgotten."""

    #: When the latest of how many was erased as the log was emptied last; None when it never was.
    _emptied_for: tuple[Any, ...] | None = None

    def erase(self, subscriber_id: int, *, now: datetime) -> bool:
        """Forget a reader but for a keyed hash of the address, by which no file brings them back.

        What had not left never will; the ledger counts on, without an address.

        Returns:
            False while one of their mails is on its way, for its answer would bring the address back: they are
            unsubscribed by then, and this is to be called again.
        """
        with self.begin() as connection:
            row = connection.execute(
                sa.select(subscribers.c.address_key).where(subscribers.c.id == subscriber_id).with_for_update()
            ).first()
            if row is None:
                return True
            mine = deliveries.c.subscriber_id == subscriber_id
            flying = sa.select(deliveries.c.id).where(mine, deliveries.c.state == DeliveryState.INFLIGHT).limit(1)
            if connection.execute(flying).first() is not None:
                leave = {"status": SubscriberStatus.UNSUBSCRIBED, "changed_at": now}
                connection.execute(sa.update(subscribers).where(subscribers.c.id == subscriber_id).values(leave))
                _mark(connection, subscriber_id, now)
                return False
            upsert(connection, erasures, {"concealed": self.conceal(row.address_key), "at": now})
            forget_readers(connection, [subscriber_id], [row.address_key, *_former(connection, subscriber_id)], now)
        with contextlib.suppress(StoreError):  # they are erased; what is left of the log is emptied by the next ring
            self.leave_no_trace()
        return True

    def erasures_begun(self) -> tuple[int, ...]:
        """The ids of readers whose erasure had to wait for a mail on its way."""
        used = sa.and_(letters.c.kind == LetterKind.ERASURE, letters.c.used_at.is_not(None))
        with self.read() as connection:
            return tuple(connection.scalars(sa.select(letters.c.subscriber_id).where(used).distinct()))

    def erased(self, addresses: Collection[str]) -> frozenset[str]:
        """The keys (`address_key`) of those of these addresses whose readers were erased."""
        concealed = {self.conceal(key): key for key in map(address_key, addresses)}
        with self.read() as connection:
            return frozenset(
                concealed[found]
                for batch in batches(sorted(concealed))
                for found in connection.scalars(sa.select(erasures.c.concealed).where(erasures.c.concealed.in_(batch)))
            )

    def forget_letters(self, *, now: datetime) -> int:
        """Forget the letters whose time is over, and those who were asked by one and never confirmed.

        How many of these there were.
        """
        over = letters.c.expires_at <= now
        with self.begin() as connection:
            asked = sa.select(letters.c.subscriber_id).where(over, letters.c.kind == LetterKind.CONFIRMATION)
            still = sa.select(letters.c.subscriber_id).where(~over, letters.c.kind == LetterKind.CONFIRMATION)
            never = sa.select(subscribers.c.id, subscribers.c.address_key).where(
                subscribers.c.status == SubscriberStatus.UNCONFIRMED,
                subscribers.c.consent_at.is_(None),
                subscribers.c.id.in_(asked),
                subscribers.c.id.not_in(still),
            )
            rows = connection.execute(never).all()
            for batch in batches(rows):
                forget_readers(connection, [row.id for row in batch], [], now)
            connection.execute(sa.delete(letters).where(over))
        return len(rows)

    def leave_no_trace(self) -> bool:
        """Empty SQLite's write-ahead log, which holds the pages as they were, if anybody was erased since it was last.

        It waits for nobody.

        Returns:
            False while somebody still reads what was there before: this is to be called again.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        with self.read() as connection:
            latest = connection.execute(sa.select(sa.func.max(erasures.c.at), sa.func.count())).one()
        if self._emptied_for != tuple(latest):
            self._emptied_for = tuple(latest) if latest[1] == 0 or self._empty_log() else None
        return self._emptied_for is not None

    def _empty_log(self) -> bool:
        with self.bare() as connection:
            patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            try:
                is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
        return not is_busy


def _mark(connection: sa.Connection, subscriber_id: int, now: datetime) -> None:
    """Remember that this reader's erasure has begun, by a letter that never leaves."""
    nobody = Subscriber(address="")
    posting = Posting(
        kind=LetterKind.ERASURE,
        address="",
        subscriber_id=subscriber_id,
        asked=Asked(wanted=nobody),
        asked_at=now,
        expires_at=now + _WAIT,
    )
    begun = insert_letter(connection, posting, PostingState.WITHHELD)
    connection.execute(sa.update(letters).where(letters.c.id == begun).values(used_at=now))


def _former(connection: sa.Connection, subscriber_id: int) -> list[str]:
    """The keys of addresses this reader was written to before, and nobody else has now."""
    others = sa.select(subscribers.c.address_key).where(subscribers.c.id != subscriber_id)
    query = sa.select(deliveries.c.address_key).where(deliveries.c.subscriber_id == subscriber_id).distinct()
    return list(connection.scalars(query.where(deliveries.c.address_key.not_in(others))))


def forget_readers(connection: sa.Connection, ids: Collection[int], keys: Collection[str], now: datetime) -> None:
    """Take the addresses of these readers out of every table; with `keys` what is known of the addresses, too."""
    mine = within(deliveries.c.subscriber_id, ids)
    ended: dict[str, Any] = {**_ENDED, "detail": SkipReason.UNSUBSCRIBED.value, "finished_at": now}
    connection.execute(sa.update(deliveries).where(mine, deliveries.c.state.in_(_OPEN)).values(ended))
    connection.execute(sa.update(deliveries).where(mine).values(address="", address_key="", name="", detail=_UNSAID))
    connection.execute(sa.delete(letters).where(within(letters.c.subscriber_id, ids)))
    for table in (letters, feedback, suppressions):
        connection.execute(sa.delete(table).where(table.c.address_key.in_(list(keys))))
    connection.execute(sa.delete(subscribers).where(within(subscribers.c.id, ids)))
