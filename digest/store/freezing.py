"""Writing what was approved: editions and deliveries, in batches, for any number of recipients."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.audience import address_key, domain_group
from digest.models import DeliveryState, FrozenEdition, Recipient, Selection
from digest.store.engine import batches
from digest.store.tables import deliveries, edition_corrections, edition_items, editions

#: How many ids of editions are kept at hand; the others are looked up again, so that memory stays flat.
_KEPT = 20_000


def write_recipients(
    connection: sa.Connection, issue_id: int, recipients: Iterable[Recipient], *, now: datetime
) -> int:
    """Write a delivery for each recipient, and each edition once; how many recipients there were.

    Reads `recipients` once, `CHUNK` at a time.
    """
    ids: dict[str, int] = {}
    written = 0
    for batch in batches(recipients):
        wanted = {recipient.edition.key: recipient.edition for recipient in batch if recipient.edition}
        missing = {key: edition for key, edition in wanted.items() if key not in ids}
        if len(ids) + len(missing) > _KEPT:
            ids, missing = {}, wanted
        if missing:
            ids |= _write_editions(connection, issue_id, missing)
        connection.execute(sa.insert(deliveries), [_delivery(issue_id, recipient, ids, now) for recipient in batch])
        written += len(batch)
    return written


def _delivery(issue_id: int, recipient: Recipient, ids: Mapping[str, int], now: datetime) -> dict[str, Any]:
    edition, skip = recipient.edition, recipient.skip
    if edition is None and skip is None:
        raise ValueError(f"subscriber {recipient.subscriber_id} has neither an edition nor a reason for none")
    return {
        "issue_id": issue_id,
        "subscriber_id": recipient.subscriber_id,
        "edition_id": ids[edition.key] if edition else None,
        "address": recipient.address,
        "address_key": address_key(recipient.address),
        "name": recipient.name,
        "domain_group": domain_group(recipient.address),
        "state": DeliveryState.PENDING if edition else DeliveryState.SKIPPED,
        "detail": "" if edition or skip is None else skip.value,
        "finished_at": None if edition else now,
    }


def _write_editions(connection: sa.Connection, issue_id: int, wanted: Mapping[str, FrozenEdition]) -> dict[str, int]:
    known = _ids(connection, issue_id, wanted)
    new = [edition for key, edition in wanted.items() if key not in known]
    if not new:
        return known
    connection.execute(sa.insert(editions), [_edition(issue_id, edition) for edition in new])
    ids = _ids(connection, issue_id, [edition.key for edition in new])
    _write_items(connection, {ids[edition.key]: edition.selection for edition in new})
    return known | ids


def _ids(connection: sa.Connection, issue_id: int, keys: Collection[str]) -> dict[str, int]:
    mine = (editions.c.issue_id == issue_id) & editions.c.key.in_(keys)
    return {row.key: row.id for row in connection.execute(sa.select(editions.c.key, editions.c.id).where(mine))}


def _edition(issue_id: int, edition: FrozenEdition) -> dict[str, Any]:
    return {
        "issue_id": issue_id,
        "key": edition.key,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "selection": edition.selection,
    }


def _write_items(connection: sa.Connection, selections: Mapping[int, Selection]) -> None:
    rows = [
        {"edition_id": edition_id, "summary_id": summary_id, "study_id": study_id, "placed": placed}
        for edition_id, selection in selections.items()
        for summary_id, (study_id, placed) in _summaries(selection).items()
    ]
    if rows:
        connection.execute(sa.insert(edition_items), rows)
    told = [
        {"edition_id": edition_id, "correction_id": correction_id}
        for edition_id, selection in selections.items()
        for correction_id in selection.corrections
    ]
    if told:
        connection.execute(sa.insert(edition_corrections), told)


def _summaries(selection: Selection) -> dict[int, tuple[int, bool]]:
    """Each summary with its study, and whether it was placed; what stands in "also new" does not count as received."""
    left = {one.summary_id: (one.study_id, False) for one in selection.left_over}
    return left | {one.summary_id: (one.study_id, True) for one in (*selection.research, *selection.background)}
