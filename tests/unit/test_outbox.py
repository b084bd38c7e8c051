"""The outbox over a real ledger (SQLite) and the transport in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from digest.errors import InputError, StoreError, TemplateError, TransportError
from digest.models import (
    Claim,
    DeliveryState,
    DoubtPolicy,
    FeedbackKind,
    Message,
    Outcome,
    Receipt,
    SubscriberStatus,
)
from digest.outbox import REASONS, Sent, send_issue
from digest.store.store import SqlStore, open_store
from digest.transports.base import Carrier
from digest.transports.memory import MemoryTransport, PulledPlug, accept
from tests.factories import NOW, an_approved_issue, message_of

S = DeliveryState


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@dataclass
class Office:
    """One newsletter's post office: says less in the tests."""

    store: SqlStore
    transport: MemoryTransport = field(default_factory=MemoryTransport)
    now: datetime = NOW
    policy: DoubtPolicy = DoubtPolicy.RESEND
    compose: Callable[[Claim], Message] = message_of
    runs: int = 0

    def send(self, **given: Any) -> Sent:
        """A run of its own owner; all earlier ones are dead."""
        self.runs += 1
        return send_issue(
            self.store,
            given.pop("carriers", [Carrier(transport=given.pop("transport", self.transport), has_breaker=False)]),
            given.pop("compose", self.compose),
            issue_id=1,
            owner=f"run {self.runs}",
            clock=lambda: self.now,
            policy=self.policy,
            gone=given.pop("gone", lambda owners: owners),
            **given,
        )

    @property
    def arrived(self) -> list[str]:
        return [message.recipient for message in self.transport.inbox]

    @property
    def states(self) -> list[DeliveryState]:
        return [delivery.state for delivery in self.store.deliveries(1)]

    def detail(self, number: int) -> str:
        found = self.store.delivery(1, number)
        assert found is not None
        return found.detail


def readers(*numbers: int) -> list[str]:
    return [f"reader{number}@example.org" for number in numbers]


def answering(number: int, outcome: Outcome, **given: str) -> Callable[[Message], Receipt]:
    """Everyone is accepted but one reader."""
    return lambda message: (
        Receipt(outcome=outcome, **given) if message.recipient == f"reader{number}@example.org" else accept(message)
    )


# --- the plain way ---------------------------------------------------------------------------------------


def test_everybody_gets_one_message(store: SqlStore) -> None:
    """Over several windows and batches, in the order of ids; a second run has nothing to do."""
    an_approved_issue(store, 600)
    office = Office(store)
    assert office.send() == Sent(accepted=600)
    assert office.arrived == readers(*range(1, 601))
    assert office.send() == Sent()
    assert len(office.arrived) == 600


def test_messages_are_made_while_the_ledger_is_written(store: SqlStore) -> None:
    """As many as leave meanwhile, and no more: what was made ahead is given back when the run must stop."""
    an_approved_issue(store, 20)
    made: list[int] = []
    ahead: list[int] = []

    class Watched:
        def record(self, results: Any, intents: Any, *given: Any, **named: Any) -> frozenset[int]:
            before = len(made)
            granted = store.record(results, intents, *given, **named)
            ahead.append(len(made) - before)
            return granted

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

    def compose(claim: Claim) -> Message:
        made.append(claim.delivery_id)
        return message_of(claim)

    office = Office(Watched(), MemoryTransport(window=4), compose=compose)  # type: ignore[arg-type]
    assert office.send(stop=lambda: len(office.arrived) == 8) == Sent(accepted=8)
    assert ahead == [4, 4, 0]
    assert store.progress(1) == {S.ACCEPTED: 8, S.PENDING: 12}
    assert office.send() == Sent(accepted=12)
    assert office.arrived == readers(*range(1, 21))


