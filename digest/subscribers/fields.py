"""What each key of a row means: its value, or a report with what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from digest.models import WEEKDAYS, Cadence, Consent, SubscriberStatus
from digest.subscribers.addresses import check_address
from digest.subscribers.rows import CONSENT_KEYS, Row, Terms, nearest, shown
from digest.subscribers.zones import check_timezone

LONGEST_NAME = 120
LONGEST_ROLE = 60

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
YES, NO = frozenset({"true", "yes", "y", "1", "on"}), frozenset({"false", "no", "n", "0", "off"})
#: Words of other programs.
STATUS_WORDS: Mapping[str, SubscriberStatus] = {
    "subscribed": SubscriberStatus.ACTIVE,
    "confirmed": SubscriberStatus.ACTIVE,
    "pending": SubscriberStatus.UNCONFIRMED,
    "cleaned": SubscriberStatus.UNSUBSCRIBED,
    "bounced": SubscriberStatus.UNSUBSCRIBED,
}

_E = TypeVar("_E", bound=StrEnum)


def address_of(row: Row) -> str:
    """Ready to be mailed; empty when the row is refused for it."""
    given = row.values.get("email")
    try:
        return check_address(given if isinstance(given, str) else "")
    except ValueError as error:
        row.refuse("email", str(error))
        return ""


def consent_of(row: Row) -> Consent | None:
    """What proves that mail is wanted; None when nothing does."""
    given = row.values.get("consent")
    if given is None:
        return None
    if not isinstance(given, Mapping) or not set(given) <= CONSENT_KEYS:
        row.refuse("consent", "it has the keys at, method and text_version, and no others")
        return None
    at, method, version = _instant(given.get("at")), given.get("method"), given.get("text_version", "")
    if at is None:
        row.refuse("consent", "`at` says when it was given: a day, or an instant with its zone (2026-01-02T10:00:00Z)")
    elif not isinstance(method, str) or not method.strip():
        row.refuse("consent", "`method` says how it was given, such as double-opt-in or paper form")
    elif not isinstance(version, str | int) or isinstance(version, bool):
        row.refuse("consent", "`text_version` stands in quotes")
    else:
        return Consent(at=at, method=one_visible_line(method), text_version=one_visible_line(str(version)))
    return None


def _instant(given: Any) -> datetime | None:
    """An aware instant in UTC (midnight UTC for a day alone); None when it is neither."""
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given) if len(given) > len("2026-01-02") else date.fromisoformat(given)
        except ValueError:
            return None
    if isinstance(given, datetime):
        # The first and last years have no room for a zone, and nobody agreed to anything in them.
        return given.astimezone(UTC) if given.tzinfo and 1 < given.year < 9999 else None
    return datetime(given.year, given.month, given.day, tzinfo=UTC) if isinstance(given, date) else None


def interests_of(row: Row, known: Collection[str]) -> tuple[str, ...]:
    """Unknown ones are reported; a reader with unknown ones only would get the general edition, so is left out."""
    interests = topics_of(row, "interests", known)
    if row.values.get("interests") and not interests and not row.refused:
        row.refuse("interests", "none of them is known")
    return interests


def topics_of(row: Row, key: str, known: Collection[str]) -> tuple[str, ...]:
    """Ids of known topics, each once, in the order given; unknown ones are reported."""
    given = row.values.get(key)
    if isinstance(given, str):
        given = [part for part in re.split(r"[;,|]", given) if part.strip()]
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(topic, str) for topic in given):
        row.refuse(key, "this is a list of topic ids, such as [mri, vision]")
        return ()
    found: dict[str, None] = {}
    for topic in (each.strip().lower() for each in given):
        if topic in known:
            found[topic] = None
        else:
            row.warn(key, f"there is no topic {shown(topic)}{nearest(topic, known)}")
    return tuple(found)


def choice_of(row: Row, key: str, kind: type[_E], aliases: Mapping[str, _E] | None = None) -> _E | None:
    """The member named there; None where nothing is, or nothing that is one."""
    given = row.values.get(key)
    if given is None:
        return None
    words: dict[str, _E] = {**{str(member): member for member in kind}, **(aliases or {})}
    chosen = words.get(given.strip().lower()) if isinstance(given, str) else None
    if chosen is None:
        row.refuse(key, f"{shown(given)} is none of {', '.join(kind)}{nearest(str(given), words)}")
    return chosen


def cadence_of(row: Row, terms: Terms) -> Cadence:
    """One that is not offered would mean no issue ever: the default instead, and a report."""
    chosen = choice_of(row, "cadence", Cadence)
    if chosen is not None and chosen not in terms.offered:
        row.warn("cadence", f"{chosen} is not offered by this newsletter; {terms.default} is used instead")
        return terms.default
    return chosen or terms.default


def status_of(row: Row, consent: Consent | None) -> SubscriberStatus:
    """Nobody becomes active without consent; whoever has it and says nothing else is."""
    chosen = choice_of(row, "status", SubscriberStatus, STATUS_WORDS)
    if chosen in (SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.UNCONFIRMED):
        return chosen
    if consent is None:
        if not row.refused:
            row.warn("consent", "there is none: who is new goes in unconfirmed, and gets no mail before they confirm")
        return SubscriberStatus.UNCONFIRMED
    return SubscriberStatus.ACTIVE


def paused_until_of(row: Row) -> date | None:
    """The day mail is wanted again; None when it is wanted now."""
    given = row.values.get("paused_until")
    if isinstance(given, str):
        try:
            given = date.fromisoformat(given)
        except ValueError:
            row.refuse("paused_until", "this is no day; write it as 2026-12-31")
            return None
    if given is not None and (not isinstance(given, date) or isinstance(given, datetime)):
        row.refuse("paused_until", "this is a day without a time; write it as 2026-12-31")
        return None
    return given


def flag_of(row: Row, key: str) -> bool:
    """Whether it says yes; False when it says nothing."""
    given = row.values.get(key)
    if given is None or isinstance(given, bool):
        return bool(given)
    word = str(given).strip().lower()
    if word not in YES and word not in NO:
        row.refuse(key, "this is true or false")
    return word in YES


def language_of(row: Row, default: str) -> str:
    """A language tag (BCP 47)."""
    given = row.values.get("language")
    if given is None:
        return default
    if not isinstance(given, str) or not LANGUAGE.fullmatch(given):
        row.refuse("language", "this is a language tag such as en or pt-BR")
        return default
    return given


def timezone_of(row: Row) -> str:
    """The IANA name of a time zone; empty when they name none."""
    given = row.values.get("timezone")
    if given is None:
        return ""
    try:
        return check_timezone(str(given))
    except ValueError as error:
        row.refuse("timezone", str(error))
        return ""


def weekday_of(row: Row) -> int | None:
    """Monday 0 to Sunday 6; None when any day will do."""
    given = row.values.get("weekday")
    if given is None:
        return None
    word = str(given).strip().lower()
    if word in WEEKDAYS:
        return WEEKDAYS.index(word)
    row.refuse("weekday", f"{shown(given)} is none of {', '.join(WEEKDAYS)}{nearest(word, WEEKDAYS)}")
    return None


def line_of(row: Row, key: str, longest: int) -> str:
    """One line of visible text of at most this many characters; empty when there is none."""
    given = row.values.get(key)
    if given is None:
        return ""
    if not isinstance(given, str):
        row.refuse(key, "this is text; put it in quotes")
        return ""
    cleaned = one_visible_line(given)
    if cleaned != unicodedata.normalize("NFC", given).strip():
        row.warn(key, "line breaks, invisible characters and runs of spaces were taken out")
    if len(cleaned) > longest:
        row.warn(key, f"only the first {longest} characters were kept")
    return cleaned[:longest].rstrip()


def one_visible_line(text: str) -> str:
    """One line in NFC without controls, marks of direction, or anything else that has no shape of its own."""
    visible = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter in "\u200c\u200d" or unicodedata.category(letter) not in ("Cf", "Cs", "Co", "Cn")
    )
    return " ".join(visible.split())
