"""The press: everything that turns an edition of one issue into a reader's message.

Preview and send both go through here, so what an editor sees is what a reader gets, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from digest.dkim import DkimKey
from digest.edition import Pool
from digest.message import Addressee, Composer
from digest.models import FrozenEdition, Issue, Message, Newsletter
from digest.tokens import Purpose, Signer, Subject

#: The path of each link in a mail; the token follows.
PATHS = {Purpose.PREFERENCES: "p", Purpose.PAUSE: "s", Purpose.UNSUBSCRIBE: "u", Purpose.WEB_VERSION: "w"}


class Press:
    """Makes the messages of one issue. Not shared between threads.

    Args:
        pool: the issue's pool.
        issue: the issue; an approved one has the date its mails bear.
        newsletter: whose links the mails hold.
        signer: signs the links and the Message-IDs.
        unsubscribe_address: where a mail that asks to unsubscribe goes.
        bounce_address: where bounces go, told apart by a token behind a plus; empty: to the newsletter's own address.
        now: the date of a mail of an issue that is not approved yet.
        keys: each signs every message.
    """

    def __init__(
        self,
        pool: Pool,
        issue: Issue,
        *,
        newsletter: Newsletter,
        signer: Signer,
        unsubscribe_address: str,
        bounce_address: str = "",
        now: datetime,
        keys: Sequence[DkimKey] = (),
    ) -> None:
        self._issue = issue
        self._newsletter = newsletter
        self._paths = {purpose: f"{newsletter.base_url}/{path}/" for purpose, path in PATHS.items()}
        self._signer = signer
        self._unsubscribe_address = unsubscribe_address
        self._bounce_address = bounce_address
        self._composer = Composer(pool, date=date_of(issue, now=now), keys=keys)

    def message(self, edition: FrozenEdition, *, subscriber_id: int, address: str, name: str) -> Message:
        """The message: the same bytes for the same arguments. InputError when the address fits no header."""
        return self._composer.compose(edition, self._addressee(subscriber_id, address, name))

    def test_message(self, edition: FrozenEdition, *, address: str) -> Message:
        """The message to somebody who tries it, of no subscriber: its Message-ID is made of contents and address."""
        nobody = self._addressee(0, address, "")
        contents = address.encode("utf-8", "surrogatepass") + b"\n" + self._composer.compose(edition, nobody).data
        own = self._signer.test_message_id(contents, self._newsletter.address.rpartition("@")[2])
        return self._composer.compose(edition, replace(nobody, message_id=own))

    def parts(self, edition: FrozenEdition, *, subscriber_id: int, address: str, name: str) -> tuple[str, str]:
        """HTML and text of that very message."""
        addressee = self._addressee(subscriber_id, address, name)
        return self._composer.html(edition, addressee), self._composer.text(edition, addressee)

    def _addressee(self, subscriber_id: int, address: str, name: str) -> Addressee:
        subject = Subject(subscriber_id=subscriber_id, issue_id=self._issue.id)
        own = self._newsletter.address
        token = self._signer.sign_local_part(Purpose.UNSUBSCRIBE, subject)
        return Addressee(
            address=address,
            name=name,
            preferences_url=self._link(Purpose.PREFERENCES, subject),
            pause_url=self._link(Purpose.PAUSE, subject),
            unsubscribe_url=self._link(Purpose.UNSUBSCRIBE, subject),
            web_url=self._link(Purpose.WEB_VERSION, subject),
            unsubscribe_mailto=f"mailto:{self._unsubscribe_address}?subject=unsubscribe%20{token}",
            message_id=self._signer.message_id(subject, own.rpartition("@")[2]),
            sender=self._sender(subject),
        )

    def _sender(self, subject: Subject) -> str:
        """The envelope sender. One of its own for each reader says whom a bounce is about, however it looks (VERP)."""
        if not self._bounce_address:
            return self._newsletter.address
        local, _, domain = self._bounce_address.rpartition("@")
        return f"{local}+{self._signer.sign_local_part(Purpose.BOUNCE, subject)}@{domain}"

    def _link(self, purpose: Purpose, subject: Subject) -> str:
        return self._paths[purpose] + self._signer.sign(purpose, subject)


def date_of(issue: Issue, *, now: datetime) -> datetime:
    """What the Date header of an issue's mails says: when it may leave, or its approval where that came later."""
    return max(issue.approved_at, leaves_at(issue)) if issue.approved_at else now


def leaves_at(issue: Issue) -> datetime:
    """From when on an issue may leave: once it is due, or later where it is scheduled for later."""
    return issue.window.due if issue.not_before is None else max(issue.window.due, issue.not_before)
