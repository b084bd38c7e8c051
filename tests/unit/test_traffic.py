"""Sending within limits, past transports in trouble, and behind a canary: the outbox over a real ledger (SQLite)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from digest.breaker import Breaker
from digest.canary import CANARY
from digest.errors import LimitError, StoreError, TransportError
from digest.feedback import take_in
from digest.limits import Limits, WarmUp
from digest.models import Claim, DeliveryState, DomainGroup, DoubtPolicy, FeedbackKind, Message, Outcome, Receipt, Wait
from digest.outbox import Sent, send_issue
from digest.refusals import refused
from digest.store.store import SqlStore, open_store
from digest.suppression import Feedback
from digest.traffic import hand_over
from digest.transports.base import Carrier
from digest.transports.memory import MemoryTransport, PulledPlug, accept
from tests.factories import NOW, a_message, an_approved_issue, message_of

S = DeliveryState
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


class RefusedLogin(MemoryTransport):
    """A transport whose password is wrong."""

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        raise TransportError("the login was refused: 535", permanent=True)


@dataclass
class Office:
    """A newsletter's post office with a clock that moves when somebody waits."""

    store: SqlStore
    carriers: Sequence[Carrier]
    now: datetime = NOW
    policy: DoubtPolicy = DoubtPolicy.RESEND
    waited: list[float] = field(default_factory=list)
    runs: int = 0

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)

    def send(self, **given: Any) -> Sent:
        self.runs += 1
        return send_issue(
            self.store,
            self.carriers,
            message_of,
            issue_id=1,
            owner=f"run {self.runs}",
            clock=lambda: self.now,
            policy=self.policy,
            gone=given.pop("gone", lambda owners: owners),
            wait=self.wait,
            **given,
        )

    def row(self, number: int) -> tuple[DeliveryState, int]:
        found = self.store.delivery(1, number)
        assert found is not None
        return found.state, found.attempts

    def tries(self) -> int:
        return sum(delivery.attempts for delivery in self.store.deliveries(1))


def a_carrier(name: str = "smtp", **given: Any) -> Carrier:
    limits = given.pop("limits", Limits())
    transport = given.pop("transport", None) or MemoryTransport(kind=name, **given)
    return Carrier(transport=transport, name=name, limits=limits)


def inbox(carrier: Carrier) -> list[str]:
    assert isinstance(carrier.transport, MemoryTransport)
    return [message.recipient for message in carrier.transport.inbox]


def answering(*outcomes: tuple[Outcome, str]) -> Callable[[Message], Receipt]:
    """These answers in turn, then yes to all."""
    left = list(outcomes)

    def answer(message: Message) -> Receipt:
        if not left:
            return accept(message)
        outcome, code = left.pop(0)
        return Receipt(outcome=outcome, code=code, detail=f"{code} words")

    return answer


BLOCKED = (Outcome.DEFERRED, "4.7.1")
DEAD = (Outcome.REFUSED, "5.1.1")


# --- limits ----------------------------------------------------------------------------------------------


def test_a_rate_is_kept_by_waiting(store: SqlStore) -> None:
    """A second's worth a second but for a letter's room, in about as many claims as seconds, and all in one run."""
    an_approved_issue(store, 50)
    office = Office(store, [a_carrier(limits=Limits(per_second=10))])
    assert office.send() == Sent(accepted=50)
    assert len(office.waited) == 5
    assert office.now - NOW == timedelta(seconds=4.5)


def test_waiting_ends_when_it_must(store: SqlStore) -> None:
    """Whoever is told to stop does not wait on."""
    an_approved_issue(store, 50)
    office = Office(store, [a_carrier(limits=Limits(per_second=10))])
    assert office.send(stop=lambda: len(office.waited) >= 1).accepted == 9
    assert store.progress(1) == {S.ACCEPTED: 9, S.PENDING: 41}


