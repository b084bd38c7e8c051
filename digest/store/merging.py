"""Rows of a file of readers, brought into line with what is stored of the same readers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from digest.audience import address_key, merge
from digest.models import Subscriber
from digest.store.base import Merged
from digest.store.engine import Conflict, Part, batches
from digest.store.subscribers import SELECT, a_subscriber, insert_subscribers, those_in, update_subscribers
from digest.store.tables import erasures, subscribers, suppressions

_TAKEN = (
    sa.update(subscribers)
    .where(subscribers.c.address_key == sa.bindparam("of_key"))
    .values(row_of=sa.bindparam("concealed"), row_taken=sa.bindparam("fingerprint"))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A row of a file."""

    incoming: Subscriber
    #: Its address, concealed.
    concealed: str
    #: Empty for a row of another file than the one that stands beside the database.
    fingerprint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """A reader, and the row that was last taken in of them."""

    reader: Subscriber
    concealed: str | None
    fingerprint: str | None

    def has(self, row: _Row) -> bool:
        """Whether the row was taken in as it is."""
        return (self.concealed, self.fingerprint) == (row.concealed, row.fingerprint)


class MergingPart(Part):
    """Files of readers."""

    def merge_subscribers(
        self, incoming: Sequence[Subscriber], *, now: datetime, fingerprints: Sequence[str] = (), again: bool = False
    ) -> Sequence[Merged]:
        """Bring rows with distinct addresses into the store, by the rules of `audience.merge`; one for each of them.

        With `fingerprints`, one for each row, a row that was taken in before as it is changes nothing, unless `again`:
        what its reader chose since stays. And whoever moved to another address is known by the row of the old one.
        Nothing comes between reading and writing: whoever leaves at this moment has left.

        Raises:
            StoreError: the same addresses were stored by another command at this moment; nothing was stored.
        """
        rows = [
            _Row(incoming=one, concealed=self.conceal(address_key(one.address)), fingerprint=fingerprint)
            for one, fingerprint in zip(incoming, fingerprints or [""] * len(incoming), strict=True)
        ]
        try:
            return self._merge(rows, again, now)
        except Conflict:
            # Somebody asked to join at the same moment; now there is a row of them.
            return self._merge(rows, again, now)

    def _merge(self, rows: Sequence[_Row], again: bool, now: datetime) -> Sequence[Merged]:
        with self.begin() as connection:
            known = _locked(connection, rows)
            addresses = [row.incoming.address for row in rows] + [one.reader.address for one in known if one]
            suppressed = those_in(connection, suppressions.c.address_key, [*{address_key(one) for one in addresses}])
            erased = those_in(connection, erasures.c.concealed, [row.concealed for row in rows])
            made = []
            for row, one in zip(rows, known, strict=True):
                is_heard = row.concealed not in erased if one is None else again or not one.has(row)
                made.append(_done(row, one, suppressed, is_heard=is_heard))
            changed = [one.after for one in made if one.after is not None and one.after != one.before]
            insert_subscribers(connection, [one for one in changed if not one.id], now)
            update_subscribers(connection, [one for one in changed if one.id], now)
            _remember(connection, rows, known, made)
        return made


def _locked(connection: sa.Connection, rows: Sequence[_Row]) -> list[_Known | None]:
    """Whom each row is about; nobody else changes them before this transaction ends.

    That is the reader of its address. A row that was taken in when its reader still had this address is about them,
    too, where nobody else has it now.
    """
    keys = [address_key(row.incoming.address) for row in rows]
    old = [row.concealed for row in rows if row.fingerprint]
    query = SELECT.add_columns(subscribers.c.row_of, subscribers.c.row_taken).order_by(subscribers.c.id)
    wanted = [subscribers.c.address_key.in_(some) for some in batches(keys)]
    wanted += [subscribers.c.row_of.in_(some) for some in batches(old)]
    found = [
        _Known(reader=a_subscriber(row), concealed=row.row_of, fingerprint=row.row_taken)
        for mine in wanted
        for row in connection.execute(query.where(mine).with_for_update())
    ]
    by_key = {address_key(one.reader.address): one for one in found}
    moved = {one.concealed: one for one in found} if old else {}
    return [by_key.get(key) or moved.get(row.concealed) for key, row in zip(keys, rows, strict=True)]


def _done(row: _Row, known: _Known | None, suppressed: Collection[str], *, is_heard: bool) -> Merged:
    """What one row comes to."""
    before, incoming = known.reader if known else None, row.incoming
    if before is not None and address_key(before.address) != address_key(incoming.address):
        incoming = replace(incoming, address=before.address)
    is_suppressed = address_key(incoming.address) in suppressed
    after = merge(before, incoming, suppressed=is_suppressed) if is_heard else before
    return Merged(before=before, after=after or before, suppressed=is_suppressed)


def _remember(
    connection: sa.Connection, rows: Sequence[_Row], known: Sequence[_Known | None], made: Sequence[Merged]
) -> None:
    """Write down which rows of the file that stands beside the database were taken in, and as what."""
    taken = [
        {"of_key": address_key(done.after.address), "concealed": row.concealed, "fingerprint": row.fingerprint}
        for row, one, done in zip(rows, known, made, strict=True)
        if row.fingerprint and done.after is not None and not (one and one.has(row))
    ]
    if taken:
        connection.execute(_TAKEN, taken)
