"""Subscribers from a file, whose ending says how it is read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from digest.errors import InputError
from digest.models import Cadence
from digest.subscribers.csv_file import read_subscribers_csv
from digest.subscribers.rows import Read
from digest.subscribers.yaml_file import read_subscribers_yaml


def read_subscribers(
    path: Path,
    *,
    topics: Collection[str],
    default_cadence: Cadence,
    cadences: Collection[Cadence],
    default_language: str = "en",
) -> Read:
    """The subscribers of a file: CSV by its ending (.csv, .tsv), else YAML. The rest as `read_subscribers_yaml`.

    Raises:
        InputError: the file is not there, is no text in UTF-8, or cannot be read as a whole.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("this is not text in UTF-8; save it as UTF-8", place=str(path)) from None
    except OSError as error:
        raise InputError(f"the subscribers cannot be read: {error.strerror}", place=str(path)) from None
    read = read_subscribers_csv if path.suffix.lower() in (".csv", ".tsv") else read_subscribers_yaml
    return read(
        text,
        str(path),
        topics=topics,
        default_cadence=default_cadence,
        cadences=cadences,
        default_language=default_language,
    )
