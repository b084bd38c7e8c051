"""Corrections of what was sent, and who is owed one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from digest.models import Amendment, Cadence, Correction, CorrectionState, Issue, Recipient, Window


class CorrectionStore(Protocol):
    """What has to be put right, and who has to be told."""

    def add_correction(
        self, summary_id: int, kind: Amendment, sentence: str, *, state: CorrectionState, by: str, now: datetime
    ) -> tuple[Correction, bool]:
        """(correction, whether it is new): one that stands is not written again, but given back as it stands.

        Raises:
            StoreError: there is no such summary.
        """

    def decide_correction(
        self, correction_id: int, *, state: CorrectionState, sentence: str, by: str, now: datetime
    ) -> Correction:
        """What a person made of a proposal.

        Raises:
            StateError: it is none any more, or is to stand and the same stands already.
            StoreError: there is none of this number.
        """

    def corrections(self, *states: CorrectionState) -> tuple[Correction, ...]:
        """Those in these states, or all, in the order of their ids."""

    def printed_in(self, correction: Correction) -> tuple[int, ...]:
        """The issues that printed what it corrects, until it was made; the latest first."""

    def corrected_pools(self) -> Mapping[int, frozenset[int]]:
        """By issue id, the ids of the standing corrections of something in its pool, whenever they were made."""

    def got(self, summary_id: int, *, whole_study: bool = False) -> tuple[tuple[int, int], ...]:
        """(issue id, readers whom it reached, or may have) of each issue that printed a summary, the latest first.

        Args:
            summary_id: which.
            whole_study: True for any summary of its study.
        """

    def owed(
        self, corrections: Sequence[Correction], *, cadence: Cadence | None = None, only: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """(subscriber id, correction id) for everybody who got what one of them corrects and was not told of it.

        Who got it: their mail was accepted, or may have arrived. In the order of subscriber ids, then correction ids;
        streamed.
        """

    def told(self, correction_id: int) -> int:
        """How many have been told of it, or are about to be."""

    def freeze_letter(
        self,
        window: Window,
        recipients: Iterable[Recipient],
        *,
        pool: bytes,
        content_hash: str,
        approved_by: str,
        now: datetime,
    ) -> Issue:
        """Write a letter with its deliveries, approved at once, in one transaction: all of it or nothing.

        Raises:
            StateError: there is one of this label.
        """