def test_an_intent_is_committed_before_the_first_byte(store: SqlStore) -> None:
    """What the transport is given is in flight in the ledger, all of the window and nothing more."""
    an_approved_issue(store, 5)
    seen: list[dict[DeliveryState, int]] = []

    def look(message: Message) -> Receipt:
        seen.append(dict(store.progress(1)))
        return accept(message)

    Office(store, MemoryTransport(window=2, answer=look)).send()
    assert [one[S.INFLIGHT] for one in seen] == [2, 2, 2, 2, 1]
    assert [one.get(S.ACCEPTED, 0) for one in seen] == [0, 0, 2, 2, 4]


def test_progress_is_told_after_every_window(store: SqlStore) -> None:
    """And once more at the end."""
    an_approved_issue(store, 5)
    told: list[int] = []
    Office(store, MemoryTransport(window=2)).send(on_progress=lambda sent: told.append(sent.accepted))
    assert told == [2, 4, 5, 5]


@pytest.mark.parametrize(
    ("outcome", "state", "counted"),
    [
        (Outcome.REFUSED, S.BOUNCED, {"bounced": 1}),
        (Outcome.DEFERRED, S.DEFERRED, {"deferred": 1}),
        (Outcome.DOUBTFUL, S.DEFERRED, {"deferred": 1}),
    ],
)
def test_one_reader_s_trouble_is_their_own(
    store: SqlStore, outcome: Outcome, state: DeliveryState, counted: dict[str, int]
) -> None:
    """The rest of the window is accepted, and the reason is kept."""
    an_approved_issue(store, 3)
    office = Office(store, MemoryTransport(answer=answering(2, outcome, detail="its reason")))
    assert office.send() == Sent(accepted=2, reasons={2: "its reason"}, **counted)
    assert office.states == [S.ACCEPTED, state, S.ACCEPTED]


def test_what_was_deferred_is_sent_when_it_is_due(store: SqlStore) -> None:
    """Not before its five minutes."""
    an_approved_issue(store, 1)
    office = Office(store, MemoryTransport(answer=answering(1, Outcome.DEFERRED)))
    office.send()
    office.transport.answer = accept
    assert office.send() == Sent()
    office.now = NOW + timedelta(minutes=6)
    assert office.send() == Sent(accepted=1)


def test_the_reasons_kept_in_memory_are_few(store: SqlStore) -> None:
    """However many are refused, a run's memory does not grow with them."""
    an_approved_issue(store, REASONS + 20)
    refusing = MemoryTransport(answer=lambda _: Receipt(outcome=Outcome.REFUSED, detail="no"))
    sent = Office(store, refusing).send()
    assert (sent.bounced, len(sent.reasons)) == (REASONS + 20, REASONS)


# --- addresses -------------------------------------------------------------------------------------------


def test_a_dead_mailbox_is_suppressed(store: SqlStore) -> None:
    """With the server's words as the reason."""
    an_approved_issue(store, 2)
    office = Office(store, MemoryTransport(answer=answering(2, Outcome.REFUSED, detail="550 no such", code="5.1.1")))
    assert office.send().suppressed == 1
    (suppression,) = store.suppressions()
    assert (suppression.address, suppression.reason) == ("reader2@example.org", FeedbackKind.HARD_BOUNCE)
    assert suppression.detail == "550 no such"


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.REFUSED, "5.7.1"), (Outcome.DEFERRED, "4.2.2")])
def test_what_is_not_about_the_mailbox_suppresses_nobody(store: SqlStore, outcome: Outcome, code: str) -> None:
    """A policy refusal is about us; a full mailbox may be emptied."""
    an_approved_issue(store, 1)
    Office(store, MemoryTransport(answer=answering(1, outcome, code=code))).send()
    assert list(store.suppressions()) == []


def test_an_unsubscribe_between_claim_and_send_wins(store: SqlStore) -> None:
    """The second window's reader leaves while the first is being sent."""
    an_approved_issue(store, 3)

    def leaving(message: Message) -> Receipt:
        store.set_status("reader3@example.org", SubscriberStatus.UNSUBSCRIBED, now=NOW)
        return accept(message)

    office = Office(store, MemoryTransport(window=2, answer=leaving))
    assert office.send() == Sent(accepted=2, withheld=1)
    assert office.arrived == readers(1, 2)
    assert office.states[2] is S.SUPPRESSED