def test_what_is_known_is_written_before_a_rest(store: SqlStore) -> None:
    """A crash while nothing is sent leaves nothing in doubt."""
    an_approved_issue(store, 20)
    office = Office(store, [a_carrier(limits=Limits(per_second=10))])
    seen: list[dict[DeliveryState, int]] = []
    office.wait = lambda seconds: (seen.append(dict(store.progress(1))), Office.wait(office, seconds))  # type: ignore[method-assign, func-returns-value]
    office.send()
    assert seen[0] == {S.ACCEPTED: 9, S.PENDING: 11}


def test_a_warm_up_ends_the_day(store: SqlStore) -> None:
    """The run ends without trouble; what is left leaves on other days, and a restart changes nothing."""
    an_approved_issue(store, 20)
    office = Office(store, [a_carrier(limits=Limits(warm_up=WarmUp(start=3, factor=2, until=100)))])
    assert office.send() == Sent(accepted=3, warming=True)
    assert office.send() == Sent(warming=True)
    office.now += timedelta(days=1)
    assert office.send() == Sent(accepted=6, warming=True)
    assert office.waited == []


def test_without_limits_nobody_waits(store: SqlStore) -> None:
    """Nor writes anything down about a transport that does well."""
    an_approved_issue(store, 20)
    office = Office(store, [a_carrier()])
    assert office.send() == Sent(accepted=20)
    assert office.waited == [] and store.breakers() == {} and store.buckets("smtp") == {}


# --- breakers --------------------------------------------------------------------------------------------


def test_a_refused_login_opens_the_breaker(store: SqlStore) -> None:
    """The next run does not even try, and nobody's tries are counted."""
    an_approved_issue(store, 3)
    office = Office(store, [a_carrier(transport=RefusedLogin())])
    assert "login was refused" in str(office.send().trouble)
    trouble = str(office.send().trouble)
    assert trouble == "smtp is given a rest until 2026-12-01 09:01 UTC: the login was refused: 535"
    assert (office.tries(), store.progress(1)) == (0, {S.PENDING: 3})


def test_twenty_answers_against_it_open_it(store: SqlStore) -> None:
    """Those after them are not tried."""
    an_approved_issue(store, 40)
    carrier = a_carrier(answer=answering(*[BLOCKED] * 40), window=10)
    office = Office(store, [carrier])
    sent = office.send(batch=10)
    assert (sent.deferred, office.tries()) == (20, 20)
    assert "20 answers in a row" in str(sent.trouble)
    assert store.progress(1) == {S.DEFERRED: 20, S.PENDING: 20}


def test_what_is_about_readers_opens_nothing(store: SqlStore) -> None:
    """However many mailboxes are full."""
    an_approved_issue(store, 60)
    office = Office(store, [a_carrier(answer=answering(*[(Outcome.DEFERRED, "4.2.2")] * 60))])
    assert office.send().deferred == 60
    assert not any(breaker.is_open for breaker in store.breakers().values())


def test_no_connection_opens_it_after_twenty(store: SqlStore) -> None:
    """Each mail that could not be handed over counts; once the server is there, the probe goes and all follow."""
    an_approved_issue(store, 40)
    carrier = a_carrier(trouble="no connection")
    office = Office(store, [carrier])
    assert [str(office.send().trouble) for _ in range(2)] == ["no connection"] * 2
    assert "is given a rest" in str(office.send().trouble)
    carrier.transport.trouble = None  # type: ignore[attr-defined]
    office.now += MINUTE
    assert office.send() == Sent(accepted=40)
    assert not store.breakers()["smtp"].is_open


def test_a_probe_is_one_mail_and_no_try(store: SqlStore) -> None:
    """While it fails its reader loses nothing by it, not even where the answer is final."""
    an_approved_issue(store, 40)
    store.trip("smtp", now=NOW, reason="no")
    carrier = a_carrier(answer=answering((Outcome.REFUSED, "5.7.1"), BLOCKED))
    office = Office(store, [carrier])
    for minutes in (1, 2):
        office.now += minutes * MINUTE
        assert "is given a rest" in str(office.send().trouble)
    assert (office.tries(), store.progress(1)) == (0, {S.PENDING: 38, S.DEFERRED: 2})
    office.now += 4 * MINUTE
    sent = office.send()
    assert (sent.accepted, [(wait, number) for wait, number, _ in sent.waits]) == (38, [(Wait.REST, 2)])
    office.now += timedelta(hours=1)
    assert office.send() == Sent(accepted=2)


