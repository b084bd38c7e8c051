"""`digest shape …`: what an editor does to an issue; and taking an approval back, and saying when it may leave."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from digest import desk
from digest.cli.session import Output, parse_instant
from digest.cli.tables import cell, table, title
from digest.desk import Approvals, Changed
from digest.models import (
    EVERYBODY,
    Act,
    Change,
    Exclude,
    Include,
    Issue,
    IssueItem,
    Move,
    Note,
    Order,
    Pin,
    Title,
)
from digest.newsroom import Digest
from digest.shaping import shaped
from digest.telling import told

application = typer.Typer(
    help="Shape an issue: what is in it, where, in which words. Each act is kept, and can be undone.",
    no_args_is_help=True,
)

Label = Annotated[str, typer.Argument(metavar="ISSUE", help="Such as 2026-11.")]
Summary = Annotated[int, typer.Argument(metavar="SUMMARY", help="Its number; `digest shape show` lists them.")]
Topic = Annotated[str, typer.Option("--topic", help="For the readers of this topic only.", metavar="TOPIC")]
By = Annotated[str | None, typer.Option(help="Who does it; by default the user who runs this.")]
On = Annotated[
    int | None, typer.Option("--on", help="The version that was looked at: refuse if it is no longer the last one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def user() -> str:
    """The name of whoever runs this."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def change(context: typer.Context, label: str, wanted: Change, by: str | None, on: int | None, as_json: bool) -> None:
    """Do it, and say what it came to."""
    with context.obj.open() as digest:
        done = desk.change(digest, digest.issue(label), [wanted], by=by or user(), on=on)
    say(done, as_json)


def say(done: Changed, as_json: bool) -> None:
    """What an act came to."""
    label = done.issue.window.label
    data = {"issue": label, "status": done.issue.status, "version": done.shape.version, "voided": done.voided}

    def show(console: Console) -> None:
        console.print(f"{label}: done (version {done.shape.version}).", markup=False)
        if done.voided:
            words = (
                f"The approval of {label} is void, for it is another issue now: nothing leaves until it is approved."
            )
            console.print(words, markup=False, style="yellow")

    Output(as_json=as_json).result(data, show)


def show_approvals(console: Console, issue: Issue, so_far: Approvals) -> None:
    """Who has approved a draft that needs more people."""
    label, names = issue.window.label, " and ".join(one.by for one in so_far.given)
    console.print(f"{label}: approved by {names}, {len(so_far.given)} of {so_far.needed}.", markup=False)
    for one in so_far.void:
        console.print(f"The approval of {one.by} is void: it was for something else.", markup=False, style="yellow")
    console.print(f"Next: somebody else looks at it, and runs: digest approve {label}", markup=False)


@application.command()
def show(context: typer.Context, issue: Label, as_json: AsJson = False) -> None:
    """List the items of an issue as its editors want them, and what they did to each."""
    with context.obj.open() as digest:
        chosen = digest.issue(issue)
        data = _shown(digest, chosen)
    Output(as_json=as_json).result(data, lambda console: _show(console, chosen, data))


def _shown(digest: Digest, issue: Issue) -> dict[str, Any]:
    shape = digest.shape(issue)
    originals = digest.store.items(issue.id)
    items = shaped(originals, shape)
    headlines = {item.summary.id: item.summary.entry.headline for item in originals}
    excluded = {number: why for number, why in shape.excluded.items() if number in headlines}
    return {
        "issue": issue.window.label,
        "status": issue.status,
        "version": shape.version,
        "items": [_item(item, digest) for item in items],
        "excluded": [
            {"summary": number, "headline": headlines[number], "reason": why.reason, "later": why.later, "by": why.by}
            for number, why in excluded.items()
        ],
        "notes": dict(shape.notes),
        "subjects": dict(shape.subjects),
        "preheaders": dict(shape.preheaders),
        "not_before": issue.not_before,
        "approvals": [{"by": one.by, "at": one.at, "content_hash": one.content_hash} for one in shape.approvals],
    }


def _item(item: IssueItem, digest: Digest) -> dict[str, Any]:
    return {
        "summary": item.summary.id,
        "headline": item.summary.entry.headline,
        "topics": [match.topic_id for match in item.about if match.topic_id in digest.tree.by_id],
        "fresh": item.fresh,
        "pinned": item.pinned,
        "moved": item.section is not None,
        "placed": item.placed,
        "edited": list(item.edited),
        "doubts": list(item.doubts),
    }


def _show(console: Console, issue: Issue, data: dict[str, Any]) -> None:
    title(console, f"{issue.window.title} ({issue.window.label}), version {data['version']}")
    made = table("Summary", "Headline", "Topics", "Editors")
    for row in data["items"]:
        topics, did = ", ".join(row["topics"]), ", ".join(_did(row))
        made.add_row(str(row["summary"]), cell(row["headline"]), cell(topics), cell(did))
    console.print(made)
    for row in data["excluded"]:
        later = "; a later issue may take it" if row["later"] else ""
        words = f"excluded by {row['by']}: {row['summary']} {row['headline']} ({row['reason']}{later})"
        console.print(words, markup=False, style="yellow")
    for name in ("notes", "subjects", "preheaders"):
        for topic, words in data[name].items():
            console.print(f"{name[:-1]} for {topic or 'all readers'}: {words}", markup=False)


def _did(row: dict[str, Any]) -> Iterator[str]:
    yield from (word for word in ("pinned", "moved", "placed") if row[word])
    yield from (f"{word} edited" for word in row["edited"])
    yield from ("in doubt" for _ in row["doubts"][:1])


