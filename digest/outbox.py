r"""Claim, send, record: the deliveries of an issue leave through a transport, and the ledger knows.

    recover -> claim -> compose -> intents committed -> carry -> results committed
               \_____ a batch ____/ \_______________ a window __________________/

One commit writes the results of a window and the intents of the next. So a crash leaves at most one window in doubt.
A transport that rolls answers some of its window while it carries the rest: those answers and as many new intents make
one commit, and there is still no more than a window in doubt. While it is written, the next messages are composed, and
the transport listens: neither lets anything leave.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from digest.breaker import speaks_against
from digest.deliveries import LIFE, decide, reconciled
from digest.errors import DigestError, InputError, StoreError, TransportError
from digest.feedback import take_in
from digest.hours import Hours
from digest.models import (
    Claim,
    DeliveryState,
    DoubtPolicy,
    Message,
    Outcome,
    Receipt,
    Result,
    Wait,
)
from digest.store.base import Store
from digest.suppression import feedback_of
from digest.traffic import Traffic
from digest.transports.base import Carrier, carry, hear

#: How many deliveries a worker takes at once, and for how long (seconds). A lease that runs out early costs nothing:
#: nothing of a claimed delivery has left, and whoever claims it next raises the fence.
BATCH = 256
LEASE = 300.0
#: How long (seconds) a window may be in flight before another machine believes its worker dead. A server may take 10
#: minutes to answer the dot (RFC 5321, 4.5.3.2.6), and a message may wait for its turn: a shorter lease makes
#: duplicates. Never shorter than the lease of a claim.
INFLIGHT_LEASE = 7200.0

#: How many messages are made ahead, at the most, while a commit goes on: more of them would take longer than that.
AHEAD = 32

#: How long (seconds) to wait between tries to write results that the database would not take: full, locked, away.
#: What is given up is in doubt although its answer was known.
RESULT_DELAYS = (1.0, 5.0, 25.0)

#: How long (seconds) a run rests before it asks again whether it may go on.
SHORTEST_REST = 0.01
LONGEST_REST = 1.0

#: How long the delivery of a probe that failed is put off. Others are the probes meanwhile, so that a server's grudge
#: against one reader never keeps a transport that is well from all of them.
PROBED = timedelta(hours=1)

#: How many reasons a run keeps in memory; the ledger has them all.
REASONS = 100

_log = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True)
class Sent:
    """What one run of the outbox did, as it counts up."""

    accepted: int = 0
    deferred: int = 0
    bounced: int = 0
    #: Given up, for what we are or say; no reader's fault.
    refused: int = 0
    #: Addresses that may not be mailed any more because of what came back.
    suppressed: int = 0
    unknown: int = 0
    #: Claimed and not sent: the reader left, was suppressed or paused meanwhile, or the issue was held or aborted.
    withheld: int = 0
    #: Of workers that died: sent again, although a first copy may have arrived.
    resent: int = 0
    #: Why the first `REASONS` deliveries that did not go well did not, by delivery id.
    reasons: dict[int, str] = field(default_factory=dict)
    #: What still waits although nothing is wrong with it: what for, how many, and until when the first of them.
    waits: tuple[tuple[Wait, int, datetime], ...] = ()
    #: True when the rest waits for the next day: a transport that is warmed up carries no more on this one.
    warming: bool = False
    #: True when the issue is held: the rest is back in the outbox, and waits for a person to let it go on.
    paused: bool = False
    #: Why the send stopped itself, its issue held; empty when it did not.
    stopped: str = ""
    #: Why the transport could carry nothing more; None when all went its way.
    trouble: TransportError | None = None

    @property
    def handled(self) -> int:
        """How many deliveries it has dealt with, one way or another."""
        return self.accepted + self.deferred + self.bounced + self.refused + self.withheld


def send_issue(
    store: Store,
    carriers: Sequence[Carrier],
    compose: Callable[[Claim], Message],
    *,
    issue_id: int,
    owner: str,
    clock: Callable[[], datetime],
    policy: DoubtPolicy,
    gone: Callable[[Collection[str]], Collection[str]],
    batch: int = BATCH,
    lease: float = LEASE,
    life: timedelta = LIFE,
    hours: Hours | None = None,
    canary: bool = True,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Sent], None] = lambda _: None,
    wait: Callable[[float], object] = time.sleep,
) -> Sent:
    """Send what is due of an issue until nothing is, or `stop()` is true; safe to call anywhere, at once or again.

    Args:
        store: holds the ledger.
        carriers: what carries the messages: the first one that is not given a rest.
        compose: makes the message of a claim, the same bytes every time. What it cannot make is recorded with the
            reason: refused for good on InputError (the row itself is wrong), to be tried again on any other error.
        issue_id: which issue; one that is held or aborted sends nothing.
        owner: names this very run, and no other ever.
        clock: the time, aware and in UTC.
        policy: what becomes of deliveries that may or may not have left.
        gone: which of these owners are surely dead.
        batch: how many deliveries are claimed at once; fewer where many workers share a small issue.
        lease: how long (seconds) deliveries are claimed for; what is in flight is held as long at the least.
        life: how long after its first try a delivery is given up.
        hours: when mails may leave, and whose day counts for a pause; None for at any hour, and days of UTC.
        canary: False where nothing stops the send, however much bounces.
        stop: asked before every window; what is in hand is always finished and recorded.
        on_progress: told after every window.
        wait: waits so many seconds.

    Returns:
        What was done. `trouble` is set when no transport could carry anything: what was not tried is back in the
        outbox, and nobody's tries were counted up. `stopped` is set when too much bounced: the issue is held.

    Raises:
        StoreError: the database cannot be used; what was carried is written if it can be at all, else it is in doubt.
    """
    run = _Run(
        store=store,
        traffic=Traffic(store=store, carriers=carriers, issue_id=issue_id, owner=owner, hours=hours, canary=canary),
        carrier=carriers[0],
        compose=compose,
        issue_id=issue_id,
        owner=owner,
        clock=clock,
        policy=policy,
        gone=gone,
        batch=batch,
        lease=lease,
        life=life,
        stop=stop,
        wait=wait,
    )
    try:
        run.recover()
        run.look()
        while (window := run.window()) or run.aboard:
            granted = run.granted([claim for claim, _ in window])
            run.carry([(claim, message) for claim, message in window if claim.delivery_id in granted])
            on_progress(run.sent)
    finally:
        run.settle_up()
    run.sent.waits = store.waits(issue_id)
    run.sent.paused = store.issue_by_id(issue_id).held
    on_progress(run.sent)
    return run.sent


@dataclass(kw_only=True, slots=True)
class _Run:
    store: Store
    traffic: Traffic
    #: Who has what is aboard, and gets what is claimed.
    carrier: Carrier
    compose: Callable[[Claim], Message]
    issue_id: int
    owner: str
    clock: Callable[[], datetime]
    policy: DoubtPolicy
    gone: Callable[[Collection[str]], Collection[str]]
    batch: int
    lease: float
    life: timedelta
    stop: Callable[[], bool]
    wait: Callable[[float], object]
    #: Whether that is one mail, which shows whether it is well again.
    probe: bool = False
    sent: Sent = field(default_factory=Sent)
    #: Claimed, and nothing was done about it yet; what follows is made of it while the ledger is written.
    claims: deque[Claim] = field(default_factory=deque)
    ready: deque[tuple[Claim, Message]] = field(default_factory=deque)
    #: What the transport has and has not answered for. The numbers are the run's own: what a worker on a wrong clock
    #: took from us and gave back may be aboard twice, under two fences.
    aboard: dict[int, tuple[Claim, Message]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)
    #: What went wrong in a transport that only listened.
    mistake: Exception | None = None
    #: What the ledger does not know yet.
    known: list[Result] = field(default_factory=list)

    def window(self) -> Sequence[tuple[Claim, Message]]:
        """The messages there is room for now; none when none is due, or we must stop: then the rest is given back."""
        if self._must_stop() or (self.traffic.rests(self.carrier) and not self.probe):
            self.store.release([*(claim for claim, _ in self.ready), *self.claims], self.owner, now=self.clock())
            self.ready.clear()
            self.claims.clear()
        while not self.ready:
            if not self.claims and not self._claim():
                return ()
            self.make_ready(self._room)
            if not self.ready:
                self.granted([])  # none of them could be made
        self.make_ready(self._room)
        return [self.ready.popleft() for _ in range(min(self._room, len(self.ready)))]

    @property
    def _room(self) -> int:
        """How many more the transport may have aboard."""
        return self.carrier.transport.window - len(self.aboard)

    def _claim(self) -> bool:
        """Claim what comes next, however long that has to be waited for; False when nothing does for now."""
        while not self.claims:
            if self._must_stop() or (self.probe and self.aboard):
                return False
            turn = self.traffic.turn(limit=self.batch, lease=self.lease, now=self.clock())
            if turn.carrier is not None:
                self._board(turn.carrier, turn.claims, probe=turn.probe)
            elif self.aboard:
                return False  # what it answers may change what there is to do
            elif turn.until is not None and not turn.warming:
                self._rest(turn.until)
            elif not self.recover():
                self.sent.trouble, self.sent.warming = turn.trouble, turn.warming
                return False
        return True

    def make_ready(self, number: int) -> None:
        """Have so many messages ready, where so many are claimed; that one cannot be made is known as its result."""
        while self.claims and len(self.ready) < number:
            claim = self.claims.popleft()
            try:
                self.ready.append((claim, self.compose(claim)))
            except InputError as error:
                self.known.append(self._result(claim, Receipt(outcome=Outcome.REFUSED, detail=str(error))))
            except Exception as error:  # noqa: BLE001 - one bad row, or a mistake of ours about it, never stops the rest
                _log.warning("delivery %d cannot be composed: %s", claim.delivery_id, type(error).__name__)
                detail = str(error) if isinstance(error, DigestError) else repr(error)
                self.known.append(self._result(claim, Receipt(outcome=Outcome.DEFERRED, detail=detail)))

    def _board(self, carrier: Carrier, claims: Sequence[Claim], *, probe: bool) -> None:
        """Have this transport carry these, once another one has answered for what it has aboard."""
        if carrier is not self.carrier or probe:
            self.settle_up()
        self.carrier, self.probe = carrier, probe
        self.claims += claims

    def _rest(self, until: datetime) -> None:
        """Wait a little, at most until then; not while something is known that may be all that was waited for."""
        if self.known:
            self.granted([])
            return
        seconds = (until - self.clock()).total_seconds()
        self.recover()
        self.wait(min(max(seconds, SHORTEST_REST), LONGEST_REST))

    def granted(self, intents: Sequence[Claim]) -> frozenset[int]:
        """Commit what is known and these intents, at once; the ids of the intents that may leave."""
        if not self.known and not intents:
            return frozenset()
        if self.traffic.is_alarmed(self.known, now=self.clock()):
            # Nobody else leaves before it is clear whether the send must stop; of a held issue nothing is granted.
            self._write([])
            self.look()
        return self._write(intents)

    def _write(self, intents: Sequence[Claim]) -> frozenset[int]:
        now = self.clock()
        known, self.known = self.known, []
        try:
            for result in known:
                self._suppress(result, now)
            granted = self.store.record(
                known,
                intents,
                self.owner,
                lease=max(INFLIGHT_LEASE, self.lease),
                now=now,
                via=self.carrier.name,
                hours=self.traffic.hours,
                meanwhile=partial(self._go_on, len(intents)) if intents else None,
            )
        except BaseException:
            self.known = known + self.known
            raise
        self.sent.withheld += len(intents) - len(granted)
        return granted

    def _go_on(self, leaving: int, committed: Future[None]) -> None:
        """What can be done while the disk is waited for. As many will be asked for next as are leaving now."""
        self.make_ready(min(leaving, AHEAD))
        try:
            hear(self.carrier.transport, committed)
        except Exception as error:  # noqa: BLE001 - a mistake in the transport; the ledger hears of it by `carry`
            self.mistake = error

    def carry(self, messages: Sequence[tuple[Claim, Message]]) -> None:
        """Have these carried, too, and hear some answers. On trouble, where nothing left, intents are taken back."""
        loaded = dict(zip(self.numbers, messages, strict=False))
        self.aboard |= loaded
        if not self.aboard:
            return
        try:
            answers = self._hand_over({number: message for number, (_, message) in loaded.items()})
        except TransportError as error:
            self._fail(error)
        except Exception as error:
            # A mistake in the transport: anything may have left. The ledger hears so before anybody else does.
            doubt = Receipt(outcome=Outcome.DOUBTFUL, detail=f"the transport failed: {error!r}")
            self.known += [self._result(claim, doubt) for claim, _ in self._unload()]
            raise
        except BaseException:
            self._unload()  # nobody will hear of it any more: the next run finds it in flight
            raise
        else:
            self._take_down([(*self.aboard.pop(number), receipt) for number, receipt in answers.items()])

    def _hand_over(self, messages: Mapping[int, Message]) -> Mapping[int, Receipt]:
        if self.mistake is not None:
            raise self.mistake
        return carry(self.carrier.transport, messages)

    def _fail(self, error: TransportError) -> None:
        """Nothing of what is aboard was carried: it is given back, and another transport may have it."""
        back = [claim for claim, _ in self._unload()]
        self.store.release(back, self.owner, now=self.clock())
        worth = self.traffic.failed(self.carrier, error, mails=len(back), now=self.clock(), probe=self.probe)
        self.probe = False
        if not worth:
            self.sent.trouble = error

    def _take_down(self, answers: Sequence[tuple[Claim, Message, Receipt]]) -> None:
        """What the answers come to; a probe that failed was no try of its reader's, and is given back.

        Another transport may have it at once; where there is none it is put off, for the next probe to be another one.

        What is known of the mails comes first: whatever happens to the breaker, it is written in the end.
        """
        probe, self.probe = self.probe, False
        failed = []
        for claim, message, receipt in answers:
            if probe and receipt.outcome is not Outcome.DOUBTFUL and speaks_against(receipt):
                failed.append(claim)
            else:
                self.known.append(self._result(claim, self._asked(message, receipt)))
        now = self.clock()
        heard = [receipt for claim, _, receipt in answers if probe or not _was_counted(claim, receipt)]
        self.traffic.heard(self.carrier, heard, now=now, probe=probe)
        until = None if self.traffic.has_another(self.carrier) else now + PROBED
        self.store.release(failed, self.owner, now=now, until=until)

    def _unload(self) -> list[tuple[Claim, Message]]:
        aboard, self.aboard = self.aboard, {}
        return list(aboard.values())

    def settle_up(self) -> None:
        """See to the end what is being carried, and write what is known, whatever happened.

        Raises:
            StoreError: the database would not take it, again and again.
        """
        self._write_patiently()
        while self.aboard:
            self.carry([])  # not before the last answers are in the books: that lets the next bodies go
            self._write_patiently()

    def _write_patiently(self) -> None:
        for delay in RESULT_DELAYS:
            try:
                self.granted([])
            except StoreError as error:
                _log.warning("%d results cannot be written yet: %s", len(self.known), error)
                self.wait(delay)
            else:
                return
        self.granted([])

    def recover(self) -> bool:
        """Take back what died with its worker, by policy; whether there was anything."""
        gone = self.gone(self.store.owners(self.issue_id) - {self.owner})
        now = self.clock()
        settled = self._reconcile(gone, now) if self.policy is DoubtPolicy.RECONCILE else 0
        resend = self.policy is DoubtPolicy.RESEND
        recovered = self.store.recover(self.issue_id, resend=resend, gone=gone, now=now, alive=self.owner)
        self.sent.resent += recovered.resent
        self.sent.unknown += recovered.held
        return bool(settled or recovered.released or recovered.resent)

    def _reconcile(self, gone: Collection[str], now: datetime) -> int:
        results = []
        for claim in self.store.in_flight(self.issue_id, gone, now=now, alive=self.owner):
            carrier = self.traffic.carrier(claim.via) or self.carrier
            carried = _carried(carrier, partial(self.compose, claim))
            found = reconciled(claim, carried, now=now)
            results.append(replace(found, receipt=_signed(found.receipt, carrier)))
        for result in results:
            self._count(result)
        return self.store.settle(results, now=now)

    def _asked(self, message: Message, receipt: Receipt) -> Receipt:
        """The receipt; under `RECONCILE` what the transport knows better when it is a doubtful one."""
        if receipt.outcome is not Outcome.DOUBTFUL or self.policy is not DoubtPolicy.RECONCILE:
            return receipt
        carried = _carried(self.carrier, lambda: message)
        if carried is None:
            return receipt
        return Receipt(outcome=Outcome.ACCEPTED if carried else Outcome.DEFERRED, detail=receipt.detail)

    def _result(self, claim: Claim, receipt: Receipt) -> Result:
        result = decide(claim, _signed(receipt, self.carrier), policy=self.policy, now=self.clock(), life=self.life)
        self._count(result)
        return result

    def look(self) -> None:
        """Whether so much bounces that the send must stop."""
        self.sent.stopped = self.traffic.stopped(now=self.clock()) or self.sent.stopped

    def _count(self, result: Result) -> None:
        match result.state:
            case DeliveryState.ACCEPTED:
                self.sent.accepted += 1
                return
            case DeliveryState.BOUNCED:
                self.sent.bounced += 1
            case DeliveryState.REFUSED:
                self.sent.refused += 1
            case DeliveryState.UNKNOWN:
                self.sent.unknown += 1
            case _:
                self.sent.deferred += 1
        if len(self.sent.reasons) < REASONS:
            self.sent.reasons[result.claim.delivery_id] = result.receipt.detail

    def _suppress(self, result: Result, now: datetime) -> None:
        """Before the result is written: should we die in between, the delivery finds the suppression in its way."""
        if result.state is not DeliveryState.BOUNCED:
            return
        feedback = feedback_of(result.receipt, address=result.claim.address, issue_id=self.issue_id, now=now)
        if feedback is not None and take_in(self.store, feedback):
            self.sent.suppressed += 1

    def _must_stop(self) -> bool:
        return self.sent.trouble is not None or bool(self.sent.stopped) or self.stop()


def _carried(carrier: Carrier, message: Callable[[], Message]) -> bool | None:
    """Whether the transport has it; None when it cannot know."""
    try:
        return carrier.transport.has(message())
    except Exception as error:  # noqa: BLE001 - whatever keeps us from knowing: a person will decide
        _log.warning("a delivery in doubt cannot be looked up: %s", type(error).__name__)
        return None


def _was_counted(claim: Claim, receipt: Receipt) -> bool:
    """Whether this was held against the transport before: the breaker counts readers, and not tries."""
    return claim.attempts > 0 and speaks_against(receipt)


def _signed(receipt: Receipt, carrier: Carrier) -> Receipt:
    if receipt.via:
        return receipt
    # Made anew field by field: `replace` takes longer than all the rest of an answer.
    return Receipt(
        outcome=receipt.outcome, detail=receipt.detail, code=receipt.code, lasting=receipt.lasting, via=carrier.name
    )