def test_one_reader_s_refusal_keeps_no_transport_at_rest(store: SqlStore) -> None:
    """The next probe is another reader's mail; whoever is refused ends as ever once the transport is well."""
    an_approved_issue(store, 30)
    store.trip("smtp", now=NOW, reason="the server was down")
    grudge = Receipt(outcome=Outcome.REFUSED, detail="550 no such user")
    carrier = a_carrier(answer=lambda one: grudge if one.recipient == "reader1@example.org" else accept(one))
    office = Office(store, [carrier], now=NOW + MINUTE)
    office.send()
    office.now += 2 * MINUTE
    assert office.send().accepted == 29
    office.now += timedelta(hours=1)
    assert office.send().bounced == 1
    assert not store.breakers()["smtp"].is_open


NOT_YOURS = refused("553 5.7.1 not your sender", code="5.7.1")
FOUR = {f"reader{number}@example.org" for number in range(1, 5)}


def test_a_reader_counts_once(store: SqlStore) -> None:
    """Four whose mails are refused for days keep nothing back, however often they are tried."""
    an_approved_issue(store, 8)
    carrier = a_carrier(answer=lambda one: NOT_YOURS if one.recipient in FOUR else accept(one))
    office = Office(store, [carrier])
    for _ in range(80):
        office.send()
        office.now += timedelta(hours=1)
    assert store.progress(1) == {S.ACCEPTED: 4, S.REFUSED: 4}
    assert office.row(1)[1] > 5
    assert not store.breakers()["smtp"].is_open
    assert list(store.suppressions()) == []


