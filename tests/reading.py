"""What is wrong with a reading, measured by what a careful person made of the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digest.models import Bullets, Precision, Section
from digest.sources.entries import headline_from_text
from digest.sources.reading import Reading

_ROLES = ("takeaway", "findings", "relevance", "considerations", "faq", "references")
_AS_KNOWN = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


def words_of(reading: Reading) -> list[str]:
    """All paragraphs and points, in order, the headline first."""
    headline = reading.headline or headline_from_text(reading)
    return [headline, *(text for section in reading.sections for text in _texts(section))]


def faults_of(reading: Reading, expect: Mapping[str, Any], *, may_follow: Sequence[str] = ()) -> list[str]:
    """What differs from `expect` (see tests/data/documents/README.md), a sentence each.

    `may_follow`: first words of paragraphs that may stand at the end of a part.
    """
    return [*_facts(reading, expect), *_parts(reading, expect, may_follow), *_foreign(reading, expect)]


def _facts(reading: Reading, expect: Mapping[str, Any]) -> Iterator[str]:
    headline = reading.headline or headline_from_text(reading)
    published = reading.published
    known = published and published.day.isoformat()[: _AS_KNOWN[published.precision]]
    if expect.get("kind") and reading.kind.value != expect["kind"]:
        yield f"kind is {reading.kind}"
    if not headline.startswith(expect["headline"]):
        yield f"headline is {headline!r}"
    if "journal" in expect and reading.journal != expect["journal"]:
        yield f"journal is {reading.journal!r}"
    if "published" in expect and known != (expect["published"] and str(expect["published"])):
        yield f"published is {known}"
    if "tags" in expect and set(reading.tags) != set(expect["tags"]):
        yield f"tags are {reading.tags}"


def _parts(reading: Reading, expect: Mapping[str, Any], may_follow: Sequence[str]) -> Iterator[str]:
    headline = reading.headline or headline_from_text(reading)
    rights = {role: [right, *_others(expect, role)] for role, right in (expect.get("parts") or {}).items()}
    for role in _ROLES:
        given = [section for section in reading.sections if section.role.value == role]
        if not given:
            told = role == "takeaway" and role in rights and headline.startswith(rights[role][0][0])
            if role in rights and not told:
                yield f"{role} is missing"
        elif role not in rights and not _others(expect, role):
            yield f"{role}: there is none, yet it says {_texts(given[0])[0]!r}"
        elif role in rights or _others(expect, role):
            ways = [[*_of_part(given, right, may_follow)] for right in rights.get(role) or _others(expect, role)]
            if all(ways):
                yield f"{role}: {'; '.join(min(ways, key=len))}"


def _others(expect: Mapping[str, Any], role: str) -> list[Any]:
    other = (expect.get("or") or {}).get(role)
    return [] if other is None else [other]


def _of_part(given: Sequence[Section], right: Sequence[Any], may_follow: Sequence[str]) -> Iterator[str]:
    first, last, points = right
    texts = [text for section in given for text in _texts(section)]
    while len(texts) > 1 and texts[-1].startswith(tuple(may_follow) or ("\0",)):
        texts.pop()
    if not texts[0].startswith(first):
        yield f"it begins {texts[0][:60]!r}"
    if not texts[-1].endswith(last):
        yield f"it ends {texts[-1][-60:]!r}"
    counted = sum(len(block.items) for one in given for block in one.blocks if isinstance(block, Bullets))
    if counted != points:
        yield f"it has {counted} points"


def _foreign(reading: Reading, expect: Mapping[str, Any]) -> Iterator[str]:
    everything = " ".join(words_of(reading))
    yield from (f"it holds {one!r}" for one in expect.get("foreign") or () if one in everything)


def _texts(section: Section) -> list[str]:
    return [text for block in section.blocks for text in (block.items if isinstance(block, Bullets) else (block.text,))]
