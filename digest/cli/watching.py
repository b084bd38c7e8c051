"""A send as it goes: a bar, the rate, when it is through, and how each part of it does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from digest.canary import CANARY
from digest.cli.departed import waits_data, waits_lines
from digest.cli.session import Output
from digest.cli.tables import cell, counted, table
from digest.models import Issue
from digest.newsroom import Digest
from digest.operations import Sending, Way, sending, under_way
from digest.pace import Pace

#: Seconds between two looks; longer where a look takes long, so that watching never weighs on the sending.
EVERY = 1.0
_REST = 10


def sendings(digest: Digest, *, only: Issue | None = None) -> tuple[Sending, ...]:
    """How every issue that is under way goes, or one alone."""
    return tuple(sending(digest, issue) for issue in _watched(digest, only))


def _watched(digest: Digest, only: Issue | None) -> tuple[Issue, ...]:
    return tuple(issue for issue in under_way(digest) if only is None or issue.id == only.id)


def watch(digest: Digest, output: Output, *, only: Issue | None = None, every: float = EVERY) -> tuple[Sending, ...]:
    """Show what is under way until nothing is left that could leave now; how it ended. Ctrl-C stops the watching.

    On a terminal it is one picture that changes; into a file or a pipe, a line whenever there is news.
    """
    watched = _watched(digest, only)
    if watched:
        output.note("Watching until it is through; Ctrl-C stops the watching, not the sending.")
    seen = tuple(sending(digest, issue) for issue in watched)
    with Live(renderable(seen), console=output.console, auto_refresh=False) as live:
        try:
            while not all(one.is_over or one.issue.held for one in seen):
                began = time.monotonic()
                news = tuple(sending(digest, issue) for issue in watched)
                if not output.console.is_terminal:
                    for one, before in zip(news, seen, strict=True):
                        if one.progress.whole != before.progress.whole:
                            output.console.print(f"{one.issue.window.label}: {_through(one)}")
                seen = news
                live.update(renderable(seen), refresh=True)
                time.sleep(max(every, _REST * (time.monotonic() - began)))
        except KeyboardInterrupt:
            pass
    return seen


def sending_data(one: Sending) -> dict[str, Any]:
    """A send for machines; rates are mails a second."""
    return {
        "issue": one.issue.window.label,
        "held": one.issue.held,
        **pace_data(one.progress.whole),
        "next_due": one.next_due,
        "waits": waits_data(one.waits),
        "held_because": one.issue.held_because or None,
        "canary": one.canary,
        "limits": {way.name: way_data(way) for way in one.ways},
        "groups": {group.value: pace_data(pace) for group, pace in one.progress.groups},
        "transports": {kind: pace_data(pace) for kind, pace in one.progress.transports},
    }


def way_data(way: Way) -> dict[str, Any]:
    """What a transport is held to; rates are mails a second."""
    breaker, warmth = way.breaker, way.warmth
    return {
        "rates": {(group.value if group else "all"): rate for group, rate in way.limits.rates.items()},
        "used_up": [group.value if group else "all" for group in way.used_up],
        "warm_up": warmth and {"day": warmth.day, "allowance": warmth.allowance, "carried": warmth.carried},
        "rests": breaker.is_open,
        "rests_since": breaker.opened_at,
        "tried_again_at": breaker.probe_at,
        "reason": breaker.reason or None,
    }


def pace_data(pace: Pace) -> dict[str, Any]:
    """How far and how fast."""
    return {
        "total": pace.total,
        "through": pace.through,
        "deferred": pace.deferred,
        "rate": round(pace.rate, 2),
        "eta": pace.eta,
    }


def renderable(seen: Sequence[Sending]) -> RenderableType:
    """Every send, one below the other."""
    return Group(*(_one(one) for one in seen)) if seen else Text("Nothing is being sent.")


def _one(one: Sending) -> RenderableType:
    whole = one.progress.whole
    head = Table.grid(padding=(0, 1))
    head.add_row(
        Text(one.issue.window.label, style="bold"),
        ProgressBar(total=max(whole.total, 1), completed=whole.through if whole.total else 1, width=40),
        Text(_through(one)),
    )
    made = table("", "Through", "Of", "Deferred", "Mails a second")
    for column in made.columns[1:]:
        column.justify = "right"
    for name, pace in (*one.progress.groups, *one.progress.transports):
        rate = f"{pace.rate:,.1f}"
        made.add_row(cell(name), f"{pace.through:,}", f"{pace.total:,}", f"{pace.deferred:,}", rate)
    slow = [Text(line, style="yellow") for line in (*reasons(one), *waits_lines(one.waits))]
    return Group(head, *slow, made)


def _through(one: Sending) -> str:
    return f"{one.progress.whole.through:,} of {one.progress.whole.total:,}, {_speed(one)}"


def reasons(one: Sending) -> list[str]:
    """Why it is slow, or stands still, a line each."""
    told = [f"  stopped itself: {one.issue.held_because}"] if one.issue.held_because else []
    if one.canary is not None:
        told.append(f"  the first {CANARY} go first, and {one.canary} of them have begun")
    return told + [f"  {way.name}: {words}" for way in one.ways for words in _why(way)]


def _why(way: Way) -> Iterator[str]:
    breaker, warmth = way.breaker, way.warmth
    if breaker.opened_at is not None and breaker.probe_at is not None:
        times = f"since {breaker.opened_at:%H:%M}, tried again at {breaker.probe_at:%H:%M} UTC"
        yield f"given a rest {times}: {breaker.reason}"
    if way.limits.rates:
        rates = (f"{group.value if group else 'all together'} {rate:g}" for group, rate in way.limits.rates.items())
        used = ", ".join(group.value if group else "all together" for group in way.used_up)
        yield f"mails a second at the most: {', '.join(rates)}{f'; used up now: {used}' if used else ''}"
    if warmth is not None and warmth.allowance is not None:
        rest = "; the rest waits for the next day (UTC)" if not warmth.left else ""
        yield f"day {warmth.day} of warming up: {warmth.carried:,} of {warmth.allowance:,} mails today{rest}"


def _speed(one: Sending) -> str:
    whole = one.progress.whole
    if one.issue.held:
        return "paused"
    waiting = f"; {counted(whole.deferred, 'mail')} deferred" if whole.deferred else ""
    if waiting and one.next_due is not None:
        waiting += f", the next is due at {one.next_due:%H:%M} UTC"
    if whole.eta is not None:
        return f"{whole.rate:,.1f} a second, through at {whole.eta:%Y-%m-%d %H:%M:%S} UTC{waiting}"
    return ("nothing is moving" if whole.ready else "all that could leave has left") + waiting
