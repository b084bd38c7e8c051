"""Mails that come back, as servers, providers and readers write them; and as nobody should."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import FeedbackKind
from digest.tokens import Purpose, Signer, Subject
from digest.transports.base import Returned
from digest.transports.returned import read_mail

HARD, SOFT = FeedbackKind.HARD_BOUNCE, FeedbackKind.SOFT_BOUNCE
SIGNER = Signer([b"a secret of at least thirty-two octets"])
READER = Subject(subscriber_id=7, issue_id=3)
TOKEN = SIGNER.sign_local_part(Purpose.BOUNCE, READER)
LEAVE = SIGNER.sign_local_part(Purpose.UNSUBSCRIBE, READER)
MESSAGE_ID = SIGNER.message_id(READER, "example.org")

ORIGINAL = f"""Return-Path: <bounces+{TOKEN}@example.org>
From: News <digest@example.org>
To: ada@example.com
Subject: November
Message-ID: {MESSAGE_ID}
List-Unsubscribe: <https://digest.example.org/u/x>,
 <mailto:bounces@example.org?subject=unsubscribe%20{LEAVE}>
"""


def status_block(action: str = "failed", status: str = "5.1.1", said: str = "smtp; 550 5.1.1 no such user") -> str:
    return (
        f"Original-Recipient: rfc822;ada@example.com\nFinal-Recipient: rfc822;ada@relay.example.com\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: {said}\n"
    )


def report(kind: str, middle: str, original: str = ORIGINAL, *, to: str = "", headers_only: bool = True) -> bytes:
    """A multipart/report as RFC 6522 has it: words for people, the report, the mail it is about."""
    last = "text/rfc822-headers" if headers_only else "message/rfc822"
    what = "delivery-status" if kind == "delivery-status" else "feedback-report"
    return (
        f"From: MAILER-DAEMON@relay.example.com\nTo: {to or f'bounces+{TOKEN}@example.org'}\n"
        f"Subject: Undelivered\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\nSorry.\n"
        f"--b\nContent-Type: message/{what}\n\n{middle}\n"
        f"--b\nContent-Type: {last}\n\n{original}\n--b--\n"
    ).encode()


def bounce(*blocks: str, **given: object) -> bytes:
    return report("delivery-status", "Reporting-MTA: dns; relay.example.com\n\n" + "\n".join(blocks), **given)  # type: ignore[arg-type]


def complaint(kind: str = "abuse", **given: object) -> bytes:
    middle = (
        f"Feedback-Type: {kind}\nUser-Agent: Example FBL/1.0\nVersion: 1\n"
        f"Original-Mail-From: <bounces+{TOKEN}@example.org>\nOriginal-Rcpt-To: <ada@example.com>\n"
    )
    return report("feedback-report", middle, to="fbl@example.org", **given)  # type: ignore[arg-type]


def read(data: bytes) -> Returned:
    found = read_mail(data)
    assert found is not None
    return found


# --- bounces ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers_only", [True, False])
def test_a_bounce_says_all_it_can(headers_only: bool) -> None:
    """The token, the Message-ID, whom it was sent to, the code and the server's words."""
    found = read(bounce(status_block(), headers_only=headers_only))
    assert found.kind is HARD
    assert found.bounce_tokens == (TOKEN,)
    assert found.message_ids == (MESSAGE_ID,)
    assert found.recipients == ("ada@example.com", "ada@relay.example.com")
    assert (found.code, found.detail) == ("5.1.1", "smtp; 550 5.1.1 no such user")


@pytest.mark.parametrize(
    ("action", "status", "said", "kind"),
    [
        ("failed", "5.1.1", "smtp; 550 no", HARD),
        ("Failed", "5.2.2", "smtp; 552 full", SOFT),
        ("failed", "4.4.7", "smtp; 450 tried for days", None),
        ("failed", "4.2.2", "smtp; 452 full for days", SOFT),
        ("failed", "5.0.0", "smtp; 550 5.1.10 recipient not found", HARD),
        ("failed", "5.7.1", "smtp; 550 5.7.1 policy", None),
        ("failed", "5.0.0", "smtp; 550 no", None),
        ("failed", "", "", None),
        ("delayed", "4.4.1", "smtp; 450 later", None),
        ("delivered", "2.0.0", "smtp; 250 ok", FeedbackKind.DELIVERED),
        ("relayed", "2.0.0", "", None),
        ("expanded", "2.0.0", "", None),
        ("nonsense", "5.1.1", "", None),
    ],
)
def test_what_a_bounce_means(action: str, status: str, said: str, kind: FeedbackKind | None) -> None:
    """Only a failure is one, and only the reader's own counts against them; a delay tells nothing."""
    assert read(bounce(status_block(action, status, said))).kind is kind


