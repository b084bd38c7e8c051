"""Where summaries come from."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from digest.collecting import Visit
from digest.models import SourceState
from digest.web.api.answers import Answer, Call
from digest.web.api.doors import ForEditors, router_for
from digest.web.site import Newsroom

editors = router_for(ForEditors, "sources")
ROUTERS = (editors,)


class SourceAnswer(Answer):
    """One source, as it was at the last visit."""

    name: str
    retired: bool = Field(description="Its server said that it is gone for good: it is not asked any more.")
    trouble: str | None = Field(description="What is wrong at present; null when nothing is.")
    failures: int = Field(description="Failed visits in a row.")
    checked_at: datetime | None
    succeeded_at: datetime | None
    retry_at: datetime | None = Field(description="It is left alone until then.")


class SourcesAnswer(Answer):
    """All configured sources."""

    sources: list[SourceAnswer]


class CollectCall(Call):
    """Which sources to visit."""

    source: str | None = Field(None, max_length=200, description="This one, even if it is backed off; null for all.")


class VisitAnswer(Answer):
    """What one visit came to."""

    source: str
    new: int
    known_studies: int = Field(description="Of the new: about a study that another summary tells of, too.")
    revised: int
    unchanged: int
    trouble: str | None = Field(description="Why nothing could be had.")
    passed_over: str | None = Field(description="Why it was not visited.")
    problems: list[str] = Field(description="What could not be read in it.")

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """The same, as an answer."""
        added = visit.added
        return cls(
            source=visit.source,
            new=added.new,
            known_studies=added.known_studies,
            revised=added.revised,
            unchanged=added.unchanged,
            trouble=visit.trouble,
            passed_over=visit.passed_over,
            problems=[f"{one.place}: {one.message}" for one in visit.problems],
        )


class CollectedAnswer(Answer):
    """What the visits came to, in the order of the configuration."""

    visits: list[VisitAnswer]


@editors.get("/sources")
def listed(digest: Newsroom) -> SourcesAnswer:
    """All configured sources, and how they are."""
    states = {state.name: state for state in digest.store.source_states()}
    known = (states.get(source.name, SourceState(name=source.name)) for source in digest.sources)
    return SourcesAnswer(sources=[source_of(state) for state in known])


def source_of(state: SourceState) -> SourceAnswer:
    """A source's state as an answer."""
    return SourceAnswer(**{name: getattr(state, name) for name in SourceAnswer.model_fields})


@editors.post("/sources/collect")
def collected(digest: Newsroom, call: CollectCall) -> CollectedAnswer:
    """Visit the sources now, and store what is new. It answers when all have answered or were given up."""
    return CollectedAnswer(visits=[VisitAnswer.of(visit) for visit in digest.collect(call.source)])
