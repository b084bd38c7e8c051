"""What the store is to the verbs. Every instant given or returned is aware and in UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from digest.audit import Book
from digest.breaker import Breaker
from digest.hours import Hours
from digest.limits import Bucket, Limits, WarmUp
from digest.models import (
    Act,
    Amendment,
    Asked,
    Cadence,
    Claim,
    Correction,
    CorrectionState,
    Credential,
    CredentialKind,
    Deed,
    Delivery,
    DeliveryState,
    DomainGroup,
    Entry,
    FeedbackKind,
    FrozenEdition,
    Issue,
    IssueItem,
    IssueKind,
    Match,
    Posting,
    PostingState,
    Recipient,
    Result,
    SourceState,
    Step,
    Subscriber,
    SubscriberStatus,
    Summary,
    Suppression,
    Wait,
    Window,
)
from digest.pace import Count
from digest.suppression import Feedback


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """What became of the entries that were offered to the store."""

    #: Summaries never seen before.
    new: int = 0
    #: Of the new ones: about a study another summary already tells of.
    known_studies: int = 0
    #: New texts of summaries we had: a revision, not news.
    revised: int = 0
    unchanged: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a search found."""

    #: How many there are, whatever part was asked for; of those with certain words as far as they are counted.
    total: int
    #: Of summaries, in order.
    ids: tuple[int, ...]
    #: True when there are more than were counted.
    more: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AudienceRow:
    """A subscriber with what the store alone knows."""

    subscriber: Subscriber
    suppressed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """An edition that was made for a subscriber, and whether they have it."""

    subscriber_id: int
    edition_id: int
    #: True when it reached them or may have; False when it surely never did (bounced, suppressed, cancelled).
    received: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """What was taken back from workers that died."""

    #: Held without an intent: nothing had been sent.
    released: int = 0
    #: In flight, sent again by policy.
    resent: int = 0
    #: In flight, held as unknown by policy.
    held: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Under what terms one transport carries deliveries."""

    #: Its name.
    transport: str
    #: The names of the others: what one of them may have carried is not for this one.
    others: frozenset[str] = frozenset()
    #: True where it carries nothing but what it may have carried before.
    only_own: bool = False
    limits: Limits = field(default_factory=Limits)
    hours: Hours | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Allotted:
    """What a transport may take now; or, where that is nothing, when to ask again."""

    claims: Sequence[Claim] = ()
    #: When a limit allows more; None when nothing is due that a limit keeps back.
    until: datetime | None = None
    #: True when it is the day's number that is used up.
    warming: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Warmth:
    """How far a transport is warmed up."""

    #: Which day of sending this is, the first one 1.
    day: int
    #: How many mails may be sent on it; None for any number.
    allowance: int | None
    #: How many were, or are in a worker's hands.
    carried: int

    @property
    def left(self) -> int | None:
        """How many more may be sent; None for any number."""
        return None if self.allowance is None else max(self.allowance - self.carried, 0)


class ContentStore(Protocol):
    """Sources, summaries and studies."""

    def source_state(self, name: str) -> SourceState:
        """What is remembered of a source; a blank state for one never visited."""

    def source_states(self) -> tuple[SourceState, ...]:
        """Every source ever visited, by name."""

    def save_source_state(self, state: SourceState) -> None:
        """Remember it."""

    def knows(self, source: str, guid: str, fingerprint: str) -> bool:
        """Whether this entry was stored with this very fingerprint."""

    def add_entries(self, entries: Sequence[Entry], *, now: datetime) -> Added:
        """Store what is new or changed, in one transaction, by the rules of `digest.studies`."""

    def summaries_added(self, since: datetime, until: datetime) -> tuple[Summary, ...]:
        """The latest revision of each summary first seen in [since, until), oldest first, then by id."""

    def summaries(self, ids: Collection[int]) -> Mapping[int, Summary]:
        """These summaries, by id; unknown ids are left out."""

    def summaries_page(self, *, before: int | None, limit: int) -> tuple[Summary, ...]:
        """Up to `limit` summaries with ids below `before` (None: any), the latest id first."""

    def revisions(self, summary_id: int) -> tuple[tuple[int, datetime, Entry], ...]:
        """(number, when it was first seen, what it says) of every revision of a summary, the first one first."""

    def count_added(self, since: datetime, until: datetime) -> int:
        """How many summaries were first seen in [since, until)."""

    def search(
        self,
        question: str,
        *,
        since: datetime | None = None,
        topics: Collection[str] | None = None,
        source: str | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """The summaries whose latest revision has all the words, best first; without words the newest first.

        Args:
            question: words, "words in a row", begun* words, -excluded ones; a word finds its other forms, in English.
            since: added then or later.
            topics: about one of these, as the issue composed last with it has it; None for any.
            source: from this one; None for any.
            limit: so many of them.
            offset: after so many.
        """

    def count_summaries(self) -> int:
        """How many summaries there are, revisions not counted."""


class IssueStore(Protocol):
    """Issues, and the editions frozen with them."""

    def add_issue(self, window: Window, *, now: datetime) -> Issue:
        """The issue of this window: made now, or the one that was there (one per cadence and window, for ever)."""

    def issue(self, label: str) -> Issue | None:
        """The issue people call by this label."""

    def issue_by_id(self, issue_id: int) -> Issue:
        """This issue. Raises StoreError for an id that does not exist."""

    def issues(self, cadence: Cadence | None = None, *, kind: IssueKind = IssueKind.ISSUE) -> tuple[Issue, ...]:
        """All of this kind, of one cadence if given, latest window first."""

    def save_items(self, issue_id: int, items: Sequence[IssueItem], *, now: datetime) -> bool:
        """Replace a draft's pool, in this order; it counts as composed at `now` in any case.

        False when the pool was the same already. StateError unless a draft.
        """

    def items(self, issue_id: int) -> tuple[IssueItem, ...]:
        """The issue's pool, in its order, each with the revision of its summary that was saved."""

    def matches(self, issue_id: int) -> tuple[tuple[Match, ...], ...]:
        """What each fresh item of the issue's pool is about."""

    def freeze(
        self,
        issue_id: int,
        recipients: Iterable[Recipient],
        *,
        pool: bytes,
        content_hash: str,
        approved_by: str,
        now: datetime,
        act: Act | None = None,
    ) -> Issue:
        """Approve the issue and write its pool, editions and deliveries, in one transaction: all of it or nothing.

        Deliveries with an edition begin as PENDING, those without as SKIPPED with their reason. `act` is the
        approval, written into the trail.

        Raises:
            StateError: the issue is no draft.
            EditedMeanwhile: `act` is not the next act on it: somebody changed it while it was being made.
        """

    def frozen_pool(self, issue_id: int) -> bytes:
        """The pool as it was approved. Raises StoreError when the issue was never frozen."""

    def edition(self, edition_id: int) -> FrozenEdition:
        """This edition. Raises StoreError for an id that does not exist."""

    def edition_studies(self, edition_id: int) -> tuple[frozenset[int], frozenset[int]]:
        """(placed, left over): the studies of an edition by the ids they have now, after any merging since.

        The edition's own selection keeps the ids of the day it was frozen; both empty for an unknown edition.
        """

    def editions(self, issue_id: int) -> tuple[tuple[int, FrozenEdition, int], ...]:
        """(id, edition, number of deliveries) of an issue, most read first."""

    def set_held(self, issue_id: int, held: bool) -> None:
        """Hold the sending of an issue, or let it go on."""

    def abort(self, issue_id: int, *, now: datetime) -> int:
        """End the issue: what is pending, deferred or only claimed is CANCELLED. How many those were."""