# --- one bad row -----------------------------------------------------------------------------------------


def broken_for(number: int, error: Exception) -> Callable[[Claim], Message]:
    def compose(claim: Claim) -> Message:
        if claim.subscriber_id == number:
            raise error
        return message_of(claim)

    return compose


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (InputError("no such address", place="reader"), S.BOUNCED, "reader: no such address"),
        (TemplateError("a gap in the page"), S.DEFERRED, "a gap in the page"),
        (ZeroDivisionError("our mistake"), S.DEFERRED, "ZeroDivisionError('our mistake')"),
    ],
)
def test_one_bad_row_never_stops_the_rest(store: SqlStore, error: Exception, state: DeliveryState, reason: str) -> None:
    """It is recorded with its reason: for good when the row is wrong, to be tried again when we may be."""
    an_approved_issue(store, 40)
    office = Office(store, compose=broken_for(1, error))
    assert office.send().accepted == 39
    assert (office.states[0], office.detail(1)) == (state, reason)


def test_a_mended_template_reaches_who_waited_for_it(store: SqlStore) -> None:
    """Nobody is lost to a mistake of ours."""
    an_approved_issue(store, 2)
    office = Office(store)
    office.send(compose=broken_for(2, TemplateError("a gap in the page")))
    office.now += timedelta(hours=1)
    office.send()
    assert office.arrived == readers(1, 2)


# --- trouble ---------------------------------------------------------------------------------------------


def test_a_transport_in_trouble_stops_the_run_politely(store: SqlStore) -> None:
    """Everything is back in the outbox, no try is counted, and the trouble is told."""
    an_approved_issue(store, 40)
    sent = Office(store, MemoryTransport(trouble="no connection")).send()
    assert isinstance(sent.trouble, TransportError)
    assert str(sent.trouble) == "no connection"
    assert store.progress(1) == {S.PENDING: 40}
    assert {delivery.attempts for delivery in store.deliveries(1)} == {0}


def test_trouble_in_the_middle_loses_no_result(store: SqlStore) -> None:
    """What had been accepted stays so."""
    an_approved_issue(store, 6)
    office = Office(store, MemoryTransport(window=2))

    def failing(message: Message) -> Receipt:
        office.transport.trouble = "the line is down" if len(office.arrived) == 1 else None
        return accept(message)

    office.transport.answer = failing
    assert office.send().accepted == 2
    assert office.states == [S.ACCEPTED] * 2 + [S.PENDING] * 4


class Careless(MemoryTransport):
    """Raises what no transport may raise, after the first message left."""

    def submit(self, messages: Any) -> list[Receipt]:
        super().submit(messages[:1])
        raise ZeroDivisionError


@pytest.mark.parametrize(("policy", "state"), [(DoubtPolicy.RESEND, S.DEFERRED), (DoubtPolicy.HOLD, S.UNKNOWN)])
def test_a_mistake_in_a_transport_is_recorded_before_it_is_raised(
    store: SqlStore, policy: DoubtPolicy, state: DeliveryState
) -> None:
    """All of its window is in doubt; the rest was never touched."""
    an_approved_issue(store, 3)
    office = Office(store, Careless(window=2), policy=policy)
    with pytest.raises(ZeroDivisionError):
        office.send()
    assert office.states == [state, state, S.CLAIMED]


class Forgetful(MemoryTransport):
    """Gives one receipt too few."""

    def submit(self, messages: Any) -> list[Receipt]:
        return super().submit(messages)[:-1]


