"""How results look: plain data for machines, tables and sentences for people."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from digest import approving
from digest.bell import Tick
from digest.doctor import Finding
from digest.feedback import Taken
from digest.models import DeliveryState, Issue, Problem, Recipient, Selection, SourceState, TopicTree, Wait
from digest.newsroom import Digest
from digest.outbox import Sent
from digest.pipeline import Composed, Visit
from digest.previews import Preview

logger = logging.getLogger("digest")


def table(*columns: str) -> Table:
    """An empty table in the house's style."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        made.add_column(name, overflow="fold")
    return made


def title(console: Console, text: str) -> None:
    """A line above a table; a table's own title folds where the table is narrow."""
    console.print(text, style="bold", markup=False)


def cell(value: object) -> Text:
    """A value as plain text: what comes from outside is never read as markup."""
    return Text("" if value is None else str(value))


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Each problem on a line of its own."""
    for problem in problems:
        console.print(f"  {problem.place}: {problem.message}", markup=False, style="yellow")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 item`, `2 items`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


# --- init and demo -------------------------------------------------------------------------------------------


def show_started(console: Console, directory: Path, written: Sequence[Path], kept: Sequence[Path]) -> None:
    """What `init` did and what comes next."""
    for path in written:
        console.print(f"wrote {path}", markup=False)
    for path in kept:
        console.print(f"kept  {path} (it was there before)", markup=False)
    where = "" if directory == Path() else f"cd {directory} && "
    console.print(f"Next: edit digest.yaml, then run: {where}digest doctor", markup=False)


def demo_rows(digest: Digest, issue: Issue) -> Iterator[dict[str, Any]]:
    """One row a reader: interests, items sent or why none, and the file."""
    for delivery in digest.store.deliveries(issue.id):
        reader = digest.subscriber(delivery.address)
        selection = digest.store.edition(delivery.edition_id).selection if delivery.edition_id else None
        accepted = delivery.state is DeliveryState.ACCEPTED
        yield {
            "reader": delivery.address,
            "interests": list(reader.profile.interests),
            "items": len(selection.research) + len(selection.background) if selection and accepted else 0,
            "why_none": None if accepted else delivery.detail or delivery.state.value,
            "file": delivery.detail if accepted else None,
        }


def show_demo(console: Console, issue: Issue, rows: Sequence[Mapping[str, Any]]) -> None:
    """The demo's table, and how to look at a mail."""
    title(console, f"{issue.window.title} ({issue.window.label})")
    made = table("Reader", "Interests", "Items", "File")
    for row in rows:
        items = str(row["items"]) if row["why_none"] is None else f"none: {row['why_none']}"
        made.add_row(
            cell(row["reader"]),
            cell(", ".join(row["interests"]) or "(everything)"),
            cell(items),
            cell(_short(Path(row["file"])) if row["file"] else "—"),
        )
    console.print(made)
    files = [row["file"] for row in rows if row["file"]]
    if files:
        console.print()
        console.print(
            "To look at one: open an .eml file with any mail program, or write the page for a browser with",
            markup=False,
        )
        config = Path(files[0]).parent.parent / "digest.yaml"
        reader = next(row["reader"] for row in rows if row["file"])
        console.print(
            f"  {_command()} --config {_short(config)} preview {issue.window.label} --as {reader} -o mail.html",
            markup=False,
        )


def _command() -> str:
    """How this very command was called: `.venv/bin/digest` after `make demo`, `digest` where it is on the path."""
    called = Path(sys.argv[0])
    return str(_short(called)) if called.is_absolute() or called.parent != Path() else "digest"


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


# --- collect and compose -------------------------------------------------------------------------------------


def visit_data(visit: Visit) -> dict[str, Any]:
    """A visit for machines."""
    return {
        "source": visit.source,
        "new": visit.added.new,
        "known_studies": visit.added.known_studies,
        "revised": visit.added.revised,
        "unchanged": visit.added.unchanged,
        "trouble": visit.trouble,
        "passed_over": visit.passed_over,
        "problems": [{"place": one.place, "message": one.message} for one in visit.problems],
    }


def show_visits(console: Console, visits: Sequence[Visit]) -> None:
    """What each source brought."""
    made = table("Source", "New", "Revised", "Notes")
    for visit in visits:
        note = visit.trouble or visit.passed_over or ""
        if visit.added.known_studies:
            note = f"{counted(visit.added.known_studies, 'new text')} about a study already known"
        style = "red" if visit.trouble else None
        made.add_row(cell(visit.source), str(visit.added.new), str(visit.added.revised), Text(note, style=style or ""))
    console.print(made)
    for visit in visits:
        show_problems(console, visit.problems)


