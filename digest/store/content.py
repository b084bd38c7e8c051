"""Sources, summaries and studies in the database."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa

from digest.amendments import amendment, is_notice, notice_in, notice_of
from digest.models import Amendment, Entry, SourceState, Summary
from digest.store.amending import propose
from digest.store.base import Added
from digest.store.engine import Lock, Part, locked, upsert, within
from digest.store.search import index
from digest.store.tables import (
    aliases,
    edition_items,
    revisions,
    sources,
    studies,
    study_keys,
    summaries,
)
from digest.store.tables import originals as documents
from digest.studies import Decision, Kin, Known, Verdict, content_hash, decide, other_spellings, plain_title
from digest.studies import study_keys as keys_of

#: What a `Summary` is made of, the revision still to be joined.
SUMMARY = (
    summaries.c.id,
    summaries.c.study_id,
    summaries.c.added_at,
    revisions.c.revision,
    revisions.c.content_hash,
    revisions.c.entry,
)
#: How many summaries of one title are looked at, those with the very same text first, then the latest.
_MOST_TWINS = 100
#: How many studies that share a key are looked at, those with the same DOI or PMID first.
_MOST_KIN = 100
LATEST = sa.select(*SUMMARY).join_from(
    summaries,
    revisions,
    sa.and_(revisions.c.summary_id == summaries.c.id, revisions.c.revision == summaries.c.revision),
)


class ContentPart(Part):
    """What was collected."""

    def source_state(self, name: str) -> SourceState:
        """What is remembered of a source; a blank state for one never visited."""
        with self.read() as connection:
            row = connection.execute(sa.select(sources).where(sources.c.name == name)).one_or_none()
        return SourceState(name=name) if row is None else SourceState(**row._asdict())

    def source_states(self) -> tuple[SourceState, ...]:
        """Every source ever visited, by name."""
        with self.read() as connection:
            rows = connection.execute(sa.select(sources)).all()
        return tuple(sorted((SourceState(**row._asdict()) for row in rows), key=lambda state: state.name))

    def save_source_state(self, state: SourceState) -> None:
        """Remember it."""
        with self.begin() as connection:
            upsert(connection, sources, dataclasses.asdict(state))

    def knows(self, source: str, guid: str, fingerprint: str) -> bool:
        """Whether this entry was stored with this very fingerprint; never for an empty one, which says nothing."""
        if not fingerprint:
            return False
        named = _named(source, guid) & (aliases.c.fingerprint == fingerprint)
        with self.read() as connection:
            return connection.execute(sa.select(aliases.c.summary_id).where(named)).first() is not None

    def add_entries(
        self, entries: Sequence[Entry], *, now: datetime, originals: Mapping[str, bytes] = MappingProxyType({})
    ) -> Added:
        """Store what is new or changed, in one transaction, by the rules of `digest.studies`."""
        if not entries:
            return Added()
        with self.begin() as connection:
            locked(connection, Lock.CONTENT)
            decisions = [_add(connection, entry, originals.get(entry.guid), now) for entry in entries]
        new = [decision for decision in decisions if decision.kind is Verdict.NEW]
        return Added(
            new=len(new),
            known_studies=sum(decision.study_id is not None for decision in new),
            revised=sum(decision.kind is Verdict.REVISION for decision in decisions),
            unchanged=sum(decision.kind is Verdict.UNCHANGED for decision in decisions),
        )

    def summaries_added(self, since: datetime, until: datetime) -> tuple[Summary, ...]:
        """The latest revision of each summary first seen in [since, until), oldest first, then by id."""
        fresh = (summaries.c.added_at >= since) & (summaries.c.added_at < until)
        with self.read() as connection:
            rows = connection.execute(LATEST.where(fresh).order_by(summaries.c.added_at, summaries.c.id))
            return _summaries(rows)

    def summaries(self, ids: Collection[int]) -> Mapping[int, Summary]:
        """These summaries, by id; unknown ids are left out."""
        with self.read() as connection:
            rows = connection.execute(LATEST.where(within(summaries.c.id, ids)).order_by(summaries.c.id))
            return {summary.id: summary for summary in _summaries(rows)}

    def summaries_page(self, *, before: int | None, limit: int) -> tuple[Summary, ...]:
        """Up to `limit` summaries with ids below `before` (None: any), the latest id first."""
        query = LATEST if before is None else LATEST.where(summaries.c.id < before)
        with self.read() as connection:
            return _summaries(connection.execute(query.order_by(summaries.c.id.desc()).limit(limit)))

    def revisions(self, summary_id: int) -> tuple[tuple[int, datetime, Entry], ...]:
        """(number, when it was first seen, what it says) of every revision of a summary, the first one first."""
        query = sa.select(revisions.c.revision, revisions.c.seen_at, revisions.c.entry)
        mine = query.where(revisions.c.summary_id == summary_id).order_by(revisions.c.revision)
        with self.read() as connection:
            return tuple((row.revision, row.seen_at, row.entry) for row in connection.execute(mine))

    def others_of_study(self, summary: Summary) -> tuple[Summary, ...]:
        """The latest revisions of all other summaries of its study, those that were printed first, then by id."""
        with self.read() as connection:
            return _told(connection, (summaries.c.study_id == summary.study_id) & (summaries.c.id != summary.id))

    def count_added(self, since: datetime, until: datetime) -> int:
        """How many summaries were first seen in [since, until)."""
        fresh = (summaries.c.added_at >= since) & (summaries.c.added_at < until)
        with self.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(summaries).where(fresh)).scalar_one()

    def count_summaries(self) -> int:
        """How many summaries there are, revisions not counted."""
        with self.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(summaries)).scalar_one()


def _summaries(rows: Iterable[sa.Row[*tuple[object, ...]]]) -> tuple[Summary, ...]:
    return tuple(Summary(**row._asdict()) for row in rows)


# --- adding ------------------------------------------------------------------------------------------------


def _add(connection: sa.Connection, entry: Entry, original: bytes | None, now: datetime) -> Decision:
    decision = _decide(connection, entry)
    if decision.kind is Verdict.UNCHANGED:
        _name(connection, entry, decision.summary_id)
        return decision
    study_id = decision.study_id or _new_study(connection, now)
    _propose_corrections(connection, decision, entry, now)
    if decision.summary_id is None:
        summary_id, revision = _new_summary(connection, entry, study_id, now), 1
        _propose_for_the_late(connection, entry, summary_id, now)
    else:
        summary_id = decision.summary_id
        revision = _revise(connection, entry, summary_id, now)
    if original is not None:
        kept = {"summary_id": summary_id, "revision": revision, "document": original}
        connection.execute(sa.insert(documents), kept)
    _name(connection, entry, summary_id)
    for other in decision.merge:
        _merge(connection, other, into=study_id)
    _add_keys(connection, study_id, keys_of(entry))
    return decision


def _propose_corrections(connection: sa.Connection, decision: Decision, entry: Entry, now: datetime) -> None:
    """Where a new text says that what was told no longer holds, a person is asked what readers must be told."""
    labels = (entry.headline, *entry.tags, *(section.heading or "" for section in entry.sections))
    if not any(map(notice_in, labels)):  # nearly always, and it spares the questions
        return
    if decision.summary_id is not None:
        for told in _told(connection, summaries.c.id == decision.summary_id):
            _propose(connection, told, amendment(told.entry, entry), now)
    about = sa.select(study_keys.c.study_id).where(study_keys.c.key.in_(_named_by_notice(entry)))
    mine = decision.study_id if decision.summary_id is None else None
    others = sa.or_(summaries.c.study_id.in_(about), summaries.c.study_id == mine)
    for told in _told(connection, others & (summaries.c.id != (decision.summary_id or 0))):
        if not is_notice(told.entry):
            _propose(connection, told, amendment(None, entry, told=told.entry.headline), now)


def _propose_for_the_late(connection: sa.Connection, entry: Entry, summary_id: int, now: datetime) -> None:
    """A summary of a study that was taken back before it came: other sources may be slow."""
    if is_notice(entry):
        return
    same = sa.select(study_keys.c.study_id).where(study_keys.c.key.in_(keys_of(entry)))
    for other in _told(connection, summaries.c.study_id.in_(same) & (summaries.c.id != summary_id)):
        notice = notice_of(other.entry)
        if notice is not None and notice.sure:
            propose(connection, summary_id, notice.kind, now=now)


def _told(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Summary, ...]:
    """What readers know comes first: by its headline they are told."""
    printed = sa.exists().where(edition_items.c.summary_id == summaries.c.id, edition_items.c.placed)
    return _summaries(connection.execute(LATEST.where(which).order_by(printed.desc(), summaries.c.id)))


def _propose(connection: sa.Connection, told: Summary, kind: Amendment | None, now: datetime) -> None:
    if kind is not None:
        propose(connection, told.id, kind, now=now)


def _named_by_notice(entry: Entry) -> tuple[str, ...]:
    """The keys of what a notice names by its title, also of one that is not sure to be a notice."""
    notice = notice_of(entry)
    if notice is None:
        return ()
    named = keys_of(dataclasses.replace(entry, headline=notice.about, doi=None, pmid=None)) if notice.about else ()
    return (*named, *(keys_of(entry) if notice.sure else ()))


def _decide(connection: sa.Connection, entry: Entry) -> Decision:
    known = _known(connection, entry)
    if known is None:
        return decide(entry, twins=_twins(connection, entry), kin=_kin(connection, entry))
    decision = decide(entry, same_guid=known)
    if decision.kind is Verdict.UNCHANGED:  # by far the most frequent answer: the other questions are spared
        return decision
    return decide(entry, same_guid=known, kin=_kin(connection, entry))


def _known(connection: sa.Connection, entry: Entry) -> Known | None:
    """What its guid names; of a guid never seen, what the same address named in another spelling."""
    query = sa.select(aliases.c.summary_id, summaries.c.study_id, aliases.c.content_hash).join_from(
        aliases, summaries, summaries.c.id == aliases.c.summary_id
    )
    row = connection.execute(query.where(_named(entry.source, entry.guid))).one_or_none()
    spellings = other_spellings(entry.guid) if row is None else ()
    if spellings:
        same = (aliases.c.source == entry.source) & aliases.c.guid.in_(spellings)
        row = connection.execute(query.where(same).order_by(aliases.c.summary_id)).first()
    return None if row is None else Known(**row._asdict())


def _twins(connection: sa.Connection, entry: Entry) -> tuple[Summary, ...]:
    same = (summaries.c.source == entry.source) & (summaries.c.title_hash == _title_hash(entry))
    # A source that gives everything one title must not make us read all it ever gave for each entry.
    word_for_word = revisions.c.content_hash == content_hash(entry)
    query = LATEST.where(same).order_by(word_for_word.desc(), summaries.c.id.desc()).limit(_MOST_TWINS)
    return _summaries(connection.execute(query))


def _kin(connection: sa.Connection, entry: Entry) -> tuple[Kin, ...]:
    named = sa.func.max(sa.case((study_keys.c.key.startswith("title:"), 0), else_=1))
    sharing = (
        sa.select(study_keys.c.study_id)
        .where(study_keys.c.key.in_(keys_of(entry)))
        .group_by(study_keys.c.study_id)
        .order_by(named.desc(), study_keys.c.study_id)
        .limit(_MOST_KIN)
    )
    found: dict[int, set[str]] = {}
    query = sa.select(study_keys.c.study_id, study_keys.c.key).where(study_keys.c.study_id.in_(sharing))
    for study_id, key in connection.execute(query):
        found.setdefault(study_id, set()).add(key)
    return tuple(Kin(study_id=study_id, keys=frozenset(keys)) for study_id, keys in sorted(found.items()))


def _new_study(connection: sa.Connection, now: datetime) -> int:
    return _id_of(connection.execute(sa.insert(studies).values(known_since=now)))


def _new_summary(connection: sa.Connection, entry: Entry, study_id: int, now: datetime) -> int:
    row = {"source": entry.source, "guid": entry.guid, "study_id": study_id, "added_at": now}
    insert = sa.insert(summaries).values(**row, revision=1, title_hash=_title_hash(entry))
    summary_id = _id_of(connection.execute(insert))
    _add_revision(connection, entry, summary_id, 1, now)
    return summary_id


def _revise(connection: sa.Connection, entry: Entry, summary_id: int, now: datetime) -> int:
    mine = summaries.c.id == summary_id
    revision: int = connection.execute(sa.select(summaries.c.revision).where(mine)).scalar_one() + 1
    change = sa.update(summaries).where(mine).values(revision=revision, title_hash=_title_hash(entry))
    connection.execute(change)
    _add_revision(connection, entry, summary_id, revision, now)
    return revision


def _add_revision(connection: sa.Connection, entry: Entry, summary_id: int, revision: int, now: datetime) -> None:
    text = {"content_hash": content_hash(entry), "entry": entry, "seen_at": now}
    connection.execute(sa.insert(revisions).values(summary_id=summary_id, revision=revision, **text))
    index(connection, summary_id, revision, entry)


def _name(connection: sa.Connection, entry: Entry, summary_id: int | None) -> None:
    """From now on (source, guid) names this summary, and last said this."""
    said = {"fingerprint": entry.fingerprint, "content_hash": content_hash(entry)}
    upsert(connection, aliases, {"source": entry.source, "guid": entry.guid, "summary_id": summary_id, **said})


def _named(source: str, guid: str) -> sa.ColumnElement[bool]:
    return (aliases.c.source == source) & (aliases.c.guid == guid)


def _title_hash(entry: Entry) -> str:
    return hashlib.sha256(plain_title(entry.headline).encode(errors="replace")).hexdigest()


def _id_of(result: sa.CursorResult[*tuple[object, ...]]) -> int:
    assert result.inserted_primary_key is not None  # noqa: S101 - an insert of one row always has one
    return int(result.inserted_primary_key[0])


# --- merging -----------------------------------------------------------------------------------------------


def _merge(connection: sa.Connection, other: int, *, into: int) -> None:
    """Two studies turned out to be one: all that named the one names the other."""
    connection.execute(sa.update(summaries).where(summaries.c.study_id == other).values(study_id=into))
    keys = connection.execute(sa.select(study_keys.c.key).where(study_keys.c.study_id == other)).scalars().all()
    connection.execute(sa.delete(study_keys).where(study_keys.c.study_id == other))
    _add_keys(connection, into, keys)
    _merge_edition_items(connection, other, into)
    connection.execute(sa.delete(studies).where(studies.c.id == other))


def _add_keys(connection: sa.Connection, study_id: int, keys: Collection[str]) -> None:
    mine = (study_keys.c.study_id == study_id) & study_keys.c.key.in_(keys)
    known = set(connection.execute(sa.select(study_keys.c.key).where(mine)).scalars())
    if missing := [key for key in dict.fromkeys(keys) if key not in known]:
        connection.execute(sa.insert(study_keys), [{"key": key, "study_id": study_id} for key in missing])


def _merge_edition_items(connection: sa.Connection, other: int, into: int) -> None:
    """An edition that held summaries of both holds two of one, received when either was."""
    theirs = edition_items.c.study_id == other
    connection.execute(sa.update(edition_items).where(theirs).values(study_id=into))
