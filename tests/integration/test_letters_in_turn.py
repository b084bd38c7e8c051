"""Letters and test mails within the limits of their transport, on both databases."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from digest import approving, owners, previews
from digest.bell import Bell, Tick
from digest.cli.departed import letters_words, tick_data
from digest.cli.standing import show_status, status_data
from digest.errors import LimitError, TransportError
from digest.joining import ask
from digest.limits import Limits
from digest.models import DomainGroup, Message, Outcome, Receipt, Subscriber
from digest.newsroom import Digest
from digest.post import Posted, post, send_waiting
from digest.store.store import SqlStore
from digest.transports.memory import MemoryTransport
from tests.factories import NOW
from tests.newsletter import a_digest
from tests.sample_issue import LETTERS
from tests.web.sample import filled

GMAIL = "gmail.com"


@dataclass
class Office:
    """A newsletter's post office with a clock that moves when somebody waits."""

    digest: Digest
    transport: MemoryTransport
    now: datetime = NOW
    waited: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)

    def join(self, *names: str, domain: str = "example.org") -> None:
        """Have these ask to become readers: a letter waits for each."""
        for name in names:
            ask(self.digest, Subscriber(address=f"{name}@{domain}"))

    def send(self, **given: Any) -> Posted:
        return send_waiting(self.digest, wait=self.wait, **given)

    @property
    def arrived(self) -> list[str]:
        return [message.recipient.partition("@")[0] for message in self.transport.inbox]


@contextmanager
def an_office(folder: Path, store: SqlStore, **limits: float) -> Iterator[Office]:
    transport = MemoryTransport(kind="smtp")
    given = {"kind": "file", "limits": limits}
    with a_digest(folder, store=store, make_transport=lambda: transport, transport=given) as made:
        office = Office(made, transport)
        office.digest = replace(made, clock=lambda: office.now, reach=lambda _: {})
        yield office


@pytest.fixture
def open_office(tmp_path: Path, store: SqlStore) -> Iterator[Callable[..., Office]]:
    """Opens an office whose transport has these limits."""
    opened = []

    def opener(**limits: float) -> Office:
        opened.append(an_office(tmp_path, store, **limits))
        return opened[-1].__enter__()

    yield opener
    for one in opened:
        one.__exit__(None, None, None)


def test_letters_leave_at_the_rate(open_office: Callable[..., Office]) -> None:
    """In the order they were asked for, in one run, each as soon as it may."""
    office = open_office(per_second=4)
    names = [f"reader{number}" for number in range(12)]
    office.join(*names)
    assert office.send() == Posted(sent=12)
    assert office.arrived == names
    assert office.waited == [0.25] * 8


def test_a_rate_slower_than_a_letter_waits_in_hand(open_office: Callable[..., Office]) -> None:
    """Then the run waits, for half a minute all together; no try of a letter is counted meanwhile."""
    office = open_office(per_second=0.25)
    office.join(*(f"reader{number}" for number in range(12)))
    posted = office.send()
    assert (posted.sent, posted.total) == (9, 9)
    assert (sum(office.waited), max(office.waited)) == (28, 1)
    assert posted.limit is not None and posted.limit.until == office.now + timedelta(seconds=4)
    assert office.digest.store.letters_waiting() == 3
    assert office.send() == Posted(sent=3)
    assert office.arrived == [f"reader{number}" for number in range(12)]


def test_a_long_wait_is_the_next_run_s(open_office: Callable[..., Office]) -> None:
    """Nobody waits ten minutes in hand. What waits keeps its order, is untried, and the first one leaves in time."""
    office = open_office(per_second=1 / 600)
    office.join("ada", "ben", "cem", "dora")
    posted = office.send()
    assert (posted.sent, posted.trouble, office.waited) == (2, None, [])
    assert str(posted.limit).endswith("is used up until 2026-12-01 09:10:00 UTC")
    office.now += timedelta(minutes=9)
    assert office.send().sent == 0
    office.now += timedelta(minutes=1)
    assert office.send().sent == 1
    office.now += timedelta(minutes=10)
    assert office.send() == Posted(sent=1)
    assert office.arrived == ["ada", "ben", "cem", "dora"]
    letters = [office.digest.store.letter(number) for number in range(1, 5)]
    assert [letter.attempts for letter in letters if letter] == [1] * 4


