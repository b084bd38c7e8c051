"""Whether an issue's ledger adds up: everybody of the day of the freeze in one account, and sums that must agree.

Pure: it reads rows as the database has them, damaged ones too, and says what is wrong with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from digest.models import DeliveryState, SkipReason, Wait

#: How many rows that contradict themselves are named; all of them are counted.
NAMED = 20


class Account(StrEnum):
    """Where a subscriber of the day of the freeze stands, for those who look at the books."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    REFUSED = "refused"
    SUPPRESSED = "suppressed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    #: Waiting, or in a worker's hands.
    OPEN = "still open"
    #: The row says nothing that the ledger ever writes.
    DAMAGED = "damaged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One delivery as the database has it: any of it may have been damaged by hand."""

    subscriber_id: int
    address: str
    #: None for a skipped one.
    edition_id: int | None
    state: str
    detail: str
    attempts: int
    #: How often it was sent again although an earlier copy may have arrived.
    doubts: int
    #: True while somebody holds it under a lease.
    held: bool
    #: What it waits for that is no trouble; empty for nothing.
    waits_for: str
    #: Instants in UTC, ISO 8601; empty for none.
    due_at: str
    finished_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """An issue's ledger as of one moment: sums made by the database, and the rows themselves."""

    #: How many subscribers the freeze wrote down; None when nobody counted.
    recipients: int | None
    #: Deliveries by state, counted by the database.
    states: Mapping[str, int]
    #: Deliveries by edition of this issue, and how many have none, counted by the database.
    editions: Mapping[int, int]
    without_edition: int
    #: The sum of all doubts, by the database.
    doubts: int
    #: Every row, in the order of subscriber ids; to be read once.
    rows: Iterator[Row]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Two numbers that must be one."""

    what: str
    expected: int | str
    found: int | str

    @property
    def agrees(self) -> bool:
        """Whether they are."""
        return self.expected == self.found


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """What the books came to."""

    #: How many stand where, and why where there is a reason; in the order of `Account`, then most first.
    accounts: tuple[tuple[Account, str, int], ...]
    readers: int
    #: At most so many second copies may have arrived, at so many readers.
    extra_copies: int
    in_doubt: int
    checks: tuple[Check, ...]
    #: (subscriber id, what is wrong) of the first `NAMED` rows that contradict themselves.
    contradictions: tuple[tuple[int, str], ...]

    @property
    def agrees(self) -> bool:
        """Whether all is as it must be."""
        return all(check.agrees for check in self.checks)


@dataclass(kw_only=True, slots=True)
class Auditor:
    """Goes through the rows one by one and remembers only sums."""

    editions: Mapping[int, int]
    _accounts: Counter[tuple[Account, str]] = field(default_factory=Counter)
    _states: Counter[str] = field(default_factory=Counter)
    _with_edition: int = 0
    _doubts: int = 0
    _in_doubt: int = 0
    _wrong: int = 0
    _named: list[tuple[int, str]] = field(default_factory=list)

    def take(self, row: Row) -> tuple[Account, str]:
        """Count a row in; its account, and the reason where there is one."""
        account = account_of(row)
        self._accounts[account] += 1
        self._states[row.state] += 1
        self._with_edition += row.edition_id is not None
        self._doubts += row.doubts
        self._in_doubt += row.doubts > 0
        if wrong := contradiction(row, self.editions):
            self._wrong += 1
            if len(self._named) < NAMED:
                self._named.append((row.subscriber_id, wrong))
        return account

    def audit(self, book: Book) -> Audit:
        """The sums, once every row was taken."""
        order = list(Account)
        rows = self._accounts.total()
        return Audit(
            accounts=tuple(
                (account, reason, number)
                for (account, reason), number in sorted(
                    self._accounts.items(), key=lambda one: (order.index(one[0][0]), -one[1], one[0][1])
                )
            ),
            readers=rows,
            extra_copies=self._doubts,
            in_doubt=self._in_doubt,
            checks=tuple(self._checks(book, rows)),
            contradictions=tuple(self._named),
        )

    def _checks(self, book: Book, rows: int) -> Iterator[Check]:
        if book.recipients is not None:
            yield Check(what="subscribers on the day of the freeze", expected=book.recipients, found=rows)
        yield Check(what="deliveries in all states together", expected=sum(book.states.values()), found=rows)
        for state in sorted({*book.states, *self._states}):
            yield Check(what=f"deliveries {state}", expected=book.states.get(state, 0), found=self._states[state])
        readers = sum(book.editions.values())
        yield Check(what="readers of all editions together", expected=readers, found=self._with_edition)
        found = readers + book.without_edition
        yield Check(what="readers of editions, and those without one", expected=rows, found=found)
        yield Check(what="extra copies possible", expected=book.doubts, found=self._doubts)
        yield Check(what="rows that contradict themselves", expected=0, found=self._wrong)


def account_of(row: Row) -> tuple[Account, str]:
    """Where a row stands, and why, in words that are the same for many rows; empty where there is no why."""
    state = _STATES.get(row.state)
    if state is None:
        return Account.DAMAGED, ""
    if state in _WAITING:
        return Account.OPEN, row.state
    account = Account(state.value)
    if account is Account.DEFERRED:
        return account, row.waits_for if row.waits_for in _WAITS else ""
    if account in (Account.SKIPPED, Account.SUPPRESSED):
        return account, row.detail if row.detail in _REASONS else "for a reason not known"
    return account, ""


def _only_waits(row: Row, state: DeliveryState) -> bool:
    """Whether nobody refused it: its hour has not come."""
    return state is DeliveryState.DEFERRED and row.waits_for in _WAITS


def contradiction(row: Row, editions: Mapping[int, int]) -> str | None:
    """What the ledger never writes and this row says; None when all fits together."""
    state = _STATES.get(row.state)
    if state is None:
        return "its state is no word of the ledger"
    return next((words for words, is_so in _CONTRADICTIONS if is_so(row, state, editions)), None)


_STATES = {state.value: state for state in DeliveryState}
_REASONS = {reason.value for reason in SkipReason}
_WAITS = {wait.value for wait in Wait}
_HELD = (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)
_WAITING = (DeliveryState.PENDING, *_HELD)
_OPEN = (*_WAITING, DeliveryState.DEFERRED)
_TRIED = (
    DeliveryState.ACCEPTED,
    DeliveryState.DEFERRED,
    DeliveryState.BOUNCED,
    DeliveryState.REFUSED,
    DeliveryState.UNKNOWN,
)

_CONTRADICTIONS = (
    (
        "it has no edition, and was not skipped",
        lambda row, state, _: row.edition_id is None and state is not DeliveryState.SKIPPED,
    ),
    (
        "its edition is none of this issue",
        lambda row, _, editions: row.edition_id is not None and row.edition_id not in editions,
    ),
    (
        "it was skipped for no reason that exists",
        lambda row, state, _: state is DeliveryState.SKIPPED and row.detail not in _REASONS,
    ),
    (
        "it has an answer, and was never tried",
        lambda row, state, _: state in _TRIED and row.attempts < 1 and not _only_waits(row, state),
    ),
    ("it has ended, and nobody knows when", lambda row, state, _: state not in _OPEN and not row.finished_at),
    ("it is still open, and has ended", lambda row, state, _: state in _OPEN and bool(row.finished_at)),
    (
        "it waits for an hour that is not set",
        lambda row, state, _: state is DeliveryState.DEFERRED and not row.due_at,
    ),
    ("it is in the hands of nobody", lambda row, state, _: state in _HELD and not row.held),
    ("it may have left more often than it was tried", lambda row, _, __: row.doubts > row.attempts),
)