def test_a_missing_receipt_is_doubt(store: SqlStore) -> None:
    """Nobody is called accepted by guesswork."""
    an_approved_issue(store, 2)
    office = Office(store, Forgetful(), policy=DoubtPolicy.HOLD)
    with pytest.raises(ValueError, match="zip"):
        office.send()
    assert office.states == [S.UNKNOWN, S.UNKNOWN]


# --- stopping --------------------------------------------------------------------------------------------


def test_stop_finishes_the_window_in_hand_and_gives_back_the_rest(store: SqlStore) -> None:
    """SIGTERM loses nothing and leaves nothing in doubt."""
    an_approved_issue(store, 10)
    office = Office(store, MemoryTransport(window=4))
    assert office.send(stop=lambda: len(office.arrived) > 0) == Sent(accepted=4)
    assert store.progress(1) == {S.ACCEPTED: 4, S.PENDING: 6}
    assert store.owners(1) == frozenset()


def test_who_is_told_to_stop_at_once_sends_nothing(store: SqlStore) -> None:
    """Not even a claim."""
    an_approved_issue(store, 1)
    assert Office(store).send(stop=lambda: True) == Sent()
    assert store.progress(1) == {S.PENDING: 1}


def test_a_held_issue_stops_at_the_next_window(store: SqlStore) -> None:
    """And goes on where it stood."""
    an_approved_issue(store, 10)

    def holding(message: Message) -> Receipt:
        store.set_held(1, True)
        return accept(message)

    office = Office(store, MemoryTransport(window=4, answer=holding))
    assert office.send() == Sent(accepted=4, withheld=6, paused=True)
    assert store.progress(1) == {S.ACCEPTED: 4, S.PENDING: 6}
    store.set_held(1, False)
    office.transport.answer = accept
    assert office.send().accepted == 6