def test_a_failure_beside_a_delivery_counts() -> None:
    """A report about several recipients, of whom one failed."""
    both = [status_block("delivered", "2.0.0", ""), status_block("failed", "5.1.1", "smtp; 550 gone")]
    assert read(bounce(*both)).kind is HARD
    assert read(bounce(*reversed(both))).kind is HARD


@pytest.mark.parametrize("name", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_the_token_is_found_where_servers_note_it(name: str) -> None:
    """In small letters or capitals."""
    data = bounce(status_block(), to="someone@example.org", original="Subject: x\n")
    data = f"{name}: <BOUNCES+{TOKEN.upper()}@EXAMPLE.ORG>\n".encode() + data.replace(b"To: someone", b"Cc: someone")
    (token,) = read(data).bounce_tokens
    assert SIGNER.read_local_part(Purpose.BOUNCE, token) == READER


def test_a_bounce_of_a_bounce_is_not_looked_into() -> None:
    """Only the report itself counts, not what is quoted in it."""
    quoted = bounce(status_block()).decode()
    assert read(bounce(status_block("delayed", "4.0.0", ""), original=quoted, headers_only=False)).kind is None


# --- complaints ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["abuse", "Abuse", "opt-out"])
def test_a_complaint_names_its_mail(kind: str) -> None:
    """By the envelope sender, by the links in the mail, by its Message-ID."""
    found = read(complaint(kind))
    assert found.kind is FeedbackKind.COMPLAINT
    assert found.bounce_tokens == (TOKEN,)
    assert found.unsubscribe_tokens == (LEAVE,)
    assert found.message_ids == (MESSAGE_ID,)
    assert found.recipients == ("ada@example.com",)
    assert "Example FBL" in found.detail


@pytest.mark.parametrize("kind", ["not-spam", "fraud", "virus", "auth-failure", "other", ""])
def test_other_reports_are_no_complaints(kind: str) -> None:
    """Of all types a report may have, most speak of something else."""
    assert read(complaint(kind)).kind is None


# --- unsubscribes ----------------------------------------------------------------------------------------


def a_letter(subject: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ada@example.com", "bounces@example.org", subject
    mail.set_content("Please.")
    return mail.as_bytes()


@pytest.mark.parametrize(
    "subject", [f"unsubscribe {LEAVE}", f"Re: UNSUBSCRIBE  {LEAVE.upper()}", f"AW: unsubscribe {LEAVE} bitte, ä"]
)
def test_a_mail_that_asks_to_unsubscribe(subject: str) -> None:
    """As the link in a mail makes it, whatever a reader's program puts around it."""
    found = read(a_letter(subject))
    assert found.kind is FeedbackKind.UNSUBSCRIBE
    assert [SIGNER.read_local_part(Purpose.UNSUBSCRIBE, token) for token in found.unsubscribe_tokens] == [READER]


@pytest.mark.parametrize(
    "subject",
    ["unsubscribe", "unsubscribe me", f"unsubscribe {LEAVE[:-1]}", f"resubscribe{LEAVE}", "Out of office"],
)
def test_other_letters_are_left_for_a_person(subject: str) -> None:
    """Nobody leaves by accident, and no letter from a reader is lost."""
    assert read_mail(a_letter(subject)) is None


# --- hostile ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 100,
        b"\xff\xfe\r\n\r\n\xff",
        b"Content-Type: multipart/report\n\n",
        b'Content-Type: multipart/report; boundary="b"\n\n--b\n',
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b--\n",
        b"Subject: =?utf-8?b?////?=\n\n",
        b"Subject: =?nonsense?q?x?=\n\n",
        b"Subject: " + b"unsubscribe " * 10_000 + b"\n\n",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 2000,
        b"Content-Type: message/rfc822\n\n" * 3000,
    ],
)
def test_what_is_no_report_is_none(data: bytes) -> None:
    """However it is broken, the next one is read."""
    assert read_mail(data) is None


def test_a_report_cut_short_is_read_as_far_as_it_goes() -> None:
    """The mail behind it may be huge; it is not needed."""
    assert read(bounce(status_block(), original=ORIGINAL + "\n" + "x" * 3_000_000, headers_only=False)).kind is HARD


def test_a_list_without_end_is_cut() -> None:
    """A report may name so many recipients; whoever names more is no server."""
    many = bounce(*[status_block().replace("ada", f"ada{number}") for number in range(500)])
    assert len(read(many).recipients) <= 20


@given(st.binary(max_size=400))
def test_octets_behind_a_report_change_nothing(data: bytes) -> None:
    """Whatever a server on the way adds, the report says what it said."""
    assert read(bounce(status_block()) + data) == read(bounce(status_block()))


@given(st.binary(max_size=400))
def test_octets_in_a_report_make_no_failure_of_a_delay(data: bytes) -> None:
    """Without the word for a failure nobody is suppressed."""
    found = read_mail(bounce(status_block("delayed", "4.0.0", "")).replace(b"Sorry.", data.replace(b"ailed", b"")))
    assert found is None or found.kind not in (HARD, SOFT)
