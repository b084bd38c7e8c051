"""What operators do while an issue is sent, and afterwards: pause, resume, abort, resolve, audit."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from digest import departures, operations
from digest.audit import Account, Audit, Row
from digest.cli.departed import in_doubt
from digest.cli.making import issue_data
from digest.cli.session import Output
from digest.cli.tables import cell, counted, table, title
from digest.errors import InputError, NothingToDo
from digest.models import Issue, Suppression
from digest.operations import Decision, Verdict
from digest.subscribers import guarded

COLUMNS = (
    "subscriber",
    "address",
    "account",
    "reason",
    "edition",
    "attempts",
    "extra_copies_possible",
    "finished_at",
    "detail",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Label = Annotated[str, typer.Argument(metavar="ISSUE", help="Such as 2026-11.")]


def pause(context: typer.Context, issue: Label, as_json: AsJson = False) -> None:
    """Hold the sending of an issue: whoever sends stops after the mails in hand."""
    with context.obj.open() as digest:
        operations.pause(digest, digest.issue(issue))
        held = digest.issue(issue)
    label = held.window.label
    _say(held, as_json, f"{label} is paused; `digest resume {label}` lets it go on, `digest abort {label}` ends it.")


def resume(context: typer.Context, issue: Label, as_json: AsJson = False) -> None:
    """Let a paused issue go on."""
    with context.obj.open() as digest:
        operations.resume(digest, digest.issue(issue))
        free = digest.issue(issue)
    label = free.window.label
    _say(free, as_json, f"{label} may go on: `digest send {label}` sends the rest, as does `digest run`.")


def abort(
    context: typer.Context,
    issue: Label,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """End an issue for good: what has not left never will. It cannot be undone, so it asks first."""
    with context.obj.open() as digest:
        found = digest.issue(issue)
        if not yes and not _confirmed(found, departures.outstanding(digest, found)):
            raise NothingToDo(f"{found.window.label} was left as it was")
        done = operations.abort(digest, found)
        ended = digest.issue(issue)
    label = ended.window.label
    said = f"{label} is aborted: {counted(done.cancelled, 'mail')} will never leave."
    said += f" On the way, and it may still arrive: {counted(done.in_flight, 'mail')}." if done.in_flight else ""
    said += f" {in_doubt(ended, done.unknown)}" if done.unknown else ""
    _say(ended, as_json, said, cancelled=done.cancelled, in_flight=done.in_flight, unknown=done.unknown)


def _confirmed(issue: Issue, outstanding: int) -> bool:
    question = f"End {issue.window.label} for good? {counted(outstanding, 'mail')} would never leave."
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:  # nobody is there to answer
        typer.echo("", err=True)
        return False


def resolve(
    context: typer.Context,
    issue: Label,
    unknown: Annotated[Decision, typer.Option(help="Send them once more, or take them as arrived.")],
    as_json: AsJson = False,
) -> None:
    """Decide about the mails of which nobody knows whether they arrived."""
    with context.obj.open() as digest:
        settled = operations.resolve(digest, digest.issue(issue), unknown)
        found = digest.issue(issue)
    label, mails = found.window.label, counted(settled, "mail")
    said = {
        Decision.RESEND: f"{mails} of {label} will be sent once more, perhaps a second copy: `digest send {label}`.",
        Decision.ACCEPT: f"{mails} of {label} are taken as arrived.",
    }[unknown]
    _say(found, as_json, said, settled=settled, decision=unknown)


def quarantine(
    context: typer.Context,
    issue: Label,
    decide: Annotated[
        Verdict | None, typer.Option(help="Keep them, or lift them: the addresses may be mailed again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at the addresses that a send suppressed before it stopped itself, and decide about them."""
    with context.obj.open() as digest:
        found = digest.issue(issue)
        waiting = digest.store.quarantined(found.id)
        if not waiting:
            raise NothingToDo(f"{found.window.label} has no suppressions in quarantine")
        if decide is not None:
            operations.decide_quarantine(digest, found, decide)
    label, addresses = found.window.label, counted(len(waiting), "address", "addresses")
    if decide is None:
        rows = [{"address": one.address, "at": one.at, "detail": one.detail} for one in waiting]
        Output(as_json=as_json).result(rows, lambda console: _show_quarantine(console, label, waiting))
        return
    said = {
        Verdict.KEEP: f"{addresses} stay suppressed.",
        Verdict.LIFT: f"{addresses} may be mailed again, and get {label} when it goes on: `digest resume {label}`.",
    }[decide]
    _say(found, as_json, said, settled=len(waiting), decision=decide)


