"""What names a thing: DOI, PMID, web address, guid, fingerprint."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

#: A longer address is not one a person was meant to follow.
LONGEST_URL = 2_000
#: A longer guid is stored as its hash.
LONGEST_GUID = 500
#: Hexadecimal digits that tell two entries apart which claim one guid.
SUFFIX_DIGITS = 12

#: Crossref's recommendation for modern DOIs, less the characters that end one in running text.
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>|\\^`{}\x00-\x1f]{1,200}", re.IGNORECASE)
_DOI_TAIL = re.compile(
    r"(?:[?#].*|/(?:full(?:text)?(?:\.html?)?|abstract|e?pdf|meta|html)|\.pdf|\.full(?:\.pdf)?)$", re.IGNORECASE
)
#: Preprint servers put the version behind the DOI; the DOI names all versions.
_PREPRINT = re.compile(r"^(10\.(?:1101|64898)/.+?)v\d+$")
_PMID = re.compile(
    r"(?:\bpubmed:|\bpmid:?\s{0,3}|\bpubmed\.ncbi\.nlm\.nih\.gov/|\bncbi\.nlm\.nih\.gov/pubmed/)(\d{1,8})(?!\d)",
    re.IGNORECASE,
)
#: Parameters that name the reader's way to a page and not the page.
_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_[ce]id|mkt_tok|ref_src)$", re.IGNORECASE)
#: PubMed's search feeds put the time of the fetch into every link.
_FETCH_TIME = re.compile(r"^20\d{12}$")
_UNSAFE_IN_URL = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def read_doi(text: str) -> str | None:
    """The first DOI in a text or address, lower case and without a resolver in front; None when there is none."""
    return next(iter(_dois(text)), None)


def only_doi(texts: Iterable[str]) -> str | None:
    """The one DOI these texts name; None when they name none, or several (then who knows which is meant)."""
    found = {doi for text in texts for doi in _dois(text)}
    return found.pop() if len(found) == 1 else None


def read_pmid(text: str) -> str | None:
    """The PubMed number in a text, id or address, digits only; None when there is none. Bare digits are none."""
    found = _PMID.search(text)
    return found[1].lstrip("0") or None if found else None


def web_url(link: str, *, base: str | None = None) -> str | None:
    """The absolute http or https address of a link, without tracking parameters; None for anything else.

    Refused are other schemes (`javascript:`), addresses with a user name in them (they dress up as another host),
    and what holds control characters once the ends are trimmed.
    """
    link = link.strip()
    if not link or len(link) > LONGEST_URL or _UNSAFE_IN_URL.search(link.replace(" ", "%20")):
        return None
    try:
        parts = urlsplit(urljoin(base or "", link.replace(" ", "%20")))
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return None
    if not usable or "@" in parts.netloc:
        return None
    return urlunsplit(parts._replace(query=_without_tracking(parts.query)))


def shown(url: str) -> str:
    """An address fit for messages: without user name, password, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable address"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def fingerprint(said: Any) -> str:
    """One opaque word (SHA-256, hex) for anything that can be written as JSON, whatever the order of its keys."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def fitting(guid: str) -> str:
    """The guid itself, or its hash when it is too long to keep."""
    return guid if len(guid) <= LONGEST_GUID else f"sha256:{fingerprint(guid)}"


def _dois(text: str) -> list[str]:
    if "10." not in text and "10%2e" not in text.lower():
        return []
    return [_trimmed(found[0]) for found in _DOI.finditer(unquote(text))]


def _trimmed(doi: str) -> str:
    doi = doi.rstrip(".,;:!?'*_”’")
    while doi.endswith((")", "]")) and doi.count(doi[-1]) > doi.count({")": "(", "]": "["}[doi[-1]]):
        doi = doi[:-1].rstrip(".,;:")
    doi = _DOI_TAIL.sub("", doi).lower()
    return _PREPRINT.sub(r"\1", doi)


def _without_tracking(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not _TRACKING.match(key) and not _FETCH_TIME.match(value)]
    return query if len(kept) == len(pairs) else urlencode(kept)