def test_a_slow_group_holds_nobody_up(open_office: Callable[..., Office]) -> None:
    """Its letters let the others pass, and follow as their rate says."""
    office = open_office(google=0.01)
    office.join("ada", "ben", "cem", "dora", domain=GMAIL)
    office.join("eda", "finn")
    posted = office.send()
    assert (posted.sent, office.waited) == (4, [])
    assert office.arrived == ["ada", "ben", "eda", "finn"]
    assert posted.limit is not None and not posted.limit.is_for_all
    office.now += timedelta(seconds=100)
    office.join("gus")
    assert (office.send().sent, office.arrived[4:]) == (2, ["cem", "gus"])
    office.now += timedelta(seconds=100)
    assert office.send() == Posted(sent=1)


def test_a_group_whose_turn_comes_soon_is_waited_for(open_office: Callable[..., Office]) -> None:
    """After all others have left."""
    office = open_office(google=0.2)
    office.join("ada", "ben", "cem", domain=GMAIL)
    office.join("eda")
    assert office.send() == Posted(sent=4)
    assert (office.arrived, sum(office.waited)) == (["ada", "ben", "eda", "cem"], 5)


def test_whoever_must_stop_does_not_wait_on(open_office: Callable[..., Office]) -> None:
    """Nor goes on with what was claimed: all of it is given back, untried."""
    office = open_office(per_second=0.25)
    office.join(*(f"reader{number}" for number in range(6)))
    assert office.send(stop=lambda: bool(office.waited)).sent == 2
    assert office.waited == [1]
    assert not office.digest.store.letter_owners()


def test_who_has_no_patience_sends_what_may_leave(open_office: Callable[..., Office]) -> None:
    """And leaves the rest to others."""
    office = open_office(per_second=2)
    office.join(*(f"reader{number}" for number in range(5)))
    posted = office.send(patience=0)
    assert (posted.sent, office.waited, posted.limit is not None) == (2, [], True)


def test_another_worker_s_letters_count(open_office: Callable[..., Office]) -> None:
    """The rate is one for all: what one run sent the next one does not."""
    office = open_office(per_second=3)
    office.join(*(f"reader{number}" for number in range(4)))
    store = office.digest.store
    with owners.a_run() as owner:
        held = store.claim_letters(owner, limit=2, lease=60, now=NOW)
        for _ in held:
            assert store.take_one("smtp", Limits(per_second=3), DomainGroup.OTHER, now=NOW) is None
        assert office.send().sent == 2
    assert office.waited == [pytest.approx(1 / 3, abs=1e-5)]


# --- mails that are not written down ---------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "waited"), [(5, [0.2]), (0.1, [10]), (0.09, None)])
def test_a_link_to_sign_in_keeps_the_rate(
    open_office: Callable[..., Office], rate: float, waited: list[float] | None
) -> None:
    """It waits as long as somebody does; where that is too long it says so, and nothing has left."""
    office = open_office(per_second=rate)
    letter = LETTERS["sign-in"]()
    beforehand = max(int(rate), 2)
    for _ in range(beforehand):
        post(office.digest, letter, to="ed@example.org", wait=office.wait)
    with pytest.raises(LimitError, match="the limit of smtp") if waited is None else nullcontext():
        post(office.digest, letter, to="ed@example.org", wait=office.wait)
    assert office.waited == (waited or [])
    assert len(office.arrived) == beforehand + len(office.waited)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.001, "(0.001 mails a second) is used up until 2026-12-01 09:16:40 UTC: try again in 17 minutes"),
        (0.02, "(0.02 mails a second) is used up until 2026-12-01 09:00:50 UTC: try again in 50 seconds"),
    ],
)
def test_a_test_mail_says_when_to_try_again(open_office: Callable[..., Office], rate: float, words: str) -> None:
    """In one sentence, after which an editor knows what to do."""
    office = open_office(per_second=rate)
    shown = previews.of_reader(office.digest, filled(office.digest), "ada@example.org")
    for _ in range(2):
        previews.send_test(office.digest, shown, to="ed@example.org", wait=office.wait)
    with pytest.raises(LimitError) as told:
        previews.send_test(office.digest, shown, to="ed@example.org", wait=office.wait)
    assert str(told.value) == f"no test mail was sent, for the limit of smtp {words}"
    assert (len(office.arrived), office.waited) == (2, [])


