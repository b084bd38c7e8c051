"""What was collected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import Path, Query, Request
from pydantic import AwareDatetime, Field

from digest.models import Block, Bullets, Kind, Precision, Section, SectionRole, Summary
from digest.web.api.answers import Answer, Cursor, Limit, Page, page_of
from digest.web.api.doors import ForEditors, router_for
from digest.web.faults import NotFound
from digest.web.site import LARGEST, Newsroom, site_of

editors = router_for(ForEditors, "summaries")
ROUTERS = (editors,)

SummaryId = Annotated[int, Path(ge=1, le=LARGEST)]


class SectionAnswer(Answer):
    """One part of a summary, in plain text."""

    role: SectionRole
    heading: str | None = Field(description="As the source wrote it.")
    text: list[str] = Field(description="Paragraphs, subheadings and points of lists, in their order.")
    numbers: list[int | None] = Field(description="The number each of these bears in a numbered list; null for others.")

    @classmethod
    def of(cls, section: Section) -> Self:
        """The same, as an answer."""
        lines = [line for block in section.blocks for line in _lines(block)]
        text, numbers = [words for words, _ in lines], [number for _, number in lines]
        return cls(role=section.role, heading=section.heading, text=text, numbers=numbers)


def _lines(block: Block) -> list[tuple[str, int | None]]:
    if not isinstance(block, Bullets):
        return [(block.text, None)]
    return [(point, number if block.ordered else None) for number, point in enumerate(block.items, block.start)]


class SummaryAnswer(Answer):
    """A summary without its text."""

    id: int
    study_id: int = Field(description="What it is about: two summaries of one study are one piece of news.")
    revision: int
    added_at: datetime = Field(description="When it was first seen here.")
    source: str
    kind: Kind
    headline: str
    url: str | None
    journal: str | None
    doi: str | None
    pmid: str | None
    published: date | None = Field(description="The first day of what the journal's date means.")
    precision: Precision | None = Field(description="How precisely that is known.")

    @classmethod
    def fields_of(cls, summary: Summary) -> dict[str, object]:
        """The values of a summary."""
        entry = summary.entry
        return {
            "id": summary.id,
            "study_id": summary.study_id,
            "revision": summary.revision,
            "added_at": summary.added_at,
            **{name: getattr(entry, name) for name in ("source", "kind", "headline", "url", "journal", "doi", "pmid")},
            "published": entry.published and entry.published.day,
            "precision": entry.published and entry.published.precision,
        }

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """The same, as an answer."""
        return cls.model_validate(cls.fields_of(summary))


class WholeSummaryAnswer(SummaryAnswer):
    """A summary with its text."""

    sections: list[SectionAnswer]
    tags: list[str] = Field(description="The source's own topics, as printed.")
    credibility: str | None
    people: str | None
    design: str | None
    language: str

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """The same, as an answer."""
        entry = summary.entry
        more = {name: getattr(entry, name) for name in ("credibility", "people", "design", "language")}
        sections = [SectionAnswer.of(section) for section in entry.sections]
        return cls.model_validate({**cls.fields_of(summary), **more, "tags": list(entry.tags), "sections": sections})


@editors.get("/summaries")
def listed(request: Request, digest: Newsroom, cursor: Cursor = 0, limit: Limit = 50) -> Page[SummaryAnswer]:
    """Summaries, the latest first."""
    found = digest.store.summaries_page(before=cursor or None, limit=limit + 1)
    last = found[limit - 1].id if len(found) > limit else None
    return page_of(request, [SummaryAnswer.of(one) for one in found], limit, last)


class FoundAnswer(Answer):
    """What a search found, a page of it."""

    total: int = Field(description="How many there are in all; of those with certain words no more than 1000 count.")
    more: bool = Field(description="Whether there are more than that; then the newest come first.")
    summaries: list[SummaryAnswer] = Field(description="Best first; without words the newest first.")
    next: str | None = Field(description="The address of the rest; null when this is the end.")


#: So many may be passed over.
_FURTHEST = 1_000_000


@editors.get("/search")
def searched(
    request: Request,
    digest: Newsroom,
    words: Annotated[str, Query(max_length=300, description="All of them must be in it; -word must not.")] = "",
    since: Annotated[AwareDatetime | None, Query(description="First seen here since then.")] = None,
    source: Annotated[str | None, Query(max_length=200, description="From this source alone.")] = None,
    cursor: Annotated[int, Query(ge=0, le=_FURTHEST, description="How many to pass over.")] = 0,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at the most.")] = 20,
) -> FoundAnswer:
    """Find summaries by their words."""
    found = digest.store.search(words, since=since, source=source, limit=limit, offset=cursor)
    by_id = digest.store.summaries(found.ids)
    shown = [SummaryAnswer.of(by_id[number]) for number in found.ids if number in by_id]
    goes_on = cursor + limit < found.total or (found.more and len(found.ids) == limit)
    rest = cursor + limit if goes_on and cursor + limit <= _FURTHEST else None
    url = request.url.include_query_params(cursor=rest) if rest is not None else None
    following = f"{site_of(request).base_url}{url.path}?{url.query}" if url is not None else None
    return FoundAnswer(total=found.total, more=found.more, summaries=shown, next=following)


@editors.get("/summaries/{summary_id}")
def one(digest: Newsroom, summary_id: SummaryId) -> WholeSummaryAnswer:
    """One summary, whole, in its latest revision."""
    found = digest.store.summaries([summary_id]).get(summary_id)
    if found is None:
        raise NotFound(f"there is no summary {summary_id}")
    return WholeSummaryAnswer.of(found)
