"""Readers through the API: in, found, changed, out; and what may not be mailed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from digest import approving, belongings, departures
from digest.models import Cadence, Profile, Role, SubscriberStatus
from tests.web.api_parts import Program, a_full_desk
from tests.web.conftest import Desk, Opener

CONSENT = {"at": "2026-11-02T10:00:00+01:00", "method": "paper form"}


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    return a_full_desk(open_desk)


@pytest.fixture
def operator(desk: Desk) -> Program:
    return Program(desk, Role.OPERATOR)


def test_readers_come_in_pages(operator: Program) -> None:
    """In the order they came, with what stands against them."""
    page = operator.get("/subscribers", limit=2)
    assert [row["email"] for row in page["items"]] == ["ada@example.org", "jo@example.org"]
    rest = operator.get(page["next"].partition("/api/v1")[2])
    assert [row["email"] for row in rest["items"]] == ["li@example.org"] and rest["next"] is None


def test_the_next_page_keeps_the_question(operator: Program, desk: Desk) -> None:
    """A page of the active ones is followed by active ones."""
    desk.digest.store.set_status("jo@example.org", SubscriberStatus.UNSUBSCRIBED, now=desk.digest.clock())
    page = operator.get("/subscribers", status="active", limit=1)
    rest = operator.get(page["next"].partition("/api/v1")[2])
    assert [row["email"] for row in (*page["items"], *rest["items"])] == ["ada@example.org", "li@example.org"]
    assert [row["email"] for row in operator.get("/subscribers", status="unsubscribed")["items"]] == ["jo@example.org"]


def test_a_reader_is_found_in_any_spelling(operator: Program) -> None:
    """By POST, so that no address stands in a url; who is no reader is not found."""
    found = operator.post("/subscribers/find", email="ADA@Example.org")
    assert found == operator.get(f"/subscribers/{found['id']}")
    operator.post("/subscribers/find", email="nobody@example.org", expect=404)
    operator.get("/subscribers/999", expect=404)


def test_a_reader_is_brought_in_once(operator: Program, desk: Desk) -> None:
    """The second call finds everything as it is."""
    call = {"email": "new@example.org", "interests": ["vision"], "status": "active", "consent": CONSENT}
    assert [operator.post("/subscribers", **call)["changed"] for _ in range(2)] == [True, False]
    stored = desk.digest.subscriber("new@example.org")
    assert stored.status is SubscriberStatus.ACTIVE and stored.profile.interests == ("vision",)
    assert stored.consent is not None and stored.consent.at.isoformat() == "2026-11-02T09:00:00+00:00"


def test_of_a_known_reader_only_what_is_said_changes(operator: Program, desk: Desk) -> None:
    """Their wishes, their pause and their consent stay, and nobody is told that these are missing."""
    store, ada = desk.digest.store, desk.digest.subscriber("ada@example.org")
    store.save_wishes(replace(ada, role="carer", weekday=2), now=desk.digest.clock())
    store.set_pause(ada.id, date(2027, 3, 1), now=desk.digest.clock())
    before = desk.digest.subscriber("ada@example.org")
    made = operator.post("/subscribers", email="ada@example.org", name="Ada", mutes=["vision"], consent=None)
    after = replace(before, name="Ada", profile=replace(before.profile, mutes=frozenset({"vision"})))
    assert desk.digest.subscriber("ada@example.org") == after and made["notes"] == []
    assert operator.post("/subscribers", email="ada@example.org")["changed"] is False
    assert operator.post("/subscribers", email="ada@example.org", role=None)["subscriber"]["role"] == ""
    assert operator.post("/subscribers", email="ada@example.org", paused_until=None)["changed"] is True
    assert desk.digest.subscriber("ada@example.org").paused_until is None


def test_without_consent_nobody_is_active(operator: Program) -> None:
    """The call says what is missing."""
    made = operator.post("/subscribers", email="new@example.org", status="active")
    assert made["subscriber"]["status"] == "unconfirmed" and "consent" in made["notes"][0]


def test_who_left_does_not_come_back(operator: Program) -> None:
    """Neither by a call nor by a file."""
    reader = operator.post("/subscribers/find", email="ada@example.org")
    assert [operator.post(f"/subscribers/{reader['id']}/unsubscribe")["changed"] for _ in range(2)] == [True, False]
    again = operator.post("/subscribers", email="ada@example.org", status="active", consent=CONSENT)
    assert again["subscriber"]["status"] == "unsubscribed" and "joining anew" in again["notes"][0]
    text = "email,status,consent_at,consent_method\nada@example.org,active,2026-11-02,paper form\n"
    assert operator.post("/import", format="csv", text=text)["kept_away"] == 1


def test_wishes_are_changed_one_by_one(operator: Program) -> None:
    """What is not said stays; null takes a wish away."""
    changed = operator.patch("/subscribers/1", length="brief", weekday="friday")["subscriber"]
    assert (changed["length"], changed["weekday"], changed["interests"]) == ("brief", "friday", ["fatigue-sleep"])
    changed = operator.patch("/subscribers/1", weekday=None, interests=[])["subscriber"]
    assert (changed["length"], changed["weekday"], changed["interests"]) == ("brief", None, [])
    assert operator.patch("/subscribers/1", length="brief")["changed"] is False


def test_a_pause_begins_and_ends(operator: Program, desk: Desk) -> None:
    """By its day, and by null; another wish leaves it as it is."""
    begun = operator.patch("/subscribers/1", paused_until="2027-03-01")
    assert begun["changed"] is True and begun["subscriber"]["paused_until"] == "2027-03-01"
    assert operator.patch("/subscribers/1", length="brief")["subscriber"]["paused_until"] == "2027-03-01"
    assert operator.patch("/subscribers/1", paused_until=None)["subscriber"]["paused_until"] is None
    assert desk.digest.subscriber("ada@example.org").paused_until is None


def test_what_is_gone_does_not_keep_a_wish_out(operator: Program, desk: Desk) -> None:
    """A reader of a topic and a cadence that are no more may be changed, and keeps these."""
    ada = desk.digest.subscriber("ada@example.org")
    gone = replace(ada, cadence=Cadence.QUARTERLY, profile=Profile(interests=("gone",), mutes=frozenset({"past"})))
    desk.digest.store.save_wishes(gone, now=desk.digest.clock())
    changed = operator.patch("/subscribers/1", length="brief")
    assert changed["notes"] == [] and changed["subscriber"]["length"] == "brief"
    assert desk.digest.subscriber("ada@example.org") == replace(gone, profile=replace(gone.profile, length="brief"))
    operator.patch("/subscribers/1", interests=["gone"], expect=422)


@pytest.mark.parametrize("name", ["\U0001d49c\U0001d4b9\U0001d4b6", "Ada \U0001f33b", "Zoë", 'A "B" \\C'])
def test_every_letter_may_stand_in_a_name(operator: Program, name: str) -> None:
    """Also one beyond the first 65,536."""
    assert operator.post("/subscribers", email="new@example.org", name=name)["subscriber"]["name"] == name
    assert operator.patch("/subscribers/1", name=name)["subscriber"]["name"] == name


@pytest.mark.parametrize("body", [{"status": "active"}, {"email": "x@example.org"}, {"consent": CONSENT}])
def test_wishes_are_not_permission(operator: Program, body: dict[str, object]) -> None:
    """Address, status and consent are not changed by a wish."""
    operator.patch("/subscribers/1", expect=422, **body)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "x@example.org", "interests": ["nonsense"]}, "nonsense"),
        ({"email": "x@example.org", "timezone": "Mars/Base"}, "Mars"),
        ({"email": "x@example.org", "length": "endless"}, "length"),
        ({"email": "x@example.org", "consent": {"at": "soon", "method": "x"}}, "consent.at"),
    ],
)
def test_what_is_wrong_is_named(operator: Program, body: dict[str, object], told: str) -> None:
    """And nothing is stored."""
    problem = operator.post("/subscribers", expect=422, **body)
    assert told in problem["detail"]
    assert len(operator.get("/subscribers")["items"]) == 3


@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_what_is_exported_is_imported(operator: Program, form: str) -> None:
    """The very readers: a second import changes nothing."""
    text = operator.get("/export", format=form)
    done = operator.post("/import", format=form, text=text)
    assert (done["unchanged"], done["new"], done["changed"], done["problems"]) == (3, 0, 0, [])


def test_a_bad_row_does_not_keep_the_good_ones_out(operator: Program) -> None:
    """Its line is named, never its address."""
    done = operator.post("/import", format="csv", text="email\nnew@example.org\nnot an address\n")
    assert done["new"] == 1
    (wrong,) = (one for one in done["problems"] if one["place"] == "file:3")
    assert "not an address" not in wrong["message"]
    operator.post("/import", format="yaml", text="subscribers: {", expect=422)


def test_a_suppression_stands(operator: Program) -> None:
    """It is written down with who made it; asked again nothing is done; the reader shows it."""
    for changed in (True, False):
        assert operator.post("/suppressions", email="ada@example.org", detail="asked by phone")["changed"] is changed
    (row,) = operator.get("/suppressions")["items"]
    assert row["email"] == "ada@example.org" and "a operator program (API): asked by phone" in row["detail"]
    assert operator.post("/subscribers/find", email="ada@example.org")["suppressed"] is True
    operator.post("/suppressions", email="no address", expect=422)


def test_suppressions_come_in_pages(operator: Program) -> None:
    """In the order they were made."""
    for name in ("a", "b", "c"):
        operator.post("/suppressions", email=f"{name}@example.net")
    page = operator.get("/suppressions", limit=2)
    rest = operator.get(page["next"].partition("/api/v1")[2])
    assert [row["email"][0] for row in (*page["items"], *rest["items"])] == ["a", "b", "c"]


def test_what_is_kept_of_a_reader_is_told(operator: Program, desk: Desk) -> None:
    """Their wishes, and what they got and why: what they follow, and what else was new."""
    departures.send(desk.digest, approving.approve(desk.digest, desk.digest.issue("2026-11"), by="ada"))
    kept = operator.get("/subscribers/1/kept")
    assert kept["reader"]["interests"] == ["fatigue-sleep"]
    ((mail,)) = kept["mails"]
    assert (mail["issue"], mail["state"]) == ("2026-11", "accepted") and len(mail["items"]) == 3


def test_what_a_program_does_to_readers_is_written_down(operator: Program, desk: Desk) -> None:
    """With the token's name and the reader's number, no address; what changed nothing leaves no trace."""
    for _ in range(2):
        operator.post("/subscribers", email="new@example.org", interests=["vision"])
        operator.patch("/subscribers/1", length="brief")
        operator.post("/subscribers/2/unsubscribe")
        operator.post("/suppressions", email="x@example.net")
        operator.post("/suppressions/lift", email="li@example.org")
    operator.post("/import", format="csv", text="email\nother@example.org\n")
    operator.get("/export")
    operator.get("/subscribers/1/kept")
    operator.post("/subscribers/1/erase")
    deeds = desk.digest.store.deeds()
    assert {one.by for one in deeds} == {"a operator program (API)"}
    assert [one.what for one in reversed(deeds)] == [
        "brought in reader 4", "changed reader 1", "unsubscribed reader 2", "suppressed an address",
        "imported a file of readers: 1 new, 0 changed", "exported all readers", "exported reader 1", "erased reader 1",
    ]  # fmt: skip


def test_all_that_a_reader_may_have_is_told(operator: Program, desk: Desk) -> None:
    """The letters they were sent among it: the very values they are given themselves."""
    ada = desk.digest.subscriber("ada@example.org")
    belongings.ask_erase(desk.digest, ada)
    kept = operator.get("/subscribers/1/kept")
    assert kept == belongings.export(desk.digest, ada) and len(kept["letters"]) == 1


def test_an_erased_reader_is_gone(operator: Program) -> None:
    """No file brings them back."""
    assert operator.post("/subscribers/1/erase")["erased"] is True
    operator.get("/subscribers/1", expect=404)
    operator.post("/subscribers/1/erase", expect=404)
    operator.post("/import", format="csv", text="email,status\nada@example.org,active\n")
    operator.post("/subscribers/find", email="ada@example.org", expect=404)
