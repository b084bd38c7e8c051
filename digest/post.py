"""The post: letters, which belong to no issue and stand in no issue's ledger, on their way to one address.

    post: one letter, now
    put -> outbox of letters in the store -> send_waiting: claim | render | submit | record

What waits is never lost. A letter is sent twice only when its answer was lost, or its worker died before it was
written down; it has the same Message-ID then.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest import owners
from digest.edition import (
    Letter,
    render_address_change,
    render_address_changed,
    render_already,
    render_confirmation,
    render_erasure,
)
from digest.errors import DigestError, InputError, TransportError
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

    @property
    def total(self) -> int:
        """How many letters were dealt with."""
        return self.sent + self.deferred + self.ended


def post(digest: Digest, letter: Letter, *, to: str, confirm_url: str = "", subscriber_id: int = 0) -> str:
    """Post a letter to an address now, past every ledger. What the transport said.

    Args:
        digest: whose letter it is.
        letter: what it says.
        to: where it goes.
        confirm_url: does what the letter asks about; empty for one that asks nothing.
        subscriber_id: whose preferences its links open; 0 for somebody who is no subscriber.

    Raises:
        InputError: the address fits no header.
        TransportError: it was not taken; the message says why.
    """
    message = address_letter(
        digest, letter, secrets.randbits(63), to=to, confirm_url=confirm_url, subscriber_id=subscriber_id
    )
    with digest.carriers() as carriers:
        receipt = hand_over(digest.store, carriers, message, now=digest.clock())
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


def send_waiting(digest: Digest, *, stop: Callable[[], bool] = lambda: False) -> Posted:
    """Send the letters that wait and are due. Safe to call anywhere, at once or again.

    Raises:
        StoreError: the database cannot be used.
    """
    posted = Posted()
    if not digest.store.letters_waiting():
        return posted
    if gone := owners.surely_gone(digest.store.letter_owners()):
        digest.store.free_letters(gone)
    with digest.carriers() as carriers, owners.a_run() as owner:
        room = _Room(digest, carriers, owner, posted)
        while posted.trouble is None and not stop() and room.send_some():
            pass
    return posted


class _Room:
    """Where letters are made and handed over."""

    def __init__(self, digest: Digest, carriers: Sequence[Carrier], owner: str, posted: Posted) -> None:
        self._digest = digest
        self._carriers = carriers
        self._owner = owner
        self._posted = posted
        self._made: dict[LetterKind, Letter] = {}

    def send_some(self) -> bool:
        """Send a batch. False when nothing is due."""
        store = self._digest.store
        claimed = store.claim_letters(self._owner, limit=BATCH, lease=LEASE, now=self._digest.clock())
        for posting in claimed:
            if self._posted.trouble is not None:
                store.record_letter(posting.id, self._owner, PostingState.WAITING)
            else:
                self._send(posting)
        return bool(claimed)

    def _send(self, posting: Posting) -> None:
        try:
            message = self._message(posting)
            receipt = hand_over(self._digest.store, self._carriers, message, now=self._digest.clock())
        except InputError as error:
            receipt = Receipt(outcome=Outcome.REFUSED, detail=str(error))
        except TransportError as error:
            self._posted.trouble = error
            self._digest.store.record_letter(posting.id, self._owner, PostingState.WAITING)
            return
        except Exception as error:  # noqa: BLE001 - one letter, or a mistake of ours about it, never stops the rest
            _log.warning("letter %d cannot be sent: %s", posting.id, type(error).__name__)
            detail = str(error) if isinstance(error, DigestError) else repr(error)
            receipt = Receipt(outcome=Outcome.DEFERRED, detail=detail)
        self._record(posting, receipt)

    def _message(self, posting: Posting) -> Message:
        digest, errand = self._digest, _ERRANDS.get(posting.kind)
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
        now = self._digest.clock()
        state, due_at = _outcome(posting, receipt, now)
        if state is PostingState.SENT:
            self._posted.sent += 1
        elif state is PostingState.WAITING:
            self._posted.deferred += 1
        else:
            self._posted.ended += 1
            feedback = feedback_of(receipt, address=posting.address, issue_id=None, now=now)
            if feedback is not None:
                take_in(self._digest.store, feedback)
        self._digest.store.record_letter(posting.id, self._owner, state, detail=receipt.detail, due_at=due_at)


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
