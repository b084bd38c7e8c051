"""`digest shape parts`, `edit` and `confirm`: what an item says in an issue, part by part."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from digest.cli.session import Output
from digest.cli.shaping import AsJson, By, Label, On, Summary, change
from digest.errors import InputError
from digest.models import Confirm, Edit, EditedPart, Issue, IssueItem
from digest.newsroom import Digest
from digest.parts import HEADED, PART_NAMES, from_one_text, in_one_text, role_of, typed
from digest.shaping import as_edited

_HEADING = "# "


def parts(
    context: typer.Context,
    issue: Label,
    summary: Summary,
    original: Annotated[bool, typer.Option("--original", help="As the source wrote them.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write them to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print all parts of an item in one text, to be changed and given back to `digest shape edit --parts`."""
    with context.obj.open() as digest:
        chosen = digest.issue(issue)
        source, item = _both(digest, chosen, summary)
    shown = typed((source if original else item).summary.entry.sections)
    text = in_one_text(shown)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    data = {
        "issue": chosen.window.label,
        "summary": summary,
        "revision": item.summary.revision,
        "edited": list(item.edited),
        "doubts": list(item.doubts),
        "parts": [{"role": one.role, "heading": one.heading, "text": one.text} for one in shown],
    }
    Output(as_json=as_json).result(data, lambda console: _show(console, text, output))


def _show(console: Console, text: str, output: Path | None) -> None:
    if output is None:
        # As it is: whoever sends it to a file wants every line of it, and no other.
        sys.stdout.write(text)
    else:
        console.print(f"Written to {output}.", markup=False)


def edit(
    context: typer.Context,
    issue: Label,
    summary: Summary,
    headline: Annotated[
        str | None, typer.Option(help="Another headline; empty for the original.", metavar="TEXT")
    ] = None,
    takeaway: Annotated[
        str | None, typer.Option(help="Another key takeaway; empty for the original.", metavar="TEXT")
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option(help="Other words for a part, from a file; - reads standard input.", metavar="ROLE=FILE"),
    ] = None,
    every: Annotated[
        Path | None, typer.Option("--parts", help="All parts, as `digest shape parts` writes them.", metavar="FILE")
    ] = None,
    restore: Annotated[list[str] | None, typer.Option(help="The source's own part again.", metavar="ROLE")] = None,
    reason: Annotated[
        str, typer.Option(help="Why; the important considerations change with one only.", metavar="TEXT")
    ] = "",
    no_limits: Annotated[
        bool, typer.Option("--no-limits", help="It is to have no important considerations: its source names none.")
    ] = False,
    by: By = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Give an item other words in this issue, in any of its parts; the mail says that they were edited."""
    if every is not None and part:
        raise typer.BadParameter("give all parts with --parts, or some with --part")
    given = _every(_read(str(every))) if every is not None else tuple(map(_part, part or ()))
    wanted = Edit(
        summary_id=summary,
        headline=headline,
        takeaway=takeaway,
        parts=given,
        restore=tuple(map(role_of, restore or ())),
        reason=reason,
        no_limits=no_limits,
    )
    change(context, issue, wanted, by, on, as_json)


def confirm(
    context: typer.Context,
    issue: Label,
    summary: Summary,
    off: Annotated[bool, typer.Option("--off", help="It is in doubt again.")] = False,
    by: By = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Say that an item was read right, though its reading was in doubt: no word of it changes."""
    change(context, issue, Confirm(summary_id=summary, confirmed=not off), by, on, as_json)


def _both(digest: Digest, issue: Issue, summary: int) -> tuple[IssueItem, IssueItem]:
    """The item as its source wrote it, and as the editors want it, excluded or not."""
    label = issue.window.label
    source = next((one for one in digest.store.items(issue.id) if one.summary.id == summary), None)
    if source is None:
        raise InputError(f"summary {summary} is not in {label}: `digest shape show {label}` lists what is")
    return source, as_edited(source, digest.shape(issue))


def _every(text: str) -> tuple[EditedPart, ...]:
    """All parts in a text; those it does not name go."""
    given = from_one_text(text)
    named = {one.role for one in given}
    return (*given, *(EditedPart(role=role, text="") for role in PART_NAMES if role not in named))


def _part(words: str) -> EditedPart:
    name, separator, file = words.partition("=")
    if not separator:
        raise InputError(f"--part {words}: write which part, and the file with its words, such as findings=words.txt")
    role, text = role_of(name), _read(file)
    first, _, rest = text.partition("\n")
    if role in HEADED and first.startswith(_HEADING):
        return EditedPart(role=role, heading=first.removeprefix(_HEADING), text=rest)
    return EditedPart(role=role, text=text)


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is no text in UTF-8: byte {error.start + 1} is none") from error


def add_to(application: typer.Typer) -> None:
    """Put these commands beside those that shape an issue."""
    for command in (parts, edit, confirm):
        application.command()(command)
