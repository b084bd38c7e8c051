"""A web page as a summary: the page behind a feed's entry, or a saved one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from digest.sources.dates import read_date
from digest.sources.furniture import Recurs, nothing
from digest.sources.headings import Headings
from digest.sources.identity import read_doi, read_pmid, web_url
from digest.sources.pieces import Document
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

#: The name of the site behind the headline in a page's title.
_SITE = re.compile(r"(?<!\s)\s+[|–—·»-]\s++[^|–—·»]{2,60}$")


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
    reading = read_summary(document.pieces, headings=headings, headline=headline, vocabulary=vocabulary, recurs=recurs)
    titled = meta.get("citation_title") or meta.get("og:title") or _SITE.sub("", document.title or "")
    said = Reading(
        headline=titled or None,
        journal=_first(meta, _JOURNAL),
        doi=read_doi(_first(meta, _DOI) or ""),
        pmid=read_pmid(f"pmid:{_first(meta, _PMID) or ''}"),
        published=next(filter(None, (read_date(meta[name]) for name in _PUBLISHED if name in meta)), None),
        url=web_url(_first(meta, _URL) or ""),
    )
    posted = next(filter(None, (read_date(meta[name]) for name in _POSTED if name in meta)), None)
    full = reading.or_else(said)
    # The study's own DOI stands in the head; the one in the text may be of another study.
    return replace(full, doi=said.doi or full.doi, published=full.published or posted)


def _first(meta: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((meta[name] for name in names if meta.get(name)), None)
