"""One study or two? What an incoming entry is: news, an old acquaintance, or a new text of one.

A store asks three things of its tables and lets `decide` judge, inside the transaction that will write the answer:

    decision = decide(
        entry,
        same_guid=...,  # (source, guid) -> Known: the summary this guid names, and the hash it last said under it
        twins=...,      # (source, plain_title(entry.headline)) -> the latest revision of each such Summary
        kin=...,        # study_keys(entry) -> every study that has one of these keys, each with *all* its keys
    )
    if decision.kind is Verdict.NEW:       add a summary, to decision.study_id or (None) to a new study
    if decision.kind is Verdict.REVISION:  add a revision to decision.summary_id
    always, even if UNCHANGED:             (source, guid) names that summary and last said content_hash(entry)
    unless UNCHANGED:                      fold the studies of decision.merge into decision.study_id, then add
                                           study_keys(entry) to it (one key may belong to several studies)

So a source may give one entry many guids, and two guids that say different things never revise each other for ever:
each is compared with what it said itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from urllib.parse import urlsplit, urlunsplit

from digest.amendments import is_notice, named_dois, notice_of, text_of
from digest.amendments import plain_title as plain_title
from digest.models import Block, Bullets, Entry, Kind, Precision, PublishedDate, Section, Summary

#: A title of fewer letters, or of fewer words of its own, is shared by too many studies to tell one from another.
_FEWEST_LETTERS = 20
_FEWEST_WORDS = 3
#: So many words that stand together are hardly anybody else's, and so many such runs make a text.
_RUN = 4
_FEWEST_RUNS = 4
#: Words that say nothing about a study: "Reply to the letter to the editor", "This month in research".
_COMMON = (
    "a abstract an and announcement are article author authors by comment correction corrigendum day editor editorial "
    "erratum for from in is issue latest letter letters month monthly new news newsletter note of on our preface "
    "publication re reply report research response results retraction review roundup study summary the this to today "
    "untitled update updates we week weekly what with year you your"
)
_NOBODYS_WORDS = frozenset(_COMMON.split())
#: Keys stand in database indexes, which refuse rows of some kilobytes; a longer key ends in a hash of all of it.
_LONGEST_KEY = 200
#: Where preprints are registered. The first also registers the papers of a publisher, which have letters in them.
_PREPRINT = re.compile(
    r"^doi:10\.(?:1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{5,8}$|(?:64898|21203|20944|26434|31219|31234|31235|36227|22541|48550|35542|32388)/"
    r"|2139/ssrn\.)"
)


class Verdict(StrEnum):
    """What an incoming entry is."""

    #: A summary never seen; of a known study when the decision names one.
    NEW = "new"
    #: Seen before, word for word.
    UNCHANGED = "unchanged"
    #: Another text of a summary we have: not news.
    REVISION = "revision"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a guid of this source named when it was last seen."""

    summary_id: int
    study_id: int
    #: `content_hash` of what stood under this very guid then.
    content_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kin:
    """A stored study that shares a key with an incoming entry."""

    study_id: int
    #: All keys of all its summaries, not only the shared ones: what tells it apart counts too.
    keys: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What to do with an incoming entry."""

    kind: Verdict
    #: The summary it is; None when it is new.
    summary_id: int | None = None
    #: The study it tells of; None for one never heard of.
    study_id: int | None = None
    #: Studies that turned out to be `study_id` (the lowest of them all), ascending.
    merge: tuple[int, ...] = ()
    #: For a person who asks.
    why: str


def decide(
    entry: Entry, *, same_guid: Known | None = None, twins: Sequence[Summary] = (), kin: Sequence[Kin] = ()
) -> Decision:
    """Whether an entry is news, and of which study.

    Args:
        entry: as its source gives it now.
        same_guid: what its (source, guid) names; None when never seen.
        twins: the same source's summaries with the same `plain_title`, latest revisions, in any order.
        kin: the studies that share one of its `study_keys`, in any order.

    Returns:
        A decision. Its `study_id` is the lowest of all studies that proved to be the same.
    """
    digest, keys = content_hash(entry), study_keys(entry)
    if same_guid is not None:
        return _again(keys, digest, same_guid, kin, "its guid is known")
    twin = next((twin for twin in sorted(twins, key=lambda twin: twin.id) if _is_same_entry(entry, digest, twin)), None)
    if twin is not None:
        known = Known(summary_id=twin.id, study_id=twin.study_id, content_hash=twin.content_hash)
        return _again(keys, digest, known, kin, f"its source gave it before under the guid {twin.entry.guid!r}")
    # One source, one title and yet two entries: a series ("This month in research"). Its title proves nothing.
    series = frozenset(twin.study_id for twin in twins if not _is_preprint_and_paper(keys, study_keys(twin.entry)))
    studies, why = _same_studies(
        keys, [one for one in kin if not _only_by_title(keys, one, series)], notice=is_notice(entry)
    )
    if not studies:
        return Decision(kind=Verdict.NEW, why="nothing known shares its DOI, PMID or title")
    return Decision(kind=Verdict.NEW, study_id=studies[0], merge=tuple(studies[1:]), why=why)


def study_keys(entry: Entry) -> tuple[str, ...]:
    """What names the study: `doi:…`, `pmid:…`, then `title:…` (of an explainer `explainer:…`), as far as known.

    A title too short or too common to name one study ("Editorial") gives no key. An explainer and a research summary
    never share a title's key, so an equal title alone cannot make them one study. A notice ("Retraction: Title") has
    the keys of what it is about, too. Keys have at most 217 characters.
    """
    notice = notice_of(entry) if is_notice(entry) else None
    about = plain_title(notice.about) if notice else ""
    named_by_notice = named_dois(entry) if notice else ()
    title = about or plain_title(entry.headline)
    own_words = set(title.split()) - _NOBODYS_WORDS
    distinctive = len(title) >= _FEWEST_LETTERS and len(own_words) >= _FEWEST_WORDS
    prefix = "explainer" if entry.kind is Kind.BACKGROUND else "title"
    named = (
        ("doi", _plain_id(entry.doi)),
        ("pmid", _plain_id(entry.pmid).lstrip("0")),
        ("doi", _plain_id(named_by_notice[0]) if len(named_by_notice) == 1 else ""),
        (prefix, title if distinctive else ""),
    )
    return tuple(f"{name}:{_bounded(value)}" for name, value in named if value)


def content_hash(entry: Entry) -> str:
    """SHA-256 (hex) over what a reader reads; equal when only white space changed.

    Where it came from (source, guid, url, fingerprint) is left out: some sources put the time of asking into every
    link, or a new guid on every visit.
    """
    said = [
        entry.kind,
        *map(_spaced, (entry.headline, entry.journal, entry.doi, entry.pmid, entry.credibility, entry.interest)),
        *map(_spaced, (entry.people, entry.design, entry.language)),
        _said_date(entry.published),
        [_spaced(tag) for tag in entry.tags],
        [_said_section(section) for section in entry.sections],
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def other_spellings(guid: str) -> tuple[str, ...]:
    """The same address with the other scheme, with and without `www.` and a slash at its end; none for other guids.

    Sites change these when they move, and all their guids with them. What a fragment or parameters say stays: they may
    tell entries of one page apart.
    """
    if not guid.lower().startswith(("http://", "https://")):
        return ()
    try:
        parts = urlsplit(guid)
    except ValueError:
        return ()
    host, path = parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")
    ways = product(("https", "http"), (host, f"www.{host}"), (path, f"{path}/"))
    made = (urlunsplit((scheme, one, way, parts.query, parts.fragment)) for scheme, one, way in ways)
    return tuple(way for way in made if way != guid)


# --- the same entry again ---------------------------------------------------------------------------------


def _again(keys: Sequence[str], digest: str, known: Known, kin: Sequence[Kin], why: str) -> Decision:
    if known.content_hash == digest:
        return Decision(
            kind=Verdict.UNCHANGED,
            summary_id=known.summary_id,
            study_id=known.study_id,
            why=f"{why} and its text is the same",
        )
    joined, _ = _same_studies(keys, [one for one in kin if one.study_id != known.study_id and _shares_id(keys, one)])
    studies = sorted({known.study_id, *joined})
    return Decision(
        kind=Verdict.REVISION,
        summary_id=known.summary_id,
        study_id=studies[0],
        merge=tuple(studies[1:]),
        why=f"{why} and its text has changed",
    )


def _is_same_entry(entry: Entry, digest: str, twin: Summary) -> bool:
    """Whether a source that hands out new guids shows an old entry: the titles are equal already, one thing more is."""
    old = twin.entry
    if old.kind is not entry.kind or _ids_differ(study_keys(entry), study_keys(old)):
        return False
    if twin.content_hash == digest or _ids(study_keys(entry)) & _ids(study_keys(old)):
        return True
    if len(study_keys(entry)) == len(_ids(study_keys(entry))):
        return False
    same_journal = _spaced(entry.journal) == _spaced(old.journal)
    if _is_one_page(entry.url, old.url) or (same_journal and entry.journal and entry.published == old.published):
        return True
    return same_journal and entry.published == old.published and _is_an_edit(entry, old)


def _is_an_edit(entry: Entry, old: Entry) -> bool:
    """Whether a text is another with words changed, as where a site moves and mends its texts on the way.

    The same day is a proof of its own, so half of the shorter text will do; without one nearly all must be the same.
    """
    ours, theirs = _runs(entry), _runs(old)
    same, shorter, longer = len(ours & theirs), *sorted((len(ours), len(theirs)))
    if entry.published is not None and entry.published.precision is Precision.DAY:
        return shorter >= _FEWEST_RUNS and same * 2 >= shorter
    return shorter >= 3 * _FEWEST_RUNS and same * 5 >= longer * 4


def _runs(entry: Entry) -> set[tuple[str, ...]]:
    """Every few words that stand together in its text."""
    words = plain_title(text_of(entry)).split()
    return {tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)}


def _is_one_page(url: str | None, other: str | None) -> bool:
    """Whether both lead to the same page, which is not the front page of a site: many entries may lead there."""
    if not url or not other or (url != other and url not in other_spellings(other)):
        return False
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


# --- the same study ---------------------------------------------------------------------------------------


def _same_studies(keys: Sequence[str], kin: Iterable[Kin], *, notice: bool = False) -> tuple[list[int], str]:
    """The studies this entry is about, ascending, and how that is known: DOI before PMID before title.

    A notice that takes a study back is published under a DOI of its own, which tells it from none.
    """
    found: list[Kin] = []
    reasons: list[str] = []
    ordered = sorted(kin, key=lambda one: one.study_id)
    for prefix in ("doi", "pmid"):
        shared = [one for one in ordered if _shares(keys, one, prefix) and one not in found]
        added = [one for one in shared if not any(_ids_differ(one.keys, other.keys) for other in found)]
        found += added
        reasons += [prefix.upper()] if added else []
    ids = frozenset(keys).union(*(one.keys for one in found))
    titled = [
        one
        for one in ordered
        if one not in found and not _shares_id(keys, one) and (notice or not _ids_differ(ids, one.keys))
    ]
    # Two studies under one title that were kept apart: the title cannot say which of them is meant.
    if len(titled) == 1:
        found += titled
        reasons.append("title")
    return sorted(one.study_id for one in found), f"a known study has the same {' and '.join(reasons)}"


def _only_by_title(keys: Sequence[str], kin: Kin, studies: frozenset[int]) -> bool:
    return kin.study_id in studies and not _shares_id(keys, kin)


def _shares(keys: Sequence[str], kin: Kin, prefix: str) -> bool:
    return any(key in kin.keys for key in keys if key.startswith(f"{prefix}:"))


def _shares_id(keys: Sequence[str], kin: Kin) -> bool:
    return _shares(keys, kin, "doi") or _shares(keys, kin, "pmid")


def _ids(keys: Iterable[str], *prefixes: str) -> frozenset[str]:
    return frozenset(key for key in keys if key.startswith(prefixes or ("doi:", "pmid:")))


def _ids_differ(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether both have a DOI, or both a PMID, and none of their DOIs and PMIDs is the same.

    A preprint and the paper that came of it have a DOI each, and PubMed counts both: that makes them no two studies.
    """
    ours, theirs = _ids(ours), _ids(theirs)
    if ours & theirs or _is_preprint_and_paper(ours, theirs):
        return False
    return any(_ids(ours, prefix) and _ids(theirs, prefix) for prefix in ("doi:", "pmid:"))


