"""What `init` and `demo` print."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from digest.cli.tables import cell, table, title
from digest.models import DeliveryState, Issue
from digest.newsroom import Digest


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
