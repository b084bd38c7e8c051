"""One page with every piece that any edition of an issue prints, so that each piece is looked at once, in its place.

Between two comments stands one piece; what stands in none is the page around them, which every edition shares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from lxml.html import HtmlComment, HtmlElement, document_fromstring

from digest.checks.flaws import Flaw
from digest.edition import READER_HOLES, Filling, Fragment, Pool, lay_out
from digest.models import FrozenEdition, Length

_MARK = re.compile(r"^(begin|end) (\d+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Specimen:
    """The page, read."""

    root: HtmlElement
    #: Every element in its order, with the key of the piece it belongs to; empty for the page around the pieces.
    elements: tuple[tuple[HtmlElement, str], ...]


def placed(flaw: Flaw, key: str) -> Flaw:
    """The flaw with the item, and its length, that the piece of this key is about; unchanged for the page's own."""
    kind, _, rest = key.partition("/")
    number, _, more = rest.partition("/")
    if kind not in ("item", "headline", "why") or not number.isdecimal():
        return flaw
    return replace(flaw, summary_id=int(number), lengths=(Length(more),) if kind == "item" else ())


def specimen(pool: Pool, editions: Sequence[FrozenEdition], *, link: str) -> Specimen:
    """The page of all these editions together.

    Args:
        pool: the issue's.
        editions: those whose pieces it is to hold.
        link: what stands for a reader's own links.
    """
    used: dict[str, dict[str, None]] = {"greeting": {"greeting": None}}
    for edition in editions:
        _collect(lay_out(edition, pool.html.pieces), used)
    keys = list(dict.fromkeys(key for slot in used.values() for key in slot))
    joiner = _Joiner(pool.html.pieces, used, {key: number for number, key in enumerate(keys)}, link)
    root = document_fromstring("".join(joiner.join(pool.html.page)))
    return Specimen(root=root, elements=tuple(_elements(root, keys)))


def _collect(fillings: Mapping[str, Filling], used: dict[str, dict[str, None]]) -> None:
    for slot, filling in fillings.items():
        if not isinstance(filling, str):
            for key, inner in filling:
                used.setdefault(slot, {})[key] = None
                _collect(inner, used)


@dataclass(frozen=True, slots=True)
class _Joiner:
    pieces: Mapping[str, Fragment]
    used: Mapping[str, Mapping[str, None]]
    numbers: Mapping[str, int]
    link: str

    def join(self, fragment: Fragment) -> Iterator[str]:
        for place, part in enumerate(fragment):
            if place % 2 == 0:
                yield part
            elif part in self.used:
                for key in self.used[part]:
                    yield f"<!--begin {self.numbers[key]}-->"
                    yield from self.join(self.pieces[key])
                    yield f"<!--end {self.numbers[key]}-->"
            else:
                yield escape(self.link if part in READER_HOLES else "words")


def _elements(root: HtmlElement, keys: Sequence[str]) -> Iterator[tuple[HtmlElement, str]]:
    inside = [""]
    for element in root.iter():
        if isinstance(element, HtmlComment):
            mark = _MARK.match(element.text or "")
            if mark and mark[1] == "begin":
                inside.append(keys[int(mark[2])])
            elif mark:
                inside.pop()
        elif isinstance(element.tag, str):
            yield element, inside[-1]
