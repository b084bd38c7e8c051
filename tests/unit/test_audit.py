"""The books of an issue: every row in one account, sums that must agree, rows that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from digest.audit import NAMED, Account, Audit, Auditor, Book, Row, account_of, contradiction
from digest.models import Wait

EDITIONS = {7: 3, 8: 0}
ENDED = "2026-12-01T09:00:00.000000Z"


def a_row(state: str = "accepted", number: int = 1, **given: Any) -> Row:
    """A row as the ledger writes it in this state."""
    is_open = state in ("pending", "claimed", "inflight", "deferred")
    defaults: dict[str, Any] = {
        "subscriber_id": number,
        "address": f"reader{number}@example.org",
        "edition_id": None if state == "skipped" else 7,
        "state": state,
        "detail": "nothing new" if state == "skipped" else "",
        "attempts": 1 if state in ("accepted", "deferred", "bounced", "unknown") else 0,
        "doubts": 0,
        "held": state in ("claimed", "inflight"),
        "waits_for": "",
        "due_at": ENDED if state == "deferred" else "",
        "finished_at": "" if is_open else ENDED,
    }
    return Row(**{**defaults, **given})


def a_book(rows: Iterable[Row], **given: Any) -> Book:
    defaults: dict[str, Any] = {
        "recipients": 4,
        "states": {"accepted": 3, "skipped": 1},
        "editions": EDITIONS,
        "without_edition": 1,
        "doubts": 2,
        "rows": iter(rows),
    }
    return Book(**{**defaults, **given})


ROWS = (a_row(), a_row(number=2, attempts=3, doubts=2), a_row(number=3), a_row("skipped", 4))


def audit_of(rows: Iterable[Row] = ROWS, **given: Any) -> Audit:
    book = a_book(rows, **given)
    auditor = Auditor(editions=book.editions)
    for row in book.rows:
        auditor.take(row)
    return auditor.audit(book)


def wrong(audit: Audit) -> list[tuple[str, int | str, int | str]]:
    return [(check.what, check.expected, check.found) for check in audit.checks if not check.agrees]


def test_good_books_agree() -> None:
    """Everybody is in one account, and the doubts are the second copies that may have arrived."""
    audit = audit_of()
    assert audit.agrees and not audit.contradictions
    assert audit.accounts == ((Account.ACCEPTED, "", 3), (Account.SKIPPED, "nothing new", 1))
    assert (audit.readers, audit.extra_copies, audit.in_doubt) == (4, 2, 1)


@pytest.mark.parametrize(
    ("rows", "given", "what"),
    [
        (ROWS, {"recipients": 5}, ["subscribers on the day of the freeze"]),
        (ROWS[:3], {"recipients": None, "states": {"accepted": 3}}, ["readers of editions, and those without one"]),
        (ROWS, {"states": {"accepted": 2, "skipped": 1}}, ["deliveries in all states together", "deliveries accepted"]),
        (
            ROWS,
            {"editions": {7: 2}},
            ["readers of all editions together", "readers of editions, and those without one"],
        ),
        (ROWS, {"doubts": 1}, ["extra copies possible"]),
        ((*ROWS[:3], a_row("skipped", 4, detail="because")), {}, ["rows that contradict themselves"]),
    ],
)
def test_each_sum_that_does_not_agree_is_named(rows: tuple[Row, ...], given: dict[str, Any], what: list[str]) -> None:
    """And no other."""
    audit = audit_of(rows, **given)
    assert not audit.agrees
    assert [name for name, _, _ in wrong(audit)] == what


def test_a_lost_row_is_missed() -> None:
    """The freeze wrote down how many there were: a row that is gone cannot hide."""
    audit = audit_of(ROWS[1:], states={"accepted": 2, "skipped": 1}, editions={7: 2})
    assert wrong(audit) == [("subscribers on the day of the freeze", 4, 3)]


def test_an_issue_nobody_counted_is_not_held_against_a_count() -> None:
    """Where no number was written down, the other sums still must agree."""
    audit = audit_of(recipients=None)
    assert audit.agrees
    assert all(check.what != "subscribers on the day of the freeze" for check in audit.checks)


@pytest.mark.parametrize(
    ("row", "account"),
    [
        (a_row("pending"), (Account.OPEN, "pending")),
        (a_row("claimed"), (Account.OPEN, "claimed")),
        (a_row("inflight"), (Account.OPEN, "inflight")),
        (a_row("deferred", detail="451 later"), (Account.DEFERRED, "")),
        (a_row("deferred", waits_for=Wait.WEEKDAY.value), (Account.DEFERRED, "its reader's day of the week")),
        (a_row("deferred", waits_for="x@example.org"), (Account.DEFERRED, "")),
        (a_row("bounced", detail="550 no"), (Account.BOUNCED, "")),
        (a_row("suppressed", detail="unsubscribed"), (Account.SUPPRESSED, "unsubscribed")),
        (a_row("suppressed", detail="x@example.org"), (Account.SUPPRESSED, "for a reason not known")),
        (a_row("skipped", detail="paused"), (Account.SKIPPED, "paused")),
        (a_row("cancelled"), (Account.CANCELLED, "")),
        (a_row("unknown"), (Account.UNKNOWN, "")),
        (a_row("sent"), (Account.DAMAGED, "")),
    ],
)
def test_every_state_has_an_account(row: Row, account: tuple[Account, str]) -> None:
    """A server's words and addresses never become a line of the table; only our own reasons do."""
    assert account_of(row) == account


