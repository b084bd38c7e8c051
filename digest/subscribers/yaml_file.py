"""Subscribers in and out of YAML, listed under `subscribers:`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import yaml

from digest.errors import InputError
from digest.located import Located, read_yaml
from digest.models import Cadence, Subscriber
from digest.subscribers.reading import read_rows
from digest.subscribers.rows import Read, Row, Terms, as_row, shown


def read_subscribers_yaml(
    text: str,
    name: str,
    *,
    topics: Collection[str],
    default_cadence: Cadence,
    cadences: Collection[Cadence],
    default_language: str = "en",
) -> Read:
    """The subscribers of a YAML file, listed under `subscribers:`.

    Args:
        text: the file.
        name: what to call it in reports.
        topics: the ids readers may ask for, groups included.
        default_cadence: for rows that name none, or one that is not offered.
        cadences: those offered.
        default_language: for rows that name none.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    located = read_yaml(text, name=name)
    terms = Terms(topics=topics, default=default_cadence, offered=cadences, language=default_language)
    return read_rows(list(_rows(located, name)), terms)


def _rows(located: Located, name: str) -> Iterator[Row]:
    for index, entry in enumerate(_entries(located, name)):
        line = located.line(("subscribers", index))
        row = Row(name=name, line=line, values=entry if isinstance(entry, Mapping) else {})
        row.lines = {key: located.line(("subscribers", index, key)) for key in row.values}
        if not isinstance(entry, Mapping):
            row.refuse("", "a subscriber is a map of keys that begins with `- email:`")
        yield row


def _entries(located: Located, name: str) -> list[Any]:
    document = {} if located.value is None else located.value
    if not isinstance(document, Mapping):
        raise InputError("subscribers are listed under the key `subscribers:`", place=f"{name}:1")
    for key in document:
        if key != "subscribers":
            message = f"there is no such key as {shown(key)} here; subscribers are listed under `subscribers:`"
            raise InputError(message, place=f"{name}:{located.line((key,))}")
    entries = document.get("subscribers")
    if entries is not None and not isinstance(entries, list):
        raise InputError("`subscribers:` is followed by a list", place=f"{name}:{located.line(('subscribers',))}")
    return entries or []


def write_subscribers_yaml(subscribers: Iterable[Subscriber]) -> str:
    """The subscribers as YAML that `read_subscribers_yaml` reads back equal (ids aside), in the order given."""
    entries = [as_row(subscriber) for subscriber in subscribers]
    return yaml.safe_dump({"subscribers": entries}, allow_unicode=True, sort_keys=False, width=120)
