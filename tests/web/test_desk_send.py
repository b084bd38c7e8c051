"""Check, test, approve, send: the pages an issue goes through on its way out."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from digest import approving, departures
from digest import desk as acts
from digest.checks import Verdict
from digest.errors import StateError
from digest.models import DeliveryState, IssueStatus, Outcome, Pin, Receipt
from tests.factories import an_entry
from tests.web.conftest import EDITOR, OPERATOR, Desk, Opener, csrf
from tests.web.sample import ENTRIES, MIDDLE, MONTH, filled
from tests.web.test_desk_shaping import EYES, act

HERE = f"/desk/issues/{MONTH}"
#: A link that nobody can follow is an error of the gate.
BROKEN = an_entry("bad", headline="Multiple sclerosis and links", url="https://news.example.org/{{slug}}")


def settled(browser: TestClient, path: str) -> Any:
    """The page when what it waits for is there."""
    for _ in range(600):
        page = browser.get(path)
        if "data-poll" not in page.text:
            return page
        time.sleep(0.05)
    raise AssertionError(page.text)


def until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never was")


def press(browser: TestClient, path: str, **fields: Any):
    page = settled(browser, f"{HERE}/send")
    return browser.post(f"{HERE}/{path}", data={"csrf": csrf(page), "seen": seen_on(page), **fields})


def seen_on(page: Any) -> str:
    """What an approval given on this page stands for; empty where none can be given."""
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page.text)
    return found[1] if found else ""


# --- the gate -----------------------------------------------------------------------------------------------


def test_a_check_answers_at_once_and_tells_later(desk: Desk) -> None:
    """The page does not wait for the check; without a script it is looked at again by a link."""
    filled(desk.digest, (*ENTRIES, BROKEN))
    editor = desk.of(EDITOR)
    assert 'data-poll="2"' in editor.get(f"{HERE}/check").text
    page = settled(editor, f"{HERE}/check").text
    assert "1 error stops the approval" in page
    assert f'href="{HERE}#item-5">Multiple sclerosis and links</a>' in page


def test_what_was_found_stands_beside_the_item(desk: Desk) -> None:
    """Once somebody has checked; after a change nothing is claimed any more."""
    filled(desk.digest, (*ENTRIES, BROKEN))
    editor = desk.of(EDITOR)
    assert "Error, links" not in editor.get(HERE).text
    settled(editor, f"{HERE}/check")
    assert editor.get(HERE).text.count("Error, links") == 1
    act(editor, "pin", id=EYES)
    assert "Error, links" not in editor.get(HERE).text


def test_a_check_is_made_once_for_the_same_content(desk: Desk) -> None:
    """And anew when an editor asks for it, as when readers have changed."""
    filled(desk.digest)
    editor = desk.of(EDITOR)
    settled(editor, f"{HERE}/check")
    assert "data-poll" not in editor.get(f"{HERE}/check").text
    editor.post(f"{HERE}/check", data={"csrf": csrf(editor.get(HERE))})
    assert "data-poll" in editor.get(f"{HERE}/check").text


# --- approve ------------------------------------------------------------------------------------------------


def test_an_approval_says_first_what_it_does(desk: Desk) -> None:
    """To how many, in how many editions, who gets none and why, and what it stands for."""
    issue = filled(desk.digest)
    page = settled(desk.of(EDITOR), f"{HERE}/send").text
    assert "4 readers get a mail" in page and "in 3 editions" in page and "1 (nothing new)" in page
    assert approving.content_hash(desk.digest, issue)[:12] in page


def test_an_approval_is_written_down_with_who_and_what(desk: Desk) -> None:
    """The same hash that was shown before."""
    issue = filled(desk.digest)
    shown = approving.content_hash(desk.digest, issue)
    editor = desk.of(EDITOR)
    press(editor, "approve", on=0)
    page = settled(editor, f"{HERE}/send").text
    approved = desk.digest.store.issue_by_id(issue.id)
    assert (approved.status, approved.approved_by, approved.content_hash) == (
        IssueStatus.APPROVED, "editor@example.org", shown)  # fmt: skip
    assert "4 mails wait to leave." in page and shown[:12] in page


def test_who_approves_what_was_changed_meanwhile_is_told(desk: Desk) -> None:
    """Nobody approves what they have not seen."""
    issue = filled(desk.digest)
    editor = desk.of(EDITOR)
    settled(editor, f"{HERE}/send")
    acts.change(desk.digest, issue, [Pin(summary_id=EYES)], by="ben@example.org")
    answer = press(editor, "approve", on=0)
    assert answer.status_code == 409 and "somebody was faster" in answer.text
    assert desk.digest.store.issue_by_id(issue.id).status is IssueStatus.DRAFT


def test_who_approves_what_was_put_right_meanwhile_is_told(desk: Desk) -> None:
    """What it holds may change without an editor's act: the approval is for what was seen."""
    issue = filled(desk.digest)
    editor = desk.of(EDITOR)
    seen = seen_on(settled(editor, f"{HERE}/send"))
    late = an_entry("late", headline="Late news of fatigue in multiple sclerosis")
    desk.digest.store.add_entries([late], now=MIDDLE)
    desk.digest.compose(desk.digest.window(MONTH))
    answer = press(editor, "approve", on=0, seen=seen)
    assert answer.status_code == 409 and "something else by now" in answer.text
    assert press(editor, "approve", on=0, seen="").status_code == 422
    assert desk.digest.store.issue_by_id(issue.id).status is IssueStatus.DRAFT
    assert press(editor, "approve", on=0).status_code == 303


