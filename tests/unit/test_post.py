"""The post: a letter reaches one address, through the transport that carries the issues, and in no ledger."""

from __future__ import annotations

import email
from email import policy

import pytest

from digest.errors import InputError, TransportError
from digest.models import Message, Outcome, Receipt
from digest.post import post
from tests.newsletter import a_digest
from tests.sample_issue import LETTERS

LINK = "https://digest.example.org/in/token"


class Refusing:
    """A transport that takes nothing."""

    kind, window, ahead = "refusing", 1, False

    def submit(self, messages: list[Message]) -> list[Receipt]:
        return [Receipt(outcome=Outcome.REFUSED, detail="550 5.7.1 not today") for _ in messages]

    def close(self) -> None:
        """Nothing is open."""


def test_a_letter_is_posted_to_one_address(tmp_path) -> None:
    """One message leaves, with the link it is about, and no issue's ledger knows of it."""
    with a_digest(tmp_path) as digest:
        assert post(digest, LETTERS["sign-in"](), to="ed@example.org", confirm_url=LINK).endswith(".eml")
        (file,) = (tmp_path / "outbox").iterdir()
        message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        assert message["To"] == "ed@example.org" and message["List-Unsubscribe"] is None
        assert all(LINK in part.get_content() for part in message.iter_parts())
        assert digest.store.issues() == ()


def test_every_letter_has_a_message_id_of_its_own(tmp_path) -> None:
    """The same letter posted twice is two mails."""
    with a_digest(tmp_path) as digest:
        for _ in range(2):
            post(digest, LETTERS["sign-in"](), to="ed@example.org", confirm_url=LINK)
    assert len([*(tmp_path / "outbox").iterdir()]) == 2


def test_a_refusal_is_said_in_words(tmp_path) -> None:
    """What the server answered is in the error."""
    with a_digest(tmp_path, make_transport=Refusing) as digest, pytest.raises(TransportError, match=r"550 5\.7\.1"):
        post(digest, LETTERS["sign-in"](), to="ed@example.org")


def test_an_address_that_is_none_is_no_traceback(tmp_path) -> None:
    """It cannot begin another header."""
    with a_digest(tmp_path) as digest, pytest.raises(InputError, match="address"):
        post(digest, LETTERS["sign-in"](), to="ed@example.org\r\nBcc: x@example.org")
