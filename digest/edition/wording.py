"""Small wordings and cuts that need no template: dates as known, texts shortened at a sentence, links made safe."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from digest.models import Block, Bullets, Paragraph, Precision, PublishedDate, Subheading
from digest.sentences import ends

#: Lines of the text part (RFC 3676, 4.2 would allow 78).
TEXT_WIDTH = 72
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def spoken_date(published: PublishedDate, until: date) -> str:
    """The date as precisely as it is known: "12 November 2026", "November 2026", "2026".

    One that lies on or after `until`, the day the window closed, is a journal's date to come and says so: "dated
    December 2026".
    """
    day = published.day
    words = {
        Precision.DAY: f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
        Precision.MONTH: f"{_MONTHS[day.month - 1]} {day.year}",
        Precision.YEAR: f"{day.year}",
    }[published.precision]
    return f"dated {words}" if day >= until else words


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """The text in lines of 72 columns, words and urls whole. `first` indents the first line, `indent` the others."""
    return textwrap.fill(
        " ".join(str(text).split()),
        TEXT_WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def shortened(text: str, limit: int) -> str:
    """The text, or as many of its first whole sentences as fit; words and an ellipsis where not even one does.

    A sentence must be sure to end where it is cut: not at an abbreviation, nor before a small letter. Of a text without
    spaces, as of Chinese, the first characters stand for words.
    """
    text = one_line(text)
    if len(text) <= limit:
        return text
    marks = ends(text, limit=limit)
    return text[: marks[-1]] if marks else _first_words(text, max(limit - 1, 0))


def _first_words(text: str, limit: int) -> str:
    head = text[:limit]
    words = head if text[limit] == " " else head.rpartition(" ")[0]
    # More than half in one word is no word.
    return (words if 2 * len(words) >= limit else head).rstrip() + "…"


def shortened_blocks(blocks: Iterable[Block], limit: int) -> tuple[tuple[Block, ...], bool]:
    """The first blocks that fit into `limit` characters, and whether anything was left out.

    The first block always stays, cut at a sentence; a list loses whole points only.
    """
    kept: list[Block] = []
    room = limit
    for block in blocks:
        piece = _fitted(block, room, first=not any(not isinstance(one, Subheading) for one in kept))
        if piece is not None:
            kept.append(piece)
        if piece != block:
            return _without_trailing_heading(kept), True
        room -= _size(block)
    return tuple(kept), False


def _fitted(block: Block, room: int, *, first: bool) -> Block | None:
    if _size(block) <= room:
        return block
    if isinstance(block, Paragraph):
        return Paragraph(shortened(block.text, room)) if first or room > 120 else None
    if isinstance(block, Bullets):
        return _fitted_points(block, room, first=first)
    return None


def _fitted_points(block: Bullets, room: int, *, first: bool) -> Bullets | None:
    points: list[str] = []
    for point in block.items:
        room -= len(point)
        if room < 0 and (points or not first):
            break
        points.append(point)
    return replace(block, items=tuple(points)) if points else None


def _size(block: Block) -> int:
    return sum(map(len, block.items)) if isinstance(block, Bullets) else len(block.text)


def _without_trailing_heading(blocks: list[Block]) -> tuple[Block, ...]:
    while blocks and isinstance(blocks[-1], Subheading):
        blocks.pop()
    return tuple(blocks)


def text_of(blocks: Iterable[Block]) -> str:
    """All words of the blocks in one line; the points of a list end in semicolons."""
    return " ".join("; ".join(one.items) if isinstance(one, Bullets) else one.text for one in blocks)


def safe_url(url: str | None) -> str | None:
    """The url when it is an absolute http or https one that can stand in a mail; None otherwise."""
    if url is None or len(url) > 2000 or re.search(r"[\s\x00-\x1f\x7f<>\"\\]", url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None


def host_of(url: str) -> str:
    """The name of the site, without `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
