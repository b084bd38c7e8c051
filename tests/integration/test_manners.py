"""Limits, rests and a send that stopped itself, as an operator meets them: settings, commands, exit codes."""

from __future__ import annotations

import io
import json
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from digest import departures, operations, owners
from digest.bell import Bell
from digest.cli.commands import application
from digest.cli.watching import renderable
from digest.doctor import examine
from digest.errors import ConfigError, NothingToDo, StateError, TransportError
from digest.feedback import take_in
from digest.models import DeliveryState, DoubtPolicy, FeedbackKind, Issue, Outcome, Receipt
from digest.newsroom import Digest
from digest.outbox import Sent, send_issue
from digest.store.base import Terms
from digest.store.store import SqlStore, open_store
from digest.suppression import Feedback
from digest.transports.base import Carrier
from digest.transports.memory import MemoryTransport, accept
from tests.factories import NOW, an_approved_issue, message_of
from tests.integration.smtp_server import Inbox, ScriptedServer, a_real_server, a_transport
from tests.newsletter import SECRET, a_digest

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ledger(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def a_newsletter(folder: Path, store: SqlStore, **given: Any) -> Digest:
    return a_digest(folder, store=store, **given)


def lines(digest: Digest) -> str:
    """What `digest status` says of the one issue."""
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(renderable([operations.sending(digest, digest.store.issue_by_id(1))]))
    return console.export_text()


# --- an aborted issue ------------------------------------------------------------------------------------


def die_with(store: SqlStore, issue: Issue, mails: int) -> None:
    """A run has so many mails of the issue on their way when it dies."""
    with owners.a_run() as owner:
        store.record([], store.claim(issue.id, owner, limit=mails, lease=300, now=NOW), owner, lease=7200, now=NOW)


def test_an_abort_says_what_died_on_its_way(tmp_path: Path, ledger: SqlStore) -> None:
    """No send comes by any more that could find it."""
    issue = an_approved_issue(ledger, 3)
    die_with(ledger, issue, 2)
    with a_newsletter(tmp_path, ledger) as digest:
        ledger.recover(issue.id, resend=True, gone=owners.surely_gone(ledger.owners(1)), now=NOW)
        die_with(ledger, issue, 1)
        assert operations.abort(digest, issue) == operations.Aborted(cancelled=1, in_flight=0, unknown=2)
        assert operations.resolve(digest, digest.issue(issue.window.label), operations.Decision.ACCEPT) == 2


@pytest.mark.parametrize("by_hand", [True, False], ids=["resolve", "the bell"])
def test_what_dies_after_an_abort_is_found_as_well(tmp_path: Path, ledger: SqlStore, by_hand: bool) -> None:
    """By whoever decides about it, or by the next ring: the books of an aborted issue are closed some day."""
    issue = an_approved_issue(ledger, 2)
    with a_newsletter(tmp_path, ledger) as digest:
        with owners.a_run() as owner:
            ledger.record([], ledger.claim(1, owner, limit=1, lease=300, now=NOW), owner, lease=7200, now=NOW)
            aborted = operations.abort(digest, issue)
            assert (aborted.cancelled, aborted.in_flight, aborted.unknown) == (1, 1, 0)
            Bell(digest=digest).ring()
            assert ledger.progress(1)[DeliveryState.INFLIGHT] == 1
        if by_hand:
            ended = digest.issue(issue.window.label)
            assert operations.resolve(digest, ended, operations.Decision.ACCEPT) == 1
            assert ledger.progress(1) == {DeliveryState.ACCEPTED: 1, DeliveryState.CANCELLED: 1}
        else:
            Bell(digest=digest).ring()
            assert ledger.progress(1) == {DeliveryState.UNKNOWN: 1, DeliveryState.CANCELLED: 1}


# --- status ----------------------------------------------------------------------------------------------


def test_status_says_what_a_transport_is_held_to(tmp_path: Path, ledger: SqlStore) -> None:
    """And which rate is used up at this moment."""
    an_approved_issue(ledger, 300)
    limits = {"per_second": 0.001, "google": 5}
    digest = a_newsletter(tmp_path, ledger, transport={"kind": "file", "limits": limits})
    assert "file: mails a second at the most: all together 0.001, google 5\n" in lines(digest).replace(" \n", "\n")
    way = next(iter(digest.settings.transports_in_order().values()))
    terms = Terms(transport="file", limits=way.limits_noun())
    ledger.allot(1, "one", terms, limit=256, lease=300, now=NOW)
    assert "used up now: all together" in lines(digest)
    assert "the first 200 go first, and 1 of them have begun" in lines(digest)


def test_status_says_how_warm_it_is(tmp_path: Path, ledger: SqlStore) -> None:
    """The day, its number, and that the rest waits."""
    an_approved_issue(ledger, 5)
    warm_up = {"start": 2, "until": 100}
    digest = a_newsletter(tmp_path, ledger, transport={"kind": "file", "warm_up": warm_up})
    assert "file: day 1 of warming up: 0 of 2 mails today" in lines(digest)
    terms = Terms(transport="file", limits=digest.settings.transport.limits_noun())
    ledger.allot(1, "one", terms, limit=256, lease=300, now=NOW)
    assert "day 1 of warming up: 2 of 2 mails today; the rest waits for the next day (UTC)" in lines(digest)


def test_status_says_that_a_transport_rests(tmp_path: Path, ledger: SqlStore) -> None:
    """Since when, until when, and why."""
    an_approved_issue(ledger, 5)
    digest = a_newsletter(tmp_path, ledger)
    ledger.trip("file", now=NOW, reason="the login was refused")
    assert "file: given a rest since 09:00, tried again at 09:01 UTC: the login was refused" in lines(digest)


def test_status_is_quiet_where_nothing_is_held_back(tmp_path: Path, ledger: SqlStore) -> None:
    """A line only where there is something to say."""
    an_approved_issue(ledger, 5)
    digest = a_newsletter(tmp_path, ledger)
    sending = operations.sending(digest, ledger.issue_by_id(1))
    assert (sending.canary, sending.waits) == (None, ())
    assert "file:" not in lines(digest)


# --- refused for what we are or say ----------------------------------------------------------------------


@pytest.fixture
def refused_by(tmp_path: Path, ledger: SqlStore) -> Digest:
    """An issue of five readers: two were refused for our own fault, one is dead, one may have it already."""
    an_approved_issue(ledger, 5)
    said = {
        1: Receipt(outcome=Outcome.REFUSED, code="5.1.1", detail="550 5.1.1 no such user"),
        2: Receipt(outcome=Outcome.DEFERRED, code="5.7.1", detail="553 5.7.1 not your sender", lasting=True),
        3: Receipt(outcome=Outcome.DEFERRED, code="5.3.4", detail="552 5.3.4 too big", lasting=True),
        4: Receipt(outcome=Outcome.DEFERRED, code="4.7.1", detail="450 4.7.1 greylisted"),
    }
    answers = {f"reader{number}@example.org": receipt for number, receipt in said.items()}
    transport = MemoryTransport(kind="file", answer=lambda one: answers.get(one.recipient) or accept(one))
    send(ledger, [Carrier(transport=transport)])
    return a_newsletter(tmp_path, ledger, database=str(ledger.engine.url))


def listed(folder: Path, *words: str) -> list[int]:
    shown = json.loads(call(folder, "send", "2026-11", "--again", "--dry-run", "--json", *words).stdout)
    return [one["subscriber"] for one in shown["refused"]]


@pytest.mark.usefixtures("refused_by")
def test_what_was_refused_for_our_own_fault_is_listed(tmp_path: Path) -> None:
    """Not who is dead, nor who is only put off; by the servers' words, for those who ask for some."""
    assert listed(tmp_path) == [2, 3]
    assert (listed(tmp_path, "--reason", "5.3.4"), listed(tmp_path, "--reason", "NOT YOUR")) == ([3], [2])
    assert "553 5.7.1 not your sender" in call(tmp_path, "send", "2026-11", "--again", "--dry-run").stdout


def test_it_is_sent_again_once(refused_by: Digest) -> None:
    """Those it was about, and nobody else; the second time there is nothing to do."""
    issue = refused_by.store.issue_by_id(1)
    found = operations.refused_for_us(refused_by, issue)
    assert operations.again(refused_by, issue, found) == 2
    transport = MemoryTransport(kind="file")
    assert send(refused_by.store, [Carrier(transport=transport)], owner="two") == Sent(accepted=2)
    assert [one.recipient for one in transport.inbox] == ["reader2@example.org", "reader3@example.org"]
    with pytest.raises(NothingToDo, match="refused for what we are"):
        operations.again(refused_by, issue, operations.refused_for_us(refused_by, issue))


def test_an_older_version_called_it_bounced(refused_by: Digest) -> None:
    """It is found all the same, and the dead and full ones are not."""
    with refused_by.store.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'bounced' WHERE attempts > 0")
    found = operations.refused_for_us(refused_by, refused_by.store.issue_by_id(1))
    assert [one.subscriber_id for one in found if one.code != "2.0.0"] == [2, 3, 4]


@pytest.mark.usefixtures("refused_by")
@pytest.mark.parametrize(
    "words", [("--again",), ("2026-11", "--reason", "x"), ("2026-11", "--again", "--to", "a@b.org")]
)
def test_what_goes_with_again_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    """An issue by its name; a reason only with it; no test mail."""
    assert call(tmp_path, "send", *words).exit_code == 2


# --- a send that stopped itself --------------------------------------------------------------------------


def bounce(store: SqlStore, *numbers: int) -> None:
    for number in numbers:
        address = f"reader{number}@example.org"
        given = Feedback(address=address, kind=FeedbackKind.HARD_BOUNCE, at=NOW + MINUTE, code="5.1.1", issue_id=1)
        take_in(store, given)


@pytest.fixture
def stopped(tmp_path: Path, ledger: SqlStore) -> Digest:
    """An issue of twenty readers of whom twelve bounced after they had been accepted."""
    an_approved_issue(ledger, 20)
    carrier = Carrier(transport=MemoryTransport(kind="file", window=8))
    send(ledger, [carrier], stop=lambda: ledger.progress(1).get(DeliveryState.ACCEPTED, 0) >= 8)
    bounce(ledger, *range(1, 13))
    assert send(ledger, [carrier]).stopped
    return a_newsletter(tmp_path, ledger, database=str(ledger.engine.url))


def send(store: SqlStore, carriers: Sequence[Carrier], **given: Any) -> Sent:
    return send_issue(
        store,
        carriers,
        message_of,
        issue_id=1,
        owner=given.pop("owner", "one"),
        clock=lambda: given.get("now", NOW),
        policy=DoubtPolicy.RESEND,
        gone=lambda _: [],
        wait=lambda _: None,
        **{key: value for key, value in given.items() if key != "now"},
    )


def call(folder: Path, *words: str) -> Result:
    environ = {"DIGEST_SECRET_KEY": SECRET, "DIGEST_NOW": NOW.isoformat()}
    return CliRunner().invoke(application, ["--config", str(folder / "digest.yaml"), *words], env=environ)


def test_it_is_not_sent_and_says_why(stopped: Digest) -> None:
    """With the commands that lead on."""
    with pytest.raises(StateError, match=r"12 of its last 16 mails bounced hard.*digest quarantine 2026-11"):
        departures.send(stopped, stopped.store.issue_by_id(1))


def test_status_and_doctor_show_it(tmp_path: Path, stopped: Digest) -> None:
    """In the table, as JSON, and as what is wrong."""
    shown = call(tmp_path, "status").stdout
    assert "stopped itself" in shown and "digest quarantine 2026-11" in shown
    (issue,) = json.loads(call(tmp_path, "status", "--json").stdout)["issues"]
    assert issue["held_because"].startswith("12 of its last 16")
    findings = {one.what: one for one in examine(lambda: a_digest(tmp_path, store=stopped.store), offline=True)}
    assert not findings["sending"].ok
    assert "digest resume 2026-11" in findings["sending"].detail


def test_an_address_is_let_back_in(tmp_path: Path, stopped: Digest) -> None:
    """One by one, whoever an operator knows to be there; the second time there is nothing to do."""
    lift = ("subscribers", "lift", "reader1@example.org")
    assert "may be mailed again" in call(tmp_path, *lift).stdout
    assert isinstance(call(tmp_path, *lift).exception, NothingToDo)
    assert not stopped.store.suppressed(["reader1@example.org"])


def test_quarantine_is_shown(tmp_path: Path, stopped: Digest) -> None:
    """Address by address, with what was said; nothing is changed by looking."""
    shown = call(tmp_path, "quarantine", "2026-11")
    assert (shown.exit_code, "reader12@example.org" in shown.stdout) == (0, True)
    assert len(json.loads(call(tmp_path, "quarantine", "2026-11", "--json").stdout)) == 12


@pytest.mark.parametrize(("decision", "suppressed"), [("keep", 12), ("lift", 0)])
def test_quarantine_is_decided_once(tmp_path: Path, stopped: Digest, decision: str, suppressed: int) -> None:
    """Kept or lifted, and then there is nothing left to decide: exit code 3."""
    assert call(tmp_path, "quarantine", "2026-11", "--decide", decision).exit_code == 0
    assert len(list(stopped.store.suppressions())) == suppressed
    assert isinstance(call(tmp_path, "quarantine", "2026-11", "--decide", decision).exception, NothingToDo)


def test_it_goes_on(tmp_path: Path, stopped: Digest) -> None:
    """After `digest resume`: what bounced is not held against it again."""
    assert call(tmp_path, "resume", "2026-11").exit_code == 0
    issue = stopped.store.issue_by_id(1)
    assert (issue.held, issue.held_because) == (False, "")
    later = NOW + 2 * MINUTE
    sent = send(stopped.store, [Carrier(transport=MemoryTransport(kind="file"))], now=later, owner="two")
    assert (sent.accepted, sent.stopped) == (4, "")


# --- over real lines -------------------------------------------------------------------------------------

HELLO = [("", "220 here"), ("EHLO", "250-here\r\n250 PIPELINING")]


@dataclass
class Refusing(Inbox):
    """A server that takes nobody's mail, for what we are."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return "451 4.7.1 your address is on a list"


def test_the_next_server_stands_in(ledger: SqlStore) -> None:
    """A server that refuses us is left after twenty answers (and what is on its line is seen through).

    Each mail that did not get there reaches the other one, once.
    """
    an_approved_issue(ledger, 60)
    with a_real_server(Refusing()) as (_, first_port), a_real_server() as (inbox, second_port):
        first, second = a_transport(first_port, connections=1), a_transport(second_port, connections=1)
        carriers = [Carrier(transport=first, name="own"), Carrier(transport=second, name="spare")]
        sent = send(ledger, carriers, batch=10)
        later = send(ledger, carriers, batch=10, now=NOW + timedelta(minutes=20), owner="two")
        first.close()
        second.close()
    assert 20 <= sent.deferred <= 20 + first.window
    assert (sent.deferred + sent.accepted, sent.trouble) == (60, None)
    arrived = [address for envelope in inbox.envelopes for address in envelope.rcpt_tos]
    assert len(set(arrived)) == len(arrived) == sent.accepted + later.accepted
    assert ledger.breakers()["own"].is_open


def test_a_login_that_is_refused(ledger: SqlStore) -> None:
    """Over a real line: the breaker opens at once, the other server carries all, and no try is counted."""
    an_approved_issue(ledger, 5)
    script = [
        ("", "220 here"),
        ("EHLO", "250-here\r\n250 AUTH PLAIN"),
        ("AUTH", "535 5.7.8 no"),
        ("", None),
    ]
    with ScriptedServer([script]) as refusing, a_real_server() as (inbox, port):
        first = a_transport(refusing.port, connections=1, username="digest", password="wrong")
        second = a_transport(port, connections=1)
        carriers = [Carrier(transport=first, name="own"), Carrier(transport=second, name="spare")]
        sent = send(ledger, carriers)
        first.close()
        second.close()
    assert sent == Sent(accepted=5)
    assert len(inbox.envelopes) == 5
    assert "login was refused" in ledger.breakers()["own"].reason


def test_a_mail_whose_answer_was_lost_stays_with_its_server(ledger: SqlStore) -> None:
    """The line broke after the dot: the other server never gets it."""
    an_approved_issue(ledger, 2)
    body = [("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go"), ("BODY", None)]
    with ScriptedServer([[*HELLO, *body]]) as losing, a_real_server() as (inbox, port):
        first, second = a_transport(losing.port, connections=1), a_transport(port, connections=1)
        carriers = [Carrier(transport=first, name="own"), Carrier(transport=second, name="spare")]
        send(ledger, carriers, batch=1, stop=lambda: ledger.progress(1).get(DeliveryState.DEFERRED, 0) > 0)
        ledger.trip("own", now=NOW, reason="it is gone")
        send(ledger, carriers, now=NOW + timedelta(seconds=30), owner="two")
        first.close()
        second.close()
    assert [envelope.rcpt_tos for envelope in inbox.envelopes] == [["reader2@example.org"]]
    row = ledger.delivery(1, 1)
    assert row is not None and (row.state, row.doubts) == (DeliveryState.DEFERRED, 1)


# --- what the settings make of a server ------------------------------------------------------------------


def an_smtp(port: int, **given: Any) -> dict[str, Any]:
    return {"kind": "smtp", "host": "localhost", "port": port, "security": "none", "hello": "here.example.org", **given}


def test_the_doctor_asks_about_the_address_that_mails_are_from(tmp_path: Path, ledger: SqlStore) -> None:
    """With a word behind a plus, as each reader's mail has: a login that does not own that is found before the send."""
    asked = [("MAIL FROM:<BOUNCES+DOCTOR@NEWS.EXAMPLE.ORG>", "553 5.7.1 not owned by user news"), ("QUIT", "221 bye")]
    with ScriptedServer([[*HELLO, *asked]]) as server:
        given = {"transport": an_smtp(server.port), "newsletter": {"bounces": {"address": "bounces@news.example.org"}}}
        found = {one.what: one for one in examine(lambda: a_newsletter(tmp_path, ledger, **given), offline=False)}
    assert not found["transport"].ok
    assert "553 5.7.1 not owned by user news" in found["transport"].detail
    assert server.heard[0] == "ehlo here.example.org"


def test_an_authority_of_ones_own_is_trusted(
    tmp_path: Path, ledger: SqlStore, certificate: Path, servers_side: ssl.SSLContext
) -> None:
    """Where its certificates are named, and only then."""
    with a_real_server(ssl_context=servers_side) as (_, port):
        own = an_smtp(port, security="tls", ca_file=str(certificate))
        with a_newsletter(tmp_path, ledger, transport=own) as digest, digest.carriers() as (carrier,):
            assert "answers, tls" in carrier.transport.check()
        with (
            a_newsletter(tmp_path, ledger, transport=an_smtp(port, security="tls")) as digest,
            digest.carriers() as (carrier,),
            pytest.raises(TransportError, match=r"cannot be trusted.*transport\.ca_file"),
        ):
            carrier.transport.check()


def test_an_authority_that_cannot_be_read_is_told(tmp_path: Path, ledger: SqlStore) -> None:
    """With its key and its file."""
    given = an_smtp(25, ca_file="nowhere.pem")
    with (
        a_newsletter(tmp_path, ledger, transport=given) as digest,
        pytest.raises(ConfigError, match=r"transport\.ca_file: .*nowhere\.pem"),
        digest.carriers(),
    ):
        pass
