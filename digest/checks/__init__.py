"""The gate an issue passes before its approval: every edition is looked at, and what is wrong is said with its place.

    pool + editions -> one specimen page with every piece that is printed -> links, alt texts, contrast, clients
                    -> each item -> headline, limits, source; at each printed length -> readability
                                 -> read right: doubts, leftovers, what breaks off, stands twice, or in another item
                    -> each edition -> size, headings; two of them -> spam

What editions share is looked at once, so the cost grows with the pool; only size and headings are of each edition, and
grow with their number. Pure but for two callables it is given: one that
follows links, one that asks a spam filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from digest.checks.amended import check_amended
from digest.checks.broken import check_broken
from digest.checks.clients import check_clients
from digest.checks.contrast import check_contrast
from digest.checks.flaws import Flaw, Report, Rule, Severity, merged
from digest.checks.foreign import check_headlines, check_leftovers, check_repeats
from digest.checks.links import Reach, Unreached, check_links
from digest.checks.reading import check_doubts, check_limits, check_shape
from digest.checks.size import check_size, check_styles, check_trimmed
from digest.checks.spam import Judge, Verdict, check_spam
from digest.checks.specimen import specimen
from digest.checks.structure import check_alt_texts, check_headings
from digest.checks.texts import printed_of
from digest.checks.words import check_headline, check_readability, check_sourcing
from digest.edition import Pool, html_bytes
from digest.models import Correction, FrozenEdition, IssueItem, Length
from digest.usual import Usual

__all__ = ["Flaw", "Gate", "Judge", "Reach", "Report", "Rule", "Severity", "Unreached", "Verdict"]

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """What an issue is measured by."""

    #: The address readers' own links begin with.
    base_url: str
    #: The highest school grade without a warning.
    grade: float = 9.0
    #: Follows links; None to follow none.
    reach: Reach | None = None
    #: Asks a spam filter about an edition; None to ask none.
    judge: Judge | None = None
    #: What the texts of each source always had, by its name.
    usual: Mapping[str, Usual] = field(default_factory=dict)
    #: Corrections that are proposed, and retractions that stand, by study.
    corrections: Mapping[int, Correction] = field(default_factory=dict)

    def examine(self, pool: Pool, items: Sequence[IssueItem], editions: Iterable[tuple[FrozenEdition, int]]) -> Report:
        """Everything that is wrong with an issue, or worth knowing.

        Args:
            pool: the issue's.
            items: its items, in its order; only those that some edition prints are looked at.
            editions: each edition once, with the number of its readers.
        """
        by_readers = sorted(editions, key=lambda one: (-one[1], one[0].key))
        made = [edition for edition, _ in by_readers]
        lengths = _printed(made)
        chosen = [item for item in items if item.summary.id in lengths]
        flaws = merged((
            *self._of_issue(pool, made),
            *_of_reading(chosen, items, lengths),
            *check_shape(chosen, self.usual),
            *self._of_items(chosen, lengths),
            *self._of_editions(pool, made),
        ))  # fmt: skip
        places = {item.summary.id: place for place, item in enumerate(items)}
        return Report(
            flaws=tuple(sorted(flaws, key=lambda one: (_RANK[one.severity], places.get(one.summary_id or 0, -1)))),
            headlines={item.summary.id: pool.headlines[item.summary.id] for item in chosen},
            readers={edition.key: readers for edition, readers in by_readers},
        )

    def _of_issue(self, pool: Pool, editions: Sequence[FrozenEdition]) -> Iterator[Flaw]:
        page = specimen(pool, editions, link=f"{self.base_url}/p/reader")
        yield from check_links(page, own=self.base_url, reach=self.reach)
        yield from check_alt_texts(page)
        yield from check_contrast(page)
        yield from check_clients(page)
        yield from check_styles(page)

    def _of_items(self, items: Iterable[IssueItem], lengths: dict[int, set[Length]]) -> Iterator[Flaw]:
        for item in items:
            yield from check_headline(item)
            yield from check_amended(item, self.corrections)
            in_full = lengths[item.summary.id]
            if in_full:
                yield from check_sourcing(item)
            # The longest that is printed speaks for the others.
            graded = [flaw for length in Length if length in in_full
                      for flaw in check_readability(item, length, limit=self.grade)]  # fmt: skip
            yield from graded[-1:]

    def _of_editions(self, pool: Pool, editions: Sequence[FrozenEdition]) -> Iterator[Flaw]:
        sizes = {edition.key: html_bytes(pool, edition) for edition in editions}
        yield from check_size(sizes)
        yield from check_trimmed(editions)
        yield from check_headings(pool, editions)
        if self.judge is not None and editions:
            longest = max(editions, key=lambda edition: sizes[edition.key])
            yield from check_spam(list(dict.fromkeys((editions[0].key, longest.key))), editions, self.judge)


def _of_reading(
    chosen: Sequence[IssueItem], items: Sequence[IssueItem], lengths: dict[int, set[Length]]
) -> Iterator[Flaw]:
    """Whether what is printed is each item's own, and whole."""
    # The longest that is printed holds what the others do.
    in_order = list(Length)
    printed = [printed_of(item, max(lengths[item.summary.id], key=in_order.index, default=None)) for item in chosen]
    for one in printed:
        yield from check_doubts(one)
        yield from check_leftovers(one)
        yield from check_repeats(one)
    yield from check_limits(printed)
    yield from check_headlines(printed)
    yield from check_broken(printed, items)


def _printed(editions: Iterable[FrozenEdition]) -> dict[int, set[Length]]:
    """The lengths each item is printed at; none for an item of which only the headline is."""
    lengths: dict[int, set[Length]] = {}
    for edition in editions:
        selection = edition.selection
        for placement in (*selection.research, *selection.background):
            lengths.setdefault(placement.summary_id, set()).add(placement.length or selection.length)
        for placement in selection.also_new:
            lengths.setdefault(placement.summary_id, set())
    return lengths
