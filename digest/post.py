"""The post: letters, which belong to no issue and stand in no issue's ledger, on their way to one address.

    post: one letter, now
    put -> outbox of letters in the store -> send_waiting: claim | render | submit | record

What waits is never lost. A letter is sent twice only when its answer was lost, or its worker died before it was
written down; it has the same Message-ID then. Letters are held to the limits of the transport that carries them, and
no issue ever stands before them: it leaves a mail's room for a letter.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter

from digest import owners
from digest.edition import (
    Letter,
    render_address_change,
    render_address_changed,
    render_already,
    render_confirmation,
    render_erasure,
)
from digest.errors import DigestError, InputError, LimitError, TransportError
from digest.feedback import take_in
from digest.links import BROUGHT_BY, errand_link, link
from digest.message import Addressee, Composer
from digest.models import Asked, LetterKind, Message, Outcome, Posting, PostingState, Receipt, Subscriber
from digest.newsroom import Digest
from digest.suppression import feedback_of
from digest.tokens import Purpose, Subject
from digest.traffic import hand_over
from digest.transports.base import Carrier

#: How many letters are claimed at once, and for how long (seconds): a server may take ten minutes for each.
BATCH = 16
LEASE = 7200.0
#: How long to wait after the first, second… refusal for now. Somebody sits before a screen and waits for the first.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
#: How long (seconds) a letter waits in hand until its transport may carry one more, and all of a run's together.
PATIENCE = 1.0
PATIENCE_OF_A_RUN = 30.0
#: How long (seconds) a run rests at once before it asks whether it must stop.
_LONGEST_REST = 1.0

_ERRANDS = {kind: errand for errand, kind in BROUGHT_BY.items()}
_MAKERS: Mapping[LetterKind, Callable[[Digest], Letter]] = {
    LetterKind.CONFIRMATION: lambda digest: render_confirmation(
        digest.newsletter, digest.templates, days=digest.settings.readers.confirm_days
    ),
    LetterKind.ALREADY: lambda digest: render_already(digest.newsletter, digest.templates),
    LetterKind.ADDRESS_CHANGE: lambda digest: render_address_change(
        digest.newsletter, digest.templates, days=digest.settings.readers.confirm_days
    ),
    LetterKind.ADDRESS_CHANGED: lambda digest: render_address_changed(digest.newsletter, digest.templates),
    LetterKind.ERASURE: lambda digest: render_erasure(
        digest.newsletter, digest.templates, days=digest.settings.readers.confirm_days
    ),
}

_log = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True)
class Posted:
    """What became of the letters that waited."""

    sent: int = 0
    #: Refused for now: they wait for another try.
    deferred: int = 0
    #: Refused for good, or their time ran out.
    ended: int = 0
    #: Why nothing more could be carried; None when all went its way.
    trouble: TransportError | None = None
    #: Which limit letters wait for that were not tried; None when none do.
    limit: LimitError | None = None

    @property
    def total(self) -> int:
        """How many letters were dealt with."""
        return self.sent + self.deferred + self.ended

    def add(self, later: Posted) -> None:
        """Count what a later run did, too; of what keeps letters back its word is the last one."""
        self.sent += later.sent
        self.deferred += later.deferred
        self.ended += later.ended
        self.trouble, self.limit = later.trouble, later.limit


def post(
    digest: Digest,
    letter: Letter,
    *,
    to: str,
    confirm_url: str = "",
    subscriber_id: int = 0,
    wait: Callable[[float], object] = time.sleep,
) -> str:
    """Post a letter to an address now, past every ledger. What the transport said.

    Args:
        digest: whose letter it is.
        letter: what it says.
        to: where it goes.
        confirm_url: does what the letter asks about; empty for one that asks nothing.
        subscriber_id: whose preferences its links open; 0 for somebody who is no subscriber.
        wait: waits so many seconds, until the transport may carry one more.

    Raises:
        InputError: the address fits no header.
        LimitError: the transport may carry none for a while.
        TransportError: it was not taken; the message says why.
    """
    message = address_letter(
        digest, letter, secrets.randbits(63), to=to, confirm_url=confirm_url, subscriber_id=subscriber_id
    )
    with digest.carriers() as carriers:
        receipt = hand_over(digest.store, carriers, message, clock=digest.clock, wait=wait)
    if receipt.outcome is not Outcome.ACCEPTED:
        raise TransportError(f"the letter to {to} was not taken: {receipt.detail}")
    return receipt.detail


def put(
    digest: Digest,
    kind: LetterKind,
    reader: Subscriber,
    *,
    to: str = "",
    withheld: bool = False,
    sparing: bool = False,
) -> int:
    """Put a letter to a reader into the outbox of letters; its id.

    Args:
        digest: whose letter it is.
        kind: what it is about.
        reader: whose links it holds.
        to: where it goes; empty for the reader's own address.
        withheld: never let it leave: nobody is to find out by asking that nobody is written to.
        sparing: withhold it where the address was written to often lately: anybody may have named it.
    """
    now = digest.clock()
    address = to or reader.address
    return digest.store.add_letter(
        Posting(
            kind=kind,
            address=address,
            subscriber_id=reader.id,
            asked=Asked(wanted=Subscriber(address=address)),
            asked_at=now,
            expires_at=life_of_letter(digest, now),
        ),
        withheld=withheld,
        sparing=sparing,
    )


def life_of_letter(digest: Digest, now: datetime) -> datetime:
    """Until when a letter that is put down at this instant may be on its way, and its link works."""
    return now + timedelta(days=digest.settings.readers.confirm_days)


def send_waiting(
    digest: Digest,
    *,
    stop: Callable[[], bool] = lambda: False,
    patience: float = PATIENCE_OF_A_RUN,
    wait: Callable[[float], object] = time.sleep,
) -> Posted:
    """Send the letters that wait and are due. Safe to call anywhere, at once or again.

    Args:
        digest: whose letters they are.
        stop: asked before every letter.
        patience: for how many seconds a limit is waited for, all letters together; the rest is the next run's.
        wait: waits so many seconds.

    Raises:
        StoreError: the database cannot be used.
    """
    posted = Posted()
    if not digest.store.letters_waiting():
        return posted
    if gone := owners.surely_gone(digest.store.letter_owners()):
        digest.store.free_letters(gone)
    with digest.carriers() as carriers, owners.a_run() as owner:
        room = _Room(
            digest=digest, carriers=carriers, owner=owner, posted=posted, stop=stop, patience=patience, wait=wait
        )
        while posted.trouble is None and not stop() and (room.send_some() or room.rest()):
            pass
    return posted


@dataclass(kw_only=True, slots=True)
class _Room:
    """Where letters are made and handed over."""

    digest: Digest
    carriers: Sequence[Carrier]
    owner: str
    posted: Posted
    stop: Callable[[], bool]
    #: For how many seconds more a limit is waited for.
    patience: float
    wait: Callable[[float], object]
    _made: dict[LetterKind, Letter] = field(default_factory=dict)
    #: Why letters were put off, by their ids.
    _limits: dict[int, LimitError] = field(default_factory=dict)

    def send_some(self) -> bool:
        """Send a batch. False when nothing is due that may leave now."""
        store = self.digest.store
        claimed = store.claim_letters(self.owner, limit=BATCH, lease=LEASE, now=self.digest.clock())
        for posting in claimed:
            if self._is_full or self.posted.trouble is not None or self.stop():
                store.record_letter(posting.id, self.owner, PostingState.WAITING)
            else:
                self._send(posting)
        return bool(claimed) and not self._is_full

    def rest(self) -> bool:
        """Wait until a letter that was put off may leave. False where none was, or that takes longer than we have."""
        while (limit := self.posted.limit) is not None:
            seconds = (limit.until - self.digest.clock()).total_seconds()
            if seconds <= 0:
                now = self.digest.clock()
                self._hold({number: one for number, one in self._limits.items() if one.until > now})
                return True
            if seconds > self.patience or self.stop():
                return False
            self._wait(min(seconds, _LONGEST_REST))
        return False

    @property
    def _is_full(self) -> bool:
        """Whether no letter to anybody may leave now."""
        return any(limit.is_for_all for limit in self._limits.values())

    def _wait(self, seconds: float) -> None:
        self.patience -= seconds
        self.wait(seconds)

    def _send(self, posting: Posting) -> None:
        self._hold({number: limit for number, limit in self._limits.items() if number != posting.id})
        try:
            receipt = hand_over(
                self.digest.store,
                self.carriers,
                self._message(posting),
                clock=self.digest.clock,
                wait=self._wait,
                patience=min(PATIENCE, self.patience),
            )
        except InputError as error:
            receipt = Receipt(outcome=Outcome.REFUSED, detail=str(error))
        except LimitError as error:
            self._put_off(posting, error)
            return
        except TransportError as error:
            self.posted.trouble = error
            self.digest.store.record_letter(posting.id, self.owner, PostingState.WAITING)
            return
        except Exception as error:  # noqa: BLE001 - one letter, or a mistake of ours about it, never stops the rest
            _log.warning("letter %d cannot be sent: %s", posting.id, type(error).__name__)
            detail = str(error) if isinstance(error, DigestError) else repr(error)
            receipt = Receipt(outcome=Outcome.DEFERRED, detail=detail)
        self._record(posting, receipt)

    def _put_off(self, posting: Posting, limit: LimitError) -> None:
        """Let a letter wait for its turn, untried. Where all wait they keep their order; else it lets others pass."""
        self._hold({**self._limits, posting.id: limit})
        due_at = None if limit.is_for_all else limit.until
        self.digest.store.record_letter(posting.id, self.owner, PostingState.WAITING, due_at=due_at, tried=False)

    def _hold(self, limits: dict[int, LimitError]) -> None:
        self._limits = limits
        self.posted.limit = min(limits.values(), key=attrgetter("until"), default=None)

    def _message(self, posting: Posting) -> Message:
        digest, errand = self.digest, _ERRANDS.get(posting.kind)
        if posting.kind not in self._made:
            self._made[posting.kind] = _MAKERS[posting.kind](digest)
        url = errand_link(digest, errand, posting.id, until=posting.expires_at) if errand else ""
        return address_letter(
            digest,
            self._made[posting.kind],
            posting.id,
            to=posting.address,
            confirm_url=url,
            subscriber_id=posting.subscriber_id,
            date=posting.asked_at,
        )

    def _record(self, posting: Posting, receipt: Receipt) -> None:
        now = self.digest.clock()
        state, due_at = _outcome(posting, receipt, now)
        if state is PostingState.SENT:
            self.posted.sent += 1
        elif state is PostingState.WAITING:
            self.posted.deferred += 1
        else:
            self.posted.ended += 1
            feedback = feedback_of(receipt, address=posting.address, issue_id=None, now=now)
            if feedback is not None:
                take_in(self.digest.store, feedback)
        self.digest.store.record_letter(posting.id, self.owner, state, detail=receipt.detail, due_at=due_at)


def _outcome(posting: Posting, receipt: Receipt, now: datetime) -> tuple[PostingState, datetime | None]:
    """What a receipt makes of a letter. One whose answer was lost is sent again: nobody waits for it in vain."""
    if receipt.outcome is Outcome.ACCEPTED:
        return PostingState.SENT, None
    due_at = now + DELAYS[min(posting.attempts, len(DELAYS) - 1)]
    if receipt.outcome is Outcome.REFUSED or due_at >= posting.expires_at:
        return PostingState.ENDED, None
    return PostingState.WAITING, due_at


def address_letter(
    digest: Digest,
    letter: Letter,
    number: int,
    *,
    to: str,
    confirm_url: str = "",
    subscriber_id: int = 0,
    date: datetime | None = None,
) -> Message:
    """The letter as a message; `number` makes its Message-ID. InputError when the address fits no header."""
    newsletter = digest.newsletter
    subject = Subject(subscriber_id=subscriber_id)
    token = digest.signer.sign_local_part(Purpose.UNSUBSCRIBE, subject)
    addressee = Addressee(
        address=to,
        preferences_url=link(digest, Purpose.PREFERENCES, subscriber_id),
        pause_url=link(digest, Purpose.PAUSE, subscriber_id),
        unsubscribe_url=link(digest, Purpose.UNSUBSCRIBE, subscriber_id),
        web_url=link(digest, Purpose.WEB_VERSION, subscriber_id),
        confirm_url=confirm_url,
        unsubscribe_mailto=f"mailto:{digest.settings.newsletter.unsubscribe_mailto}?subject=unsubscribe%20{token}",
        message_id=digest.signer.letter_message_id(number, newsletter.address.rpartition("@")[2]),
        sender=_sender(digest, number) if subscriber_id else newsletter.address,
    )
    return Composer(letter.pool, date=date or digest.clock(), keys=digest.dkim).compose(letter.edition, addressee)


def _sender(digest: Digest, number: int) -> str:
    """The envelope sender of a subscriber's letter: it says which letter a bounce is about, and so where that went."""
    bounces = digest.settings.newsletter.bounces
    if bounces is None:
        return digest.newsletter.address
    local, _, domain = bounces.address.rpartition("@")
    return f"{local}+{digest.signer.sign_letter(number)}@{domain}"
