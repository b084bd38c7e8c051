"""Who carries what of an issue next, and how much of it: limits, breakers and the canary put together.

The first transport that does not rest carries all there is; the others nothing but what they may have carried before,
for a mail whose fate is in doubt is never handed to a second one. Where all is well and nothing is limited this costs a
look at the breakers for each batch, and nothing for a mail.

What belongs to no issue is handed over one by one, by the same rules: by the first transport that does not rest, within
its rates. A day's number of a transport that is warmed up holds issues alone.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from digest.audience import domain_group
from digest.breaker import Breaker, speaks_against
from digest.canary import BORNE, CANARY, LOOK_EVERY, verdict
from digest.errors import LimitError, StoreError, TransportError
from digest.hours import Hours
from digest.models import Claim, DeliveryState, FeedbackKind, Message, Receipt, Result
from digest.store.base import Allotted, Shortage, Store, Terms
from digest.suppression import kind_of_code
from digest.transports.base import Carrier

_log = logging.getLogger(__name__)

_ONCE = datetime.min.replace(tzinfo=UTC)
#: How soon (seconds) to look again whether the canary's answers are in.
_GLANCE = timedelta(seconds=1)
#: How long (seconds) it rests at the least before it asks again: clocks stand still now and then.
_SHORTEST_REST = 0.01
#: How long (seconds) one mail of no issue waits in hand for its turn: somebody looks at a screen meanwhile.
PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What to do next."""

    #: Who carries the claims.
    carrier: Carrier | None = None
    claims: Sequence[Claim] = ()
    #: True when they are one mail that shows whether a transport is well again.
    probe: bool = False
    #: When to ask again, though nothing was claimed; None when nothing is due.
    until: datetime | None = None
    #: True when the day's number of a transport that is warmed up is used up.
    warming: bool = False
    #: Why nobody can carry anything; None when somebody can.
    trouble: TransportError | None = None


