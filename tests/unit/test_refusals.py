"""Whom a refusal is about."""

from __future__ import annotations

import pytest

from digest.models import FeedbackKind, Outcome
from digest.refusals import About, about, is_busy, refused
from digest.suppression import kind_of_code
from digest.transports.events import judged
from digest.transports.wire import Reply

READER, US = About.READER, About.US


@pytest.mark.parametrize(
    ("code", "whom"),
    [
        ("5.1.1", READER),
        ("5.1.2", READER),
        ("5.1.10", READER),
        ("5.2.0", READER),
        ("5.2.1", READER),
        ("5.2.2", READER),
        ("4.2.2", READER),
        ("4.1.1", READER),
        ("5.1.7", US),
        ("5.1.8", US),
        ("4.1.8", US),
        ("5.2.3", US),
        ("5.3.0", US),
        ("5.3.4", US),
        ("5.4.5", US),
        ("5.5.0", US),
        ("5.5.2", US),
        ("5.5.4", US),
        ("5.6.0", US),
        ("5.7.1", US),
        ("5.7.26", US),
        ("4.3.1", US),
        ("4.4.2", US),
        ("4.7.0", US),
    ],
)
def test_a_code_tells(code: str, whom: About) -> None:
    """Whatever words stand beside it."""
    assert about(code, "no such user: spam") is whom


@pytest.mark.parametrize("code", ["", "5.0.0", "5.5.0"])
@pytest.mark.parametrize(
    ("words", "whom"),
    [
        ("no such user here", READER),
        ("<zoe@spam.example.org>: User unknown in local recipient table", READER),
        ("sorry, no mailbox here by that name", READER),
        ("Unrouteable address", READER),
        ("This user doesn't have an account at blocked.example.org", READER),
        ("Requested action not taken: mailbox unavailable", READER),
        ("the address is not listed in the directory", READER),
        ("account disabled", READER),
        ("The email account that you tried to reach is over quota", READER),
        ("Mailbox size limit exceeded", READER),
        ("Relay access denied", US),
        ("<zoe@example.org>: Recipient address rejected: Access denied", US),
        ("relaying is not permitted", US),
        ("Sender address rejected: not owned by user news", US),
        ("Sender verify failed: no such user", US),
        ("Message size exceeds fixed limit", US),
        ("message too large", US),
        ("Authentication required", US),
        ("SPF check failed for the domain of the sender", US),
        ("your IP is listed in a block list", US),
        ("Message rejected as spam by Content Filtering.", US),
        ("Daily sending quota exceeded", US),
        ("You must issue a STARTTLS command first", US),
        ("Your account is suspended", US),
        ("that domain isn't in my list of allowed rcpthosts", US),
        ("Insufficient system storage", US),
        ("transaction failed", US),
        ("go away", US),
        ("", US),
    ],
)
def test_words_tell_where_no_code_does(code: str, words: str, whom: About) -> None:
    """In doubt a reader is never left out for it; and what hosts and addresses are called tells nothing."""
    assert about(code, words) is whom


def test_what_is_about_a_reader_ends_their_delivery() -> None:
    """For good; what is about us is put off, and marked as what an operator may mend."""
    reader, ours = refused("550 5.1.1 x", code="5.1.1"), refused("550 5.7.1 x", code="5.7.1")
    assert (reader.outcome, reader.lasting) == (Outcome.REFUSED, False)
    assert (ours.outcome, ours.lasting, ours.code) == (Outcome.DEFERRED, True, "5.7.1")


@pytest.mark.parametrize("code", [530, 534, 535, 538])
def test_a_login_is_asked_of_us(code: int) -> None:
    """In whatever words."""
    receipt = Reply(code, b"%d no such user\r\n" % code).verdict()
    assert (receipt.outcome, receipt.lasting) == (Outcome.DEFERRED, True)


BUSY = "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more"


def test_a_busy_mailbox_is_no_dead_one() -> None:
    """Though it says so with the code of one that is shut."""
    receipt = refused(BUSY, code="5.2.1")
    assert is_busy(BUSY)
    assert (receipt.outcome, receipt.lasting) == (Outcome.DEFERRED, False)
    assert kind_of_code("5.2.1", BUSY) is None
    assert kind_of_code("5.2.1", "550 5.2.1 mailbox disabled") is FeedbackKind.HARD_BOUNCE
    assert judged(FeedbackKind.HARD_BOUNCE, "5.2.1", BUSY) is None


@pytest.mark.parametrize(
    ("kind", "code", "words", "counts"),
    [
        (FeedbackKind.HARD_BOUNCE, "", "rejected as spam", False),
        (FeedbackKind.HARD_BOUNCE, "", "550 your IP is listed", False),
        (FeedbackKind.HARD_BOUNCE, "", "550 no such user", True),
        (FeedbackKind.HARD_BOUNCE, "", "", True),
        (FeedbackKind.SOFT_BOUNCE, "4.7.1", "greylisted", False),
        (FeedbackKind.SOFT_BOUNCE, "4.3.2", "later", False),
        (FeedbackKind.SOFT_BOUNCE, "4.2.2", "full", True),
        (FeedbackKind.SOFT_BOUNCE, "", "mailbox full", True),
        (FeedbackKind.COMPLAINT, "5.7.1", "spam", True),
    ],
)
def test_a_provider_condemns_nobody_for_what_we_are(kind: FeedbackKind, code: str, words: str, counts: bool) -> None:
    """Its own word stands unless the server's words speak of us."""
    assert judged(kind, code, words) is (kind if counts else None)
