"""The send, end to end, against Debian's smtp-sink, and what it is measured against.

What is measured runs in a process of its own, so that its processor time and memory are its own:
`python -m tests.bench.smtp send DATABASE PORT` or `… naive COUNT PORT`.
"""

from __future__ import annotations

import contextlib
import json
import resource
import shutil
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

from digest import owners
from digest.edition import Pool, make_edition
from digest.models import DoubtPolicy, FrozenEdition, Issue, Recipient
from digest.outbox import send_issue
from digest.press import Press
from digest.store.schema import upgrade
from digest.store.store import open_store
from digest.tokens import Signer
from digest.transports.base import Carrier
from digest.transports.smtp import Security, SmtpSettings, SmtpTransport
from tests.factories import NOW, a_newsletter, a_subscriber, a_window, an_entry
from tests.sample_issue import a_pool, first, many

SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/sbin")
SOURCE = shutil.which("smtp-source", path="/usr/sbin:/usr/bin:/sbin")
#: Why nothing is measured where they are missing.
MISSING = "" if SINK and SOURCE else "smtp-sink and smtp-source are not installed: apt-get install postfix"

#: Items in a message, one more or less, so that it is about 48 KB; what the messages weigh on average (bytes).
ITEMS = 6
WEIGHT = 46_700
EDITIONS = 50
#: What an operator who is in a hurry, and has a server of their own, may configure; 4 is the default.
CONNECTIONS = 16
COMMAND = [sys.executable, "-m", "tests.bench.smtp"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What one sender did: messages a second, processor seconds for 1,000, and the most memory it had (bytes)."""

    rate: float
    cpu: float
    memory: int = 0


@contextlib.contextmanager
def a_sink() -> Iterator[int]:
    """A running smtp-sink; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert SINK is not None
    # It will not run as root; given -u it need not.
    with subprocess.Popen([SINK, "-u", "nobody", f"127.0.0.1:{port}", "100"]) as sink:
        try:
            _wait_for(port)
            yield port
        finally:
            sink.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")


# --- the senders -----------------------------------------------------------------------------------------


def our_send(readers: int, folder: Path) -> Run:
    """An approved issue for so many readers, from the ledger to the sink."""
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / f'{readers}.db'}"
    subprocess.run([*COMMAND, "prepare", url, str(readers)], check=True)
    with a_sink() as port:
        return _run("send", url, port)


def naive_send(count: int) -> Run:
    """The same mails by EmailMessage and smtplib, without a ledger."""
    with a_sink() as port:
        return _run("naive", str(count), port)


def yardstick(count: int, size: int) -> Run:
    """Postfix's own load generator, in C, with 4 sessions."""
    assert SOURCE is not None
    envelope = ["-f", "news@example.org", "-t", "reader@example.org"]
    with a_sink() as port:
        before, began = _spent(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [SOURCE, "-s", "4", "-m", str(count), "-l", str(size), *envelope, f"127.0.0.1:{port}"], check=True
        )
        took = time.perf_counter() - began
        return Run(rate=count / took, cpu=(_spent(resource.RUSAGE_CHILDREN) - before) / count * 1000)


def _run(what: str, argument: str, port: int) -> Run:
    done = subprocess.run([*COMMAND, what, argument, str(port)], check=True, capture_output=True, text=True)
    return Run(**json.loads(done.stdout))


def _spent(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


# --- in a process of their own ---------------------------------------------------------------------------


def prepare(url: str, readers: int) -> None:
    """A database with an approved issue for so many readers."""
    upgrade(url)
    with contextlib.closing(open_store(url)) as store:
        for start in range(1, readers + 1, 10_000):
            numbers = range(start, min(start + 10_000, readers + 1))
            store.save_subscribers([a_subscriber(f"reader{number}@example.org") for number in numbers], now=NOW)
        # As many studies as the editions speak of; what they say is in the pool.
        store.add_entries(
            [an_entry(str(number), headline=f"{number} " + "study " * number) for number in range(1, ITEMS + 2)],
            now=NOW,
        )
        pool = a_pool(many(40))
        editions = _editions(pool)
        recipients = (
            Recipient(subscriber_id=one.id, address=one.address, name=one.name, edition=editions[one.id % EDITIONS])
            for one in store.subscribers()
        )
        issue = store.add_issue(a_window(), now=NOW)
        store.freeze(issue.id, recipients, pool=pool.dumps(), content_hash="hash", approved_by="ada", now=NOW)


def _editions(pool: Pool) -> list[FrozenEdition]:
    """Editions that differ, as those of readers with different wishes do."""
    made = (make_edition(pool, first(ITEMS + number % 3 - 1)) for number in range(EDITIONS))
    return [replace(edition, key=f"{edition.key} {number}") for number, edition in enumerate(made)]


def _press(pool: Pool, issue: Issue) -> Press:
    return Press(
        pool,
        issue,
        newsletter=a_newsletter(),
        signer=Signer([b"a secret for the bench, 32 bytes."]),
        unsubscribe_address="unsubscribe@example.org",
        now=NOW,
    )


def send(url: str, port: str) -> Run:
    """Send all of the issue, as `digest send` does."""
    settings = SmtpSettings(
        host="127.0.0.1", port=int(port), security=Security.NONE, connections=16, messages_per_connection=1000
    )
    transport = SmtpTransport(settings)
    with contextlib.closing(open_store(url)) as store, contextlib.closing(transport), owners.a_run() as owner:
        press = _press(Pool.loads(store.frozen_pool(1)), store.issue_by_id(1))
        edition_of = lru_cache(EDITIONS)(store.edition)
        began, before = time.perf_counter(), _spent(resource.RUSAGE_SELF)
        sent = send_issue(
            store,
            [Carrier(transport=transport)],
            lambda claim: press.message(
                edition_of(claim.edition_id), subscriber_id=claim.subscriber_id, address=claim.address, name=claim.name
            ),
            issue_id=1,
            owner=owner,
            clock=lambda: datetime.now(UTC),
            policy=DoubtPolicy.RESEND,
            gone=owners.surely_gone,
        )
    return _measured(sent.accepted, began, before)


def naive(count: str, port: str) -> Run:
    """What a script would do: build each mail, hand each to smtplib, over one connection."""
    pool = a_pool(many(40))
    press = _press(pool, Issue(id=1, window=a_window(), composed_at=NOW))
    html, text = press.parts(make_edition(pool, first(ITEMS)), subscriber_id=1, address="ada@example.org", name="Ada")
    began, before = time.perf_counter(), _spent(resource.RUSAGE_SELF)
    with smtplib.SMTP("127.0.0.1", int(port)) as smtp:
        for number in range(int(count)):
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "n@example.org", f"r{number}@example.org", "News"
            message.set_content(text)
            message.add_alternative(html, subtype="html")
            smtp.send_message(message)
    return _measured(int(count), began, before)


def _measured(count: int, began: float, before: float) -> Run:
    took, cpu = time.perf_counter() - began, _spent(resource.RUSAGE_SELF) - before
    return Run(rate=count / took, cpu=cpu / count * 1000, memory=peak())


def peak() -> int:
    """The most memory this process had (bytes), by proc(5): what getrusage tells begins with its parent's."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def main(what: str, *given: str) -> None:
    """Do what the first word says, and print what was measured as JSON."""
    if what == "prepare":
        prepare(given[0], int(given[1]))
        return
    run = {"send": send, "naive": naive}[what](*given)
    sys.stdout.write(json.dumps(asdict(run)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
