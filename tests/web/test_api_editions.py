"""The editions of an issue through the API: all of them, what differs, and whose is next."""

from __future__ import annotations

import pytest

from digest import approving
from digest.models import Role
from tests.web.api_parts import Program
from tests.web.conftest import Desk
from tests.web.sample import MONTH, filled

HERE = f"/issues/{MONTH}"


@pytest.fixture
def operator(desk: Desk) -> Program:
    filled(desk.digest)
    return Program(desk, Role.OPERATOR)


@pytest.fixture
def editor(desk: Desk) -> Program:
    filled(desk.digest)
    return Program(desk, Role.EDITOR)


def test_a_draft_has_no_editions_yet(editor: Program) -> None:
    """And says where to look instead."""
    assert "survey" in editor.get(f"{HERE}/editions", expect=409)["detail"]


def test_the_editions_of_an_approved_issue(operator: Program, desk: Desk) -> None:
    """The most read first, in pages; together they are everybody who gets a mail."""
    approving.approve(desk.digest, desk.digest.issue(MONTH), by="ada@example.org")
    first = operator.get(f"{HERE}/editions", limit=1)
    rest = operator.get(f"{HERE}/editions", cursor=1)
    editions = [*first["items"], *rest["items"]]
    readers = [one["readers"] for one in editions]
    assert "cursor=1" in first["next"]
    assert readers == sorted(readers, reverse=True) and sum(readers) == 4
    assert {one["edition"] for one in editions} == {
        row["edition"] for row in operator.get(f"{HERE}/deliveries")["items"] if row["edition"]
    }
    assert [one["general"] for one in editions].count(True) == 1
    assert all(one["items"] for one in editions)


def test_what_differs_between_two_readers(operator: Program) -> None:
    """By ids of summaries, in reading order: Ada follows fatigue, the parent pediatric MS."""
    found = operator.post(f"{HERE}/differs", reader="ada@example.org", other={"reader": "parent@example.org"})
    assert (set(found["only_here"]), found["only_there"], found["both"]) == ({1, 2}, [4], [])


def test_what_differs_from_the_general_edition(editor: Program) -> None:
    """That is what it is compared with by itself."""
    found = editor.post(f"{HERE}/differs", interests=["fatigue-sleep"])
    assert found["only_here"] == [] and set(found["only_there"]) == {3, 4} and set(found["both"]) == {1, 2}
    same = editor.post(f"{HERE}/differs")
    assert (same["only_here"], same["only_there"], same["same_order"]) == ([], [], True)


def test_what_differs_from_another_issue(editor: Program) -> None:
    """Which must be there."""
    editor.post(f"{HERE}/differs", other_issue="2026-01", expect=404)
    found = editor.post(f"{HERE}/differs", interests=["pediatric"], other_issue=MONTH, other={"interests": ["vision"]})
    assert (found["only_here"], found["only_there"]) == ([4], [3])


def test_editors_go_from_reader_to_reader_by_number(editor: Program) -> None:
    """They see what each gets, with links that are nobody's, and no address."""
    assert editor.get(f"{HERE}/beside") == {"before": None, "after": 1}
    assert editor.get(f"{HERE}/beside", number=1) == {"before": None, "after": 2}
    assert editor.get(f"{HERE}/beside", number=5) == {"before": 4, "after": None}
    shown = editor.post(f"{HERE}/preview", number=2)
    assert "parent@example.org" not in shown["html"] and shown["sections"] == {"pediatric": [4]}


def test_operators_see_the_very_mail_of_a_number(operator: Program) -> None:
    """The same as by the address."""
    one, other = (operator.post(f"{HERE}/preview", **whose) for whose in ({"number": 1}, {"reader": "ada@example.org"}))
    assert one == other and "/p/" in one["html"]


@pytest.mark.parametrize(
    ("whose", "status"), [({"number": 99}, 404), ({"number": 4}, 409), ({"number": 1, "interests": ["vision"]}, 422)]
)
def test_a_number_that_shows_nothing(editor: Program, whose: dict[str, object], status: int) -> None:
    """Nobody of that number, nothing for them, or too much asked at once; and no address in the words."""
    assert "rare@example.org" not in editor.post(f"{HERE}/preview", expect=status, **whose)["detail"]
