"""An issue as one reader gets it, made by the code that mails it: the very bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from digest import pipeline
from digest.edition import Pool, make_edition
from digest.errors import InputError, LimitError, NothingToDo, TransportError
from digest.models import (
    OTHER_TOPIC,
    Delivery,
    FrozenEdition,
    Issue,
    IssueStatus,
    Message,
    Outcome,
    Profile,
    Selection,
    Subscriber,
)
from digest.newsroom import READER, Digest, did_you_mean
from digest.traffic import hand_over


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


def of_reader(digest: Digest, issue: Issue, address: str, *, pool: Pool | None = None) -> Preview:
    """The issue as this subscriber gets it: of an approved issue, the very bytes.

    Args:
        digest: the newsletter.
        issue: a draft, or one that was approved.
        address: the subscriber's.
        pool: a draft's whole pool where that is known; None to render what this one needs.

    Raises:
        NothingToDo: they get nothing of it; the message says why.
    """
    reader = digest.subscriber(address)
    if issue.status is not IssueStatus.DRAFT:
        return _sent(digest, issue, reader)
    if reader.cadence is not issue.window.cadence:
        raise NothingToDo(f"{address} reads the {reader.cadence} issues, and {issue.window.label} is none of them")
    selection = _selection_of(digest, issue, reader)
    pool = pool or digest.pool(issue, selection)
    return _preview(digest, issue, make_edition(pool, selection), pool, reader, reader.profile.interests)


def of_interests(digest: Digest, issue: Issue, interests: Sequence[str], *, pool: Pool | None = None) -> Preview:
    """The issue as a new reader of these interests gets it; the general edition for none. `pool` as above.

    Of an approved issue it is joined from what was frozen then, whatever has become of templates and texts since.

    Raises:
        InputError: an interest is no topic.
        NothingToDo: the issue has nothing for such a reader.
    """
    for interest in interests:
        if interest not in digest.tree.by_id:
            near = did_you_mean(interest, digest.tree.by_id)
            raise InputError(f"{interest!r} is no topic{near}; `digest topics list` shows them all")
    selection = digest.selector(issue).selection(Profile(interests=tuple(interests)))
    if selection.is_empty:
        raise NothingToDo(f"{issue.window.label} has nothing new for these interests")
    if issue.status is not IssueStatus.DRAFT:
        pool = Pool.loads(digest.store.frozen_pool(issue.id))
    pool = pool or digest.pool(issue, selection)
    nobody = Subscriber(address=READER)
    return _preview(digest, issue, make_edition(pool, selection), pool, nobody, tuple(interests))


def as_nobody(digest: Digest, preview: Preview) -> Preview:
    """The same edition for nobody: its links open no reader's pages, and it names nobody."""
    nobody = Subscriber(address=READER)
    return _preview(digest, preview.issue, preview.edition, preview.pool, nobody, preview.topics)


def _selection_of(digest: Digest, issue: Issue, reader: Subscriber) -> Selection:
    one = pipeline.recipients(
        digest.store, issue, digest.selector(issue), _only_selection, today=digest.today, only=reader.id
    )
    recipient = next(one)
    if recipient.edition is None:
        raise NothingToDo(f"{reader.address} gets nothing of {issue.window.label}: {recipient.skip}")
    return recipient.edition.selection


def of_delivery(digest: Digest, issue: Issue, delivery: Delivery) -> Preview:
    """The very mail of a delivery, to the address and the name it was approved with. NothingToDo for none."""
    if delivery.edition_id is None:
        raise NothingToDo(f"{delivery.address} gets nothing of {issue.window.label}: {delivery.detail}")
    pool = Pool.loads(digest.store.frozen_pool(issue.id))
    reader = Subscriber(id=delivery.subscriber_id, address=delivery.address, name=delivery.name)
    edition = digest.store.edition(delivery.edition_id)
    return _preview(digest, issue, edition, pool, reader, _followed(edition.selection))


