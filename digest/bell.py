"""One ring of the bell: whatever is due is done, in the order of the flow; each step finds its work in the database.

    letters waiting, and those whose time is over -> sources due -> readers' file changed -> what came back by mail
        -> windows closed without an issue -> approval (if automatic) -> sending due

A step that fails is reported and the others go on: an unreadable list of readers never keeps an approved issue back.
An issue may take hours to send: letters that fall due meanwhile leave beside it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from digest import approving, collecting, departures
from digest.belongings import finish_erasures
from digest.collecting import Visit
from digest.errors import DigestError, NothingToDo, StateError
from digest.feedback import Taken
from digest.joining import expire
from digest.models import Issue, IssueStatus, Problem, Window
from digest.newsroom import Digest
from digest.outbox import Sent
from digest.pipeline import Composed
from digest.post import PATIENCE_OF_A_RUN, Posted, send_waiting

_log = logging.getLogger(__name__)

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """What one ring of the bell came to."""

    visits: tuple[Visit, ...] = ()
    composed: tuple[Composed, ...] = ()
    approved: tuple[Issue, ...] = ()
    sent: tuple[tuple[Issue, Sent], ...] = ()
    #: What went wrong, each in a sentence; the rest was done.
    troubles: tuple[str, ...] = ()
    #: What the mailbox for bounces held; None when there is none, or it was empty.
    returned: Taken | None = None
    #: What became of letters that waited, and which limit others wait for; None when none did.
    letters: Posted | None = None
    #: Rows of the readers' file that need a look.
    problems: tuple[Problem, ...] = ()

    @property
    def did_nothing(self) -> bool:
        """True when nothing was due and nothing went wrong."""
        return not (
            self.visits or self.composed or self.approved or self.sent or self.returned or self.troubles or self.letters
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Refusal:
    """Why a draft was not approved."""

    #: When it was composed, what its mails were made of (a hash), and the last act on it, as it was looked at.
    seen: tuple[datetime, str, int]
    at: datetime
    why: str


#: How long a refusal holds while nothing of the issue changes.
_LOOK_AGAIN = timedelta(hours=1)
#: After so long, entries that were given their instant before a window closed are stored, or never will be.
_SETTLED = timedelta(minutes=10)
#: How often letters are looked after while an issue is sent, and for how many seconds that may make it wait.
_LETTERS_EVERY = timedelta(minutes=1)
_MEANWHILE = 5.0


@dataclass(kw_only=True)
class Bell:
    """Rings for one newsletter. It remembers which state of the readers' file it has read, and what it saw refused."""

    digest: Digest
    _read: tuple[Path, int, int] | None = field(default=None, init=False)
    _refused: dict[int, _Refusal] = field(default_factory=dict, init=False)
    _troubles: list[str] = field(default_factory=list, init=False)
    #: What became of letters during this ring, and when they were last looked after.
    _letters: Posted = field(default_factory=Posted, init=False)
    _letters_at: datetime | None = field(default=None, init=False)

    def ring(self, *, stop: Callable[[], bool] = lambda: False) -> Tick:
        """Do what is due; `stop` is asked between two issues and between two windows of one."""
        self._troubles.clear()
        self._letters = Posted()
        digest = self.digest
        tuple(self._each([digest], lambda one: self._see_to_letters(one, stop)))
        visits = next(self._each([digest], lambda _: self._collect_if_due()), ())
        problems = tuple(self._each([digest.settings.subscribers], self._sync_if_changed))
        returned = tuple(self._each([digest] if digest.has_mailbox else [], Digest.read_mailbox))
        composed = tuple(self._each(self._closed_without_issue(), digest.compose))
        approved = tuple(self._each(approving.drafts_due(digest), self._approve_if_auto))
        tuple(self._each(departures.cut_short(digest), lambda issue: departures.close_books(digest, issue)))
        issues = () if stop() else departures.sendable(digest)
        sent = tuple(self._each(issues, lambda issue: (issue, self._send(issue, stop))))
        letters = self._letters
        if letters.trouble is not None:
            self._troubles.append(f"letters wait: {letters.trouble}")
        return Tick(
            visits=visits,
            composed=composed,
            approved=tuple(issue for issue in approved if issue.status is IssueStatus.APPROVED),
            sent=sent,
            returned=next((taken for taken in returned if taken.total), None),
            letters=letters if letters.total or letters.limit else None,
            troubles=tuple(self._troubles),
            problems=tuple(one for found in problems for one in found),
        )

    def _each(self, given: Iterable[_Given], step: Callable[[_Given], _Made]) -> Iterator[_Made]:
        """The step for each; what fails is noted, and nothing to do is no failure."""
        for one in given:
            try:
                yield step(one)
            except NothingToDo:
                continue
            except DigestError as error:
                self._troubles.append(str(error))
            except Exception as error:  # noqa: BLE001 - a mistake of ours in one step; the others are somebody's mail
                _log.exception("a step of the bell failed; the others go on")
                self._troubles.append(f"unexpected {type(error).__name__}, which the log tells more about: {error}")

    def _approve_if_auto(self, draft: Issue) -> Issue:
        """The draft approved, where that is automatic; one that was refused is looked at again when it has changed.

        Or after an hour, for it may have been refused on account of readers who are none any more.
        """
        digest = self.digest
        if digest.settings.newsletter.approval != "auto":
            return draft
        # An editor may settle a doubt without changing what is mailed.
        content, version = approving.content_hash(digest, draft), digest.shape(draft).version
        seen, now = (draft.composed_at, content, version), digest.clock()
        known = self._refused.get(draft.id)
        if known is not None and known.seen == seen and now - known.at < _LOOK_AGAIN:
            raise StateError(known.why)
        try:
            return approving.approve_if_auto(digest, draft)
        except NothingToDo:
            raise
        except StateError as refused:
            self._refused[draft.id] = _Refusal(seen=seen, at=now, why=str(refused))
            raise

    def _collect_if_due(self) -> tuple[Visit, ...]:
        digest, now = self.digest, self.digest.clock()
        checked = {state.name: state.checked_at for state in digest.store.source_states()}
        every = digest.settings.collect_every
        due = [one for one in digest.sources if (at := checked.get(one.name)) is None or now - at >= every]
        visits = collecting.collect(digest.store, due, clock=digest.clock) if due else ()
        return tuple(visit for visit in visits if visit.passed_over is None)

    def _see_to_letters(self, digest: Digest, stop: Callable[[], bool]) -> None:
        expire(digest)
        finish_erasures(digest)
        self._post(stop)

    def _post(self, stop: Callable[[], bool], *, patience: float = PATIENCE_OF_A_RUN) -> None:
        self._letters_at = self.digest.clock()
        self._letters.add(send_waiting(self.digest, stop=stop, patience=patience))

    def _send(self, issue: Issue, stop: Callable[[], bool]) -> Sent:
        """Send what is due of an issue, and each minute the letters that are."""

        def look_after_letters(_: Sent) -> None:
            at, now = self._letters_at, self.digest.clock()
            if at is None or abs(now - at) >= _LETTERS_EVERY:
                tuple(self._each([stop], lambda one: self._post(one, patience=_MEANWHILE)))

        return departures.send(self.digest, issue, stop=stop, on_progress=look_after_letters)

    def _sync_if_changed(self, path: Path | None) -> tuple[Problem, ...]:
        seen = _stamp(path)
        if path is None or (seen is not None and seen == self._read):
            return ()
        imported = self.digest.sync_subscribers()
        self._read = seen
        return imported.problems if imported else ()

    def _closed_without_issue(self) -> Iterator[Window]:
        """Latest closed windows without an issue, or with a draft from before they closed: made once, however late.

        And once more when what was being stored as they closed is surely there.
        """
        digest = self.digest
        for cadence in digest.settings.newsletter.cadences:
            now = digest.clock()
            window = digest.calendar.latest_closed(cadence, now)
            known = digest.store.issue(window.label)
            whole = window.until + _SETTLED if now >= window.until + _SETTLED else window.until
            if known is None or (known.status is IssueStatus.DRAFT and known.composed_at < whole):
                yield window


def _stamp(path: Path | None) -> tuple[Path, int, int] | None:
    """What changes when a file does; None for one that cannot be looked at."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (path, found.st_mtime_ns, found.st_size) if path and found else None
