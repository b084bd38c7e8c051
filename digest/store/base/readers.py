"""Subscribers, what they got, and whom never to mail."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from digest.models import Cadence, Subscriber, SubscriberStatus, Suppression


@dataclass(frozen=True, kw_only=True, slots=True)
class AudienceRow:
    """A subscriber with what the store alone knows."""

    subscriber: Subscriber
    suppressed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """An edition that was made for a subscriber, and whether they have it."""

    subscriber_id: int
    edition_id: int
    #: True when it reached them or may have; False when it surely never did (bounced, suppressed, cancelled).
    received: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What a file's row did to what was stored."""

    #: As stored before; None for nobody we knew.
    before: Subscriber | None
    #: What is stored now; None for an erased reader, of whom nothing is.
    after: Subscriber | None
    suppressed: bool


class SubscriberStore(Protocol):
    """Subscribers, their consent, and the suppressions."""

    def subscribers(self, addresses: Collection[str] | None = None) -> Iterator[Subscriber]:
        """Subscribers in the order of their ids, all or those of these addresses (by `address_key`)."""

    def subscriber_beside(self, cadence: Cadence, subscriber_id: int, *, after: bool) -> int | None:
        """The next id of a cadence after this one, or the last before it; None at the end."""

    def subscribers_page(
        self, *, after: int, limit: int, status: SubscriberStatus | None = None
    ) -> Sequence[AudienceRow]:
        """Up to `limit` subscribers with ids above `after`, in the order of their ids, of one status if given."""

    def save_subscribers(self, subscribers: Sequence[Subscriber], *, now: datetime) -> None:
        """Insert those with id 0, update the others, in one transaction."""

    def merge_subscribers(
        self, incoming: Sequence[Subscriber], *, now: datetime, fingerprints: Sequence[str] = (), again: bool = False
    ) -> Sequence[Merged]:
        """Bring rows with distinct addresses into the store, by the rules of `audience.merge`; one for each of them.

        With `fingerprints`, one for each row, a row that was taken in before as it is changes nothing, unless `again`;
        and whoever moved to another address is known by the row of the old one.
        Nothing comes between reading and writing: whoever leaves at this moment has left.
        """

    def subscriber(self, subscriber_id: int) -> Subscriber | None:
        """The subscriber of this id; None when there is none, or none any more."""

    def save_wishes(self, subscriber: Subscriber, *, now: datetime) -> bool:
        """Write what this reader wishes, and nothing of whether they may be written to. False when they are gone."""

    def set_pause(self, subscriber_id: int, until: date | None, *, now: datetime) -> bool:
        """Write to this reader again from this day on; None for at once. False when they are gone."""

    def leave(self, subscriber_id: int, *, now: datetime) -> bool:
        """Let this reader go; effective for mails already claimed. False when they had left, or are gone."""

    def set_status(self, address: str, status: SubscriberStatus, *, now: datetime) -> bool:
        """Change what the subscriber told us; effective for mails already claimed. False for an unknown address."""

    def audience(self, cadence: Cadence, *, only: int | None = None) -> Iterator[AudienceRow]:
        """Every subscriber of a cadence (or the one of this id) in the order of their ids, streamed."""

    def history(self, cadence: Cadence, studies: Collection[int], *, only: int | None = None) -> Iterator[HistoryRow]:
        """For the subscribers of a cadence, every edition of any cadence that placed or left over one of these studies.

        In the order of subscriber ids (or for the one of this id), then edition ids; streamed.
        """

    def paused_since(
        self, cadence: Cadence, *, before: datetime, back_by: date, only: int | None = None
    ) -> Iterator[tuple[int, datetime]]:
        """Those of a cadence who are back by a day, and paused over its last issues that closed before an instant.

        (subscriber id, beginning of the first window of that pause), in the order of ids, of a year at the most.
        Whoever had an issue since, or was to have one, is not among them: what they missed comes once.
        """

    def suppress(self, suppression: Suppression) -> bool:
        """Never mail this address again. False when it was suppressed before; the graver reason stands."""

    def suppressed(self, addresses: Collection[str]) -> frozenset[str]:
        """The keys (`address_key`) of those of these addresses that are suppressed."""

    def suppressions(self) -> Iterator[Suppression]:
        """All of them, oldest first."""

    def suppressions_of(self, addresses: Collection[str]) -> tuple[Suppression, ...]:
        """What stands against these addresses."""

    def suppressions_page(self, *, after: int, limit: int) -> Sequence[tuple[int, Suppression]]:
        """Up to `limit` suppressions with numbers above `after`, each with its number, in the order of these."""

    def count_subscribers(self) -> Mapping[SubscriberStatus, int]:
        """How many there are of each status."""