@pytest.mark.parametrize("state", ["pending", "claimed", "inflight", "accepted", "deferred", "bounced", "suppressed"])
def test_what_the_ledger_writes_is_no_contradiction(state: str) -> None:
    """A row in each state as the ledger leaves it; one that waits for its hour was never tried."""
    assert contradiction(a_row(state), EDITIONS) is None
    assert contradiction(a_row("deferred", attempts=0, waits_for=Wait.QUIET_HOURS.value), EDITIONS) is None


@pytest.mark.parametrize("state", ["cancelled", "unknown", "skipped"])
def test_what_ended_is_no_contradiction(state: str) -> None:
    """A reader who paused after the freeze is skipped with an edition; that is right too."""
    assert contradiction(a_row(state), EDITIONS) is None
    assert contradiction(a_row("skipped", edition_id=7, detail="paused"), EDITIONS) is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (a_row("sent"), "no word of the ledger"),
        (a_row(edition_id=None), "no edition"),
        (a_row(edition_id=99), "none of this issue"),
        (a_row("skipped", detail="felt like it"), "no reason that exists"),
        (a_row(attempts=0), "never tried"),
        (a_row("deferred", attempts=0), "never tried"),
        (a_row("bounced", attempts=0, waits_for=Wait.QUIET_HOURS.value), "never tried"),
        (a_row(finished_at=""), "nobody knows when"),
        (a_row("pending", finished_at=ENDED), "still open"),
        (a_row("deferred", due_at=""), "an hour that is not set"),
        (a_row("inflight", held=False), "hands of nobody"),
        (a_row(doubts=2), "more often than it was tried"),
    ],
)
def test_a_row_changed_by_hand_contradicts_itself(row: Row, words: str) -> None:
    """Each in words that say what is wrong with it."""
    assert words in (contradiction(row, EDITIONS) or "")


def test_only_the_first_contradictions_are_named_and_all_are_counted() -> None:
    """A million damaged rows are a number, not a million lines."""
    bad = [replace(a_row(number=number), finished_at="") for number in range(1, 101)]
    audit = audit_of(bad, recipients=100, states={"accepted": 100}, editions={7: 100}, without_edition=0, doubts=0)
    assert wrong(audit) == [("rows that contradict themselves", 0, 100)]
    assert [number for number, _ in audit.contradictions] == list(range(1, NAMED + 1))
