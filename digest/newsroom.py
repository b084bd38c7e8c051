"""The newsletter: what it is made of, and what all that is done with it stands on.

Looking at an issue as its readers will is in `previews`, the gate in `approving`, letting it leave in `departures`:
functions that are given the newsletter, as those of the desk and the operator are. Each is one unit of work, safe to
call again. `app.make_digest` puts it together; nothing here names a concrete store, source or transport, or reads the
clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Protocol, Self

from digest import collecting, pipeline
from digest.cadence import Calendar
from digest.checks import Reach, Verdict
from digest.collecting import Visit
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
from digest.errors import InputError, NothingToDo, StateError
from digest.feedback import Taken, take_feedback, take_letters
from digest.models import (
    Amendment,
    Correction,
    CorrectionState,
    Erratum,
    Exclusions,
    Furniture,
    Issue,
    IssueItem,
    IssueKind,
    Message,
    Newsletter,
    Problem,
    Recipient,
    Selection,
    Shape,
    Subscriber,
    SubscriberStatus,
    TopicTree,
    Window,
)
from digest.names import Names
from digest.pipeline import Composed, Selector, Synced
from digest.press import Press
from digest.shaping import fold, shaped
from digest.sources.base import Source
from digest.sources.learning import Learnt
from digest.store.base import Store
from digest.subscribers import Read, read_subscribers
from digest.suppression import Feedback
from digest.tokens import Signer
from digest.topics import Tagger
from digest.transports.base import Carrier, Mailbox

#: Whoever reads a mail that is nobody's.
READER = "reader@example.org"
#: What letters are called in the ledger: with the number of their correction.
LETTER = re.compile(r"correction-\d{1,18}")


class ReadWebhook(Protocol):
    """Reads one call of a provider's webhook. FeedbackError when it is forged, or cannot be read."""

    def __call__(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> tuple[Feedback, ...]:
        """What the call says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What a file of readers came to."""

    synced: Synced
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The newsletter. Close it, or use it as a context manager."""

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
        chosen = self.sources if name is None else [self.source(name)]
        return collecting.collect(self.store, chosen, clock=self.clock, insist=name is not None, on_visit=on_visit)

    def source(self, name: str) -> Source:
        """The source of this name. InputError when there is none."""
        found = next((source for source in self.sources if source.name == name), None)
        if found is None:
            raise InputError(f"there is no source {name!r}{did_you_mean(name, (one.name for one in self.sources))}")
        return found

    def learnt(self, name: str) -> Learnt:
        """What a source's earlier documents taught."""
        return collecting.learnt_of(self.store, name)

    def furniture(self, name: str) -> tuple[Furniture, ...]:
        """The texts of a source that are the site's, and those an operator keeps. InputError for no source's name."""
        return self.store.furniture(self.source(name).name)

    def keep_furniture(self, name: str, key: str) -> None:
        """Take a text for content from now on, and in drafts. InputError when there is no such text."""
        self._changed(name, key, self.store.keep_furniture(name, key))

    def forget_furniture(self, name: str, key: str) -> None:
        """Forget a text, also in drafts; it may be learnt again. InputError when there is no such text."""
        self._changed(name, key, self.store.forget_furniture(name, key))

    def _changed(self, name: str, key: str, found: bool) -> None:
        if not found:
            known = (one.key for one in self.furniture(name))
            raise InputError(f"{name} has no text {key!r}{did_you_mean(key, known)}: see `digest sources furniture`")
        collecting.read_again(self.store, self.source(name), now=self.clock())

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

    # --- an issue ----------------------------------------------------------------------------------------

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

    def selector(self, issue: Issue) -> Selector:
        """What decides what each profile reads of an issue, as its editors want it now."""
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
        return self.press(issue, pool).message(edition, subscriber_id=0, address=READER, name="")

    def press(self, issue: Issue, pool: Pool) -> Press:
        """What makes the messages of an issue from its pool."""
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

    def everybody(self, issue: Issue, pool: Pool) -> Iterator[Recipient]:
        """What everybody would get of a draft approved now, in the order of their ids, streamed."""
        make = partial(make_edition, pool)
        return pipeline.recipients(self.store, issue, self.selector(issue), make, today=self.today)

    @contextmanager
    def carriers(self) -> Iterator[Sequence[Carrier]]:
        """The transports in their order, each closed at the end."""
        with ExitStack() as stack:
            carriers = self.make_carriers()
            for carrier in carriers:
                stack.callback(carrier.transport.close)
            yield carriers

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
        """Bring into the database what changed in the configured file; None when none is configured.

        A row that is as it was when it was last brought in undoes nothing that its reader chose since.
        """
        path = self.settings.subscribers
        return self._brought(self.read_subscribers(path), standing=True) if path is not None else None

    def import_subscribers(self, path: Path) -> Imported:
        """Bring a YAML or CSV file into the database, each row. InputError when it cannot be read at all."""
        configured = self.settings.subscribers
        standing = configured is not None and path.resolve() == configured.resolve()
        return self._brought(self.read_subscribers(path), standing=standing, again=True)

    def _brought(self, read: Read, *, standing: bool, again: bool = False) -> Imported:
        rows = [row.subscriber for row in read.subscribers]
        fingerprints = [row.fingerprint for row in read.subscribers] if standing else []
        synced = pipeline.sync(self.store, rows, now=self.clock(), fingerprints=fingerprints, again=again)
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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest known word; empty when none is near."""
    near = get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
