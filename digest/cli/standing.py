"""How everything stands, and what the doctor found, printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from digest import approving
from digest.cli.making import issue_data
from digest.cli.tables import cell, counted, table
from digest.doctor import Finding
from digest.models import Issue, IssueStatus, SourceState
from digest.newsroom import Digest


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
        "letters_waiting": digest.store.letters_waiting(),
        "sources": [
            _source_data(source.name, states.get(source.name))
            | {"furniture": sum(not one.kept for one in digest.store.furniture(source.name))}
            for source in digest.sources
        ],
        "issues": [
            {
                **issue_data(issue),
                "deliveries": dict(digest.store.progress(issue.id)),
                "errors": len(kept_back[issue.id].errors) if issue.id in kept_back else 0,
                "doubts": len(kept_back[issue.id].doubts) if issue.id in kept_back else 0,
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
    head = [counted(data["summaries"], "summary", "summaries"), f"readers: {readers}"]
    head += [f"waiting: {counted(data['letters_waiting'], 'letter')}"] if data["letters_waiting"] else []
    console.print(f"{data['newsletter']}: {'; '.join(head)}", markup=False)
    sources = table("Source", "State", "Last visit (UTC)", "Notes")
    for row in data["sources"]:
        checked = f"{row['checked_at']:%Y-%m-%d %H:%M}" if row["checked_at"] else "—"
        style = "" if row["state"] == "well" else "red" if row["trouble"] else "yellow"
        sources.add_row(cell(row["source"]), Text(row["state"], style=style), checked, cell(_noted(row)))
    issues = table("Issue", "Status", "Due (UTC)", "Deliveries")
    for row in data["issues"]:
        is_held = row["held"] and row["status"] is IssueStatus.APPROVED
        state = "held" if is_held else row["status"].value
        told = ", ".join(f"{number:,} {name}" for name, number in row["deliveries"].items())
        if row["held_because"]:
            state, told = "stopped itself", f"{row['held_because']}: digest quarantine {row['issue']}; {told}"
        if row["errors"]:
            told = f"kept back by {counted(row['errors'], 'error')}: digest check {row['issue']} shows them"
        elif row["doubts"]:
            told = f"waits for a person, by {counted(row['doubts'], 'doubt')}: digest check {row['issue']} shows them"
        issues.add_row(cell(row["issue"]), state, f"{row['due']:%Y-%m-%d %H:%M}", cell(told or "—"))
    for row in data["running"]:
        filling = f"{counted(row['new_summaries'], 'new summary', 'new summaries')} so far"
        issues.add_row(cell(row["issue"]), "filling", f"{row['due']:%Y-%m-%d %H:%M}", filling)
    for made in (sources, issues):
        console.print()
        console.print(made)


def _noted(row: Mapping[str, Any]) -> str:
    """What is wrong with a source, and what was learnt of it."""
    learnt = f"{counted(row['furniture'], 'standing text')} learnt and cut: digest sources furniture {row['source']}"
    return "; ".join(filter(None, (row["trouble"], learnt if row["furniture"] else "")))


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """What the doctor found."""
    for finding in findings:
        mark = Text("ok   ", style="green") if finding.ok else Text("WRONG", style="bold red")
        console.print(mark, cell(f"{finding.what}: {finding.detail}"))