def test_errors_stop_an_approval_unless_it_is_said_why(desk: Desk) -> None:
    """The reason is kept with it."""
    issue = filled(desk.digest, (*ENTRIES, BROKEN))
    editor = desk.of(EDITOR)
    assert "1 error stops" in settled(editor, f"{HERE}/send").text
    assert press(editor, "approve", on=0).status_code == 409
    press(editor, "approve", on=0, despite="the journal mends it")
    settled(editor, f"{HERE}/send")
    assert "the journal mends it" in (desk.digest.store.issue_by_id(issue.id).approved_by or "")


def test_a_second_pair_of_eyes(open_desk: Opener) -> None:
    """Where two are needed, the first changes nothing yet, and the same person is not two."""
    desk = open_desk(approvals=2)
    issue = filled(desk.digest)
    editor, operator = desk.of(EDITOR), desk.of(OPERATOR)
    press(editor, "approve", on=0)
    page = settled(editor, f"{HERE}/send").text
    assert "It needs 2 people; 1 so far." in page and "editor@example.org approved it" in page
    assert press(editor, "approve", on=1).status_code == 409
    press(operator, "approve", on=1)
    settled(operator, f"{HERE}/send")
    assert desk.digest.store.issue_by_id(issue.id).status is IssueStatus.APPROVED


def test_two_who_approve_at_once_are_two(open_desk: Opener) -> None:
    """Nobody is given the answer to somebody else's press: one is written down, the other was slower and is told."""
    held: list[threading.Event] = []

    def judge(_mail: bytes) -> Verdict:
        if held:
            assert held.pop().wait(20)
        return Verdict(score=0.0)

    desk = open_desk(approvals=2, judge=judge)
    issue = filled(desk.digest)
    editor, operator = desk.of(EDITOR), desk.of(OPERATOR)
    page = settled(editor, f"{HERE}/send")
    fields = {"csrf": csrf(page), "on": "0", "seen": seen_on(page)}
    go_on, answers = threading.Event(), []
    held.append(go_on)
    slow = threading.Thread(target=lambda: answers.append(editor.post(f"{HERE}/approve", data=fields)))
    slow.start()
    until(lambda: not held)
    fast = operator.post(f"{HERE}/approve", data={**fields, "csrf": csrf(operator.get(HERE))})
    go_on.set()
    slow.join()
    assert "written%20down" in fast.headers["set-cookie"]
    assert [one.by for one in desk.digest.shape(issue).approvals] == [OPERATOR.name]
    assert answers[0].status_code == 409 and "operator@example.org" in answers[0].text


