"""Issues, what editors made of them, and what was frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from digest.models import Act, Cadence, FrozenEdition, Issue, IssueItem, IssueKind, Match, Recipient, Step, Window


class IssueStore(Protocol):
    """Issues, and the editions frozen with them."""

    def add_issue(self, window: Window, *, now: datetime) -> Issue:
        """The issue of this window: made now, or the one that was there (one per cadence and window, for ever)."""

    def issue(self, label: str) -> Issue | None:
        """The issue people call by this label."""

    def issue_by_id(self, issue_id: int) -> Issue:
        """This issue. Raises StoreError for an id that does not exist."""

    def issues(self, cadence: Cadence | None = None, *, kind: IssueKind = IssueKind.ISSUE) -> tuple[Issue, ...]:
        """All of this kind, of one cadence if given, latest window first."""

    def save_items(self, issue_id: int, items: Sequence[IssueItem], *, now: datetime) -> bool:
        """Replace a draft's pool, in this order; it counts as composed at `now` in any case.

        False when the pool was the same already. StateError unless a draft.
        """

    def items(self, issue_id: int) -> tuple[IssueItem, ...]:
        """The issue's pool, in its order, each with the revision of its summary that was saved."""

    def matches(self, issue_id: int) -> tuple[tuple[Match, ...], ...]:
        """What each fresh item of the issue's pool is about."""

    def freeze(
        self,
        issue_id: int,
        recipients: Iterable[Recipient],
        *,
        pool: bytes,
        content_hash: str,
        approved_by: str,
        now: datetime,
        act: Act | None = None,
    ) -> Issue:
        """Approve the issue and write its pool, editions and deliveries, in one transaction: all of it or nothing.

        Deliveries with an edition begin as PENDING, those without as SKIPPED with their reason. `act` is the
        approval, written into the trail.

        Raises:
            StateError: the issue is no draft.
            EditedMeanwhile: `act` is not the next act on it: somebody changed it while it was being made.
        """

    def frozen_pool(self, issue_id: int) -> bytes:
        """The pool as it was approved. Raises StoreError when the issue was never frozen."""

    def edition(self, edition_id: int) -> FrozenEdition:
        """This edition. Raises StoreError for an id that does not exist."""

    def edition_studies(self, edition_id: int) -> tuple[frozenset[int], frozenset[int]]:
        """(placed, left over): the studies of an edition by the ids they have now, after any merging since.

        The edition's own selection keeps the ids of the day it was frozen; both empty for an unknown edition.
        """

    def editions(self, issue_id: int) -> tuple[tuple[int, FrozenEdition, int], ...]:
        """(id, edition, number of deliveries) of an issue, most read first."""

    def set_held(self, issue_id: int, held: bool) -> None:
        """Hold the sending of an issue, or let it go on."""

    def abort(self, issue_id: int, *, now: datetime) -> int:
        """End the issue: what is pending, deferred or only claimed is CANCELLED, or UNKNOWN if it may have left before.

        How many those were.
        """


class ShapeStore(Protocol):
    """What editors did to issues; nothing of it is ever changed."""

    def acts(self, issue_id: int) -> tuple[Act, ...]:
        """Everything that was done to the issue, in order."""

    def earlier_acts(self, window: Window) -> tuple[Act, ...]:
        """Everything that was done to the issues of this cadence whose windows came before, issue by issue."""

    def act(self, issue_id: int, steps: Sequence[Step], *, by: str, on: int, now: datetime) -> bool:
        """Write down what an editor does, on the version they saw (0 before the first act); all of it or nothing.

        What changes the content of an approved issue withdraws its approval in the same transaction: editions and
        deliveries go. True when that was so.

        Raises:
            EditedMeanwhile: somebody else acted since that version.
            StateError: the issue was aborted, or some of it has left already.
        """
