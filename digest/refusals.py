"""Whom a refusal is about: one reader and their mailbox, or us, our mail and the way it goes.

Pure. What is about a reader ends their delivery. What is about us would meet every other reader, too, and somebody
can mend it: it ends nobody's delivery at once, and speaks against no reader. The enhanced code (RFC 3463) tells the one
from the other; where there is none, or one that says nothing, the server's own words do. In doubt it is about us: it is
a lesser evil to try a mail again for some days than to leave a reader out.
"""

from __future__ import annotations

from enum import Enum, auto

from digest.models import Outcome, Receipt


class About(Enum):
    """Whom a refusal is about."""

    #: The mailbox is dead, full, or of no use.
    READER = auto()
    #: Our address, login, size, content, reputation, or the server itself.
    US = auto()


#: Enhanced codes by subject and detail that say nothing: the words are asked.
_SAYS_NOTHING = frozenset({"", "0.0", "1.0", "5.0"})
#: About the address a mail is from (RFC 3463, 3.2).
_SENDER = frozenset({"1.7", "1.8"})
#: The mail is longer than a mailbox takes: shorter ones would go.
_TOO_LONG = "2.3"

# Beginnings of words, each behind a space, as `_plain` makes them. What speaks against us is asked first: a server says
# `recipient address rejected: access denied` of our mail, too.
_AGAINST_US = tuple(f" {words}" for words in (
    "spam", "unsolicited", "bulk mail", "junk", "block", "blacklist", "denylist", "listed", "rbl", "dnsbl", "policy",
    "policies", "relay", "rcpthosts", "access denied", "access is denied", "not permitted", "permission",
    "not allowed", "prohibit", "administrative", "not authori", "unauthori", "unauthenticated", "authenti",
    "authorization", "authorisation", "auth required", "login", "log in", "credentials", "spf", "dkim", "dmarc",
    "reputation", "sender", "envelope from", "mail from", "from address", "from header", "from field",
    "from parameter", "from domain", "invalid from", "too large", "too big", "too long", "size", "content", "virus",
    "malware", "infected", "header", "mime", "banned", "forbidden", "reverse dns", "ptr", "rdns", "helo", "ehlo",
    "suspicious", "phish", "rate", "throttl", "sending", "system storage", "daily", "hourly", "per day", "per hour",
    "too many", "starttls", "tls", "encrypt", "your ip", "ip address", "your account", "your domain", "credit",
    "unverified", "not verified", "verify your", "greylist", "graylist", "bad sequence", "nested",
))  # fmt: skip
_FULL = tuple(f" {words}" for words in (
    "mailbox full", "mailbox is full", "inbox full", "inbox is full", "quota", "overquota", "insufficient storage",
    "out of storage", "storage", "disk space", "disk full",
))  # fmt: skip
_DEAD = tuple(f" {words}" for words in (
    "user unknown", "unknown user", "user is unknown", "no such", "not exist", "doesn t exist", "does not have a",
    "doesn t have a", "not found", "recipient unknown", "unknown recipient", "unknown address", "address unknown",
    "unknown mailbox", "mailbox unknown", "unknown account", "unknown local", "not known", "no mailbox", "no user",
    "no account", "invalid recipient", "invalid mailbox", "invalid user", "invalid address", "invalid email",
    "invalid to", "to is invalid", "bad recipient", "bad destination", "bad address", "mailbox unavailable",
    "mailbox not available", "unrouteable", "unroutable", "undeliverable", "not a valid", "isn t a valid",
    "is not valid", "not contain a valid", "illegal address", "disabled", "deactivated", "inactive", "not active",
    "discontinued", "suspended", "no longer", "user not local", "not our customer", "address contains",
))  # fmt: skip
#: A mailbox that takes more than it can just now: it lives.
_BUSY = tuple(f" {words}" for words in ("receiving mail at a rate", "receiving mail too", "receiving too many"))
#: Of a mailbox, though a word in it would speak against us.
_OF_A_MAILBOX = (" mailbox size", " mailbox quota", " mailbox storage", " not listed in")


def about(code: str, words: str, *, unclear: About = About.US) -> About:
    """Whom a refusal is about.

    Args:
        code: the enhanced code; empty when there was none.
        words: what was said.
        unclear: whom it is about where neither tells.
    """
    detail = code.partition(".")[2]
    if detail in _SAYS_NOTHING:
        return _by_words(_plain(words), unclear=About.READER if detail == "1.0" else unclear)
    if detail in _SENDER or detail == _TOO_LONG:
        return About.US
    return About.READER if detail.startswith(("1.", "2.")) else About.US


def is_busy(words: str) -> bool:
    """Whether a mailbox takes no more for this hour, whatever code it says that with."""
    return _any(_BUSY, _plain(words))


def refused(detail: str, *, code: str = "", words: str = "") -> Receipt:
    """What a refusal for good comes to: the end for this reader, or something an operator can mend before it is.

    Args:
        detail: what the ledger shows.
        code: the enhanced code; empty when there was none.
        words: what was said, where that is not the detail.
    """
    told = words or detail
    if is_busy(told):
        return Receipt(outcome=Outcome.DEFERRED, detail=detail, code=code)
    if about(code, told) is About.READER:
        return Receipt(outcome=Outcome.REFUSED, detail=detail, code=code)
    return Receipt(outcome=Outcome.DEFERRED, detail=detail, code=code, lasting=True)


def _by_words(words: str, *, unclear: About) -> About:
    if _any(_OF_A_MAILBOX, words):
        return About.READER
    if _any(_AGAINST_US, words):
        return About.US
    return About.READER if _any(_FULL, words) or _any(_DEAD, words) else unclear


def _any(phrases: tuple[str, ...], words: str) -> bool:
    return any(phrase in words for phrase in phrases)


def _plain(words: str) -> str:
    """The words in small letters with one space before each; without names of hosts, addresses and links.

    A server may be called spam.example.org, and its readers blocked@example.org.
    """
    kept = (word for word in words.lower().split() if not _is_name(word.strip("<>()[]{}.,:;'\"")))
    spaced = "".join(letter if letter.isalnum() else " " for word in kept for letter in f" {word}")
    return f" {' '.join(spaced.split())} "


def _is_name(word: str) -> bool:
    return "@" in word or "/" in word or "." in word