class Deaf:
    """A store that cannot write the first thing it hears of a transport; all else is the real one's."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._deaf = True

    def hear(self, *given: Any, **named: Any) -> Breaker:
        if self._deaf:
            self._deaf = False
            raise StoreError("database is locked")
        return self._store.hear(*given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_breaker_that_cannot_be_written_costs_no_answer(store: SqlStore) -> None:
    """Whoever was accepted in the same window is not mailed again, whatever the policy."""
    an_approved_issue(store, 5)
    carrier = a_carrier(answer=answering(BLOCKED))
    office = Office(Deaf(store), [carrier])  # type: ignore[arg-type]
    assert (office.send().accepted, office.send().accepted) == (4, 0)
    assert store.progress(1) == {S.ACCEPTED: 4, S.DEFERRED: 1}
    assert len(inbox(carrier)) == len(set(inbox(carrier)))


def test_a_probe_in_doubt_is_a_try(store: SqlStore) -> None:
    """It may have arrived: that is written down as ever."""
    an_approved_issue(store, 1)
    store.trip("smtp", now=NOW, reason="no")
    office = Office(store, [a_carrier(answer=answering((Outcome.DOUBTFUL, "")))], now=NOW + MINUTE)
    office.send()
    assert office.row(1) == (S.DEFERRED, 1)
    assert store.breakers()["smtp"].is_open


# --- several transports ----------------------------------------------------------------------------------


def test_the_first_carries_all_while_it_is_well(store: SqlStore) -> None:
    """The others carry nothing."""
    an_approved_issue(store, 20)
    first, spare = a_carrier("smtp"), a_carrier("spare")
    assert Office(store, [first, spare]).send() == Sent(accepted=20)
    assert (len(inbox(first)), len(inbox(spare))) == (20, 0)


@pytest.mark.parametrize("first", [a_carrier("smtp", trouble="no connection"), a_carrier(transport=RefusedLogin())])
def test_the_next_stands_in(store: SqlStore, first: Carrier) -> None:
    """At once, in the same run; the ledger knows who carried what."""
    an_approved_issue(store, 40)
    spare = a_carrier("spare")
    assert Office(store, [first, spare]).send() == Sent(accepted=40)
    assert len(set(inbox(spare))) == len(inbox(spare)) == 40
    assert {count.via for count in store.paces(1, since=NOW)} == {"spare"}


def test_the_first_takes_over_again(store: SqlStore) -> None:
    """When its probe goes well."""
    an_approved_issue(store, 40)
    store.trip("smtp", now=NOW, reason="no")
    first, spare = a_carrier("smtp"), a_carrier("spare")
    office = Office(store, [first, spare])
    assert office.send(stop=lambda: len(inbox(spare)) >= 16).accepted == 16
    office.now += MINUTE
    assert office.send().accepted == 24
    assert (len(inbox(first)), len(inbox(spare))) == (24, 16)


def test_when_all_rest_the_run_ends(store: SqlStore) -> None:
    """It says why each of them does."""
    an_approved_issue(store, 40)
    office = Office(store, [a_carrier(transport=RefusedLogin()), a_carrier("spare", trouble="no connection")])
    trouble = str(office.send().trouble)
    assert "smtp is given a rest" in trouble and "spare is given a rest" in trouble
    assert (office.tries(), store.progress(1)) == (0, {S.PENDING: 40})


def test_a_mail_in_doubt_waits_for_its_own(store: SqlStore) -> None:
    """A second transport never gets what a first may have carried, nobody has it twice, and it is told of."""
    an_approved_issue(store, 30)
    answers = [(Outcome.DOUBTFUL, ""), *[BLOCKED] * 20]
    first, spare = a_carrier("smtp", answer=answering(*answers), window=1), a_carrier("spare")
    office = Office(store, [first, spare])
    office.send(batch=1)
    office.now += timedelta(hours=1)
    store.trip("smtp", now=office.now, reason="still no")
    office.send()
    assert "reader1@example.org" not in inbox(spare)
    assert sorted(inbox(spare)) == sorted(f"reader{number}@example.org" for number in range(2, 31))
    assert office.row(1) == (S.DEFERRED, 1)
    office.now += timedelta(hours=1)
    office.send()
    assert inbox(first).count("reader1@example.org") == 2
    assert office.row(1)[0] is S.ACCEPTED


def test_a_transport_is_asked_about_its_own(store: SqlStore) -> None:
    """Under `reconcile`, about a mail whose worker died: the one that had it, not the one that is first now."""
    an_approved_issue(store, 1)
    first, spare = a_carrier("smtp"), a_carrier("spare")
    (claim,) = store.claim(1, "dead", limit=1, lease=300, now=NOW)
    store.record([], [claim], "dead", lease=3600, now=NOW, via="spare")
    spare.transport.submit([message_of(claim)])
    office = Office(store, [first, spare], policy=DoubtPolicy.RECONCILE)
    office.send()
    assert office.row(1)[0] is S.ACCEPTED
    assert (len(inbox(first)), len(inbox(spare))) == (0, 1)


# --- the canary ------------------------------------------------------------------------------------------


def test_two_hundred_go_first(store: SqlStore) -> None:
    """Nobody else is claimed before all of their answers are in."""
    an_approved_issue(store, 600)
    most: list[int] = []

    def look(message: Message) -> Receipt:
        progress = store.progress(1)
        most.append(600 - progress.get(S.PENDING, 0))
        return accept(message)

    assert Office(store, [a_carrier(answer=look)]).send() == Sent(accepted=600)
    assert max(most[:CANARY]) == CANARY


def test_a_canary_in_other_hands_is_waited_for(store: SqlStore) -> None:
    """A second worker sends nothing before the first one's answers are in."""
    an_approved_issue(store, 300)
    claims = store.claim(1, "another", limit=CANARY, lease=300, now=NOW)
    office = Office(store, [a_carrier()])
    office.wait = lambda seconds: store.release(claims, "another", now=NOW)  # type: ignore[method-assign]
    sent = office.send(gone=lambda owners: [])
    assert sent.accepted == 300


