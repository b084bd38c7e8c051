"""Collecting: sources | read | store what is new | learn what is the site's | read again what that changes.

A source in trouble never stops the others, and one entry never takes another with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.errors import DigestError, SourceError
from digest.models import Entry, Furniture, Problem, SourceState
from digest.sources.base import Collected, Source, after_failure, own_state
from digest.sources.entries import entry_from
from digest.sources.learning import LATEST_DOCUMENTS, Alike, Learnt, learn, topics_of
from digest.sources.original import Manner, Original, read, said_in, unpacked
from digest.store.base import Added, Store
from digest.usual import LOOKED_AT, changed_shape, usual

logger = logging.getLogger(__name__)

#: Sources visited at the same time: enough to hide a slow one behind the others.
VISITS_AT_ONCE = 4
#: The latest documents of a source whose topics are remembered.
TOPICS_OF = 100
#: What was added longer ago is in no draft: the longest window is a quarter.
IN_A_DRAFT = timedelta(days=100)
#: Documents of that age that are read again at once.
MOST_READ_AGAIN = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What one visit to one source came to."""

    source: str
    added: Added = field(default_factory=Added)
    problems: tuple[Problem, ...] = ()
    #: Texts that were learnt to be the site's: they stand in most of its documents.
    learnt: tuple[Furniture, ...] = ()
    #: Why nothing could be had; None when it went well.
    trouble: str | None = None
    #: Why it was not visited at all; None when it was.
    passed_over: str | None = None


def collect(
    store: Store,
    sources: Sequence[Source],
    *,
    clock: Callable[[], datetime],
    insist: bool = False,
    on_visit: Callable[[Visit], None] = lambda _visit: None,
) -> tuple[Visit, ...]:
    """Visit the sources and store what is new.

    A source in trouble never stops the others: it is backed off, and `Visit.trouble` says why.

    Args:
        store: where summaries and the sources' states are kept.
        sources: what to visit.
        clock: what it says as a source's entries are stored becomes their `added_at`. Visits may take many minutes,
            and what is stored when a window is over belongs to the next one.
        insist: visit a source even while it is backed off or retired.
        on_visit: told of each visit as it ends.

    Returns:
        One visit a source, in the order of `sources`.
    """
    now = clock()
    visits: dict[str, Visit] = {}
    with ThreadPoolExecutor(max_workers=VISITS_AT_ONCE, thread_name_prefix="visit") as pool:
        asked = {}
        for source in sources:
            state = own_state(store.source_state(source.name), source)
            reason = None if insist else _reason_to_wait(state, now)
            if reason:
                visits[source.name] = Visit(source=source.name, passed_over=reason)
                on_visit(visits[source.name])
            else:
                asked[_asked(pool, store, source, state, now)] = (source, state)
        for answer in as_completed(asked):
            source, state = asked[answer]
            visits[source.name] = _take_in(store, source, state, answer.result, clock)
            on_visit(visits[source.name])
    return tuple(visits[source.name] for source in sources)


def _asked(
    pool: ThreadPoolExecutor, store: Store, source: Source, state: SourceState, now: datetime
) -> Future[Collected]:
    return pool.submit(
        source.collect, state, known=_known(store, source), now=now, learnt=lambda: learnt_of(store, source.name)
    )


def _reason_to_wait(state: SourceState, now: datetime) -> str | None:
    if state.retired:
        return f"retired: {state.trouble or 'its server says it is gone'}"
    if state.retry_at is not None and now < state.retry_at:
        return f"backed off until {state.retry_at:%Y-%m-%d %H:%M} UTC: {state.trouble}"
    return None


def _known(store: Store, source: Source) -> Callable[[str, str], bool]:
    return lambda guid, fingerprint: store.knows(source.name, guid, fingerprint)


def learnt_of(store: Store, name: str) -> Learnt:
    """What a source's earlier documents taught, as it is remembered."""
    texts = [one.text for one in store.furniture(name) if not one.kept]
    latest = store.latest_of(name, limit=TOPICS_OF)
    return Learnt(furniture=Alike(texts), topics=topics_of(summary.entry.tags for summary in latest))


def _take_in(
    store: Store, source: Source, state: SourceState, answer: Callable[[], Collected], clock: Callable[[], datetime]
) -> Visit:
    """Store the entries first and the state after them: a crash between the two costs a visit, not an entry."""
    now = clock()
    try:
        collected = answer()
        changed = tuple(_changed_shape(store, source.name, collected.entries))
        added = store.add_entries(collected.entries, now=now, originals=collected.originals)
        learnt = learn_from(store, source, now=now) if collected.originals else ()
        store.save_source_state(collected.state)
    except SourceError as error:
        return _failed(store, state, str(error), now, retry_after=error.retry_after, retire=error.gone)
    except DigestError as error:
        return _failed(store, state, str(error), now)
    except Exception as error:  # one source's fault, even ours in reading it, must not silence the others
        logger.exception("reading the source %s failed", state.name)
        return _failed(store, state, f"unexpected {type(error).__name__} while reading it: {error}", now)
    return Visit(source=state.name, added=added, problems=(*collected.problems, *changed), learnt=learnt)


def _changed_shape(store: Store, source: str, entries: Sequence[Entry]) -> Iterator[Problem]:
    """What an operator should know of texts that lack a part which those of this source always had."""
    if entries:
        told = changed_shape(entries, usual(one.entry for one in store.latest_of(source, limit=LOOKED_AT)))
        yield from [] if told is None else [Problem(place=source, message=told)]


def learn_from(store: Store, source: Source, *, now: datetime) -> tuple[Furniture, ...]:
    """Learn what stands in most of the latest documents of a source, and read again what may be in a draft.

    What was approved is frozen, and stays as it was read.

    Returns:
        What was not known before.
    """
    latest = store.latest_originals(source.name, limit=LATEST_DOCUMENTS)
    documents = [said_in(unpacked(kept), source.manner) for _, kept in latest]
    # The same text bears another journal's name in each document, so what is known is told by its likeness.
    known = Alike(one.text for one in store.furniture(source.name))
    new = store.learn(source.name, [one for one in learn(documents) if not known.has(one.text)], now=now)
    if new:
        read_again(store, source, now=now)
    return new


def read_again(store: Store, source: Source, *, now: datetime) -> Added:
    """Read the documents of a source once more that may be in a draft, with all that is known of it now."""
    manner = source.manner.knowing(learnt_of(store, source.name))
    recent = store.latest_originals(source.name, limit=MOST_READ_AGAIN, since=now - IN_A_DRAFT)
    again = ((_read_as(summary.entry, unpacked(kept), manner), kept) for summary, kept in recent)
    made = [(entry, kept) for entry, kept in again if entry is not None]
    return store.add_entries(
        [entry for entry, _ in made], now=now, originals={entry.guid: kept for entry, kept in made}
    )


def _read_as(entry: Entry, original: Original, manner: Manner) -> Entry | None:
    return entry_from(
        read(original, manner),
        source=entry.source,
        guid=entry.guid,
        fingerprint=entry.fingerprint,
        url=entry.url,
        language=entry.language,
    )


def _failed(
    store: Store,
    state: SourceState,
    trouble: str,
    now: datetime,
    *,
    retry_after: float | None = None,
    retire: bool = False,
) -> Visit:
    store.save_source_state(after_failure(state, trouble, now=now, retry_after=retry_after, retire=retire))
    return Visit(source=state.name, trouble=trouble)
