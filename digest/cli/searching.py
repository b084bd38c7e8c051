"""`digest search`: summaries by their words."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from digest import searching
from digest.cli.session import Output, parse_instant
from digest.cli.tables import cell, counted, table
from digest.models import Summary
from digest.searching import Page


def search(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS...]", help='Words, "in a row", begun*; -- -excluded.')
    ] = None,
    topic: Annotated[str | None, typer.Option(help="About this topic, or one below it.", metavar="TOPIC")] = None,
    source: Annotated[str | None, typer.Option(help="From this source.", metavar="SOURCE")] = None,
    since: Annotated[
        str | None, typer.Option(help="Added then or later, such as 2026-11-01.", metavar="INSTANT")
    ] = None,
    page: Annotated[int, typer.Option(help="Counted from 1.", min=1)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Find summaries by their words, best first; without words the newest first."""
    with context.obj.open() as digest:
        when = parse_instant(since, digest.settings, hint="--since") if since else None
        found = searching.search(digest, " ".join(words or ()), since=when, topic=topic, source=source, page=page)
    data = {"total": found.total, "more": found.more, "page": found.number, "pages": found.pages}
    rows = [_data(one) for one in found.summaries]
    Output(as_json=as_json).result({**data, "summaries": rows}, lambda console: _show(console, found))


def _data(summary: Summary) -> dict[str, Any]:
    entry = summary.entry
    return {
        "summary": summary.id,
        "headline": entry.headline,
        "source": entry.source,
        "url": entry.url,
        "added_at": summary.added_at,
        "revision": summary.revision,
    }


def _show(console: Console, found: Page) -> None:
    made = table("Summary", "Headline", "Source", "Added (UTC)")
    for one in found.summaries:
        made.add_row(str(one.id), cell(one.entry.headline), cell(one.entry.source), f"{one.added_at:%Y-%m-%d}")
    console.print(made)
    many = counted(found.total, "summary", "summaries")
    many = f"more than {many}, the newest first" if found.more else many
    console.print(f"{many}, page {found.number} of {found.pages}", markup=False)
