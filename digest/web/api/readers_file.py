"""Readers by the rules of a file of them: what a call says is read as a row of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from digest.errors import InputError
from digest.models import Subscriber, SubscriberStatus
from digest.newsroom import Digest
from digest.subscribers import Read, as_row, read_subscriber, read_subscribers_csv, read_subscribers_yaml

#: What a reader gave, or was asked for: no call takes it away.
_PERMISSION = ("email", "status", "consent")
_LEFT = "status: this reader left, and comes back only by joining anew"
_OF_PROFILE = frozenset({"interests", "mutes", "length", "quiet_note"})


def read_yaml(digest: Digest, text: str, name: str) -> Read:
    """The readers of YAML, or JSON, which is YAML. InputError when it cannot be read as a whole."""
    return read_subscribers_yaml(text, name, **_terms(digest))


def read_csv(digest: Digest, text: str, name: str) -> Read:
    """The readers of CSV. InputError when it cannot be read as a whole."""
    return read_subscribers_csv(text, name, **_terms(digest))


def read_row(digest: Digest, row: Mapping[str, Any]) -> tuple[Subscriber, list[str]]:
    """One row, and what is to be said about it. InputError when something in it is wrong."""
    read = read_subscriber(row, **_terms(digest))
    notes = [problem.message.removesuffix("; this row is left out") for problem in read.problems]
    if not read.subscribers:
        raise InputError("; ".join(notes))
    return read.subscribers[0].subscriber, notes


def read_change(digest: Digest, reader: Subscriber, said: Mapping[str, Any]) -> tuple[Subscriber, list[str]]:
    """A reader with what is said of them, and what is to be said about that.

    What is not said stays as it is, also where it could not be said any more. A wish that is null is taken away.

    Raises:
        InputError: something in it is wrong.
    """
    stored, known = as_row(reader), digest.tree.by_id
    row = {key: stored[key] for key in _PERMISSION if key in stored}
    row |= {key: [one for one in stored.get(key, ()) if one in known] for key in ("interests", "mutes")}
    left = reader.status is SubscriberStatus.UNSUBSCRIBED and said.get("status") == SubscriberStatus.ACTIVE
    told = {key: value for key, value in said.items() if value is not None or key not in _PERMISSION}
    if left:
        del told["status"]
    given, notes = read_row(digest, {key: value for key, value in {**row, **told}.items() if value is not None})
    notes += [_LEFT] * left
    profile = replace(reader.profile, **{key: getattr(given.profile, key) for key in _OF_PROFILE.intersection(told)})
    fields = {"address" if key == "email" else key for key in told.keys() - _OF_PROFILE}
    return replace(reader, profile=profile, **{field: getattr(given, field) for field in fields}), notes


def _terms(digest: Digest) -> dict[str, Any]:
    offered = digest.settings.newsletter.cadences
    return {
        "topics": digest.tree.by_id.keys(),
        "default_cadence": offered[0],
        "cadences": offered,
        "default_language": digest.newsletter.language,
    }
