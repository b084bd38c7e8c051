"""Feedback is taken in: whom it is about, what it means for the address, and the store knows.

    mailbox -> letter -> whom it is about \
                                           feedback -> suppression or unsubscribe -> store
    provider's webhook ------------------ /

All of it may come twice and in any order: what is recorded stays as it was recorded first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

from digest.errors import TokenError
from digest.models import FeedbackKind, IssueKind, Subscriber, SubscriberStatus
from digest.store.base import Store
from digest.suppression import Feedback, verdict
from digest.tokens import Purpose, Signer, Subject
from digest.transports.base import Mailbox, Returned

T = TypeVar("T")

#: Issues, and corrections that were mailed, a mail without a token may be about, the latest first: bounces come within
#: days.
ISSUES = 12


@dataclass(kw_only=True, slots=True)
class Taken:
    """What a pile of feedback came to."""

    #: Addresses that may not be mailed any more because of it.
    suppressed: int = 0
    unsubscribed: int = 0
    #: Understood, and nothing had to change.
    noted: int = 0
    #: Mails that were not understood, or are about nobody we know: flagged, for a person to read.
    left: int = 0

    @property
    def total(self) -> int:
        """How many pieces there were."""
        return self.suppressed + self.unsubscribed + self.noted + self.left


def take_feedback(store: Store, feedback: Iterable[Feedback], *, now: datetime) -> Taken:
    """Take in what a provider told. Safe to call again with the same."""
    taken = Taken()
    for one in feedback:
        record(store, one, taken, now=now)
    return taken


def take_letters(store: Store, mailbox: Mailbox, signer: Signer, *, now: datetime) -> Taken:
    """Take in what the mailbox holds, each letter once: it is recorded first and marked then.

    Raises:
        FeedbackError: the mailbox cannot be read; what was read before is recorded.
    """
    taken = Taken()
    for letter in mailbox.letters():
        mailbox.settle(letter, understood=_take_letter(store, letter.returned, signer, taken, now=now))
    return taken


def _take_letter(store: Store, returned: Returned | None, signer: Signer, taken: Taken, *, now: datetime) -> bool:
    """Record what a letter says, and count it; whether it was understood."""
    feedback = _feedback_of(store, returned, signer, now=now) if returned is not None else None
    if feedback is not None:
        record(store, feedback, taken, now=now)
    elif returned is not None and returned.kind is None:
        taken.noted += 1
    else:
        taken.left += 1
        return False
    return True


def take_in(store: Store, feedback: Feedback) -> bool:
    """Remember what came back about an address, and suppress it when all that is known of it says so.

    Safe to call with the same again, and with old news after new. True when the address was suppressed by this call.
    """
    store.add_feedback(feedback)
    suppression = verdict(store.feedback(feedback.address))
    return suppression is not None and store.suppress(suppression)


def record(store: Store, feedback: Feedback, taken: Taken, *, now: datetime) -> None:
    """Record one piece, and count it; `now` is when a reader's status changes."""
    if feedback.kind is FeedbackKind.UNSUBSCRIBE and _unsubscribed(store, feedback, taken, now=now):
        return
    if take_in(store, feedback):
        taken.suppressed += 1
    else:
        taken.noted += 1


def _unsubscribed(store: Store, feedback: Feedback, taken: Taken, *, now: datetime) -> bool:
    """Whether it is a subscriber who left. An address that is none is suppressed, so that no file brings it in."""
    reader = next(iter(store.subscribers([feedback.address])), None)
    if reader is None:
        return False
    came_back = reader.consent is not None and feedback.at < reader.consent.at
    if reader.status is SubscriberStatus.UNSUBSCRIBED or came_back:
        taken.noted += 1
    else:
        store.set_status(reader.address, SubscriberStatus.UNSUBSCRIBED, now=now)
        taken.unsubscribed += 1
    return True


class _Mail(NamedTuple):
    """A mail of ours that something came back about."""

    address: str
    #: None for a letter.
    issue_id: int | None
    #: What tells it from every other.
    name: str


def _feedback_of(store: Store, returned: Returned, signer: Signer, *, now: datetime) -> Feedback | None:
    """The feedback, when it is shown to be about a reader of ours."""
    if returned.kind is None:
        return None
    mail = next(_mails(store, returned, returned.kind, signer), None)
    if mail is None:
        return None
    return Feedback(
        address=mail.address,
        kind=returned.kind,
        at=now,
        code=returned.code,
        detail=returned.detail,
        issue_id=mail.issue_id,
        event_id=f"mail/{returned.kind.value}/{mail.name}",
    )


def _mails(store: Store, returned: Returned, kind: FeedbackKind, signer: Signer) -> Iterator[_Mail]:
    """What it may be about, the surest first."""
    for number in _read(signer.read_letter, returned.bounce_tokens) if kind is not FeedbackKind.UNSUBSCRIBE else ():
        letter = store.letter(number)
        if letter is not None:
            yield _Mail(letter.address, None, f"letter/{number}")
    for subject in _subjects(store, returned, signer):
        address = _address(store, subject, kind)
        if address is not None:
            yield _Mail(address, subject.issue_id or None, f"{subject.issue_id}/{subject.subscriber_id}")


def _subjects(store: Store, returned: Returned, signer: Signer) -> Iterator[Subject]:
    """Whom it may be about, the surest first."""
    if returned.kind is not FeedbackKind.UNSUBSCRIBE:
        # One without an issue was a letter's before letters had a token of their own: it says not where that went.
        found = _read(partial(signer.read_local_part, Purpose.BOUNCE), returned.bounce_tokens)
        yield from (subject for subject in found if subject.issue_id)
    yield from _read(partial(signer.read_local_part, Purpose.UNSUBSCRIBE), returned.unsubscribe_tokens)
    for reader in store.subscribers(returned.recipients) if returned.message_ids and returned.recipients else ():
        yield from _of_message_id(store, reader, returned.message_ids, signer)


def _read(read: Callable[[str], T], tokens: Iterable[str]) -> Iterator[T]:
    """What those of the tokens say that are ours."""
    for token in tokens:
        try:
            yield read(token)
        except TokenError:
            continue


def _of_message_id(store: Store, reader: Subscriber, message_ids: Sequence[str], signer: Signer) -> Iterator[Subject]:
    """A Message-ID cannot be made by anybody but us: it shows that this reader's mail is in the reporter's hands."""
    lately = (one for kind in IssueKind for one in store.issues(kind=kind)[:ISSUES])
    for issue in lately:
        subject = Subject(subscriber_id=reader.id, issue_id=issue.id)
        if any(signer.message_id(subject, _domain(name)) == name for name in message_ids):
            yield subject


def _domain(message_id: str) -> str:
    return message_id.rpartition("@")[2].removesuffix(">")


def _address(store: Store, subject: Subject, kind: FeedbackKind) -> str | None:
    """The address a bounce is about is the one that was written to; a reader who leaves does so under any address."""
    if kind is not FeedbackKind.UNSUBSCRIBE:
        delivery = store.delivery(subject.issue_id, subject.subscriber_id) if subject.issue_id else None
        if delivery is not None:
            return delivery.address or None  # none is left of one that was erased
    reader = store.subscriber(subject.subscriber_id)
    return reader.address if reader is not None else None