def of_wishes(digest: Digest, issue: Issue, reader: Subscriber) -> Preview:
    """An approved issue as a reader would have had it, had they wished this then.

    Raises:
        NothingToDo: it had nothing for them.
    """
    selector = digest.selector(issue)
    stored = digest.store.subscriber(reader.id)
    rows = digest.store.history(stored.cadence, selector.studies, only=reader.id) if stored else iter(())
    delivery = digest.store.delivery(issue.id, reader.id)
    own = delivery.edition_id if delivery is not None else None
    past = tuple((row.edition_id, row.received) for row in rows if row.edition_id != own)
    selection = selector.selection(reader.profile, past)
    if selection.is_empty and not reader.profile.quiet_note:
        raise NothingToDo(f"In {issue.window.title} there was nothing new for these choices: no mail would have come.")
    pool = Pool.loads(digest.store.frozen_pool(issue.id))
    return _preview(digest, issue, make_edition(pool, selection), pool, reader, reader.profile.interests)


def of_profile(digest: Digest, issue: Issue, profile: Profile) -> Preview:
    """An approved issue as a new reader of this profile would have had it. NothingToDo when that is nothing."""
    return of_wishes(digest, issue, Subscriber(address=READER, profile=profile))


def _sent(digest: Digest, issue: Issue, reader: Subscriber) -> Preview:
    delivery = digest.store.delivery(issue.id, reader.id)
    if delivery is None:
        raise NothingToDo(f"{reader.address} was no reader of {issue.window.label} on the day it was approved")
    if delivery.edition_id is None:
        raise NothingToDo(f"{reader.address} gets nothing of {issue.window.label}: {delivery.detail}")
    shown = of_delivery(digest, issue, delivery)
    is_general = shown.edition.selection.general
    return shown if shown.topics or is_general else replace(shown, topics=reader.profile.interests)


def _preview(
    digest: Digest, issue: Issue, edition: FrozenEdition, pool: Pool, reader: Subscriber, topics: tuple[str, ...]
) -> Preview:
    press = digest.press(issue, pool)
    html, text = press.parts(edition, subscriber_id=reader.id, address=reader.address, name=reader.name)
    message = press.message(edition, subscriber_id=reader.id, address=reader.address, name=reader.name)
    return Preview(issue=issue, edition=edition, pool=pool, message=message, html=html, text=text, topics=topics)


def send_test(digest: Digest, preview: Preview, *, to: str, wait: Callable[[float], object] = time.sleep) -> str:
    """Send a preview to one address, past the ledger; it says that it is a test. What the transport said.

    `wait` waits so many seconds, until the transport may carry one more.

    Raises:
        LimitError: it may carry none for a while; the message says when to try again.
        TransportError: it could not be handed over.
    """
    subject, key = f"[TEST] {preview.edition.subject}", f"test {preview.edition.key}"
    edition = replace(preview.edition, subject=subject, key=key, test=preview.topics)
    message = digest.press(preview.issue, preview.pool).test_message(edition, address=to)
    with digest.carriers() as carriers:
        try:
            receipt = hand_over(digest.store, carriers, message, clock=digest.clock, wait=wait)
        except LimitError as limit:
            raise _not_now(limit) from None
    if receipt.outcome is not Outcome.ACCEPTED:
        raise TransportError(f"the test mail to {to} was not accepted: {receipt.detail}")
    return receipt.detail


def _not_now(limit: LimitError) -> LimitError:
    """The same, said to whoever waits for a test mail."""
    number, unit = (limit.seconds, "second") if limit.seconds < 120 else (-(-limit.seconds // 60), "minute")
    words = f"no test mail was sent, for {limit}: try again in {number:g} {unit}{'' if number == 1 else 's'}"
    return LimitError(words, until=limit.until, seconds=limit.seconds, is_for_all=limit.is_for_all)


def _followed(selection: Selection) -> tuple[str, ...]:
    """What the reader of a frozen edition followed then, as far as it shows; what they follow now may differ."""
    return () if selection.general else tuple(topic for topic, _ in selection.sections if topic != OTHER_TOPIC)


def _only_selection(selection: Selection) -> FrozenEdition:
    """An edition of which only the selection is asked for: it spares rendering the whole pool to preview one reader."""
    return FrozenEdition(key="", subject="", preheader="", selection=selection)
