"""The journal a study was published in, as a text names it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

#: Characters before the words that name a journal in which it may be said that another study is meant.
_WORDS_BEFORE: Final = 160

#: What a site says of the journals it reads; behind the name it goes on with one of these, the surest first.
_GOES_ON = (
    r"(?:often|usually|typically|frequently|commonly|generally|sometimes|regularly|may|might|can)",
    (
        r"(?:range|vary|span|include|describe|present|publish|run|go|stretch|reach|contain|offer|share|explore|help"
        r"|bring|move|carry|tell|look|make|differ|be|are|have|give|add|explain|touch|extend|represent)s?"
    ),
    r"(?:which|that|where|cover|report|feature|show|track|mix)s?",
)
_JOURNALS_LIKE = tuple(
    re.compile(
        r"\bjournals?,? (?:like|such as|including|for example) [\"“‘']?(?P<name>[A-Z][^\n]{1,160}?)[\"”’']?,?"
        rf" {goes_on}\b"
    )
    for goes_on in _GOES_ON
)
#: A name may list what it is about: "Music, mind and movement".
_LISTED = r"(?:(?:, \w{2,20}(?: \w{2,20})?){1,2},? (?:and|&) \w{2,20}(?: \w{2,20})?)?"
_JOURNAL = re.compile(
    r"\b(?:published|appeared|appears|featured|printed|comes from|taken from)\s(?:(?!on\s)\w{1,20}\s)?"
    # What stands on something stands on a site, if no journal is named.
    r"(?:in|by|on(?=\s(?:\w{1,20}\s){0,3}journal\b))?\s?"
    r"(?:(?:a|the|an)\s)?(?:peer[-‐‑ ]reviewed\s)?(?:(?:scientific|medical|academic)\s)?(?:journal\s)?"
    rf"(?:called\s|named\s|,\s)?[\"'“‘]?(?P<name>[A-Z][^.;,\"”’()]{{2,120}}?{_LISTED})"
    r"(?=[\"”’]|[.;,()]|\s(?:is|was|which|that|has|in\s\d{4}|on\s\w{1,20}\s\d|a\speer|an?\s)|\s?$)"
)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
_WHEN = r"(?:online|today|yesterday|first|recently|this (?:week|month)|in \d{4}|on [A-Z][a-z]{2,8} \d{1,2}),?\s"
#: How an article says where the study it tells of was published; behind it stands the name.
_PUBLISHED_IN = re.compile(
    rf"\b(?:published|appear(?:s|ed)?|(?:came|comes?) out)\s(?:{_WHEN}){{0,2}}in\s(?:the\s)?"
    rf"(?:{_MONTH}(?: \d{{1,2}},?)? \d{{4}},?\s)?(?:issue of\s(?:the\s)?)?"
    r"(?P<journal>(?:(?:scientific|medical|academic|peer[-‐‑ ]reviewed)\s)?journal,?\s)?[\"“‘]?"
)
#: What such words have in common.
_SAID: Final = ("published", "appear", "came out", "come out", "comes out")
#: Less sure words: where they name another journal, several studies are told of.
_TOLD_IN = re.compile(
    r"\b(?i:analysis|article|paper|report|results are|writ(?:es?|ing)\b[^.]{0,60})\sin\s(?:the\s)?"
    r"(?P<journal>journal\s)?[\"“‘]?"
)
_WORD = rf"(?!{_MONTH})[A-Z][\w’'&-]{{0,30}}"
_BETWEEN = r"(?::|(?: (?:of|and|the|for|in|on|&|–|-)){1,2})?"
#: A name in capitals, which may list what it is about: "Journal of Neurology, Neurosurgery, and Psychiatry".
_NAMED = re.compile(
    rf"(?:The )?{_WORD}(?:{_BETWEEN} {_WORD}){{0,9}}"
    rf"(?:(?:, {_WORD}(?: {_WORD})?){{1,2}},? (?:and|&) {_WORD}(?: {_WORD})?)?"
)
#: The study of another year, or another team's.
_EARLIER = re.compile(
    r"\b(?:earlier|previous|prior|another|older|other|since|(?:an?|the|in) (?:19|20)\d\d)\b", re.IGNORECASE
)
#: Journals whose names are one word, which without more may be anything.
_ONE_WORD: Final = frozenset(
    (
        *("Allergy", "BMJ", "Blood", "Brain", "Cell", "Cells", "Chest", "Cureus", "Epilepsia", "Glia", "Gut"),
        *("Headache", "Heliyon", "Immunity", "JAMA", "Lancet", "Medicine", "Nature", "Neurology", "Neuron"),
        *("Neurotherapeutics", "Nutrients", "PNAS", "Pain", "Pediatrics", "Science", "Sleep", "Stroke", "Thorax"),
        *("Trials", "Vaccine", "Vaccines", "Viruses", "eLife"),
    )
)
#: What is published in these is no study, and some are places.
_NO_JOURNAL = re.compile(
    r"\b(?:Post|Times|Guardian|Telegraph|Herald|Tribune|Independent|Observer|Gazette|Zealand|States|Kingdom|Africa"
    r"|America|Europe|Korea|Arabia|Ireland|Britain|English|German|French|Spanish|Conference|Congress|Meeting)\b"
)


def journal_named(text: str) -> str | None:
    """The journal a text says the study was published in; None when it names none."""
    found = next(filter(None, (words.search(text) for words in (*_JOURNALS_LIKE, _JOURNAL))), None)
    return re.sub(r" (?:and|can|may|that)$", "", found["name"]).strip(" ,") if found else None


def journal_in(texts: Iterable[str]) -> str | None:
    """The one journal in which an article says that its study was published; None for none and for several."""
    all_texts = [*texts]
    # Most articles have none of these words: they are looked for before the expressions are asked.
    if not any(word in text for text in all_texts for word in _SAID):
        return None
    published: dict[str, str] = {}
    told: set[str] = set()
    for text in all_texts:
        for found in (*_PUBLISHED_IN.finditer(text), *_TOLD_IN.finditer(text)):
            named = _NAMED.match(text, found.end())
            if named is None or not _is_journal(named[0], said=bool(found["journal"])):
                continue
            key = named[0].removeprefix("The ").casefold()
            told.add(key)
            before = text[max(0, found.start() - _WORDS_BEFORE) : found.start()].rpartition(". ")[2]
            if found.re is _PUBLISHED_IN and not _EARLIER.search(before):
                published.setdefault(key, named[0])
    return next(iter(published.values())) if len(published) == len(told) == 1 else None


def _is_journal(name: str, *, said: bool) -> bool:
    if _NO_JOURNAL.search(name):
        return False
    return said or " " in name.removeprefix("The ") or name.removeprefix("The ") in _ONE_WORD
