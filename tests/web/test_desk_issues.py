"""The list of issues, and one issue to read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest import approving, departures
from digest.models import IssueStatus, SectionRole
from tests.factories import a_section, an_entry
from tests.web.conftest import EDITOR, Desk, Opener, csrf
from tests.web.sample import ENTRIES, MONTH, filled

RUNNING = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_a_draft_that_fills_says_how_long_it_does(open_desk: Opener) -> None:
    """The rolling draft stands on top, with what is in it and the days that are left."""
    desk = open_desk(now=RUNNING)
    filled(desk.digest)
    page = desk.of(EDITOR).get("/desk").text
    assert "10 days left" in page and "4 summaries so far" in page


def test_an_issue_nobody_has_begun_is_begun_by_a_button(open_desk: Opener) -> None:
    """Editors need no command line to see what the month has brought."""
    desk = open_desk(now=RUNNING)
    desk.digest.store.add_entries(ENTRIES, now=RUNNING)
    browser = desk.of(EDITOR)
    page = browser.get("/desk")
    assert "Begin November 2026" in page.text
    answer = browser.post("/desk/issues/compose", data={"csrf": csrf(page), "label": MONTH})
    assert answer.headers["location"] == f"/desk/issues/{MONTH}"
    assert "Walking eased fatigue" in browser.get(answer.headers["location"]).text


def test_taking_in_what_is_new_says_what_was_left_out(open_desk: Opener) -> None:
    """A summary on another condition is left out, and not silently."""
    desk = open_desk(now=RUNNING)
    filled(desk.digest, (*ENTRIES, an_entry("other", headline="Walking and asthma")))
    browser = desk.of(EDITOR)
    browser.post("/desk/issues/compose", data={"csrf": csrf(browser.get("/desk")), "label": MONTH})
    assert "Left out: 1 summary on other conditions." in browser.get("/desk").text


def test_a_closed_issue_tells_how_it_went(desk: Desk) -> None:
    """Who has it, and who had nothing to get, without opening it."""
    issue = approving.approve(desk.digest, filled(desk.digest), by="ada")
    departures.send(desk.digest, issue)
    page = desk.of(EDITOR).get("/desk").text
    assert "4 delivered" in page and "1 had nothing to get" in page and ">sent<" in page


@pytest.mark.parametrize("change", ["draft", "approved", "held", "aborted"])
def test_an_issue_says_where_it_stands(desk: Desk, change: str) -> None:
    """In words that need no explanation."""
    issue = filled(desk.digest)
    if change != "draft":
        issue = approving.approve(desk.digest, issue, by="ada")
    if change == "held":
        desk.digest.store.set_held(issue.id, held=True)
    if change == "aborted":
        desk.digest.store.abort(issue.id, now=desk.digest.clock())
    words = {"draft": "waits for approval", "approved": "on its way", "held": "paused", "aborted": "stopped for good"}
    assert f">{words[change]}<" in desk.of(EDITOR).get(f"/desk/issues/{MONTH}").text


def test_an_issue_reads_by_topic(desk: Desk) -> None:
    """Every item stands once, under the topic the general edition has it, with its limits."""
    filled(desk.digest)
    page = desk.of(EDITOR).get(f"/desk/issues/{MONTH}").text
    assert page.count('<article class="item') == 4
    assert page.index("Fatigue and sleep</h2>") < page.index("Longer nights")
    assert page.count("The study was small and short.") == 4


def test_an_item_without_limits_says_so(desk: Desk) -> None:
    """An editor sees that the source is silent about them."""
    entry = an_entry("x", headline="Multiple sclerosis news", sections=(a_section(SectionRole.TAKEAWAY),))
    filled(desk.digest, (entry,))
    assert "The source names none" in desk.of(EDITOR).get(f"/desk/issues/{MONTH}").text


def test_two_summaries_of_one_study_stand_together(desk: Desk) -> None:
    """Readers get one of them; editors see both."""
    twins = [an_entry(guid, headline=f"Multiple sclerosis, {guid}", doi="10.1000/one") for guid in ("one", "two")]
    filled(desk.digest, tuple(twins))
    assert desk.of(EDITOR).get(f"/desk/issues/{MONTH}").text.count('<article class="item') == 2


def test_hostile_words_stay_words(desk: Desk) -> None:
    """What a source writes never becomes part of the page."""
    filled(desk.digest, (an_entry("x", headline="<script>alert(1)</script> multiple sclerosis", url="javascript:x"),))
    page = desk.of(EDITOR).get(f"/desk/issues/{MONTH}").text
    assert "&lt;script&gt;" in page and "<script>" not in page and "javascript:" not in page


@pytest.mark.parametrize("label", ["2026-10", "nonsense", "2031-01", "2026-11%00"])
def test_an_issue_that_is_not_there_is_no_page(desk: Desk, label: str) -> None:
    """Neither one that was never made nor one that has no name."""
    filled(desk.digest)
    assert desk.of(EDITOR).get(f"/desk/issues/{label}").status_code == 404


@pytest.mark.parametrize("path", ["", "/preview", "/mail", "/mail.eml"])
def test_a_stranger_sees_nothing_of_an_issue(desk: Desk, path: str) -> None:
    """Not even whether there is one."""
    issue = filled(desk.digest)
    assert issue.status is IssueStatus.DRAFT
    answers = [desk.browser().get(f"/desk/issues/{label}{path}") for label in (MONTH, "2026-10")]
    assert {answer.status_code for answer in answers} == {303}
