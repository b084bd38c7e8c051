"""The audience: one person, one mail, and never without consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from digest.audience import address_key, domain_group, merge, reason_to_skip
from digest.models import Profile, SkipReason, SubscriberStatus
from tests.factories import a_subscriber

ACTIVE, UNCONFIRMED, GONE = SubscriberStatus.ACTIVE, SubscriberStatus.UNCONFIRMED, SubscriberStatus.UNSUBSCRIBED
TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    "spelling",
    [
        "ada@münchen.example",
        "Ada@München.Example",
        " ADA@xn--mnchen-3ya.example ",
        "ada@mu\u0308nchen.example",
        "ada@münchen.example.",
    ],
)
def test_spellings_of_one_address(spelling: str) -> None:
    """Case, composed letters and the two forms of a domain make no second reader."""
    assert address_key(spelling) == "ada@xn--mnchen-3ya.example"


def test_a_domain_is_the_one_that_is_registered() -> None:
    """`straße` and `strasse` are two domains (RFC 5894, 7.2), and a mail to one must not go to the other."""
    assert address_key("ada@STRAßE.example") == address_key("ada@xn--strae-oqa.example") == "ada@xn--strae-oqa.example"
    assert address_key("ada@strasse.example") == "ada@strasse.example"


@pytest.mark.parametrize("domain", ["exa_mple.example", "☺.example", "localhost", "xn--a.example"])
def test_a_domain_that_is_none_still_has_a_key(domain: str) -> None:
    """Whatever is stored can be looked up."""
    assert address_key(f"Ada@{domain}") == f"ada@{domain}"


def test_different_people_stay_different() -> None:
    """A letter that only looks like another in upper case is another address."""
    keys = {
        address_key(address)
        for address in ("strasse@example.org", "straße@example.org", "a.b@example.org", "ab@example.org")
    }
    assert len(keys) == 4


def test_a_new_row_goes_in_as_it_is() -> None:
    """Whoever the database does not know is stored as the file says."""
    row = a_subscriber()
    assert merge(None, row, suppressed=False) == row


def test_wishes_come_from_the_file() -> None:
    """Changed interests are taken over; consent given before is kept."""
    stored = a_subscriber(id=4)
    row = replace(a_subscriber(), consent=None, profile=Profile(interests=("vision",)))
    merged = merge(stored, row, suppressed=False)
    assert merged == replace(stored, profile=row.profile)


def test_nothing_changed_is_nothing_to_store() -> None:
    """The same row again changes nothing."""
    stored = a_subscriber(id=4)
    assert merge(stored, a_subscriber(), suppressed=False) is None


def test_a_row_without_a_pause_ends_none() -> None:
    """It says nothing of it; one with a day does."""
    stored = a_subscriber(id=1, paused_until=date(2027, 3, 1))
    assert merge(stored, a_subscriber(), suppressed=False) is None
    merged = merge(stored, a_subscriber(paused_until=date(2026, 1, 1)), suppressed=False)
    assert merged is not None and merged.paused_until == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("stored", "row", "suppressed", "after"),
    [
        (GONE, ACTIVE, False, GONE),
        (GONE, UNCONFIRMED, False, GONE),
        (ACTIVE, GONE, False, GONE),
        (UNCONFIRMED, ACTIVE, False, ACTIVE),
        (ACTIVE, UNCONFIRMED, False, ACTIVE),
        (UNCONFIRMED, ACTIVE, True, UNCONFIRMED),
        (GONE, ACTIVE, True, GONE),
    ],
)
def test_no_row_resurrects(
    stored: SubscriberStatus, row: SubscriberStatus, suppressed: bool, after: SubscriberStatus
) -> None:
    """Who left or bounced stays away whatever the file says; who confirmed is not asked again."""
    known = a_subscriber(id=4, status=stored)
    merged = merge(known, a_subscriber(status=row, name="Ada"), suppressed=suppressed)
    assert merged is not None and merged.status is after


@pytest.mark.parametrize(
    ("given", "suppressed", "reason"),
    [
        ({}, False, None),
        ({"status": GONE}, True, SkipReason.UNSUBSCRIBED),
        ({}, True, SkipReason.SUPPRESSED),
        ({"status": UNCONFIRMED}, False, SkipReason.UNCONFIRMED),
        ({"consent": None}, False, SkipReason.UNCONFIRMED),
        ({"paused_until": date(2026, 12, 2)}, False, SkipReason.PAUSED),
        ({"paused_until": date(2026, 12, 1)}, False, None),
    ],
)
def test_reasons_to_skip(given: dict[str, object], suppressed: bool, reason: SkipReason | None) -> None:
    """Nobody is written to who left, bounced, never confirmed, or rests; the reason is said."""
    assert reason_to_skip(a_subscriber(**given), suppressed=suppressed, today=TODAY) is reason


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("ada@gmail.com", "google"),
        ("Ada@GoogleMail.com", "google"),
        ("ada@hotmail.co.uk", "microsoft"),
        ("ada@live.nl", "microsoft"),
        ("ada@msn.com", "microsoft"),
        ("ada@yahoo.com.br", "yahoo"),
        ("ada@aol.com", "yahoo"),
        ("ada@me.com", "apple"),
        ("ada@example.org", "other"),
        ("ada@notgmail.com", "other"),
        ("ada@gmail.com.example.org", "other"),
        ("ada@mail.yahoo.com", "other"),
        ("ada@yahoo.example.org", "other"),
        ("ada", "other"),
    ],
)
def test_the_domain_tells_who_runs_a_mailbox(address: str, group: str) -> None:
    """In any country and spelling; a domain that only looks like theirs is another's."""
    assert domain_group(address) == group
