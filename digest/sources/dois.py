"""DOIs and PMIDs in ids, addresses and text, each written in one way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

from digest.sources.escapes import characters

#: DOIs of one text that are looked at; a long list of references has fewer.
MOST_DOIS = 500

#: The DOIs of old (SICI, ANSI/NISO Z39.56) hold angle brackets, and end in a check character behind a date's form:
#: `10.1002/(SICI)1097-4598(199806)21:6<701::AID-MUS1>3.0.CO;2-O`. Only what stands in the brackets tells papers apart.
_SICI = re.compile(r"<[^\s<>\"]{1,80}>\d{1,2}\.\d{1,2}\.[A-Za-z]{2};\d(?:-[A-Za-z0-9#@*])?")
#: What stands before the brackets: title, year and issue, which all papers of one issue share.
_SICI_HEAD = re.compile(r"^10\.\d{4,9}/(?:\(sici\)|\d{4}-\d{3}[\dx]\(\d{4,8}\)\d{1,4}(?::\d{1,4})?$)", re.IGNORECASE)
#: Crossref's recommendation for modern DOIs, less what ends one in running text.
#: Some print it without anything between: "DOI10.1000/x".
_DOI = re.compile(
    r"(?:\b|(?<=doi))10\.\d{4,9}/{1,3}[^\s\"<>|\\^`{}\x00-\x1f\u2013-\u2026\u00ab\u00bb]{1,200}", re.IGNORECASE
)

#: What addresses put behind a DOI, once or several times over.
_TAIL = re.compile(
    r"(?:"
    r"[?#].{0,300}"
    r"|;jsessionid=.{0,300}"
    r"|&(?:amp;)?[a-z_]{1,30}=.{0,300}"
    r"|/(?:figures?|tables?)/\d{1,3}|/(?:fig|table|supp)-\d{1,3}"
    r"|/suppl(?:_file|ementary)?/.{1,200}"
    r"|/(?:full(?:[-_]?text)?(?:\.html?)?|abstract|summary|e?pdf(?:ft|plus|direct)?|meta|x?html?|xml|epub|long|short"
    r"|references|citations?|metrics|abs|latest|figures|tables|related|supp(?:lementary-materials?|info|lements?)?|download"
    r"|tab-[a-z-]{1,40})"
    r"|\.(?:abs|e?pdf(?:\+html)?|full(?:[-_]?text)?|abstract|long|short|extract|html?|xml|epub|figures-only"
    r"|supplementary-materials?|article-(?:info|metrics)|info|citation|e-letters|peer-reviews?|abstract-[a-z]{2})"
    r"(?:\+html)?"
    r")$",
    re.IGNORECASE,
)
#: Oxford's addresses put the article's number in its database behind the DOI.
_NUMBER_BEHIND: Final = re.compile(r"^(10\.1093/[a-z]{1,20}/[a-z]{1,10}\d{1,8})/\d{1,10}$")
#: Preprints' versions: behind a sign anywhere, without one at bioRxiv, medRxiv and arXiv, a bare number at some.
_VERSIONS: Final = (
    re.compile(r"^(10\.\d{4,9}/.{3,190}?)[/._-]v\d{1,2}$"),
    re.compile(r"^(10\.(?:1101|64898|48550)/.{3,190}?)v\d{1,2}$"),
    re.compile(r"^(10\.(?:12688/[a-z0-9]{3,40}|3310/nihropenres|35241/emeraldopenres)\.\d{1,8})\.\d{1,2}$"),
    re.compile(r"^(10\.15694/mep\.\d{4}\.\d{6})\.\d{1,2}$"),
    re.compile(r"^(10\.32388/[a-z0-9]{4,10})\.\d{1,2}$"),
)
#: Parts of papers that have DOIs of their own: figures, tables, abstracts and reviews.
_PARTS: Final = (
    re.compile(r"^(10\.7554/elife\.\d{1,8})(?:\.(?:\d{1,3}|sa\d{1,2})){1,2}$"),
    re.compile(r"^(10\.1371/journal\.p[a-z]{3}\.\d{7})\.[a-z]{1,4}\d{1,3}$"),
)
_PMID = re.compile(
    r"(?:\bpubmed:|\bpmid:?\s{0,3}|\bpubmed\.ncbi\.nlm\.nih\.gov/|\bncbi\.nlm\.nih\.gov/(?:m/)?pubmed/)(\d{1,8})(?!\d)",
    re.IGNORECASE,
)
#: Words by which a sentence speaks of somebody else's study, whose DOI it may name.
_OF_ANOTHER = re.compile(
    r"\b(?:earlier|previous|prior|another|other|first|original|related|similar|older|cited|parent)\s"
    r"(?:[\w-]{1,30}\s){0,3}(?:stud(?:y|ies)|trials?|papers?|articles?|reports?|works?|analys[ei]s|research|reviews?"
    r"|cohorts?|letters?|results?)\b"
    r"|\b(?:see also|cf|builds? (?:up)?on|comment(?:ary)? (?:on|to)|repl(?:y|ies) to|in response to|unlike"
    r"|replicat\w{1,5}|study protocol|protocol of)\b",
    re.IGNORECASE,
)
_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff")) | dict.fromkeys([0x2010, 0x2011], "-")
_ENDS: Final = ".,;:!?'*_/”’“‘"
_BRACKETS: Final = {")": "(", "]": "["}


def read_doi(text: str) -> str | None:
    """The first DOI in a text or address, lower case and without a resolver in front; None when there is none."""
    return next((doi for doi, _ in _dois(text)), None)


def only_doi(texts: Iterable[str]) -> str | None:
    """The one DOI these texts name; None when they name none, or several (then who knows which is meant).

    A DOI in a sentence that speaks of another study ("an earlier trial found…") is that study's.
    """
    named = islice((one for text in texts for one in _dois(text)), MOST_DOIS)
    own = {doi for doi, sentence in named if not _OF_ANOTHER.search(sentence)}
    return own.pop() if len(own) == 1 else None


def read_pmid(text: str) -> str | None:
    """The PubMed number in a text, id or address, digits only; None when there is none. Bare digits are none."""
    found = _PMID.search(text)
    return found[1].lstrip("0") or None if found else None


def _dois(text: str) -> Iterator[tuple[str, str]]:
    """Each DOI, and what its sentence says before it."""
    if "10." not in text and "10%2e" not in text.lower():
        return
    text = characters(unquote(characters(text))).translate(_UNSEEN)
    end = 0
    for found in _DOI.finditer(text):
        if found.start() < end:
            continue
        sici = _SICI.match(text, found.end())
        end = sici.end() if sici else found.end()
        doi = _trimmed(text[found.start() : end], whole=bool(sici))
        if doi:
            yield doi, text[max(0, found.start() - 300) : found.start()].rpartition(". ")[2]


def _trimmed(text: str, *, whole: bool) -> str:
    """The DOI without what stands behind it; empty when what names the paper is missing."""
    doi = re.sub(r"/{2,3}", "/", text, count=1).lower()
    if whole:
        return doi
    for _ in range(6):
        before = doi
        doi = _without_end(_TAIL.sub("", doi))
        if doi == before:
            break
    if _SICI_HEAD.match(doi):
        return ""
    doi = _NUMBER_BEHIND.sub(r"\1", doi)
    for behind in (*_PARTS, *_VERSIONS):
        doi = behind.sub(r"\1", doi)
    return doi if doi.partition("/")[2] else ""


def _without_end(doi: str) -> str:
    doi = doi.rstrip(_ENDS)
    while doi.endswith((")", "]")) and doi.count(doi[-1]) > doi.count(_BRACKETS[doi[-1]]):
        doi = doi[:-1].rstrip(_ENDS)
    return doi
