"""Topics that articles print beside those of the tree; by them, topics that are printed run together are told apart."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def keywords() -> tuple[str, ...]:
    """All of `keywords.txt`, in its order, read once."""
    text = (resources.files("digest") / "data" / "keywords.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
