"""Issues through the API: found, made, looked at, checked, approved, sent, accounted for."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from digest import approving
from digest import desk as acts
from digest.models import Role
from tests.factories import NOW
from tests.web.api_parts import Program, a_full_desk
from tests.web.conftest import EDITOR, Desk, Opener


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    return a_full_desk(open_desk)


@pytest.fixture
def editor(desk: Desk) -> Program:
    return Program(desk, Role.EDITOR)


@pytest.fixture
def operator(desk: Desk) -> Program:
    return Program(desk, Role.OPERATOR)


def until(true: Callable[[], bool]) -> None:
    """Wait for what is done behind the pages."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within ten seconds")


def test_an_issue_tells_what_it_is(editor: Program) -> None:
    """Its window, its state and how much is in it; instants are in UTC."""
    issue = editor.get("/issues/2026-11")
    assert (issue["issue"], issue["title"], issue["status"]) == ("2026-11", "November 2026", "draft")
    assert (issue["items"], issue["until"], issue["deliveries"]) == (3, "2026-12-01T00:00:00Z", {})


def test_its_items_come_in_its_order(editor: Program, desk: Desk) -> None:
    """Each with its topics, heaviest first."""
    items = editor.get("/issues/2026-11/items")["items"]
    pool = desk.digest.store.items(1)
    assert [item["id"] for item in items] == [item.summary.id for item in pool]
    assert items[0]["topics"] == [match.topic_id for match in pool[0].matches] and items[0]["fresh"]


def test_long_lists_come_in_pages(editor: Program) -> None:
    """`next` leads to the rest, and at last to nothing; no page repeats or leaves out."""
    found, path, pages = [], "/api/v1/issues/2026-11/items?limit=1", 0
    while path:
        page = editor.get(path.partition("/api/v1")[2])
        found += [item["id"] for item in page["items"]]
        path, pages = page["next"], pages + 1
    assert pages == 3 and len(set(found)) == 3


def test_issues_are_listed_latest_first(editor: Program, desk: Desk) -> None:
    """A page after another; a cursor that names no issue ends the list."""
    desk.digest.compose(desk.digest.window("2026-12"))
    page = editor.get("/issues", limit=1)
    assert [issue["issue"] for issue in page["items"]] == ["2026-12"]
    rest = editor.get(page["next"].partition("/api/v1")[2])
    assert [issue["issue"] for issue in rest["items"]] == ["2026-11"] and rest["next"] is None
    assert editor.get("/issues", cursor=999)["items"] == []


def test_composing_again_changes_nothing(editor: Program) -> None:
    """A POST may be repeated."""
    assert editor.post("/issues", issue="2026-11")["changed"] is False
    assert editor.post("/issues")["issue"]["issue"] == "2026-11"
    assert "names no issue" in editor.post("/issues", issue="soon", expect=422)["detail"]


def test_a_preview_is_the_edition_of_these_interests(editor: Program) -> None:
    """As JSON with its parts; no topic stands in the address."""
    shown = editor.post("/issues/2026-11/preview", interests=["fatigue-sleep"])
    assert "fatigue" in shown["html"] and "fatigue" in shown["text"]
    assert shown["sections"] == {"fatigue-sleep": [1]}
    assert editor.post("/issues/2026-11/preview")["sections"].keys() >= {"fatigue-sleep"}


def test_a_page_of_a_mail_can_do_nothing(desk: Desk, editor: Program) -> None:
    """As HTML it is of no origin and runs nothing."""
    answer = desk.browser().post("/api/v1/issues/2026-11/preview", json={"format": "html"}, headers=editor.headers)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("sandbox;")


def test_a_readers_mail_is_what_will_be_sent(operator: Program, desk: Desk) -> None:
    """The eml that is shown before is the message the transport gets."""
    operator.post("/issues/2026-11/approve")
    shown = desk.browser().post(
        "/api/v1/issues/2026-11/preview", json={"reader": "ada@example.org", "format": "eml"}, headers=operator.headers
    )
    operator.post("/issues/2026-11/send", expect=202)
    until(lambda: len(desk.transport.inbox) == 3)
    (sent,) = (one.data for one in desk.transport.inbox if one.recipient == "ada@example.org")
    assert shown.content == sent and shown.headers["content-type"] == "message/rfc822"


