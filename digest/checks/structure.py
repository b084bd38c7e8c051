"""What a screen reader goes by: pictures with words, headings without gaps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from digest.checks.flaws import Flaw, Rule, Severity
from digest.checks.specimen import Specimen, placed
from digest.edition import Pool, lay_out
from digest.models import FrozenEdition

_HEADING = re.compile(r"<h([1-6])\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FILE_NAME = re.compile(r"\S+\.(png|jpe?g|gif|webp|svg)|image|picture|photo|logo\.?", re.IGNORECASE)
_MEND = "correct the template"


def check_alt_texts(specimen: Specimen) -> Iterator[Flaw]:
    """Pictures without `alt`, or with a file's name for one; an empty one is right for decoration."""
    for element, key in specimen.elements:
        if element.tag != "img":
            continue
        alt, source = element.get("alt"), element.get("src", "")
        if alt is None:
            severity, message = Severity.ERROR, f"the picture {source[:80]} has no alt text"
        elif _FILE_NAME.fullmatch(alt.strip()):
            severity, message = Severity.WARNING, f"the alt text of the picture {source[:80]} says nothing: {alt!r}"
        else:
            continue
        advice = 'say in alt="…" what it shows, or write alt="" where it shows nothing the words do not'
        yield placed(Flaw(rule=Rule.ALT_TEXTS, severity=severity, message=message, advice=advice), key)


def check_headings(pool: Pool, editions: Iterable[FrozenEdition]) -> Iterator[Flaw]:
    """Editions whose headings skip a level, or that have not one first heading."""
    for edition in editions:
        parts = pool.html.join(lay_out(edition, pool.html.pieces))
        levels = [level for text, is_text in parts if is_text for level in _levels(text)]
        for message in _faults(levels):
            yield Flaw(
                rule=Rule.HEADINGS, severity=Severity.ERROR, message=message, advice=_MEND, editions=(edition.key,)
            )


@lru_cache(maxsize=4096)
def _levels(text: str) -> tuple[int, ...]:
    return tuple(int(level) for level in _HEADING.findall(_COMMENT.sub("", text)))


def _faults(levels: list[int]) -> Iterator[str]:
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"the mail has {levels.count(1)} headings of the first level; it needs one, before all others"
    for before, after in sorted({pair for pair in pairwise(levels) if pair[1] > pair[0] + 1}):
        yield f"a heading of level {after} follows one of level {before}: no level may be skipped"
