"""Feedback taken in: mailboxes on a disk and on a server, the database, and the whole newsletter around them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from digest.app import make_carriers_of, make_digest, make_mailbox_of
from digest.bell import Bell
from digest.cli.commands import application
from digest.config import Settings, load_settings
from digest.errors import ConfigError, FeedbackError, StateError
from digest.feedback import take_feedback, take_letters
from digest.models import FeedbackKind, LetterKind, Message, Recipient, SubscriberStatus, Suppression
from digest.newsroom import Digest
from digest.operations import lift
from digest.post import put, send_waiting
from digest.store.store import SqlStore, open_store
from digest.suppression import Feedback
from digest.tokens import Purpose, Signer, Subject
from digest.transports.mailbox import ImapMailbox, ImapSettings, MaildirMailbox
from tests.factories import NOW, a_subscriber, a_window, an_edition
from tests.integration.imap_server import Folder, running_imap
from tests.integration.test_joining import Box
from tests.newsletter import a_digest
from tests.unit.test_returned import a_letter, bounce, complaint, status_block

SECRET = "a secret of at least thirty-two octets"
SIGNER = Signer([SECRET.encode()])
ADA, BOB = "ada@example.com", "bob@example.com"


def leave(reader: int, issue: int = 1) -> bytes:
    token = SIGNER.sign_local_part(Purpose.UNSUBSCRIBE, Subject(subscriber_id=reader, issue_id=issue))
    return a_letter(f"unsubscribe {token}")


def verp(reader: int, issue: int = 1) -> str:
    token = SIGNER.sign_local_part(Purpose.BOUNCE, Subject(subscriber_id=reader, issue_id=issue))
    return f"bounces+{token}@example.org"


def bounced(reader: int, *block: str) -> bytes:
    """A bounce whose report names another address than ours, as after a forward."""
    return bounce(status_block(*block), to=verp(reader), original="Subject: x\n")


def by_message_id(reader: int, *, to: str = ADA, issue: int = 1) -> bytes:
    name = SIGNER.message_id(Subject(subscriber_id=reader, issue_id=issue), "example.org")
    return bounce(status_block(), to="postmaster@example.org", original=f"To: {to}\nMessage-ID: {name}\n")


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    return folder


def arrives(maildir: Path, data: bytes, name: str = "1") -> None:
    (maildir / "new" / f"{name}.host").write_bytes(data)


def flags(maildir: Path) -> dict[str, str]:
    return {path.name.split(".")[0]: path.name.partition(":2,")[2] for path in (maildir / "cur").iterdir()}


@pytest.fixture
def readers(sqlite_url: str) -> Iterator[SqlStore]:
    """Two readers, 1 and 2, to whom issue 1 was sent."""
    store = open_store(sqlite_url)
    store.save_subscribers([a_subscriber(ADA), a_subscriber(BOB)], now=NOW)
    issue = store.add_issue(a_window(), now=NOW)
    recipients = [
        Recipient(subscriber_id=number, address=address, name="", edition=an_edition())
        for number, address in enumerate((ADA, BOB), start=1)
    ]
    store.freeze(issue.id, recipients, pool=b"", content_hash="x", approved_by="ed", now=NOW)
    yield store
    store.close()


def statuses(store: SqlStore) -> dict[str, SubscriberStatus]:
    return {reader.address: reader.status for reader in store.subscribers()}


def reasons(store: SqlStore) -> dict[str, FeedbackKind]:
    return {one.address: one.reason for one in store.suppressions()}


# --- letters ---------------------------------------------------------------------------------------------


def test_letters_change_what_they_should(maildir: Path, readers: SqlStore) -> None:
    """A bounce suppresses, a reader who asks leaves, a delay changes nothing, a letter is left for a person."""
    for name, data in {
        "1": bounced(1),
        "2": leave(2),
        "3": bounced(2, "delayed", "4.0.0", "later"),
        "4": a_letter("Thank you for November"),
    }.items():
        arrives(maildir, data, name)
    taken = take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW)
    assert (taken.suppressed, taken.unsubscribed, taken.noted, taken.left) == (1, 1, 1, 1)
    assert reasons(readers) == {ADA: FeedbackKind.HARD_BOUNCE}
    assert statuses(readers) == {ADA: SubscriberStatus.ACTIVE, BOB: SubscriberStatus.UNSUBSCRIBED}
    assert flags(maildir) == {"1": "S", "2": "S", "3": "S", "4": "F"}


def test_each_letter_is_dealt_with_once(maildir: Path, readers: SqlStore) -> None:
    """Marked in the mailbox; and a letter that comes twice changes nothing the second time."""
    mailbox = MaildirMailbox(maildir)
    arrives(maildir, bounced(1))
    assert take_letters(readers, mailbox, SIGNER, now=NOW).suppressed == 1
    assert take_letters(readers, mailbox, SIGNER, now=NOW).total == 0
    arrives(maildir, bounced(1), "again")
    taken = take_letters(readers, mailbox, SIGNER, now=NOW + timedelta(days=1))
    assert (taken.suppressed, taken.noted) == (0, 1)


def test_a_message_id_of_ours_is_the_second_key(maildir: Path, readers: SqlStore) -> None:
    """Without a token: the report's recipient is a reader, and the Message-ID is the one only we could give them."""
    arrives(maildir, by_message_id(1))
    assert take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW).suppressed == 1
    assert reasons(readers) == {ADA: FeedbackKind.HARD_BOUNCE}