def test_an_approval_is_withdrawn(desk: Desk) -> None:
    """It is a draft again, and the log has the reason."""
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    editor = desk.of(EDITOR)
    press(editor, "withdraw", on=1, reason="a typo")
    assert desk.digest.store.issue_by_id(issue.id).status is IssueStatus.DRAFT
    assert "Withdrew the approval (a typo)" in editor.get(f"{HERE}/log").text


def test_an_issue_is_scheduled_in_the_newsletters_time(open_desk: Opener) -> None:
    """The hour that is typed is the newsletter's own; the past is refused, and what was typed stays."""
    desk = open_desk(timezone="Europe/Berlin")
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    editor = desk.of(EDITOR)
    answer = press(editor, "schedule", on=1, at="2026-11-02T09:00")
    assert answer.status_code == 422 and 'value="2026-11-02T09:00"' in answer.text
    press(editor, "schedule", on=1, at="2026-12-04T18:30")
    assert desk.digest.store.issue_by_id(issue.id).not_before.isoformat() == "2026-12-04T17:30:00+00:00"
    assert "leaves on 4 December, 18:30" in editor.get(f"{HERE}/send").text


# --- test mails ---------------------------------------------------------------------------------------------


def test_a_test_mail_goes_to_a_colleague(desk: Desk) -> None:
    """Marked, past the ledger, and the log says so without an address."""
    issue = filled(desk.digest)
    editor = desk.of(EDITOR)
    press(editor, "test", to="operator@example.org", reader="1")
    (mail,) = desk.transport.inbox
    assert mail.recipient == "operator@example.org" and b"[TEST]" in mail.data
    assert desk.digest.store.progress(issue.id) == {}
    assert "Mailed a test of it (reader 1)" in editor.get(f"{HERE}/log").text


def test_an_editor_mails_no_test_elsewhere(desk: Desk) -> None:
    """Only an operator may, for a mail leaves the house with it."""
    filled(desk.digest)
    assert press(desk.of(EDITOR), "test", other="friend@example.net").status_code == 403
    assert press(desk.of(EDITOR), "test", to="friend@example.net").status_code == 422
    assert desk.transport.inbox == []
    press(desk.of(OPERATOR), "test", other="friend@example.net")
    assert [mail.recipient for mail in desk.transport.inbox] == ["friend@example.net"]


def test_a_test_mail_waits_for_the_limit_of_its_transport(open_desk: Opener) -> None:
    """Where that takes long, the page says so in a sentence; nothing is written down as mailed."""
    desk = open_desk(transport={"kind": "file", "limits": {"per_second": 0.001}})
    filled(desk.digest)
    editor = desk.of(EDITOR)
    answers = [press(editor, "test", to="editor@example.org") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 503]
    assert "try again in 17 minutes" in answers[-1].text
    assert len(desk.transport.inbox) == editor.get(f"{HERE}/log").text.count("Mailed a test of it") == 2


def test_tests_are_rate_limited(desk: Desk) -> None:
    """Ten within a minute are enough for anybody."""
    filled(desk.digest)
    editor = desk.of(EDITOR)
    answers = [press(editor, "test", to="editor@example.org").status_code for _ in range(11)]
    assert answers == [303] * 10 + [429]


# --- send ---------------------------------------------------------------------------------------------------


def test_a_send_goes_on_behind_the_page(desk: Desk) -> None:
    """Pressed once, it ends by itself; the log has who pressed it."""
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    editor = desk.of(EDITOR)
    press(editor, "send")
    until(lambda: not departures.is_open(desk.digest, issue))
    page = settled(editor, f"{HERE}/send").text
    assert "All 4 mails are through." in page
    assert "Had it sent" in editor.get(f"{HERE}/log").text
    assert len({mail.id for mail in desk.transport.inbox}) == len(desk.transport.inbox) == 4


def test_a_draft_is_not_sent(desk: Desk) -> None:
    """Whatever form asks for it."""
    filled(desk.digest)
    assert press(desk.of(EDITOR), "send").status_code == 409