def _show_quarantine(console: Console, label: str, waiting: Sequence[Suppression]) -> None:
    title(console, f"{label}: suppressed before the send stopped itself, and not mailed meanwhile")
    made = table("Address", "When (UTC)", "What was said")
    for one in waiting:
        made.add_row(cell(one.address), f"{one.at:%Y-%m-%d %H:%M}", cell(one.detail))
    console.print(made)
    console.print(
        f"Are they dead? `digest quarantine {label} --decide keep`. Was it a mistake? `--decide lift`.", markup=False
    )


def _say(issue: Issue, as_json: bool, words: str, **more: Any) -> None:
    Output(as_json=as_json).result(
        {**issue_data(issue), **more}, lambda console: console.print(words, markup=False, soft_wrap=True)
    )


# --- audit ---------------------------------------------------------------------------------------------------


def audit(
    context: typer.Context,
    issue: Label,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write everybody's row to this file, with addresses; - prints it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Account for every subscriber of the day an issue was approved; sums that must agree are compared."""
    to_stdout = csv_file == Path("-")
    if to_stdout and as_json:
        raise typer.BadParameter("--csv - and --json would both print: give one of them, or name a file")
    with context.obj.open() as digest:
        found = digest.issue(issue)
        with _rows_written(csv_file) as on_row:
            done = operations.audit(digest, found, on_row=on_row)
    if to_stdout:
        show_audit(Console(stderr=True, highlight=False), found, done)
    else:
        Output(as_json=as_json).result(audit_data(found, done), lambda console: show_audit(console, found, done))
    if not done.agrees:
        raise typer.Exit(1)


@contextmanager
def _rows_written(path: Path | None) -> Iterator[Callable[[Row, Account, str], None] | None]:
    """What writes rows as CSV; None when nobody asked. A file is there whole or not at all, for its owner's eyes."""
    if path is None:
        yield None
    elif path == Path("-"):
        yield _writer(sys.stdout)
    else:
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            part.touch(mode=0o600)
            with part.open("w", encoding="utf-8", newline="") as file:
                yield _writer(file)
            part.replace(path)
        except OSError as error:
            raise InputError(f"the file cannot be written: {error.strerror}", place=str(path)) from error
        finally:
            part.unlink(missing_ok=True)


def _writer(file: IO[str]) -> Callable[[Row, Account, str], None]:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)

    def on_row(row: Row, account: Account, reason: str) -> None:
        edition = "" if row.edition_id is None else row.edition_id
        cells = (row.subscriber_id, guarded(row.address), account.value, reason, edition, row.attempts, row.doubts)
        writer.writerow((*cells, row.finished_at, guarded(row.detail)))

    return on_row


def audit_data(issue: Issue, audit: Audit) -> dict[str, Any]:
    """An audit for machines: counts and numbers of subscribers, no address."""
    return {
        **issue_data(issue),
        "readers": audit.readers,
        "accounts": [
            {"account": account, "reason": reason or None, "readers": number}
            for account, reason, number in audit.accounts
        ],
        "extra_copies_possible": audit.extra_copies,
        "readers_in_doubt": audit.in_doubt,
        "checks": [
            {"what": one.what, "expected": one.expected, "found": one.found, "agrees": one.agrees}
            for one in audit.checks
        ],
        "contradictions": [{"subscriber": number, "what": what} for number, what in audit.contradictions],
        "agrees": audit.agrees,
    }


def show_audit(console: Console, issue: Issue, audit: Audit) -> None:
    """An audit for people."""
    title(console, f"{issue.window.title} ({issue.window.label}): everybody of the day it was approved")
    made = table("Account", "Why", "Readers")
    made.columns[2].justify = "right"
    for account, reason, number in audit.accounts:
        style = "red" if account in (Account.DAMAGED, Account.UNKNOWN) else ""
        made.add_row(Text(account.value, style=style), cell(reason), f"{number:,}")
    made.add_row(Text("together", style="bold"), cell(""), Text(f"{audit.readers:,}", style="bold"))
    console.print(made)
    console.print()
    copies = counted(audit.extra_copies, "second copy", "second copies")
    console.print(f"At most {copies} may have arrived, at {counted(audit.in_doubt, 'reader')}.", markup=False)
    wrong = [check for check in audit.checks if not check.agrees]
    for check in wrong:
        console.print(f"  {check.what}: {check.expected} expected, {check.found} found", markup=False, style="red")
    for number, what in audit.contradictions:
        console.print(f"  subscriber {number}: {what}", markup=False, style="red")
    verdict = "The books do not agree: something else than digest changed them." if wrong else "All sums agree."
    console.print(verdict, markup=False, style="bold red" if wrong else "green")
