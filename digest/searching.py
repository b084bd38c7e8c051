"""Finding summaries by their words, for people: a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.errors import InputError
from digest.models import Summary
from digest.newsroom import Digest, did_you_mean

#: Summaries on one page, by default and at the most.
PAGE, MOST = 20, 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of what was found."""

    #: How many were found, over all pages; of very many no more than are counted.
    total: int
    #: Counted from 1.
    number: int
    size: int
    summaries: tuple[Summary, ...]
    #: True when there are more: the newest of them are here.
    more: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are; 1 for nothing."""
        return max(1, -(-self.total // self.size))


def search(
    digest: Digest,
    question: str = "",
    *,
    since: datetime | None = None,
    topic: str | None = None,
    source: str | None = None,
    page: int = 1,
    size: int = PAGE,
) -> Page:
    """The summaries that have all these words, best first; without words the newest first.

    Args:
        digest: whose.
        question: words, "words in a row", begun* words, -excluded ones.
        since: added then or later.
        topic: about this topic or one below it, as the latest issue they stood in has it.
        source: from this source.
        page: counted from 1.
        size: summaries on a page, at most `MOST`.

    Raises:
        InputError: the topic or source is none, or the page is out of all bounds.
    """
    if topic is not None and topic not in digest.tree.by_id:
        near = did_you_mean(topic, digest.tree.by_id)
        raise InputError(f"{topic!r} is no topic{near}; `digest topics list` shows them all")
    known = {state.name for state in digest.store.source_states()} | {one.name for one in digest.sources}
    if source is not None and source not in known:
        raise InputError(f"there is no source {source!r}{did_you_mean(source, known)}")
    if not (1 <= page <= 1_000_000 and 1 <= size <= MOST):
        raise InputError(f"a page is counted from 1, and has 1 to {MOST} summaries")
    below = (
        {one.id for one in digest.tree.topics if topic in digest.tree.lineage(one.id)} if topic is not None else None
    )
    found = digest.store.search(
        question, since=since, topics=below, source=source, limit=size, offset=(page - 1) * size
    )
    by_id = digest.store.summaries(found.ids)
    return Page(
        total=found.total,
        number=page,
        size=size,
        summaries=tuple(by_id[number] for number in found.ids),
        more=found.more,
    )