class Overtaken:
    """A store in which another worker claims the whole canary just after this one has looked how many have begun."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.claims: Sequence[Claim] = ()

    def begun(self, issue_id: int, *, at_most: int) -> tuple[int, int]:
        found = self._store.begun(issue_id, at_most=at_most)
        self.claims = self.claims or self._store.claim(issue_id, "another", limit=at_most, lease=300, now=NOW)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_canary_that_another_was_quicker_to_take_is_waited_for(store: SqlStore) -> None:
    """Two workers that start together have one canary, and the second is not through before the first is."""
    an_approved_issue(store, 300)
    overtaken = Overtaken(store)
    carrier = a_carrier()
    office = Office(overtaken, [carrier])  # type: ignore[arg-type]
    sent_before: list[int] = []

    def wait(_seconds: float) -> None:
        sent_before.append(len(inbox(carrier)))
        store.release(overtaken.claims, "another", now=NOW)

    office.wait = wait  # type: ignore[method-assign]
    assert office.send(gone=lambda owners: []).accepted == 300
    assert sent_before[0] == 0


@pytest.mark.parametrize(("dead", "stops"), [(10, False), (11, True)])
def test_a_send_stops_itself(store: SqlStore, dead: int, stops: bool) -> None:
    """After the canary, with the mails in hand recorded, its suppressions in quarantine and the rest unsent."""
    an_approved_issue(store, 400)
    sent = Office(store, [a_carrier(answer=answering(*[DEAD] * dead))]).send()
    issue = store.issue_by_id(1)
    assert (bool(sent.stopped), issue.held, bool(issue.held_because)) == (stops, stops, stops)
    assert len(store.quarantined(1)) == (dead if stops else 0)
    assert (sent.accepted == 400 - dead) is not stops
    assert store.progress(1).get(S.CLAIMED, 0) + store.progress(1).get(S.INFLIGHT, 0) == 0


def test_it_stops_in_the_middle_too(store: SqlStore) -> None:
    """The last two hundred are looked at all the way, and no window leaves after the one that was too much."""
    an_approved_issue(store, 1000)
    well = [(Outcome.ACCEPTED, "2.0.0")] * 500
    office = Office(store, [a_carrier(answer=answering(*well, *[DEAD] * 500))])
    sent = office.send()
    assert sent.stopped
    assert sent.bounced == 20


def test_what_comes_back_by_mail_stops_it_too(store: SqlStore) -> None:
    """A provider takes everything and says later what bounced."""
    an_approved_issue(store, 400)
    office = Office(store, [a_carrier()])
    office.send(stop=lambda: store.progress(1).get(S.ACCEPTED, 0) >= 100)
    for number in range(1, 12):
        address = f"reader{number}@example.org"
        later = NOW + MINUTE
        take_in(store, Feedback(address=address, kind=FeedbackKind.HARD_BOUNCE, at=later, code="5.1.1", issue_id=1))
    assert office.send().stopped.startswith("11 of its last")
    assert len(store.quarantined(1)) == 11


def test_it_goes_on_when_a_person_lets_it(store: SqlStore) -> None:
    """And does not stop again for what was looked at."""
    an_approved_issue(store, 400)
    office = Office(store, [a_carrier(answer=answering(*[DEAD] * 11))])
    assert office.send().stopped
    office.now += MINUTE
    store.let_go_on(1, now=office.now)
    sent = office.send()
    assert (sent.stopped, sent.bounced) == ("", 0)
    assert store.progress(1) == {S.ACCEPTED: 389, S.BOUNCED: 11}


# --- one mail past the ledger ----------------------------------------------------------------------------


def at(now: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: now


def two(first: MemoryTransport) -> tuple[Carrier, Carrier]:
    return Carrier(transport=first, name="first"), Carrier(transport=MemoryTransport(), name="spare")


def test_a_letter_takes_the_next_transport_where_one_carries_nothing(store: SqlStore) -> None:
    """And nothing more is asked of a transport that must be mended, until its rest is over."""
    carriers = two(RefusedLogin())
    for number in (1, 2):
        assert hand_over(store, carriers, a_message(number), clock=at(NOW)).outcome is Outcome.ACCEPTED
    assert [message.id for message in carriers[1].transport.inbox] == [a_message(1).id, a_message(2).id]
    assert store.breakers()["first"].is_open


def test_a_letter_whose_fate_is_known_or_in_doubt_goes_to_nobody_else(store: SqlStore) -> None:
    """A refusal is an answer, and a lost answer may be a yes."""
    for outcome in (Outcome.REFUSED, Outcome.DEFERRED, Outcome.DOUBTFUL):
        carriers = two(MemoryTransport(answer=lambda _, outcome=outcome: Receipt(outcome=outcome)))
        assert hand_over(store, carriers, a_message(), clock=at(NOW)).outcome is outcome
        assert not carriers[1].transport.inbox


def test_a_letter_shows_whether_a_transport_is_well_again(store: SqlStore) -> None:
    """After its rest it is tried with one, and carries the next ones."""
    store.trip("first", now=NOW, reason="the login was refused")
    carriers = two(MemoryTransport())
    for minutes in (0, 2, 3):
        hand_over(store, carriers, a_message(minutes), clock=at(NOW + minutes * MINUTE))
    assert [len(carrier.transport.inbox) for carrier in carriers] == [2, 1]
    assert not store.breakers()["first"].is_open


def test_where_no_transport_can_a_letter_is_told_why(store: SqlStore) -> None:
    """Of each of them."""
    store.trip("first", now=NOW, reason="no credit")
    carriers = (two(MemoryTransport())[0], Carrier(transport=MemoryTransport(trouble="no connection"), name="spare"))
    with pytest.raises(TransportError, match=r"first is given a rest until .*: no credit; no connection"):
        hand_over(store, carriers, a_message(), clock=at(NOW))


def test_what_became_of_a_letter_is_known_whatever_the_breaker(store: SqlStore) -> None:
    """A letter that was taken is not sent again because that its transport is well again cannot be written."""
    store.trip("first", now=NOW, reason="it was away")
    carriers = two(MemoryTransport())
    deaf: Any = Deaf(store)
    assert hand_over(deaf, carriers, a_message(), clock=at(NOW + MINUTE)).outcome is Outcome.ACCEPTED


# --- within limits ---------------------------------------------------------------------------------------


def post(office: Office, number: int = 1, **given: Any) -> Receipt:
    """Hand over one mail that is in no ledger, on the office's clock."""
    message = a_message(number, **given)
    return hand_over(office.store, office.carriers, message, clock=lambda: office.now, wait=office.wait)


