"""What transports may carry, and what keeps a send from going on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from digest.breaker import Breaker
from digest.hours import Hours
from digest.limits import Bucket, Limits, WarmUp
from digest.models import Claim, DomainGroup, Suppression


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Under what terms one transport carries deliveries."""

    #: Its name.
    transport: str
    #: The names of the others: what one of them may have carried is not for this one.
    others: frozenset[str] = frozenset()
    #: True where it carries nothing but what it may have carried before.
    only_own: bool = False
    limits: Limits = field(default_factory=Limits)
    hours: Hours | None = None
    #: True where who was never tried comes before who was: for a probe, which is to tell nothing about one reader.
    fresh: bool = False
    #: No more than so many mails of the issue have begun after the claim, by all workers together; None for any.
    first: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Allotted:
    """What a transport may take now; or, where that is nothing, when to ask again."""

    claims: Sequence[Claim] = ()
    #: When a limit allows more; None when nothing is due that a limit keeps back.
    until: datetime | None = None
    #: True when it is the day's number that is used up.
    warming: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortage:
    """Why one mail may not leave now."""

    #: When it may, if nobody else comes first.
    until: datetime
    #: Whose mailboxes have had their mails; None where it is all together.
    group: DomainGroup | None
    #: What these are held to, in mails a second.
    rate: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Warmth:
    """How far a transport is warmed up."""

    #: Which day of sending this is, the first one 1.
    day: int
    #: How many mails may be sent on it; None for any number.
    allowance: int | None
    #: How many were, or are in a worker's hands.
    carried: int

    @property
    def left(self) -> int | None:
        """How many more may be sent; None for any number."""
        return None if self.allowance is None else max(self.allowance - self.carried, 0)


class TrafficStore(Protocol):
    """What keeps transports to their limits, and gives them a rest; shared by all workers, and there after a crash."""

    def allot(self, issue_id: int, owner: str, terms: Terms, *, limit: int, lease: float, now: datetime) -> Allotted:
        """As `claim`, under terms: up to `limit` deliveries, or when to ask again."""

    def take_one(self, transport: str, limits: Limits, group: DomainGroup, *, now: datetime) -> Shortage | None:
        """Have one mail of no issue, to a mailbox of this group, count; what is short where it may not leave yet."""

    def warmth(self, transport: str, warm_up: WarmUp, *, now: datetime) -> Warmth:
        """How far a transport is warmed up, counted from the ledger; days are those of UTC."""

    def buckets(self, transport: str) -> Mapping[DomainGroup | None, Bucket]:
        """The buckets anybody has taken from; None for all together."""

    def breakers(self) -> Mapping[str, Breaker]:
        """Each transport that was ever in trouble."""

    def hear(
        self, transport: str, answers: Sequence[bool], *, now: datetime, reason: str = "", probe: bool = False
    ) -> Breaker:
        """Take down what answers say of a transport, in their order: True for one against it. What that comes to."""

    def trip(self, transport: str, *, now: datetime, reason: str) -> Breaker:
        """Open a breaker at once: no further try would mend it."""

    def begun(self, issue_id: int, *, at_most: int) -> tuple[int, int]:
        """(begun, in a worker's hands): how many of an issue's mails were tried or claimed, counted up to `at_most`."""

    def bounced_lately(self, issue_id: int, transports: Sequence[str], *, of: int) -> tuple[int, int]:
        """(bounced hard, of how many): among the last answered mails of an issue, at most `of`."""

    def stop_itself(self, issue_id: int, reason: str, *, now: datetime) -> None:
        """Hold the issue for this reason, and put the suppressions its hard bounces made in quarantine."""

    def let_go_on(self, issue_id: int, *, now: datetime) -> None:
        """Let a held issue go on; if it stopped itself, what bounced before is not held against it any more."""

    def quarantined(self, issue_id: int) -> tuple[Suppression, ...]:
        """The suppressions of an issue that wait for a person, oldest first."""

    def keep_quarantined(self, issue_id: int) -> int:
        """They are right, and hold for good. How many they were."""

    def lift_quarantined(self, issue_id: int, *, now: datetime) -> int:
        """They were wrong: the addresses may be mailed again, and what was refused for them leaves with the issue."""

    def lift(self, address: str, *, now: datetime) -> bool:
        """The address may be mailed again, whatever bounced before. False when nothing stands against it."""

    def take_probe(self, transport: str, *, now: datetime) -> bool:
        """Whether the one probe that is due is ours. Should we die of it, another may follow in a while."""

    def leave_probe(self, transport: str, *, now: datetime) -> None:
        """Let another have the probe: there was nothing to send."""
