"""Shaping an issue through the API: changes, versions, approvals that fall, the trail."""

from __future__ import annotations

from typing import Any

import pytest

from digest.models import Role
from tests.web.api_parts import Program, a_full_desk
from tests.web.conftest import Desk, Opener

ISSUE = "/issues/2026-11"
PIN = {"what": "pin", "summary_id": 2}
EXCLUDE = {"what": "exclude", "summary_id": 3, "reason": "a letter, no study"}


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    return a_full_desk(open_desk)


@pytest.fixture
def editor(desk: Desk) -> Program:
    return Program(desk, Role.EDITOR)


def change(program: Program, *changes: dict[str, Any], expect: int = 200, **more: Any) -> Any:
    return program.post(f"{ISSUE}/changes", expect=expect, changes=[*changes], **more)


def test_changes_are_one_act(editor: Program) -> None:
    """They show in the items, the shape and the trail."""
    edit = {"what": "edit", "summary_id": 1, "headline": "Shorter"}
    assert change(editor, PIN, EXCLUDE, edit)["version"] == 1
    items = editor.get(f"{ISSUE}/items")["items"]
    assert {item["id"] for item in items} == {1, 2} and {item["id"] for item in items if item["pinned"]} == {2}
    assert [item["headline"] for item in items if item["edited"]] == ["Shorter"]
    shape = editor.get(f"{ISSUE}/shape")
    assert shape["excluded"]["3"]["reason"] == "a letter, no study" and shape["pinned"] == [2]
    (act,) = editor.get(f"{ISSUE}/trail")["items"]
    assert act["by"] == "a editor program (API)" and "excluded summary 3" in act["told"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"what": "pin", "summary_id": 99}, "not in 2026-11"),
        ({"what": "exclude", "summary_id": 1, "reason": " "}, "say why"),
        ({"what": "move", "summary_id": 1, "topic_id": "nonsense"}, "no topic"),
        ({"what": "explode", "summary_id": 1}, "what"),
        ({"what": "edit", "summary_id": 1, "parts": [{"role": "considerations", "text": "x"}]}, "say why"),
        ({"what": "edit", "summary_id": 1, "parts": [{"role": "limits", "text": "x"}]}, "takeaway"),
        ({"what": "edit", "summary_id": 1, "parts": [{"role": "faq", "text": "x" * 50_001}]}, "room for 50,000"),
        ({"what": "title", "subject": "x" * 201}, "201 characters"),
    ],
)
def test_what_cannot_be_done_is_said(editor: Program, wanted: dict[str, Any], told: str) -> None:
    """And nothing is: not even the good changes beside it."""
    problem = change(editor, PIN, wanted, expect=422)
    assert told in problem["detail"] and editor.get(f"{ISSUE}/shape")["version"] == 0


def test_every_kind_of_change_is_taken(editor: Program) -> None:
    """By the words that the trail keeps them under."""
    changes = [
        PIN,
        EXCLUDE,
        {"what": "include", "summary_id": 3},
        {"what": "move", "summary_id": 1, "topic_id": "vision"},
        {"what": "order", "summary_ids": [2, 1]},
        {"what": "edit", "summary_id": 1, "takeaway": "In short."},
        {"what": "edit", "summary_id": 2, "parts": [{"role": "findings", "text": "- a"}], "restore": ["relevance"]},
        {"what": "confirm", "summary_id": 2},
        {"what": "note", "text": "Dear readers."},
        {"what": "title", "subject": "News", "topic_id": "vision"},
    ]
    for wanted in changes:
        assert change(editor, wanted)["changed"] is True, wanted
    assert editor.get(f"{ISSUE}/shape")["subjects"] == {"vision": "News"}


def test_any_part_is_edited_and_read_back(editor: Program) -> None:
    """In the notation it is typed in, with the reason in the trail, and the source's own beside it."""
    limits = [{"role": "considerations", "text": "Few took part.\n\n* one\n* two"}]
    change(editor, {"what": "edit", "summary_id": 1, "parts": limits, "reason": "an offer", "revision": 1})
    item = editor.get(f"{ISSUE}/items/1")
    kept = {"role": "considerations", "heading": None, "text": "Few took part.\n\n- one\n- two"}
    assert kept in item["parts"] and item["edited"] == ["important considerations"] and item["version"] == 1
    assert [one["text"] for one in item["source_parts"] if one["role"] == "considerations"] == [
        "The study was small and short."
    ]
    assert editor.get(f"{ISSUE}/shape")["edits"]["1"] == {
        "headline": None, "takeaway": None, "parts": [kept], "revision": 1,
    }  # fmt: skip
    assert editor.get(f"{ISSUE}/trail")["items"][0]["told"].endswith("of summary 1 (an offer)")
    editor.get(f"{ISSUE}/items/99", expect=404)


