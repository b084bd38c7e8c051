"""Choosing: what a reader follows, how often and how much, where to, and not for a while."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from digest import previews
from digest.audience import address_key
from digest.errors import InputError, NothingToDo, TokenError
from digest.links import Holder, letter_of
from digest.models import (
    OTHER_TOPIC,
    FeedbackKind,
    IssueStatus,
    LetterKind,
    Placement,
    Profile,
    Subscriber,
    SubscriberStatus,
    Topic,
)
from digest.newsroom import Digest
from digest.post import life_of_letter, put
from digest.previews import Preview
from digest.subscribers import check_address, check_wishes
from digest.tokens import Errand
from digest.tries import count_try

#: How many issues back "lately" is.
LATELY = 3
#: How long (days) a pause may be; the months that are offered.
LONGEST_PAUSE = 366
PAUSES = (1, 3, 6)
#: How often in an hour one reader may name a new address.
ADDRESSES_AN_HOUR = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One topic as a reader may choose it."""

    topic: Topic
    #: 0 for one that stands under no other.
    depth: int
    #: How many summaries were about it, or about what stands below it, in the last `LATELY` issues.
    lately: int
    #: Its place among the reader's interests, from 1; None when it is none of them.
    followed: int | None
    muted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A change that a link in a mail makes ready; nothing is stored before the reader says so."""

    topic: Topic
    changed: Subscriber
    #: What would change, in a sentence.
    words: str


def choices(digest: Digest, reader: Subscriber) -> tuple[Choice, ...]:
    """Every topic in the order of the tree, with what this reader has chosen."""
    tree, profile = digest.tree, reader.profile
    ranks = {topic: place for place, topic in enumerate(profile.interests, start=1)}
    lately = _lately(digest)
    return tuple(
        Choice(
            topic=topic,
            depth=len(tree.lineage(topic.id)) - 1,
            lately=lately[topic.id],
            followed=ranks.get(topic.id),
            muted=topic.id in profile.mutes,
        )
        for topic in sorted(tree.topics, key=lambda one: tree.order[one.id])
    )


def save(digest: Digest, changed: Subscriber) -> Subscriber:
    """Store a reader's wishes, and nothing else: who left meanwhile has left. The reader as stored.

    A topic that is gone and a cadence that is offered no more may stay, where they are the reader's.

    Raises:
        InputError: a wish cannot be; `place` is its field.
        TokenError: the reader is not with us any more.
    """
    wanted = _checked(digest, changed, _still(digest, changed.id))
    digest.store.save_wishes(wanted, now=digest.clock())
    return _still(digest, changed.id)


def less(digest: Digest, holder: Holder, number: int) -> Prepared:
    """Less of what this item stood under in the mail that this link is out of.

    A topic the reader follows comes off the list; one that stands under a wider interest is muted, and so is the last
    one on the list, for without any interest they would get everything.

    Raises:
        InputError: the mail had no such item, or it stood under no topic.
    """
    reader, topic = holder.reader, _topic_of(digest, holder, number)
    profile = reader.profile
    rest = tuple(one for one in profile.interests if one != topic.id)
    if rest and len(rest) < len(profile.interests):
        words = f"{topic.label} comes off the list of your topics."
        return _prepared(topic, reader, replace(profile, interests=rest), words)
    words = f"You get nothing more about {topic.label}."
    return _prepared(topic, reader, replace(profile, mutes=profile.mutes | {topic.id}), words)


def more(digest: Digest, holder: Holder, number: int) -> Prepared:
    """More of what this item stood under: the first of the reader's topics from now on.

    Whoever followed none, and got a little of each, is told that it will be the only one.

    Raises:
        InputError: as `less`.
    """
    reader, topic = holder.reader, _topic_of(digest, holder, number)
    profile = reader.profile
    interests = (topic.id, *(one for one in profile.interests if one != topic.id))
    changed = replace(profile, interests=interests, mutes=profile.mutes - set(digest.tree.lineage(topic.id)))
    words = f"{topic.label} comes first among your topics."
    if not profile.interests:
        words = (
            f"From now on you get mails about one topic only: {topic.label}. Until now you had ticked none, and got a"
            " little of each: tick the others that you want to keep."
        )
    return _prepared(topic, reader, changed, words)


def pause(digest: Digest, reader: Subscriber, *, months: int | None = None, until: date | None = None) -> Subscriber:
    """Write to a reader again after so many months, or from this day on; the reader as stored.

    They come back by themselves, with the best of what they missed in their first issue.

    Raises:
        InputError: the day is today or past, or more than a year away; `place` is `until`.
        TokenError: the reader is not with us any more.
    """
    day = until if until is not None else months_after(digest.today, months or PAUSES[0])
    if not digest.today < day <= digest.today + timedelta(days=LONGEST_PAUSE):
        raise InputError("choose a day after today, and within a year", place="until")
    digest.store.set_pause(reader.id, day, now=digest.clock())
    return _still(digest, reader.id)


def unpause(digest: Digest, reader: Subscriber) -> Subscriber:
    """Write to a reader again from now on; the reader as stored. TokenError when they are not with us any more."""
    digest.store.set_pause(reader.id, None, now=digest.clock())
    return _still(digest, reader.id)


def what_would_have_been(digest: Digest, changed: Subscriber) -> Preview:
    """The last issue of their cadence as these wishes would have made it, by the code that sends; nothing is stored.

    Raises:
        InputError: a wish cannot be.
        NothingToDo: there was no such issue yet, or it had nothing for these wishes; the message is fit for a page.
    """
    wanted = _checked(digest, changed, _still(digest, changed.id))
    made = (issue for issue in digest.store.issues(wanted.cadence) if issue.status is not IssueStatus.DRAFT)
    issue = next(made, None)
    if issue is None:
        raise NothingToDo("No issue went out yet, so there is nothing to show. Your choices count for the first one.")
    return previews.of_wishes(digest, issue, wanted)


# --- another address -------------------------------------------------------------------------------------


def ask_address(digest: Digest, reader: Subscriber, address: str) -> None:
    """Ask the owner of a new address, by a letter, whether it is the reader's. Nothing changes before they say so.

    The same answer, after the same work, whether the address is known or not, and whether it was written to so often
    lately that no letter leaves: it may be a stranger's.

    Raises:
        InputError: it is no address, or the one they have; `place` is `email`.
        TooManyError: this reader asked too often.
    """
    try:
        wanted = check_address(address)
    except ValueError as error:
        raise InputError(str(error), place="email") from None
    if address_key(wanted) == address_key(reader.address):
        raise InputError("this is the address we write to already", place="email")
    wait = "you named many addresses: please try again in an hour"
    count_try(digest, "addresses of", str(reader.id), most=ADDRESSES_AN_HOUR, otherwise=wait)
    other = next(iter(digest.store.subscribers([wanted])), None)
    complained = any(one.reason is FeedbackKind.COMPLAINT for one in digest.store.suppressions_of([wanted]))
    if other is not None and other.status is SubscriberStatus.ACTIVE:
        put(digest, LetterKind.ALREADY, other, withheld=complained, sparing=True)
    else:
        put(digest, LetterKind.ADDRESS_CHANGE, reader, to=wanted, withheld=complained, sparing=True)


def look_address(digest: Digest, token: str) -> str:
    """The address a link would make the reader's; nothing is changed.

    Raises:
        TokenError: it is no such link, is too old (`expired`), or was used and the reader moved on (`used`).
    """
    posting = letter_of(digest, Errand.CHANGE_ADDRESS, token)
    if posting.used_at is not None and address_key(_still(digest, posting.subscriber_id).address) != address_key(
        posting.address
    ):
        raise TokenError("this link was used already", used=True)
    return posting.address


def confirm_address(digest: Digest, token: str) -> Subscriber:
    """Write to the new address from now on, and tell the old one; the reader. Safe to call again.

    Raises:
        TokenError: as `look_address`.
        InputError: the address is another reader's by now.
        StateError: its owner asked us never to write to it.
    """
    letter_id = letter_of(digest, Errand.CHANGE_ADDRESS, token).id
    now = digest.clock()
    return digest.store.change_address(letter_id, now=now, expires_at=life_of_letter(digest, now))


# --- how -------------------------------------------------------------------------------------------------


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _still(digest: Digest, subscriber_id: int) -> Subscriber:
    reader = digest.store.subscriber(subscriber_id)
    if reader is None:
        raise TokenError("we know nothing of you any more: this link leads nowhere", gone=True)
    return reader


def _checked(digest: Digest, changed: Subscriber, known: Subscriber) -> Subscriber:
    """The wishes made clean: of what there is, or what the reader has already."""
    own = known.profile.mutes.union(known.profile.interests)
    cadences = {*digest.settings.newsletter.cadences, known.cadence}
    return check_wishes(changed, topics=own.union(digest.tree.by_id), cadences=sorted(cadences))


def _prepared(topic: Topic, reader: Subscriber, profile: Profile, words: str) -> Prepared:
    return Prepared(topic=topic, changed=replace(reader, profile=profile), words=words)


def _topic_of(digest: Digest, holder: Holder, number: int) -> Topic:
    """What an item stood under in the mail that a link is out of."""
    delivery = digest.store.delivery(holder.issue_id, holder.reader.id)
    placed: tuple[Placement, ...] = ()
    if delivery is not None and delivery.edition_id is not None:
        selection = digest.store.edition(delivery.edition_id).selection
        placed = (*selection.research, *selection.background, *selection.also_new)
    found = next((one.topic_id for one in placed if one.summary_id == number), OTHER_TOPIC)
    topic = digest.tree.by_id.get(found)
    if topic is None:
        raise InputError("this item stands under no topic any more: change your topics by the list")
    return topic


def _lately(digest: Digest) -> Counter[str]:
    """By topic, the summaries of the last issues; each counts for the topics above its own, too."""
    counted: Counter[str] = Counter()
    for issue in digest.store.issues(digest.settings.newsletter.cadences[0])[:LATELY]:
        for matches in digest.store.matches(issue.id):
            counted.update({above for match in matches for above in digest.tree.lineage(match.topic_id)})
    return counted
