"""What else is kept: feedback, who may come in, deeds, and counts for the metrics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from digest.models import Credential, CredentialKind, Deed, FeedbackKind
from digest.suppression import Feedback


class FeedbackStore(Protocol):
    """What came back about addresses; nothing of it is ever changed."""

    def add_feedback(self, given: Feedback) -> bool:
        """Remember it. False when it was known: the same event, or of one without a name the same kind and instant."""

    def feedback(self, address: str) -> tuple[Feedback, ...]:
        """All that is known of an address, oldest first; mails of ours that were accepted for it count as delivered."""


class Credentials(Protocol):
    """Who may come to the desk."""

    def add_credential(self, credential: Credential) -> None:
        """Remember it; those that have ended by its beginning are forgotten."""

    def credential(self, kind: CredentialKind, key_hash: str, *, now: datetime) -> Credential | None:
        """The credential of this kind and hash; None when there is none, or it has ended by `now`."""

    def spend_credential(self, kind: CredentialKind, key_hash: str, *, now: datetime) -> Credential | None:
        """The same, and it opens nothing any more: of two who spend one at once, one gets None."""

    def credentials(self, kind: CredentialKind) -> tuple[Credential, ...]:
        """All of this kind, oldest first, ended ones too."""

    def revoke_credentials(self, kind: CredentialKind, name: str) -> int:
        """End all of this kind that a person has. How many there were."""


class Counts(Protocol):
    """How much there is of everything."""

    def answers(self) -> None:
        """Return when the database answers. StoreError when it does not."""

    def count_items(self) -> Mapping[int, int]:
        """How many summaries stand in each issue's pool, by the id of the issue; issues without any are left out."""

    def count_feedback(self) -> Mapping[FeedbackKind, int]:
        """How many pieces of feedback came of each kind; 0 for one that never came."""

    def count_suppressions(self) -> int:
        """How many addresses may not be mailed."""


class Deeds(Protocol):
    """What people at the desk did, besides the shape of issues."""

    def add_deed(self, deed: Deed) -> None:
        """Remember it."""

    def deeds(self, issue_id: int | None = None) -> tuple[Deed, ...]:
        """The latest of an issue, or of what is about none, newest first."""
