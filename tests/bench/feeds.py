"""How long a visit to a feed takes, against feedparser on the same bytes, in turn.

Feeds of our own in three forms, each with sixty entries of some kilobytes of marked-up text; `FEEDS=FOLDER` measures
the .xml, .rss and .atom files of a folder instead. A visit starts a process for what is hostile; the time to start it
alone, for a feed without entries, is taken off and said. At a first visit every entry is read; at later ones only what
is new or changed.
"""

from __future__ import annotations

import html
import io
import os
import random
import resource
import statistics
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from digest.errors import SourceError
from digest.models import SourceState
from digest.sources.feed import FeedSource

ROUNDS = 5
NOW = datetime(2026, 11, 10, tzinfo=UTC)
_WORDS = ("adults", "walked", "further", "with", "the", "vest", "than", "before", "while", "others", "slept", "better")
_EMPTY = b"<rss version='2.0'><channel><title>t</title></channel></rss>"


@dataclass(frozen=True)
class Run:
    """Seconds of processor time for all feeds, those of the processes they start included."""

    feeds: int
    size: int
    visits: float
    #: Visits that find nothing new, as nearly all do.
    later: float
    starts: float
    feedparser: float

    @property
    def ratio(self) -> float:
        return self.visits / (self.feedparser + self.starts)

    @property
    def later_ratio(self) -> float:
        return self.later / (self.feedparser + self.starts)

    @property
    def bare_ratio(self) -> float:
        return (self.visits - self.starts) / self.feedparser


def measure() -> Run:
    """Each feed visited and parsed in turn, the median of some rounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = _given() or _made(folder)
        empty = folder / "empty.xml"
        empty.write_bytes(_EMPTY)
        data = [path.read_bytes() for path in paths]
        return Run(
            feeds=len(paths),
            size=sum(map(len, data)),
            visits=_seconds(_visit, paths),
            later=_seconds(_visit_again, paths),
            starts=_seconds(_visit, [empty] * len(paths)),
            feedparser=_seconds(_parse, data),
        )


def _seconds(act: Callable[[object], None], given: Sequence[object]) -> float:
    def once(one: object) -> float:
        began = _spent()
        act(one)
        return _spent() - began

    return sum(statistics.median(once(one) for _ in range(ROUNDS)) for one in given)


def _spent() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _visit(path: object) -> None:
    _visited(path, known=False)


def _visit_again(path: object) -> None:
    _visited(path, known=True)


def _visited(path: object, *, known: bool) -> None:
    try:
        FeedSource(name="site", feed=str(path)).collect(SourceState(name="site"), known=lambda _g, _p: known, now=NOW)
    except SourceError:
        return


def _parse(data: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feedparser.parse(io.BytesIO(data))  # type: ignore[arg-type]


def _given() -> list[Path]:
    folder = os.environ.get("FEEDS")
    return sorted(one for one in Path(folder).iterdir() if one.suffix in {".xml", ".rss", ".atom"}) if folder else []


def _made(folder: Path) -> list[Path]:
    chance = random.Random(13)
    made = []
    for number in range(9):
        path = folder / f"{number}.xml"
        write = (_rss, _atom, _plain)[number % 3]
        path.write_text(write([_text(chance) for _ in range(60)]), encoding="utf-8")
        made.append(path)
    return made


def _text(chance: random.Random) -> str:
    def sentence() -> str:
        return " ".join(chance.choices(_WORDS, k=18)).capitalize() + f" (p &lt; 0.0{chance.randint(1, 5)})."

    parts = "".join(
        f"<h3>{heading}</h3>" + "".join(f"<p>{sentence()} <b>{sentence()}</b> {sentence()}</p>" for _ in range(2))
        for heading in ("Key Takeaway", "What They Found", "Important Considerations")
    )
    points = "".join(f"<li>{sentence()}</li>" for _ in range(4))
    return f"{parts}<ul>{points}</ul><p><a href='https://e.example.org/{chance.random()}'>More</a></p>"


def _rss(texts: Sequence[str]) -> str:
    items = "".join(
        f"<item><title>Study {n} of walking</title><link>https://e.example.org/{n}</link><guid>g{n}</guid>"
        f"<pubDate>Tue, 03 Mar 2026 08:00:00 +0000</pubDate><category>walking</category>"
        f"<description>{html.escape(text[:300])}</description><content:encoded><![CDATA[{text}]]></content:encoded></item>"
        for n, text in enumerate(texts)
    )
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>t</title>'
        f"<link>https://e.example.org/</link>{items}</channel></rss>"
    )


def _atom(texts: Sequence[str]) -> str:
    entries = "".join(
        f"<entry><title>Study {n} of walking</title><id>urn:x:{n}</id><link href='https://e.example.org/{n}'/>"
        f"<updated>2026-03-03T08:00:00Z</updated><content type='html'>{html.escape(text)}</content></entry>"
        for n, text in enumerate(texts)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>urn:x</id>{entries}</feed>'


def _plain(texts: Sequence[str]) -> str:
    items = "".join(
        f"<item><title>Study {n} of walking</title><link>https://e.example.org/{n}</link><guid>g{n}</guid>"
        f"<description>{html.escape(text.replace('<p>', chr(10) * 2).replace('</p>', ''))}</description></item>"
        for n, text in enumerate(texts)
    )
    return f'<rss version="2.0"><channel><title>t</title><link>https://e.example.org/</link>{items}</channel></rss>'
