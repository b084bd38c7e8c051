"""How long pages take to read: by what reads them in the sandbox's child, and by trafilatura's own `extract`.

`PAGES` names a folder of `*.html.gz` to read; else there are invented ones.
"""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from digest.sources.parse import read_job

#: Rounds over all pages; each page's best time of these counts.
ROUNDS = 5
#: Invented pages, and paragraphs of the shortest.
MADE = 24
FEWEST = 6


@dataclass(frozen=True, kw_only=True)
class Times:
    """Milliseconds a page in the mean."""

    pages: int
    ours: float
    theirs: float


def measure() -> Times:
    """Both over the same pages, in turn."""
    pages = _pages()
    ours = _spent(pages, lambda page: read_job({"job": "page", "charset": None, "headings": {}}, page))
    theirs = _spent(pages, lambda page: trafilatura.extract(page.decode("utf-8", "replace")))
    return Times(pages=len(pages), ours=ours, theirs=theirs)


def _spent(pages: Sequence[bytes], read: Callable[[bytes], object]) -> float:
    best = [min(_once(page, read) for _ in range(ROUNDS)) for page in pages]
    return 1_000 * sum(best) / len(best)


def _once(page: bytes, read: Callable[[bytes], object]) -> float:
    began = time.process_time()
    read(page)
    return time.process_time() - began


def _pages() -> list[bytes]:
    folder = os.environ.get("PAGES")
    if folder:
        return [gzip.decompress(path.read_bytes()) for path in sorted(Path(folder).glob("*.html.gz"))]
    return [_made(number) for number in range(MADE)]


def _made(number: int) -> bytes:
    """A page with all that stands around an article: scripts, menus, teasers, comments."""
    told = "".join(
        f"<p>In week {week} of study {number} the adults with a <a href='/vest'>vest</a> walked {week + number} metres "
        "further in the heat than those without one, which nobody had expected when it was planned.</p>"
        + ("<ul><li>Most of them liked it.</li><li>Some were cold.</li></ul>" if week % 5 == 4 else "")
        + ("<table><tr><th>Group<th>Metres<tr><td>Vest<td>412<tr><td>None<td>377</table>" if week % 9 == 8 else "")
        for week in range(FEWEST + number)
    )
    links = "".join(f"<li class=menu-item><a href='/{place}'>Part {place} of the site</a></li>" for place in range(40))
    cards = "".join(
        f"<div class=card><h3><a href='/c{card}'>Another story, number {card}</a></h3><p>What it is about, in a line "
        "that breaks off in the mid</p><a href='/x'>Read more</a></div>"
        for card in range(12)
    )
    comments = "".join(f"<li class=comment><p>Reader {one} says: this helped me.</p></li>" for one in range(number))
    script = "<script>" + f"var value{number} = {{a: 1, b: 'some text'}};" * 400 + "</script>"
    return (
        f"<!doctype html><html lang=en><head><title>Vests {number} | Site</title>{script}</head><body>"
        f"<header><nav><ul>{links}</ul></nav></header><main><article><h1>Vests in the heat, part {number}</h1>{told}"
        f"<div class=share-buttons><a href='/f'>Share</a></div></article></main><aside>{cards}</aside>"
        f"<section id=comments><ol>{comments}</ol></section><footer>© 2026 Site</footer>{script}</body></html>"
    ).encode()