def test_a_letter_waits_for_its_turn(store: SqlStore) -> None:
    """As long as the rate says and no longer: the reader looks at a screen."""
    office = Office(store, [a_carrier(limits=Limits(per_second=2))])
    for number in range(5):
        post(office, number)
    assert office.waited == [0.5] * 3
    assert len(inbox(office.carriers[0])) == 5


def test_an_issue_holds_no_letter_up(store: SqlStore) -> None:
    """While it is sent, every letter leaves at once, and all arrive in the time the rate says."""
    an_approved_issue(store, 60)
    office = Office(store, [a_carrier(limits=Limits(per_second=10))])
    rested: list[float] = []

    def wait(seconds: float) -> None:
        if len(rested) % 2:  # a letter every other second
            before = office.now
            post(office, 1000 + len(rested))
            assert office.now == before
        rested.append(seconds)
        Office.wait(office, seconds)

    office.wait = wait  # type: ignore[method-assign]
    office.send()
    arrived = len(inbox(office.carriers[0]))
    assert arrived == 60 + len(rested) // 2
    assert (office.now - NOW).total_seconds() >= (arrived - 10) / 10


def test_a_long_wait_is_told(store: SqlStore) -> None:
    """In one sentence: whose limit, which, and until when. Nothing was handed over, and no time was spent."""
    office = Office(store, [a_carrier(limits=Limits(groups={DomainGroup.GOOGLE: 0.01}))])
    for number in range(2):
        post(office, number, recipient="ada@gmail.com")
    with pytest.raises(LimitError) as told:
        post(office, 3, recipient="ada@gmail.com")
    words = "the limit of smtp (0.01 mails a second to google mailboxes) is used up until 2026-12-01 09:01:40 UTC"
    assert (str(told.value), told.value.seconds, told.value.is_for_all) == (words, 100, False)
    assert (office.waited, len(inbox(office.carriers[0]))) == ([], 2)
    assert post(office, 4, recipient="ada@example.org").outcome is Outcome.ACCEPTED


