"""A summary in a JSON file: an object with our own field names, or one item of a JSON Feed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from digest.errors import InputError
from digest.models import Block, Bullets, Kind, Section, SectionRole
from digest.sources.clean import clean, clean_title
from digest.sources.dates import read_date
from digest.sources.headings import Headings
from digest.sources.identity import read_doi, read_pmid, web_url
from digest.sources.jsonfeed import read_item
from digest.sources.reading import Reading
from digest.sources.sections import numbered_runs, read_summary
from digest.sources.tags import read_tags

#: Keys by which an object is known as an item of a JSON Feed.
_ITEM_KEYS = frozenset({"content_html", "content_text", "date_published", "external_url"})


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: SectionRole
    heading: str | None = None
    text: str | list[str] = []
    bullets: list[str] = []


class _Summary(BaseModel):
    model_config = ConfigDict(extra="forbid")

    headline: str
    kind: Literal["research", "background"] = "research"
    #: By role, in reading order; or a list, where a heading is to be kept.
    sections: dict[SectionRole, str | list[str]] | list[_Section] = {}
    tags: list[str] = []
    url: str | None = None
    journal: str | None = None
    doi: str | None = None
    pmid: str | int | None = None
    published: str | None = None
    credibility: str | None = None
    interest: str | None = None
    people: str | None = None
    design: str | None = None
    language: str | None = None


def read_json(text: str, *, name: str, headings: Headings) -> tuple[Reading, str | None]:
    """The summary in a JSON file, and its language when it says one.

    Args:
        text: the file's text.
        name: what to call it in errors.
        headings: the names that mean something, for a JSON Feed item's content.

    Raises:
        InputError: it is not JSON, or its fields are wrong; every wrong one is named.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"this is not valid JSON: {error.msg}", place=f"{name}:{error.lineno}") from error
    except ValueError as error:  # Python reads no number of more than 4,300 digits
        raise InputError("it holds a number that no summary has", place=name) from error
    except RecursionError as error:
        raise InputError("this is nested deeper than any summary", place=name) from error
    if not isinstance(value, dict):
        raise InputError("one object was expected, with a `headline` and `sections`", place=name)
    if _ITEM_KEYS & value.keys():
        return _from_item(value, headings)
    try:
        summary = _Summary.model_validate(value)
    except ValidationError as error:
        raise InputError(_all_wrong(error), place=name) from error
    return _from_summary(summary, name), summary.language


def _all_wrong(error: ValidationError) -> str:
    wrong = (f"{'.'.join(map(str, one['loc'])) or 'the object'}: {one['msg']}" for one in error.errors())
    return "; ".join(dict.fromkeys(wrong))[:1_000]


def _from_item(value: dict[str, Any], headings: Headings) -> tuple[Reading, str | None]:
    item = read_item(value)
    reading = read_summary(item.pieces, headings=headings, headline=item.title or None)
    marks = " ".join(item.marks)
    outside = Reading(
        headline=item.title or None,
        tags=read_tags(item.tags),
        published=next(filter(None, map(read_date, item.dates)), None),
        doi=read_doi(marks),
        pmid=read_pmid(marks),
        url=web_url(item.link),
    )
    full = reading.or_else(outside)
    # The item's own address names the study; a text may name others.
    return replace(full, doi=outside.doi or full.doi, pmid=outside.pmid or full.pmid), item.language or None


def _from_summary(summary: _Summary, name: str) -> Reading:
    published = read_date(summary.published) if summary.published else None
    if summary.published and published is None:
        raise InputError(f"published: {summary.published[:60]!r} is no date, such as 2026-03-14 or 2026-03", place=name)
    if summary.url and web_url(summary.url) is None:
        raise InputError(f"url: {summary.url[:100]!r} is no http or https address", place=name)
    return Reading(
        headline=clean_title(summary.headline) or None,
        kind=Kind(summary.kind),
        sections=tuple(section for section in _sections(summary) if section.blocks),
        tags=read_tags(summary.tags),
        url=web_url(summary.url or ""),
        journal=clean_title(summary.journal or "") or None,
        doi=read_doi(summary.doi or ""),
        pmid=read_pmid(f"pmid:{summary.pmid or ''}"),
        published=published,
        credibility=clean_title(summary.credibility or "") or None,
        interest=clean_title(summary.interest or "") or None,
        people=clean_title(summary.people or "") or None,
        design=clean_title(summary.design or "") or None,
    )


def _sections(summary: _Summary) -> list[Section]:
    if isinstance(summary.sections, dict):
        return [Section(role=role, blocks=_blocks(text, ())) for role, text in summary.sections.items()]
    return [
        Section(role=one.role, heading=clean_title(one.heading or "") or None, blocks=_blocks(one.text, one.bullets))
        for one in summary.sections
    ]


def _blocks(text: str | list[str], bullets: list[str] | tuple[()]) -> tuple[Block, ...]:
    paragraphs = text.split("\n\n") if isinstance(text, str) else text
    blocks: list[Block] = [block for one in paragraphs for block in numbered_runs(clean(one))]
    items = tuple(filter(None, map(clean, bullets)))
    return (*blocks, *([Bullets(items)] if items else []))
