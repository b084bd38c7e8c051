"""A web page as a summary: the page behind a feed's entry, or a saved one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from digest.sources.dates import read_date
from digest.sources.furniture import Recurs, nothing
from digest.sources.headings import Headings
from digest.sources.identity import read_doi, read_pmid, web_url
from digest.sources.pieces import Document, article_of
from digest.sources.reading import Reading
from digest.sources.sections import read_summary

#: Meta elements that scholarly pages carry (Highwire, PRISM, Dublin Core), the likeliest first.
_DOI = ("citation_doi", "prism.doi", "dc.identifier.doi", "dc.identifier")
_JOURNAL = ("citation_journal_title", "prism.publicationname")
_PMID = ("citation_pmid",)
_PUBLISHED = ("citation_publication_date", "citation_date", "prism.publicationdate", "citation_online_date", "dc.date")
#: When the page was put up: better than nothing.
_POSTED = ("article:published_time", "time")
_URL = ("canonical", "og:url")

#: Letters of a word that tells whether a title is about the text.
LEAST_WORD = 4

#: Words that say nothing of what a text is about, and those that names of sites are made of.
_GENERAL = frozenset(
    (
        *("about", "above", "after", "also", "before", "from", "have", "into", "more", "other", "over", "some", "than"),
        *("that", "their", "them", "they", "this", "what", "when", "which", "with", "your"),
        *("article", "articles", "blog", "center", "centre", "clinic", "community", "daily", "foundation", "health"),
        *("home", "journal", "latest", "learn", "library", "magazine", "medical", "medicine", "multiple", "network"),
        *("news", "newsletter", "page", "pages", "portal", "research", "science", "sclerosis", "site", "society"),
        *("stories", "studies", "study", "summaries", "summary", "today", "trust", "update", "updates", "website"),
    )
)

_WORD = re.compile(r"\w+")
#: What stands between a headline and the name of the site in a page's title.
_BETWEEN = re.compile(r"\s[|–—·»-]\s")


def read_page(
    document: Document,
    *,
    headings: Headings,
    headline: str | None = None,
    vocabulary: Iterable[str] = (),
    recurs: Recurs = nothing,
) -> Reading:
    """Read a page: its sections, and what its head says about the study.

    Args:
        document: the page, taken apart.
        headings: the names that mean something.
        headline: the headline where it is known already.
        vocabulary: phrases known to be topics.
        recurs: knows the texts that stand in most documents of the source.
    """
    meta = document.meta
    titled = headline or _title_of(document)
    # A headline on the page goes before its title.
    article = article_of(document)
    printed = any(one.level == 1 for one in article)
    reading = read_summary(
        document.pieces,
        headings=headings,
        headline=headline or (None if printed else titled or None),
        vocabulary=vocabulary,
        title_first=not titled and len(article) > 1,
        recurs=recurs,
    )
    said = Reading(
        headline=titled or None,
        journal=_first(meta, _JOURNAL),
        doi=doi_in_head(document),
        pmid=read_pmid(f"pmid:{_first(meta, _PMID) or ''}"),
        published=next(filter(None, (read_date(meta[name]) for name in _PUBLISHED if name in meta)), None),
        url=web_url(_first(meta, _URL) or ""),
    )
    posted = next(filter(None, (read_date(meta[name]) for name in _POSTED if name in meta)), None)
    full = reading.or_else(said)
    # The study's own DOI and journal stand in the head; those in the text may be another study's.
    return replace(
        full, doi=said.doi or full.doi, journal=said.journal or full.journal, published=full.published or posted
    )


def doi_in_head(document: Document) -> str | None:
    """The DOI that the page's head names, as scholarly pages do; None where it names none."""
    return read_doi(_first(document.meta, _DOI) or "")


def _title_of(document: Document) -> str:
    """What the page's head calls it, without the site's name; empty where that is all its title says."""
    told = document.meta.get("citation_title") or document.meta.get("og:title")
    if told:
        return told
    # Before or behind the headline stands the name of the site: what is about the text has its words. As a name stands
    # there with a capital, words count as the text has them in small letters.
    there = {word for one in article_of(document) for word in _WORD.findall(one.text) if word.islower()}
    parts = [part for part in _BETWEEN.split(document.title or "") if _is_about(part, there)]
    return " – ".join(parts)


def _is_about(title: str, there: Collection[str]) -> bool:
    words = {word for word in _WORD.findall(title.lower()) if len(word) >= LEAST_WORD} - _GENERAL
    return bool(words) and 2 * sum(word in there for word in words) >= len(words)


def _first(meta: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((meta[name] for name in names if meta.get(name)), None)