def _is_preprint_and_paper(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether one names only preprints by its DOIs, and the other only papers."""
    kinds = [{bool(_PREPRINT.match(key)) for key in _ids(keys, "doi:")} for keys in (ours, theirs)]
    return kinds in ([{True}, {False}], [{False}, {True}])


# --- plain text -------------------------------------------------------------------------------------------


def _plain_id(value: str | None) -> str:
    return "".join(char for char in (value or "").casefold() if char.isprintable() and not char.isspace())


def _bounded(value: str) -> str:
    if len(value) <= _LONGEST_KEY:
        return value
    return f"{value[: _LONGEST_KEY - 17]}#{hashlib.sha256(value.encode(errors='replace')).hexdigest()[:16]}"


def _spaced(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


def _said_date(published: PublishedDate | None) -> list[str]:
    return [] if published is None else [published.day.isoformat(), published.precision]


def _said_section(section: Section) -> list[object]:
    return [section.role, _spaced(section.heading), [_said_block(block) for block in section.blocks]]


def _said_block(block: Block) -> list[object]:
    if isinstance(block, Bullets):
        # Lists that begin with 1 are said as they were before there were others: their summaries did not change.
        first = [block.start] if block.start != 1 else []
        return [type(block).__name__, block.ordered, *first, *map(_spaced, block.items)]
    return [type(block).__name__, _spaced(block.text)]
