"""The gate and the approval: what is wrong with an issue, and what it takes to freeze it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from digest.checks import Gate, Report, Verdict
from digest.edition import Pool
from digest.errors import NothingToDo, StateError
from digest.models import Act, Amendment, Approve, Correction, CorrectionState, FrozenEdition, Issue, IssueStatus
from digest.newsroom import READER, Digest
from digest.usual import LOOKED_AT, Usual, usual

#: Errors that are named when an approval is refused.
SHOWN = 5


def check(digest: Digest, issue: Issue, *, offline: bool = True) -> Report:
    """What is wrong with the editions of an issue: of a draft as if it were approved now.

    Args:
        digest: the newsletter.
        issue: a draft, or one that was approved.
        offline: True to follow no links.
    """
    if issue.status is IssueStatus.DRAFT:
        return _examine(digest, issue, digest.pool(issue), offline=offline)
    return _examine(digest, issue, Pool.loads(digest.store.frozen_pool(issue.id)), offline=offline)


def _examine(digest: Digest, issue: Issue, pool: Pool, *, offline: bool) -> Report:
    press = digest.press(issue, pool)

    def judge(edition: FrozenEdition) -> Verdict:
        return digest.judge_spam(press.message(edition, subscriber_id=0, address=READER, name="").data)

    gate = Gate(
        base_url=digest.newsletter.base_url,
        grade=digest.settings.checks.grade,
        reach=None if offline else digest.reach,
        judge=judge,
        usual=_usual(digest, issue),
        corrections=_amended(digest),
    )
    return gate.examine(pool, digest.items(issue), _editions(digest, issue, pool))


def _usual(digest: Digest, issue: Issue) -> dict[str, Usual]:
    """What the texts of each source in the issue always had before it."""
    items = digest.store.items(issue.id)
    mine = {item.summary.id for item in items}
    found = {}
    for source in {item.summary.entry.source for item in items}:
        latest = digest.store.latest_of(source, limit=len(items) + LOOKED_AT)
        before = [one.entry for one in latest if one.id not in mine and one.added_at < issue.window.until]
        found[source] = usual(before[:LOOKED_AT])
    return found


def _amended(digest: Digest) -> dict[int, Correction]:
    """What is proposed, and what was withdrawn, by study; of several the gravest."""
    found = digest.store.corrections(CorrectionState.PROPOSED, CorrectionState.STANDING)
    told = digest.store.summaries([one.summary_id for one in found])
    graver_last = sorted(found, key=lambda one: one.kind is Amendment.RETRACTED)
    return {told[one.summary_id].study_id: one for one in graver_last if one.summary_id in told}


def _editions(digest: Digest, issue: Issue, pool: Pool) -> Iterable[tuple[FrozenEdition, int]]:
    """Each edition once, with the number of its readers."""
    if issue.status is not IssueStatus.DRAFT:
        return [(edition, readers) for _, edition, readers in digest.store.editions(issue.id)]
    found: dict[str, tuple[FrozenEdition, int]] = {}
    for recipient in digest.everybody(issue, pool):
        if recipient.edition is not None:
            edition, readers = found.get(recipient.edition.key, (recipient.edition, 0))
            found[edition.key] = (edition, readers + 1)
    return found.values()


def approve(
    digest: Digest,
    issue: Issue,
    *,
    by: str,
    offline: bool = True,
    despite: str = "",
    on: int | None = None,
    seen: str | None = None,
    unattended: bool = False,
) -> Issue:
    """Freeze the issue: its pool, its editions and everybody's delivery, all at once.

    Where `newsletter.approvals` wants more people, it stays a draft until enough of them agreed to the same.

    Args:
        digest: the newsletter.
        issue: a draft whose window has closed.
        by: who approves it.
        offline: True to follow no links in the check before.
        despite: why it is approved although the check finds errors, kept with the approval; empty to refuse then.
        on: the version of its shape they saw; None for the one there is now.
        seen: the hash (`content_hash`) of what they saw; None for what it holds now. It changes without an act, too:
            by a correction, by what is composed anew.
        unattended: True when nobody looks at it: then an item that may have been read wrongly stops it, too.

    Raises:
        StateError: its window is still open, it holds something else than what they saw, the check found errors (or
            doubts, unattended), or this person agreed before.
        EditedMeanwhile: somebody changed it since that version.
        NothingToDo: it is no draft any more.
    """
    _refuse_unless_ready(digest, issue)
    shape = digest.shape(issue)
    pool = digest.pool(issue)
    dumped, now = pool.dumps(), digest.clock()
    content = hashlib.sha256(dumped).hexdigest()
    version = shape.version if on is None else on
    if seen not in (None, content) and version == shape.version:
        raise StateError(f"{issue.window.label} holds something else by now than what was seen: look at it again")
    report = _examine(digest, issue, pool, offline=offline)
    if (report.errors and not despite) or (report.doubts and unattended):
        raise StateError(refusal(issue, report))
    step = Approve(content_hash=content, despite=despite if report.errors else "")
    before = [one for one in shape.approvals if one.content_hash == step.content_hash]
    if any(one.by.casefold() == by.casefold() for one in before):
        raise StateError(f"{by} approved {issue.window.label} before: now it is somebody else's turn")
    if len(before) + 1 < digest.settings.newsletter.approvals:
        digest.store.act(issue.id, [step], by=by, on=version, now=now)
        return digest.store.issue_by_id(issue.id)
    named = f"{by} (despite {_counted(report)}: {despite})" if report.errors else by
    return digest.store.freeze(
        issue.id,
        digest.everybody(issue, pool),
        pool=dumped,
        content_hash=step.content_hash,
        approved_by=" and ".join([*(one.by for one in before), named]),
        now=now,
        act=Act(issue_id=issue.id, number=version + 1, at=now, by=by, steps=(step,)),
    )


def content_hash(digest: Digest, issue: Issue) -> str:
    """What an approval of this draft would stand for now."""
    return hashlib.sha256(digest.pool(issue).dumps()).hexdigest()


def _refuse_unless_ready(digest: Digest, issue: Issue) -> None:
    window = issue.window
    if issue.status is not IssueStatus.DRAFT:
        raise NothingToDo(f"{window.label} is {issue.status} already")
    if digest.clock() < window.until:
        closing = digest.calendar.local_day(window.until)
        raise StateError(f"{window.label} is still filling: approve it when its window has closed, on {closing}")
    if issue.composed_at < window.until:
        raise StateError(
            f"{window.label} was last composed while it was still filling: "
            f"take in the rest with `digest compose --period {window.label}`, then approve it"
        )


def approve_if_auto(digest: Digest, issue: Issue) -> Issue:
    """The issue, approved where approval is automatic and its window has closed.

    Raises:
        StateError: errors keep it back, or an item that may have been read wrongly and nobody has looked at.
    """
    is_auto = digest.settings.newsletter.approval == "auto"
    if is_auto and issue.status is IssueStatus.DRAFT and issue.window.until <= digest.clock():
        return approve(digest, issue, by="auto", unattended=True)
    return issue


def kept_back(digest: Digest) -> dict[int, Report]:
    """The drafts that would approve themselves by now, were it not for errors or doubts; by the id of the issue."""
    if digest.settings.newsletter.approval != "auto":
        return {}
    reports = {draft.id: check(digest, draft) for draft in drafts_due(digest)}
    return {number: report for number, report in reports.items() if report.errors or report.doubts}


def drafts_due(digest: Digest) -> tuple[Issue, ...]:
    """The drafts of the latest closed windows whose send time has come."""
    now = digest.clock()
    latest = (digest.calendar.latest_closed(cadence, now) for cadence in digest.settings.newsletter.cadences)
    drafts = (digest.store.issue(window.label) for window in latest if window.due <= now)
    return tuple(issue for issue in drafts if issue is not None and issue.status is IssueStatus.DRAFT)


def refusal(issue: Issue, report: Report) -> str:
    """Why an issue cannot be approved, or not without a person: the first errors or doubts, and how to see them all."""
    label = issue.window.label
    flaws = report.errors or report.doubts
    shown = [f"  {report.place(flaw)}: {flaw.message}" for flaw in flaws[:SHOWN]]
    shown += [f"  and {len(flaws) - SHOWN} more"] if len(flaws) > SHOWN else []
    if report.errors:
        head, way_out = f"{label} cannot be approved: {_counted(report)}", f"see all with `digest check {label}`"
    else:
        head = f"{label} waits for a person: what it prints may have been read wrongly"
        way_out = (
            f"put that right or say that it is right (`digest shape`), or approve it with `digest approve {label}`"
        )
    return "\n".join([head, *shown, f"  {way_out}"])


def _counted(report: Report) -> str:
    return "1 error" if len(report.errors) == 1 else f"{len(report.errors)} errors"
