"""The rounds of the lab: each is one kind of misfortune, and judges itself by the promises.

A round takes a lab with a fresh issue, and gives back what it came to; it raises BrokenPromise when it must.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from zlib import crc32

from digest.models import DeliveryState, SubscriberStatus
from digest.store.store import SqlStore
from tests.crashlab.lab import Lab, Tally, locked_file, promise
from tests.crashlab.sink import Post, Sink, Verdict
from tests.crashlab.worker import HUGE
from tests.factories import NOW

S = DeliveryState
POLICIES = ("resend", "hold", "reconcile")


@dataclass(frozen=True, kw_only=True)
class Round:
    """One misfortune, and where it can befall."""

    play: Callable[[Lab], Tally]
    kinds: tuple[str, ...] = ("file", "smtp", "mailgun", "postmark")
    policies: tuple[str, ...] = POLICIES
    databases: tuple[str, ...] = ("sqlite", "postgresql")

    @property
    def name(self) -> str:
        return self.play.__name__


def killed(lab: Lab) -> Tally:
    """Several senders at once, all killed in the middle, again and again."""
    for _ in range(4):
        lab.kill_at_random(workers=lab.chance.randrange(1, 4), most=lab.readers // 5)
    lab.finish(workers=2)
    sent = lab.in_state(S.ACCEPTED)
    if lab.policy == "resend" or (lab.policy, lab.arrivals.kind) == ("reconcile", "file"):
        promise(sent == lab.everybody, "not everybody was sent to in the end")
    promise(sent | lab.in_state(S.UNKNOWN) == lab.everybody, "somebody is neither sent to nor listed as unknown")
    return lab.keep()


def full_database(lab: Lab) -> Tally:
    """The disk is full for the database; room is made, and it is full again."""
    for more in (60_000, 120_000, 180_000):
        ends = lab.run(largest_file=_largest(lab.store) + more, quiet=True)
        lab.kills += sum(end != 0 for end in ends)
    promise(lab.kills > 0, "the disk was never full")
    lab.finish()
    return lab.keep()


def full_outbox(lab: Lab) -> Tally:
    """The disk is full for the mails: half of them find no room. Nothing of them is left behind."""
    (end,) = lab.run(largest_file=HUGE - 1, huge_from=lab.readers // 2, quiet=True)
    promise(end != 0, "the disk was never full")
    before = lab.arrivals.count()
    promise(0 < before <= lab.readers // 2, f"{before} mails were written on a full disk")
    lab.finish(hours=1)
    promise(lab.in_state(S.ACCEPTED) == lab.everybody, "not everybody was sent to in the end")
    promise(not list(Path(lab.arrivals.target).glob(".*")), "halves of mails were left behind")
    return lab.keep(deaths=0)


def locked_database(lab: Lab) -> Tally:
    """Another program writes for longer than a sender waits, and then for less."""
    sender = lab.start(patience=0.1, quiet=True, asleep_at=lab.readers // 2)
    lab.asleep([sender])
    with locked_file(lab.store.engine.url):
        lab.wake(sender)
        lab.kills += lab.senders.reap(sender) != 0
    promise(lab.kills == 1, "the sender did not see the lock")
    sender = lab.start()
    lab.wait_for(lab.readers // 4)
    with locked_file(lab.store.engine.url):
        time.sleep(0.3)
    promise(lab.senders.reap(sender) == 0, "a short lock stopped a sender")
    lab.finish()
    return lab.keep()


def jumping_clock(lab: Lab) -> Tally:
    """The clock is put forward and back by days between any two looks: one sender alone never doubts itself."""
    promise(lab.run(jumps=50) == [0], "a sender did not end well")
    promise(lab.in_state(S.ACCEPTED) == lab.everybody, "not everybody was sent to")
    return lab.keep(deaths=0)


def jumping_clocks(lab: Lab) -> Tally:
    """Two senders on jumping clocks take each other for dead: what that may double, the ledger counts."""
    promise(lab.run(jumps=50, workers=2) == [0, 0], "a sender did not end well")
    lab.finish()
    return lab.keep(deaths=0, zombies=lab.readers)


def refusing_sink(lab: Lab) -> Tally:
    """The sink refuses half: some for good, some twice for now; senders are killed meanwhile."""
    tries: Counter[str] = Counter()

    def judge(address: str) -> Verdict:
        tries[address] += 1
        kind = crc32(address.encode()) % 4
        if kind == 0:
            return Verdict.NEVER
        return Verdict.LATER if kind == 1 and tries[address] <= 2 else Verdict.TAKEN

    assert isinstance(lab.arrivals, Sink | Post)
    lab.arrivals.judge = judge
    lab.kill_at_random(most=lab.readers // 4)
    lab.finish(workers=2, hours=4)
    dead = {address for address in lab.everybody if crc32(address.encode()) % 4 == 0}
    bounced = lab.in_state(S.BOUNCED)
    # Who died between the suppression and the result: the delivery finds the suppression in its way.
    promise(dead <= bounced | lab.in_state(S.UNKNOWN, S.SUPPRESSED), "a refusal for good is not shown")
    promise(lab.in_state(S.SUPPRESSED) <= dead, "somebody is suppressed who was not refused for good")
    promise(bounced <= dead, "somebody bounced who was not refused for good")
    says_why = lab.arrivals.kind == "smtp"  # providers name no code: their webhooks say what is wrong
    promise(len(lab.store.suppressed(bounced)) == says_why * len(bounced), "a dead mailbox is not suppressed")
    promise(lab.everybody - dead <= lab.in_state(S.ACCEPTED, S.UNKNOWN), "somebody refused for now was given up")
    return lab.keep()


def leaving_readers(lab: Lab) -> Tally:
    """Readers leave between claim and send: who was not on their way when they left never gets it."""
    sender = lab.start(asleep_at=2 * lab.window + 1)
    lab.asleep([sender])
    leavers = {f"reader{number}@example.org" for number in range(1, lab.readers, 2)}
    for address in leavers:
        lab.store.set_status(address, SubscriberStatus.UNSUBSCRIBED, now=NOW)
    late = lab.in_state(S.CLAIMED, S.PENDING) & leavers
    promise(bool(lab.in_state(S.CLAIMED) & leavers), "nobody left between claim and send: nothing was shown")
    lab.wake(sender)
    promise(lab.senders.reap(sender) == 0, "the sender did not end well")
    lab.finish()
    promise(not late & set(lab.arrivals.copies()), "somebody was mailed after they had left")
    promise(late <= lab.in_state(S.SUPPRESSED), "the ledger does not say that they left")
    promise(lab.everybody - leavers == lab.in_state(S.ACCEPTED) - leavers, "somebody who stayed was forgotten")
    return lab.keep(deaths=0)


def paused(lab: Lab) -> Tally:
    """Paused in the middle: senders stop after the mails in hand, and go on when they may."""
    running = [lab.start(asleep_at=lab.readers // 2) for _ in range(2)]
    asleep = lab.asleep(running)
    lab.store.set_held(1, held=True)
    lab.wake(asleep)
    promise([lab.senders.reap(sender) for sender in running] == [0, 0], "a sender did not end well")
    before = lab.arrivals.count()
    promise(before < lab.readers, "the pause came too late to be one")
    lab.finish()
    promise(lab.arrivals.count() == before, "a paused issue was sent")
    promise(lab.in_state(S.ACCEPTED, S.PENDING) == lab.everybody, "somebody is neither sent to nor waiting")
    lab.store.set_held(1, held=False)
    lab.finish(workers=2)
    promise(lab.in_state(S.ACCEPTED) == lab.everybody, "not everybody was sent to in the end")
    return lab.keep(deaths=0)


def aborted(lab: Lab) -> Tally:
    """Aborted in the middle, one sender killed: the rest is cancelled, and nothing leaves any more."""
    running = [lab.start(asleep_at=lab.readers // 2) for _ in range(2)]
    asleep = lab.asleep(running)
    running.remove(asleep)
    lab.kills += lab.senders.kill(running.pop())
    lab.store.abort(1, now=NOW)
    lab.wake(asleep)
    promise(lab.senders.reap(asleep) == 0, "the sender did not end well")
    before = lab.arrivals.count()
    lab.finish()
    promise(lab.arrivals.count() == before, "an aborted issue was sent")
    promise(bool(lab.in_state(S.CANCELLED)), "the abort came too late to be one")
    ended = lab.in_state(S.ACCEPTED, S.CANCELLED, S.UNKNOWN)
    promise(ended == lab.everybody, "somebody is neither sent to, cancelled nor listed as unknown")
    return lab.keep()


def two_schedulers(lab: Lab) -> Tally:
    """Two bells ring at once, over and over: everybody is mailed once, and nothing is ever in doubt."""
    for _ in range(3):
        lab.finish(workers=2)
    promise(lab.in_state(S.ACCEPTED) == lab.everybody, "not everybody was sent to")
    return lab.keep(deaths=0)


def zombie(lab: Lab) -> Tally:
    """A sender sleeps past its lease, another finishes, it wakes: the ledger believes who took over."""
    asleep = lab.start(asleep_at=2 * lab.window + 1)
    lab.asleep([asleep])
    promise(lab.run(hours_ahead=3) == [0], "the other did not end well")
    before = lab.rows
    lab.wake(asleep)
    promise(lab.senders.reap(asleep) == 0, "the zombie did not end well")
    promise(lab.rows == before, "the zombie changed the ledger")
    promise(lab.tally().lost == 0 and set(lab.arrivals.copies()) == lab.everybody, "not everybody was sent to")
    return lab.keep(deaths=0, zombies=1)


def bad_rows(lab: Lab) -> Tally:
    """Rows that cannot be made into a mail, by their own fault or by ours: the rest is sent."""
    promise(lab.run(wrong=[7, 8]) == [0], "a bad row stopped the sender")
    bad = {"reader7@example.org", "reader8@example.org"}
    promise(set(lab.arrivals.copies()) == lab.everybody - bad, "a bad row kept others back")
    lab.finish(hours=1)
    promise(lab.in_state(S.BOUNCED) == {"reader7@example.org"}, "a wrong row must end as refused")
    promise("reader8@example.org" in lab.arrivals.copies(), "our own mistake, once mended, must be made good")
    return lab.keep(deaths=0)


ROUNDS = (
    Round(play=killed),
    Round(play=full_database, databases=("sqlite",)),
    Round(play=full_outbox, kinds=("file",)),
    Round(play=locked_database, databases=("sqlite",)),
    Round(play=jumping_clock),
    Round(play=jumping_clocks),
    Round(play=refusing_sink, kinds=("smtp", "mailgun", "postmark")),  # a folder refuses when its disk is full
    Round(play=leaving_readers),
    Round(play=paused),
    Round(play=aborted),
    Round(play=two_schedulers, policies=("resend",)),
    Round(play=zombie),
    Round(play=bad_rows, policies=("resend",)),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A round somewhere."""

    round: Round
    database: str
    kind: str
    policy: str

    @property
    def name(self) -> str:
        return "-".join((self.round.name, self.database, self.kind, self.policy))


def cases(rounds: Iterable[Round]) -> Iterator[Case]:
    """Every round wherever it can befall."""
    for one in rounds:
        for database, kind, policy in product(one.databases, one.kinds, one.policies):
            yield Case(round=one, database=database, kind=kind, policy=policy)


def _largest(store: SqlStore) -> int:
    """The size of the database's largest file."""
    file = Path(store.engine.url.database or "")
    return max(path.stat().st_size for path in file.parent.glob(f"{file.name}*"))
