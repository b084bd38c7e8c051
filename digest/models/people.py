"""Those who work at the desk, and what shows that somebody is one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What somebody at the desk may do."""

    #: Shape, preview, approve and send issues.
    EDITOR = "editor"
    #: All that, and readers, suppressions, ending an issue for good, and what is in doubt.
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody at the desk."""

    #: An address, or the name of an API token.
    name: str
    role: Role

    @property
    def is_operator(self) -> bool:
        """Whether they may see who the readers are."""
        return self.role is Role.OPERATOR


class CredentialKind(StrEnum):
    """What a credential opens."""

    #: A link that signs in, once.
    LINK = "link"
    #: A browser that is signed in.
    SESSION = "session"
    #: A program that calls the HTTP API.
    API = "api"


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """What shows that somebody is who they say. The secret itself is never stored."""

    #: SHA-256 (hex) of the secret.
    key_hash: str
    kind: CredentialKind
    person: Person
    created_at: datetime
    #: None for one that does not end by itself.
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """What somebody at the desk did that changes no issue's shape: sending, pausing, erasing."""

    at: datetime
    by: str
    #: In the past tense, in one line; it names readers by their numbers.
    what: str
    #: The issue it was about; None when it was about none.
    issue_id: int | None = None
