"""The gate in its place: before every approval, over a real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest import approving, departures, desk, operations
from digest.app import make_digest
from digest.bell import Bell
from digest.checks import Rule, Severity, Unreached, Verdict
from digest.config import load_settings
from digest.errors import StateError
from digest.models import (
    Change,
    Confirm,
    Edit,
    EditedPart,
    Entry,
    Exclude,
    Issue,
    IssueStatus,
    Paragraph,
    Section,
    SectionRole,
    Title,
)
from digest.newsroom import Digest
from digest.sources.base import StaticSource
from digest.transports.memory import MemoryTransport
from tests.factories import a_section, a_subscriber, an_entry

NOVEMBER, DECEMBER = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 12, 1, 10, tzinfo=UTC)
GOOD = an_entry("good", headline="Ocrelizumab and fatigue in multiple sclerosis", url="https://made-up.info/good")
BAD = an_entry("bad", headline="Optic neuritis in multiple sclerosis", url="https://bit.ly/bad")
LONG_LIMITS = Section(role=SectionRole.CONSIDERATIONS, blocks=(Paragraph("The study was small and short. " * 4000),))

Making = Callable[..., Digest]


@pytest.fixture
def making(tmp_path: Path, sqlite_url: str) -> Iterator[Making]:
    """Makes the newsletter of November: its entries collected, its draft made, its readers there."""
    opened: list[Digest] = []

    def make(*entries: Entry, **given: Any) -> Digest:
        stand_ins = {
            "reach": lambda _urls: {},
            "judge_spam": lambda _mail: Verdict(score=0.0),
            **given.pop("with_", {}),
        }
        newsletter = {
            "name": "Monthly",
            "from": "digest@example.org",
            "base_url": "https://made-up.info",
            "send_at": "00:00",
        }
        text = yaml.safe_dump({"database": sqlite_url, "newsletter": {**newsletter, **given}})
        (tmp_path / "digest.yaml").write_text(text, encoding="utf-8")
        settings = load_settings(tmp_path / "digest.yaml", {})
        sources = [StaticSource(name="summaries", entries=list(entries))]
        digest = None
        for now in (NOVEMBER, DECEMBER):
            transport = MemoryTransport()
            digest = make_digest(settings, now=now, sources=sources, make_transport=lambda: transport, **stand_ins)  # noqa: B023
            opened.append(digest)
            if now is NOVEMBER:
                digest.collect()
                readers = [a_subscriber("ada@example.org"), a_subscriber("jo@example.org", "vision")]
                digest.store.save_subscribers(readers, now=now)
        assert digest is not None
        digest.compose(digest.window("2026-11"))
        return digest

    yield make
    for one in opened:
        one.close()


def issue(digest: Digest) -> Issue:
    return digest.issue("2026-11")


def test_a_good_issue_is_approved(making: Making) -> None:
    """Nothing is wrong, nothing is said, and it goes out."""
    digest = making(GOOD)
    assert approving.check(digest, issue(digest)).flaws == ()
    assert approving.approve(digest, issue(digest), by="ada").approved_by == "ada"


def test_an_issue_with_errors_is_refused_and_stays_a_draft(making: Making) -> None:
    """The sentence names the item, what is wrong with it, and how to see everything."""
    digest = making(GOOD, BAD)
    with pytest.raises(StateError) as refused:
        approving.approve(digest, issue(digest), by="ada")
    for words in ("2026-11 cannot be approved: 1 error", "Optic neuritis", "bit.ly", "digest check 2026-11"):
        assert words in str(refused.value)
    assert issue(digest).status is IssueStatus.DRAFT


def test_a_reason_is_kept_with_an_approval_despite_errors(making: Making) -> None:
    """Who approved what knowingly can be read later; without errors there is nothing to keep."""
    digest = making(BAD)
    approved = approving.approve(digest, issue(digest), by="ada", despite="the source insists")
    assert approved.approved_by == "ada (despite 1 error: the source insists)"


def test_only_the_editions_somebody_gets_are_looked_at(making: Making) -> None:
    """Each once, with its readers: the general one, and the one of a reader of one topic."""
    digest = making(GOOD, BAD)
    report = approving.check(digest, issue(digest))
    assert sorted(report.readers.values()) == [1, 1]
    assert len(report.headlines) == 2


def test_an_approved_issue_is_checked_as_it_was_frozen(making: Making) -> None:
    """The same editions, the same readers, the same flaws, though the readers have changed meanwhile."""
    digest = making(GOOD, BAD)
    before = approving.check(digest, issue(digest))
    approving.approve(digest, issue(digest), by="ada", despite="for the test")
    digest.store.save_subscribers([a_subscriber("new@example.org", "fatigue-sleep")], now=DECEMBER)
    assert approving.check(digest, issue(digest)) == before


def test_links_are_followed_when_an_editor_asks(making: Making) -> None:
    """A dead one refuses the approval; offline nobody asks."""
    dead = {"https://made-up.net/dead": Unreached(reason="404", dead=True)}
    entry = an_entry("x", headline="Multiple sclerosis", url="https://made-up.net/dead")
    digest = making(entry, with_={"reach": lambda _urls: dead})
    assert approving.check(digest, issue(digest), offline=True).errors == ()
    assert [flaw.rule for flaw in approving.check(digest, issue(digest), offline=False).errors] == [Rule.LINKS]
    with pytest.raises(StateError, match="dead"):
        approving.approve(digest, issue(digest), by="ada", offline=False)


def test_spam_is_judged_as_it_would_be_sent(making: Making) -> None:
    """The filter reads whole mails, headers and all, addressed to nobody real."""
    asked: list[bytes] = []

    def judge(mail: bytes) -> Verdict:
        asked.append(mail)
        return Verdict(score=6.5, reasons=("MADE_UP",))

    digest = making(GOOD, with_={"judge_spam": judge})
    report = approving.check(digest, issue(digest))
    assert [(flaw.rule, flaw.severity) for flaw in report.flaws] == [(Rule.SPAM, Severity.ERROR)]
    assert all(b"List-Unsubscribe-Post:" in mail and b"ada@" not in mail for mail in asked)


def test_a_mail_too_long_for_inboxes_is_an_error(making: Making) -> None:
    """Where shortening cannot help, nobody may send it."""
    sections = (a_section(SectionRole.TAKEAWAY), LONG_LIMITS)
    digest = making(an_entry("x", headline="Multiple sclerosis", url="https://made-up.info/x", sections=sections))
    assert [flaw.rule for flaw in approving.check(digest, issue(digest)).errors] == [Rule.SIZE]


def test_errors_stop_an_issue_that_would_approve_itself(making: Making) -> None:
    """The bell says why, status can say so, the mails wait; and what is mended goes out by itself."""
    digest = making(BAD, approval="auto")
    tick = Bell(digest=digest).ring()
    assert (tick.approved, tick.sent) == ((), ())
    assert any("2026-11 cannot be approved" in trouble for trouble in tick.troubles)
    assert [len(report.errors) for report in approving.kept_back(digest).values()] == [1]


def test_what_a_source_always_had_is_known_from_earlier_texts(making: Making) -> None:
    """From those of issues before, not from this one: a whole month in a new shape is no usual one."""
    bare = replace(GOOD, sections=GOOD.sections[:3])
    many = [replace(bare, guid=f"{n}", headline=f"Fatigue in multiple sclerosis, a study about {n}") for n in range(6)]
    digest = making(*many)
    assert Rule.SHAPE not in {flaw.rule for flaw in approving.check(digest, issue(digest)).flaws}
    before = [an_entry(f"old{n}", headline=f"Fatigue in multiple sclerosis, an old study about {n}") for n in range(5)]
    digest.store.add_entries(before, now=NOVEMBER - timedelta(days=40))
    shapes = [flaw for flaw in approving.check(digest, issue(digest)).flaws if flaw.rule is Rule.SHAPE]
    assert len(shapes) == 6 and {flaw.severity for flaw in shapes} == {Severity.WARNING}


UNSURE = replace(GOOD, unsure=("its considerations read like an advertisement",))


def test_an_issue_in_doubt_waits_for_a_person(making: Making) -> None:
    """Approved by itself it is not: the bell says why, and status can; a person may approve it all the same."""
    digest = making(UNSURE, approval="auto")
    (trouble,) = Bell(digest=digest).ring().troubles
    assert trouble.startswith("2026-11 waits for a person") and "read like an advertisement" in trouble
    assert [len(report.doubts) for report in approving.kept_back(digest).values()] == [1]
    assert operations.approve_due(digest) == (trouble,)
    assert approving.approve(digest, issue(digest), by="ada").status is IssueStatus.APPROVED


@pytest.mark.parametrize(
    "change",
    [
        Confirm(summary_id=1),
        Exclude(summary_id=1, reason="not clear"),
        Edit(summary_id=1, parts=(EditedPart(role=SectionRole.CONSIDERATIONS, text="Few took part."),), reason="why"),
    ],
)
def test_a_settled_doubt_lets_it_go(making: Making, change: Change) -> None:
    """The same bell looks again at once, though saying that it is right changes nothing that is mailed."""
    more = an_entry("more", headline="Fatigue in multiple sclerosis", url="https://made-up.info/more")
    digest = making(UNSURE, more, approval="auto")
    bell = Bell(digest=digest)
    assert bell.ring().approved == ()
    desk.change(digest, issue(digest), [change], by="ada")
    assert [one.window.label for one in bell.ring().approved] == ["2026-11"]


def test_what_was_refused_is_not_examined_again_while_nothing_changes(making: Making) -> None:
    """The bell rings every minute and says each time why; the spam filter is asked once, and again after a change."""
    asked: list[bytes] = []

    def judge(mail: bytes) -> Verdict:
        asked.append(mail)
        return Verdict(score=0.0)

    digest = making(BAD, GOOD, approval="auto", with_={"judge_spam": judge})
    bell = Bell(digest=digest)
    troubles = [bell.ring().troubles for _ in range(3)]
    once = len(asked)
    assert once > 0 and troubles[0] == troubles[1] == troubles[2] and "cannot be approved" in troubles[0][0]
    bell.digest = replace(digest, clock=lambda: DECEMBER + timedelta(minutes=61))
    assert bell.ring().troubles == troubles[0] and len(asked) == 2 * once
    digest.store.act(issue(digest).id, [Title(subject="Another")], by="ada", on=0, now=DECEMBER)
    bell.ring()
    assert len(asked) > 2 * once


def test_what_was_being_stored_as_the_window_closed_is_in_the_issue(making: Making) -> None:
    """Its draft is made at once, and brought up to date one more time when all is there."""
    digest = making(GOOD)
    window, bell, composed = issue(digest).window, Bell(digest=digest), []
    replace(digest, clock=lambda: NOVEMBER).compose(window)
    for minutes in (0, 1, 2, 11, 12):
        now = window.until + timedelta(minutes=minutes)
        bell.digest = replace(digest, clock=lambda: now)  # noqa: B023
        if minutes == 2:
            late = an_entry("late", headline="Vision in multiple sclerosis", url="https://made-up.info/late")
            digest.store.add_entries([late], now=window.until - timedelta(seconds=1))
        composed.append([one.fresh for one in bell.ring().composed])
    assert composed == [[1], [], [], [2], []]


def test_a_mistake_in_one_step_keeps_nothing_else_back(making: Making, caplog: pytest.LogCaptureFixture) -> None:
    """Ours, that is: the bell says that it was one, the log where, and the steps after it are taken."""

    def judge(_mail: bytes) -> Verdict:
        raise ZeroDivisionError("our mistake")

    digest = making(GOOD, approval="auto", with_={"judge_spam": judge})
    tick = Bell(digest=digest).ring()
    assert tick.troubles == ("unexpected ZeroDivisionError, which the log tells more about: our mistake",)
    assert [one.name for one in caplog.records if one.exc_info] == ["digest.bell"]


def test_a_dry_run_shows_what_would_be_sent(making: Making) -> None:
    """Of a draft, too: what is too long for inboxes is shortened in it as in the mails."""
    words = Paragraph("The study was small and short. " * 300)
    limits = Section(role=SectionRole.CONSIDERATIONS, blocks=(words,))
    digest = making(*[
        an_entry(f"{number}", headline=f"Multiple sclerosis, part {number}", url=f"https://made-up.info/{number}",
                 sections=(a_section(SectionRole.TAKEAWAY), limits), fingerprint=f"{number}")
        for number in range(12)
    ])  # fmt: skip
    told = [one.edition for one in departures.who_gets_what(digest, issue(digest))]
    approving.approve(digest, issue(digest), by="ada")
    rows = digest.store.deliveries(issue(digest).id)
    sent = [digest.store.edition(row.edition_id) for row in rows if row.edition_id]
    assert [one for one in told if one] == sent and any(one.selection.trimmed for one in sent)


def test_a_draft_that_is_refused_keeps_no_other_back(making: Making) -> None:
    """`digest send` without an issue goes on to what can be sent, and says why the draft waits."""
    digest = making(BAD, approval="auto")
    (reason,) = operations.approve_due(digest)
    assert "2026-11 cannot be approved" in reason
    assert departures.sendable(digest) == ()
    approving.approve(digest, issue(digest), by="ada", despite="we know that link")
    assert operations.approve_due(digest) == ()
    assert [one.window.label for one in departures.sendable(digest)] == ["2026-11"]


def test_a_good_issue_still_approves_itself(making: Making) -> None:
    """Nothing keeps it back, and no link is followed: an outage elsewhere is no reason to be late."""

    def reach(urls: object) -> Any:
        pytest.fail("asked")

    digest = making(GOOD, approval="auto", with_={"reach": reach})
    assert approving.kept_back(digest) == {}
    tick = Bell(digest=digest).ring()
    assert [one.window.label for one in tick.approved] == ["2026-11"]
    assert [sent.accepted for _, sent in tick.sent] == [1]


def test_the_grade_is_the_settings(making: Making) -> None:
    """What is easy for one newsletter's readers is hard for another's."""
    digest = making(GOOD)
    checks = digest.settings.checks.model_copy(update={"grade": 1.0})
    strict = replace(digest, settings=digest.settings.model_copy(update={"checks": checks}))
    assert [flaw.rule for flaw in approving.check(strict, issue(digest)).flaws] == [Rule.READABILITY]