def test_a_correction_that_was_mailed_is_known_by_its_message_id(maildir: Path, readers: SqlStore) -> None:
    """It stands in the ledger as an issue of a kind of its own."""
    recipient = Recipient(subscriber_id=1, address=ADA, name="", edition=an_edition("right"))
    window = a_window(label="correction-1", since=NOW, until=NOW, due=NOW)
    approval = {"pool": b"", "content_hash": "x", "approved_by": "ed", "now": NOW}
    letter = readers.freeze_letter(window, [recipient], **approval)
    arrives(maildir, by_message_id(1, issue=letter.id))
    assert take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW).suppressed == 1
    assert [one.issue_id for one in readers.suppressions()] == [letter.id]


FORGED = {
    "another secret": bounce(
        status_block(),
        to=f"bounces+{Signer([b'x' * 40]).sign_local_part(Purpose.BOUNCE, Subject(subscriber_id=1, issue_id=1))}@e.org",
        original=f"To: {ADA}\nMessage-ID: <made-up@example.org>\n",
    ),
    "a token to unsubscribe": bounce(
        status_block(), to=verp(1).replace(verp(1)[8:53], leave(1).decode().split("unsubscribe ")[1][:45]), original=""
    ),
    "another reader's Message-ID": by_message_id(2, to=ADA),
    "an issue that never was": by_message_id(1, issue=9),
    "nobody's Message-ID": bounce(status_block(), to="x@e.org", original=f"To: {ADA}\nMessage-ID: <a@b.org>\n"),
}


@pytest.mark.parametrize("data", FORGED.values(), ids=FORGED)
def test_a_forged_bounce_changes_nothing(data: bytes, maildir: Path, readers: SqlStore) -> None:
    """Anybody can write to the mailbox; only who had the mail can speak of it."""
    arrives(maildir, data)
    assert take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW).left == 1
    assert reasons(readers) == {}
    assert flags(maildir) == {"1": "F"}


def test_a_token_for_bounces_unsubscribes_nobody(maildir: Path, readers: SqlStore) -> None:
    """Each token is for one purpose: a server that bounces cannot take a reader off."""
    arrives(maildir, a_letter(f"unsubscribe {verp(1)[8:53]}"))
    assert take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW).left == 1
    assert statuses(readers)[ADA] is SubscriberStatus.ACTIVE


