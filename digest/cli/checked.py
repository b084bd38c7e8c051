"""How the findings of `digest check` look: one place after another, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from digest.checks import Flaw, Report, Severity
from digest.cli.tables import counted
from digest.models import Issue, IssueStatus

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "dim"}


def report_data(issue: Issue, report: Report) -> dict[str, Any]:
    """A report for machines."""
    return {
        "issue": issue.window.label,
        "status": issue.status,
        "items": len(report.headlines),
        "editions": len(report.readers),
        "readers": sum(report.readers.values()),
        **{f"{severity}s": report.count(severity) for severity in Severity},
        "flaws": [_flaw_data(report, flaw) for flaw in report.flaws],
    }


def _flaw_data(report: Report, flaw: Flaw) -> dict[str, Any]:
    item = flaw.summary_id
    return {
        "rule": flaw.rule,
        "severity": flaw.severity,
        "message": flaw.message,
        "advice": flaw.advice,
        "item": None
        if item is None
        else {"summary": item, "headline": report.headlines.get(item), "lengths": list(flaw.lengths)},
        "editions": list(flaw.editions),
        "readers": report.read_by(flaw),
    }


def show_report(console: Console, issue: Issue, report: Report) -> None:
    """A report for people."""
    label = issue.window.label
    looked_at = (
        f"{counted(len(report.headlines), 'item')} in {counted(len(report.readers), 'edition')}"
        f" for {counted(sum(report.readers.values()), 'reader')}"
    )
    console.print(f"{issue.window.title} ({label}), {issue.status}: {looked_at}.", markup=False)
    console.print(_summed_up(report), markup=False)
    for title, flaws in _grouped(report):
        console.print()
        console.print(Text(title, style="bold"))
        for flaw in flaws:
            _show(console, flaw)
    console.print()
    console.print(_next(issue, report), markup=False)


def _summed_up(report: Report) -> str:
    if not report.flaws:
        return "Nothing is wrong."
    told = [counted(number, severity.value) for severity in Severity if (number := report.count(severity))]
    return ", ".join(told) + "."


def _next(issue: Issue, report: Report) -> str:
    label = issue.window.label
    if issue.status is not IssueStatus.DRAFT:
        return f"{label} is {issue.status}: what is found now changes nothing in it."
    if report.errors:
        return (
            f"Errors keep {label} from being approved. Mend them and compose again, or approve it all the same with\n"
            f'  digest approve {label} --despite-errors "the reason"'
        )
    return f"Nothing keeps {label} from being approved. Next: digest approve {label}"


def _grouped(report: Report) -> Iterator[tuple[str, list[Flaw]]]:
    """The flaws by their place: the whole issue, its editions, then the items in their order."""
    places = {number: rank for rank, number in enumerate(report.headlines)}

    def rank(flaw: Flaw) -> tuple[int, int, tuple[str, ...]]:
        if flaw.summary_id is not None:
            return 2, places.get(flaw.summary_id, 0), ()
        return (1, 0, flaw.editions) if flaw.editions else (0, 0, ())

    for _, flaws in groupby(sorted(report.flaws, key=rank), key=rank):
        group = list(flaws)
        yield _title(report, group[0]), group


def _title(report: Report, flaw: Flaw) -> str:
    if flaw.summary_id is not None:
        return f"Item {flaw.summary_id}: {report.headlines.get(flaw.summary_id, '')}"
    if flaw.editions:
        more = f" and {counted(len(flaw.editions) - 1, 'other')}" if len(flaw.editions) > 1 else ""
        return f"Edition {flaw.editions[0][:8]}{more}, read by {counted(report.read_by(flaw), 'reader')}"
    return "The whole issue"


def _show(console: Console, flaw: Flaw) -> None:
    lengths = f" ({', '.join(flaw.lengths)})" if flaw.lengths else ""
    head = Text.assemble(
        (f"{flaw.severity.value:<9}", _STYLES[flaw.severity]), f"{flaw.rule.value}{lengths}: ", flaw.message
    )
    console.print(Padding(head, (0, 0, 0, 2), expand=False))
    if flaw.advice:
        console.print(Padding(Text(flaw.advice, style="dim"), (0, 0, 0, 11), expand=False))
