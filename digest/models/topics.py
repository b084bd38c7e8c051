"""Topics, and what is found about them in a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """An editorial heading and the words that mean it. A group is a topic other topics name as their parent."""

    id: str
    label: str
    #: One line for readers who choose; empty when the label says it all.
    description: str = ""
    parent: str | None = None
    #: Whole words, hyphen and space alike, in any case.
    terms: tuple[str, ...] = ()
    #: Whole words in exactly this case.
    acronyms: tuple[str, ...] = ()
    #: Words that point here but are often said in passing: they count half. Matched as terms are.
    hints: tuple[str, ...] = ()
    #: Phrases that hold a term and mean something else: where one stands, the terms inside it do not count.
    not_when: tuple[str, ...] = ()
    #: MeSH unique ids.
    mesh: tuple[str, ...] = ()
    #: True when other fields share these words, so the condition itself must be named too.
    needs_condition: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicTree:
    """All topics, in the editors' order (parents before their children), and the condition they are about."""

    #: The condition's name as readers know it, e.g. "Multiple sclerosis".
    condition: str
    condition_terms: tuple[str, ...] = ()
    condition_acronyms: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    by_id: Mapping[str, Topic] = field(init=False, repr=False, compare=False)
    #: Where each topic stands in the editors' order.
    order: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {topic.id: topic for topic in self.topics})
        object.__setattr__(self, "order", {topic.id: place for place, topic in enumerate(self.topics)})

    @property
    def phrases(self) -> tuple[str, ...]:
        """All words that mean a topic, or the condition."""
        of_topics = (phrase for topic in self.topics for phrase in (*topic.terms, *topic.acronyms))
        return (*self.condition_terms, *self.condition_acronyms, *of_topics)

    def lineage(self, topic_id: str) -> tuple[str, ...]:
        """The topic itself, then its parents up to the root; empty for an id the tree does not know."""
        found: list[str] = []
        walker = self.by_id.get(topic_id)
        while walker is not None and walker.id not in found:
            found.append(walker.id)
            walker = self.by_id.get(walker.parent) if walker.parent else None
        return tuple(found)

    def label(self, topic_id: str) -> str:
        """The topic's label; the id itself for one the tree does not know."""
        topic = self.by_id.get(topic_id)
        return topic.label if topic else topic_id


class Place(StrEnum):
    """Where in a summary words stand, heaviest first."""

    HEADLINE = "headline"
    TAGS = "tags"
    TAKEAWAY = "takeaway"
    BODY = "body"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One hit: these words, as printed, stand there."""

    words: str
    place: Place
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A summary is about a topic, and these words say so (heaviest first)."""

    topic_id: str
    score: float
    evidence: tuple[Evidence, ...] = ()
