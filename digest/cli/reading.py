"""`digest read`: how a document is read, and why."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from digest.app import known_topics
from digest.cli.session import Output, Session
from digest.cli.tables import cell
from digest.config import FeedSettings
from digest.edition.wording import shortened
from digest.inspecting import Inspected, inspect
from digest.models import Block, Bullets, Match, Precision, Problem, PublishedDate, Section, Subheading
from digest.sources.fetch import Fetcher
from digest.sources.furniture import Cut
from digest.sources.original import Manner
from digest.sources.roles import Why
from digest.topics import Tagger

#: Characters of something cut that are shown.
SHOWN = 100
#: Columns that are taken, however narrow the window is.
NARROWEST = 40
_AS_KNOWN = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


def read(
    context: typer.Context,
    places: Annotated[list[str], typer.Argument(metavar="FILE|URL...", help="Files, and addresses of pages.")],
    source: Annotated[
        str | None, typer.Option(help="As a document of this source: with its headings.", metavar="NAME")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="As documents of one source: what most of them have is cut.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line and document.")] = False,
) -> None:
    """Show how documents are read: their parts and why, what is cut, facts, topics, and how sure that is.

    An .html file or an address is read as the page behind an entry.
    """
    how = _how(context.obj, source)
    tagger, output, wrong = Tagger(context.obj.topics()), Output(as_json=as_json), 0
    found = inspect(
        places,
        manner=how.manner,
        fetch=Fetcher(allow_private=how.allow_private),
        now=datetime.now(UTC),
        language=how.language,
        together=together,
    )
    for one in found:
        if isinstance(one, Problem):
            wrong += 1
            output.note(f"{one.place}: {one.message}")
            continue
        if one.problem is not None:
            output.note(f"{one.problem.place}: {one.problem.message}")
        matches = tagger.tag(one.entry, condition_assumed=how.assumed)
        if as_json:
            sys.stdout.write(json.dumps(_data(one, matches), ensure_ascii=False) + "\n")
        else:
            _show(Console(highlight=False), one, matches)
    if wrong:
        raise typer.Exit(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _How:
    """How documents are read."""

    manner: Manner
    #: Whether the condition is assumed of them.
    assumed: bool = False
    language: str = "en"
    allow_private: bool = False


def _how(session: Session, name: str | None) -> _How:
    """That of a source, with what was learnt of it; that of any for None."""
    if name is None:
        return _How(manner=Manner(vocabulary=known_topics(session.topics())))
    with session.open() as digest:
        source = digest.source(name)
        settings = next(one for one in digest.settings.sources if one.name == name)
        return _How(
            manner=source.manner.knowing(digest.learnt(name)),
            assumed=settings.condition == "assumed",
            language=settings.language or digest.settings.newsletter.language,
            allow_private=isinstance(settings, FeedSettings) and settings.allow_private,
        )


# --- for machines --------------------------------------------------------------------------------------------


def _data(one: Inspected, matches: Iterable[Match]) -> dict[str, Any]:
    entry, reading = one.entry, one.reading
    why = reading.why
    return {
        "file": one.place,
        "kind": entry.kind.value,
        "headline": entry.headline,
        "journal": entry.journal,
        "published": _date(entry.published),
        "tags": list(entry.tags),
        "sections": [_section(section, why[place]) for place, section in enumerate(entry.sections)],
        "cut": [{"rule": cut.rule.value, "text": cut.text} for cut in reading.cut],
        "unsure": list(reading.unsure),
        "topics": [match.topic_id for match in matches],
        "doi": entry.doi,
        "pmid": entry.pmid,
        "url": entry.url,
        "people": entry.people,
        "design": entry.design,
        "credibility": entry.credibility,
        "interest": entry.interest,
        "language": entry.language,
    }


def _section(section: Section, why: Why | None) -> dict[str, Any]:
    return {
        "role": section.role.value,
        "heading": section.heading,
        "why": why.value if why else None,
        "blocks": list(map(_block, section.blocks)),
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Bullets):
        return {"items": list(block.items), "start": block.start if block.ordered else None}
    return {"text": block.text} | ({"subheading": True} if isinstance(block, Subheading) else {})


def _date(published: PublishedDate | None) -> str | None:
    return published.day.isoformat()[: _AS_KNOWN[published.precision]] if published else None


# --- for people ----------------------------------------------------------------------------------------------


def _show(console: Console, one: Inspected, matches: Iterable[Match]) -> None:
    entry, reading = one.entry, one.reading
    console.rule(cell(one.place), align="left")
    console.print(f"{entry.headline}", style="bold", markup=False)
    _print(console, _facts(one))
    for section, why in zip(entry.sections, reading.why, strict=True):
        known = f"by its {why.value}" if why is Why.HEADING else f"by {why.value}" if why else "no role"
        name = f" “{section.heading}”" if section.heading else ""
        console.print(f"\n[{section.role.value}] {known}{name}", style="cyan", markup=False)
        for block in section.blocks:
            _show_block(console, block)
    _show_cut(console, reading.cut)
    topics = ", ".join(f"{match.topic_id} {match.score:.1f}" for match in matches)
    console.print()
    _print(console, f"Topics: {topics or 'none'}")
    console.print("How sure: without doubt" if not reading.unsure else "Unsure, a person should look:", markup=False)
    for doubt in reading.unsure:
        _print(console, doubt, "  ", style="yellow")
    console.print()


def _show_cut(console: Console, cuts: Sequence[Cut]) -> None:
    """What was left out, rule by rule."""
    by_rule: dict[str, list[str]] = {}
    for cut in cuts:
        by_rule.setdefault(cut.rule.value, []).append(cut.text)
    for rule, texts in by_rule.items():
        console.print(f"\nLeft out, {rule}:", style="cyan", markup=False)
        for text in dict.fromkeys(shortened(text, SHOWN) for text in texts):
            _print(console, text, "  ", style="dim")


def _facts(one: Inspected) -> str:
    entry = one.entry
    known = {
        "kind": entry.kind.value,
        "journal": entry.journal,
        "published": _date(entry.published),
        "doi": entry.doi,
        "pmid": entry.pmid,
        "people": entry.people,
        "design": entry.design,
        "credibility": entry.credibility,
        "interest": entry.interest,
        "topics as printed": ", ".join(entry.tags),
        "link": entry.url,
        "language": entry.language,
    }
    return "; ".join(f"{name}: {value}" for name, value in known.items() if value)


def _show_block(console: Console, block: Block) -> None:
    if isinstance(block, Bullets):
        for number, item in enumerate(block.items, block.start):
            _print(console, item, f"  {f'{number}.' if block.ordered else '-'} ")
        return
    _print(console, block.text, "  ", style="bold" if isinstance(block, Subheading) else None)


def _print(console: Console, text: str, before: str = "", *, style: str | None = None) -> None:
    """A paragraph as wide as the console, its later lines below the words of its first."""
    lines = textwrap.wrap(
        text,
        max(console.width, NARROWEST),
        initial_indent=before,
        subsequent_indent=" " * max(len(before), 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
    console.print("\n".join(lines), style=style, markup=False, soft_wrap=True)
