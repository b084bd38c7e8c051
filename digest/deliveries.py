"""What a transport's answer does to a delivery: its next state, and when it is tried again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest.models import Claim, DeliveryState, DoubtPolicy, Outcome, Receipt, Result
from digest.refusals import About, about

#: How long to wait after the first, second… refusal for now; the last one repeats. Never under 5 minutes: a
#: greylisting server counts an earlier try as a new first one.
RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60))
#: Up to this share is added to each delay, so that readers of one provider do not all come back at once.
JITTER = 0.11
#: How long after its first try a delivery is given up. Relays are asked for four days and more (RFC 5321, 4.5.4.1);
#: we are no relay, and the one behind us has its own patience. Unless an operator decides otherwise.
LIFE = timedelta(hours=72)

#: The same where it was refused for good, for what we are or say: an operator may mend it, and a server that has said
#: never is not asked every hour.
LASTING_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (30, 120, 360, 720))


def decide(claim: Claim, receipt: Receipt, *, policy: DoubtPolicy, now: datetime, life: timedelta = LIFE) -> Result:
    """What the ledger should say after this receipt.

    Accepted is final, and so is refused, unless its code speaks against us. That, and what is refused for now, is tried
    again until `life` after the first try; then it is BOUNCED, or REFUSED where it was for what we are or say. Doubtful
    is sent again under `RESEND` and is UNKNOWN under any other policy, or when its life is over.
    """
    if receipt.outcome is Outcome.ACCEPTED:
        return Result(claim=claim, state=DeliveryState.ACCEPTED, receipt=receipt)
    if receipt.outcome is Outcome.REFUSED and not _is_for_us(receipt):
        return Result(claim=claim, state=DeliveryState.BOUNCED, receipt=receipt)
    doubtful = receipt.outcome is Outcome.DOUBTFUL
    if doubtful and policy is not DoubtPolicy.RESEND:
        return Result(claim=claim, state=DeliveryState.UNKNOWN, receipt=receipt)
    is_for_now = doubtful or not (receipt.lasting or receipt.outcome is Outcome.REFUSED)
    due_at = now + retry_delay(claim.delivery_id, claim.attempts, RETRY_DELAYS if is_for_now else LASTING_DELAYS)
    if due_at <= (claim.first_tried_at or now) + life:
        return Result(claim=claim, state=DeliveryState.DEFERRED, receipt=receipt, due_at=due_at)
    end = DeliveryState.REFUSED if _is_for_us(receipt) else DeliveryState.BOUNCED
    return _given_up(claim, receipt, DeliveryState.UNKNOWN if doubtful else end, life)


def _is_for_us(receipt: Receipt) -> bool:
    """Whether a refusal is for what we are or say; without a code whoever read the words has said so."""
    return receipt.lasting or (receipt.code != "" and about(receipt.code, receipt.detail) is About.US)


def retry_delay(delivery_id: int, attempts: int, delays: Sequence[timedelta] = RETRY_DELAYS) -> timedelta:
    """How long to wait after a failed try that had `attempts` others before it: the same answer every time.

    The jitter comes from the delivery and the try, not from chance, so that a rehearsal is a repetition.
    """
    base = delays[min(attempts, len(delays) - 1)]
    digest = hashlib.blake2b(f"{delivery_id}/{attempts}".encode(), digest_size=4).digest()
    return base * (1 + JITTER * int.from_bytes(digest) / 2**32)


def reconciled(claim: Claim, carried: bool | None, *, now: datetime) -> Result:
    """What the ledger should say about a delivery that died in flight, once its transport was asked.

    Args:
        claim: as it was in flight.
        carried: the transport's answer: it has the message, it has not, or it cannot know (None).
        now: when it is due again if it was not carried.
    """
    if carried:
        receipt = Receipt(outcome=Outcome.ACCEPTED, detail="the transport has it")
        return Result(claim=claim, state=DeliveryState.ACCEPTED, receipt=receipt)
    if carried is None:
        receipt = Receipt(outcome=Outcome.DOUBTFUL, detail="its worker died; the transport cannot say whether it left")
        return Result(claim=claim, state=DeliveryState.UNKNOWN, receipt=receipt)
    receipt = Receipt(outcome=Outcome.DEFERRED, detail="its worker died before it left")
    return Result(claim=claim, state=DeliveryState.DEFERRED, receipt=receipt, due_at=now)


def _given_up(claim: Claim, receipt: Receipt, state: DeliveryState, life: timedelta) -> Result:
    tries, hours = claim.attempts + 1, round(life / timedelta(hours=1), 1)
    told = f"{tries} {'try' if tries == 1 else 'tries'} in {hours:g} {'hour' if hours == 1 else 'hours'}"
    detail = f"given up after {told}: {receipt.detail}"
    return Result(claim=claim, state=state, receipt=replace(receipt, detail=detail))
