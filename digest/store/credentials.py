"""Who may come to the desk, in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.models import Credential, CredentialKind, Person
from digest.store.engine import Part
from digest.store.tables import credentials


class CredentialsPart(Part):
    """Links that sign in, browsers that are signed in, and tokens of the HTTP API."""

    def add_credential(self, credential: Credential) -> None:
        """Remember it; those that have ended by its beginning are forgotten."""
        with self.begin() as connection:
            connection.execute(sa.delete(credentials).where(credentials.c.expires_at <= credential.created_at))
            connection.execute(sa.insert(credentials).values(_row(credential)))

    def credential(self, kind: CredentialKind, key_hash: str, *, now: datetime) -> Credential | None:
        """The credential of this kind and hash; None when there is none, or it has ended by `now`."""
        with self.read() as connection:
            row = connection.execute(sa.select(credentials).where(_is_valid(kind, key_hash, now))).first()
        return _credential(row) if row is not None else None

    def spend_credential(self, kind: CredentialKind, key_hash: str, *, now: datetime) -> Credential | None:
        """The same, and it opens nothing any more: of two who spend one at once, one gets None."""
        with self.begin() as connection:
            query = sa.select(credentials).where(_is_valid(kind, key_hash, now)).with_for_update()
            row = connection.execute(query).first()
            if row is None:
                return None
            connection.execute(sa.delete(credentials).where(credentials.c.key_hash == key_hash))
        return _credential(row)

    def credentials(self, kind: CredentialKind) -> tuple[Credential, ...]:
        """All of this kind, oldest first, ended ones too."""
        query = sa.select(credentials).where(credentials.c.kind == kind)
        with self.read() as connection:
            rows = connection.execute(query.order_by(credentials.c.created_at, credentials.c.key_hash)).all()
        return tuple(map(_credential, rows))

    def revoke_credentials(self, kind: CredentialKind, name: str) -> int:
        """End all of this kind that a person has. How many there were."""
        mine = sa.and_(credentials.c.kind == kind, credentials.c.name == name)
        with self.begin() as connection:
            return connection.execute(sa.delete(credentials).where(mine)).rowcount


def _is_valid(kind: CredentialKind, key_hash: str, now: datetime) -> sa.ColumnElement[bool]:
    lasts = sa.or_(credentials.c.expires_at.is_(None), credentials.c.expires_at > now)
    return sa.and_(credentials.c.kind == kind, credentials.c.key_hash == key_hash, lasts)


def _row(credential: Credential) -> dict[str, Any]:
    return {
        "key_hash": credential.key_hash,
        "kind": credential.kind,
        "name": credential.person.name,
        "role": credential.person.role,
        "created_at": credential.created_at,
        "expires_at": credential.expires_at,
    }


def _credential(row: sa.Row[Any]) -> Credential:
    return Credential(
        key_hash=row.key_hash,
        kind=row.kind,
        person=Person(name=row.name, role=row.role),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
