"""What a source is to the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from digest.models import Entry, Problem, SourceState
from digest.sources.learning import NOTHING, Learnt
from digest.sources.original import Manner

#: How long a source in trouble is left alone: this long after the first failure, doubled after each further one…
FIRST_BACK_OFF = timedelta(minutes=15)
#: …up to this long.
LONGEST_BACK_OFF = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """What one visit brought."""

    #: Entries new or changed since the last visit, in the source's order.
    entries: tuple[Entry, ...] = ()
    #: The documents they were read from, as `original.packed` keeps them, by guid; none for those that need no reading.
    originals: Mapping[str, bytes] = field(default_factory=dict)
    #: What could not be read, while the rest went on.
    problems: tuple[Problem, ...] = ()
    #: The state to remember.
    state: SourceState
    #: How many entries were known already and passed over.
    known: int = 0


#: Asked with (guid, fingerprint): True when that entry is stored with that very fingerprint.
Known = Callable[[str, str], bool]
#: Asked when a document is to be read: what the source's earlier ones taught.
Teaching = Callable[[], Learnt]


def untaught() -> Learnt:
    """Nothing was learnt."""
    return NOTHING


class Source(Protocol):
    """Somewhere summaries come from."""

    @property
    def name(self) -> str:
        """The name in the configuration, unique."""

    @property
    def address(self) -> str:
        """Where it is, as configured: what was remembered of another address is not about it."""

    @property
    def manner(self) -> Manner:
        """How its documents are read."""

    def collect(self, state: SourceState, *, known: Known, now: datetime, learnt: Teaching = untaught) -> Collected:
        """Visit it once.

        Args:
            state: what is remembered of it.
            known: whether an entry is stored as it is.
            now: the instant of the visit.
            learnt: asked for what its earlier documents taught, when one is read.

        Raises:
            SourceError: nothing could be had. What could not be read in one entry is a problem, not an error.
        """


def after_failure(
    state: SourceState, trouble: str, *, now: datetime, retry_after: float | None = None, retire: bool = False
) -> SourceState:
    """The state after a visit that failed: backed off longer each time, never shorter than the server asked."""
    pause = min(FIRST_BACK_OFF * 2 ** min(state.failures, 16), LONGEST_BACK_OFF)
    if retry_after is not None:
        pause = max(pause, min(timedelta(seconds=retry_after), 7 * LONGEST_BACK_OFF))
    return replace(
        state,
        failures=state.failures + 1,
        trouble=trouble,
        checked_at=now,
        retry_at=now + pause,
        retired=state.retired or retire,
    )


def after_success(state: SourceState, *, now: datetime) -> SourceState:
    """The state after a visit that went well: nothing held against it."""
    return replace(state, failures=0, trouble=None, checked_at=now, succeeded_at=now, retry_at=None, retired=False)


def own_state(state: SourceState, source: Source) -> SourceState:
    """What is remembered of the source as it is configured now; a blank state when that has changed."""
    kept = state if state.address in {None, source.address} else SourceState(name=source.name)
    return replace(kept, address=source.address)


@dataclass(kw_only=True)
class StaticSource:
    """A source of given entries, for tests and rehearsals: the fake ships beside the real ones."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    address: str = ""

    @property
    def manner(self) -> Manner:
        """That of any source."""
        return Manner()

    def collect(
        self,
        state: SourceState,
        *,
        known: Known,
        now: datetime,
        learnt: Teaching = untaught,  # noqa: ARG002 - its entries are read
    ) -> Collected:
        """Every entry that is not known yet."""
        fresh = tuple(self._unknown(known))
        return Collected(entries=fresh, known=len(self.entries) - len(fresh), state=after_success(state, now=now))

    def _unknown(self, known: Known) -> Iterator[Entry]:
        return (entry for entry in self.entries if not known(entry.guid, entry.fingerprint))
