"""Who may come to the desk: links that sign in once, browsers that are signed in, tokens of the HTTP API.

A secret is 256 random bits, shown once; the store keeps its hash, so whoever reads the database can open nothing. Who
is no longer named in the configuration has no session any more, whatever the store says.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from digest.audience import address_key
from digest.errors import InputError, TokenError
from digest.models import Credential, CredentialKind, Person, Role
from digest.newsroom import Digest

#: How long a link that signs in works: as long as a mail may take on its way.
LINK_LIFE = timedelta(minutes=30)
#: Who signs in by the link that `digest serve` prints: whoever may start it may do everything anyway.
LOCAL = Person(name="this machine", role=Role.OPERATOR)


def person_of(digest: Digest, address: str) -> Person | None:
    """The person of this address; None when the configuration names nobody of it."""
    people = {address_key(one.address): one for one in digest.settings.web.people}
    found = people.get(address_key(address))
    return Person(name=found.address, role=found.role) if found else None


def make_link(digest: Digest, person: Person) -> str:
    """The secret of a link that signs this person in, once, within `LINK_LIFE`."""
    return _make(digest, CredentialKind.LINK, person, LINK_LIFE)


def greet(digest: Digest, secret: str) -> Person:
    """Whom a link would sign in; it stays good. TokenError when it does not open anything any more."""
    return _still_named(digest, digest.store.credential(CredentialKind.LINK, _hash(secret), now=digest.clock()))


def sign_in(digest: Digest, secret: str) -> str:
    """The secret of a new session for the bearer of a link, which opens nothing any more. TokenError as `greet`."""
    spent = digest.store.spend_credential(CredentialKind.LINK, _hash(secret), now=digest.clock())
    person = _still_named(digest, spent)
    return _make(digest, CredentialKind.SESSION, person, timedelta(hours=digest.settings.web.session_hours))


def signed_in(digest: Digest, secret: str) -> Person | None:
    """Whose session this is; None when it has ended, or its person is named no longer."""
    found = digest.store.credential(CredentialKind.SESSION, _hash(secret), now=digest.clock())
    try:
        return _still_named(digest, found)
    except TokenError:
        return None


def sign_out(digest: Digest, secret: str) -> None:
    """End the session."""
    digest.store.spend_credential(CredentialKind.SESSION, _hash(secret), now=digest.clock())


def make_token(digest: Digest, name: str, role: Role, *, days: int | None = None) -> str:
    """The secret of a new token of the HTTP API, shown this once.

    Args:
        digest: the newsletter.
        name: what it is for; one token has it.
        role: what its bearer may do.
        days: how long it lasts; None for ever.

    Raises:
        InputError: another token has this name, or the name is no line of text.
    """
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise InputError("name the token in one line of at most 100 characters, by what it is for")
    if any(one.person.name == name for one in digest.store.credentials(CredentialKind.API)):
        raise InputError(f"there is a token {name!r} already: revoke it first, or choose another name")
    life = timedelta(days=days) if days is not None else None
    return _make(digest, CredentialKind.API, Person(name=name, role=role), life)


def bearer(digest: Digest, secret: str) -> Person | None:
    """Whose API token this is; None when it is none, or has ended."""
    found = digest.store.credential(CredentialKind.API, _hash(secret), now=digest.clock())
    return found.person if found else None


def revoke_token(digest: Digest, name: str) -> None:
    """End a token of the HTTP API. InputError when there is none of this name."""
    if not digest.store.revoke_credentials(CredentialKind.API, name):
        raise InputError(f"there is no token {name!r}: `digest token list` shows them")


def _make(digest: Digest, kind: CredentialKind, person: Person, life: timedelta | None) -> str:
    secret, now = secrets.token_urlsafe(32), digest.clock()
    expires_at = now + life if life is not None else None
    digest.store.add_credential(
        Credential(key_hash=_hash(secret), kind=kind, person=person, created_at=now, expires_at=expires_at)
    )
    return secret


def _still_named(digest: Digest, credential: Credential | None) -> Person:
    person = credential.person if credential else None
    if person is not None and person != LOCAL:
        person = person_of(digest, person.name)
    if person is None:
        raise TokenError("this link was used already, is too old, or was cut short: ask for a new one")
    return person


def _hash(secret: str) -> str:
    # No salt and no slow hash: nobody guesses 256 random bits.
    return hashlib.sha256(secret.encode()).hexdigest()
