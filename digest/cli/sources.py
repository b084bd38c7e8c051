"""`digest sources …`: what was learnt of the sources, and what an operator says about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from digest.cli.session import Output
from digest.cli.tables import cell, counted, table
from digest.edition.wording import shortened
from digest.errors import InputError, NothingToDo
from digest.models import Furniture

application = typer.Typer(help="Where summaries come from.", no_args_is_help=True)

#: Characters of a text that are shown.
SHOWN = 160


@application.command("furniture")
def furniture(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="A source's name.")],
    keep: Annotated[
        str | None, typer.Option(help="This text is content: leave it in from now on.", metavar="KEY")
    ] = None,
    forget: Annotated[str | None, typer.Option(help="Forget this text; it may be learnt again.", metavar="KEY")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List the texts that stand in most documents of a source and are cut from its summaries; keep or forget one."""
    if keep is not None and forget is not None:
        raise InputError("a text is kept or forgotten: name one of `--keep` and `--forget`")
    output = Output(as_json=as_json)
    with context.obj.open() as digest:
        if any(one.key == keep and one.kept for one in digest.furniture(name)):
            raise NothingToDo(f"the text {keep!r} of {name} is kept already")
        if keep is not None:
            digest.keep_furniture(name, keep)
            output.note("It is left in from now on; drafts follow at the next `digest compose`.")
        if forget is not None:
            digest.forget_furniture(name, forget)
            output.note("It is forgotten; drafts follow at the next `digest compose`.")
        known = digest.furniture(name)
    rows = [{"key": one.key, "text": one.text, "documents": one.documents, "kept": one.kept} for one in known]
    output.result(rows, lambda console: _show(console, name, known))


def _show(console: Console, name: str, known: Sequence[Furniture]) -> None:
    if not known:
        console.print(f"Nothing was learnt of {name}: no text stands in most of its documents.", markup=False)
        return
    made = table("Key", "What becomes of it", "Seen in", "Text")
    for one in known:
        becomes = "kept: it is content" if one.kept else "cut"
        made.add_row(one.key, becomes, counted(one.documents, "document"), cell(shortened(one.text, SHOWN)))
    console.print(made)
