"""Starts senders that can be killed: reads one order a line, forks a sender for it, and buries it when told.

Forked from one process that has loaded everything, a sender begins within milliseconds, so a lab can kill many.
Orders: `{"start": {…}}` answers with a process id; `{"reap": id}` waits for it and answers with its exit status.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.errors import InputError
from digest.models import Claim, DoubtPolicy, Message
from digest.outbox import send_issue
from digest.owners import surely_gone, this_run
from digest.store.store import open_store
from digest.transports.base import Carrier, Transport
from digest.transports.file import FileTransport
from digest.transports.mailgun import MailgunSettings, MailgunTransport
from digest.transports.postmark import PostmarkSettings, PostmarkTransport
from digest.transports.smtp import Security, SmtpSettings, SmtpTransport
from tests.factories import a_message

#: With all that a provider wants to see that makes mails anew.
MAIL = (
    b"From: news@example.org\r\nTo: %s\r\nSubject: News\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nWords.\r\n--b\r\nContent-Type: text/html\r\n\r\nWords.%s\r\n--b--\r\n"
)
#: A message larger than any limit a lab sets on files.
HUGE = 3_000_000
#: Small, so that several senders share an issue of a few hundred readers.
BATCH = 32
#: Of one sender by SMTP, and how many mails go in one call to a provider that takes many.
CONNECTIONS = 4
CALL = 20


def a_transport(kind: str, target: str) -> Transport:
    if kind == "file":
        return FileTransport(Path(target))
    if kind == "mailgun":
        return MailgunTransport(MailgunSettings(token="t", domain="example.org", url=target))
    if kind == "postmark":
        return PostmarkTransport(PostmarkSettings(token="t", url=target, window=CALL))
    return SmtpTransport(
        SmtpSettings(
            host="127.0.0.1",
            port=int(target),
            security=Security.NONE,
            hello="here.example.org",
            connections=CONNECTIONS,
        )
    )


def a_clock(hours_ahead: float, jumps: float) -> Callable[[], datetime]:
    """The time; with `jumps`, put forward and back by up to so many hours between any two looks."""
    chance = random.Random(os.getpid())
    return lambda: datetime.now(UTC) + timedelta(hours=hours_ahead + jumps * chance.uniform(-1, 1))


def a_composer(huge_from: int, wrong: list[int], made: list[int]) -> Callable[[Claim], Message]:
    """The same message for the same delivery every time; for some it is huge, for some it cannot be made."""

    def compose(claim: Claim) -> Message:
        number = claim.delivery_id
        made.append(number)
        if number in wrong:
            raise InputError("a bad row") if number % 2 else RuntimeError("a mistake of ours about one row")
        text = b"W" * (HUGE if huge_from and number >= huge_from else 0)
        data = MAIL % (claim.address.encode(), text)
        return a_message(number, recipient=claim.address, data=data)

    return compose


def a_stop(made: list[int], asleep_at: int) -> Callable[[], bool]:
    """Whether the sender was told to stop; once the mail of this number is made, it falls asleep here.

    That is between two transactions, with a window sent whose results are not yet recorded.
    """
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))

    def stop() -> bool:
        if asleep_at in made:
            os.kill(os.getpid(), signal.SIGSTOP)
        made.clear()
        return bool(told)

    return stop


def send(
    *,
    url: str,
    kind: str,
    target: str,
    policy: str,
    hours_ahead: float = 0,
    jumps: float = 0,
    patience: float = 30,
    largest_file: int = 0,
    huge_from: int = 0,
    wrong: list[int] | None = None,
    asleep_at: int = 0,
) -> None:
    made: list[int] = []
    if largest_file:  # as a full disk, for one process alone: every write beyond fails
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    transport = a_transport(kind, target)
    sent = send_issue(
        open_store(url, patience=patience),
        [Carrier(transport=transport, has_breaker=False)],
        a_composer(huge_from, wrong or [], made),
        issue_id=1,
        owner=this_run(),
        clock=a_clock(hours_ahead, jumps),
        policy=DoubtPolicy(policy),
        gone=surely_gone,
        batch=BATCH,
        canary=False,  # sinks here refuse as much as they like
        stop=a_stop(made, asleep_at),
        wait=lambda seconds: time.sleep(seconds / 100),
    )
    transport.close()
    if sent.trouble is not None:
        raise sent.trouble


def start(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    quiet = order.pop("quiet", False)
    try:
        send(**order)
        status = 0
    except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
        if not quiet:
            traceback.print_exc()
    finally:
        os._exit(status)


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            answer = start(order["start"])
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["reap"], 0)[1])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