class ShapeStore(Protocol):
    """What editors did to issues; nothing of it is ever changed."""

    def acts(self, issue_id: int) -> tuple[Act, ...]:
        """Everything that was done to the issue, in order."""

    def earlier_acts(self, window: Window) -> tuple[Act, ...]:
        """Everything that was done to the issues of this cadence whose windows came before, issue by issue."""

    def act(self, issue_id: int, steps: Sequence[Step], *, by: str, on: int, now: datetime) -> bool:
        """Write down what an editor does, on the version they saw (0 before the first act); all of it or nothing.

        What changes the content of an approved issue withdraws its approval in the same transaction: editions and
        deliveries go. True when that was so.

        Raises:
            EditedMeanwhile: somebody else acted since that version.
            StateError: the issue was aborted, or some of it has left already.
        """


class CorrectionStore(Protocol):
    """What has to be put right, and who has to be told."""

    def add_correction(
        self, summary_id: int, kind: Amendment, sentence: str, *, state: CorrectionState, by: str, now: datetime
    ) -> Correction:
        """Remember it. StoreError for a summary that does not exist."""

    def decide_correction(
        self, correction_id: int, *, state: CorrectionState, sentence: str, by: str, now: datetime
    ) -> Correction:
        """What a person made of a proposal. StateError when it is none any more; StoreError when there is none."""

    def corrections(self, *states: CorrectionState) -> tuple[Correction, ...]:
        """Those in these states, or all, in the order of their ids."""

    def printed_in(self, correction: Correction) -> tuple[int, ...]:
        """The issues that printed what it corrects, until it was made; the latest first."""

    def corrected_pools(self) -> Mapping[int, frozenset[int]]:
        """By issue id, the ids of the standing corrections of something in its pool, whenever they were made."""

    def got(self, summary_id: int, *, whole_study: bool = False) -> tuple[tuple[int, int], ...]:
        """(issue id, readers whom it reached, or may have) of each issue that printed a summary, the latest first.

        Args:
            summary_id: which.
            whole_study: True for any summary of its study.
        """

    def owed(
        self, corrections: Sequence[Correction], *, cadence: Cadence | None = None, only: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """(subscriber id, correction id) for everybody who got what one of them corrects and was not told of it.

        Who got it: their mail was accepted, or may have arrived. In the order of subscriber ids, then correction ids;
        streamed.
        """

    def told(self, correction_id: int) -> int:
        """How many have been told of it, or are about to be."""

    def freeze_letter(
        self,
        window: Window,
        recipients: Iterable[Recipient],
        *,
        pool: bytes,
        content_hash: str,
        approved_by: str,
        now: datetime,
    ) -> Issue:
        """Write a letter with its deliveries, approved at once, in one transaction: all of it or nothing.

        Raises:
            StateError: there is one of this label.
        """


class SubscriberStore(Protocol):
    """Subscribers, their consent, and the suppressions."""

    def subscribers(self, addresses: Collection[str] | None = None) -> Iterator[Subscriber]:
        """Subscribers in the order of their ids, all or those of these addresses (by `address_key`)."""

    def subscriber_beside(self, cadence: Cadence, subscriber_id: int, *, after: bool) -> int | None:
        """The next id of a cadence after this one, or the last before it; None at the end."""

    def subscribers_page(
        self, *, after: int, limit: int, status: SubscriberStatus | None = None
    ) -> Sequence[AudienceRow]:
        """Up to `limit` subscribers with ids above `after`, in the order of their ids, of one status if given."""

    def save_subscribers(self, subscribers: Sequence[Subscriber], *, now: datetime) -> None:
        """Insert those with id 0, update the others, in one transaction."""

    def subscriber(self, subscriber_id: int) -> Subscriber | None:
        """The subscriber of this id; None when there is none, or none any more."""

    def save_wishes(self, subscriber: Subscriber, *, now: datetime) -> bool:
        """Write what this reader wishes, and nothing of whether they may be written to. False when they are gone."""

    def set_pause(self, subscriber_id: int, until: date | None, *, now: datetime) -> bool:
        """Write to this reader again from this day on; None for at once. False when they are gone."""

    def leave(self, subscriber_id: int, *, now: datetime) -> bool:
        """Let this reader go; effective for mails already claimed. False when they had left, or are gone."""

    def set_status(self, address: str, status: SubscriberStatus, *, now: datetime) -> bool:
        """Change what the subscriber told us; effective for mails already claimed. False for an unknown address."""

    def audience(self, cadence: Cadence, *, only: int | None = None) -> Iterator[AudienceRow]:
        """Every subscriber of a cadence (or the one of this id) in the order of their ids, streamed."""

    def history(self, cadence: Cadence, studies: Collection[int], *, only: int | None = None) -> Iterator[HistoryRow]:
        """For the subscribers of a cadence, every edition of any cadence that placed or left over one of these studies.

        In the order of subscriber ids (or for the one of this id), then edition ids; streamed.
        """

    def paused_since(
        self, cadence: Cadence, *, before: datetime, back_by: date, only: int | None = None
    ) -> Iterator[tuple[int, datetime]]:
        """Those of a cadence who are back by a day, and paused over its last issues that closed before an instant.

        (subscriber id, beginning of the first window of that pause), in the order of ids, of a year at the most.
        Whoever had an issue since, or was to have one, is not among them: what they missed comes once.
        """

    def suppress(self, suppression: Suppression) -> bool:
        """Never mail this address again. False when it was suppressed before."""

    def suppressed(self, addresses: Collection[str]) -> frozenset[str]:
        """The keys (`address_key`) of those of these addresses that are suppressed."""

    def suppressions(self) -> Iterator[Suppression]:
        """All of them, oldest first."""

    def suppressions_of(self, addresses: Collection[str]) -> tuple[Suppression, ...]:
        """What stands against these addresses."""

    def suppressions_page(self, *, after: int, limit: int) -> Sequence[tuple[int, Suppression]]:
        """Up to `limit` suppressions with numbers above `after`, each with its number, in the order of these."""

    def count_subscribers(self) -> Mapping[SubscriberStatus, int]:
        """How many there are of each status."""


class Ledger(Protocol):
    """The deliveries. Every change of state goes through here, under a lease and a fence."""

    def claim(
        self, issue_id: int, owner: str, *, limit: int, lease: float, now: datetime, hours: Hours | None = None
    ) -> Sequence[Claim]:
        """Take up to `limit` deliveries that are due, oldest id first, for `lease` seconds; [] when none is due.

        A delivery whose reader has unsubscribed or is suppressed by now becomes SUPPRESSED instead, one whose reader
        is paused SKIPPED, and one that may not leave at this hour DEFERRED until it may; None for `hours`: all may.
        """

    def waits(self, issue_id: int) -> tuple[tuple[Wait, int, datetime], ...]:
        """What keeps deliveries back that nothing is wrong with: how many each, and until when the first of them."""

    def record(
        self,
        results: Sequence[Result],
        intents: Sequence[Claim],
        owner: str,
        *,
        lease: float,
        now: datetime,
        via: str = "",
    ) -> frozenset[int]:
        """In one durable commit: write results, and for each intent move CLAIMED to INFLIGHT for `lease` seconds.

        `via` is the name of the transport that will carry the intents.

        A result or intent counts only where owner, fence and state still match. An intent whose reader has left, was
        suppressed or paused meanwhile, or whose issue is held or aborted, is not granted.

        Returns the ids of the deliveries that may now be sent.
        """

    def release(self, claims: Sequence[Claim], owner: str, *, now: datetime) -> None:
        """Give back what was not tried, claimed or with an intent: PENDING (or DEFERRED) again, at once."""

    def recover(
        self, issue_id: int, *, resend: bool, gone: Collection[str], now: datetime, alive: str = ""
    ) -> Recovered:
        """Take back what died with its worker: leases run out by `now`, or owners known to be `gone`.

        Nothing is taken from `alive`, the owner who asks: its clock may have been put forward.
        Claimed: pending again. In flight: pending again with one more doubt when `resend`, else UNKNOWN.
        """

    def owners(self, issue_id: int) -> frozenset[str]:
        """Every owner that holds a claim or something in flight."""

    def in_flight(self, issue_id: int, owners: Collection[str], *, now: datetime, alive: str = "") -> Sequence[Claim]:
        """What `recover` would find in flight, so that a transport may be asked about it first (`reconcile`)."""

    def settle(self, results: Sequence[Result], *, now: datetime) -> int:
        """Write what was found out about in-flight deliveries of dead workers, under their fence. How many counted."""

    def resolve(self, issue_id: int, *, resend: bool, now: datetime) -> int:
        """What a person decided about all that is UNKNOWN: send it once more, or take it as arrived. How many it was.

        Raises:
            StateError: it is to be sent again in an issue that was aborted.
        """

    def progress(self, issue_id: int) -> Mapping[DeliveryState, int]:
        """How many deliveries stand where; states without any are left out."""

    def next_due(self, issue_id: int) -> datetime | None:
        """When the earliest deferred delivery is due, or a lease runs out; None when nothing waits."""

    def deliveries(self, issue_id: int) -> Iterator[Delivery]:
        """Every row of the issue in the order of subscriber ids, streamed."""

    def deliveries_page(self, issue_id: int, *, after: int, limit: int) -> Sequence[Delivery]:
        """Up to `limit` rows of the issue with subscriber ids above `after`, in the order of these."""

    def delivery(self, issue_id: int, subscriber_id: int) -> Delivery | None:
        """One row."""

    def deliveries_of(self, subscriber_id: int) -> tuple[Delivery, ...]:
        """Every row of one subscriber, oldest first."""


class TrafficStore(Protocol):
    """What keeps transports to their limits, and gives them a rest; shared by all workers, and there after a crash."""

    def allot(self, issue_id: int, owner: str, terms: Terms, *, limit: int, lease: float, now: datetime) -> Allotted:
        """As `claim`, under terms: up to `limit` deliveries, or when to ask again."""

    def warmth(self, transport: str, warm_up: WarmUp, *, now: datetime) -> Warmth:
        """How far a transport is warmed up, counted from the ledger; days are those of UTC."""

    def buckets(self, transport: str) -> Mapping[DomainGroup | None, Bucket]:
        """The buckets anybody has taken from; None for all together."""

    def breakers(self) -> Mapping[str, Breaker]:
        """Each transport that was ever in trouble."""

    def hear(
        self, transport: str, answers: Sequence[bool], *, now: datetime, reason: str = "", probe: bool = False
    ) -> Breaker:
        """Take down what answers say of a transport, in their order: True for one against it. What that comes to."""

    def trip(self, transport: str, *, now: datetime, reason: str) -> Breaker:
        """Open a breaker at once: no further try would mend it."""

    def begun(self, issue_id: int, *, at_most: int) -> tuple[int, int]:
        """(begun, in a worker's hands): how many of an issue's mails were tried or claimed, counted up to `at_most`."""

    def bounced_lately(self, issue_id: int, transports: Sequence[str], *, of: int) -> tuple[int, int]:
        """(bounced hard, of how many): among the last answered mails of an issue, at most `of`."""

    def stop_itself(self, issue_id: int, reason: str, *, now: datetime) -> None:
        """Hold the issue for this reason, and put the suppressions its hard bounces made in quarantine."""

    def let_go_on(self, issue_id: int, *, now: datetime) -> None:
        """Let a held issue go on; if it stopped itself, what bounced before is not held against it any more."""

    def quarantined(self, issue_id: int) -> tuple[Suppression, ...]:
        """The suppressions of an issue that wait for a person, oldest first."""

    def keep_quarantined(self, issue_id: int) -> int:
        """They are right, and hold for good. How many they were."""

    def lift_quarantined(self, issue_id: int, *, now: datetime) -> int:
        """They were wrong: the addresses may be mailed again, and what was refused for them leaves with the issue."""

    def lift(self, address: str, *, now: datetime) -> bool:
        """The address may be mailed again, whatever bounced before. False when nothing stands against it."""

    def take_probe(self, transport: str, *, now: datetime) -> bool:
        """Whether the one probe that is due is ours. Should we die of it, another may follow in a while."""

    def leave_probe(self, transport: str, *, now: datetime) -> None:
        """Let another have the probe: there was nothing to send."""


class FeedbackStore(Protocol):
    """What came back about addresses; nothing of it is ever changed."""

    def add_feedback(self, given: Feedback) -> bool:
        """Remember it. False when it was known: the same event, or of one without a name the same kind and instant."""

    def feedback(self, address: str) -> tuple[Feedback, ...]:
        """All that is known of an address, oldest first; mails of ours that were accepted for it count as delivered."""


class Books(Protocol):
    """The ledger, as auditors and watchers read it."""

    def books(self, issue_id: int) -> AbstractContextManager[Book]:
        """An issue's ledger as of one moment, to be audited; its rows are streamed, and read while this is open."""

    def paces(self, issue_id: int, *, since: datetime) -> Sequence[Count]:
        """How many deliveries stand where, by state, domain group and transport, and how many ended after `since`."""


class LetterStore(Protocol):
    """Letters on their way, what their links may still do, and forgetting."""

    def ask(self, asked: Asked, *, now: datetime, expires_at: datetime) -> None:
        """Remember what was asked for, and put the letter into the outbox that the rules of `audience` send, if any.

        The same statements run whoever the address belongs to: neither an answer nor its time tells.
        """

    def confirm(self, letter_id: int, *, now: datetime) -> Subscriber:
        """Make a reader of whoever was asked by this letter; the reader as they are when it was done before.

        Raises:
            TokenError: there is no such letter any more (`gone`), or it was used, and they left since (`used`).
            StateError: the address complained.
        """

    def change_address(self, letter_id: int, *, now: datetime) -> tuple[Subscriber, str]:
        """Give a reader the address this letter went to; the reader, and the address they had.

        Again for the same letter: the reader as they are, and their own address, while that is still it.

        Raises:
            TokenError: there is no such letter any more (`gone`), or it was used (`used`).
            InputError: the address is another reader's by now.
            StateError: the address complained.
        """

    def add_letter(self, posting: Posting, *, withheld: bool = False) -> int:
        """Put a letter into the outbox; its id. One that is withheld never leaves: it is there to be as much work."""

    def letters_of(self, subscriber_id: int) -> tuple[Posting, ...]:
        """The letters with a reader's links that are not forgotten yet and were not withheld, oldest first."""

    def letter(self, letter_id: int) -> Posting | None:
        """This letter; None when there is none, or it was forgotten."""

    def claim_letters(self, owner: str, *, limit: int, lease: float, now: datetime) -> Sequence[Posting]:
        """Take up to `limit` letters that are due, oldest first, for `lease` seconds; [] when none is due."""

    def letter_owners(self) -> frozenset[str]:
        """Everybody who holds letters."""

    def free_letters(self, owners: Collection[str]) -> None:
        """Let others have the letters of owners who are gone, before their leases run out."""

    def record_letter(
        self, letter_id: int, owner: str, state: PostingState, *, detail: str = "", due_at: datetime | None = None
    ) -> bool:
        """Write what became of a claimed letter. False when somebody else holds it by now.

        `due_at` is when one that is still WAITING is tried again; None gives it back untried.
        """

    def is_asked(self, subscriber_id: int, *, now: datetime) -> bool:
        """Whether a letter that asks this subscriber to confirm is out, and may still be answered."""

    def letters_waiting(self) -> int:
        """How many letters have not left yet."""

    def count_try(self, who: str, *, most: int, since: datetime, now: datetime) -> bool:
        """Count a try of whoever this keyed hash stands for.

        False when there were as many as there may be after `since`, an hour ago at the most: it is not counted then.
        """

    def forget_letters(self, *, now: datetime) -> int:
        """Forget the letters whose time is over, and those who were asked by one and never confirmed.

        How many of these there were.
        """

    def erase(self, subscriber_id: int, *, now: datetime) -> bool:
        """Forget a reader but for a keyed hash of the address, by which no file brings them back.

        False while one of their mails is on its way: they are unsubscribed by then, and this is to be called again.
        """

    def erasures_begun(self) -> tuple[int, ...]:
        """The ids of readers whose erasure had to wait for a mail on its way."""

    def erased(self, addresses: Collection[str]) -> frozenset[str]:
        """The keys (`address_key`) of those of these addresses whose readers were erased."""


class Credentials(Protocol):
    """Who may come to the desk."""

    def add_credential(self, credential: Credential) -> None:
        """Remember it; those that have ended by its beginning are forgotten."""

    def credential(self, kind: CredentialKind, key_hash: str, *, now: datetime) -> Credential | None:
        """The credential of this kind and hash; None when there is none, or it has ended by `now`."""

    def spend_credential(self, kind: CredentialKind, key_hash: str, *, now: datetime) -> Credential | None:
        """The same, and it opens nothing any more: of two who spend one at once, one gets None."""

    def credentials(self, kind: CredentialKind) -> tuple[Credential, ...]:
        """All of this kind, oldest first, ended ones too."""

    def revoke_credentials(self, kind: CredentialKind, name: str) -> int:
        """End all of this kind that a person has. How many there were."""


class Counts(Protocol):
    """How much there is of everything."""

    def answers(self) -> None:
        """Return when the database answers. StoreError when it does not."""

    def count_items(self) -> Mapping[int, int]:
        """How many summaries stand in each issue's pool, by the id of the issue; issues without any are left out."""

    def count_feedback(self) -> Mapping[FeedbackKind, int]:
        """How many pieces of feedback came of each kind; 0 for one that never came."""

    def count_suppressions(self) -> int:
        """How many addresses may not be mailed."""


class Deeds(Protocol):
    """What people at the desk did, besides the shape of issues."""

    def add_deed(self, deed: Deed) -> None:
        """Remember it."""

    def deeds(self, issue_id: int | None = None) -> tuple[Deed, ...]:
        """The latest of an issue, or of what is about none, newest first."""


class Store(
    ContentStore,
    IssueStore,
    ShapeStore,
    CorrectionStore,
    SubscriberStore,
    FeedbackStore,
    LetterStore,
    Ledger,
    TrafficStore,
    Books,
    Credentials,
    Counts,
    Deeds,
    Protocol,
):
    """All of it: one database."""

    def close(self) -> None:
        """Let go of the connections."""
