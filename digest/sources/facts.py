"""The facts printed around a summary: journal, date, topics, ratings, identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.models import PublishedDate
from digest.sources.clean import shorten
from digest.sources.dates import read_date
from digest.sources.headings import Fact
from digest.sources.identity import read_doi, read_pmid

#: Characters of a one-line fact that are kept.
LONGEST_FACT = 300

_RATING = re.compile(r"(?<![a-z])(credibility|interest)(?: rating)?\s?[:\-–]?", re.IGNORECASE)
_VOLUME = re.compile(r",\s?(?:vol(?:ume)?|issue|\d).*$", re.IGNORECASE)


class Facts:
    """What was printed under each name, in its order."""

    def __init__(self) -> None:
        self._texts: dict[Fact, list[str]] = {}

    def keep(self, fact: Fact, *texts: str) -> None:
        """Take these as said under that name."""
        self._texts.setdefault(fact, []).extend(texts)

    def has(self, fact: Fact) -> bool:
        """Whether something stood under that name, be it nothing."""
        return fact in self._texts

    def texts(self, fact: Fact) -> tuple[str, ...]:
        """All that was said under that name."""
        return tuple(self._texts.get(fact, ()))

    def line(self, fact: Fact) -> str | None:
        """The same as one short line; None when there is none."""
        return shorten(" ".join(self.texts(fact)), LONGEST_FACT) or None

    @property
    def journal(self) -> str | None:
        """The journal's name without volume and pages."""
        return _VOLUME.sub("", self.line(Fact.JOURNAL) or "").strip(" .") or None

    @property
    def published(self) -> PublishedDate | None:
        """The first date that can be read."""
        return next(filter(None, map(read_date, self.texts(Fact.PUBLISHED))), None)

    def doi(self, otherwise: Iterable[str | None]) -> str | None:
        """The one printed as such, or the first of the others."""
        return read_doi(" ".join(self.texts(Fact.DOI))) or next(filter(None, otherwise), None)

    @property
    def pmid(self) -> str | None:
        """The PubMed number; bare digits are one here."""
        given = (self.line(Fact.PMID) or "").strip()
        return read_pmid(f"pmid:{given}") if given.isdecimal() else read_pmid(given)

    @property
    def ratings(self) -> tuple[str | None, str | None]:
        """How the source rated credibility and interest, in its words."""
        together = " ".join(
            [*self.texts(Fact.RATINGS), *(f"credibility {one}" for one in self.texts(Fact.CREDIBILITY))]
        )
        found = [*_RATING.finditer(" ".join(together[:LONGEST_FACT].split()))]
        first = next((one for one in found if one[1].lower() == "credibility"), None)
        other = next(
            (one for one in found if first and one.start() >= first.end() and one[1].lower() == "interest"), None
        )
        if first and other:
            credibility = first.string[first.end() : other.start()].strip().rstrip(",;|").strip()
            return credibility or None, other.string[other.end() :].strip() or None
        return self.line(Fact.CREDIBILITY), self.line(Fact.INTEREST)