# --- a transport that rolls -------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Rolls(MemoryTransport):
    """Answers half of what it has at a time, the last ones first; `mistake` is raised when so few are left."""

    mistake: int = -1
    aboard: dict[int, Message] = field(default_factory=dict)

    def carry(self, messages: Mapping[int, Message]) -> Mapping[int, Receipt]:
        self.aboard |= messages
        if len(self.aboard) == self.mistake:
            raise ZeroDivisionError
        half = list(self.aboard)[len(self.aboard) // 2 :]
        return dict(zip(half, self.submit([self.aboard.pop(number) for number in half]), strict=True))

    def hear(self, until: Future[None]) -> None:
        """Whatever it is told, it waits for `carry`."""


def in_flight(store: SqlStore) -> int:
    return store.progress(1).get(S.INFLIGHT, 0)


@pytest.mark.parametrize("window", [1, 2, 5, 8])
def test_a_window_that_rolls_never_puts_more_than_itself_in_doubt(store: SqlStore, window: int) -> None:
    """Intents take the place of answers, one for one, and everybody is reached once."""
    an_approved_issue(store, 30)
    seen: list[int] = []

    def look(message: Message) -> Receipt:
        seen.append(in_flight(store))
        return accept(message)

    office = Office(store, Rolls(window=window, answer=look))
    assert office.send() == Sent(accepted=30)
    assert sorted(office.arrived) == sorted(readers(*range(1, 31)))
    assert max(seen) == window


def test_an_answer_is_in_the_books_before_more_is_given(store: SqlStore) -> None:
    """So a transport may let a line send its next body when it is called again, and not before."""
    an_approved_issue(store, 9)
    office = Office(store)

    class Looks(Rolls):
        def carry(self, messages: Mapping[int, Message]) -> Mapping[int, Receipt]:
            assert store.progress(1).get(S.ACCEPTED, 0) == len(office.arrived)
            return super().carry(messages)

    office.transport = Looks(window=4)
    assert office.send() == Sent(accepted=9)


def test_trouble_gives_back_all_that_has_no_answer(store: SqlStore) -> None:
    """Nothing stays in flight, nobody's tries are counted, and what was answered stands."""
    an_approved_issue(store, 20)
    office = Office(store, Rolls(window=4))

    def failing(message: Message) -> Receipt:
        office.transport.trouble = "the line is down" if len(office.arrived) == 1 else None
        return accept(message)

    office.transport.answer = failing
    sent = office.send()
    assert (str(sent.trouble), sent.accepted) == ("the line is down", 2)
    assert store.progress(1) == {S.ACCEPTED: 2, S.PENDING: 18}
    assert sum(delivery.attempts for delivery in store.deliveries(1)) == 2


def test_a_mistake_puts_all_in_doubt_that_has_no_answer(store: SqlStore) -> None:
    """What was answered stands, and what was never given is pending or claimed."""
    an_approved_issue(store, 5)
    office = Office(store, Rolls(window=4, mistake=3), policy=DoubtPolicy.HOLD)
    with pytest.raises(ZeroDivisionError):
        office.send()
    assert office.states == [S.UNKNOWN, S.UNKNOWN, S.ACCEPTED, S.ACCEPTED, S.UNKNOWN]


def test_a_mistake_in_listening_is_one_in_carrying(store: SqlStore) -> None:
    """The intents of that moment are committed, so they are in doubt with all that has no answer."""
    an_approved_issue(store, 5)

    class Deaf(Rolls):
        def hear(self, until: Future[None]) -> None:
            raise ZeroDivisionError

    office = Office(store, Deaf(window=4), policy=DoubtPolicy.HOLD)
    with pytest.raises(ZeroDivisionError):
        office.send()
    assert office.states == [S.UNKNOWN] * 4 + [S.CLAIMED]
    assert office.arrived == []


def test_stop_waits_for_all_that_was_given(store: SqlStore) -> None:
    """Nothing is in doubt afterwards, and nothing is held."""
    an_approved_issue(store, 20)
    office = Office(store, Rolls(window=4))
    assert office.send(stop=lambda: len(office.arrived) > 0) == Sent(accepted=4)
    assert store.progress(1) == {S.ACCEPTED: 4, S.PENDING: 16}


def test_a_mail_another_worker_took_and_gave_back_may_be_carried_anew(store: SqlStore) -> None:
    """Its clock is wrong. The first copy's answer counts no more, nothing is mixed up, and the doubt is counted."""
    an_approved_issue(store, 4)
    office = Office(store)

    class Robbed(Rolls):
        def carry(self, messages: Mapping[int, Message]) -> Mapping[int, Receipt]:
            if not office.arrived:
                store.recover(1, resend=True, gone=(), now=NOW + timedelta(days=1))
            return super().carry(messages)

    office.transport = Robbed(window=4)
    sent = office.send()
    assert sent.accepted == 8
    assert office.states == [S.ACCEPTED] * 4
    assert [delivery.doubts for delivery in store.deliveries(1)] == [1, 1, 1, 1]


# --- a database that fails --------------------------------------------------------------------------------


class Failing:
    """A store whose commits fail for a while, from a certain one on; all else is the real one's."""

    def __init__(self, store: SqlStore, *, after: int, times: int) -> None:
        self.store = store
        self.good = after
        self.bad = times

    def record(self, *given: Any, **named: Any) -> frozenset[int]:
        self.good -= 1
        if self.good < 0 < self.bad:
            self.bad -= 1
            raise StoreError("database or disk is full")
        return self.store.record(*given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@pytest.mark.parametrize("made", [MemoryTransport, Rolls])
def test_answers_are_written_when_the_database_can_again(store: SqlStore, made: type[MemoryTransport]) -> None:
    """The run ends with the error, and what had been carried is known all the same."""
    an_approved_issue(store, 20)
    waited: list[float] = []
    office = Office(Failing(store, after=2, times=3), made(window=4))  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="full"):
        office.send(wait=waited.append)
    assert waited == [1.0, 5.0]
    assert in_flight(store) == 0
    assert office.states.count(S.ACCEPTED) == len(office.arrived) > 0
    office.store = store
    office.send()
    assert office.states == [S.ACCEPTED] * 20
    assert sorted(office.arrived) == sorted(readers(*range(1, 21)))


def test_what_could_not_be_made_while_a_commit_failed_is_known_all_the_same(store: SqlStore) -> None:
    """It is written with what the commit should have written."""
    an_approved_issue(store, 8)

    class Refusing(Failing):
        def record(self, *given: Any, **named: Any) -> frozenset[int]:
            if named["meanwhile"] is not None and self.bad:
                self.bad -= 1
                named["meanwhile"](Future())
                raise StoreError("database or disk is full")
            return store.record(*given, **named)

    def compose(claim: Claim) -> Message:
        if claim.delivery_id == 6:
            raise InputError("no such address", place="reader 6")
        return message_of(claim)

    office = Office(Refusing(store, after=0, times=1), MemoryTransport(window=4), compose=compose)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="full"):
        office.send()
    assert (office.states[5], "no such address" in office.detail(6)) == (S.BOUNCED, True)
    office.store = store
    office.send()
    assert office.arrived == readers(1, 2, 3, 4, 5, 7, 8)