def test_trouble_is_no_limit(open_office: Callable[..., Office]) -> None:
    """What cannot be carried is told as ever."""
    office = open_office(per_second=5)
    office.transport.trouble = "no connection"
    office.join("ada")
    posted = office.send()
    assert isinstance(posted.trouble, TransportError) and posted.limit is None


# --- the bell --------------------------------------------------------------------------------------------


def test_the_bell_says_that_letters_wait(open_office: Callable[..., Office]) -> None:
    """It is no trouble: a line among what was done."""
    office = open_office(per_second=0.001)
    office.join("ada", "ben", "cem")
    tick: Tick = Bell(digest=office.digest).ring()
    assert tick.troubles == () and tick.letters is not None
    assert (tick.letters.sent, tick.letters.limit is not None) == (2, True)
    limit = "the limit of smtp (0.001 mails a second) is used up until 2026-12-01 09:16:40 UTC"
    assert letters_words(tick.letters) == f"Letters: 2 letters sent; others wait, for {limit}."
    told = tick_data(tick)["letters"]
    assert (told["sent"], told["limit"], told["until"]) == (2, limit, NOW + timedelta(seconds=1000))


def test_status_says_how_many_letters_wait(open_office: Callable[..., Office]) -> None:
    """And nothing where none does."""
    office = open_office(per_second=0.001)
    office.join("ada", "ben", "cem")
    told = []
    for _ in range(2):
        console = Console(width=200, record=True, file=io.StringIO())
        show_status(console, status_data(office.digest))
        told.append(console.export_text().splitlines()[0])
        office.send()
    assert told[0].endswith("; waiting: 3 letters") and told[1].endswith("; waiting: 1 letter")
    office.now += timedelta(hours=1)
    office.send()
    assert status_data(office.digest)["letters_waiting"] == 0


def an_issue_that_takes_its_time(office: Office, seconds: float) -> None:
    """One mail after the other is on its way to five readers, and each takes so long."""
    approving.approve(office.digest, filled(office.digest), by="ada@example.org")
    office.transport.window = 1

    def answer(message: Message) -> Receipt:
        office.wait(seconds)
        return Receipt(outcome=Outcome.ACCEPTED)

    office.transport.answer = answer


def test_letters_leave_while_an_issue_is_sent(open_office: Callable[..., Office]) -> None:
    """One that falls due in the middle waits for its minute, and not for the end; the bell tells of it as of others."""
    office = open_office()
    office.transport.answer = lambda _: Receipt(outcome=Outcome.DEFERRED, code="4.2.0")
    office.join("eda")
    assert office.send().deferred == 1
    an_issue_that_takes_its_time(office, 40)
    tick = Bell(digest=office.digest).ring()
    assert (tick.troubles, tick.letters) == ((), Posted(sent=1))
    assert sum(sent.accepted for _, sent in tick.sent) == len(office.arrived) - 1
    assert office.arrived.index("eda") == 2


def test_a_letter_in_trouble_stops_no_issue(open_office: Callable[..., Office]) -> None:
    """Whatever goes wrong with letters meanwhile: it is told once, and the issue's mails arrive."""
    office = open_office()
    an_issue_that_takes_its_time(office, 70)
    works = office.transport.answer

    def answer(message: Message) -> Receipt:
        office.join(f"eda{len(office.waited)}")
        if message.recipient.startswith("eda"):
            raise TransportError("no letters today")
        return works(message)

    office.transport.answer = answer
    tick = Bell(digest=office.digest).ring()
    assert tick.troubles == ("letters wait: no letters today",)
    assert sum(sent.accepted for _, sent in tick.sent) == len(office.arrived) > 2


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        (Posted(sent=1), "Letters: 1 letter sent."),
        (
            Posted(sent=1200, deferred=1, ended=2),
            "Letters: 1,200 letters sent; 1 deferred, to be tried again; 2 given up.",
        ),
    ],
)
def test_what_became_of_letters_is_said(letters: Posted, words: str) -> None:
    """In a line, without an address."""
    assert letters_words(letters) == words