def test_whoever_finds_its_turn_taken_waits_no_longer_than_it_may(store: SqlStore) -> None:
    """Others come first again and again: in the end it is told."""
    carrier = a_carrier(limits=Limits(per_second=0.5))
    office = Office(store, [carrier])
    for number in range(2):
        post(office, number)
    office.wait = lambda seconds: (  # type: ignore[method-assign]
        Office.wait(office, seconds),
        store.take_one("smtp", carrier.limits, DomainGroup.OTHER, now=office.now),
    )
    with pytest.raises(LimitError):
        post(office, 3)
    assert sum(office.waited) == 10


def test_a_limit_is_no_trouble(store: SqlStore) -> None:
    """No other transport stands in, and the breaker hears nothing; of one that rests the limits do not matter."""
    carriers = [a_carrier("smtp", limits=Limits(per_second=0.01)), a_carrier("spare")]
    office = Office(store, carriers)
    for number in range(2):
        post(office, number)
    with pytest.raises(LimitError):
        post(office, 3)
    assert (len(inbox(carriers[1])), store.breakers()) == (0, {})
    store.trip("smtp", now=office.now, reason="it is away")
    post(office, 4)
    assert len(inbox(carriers[1])) == 1


def test_who_stands_in_has_limits_of_its_own(store: SqlStore) -> None:
    """They are kept by letters that fall back as well."""
    spare = a_carrier("spare", limits=Limits(per_second=0.01))
    office = Office(store, [a_carrier("smtp", trouble="no connection"), spare])
    for number in range(2):
        post(office, number)
    with pytest.raises(LimitError, match="the limit of spare"):
        post(office, 3)


def test_a_probe_that_may_not_leave_is_left_to_another(store: SqlStore) -> None:
    """Whoever comes when there is room again tries the transport."""
    carrier = a_carrier(limits=Limits(per_second=0.01))
    office = Office(store, [carrier])
    for number in range(2):
        post(office, number)
    store.trip("smtp", now=NOW - MINUTE, reason="it was away")
    with pytest.raises(LimitError):
        post(office, 3)
    office.now += 2 * MINUTE
    assert post(office, 4).outcome is Outcome.ACCEPTED
    assert not store.breakers()["smtp"].is_open


def test_a_token_goes_before_the_mail(store: SqlStore) -> None:
    """A crash in between costs a token, and nobody a second mail."""
    carrier = a_carrier(limits=Limits(per_second=0.01), dies_after=0)
    office = Office(store, [carrier])
    with pytest.raises(PulledPlug):
        post(office)
    assert store.buckets("smtp")[None].tokens == 1


class Untouched:
    """A store nothing is written to: it knows the breakers, and nothing else may be asked of it."""

    def breakers(self) -> dict[str, Breaker]:
        return {}


@pytest.mark.parametrize(
    "limits",
    [Limits(), Limits(warm_up=WarmUp(start=1)), Limits(groups={DomainGroup.GOOGLE: 1})],
    ids=["none", "a day's", "others'"],
)
def test_without_a_limit_a_letter_costs_nothing(limits: Limits) -> None:
    """No statement; warming up does not hold letters back, and a group's rate is for that group."""
    carrier = a_carrier(limits=limits)
    untouched: Any = Untouched()
    for number in range(3):
        assert hand_over(untouched, [carrier], a_message(number), clock=at(NOW)).outcome is Outcome.ACCEPTED