def test_editors_never_learn_who_reads_what(editor: Program) -> None:
    """Not by asking for the edition of an address, whether it is a reader's or not."""
    said = {
        editor.post("/issues/2026-11/preview", expect=403, reader=one)["detail"] for one in ("ada@example.org", "x@y.z")
    }
    assert len(said) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"interests": ["nonsense"]}, 422),
        ({"reader": "nobody@example.org"}, 422),
        ({"reader": "ada@example.org", "interests": ["vision"]}, 422),
        ({"format": "pdf"}, 422),
        ({"interests": ["btk"]}, 409),
    ],
)
def test_what_cannot_be_shown_is_said(operator: Program, body: dict[str, object], status: int) -> None:
    """A wrong call is 422; an issue that has nothing for such a reader is 409, and says so."""
    assert operator.post("/issues/2026-11/preview", expect=status, **body)["detail"]


def test_the_report_is_that_of_the_gate(editor: Program, desk: Desk) -> None:
    """The same findings, counted."""
    report, found = (
        editor.get("/issues/2026-11/report", links=True),
        approving.check(desk.digest, desk.digest.issue("2026-11")),
    )
    assert report["errors"] == len(found.errors) == 0 and report["readers"] == 3
    assert [flaw["message"] for flaw in report["flaws"]] == [flaw.message for flaw in found.flaws]


def test_an_issue_is_told_over_all_its_readers(editor: Program) -> None:
    """How many editions for how many, and in how many inboxes each item is."""
    told = editor.get("/issues/2026-11/survey")
    assert (told["editions"], told["readers"], told["nothing"]) == (3, 3, {})
    assert {item["summary_id"]: item["printed"] for item in told["items"]} == {1: 2, 2: 2, 3: 1}


def test_an_approval_is_written_down_as_a_programs(editor: Program, desk: Desk) -> None:
    """Nobody takes it for a person's; asked again, nothing is done."""
    first = editor.post("/issues/2026-11/approve")
    assert (first["changed"], first["issue"]["status"]) == (True, "approved")
    assert first["issue"]["approved_by"] == "a editor program (API)"
    assert editor.post("/issues/2026-11/approve")["changed"] is False


def test_what_cannot_be_approved_is_a_conflict(editor: Program, desk: Desk) -> None:
    """A window that is still filling."""
    desk.digest.compose(desk.digest.window("2026-12"))
    assert "still filling" in editor.post("/issues/2026-12/approve", expect=409)["detail"]


def test_a_test_mail_goes_to_people_of_the_desk(editor: Program, operator: Program, desk: Desk) -> None:
    """An editor's token reaches nobody else; an operator's does. It never stands in the ledger."""
    editor.post("/issues/2026-11/test", to=EDITOR.name)
    assert "people of the desk" in editor.post("/issues/2026-11/test", to="x@example.com", expect=403)["detail"]
    operator.post("/issues/2026-11/test", to="x@example.com", reader="ada@example.org")
    mails = [email.message_from_bytes(one.data, policy=email.policy.default) for one in desk.transport.inbox]
    subjects = [mail["subject"] for mail in mails]
    assert len(subjects) == 2 and all(subject.startswith("[TEST]") for subject in subjects)
    assert editor.get("/issues/2026-11")["deliveries"] == {}


def test_a_test_mail_within_limits_says_when_to_come_back(open_desk: Opener) -> None:
    """To a program as HTTP has it: 503 with Retry-After (RFC 9110, 10.2.3)."""
    desk = a_full_desk(open_desk, transport={"kind": "file", "limits": {"per_second": 0.001}})
    editor = Program(desk, Role.EDITOR)
    for _ in range(2):
        editor.post("/issues/2026-11/test", to=EDITOR.name)
    answer = desk.browser().post("/api/v1/issues/2026-11/test", json={"to": EDITOR.name}, headers=editor.headers)
    assert answer.status_code == 503 and 990 < int(answer.headers["Retry-After"]) <= 1000
    assert answer.json()["detail"].startswith("no test mail was sent, for the limit of memory")


def test_a_draft_is_not_sent(operator: Program) -> None:
    """Nor paused, nor accounted for."""
    for verb in ("send", "pause"):
        assert "not approved" in operator.post(f"/issues/2026-11/{verb}", expect=409)["detail"]
    assert "never approved" in operator.get("/issues/2026-11/audit", expect=409)["detail"]


