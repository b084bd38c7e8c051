"""What the head of a page says about it: title, language, meta elements, canonical address."""

from __future__ import annotations

import re

from lxml import etree

from digest.sources.clean import clean_title
from digest.sources.pieces import Document

#: Characters at the start of a page in which its `<head>` is looked for.
LONGEST_HEAD = 200_000

_END = re.compile(r"</head\s{0,20}>|<body\b", re.IGNORECASE)
#: The tags of head and body may be left out: then the first element with content ends it.
_CONTENT = re.compile(r"<(?:h1|h2|p|div|main|section|article|table|header|nav|form)\b", re.IGNORECASE)
_HAS_HEAD = re.compile(r"<(?:head|title|meta|link|html)\b", re.IGNORECASE)


def read_head(text: str) -> Document:
    """A document without pieces; an empty one where the text has no head: a fragment has none."""
    start = text[:LONGEST_HEAD]
    end = _END.search(start) or _CONTENT.search(start)
    if not end or not _HAS_HEAD.search(start, 0, end.start()):
        return Document()
    root = etree.fromstring(f"{start[: end.start()]}</head></html>", etree.HTMLParser(encoding=None))
    meta: dict[str, str] = {}
    for element in root.iter("meta"):
        name, content = element.get("name") or element.get("property"), element.get("content")
        if name and content:
            meta.setdefault(name.lower(), clean_title(content))
    canonical = root.find(".//link[@rel='canonical'][@href]")
    if canonical is not None:
        meta["canonical"] = canonical.get("href") or ""
    return Document(
        title=clean_title(root.findtext(".//title") or "") or None, language=root.get("lang") or None, meta=meta
    )
