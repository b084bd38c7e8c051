"""Article topics, also where they were printed with nothing between them: `B cellsIgAanti‐CD20multiple sclerosis`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.sources.clean import clean
from digest.sources.glued import LONGEST_RUN, unglued

#: Topics of one summary that are kept, and characters of one.
MOST_TAGS = 50
LONGEST_TAG = 100
_SEPARATORS = re.compile(r"[\n;|•·\x1f]|,(?!\d)|(?<=\s)/(?=\s)")


def read_tags(texts: Iterable[str], *, vocabulary: Iterable[str] = ()) -> tuple[str, ...]:
    """The topics in these texts, as printed, in order, each once.

    Each is parted at its separators. One that has none is parted where topics are run together; of several, which
    something separated already, one is only where all that it is made of is known.

    Args:
        texts: one topic each, or one run of topics.
        vocabulary: phrases known to be topics, in any case and with any hyphen; acronyms need no entry. What other
            documents of the source print as topics belongs to it, too.
    """
    known = tuple(vocabulary)
    parts = [part for text in texts if text.strip() for part in _SEPARATORS.split(text.strip())]
    alone = len(parts) == 1
    parts = [one for part in parts for one in unglued(part.strip(), vocabulary=known, sure=not alone)]
    tags: dict[str, str] = {}
    for part in parts:
        tag = clean(part).strip(" ,;.:#")
        if tag and len(tag) <= LONGEST_TAG:
            tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())[:MOST_TAGS]


def is_glued(text: str) -> bool:
    """True for a line that can only be a run of topics: no full stop, and words meeting in two places or more."""
    return len(text) <= LONGEST_RUN and not re.search(r"[.!?:](?:\s|$)", text) and len(unglued(text)) > 2