def test_answers_that_cannot_be_written_are_in_doubt(store: SqlStore) -> None:
    """After some patience the error is raised; the next run takes over at once, by policy."""
    an_approved_issue(store, 8)
    waited: list[float] = []
    office = Office(Failing(store, after=1, times=99), MemoryTransport(window=4), policy=DoubtPolicy.HOLD)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="full"):
        office.send(wait=waited.append)
    assert len(waited) == 3
    assert in_flight(store) == 4
    office.store = store
    assert office.send() == Sent(accepted=4, unknown=4)
    assert office.arrived == readers(*range(1, 9))


# --- death -----------------------------------------------------------------------------------------------


def die(office: Office, after: int) -> None:
    office.transport.dies_after = after
    with pytest.raises(PulledPlug):
        office.send()
    office.transport.dies_after = None


def copies(office: Office) -> dict[str, int]:
    return {address: office.arrived.count(address) for address in office.arrived}


def test_after_a_death_everybody_is_reached_and_few_twice(store: SqlStore) -> None:
    """`resend`: the window that was in flight goes again, and the ledger counts it."""
    an_approved_issue(store, 20)
    office = Office(store, MemoryTransport(window=4))
    die(office, after=6)
    assert office.send() == Sent(accepted=16, resent=4)
    assert sorted(copies(office)) == sorted(readers(*range(1, 21)))
    assert [address for address, count in copies(office).items() if count > 1] == readers(5, 6)
    assert sum(delivery.doubts for delivery in store.deliveries(1)) == 4


def test_hold_sends_nothing_twice_and_shows_who_is_in_doubt(store: SqlStore) -> None:
    """Four unknown, of whom two have it."""
    an_approved_issue(store, 20)
    office = Office(store, MemoryTransport(window=4), policy=DoubtPolicy.HOLD)
    die(office, after=6)
    assert office.send() == Sent(accepted=12, unknown=4)
    assert set(copies(office).values()) == {1}
    assert office.states[4:8] == [S.UNKNOWN] * 4


@pytest.mark.parametrize(
    ("knows", "sent"),
    [
        (True, {"accepted": 16, "deferred": 2}),
        (False, {"accepted": 12, "unknown": 4}),
    ],
)
def test_reconcile_asks_the_transport(store: SqlStore, knows: bool, sent: dict[str, int]) -> None:
    """One that knows leaves nobody out and nothing twice; one that cannot know leaves it to a person."""
    an_approved_issue(store, 20)
    office = Office(store, MemoryTransport(window=4, knows=knows), policy=DoubtPolicy.RECONCILE)
    die(office, after=6)
    done = office.send()
    assert {name: getattr(done, name) for name in sent} == sent
    assert set(copies(office).values()) == {1}
    assert len(copies(office)) == (20 if knows else 18)


