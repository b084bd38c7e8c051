"""`digest corrections …`: what has to be put right, whom it concerns, and telling them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from digest import correcting
from digest.cli.making import issue_data
from digest.cli.session import Output
from digest.cli.shaping import user
from digest.cli.tables import cell, counted, table
from digest.correcting import Reach
from digest.models import Amendment, Correction, CorrectionState

application = typer.Typer(
    help="Corrections to what was sent: they reach exactly those who got it, once.", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Of the correction; `digest corrections list` shows it.")]
Sentence = Annotated[str, typer.Argument(metavar="SENTENCE", help="What is right, in one plain sentence.")]
By = Annotated[str | None, typer.Option(help="Who decides; by default the user who runs this.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def correction_data(one: Correction, reach: Reach | None = None) -> dict[str, Any]:
    """A correction for machines; with counts of those it concerns, never an address."""
    data = {
        "correction": one.id,
        "summary": one.summary_id,
        "kind": one.kind,
        "state": one.state,
        "sentence": one.sentence,
        "by": one.by,
        "at": one.at,
    }
    if reach is None:
        return data
    sent = reach.letter.window.label if reach.letter else None
    return {**data, "owed": reach.owed, "told": reach.told, "letter": sent}


@application.command("list")
def list_(
    context: typer.Context,
    proposed: Annotated[bool, typer.Option("--proposed", help="Only those that wait for a decision.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the corrections, and how many readers each concerns. A retraction in a source proposes one by itself."""
    with context.obj.open() as digest:
        states = (CorrectionState.PROPOSED,) if proposed else ()
        rows = [correction_data(one, correcting.reach(digest, one)) for one in digest.store.corrections(*states)]

    def show(console: Console) -> None:
        made = table("Number", "Summary", "What", "State", "Owed", "Told", "Sentence")
        for row in rows:
            made.add_row(
                str(row["correction"]),
                str(row["summary"]),
                row["kind"].value,
                row["state"].value,
                f"{row['owed']:,}",
                f"{row['told']:,}",
                cell(row["sentence"]),
            )
        console.print(made)

    Output(as_json=as_json).result(rows, show)


@application.command()
def write(
    context: typer.Context,
    summary: Annotated[int, typer.Argument(metavar="SUMMARY", help="The number of the summary.")],
    sentence: Sentence,
    retracted: Annotated[bool, typer.Option("--retracted", help="The study itself was withdrawn.")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Owe a correction to everybody who got a summary; it stands in their next issue, unless it is sent before."""
    kind = Amendment.RETRACTED if retracted else Amendment.CORRECTED
    with context.obj.open() as digest:
        made = correcting.write(digest, summary, sentence, kind=kind, by=by or user())
        reach = correcting.reach(digest, made)
    _say(made, reach, as_json)


@application.command()
def accept(context: typer.Context, number: Number, sentence: Sentence, by: By = None, as_json: AsJson = False) -> None:
    """Let a proposed correction stand, with a sentence."""
    with context.obj.open() as digest:
        made = correcting.accept(digest, correcting.find(digest, number), sentence, by=by or user())
        reach = correcting.reach(digest, made)
    _say(made, reach, as_json)


@application.command()
def dismiss(context: typer.Context, number: Number, by: By = None, as_json: AsJson = False) -> None:
    """Say of a proposed correction that there is nothing to correct."""
    with context.obj.open() as digest:
        made = correcting.dismiss(digest, correcting.find(digest, number), by=by or user())
    Output(as_json=as_json).result(
        correction_data(made), lambda console: console.print(f"Correction {number} is dismissed.", markup=False)
    )


def _say(made: Correction, reach: Reach, as_json: bool) -> None:
    def show(console: Console) -> None:
        number = made.id
        console.print(f"Correction {number} is owed to {counted(reach.owed, 'reader')}.", markup=False)
        console.print("It stands in their next issue.", markup=False)
        console.print(f"To tell them now: digest corrections send {number}", markup=False)

    Output(as_json=as_json).result(correction_data(made, reach), show)


@application.command()
def show(
    context: typer.Context,
    number: Number,
    addresses: Annotated[bool, typer.Option("--addresses", help="Show who they are, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a correction as a mail of its own says it, and how many readers are owed it."""
    with context.obj.open() as digest:
        one = correcting.find(digest, number)
        reach, erratum = correcting.reach(digest, one), digest.erratum(one)
        subject = correcting.letter(digest, one).edition.subject
        names = list(correcting.readers(digest, one)) if addresses else None
    data = {**correction_data(one, reach), "headline": erratum.headline, "issue_title": erratum.issue_title}
    data |= {"subject": subject} | ({"addresses": names} if names is not None else {})

    def printed(console: Console) -> None:
        for line in (
            f"{subject}",
            f"About: {erratum.headline} ({erratum.issue_title})",
            f"Says: {one.sentence or '(nothing yet: it is only proposed)'}",
            f"Owed to {counted(reach.owed, 'reader')}; {counted(reach.told, 'reader')} told.",
            *(names or ()),
        ):
            console.print(line, markup=False)

    Output(as_json=as_json).result(data, printed)


@application.command()
def send(context: typer.Context, number: Number, by: By = None, as_json: AsJson = False) -> None:
    """Write a mail of its own for everybody who is owed a correction; `digest send` carries it, as any issue."""
    with context.obj.open() as digest:
        letter = correcting.send_at_once(digest, correcting.find(digest, number), by=by or user())
        progress = digest.store.progress(letter.id)
    label = letter.window.label

    def show(console: Console) -> None:
        told = ", ".join(f"{number:,} {state}" for state, number in progress.items())
        console.print(f"{label} is in the ledger: {told}.", markup=False)
        console.print(f"Next: digest send {label} (or leave it to digest run)", markup=False)

    Output(as_json=as_json).result({**issue_data(letter), "deliveries": progress}, show)
