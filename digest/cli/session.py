"""What every command shares: the global options, the newsletter they name, and how results are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from digest.app import make_digest, read_topics
from digest.config import DEFAULT_FILE, Settings, load_settings
from digest.models import TopicTree
from digest.newsroom import Digest

#: A function that moves a progress bar: how far, out of how many (None while that is not known).
Advance = Callable[[int, int | None], None]


@dataclass(kw_only=True)
class Session:
    """One call of the command line."""

    config: Path | None
    now: str | None
    environ: Mapping[str, str]

    def settings(self, flags: Mapping[str, Any] | None = None) -> Settings:
        """The settings of this call, flags by dotted key. ConfigError says all that is wrong with them."""
        return load_settings(self.config, self.environ, flags)

    def open(self, flags: Mapping[str, Any] | None = None) -> Digest:
        """The newsletter; use it as a context manager."""
        settings = self.settings(flags)
        return make_digest(settings, now=parse_instant(self.now, settings) if self.now else None)

    def topics(self) -> TopicTree:
        """The configured topics; the bundled ones where no configuration was named and none is here."""
        named = self.config or self.environ.get("DIGEST_CONFIG")
        return read_topics(self.settings().topics if named or DEFAULT_FILE.exists() else None)


def parse_instant(text: str, settings: Settings, *, hint: str = "--now") -> datetime:
    """An instant as people type it: ISO 8601, in the newsletter's time zone where it names none.

    Raises:
        typer.BadParameter: it is no instant.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no instant: write 2026-12-01 or 2026-12-01T09:00", param_hint=hint
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=settings.newsletter.timezone)


class Output:
    """Prints results: tables for people, or one JSON document for machines. Progress goes to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        # Into a file or a pipe a table is as wide as it needs to be; on a terminal it folds.
        self.console = Console(highlight=False, width=None if sys.stdout.isatty() else 240)
        self._errors = Console(stderr=True, highlight=False)

    def result(self, data: Any, show: Callable[[Console], None]) -> None:
        """Print one result: `data` for machines, or what `show` makes of it for people."""
        if self.as_json:
            sys.stdout.write(json.dumps(data, default=_plain, ensure_ascii=False, indent=2) + "\n")
        else:
            show(self.console)

    def note(self, text: str) -> None:
        """Say something beside the result."""
        self._errors.print(text, markup=False)

    @contextmanager
    def progress(self, what: str) -> Iterator[Advance]:
        """A progress bar, seen by people at a terminal only."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(
            *columns, console=self._errors, transient=True, disable=self.as_json or not self._errors.is_terminal
        ) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, frozenset | set | tuple):
        return sorted(value) if isinstance(value, frozenset | set) else list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def rows_of(problems: Sequence[Any]) -> list[dict[str, str]]:
    """Problems as machines read them."""
    return [{"place": problem.place, "message": problem.message} for problem in problems]
