"""What a form sends: text by name, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request

from digest.errors import InputError

#: More fields than any form of ours has, even with every topic in it.
_MOST_FIELDS = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with all its values in their order."""

    fields: Mapping[str, tuple[str, ...]]
    #: Its file as (content, name) by field, if it has one.
    files: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """The last value of a field without white space around it; the default where it was not sent."""
        return self.fields.get(name, (default,))[-1].strip()

    def many(self, name: str) -> tuple[str, ...]:
        """All values of a field, in their order."""
        return self.fields.get(name, ())

    def number(self, name: str) -> int:
        """The value of a field as a whole number. InputError when it is none."""
        given = self.text(name)
        found = whole(given)
        if found is None:
            raise InputError(f"{name}: {given[:40]!r} is no whole number")
        return found

    def file(self, name: str) -> tuple[bytes, str]:
        """The content of a file that was chosen, and what it is called. InputError when none was."""
        content, called = self.files.get(name, (b"", ""))
        if not content:
            raise InputError("choose a file first")
        return content, called

    def is_set(self, name: str) -> bool:
        """Whether a box was ticked, or a button of this name pressed."""
        return name in self.fields


def whole(text: str) -> int | None:
    """The whole number that is written here in plain digits; None when it is none, or has more than 18 of them."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


async def read_form(request: Request) -> Form:
    """The form a request carries, urlencoded or multipart (RFC 7578); with one file at the most."""
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as given:
        fields: dict[str, list[str]] = {}
        files: dict[str, tuple[bytes, str]] = {}
        for name, value in given.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
            else:
                files[name] = (await value.read(), value.filename or "")
    return Form({name: tuple(values) for name, values in fields.items()}, files)
