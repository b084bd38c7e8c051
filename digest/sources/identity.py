"""What names a thing: DOI, PMID, web address, guid, fingerprint."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from digest.sources.addresses import LONGEST_URL as LONGEST_URL
from digest.sources.addresses import shown as shown
from digest.sources.addresses import web_url as web_url
from digest.sources.dois import only_doi as only_doi
from digest.sources.dois import read_doi as read_doi
from digest.sources.dois import read_pmid as read_pmid

#: A longer guid is stored as its hash.
LONGEST_GUID = 500
#: Hexadecimal digits that tell two entries apart which claim one guid.
SUFFIX_DIGITS = 12


def fingerprint(said: Any) -> str:
    """One opaque word (SHA-256, hex) for anything that can be written as JSON, whatever the order of its keys."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def fitting(guid: str) -> str:
    """The guid itself, or its hash when it is too long to keep."""
    return guid if len(guid) <= LONGEST_GUID else f"sha256:{fingerprint(guid)}"
