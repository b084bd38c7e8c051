"""Leaving: at once, whoever asks for it, and however often."""

from __future__ import annotations

from enum import StrEnum

from digest.feedback import take_in
from digest.models import Cadence, FeedbackKind, Subscriber, SubscriberStatus
from digest.newsroom import Digest
from digest.suppression import Feedback
from digest.tokens import Purpose


class Reason(StrEnum):
    """Why somebody leaves, if they like to say."""

    OFTEN = "too often"
    TOPICS = "not my topics"
    HARD = "hard to read"
    DONE = "not needed any more"
    OTHER = "other"


#: From often to seldom.
_CADENCES = (Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY)


def leave(digest: Digest, token: str, reason: Reason | None = None) -> None:
    """Let the reader of this link go, also as to mails that are claimed already. The same again does no harm.

    Whoever says so by the link of a letter that asks them to confirm never wanted anything of us: it is taken for a
    complaint, and their address is left alone for good. The link of an issue that they once had says no such thing, nor
    does a reason for leaving that is told afterwards, or a link that is pressed again by whoever has left before.

    Raises:
        TokenError: the link is none of ours.
    """
    subject = digest.signer.read(Purpose.UNSUBSCRIBE, token)
    reader = digest.store.subscriber(subject.subscriber_id)
    if reader is None:
        return
    now = digest.clock()
    is_waiting = reader.status is SubscriberStatus.UNCONFIRMED and not subject.issue_id and reason is None
    if is_waiting and digest.store.is_asked(reader.id, now=now):
        never = Feedback(
            address=reader.address,
            kind=FeedbackKind.COMPLAINT,
            at=now,
            detail="in answer to a request to confirm",
            event_id=f"page/never/{reader.id}",
        )
        take_in(digest.store, never)
    digest.store.leave(reader.id, now=now)
    if reason is not None:
        digest.store.add_feedback(
            Feedback(
                address=reader.address,
                kind=FeedbackKind.UNSUBSCRIBE,
                at=now,
                detail=reason.value,
                issue_id=subject.issue_id or None,
                event_id=f"page/{subject.issue_id}/{reader.id}/{now:%Y-%m-%d}",
            )
        )


def fewer(digest: Digest, reader: Subscriber) -> Cadence | None:
    """The next rarer cadence that is offered; None when there is none. `choosing.save` makes it theirs."""
    rarer = _CADENCES[_CADENCES.index(reader.cadence) + 1 :]
    return next((cadence for cadence in rarer if cadence in digest.settings.newsletter.cadences), None)
