"""Joining on both databases: double opt-in, nothing told to strangers, and letters that leave by themselves."""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest import owners
from digest.errors import InputError, StateError, TokenError, TooManyError, TransportError
from digest.feedback import take_in
from digest.joining import ask, confirm, expire, look
from digest.models import (
    Cadence,
    FeedbackKind,
    LetterKind,
    Message,
    Outcome,
    PostingState,
    Profile,
    Receipt,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from digest.newsroom import Digest
from digest.post import put, send_waiting
from digest.store.store import SqlStore
from digest.suppression import Feedback
from digest.tokens import Purpose, Subject
from tests.factories import NOW, a_subscriber
from tests.newsletter import a_digest

WANTED = Subscriber(address="Ada@Example.org", name=" Ada ", profile=Profile(interests=("fatigue", "vision")))


class Box:
    """A transport that remembers, and answers as it is told."""

    kind, window, ahead = "box", 4, False

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answer: Callable[[], Receipt] = lambda: Receipt(outcome=Outcome.ACCEPTED)

    def submit(self, messages: list[Message]) -> list[Receipt]:
        receipts = [self.answer() for _ in messages]
        self.messages += messages
        return receipts

    def close(self) -> None:
        """Nothing is open."""

    @property
    def tokens(self) -> list[str]:
        """The tokens of the links to confirm, as they arrived."""
        return [found for one in self.messages for found in re.findall(r"/c/([\w-]{38})", text_of(one))]


def text_of(message: Message) -> str:
    parsed = email.message_from_bytes(message.data, policy=policy.default)
    body = parsed.get_body(("plain",))
    assert body is not None
    return body.get_content()


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def digest(tmp_path: Path, store: SqlStore, box: Box) -> Iterator[Digest]:
    topics = tmp_path / "topics.yaml"
    topics.write_text(
        "condition: {label: Multiple sclerosis, terms: [multiple sclerosis]}\n"
        "topics:\n  - {id: fatigue, label: Fatigue, terms: [fatigue]}\n  - {id: vision, label: Eyes, terms: [vision]}\n"
    )
    with a_digest(tmp_path, store=store, make_transport=lambda: box, topics=str(topics)) as made:
        yield replace(made, clock=lambda: NOW)


def later(digest: Digest, **span: float) -> Digest:
    """The same newsletter, so much later."""
    return replace(digest, clock=lambda: NOW + timedelta(**span))


def joined(digest: Digest, box: Box, wanted: Subscriber = WANTED) -> Subscriber:
    """Ask, and confirm by the letter that came."""
    ask(digest, wanted)
    send_waiting(digest)
    return confirm(digest, box.tokens[-1])


def test_whoever_confirms_is_a_reader_with_proof_of_consent(digest: Digest, box: Box) -> None:
    """Time, method and version of the text; the wishes are those of the form; no network is kept."""
    ask(digest, WANTED, network="192.0.2.7")
    (before,) = digest.store.subscribers()
    assert before.status is SubscriberStatus.UNCONFIRMED and before.consent is None
    assert send_waiting(digest).sent == 1 and box.messages[0].recipient == "Ada@example.org"
    reader = confirm(later(digest, hours=1), box.tokens[0])
    assert digest.store.subscriber(reader.id) == reader
    assert (reader.status, reader.name, reader.profile) == (SubscriberStatus.ACTIVE, "Ada", WANTED.profile)
    assert reader.consent is not None and reader.consent.at == NOW + timedelta(hours=1)
    assert (reader.consent.method, reader.consent.text_version) == ("double-opt-in, web form", "v1")
    assert reader.consent.network == ""


def test_looking_changes_nothing(digest: Digest, box: Box) -> None:
    """A scanner that opens the link of a letter confirms nothing."""
    ask(digest, WANTED)
    send_waiting(digest)
    for _ in range(3):
        assert look(digest, box.tokens[0]).profile == WANTED.profile
    assert next(digest.store.subscribers()).status is SubscriberStatus.UNCONFIRMED


def test_the_network_is_kept_only_where_the_operator_says_so(tmp_path: Path, store: SqlStore, box: Box) -> None:
    """It is personal data as well."""
    with a_digest(tmp_path, store=store, make_transport=lambda: box, readers={"keep_network": True}) as digest:
        ask(digest, replace(WANTED, profile=Profile()), network="192.0.2.7")
        send_waiting(digest)
        consent = confirm(digest, box.tokens[0]).consent
        assert consent is not None and consent.network == "192.0.2.7"
        assert next(digest.store.subscribers()).consent == consent


def test_confirming_again_changes_nothing(digest: Digest, box: Box) -> None:
    """Two clicks, one reader; and after they left, the old link does not bring them back."""
    reader = joined(digest, box)
    assert confirm(later(digest, hours=2), box.tokens[0]) == reader
    digest.store.leave(reader.id, now=NOW)
    for act in (look, confirm):
        with pytest.raises(TokenError) as raised:
            act(digest, box.tokens[0])
        assert raised.value.used
    assert digest.store.subscriber(reader.id).status is SubscriberStatus.UNSUBSCRIBED  # type: ignore[union-attr]


def test_a_link_ends(digest: Digest, box: Box) -> None:
    """After seven days it confirms nothing."""
    ask(digest, WANTED)
    send_waiting(digest)
    with pytest.raises(TokenError) as raised:
        confirm(later(digest, days=7), box.tokens[0])
    assert raised.value.expired


def test_a_link_of_another_kind_confirms_nothing(digest: Digest, box: Box) -> None:
    """Neither one out of a mail, nor rubbish."""
    ask(digest, WANTED)
    (reader,) = digest.store.subscribers()
    for token in (digest.signer.sign(Purpose.PREFERENCES, Subject(subscriber_id=reader.id)), "x" * 38, ""):
        with pytest.raises(TokenError):
            confirm(digest, token)


# --- who may come back -----------------------------------------------------------------------------------


def test_who_left_comes_back_with_new_wishes(digest: Digest, box: Box) -> None:
    """The same reader, so that nothing is sent twice; the wishes count only from the confirmation on."""
    first = joined(digest, box)
    digest.store.leave(first.id, now=NOW)
    much_later = later(digest, days=30)
    ask(much_later, replace(WANTED, name="Ada L", cadence=Cadence.MONTHLY, profile=Profile()))
    assert digest.store.subscriber(first.id).profile == WANTED.profile  # type: ignore[union-attr]
    send_waiting(much_later)
    again = confirm(much_later, box.tokens[-1])
    assert (again.id, again.name, again.status) == (first.id, "Ada L", SubscriberStatus.ACTIVE)


@pytest.mark.parametrize("kind", [FeedbackKind.UNSUBSCRIBE, FeedbackKind.HARD_BOUNCE])
def test_a_new_consent_lifts_what_stood_against_the_address(digest: Digest, box: Box, kind: FeedbackKind) -> None:
    """And what is heard again of the time before brings none of it back."""
    old = Feedback(address="ada@example.org", kind=kind, at=NOW - timedelta(days=9), code="5.1.1", event_id="one")
    assert take_in(digest.store, old)
    joined(digest, box)
    assert not digest.store.suppressed(["ada@example.org"])
    assert not take_in(digest.store, old)
    assert not take_in(digest.store, replace(old, event_id="two"))
    assert take_in(digest.store, replace(old, event_id="three", at=NOW + timedelta(days=1)))


def test_who_complained_is_left_alone(digest: Digest, box: Box) -> None:
    """No letter goes there, and a letter from before confirms nothing."""
    ask(digest, WANTED)
    send_waiting(digest)
    digest.store.suppress(Suppression(address="ada@example.org", reason=FeedbackKind.COMPLAINT, at=NOW))
    with pytest.raises(StateError, match="never to write"):
        confirm(digest, box.tokens[0])
    ask(later(digest, days=2), WANTED)
    assert send_waiting(later(digest, days=2)).total == 0


# --- nothing is told to strangers ------------------------------------------------------------------------


def known(digest: Digest, state: str) -> None:
    """Make the address one of this state."""
    match state:
        case "active":
            digest.store.save_subscribers([a_subscriber("ada@example.org")], now=NOW)
        case "unsubscribed":
            digest.store.save_subscribers(
                [a_subscriber("ada@example.org", status=SubscriberStatus.UNSUBSCRIBED)], now=NOW
            )
        case "unconfirmed":
            ask(later(digest, hours=-1), WANTED)
        case "asked just now":
            ask(digest, WANTED)
        case "complained":
            digest.store.suppress(Suppression(address="ada@example.org", reason=FeedbackKind.COMPLAINT, at=NOW))
        case "bounced":
            digest.store.suppress(Suppression(address="ada@example.org", reason=FeedbackKind.HARD_BOUNCE, at=NOW))
        case "erased":
            digest.store.save_subscribers([a_subscriber("ada@example.org")], now=NOW)
            digest.store.erase(next(digest.store.subscribers()).id, now=NOW)


STATES = ["new", "active", "unsubscribed", "unconfirmed", "asked just now", "complained", "bounced", "erased"]


def statements(store: SqlStore, act: Callable[[], object]) -> list[str]:
    """The first words of every statement it runs."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(" ".join(statement.split()[:2]))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("state", STATES)
def test_asking_is_the_same_work_whoever_it_is(digest: Digest, state: str) -> None:
    """The same statements, but that a reader is written in one case and written over in the other."""
    known(digest, state)
    seen = statements(digest.store, lambda: ask(digest, WANTED, network="192.0.2.7"))  # type: ignore[arg-type]
    writes = ["WRITE" if one.startswith(("INSERT", "UPDATE")) else one for one in seen if not one.startswith("BEGIN")]
    assert writes == [
        "DELETE FROM", "SELECT count(*)", "WRITE",
        "SELECT subscribers.id,", "SELECT suppressions.reason", "SELECT letters.kind,", "WRITE", "WRITE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "letter"),
    [
        ("new", "Please confirm your subscription"),
        ("active", "You are subscribed already"),
        ("unsubscribed", "Please confirm your subscription"),
        ("unconfirmed", "Please confirm your subscription"),
        ("bounced", "Please confirm your subscription"),
        ("erased", "Please confirm your subscription"),
        ("complained", None),
    ],
)
def test_the_owner_of_the_address_alone_learns_what_it_is(
    digest: Digest, box: Box, state: str, letter: str | None
) -> None:
    """By the letter."""
    known(digest, state)
    send_waiting(later(digest, minutes=-1))
    box.messages.clear()
    ask(digest, WANTED)
    send_waiting(digest)
    subjects = [email.message_from_bytes(one.data, policy=policy.default)["Subject"] for one in box.messages]
    assert subjects == ([letter] if letter else [])


def test_a_stranger_cannot_have_us_write_often(digest: Digest, box: Box) -> None:
    """Three letters a day at the most, and none within ten minutes of the last; one a day to a reader."""
    for minutes in range(0, 24 * 60, 4):
        ask(later(digest, minutes=minutes), WANTED)
    send_waiting(later(digest, days=1))
    assert len(box.messages) == 3
    digest.store.save_subscribers([a_subscriber("bob@example.org")], now=NOW)
    for hours in range(20):
        ask(later(digest, hours=hours), replace(WANTED, address="bob@example.org"))
    send_waiting(later(digest, days=1))
    assert len(box.messages) == 4


@pytest.mark.parametrize("state", ["new", "unsubscribed"])
def test_many_ask_for_one_address_at_the_same_moment(digest: Digest, box: Box, state: str) -> None:
    """One reader, one letter, and no error for anybody."""
    known(digest, state)
    with ThreadPoolExecutor(8) as threads:
        for one in [threads.submit(ask, digest, WANTED) for _ in range(16)]:
            one.result()
    send_waiting(digest)
    assert len([*digest.store.subscribers()]) == 1 and len(box.messages) == 1


def test_a_network_asks_so_often_and_no_more(digest: Digest) -> None:
    """Whatever the addresses; after an hour it may again, and nowhere does the network stand."""
    for number in range(30):
        ask(digest, replace(WANTED, address=f"a{number}@example.org"), network="192.0.2.7")
    with pytest.raises(TooManyError, match="an hour"):
        ask(digest, replace(WANTED, address="one@example.org"), network="192.0.2.7")
    ask(digest, WANTED, network="192.0.2.8")
    ask(later(digest, hours=1), replace(WANTED, address="two@example.org"), network="192.0.2.7")
    with digest.store.engine.connect() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("SELECT who FROM tries").scalars().all()
    assert len(rows) == 1 and "192" not in rows[0]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (replace(WANTED, address="ada"), "email"),
        (replace(WANTED, address="ada@example.org\r\nBcc: x@example.org"), "email"),
        (replace(WANTED, profile=Profile(interests=("heart",))), "interests"),
        (replace(WANTED, cadence=Cadence.WEEKLY), "cadence"),
        (replace(WANTED, timezone="Atlantis"), "timezone"),
        (replace(WANTED, language="<b>"), "language"),
        (replace(WANTED, weekday=9), "weekday"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(digest: Digest, wanted: Subscriber, field: str) -> None:
    """And nothing is stored."""
    with pytest.raises(InputError) as raised:
        ask(digest, wanted)
    assert raised.value.place == field and not [*digest.store.subscribers()]


# --- what is forgotten -----------------------------------------------------------------------------------


def test_who_never_confirms_is_forgotten(digest: Digest, box: Box) -> None:
    """After a week nothing is left. Who confirmed stays, and so does who asked again meanwhile."""
    ask(digest, WANTED)
    ask(digest, replace(WANTED, address="again@example.org"))
    ask(later(digest, days=3), replace(WANTED, address="again@example.org"))
    joined(digest, box, replace(WANTED, address="yes@example.org"))
    assert expire(later(digest, days=6)) == 0
    assert expire(later(digest, days=7)) == 1
    assert [one.address for one in digest.store.subscribers()] == ["again@example.org", "yes@example.org"]
    assert expire(later(digest, days=10)) == 1


def test_an_unconfirmed_reader_out_of_a_file_stays(digest: Digest) -> None:
    """Nobody asked them by a letter: the operator does."""
    digest.store.save_subscribers(
        [a_subscriber("file@example.org", status=SubscriberStatus.UNCONFIRMED, consent=None)], now=NOW
    )
    assert expire(later(digest, days=99)) == 0 and [*digest.store.subscribers()]


# --- letters leave ---------------------------------------------------------------------------------------


def test_a_letter_waits_while_nothing_can_be_carried(digest: Digest, box: Box) -> None:
    """It is not lost, and leaves by itself as soon as it can."""

    def away() -> Receipt:
        raise TransportError("the server is away")

    ask(digest, WANTED)
    works, box.answer = box.answer, away
    posted = send_waiting(digest)
    assert posted.trouble is not None and posted.total == 0
    box.answer = works
    assert send_waiting(digest).sent == 1 and send_waiting(digest).total == 0


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.DOUBTFUL])
def test_a_letter_refused_for_now_is_tried_again(digest: Digest, box: Box, outcome: Outcome) -> None:
    """Under the same Message-ID and with the same bytes, a little later."""
    ask(digest, WANTED)
    works, box.answer = box.answer, lambda: Receipt(outcome=outcome, code="4.2.0")
    assert send_waiting(digest).deferred == 1
    box.answer = works
    assert send_waiting(digest).total == 0
    assert send_waiting(later(digest, minutes=1)).sent == 1
    first, second = box.messages
    assert first == second


def test_one_letter_s_mistake_never_stops_the_rest(digest: Digest, box: Box) -> None:
    """A mistake of ours about one letter: it is tried again a little later, and the others leave at once."""
    for name in ("ada", "ben"):
        ask(digest, replace(WANTED, address=f"{name}@example.org"))
    works, left = box.answer, [ZeroDivisionError("our mistake")]

    def stumbling() -> Receipt:
        if left:
            raise left.pop()
        return works()

    box.answer = stumbling
    posted = send_waiting(digest)
    assert (posted.deferred, posted.sent) == (1, 1)
    assert [one.recipient for one in box.messages] == ["ben@example.org"]
    assert send_waiting(later(digest, minutes=1)).sent == 1


def test_a_letter_refused_for_good_is_not_tried_again(digest: Digest, box: Box) -> None:
    """And a mailbox that does not exist is known as such."""
    box.answer = lambda: Receipt(outcome=Outcome.REFUSED, code="5.1.1")
    ask(digest, WANTED)
    assert send_waiting(digest).ended == 1 and send_waiting(later(digest, days=1)).total == 0
    assert digest.store.suppressed(["ada@example.org"])


def test_a_letter_of_a_dead_worker_is_sent(digest: Digest, box: Box) -> None:
    """Once its lease has run out, and by one worker."""
    ask(digest, WANTED)
    assert len(digest.store.claim_letters("dead", limit=9, lease=60, now=NOW)) == 1
    assert send_waiting(digest).total == 0
    assert send_waiting(later(digest, minutes=1)).sent == 1
    assert not digest.store.record_letter(1, "dead", PostingState.WAITING)


def test_a_letter_of_a_worker_that_is_surely_gone_is_sent_at_once(digest: Digest) -> None:
    """Somebody waits for it before a screen: not for a lease to run out."""
    ask(digest, WANTED)
    with owners.a_run() as owner:
        assert len(digest.store.claim_letters(owner, limit=9, lease=7200, now=NOW)) == 1
        assert send_waiting(digest).total == 0
    assert send_waiting(digest).sent == 1


def test_a_letter_that_cannot_be_addressed_stops_no_other(digest: Digest, box: Box) -> None:
    """It ends, and the next one leaves."""
    digest.store.save_subscribers([a_subscriber("no address")], now=NOW)
    (reader,) = digest.store.subscribers()
    put(digest, LetterKind.ERASURE, reader)
    ask(digest, WANTED)
    posted = send_waiting(digest)
    assert (posted.sent, posted.ended) == (1, 1)
