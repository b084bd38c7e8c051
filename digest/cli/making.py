"""How what was collected, composed, previewed and approved is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from digest.cli.tables import cell, counted, show_problems, table, title
from digest.collecting import Visit
from digest.models import DeliveryState, Issue, Recipient, Selection, TopicTree
from digest.pipeline import Composed
from digest.previews import Preview


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
        "learnt": [one.text for one in visit.learnt],
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
        if visit.learnt:
            texts = counted(len(visit.learnt), "text")
            console.print(
                f"{visit.source}: {texts} learnt that most of its documents have, and cut from summaries: "
                f"see `digest sources furniture {visit.source}`",
                markup=False,
            )


def composed_data(composed: Composed) -> dict[str, Any]:
    """A composed issue for machines."""
    return {
        **issue_data(composed.issue),
        "fresh": composed.fresh,
        "waiting": composed.waiting,
        "changed": composed.changed,
        "off_topic": [summary.entry.headline for summary in composed.off_topic],
        "old": [summary.entry.headline for summary in composed.old],
        "notices": [summary.entry.headline for summary in composed.notices],
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
            ("it is a notice about a known study, see digest corrections list", one.notices),
            ("an editor excluded it before", one.excluded),
        ):
            for summary in left_out:
                console.print(f"  left out, {reason}: {summary.entry.headline}", markup=False, style="yellow")
        console.print(f"Next: digest preview {label} --general -o mail.html, then digest approve {label}", markup=False)


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