def test_the_whole_way(operator: Program, desk: Desk) -> None:
    """Approved, paused, let go on, sent, watched, accounted for: each step may be asked for twice."""
    operator.post("/issues/2026-11/approve")
    for verb, held in (("pause", True), ("resume", False)):
        assert [operator.post(f"/issues/2026-11/{verb}")["changed"] for _ in range(2)] == [True, False]
        assert operator.get("/issues/2026-11")["held"] is held
    operator.post("/issues/2026-11/send", expect=202)
    until(lambda: operator.get("/issues/2026-11/sending")["is_over"])
    assert operator.post("/issues/2026-11/send", expect=202)["changed"] is False
    audit = operator.get("/issues/2026-11/audit")
    assert audit["agrees"] and audit["accounts"] == [{"account": "accepted", "reason": None, "readers": 3}]
    assert len(desk.transport.inbox) == 3


def test_what_a_program_does_to_an_issue_is_written_down(operator: Program, desk: Desk) -> None:
    """In the issue's log, with the token's name; once, however often it is asked for."""
    operator.post("/issues/2026-11/approve")
    for verb in ("pause", "pause", "resume", "resume", "pause", "abort", "abort"):
        operator.post(f"/issues/2026-11/{verb}")
    operator.post("/issues/2026-11/test", to=EDITOR.name)
    deeds = desk.digest.store.deeds(desk.digest.issue("2026-11").id)
    assert {one.by for one in deeds} == {"a operator program (API)"}
    assert [one.what for one in reversed(deeds)] == [
        "paused the sending", "let the sending go on", "paused the sending", "ended it for good", "mailed a test of it",
    ]  # fmt: skip


def test_a_send_is_written_down(operator: Program, desk: Desk) -> None:
    """By whom it was begun; of a correction, too, and what was put right."""
    operator.post("/issues/2026-11/approve")
    operator.post("/issues/2026-11/send", expect=202)
    until(lambda: operator.get("/issues/2026-11/sending")["is_over"])
    for _ in range(2):
        call = {"summary_id": 1, "kind": "corrected", "sentence": "It was ten."}
        operator.post("/corrections", **call)
    operator.post("/corrections/1/send")
    sent = desk.digest.letters()[0]
    store = desk.digest.store
    assert [one.what for one in store.deeds(desk.digest.issue("2026-11").id)] == ["had it sent"]
    assert [one.what for one in (*store.deeds(), *store.deeds(sent.id))] == [
        "marked summary 1 as corrected", "had it sent"]  # fmt: skip


def test_a_paused_issue_is_not_sent(operator: Program, desk: Desk) -> None:
    """Who asks is told that it is held."""
    operator.post("/issues/2026-11/approve")
    operator.post("/issues/2026-11/pause")
    assert "is paused" in operator.post("/issues/2026-11/send", expect=409)["detail"]
    assert not desk.transport.inbox


def test_what_is_scheduled_is_not_sent_before(operator: Program, desk: Desk) -> None:
    """Who asks is told when it leaves, not that it is being sent."""
    operator.post("/issues/2026-11/approve")
    acts.schedule(desk.digest, desk.digest.issue("2026-11"), NOW + timedelta(days=3), by="ada@example.org")
    assert "is scheduled for" in operator.post("/issues/2026-11/send", expect=409)["detail"]


def test_an_aborted_issue_is_over(operator: Program) -> None:
    """What had not left never will."""
    operator.post("/issues/2026-11/approve")
    assert [operator.post("/issues/2026-11/abort")["changed"] for _ in range(2)] == [True, False]
    assert operator.get("/issues/2026-11")["deliveries"] == {"cancelled": 3}
    assert "aborted" in operator.post("/issues/2026-11/send", expect=409)["detail"]


def test_who_got_what_is_told_to_operators(operator: Program) -> None:
    """Row by row, in pages."""
    operator.post("/issues/2026-11/approve")
    page = operator.get("/issues/2026-11/deliveries", limit=2)
    assert [row["email"] for row in page["items"]] == ["ada@example.org", "jo@example.org"]
    rest = operator.get(page["next"].partition("/api/v1")[2])
    assert [row["state"] for row in rest["items"]] == ["pending"] and rest["next"] is None


def test_nothing_in_doubt_is_nothing_to_resolve(operator: Program) -> None:
    """It is no problem either."""
    operator.post("/issues/2026-11/approve")
    assert operator.post("/issues/2026-11/resolve", unknown="accept")["changed"] is False
