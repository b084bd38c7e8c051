"""The links to us in mails: where they lead, and whom they are about.

T is a token. The same for ever: /p/T preferences, /s/T pause, /u/T unsubscribe, /w/T web version. Once, and for a
while: /c/T confirm, /a/T new address, /e/T erase.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from digest.newsroom import Digest
from digest.press import PATHS
from digest.tokens import Errand, Purpose, Subject

#: The path of each errand's link; the token follows.
ERRAND_PATHS: Mapping[Errand, str] = {
    Errand.CONFIRM: "c",
    Errand.CHANGE_ADDRESS: "a",
    Errand.ERASE: "e",
}


def link(digest: Digest, purpose: Purpose, subscriber_id: int, issue_id: int = 0) -> str:
    """The absolute url for this purpose of this subscriber's; `issue_id` is 0 for one that is about no issue."""
    token = digest.signer.sign(purpose, Subject(subscriber_id=subscriber_id, issue_id=issue_id))
    return f"{digest.newsletter.base_url}/{PATHS[purpose]}/{token}"


def errand_link(digest: Digest, errand: Errand, letter_id: int, *, until: datetime) -> str:
    """The absolute url of this letter's errand, which works until this instant."""
    token = digest.signer.sign_errand(errand, letter_id, until=until)
    return f"{digest.newsletter.base_url}/{ERRAND_PATHS[errand]}/{token}"
