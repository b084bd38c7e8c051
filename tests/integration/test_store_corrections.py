"""Corrections in both databases: who is owed one is read from the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.errors import StateError, StoreError
from digest.models import (
    Amendment,
    Cadence,
    Correction,
    CorrectionState,
    DeliveryState,
    Outcome,
    Receipt,
    Recipient,
    Result,
    Selection,
)
from digest.store.store import SqlStore
from tests.factories import NOW, a_window
from tests.integration.store_verbs import a_placement, a_recipient, an_edition, freeze, readers, summaries

LATER = NOW + timedelta(hours=1)


def an_issue_sent(store: SqlStore, selection: Selection, *, count: int = 3) -> int:
    """An issue with one edition for so many readers, all of it accepted."""
    everybody = readers(store, *(f"reader{number}@example.org" for number in range(count)))
    issue = store.add_issue(a_window(), now=NOW)
    edition = an_edition(selection)
    freeze(store, issue, [a_recipient(reader, edition) for reader in everybody])
    claims = store.claim(issue.id, "worker", limit=count, lease=60, now=NOW)
    store.record([], claims, "worker", lease=60, now=NOW)
    accept(store, claims)
    return issue.id


def accept(store: SqlStore, claims) -> None:
    receipt = Receipt(outcome=Outcome.ACCEPTED)
    results = [Result(claim=claim, state=DeliveryState.ACCEPTED, receipt=receipt) for claim in claims]
    store.record(results, [], "worker", lease=60, now=NOW)


def a_correction(store: SqlStore, summary_id: int, kind: Amendment = Amendment.CORRECTED, at=LATER) -> Correction:
    state = CorrectionState.STANDING
    return store.add_correction(summary_id, kind, "It was <\0> wrong.", state=state, by="ada", now=at)[0]


def test_it_comes_back_as_it_was_written(store):
    """In the order they were written, by what was decided."""
    one, two = summaries(store, "one", "two")
    first, second = (a_correction(store, summary.id) for summary in (one, two))
    assert [found.id for found in store.corrections(CorrectionState.STANDING)] == [first.id, second.id]
    assert store.corrections()[0].sentence == "It was <\ufffd> wrong."
    assert store.corrections(CorrectionState.PROPOSED) == ()


def test_everybody_who_got_it_is_owed_it(store):
    """In the order of subscribers, of one cadence or of one reader when asked."""
    one, two = summaries(store, "one", "two")
    an_issue_sent(store, Selection(research=(a_placement(one.id),), left_over=(a_placement(two.id),)))
    got, waits = a_correction(store, one.id), a_correction(store, two.id)
    assert list(store.owed([got, waits])) == [(1, got.id), (2, got.id), (3, got.id)]
    assert list(store.owed([got], cadence=Cadence.MONTHLY, only=2)) == [(2, got.id)]
    assert list(store.owed([got], cadence=Cadence.WEEKLY)) == [] == list(store.owed([]))


def test_of_two_corrections_each_is_owed(store):
    """A reader's stand together, in the order they were written."""
    (one,) = summaries(store, "one")
    issue_id = an_issue_sent(store, Selection(background=(a_placement(one.id),)), count=2)
    first, second = a_correction(store, one.id), a_correction(store, one.id, Amendment.RETRACTED)
    assert list(store.owed([second, first])) == [(1, first.id), (1, second.id), (2, first.id), (2, second.id)]
    assert store.printed_in(first) == (issue_id,)


def test_what_was_approved_afterwards_is_right(store):
    """A correction looks back only."""
    (one,) = summaries(store, "one")
    an_issue_sent(store, Selection(research=(a_placement(one.id),)))
    early = a_correction(store, one.id, at=NOW - timedelta(days=1))
    assert list(store.owed([early])) == [] and store.printed_in(early) == ()


def a_letter(store: SqlStore, correction: Correction, recipients: list[Recipient]):
    window = a_window(label=f"correction-{correction.id}", since=LATER, until=LATER, due=LATER)
    given = {"pool": b"pool", "content_hash": "hash", "approved_by": "ada", "now": LATER}
    return store.freeze_letter(window, recipients, **given)


def test_whoever_is_told_is_owed_nothing(store):
    """From the moment the mail that tells them stands in the ledger; aborted, it told nobody."""
    (one,) = summaries(store, "one")
    an_issue_sent(store, Selection(research=(a_placement(one.id),)))
    correction = a_correction(store, one.id)
    first, *others = store.subscribers()
    telling = an_edition(Selection(corrections=(correction.id,)))
    letter = a_letter(store, correction, [a_recipient(first, telling)])
    assert [who for who, _ in store.owed([correction])] == [other.id for other in others]
    assert store.told(correction.id) == 1
    store.abort(letter.id, now=LATER)
    assert len(list(store.owed([correction]))) == 3 and store.told(correction.id) == 0


def test_a_letter_is_written_once(store):
    """The second finds the first, and nothing of it is written."""
    (one,) = summaries(store, "one")
    correction = a_correction(store, one.id)
    reader = readers(store, "x@example.org")[0]
    a_letter(store, correction, [a_recipient(reader)])
    with pytest.raises(StateError, match="written already"):
        a_letter(store, correction, [a_recipient(reader)])
    assert [found.window.label for found in store.issues()] == []


def test_a_proposal_is_decided_once(store):
    """Of two who decide at once, the second is told how it stands."""
    (one,) = summaries(store, "one")
    state = CorrectionState.PROPOSED
    proposal, _ = store.add_correction(one.id, Amendment.RETRACTED, "", state=state, by="digest", now=NOW)
    given = {"sentence": "It was withdrawn.", "by": "ada", "now": LATER}
    made = store.decide_correction(proposal.id, state=CorrectionState.STANDING, **given)
    assert made == store.corrections()[0] and made.at == LATER
    with pytest.raises(StateError, match="is standing already"):
        store.decide_correction(proposal.id, state=CorrectionState.DISMISSED, **given)


def test_what_stands_is_not_written_twice(store):
    """The second is given the first; other words, or another kind, are another correction."""
    one, two = summaries(store, "one", "two")
    first = a_correction(store, one.id)
    assert a_correction(store, one.id, at=LATER + timedelta(minutes=1)) == store.corrections()[0]
    others = [a_correction(store, two.id), a_correction(store, one.id, Amendment.RETRACTED)]
    assert [found.id for found in store.corrections()] == [first.id, *(other.id for other in others)]


def test_a_proposal_that_would_say_what_stands_is_refused(store):
    """Its readers are told by the one that stands; dismissing the proposal is still possible."""
    (one,) = summaries(store, "one")
    state = CorrectionState.PROPOSED
    proposal, _ = store.add_correction(one.id, Amendment.CORRECTED, "", state=state, by="digest", now=NOW)
    standing = a_correction(store, one.id)
    given = {"sentence": "It was <\0> wrong.", "by": "ada", "now": LATER}
    with pytest.raises(StateError, match=f"correction {standing.id} says the same"):
        store.decide_correction(proposal.id, state=CorrectionState.STANDING, **given)
    store.decide_correction(proposal.id, state=CorrectionState.DISMISSED, **given)


def test_what_does_not_exist(store):
    """The errors name the number."""
    with pytest.raises(StoreError, match="summary with the number 7"):
        a_correction(store, 7)
    with pytest.raises(StoreError, match="correction with the number 7"):
        store.decide_correction(7, state=CorrectionState.DISMISSED, sentence="", by="ada", now=NOW)