def composed_data(composed: Composed) -> dict[str, Any]:
    """A composed issue for machines."""
    return {
        **issue_data(composed.issue),
        "fresh": composed.fresh,
        "waiting": composed.waiting,
        "changed": composed.changed,
        "off_topic": [summary.entry.headline for summary in composed.off_topic],
        "old": [summary.entry.headline for summary in composed.old],
        "excluded": [summary.entry.headline for summary in composed.excluded],
    }


def show_composed(console: Console, composed: Sequence[Composed]) -> None:
    """What each issue holds, and what was left out of it and why."""
    for one in composed:
        label = one.issue.window.label
        if one.issue.approved_at is not None:
            console.print(f"{label} is {one.issue.status} and stays as it is.", markup=False)
            continue
        state = "made" if one.changed else "unchanged"
        earlier = f", and {one.waiting} from earlier for those who still wait for them" if one.waiting else ""
        fresh = counted(one.fresh, "new summary", "new summaries")
        console.print(f"{one.issue.window.title} ({label}), {state}: {fresh}{earlier}.", markup=False)
        for reason, left_out in (
            ("not about the condition", one.off_topic),
            ("the study is too old", one.old),
            ("an editor excluded it before", one.excluded),
        ):
            for summary in left_out:
                console.print(f"  left out, {reason}: {summary.entry.headline}", markup=False, style="yellow")
        console.print(f"Next: digest preview {label} --general -o mail.html, then digest approve {label}", markup=False)


# --- issues --------------------------------------------------------------------------------------------------


def issue_data(issue: Issue) -> dict[str, Any]:
    """An issue for machines."""
    return {
        "issue": issue.window.label,
        "cadence": issue.window.cadence,
        "title": issue.window.title,
        "since": issue.window.since,
        "until": issue.window.until,
        "due": issue.window.due,
        "status": issue.status,
        "held": issue.held,
        "not_before": issue.not_before,
        "held_because": issue.held_because or None,
        "approved_at": issue.approved_at,
        "approved_by": issue.approved_by,
        "content_hash": issue.content_hash,
    }


def preview_data(preview: Preview) -> dict[str, Any]:
    """A preview without its body."""
    return {
        "issue": preview.issue.window.label,
        "subject": preview.edition.subject,
        "preheader": preview.edition.preheader,
        "html_bytes": len(preview.html.encode()),
        **selection_data(preview.edition.selection),
    }


def selection_data(selection: Selection) -> dict[str, Any]:
    """A selection for machines: summary ids by section."""
    return {
        "sections": {topic: [one.summary_id for one in placed] for topic, placed in selection.sections},
        "background": [one.summary_id for one in selection.background],
        "also_new": [one.summary_id for one in selection.also_new],
        "left_over": [one.summary_id for one in selection.left_over],
    }


def show_preview(console: Console, preview: Preview, path: Path) -> None:
    """Where a preview was written."""
    items = len(preview.edition.selection.research) + len(preview.edition.selection.background)
    console.print(f"{preview.edition.subject}: {counted(items, 'item')}, written to {path}", markup=False)


def show_approved(console: Console, issue: Issue, editions: int, progress: Mapping[DeliveryState, int]) -> None:
    """What was approved for how many."""
    pending, skipped = progress.get(DeliveryState.PENDING, 0), progress.get(DeliveryState.SKIPPED, 0)
    console.print(
        f"{issue.window.label} is approved and frozen: {counted(editions, 'edition')} for {counted(pending, 'reader')};"
        f" {counted(skipped, 'reader')} get nothing.",
        markup=False,
    )
    console.print(f"Next: digest send {issue.window.label} (or leave it to digest run)", markup=False)


def recipient_data(recipient: Recipient) -> dict[str, Any]:
    """What somebody would get, for machines."""
    edition = recipient.edition
    return {
        "reader": recipient.address,
        "skip": recipient.skip,
        **selection_data(edition.selection if edition else Selection()),
    }


def show_recipients(console: Console, issue: Issue, rows: Sequence[Recipient], tree: TopicTree) -> None:
    """Who would get what of an issue."""
    title(console, f"{issue.window.title} ({issue.window.label}): nothing was sent")
    made = table("Reader", "Items", "Sections")
    for row in rows:
        if row.edition is None:
            made.add_row(cell(row.address), cell(f"none: {row.skip}"), cell(""))
            continue
        selection = row.edition.selection
        sections = ", ".join(tree.label(topic) for topic, _ in selection.sections)
        made.add_row(cell(row.address), str(len(selection.research) + len(selection.background)), cell(sections))
    console.print(made)


# --- send ----------------------------------------------------------------------------------------------------


