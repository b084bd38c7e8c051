"""The ledger as auditors and watchers read it, on both databases; and what a person decides about doubts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digest.audit import Audit, Auditor
from digest.errors import StateError
from digest.models import Claim, DomainGroup, Outcome, Receipt, Result
from digest.models import DeliveryState as S
from digest.pace import Count
from digest.store.store import SqlStore
from tests.factories import NOW, a_window, an_approved_issue
from tests.integration.store_verbs import a_frozen_issue, a_recipient, an_edition, freeze, readers

SOON = NOW + timedelta(seconds=10)
ENDS = {
    S.ACCEPTED: Outcome.ACCEPTED,
    S.BOUNCED: Outcome.REFUSED,
    S.DEFERRED: Outcome.DEFERRED,
    S.UNKNOWN: Outcome.DOUBTFUL,
}


def in_flight(store: SqlStore, number: int = 100) -> Sequence[Claim]:
    claims = store.claim(1, "me", limit=number, lease=60, now=NOW)
    store.record([], claims, "me", lease=60, now=NOW)
    return claims


def end(store: SqlStore, *states: S) -> None:
    """So many deliveries end so, by a transport called smtp."""
    results = [
        Result(claim=claim, state=state, receipt=Receipt(outcome=ENDS[state], via="smtp"), due_at=SOON)
        for claim, state in zip(in_flight(store, len(states)), states, strict=True)
    ]
    store.record(results, [], "me", lease=60, now=SOON)


def audit(store: SqlStore) -> Audit:
    with store.books(1) as book:
        auditor = Auditor(editions=book.editions)
        for row in book.rows:
            auditor.take(row)
        return auditor.audit(book)


def states(store: SqlStore) -> list[S]:
    return [row.state for row in store.deliveries(1)]


def damage(store: SqlStore, statement: str) -> list[str]:
    """Change the database by hand; the sums that do not agree any more."""
    with store.begin() as connection:
        connection.execute(sa.text(statement))
    return [check.what for check in audit(store).checks if not check.agrees]


@pytest.fixture
def books(store: SqlStore) -> SqlStore:
    """Everything a ledger can hold: ended, waiting, held, skipped."""
    a_frozen_issue(store, *([an_edition()] * 9), None)
    end(store, S.ACCEPTED, S.ACCEPTED, S.BOUNCED, S.DEFERRED, S.UNKNOWN)
    store.record([], store.claim(1, "me", limit=2, lease=60, now=NOW)[:1], "me", lease=60, now=NOW)
    return store


def test_what_the_ledger_writes_agrees(books: SqlStore) -> None:
    """At every moment of a send, and each reader is in one account."""
    found = audit(books)
    assert found.agrees, found.checks
    assert {(account.value, reason): number for account, reason, number in found.accounts} == {
        ("accepted", ""): 2,
        ("deferred", ""): 1,
        ("bounced", ""): 1,
        ("skipped", "nothing new"): 1,
        ("unknown", ""): 1,
        ("still open", "claimed"): 1,
        ("still open", "inflight"): 1,
        ("still open", "pending"): 2,
    }


def test_recovering_settling_and_aborting_agree(books: SqlStore) -> None:
    """What died is sent again, doubts are settled, the issue ends: the sums hold after each."""
    books.recover(1, resend=True, gone={"me"}, now=SOON)
    assert audit(books).agrees and audit(books).extra_copies == 1
    books.resolve(1, resend=True, now=SOON)
    assert audit(books).agrees and audit(books).extra_copies == 2
    books.abort(1, now=SOON)
    assert audit(books).agrees


def test_a_mail_that_showed_a_transport_ill_agrees(books: SqlStore) -> None:
    """It waits for an hour, was never tried, and is told apart."""
    books.release(books.claim(1, "probe", limit=1, lease=60, now=NOW), "probe", now=NOW, until=SOON)
    found = audit(books)
    assert found.agrees, found.checks
    assert ("deferred", "its transport, given a rest", 1) in [(one.value, *rest) for one, *rest in found.accounts]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM deliveries WHERE id = 9", "subscribers on the day of the freeze"),
        ("UPDATE deliveries SET state = 'accepted' WHERE id = 9", "rows that contradict themselves"),
        ("UPDATE deliveries SET state = 'pending' WHERE id = 1", "rows that contradict themselves"),
        ("UPDATE deliveries SET state = 'gone' WHERE id = 1", "rows that contradict themselves"),
        ("UPDATE deliveries SET edition_id = NULL WHERE id = 1", "rows that contradict themselves"),
        ("UPDATE deliveries SET doubts = 9 WHERE id = 1", "rows that contradict themselves"),
    ],
)
def test_a_row_damaged_by_hand_is_found(books: SqlStore, statement: str, what: str) -> None:
    """Gone, moved on, moved back, made nonsense of: each shows, and none stops the audit."""
    assert damage(books, statement) == [what]


def test_an_edition_of_another_issue_is_found(store: SqlStore) -> None:
    """Readers of all editions are no longer all readers."""
    an_approved_issue(store, 2)
    a_frozen_issue(store, an_edition(key="other"), label="2026-10", since=NOW, until=SOON)
    wrong = damage(store, "UPDATE deliveries SET edition_id = 2 WHERE id = 1")
    assert "readers of all editions together" in wrong and "rows that contradict themselves" in wrong


def test_rows_are_streamed_as_of_one_moment(store: SqlStore) -> None:
    """What changes while the books are open is not seen in them."""
    an_approved_issue(store, 3)
    with store.books(1) as book:
        first = next(book.rows)
        store.abort(1, now=NOW)
        assert [first.state, *(row.state for row in book.rows)] == ["pending"] * 3
    assert states(store) == [S.CANCELLED] * 3


def test_the_pace_by_provider_and_transport(store: SqlStore) -> None:
    """Counts by state, domain group and transport; what ended lately, and when the first of that was tried."""
    issue = store.add_issue(a_window(), now=NOW)
    everybody = readers(store, "a@gmail.com", "b@googlemail.com", "c@hotmail.co.uk", "d@example.org")
    freeze(store, issue, [a_recipient(reader, an_edition()) for reader in everybody])
    end(store, S.ACCEPTED, S.ACCEPTED, S.DEFERRED)
    counts = store.paces(1, since=NOW)
    assert {(one.group, one.state): one for one in counts} == {
        (DomainGroup.GOOGLE, S.ACCEPTED): Count(
            state=S.ACCEPTED, group=DomainGroup.GOOGLE, via="smtp", number=2, lately=2, began_at=SOON
        ),
        (DomainGroup.MICROSOFT, S.DEFERRED): Count(state=S.DEFERRED, group=DomainGroup.MICROSOFT, via="smtp", number=1),
        (DomainGroup.OTHER, S.PENDING): Count(state=S.PENDING, group=DomainGroup.OTHER, via="", number=1),
    }
    assert sum(one.lately for one in store.paces(1, since=SOON)) == 0


# --- doubts --------------------------------------------------------------------------------------------------


def test_a_person_sends_what_is_unknown_once_more(store: SqlStore) -> None:
    """It waits again with one more doubt and a life of its own; nothing else is touched."""
    an_approved_issue(store, 3)
    end(store, S.UNKNOWN, S.ACCEPTED)
    assert store.resolve(1, resend=True, now=SOON) == 1
    assert states(store) == [S.PENDING, S.ACCEPTED, S.PENDING]
    row = store.delivery(1, 1)
    assert row is not None and (row.doubts, row.finished_at) == (1, None)
    assert store.resolve(1, resend=True, now=SOON) == 0
    claims = store.claim(1, "me", limit=9, lease=60, now=SOON)
    assert [claim.first_tried_at for claim in claims] == [SOON, None]


def test_a_person_takes_what_is_unknown_as_arrived(store: SqlStore) -> None:
    """Nothing is sent again; the row says who decided."""
    an_approved_issue(store, 2)
    end(store, S.UNKNOWN, S.UNKNOWN)
    assert store.resolve(1, resend=False, now=SOON) == 2
    assert states(store) == [S.ACCEPTED] * 2
    row = store.delivery(1, 1)
    assert row is not None and "operator" in row.detail and row.doubts == 0


def test_nobody_who_was_erased_is_sent_anything_again(store: SqlStore) -> None:
    """Their row ends, so that nothing waits for ever; the others wait again."""
    an_approved_issue(store, 2)
    end(store, S.UNKNOWN, S.UNKNOWN)
    assert store.erase(1, now=NOW) and store.resolve(1, resend=True, now=SOON) == 2
    assert states(store) == [S.SUPPRESSED, S.PENDING]
    assert audit(store).agrees and store.resolve(1, resend=True, now=SOON) == 0


def test_nothing_of_an_aborted_issue_is_sent_again(store: SqlStore) -> None:
    """Its doubts can only be taken as arrived."""
    an_approved_issue(store, 1)
    end(store, S.UNKNOWN)
    store.abort(1, now=NOW)
    with pytest.raises(StateError, match="aborted"):
        store.resolve(1, resend=True, now=SOON)
    assert store.resolve(1, resend=False, now=SOON) == 1


def test_who_asks_is_not_dead_whatever_the_clock_says(store: SqlStore) -> None:
    """A clock put forward by a day does not make a worker take back its own mails; another may."""
    an_approved_issue(store, 2)
    in_flight(store)
    tomorrow = NOW + timedelta(days=1)
    assert store.in_flight(1, (), now=tomorrow, alive="me") == []
    assert store.recover(1, resend=True, gone=(), now=tomorrow, alive="me").resent == 0
    assert store.recover(1, resend=True, gone=(), now=tomorrow, alive="you").resent == 2


# --- what was refused, and may be sent again -------------------------------------------------------------


def refuse(store: SqlStore, number: int, state: S, code: str, **given: Any) -> None:
    """The mail of one more reader is refused with this code."""
    (claim,) = store.claim(1, "me", limit=1, lease=60, now=NOW)
    assert claim.subscriber_id == number
    outcome = Outcome.DEFERRED if state is S.DEFERRED else Outcome.REFUSED
    receipt = Receipt(outcome=outcome, code=code, detail=f"{code} words")
    result = Result(claim=claim, state=state, receipt=receipt, **given)
    store.record([], [claim], "me", lease=60, now=NOW)
    store.record([result], [], "me", lease=60, now=NOW)


def test_what_was_refused_leaves_once_more_as_if_it_had_never_been_tried(store: SqlStore) -> None:
    """But for what is not among the refusals any more, and for what may have arrived."""
    an_approved_issue(store, 4)
    refuse(store, 1, S.REFUSED, "5.7.1")
    refuse(store, 2, S.BOUNCED, "5.7.1")
    refuse(store, 3, S.DEFERRED, "5.7.1", due_at=SOON)
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET doubts = 1 WHERE id = 2")
    found = store.refusals(1)
    assert [(one.delivery_id, one.code) for one in found] == [(1, "5.7.1"), (3, "5.7.1")]
    assert store.again(1, [1, 2, 3, 4], now=NOW) == 2
    assert [(row.state, row.attempts) for row in store.deliveries(1)] == [
        (S.PENDING, 0),
        (S.BOUNCED, 1),
        (S.PENDING, 0),
        (S.PENDING, 0),
    ]
    assert store.again(1, [1, 3], now=NOW) == 0


def test_nothing_that_was_refused_leaves_again_of_an_aborted_issue(store: SqlStore) -> None:
    """Nor what is an erased reader's."""
    an_approved_issue(store, 2)
    refuse(store, 1, S.REFUSED, "5.7.1")
    refuse(store, 2, S.REFUSED, "5.7.1")
    assert store.erase(1, now=NOW) and store.again(1, [1, 2], now=NOW) == 2
    assert store.progress(1) == {S.SUPPRESSED: 1, S.PENDING: 1}
    store.abort(1, now=NOW)
    with pytest.raises(StateError, match="aborted"):
        store.again(1, [1, 2], now=NOW)
