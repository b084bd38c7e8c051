"""The commands, in the order of the flow."""

from __future__ import annotations

import logging
import os
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler

from digest import __version__, approving, departures, desk, operations, previews, starter
from digest.bell import Bell
from digest.cli import (
    checked,
    correcting,
    departed,
    editing,
    making,
    readers,
    reading,
    searching,
    sending,
    shaping,
    sources,
    standing,
    starting,
    tokens,
    variants,
    vocabulary,
    watching,
)
from digest.cli.session import Advance, Output, Session, rows_of
from digest.errors import InputError, NothingToDo, StateError
from digest.models import Issue, IssueStatus
from digest.newsroom import Digest
from digest.outbox import Sent
from digest.pipeline import Composed
from digest.previews import Preview
from digest.scheduler import ring_until, stopping_on_signals
from digest.store.schema import SchemaState, schema_state, upgrade

#: Exit codes that are no failure: the issue had nothing to give, or the work was done before.
NOTHING_TO_DO = 3

application = typer.Typer(
    help="Collect plain-language research summaries, make one issue a month, and mail each reader what concerns them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
database = typer.Typer(help="The database.", no_args_is_help=True)
application.add_typer(database, name="db")
application.add_typer(readers.application, name="subscribers")
application.add_typer(sources.application, name="sources")
application.add_typer(vocabulary.application, name="topics")
editing.add_to(shaping.application)
application.add_typer(shaping.application, name="shape")
application.add_typer(tokens.application, name="token")
application.add_typer(correcting.application, name="corrections")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Label = Annotated[str | None, typer.Argument(metavar="[ISSUE]", help="Such as 2026-11, 2026-W47, 2026-Q4.")]


class Format(StrEnum):
    """How a preview is printed."""

    HTML = "html"
    TEXT = "text"
    EML = "eml"


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"digest {__version__}")
        raise typer.Exit


@application.callback()
def everything(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="The configuration file.", envvar="DIGEST_CONFIG", show_default="./digest.yaml")
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            help="Rehearse as if it were this instant, e.g. 2026-12-01T09:00.", envvar="DIGEST_NOW", metavar="INSTANT"
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more about what is done.")] = False,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options that come before any command."""
    handler = RichHandler(console=Console(stderr=True), show_path=False, rich_tracebacks=False)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(message)s", handlers=[handler])
    context.obj = Session(config=config, now=now, environ=os.environ)


@application.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Where the newsletter is to live.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write a configuration and an example list of readers to begin with; nothing that is there is overwritten."""
    written, kept = starter.write(directory)
    Output(as_json=as_json).result(
        {"written": written, "kept": kept}, lambda console: starting.show_started(console, directory, written, kept)
    )
    if not written:
        raise typer.Exit(NOTHING_TO_DO)


@application.command()
def demo(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Where the rehearsal is to live.")] = Path("demo"),
    as_json: AsJson = False,
) -> None:
    """Run the whole job on invented summaries and readers, into files: nothing is mailed to anybody."""
    starter.write_demo(directory)
    session = Session(config=directory / "digest.yaml", now=context.obj.now, environ=context.obj.environ)
    output = Output(as_json=as_json)
    with session.open() as digest:
        issue = _rehearse(digest, session, output)
        rows = list(starting.demo_rows(digest, issue))
    output.result(
        {"issue": issue.window.label, "readers": rows}, lambda console: starting.show_demo(console, issue, rows)
    )


def _rehearse(digest: Digest, session: Session, output: Output) -> Issue:
    """Collect as if it had been last month, then make, approve and send that month's issue; again is no harm."""
    window = digest.calendar.latest_closed(digest.settings.newsletter.cadences[0], digest.clock())
    middle = window.since + (window.until - window.since) / 2
    earlier = Session(config=session.config, now=middle.isoformat(), environ=session.environ)
    with earlier.open() as then:
        then.collect()
        then.sync_subscribers()
    try:
        issue = digest.compose(window).issue
    except NothingToDo:
        issue = digest.issue()
    for step in (
        lambda: approving.approve(digest, issue, by="demo"),
        lambda: departures.send(digest, digest.issue(issue.window.label)),
    ):
        try:
            step()
        except NothingToDo as done:
            output.note(f"{done}: nothing is done twice")
    return digest.issue(issue.window.label)