@pytest.mark.parametrize(
    ("has", "state"),
    [(True, S.ACCEPTED), (False, S.DEFERRED), (None, S.UNKNOWN), (TransportError("down"), S.UNKNOWN)],
)
def test_under_reconcile_a_lost_answer_is_looked_up_at_once(store: SqlStore, has: Any, state: DeliveryState) -> None:
    """The transport may know what became of a message whose answer was lost."""

    class Knowing(MemoryTransport):
        def has(self, message: Message) -> bool | None:
            if isinstance(has, Exception):
                raise has
            return bool(has) if has is not None else None

    an_approved_issue(store, 1)
    transport = Knowing(answer=answering(1, Outcome.DOUBTFUL, detail="no answer"))
    office = Office(store, transport, policy=DoubtPolicy.RECONCILE)
    office.send()
    assert office.states == [state]


def test_what_cannot_be_composed_any_more_cannot_be_looked_up(store: SqlStore) -> None:
    """It is unknown, and the run goes on."""
    an_approved_issue(store, 2)
    office = Office(store, MemoryTransport(window=1), policy=DoubtPolicy.RECONCILE)
    die(office, after=0)
    office.send(compose=broken_for(1, TemplateError("gone")))
    assert office.states == [S.UNKNOWN, S.ACCEPTED]


def test_the_living_are_not_robbed(store: SqlStore) -> None:
    """What another worker holds is left to it, until its lease runs out."""
    an_approved_issue(store, 3)
    store.claim(1, "another", limit=2, lease=300, now=NOW)
    office = Office(store)

    def nobody(_: Collection[str]) -> Collection[str]:
        return ()

    assert office.send(gone=nobody).accepted == 1
    office.now += timedelta(seconds=300)
    assert office.send(gone=nobody).accepted == 2


def test_a_worker_that_dies_while_we_send_is_recovered_before_we_leave(store: SqlStore) -> None:
    """The last one out looks once more."""
    an_approved_issue(store, 3)
    store.claim(1, "dying", limit=2, lease=300, now=NOW)
    office = Office(store)
    dead: list[str] = []

    def dies(message: Message) -> Receipt:
        dead.append("dying")
        return accept(message)

    office.transport.answer = dies
    assert office.send(gone=lambda owners: [owner for owner in owners if owner in dead]).accepted == 3


@pytest.mark.parametrize(
    ("lease", "seconds", "released", "resent"),
    [
        (60.0, 59, 0, 0),
        (60.0, 61, 2, 0),
        (60.0, 7_199, 2, 0),
        (60.0, 7_201, 2, 1),
        (14_400.0, 7_201, 0, 0),
        (14_400.0, 14_401, 2, 1),
    ],
)
def test_how_long_a_silent_worker_is_believed(
    store: SqlStore, lease: float, seconds: int, released: int, resent: int
) -> None:
    """Claims go to another machine when their lease is over; what is in flight never sooner, nor within two hours."""
    an_approved_issue(store, 3)
    found: list[tuple[int, int]] = []

    def look(message: Message) -> Receipt:
        if not found:  # looked at while the first mail is in flight and the others are claimed
            taken = store.recover(1, resend=True, gone=(), now=NOW + timedelta(seconds=seconds))
            found.append((taken.released, taken.resent))
        return accept(message)

    Office(store, MemoryTransport(window=1, answer=look)).send(lease=lease)
    assert found == [(released, resent)]


def test_a_shorter_life_gives_up_sooner(store: SqlStore) -> None:
    """Refused for now, and again after an hour: a life of one hour is over."""
    an_approved_issue(store)
    office = Office(store, MemoryTransport(answer=answering(1, Outcome.DEFERRED, detail="busy")))
    office.send(life=timedelta(hours=1))
    assert office.states == [S.DEFERRED]
    office.now += timedelta(hours=1)
    assert office.send(life=timedelta(hours=1)).bounced == 1
    assert office.detail(1) == "given up after 2 tries in 1 hour: busy"
