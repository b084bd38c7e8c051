"""The newsletter as its faces (command line, scheduler) see it: every method is one unit of work, safe to call again.

`app.make_digest` puts it together; nothing here names a concrete store, source or transport, or reads the clock.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache, partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Protocol, Self

from digest import owners, pipeline
from digest.cadence import Calendar
from digest.checks import Gate, Reach, Report, Verdict
from digest.config import Settings
from digest.dkim import DkimKey
from digest.edition import Correction as PrintedCorrection
from digest.edition import (
    Pool,
    Templates,
    make_edition,
    render_address_change,
    render_address_changed,
    render_already,
    render_confirmation,
    render_correction,
    render_erasure,
    render_pool,
    render_sign_in,
)
from digest.errors import InputError, NothingToDo, StateError, TransportError
from digest.feedback import Taken, take_feedback, take_letters
from digest.hours import Hours
from digest.models import (
    OTHER_TOPIC,
    Act,
    Amendment,
    Approve,
    Claim,
    Correction,
    CorrectionState,
    Delivery,
    DeliveryState,
    Erratum,
    Exclusions,
    FrozenEdition,
    Issue,
    IssueItem,
    IssueKind,
    IssueStatus,
    Message,
    Newsletter,
    Outcome,
    Problem,
    Profile,
    Recipient,
    Selection,
    Shape,
    SkipReason,
    Subscriber,
    SubscriberStatus,
    TopicTree,
    Window,
)
from digest.names import Names
from digest.outbox import Sent, send_issue
from digest.pipeline import Composed, Selector, Synced, Visit
from digest.press import Press, leaves_at
from digest.shaping import fold, shaped
from digest.sources.base import Source
from digest.store.base import Store
from digest.subscribers import Read, read_subscribers
from digest.suppression import Feedback
from digest.tokens import Signer
from digest.topics import Tagger
from digest.traffic import hand_over
from digest.transports.base import Carrier, Mailbox

#: Whoever reads a preview that is nobody's.
READER = "reader@example.org"
#: What letters are called in the ledger: with the number of their correction.
LETTER = re.compile(r"correction-\d{1,18}")
#: Errors that are named when an approval is refused.
SHOWN = 5
#: States in which a delivery still wants to leave.
OPEN = frozenset({DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.INFLIGHT, DeliveryState.DEFERRED})


class ReadWebhook(Protocol):
    """Reads one call of a provider's webhook. FeedbackError when it is forged, or cannot be read."""

    def __call__(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> tuple[Feedback, ...]:
        """What the call says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """One edition as it would be sent, and whose it is."""

    issue: Issue
    edition: FrozenEdition
    pool: Pool
    message: Message
    html: str
    text: str
    #: What its reader follows, for a test mail to say so.
    topics: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What a file of readers came to."""

    synced: Synced
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The newsletter, as its faces see it. Close it, or use it as a context manager."""

    settings: Settings
    newsletter: Newsletter
    calendar: Calendar
    tree: TopicTree
    tagger: Tagger
    sources: Sequence[Source]
    store: Store
    templates: Templates
    signer: Signer
    clock: Callable[[], datetime]
    #: Made only when something is sent: looking at an issue needs no server.
    make_carriers: Callable[[], Sequence[Carrier]]
    #: Follows links; asked only when an editor checks.
    reach: Reach
    #: Asked only when the doctor looks at the domain's records.
    names: Names
    #: Scores a whole mail.
    judge_spam: Callable[[bytes], Verdict]
    #: Made when it is read; it makes None when no mailbox for bounces is configured.
    make_mailbox: Callable[[], Mailbox | None] = lambda: None
    #: Read the calls of providers' webhooks, by the name of the transport.
    webhooks: Mapping[str, ReadWebhook] = field(default_factory=dict)
    #: Loaded once; each signs every mail.
    dkim: Sequence[DkimKey] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    @property
    def today(self) -> date:
        """The day in the newsletter's time zone."""
        return self.calendar.local_day(self.clock())

    # --- collect and compose -----------------------------------------------------------------------------

    def collect(
        self, name: str | None = None, *, on_visit: Callable[[Visit], None] = lambda _visit: None
    ) -> tuple[Visit, ...]:
        """Visit the sources, or one by name, even if it is backed off. InputError for a name that is none."""
        chosen = [source for source in self.sources if name in (None, source.name)]
        if name is not None and not chosen:
            raise InputError(f"there is no source {name!r}{did_you_mean(name, (one.name for one in self.sources))}")
        return pipeline.collect(self.store, chosen, now=self.clock(), insist=name is not None, on_visit=on_visit)

    def window(self, label: str) -> Window:
        """The window of a label. InputError when there is none, or when it lies in the future."""
        window = self.calendar.named(label)
        if window is None:
            raise InputError(f"{label!r} names no issue: write a month (2026-11), week (2026-W47) or quarter (2026-Q4)")
        if window.since > self.clock():
            raise InputError(f"{window.label} has not begun yet: it opens on {self.calendar.local_day(window.since)}")
        return window

    def compose(self, window: Window) -> Composed:
        """Make a window's issue, or bring its draft up to date.

        Raises:
            NothingToDo: no issue of this cadence was ever made, and nothing was added in this window.
        """
        first = not self.store.issues(window.cadence)
        if first and not self.store.summaries_added(window.since, window.until):
            raise NothingToDo(f"no summary was added in {window.title} ({window.label}), so there is no issue to make")
        settings = self.settings
        assumed = frozenset(source.name for source in settings.sources if source.condition == "assumed")
        rules = pipeline.Rules(
            tags=self.tagger,
            assumed=assumed,
            study_age_limit_years=settings.selection.study_age_limit_years,
            exclusions=self._exclusions(window),
        )
        back_by = self.calendar.local_day(window.until)
        paused = self.store.paused_since(window.cadence, before=window.until, back_by=back_by)
        return pipeline.compose(
            self.store,
            window,
            waiting_since=self._waiting_since(window),
            missed_since=min((since for _, since in paused), default=None),
            rules=rules,
            now=self.clock(),
            today=self.today,
        )

    def _exclusions(self, window: Window) -> Exclusions:
        """What editors left out of the issues before; what the latest of them said of a summary counts."""
        later: dict[int, bool] = {}
        acts = self.store.earlier_acts(window)
        by_issue = {issue.id: issue.window.until for issue in self.store.issues(window.cadence)}
        of = {issue_id: fold(group) for issue_id, group in groupby(acts, key=attrgetter("issue_id"))}
        for issue_id in sorted(of, key=by_issue.__getitem__):
            later |= {summary_id: why.later for summary_id, why in of[issue_id].excluded.items()}
        return Exclusions(
            final=frozenset(one for one, may_come in later.items() if not may_come),
            later=frozenset(one for one, may_come in later.items() if may_come),
        )

    def _waiting_since(self, window: Window) -> datetime:
        """From when on things may wait: so many windows back, or further to catch up with what was missed."""
        begin = window
        for _ in range(self.settings.selection.roll_over):
            begin = self.calendar.before(begin)
        return min(begin.since, pipeline.carried_until(self.store, window))

    # --- look and approve --------------------------------------------------------------------------------

    def issue(self, label: str | None = None) -> Issue:
        """The issue of this label, or the latest. StateError when there is none."""
        if label is None:
            latest = next(iter(self.store.issues()), None)
            if latest is None:
                raise StateError("there is no issue yet: make one with `digest compose`")
            return latest
        letter = LETTER.fullmatch(label)
        issue = self.store.issue(label if letter else self.window(label).label)
        if issue is None and letter:
            raise StateError(f"there is no letter {label}: `digest corrections list` shows what is owed")
        if issue is None:
            raise StateError(f"there is no issue {label}: make it with `digest compose --period {label}`")
        return issue

    def letters(self) -> tuple[Issue, ...]:
        """The corrections that went out as mails of their own, the latest first."""
        return self.store.issues(kind=IssueKind.CORRECTION)

    def shape(self, issue: Issue) -> Shape:
        """What its editors made of it, so far."""
        return fold(self.store.acts(issue.id))

    def items(self, issue: Issue) -> tuple[IssueItem, ...]:
        """Its pool as its editors want it."""
        return shaped(self.store.items(issue.id), self.shape(issue))

    def subscriber(self, address: str) -> Subscriber:
        """The subscriber of this address. InputError when there is none."""
        found = next(iter(self.store.subscribers([address])), None)
        if found is None:
            raise InputError(f"{address} is no subscriber: `digest subscribers list` shows them")
        return found

    def preview_reader(self, issue: Issue, address: str, *, pool: Pool | None = None) -> Preview:
        """The issue as this subscriber gets it: of an approved issue, the very bytes.

        Args:
            issue: a draft, or one that was approved.
            address: the subscriber's.
            pool: a draft's whole pool where that is known; None to render what this one needs.

        Raises:
            NothingToDo: they get nothing of it; the message says why.
        """
        reader = self.subscriber(address)
        if issue.status is not IssueStatus.DRAFT:
            return self._preview_sent(issue, reader)
        if reader.cadence is not issue.window.cadence:
            raise NothingToDo(f"{address} reads the {reader.cadence} issues, and {issue.window.label} is none of them")
        selection = self._selection_of(issue, reader)
        pool = pool or self.pool(issue, selection)
        return self._preview(issue, make_edition(pool, selection), pool, reader, reader.profile.interests)

    def preview_interests(self, issue: Issue, interests: Sequence[str], *, pool: Pool | None = None) -> Preview:
        """The issue as a new reader of these interests gets it; the general edition for none. `pool` as above.

        Raises:
            InputError: an interest is no topic.
            NothingToDo: the issue has nothing for such a reader.
        """
        for interest in interests:
            if interest not in self.tree.by_id:
                near = did_you_mean(interest, self.tree.by_id)
                raise InputError(f"{interest!r} is no topic{near}; `digest topics list` shows them all")
        selection = self._selector(issue).selection(Profile(interests=tuple(interests)))
        if selection.is_empty:
            raise NothingToDo(f"{issue.window.label} has nothing new for these interests")
        pool = pool or self.pool(issue, selection)
        nobody = Subscriber(address=READER)
        return self._preview(issue, make_edition(pool, selection), pool, nobody, tuple(interests))

    def as_nobody(self, preview: Preview) -> Preview:
        """The same edition for nobody: its links open no reader's pages, and it names nobody."""
        nobody = Subscriber(address=READER)
        return self._preview(preview.issue, preview.edition, preview.pool, nobody, preview.topics)

    def _selection_of(self, issue: Issue, reader: Subscriber) -> Selection:
        one = pipeline.recipients(
            self.store, issue, self._selector(issue), _only_selection, today=self.today, only=reader.id
        )
        recipient = next(one)
        if recipient.edition is None:
            raise NothingToDo(f"{reader.address} gets nothing of {issue.window.label}: {recipient.skip}")
        return recipient.edition.selection

    def preview_delivery(self, issue: Issue, delivery: Delivery) -> Preview:
        """The very mail of a delivery, to the address and the name it was approved with. NothingToDo for none."""
        if delivery.edition_id is None:
            raise NothingToDo(f"{delivery.address} gets nothing of {issue.window.label}: {delivery.detail}")
        pool = Pool.loads(self.store.frozen_pool(issue.id))
        reader = Subscriber(id=delivery.subscriber_id, address=delivery.address, name=delivery.name)
        edition = self.store.edition(delivery.edition_id)
        return self._preview(issue, edition, pool, reader, _followed(edition.selection, reader))

    def preview_wishes(self, issue: Issue, reader: Subscriber) -> Preview:
        """An approved issue as a reader would have had it, had they wished this then.

        Raises:
            NothingToDo: it had nothing for them.
        """
        selector = self._selector(issue)
        stored = self.store.subscriber(reader.id)
        rows = self.store.history(stored.cadence, selector.studies, only=reader.id) if stored else iter(())
        delivery = self.store.delivery(issue.id, reader.id)
        own = delivery.edition_id if delivery is not None else None
        past = tuple((row.edition_id, row.received) for row in rows if row.edition_id != own)
        selection = selector.selection(reader.profile, past)
        if selection.is_empty and not reader.profile.quiet_note:
            raise NothingToDo(
                f"In {issue.window.title} there was nothing new for these choices: no mail would have come."
            )
        pool = Pool.loads(self.store.frozen_pool(issue.id))
        return self._preview(issue, make_edition(pool, selection), pool, reader, reader.profile.interests)

    def preview_profile(self, issue: Issue, profile: Profile) -> Preview:
        """An approved issue as a new reader of this profile would have had it. NothingToDo when that is nothing."""
        return self.preview_wishes(issue, Subscriber(address=READER, profile=profile))

    def _preview_sent(self, issue: Issue, reader: Subscriber) -> Preview:
        delivery = self.store.delivery(issue.id, reader.id)
        if delivery is None:
            raise NothingToDo(f"{reader.address} was no reader of {issue.window.label} on the day it was approved")
        if delivery.edition_id is None:
            raise NothingToDo(f"{reader.address} gets nothing of {issue.window.label}: {delivery.detail}")
        pool = Pool.loads(self.store.frozen_pool(issue.id))
        edition = self.store.edition(delivery.edition_id)
        return self._preview(issue, edition, pool, reader, _followed(edition.selection, reader))

    def _preview(
        self, issue: Issue, edition: FrozenEdition, pool: Pool, reader: Subscriber, topics: tuple[str, ...]
    ) -> Preview:
        press = self._press(issue, pool)
        html, text = press.parts(edition, subscriber_id=reader.id, address=reader.address, name=reader.name)
        message = press.message(edition, subscriber_id=reader.id, address=reader.address, name=reader.name)
        return Preview(issue=issue, edition=edition, pool=pool, message=message, html=html, text=text, topics=topics)

    def _selector(self, issue: Issue) -> Selector:
        shape = self.shape(issue)
        items = shaped(self.store.items(issue.id), shape)
        missed = pipeline.carried_until(self.store, issue.window)
        return Selector(
            self.store,
            items,
            tree=self.tree,
            limits=self.settings.selection.limits(),
            caught_up=pipeline.caught_up(items, missed, self._exclusions(issue.window).later),
            shape=shape,
            corrections=self.store.corrections(CorrectionState.STANDING),
        )

    def erratum(self, correction: Correction) -> Erratum:
        """A correction as mails print it: the summary as it was called when it was printed last."""
        summary = self.store.summaries([correction.summary_id])[correction.summary_id]
        headline, title = summary.entry.headline, "an earlier month"
        # One that is only thought of (without an id) concerns what was printed until now.
        withdrawn = correction.kind is Amendment.RETRACTED
        got = [] if correction.id else self.store.got(correction.summary_id, whole_study=withdrawn)
        for issue_id in (self.store.printed_in(correction) or [number for number, _ in got])[:1]:
            title = self.store.issue_by_id(issue_id).window.title
            printed = Pool.loads(self.store.frozen_pool(issue_id)).headlines
            headline = printed.get(correction.summary_id, headline)
        return Erratum(
            id=correction.id,
            headline=headline,
            issue_title=title,
            url=summary.entry.url,
            retracted=withdrawn,
            sentence=correction.sentence,
        )

    def pool(self, issue: Issue, selection: Selection | None = None) -> Pool:
        """The issue's pool rendered: all of it, or what one selection needs."""
        shape = self.shape(issue)
        items: Sequence[IssueItem] = shaped(self.store.items(issue.id), shape)
        whole = items
        if selection is not None:
            placed = (*selection.research, *selection.background, *selection.also_new)
            needed = {placement.summary_id for placement in placed}
            items = [item for item in items if item.summary.id in needed]
        return render_pool(
            items,
            whole=whole,
            window=issue.window,
            newsletter=self.newsletter,
            tree=self.tree,
            templates=self.templates,
            shape=shape,
            errata=[self.erratum(one) for one in self.store.corrections(CorrectionState.STANDING)],
        )

    def render_specimen(self) -> None:
        """Render and inline every kind of mail, without items, to see that the templates can. TemplateError if not."""
        window = self.calendar.running(self.settings.newsletter.cadences[0], self.clock())
        render_pool((), window=window, newsletter=self.newsletter, tree=self.tree, templates=self.templates)
        render_already(self.newsletter, self.templates)
        render_address_changed(self.newsletter, self.templates)
        for render in (render_confirmation, render_address_change, render_erasure):
            render(self.newsletter, self.templates, days=7)
        render_sign_in(self.newsletter, self.templates, minutes=30)
        render_correction(PrintedCorrection(headline="", issue_title=window.title), self.newsletter, self.templates)

    def specimen(self) -> Message:
        """A mail without items, as one of the running issue would be sent, to nobody."""
        window = self.calendar.running(self.settings.newsletter.cadences[0], self.clock())
        pool = render_pool((), window=window, newsletter=self.newsletter, tree=self.tree, templates=self.templates)
        issue = Issue(id=0, window=window, composed_at=self.clock())
        edition = make_edition(pool, Selection())
        return self._press(issue, pool).message(edition, subscriber_id=0, address=READER, name="")

    def _press(self, issue: Issue, pool: Pool) -> Press:
        return Press(
            pool,
            issue,
            newsletter=self.newsletter,
            signer=self.signer,
            unsubscribe_address=self.settings.newsletter.unsubscribe_mailto,
            bounce_address=self.settings.newsletter.bounces.address if self.settings.newsletter.bounces else "",
            now=self.clock(),
            keys=self.dkim,
        )

    # --- check and approve -------------------------------------------------------------------------------

    def check(self, issue: Issue, *, offline: bool = True) -> Report:
        """What is wrong with the editions of an issue: of a draft as if it were approved now.

        Args:
            issue: a draft, or one that was approved.
            offline: True to follow no links.
        """
        if issue.status is IssueStatus.DRAFT:
            return self._examine(issue, self.pool(issue), offline=offline)
        return self._examine(issue, Pool.loads(self.store.frozen_pool(issue.id)), offline=offline)

    def _examine(self, issue: Issue, pool: Pool, *, offline: bool) -> Report:
        press = self._press(issue, pool)

        def judge(edition: FrozenEdition) -> Verdict:
            return self.judge_spam(press.message(edition, subscriber_id=0, address=READER, name="").data)

        gate = Gate(
            base_url=self.newsletter.base_url,
            grade=self.settings.checks.grade,
            reach=None if offline else self.reach,
            judge=judge,
        )
        return gate.examine(pool, self.items(issue), self._editions(issue, pool))

    def _editions(self, issue: Issue, pool: Pool) -> Iterable[tuple[FrozenEdition, int]]:
        """Each edition once, with the number of its readers."""
        if issue.status is not IssueStatus.DRAFT:
            return [(edition, readers) for _, edition, readers in self.store.editions(issue.id)]
        found: dict[str, tuple[FrozenEdition, int]] = {}
        for recipient in self.everybody(issue, pool):
            if recipient.edition is not None:
                edition, readers = found.get(recipient.edition.key, (recipient.edition, 0))
                found[edition.key] = (edition, readers + 1)
        return found.values()

    def everybody(self, issue: Issue, pool: Pool) -> Iterator[Recipient]:
        """What everybody would get of a draft approved now, in the order of their ids, streamed."""
        make = partial(make_edition, pool)
        return pipeline.recipients(self.store, issue, self._selector(issue), make, today=self.today)

    def approve(
        self, issue: Issue, *, by: str, offline: bool = True, despite: str = "", on: int | None = None
    ) -> Issue:
        """Freeze the issue: its pool, its editions and everybody's delivery, all at once.

        Where `newsletter.approvals` wants more people, it stays a draft until enough of them agreed to the same.

        Args:
            issue: a draft whose window has closed.
            by: who approves it.
            offline: True to follow no links in the check before.
            despite: why it is approved although the check finds errors, kept with the approval; empty to refuse then.
            on: the version of its shape they saw; None for the one there is now.

        Raises:
            StateError: its window is still open, the check found errors, or this person agreed before.
            EditedMeanwhile: somebody changed it since that version.
            NothingToDo: it is no draft any more.
        """
        self._refuse_unless_ready(issue)
        shape = self.shape(issue)
        pool = self.pool(issue)
        report = self._examine(issue, pool, offline=offline)
        if report.errors and not despite:
            raise StateError(refusal(issue, report))
        dumped, now = pool.dumps(), self.clock()
        step = Approve(content_hash=hashlib.sha256(dumped).hexdigest(), despite=despite if report.errors else "")
        before = [one for one in shape.approvals if one.content_hash == step.content_hash]
        version = shape.version if on is None else on
        if any(one.by.casefold() == by.casefold() for one in before):
            raise StateError(f"{by} approved {issue.window.label} before: now it is somebody else's turn")
        if len(before) + 1 < self.settings.newsletter.approvals:
            self.store.act(issue.id, [step], by=by, on=version, now=now)
            return self.store.issue_by_id(issue.id)
        named = f"{by} (despite {_counted(report)}: {despite})" if report.errors else by
        return self.store.freeze(
            issue.id,
            self.everybody(issue, pool),
            pool=dumped,
            content_hash=step.content_hash,
            approved_by=" and ".join([*(one.by for one in before), named]),
            now=now,
            act=Act(issue_id=issue.id, number=version + 1, at=now, by=by, steps=(step,)),
        )

    def content_hash(self, issue: Issue) -> str:
        """What an approval of this draft would stand for now."""
        return hashlib.sha256(self.pool(issue).dumps()).hexdigest()

    def _refuse_unless_ready(self, issue: Issue) -> None:
        window = issue.window
        if issue.status is not IssueStatus.DRAFT:
            raise NothingToDo(f"{window.label} is {issue.status} already")
        if self.clock() < window.until:
            closing = self.calendar.local_day(window.until)
            raise StateError(f"{window.label} is still filling: approve it when its window has closed, on {closing}")
        if issue.composed_at < window.until:
            raise StateError(
                f"{window.label} was last composed while it was still filling: "
                f"take in the rest with `digest compose --period {window.label}`, then approve it"
            )

    # --- send --------------------------------------------------------------------------------------------

    def approve_if_auto(self, issue: Issue) -> Issue:
        """The issue, approved where approval is automatic and its window has closed."""
        is_auto = self.settings.newsletter.approval == "auto"
        if is_auto and issue.status is IssueStatus.DRAFT and issue.window.until <= self.clock():
            return self.approve(issue, by="auto")
        return issue

    def kept_back(self) -> dict[int, Report]:
        """The drafts that would approve themselves by now, were it not for errors; by the id of the issue."""
        if self.settings.newsletter.approval != "auto":
            return {}
        reports = {draft.id: self.check(draft) for draft in self.drafts_due()}
        return {number: report for number, report in reports.items() if report.errors}

    def drafts_due(self) -> tuple[Issue, ...]:
        """The drafts of the latest closed windows whose send time has come."""
        now = self.clock()
        latest = (self.calendar.latest_closed(cadence, now) for cadence in self.settings.newsletter.cadences)
        drafts = (self.store.issue(window.label) for window in latest if window.due <= now)
        return tuple(issue for issue in drafts if issue is not None and issue.status is IssueStatus.DRAFT)

    def who_gets_what(self, issue: Issue) -> Iterator[Recipient]:
        """What everybody would be sent now, or why nothing, in the order of their ids; nothing is stored.

        Of a draft as if it were approved now, with what would be too long shortened; of an approved issue what is left
        to send.
        """
        if issue.status is IssueStatus.DRAFT:
            return self.everybody(issue, self.pool(issue))
        return self._left_to_send(issue)

    def _left_to_send(self, issue: Issue) -> Iterator[Recipient]:
        for delivery in self.store.deliveries(issue.id):
            skipped = delivery.state is DeliveryState.SKIPPED
            if delivery.state in OPEN or skipped:
                yield Recipient(
                    subscriber_id=delivery.subscriber_id,
                    address=delivery.address,
                    name="",
                    edition=self.store.edition(delivery.edition_id) if delivery.edition_id else None,
                    skip=SkipReason(delivery.detail) if skipped else None,
                )

    def sendable(self) -> tuple[Issue, ...]:
        """Approved issues with deliveries that are due now: first what puts something right, then the oldest."""
        now = self.clock()
        return tuple(
            issue
            for issue in (*reversed(self.letters()), *reversed(self.store.issues()))
            if issue.status is IssueStatus.APPROVED
            and not issue.held
            and leaves_at(issue) <= now
            and self.is_open(issue)
        )

    def is_open(self, issue: Issue) -> bool:
        """Whether any of its deliveries may still leave."""
        return self.outstanding(issue) > 0

    def outstanding(self, issue: Issue) -> int:
        """How many of its deliveries may still leave."""
        return sum(number for state, number in self.store.progress(issue.id).items() if state in OPEN)

    def send(
        self,
        issue: Issue,
        *,
        stop: Callable[[], bool] = lambda: False,
        on_progress: Callable[[Sent], None] = lambda _sent: None,
    ) -> Sent:
        """Send what is due of an approved issue. Safe to call again, at once, or on another machine.

        Raises:
            StateError: it is not approved, is paused, or was aborted.
            NothingToDo: nothing of it is left to send.
        """
        label = issue.window.label
        if issue.status is IssueStatus.DRAFT:
            raise StateError(
                f"{label} is not approved yet: look at it with `digest preview {label}`, then `digest approve {label}`"
            )
        if issue.status is IssueStatus.ABORTED:
            raise StateError(f"{label} was aborted and is never sent")
        if not self.is_open(issue):
            raise NothingToDo(f"nothing of {label} is left to send")
        if issue.held:
            raise StateError(held_words(issue))
        if issue.not_before is not None and self.clock() < issue.not_before:
            when = issue.not_before.astimezone(self.settings.newsletter.timezone)
            raise StateError(
                f"{label} is scheduled for {when:%Y-%m-%d %H:%M}: `digest schedule {label} --off` lets it leave before"
            )
        rules = self.settings.delivery
        with self.carriers() as carriers, owners.a_run() as owner:
            return send_issue(
                self.store,
                carriers,
                self._compose_claim(issue),
                issue_id=issue.id,
                owner=owner,
                clock=self.clock,
                policy=rules.on_doubt,
                gone=owners.surely_gone,
                lease=rules.lease_seconds,
                life=timedelta(hours=rules.life_hours),
                hours=self._hours(issue),
                stop=stop,
                on_progress=on_progress,
            )

    @contextmanager
    def carriers(self) -> Iterator[Sequence[Carrier]]:
        """The transports in their order, each closed at the end."""
        with ExitStack() as stack:
            carriers = self.make_carriers()
            for carrier in carriers:
                stack.callback(carrier.transport.close)
            yield carriers

    def _hours(self, issue: Issue) -> Hours:
        """When its mails may leave. A reader's week begins when the issue is due, or approved where that came later."""
        due = max(issue.window.due, issue.approved_at or issue.window.due)
        return Hours(zone=self.calendar.timezone, due=due, quiet=self.settings.delivery.quiet_hours)

    def send_test(self, preview: Preview, *, to: str) -> str:
        """Send a preview to one address, past the ledger; it says that it is a test. What the transport said.

        Raises:
            TransportError: it could not be handed over.
        """
        subject, key = f"[TEST] {preview.edition.subject}", f"test {preview.edition.key}"
        edition = replace(preview.edition, subject=subject, key=key, test=preview.topics)
        press = self._press(preview.issue, preview.pool)
        message = press.message(edition, subscriber_id=0, address=to, name="")
        with self.carriers() as carriers:
            receipt = hand_over(self.store, carriers, message, now=self.clock())
        if receipt.outcome is not Outcome.ACCEPTED:
            raise TransportError(f"the test mail to {to} was not accepted: {receipt.detail}")
        return receipt.detail

    def _compose_claim(self, issue: Issue) -> Callable[[Claim], Message]:
        # An approval may be withdrawn and given anew while this runs: its hash says which words a claim is about.
        @lru_cache(1)
        def press_of(_approved: str) -> Press:
            approved = self.store.issue_by_id(issue.id)
            return self._press(approved, Pool.loads(self.store.frozen_pool(issue.id)))

        @lru_cache(pipeline.SHARED_EDITIONS)
        def edition_of(_approved: str, edition_id: int) -> FrozenEdition:
            return self.store.edition(edition_id)

        def compose(claim: Claim) -> Message:
            press, edition = press_of(claim.content_hash), edition_of(claim.content_hash, claim.edition_id)
            return press.message(edition, subscriber_id=claim.subscriber_id, address=claim.address, name=claim.name)

        return compose

    # --- feedback ----------------------------------------------------------------------------------------

    @property
    def has_mailbox(self) -> bool:
        """Whether a mailbox that mails come back to is configured."""
        bounces = self.settings.newsletter.bounces
        return bounces is not None and (bounces.maildir is not None or bounces.imap is not None)

    def read_mailbox(self) -> Taken:
        """Read the mailbox for bounces, complaints and unsubscribes now.

        Raises:
            StateError: none is configured.
            FeedbackError: it cannot be read; what was read before is recorded.
        """
        mailbox = self.make_mailbox()
        if mailbox is None:
            raise StateError("no mailbox is configured: set newsletter.bounces.maildir or newsletter.bounces.imap")
        try:
            return take_letters(self.store, mailbox, self.signer, now=self.clock())
        finally:
            mailbox.close()

    def take_webhook(self, transport: str, headers: Mapping[str, str], body: bytes) -> Taken:
        """Take in one call of the webhook of the provider behind this transport.

        Raises:
            StateError: this transport has no webhook, or no key for it is set.
            FeedbackError: the call is forged (`forged`), or cannot be read.
        """
        read = self.webhooks.get(transport)
        if read is None:
            raise StateError("no webhook is configured: set transport.webhook_key (or what the provider has instead)")
        now = self.clock()
        return take_feedback(self.store, read(headers, body, now=now), now=now)

    # --- subscribers -------------------------------------------------------------------------------------

    def sync_subscribers(self) -> Imported | None:
        """Bring the configured file into the database; None when none is configured."""
        path = self.settings.subscribers
        return self.import_subscribers(path) if path is not None else None

    def import_subscribers(self, path: Path) -> Imported:
        """Bring a YAML or CSV file into the database. InputError when it cannot be read at all."""
        read = self.read_subscribers(path)
        synced = pipeline.sync(self.store, [row.subscriber for row in read.subscribers], now=self.clock())
        return Imported(synced=synced, problems=read.problems)

    def read_subscribers(self, path: Path) -> Read:
        """What a YAML or CSV file of readers holds, stored nowhere. InputError when it cannot be read at all."""
        offered = self.settings.newsletter.cadences
        return read_subscribers(
            path,
            topics=self.tree.by_id.keys(),
            default_cadence=offered[0],
            cadences=offered,
            default_language=self.newsletter.language,
        )

    def unsubscribe(self, address: str) -> bool:
        """Never mail this address again unless its owner asks anew. False when they had left before."""
        reader = self.subscriber(address)
        if reader.status is SubscriberStatus.UNSUBSCRIBED:
            return False
        return self.store.set_status(address, SubscriberStatus.UNSUBSCRIBED, now=self.clock())


def held_words(issue: Issue) -> str:
    """Why a held issue is not sent, and what to do."""
    label = issue.window.label
    if not issue.held_because:
        return f"{label} is paused: `digest resume {label}` lets it go on"
    return (
        f"{label} stopped itself: {issue.held_because}. Look at them with `digest quarantine {label}`; then "
        f"`digest resume {label}` lets it go on, `digest abort {label}` ends it"
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest known word; empty when none is near."""
    near = get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def refusal(issue: Issue, report: Report) -> str:
    """Why an issue cannot be approved: the first errors, and how to see them all."""
    label, errors = issue.window.label, report.errors
    shown = [f"  {report.place(flaw)}: {flaw.message}" for flaw in errors[:SHOWN]]
    shown += [f"  and {len(errors) - SHOWN} more"] if len(errors) > SHOWN else []
    return "\n".join(
        [f"{label} cannot be approved: {_counted(report)}", *shown, f"  see all with `digest check {label}`"]
    )


def _counted(report: Report) -> str:
    return "1 error" if len(report.errors) == 1 else f"{len(report.errors)} errors"


def _followed(selection: Selection, reader: Subscriber) -> tuple[str, ...]:
    """What the reader of a frozen edition followed then, as far as it shows; what they follow now may differ."""
    if selection.general:
        return ()
    return tuple(topic for topic, _ in selection.sections if topic != OTHER_TOPIC) or reader.profile.interests


def _only_selection(selection: Selection) -> FrozenEdition:
    """An edition of which only the selection is asked for: it spares rendering the whole pool to preview one reader."""
    return FrozenEdition(key="", subject="", preheader="", selection=selection)