def test_a_complaint_without_an_address_finds_its_reader(maildir: Path, readers: SqlStore) -> None:
    """Providers strike the address out; the token in the mail's own links is enough."""
    token = leave(2).decode().split("unsubscribe ")[1][:45]
    original = f"List-Unsubscribe: <mailto:b@example.org?subject=unsubscribe%20{token}>\n"
    arrives(maildir, complaint(original=original))
    assert take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW).suppressed == 1
    assert reasons(readers) == {BOB: FeedbackKind.COMPLAINT}


def test_the_address_that_bounced_is_suppressed_not_a_newer_one(maildir: Path, readers: SqlStore) -> None:
    """A reader who changed their address meanwhile is not punished for the old one; who leaves, leaves under any."""
    (ada,) = readers.subscribers([ADA])
    readers.save_subscribers([a_subscriber("ada@new.example", id=ada.id)], now=NOW)
    arrives(maildir, bounced(1))
    arrives(maildir, leave(1), "2")
    take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW)
    assert reasons(readers) == {ADA: FeedbackKind.HARD_BOUNCE}
    assert statuses(readers)["ada@new.example"] is SubscriberStatus.UNSUBSCRIBED


def test_a_letter_of_a_reader_who_is_gone_is_left(maildir: Path, readers: SqlStore) -> None:
    """A token of ours about nobody we know."""
    arrives(maildir, leave(99))
    assert take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW).left == 1


# --- letters of ours that come back ----------------------------------------------------------------------

NEW = "ada@new.example"


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def writing(tmp_path: Path, maildir: Path, store: SqlStore, box: Box) -> Iterator[Digest]:
    """A newsletter with one reader, whose letters can come back."""
    store.save_subscribers([a_subscriber(ADA)], now=NOW)
    given = {"newsletter": with_bounces(maildir), "make_transport": lambda: box}
    with a_digest(tmp_path, store=store, **given) as made:
        yield made


def comes_back(digest: Digest, box: Box, maildir: Path, kind: LetterKind, to: str = "") -> Message:
    """Send a letter of this kind, and have it bounce; the letter."""
    put(digest, kind, digest.subscriber(ADA), to=to)
    send_waiting(digest)
    letter = box.messages[-1]
    arrives(maildir, bounce(status_block(), to=letter.sender, original="Subject: x\n"), name=str(len(box.messages)))
    return letter


@pytest.mark.parametrize(
    ("kind", "to"),
    [(LetterKind.ADDRESS_CHANGE, NEW), (LetterKind.ADDRESS_CHANGED, NEW), (LetterKind.CONFIRMATION, "")],
)
def test_a_letter_that_bounces_is_held_against_the_address_it_went_to(
    writing: Digest, box: Box, maildir: Path, kind: LetterKind, to: str
) -> None:
    """A new address that was mistyped, an old one that is dead: the one the reader has works, and is left in peace."""
    letter = comes_back(writing, box, maildir, kind, to)
    assert writing.read_mailbox().suppressed == 1
    assert {one.address: one.reason for one in writing.store.suppressions()} == {
        letter.recipient: FeedbackKind.HARD_BOUNCE
    }
    assert letter.recipient == (to or ADA)


def test_a_letter_that_is_forgotten_is_held_against_nobody(writing: Digest, box: Box, maildir: Path) -> None:
    """Nobody knows any more where it went: its bounce is left for a person."""
    comes_back(writing, box, maildir, LetterKind.ADDRESS_CHANGE, NEW)
    writing.store.forget_letters(now=NOW + timedelta(days=30))
    assert writing.read_mailbox().left == 1
    assert [*writing.store.suppressions()] == []


def test_a_sender_without_letter_and_issue_is_held_against_nobody(maildir: Path, readers: SqlStore) -> None:
    """It says which reader's links the mail held, and not where it went."""
    arrives(maildir, bounce(status_block(), to=verp(1, issue=0), original=f"To: {NEW}\n"))
    assert take_letters(readers, MaildirMailbox(maildir), SIGNER, now=NOW).left == 1
    assert reasons(readers) == {}


