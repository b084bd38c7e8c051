"""Letters in the database: the outbox they leave from, and what their links may still do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digest.audience import A_DAY, address_key, is_often
from digest.models import LetterKind, Posting, PostingState
from digest.store.engine import Part, within
from digest.store.tables import letters, tries

#: How long a try is remembered.
_REMEMBERED = timedelta(hours=1)

POSTING = (
    letters.c.id,
    letters.c.kind,
    letters.c.address,
    letters.c.subscriber_id,
    letters.c.asked,
    letters.c.asked_at,
    letters.c.expires_at,
    letters.c.used_at,
    letters.c.attempts,
)


class LettersPart(Part):
    """Letters on their way."""

    def add_letter(self, posting: Posting, *, withheld: bool = False, sparing: bool = False) -> int:
        """Put a letter into the outbox; its id. One that is withheld never leaves: it is there to be as much work.

        With `sparing` it is withheld, too, where the address was written to often lately (`audience.is_often`).
        """
        with self.begin() as connection:
            earlier = letters_lately(connection, address_key(posting.address), posting.asked_at)
            often = sparing and is_often([at for _, at in earlier], now=posting.asked_at)
            state = PostingState.WITHHELD if withheld or often else PostingState.WAITING
            return insert_letter(connection, posting, state)

    def letters_of(self, subscriber_id: int) -> tuple[Posting, ...]:
        """The letters with a reader's links that are not forgotten yet and were not withheld, oldest first."""
        mine = sa.and_(letters.c.subscriber_id == subscriber_id, letters.c.state != PostingState.WITHHELD)
        with self.read() as connection:
            return tuple(map(a_posting, connection.execute(sa.select(*POSTING).where(mine).order_by(letters.c.id))))

    def letter(self, letter_id: int) -> Posting | None:
        """This letter; None when there is none, or it was forgotten."""
        with self.read() as connection:
            row = connection.execute(sa.select(*POSTING).where(letters.c.id == letter_id)).first()
        return None if row is None else a_posting(row)

    def claim_letters(self, owner: str, *, limit: int, lease: float, now: datetime) -> Sequence[Posting]:
        """Take up to `limit` letters that are due, oldest first, for `lease` seconds; [] when none is due."""
        free = sa.or_(letters.c.lease_until.is_(None), letters.c.lease_until <= now)
        due = (
            sa.select(*POSTING)
            .where(letters.c.state == PostingState.WAITING, letters.c.due_at <= now, free)
            .order_by(letters.c.due_at, letters.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self.begin() as connection:
            rows = connection.execute(due).all()
            mine = within(letters.c.id, [row.id for row in rows])
            held = {"owner": owner, "lease_until": now + timedelta(seconds=lease)}
            if rows:
                connection.execute(sa.update(letters).where(mine).values(held))
        return [a_posting(row) for row in rows]

    def letter_owners(self) -> frozenset[str]:
        """Everybody who holds letters."""
        with self.read() as connection:
            return frozenset(connection.scalars(sa.select(letters.c.owner).where(letters.c.owner.is_not(None))))

    def free_letters(self, owners: Collection[str]) -> None:
        """Let others have the letters of owners who are gone, before their leases run out."""
        mine = letters.c.owner.in_(list(owners))
        with self.begin() as connection:
            connection.execute(sa.update(letters).where(mine).values(owner=None, lease_until=None))

    def record_letter(
        self,
        letter_id: int,
        owner: str,
        state: PostingState,
        *,
        detail: str = "",
        due_at: datetime | None = None,
        tried: bool = True,
    ) -> bool:
        """Write what became of a claimed letter. False when somebody else holds it by now.

        `due_at` is when one that is still WAITING is tried again, and `tried` whether this was a try; None gives it
        back untried, and due as it was.
        """
        is_waiting = state is PostingState.WAITING
        changed: dict[str, Any] = {"due_at": due_at} if is_waiting and due_at else {}
        if tried and (due_at or not is_waiting):
            changed["attempts"] = letters.c.attempts + 1
        held = sa.and_(letters.c.id == letter_id, letters.c.owner == owner)
        values = {"state": state, "detail": detail[:500], "owner": None, "lease_until": None, **changed}
        with self.begin() as connection:
            return connection.execute(sa.update(letters).where(held).values(values)).rowcount > 0

    def is_asked(self, subscriber_id: int, *, now: datetime) -> bool:
        """Whether a letter that asks this subscriber to confirm is out, and may still be answered."""
        mine = sa.and_(letters.c.subscriber_id == subscriber_id, letters.c.kind == LetterKind.CONFIRMATION)
        out = sa.and_(letters.c.state == PostingState.SENT, letters.c.used_at.is_(None), letters.c.expires_at > now)
        with self.read() as connection:
            return connection.execute(sa.select(letters.c.id).where(mine, out).limit(1)).first() is not None

    def letters_waiting(self) -> int:
        """How many letters have not left yet."""
        with self.read() as connection:
            count = sa.select(sa.func.count()).where(letters.c.state == PostingState.WAITING)
            return connection.execute(count).scalar_one()

    def count_try(self, who: str, *, most: int, since: datetime, now: datetime) -> bool:
        """Count a try of whoever this keyed hash stands for.

        False when there were as many as there may be after `since`, an hour ago at the most: it is not counted then.
        Tries are forgotten after an hour, whoever's they were.
        """
        lately = sa.select(sa.func.count()).where(tries.c.who == who, tries.c.at > since)
        with self.begin() as connection:
            connection.execute(sa.delete(tries).where(tries.c.at <= now - _REMEMBERED))
            is_one_too_many = connection.execute(lately).scalar_one() >= most
            if not is_one_too_many:
                connection.execute(sa.insert(tries).values(who=who, at=now))
        return not is_one_too_many


def letters_lately(connection: sa.Connection, key: str, now: datetime) -> list[tuple[LetterKind, datetime]]:
    """The letters of the last day to this key of an address that were not withheld, and when they were asked for."""
    query = sa.select(letters.c.kind, letters.c.asked_at).where(
        letters.c.address_key == key, letters.c.asked_at > now - A_DAY, letters.c.state != PostingState.WITHHELD
    )
    return [(row.kind, row.asked_at) for row in connection.execute(query)]


def insert_letter(connection: sa.Connection, posting: Posting, state: PostingState) -> int:
    """Write a new letter; its id."""
    row = {
        "kind": posting.kind,
        "address": posting.address,
        "address_key": address_key(posting.address),
        "subscriber_id": posting.subscriber_id,
        "asked": posting.asked,
        "asked_at": posting.asked_at,
        "expires_at": posting.expires_at,
        "state": state,
        "detail": "",
        "attempts": 0,
        "due_at": posting.asked_at,
    }
    key = connection.execute(sa.insert(letters).values(row)).inserted_primary_key
    return int(key[0]) if key else 0


def a_posting(row: sa.Row[*tuple[Any, ...]]) -> Posting:
    """The letter of a row."""
    return Posting(**row._mapping)
