"""What readers do, in both databases: wishes, leaving, pauses and erasures touch what they should and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from digest.models import (
    Asked,
    Cadence,
    DeliveryState,
    FeedbackKind,
    LetterKind,
    Posting,
    Profile,
    SkipReason,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from digest.store.store import SqlStore
from digest.suppression import Feedback
from tests.factories import NOW, a_window
from tests.integration.store_verbs import a_recipient, an_edition, freeze, readers

BACK = date(2027, 5, 1)
DAY = timedelta(days=1)


def windows(number: int) -> dict[str, object]:
    """The window of the nth month of thirty days."""
    since = a_window().since + number * 30 * DAY
    return {"since": since, "until": since + 30 * DAY, "due": since + 30 * DAY, "label": f"m{number}"}


def an_issue_of(store: SqlStore, number: int, **reasons: SkipReason | None) -> None:
    """An issue of that month: each reader by name, with why they got nothing, or None for an edition."""
    issue = store.add_issue(a_window(**windows(number)), now=NOW)
    by_name = {one.address.partition("@")[0]: one for one in store.subscribers()}
    rows = [
        a_recipient(by_name[name], None if reason else an_edition(), **({"skip": reason} if reason else {}))
        for name, reason in reasons.items()
    ]
    freeze(store, issue, rows)


def paused(store: SqlStore, number: int, **given: object) -> dict[str, object]:
    """Who comes back for the issue of that month, and from which month on they missed."""
    ids = {one.id: one.address.partition("@")[0] for one in store.subscribers()}
    before = windows(number)["until"]
    found = store.paused_since(Cadence.MONTHLY, before=before, **{"back_by": BACK, **given})  # type: ignore[arg-type]
    return {ids[reader]: since for reader, since in found}


def test_a_pause_is_counted_from_its_first_window(store: SqlStore) -> None:
    """For whoever missed the last issues and is back; not for those who had one since, or whose pause goes on."""
    readers(store, "ada@example.org", "bob@example.org", "eve@example.org", "zoe@example.org")
    away = SkipReason.PAUSED
    an_issue_of(store, 1, ada=None, bob=away, eve=away, zoe=away)
    an_issue_of(store, 2, ada=away, bob=away, eve=away, zoe=away)
    an_issue_of(store, 3, ada=away, bob=None, eve=SkipReason.NOTHING_NEW, zoe=away)
    zoe = [one.id for one in store.subscribers()][3]
    store.set_pause(zoe, BACK + DAY, now=NOW)
    assert paused(store, 4) == {"ada": windows(2)["since"]}
    assert paused(store, 4, back_by=BACK + DAY) == {"ada": windows(2)["since"], "zoe": windows(1)["since"]}
    assert paused(store, 4, only=zoe) == {}
    assert paused(store, 3) == {"ada": windows(2)["since"], "bob": windows(1)["since"], "eve": windows(1)["since"]}


def test_a_correction_ends_no_pause(store: SqlStore) -> None:
    """A mail of its own that puts something right brought nothing of what they missed; nor did anybody miss one."""
    ada, bob = readers(store, "ada@example.org", "bob@example.org")
    an_issue_of(store, 1, ada=SkipReason.PAUSED, bob=None)
    rows = [a_recipient(ada, an_edition()), a_recipient(bob, skip=SkipReason.PAUSED)]
    approval = {"pool": b"pool", "content_hash": "hash", "approved_by": "editor", "now": NOW}
    store.freeze_letter(a_window(**{**windows(2), "label": "correction-1"}), rows, **approval)
    assert paused(store, 4) == {"ada": windows(1)["since"]}


def test_wishes_and_pauses_never_touch_permission(store: SqlStore) -> None:
    """Of a page that was open too long only the wishes are stored."""
    (ada,) = readers(store, "ada@example.org")
    assert store.leave(ada.id, now=NOW) and not store.leave(ada.id, now=NOW)
    wished = replace(ada, address="x@example.org", name="A", profile=Profile(interests=("vision",)), consent=None)
    assert store.save_wishes(wished, now=NOW) and store.set_pause(ada.id, BACK, now=NOW)
    stored = store.subscriber(ada.id)
    assert stored == replace(
        wished, address=ada.address, consent=ada.consent, status=SubscriberStatus.UNSUBSCRIBED, paused_until=BACK
    )
    assert not store.save_wishes(replace(ada, id=99), now=NOW) and store.subscriber(99) is None


def everything(store: SqlStore) -> str:
    """Every value of every table, but for what nobody wrote there."""
    metadata = sa.MetaData()
    metadata.reflect(store.engine)
    with store.engine.connect() as connection:
        return " ".join(str(row) for table in metadata.tables.values() for row in connection.execute(sa.select(table)))


def test_an_erased_address_stands_in_no_table(store: SqlStore) -> None:
    """What had not left never will; the row of the ledger stays, and another reader's are as they were."""
    ada, bob = readers(store, "ada@example.org", "bob@example.org")
    an_issue_of(store, 1, ada=None, bob=None)
    store.add_feedback(
        Feedback(address="Ada@example.org", kind=FeedbackKind.SOFT_BOUNCE, at=NOW, detail="ada@ is full")
    )
    store.suppress(Suppression(address="ada@example.org", reason=FeedbackKind.HARD_BOUNCE, at=NOW))
    assert "ada@" in everything(store).lower()
    assert store.erase(ada.id, now=NOW) and store.erase(ada.id, now=NOW)
    assert "ada@" not in everything(store).lower() and "bob@" in everything(store)
    issue = store.issues()[0]
    assert store.progress(issue.id) == {DeliveryState.SUPPRESSED: 1, DeliveryState.PENDING: 1}
    assert store.erased(["ADA@example.org", "bob@example.org"]) == {"ada@example.org"}
    assert [one.id for one in store.subscribers()] == [bob.id]
    assert not store.suppress(Suppression(address="ada@example.org", reason=FeedbackKind.COMPLAINT, at=NOW))


