"""Letters about a subscription, and what their links do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from digest.models import Asked, Posting, PostingState, Subscriber


class LetterStore(Protocol):
    """Letters on their way, what their links may still do, and forgetting."""

    def ask(self, asked: Asked, *, now: datetime, expires_at: datetime) -> None:
        """Remember what was asked for, and put the letter into the outbox that the rules of `audience` send, if any.

        The same statements run whoever the address belongs to: neither an answer nor its time tells.
        """

    def confirm(self, letter_id: int, *, now: datetime) -> Subscriber:
        """Make a reader of whoever was asked by this letter; the reader as they are when it was done before.

        Raises:
            TokenError: there is no such letter any more (`gone`), or it was used, and they left since (`used`).
            StateError: the address complained.
        """

    def change_address(self, letter_id: int, *, now: datetime, expires_at: datetime) -> Subscriber:
        """Give a reader the address this letter went to, and put down a letter that tells the old one; the reader.

        Again for the same letter: the reader as they are, while it is still their address.

        Raises:
            TokenError: there is no such letter any more (`gone`), or it was used (`used`).
            InputError: the address is another reader's by now.
            StateError: the address complained.
        """

    def add_letter(self, posting: Posting, *, withheld: bool = False, sparing: bool = False) -> int:
        """Put a letter into the outbox; its id. One that is withheld never leaves: it is there to be as much work.

        With `sparing` it is withheld, too, where the address was written to often lately (`audience.is_often`).
        """

    def letters_of(self, subscriber_id: int) -> tuple[Posting, ...]:
        """The letters with a reader's links that are not forgotten yet and were not withheld, oldest first."""

    def letter(self, letter_id: int) -> Posting | None:
        """This letter; None when there is none, or it was forgotten."""

    def claim_letters(self, owner: str, *, limit: int, lease: float, now: datetime) -> Sequence[Posting]:
        """Take up to `limit` letters that are due, oldest first, for `lease` seconds; [] when none is due."""

    def letter_owners(self) -> frozenset[str]:
        """Everybody who holds letters."""

    def free_letters(self, owners: Collection[str]) -> None:
        """Let others have the letters of owners who are gone, before their leases run out."""

    def record_letter(
        self,
        letter_id: int,
        owner: str,
        state: PostingState,
        *,
        detail: str = "",
        due_at: datetime | None = None,
        tried: bool = True,
    ) -> bool:
        """Write what became of a claimed letter. False when somebody else holds it by now.

        `due_at` is when one that is still WAITING is tried again, and `tried` whether this was a try; None gives it
        back untried, and due as it was.
        """

    def is_asked(self, subscriber_id: int, *, now: datetime) -> bool:
        """Whether a letter that asks this subscriber to confirm is out, and may still be answered."""

    def letters_waiting(self) -> int:
        """How many letters have not left yet."""

    def count_try(self, who: str, *, most: int, since: datetime, now: datetime) -> bool:
        """Count a try of whoever this keyed hash stands for.

        False when there were as many as there may be after `since`, an hour ago at the most: it is not counted then.
        """

    def forget_letters(self, *, now: datetime) -> int:
        """Forget the letters whose time is over, and those who were asked by one and never confirmed.

        How many of these there were.
        """

    def erase(self, subscriber_id: int, *, now: datetime) -> bool:
        """Forget a reader but for a keyed hash of the address, by which no file brings them back.

        False while one of their mails is on its way: they are unsubscribed by then, and this is to be called again.
        """

    def erasures_begun(self) -> tuple[int, ...]:
        """The ids of readers whose erasure had to wait for a mail on its way."""

    def leave_no_trace(self) -> bool:
        """Leave nothing of those who were erased in the database's files; False when this is to be called again."""

    def erased(self, addresses: Collection[str]) -> frozenset[str]:
        """The keys (`address_key`) of those of these addresses whose readers were erased."""
