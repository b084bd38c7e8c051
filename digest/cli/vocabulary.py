"""`digest topics …`: the vocabulary, and why a text is about what it is about."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from digest.cli.session import Output
from digest.cli.tables import cell, counted, table
from digest.models import TopicTree
from digest.topics import Finding, Tagger

application = typer.Typer(help="The topics readers choose from.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@application.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the tree of topics: the ids are what readers' interests and mutes name."""
    tree = context.obj.topics()
    rows = [
        {
            "id": topic.id,
            "label": topic.label,
            "parent": topic.parent,
            "description": topic.description,
            "words": len(topic.terms) + len(topic.acronyms),
        }
        for topic in tree.topics
    ]
    Output(as_json=as_json).result(rows, lambda console: _show_list(console, tree, rows))


def _show_list(console: Console, tree: TopicTree, rows: Sequence[dict[str, Any]]) -> None:
    made = table("Id", "Label", "Words")
    for row in rows:
        indent = "  " * (len(tree.lineage(row["id"])) - 1)
        made.add_row(cell(indent + row["id"]), cell(row["label"]), str(row["words"] or ""))
    console.print(made)


@application.command("explain")
def explain(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text; - reads standard input.")],
    assumed: Annotated[
        bool, typer.Option("--assumed", help="As from a source that writes of nothing but the condition.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show which words put a text where, and which topics were refused and why."""
    words = sys.stdin.read() if text == "-" else text
    tree = context.obj.topics()
    findings = Tagger(tree).explain_text(words, condition_assumed=assumed)
    Output(as_json=as_json).result(
        [_finding_data(finding, tree) for finding in findings], lambda console: _show_findings(console, findings, tree)
    )


def _finding_data(finding: Finding, tree: TopicTree) -> dict[str, Any]:
    return {
        "topic": finding.match.topic_id,
        "label": tree.label(finding.match.topic_id),
        "score": finding.match.score,
        "refused": finding.refusal,
        "evidence": [{"words": one.words, "place": one.place, "weight": one.weight} for one in finding.match.evidence],
    }


def _show_findings(console: Console, findings: Sequence[Finding], tree: TopicTree) -> None:
    if not findings:
        console.print(f"No word of any topic stands there. Topics are about: {tree.condition}.", markup=False)
        return
    made = table("Topic", "Score", "Words", "")
    for finding in findings:
        words = ", ".join(f"{one.words} ({one.place})" for one in finding.match.evidence[:6])
        more = len(finding.match.evidence) - 6
        words += f" and {counted(more, 'more hit')}" if more > 0 else ""
        refused = f"refused: {finding.refusal}" if finding.refusal else ""
        made.add_row(cell(finding.match.topic_id), f"{finding.match.score:.1f}", cell(words), cell(refused))
    console.print(made)
