"""The post: letters, which belong to no issue and stand in no issue's ledger, on their way to one address."""

from __future__ import annotations

import secrets
from contextlib import closing

from digest.edition import Letter
from digest.errors import TransportError
from digest.links import link
from digest.message import Addressee, Composer
from digest.models import Message, Outcome
from digest.newsroom import Digest
from digest.tokens import Purpose, Subject


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
    with closing(digest.make_transport()) as transport:
        receipt = transport.submit([message])[0]
    if receipt.outcome is not Outcome.ACCEPTED:
        raise TransportError(f"the letter to {to} was not taken: {receipt.detail}")
    return receipt.detail


def address_letter(
    digest: Digest, letter: Letter, number: int, *, to: str, confirm_url: str = "", subscriber_id: int = 0
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
        sender=_sender(digest, subject),
    )
    return Composer(letter.pool, date=digest.clock(), keys=digest.dkim).compose(letter.edition, addressee)


def _sender(digest: Digest, subject: Subject) -> str:
    """The envelope sender: of a subscriber's letter one that says whom a bounce is about."""
    bounces = digest.settings.newsletter.bounces
    if bounces is None or not subject.subscriber_id:
        return digest.newsletter.address
    local, _, domain = bounces.address.rpartition("@")
    return f"{local}+{digest.signer.sign_local_part(Purpose.BOUNCE, subject)}@{domain}"
