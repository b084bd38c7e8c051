"""Which texts name a time zone."""

from __future__ import annotations

import difflib
from functools import cache
from zoneinfo import available_timezones

from digest.subscribers.rows import shown


def check_timezone(text: str) -> str:
    """The name, if it is that of a time zone. ValueError asks about the nearest one."""
    if text in _known():
        return text
    wanted = text.strip().lower().replace(" ", "_")
    same_city = sorted(name for name in _known() if wanted in (name.lower(), name.lower().rpartition("/")[2]))
    close = same_city or difflib.get_close_matches(text, _known(), n=1)
    question = f"; did you mean {close[0]}?" if close else ""
    raise ValueError(f"there is no time zone {shown(text)}{question}")


@cache
def _known() -> frozenset[str]:
    """All there are on this machine: finding them reads a folder, and a file may name thousands."""
    return frozenset(available_timezones())
