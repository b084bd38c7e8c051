"""A reading made into an entry."""

from __future__ import annotations

import re
from dataclasses import replace

from digest.amendments import is_notice
from digest.models import Bullets, Entry, Paragraph
from digest.sentences import first_sentence
from digest.sources.clean import clean_title, shorten
from digest.sources.reading import Reading

#: Characters of a headline made from a text's first sentence.
LONGEST_MADE_HEADLINE = 120

#: Why a person should look at a notice of retraction or correction.
NO_RESEARCH = "its title says that it takes back or corrects another text, so it may be no research"

_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$")


def entry_from(
    reading: Reading, *, source: str, guid: str, fingerprint: str, url: str | None, language: str
) -> Entry | None:
    """The entry; None when nothing in it could serve as a headline."""
    headline = clean_title(reading.headline or "") or headline_from_text(reading)
    if not headline:
        return None
    entry = Entry(
        source=source,
        guid=guid,
        url=url,
        kind=reading.kind,
        headline=headline,
        sections=reading.sections,
        tags=reading.tags,
        journal=reading.journal,
        doi=reading.doi,
        pmid=reading.pmid,
        published=reading.published,
        credibility=reading.credibility,
        interest=reading.interest,
        people=reading.people,
        design=reading.design,
        language=language,
        unsure=reading.unsure,
        fingerprint=fingerprint,
    )
    return replace(entry, unsure=(*entry.unsure, NO_RESEARCH)) if is_notice(entry) else entry


def headline_from_text(reading: Reading) -> str:
    """The text's first sentence; empty when there is no text."""
    for section in reading.sections:
        for block in section.blocks:
            text = block.items[0] if isinstance(block, Bullets) else block.text if isinstance(block, Paragraph) else ""
            if text:
                return shorten(first_sentence(text).rstrip("."), LONGEST_MADE_HEADLINE)
    return ""


def language_tag(*candidates: str | None, default: str) -> str:
    """The first candidate that looks like a language tag, written as BCP 47 has it (`en-US`); else the default."""
    for candidate in candidates:
        text = (candidate or "").strip()
        if _LANGUAGE.match(text):
            first, *rest = re.split("[-_]", text)
            return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])
    return default


def text_length(reading: Reading) -> int:
    """Characters in all sections."""
    return sum(
        len(text)
        for section in reading.sections
        for block in section.blocks
        for text in (block.items if isinstance(block, Bullets) else (block.text,))
    )