def test_an_erasure_that_has_to_wait_is_remembered(store: SqlStore) -> None:
    """While the answer about a mail on its way is out, whoever asked, and by whatever way."""
    (ada,) = readers(store, "ada@example.org")
    an_issue_of(store, 1, ada=None)
    issue = store.issues()[0]
    claims = store.claim(issue.id, "worker", limit=1, lease=60, now=NOW)
    store.record([], claims, "worker", lease=60, now=NOW)
    assert not store.erase(ada.id, now=NOW) and store.erasures_begun() == (ada.id,)
    assert store.claim_letters("worker", limit=9, lease=60, now=NOW) == []
    store.release(claims, "worker", now=NOW)
    assert store.erase(ada.id, now=NOW) and store.erasures_begun() == ()


def test_an_address_that_was_taken_over_is_erased_with_its_reader(store: SqlStore) -> None:
    """Also where it stood in the ledger before, as that of somebody who never confirmed."""
    ada, new = readers(store, "ada@example.org", "new@example.org")
    an_issue_of(store, 1, ada=None, new=SkipReason.UNCONFIRMED)
    store.save_subscribers([replace(new, status=SubscriberStatus.UNCONFIRMED, consent=None)], now=NOW)
    asked = Asked(wanted=Subscriber(address="new@example.org"))
    letter = store.add_letter(
        Posting(
            kind=LetterKind.ADDRESS_CHANGE,
            address="new@example.org",
            subscriber_id=ada.id,
            asked=asked,
            asked_at=NOW,
            expires_at=NOW + DAY,
        )
    )
    store.change_address(letter, now=NOW, expires_at=NOW + DAY)
    assert store.erase(ada.id, now=NOW)
    assert "@example.org" not in everything(store)


def test_a_new_address_takes_the_place_of_one_that_was_never_confirmed(store: SqlStore) -> None:
    """Somebody else may have asked for it meanwhile; a reader of its own it may not be."""
    ada, new = readers(store, "ada@example.org", "new@example.org")
    store.save_subscribers([replace(new, status=SubscriberStatus.UNCONFIRMED)], now=NOW)
    asked = Asked(wanted=Subscriber(address="new@example.org"))
    posting = Posting(
        kind=LetterKind.ADDRESS_CHANGE, address="new@example.org", subscriber_id=ada.id, asked=asked, asked_at=NOW,
        expires_at=NOW + DAY,
    )  # fmt: skip
    reader = store.change_address(store.add_letter(posting), now=NOW, expires_at=NOW + DAY)
    assert (reader.id, reader.address) == (ada.id, "new@example.org")
    farewell = store.letters_of(ada.id)[-1]
    assert (farewell.kind, farewell.address) == (LetterKind.ADDRESS_CHANGED, "ada@example.org")
    assert [(one.id, one.address) for one in store.subscribers()] == [(ada.id, "new@example.org")]
