"""Readers by the rules of a file of them: what a call says is read as a row of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from digest.errors import InputError
from digest.models import Subscriber
from digest.newsroom import Digest
from digest.subscribers import Read, read_subscribers_csv, read_subscribers_yaml


def read_yaml(digest: Digest, text: str, name: str) -> Read:
    """The readers of YAML, or JSON, which is YAML. InputError when it cannot be read as a whole."""
    return read_subscribers_yaml(text, name, **_terms(digest))


def read_csv(digest: Digest, text: str, name: str) -> Read:
    """The readers of CSV. InputError when it cannot be read as a whole."""
    return read_subscribers_csv(text, name, **_terms(digest))


def read_row(digest: Digest, row: Mapping[str, Any]) -> tuple[Subscriber, list[str]]:
    """One row, and what is to be said about it. InputError when something in it is wrong."""
    read = read_yaml(digest, json.dumps({"subscribers": [row]}), "")
    notes = [problem.message.removesuffix("; this row is left out") for problem in read.problems]
    if not read.subscribers:
        raise InputError("; ".join(notes))
    return read.subscribers[0].subscriber, notes


def _terms(digest: Digest) -> dict[str, Any]:
    offered = digest.settings.newsletter.cadences
    return {
        "topics": digest.tree.by_id.keys(),
        "default_cadence": offered[0],
        "cadences": offered,
        "default_language": digest.newsletter.language,
    }