def test_another_letter_that_bounces_is_news(writing: Digest, box: Box, maildir: Path) -> None:
    """An operator let the address back in: the next letter shows that its mailbox is gone all the same."""
    comes_back(writing, box, maildir, LetterKind.ALREADY)
    assert writing.read_mailbox().suppressed == 1
    lift(writing, ADA)
    assert not writing.store.suppressed([ADA])
    comes_back(writing, box, maildir, LetterKind.ALREADY)
    writing = replace(writing, clock=lambda: NOW + timedelta(days=60))
    assert writing.read_mailbox().suppressed == 1


# --- what providers tell ---------------------------------------------------------------------------------


def told(kind: FeedbackKind, address: str = ADA, **given: Any) -> Feedback:
    return Feedback(address=address, kind=kind, at=NOW, **given)


def test_feedback_comes_twice_and_in_any_order(store: SqlStore) -> None:
    """What was recorded first stays: a complaint is not undone by the bounce, delivery or unsubscribe after it."""
    store.save_subscribers([a_subscriber(ADA)], now=NOW)
    pile = [told(FeedbackKind.COMPLAINT), told(FeedbackKind.DELIVERED), told(FeedbackKind.HARD_BOUNCE)]
    taken = take_feedback(store, [*pile, *reversed(pile)], now=NOW)
    assert (taken.suppressed, taken.noted) == (1, 5)
    assert {one.address: one.reason for one in store.suppressions()} == {ADA: FeedbackKind.COMPLAINT}


def test_who_unsubscribes_there_has_left_here(readers: SqlStore) -> None:
    """A reader's status changes, so that they may come back one day; a stranger's address is suppressed."""
    pile = [told(FeedbackKind.UNSUBSCRIBE), told(FeedbackKind.UNSUBSCRIBE), told(FeedbackKind.UNSUBSCRIBE, "x@e.org")]
    taken = take_feedback(readers, pile, now=NOW)
    assert (taken.unsubscribed, taken.noted, taken.suppressed) == (1, 1, 1)
    assert statuses(readers)[ADA] is SubscriberStatus.UNSUBSCRIBED
    assert reasons(readers) == {"x@e.org": FeedbackKind.UNSUBSCRIBE}


@pytest.mark.parametrize(
    "one", [told(FeedbackKind.SOFT_BOUNCE), told(FeedbackKind.HARD_BOUNCE, code="5.1.2"), told(FeedbackKind.DELIVERED)]
)
def test_what_is_not_final_is_noted(readers: SqlStore, one: Feedback) -> None:
    """A full mailbox, a domain that is away for a day."""
    assert take_feedback(readers, [one], now=NOW).noted == 1
    assert reasons(readers) == {}


# --- mailboxes -------------------------------------------------------------------------------------------


def test_what_a_person_has_read_is_not_looked_at(maildir: Path) -> None:
    """Nor what was flagged; other flags say nothing about that, and are kept."""
    for flags_of, name in {"S": "1", "F": "2", "RS": "3", "R": "4", "": "5"}.items():
        (maildir / "cur" / f"{name}.host:2,{flags_of}").write_bytes(b"")
    mailbox = MaildirMailbox(maildir)
    letters = list(mailbox.letters())
    assert [Path(letter.name).name[0] for letter in letters] == ["4", "5"]
    for letter in letters:
        mailbox.settle(letter, understood=True)
    assert flags(maildir) == {"1": "S", "2": "F", "3": "RS", "4": "RS", "5": "S"}


def test_a_letter_that_is_moved_meanwhile_does_no_harm(maildir: Path) -> None:
    """Somebody reads the mailbox with a program of theirs."""
    arrives(maildir, b"", "1")
    arrives(maildir, b"", "2")
    mailbox = MaildirMailbox(maildir)
    letters = mailbox.letters()
    first = next(letters)
    for path in (maildir / "new").iterdir():
        path.unlink()
    mailbox.settle(first, understood=True)
    assert list(letters) == []


