"""Addresses that are set aside: looked at and decided about, at the desk and through the API."""

from __future__ import annotations

from typing import Any

import pytest

from digest import approving, operations
from digest.errors import NothingToDo, StateError
from digest.feedback import take_in
from digest.models import FeedbackKind, Role, Suppression
from digest.store.store import SqlStore
from digest.suppression import Feedback
from tests.factories import NOW
from tests.web.api_parts import Program
from tests.web.conftest import EDITOR, OPERATOR, Desk, csrf
from tests.web.sample import MONTH, filled

ADA = "ada@example.org"
HERE = f"/desk/issues/{MONTH}"


def bounced(store: Any, *, kind: FeedbackKind = FeedbackKind.HARD_BOUNCE, issue_id: int | None = None) -> None:
    assert take_in(store, Feedback(address=ADA, kind=kind, at=NOW, code="5.1.1", issue_id=issue_id))


@pytest.fixture
def stopped(desk: Desk) -> Desk:
    """An issue whose sending stopped itself, with the suppression it made in quarantine."""
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    bounced(desk.digest.store, issue_id=issue.id)
    desk.digest.store.stop_itself(issue.id, "1 of its last 2 mails bounced hard", now=NOW)
    return desk


def test_quarantine_is_looked_at_and_decided_at_the_desk(stopped: Desk) -> None:
    """By an operator, from the page that says why the sending stopped."""
    operator = stopped.of(OPERATOR)
    assert f'href="{HERE}/quarantine"' in operator.get(f"{HERE}/send").text
    page = operator.get(f"{HERE}/quarantine")
    assert ADA in page.text
    answer = operator.post(f"{HERE}/quarantine", data={"csrf": csrf(page), "decision": "lift"})
    assert answer.headers["location"] == f"{HERE}/send"
    assert not stopped.digest.store.suppressed([ADA])
    assert "they may be mailed again" in operator.get(f"{HERE}/log").text
    assert "None is left to decide about" in operator.get(f"{HERE}/quarantine").text


@pytest.mark.parametrize("decision", [{}, {"decision": ""}, {"decision": "KEEP"}])
def test_nothing_is_decided_without_one_of_the_buttons(stopped: Desk, decision: dict[str, str]) -> None:
    """A form that is cut short or old settles nobody's quarantine."""
    operator = stopped.of(OPERATOR)
    given = {"csrf": csrf(operator.get(f"{HERE}/quarantine")), **decision}
    answer = operator.post(f"{HERE}/quarantine", data=given)
    assert answer.status_code == 422 and "press one of its buttons" in answer.text
    assert len(stopped.digest.store.quarantined(1)) == 1


def test_editors_are_told_that_addresses_are_set_aside(stopped: Desk) -> None:
    """Not which: that is for operators."""
    editor = stopped.of(EDITOR)
    assert "An operator decides about it" in editor.get(f"{HERE}/send").text
    assert editor.get(f"{HERE}/quarantine").status_code == 403


@pytest.mark.parametrize(("decide", "stands"), [("keep", True), ("lift", False)])
def test_quarantine_through_the_api(stopped: Desk, decide: str, stands: bool) -> None:
    """Listed, decided once, and the second time there is nothing to do."""
    program = Program(stopped, Role.OPERATOR)
    (one,) = program.get(f"/issues/{MONTH}/quarantine")
    assert (one["email"], one["reason"]) == (ADA, "hard bounce")
    done = [program.post(f"/issues/{MONTH}/quarantine", decide=decide)["changed"] for _ in range(2)]
    assert done == [True, False]
    assert bool(stopped.digest.store.suppressed([ADA])) is stands
    assert program.get(f"/issues/{MONTH}/quarantine") == []


def test_quarantine_is_for_operators(stopped: Desk) -> None:
    """It names addresses."""
    Program(stopped, Role.EDITOR).get(f"/issues/{MONTH}/quarantine", expect=403)


def test_a_suppression_is_lifted_through_the_api(desk: Desk) -> None:
    """Once; the second time nothing stands against the address."""
    filled(desk.digest)
    bounced(desk.digest.store)
    program = Program(desk, Role.OPERATOR)
    assert [program.post("/suppressions/lift", email=ADA)["changed"] for _ in range(2)] == [True, False]
    assert not desk.digest.store.suppressed([ADA])


def test_a_suppression_is_lifted_at_the_desk(desk: Desk) -> None:
    """On the page of the reader whose mail came back."""
    filled(desk.digest)
    bounced(desk.digest.store)
    operator = desk.of(OPERATOR)
    page = operator.get("/desk/subscribers/1")
    operator.post("/desk/subscribers/1/lift", data={"csrf": csrf(page)})
    assert "They may be mailed again" in operator.get("/desk/subscribers/1").text
    assert not desk.digest.store.suppressed([ADA])


def test_who_complained_is_not_let_go_with_the_bounces(stopped: Desk) -> None:
    """The quarantine of a send that stopped itself is lifted, and the complaint that came meanwhile stands."""
    store = stopped.digest.store
    assert not take_in(store, Feedback(address=ADA, kind=FeedbackKind.COMPLAINT, at=NOW, issue_id=1))
    assert store.lift_quarantined(1, now=NOW) == 0
    assert [one.reason for one in store.suppressions()] == [FeedbackKind.COMPLAINT]


#: (why they want no mail, what nobody but they can do about it)
FINAL = [(FeedbackKind.COMPLAINT, "that stands for good"), (FeedbackKind.UNSUBSCRIBE, "only they can change that")]


@pytest.mark.parametrize(("kind", "words"), FINAL)
def test_who_wants_no_mail_is_not_mailed_again(desk: Desk, kind: FeedbackKind, words: str) -> None:
    """No operator can change that; the page and the API say who can, if anybody."""
    filled(desk.digest)
    bounced(desk.digest.store, kind=kind)
    problem = Program(desk, Role.OPERATOR).post("/suppressions/lift", email=ADA, expect=409)
    assert words in problem["detail"]
    operator = desk.of(OPERATOR)
    operator.post("/desk/subscribers/1/lift", data={"csrf": csrf(operator.get("/desk/subscribers/1"))})
    assert words in operator.get("/desk/subscribers/1").text
    assert desk.digest.store.suppressed([ADA])


def test_what_was_suppressed_by_hand_is_lifted(desk: Desk) -> None:
    """Whoever pressed the wrong key can take that back."""
    made = Suppression(address=ADA, reason=FeedbackKind.UNSUBSCRIBE, at=NOW, detail="by hand")
    desk.digest.store.suppress(made)
    operations.lift(desk.digest, ADA)
    with pytest.raises(NothingToDo, match="nothing stands against"):
        operations.lift(desk.digest, ADA)


def test_a_lifted_address_is_suppressed_anew_by_what_comes_later(store: SqlStore) -> None:
    """What bounced before does not count any more; the next hard bounce does."""
    bounced(store)
    assert [store.lift(ADA, now=NOW), store.lift(ADA, now=NOW)] == [True, False]
    again = Feedback(address=ADA, kind=FeedbackKind.HARD_BOUNCE, at=NOW.replace(hour=23), code="5.1.1", issue_id=None)
    assert take_in(store, again)


def test_lifting_of_an_address_in_a_complaint_says_why(desk: Desk) -> None:
    """The words name the reason."""
    bounced(desk.digest.store, kind=FeedbackKind.COMPLAINT)
    with pytest.raises(StateError, match=r"does not want mail \(complaint\)"):
        operations.lift(desk.digest, ADA)
