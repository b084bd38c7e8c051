"""What came in: sources and their summaries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from digest.models import Entry, Furniture, SourceState, Summary


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """What became of the entries that were offered to the store."""

    #: Summaries never seen before.
    new: int = 0
    #: Of the new ones: about a study another summary already tells of.
    known_studies: int = 0
    #: New texts of summaries we had: a revision, not news.
    revised: int = 0
    unchanged: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a search found."""

    #: How many there are, whatever part was asked for; of those with certain words as far as they are counted.
    total: int
    #: Of summaries, in order.
    ids: tuple[int, ...]
    #: True when there are more than were counted.
    more: bool = False


class ContentStore(Protocol):
    """Sources, summaries and studies."""

    def source_state(self, name: str) -> SourceState:
        """What is remembered of a source; a blank state for one never visited."""

    def source_states(self) -> tuple[SourceState, ...]:
        """Every source ever visited, by name."""

    def save_source_state(self, state: SourceState) -> None:
        """Remember it."""

    def knows(self, source: str, guid: str, fingerprint: str) -> bool:
        """Whether this entry was stored with this very fingerprint."""

    def add_entries(
        self, entries: Sequence[Entry], *, now: datetime, originals: Mapping[str, bytes] = MappingProxyType({})
    ) -> Added:
        """Store what is new or changed, in one transaction, by the rules of `digest.studies`.

        Args:
            entries: of one source, or several.
            now: when they are first seen.
            originals: what they were read from, by guid; kept beside each revision that is stored.
        """

    def original(self, summary_id: int) -> bytes | None:
        """What the latest revision of a summary was read from; None where that was not kept."""

    def latest_of(self, source: str, *, limit: int) -> tuple[Summary, ...]:
        """The latest summaries of a source, the latest first."""

    def latest_originals(
        self, source: str, *, limit: int, since: datetime | None = None
    ) -> tuple[tuple[Summary, bytes], ...]:
        """The latest summaries of a source with what they were read from, the latest first.

        Args:
            source: its name.
            limit: so many of them.
            since: added then or later; None for any.
        """

    def furniture(self, source: str) -> tuple[Furniture, ...]:
        """What was learnt of a source, and what an operator keeps, in the order it was learnt."""

    def learn(self, source: str, learnt: Collection[Furniture], *, now: datetime) -> tuple[Furniture, ...]:
        """Remember texts of a source; what is known or kept stays as it is. Gives those that were not known."""

    def keep_furniture(self, source: str, key: str) -> bool:
        """From now on this text is content, and is not learnt again. False when there is no such text."""

    def forget_furniture(self, source: str, key: str) -> bool:
        """Forget a text, learnt or kept; it may be learnt again. False when there is no such text."""

    def summaries_added(self, since: datetime, until: datetime) -> tuple[Summary, ...]:
        """The latest revision of each summary first seen in [since, until), oldest first, then by id."""

    def summaries(self, ids: Collection[int]) -> Mapping[int, Summary]:
        """These summaries, by id; unknown ids are left out."""

    def summaries_page(self, *, before: int | None, limit: int) -> tuple[Summary, ...]:
        """Up to `limit` summaries with ids below `before` (None: any), the latest id first."""

    def revisions(self, summary_id: int) -> tuple[tuple[int, datetime, Entry], ...]:
        """(number, when it was first seen, what it says) of every revision of a summary, the first one first."""

    def others_of_study(self, summary: Summary) -> tuple[Summary, ...]:
        """The latest revisions of all other summaries of its study, those that were printed first, then by id."""

    def count_added(self, since: datetime, until: datetime) -> int:
        """How many summaries were first seen in [since, until)."""

    def search(
        self,
        question: str,
        *,
        since: datetime | None = None,
        topics: Collection[str] | None = None,
        source: str | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """The summaries whose latest revision has all the words, best first; without words the newest first.

        Args:
            question: words, "words in a row", begun* words, -excluded ones; a word finds its other forms, in English.
            since: added then or later.
            topics: about one of these, as the issue composed last with it has it; None for any.
            source: from this one; None for any.
            limit: so many of them.
            offset: after so many.
        """

    def count_summaries(self) -> int:
        """How many summaries there are, revisions not counted."""
