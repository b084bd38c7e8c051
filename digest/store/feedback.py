"""What came back about addresses, in the database: written once, never changed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from digest.audience import address_key
from digest.models import DeliveryState, FeedbackKind
from digest.store.engine import Conflict, Part
from digest.store.subscribers import was_erased
from digest.store.tables import deliveries, feedback, subscribers
from digest.store.values import instant_text
from digest.suppression import Feedback

_SAID = (feedback.c.address, feedback.c.kind, feedback.c.at, feedback.c.code, feedback.c.detail, feedback.c.issue_id)


class FeedbackPart(Part):
    """What is known of addresses."""

    def add_feedback(self, given: Feedback) -> bool:
        """Remember it. False when it was known: the same event, or of one without a name the same kind and instant.

        Of an address whose reader was erased nothing is remembered, and it is False.
        """
        row: dict[str, Any] = {
            "address_key": address_key(given.address),
            "address": given.address,
            "kind": given.kind,
            "event_id": given.event_id or instant_text(given.at),
            "at": given.at,
            "code": given.code,
            "detail": given.detail,
            "issue_id": given.issue_id,
        }
        same = sa.and_(*(feedback.c[name] == row[name] for name in ("address_key", "kind", "event_id")))
        try:
            with self.begin() as connection:
                if was_erased(connection, self.conceal(row["address_key"])):
                    return False
                if connection.execute(sa.select(feedback.c.id).where(same)).first() is not None:
                    return False
                connection.execute(sa.insert(feedback).values(row))
        except Conflict:
            # Another process heard of it at the same moment; what else may conflict is no fault to hide.
            if not self._is_known(same):
                raise
            return False
        return True

    def feedback(self, address: str) -> tuple[Feedback, ...]:
        """All that is known of an address, oldest first; mails of ours that were accepted for it count as delivered."""
        key = address_key(address)
        accepted = (
            sa.select(deliveries.c.address, deliveries.c.finished_at, deliveries.c.issue_id)
            .join_from(deliveries, subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(
                subscribers.c.address_key == key,
                deliveries.c.address_key == key,
                deliveries.c.state == DeliveryState.ACCEPTED,
                deliveries.c.finished_at.is_not(None),
            )
        )
        with self.read() as connection:
            said = connection.execute(sa.select(*_SAID, feedback.c.event_id).where(feedback.c.address_key == key)).all()
            went = connection.execute(accepted).all()
        return tuple(sorted([*map(_feedback, said), *map(_delivered, went)], key=lambda one: one.at))

    def _is_known(self, same: sa.ColumnElement[bool]) -> bool:
        with self.read() as connection:
            return connection.execute(sa.select(feedback.c.id).where(same)).first() is not None


def _feedback(row: sa.Row[*tuple[Any, ...]]) -> Feedback:
    return Feedback(**row._mapping)


def _delivered(row: sa.Row[*tuple[Any, ...]]) -> Feedback:
    return Feedback(address=row.address, kind=FeedbackKind.DELIVERED, at=row.finished_at, issue_id=row.issue_id)