@application.command()
def collect(
    context: typer.Context,
    source: Annotated[str | None, typer.Option(help="Visit this source only, even if it is backed off.")] = None,
    as_json: AsJson = False,
) -> None:
    """Visit the sources and store what is new."""
    output = Output(as_json=as_json)
    with context.obj.open() as digest, output.progress("Visiting sources") as advance:
        done: list[Any] = []

        def on_visit(visit: Any) -> None:
            done.append(visit)
            advance(len(done), len(digest.sources))

        visits = digest.collect(source, on_visit=on_visit)
    output.result([making.visit_data(visit) for visit in visits], lambda console: making.show_visits(console, visits))
    if any(visit.trouble for visit in visits):
        raise typer.Exit(1)


@application.command()
def compose(
    context: typer.Context,
    period: Annotated[
        str | None,
        typer.Option(help="The window by name; the one that is running gives its rolling draft.", metavar="ISSUE"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the issue of the latest closed window, or bring its draft up to date."""
    output = Output(as_json=as_json)
    with context.obj.open() as digest:
        composed = _composed(digest, period)
        output.result(
            [making.composed_data(one) for one in composed], lambda console: making.show_composed(console, composed)
        )
    if not any(one.changed for one in composed):
        raise typer.Exit(NOTHING_TO_DO)


def _composed(digest: Digest, period: str | None) -> list[Composed]:
    if period is not None:
        return [digest.compose(digest.window(period))]
    cadences = digest.settings.newsletter.cadences
    windows = [digest.calendar.latest_closed(cadence, digest.clock()) for cadence in cadences]
    made: list[Composed] = []
    reasons: list[str] = []
    for window in windows:
        try:
            made.append(digest.compose(window))
        except NothingToDo as nothing:
            running = digest.calendar.running(window.cadence, digest.clock()).label
            reasons.append(f"{nothing}; `digest compose --period {running}` drafts the one that is still filling")
    if not made:
        raise NothingToDo("; ".join(reasons))
    return made


@application.command()
def preview(
    context: typer.Context,
    issue: Label = None,
    reader: Annotated[str | None, typer.Option("--as", help="As this reader gets it.", metavar="EMAIL")] = None,
    interests: Annotated[
        str | None, typer.Option(help="As a reader of these topics, e.g. anti-cd20,pediatric.")
    ] = None,
    general: Annotated[bool, typer.Option("--general", help="The general edition.")] = False,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.HTML,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show an issue as one reader gets it: the very bytes."""
    if sum((reader is not None, interests is not None, general)) > 1:
        raise typer.BadParameter("give only one of --as, --interests and --general")
    with context.obj.open() as digest:
        shown = _previewed(digest, digest.issue(issue), reader, interests)
    data = {Format.HTML: shown.html.encode(), Format.TEXT: shown.text.encode(), Format.EML: shown.message.data}[form]
    printed = Output(as_json=as_json)
    if output is not None:
        _write(output, data)
        printed.result(
            {"file": output, **making.preview_data(shown)}, lambda console: making.show_preview(console, shown, output)
        )
    elif as_json:
        body = data.decode(errors="replace")
        printed.result({**making.preview_data(shown), "body": body}, lambda _console: None)
    else:
        typer.echo(data, nl=False)


def _previewed(digest: Digest, issue: Issue, reader: str | None, interests: str | None) -> Preview:
    if reader is not None:
        return previews.of_reader(digest, issue, reader)
    return previews.of_interests(digest, issue, [word.strip() for word in (interests or "").split(",") if word.strip()])


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror}", place=str(path)) from error


@application.command()
def check(
    context: typer.Context,
    issue: Label = None,
    offline: Annotated[bool, typer.Option("--offline", help="Follow no links.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong in any edition of an issue, and what to do about it. Nothing is changed."""
    output = Output(as_json=as_json)
    with context.obj.open() as digest, output.progress("Checking every edition"):
        chosen = digest.issue(issue)
        report = approving.check(digest, chosen, offline=offline)
    output.result(checked.report_data(chosen, report), lambda console: checked.show_report(console, chosen, report))
    if report.errors:
        raise typer.Exit(1)


@application.command()
def approve(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="Such as 2026-11.")],
    by: Annotated[str | None, typer.Option(help="Who approves; by default the user who runs this.")] = None,
    despite: Annotated[
        str, typer.Option("--despite-errors", help="Why it goes out although the check finds errors.", metavar="REASON")
    ] = "",
    offline: Annotated[bool, typer.Option("--offline", help="Follow no links in the check before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Freeze an issue: what is approved is what is sent, to everybody, whatever changes afterwards."""
    output = Output(as_json=as_json)
    with context.obj.open() as digest, output.progress("Making everybody's edition"):
        approved = approving.approve(
            digest, digest.issue(issue), by=by or shaping.user(), offline=offline, despite=despite.strip()
        )
        so_far = desk.approvals(digest, approved)
        progress = digest.store.progress(approved.id)
        editions = len(digest.store.editions(approved.id))
    data = {
        **making.issue_data(approved),
        "editions": editions,
        "deliveries": progress,
        "approvals": [one.by for one in so_far.given],
        "approvals_needed": so_far.needed,
    }

    def show(console: Console) -> None:
        if approved.status is IssueStatus.DRAFT:
            shaping.show_approvals(console, approved, so_far)
        else:
            making.show_approved(console, approved, editions, progress)

    output.result(data, show)


@application.command()
def send(
    context: typer.Context,
    issue: Label = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who would get what; send nothing.")] = False,
    to: Annotated[
        str | None, typer.Option(help="Send one test mail to this address instead.", metavar="ADDRESS")
    ] = None,
    reader: Annotated[
        str | None, typer.Option("--as", help="With --to: the edition of this reader.", metavar="EMAIL")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Send again what was refused for no reader's fault; with --dry-run list it.")
    ] = False,
    reason: Annotated[
        str, typer.Option(help="With --again: only what was refused in these words, or with this code.", metavar="TEXT")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Send what is approved and due. Safe to call again at any time: nobody is mailed twice."""
    output = Output(as_json=as_json)
    if reason and not again:
        raise typer.BadParameter("--reason goes with --again")
    if again and (issue is None or to is not None):
        raise typer.BadParameter("--again goes with the name of an issue, and without --to")
    with context.obj.open() as digest:
        if again:
            _send_again(digest, output, digest.issue(issue), reason, dry_run=dry_run)
        elif to is not None:
            _send_test(digest, output, digest.issue(issue), to, reader)
        elif dry_run:
            _send_dry(digest, output, digest.issue(issue))
        else:
            _send(digest, output, issue)


def _send(digest: Digest, output: Output, label: str | None) -> None:
    kept_back = operations.approve_due(digest) if label is None else ()
    issues = departures.sendable(digest) if label is None else (approving.approve_if_auto(digest, digest.issue(label)),)
    if not issues and kept_back:
        raise StateError("\n".join(kept_back))
    if not issues:
        raise NothingToDo("no approved issue has anything to send now; `digest status` shows what waits for what")
    results: list[tuple[Issue, Sent]] = []
    with stopping_on_signals() as stop:
        for issue in issues:
            with output.progress(f"Sending {issue.window.label}") as advance:
                total = departures.outstanding(digest, issue)
                on_progress = partial(_advance, advance, total)
                sent = departures.send(digest, issue, stop=stop.is_set, on_progress=on_progress)
            results.append((issue, sent))
    output.result(
        [departed.sent_data(issue, sent) for issue, sent in results],
        lambda console: departed.show_sent(console, results),
    )
    for words in kept_back:
        typer.echo(words, err=True)
    if kept_back or any(
        sent.trouble or sent.stopped or sent.bounced or sent.refused or sent.unknown for _, sent in results
    ):
        raise typer.Exit(1)


def _send_again(digest: Digest, output: Output, issue: Issue, reason: str, *, dry_run: bool) -> None:
    refusals = operations.refused_for_us(digest, issue, reason)
    if dry_run:
        output.result(
            departed.refusals_data(issue, refusals), lambda console: departed.show_refusals(console, issue, refusals)
        )
        return
    operations.again(digest, issue, refusals)
    departed.show_refusals(Console(stderr=True, highlight=False), issue, refusals)
    _send(digest, output, issue.window.label)


def _advance(advance: Advance, total: int, so_far: Sent) -> None:
    advance(so_far.handled, total)


def _send_test(digest: Digest, output: Output, issue: Issue, to: str, reader: str | None) -> None:
    detail = previews.send_test(digest, _previewed(digest, issue, reader, None), to=to)
    output.result(
        {"to": to, "detail": detail}, lambda console: console.print(f"Test mail to {to}: {detail}", markup=False)
    )


def _send_dry(digest: Digest, output: Output, issue: Issue) -> None:
    rows = list(departures.who_gets_what(digest, issue))
    output.result(
        [making.recipient_data(row) for row in rows],
        lambda console: making.show_recipients(console, issue, rows, digest.tree),
    )


@application.command()
def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now and end: for cron.")] = False,
    as_json: AsJson = False,
) -> None:
    """Collect, make, approve (if automatic) and send whatever is due: until stopped, or once."""
    output = Output(as_json=as_json)
    with context.obj.open() as digest, stopping_on_signals() as stop:
        bell = Bell(digest=digest)
        if not once:
            output.note("digest: running; stop it with Ctrl-C or SIGTERM")
            ring_until(stop, lambda: departed.log_tick(bell.ring(stop=stop.is_set)))
            return
        tick = bell.ring(stop=stop.is_set)
    output.result(departed.tick_data(tick), lambda console: departed.show_tick(console, tick))
    if tick.did_nothing:
        raise typer.Exit(NOTHING_TO_DO)
    if tick.troubles or any(sent.trouble or sent.stopped for _, sent in tick.sent):
        raise typer.Exit(1)


@application.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="The address to serve on instead of `web.host`.")] = None,
    port: Annotated[int | None, typer.Option(help="The port instead of `web.port`.")] = None,
    also_run: Annotated[
        bool, typer.Option("--run", help="Do what `digest run` does, too, in the same process.")
    ] = False,
) -> None:
    """Serve the web pages until stopped. On this very machine, a link is printed that signs you in once."""
    from digest.web import serving  # slow to load, and no other command needs it

    with context.obj.open({"web.host": host, "web.port": port}) as digest:
        bell = Bell(digest=digest)
        typer.echo(serving.greeting(digest))
        serving.serve(digest, ring=(lambda stop: departed.log_tick(bell.ring(stop=stop))) if also_run else None)


for _editors in (shaping.withdraw, shaping.schedule, variants.variants, searching.search, reading.read):
    application.command()(_editors)
for _command in (sending.pause, sending.resume, sending.abort, sending.resolve, sending.quarantine, sending.audit):
    application.command()(_command)


@application.command()
def feedback(context: typer.Context, as_json: AsJson = False) -> None:
    """Read the mailbox for bounces, complaints and mails that ask to unsubscribe, now; `digest run` does so, too."""
    with context.obj.open() as digest:
        taken = digest.read_mailbox()
    Output(as_json=as_json).result(departed.taken_data(taken), lambda console: departed.show_taken(console, taken))
    if not taken.total:
        raise typer.Exit(NOTHING_TO_DO)


@application.command()
def status(
    context: typer.Context,
    issue: Label = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show a send as it goes, until it is through.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the sources, the issues and how their sending goes, and what is due next; of one issue, or of all."""
    output = Output(as_json=as_json)
    with context.obj.open() as digest:
        only = digest.issue(issue) if issue else None
        if watch and not as_json:
            watching.watch(digest, output, only=only)
            return
        seen = watching.sendings(digest, only=only)
        data = {**standing.status_data(digest, only=only), "sending": [watching.sending_data(one) for one in seen]}

    def show(console: Console) -> None:
        standing.show_status(console, data)
        if seen:
            console.print()
            console.print(watching.renderable(seen))

    output.result(data, show)


@application.command()
def doctor(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no name server.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look for whatever would go wrong on the day: settings, database, readers, transport, the domain's records."""
    from digest.doctor import examine

    findings = tuple(examine(context.obj.open, offline=offline))
    Output(as_json=as_json).result(
        [{"what": one.what, "ok": one.ok, "detail": one.detail} for one in findings],
        lambda console: standing.show_findings(console, findings),
    )
    if not all(one.ok for one in findings):
        raise typer.Exit(1)


@database.command("upgrade")
def upgrade_database(context: typer.Context, as_json: AsJson = False) -> None:
    """Bring the database's schema up to this version. Make a backup first."""
    url = context.obj.settings().database
    before = schema_state(url)
    if before is not SchemaState.CURRENT:
        upgrade(url)
    Output(as_json=as_json).result(
        {"before": before.name.lower(), "after": "current"},
        lambda console: console.print(
            "The database is up to date." if before is SchemaState.CURRENT else "The database was upgraded."
        ),
    )
    if before is SchemaState.CURRENT:
        raise typer.Exit(NOTHING_TO_DO)


__all__ = ["application", "rows_of"]
