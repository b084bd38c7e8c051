"""`digest subscribers …`: the readers in, out, and looked at."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from digest import belongings, operations
from digest.audience import address_key
from digest.cli.session import Output
from digest.cli.tables import cell, counted, show_problems, table
from digest.errors import InputError, NothingToDo
from digest.models import WEEKDAYS, Subscriber, TopicTree
from digest.newsroom import Imported
from digest.subscribers import as_row, write_subscribers_csv, write_subscribers_yaml

application = typer.Typer(help="The readers: import, export, list, and let them go.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


class Format(StrEnum):
    """What an export is written as."""

    YAML = "yaml"
    CSV = "csv"


@application.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A .yaml or .csv file; by default the configured one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a file of readers into the database. Nobody who left or bounced comes back by it."""
    with context.obj.open() as digest:
        imported = digest.import_subscribers(file) if file else digest.sync_subscribers()
    if imported is None:
        raise InputError("name a file: no `subscribers:` file is configured")
    Output(as_json=as_json).result(_imported_data(imported), lambda console: _show_imported(console, imported))
    if imported.problems:
        raise typer.Exit(1)


def _imported_data(imported: Imported) -> dict[str, Any]:
    synced = imported.synced
    return {
        "new": synced.new,
        "changed": synced.changed,
        "unchanged": synced.unchanged,
        "kept_away": synced.kept_away,
        "problems": [{"place": one.place, "message": one.message} for one in imported.problems],
    }


def _show_imported(console: Console, imported: Imported) -> None:
    synced = imported.synced
    away = f", {counted(synced.kept_away, 'reader')} kept away who had left or bounced" if synced.kept_away else ""
    console.print(f"{synced.new:,} new, {synced.changed:,} changed, {synced.unchanged:,} unchanged{away}.")
    show_problems(console, imported.problems)


@application.command("export")
def export(
    context: typer.Context,
    address: Annotated[str | None, typer.Argument(help="All that is kept of this reader, as JSON.")] = None,
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.YAML,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write all readers in the form `import` reads. It holds addresses and interests: keep it safe.

    With an address, write all that is kept of this reader instead, to be handed to them.
    """
    with context.obj.open() as digest:
        if address is not None:
            kept = belongings.export(digest, digest.subscriber(address))
            text = json.dumps(kept, ensure_ascii=False, indent=2) + "\n"
        else:
            text = _written(digest.store.subscribers(), form, as_json=as_json)
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.touch(mode=0o600)
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror}", place=str(output)) from error


def _written(readers: Iterable[Subscriber], form: Format, *, as_json: bool) -> str:
    if as_json:  # which `import` reads as well: JSON is YAML
        return json.dumps({"subscribers": list(map(as_row, readers))}, default=str, ensure_ascii=False, indent=2) + "\n"
    return write_subscribers_csv(readers) if form is Format.CSV else write_subscribers_yaml(readers)


@application.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the readers, what they follow, and who may not be mailed."""
    with context.obj.open() as digest:
        readers = list(digest.store.subscribers())
        suppressed = digest.store.suppressed([reader.address for reader in readers])
        tree = digest.tree
    rows = [_row(reader, suppressed) for reader in readers]
    Output(as_json=as_json).result(rows, lambda console: _show_list(console, rows, tree))


def _row(reader: Subscriber, suppressed: frozenset[str]) -> dict[str, Any]:
    return {
        "email": reader.address,
        "name": reader.name,
        "status": reader.status,
        "suppressed": address_key(reader.address) in suppressed,
        "cadence": reader.cadence,
        "length": reader.profile.length,
        "interests": list(reader.profile.interests),
        "mutes": sorted(reader.profile.mutes),
        "paused_until": reader.paused_until,
        "timezone": reader.timezone,
        "weekday": None if reader.weekday is None else WEEKDAYS[reader.weekday],
        "part_of_day": reader.part_of_day,
    }


def _show_list(console: Console, rows: Sequence[dict[str, Any]], tree: TopicTree) -> None:
    made = table("Reader", "Status", "Cadence", "Length", "Interests")
    for row in rows:
        state = "suppressed" if row["suppressed"] else row["status"].value
        state += f", paused until {row['paused_until']}" if row["paused_until"] else ""
        follows = ", ".join(tree.label(topic) for topic in row["interests"]) or "(everything)"
        made.add_row(cell(row["email"]), cell(state), row["cadence"].value, row["length"].value, cell(follows))
    console.print(made)


@application.command("unsubscribe")
def unsubscribe(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Whose wish it is.")],
    as_json: AsJson = False,
) -> None:
    """Let a reader go, at once: it holds even for mails that are being sent now."""
    with context.obj.open() as digest:
        changed = digest.unsubscribe(address)
    if not changed:
        raise NothingToDo(f"{address} had left before")
    Output(as_json=as_json).result(
        {"email": address, "status": "unsubscribed"},
        lambda console: console.print(f"{address} gets no more mail.", markup=False),
    )


@application.command("lift")
def lift(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Whom to mail again.")],
    as_json: AsJson = False,
) -> None:
    """Lift what bounces made of an address, or a hand: it may be mailed again. Not where its owner wants no mail."""
    with context.obj.open() as digest:
        operations.lift(digest, address)
    Output(as_json=as_json).result(
        {"email": address, "suppressed": False},
        lambda console: console.print(f"{address} may be mailed again.", markup=False),
    )


@application.command("erase")
def erase(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Whose wish it is.")],
    as_json: AsJson = False,
) -> None:
    """Erase all that is kept of a reader, for good. No file brings them back; they may ask to join anew."""
    with context.obj.open() as digest:
        erased = digest.store.erase(digest.subscriber(address).id, now=digest.clock())
    said = "Erased." if erased else "A mail to them is on its way: they are let go now, and erased when it has ended."
    Output(as_json=as_json).result({"erased": erased}, lambda console: console.print(said, markup=False))