def test_an_edit_of_another_text_is_none(editor: Program) -> None:
    """Of a revision that is no longer there, or not yet."""
    for what in ("confirm", "edit"):
        problem = change(editor, {"what": what, "summary_id": 1, "revision": 2}, expect=409)
        assert "has changed its text since" in problem["detail"]


def test_what_is_read_right_stays_approved(editor: Program) -> None:
    """Nobody gets anything else by it."""
    editor.post(f"{ISSUE}/approve")
    assert change(editor, {"what": "confirm", "summary_id": 1})["voided"] is False
    assert editor.get(ISSUE)["status"] == "approved" and editor.get(f"{ISSUE}/shape")["confirmed"] == [1]
    assert editor.get(f"{ISSUE}/items/1")["doubts"] == []


def test_the_same_again_is_nothing(editor: Program) -> None:
    """A call that was made twice does no harm."""
    assert [change(editor, PIN)["changed"] for _ in range(2)] == [True, False]


def test_who_comes_second_is_told(editor: Program) -> None:
    """By `version` or If-Match; what they wanted is not done, and the problem has the version there is now."""
    change(editor, PIN, version=0)
    problem = change(editor, EXCLUDE, version=0, expect=409)
    assert problem["version"] == 1 and "pinned summary 2" in problem["detail"]
    assert editor.get(f"{ISSUE}/shape")["excluded"] == {}


def test_an_etag_is_a_version(desk: Desk, editor: Program) -> None:
    """As HTTP has it (RFC 9110, 13.1.1)."""
    browser, path = desk.browser(), f"/api/v1{ISSUE}"
    etag = browser.get(f"{path}/shape", headers=editor.headers).headers["etag"]

    def call(tag: str, wanted: dict[str, Any]) -> int:
        headers = {**editor.headers, "If-Match": tag}
        return browser.post(f"{path}/changes", json={"changes": [wanted]}, headers=headers).status_code

    assert etag == '"0"' and call(etag, PIN) == 200
    assert (call(etag, EXCLUDE), call("nonsense", EXCLUDE), call("*", EXCLUDE)) == (409, 422, 200)


def test_an_act_is_undone_and_done_again(editor: Program) -> None:
    """With the version named, a call made twice takes nothing else back."""
    change(editor, EXCLUDE)
    change(editor, PIN)
    assert editor.post(f"{ISSUE}/undo", version=2)["changed"] is True
    editor.post(f"{ISSUE}/undo", version=2, expect=409)
    shape = editor.get(f"{ISSUE}/shape")
    assert shape["pinned"] == [] and [*shape["excluded"]] == ["3"]
    assert editor.post(f"{ISSUE}/redo", version=3)["changed"] is True
    assert editor.get(f"{ISSUE}/shape")["pinned"] == [2]
    assert editor.post(f"{ISSUE}/redo")["changed"] is False


def test_a_change_voids_the_approval(editor: Program) -> None:
    """And says so."""
    editor.post(f"{ISSUE}/approve", version=0)
    assert change(editor, PIN)["voided"] is True
    assert editor.get(ISSUE)["status"] == "draft"


def test_an_approval_is_of_what_was_seen(editor: Program) -> None:
    """Who saw an older version approves nothing."""
    change(editor, PIN)
    editor.post(f"{ISSUE}/approve", version=0, expect=409)
    assert editor.get(ISSUE)["status"] == "draft"


def test_an_approval_is_withdrawn(editor: Program) -> None:
    """Once; then there is none."""
    editor.post(f"{ISSUE}/approve")
    assert [editor.post(f"{ISSUE}/withdraw", reason="a typo")["changed"] for _ in range(2)] == [True, False]


def test_a_second_pair_of_eyes(open_desk: Opener) -> None:
    """Where two must agree, two tokens count as two, and one is not asked twice."""
    desk = a_full_desk(open_desk, approvals=2)
    first, second = Program(desk, Role.EDITOR), Program(desk, Role.OPERATOR)
    assert "somebody else" in first.post(f"{ISSUE}/approve")["detail"]
    first.post(f"{ISSUE}/approve", expect=409)
    told = first.get(f"{ISSUE}/approvals")
    assert (told["needed"], [one["by"] for one in told["given"]]) == (2, ["a editor program (API)"])
    assert second.post(f"{ISSUE}/approve")["issue"]["status"] == "approved"


def test_an_issue_is_scheduled(editor: Program) -> None:
    """For later; an instant without a zone, or one that is past, is refused."""
    assert editor.post(f"{ISSUE}/schedule", at="2026-12-02T08:00:00+01:00")["changed"] is True
    assert editor.get(ISSUE)["not_before"] == "2026-12-02T07:00:00Z"
    for wrong in ("2026-12-02T08:00:00", "2020-01-01T00:00:00Z"):
        editor.post(f"{ISSUE}/schedule", at=wrong, expect=422)
    assert editor.post(f"{ISSUE}/schedule", at=None)["issue"]["not_before"] is None
