"""Who may call the API, how it says no, and what it writes down."""

from __future__ import annotations

import logging

import pytest

from digest import access
from digest.models import Role
from tests.web.api_parts import Program, a_full_desk
from tests.web.conftest import EDITOR, Desk, Opener

#: Everything an editor's token must not open.
OPERATORS_ONLY = [
    ("get", "/subscribers"),
    ("get", "/subscribers/1"),
    ("patch", "/subscribers/1"),
    ("post", "/subscribers"),
    ("post", "/subscribers/find"),
    ("post", "/subscribers/1/unsubscribe"),
    ("post", "/subscribers/1/erase"),
    ("get", "/subscribers/1/kept"),
    ("get", "/suppressions"),
    ("post", "/suppressions"),
    ("post", "/suppressions/lift"),
    ("get", "/issues/2026-11/quarantine"),
    ("post", "/issues/2026-11/quarantine"),
    ("get", "/export"),
    ("post", "/import"),
    ("get", "/issues/2026-11/deliveries"),
    ("post", "/corrections/1/send"),
    *(("post", f"/issues/2026-11/{verb}") for verb in ("send", "pause", "resume", "abort", "resolve")),
]


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    return a_full_desk(open_desk)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", False),
        ("Basic ZGlnZXN0OnNlY3JldA==", False),
        ("Bearer", False),
        ("Bearer ", False),
        ("Bearer nonsense", True),
        ("bearer nonsense", True),
    ],
)
def test_without_a_token_nothing_is_told(desk: Desk, given: str, shown: bool) -> None:
    """401 says how to call, and whether what was shown opens nothing (RFC 6750, 3)."""
    answer = desk.browser().get("/api/v1/status", headers={"Authorization": given} if given else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="digest"')
    assert ("invalid_token" in answer.headers["www-authenticate"]) is shown


def test_a_token_of_any_case_of_the_scheme_opens(desk: Desk) -> None:
    """The name of a scheme has no case (RFC 9110, 11.1)."""
    token = access.make_token(desk.digest, "reports", Role.EDITOR)
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert desk.browser().get("/api/v1/status", headers={"Authorization": f"{scheme} {token}"}).status_code == 200


def test_a_revoked_token_opens_nothing(desk: Desk) -> None:
    """From the very next call on."""
    program = Program(desk, Role.EDITOR)
    program.get("/status")
    access.revoke_token(desk.digest, "a editor program")
    program.get("/status", expect=401)


def test_a_browser_that_is_signed_in_is_no_program(desk: Desk) -> None:
    """The desk's cookie opens nothing here, so no page of another site can make a browser call."""
    assert desk.of(EDITOR).get("/api/v1/status").status_code == 401


def test_strangers_are_refused_before_they_are_read(desk: Desk) -> None:
    """What they send is not even parsed: it may be broken, or far too much."""
    browser = desk.browser()
    for body in (b"{", b"x" * 1_000_000, b"\xff"):
        assert browser.post("/api/v1/subscribers", content=body).status_code == 401


@pytest.mark.parametrize(("method", "path"), OPERATORS_ONLY)
def test_what_is_for_operators_an_editors_token_does_not_open(desk: Desk, method: str, path: str) -> None:
    """Readers' addresses and the sending are for operators, whatever the call would say."""
    program = Program(desk, Role.EDITOR)
    answer = desk.browser().request(method, f"/api/v1{path}", headers=program.headers)
    assert answer.status_code == 403 and answer.json()["status"] == 403


def test_the_list_above_is_whole(desk: Desk) -> None:
    """What the description says is for operators, and nothing else, was tried above."""
    told = {
        (method, path.removeprefix("/api/v1").format(label="2026-11", subscriber_id=1, number=1))
        for path, methods in desk.app.openapi()["paths"].items()
        for method, operation in methods.items()
        if "403" in operation["responses"]
    }
    assert told == {*OPERATORS_ONLY}


def test_no_token_and_no_address_is_written_down(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Neither what opens the door nor whom a call is about stands in any log line."""
    caplog.set_level(logging.DEBUG, logger="digest")
    program = Program(desk, Role.OPERATOR)
    program.post("/subscribers/find", email="ada@example.org")
    program.post("/issues/2026-11/preview", reader="ada@example.org")
    Program(desk, None).get("/status", expect=401)
    assert "ada@example.org" not in caplog.text and program.headers["Authorization"][7:] not in caplog.text


def test_problems_are_problems(desk: Desk) -> None:
    """Whatever goes wrong is told in one form (RFC 9457)."""
    program = Program(desk, Role.OPERATOR)
    for path, status in (("/issues/1999-01", 404), ("/subscribers?limit=0", 422), ("/nothing", 404)):
        problem = program.get(path, expect=status)
        assert problem["status"] == status and problem["title"] and problem["detail"]
    problem = program.post("/subscribers", expect=422, email="ada@example.org", shoe_size=42)
    assert "shoe_size" in problem["detail"]


def test_a_broken_body_is_a_problem_of_the_caller(desk: Desk) -> None:
    """Neither JSON cut short nor bytes that are no text are a fault of ours."""
    program, browser = Program(desk, Role.OPERATOR), desk.browser()
    for body in (b"{", b'{"email": "\xff"}', b'{"email": "\\ud800"}', b"[" * 100_000):
        headers = {**program.headers, "Content-Type": "application/json"}
        answer = browser.post("/api/v1/subscribers/find", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text


def test_get_changes_nothing(desk: Desk) -> None:
    """Whoever opens every path there is leaves the database as it was."""
    program = Program(desk, Role.OPERATOR)
    before = _everything(desk)
    for path in desk.app.openapi()["paths"]:
        filled = path.format(label="2026-11", summary_id=1, subscriber_id=1, number=1)
        desk.browser().get(filled, headers=program.headers)
    assert _everything(desk) == before


def _everything(desk: Desk) -> list[object]:
    store = desk.digest.store
    return [store.issues(), [*store.subscribers()], [*store.suppressions()], store.count_items(), store.source_states()]
