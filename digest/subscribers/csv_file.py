"""Subscribers in and out of CSV: other programs' headers are understood, and no cell is a spreadsheet's formula."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from digest.errors import InputError
from digest.models import Cadence, Problem, Subscriber
from digest.subscribers.reading import read_rows
from digest.subscribers.rows import CONSENT_KEYS, KEYS, Read, Row, Terms, as_row, shown

COLUMNS = (*KEYS[:10], "consent_at", "consent_method", "consent_text_version", *KEYS[11:])

#: Headers of other programs, in lower case with one space between words.
_HEADERS: Mapping[str, str] = {
    **{column.replace("_", " "): column for column in COLUMNS},
    **dict.fromkeys(("e mail", "email address", "e mail address", "mail", "subscriber email"), "email"),
    **dict.fromkeys(("full name", "display name", "subscriber name"), "name"),
    **dict.fromkeys(("first name", "firstname", "given name", "forename"), "first_name"),
    **dict.fromkeys(("last name", "lastname", "surname", "family name"), "last_name"),
    **dict.fromkeys(("topics", "interest"), "interests"),
    **dict.fromkeys(("mute", "muted"), "mutes"),
    "frequency": "cadence",
    "lang": "language",
    "time zone": "timezone",
}

# A spreadsheet runs a cell that begins so as a formula (OWASP, "CSV injection"); the guard itself is guarded too.
_FORMULA = re.compile("'*[=+\\-@\t\r\uff0b\uff0d\uff1d\uff20]")


def read_subscribers_csv(
    text: str,
    name: str,
    *,
    topics: Collection[str],
    default_cadence: Cadence,
    cadences: Collection[Cadence],
    default_language: str = "en",
) -> Read:
    """The subscribers of a CSV file with a header row; its separator is found out, unknown columns are reported.

    Arguments and errors are those of `read_subscribers_yaml`. Cells that `write_subscribers_csv` guarded lose their
    guard. Several interests in one cell stand apart by `;`, `,` or `|`.
    """
    terms = Terms(topics=topics, default=default_cadence, offered=cadences, language=default_language)
    rows, problems = _rows(text, name)
    found = read_rows(rows, terms)
    return replace(found, problems=(*problems, *found.problems))


def _rows(text: str, name: str) -> tuple[list[Row], tuple[Problem, ...]]:
    text = text.removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[Row] = []
    problems: tuple[Problem, ...] = ()
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif columns is None:
                columns, problems = _columns(cells, f"{name}:{line}")
            else:
                rows.append(_row(cells, columns, name, line))
            line = reader.line_num + 1
    except csv.Error:
        message = "the quotation marks in the row that begins here do not match; nothing from here on was read"
        problems = (*problems, Problem(place=f"{name}:{line}", message=message))
    return rows, problems


def _separator(text: str) -> str:
    """The one that stands most often in the header, quoted cells aside."""
    header = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0].partition("\r")[0])
    return max(",;\t|", key=header.count)


def _columns(cells: Sequence[str], place: str) -> tuple[list[str], tuple[Problem, ...]]:
    """Our names for the columns; empty for those that are not read.

    Raises:
        InputError: there is no email column, one stands twice, or one is nearly one of ours: read without it, the file
            might undo what a reader asked for.
    """
    words = [" ".join(re.sub(r"[\W_]+", " ", cell.lower()).split()) for cell in cells]
    columns = [_HEADERS.get(word, "") for word in words]
    if "email" not in columns:
        raise InputError("the first row names the columns, and none of them is called email", place=place)
    if twice := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise InputError(f"two columns mean {twice[0]}; take one away", place=place)
    unread = [cell for cell, column in zip(cells, columns, strict=True) if not column and cell.strip()]
    for cell in unread:
        if close := difflib.get_close_matches(cell.lower(), COLUMNS, n=1, cutoff=0.8):
            raise InputError(f"the column {shown(cell)} is none of ours; did you mean {close[0]}?", place=place)
    listed = ", ".join(map(shown, unread))
    return columns, (Problem(place=place, message=f"these columns are not read: {listed}"),) if unread else ()


def _row(cells: Sequence[str], columns: Sequence[str], name: str, line: int) -> Row:
    pairs = zip(columns, cells, strict=False)
    values: dict[str, Any] = {column: _unguarded(cell).strip() for column, cell in pairs if column and cell.strip()}
    parts = [values.pop(part) for part in ("first_name", "last_name") if part in values]
    if parts:
        values.setdefault("name", " ".join(parts))
    consent = {key: values.pop(f"consent_{key}") for key in CONSENT_KEYS if f"consent_{key}" in values}
    row = Row(name=name, line=line, values={**values, "consent": consent} if consent else values)
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        row.refuse(
            "", f"{len(cells)} cells stand under {len(columns)} columns: put a cell that holds a comma in quotes"
        )
    return row


def write_subscribers_csv(subscribers: Iterable[Subscriber]) -> str:
    """The subscribers as CSV that `read_subscribers_csv` reads back equal (ids aside), in the order given.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front, which reading takes off again.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for subscriber in subscribers:
        row = as_row(subscriber)
        row.update({f"consent_{key}": value for key, value in row.pop("consent", {}).items()})
        writer.writerow([guarded(_cell(row.get(column, ""))) for column in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def guarded(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
