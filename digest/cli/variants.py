"""`digest variants`: an issue over all its readers, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from digest import surveying
from digest.cli.session import Output
from digest.cli.tables import cell, counted, table, title
from digest.models import Issue, TopicTree
from digest.surveying import Topics
from digest.telling import told
from digest.variants import Difference, Survey

Label = Annotated[str | None, typer.Argument(metavar="[ISSUE]", help="Such as 2026-11; by default the latest.")]


def variants(
    context: typer.Context,
    issue: Label = None,
    between: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Show what differs between two readers' editions instead.", metavar="EMAIL EMAIL"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Count the different editions of an issue, who gets nothing and why, and what nobody sees."""
    output = Output(as_json=as_json)
    with context.obj.open() as digest, output.progress("Making everybody's edition"):
        chosen = digest.issue(issue)
        if between is not None:
            found = surveying.differs(digest, chosen, between)
            headlines = {item.summary.id: item.summary.entry.headline for item in digest.items(chosen)}
            output.result(asdict(found), lambda console: _show_difference(console, found, headlines))
            return
        survey = surveying.survey(digest, chosen)
        topics = surveying.topics_over_time(digest, chosen)
        since = surveying.since_last(digest, chosen)
        acts = surveying.since_approval(digest, chosen)
        tree = digest.tree
    data = {
        "issue": chosen.window.label,
        **asdict(survey),
        "unseen": [item.summary_id for item in survey.unseen],
        "topics": [asdict(one) for one in topics],
        "since_last": asdict(since) if since else None,
        "since_approval": [told(act) for act in acts],
    }
    output.result(data, lambda console: _show(console, chosen, survey, topics, tree))


def _show(console: Console, issue: Issue, survey: Survey, topics: tuple[Topics, ...], tree: TopicTree) -> None:
    title(console, f"{issue.window.title} ({issue.window.label})")
    lines = [
        f"{counted(survey.editions, 'edition')} for {counted(survey.readers, 'reader')}",
        f"HTML: {survey.smallest:,} to {survey.largest:,} bytes, median {survey.median:,}",
        *([f"{counted(survey.trimmed, 'edition')} shortened to fit into inboxes"] if survey.trimmed else []),
        *(f"nothing for {counted(number, 'reader')}: {reason}" for reason, number in survey.nothing.items()),
        *([f"{counted(survey.corrected, 'reader')} told of a correction"] if survey.corrected else []),
    ]
    for line in lines:
        console.print(line, markup=False)
    made = table("Summary", "Headline", "Inboxes", "By headline", "Left over")
    for item in survey.items:
        row = (item.printed, item.headline_only, item.left_over)
        style = "yellow" if item.is_unseen else None
        made.add_row(str(item.summary_id), cell(item.headline), *(f"{number:,}" for number in row), style=style)
    console.print(made)
    if survey.unseen:
        console.print(f"Nobody sees {counted(len(survey.unseen), 'item')}.", markup=False, style="yellow")
    _show_topics(console, topics, tree)


def _show_topics(console: Console, topics: tuple[Topics, ...], tree: TopicTree) -> None:
    names = list(dict.fromkeys(topic for one in topics for topic in one.counts))
    made = table("New studies", *(one.label for one in topics))
    for name in names:
        made.add_row(cell(tree.label(name)), *(str(one.counts.get(name, 0)) for one in topics))
    console.print()
    console.print(made)


def _show_difference(console: Console, found: Difference, headlines: Mapping[int, str]) -> None:
    made: Any = table("Summary", "Headline", "Who")
    whose = (("the first alone", found.only_first), ("the second alone", found.only_second), ("both", found.both))
    for who, numbers in whose:
        for number in numbers:
            made.add_row(str(number), cell(headlines.get(number, "")), who)
    console.print(made)
    for number, first, second in found.elsewhere:
        console.print(f"{number} stands under {first} for the first, {second} for the second.", markup=False)
    if not found.same_order:
        console.print("They read what both have in another order.", markup=False)