def test_what_is_scheduled_is_not_sent_before(desk: Desk) -> None:
    """No button promises it, and whoever presses an old one is told; what is over is nothing to send."""
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    editor = desk.of(EDITOR)
    press(editor, "schedule", on=1, at="2026-12-04T18:30")
    page = editor.get(f"{HERE}/send").text
    assert "Send it now" not in page and "Nothing leaves before 4 December, 18:30" in page
    answer = press(editor, "send")
    assert answer.status_code == 409 and "before 4 December, 18:30" in answer.text
    press(editor, "pause")
    assert "leaves%20on%204%20December" in press(editor, "resume").headers["set-cookie"]
    assert not desk.app.state.site.courier.is_sending(MONTH) and "Had it sent" not in editor.get(f"{HERE}/log").text
    acts.schedule(desk.digest, desk.digest.issue(MONTH), None, by="ada@example.org")
    departures.send(desk.digest, desk.digest.store.issue_by_id(issue.id))
    assert "Nothing%20of%20it%20is%20left" in press(editor, "send").headers["set-cookie"]


def test_a_paused_issue_is_not_sent(desk: Desk) -> None:
    """Whoever presses the button of an old page is told so."""
    approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    editor = desk.of(EDITOR)
    press(editor, "pause")
    assert press(editor, "send").status_code == 409


def test_a_send_is_paused_and_goes_on(desk: Desk) -> None:
    """Paused, it says so, and offers to go on."""
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    editor = desk.of(EDITOR)
    press(editor, "pause")
    assert "Let it go on" in editor.get(f"{HERE}/send").text
    with pytest.raises(StateError):
        departures.send(desk.digest, desk.digest.store.issue_by_id(issue.id))
    press(editor, "resume")
    until(lambda: not departures.is_open(desk.digest, issue))
    assert "Paused the sending" in editor.get(f"{HERE}/log").text


def test_a_pause_outlives_a_withdrawal(desk: Desk) -> None:
    """A draft again, and approved again, the issue is still paused, and whoever approves it is told so."""
    approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    editor = desk.of(EDITOR)
    press(editor, "pause")
    press(editor, "withdraw", on=1, reason="a typo")
    assert "waits for approval" in editor.get(HERE).text
    press(editor, "approve", on=2)
    page = settled(editor, f"{HERE}/send").text
    assert "It is still paused" in page and "Let it go on" in page


def test_only_an_operator_ends_an_issue_for_good(desk: Desk) -> None:
    """And is asked first, with how many mails it concerns."""
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    assert desk.of(EDITOR).get(f"{HERE}/abort").status_code == 403
    assert press(desk.of(EDITOR), "abort").status_code == 403
    operator = desk.of(OPERATOR)
    assert "4 mails have not left yet" in operator.get(f"{HERE}/abort").text
    press(operator, "abort")
    assert desk.digest.store.issue_by_id(issue.id).status is IssueStatus.ABORTED
    assert "Ended it for good" in operator.get(f"{HERE}/log").text


def test_mails_in_doubt_are_settled_by_an_operator(open_desk: Opener) -> None:
    """Editors see them, operators decide."""
    desk = open_desk(delivery={"on_doubt": "hold"})
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada@example.org")
    desk.transport.answer = lambda _mail: Receipt(outcome=Outcome.DOUBTFUL)
    departures.send(desk.digest, issue)
    assert desk.digest.store.progress(issue.id).get(DeliveryState.UNKNOWN)
    assert "An operator decides" in desk.of(EDITOR).get(f"{HERE}/send").text
    assert press(desk.of(EDITOR), "resolve", decision="accept").status_code == 403
    assert press(desk.of(OPERATOR), "resolve", decision="else").status_code == 422
    assert desk.digest.store.progress(issue.id).get(DeliveryState.UNKNOWN)
    press(desk.of(OPERATOR), "resolve", decision="accept")
    assert DeliveryState.UNKNOWN not in desk.digest.store.progress(issue.id)
