"""How a send goes: how far it is, how fast, and when it will be through. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.models import DeliveryState, DomainGroup

#: The rate is that of the last minute: long enough to be steady, short enough to tell that a send stands still.
SPAN = timedelta(minutes=1)

_READY = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.INFLIGHT)
_THROUGH = (DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.REFUSED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many deliveries have this much in common."""

    state: DeliveryState
    group: DomainGroup
    #: The kind of the transport that answered last; empty when none did.
    via: str
    number: int
    #: How many of them ended within the span that is looked at.
    lately: int = 0
    #: When the first of those was first tried; None when none ended lately.
    began_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How far a send, or a part of it, is."""

    #: Mails that leave, have left or may have: all but the skipped, suppressed and cancelled.
    total: int
    #: Accepted, bounced, refused or unknown.
    through: int
    #: Refused for now, waiting for their hour.
    deferred: int
    #: Mails a second, over the last `SPAN`.
    rate: float
    #: When all that waits for nothing is through; None when nothing is moving or nothing is left.
    eta: datetime | None

    @property
    def ready(self) -> int:
        """How many could leave now."""
        return self.total - self.through - self.deferred

    @property
    def share(self) -> float:
        """How much of it is through, 0 to 1; 1 where there is nothing to send."""
        return self.through / self.total if self.total else 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A send as a whole, by who runs the mailboxes, and by the transport that answered."""

    whole: Pace
    groups: tuple[tuple[DomainGroup, Pace], ...]
    transports: tuple[tuple[str, Pace], ...]


def progress(counts: Sequence[Count], *, now: datetime) -> Progress:
    """How a send goes at `now`, from counts whose `lately` is since `now - SPAN`. Parts without a mail are left out."""

    def part(belongs: Callable[[Count], bool]) -> Pace:
        return _pace([one for one in counts if belongs(one)], began=began, now=now)

    began = min((one.began_at for one in counts if one.began_at is not None), default=None)
    groups = [(group, part(lambda one, group=group: one.group is group)) for group in DomainGroup]  # type: ignore[misc]
    kinds = sorted({one.via for one in counts if one.via})
    return Progress(
        whole=part(lambda _: True),
        groups=tuple((group, pace) for group, pace in groups if pace.total),
        transports=tuple((kind, part(lambda one, kind=kind: one.via == kind)) for kind in kinds),  # type: ignore[misc]
    )


def _pace(counts: Sequence[Count], *, began: datetime | None, now: datetime) -> Pace:
    def number(*states: DeliveryState) -> int:
        return sum(one.number for one in counts if one.state in states)

    rate = rate_of(sum(one.lately for one in counts if one.state in _THROUGH), began=began, now=now)
    ready = number(*_READY)
    through, deferred = number(*_THROUGH), number(DeliveryState.DEFERRED)
    return Pace(
        total=ready + through + deferred, through=through, deferred=deferred, rate=rate, eta=eta_of(ready, rate, now)
    )


def rate_of(lately: int, *, began: datetime | None, now: datetime) -> float:
    """Mails a second over the last `SPAN`, or since the send began when that was later; 0 before it began."""
    if began is None or began >= now:
        return 0.0
    # Of the first second nothing can be said, and a rate out of nothing would promise an end at once.
    return lately / max(min(SPAN, now - began).total_seconds(), 1.0)


def eta_of(ready: int, rate: float, now: datetime) -> datetime | None:
    """When so many more are through at this rate; None when nothing is left or moves, or it is beyond any calendar."""
    if not ready or rate <= 0:
        return None
    try:
        return now + timedelta(seconds=ready / rate)
    except OverflowError:
        return None