@pytest.mark.parametrize("folder", ["gone", "."])
def test_a_folder_that_is_no_maildir(tmp_path: Path, folder: str) -> None:
    """The operator is told which."""
    mailbox = MaildirMailbox(tmp_path / folder)
    for look in (mailbox.check, lambda: list(mailbox.letters())):
        with pytest.raises(FeedbackError, match="no Maildir"):
            look()


@pytest.fixture
def imap() -> Iterator[Folder]:
    with running_imap() as folder:
        yield folder


def imap_mailbox(held: Folder, **given: Any) -> ImapMailbox:
    defaults = {"host": "127.0.0.1", "port": held.port, "username": "u", "password": "s3cret", "tls": False}
    return ImapMailbox(ImapSettings(**{**defaults, "timeout": 2.0, **given}))


def test_a_folder_on_a_server_is_read(imap: Folder, readers: SqlStore) -> None:
    """The same by IMAP: bodies are peeked at, flags are set, and the next time nothing is there."""
    for data in (bounced(1), leave(2), a_letter("Hello")):
        imap.add(data)
    mailbox = imap_mailbox(imap)
    taken = take_letters(readers, mailbox, SIGNER, now=NOW)
    assert (taken.suppressed, taken.unsubscribed, taken.left) == (1, 1, 1)
    assert imap.flags == {1: {"SEEN"}, 2: {"SEEN"}, 3: {"FLAGGED"}}
    assert take_letters(readers, mailbox, SIGNER, now=NOW).total == 0
    mailbox.close()
    mailbox.close()
    assert len(imap.logged_in) == 1


def test_a_huge_mail_is_read_in_part(imap: Folder, readers: SqlStore) -> None:
    """Only its beginning is asked for."""
    imap.add(bounced(1) + b"x" * 2_000_000)
    mailbox = imap_mailbox(imap)
    assert take_letters(readers, mailbox, SIGNER, now=NOW).suppressed == 1
    mailbox.close()


def test_a_check_looks_and_touches_nothing(imap: Folder) -> None:
    """For `doctor`."""
    imap.add(b"")
    assert imap_mailbox(imap).check() == "127.0.0.1, INBOX, 1 unread"
    assert imap.flags == {1: set()}


@pytest.mark.parametrize(
    ("folder", "named"),
    [
        ("INBOX", '"INBOX"'),
        ("Rückläufer", '"R&APw-ckl&AOQ-ufer"'),
        ("~peter/mail/台北/日本語", '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'),
        ("This & that", '"This &- that"'),
        ("☺", '"&Jjo-"'),
    ],
)
def test_a_folder_may_be_named_in_any_language(imap: Folder, folder: str, named: str) -> None:
    """As RFC 3501, 5.1.3, has it, with its own examples."""
    assert imap_mailbox(imap, folder=folder).check() == f"127.0.0.1, {folder}, 0 unread"
    assert imap.selected == [named]


@pytest.mark.parametrize("given", [{"username": "zoë"}, {"password": "sécret"}])
def test_a_login_beyond_ascii_is_refused_at_once(imap: Folder, given: dict[str, str]) -> None:
    """What cannot be said to the server is the operator's to change."""
    with pytest.raises(ConfigError, match="ASCII letters only"):
        imap_mailbox(imap, **given)


def test_what_cannot_be_said_is_trouble_with_the_mailbox(imap: Folder) -> None:
    """A folder that no name on the wire can be made of is told like all else."""
    with pytest.raises(FeedbackError, match="cannot be read"):
        imap_mailbox(imap, folder="\ud800").check()


