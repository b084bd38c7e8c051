"""Who is written to: comparing addresses, keeping what a reader told us, and why somebody gets nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from digest.international import ascii_domain
from digest.models import DomainGroup, FeedbackKind, LetterKind, SkipReason, Subscriber, SubscriberStatus

_DOMAINS = {
    "gmail.com": DomainGroup.GOOGLE,
    "googlemail.com": DomainGroup.GOOGLE,
    "msn.com": DomainGroup.MICROSOFT,
    "ymail.com": DomainGroup.YAHOO,
    "rocketmail.com": DomainGroup.YAHOO,
    "aol.com": DomainGroup.YAHOO,
    "icloud.com": DomainGroup.APPLE,
    "me.com": DomainGroup.APPLE,
    "mac.com": DomainGroup.APPLE,
}
#: Names under which a provider has a domain in many countries, such as hotmail.co.uk.
_FAMILIES = {
    "outlook": DomainGroup.MICROSOFT,
    "hotmail": DomainGroup.MICROSOFT,
    "live": DomainGroup.MICROSOFT,
    "yahoo": DomainGroup.YAHOO,
}
_COUNTRY = re.compile(r"com|(com?\.)?[a-z]{2}")


def address_key(address: str) -> str:
    """What two spellings of one address have in common: NFC, without case, the domain in its ASCII form.

    The local part is compared without case although RFC 5321 (2.4) allows otherwise: no provider in use tells
    `Ada@` from `ada@`, and mailing one person twice is the worse mistake.
    """
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    return f"{local.lower()}@{_domain_key(domain.lower())}"


def domain_group(address: str) -> DomainGroup:
    """Who runs the mailbox, by the domains that are known to be theirs; a company's own domain is OTHER."""
    domain = address_key(address).rpartition("@")[2]
    if group := _DOMAINS.get(domain):
        return group
    name, _, rest = domain.partition(".")
    return _FAMILIES.get(name, DomainGroup.OTHER) if _COUNTRY.fullmatch(rest) else DomainGroup.OTHER


def _domain_key(domain: str) -> str:
    try:
        return ascii_domain(domain).rstrip(".")
    except UnicodeError:
        return domain


def merge(stored: Subscriber | None, incoming: Subscriber, *, suppressed: bool) -> Subscriber | None:
    """What a file's row does to what the database knows of the same address.

    The file decides about wishes (interests, cadence, length, name…); the database about permission: a row never
    resurrects somebody who unsubscribed or whose address is suppressed, and never takes a consent away. A row that
    says `unsubscribed` is always heard, and one without a pause ends none.

    Returns:
        The subscriber to store; None when nothing changes.
    """
    if stored is None:
        return incoming
    merged = replace(
        incoming,
        id=stored.id,
        consent=stored.consent or incoming.consent,
        status=_status(stored, incoming),
        paused_until=incoming.paused_until or stored.paused_until,
    )
    if suppressed and merged.status is SubscriberStatus.ACTIVE:
        merged = replace(merged, status=stored.status)
    return None if merged == stored else merged


def _status(stored: Subscriber, incoming: Subscriber) -> SubscriberStatus:
    gone = SubscriberStatus.UNSUBSCRIBED
    if gone in (stored.status, incoming.status):
        return gone
    confirmed = SubscriberStatus.ACTIVE in (stored.status, incoming.status)
    return SubscriberStatus.ACTIVE if confirmed else SubscriberStatus.UNCONFIRMED


def reason_to_skip(subscriber: Subscriber, *, suppressed: bool, today: date) -> SkipReason | None:
    """Why this subscriber may not be written to today, the gravest reason first; None when they may.

    Args:
        subscriber: as stored.
        suppressed: whether a suppression stands against the address.
        today: the day in the newsletter's time zone; on `paused_until` itself the pause is over.
    """
    if subscriber.status is SubscriberStatus.UNSUBSCRIBED:
        return SkipReason.UNSUBSCRIBED
    if suppressed:
        return SkipReason.SUPPRESSED
    if subscriber.status is SubscriberStatus.UNCONFIRMED or subscriber.consent is None:
        return SkipReason.UNCONFIRMED
    if subscriber.paused_until is not None and today < subscriber.paused_until:
        return SkipReason.PAUSED
    return None


#: A letter about a subscription goes to one address this often in a day, and not sooner after the last one: whoever
#: fills in a form with a stranger's address can do no worse.
LETTERS_A_DAY = 3
BETWEEN_LETTERS = timedelta(minutes=10)
A_DAY = timedelta(days=1)


def answer_to_asking(
    reader: Subscriber | None,
    suppressed: FeedbackKind | None,
    earlier: Sequence[tuple[LetterKind, datetime]],
    *,
    now: datetime,
) -> LetterKind | None:
    """Which letter goes to an address for which somebody asked to join; None for none, and nobody can tell.

    Who complained is left alone: only an operator lifts that. Who left, or whose mailbox was dead, may come back, and
    the letter is how its owner says so.

    Args:
        reader: whom the address belongs to; None for nobody we know.
        suppressed: why the address may not be mailed; None when it may.
        earlier: the letters of the last day to this address that were not withheld, and when they were asked for.
        now: the instant of asking.
    """
    if suppressed is FeedbackKind.COMPLAINT:
        return None
    known = reader is not None and reader.status is SubscriberStatus.ACTIVE and suppressed is None
    if known and reader is not None and reader.consent is not None:
        told = any(kind is LetterKind.ALREADY for kind, _ in earlier)
        return None if told else LetterKind.ALREADY
    asked = [at for kind, at in earlier if kind is LetterKind.CONFIRMATION]
    return None if is_often(asked, now=now) else LetterKind.CONFIRMATION


def is_often(asked: Collection[datetime], *, now: datetime) -> bool:
    """Whether an address is left alone for now: anybody may name one, and letters were asked for at these instants.

    Args:
        asked: of the last day, those that left or wait.
        now: the instant of asking.
    """
    return len(asked) >= LETTERS_A_DAY or any(now - at < BETWEEN_LETTERS for at in asked)
