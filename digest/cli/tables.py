"""What tables and sentences for people are made of."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from digest.models import Problem


def table(*columns: str) -> Table:
    """An empty table in the house's style."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        made.add_column(name, overflow="fold")
    return made


def title(console: Console, text: str) -> None:
    """A line above a table; a table's own title folds where the table is narrow."""
    console.print(text, style="bold", markup=False)


def cell(value: object) -> Text:
    """A value as plain text: what comes from outside is never read as markup."""
    return Text("" if value is None else str(value))


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Each problem on a line of its own."""
    for problem in problems:
        console.print(f"  {problem.place}: {problem.message}", markup=False, style="yellow")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 item`, `2 items`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