@application.command()
def pin(
    context: typer.Context,
    issue: Label,
    summary: Summary,
    off: Annotated[bool, typer.Option("--off", help="No longer.")] = False,
    by: By = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Let an item come first in its section, and never be left over."""
    change(context, issue, Pin(summary_id=summary, pinned=not off), by, on, as_json)


@application.command()
def exclude(
    context: typer.Context,
    issue: Label,
    summary: Summary,
    reason: Annotated[str, typer.Option(help="Why; kept with the issue.", metavar="TEXT")],
    later: Annotated[bool, typer.Option("--later", help="A later issue may take it, for all its readers.")] = False,
    by: By = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Leave an item out, for everybody."""
    change(context, issue, Exclude(summary_id=summary, reason=reason, later=later), by, on, as_json)


@application.command()
def include(
    context: typer.Context, issue: Label, summary: Summary, by: By = None, on: On = None, as_json: AsJson = False
) -> None:
    """Take an excluded item in again."""
    change(context, issue, Include(summary_id=summary), by, on, as_json)


@application.command()
def move(
    context: typer.Context,
    issue: Label,
    summary: Summary,
    topic: Annotated[str | None, typer.Argument(metavar="[TOPIC]", help="Without one it goes back.")] = None,
    by: By = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Let an item stand in another topic, and in that alone."""
    change(context, issue, Move(summary_id=summary, topic_id=topic), by, on, as_json)


@application.command()
def order(
    context: typer.Context,
    issue: Label,
    summaries: Annotated[list[int], typer.Argument(metavar="SUMMARY...", help="In the order they are to have.")],
    after: Annotated[
        int | None, typer.Option(help="What they stand behind; without it they are the first.", metavar="SUMMARY")
    ] = None,
    by: By = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Let items stand one behind another; each reader sees those of their topics in that order."""
    change(context, issue, Order(summary_ids=tuple(summaries), after=after), by, on, as_json)


@application.command()
def note(
    context: typer.Context,
    issue: Label,
    text: Annotated[str, typer.Argument(help="What to say; empty takes it away.")],
    topic: Topic = EVERYBODY,
    by: By = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Write a note that stands at the top of the mail, for all or for the readers of a topic."""
    change(context, issue, Note(text=text, topic_id=topic), by, on, as_json)


@application.command("title")
def title_(
    context: typer.Context,
    issue: Label,
    subject: Annotated[str | None, typer.Option(help="Empty for what it says by itself.", metavar="TEXT")] = None,
    preheader: Annotated[str | None, typer.Option(help="The line inboxes show beside it.", metavar="TEXT")] = None,
    topic: Topic = EVERYBODY,
    by: By = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Write the subject and the preheader, for all or for the readers of a topic."""
    change(context, issue, Title(subject=subject, preheader=preheader, topic_id=topic), by, on, as_json)


@application.command()
def undo(context: typer.Context, issue: Label, by: By = None, on: On = None, as_json: AsJson = False) -> None:
    """Take the last act back, whoever made it; again for the one before."""
    with context.obj.open() as digest:
        done = desk.undo(digest, digest.issue(issue), by=by or user(), on=on)
    say(done, as_json)


@application.command()
def redo(context: typer.Context, issue: Label, by: By = None, on: On = None, as_json: AsJson = False) -> None:
    """Do again what was undone last."""
    with context.obj.open() as digest:
        done = desk.redo(digest, digest.issue(issue), by=by or user(), on=on)
    say(done, as_json)


@application.command()
def log(context: typer.Context, issue: Label, as_json: AsJson = False) -> None:
    """Show who did what to an issue, and when."""
    with context.obj.open() as digest:
        acts = digest.store.acts(digest.issue(issue).id)
        zone = digest.settings.newsletter.timezone
    data = [{"version": act.number, "at": act.at, "by": act.by, "did": told(act)} for act in acts]
    Output(as_json=as_json).result(data, lambda console: _show_log(console, acts, zone))


def _show_log(console: Console, acts: tuple[Act, ...], zone: Any) -> None:
    made = table("Version", "When", "Who", "What")
    for act in acts:
        made.add_row(str(act.number), f"{act.at.astimezone(zone):%Y-%m-%d %H:%M}", cell(act.by), cell(told(act)))
    console.print(made)


def withdraw(
    context: typer.Context,
    issue: Label,
    reason: Annotated[str, typer.Option(help="Why; kept with the issue.", metavar="TEXT")] = "",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take an approval back, while nothing has left: the issue is a draft again."""
    with context.obj.open() as digest:
        done = desk.withdraw(digest, digest.issue(issue), by=by or user(), reason=reason)
    say(done, as_json)


def schedule(
    context: typer.Context,
    issue: Label,
    at: Annotated[
        str | None, typer.Argument(metavar="[INSTANT]", help="Such as 2026-12-03T08:00, in the newsletter's time zone.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="It may leave once it is due.")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Let nothing of an issue leave before an instant. It still has to be approved."""
    if (at is None) is not off:
        raise typer.BadParameter("give an instant, or --off")
    with context.obj.open() as digest:
        when = _instant(at, digest) if at else None
        done = desk.schedule(digest, digest.issue(issue), when, by=by or user())
    say(done, as_json)


def _instant(at: str, digest: Digest) -> datetime:
    return parse_instant(at, digest.settings, hint="INSTANT")
