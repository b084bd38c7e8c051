"""Issues, their pools and what is frozen with them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digest.errors import StateError, StoreError
from digest.models import (
    Cadence,
    DeliveryState,
    Evidence,
    IssueItem,
    IssueStatus,
    Match,
    Place,
    Selection,
    SkipReason,
)
from digest.store import tables
from tests.factories import NOW, a_section, a_window, an_entry
from tests.integration.store_verbs import (
    a_frozen_issue,
    a_placement,
    a_recipient,
    an_edition,
    freeze,
    readers,
    summaries,
)

LATER = NOW + timedelta(days=1)
DECEMBER = {"label": "2026-12", "since": a_window().until, "until": a_window().until + timedelta(days=31)}
MATCH = Match(
    topic_id="btk", score=0.1 + 0.2, evidence=(Evidence(words="BTK ‐ inhibitor", place=Place.HEADLINE, weight=3.0),)
)


def an_item(summary, **given):
    return IssueItem(summary=summary, **given)


def a_draft(store, **window):
    return store.add_issue(a_window(**window), now=NOW)


# --- issues ------------------------------------------------------------------------------------------------


def test_an_issue_is_a_draft(store):
    """It has its window, and nobody has approved it."""
    issue = a_draft(store)
    assert (issue.window, issue.status, issue.composed_at) == (a_window(), IssueStatus.DRAFT, NOW)
    assert (issue.approved_at, issue.approved_by, issue.content_hash, issue.held) == (None, None, None, False)


def test_a_window_has_one_issue(store):
    """The second time it is the one that was there."""
    assert store.add_issue(a_window(), now=LATER) == store.add_issue(a_window(), now=NOW)
    assert len(store.issues()) == 1


def test_a_label_has_one_issue(store):
    """A window moved by another time zone makes no second November."""
    issue = a_draft(store)
    moved = a_window(since=a_window().since - timedelta(hours=1), until=a_window().until - timedelta(hours=1))
    assert store.add_issue(moved, now=LATER) == issue


def test_cadences_have_issues_of_their_own(store):
    """The same span may be a month and, elsewhere, something else."""
    a_draft(store)
    a_draft(store, cadence=Cadence.QUARTERLY, label="2026-Q4")
    assert [issue.window.label for issue in store.issues(Cadence.QUARTERLY)] == ["2026-Q4"]


def test_issues_come_latest_first(store):
    """By the end of their windows."""
    a_draft(store)
    a_draft(store, **DECEMBER)
    assert [issue.window.label for issue in store.issues()] == ["2026-12", "2026-11"]


def test_an_issue_is_found(store):
    """By the label people say and by its id."""
    issue = a_draft(store)
    assert store.issue("2026-11") == store.issue_by_id(issue.id) == issue
    assert store.issue("2026-10") is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.issue_by_id(7),
        lambda store: store.edition(7),
        lambda store: store.frozen_pool(7),
        lambda store: store.save_items(7, [], now=NOW),
        lambda store: store.set_held(7, True),
        lambda store: store.abort(7, now=NOW),
        lambda store: store.freeze(7, [], pool=b"", content_hash="", approved_by="", now=NOW),
    ],
)
def test_what_does_not_exist(store, ask):
    """The error names the id."""
    with pytest.raises(StoreError, match="7"):
        ask(store)


# --- the pool ----------------------------------------------------------------------------------------------


def test_a_pool_comes_back_in_its_order(store):
    """With its matches, to the last digit of their scores, and its marks."""
    one, two = summaries(store, "one", "two")
    pool = (an_item(two, matches=(MATCH,), fresh=False), an_item(one, pinned=True))
    issue = a_draft(store)
    assert store.save_items(issue.id, pool, now=LATER)
    assert store.items(issue.id) == pool
    assert store.issue_by_id(issue.id).composed_at == LATER


def test_saving_the_same_pool_changes_nothing(store):
    """And another order, mark or match is a change."""
    one, two = summaries(store, "one", "two")
    issue = a_draft(store)
    pools = [(one, two), (one, two), (two, one)]
    assert [store.save_items(issue.id, list(map(an_item, pool)), now=NOW) for pool in pools] == [True, False, True]
    assert store.save_items(issue.id, [an_item(two), an_item(one, matches=(MATCH,))], now=NOW)
    assert store.save_items(issue.id, [an_item(two), an_item(one, matches=(MATCH,), pinned=True)], now=NOW)
    assert store.save_items(issue.id, [], now=NOW)
    assert not store.save_items(issue.id, [], now=NOW)


def test_a_pool_keeps_the_text_it_was_saved_with(store):
    """A revision that comes later changes no saved pool; saving again takes it in."""
    (one,) = summaries(store, "one")
    issue = a_draft(store)
    store.save_items(issue.id, [an_item(one)], now=NOW)
    store.add_entries([an_entry("one", sections=(a_section(),))], now=LATER)
    assert store.items(issue.id) == (an_item(one),)
    assert store.save_items(issue.id, [an_item(store.summaries([one.id])[one.id])], now=NOW)
    assert store.items(issue.id)[0].summary.revision == 2


def test_an_unknown_summary_is_refused(store):
    """A pool holds what is stored, and a refused one leaves the old one standing."""
    (one,) = summaries(store, "one")
    issue = a_draft(store)
    store.save_items(issue.id, [an_item(one)], now=NOW)
    with pytest.raises(StoreError):
        store.save_items(issue.id, [an_item(replace(one, id=99))], now=NOW)
    assert store.items(issue.id) == (an_item(one),)


# --- freezing ----------------------------------------------------------------------------------------------


def test_a_frozen_issue_is_approved(store):
    """It says when, by whom and what."""
    issue = freeze(store, a_draft(store), [])
    assert (issue.status, issue.approved_at, issue.approved_by) == (IssueStatus.APPROVED, NOW, "editor")
    assert issue.content_hash == "hash"
    assert store.issue_by_id(issue.id) == issue
    assert store.frozen_pool(issue.id) == b"pool"


def test_a_draft_has_no_frozen_pool(store):
    """Asking for it says what to do."""
    with pytest.raises(StoreError, match="approve it first"):
        store.frozen_pool(a_draft(store).id)


def test_recipients_have_deliveries(store):
    """With an edition pending, without one skipped for their reason, by the address of the day."""
    one, two = readers(store, "ada@example.org", "bob@example.org")
    edition = an_edition(Selection(research=(a_placement(*[s.study_id for s in summaries(store, "one")]),)))
    issue = freeze(store, a_draft(store), [a_recipient(one, edition), a_recipient(two, skip=SkipReason.PAUSED)])
    first, second = store.deliveries(issue.id)
    assert (first.state, first.detail, first.address) == (DeliveryState.PENDING, "", "ada@example.org")
    assert (second.state, second.detail, second.edition_id) == (DeliveryState.SKIPPED, "paused", None)
    assert (first.finished_at, second.finished_at) == (None, NOW)
    assert store.edition(first.edition_id) == edition


def test_equal_editions_are_stored_once(store):
    """And they are counted, most read first."""
    rare, common = an_edition(key="rare"), an_edition(key="common")
    issue = a_frozen_issue(store, rare, common, common, None)
    assert [(edition, count) for _, edition, count in store.editions(issue.id)] == [(common, 2), (rare, 1)]


def test_issues_do_not_share_editions(store):
    """The same key in another issue is another edition."""
    edition = an_edition(key="same")
    first = a_frozen_issue(store, edition)
    second = a_frozen_issue(store, edition, **DECEMBER)
    ids = {store.editions(issue.id)[0][0] for issue in (first, second)}
    assert len(ids) == 2


def test_what_an_edition_holds(store):
    """Placed research and background, left over the rest; "also new" is neither."""
    ids = [summary.study_id for summary in summaries(store, "one", "two", "three", "four", "five")]
    one, two, three, four, five = map(a_placement, ids)
    given = Selection(research=(one,), background=(two,), also_new=(three,), left_over=(four, five, one))
    a_frozen_issue(store, an_edition(given))
    assert store.edition_studies(1) == (frozenset(ids[:2]), frozenset(ids[3:]))


def test_more_recipients_than_fit_in_a_batch(store):
    """Thousands of recipients and editions, each with its own, in the order given."""
    everybody = readers(store, *(f"reader{number}@example.org" for number in range(2_500)))
    editions = [an_edition(key=f"key {number % 1_700}") for number in range(2_500)]
    issue = freeze(store, a_draft(store), map(a_recipient, everybody, editions))
    rows = list(store.deliveries(issue.id))
    assert [row.address for row in rows] == [reader.address for reader in everybody]
    assert [store.edition(row.edition_id).key for row in rows[1_600:1_800]] == [e.key for e in editions[1_600:1_800]]
    assert sum(count for _, _, count in store.editions(issue.id)) == 2_500


def test_recipients_may_come_from_the_store_itself(store):
    """The audience is read while the freeze writes, each row once."""
    readers(store, *(f"reader{number}@example.org" for number in range(2_500)))
    edition = an_edition()
    audience = (a_recipient(row.subscriber, edition) for row in store.audience(Cadence.MONTHLY))
    issue = freeze(store, a_draft(store), audience)
    assert store.progress(issue.id) == {DeliveryState.PENDING: 2_500}


@pytest.mark.parametrize(
    "attempt",
    [
        lambda store, issue: freeze(store, issue, []),
        lambda store, issue: store.save_items(issue.id, [], now=NOW),
    ],
)
@pytest.mark.parametrize("end", [lambda store, issue: None, lambda store, issue: store.abort(issue.id, now=NOW)])
def test_only_a_draft_can_be_changed(store, attempt, end):
    """What was approved or aborted is neither saved nor approved again, and the error says so."""
    issue = freeze(store, a_draft(store), [])
    end(store, issue)
    with pytest.raises(StateError, match="2026-11 is"):
        attempt(store, issue)


def failing(recipients):
    yield from recipients
    raise RuntimeError


def test_a_freeze_that_fails_leaves_a_draft(store):
    """All of it or nothing: not a row stays, and the next attempt succeeds."""
    (reader,) = readers(store, "ada@example.org")
    issue = a_draft(store)
    with pytest.raises(RuntimeError):
        freeze(store, issue, failing([a_recipient(reader, an_edition())] * 1))
    assert store.issue_by_id(issue.id) == issue
    assert (list(store.deliveries(issue.id)), store.editions(issue.id)) == ([], ())
    assert freeze(store, issue, [a_recipient(reader, an_edition())]).status is IssueStatus.APPROVED


def test_a_recipient_counts_once(store):
    """The same subscriber twice is refused: nobody gets one issue twice."""
    (reader,) = readers(store, "ada@example.org")
    issue = a_draft(store)
    with pytest.raises(StoreError):
        freeze(store, issue, [a_recipient(reader, an_edition())] * 2)
    assert store.issue_by_id(issue.id).status is IssueStatus.DRAFT


def test_a_recipient_has_an_edition_or_a_reason(store):
    """Nobody is left out without saying why."""
    (reader,) = readers(store, "ada@example.org")
    with pytest.raises(ValueError, match="neither an edition nor a reason"):
        freeze(store, a_draft(store), [a_recipient(reader, skip=None)])


def test_a_delivery_keeps_the_key_of_its_address(store):
    """So that a suppression of the address of that day is found, whatever the reader calls themselves since."""
    (reader,) = readers(store, "Ada@EXAMPLE.org")
    freeze(store, a_draft(store), [a_recipient(reader, an_edition())])
    with store.read() as connection:
        assert connection.execute(sa.select(tables.deliveries.c.address_key)).scalar_one() == "ada@example.org"


# --- holding and aborting ----------------------------------------------------------------------------------


def test_an_issue_is_held_and_let_go(store):
    """The flag is seen at once."""
    issue = a_draft(store)
    for held in (True, False):
        store.set_held(issue.id, held)
        assert store.issue_by_id(issue.id).held is held


def test_an_abort_cancels_what_has_not_left(store):
    """Pending ones are cancelled, skipped ones stay skipped, and it can be said twice."""
    issue = a_frozen_issue(store, an_edition(), an_edition(), None)
    assert [store.abort(issue.id, now=LATER), store.abort(issue.id, now=LATER)] == [2, 0]
    assert store.issue_by_id(issue.id).status is IssueStatus.ABORTED
    assert store.progress(issue.id) == {DeliveryState.CANCELLED: 2, DeliveryState.SKIPPED: 1}
    assert {row.finished_at for row in store.deliveries(issue.id)} == {NOW, LATER}


def test_an_abort_takes_claims_back_and_lets_mail_in_flight_be(store):
    """What is only claimed is cancelled; what may have left is not touched."""
    issue = a_frozen_issue(store, an_edition(), an_edition(), an_edition())
    flying, *_ = store.claim(issue.id, "worker", limit=2, lease=60, now=NOW)
    store.record([], [flying], "worker", lease=60, now=NOW)
    assert store.abort(issue.id, now=LATER) == 2
    assert store.progress(issue.id) == {DeliveryState.CANCELLED: 2, DeliveryState.INFLIGHT: 1}


def test_what_may_have_left_before_an_abort_is_unknown(store):
    """It died in flight and waited to be sent again: that it was never sent would be a guess."""
    issue = a_frozen_issue(store, an_edition(), an_edition())
    (flying,) = store.claim(issue.id, "worker", limit=1, lease=60, now=NOW)
    store.record([], [flying], "worker", lease=60, now=NOW)
    store.recover(issue.id, resend=True, gone=["worker"], now=NOW)
    assert store.abort(issue.id, now=LATER) == 2
    assert store.progress(issue.id) == {DeliveryState.UNKNOWN: 1, DeliveryState.CANCELLED: 1}


def test_an_abort_concerns_one_issue(store):
    """Others go on."""
    first = a_frozen_issue(store, an_edition())
    second = a_frozen_issue(store, an_edition(), **DECEMBER)
    store.abort(first.id, now=LATER)
    assert store.progress(second.id) == {DeliveryState.PENDING: 1}
