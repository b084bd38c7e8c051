"""When a transport is given a rest, and when it is tried again.

Pure. What a server says about one reader tells nothing about the transport; what it says about us, the message or the
way does. After 20 such answers in a row, or 25 among the last 50, each to another reader's mail, or a login that is
refused, the breaker opens: nothing is handed over. After 1, 2, 4… 30 minutes one mail is tried; when it goes well, the
breaker closes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.models import Outcome, Receipt
from digest.refusals import About, about

#: So many failures in a row open it.
IN_A_ROW = 20
#: So many of the last ones are remembered, and this many failures among them open it.
REMEMBERED = 50
TOO_MANY = 25
#: Minutes until the first probe, the second…; the last one repeats.
PROBES = (1, 2, 4, 8, 16, 30)
#: How long a probe may take before another one is sent: a server may take ten minutes for an answer.
PROBE_PATIENCE = timedelta(minutes=15)

WELL, ILL = ".", "x"


@dataclass(frozen=True, kw_only=True, slots=True)
class Breaker:
    """How a transport has done, and whether it rests."""

    #: The last answers, oldest first: `.` for one that speaks for it, `x` for one that speaks against it.
    recent: str = ""
    #: When it opened; None while it is closed.
    opened_at: datetime | None = None
    #: When one mail may be tried next; None while it is closed.
    probe_at: datetime | None = None
    #: How many probes failed since it opened.
    probes: int = 0
    #: Why it is open; empty while it is closed.
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nothing but a probe may be handed over."""
        return self.opened_at is not None

    @property
    def is_clean(self) -> bool:
        """Whether nothing is held against it."""
        return not self.is_open and ILL not in self.recent


def speaks_against(receipt: Receipt) -> bool:
    """Whether an answer is about the transport, the way or us, and not about one reader (RFC 3463, 3.2 and 3.3).

    A refusal without a code counts against it: readers' mailboxes say that now and then, not twenty times in a row.
    """
    if receipt.outcome is Outcome.ACCEPTED:
        return False
    return not receipt.code or about(receipt.code, receipt.detail) is About.US


def heard(breaker: Breaker, answers: Iterable[bool], *, now: datetime, reason: str = "") -> Breaker:
    """The breaker after these answers, in their order; True for one that speaks against the transport.

    Once it is open, answers to what was handed over before change nothing. `reason` says what one against it was.
    """
    for against in answers:
        if not breaker.is_open:
            breaker = _counted(breaker, against, now, reason)
    return breaker


def probed(breaker: Breaker, against: bool, *, now: datetime, reason: str = "") -> Breaker:
    """The breaker after the answer to a probe: closed, or open for longer until the next."""
    if not against:
        return Breaker(recent=WELL)
    probes = breaker.probes + 1
    return replace(breaker, probe_at=now + _delay(probes), probes=probes, reason=reason or breaker.reason)


def tripped(breaker: Breaker, *, now: datetime, reason: str) -> Breaker:
    """The breaker after what no further try would mend, such as a login that is refused."""
    if breaker.is_open:
        return breaker
    return replace(breaker, opened_at=now, probe_at=now + _delay(0), probes=0, reason=reason)


def _counted(breaker: Breaker, against: bool, now: datetime, reason: str) -> Breaker:
    recent = (breaker.recent + (ILL if against else WELL))[-REMEMBERED:]
    counted = replace(breaker, recent=recent)
    if recent.endswith(ILL * IN_A_ROW):
        return tripped(counted, now=now, reason=f"{IN_A_ROW} answers in a row spoke against it, the last: {reason}")
    if against and recent.count(ILL) >= TOO_MANY:
        told = f"{TOO_MANY} of the last {len(recent)} answers spoke against it, one of them: {reason}"
        return tripped(counted, now=now, reason=told)
    return counted


def _delay(probes: int) -> timedelta:
    return timedelta(minutes=PROBES[min(probes, len(PROBES) - 1)])