@pytest.mark.parametrize("refused", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"])
@pytest.mark.parametrize("how", ["refuses", "hangs_up_at"])
def test_a_server_that_will_not(imap: Folder, readers: SqlStore, refused: str, how: str) -> None:
    """Whatever it refuses, wherever it hangs up: the operator is told, and never the password."""
    imap.add(a_letter("Hello"))
    setattr(imap, how, refused)
    mailbox = imap_mailbox(imap)
    with pytest.raises(FeedbackError, match=r"127\.0\.0\.1") as caught:
        take_letters(readers, mailbox, SIGNER, now=NOW)
    assert "s3cret" not in str(caught.value)
    mailbox.close()


def test_a_letter_that_could_not_be_marked_is_read_again(imap: Folder, readers: SqlStore) -> None:
    """It was recorded first, and recording it again changes nothing."""
    imap.add(bounced(1))
    imap.refuses = "UID STORE"
    mailbox = imap_mailbox(imap)
    with pytest.raises(FeedbackError):
        take_letters(readers, mailbox, SIGNER, now=NOW)
    imap.refuses = ""
    taken = take_letters(readers, mailbox, SIGNER, now=NOW)
    assert (taken.suppressed, taken.noted) == (0, 1)
    assert reasons(readers) == {ADA: FeedbackKind.HARD_BOUNCE}
    mailbox.close()


def test_nobody_at_the_port() -> None:
    """A FeedbackError, as for every other trouble with the mailbox."""
    with pytest.raises(FeedbackError, match="cannot be read"):
        imap_mailbox(Folder(port=1)).check()


# --- the newsletter --------------------------------------------------------------------------------------


def settings(folder: Path, **given: Any) -> Settings:
    newsletter = {
        "name": "Monthly",
        "from": "digest@example.org",
        "postal_address": "1 Street",
        "base_url": "http://localhost",
        **given.pop("newsletter", {}),
    }
    path = folder / "digest.yaml"
    path.write_text(yaml.safe_dump({"newsletter": newsletter, **given}), encoding="utf-8")
    (folder / ".digest-secret").write_text(SECRET)
    return load_settings(path, {})


def with_bounces(maildir: Path) -> dict[str, Any]:
    return {"bounces": {"address": "bounces@example.org", "maildir": str(maildir)}}


@pytest.fixture
def digest(tmp_path: Path, maildir: Path, readers: SqlStore) -> Iterator[Digest]:
    with make_digest(settings(tmp_path, newsletter=with_bounces(maildir)), now=NOW, store=readers) as made:
        yield made


def test_the_bell_reads_the_mailbox(digest: Digest, maildir: Path) -> None:
    """Before it sends: who asked to leave gets nothing more. An empty mailbox is nothing worth a word."""
    arrives(maildir, leave(2))
    bell = Bell(digest=digest)
    tick = bell.ring(stop=lambda: True)
    assert tick.returned is not None and tick.returned.unsubscribed == 1
    assert not tick.did_nothing
    assert bell.ring(stop=lambda: True).returned is None


def test_a_mailbox_in_trouble_keeps_nothing_back(digest: Digest, maildir: Path) -> None:
    """It is reported with the other troubles, and the rest goes on."""
    (maildir / "new").rmdir()
    tick = Bell(digest=digest).ring(stop=lambda: True)
    assert any("no Maildir" in trouble for trouble in tick.troubles)


def test_without_a_mailbox_it_says_what_to_set(tmp_path: Path, sqlite_url: str) -> None:
    """Neither a mailbox nor a webhook is needed; who asks for them is told how to have them."""
    with make_digest(settings(tmp_path, database=sqlite_url), now=NOW) as plain:
        with pytest.raises(StateError, match=r"newsletter\.bounces\.maildir"):
            plain.read_mailbox()
        with pytest.raises(StateError, match="webhook_key"):
            plain.take_webhook("file", {}, b"")
        assert not plain.has_mailbox


def test_a_webhook_reaches_the_database(tmp_path: Path, readers: SqlStore) -> None:
    """From the provider's call to the reader's address, by the settings alone."""
    transport = {"kind": "brevo", "token": "t", "webhook_password": "p"}
    given = settings(tmp_path, transport=transport)
    with make_digest(given, now=NOW, store=readers) as made:
        headers = {"Authorization": "Basic ZGlnZXN0OnA="}
        taken = made.take_webhook("brevo", headers, json.dumps({"event": "spam", "email": ADA}).encode())
        assert taken.suppressed == 1
        with pytest.raises(FeedbackError) as caught:
            made.take_webhook("brevo", {}, b"{}")
        assert caught.value.forged
    assert reasons(readers) == {ADA: FeedbackKind.COMPLAINT}


def test_the_command_reads_the_mailbox(tmp_path: Path, maildir: Path, sqlite_url: str, readers: SqlStore) -> None:
    """`digest feedback`: 0 when something came, 3 when nothing did, 1 when it cannot be read."""
    settings(tmp_path, newsletter=with_bounces(maildir), database=sqlite_url)
    arrives(maildir, bounced(1))
    call = ["--config", str(tmp_path / "digest.yaml"), "feedback"]
    first = CliRunner().invoke(application, [*call, "--json"])
    assert (first.exit_code, json.loads(first.stdout)["suppressed"]) == (0, 1)
    assert CliRunner().invoke(application, call).exit_code == 3
    (maildir / "new").rmdir()
    assert isinstance(CliRunner().invoke(application, call).exception, FeedbackError)


def test_the_list_shows_who_is_suppressed(tmp_path: Path, sqlite_url: str, readers: SqlStore) -> None:
    """However their address is spelled."""
    settings(tmp_path, database=sqlite_url)
    address = "Bob.Big@example.org"
    readers.save_subscribers([a_subscriber(address)], now=NOW)
    readers.suppress(Suppression(address=address, reason=FeedbackKind.HARD_BOUNCE, at=NOW))
    call = ["--config", str(tmp_path / "digest.yaml"), "subscribers", "list", "--json"]
    listed = {row["email"]: row["suppressed"] for row in json.loads(CliRunner().invoke(application, call).stdout)}
    assert [found for found, suppressed in listed.items() if suppressed] == [address]


#: (settings of a transport, with a key for its webhook)
TRANSPORTS: list[dict[str, Any]] = [
    {"kind": "postmark", "token": "t", "webhook_password": "p"},
    {"kind": "sendgrid", "token": "t", "webhook_key": "k"},
    {"kind": "mailgun", "token": "t", "domain": "mg.example.org", "webhook_key": "k"},
    {"kind": "resend", "token": "t", "webhook_key": "k"},
    {"kind": "brevo", "token": "t", "webhook_password": "p"},
    {"kind": "mailtrap", "token": "t", "webhook_key": "k"},
    {"kind": "ses", "region": "eu-central-1", "topic_arn": "arn:aws:sns:x"},
]


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda one: one["kind"])
def test_every_kind_is_made_from_its_settings(tmp_path: Path, sqlite_url: str, transport: dict[str, Any]) -> None:
    """The transport of that kind, and the reader of its webhook, which believes nobody without a signature."""
    given = settings(tmp_path, transport=transport, database=sqlite_url)
    (made,) = make_carriers_of(given)
    assert made.name == made.transport.kind == transport["kind"]
    made.transport.close()
    with make_digest(given, now=NOW) as digest, pytest.raises((FeedbackError, ConfigError)):
        digest.take_webhook(transport["kind"], {}, b"{}")


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda one: one["kind"])
def test_without_its_key_no_webhook_is_believed(tmp_path: Path, sqlite_url: str, transport: dict[str, Any]) -> None:
    """Nothing would show who calls."""
    secret = {"webhook_key", "webhook_password", "topic_arn"}
    bare = {key: value for key, value in transport.items() if key not in secret}
    with make_digest(settings(tmp_path, transport=bare, database=sqlite_url), now=NOW) as digest:
        assert not digest.webhooks


def test_the_mailbox_is_made_from_its_settings(tmp_path: Path, maildir: Path) -> None:
    """A Maildir, a folder on a server, or none, though there is an address."""
    imap = {"host": "localhost", "username": "u", "password": "p", "tls": False}
    kinds = {
        MaildirMailbox: with_bounces(maildir),
        ImapMailbox: {"bounces": {"address": "b@example.org", "imap": imap}},
        type(None): {"bounces": {"address": "b@example.org"}},
    }
    for kind, newsletter in kinds.items():
        assert isinstance(make_mailbox_of(settings(tmp_path, newsletter=newsletter)), kind)
