"""Joining: somebody asks, the owner of the address says yes.

ask -> a letter waits in the outbox -> its owner opens the link: look -> confirm -> a reader, with proof of consent. Who
does not follow the link in time is forgotten.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from digest.errors import TokenError
from digest.links import letter_of
from digest.models import Asked, Subscriber, SubscriberStatus
from digest.newsroom import Digest
from digest.subscribers import check_wishes
from digest.tokens import Errand
from digest.tries import count_try

_TOO_MANY = "too many requests came from your network: please try again in an hour"


def ask(digest: Digest, wanted: Subscriber, *, network: str = "", method: str = "web form") -> None:
    """Take down that somebody asked to join, and have a letter sent to the owner of the address, if any is due.

    The same, in the same time, whether the address is known or not, left, complained or bounced: nobody learns who
    reads. `send_waiting` of `digest.post` sends the letter.

    Args:
        digest: the newsletter.
        wanted: the address, and the wishes; of all else it says nothing is believed.
        network: where it is asked from, such as an address or the first part of one; empty for nowhere in particular.
        method: how it is asked.

    Raises:
        InputError: the address or a wish is none; `place` is the field.
        TooManyError: too many asked from this network within the hour.
    """
    settings = digest.settings.readers
    if network:
        count_try(digest, "asks from", network, most=settings.asks_an_hour, otherwise=_TOO_MANY)
    asked = Asked(
        wanted=check_wishes(wanted, topics=digest.tree.by_id, cadences=digest.settings.newsletter.cadences),
        method=method,
        text_version=settings.consent_version,
        network=network if settings.keep_network else "",
    )
    now = digest.clock()
    digest.store.ask(asked, now=now, expires_at=now + timedelta(days=settings.confirm_days))


def look(digest: Digest, token: str) -> Subscriber:
    """What the link of a letter would confirm: the address, and the wishes that were asked for; nothing is changed.

    Raises:
        TokenError: it is no such link, is too old (`expired`), or was used and its reader left (`used`).
    """
    posting = letter_of(digest, Errand.CONFIRM, token)
    reader = digest.store.subscriber(posting.subscriber_id)
    if reader is None:
        raise TokenError("this link is too old: ask for a new one", gone=True)
    if posting.used_at is not None and reader.status is not SubscriberStatus.ACTIVE:
        raise TokenError("this link was used already: ask for a new one", used=True)
    return replace(posting.asked.wanted, id=reader.id, address=reader.address, status=reader.status)


def confirm(digest: Digest, token: str) -> Subscriber:
    """Make a reader of whoever this letter asked. Safe to call again: a reader stays one.

    Raises:
        TokenError: as `look`.
        StateError: the address complained since.
    """
    letter_id = letter_of(digest, Errand.CONFIRM, token).id
    return digest.store.confirm(letter_id, now=digest.clock())


def expire(digest: Digest) -> int:
    """Forget letters whose time is over, and those who never confirmed. How many of these there were."""
    return digest.store.forget_letters(now=digest.clock())