@dataclass(kw_only=True)
class Traffic:
    """Decides for one run over one issue."""

    store: Store
    carriers: Sequence[Carrier]
    issue_id: int
    owner: str
    hours: Hours | None
    #: False where nothing stops the send, however much bounces.
    canary: bool = True
    #: Which transports have nothing held against them, as far as this run knows.
    _clean: set[str] = field(default_factory=set)
    #: Which are given a rest, as far as this run knows.
    _resting: set[str] = field(default_factory=set)
    #: Whether each of the last answers was a hard bounce, as far as this run knows.
    _lately: deque[bool] = field(default_factory=lambda: deque(maxlen=CANARY))
    _canary_is_back: bool = False
    _look_at: datetime = _ONCE

    def carrier(self, name: str) -> Carrier | None:
        """The transport of this name; None when none is configured under it (any more)."""
        return next((one for one in self.carriers if one.name == name), None)

    def turn(self, *, limit: int, lease: float, now: datetime) -> Turn:
        """Claim what may leave next, up to `limit`, for `lease` seconds; or say what to wait for."""
        if not self._may_begin():
            return Turn(until=now + _GLANCE)
        found = self._next(limit, lease=lease, now=now)
        if found.claims or found.until or found.trouble or self._first is None:
            return found
        # Nothing is due; or others have taken meanwhile what was left of the canary, and it is waited for.
        begun, _ = self.store.begun(self.issue_id, at_most=CANARY)
        return Turn(until=now + _GLANCE) if begun >= CANARY else found

    def _next(self, limit: int, *, lease: float, now: datetime) -> Turn:
        breakers = self.store.breakers()
        self._clean = {one.name for one in self.carriers if breakers.get(one.name, Breaker()).is_clean}
        self._resting = {name for name, breaker in breakers.items() if breaker.is_open}
        resting: list[str] = []
        leads, waits = True, Turn()
        for carrier in self.carriers:
            breaker = breakers.get(carrier.name, Breaker())
            if carrier.has_breaker and breaker.is_open:
                probe = self._probe(carrier, breaker, lease=lease, now=now)
                if probe.claims:
                    return probe
                resting.append(_rests(carrier, breaker))
                continue
            found = self._allotted(carrier, limit, own=not leads, lease=lease, now=now)
            if found.claims:
                return Turn(carrier=carrier, claims=found.claims)
            if leads:
                waits = Turn(until=found.until, warming=found.warming)
            leads = False
        return Turn(trouble=TransportError("; ".join(resting))) if leads else waits

    def heard(self, carrier: Carrier, receipts: Iterable[Receipt], *, now: datetime, probe: bool = False) -> None:
        """Take down what these answers say of the transport that gave them."""
        answers = list(receipts)
        against = [speaks_against(one) for one in answers]
        if not carrier.has_breaker or not answers or (carrier.name in self._clean and not any(against) and not probe):
            return
        reason = next((one.detail for one, bad in zip(answers, against, strict=True) if bad), "")
        breaker = _heard(self.store, carrier, against, now=now, reason=reason, probe=probe)
        if breaker is None:
            return
        self._clean = self._clean | {carrier.name} if breaker.is_clean else self._clean - {carrier.name}
        self._resting = self._resting | {carrier.name} if breaker.is_open else self._resting - {carrier.name}

    def failed(self, carrier: Carrier, error: TransportError, *, mails: int, now: datetime, probe: bool) -> bool:
        """Take down that nothing could be carried; whether another try, or another transport, is worth it at once."""
        if not carrier.has_breaker:
            return False
        breaker = _blamed(self.store, carrier, error, mails=mails, now=now, probe=probe)
        self._clean.discard(carrier.name)
        self._resting = self._resting | {carrier.name} if breaker.is_open else self._resting
        return len(self.carriers) > 1

    def rests(self, carrier: Carrier) -> bool:
        """Whether nothing more is handed to it, not even what was claimed for it."""
        return carrier.has_breaker and carrier.name in self._resting

    def has_another(self, carrier: Carrier) -> bool:
        """Whether one of the other transports may carry what this one does not."""
        return any(one.name != carrier.name and not self.rests(one) for one in self.carriers)

    def is_alarmed(self, results: Sequence[Result], *, now: datetime) -> bool:
        """Whether it is time to look, with these results, if the send must stop."""
        if not self.canary:
            return False
        self._lately.extend(_bounced_hard(result) for result in results)
        return now >= self._look_at or (bool(results) and sum(self._lately) > BORNE)

    def stopped(self, *, now: datetime) -> str:
        """Why the send has stopped itself, its issue held from now on; empty when it goes on."""
        if not self.canary:
            return ""
        self._look_at = now + LOOK_EVERY
        reason = verdict(*self.store.bounced_lately(self.issue_id, [one.name for one in self.carriers], of=CANARY))
        if reason:
            self.store.stop_itself(self.issue_id, reason, now=now)
        return reason

    @property
    def _first(self) -> int | None:
        """How many mails may have begun as long as the canary's answers are not in; None: any number."""
        return None if self._canary_is_back or not self.canary else CANARY

    def _may_begin(self) -> bool:
        """Whether anything may be claimed; the canary's answers are waited for before anybody else leaves."""
        if self._first is None:
            return True
        begun, in_hand = self.store.begun(self.issue_id, at_most=CANARY)
        if begun < CANARY:
            return True
        self._canary_is_back = not in_hand
        self._look_at = _ONCE
        return self._canary_is_back

    def _probe(self, carrier: Carrier, breaker: Breaker, *, lease: float, now: datetime) -> Turn:
        if breaker.probe_at is None or not _may_probe(self.store, carrier, breaker, now):
            return Turn()
        found = self._allotted(carrier, 1, own=False, lease=lease, now=now, probe=True)
        if not found.claims:
            self.store.leave_probe(carrier.name, now=breaker.probe_at)
        return Turn(carrier=carrier, claims=found.claims, probe=True)

    def _allotted(
        self, carrier: Carrier, limit: int, *, own: bool, lease: float, now: datetime, probe: bool = False
    ) -> Allotted:
        others = frozenset(one.name for one in self.carriers if one.name != carrier.name)
        if not others and not carrier.limits.are_any and not probe:
            claims = self.store.claim(
                self.issue_id, self.owner, limit=limit, lease=lease, now=now, hours=self.hours, first=self._first
            )
            return Allotted(claims=claims)
        terms = Terms(
            transport=carrier.name,
            others=others,
            only_own=own,
            limits=carrier.limits,
            hours=self.hours,
            fresh=probe,
            first=self._first,
        )
        return self.store.allot(self.issue_id, self.owner, terms, limit=limit, lease=lease, now=now)


