"""A summary in a JSON file: an object with our own field names, or one item of a JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from digest.errors import InputError
from digest.models import Block, Bullets, Kind, Section, SectionRole, Subheading
from digest.sources.clean import clean_title
from digest.sources.dates import read_date
from digest.sources.headings import Headings
from digest.sources.identity import read_doi, read_pmid, web_url
from digest.sources.items import ParsedFeed
from digest.sources.jsonwords import all_wrong
from digest.sources.pieces import Piece, Shape
from digest.sources.plaintext import read_text
from digest.sources.reading import Reading
from digest.sources.roles import Why
from digest.sources.runs import numbered_runs
from digest.sources.sections import read_summary
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


class TakesApart(Protocol):
    """What reads texts that may hold markup: the sandbox, for they are a stranger's."""

    def read_feed(self, data: bytes) -> ParsedFeed:
        """A feed, taken apart. SourceError says why it cannot be."""

    def read_texts(self, texts: Sequence[str]) -> list[tuple[Piece, ...]]:
        """The pieces of each text. SourceError says why they cannot be had."""


def read_json(text: str, *, name: str, headings: Headings, sandbox: TakesApart) -> tuple[Reading, str | None]:
    """The summary in a JSON file, and its language when it says one.

    Args:
        text: the file's text.
        name: what to call it in errors.
        headings: the names that mean something, for a JSON Feed item's content.
        sandbox: where its texts are read.

    Raises:
        InputError: it is not JSON, or its fields are wrong; every wrong one is named.
        SourceError: reading its texts breaks a limit.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"this is not valid JSON: {error.msg}", place=f"{name}:{error.lineno}") from error
    except ValueError as error:  # Python reads no number of more than 4,300 digits
        raise InputError("it holds a number that no summary has", place=name) from error
    except RecursionError as error:
        raise InputError("this is nested deeper than any summary", place=name) from error
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        raise InputError("it is a feed: add its address to `sources`, or put each of its items into a file", place=name)
    if not isinstance(value, dict):
        raise InputError("one object was expected, with a `headline` and `sections`", place=name)
    if _ITEM_KEYS & value.keys():
        return _from_item(value, headings, name, sandbox)
    try:
        summary = _Summary.model_validate(value)
    except ValidationError as error:
        raise InputError(all_wrong(error.errors(), tuple(_Summary.model_fields)), place=name) from error
    return _from_summary(summary, name, sandbox), summary.language


def _from_item(value: dict[str, Any], headings: Headings, name: str, sandbox: TakesApart) -> tuple[Reading, str | None]:
    (item,) = sandbox.read_feed(json.dumps({"items": [value]}).encode()).items
    if item.trouble and not item.pieces:
        raise InputError(f"its text cannot be read: {item.trouble}", place=name)
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


def _from_summary(summary: _Summary, name: str, sandbox: TakesApart) -> Reading:
    published = read_date(summary.published) if summary.published else None
    if summary.published and published is None:
        raise InputError(f"published: {summary.published[:60]!r} is no date, such as 2026-03-14 or 2026-03", place=name)
    if summary.url and web_url(summary.url) is None:
        raise InputError(f"url: {summary.url[:100]!r} is no http or https address", place=name)
    sections = tuple(section for section in _sections(summary, sandbox) if section.blocks)
    return Reading(
        headline=clean_title(summary.headline) or None,
        kind=Kind(summary.kind),
        sections=sections,
        why=tuple(None if section.role is SectionRole.BODY else Why.HEADING for section in sections),
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


def _sections(summary: _Summary, sandbox: TakesApart) -> list[Section]:
    given = summary.sections
    listed = given if isinstance(given, list) else [_Section(role=role, text=text) for role, text in given.items()]
    texts = [[one.text] if isinstance(one.text, str) else one.text for one in listed]
    wanted = [text for one, own in zip(listed, texts, strict=True) for text in (*own, *one.bullets)]
    read = iter(_taken_apart(wanted, sandbox))
    return [
        Section(
            role=one.role,
            heading=clean_title(one.heading or "") or None,
            blocks=(*_blocks(piece for _ in own for piece in next(read)), *_points(next(read) for _ in one.bullets)),
        )
        for one, own in zip(listed, texts, strict=True)
    ]


def _taken_apart(texts: Sequence[str], sandbox: TakesApart) -> list[tuple[Piece, ...]]:
    """The pieces of each; only what may hold markup is a matter for the sandbox."""
    if any("<" in text or "&" in text for text in texts):
        return sandbox.read_texts(texts)
    return [read_text(text).pieces for text in texts]


def _blocks(pieces: Iterable[Piece]) -> Iterator[Block]:
    points: Bullets | None = None
    for piece in pieces:
        is_point, ordered = piece.shape in {Shape.ITEM, Shape.NUMBERED}, piece.shape is Shape.NUMBERED
        if points and is_point and points.ordered is ordered and piece.number in {0, points.start + len(points.items)}:
            points = replace(points, items=(*points.items, piece.text))
            continue
        yield from [points] if points else []
        points = Bullets((piece.text,), ordered, piece.number or 1) if is_point else None
        if piece.shape is Shape.HEADING:
            yield Subheading(piece.text)
        elif not is_point:
            yield from numbered_runs(piece.text)
    yield from [points] if points else []


def _points(items: Iterable[Sequence[Piece]]) -> Iterator[Block]:
    points = tuple(filter(None, (" ".join(piece.text for piece in pieces) for pieces in items)))
    yield from [Bullets(points)] if points else []
