"""The facts printed around a summary: journal, date, topics, ratings, identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.models import PublishedDate
from digest.sentences import FEWEST_WORDS, is_whole, sentences
from digest.sources.clean import shorten
from digest.sources.dates import read_date
from digest.sources.headings import SOURCE_NAMES, Fact, name_key
from digest.sources.identity import read_doi, read_pmid, web_url

#: Characters of a one-line fact that are kept.
LONGEST_FACT = 300
#: What a sentence of the text may tell as well, even its limits: "Participants: most of them were women."
OF_THE_STUDY = frozenset({Fact.PEOPLE, Fact.DESIGN})
#: Words from which on a sentence tells something, and characters up to which one may still be a value.
TELLING = 5
LONGEST_SENTENCE = 160

_RATING = re.compile(r"(?<![a-z])(credibility|interest)(?: rating)?\s?[:\-–]?", re.IGNORECASE)
#: An address in a line, with the brackets around it.
_ADDRESS = re.compile(r"[(<\[]?\b(?:https?://|www\.)\S+", re.IGNORECASE)
_VOLUME = re.compile(r",\s?(?:vol(?:ume)?|issue|\d).*$", re.IGNORECASE)


def is_value(fact: Fact, text: str, *, labelled: bool = False) -> bool:
    """Whether a text is the value of a fact ("214 adults"), rather than sentences that happen to stand under its name.

    Args:
        fact: under whose name it stands.
        text: what stands there.
        labelled: whether it stands in the same line as the name; there a sentence may be a value, but for what the text
            itself may tell.
    """
    lengths = [len(one.split()) for one in sentences(text[: 2 * LONGEST_FACT]) if is_whole(one)]
    telling = any(length >= TELLING for length in lengths)
    if fact in {Fact.TAGS, Fact.IGNORED}:
        return not telling
    may_be_one = (labelled and fact not in OF_THE_STUDY) or fact is Fact.TITLE or text[:1].isdecimal()
    several = sum(length >= FEWEST_WORDS for length in lengths) > 1
    if telling and (several or not may_be_one):
        return False
    return len(text) <= (LONGEST_SENTENCE if telling and fact is not Fact.TITLE else LONGEST_FACT)


class Facts:
    """What was printed under each name, in its order."""

    def __init__(self) -> None:
        self._texts: dict[Fact, list[str]] = {}
        #: What was called the source: the journal where no other line names it.
        self._sources: list[str] = []

    def keep(self, fact: Fact, *texts: str, name: str = "") -> None:
        """Take these as said under that name. An address under the name of a source is one, and no journal."""
        if fact is not Fact.JOURNAL:
            self._texts.setdefault(fact, []).extend(texts)
            return
        said = " ".join(texts)
        if read_date(said):  # "Published in: March 2026"
            self._texts.setdefault(Fact.PUBLISHED, []).append(said)
            return
        links = [found[0].strip("()<>[].,;") for found in _ADDRESS.finditer(said)]
        self._texts.setdefault(Fact.LINK, []).extend(links)
        journal = " ".join(_ADDRESS.sub(" ", said).split()).strip(" ,;:–—-")
        journals = self._sources if name_key(name) in SOURCE_NAMES else self._texts.setdefault(fact, [])
        journals += [journal] if journal else []

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
        named = next(iter((*self.texts(Fact.JOURNAL), *self._sources)), "")
        return _VOLUME.sub("", shorten(named, LONGEST_FACT)).strip(" .") or None

    @property
    def url(self) -> str | None:
        """The first address of the original that is one."""
        return next(filter(None, map(web_url, self.texts(Fact.LINK))), None)

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
