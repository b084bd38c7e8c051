"""Joining, and changing an address, in the database: what is asked for waits until the owner of the address says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.audience import address_key, answer_to_asking
from digest.errors import InputError, StateError, TokenError
from digest.models import (
    Asked,
    Consent,
    FeedbackKind,
    LetterKind,
    Posting,
    PostingState,
    Subscriber,
    SubscriberStatus,
)
from digest.store.engine import Conflict, Part
from digest.store.erasing import forget_readers
from digest.store.letters import POSTING, a_posting, insert_letter, letters_lately
from digest.store.subscribers import SELECT, a_subscriber, row_of, wishes_of
from digest.store.tables import erasures, feedback, letters, subscribers, suppressions
from digest.store.values import instant_text


class JoiningPart(Part):
    """From a form to a reader."""

    def ask(self, asked: Asked, *, now: datetime, expires_at: datetime) -> None:
        """Remember what was asked for, and put the letter into the outbox that the rules of `audience` send, if any.

        The same statements run whoever the address belongs to: neither an answer nor its time tells.
        """
        try:
            self._ask(asked, now, expires_at)
        except Conflict:
            # The same address was asked for at the same moment; now there is a row of it.
            self._ask(asked, now, expires_at)

    def _ask(self, asked: Asked, now: datetime, expires_at: datetime) -> None:
        key = address_key(asked.wanted.address)
        with self.begin() as connection:
            reader = _of_key(connection, key)
            reason = connection.scalar(sa.select(suppressions.c.reason).where(suppressions.c.address_key == key))
            kind = answer_to_asking(reader, reason, letters_lately(connection, key, now), now=now)
            number = _touched(connection, reader) if reader else _added(connection, asked.wanted, now)
            posting = Posting(
                kind=kind or LetterKind.CONFIRMATION,
                address=reader.address if reader else asked.wanted.address,
                subscriber_id=number,
                asked=asked,
                asked_at=now,
                expires_at=expires_at,
            )
            insert_letter(connection, posting, PostingState.WAITING if kind else PostingState.WITHHELD)

    def confirm(self, letter_id: int, *, now: datetime) -> Subscriber:
        """Make a reader of whoever was asked by this letter, with the wishes they had then.

        What stood against the address is over, but for a complaint; an erasure too. Again for the same letter: the
        reader as they are, while they are one.

        Raises:
            TokenError: there is no such letter any more (`gone`), or it was used, and they left since (`used`).
            StateError: the address complained.
        """
        with self.begin() as connection:
            posting = _locked(connection, letter_id, LetterKind.CONFIRMATION)
            reader = _of_id(connection, posting.subscriber_id)
            if posting.used_at is not None:
                if reader.status is SubscriberStatus.ACTIVE:
                    return reader
                raise TokenError("this link was used already: ask for a new one", used=True)
            _lift(connection, reader, self.conceal, now)
            made = _consenting(reader, posting.asked, now)
            change = sa.update(subscribers).where(subscribers.c.id == reader.id)
            connection.execute(change.values(row_of(made, now)))
            _used(connection, reader.id, LetterKind.CONFIRMATION, now)
        return made

    def change_address(self, letter_id: int, *, now: datetime, expires_at: datetime) -> Subscriber:
        """Give a reader the address this letter went to, and put down a letter that tells the old one; the reader.

        Again for the same letter: the reader as they are, while it is still their address.

        Raises:
            TokenError: there is no such letter any more (`gone`), or it was used (`used`).
            InputError: the address is another reader's by now.
            StateError: the address complained.
        """
        with self.begin() as connection:
            posting = _locked(connection, letter_id, LetterKind.ADDRESS_CHANGE)
            reader = _of_id(connection, posting.subscriber_id)
            new = posting.address
            if posting.used_at is not None:
                if address_key(reader.address) == address_key(new):
                    return reader
                raise TokenError("this link was used already", used=True)
            other = _of_key(connection, address_key(new))
            if other is not None and other.id != reader.id:
                if other.status is not SubscriberStatus.UNCONFIRMED:
                    raise InputError("this address has a subscription of its own: change that one")
                forget_readers(connection, [other.id], [], now)
            _lift(connection, replace(reader, address=new), self.conceal, now)
            mine = sa.update(subscribers).where(subscribers.c.id == reader.id)
            connection.execute(mine.values(address=new, address_key=address_key(new), changed_at=now))
            _used(connection, reader.id, LetterKind.ADDRESS_CHANGE, now)
            farewell = Posting(
                kind=LetterKind.ADDRESS_CHANGED,
                address=reader.address,
                subscriber_id=reader.id,
                asked=Asked(wanted=Subscriber(address=reader.address)),
                asked_at=now,
                expires_at=expires_at,
            )
            insert_letter(connection, farewell, PostingState.WAITING)
        return replace(reader, address=new)


def _of_key(connection: sa.Connection, key: str) -> Subscriber | None:
    row = connection.execute(SELECT.where(subscribers.c.address_key == key).with_for_update()).first()
    return None if row is None else a_subscriber(row)


def _of_id(connection: sa.Connection, number: int) -> Subscriber:
    row = connection.execute(SELECT.where(subscribers.c.id == number).with_for_update()).first()
    if row is None:
        raise TokenError("this link is too old: ask for a new one", gone=True)
    return a_subscriber(row)


def _touched(connection: sa.Connection, reader: Subscriber) -> int:
    """Change nothing, by as much work as adding a row takes."""
    same = sa.update(subscribers).where(subscribers.c.id == reader.id).values(changed_at=subscribers.c.changed_at)
    connection.execute(same)
    return reader.id


def _added(connection: sa.Connection, wanted: Subscriber, now: datetime) -> int:
    new = replace(wanted, id=0, status=SubscriberStatus.UNCONFIRMED, consent=None, paused_until=None)
    row: Mapping[str, Any] = {**row_of(new, now), "created_at": now}
    key = connection.execute(sa.insert(subscribers).values(row)).inserted_primary_key
    return int(key[0]) if key else 0


def _locked(connection: sa.Connection, letter_id: int, kind: LetterKind) -> Posting:
    query = sa.select(*POSTING).where(letters.c.id == letter_id, letters.c.kind == kind).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise TokenError("this link is too old: ask for a new one", gone=True)
    return a_posting(row)


def _consenting(reader: Subscriber, asked: Asked, now: datetime) -> Subscriber:
    consent = Consent(
        at=now, method=f"double-opt-in, {asked.method}", text_version=asked.text_version, network=asked.network
    )
    wished = replace(reader, **wishes_of(asked.wanted))
    return replace(wished, status=SubscriberStatus.ACTIVE, consent=consent, paused_until=None)


def _lift(connection: sa.Connection, reader: Subscriber, conceal: Any, now: datetime) -> None:
    """Let what stood against the address be over: its owner has just shown that they read there and want mail."""
    key = address_key(reader.address)
    mine = suppressions.c.address_key == key
    reason = connection.scalar(sa.select(suppressions.c.reason).where(mine))
    if reason is FeedbackKind.COMPLAINT:
        raise StateError("this address asked us never to write to it again: write to us if you want to come back")
    connection.execute(sa.delete(suppressions).where(mine))
    connection.execute(sa.delete(erasures).where(erasures.c.concealed == conceal(key)))
    known = connection.execute(sa.select(feedback.c.id).where(feedback.c.address_key == key).limit(1)).first()
    if known is not None:
        said = {"kind": FeedbackKind.CONSENT, "event_id": instant_text(now), "at": now, "code": "", "detail": ""}
        connection.execute(sa.insert(feedback).values(address_key=key, address=reader.address, **said))


def _used(connection: sa.Connection, subscriber_id: int, kind: LetterKind, now: datetime) -> None:
    """No letter of this kind to this reader does anything any more."""
    mine = sa.and_(letters.c.subscriber_id == subscriber_id, letters.c.kind == kind, letters.c.used_at.is_(None))
    connection.execute(sa.update(letters).where(mine).values(used_at=now))
