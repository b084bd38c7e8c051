"""The links to us in mails: where they lead, and whom they are about.

T is a token. The same for ever: /p/T preferences, /s/T pause, /u/T unsubscribe, /w/T web version. Once, and for a
while: /c/T confirm, /a/T new address, /e/T erase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.errors import TokenError
from digest.models import LetterKind, Posting, Subscriber
from digest.newsroom import Digest
from digest.press import PATHS
from digest.tokens import Errand, Purpose, Subject

#: The path of each errand's link; the token follows.
ERRAND_PATHS: Mapping[Errand, str] = {
    Errand.CONFIRM: "c",
    Errand.CHANGE_ADDRESS: "a",
    Errand.ERASE: "e",
}


#: Which letter brings the link of an errand.
BROUGHT_BY: Mapping[Errand, LetterKind] = {
    Errand.CONFIRM: LetterKind.CONFIRMATION,
    Errand.CHANGE_ADDRESS: LetterKind.ADDRESS_CHANGE,
    Errand.ERASE: LetterKind.ERASURE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Whose link it is, and of which mail."""

    reader: Subscriber
    #: 0 for a link out of a letter.
    issue_id: int = 0


def holder_of(digest: Digest, purpose: Purpose, token: str) -> Holder:
    """Whose link this is.

    Raises:
        TokenError: it is none of ours for this purpose, or its reader is not with us any more (`gone`).
    """
    subject = digest.signer.read(purpose, token)
    reader = digest.store.subscriber(subject.subscriber_id)
    if reader is None:
        raise TokenError("we know nothing of you any more: this link leads nowhere", gone=True)
    return Holder(reader=reader, issue_id=subject.issue_id)


def letter_of(digest: Digest, errand: Errand, token: str) -> Posting:
    """The letter this link came in.

    Raises:
        TokenError: it is none of ours for this errand, or its time is over (`expired`, or `gone`).
    """
    number = digest.signer.read_errand(errand, token, now=digest.clock())
    posting = digest.store.letter(number)
    if posting is None or posting.kind is not BROUGHT_BY[errand]:
        raise TokenError("this link is too old: ask for a new one", gone=True)
    return posting


def link(digest: Digest, purpose: Purpose, subscriber_id: int, issue_id: int = 0) -> str:
    """The absolute url for this purpose of this subscriber's; `issue_id` is 0 for one that is about no issue."""
    token = digest.signer.sign(purpose, Subject(subscriber_id=subscriber_id, issue_id=issue_id))
    return f"{digest.newsletter.base_url}/{PATHS[purpose]}/{token}"


def errand_link(digest: Digest, errand: Errand, letter_id: int, *, until: datetime) -> str:
    """The absolute url of this letter's errand, which works until this instant."""
    token = digest.signer.sign_errand(errand, letter_id, until=until)
    return f"{digest.newsletter.base_url}/{ERRAND_PATHS[errand]}/{token}"