def sent_data(issue: Issue, sent: Sent) -> dict[str, Any]:
    """What a run of the outbox did, for machines."""
    return {
        "issue": issue.window.label,
        "accepted": sent.accepted,
        "deferred": sent.deferred,
        "bounced": sent.bounced,
        "suppressed": sent.suppressed,
        "unknown": sent.unknown,
        "withheld": sent.withheld,
        "resent": sent.resent,
        "waits": waits_data(sent.waits),
        "warming": sent.warming,
        "paused": sent.paused,
        "stopped": sent.stopped or None,
        "trouble": str(sent.trouble) if sent.trouble else None,
        "reasons": sent.reasons,
    }


def waits_data(waits: Sequence[tuple[Wait, int, datetime]]) -> list[dict[str, Any]]:
    """What keeps mails back that nothing is wrong with, for machines."""
    return [{"for": wait, "mails": number, "until": until} for wait, number, until in waits]


def waits_lines(waits: Sequence[tuple[Wait, int, datetime]]) -> list[str]:
    """The same for people, a line each."""
    return [
        f"  waiting: {counted(number, 'mail')}, until {until:%a %H:%M} UTC: {wait}" for wait, number, until in waits
    ]


def show_sent(console: Console, results: Sequence[tuple[Issue, Sent]]) -> None:
    """What each issue's sending came to."""
    for issue, sent in results:
        told = [f"{counted(sent.accepted, 'mail')} accepted"]
        for number, words in (
            (sent.deferred, "deferred, to be tried again"),
            (sent.bounced, "bounced"),
            (sent.unknown, "unknown: they may or may not have arrived"),
            (sent.withheld, "put back" if sent.paused else "withheld: their readers left or paused, or it was aborted"),
            (sent.resent, "sent again after a crash, perhaps a second copy"),
        ):
            told += [f"{number:,} {words}"] if number else []
        console.print(f"{issue.window.label}: {'; '.join(told)}.", markup=False)
        for delivery, reason in sent.reasons.items():
            console.print(f"  delivery {delivery}: {reason}", markup=False, style="yellow")
        for line in waits_lines(sent.waits):
            console.print(line, markup=False)
        if sent.warming:
            console.print("  waiting: the rest, until the next day (UTC): warming up", markup=False)
        if sent.paused and not sent.stopped:
            label = issue.window.label
            console.print(f"  paused: the rest waits until `digest resume {label}` lets it go on", markup=False)
        if sent.stopped:
            console.print(f"  stopped itself: {stopped_words(issue, sent)}", markup=False, style="red")
        if sent.trouble:
            console.print(f"  stopped: {sent.trouble}", markup=False, style="red")


def stopped_words(issue: Issue, sent: Sent) -> str:
    """Why a send stopped itself, and what to do."""
    label = issue.window.label
    return f"{sent.stopped}. Look at them with `digest quarantine {label}`; `digest resume {label}` lets it go on"


def tick_data(tick: Tick) -> dict[str, Any]:
    """One ring of the bell, for machines."""
    return {
        "visits": [visit_data(visit) for visit in tick.visits],
        "composed": [composed_data(composed) for composed in tick.composed],
        "approved": [issue.window.label for issue in tick.approved],
        "sent": [sent_data(issue, sent) for issue, sent in tick.sent],
        "returned": taken_data(tick.returned) if tick.returned else None,
        "troubles": tick.troubles,
        "problems": [{"place": one.place, "message": one.message} for one in tick.problems],
    }


def show_tick(console: Console, tick: Tick) -> None:
    """One ring of the bell, for people."""
    if tick.did_nothing:
        console.print("Nothing is due.")
    if tick.visits:
        show_visits(console, tick.visits)
    show_composed(console, tick.composed)
    for issue in tick.approved:
        console.print(f"{issue.window.label} is approved, as configured.", markup=False)
    show_sent(console, tick.sent)
    if tick.returned:
        show_taken(console, tick.returned)
    show_problems(console, tick.problems)
    for trouble in tick.troubles:
        console.print(trouble, markup=False, style="red")


def log_tick(tick: Tick) -> None:
    """Log what a tick did: counts and labels, never an address or a topic."""
    for visit in tick.visits:
        logger.info("source %s: %d new, %d revised", visit.source, visit.added.new, visit.added.revised)
        if visit.trouble:
            logger.warning("source %s is in trouble: %s", visit.source, visit.trouble)
    for composed in tick.composed:
        logger.info("issue %s: %d new summaries", composed.issue.window.label, composed.fresh)
    for issue in tick.approved:
        logger.info("issue %s is approved", issue.window.label)
    for issue, sent in tick.sent:
        _log_sent(issue, sent)
    if tick.returned:
        logger.info("mailbox: %d suppressed, %d unsubscribed", tick.returned.suppressed, tick.returned.unsubscribed)
    for problem in tick.problems:
        logger.warning("%s: %s", problem.place, problem.message)
    for trouble in tick.troubles:
        logger.warning("%s", trouble)


