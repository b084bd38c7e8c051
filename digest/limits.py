"""How many mails a transport may carry: a rate, kept by buckets of tokens, and a day's worth while it is warmed up.

Pure. A bucket holds a second's worth of tokens, or two; a mail takes one out, and time puts them back. An issue leaves
one of them where it is, for a letter or a test mail: so these never stand behind it, and all together keep the rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digest.models import DomainGroup

#: How many mails an issue leaves in a bucket for those of no issue: somebody waits for them before a screen.
KEPT = 1
#: How far apart the clocks of two workers are believed to be, at the most.
ASTRAY = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class WarmUp:
    """How many mails a day a new sender's address or domain begins with, and how that grows.

    A day on which nothing was sent does not count: whoever sends once a month warms up over months.
    """

    #: Mails on the first day.
    start: int
    #: What a day's mails are multiplied with for the next day.
    factor: float = 2.0
    #: Once a day may have so many, there is no limit any more.
    until: int = 50_000

    @property
    def days(self) -> int:
        """On how many days there is a limit."""
        if self.start >= self.until:
            return 0
        return math.ceil(math.log(self.until / self.start) / math.log(self.factor) - 1e-9)

    def allowance(self, days_before: int) -> int | None:
        """How many mails may be sent on a day before which mails were sent on so many others; None for no limit."""
        if days_before >= self.days:
            return None
        return int(self.start * self.factor**days_before + 1e-9)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a transport is held to."""

    #: Mails a second, all together; None for no limit.
    per_second: float | None = None
    #: Mails a second to mailboxes of a group; a group that is not named has no limit of its own.
    groups: Mapping[DomainGroup, float] = field(default_factory=dict)
    warm_up: WarmUp | None = None

    @property
    def rates(self) -> Mapping[DomainGroup | None, float]:
        """Every rate there is, by the group it is for; None for all together."""
        whole = [] if self.per_second is None else [(None, self.per_second)]
        return dict([*whole, *self.groups.items()])

    def rates_of(self, group: DomainGroup) -> Mapping[DomainGroup | None, float]:
        """Those that one mail to a mailbox of this group counts for."""
        return {key: rate for key, rate in self.rates.items() if key in (None, group)}

    @property
    def are_any(self) -> bool:
        """Whether anything is limited at all."""
        return bool(self.rates) or self.warm_up is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """How many mails may leave at once, as of an instant."""

    tokens: float
    at: datetime

    @property
    def whole(self) -> int:
        """How many mails that is."""
        return int(self.tokens + 1e-9)

    @property
    def for_issues(self) -> int:
        """How many of them may be an issue's."""
        return max(self.whole - KEPT, 0)

    def filled(self, rate: float, now: datetime) -> Bucket:
        """The same at `now`, at so many tokens a second. A clock that was put back puts nothing in.

        Time that is not far ahead is waited for, as workers' clocks differ; any more of it was a clock that went wrong,
        and time goes on from `now`.
        """
        if self.at > now + ASTRAY:
            return replace(self, at=now)
        gained = max((now - self.at).total_seconds(), 0.0) * rate
        return Bucket(tokens=min(self.tokens + gained, capacity(rate)), at=max(now, self.at))

    def without(self, mails: int) -> Bucket:
        """The same after so many mails."""
        return replace(self, tokens=self.tokens - mails)

    def full_at(self, rate: float) -> datetime:
        """When it is full again: whoever waits for that takes a second's worth at once, not mail by mail."""
        return self.at + timedelta(seconds=max(capacity(rate) - self.tokens, 0.0) / rate)

    def one_at(self, rate: float) -> datetime:
        """When there is a token for one mail, rounded up: whoever comes then finds it."""
        return self.at + timedelta(microseconds=math.ceil(max(1.0 - self.tokens, 0.0) / rate * 1e6))


def capacity(rate: float) -> float:
    """What a bucket holds at the most: a second's worth, or an issue's mail and a letter, and no more leaves at once.

    In any span of `t` seconds no more than `rate * t + capacity(rate)` mails leave, whoever's they are.
    """
    return max(rate, 1.0 + KEPT)


def full(rate: float, now: datetime) -> Bucket:
    """A bucket nobody has taken from."""
    return Bucket(tokens=capacity(rate), at=now)


def in_turn(caps: Mapping[DomainGroup, int]) -> list[DomainGroup]:
    """The groups in the order they are served in: the smallest cap first, and what it leaves goes to the others.

    So a group that is held to a low rate gets that rate, and holds nobody up.
    """
    order = list(DomainGroup)
    return sorted(caps, key=lambda group: (caps[group], order.index(group)))


def share(wanted: int, cap: int, groups: int) -> int:
    """How many of `wanted` mails are looked for in the first of so many groups: a fair part, not above its cap."""
    return min(cap, -(-wanted // groups))
