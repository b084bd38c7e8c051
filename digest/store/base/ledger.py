"""Deliveries: who holds which, what became of it, and whether it all adds up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from digest.audit import Book
from digest.hours import Hours
from digest.models import Claim, Delivery, DeliveryState, Refusal, Result, Wait
from digest.pace import Count

#: What is done while a commit goes on, and is told how far that is. It may read, and must not write.
Meanwhile: TypeAlias = Callable[[Future[None]], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """What was taken back from workers that died."""

    #: Held without an intent: nothing had been sent.
    released: int = 0
    #: In flight, sent again by policy.
    resent: int = 0
    #: In flight, held as unknown by policy.
    held: int = 0


class Ledger(Protocol):
    """The deliveries. Every change of state goes through here, under a lease and a fence."""

    def claim(
        self,
        issue_id: int,
        owner: str,
        *,
        limit: int,
        lease: float,
        now: datetime,
        hours: Hours | None = None,
        first: int | None = None,
    ) -> Sequence[Claim]:
        """Take up to `limit` deliveries that are due, oldest id first, for `lease` seconds; [] when none is due.

        A delivery whose reader has unsubscribed or is suppressed by now becomes SUPPRESSED instead, one whose reader
        is paused SKIPPED, and one that may not leave at this hour DEFERRED until it may; None for `hours`: all may.
        With `first` no more than so many mails of the issue have begun after it, by all workers together.
        Whether a pause is over is judged by the day in the newsletter's time zone, which `hours` names; else in UTC.
        """

    def waits(self, issue_id: int) -> tuple[tuple[Wait, int, datetime], ...]:
        """What keeps deliveries back that nothing is wrong with: how many each, and until when the first of them."""

    def record(
        self,
        results: Sequence[Result],
        intents: Sequence[Claim],
        owner: str,
        *,
        lease: float,
        now: datetime,
        via: str = "",
        hours: Hours | None = None,
        meanwhile: Meanwhile | None = None,
    ) -> frozenset[int]:
        """In one durable commit: write results, and for each intent move CLAIMED to INFLIGHT for `lease` seconds.

        `via` is the name of the transport that will carry the intents, and `hours` names the zone of the newsletter.
        `meanwhile` is called while the disk is waited for.

        A result or intent counts only where owner, fence and state still match. An intent whose reader has left, was
        suppressed or paused meanwhile, or whose issue is held or aborted, is not granted.

        Returns the ids of the deliveries that may now be sent.
        """

    def release(self, claims: Sequence[Claim], owner: str, *, now: datetime, until: datetime | None = None) -> None:
        """Give back what was not tried, claimed or with an intent: PENDING (or DEFERRED) again, at once.

        With `until` it is DEFERRED until then, and waits for its transport (`Wait.REST`); no try is counted.
        """

    def recover(
        self, issue_id: int, *, resend: bool, gone: Collection[str], now: datetime, alive: str = ""
    ) -> Recovered:
        """Take back what died with its worker: leases run out by `now`, or owners known to be `gone`.

        Nothing is taken from `alive`, the owner who asks: its clock may have been put forward.
        Claimed: pending again. In flight: pending again with one more doubt when `resend`, else UNKNOWN.
        """

    def owners(self, issue_id: int) -> frozenset[str]:
        """Every owner that holds a claim or something in flight."""

    def in_flight(self, issue_id: int, owners: Collection[str], *, now: datetime, alive: str = "") -> Sequence[Claim]:
        """What `recover` would find in flight, so that a transport may be asked about it first (`reconcile`)."""

    def settle(self, results: Sequence[Result], *, now: datetime) -> int:
        """Write what was found out about in-flight deliveries of dead workers, under their fence. How many counted."""

    def resolve(self, issue_id: int, *, resend: bool, now: datetime) -> int:
        """What a person decided about all that is UNKNOWN: send it once more, or take it as arrived. How many it was.

        Raises:
            StateError: it is to be sent again in an issue that was aborted.
        """

    def refusals(self, issue_id: int) -> Sequence[Refusal]:
        """What was refused, for good or for now, and surely never arrived, in the order of ids."""

    def again(self, issue_id: int, delivery_ids: Collection[int], *, now: datetime) -> int:
        """Let these of its refusals leave once more, as if they had never been tried. How many of them still stood.

        Raises:
            StateError: the issue was aborted.
        """

    def progress(self, issue_id: int) -> Mapping[DeliveryState, int]:
        """How many deliveries stand where; states without any are left out."""

    def next_due(self, issue_id: int) -> datetime | None:
        """When the earliest deferred delivery is due, or a lease runs out; None when nothing waits."""

    def deliveries(self, issue_id: int) -> Iterator[Delivery]:
        """Every row of the issue in the order of subscriber ids, streamed."""

    def deliveries_page(self, issue_id: int, *, after: int, limit: int) -> Sequence[Delivery]:
        """Up to `limit` rows of the issue with subscriber ids above `after`, in the order of these."""

    def delivery(self, issue_id: int, subscriber_id: int) -> Delivery | None:
        """One row."""

    def deliveries_of(self, subscriber_id: int) -> tuple[Delivery, ...]:
        """Every row of one subscriber, oldest first."""


class Books(Protocol):
    """The ledger, as auditors and watchers read it."""

    def books(self, issue_id: int) -> AbstractContextManager[Book]:
        """An issue's ledger as of one moment, to be audited; its rows are streamed, and read while this is open."""

    def paces(self, issue_id: int, *, since: datetime) -> Sequence[Count]:
        """How many deliveries stand where, by state, domain group and transport, and how many ended after `since`."""