def _log_sent(issue: Issue, sent: Sent) -> None:
    logger.info("issue %s: %d accepted, %d deferred", issue.window.label, sent.accepted, sent.deferred)
    if sent.stopped:
        logger.error("issue %s stopped itself: %s", issue.window.label, stopped_words(issue, sent))
    if sent.trouble:
        logger.warning("issue %s stopped: %s", issue.window.label, sent.trouble)


def taken_data(taken: Taken) -> dict[str, int]:
    """What came back, for machines."""
    return asdict(taken)


def show_taken(console: Console, taken: Taken) -> None:
    """What came back, for people."""
    if not taken.total:
        console.print("Nothing came back.")
        return
    console.print(
        f"Came back: {taken.suppressed} addresses suppressed, {taken.unsubscribed} readers unsubscribed, "
        f"{taken.noted} changed nothing.",
        markup=False,
    )
    if taken.left:
        console.print(f"{taken.left} mails are flagged in the mailbox: a person should read them.", markup=False)


# --- status and doctor ---------------------------------------------------------------------------------------


def status_data(digest: Digest, *, only: Issue | None = None) -> dict[str, Any]:
    """Everything `status` shows, of one issue or of all."""
    cadences = digest.settings.newsletter.cadences
    running = [digest.calendar.running(cadence, digest.clock()) for cadence in cadences]
    states = {state.name: state for state in digest.store.source_states()}
    kept_back = approving.kept_back(digest)
    return {
        "newsletter": digest.newsletter.name,
        "now": digest.clock(),
        "summaries": digest.store.count_summaries(),
        "subscribers": dict(digest.store.count_subscribers()),
        "sources": [_source_data(source.name, states.get(source.name)) for source in digest.sources],
        "issues": [
            {
                **issue_data(issue),
                "deliveries": dict(digest.store.progress(issue.id)),
                "errors": len(kept_back[issue.id].errors) if issue.id in kept_back else 0,
            }
            for issue in ((only,) if only else digest.store.issues())
        ],
        "running": [
            {
                "issue": window.label,
                "cadence": window.cadence,
                "due": window.due,
                "new_summaries": len(digest.store.summaries_added(window.since, window.until)),
            }
            for window in running
            if only is None
        ],
    }


def _source_data(name: str, state: SourceState | None) -> dict[str, Any]:
    if state is None:
        return {"source": name, "state": "never visited", "trouble": None, "checked_at": None, "retry_at": None}
    word = "retired" if state.retired else "in trouble" if state.trouble else "well"
    return {
        "source": name,
        "state": word,
        "trouble": state.trouble,
        "moved_to": state.moved_to,
        "failures": state.failures,
        "checked_at": state.checked_at,
        "succeeded_at": state.succeeded_at,
        "retry_at": state.retry_at,
    }


def show_status(console: Console, data: Mapping[str, Any]) -> None:
    """The state of everything, for people."""
    readers = ", ".join(f"{number:,} {status}" for status, number in data["subscribers"].items()) or "none"
    console.print(
        f"{data['newsletter']}: {counted(data['summaries'], 'summary', 'summaries')}; readers: {readers}", markup=False
    )
    sources = table("Source", "State", "Last visit (UTC)", "What is wrong")
    for row in data["sources"]:
        checked = f"{row['checked_at']:%Y-%m-%d %H:%M}" if row["checked_at"] else "—"
        style = "" if row["state"] == "well" else "red" if row["trouble"] else "yellow"
        sources.add_row(cell(row["source"]), Text(row["state"], style=style), checked, cell(row["trouble"]))
    issues = table("Issue", "Status", "Due (UTC)", "Deliveries")
    for row in data["issues"]:
        state = "held" if row["held"] else row["status"].value
        told = ", ".join(f"{number:,} {name}" for name, number in row["deliveries"].items())
        if row["held_because"]:
            state, told = "stopped itself", f"{row['held_because']}: digest quarantine {row['issue']}; {told}"
        if row["errors"]:
            told = f"kept back by {counted(row['errors'], 'error')}: digest check {row['issue']} shows them"
        issues.add_row(cell(row["issue"]), state, f"{row['due']:%Y-%m-%d %H:%M}", cell(told or "—"))
    for row in data["running"]:
        filling = f"{counted(row['new_summaries'], 'new summary', 'new summaries')} so far"
        issues.add_row(cell(row["issue"]), "filling", f"{row['due']:%Y-%m-%d %H:%M}", filling)
    for made in (sources, issues):
        console.print()
        console.print(made)


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """What the doctor found."""
    for finding in findings:
        mark = Text("ok   ", style="green") if finding.ok else Text("WRONG", style="bold red")
        console.print(mark, cell(f"{finding.what}: {finding.detail}"))
