"""Starts senders that can be killed: reads one order a line, forks a sender for it, and buries it when told.

Forked from one process that has loaded everything, a sender begins within milliseconds, so a test can kill many.
Orders: `{"start": {…}}` answers with a process id; `{"reap": id}` waits for it and answers with its exit status.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.models import DoubtPolicy
from digest.outbox import send_issue
from digest.owners import surely_gone, this_run
from digest.store.store import open_store
from digest.transports.base import Transport
from digest.transports.file import FileTransport
from digest.transports.smtp import Security, SmtpSettings, SmtpTransport
from tests.factories import message_of


def a_transport(kind: str, target: str) -> Transport:
    if kind == "file":
        return FileTransport(Path(target))
    settings = SmtpSettings(host="127.0.0.1", port=int(target), security=Security.NONE, hello="here.example.org")
    return SmtpTransport(settings)


def send(*, url: str, kind: str, target: str, policy: str, hours_ahead: float = 0) -> None:
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    transport = a_transport(kind, target)
    sent = send_issue(
        open_store(url),
        transport,
        message_of,
        issue_id=1,
        owner=this_run(),
        clock=lambda: datetime.now(UTC) + timedelta(hours=hours_ahead),
        policy=DoubtPolicy(policy),
        gone=surely_gone,
        stop=lambda: bool(stopped),
    )
    transport.close()
    if sent.trouble is not None:
        raise sent.trouble


def start(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        send(**order)
        status = 0
    except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
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