def hand_over(
    store: Store,
    carriers: Iterable[Carrier],
    message: Message,
    *,
    clock: Callable[[], datetime],
    wait: Callable[[float], object] = time.sleep,
    patience: float = PATIENCE,
) -> Receipt:
    """Carry one message that is in no issue's ledger: by the first transport that can, the others stand in for it.

    It counts for the limits of whoever carries it before its first byte leaves: a crash in between costs a token.
    A limit is no trouble: it is waited for, and no other transport stands in.

    Args:
        store: holds the breakers, and the tokens.
        carriers: the transports in their order.
        message: what is carried.
        clock: the time, aware and in UTC.
        wait: waits so many seconds.
        patience: for how many seconds at the most.

    Raises:
        LimitError: its turn comes later than that; nothing left.
        TransportError: none could carry it, and nothing left; the message says why of each.
    """
    breakers, troubles = store.breakers(), []
    for carrier in carriers:
        breaker = breakers.get(carrier.name, Breaker()) if carrier.has_breaker else Breaker()
        probe = breaker.is_open and _may_probe(store, carrier, breaker, clock())
        if breaker.is_open and not probe:
            troubles.append(_rests(carrier, breaker))
            continue
        try:
            _take_turn(store, carrier, message, clock=clock, wait=wait, patience=patience)
            (receipt,) = carrier.transport.submit([message])
        except LimitError:
            if probe and breaker.probe_at is not None:
                store.leave_probe(carrier.name, now=breaker.probe_at)
            raise
        except TransportError as error:
            if carrier.has_breaker:
                _blamed(store, carrier, error, mails=1, now=clock(), probe=probe)
            troubles.append(str(error))
            continue
        bad = speaks_against(receipt)
        if carrier.has_breaker and (bad or not breaker.is_clean):
            _heard(store, carrier, [bad], now=clock(), reason=receipt.detail if bad else "", probe=probe)
        return receipt
    raise TransportError("; ".join(troubles))


def _take_turn(
    store: Store,
    carrier: Carrier,
    message: Message,
    *,
    clock: Callable[[], datetime],
    wait: Callable[[float], object],
    patience: float,
) -> None:
    """Return when one mail to this reader may leave by this transport; LimitError when that takes longer."""
    group = domain_group(message.recipient)
    if not carrier.limits.rates_of(group):
        return
    waited = 0.0
    while short := store.take_one(carrier.name, carrier.limits, group, now=clock()):
        seconds = max((short.until - clock()).total_seconds(), _SHORTEST_REST)
        if waited + seconds > patience:
            raise _used_up(carrier, short, seconds)
        wait(seconds)
        waited += seconds


def _used_up(carrier: Carrier, short: Shortage, seconds: float) -> LimitError:
    rate = f"{short.rate:g} mails a second{f' to {short.group} mailboxes' if short.group else ''}"
    return LimitError(
        f"the limit of {carrier.name} ({rate}) is used up until {short.until:%Y-%m-%d %H:%M:%S} UTC",
        until=short.until,
        seconds=math.ceil(seconds),
        is_for_all=short.group is None,
    )


def _may_probe(store: Store, carrier: Carrier, breaker: Breaker, now: datetime) -> bool:
    """Whether one mail may be tried with a transport that rests, and it is ours."""
    return breaker.probe_at is not None and now >= breaker.probe_at and store.take_probe(carrier.name, now=now)


def _heard(
    store: Store, carrier: Carrier, against: Sequence[bool], *, now: datetime, reason: str, probe: bool
) -> Breaker | None:
    """Take down what its answers say; None where the database cannot: a breaker may miss some, no reader may."""
    try:
        return store.hear(carrier.name, against, now=now, reason=reason, probe=probe)
    except StoreError as error:
        _log.warning("what %s answered cannot be counted: %s", carrier.name, error)
        return None


def _blamed(
    store: Store, carrier: Carrier, error: TransportError, *, mails: int, now: datetime, probe: bool
) -> Breaker:
    """Take down that nothing of these mails could be carried."""
    if probe or not error.permanent:
        return store.hear(carrier.name, [True] * mails, now=now, reason=str(error), probe=probe)
    return store.trip(carrier.name, now=now, reason=str(error))


def _rests(carrier: Carrier, breaker: Breaker) -> str:
    until = f" until {breaker.probe_at:%Y-%m-%d %H:%M} UTC" if breaker.probe_at else ""
    return f"{carrier.name} is given a rest{until}: {breaker.reason}"


def _bounced_hard(result: Result) -> bool:
    if result.state is not DeliveryState.BOUNCED:
        return False
    return kind_of_code(result.receipt.code) is FeedbackKind.HARD_BOUNCE
