"""`digest check` as an editor uses it, and the approval that asks it first."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.conftest import OCRELIZUMAB, Operator

NEXT_MONTH = "2026-12-01T10:00"
BAD = OCRELIZUMAB.replace("Ocrelizumab and fewer", "A miracle cure: ocrelizumab and fewer")


def drafted(operator: Operator) -> Operator:
    operator.run("collect")
    operator.run("subscribers", "import")
    operator.now = NEXT_MONTH
    operator.run("compose")
    return operator


@pytest.fixture
def tracked(operator: Operator) -> Operator:
    """A draft with an item whose link goes through a site that counts who follows it."""
    item = {"id": "1", "title": "Optic neuritis and MS", "url": "https://bit.ly/abc", "content_text": "Seen in 12."}
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [item]})
    operator.write("feed.json", feed)
    config = (operator.folder / "digest.yaml").read_text(encoding="utf-8")
    source = "  - {name: news, feed: feed.json, condition: assumed}\nsubscribers:"
    operator.write("digest.yaml", config.replace("subscribers:", source, 1))
    return drafted(operator)


def test_an_issue_without_errors(operator: Operator) -> None:
    """It says what was looked at and what comes next, and ends well; warnings name their items."""
    operator.write("summaries/miracle.txt", BAD)
    told = drafted(operator).run("check", "2026-11", "--offline").out
    for words in ("3 editions for 3 readers", "The whole issue", "says “miracle”", "Next: digest approve 2026-11"):
        assert words in told


def test_an_issue_with_errors(tracked: Operator) -> None:
    """Exit code 1, the place, and what to do about it."""
    told = tracked.run("check", "--offline", expect=1).out
    assert "Optic neuritis and MS" in told and "bit.ly, which counts who follows it" in told
    assert '--despite-errors "the reason"' in told


def test_a_report_for_machines(tracked: Operator) -> None:
    """Every flaw with its rule, severity and place."""
    report = tracked.run("check", "2026-11", "--offline", "--json", expect=1).json
    assert (report["issue"], report["status"], report["errors"]) == ("2026-11", "draft", 1)
    (error,) = (flaw for flaw in report["flaws"] if flaw["severity"] == "error")
    assert (error["rule"], error["item"]["headline"]) == ("links", "Optic neuritis and MS")
    assert error["advice"]


def test_an_approval_is_refused_until_somebody_says_why(tracked: Operator) -> None:
    """The refusal names the error; the reason is shown with the approval for good."""
    assert "bit.ly" in tracked.run("approve", "2026-11", "--offline", expect=1).err
    tracked.run("send", "2026-11", expect=1)
    reason = ("--despite-errors", "we know that link")
    approved = tracked.run("approve", "2026-11", "--offline", "--by", "ada", *reason, "--json").json
    assert approved["approved_by"] == "ada (despite 1 error: we know that link)"
    assert tracked.run("check", "2026-11", "--offline", expect=1).out.count("is approved: what is found now") == 1


def test_status_says_why_an_issue_does_not_approve_itself(tracked: Operator) -> None:
    """It would be due, and it waits."""
    config = (tracked.folder / "digest.yaml").read_text(encoding="utf-8")
    tracked.write("digest.yaml", config.replace("database:", "  approval: auto\ndatabase:", 1))
    assert "cannot be approved" in tracked.run("run", "--once", expect=1).out
    assert "kept back by 1 error: digest check 2026-11 shows them" in tracked.run("status").out
    assert tracked.mails() == []
