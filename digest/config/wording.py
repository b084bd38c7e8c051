"""The turns of phrase that faults share."""

from __future__ import annotations

from typing import Any


def did_you_mean(close: list[str]) -> str:
    """A question about the first of these words; empty when there is none."""
    return f"; did you mean {close[0]}?" if close else ""


def shown(value: Any) -> str:
    """The beginning of a value, in quotes."""
    return repr(str(value)[:60])
