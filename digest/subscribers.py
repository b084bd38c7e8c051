"""Subscribers in and out of YAML and CSV files. A bad row is reported and left out; the good ones go in.

What is reported never shows an address: reports reach logs. File and line say which row is meant.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from digest.audience import address_key
from digest.errors import InputError
from digest.located import Located, read_yaml
from digest.models import Cadence, Consent, Length, Problem, Profile, Subscriber, SubscriberStatus

LONGEST_NAME = 120
LONGEST_ROLE = 60

_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class LocatedSubscriber:
    """A subscriber as a file gives them (id 0), and the line their row begins on."""

    line: int
    subscriber: Subscriber


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What a file holds: its good rows in the file's order, and what is wrong, by line."""

    subscribers: tuple[LocatedSubscriber, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_subscribers(
    path: Path,
    *,
    topics: Collection[str],
    default_cadence: Cadence,
    cadences: Collection[Cadence],
    default_language: str = "en",
) -> Read:
    """The subscribers of a file: CSV by its ending (.csv, .tsv), else YAML. The rest as `read_subscribers_yaml`.

    Raises:
        InputError: the file is not there, is no text in UTF-8, or cannot be read as a whole.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("this is not text in UTF-8; save it as UTF-8", place=str(path)) from None
    except OSError as error:
        raise InputError(f"the subscribers cannot be read: {error.strerror}", place=str(path)) from None
    read = read_subscribers_csv if path.suffix.lower() in (".csv", ".tsv") else read_subscribers_yaml
    return read(
        text,
        str(path),
        topics=topics,
        default_cadence=default_cadence,
        cadences=cadences,
        default_language=default_language,
    )


def read_subscribers_yaml(
    text: str,
    name: str,
    *,
    topics: Collection[str],
    default_cadence: Cadence,
    cadences: Collection[Cadence],
    default_language: str = "en",
) -> Read:
    """The subscribers of a YAML file, listed under `subscribers:`.

    Args:
        text: the file.
        name: what to call it in reports.
        topics: the ids readers may ask for, groups included.
        default_cadence: for rows that name none, or one that is not offered.
        cadences: those offered.
        default_language: for rows that name none.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    located = read_yaml(text, name=name)
    terms = _Terms(topics=topics, default=default_cadence, offered=cadences, language=default_language)
    return _read(list(_yaml_rows(located, name)), terms)


def read_subscribers_csv(
    text: str,
    name: str,
    *,
    topics: Collection[str],
    default_cadence: Cadence,
    cadences: Collection[Cadence],
    default_language: str = "en",
) -> Read:
    """The subscribers of a CSV file with a header row; its separator is found out, unknown columns are reported.

    Arguments and errors are those of `read_subscribers_yaml`. Cells that `write_subscribers_csv` guarded lose their
    guard. Several interests in one cell stand apart by `;`, `,` or `|`.
    """
    terms = _Terms(topics=topics, default=default_cadence, offered=cadences, language=default_language)
    rows, problems = _csv_rows(text, name)
    found = _read(rows, terms)
    return replace(found, problems=(*problems, *found.problems))


# --- rows ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Terms:
    """What rows may ask for."""

    topics: Collection[str]
    default: Cadence
    offered: Collection[Cadence]
    language: str


@dataclass(kw_only=True, slots=True)
class _Row:
    """One row while it is read: values by our keys, and what is wrong with them."""

    name: str
    line: int
    values: Mapping[str, Any]
    #: The line of each key, where it stands on one of its own.
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: bool = False

    def warn(self, key: str, message: str) -> None:
        place = f"{self.name}:{self.lines.get(key, self.line)}"
        self.problems.append(Problem(place=place, message=f"{key}: {message}" if key else message))

    def refuse(self, key: str, message: str) -> None:
        self.warn(key, f"{message}; this row is left out")
        self.refused = True


def _read(rows: Sequence[_Row], terms: _Terms) -> Read:
    found: list[LocatedSubscriber] = []
    first: dict[str, int] = {}
    alike: dict[str, int] = {}
    for row in rows:
        subscriber = _subscriber(row, terms)
        if subscriber is None:
            continue
        key = address_key(subscriber.address)
        if key in first:
            row.refuse("email", f"the same address stands on line {first[key]}, and the first one counts")
            continue
        first[key] = row.line
        _warn_of_look_alikes(row, subscriber.address, alike)
        found.append(LocatedSubscriber(line=row.line, subscriber=subscriber))
    return Read(subscribers=tuple(found), problems=tuple(problem for row in rows for problem in row.problems))


def _subscriber(row: _Row, terms: _Terms) -> Subscriber | None:
    if row.refused:
        return None
    _refuse_unknown_keys(row)
    address = _address(row)
    consent = _consent(row)
    interests, mutes = _interests(row, terms.topics), frozenset(_topics(row, "mutes", terms.topics))
    if both := sorted(mutes.intersection(interests)):
        row.warn("mutes", f"{', '.join(both)} is both wanted and muted; muted counts")
    profile = Profile(
        interests=interests,
        mutes=mutes,
        length=_choice(row, "length", Length) or Length.STANDARD,
        quiet_note=_flag(row, "quiet_note"),
    )
    subscriber = Subscriber(
        address=address,
        name=_line_of_text(row, "name", LONGEST_NAME),
        profile=profile,
        cadence=_cadence(row, terms),
        role=_line_of_text(row, "role", LONGEST_ROLE),
        language=_language(row, terms.language),
        status=_status(row, consent),
        paused_until=_paused_until(row),
        consent=consent,
    )
    return None if row.refused else subscriber


def _refuse_unknown_keys(row: _Row) -> None:
    """A misspelt key must not pass: `mute:` or `paused_untill:` would send mail somebody did not want."""
    for key in row.values:
        if key not in KEYS:
            row.refuse(key[:60], f"there is no such key{_nearest(key, KEYS)}")


def _address(row: _Row) -> str:
    given = row.values.get("email")
    try:
        return check_address(given if isinstance(given, str) else "")
    except ValueError as error:
        row.refuse("email", str(error))
        return ""


def _consent(row: _Row) -> Consent | None:
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
        return Consent(at=at, method=_clean(method), text_version=_clean(str(version)))
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


def _interests(row: _Row, known: Collection[str]) -> tuple[str, ...]:
    """Unknown ones are reported; a reader with unknown ones only would get the general edition, so is left out."""
    interests = _topics(row, "interests", known)
    if row.values.get("interests") and not interests and not row.refused:
        row.refuse("interests", "none of them is known")
    return interests


def _topics(row: _Row, key: str, known: Collection[str]) -> tuple[str, ...]:
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
            row.warn(key, f"there is no topic {_shown(topic)}{_nearest(topic, known)}")
    return tuple(found)


def _choice(row: _Row, key: str, kind: type[_E], aliases: Mapping[str, _E] | None = None) -> _E | None:
    """The member named there; None where nothing is, or nothing that is one."""
    given = row.values.get(key)
    if given is None:
        return None
    words: dict[str, _E] = {**{str(member): member for member in kind}, **(aliases or {})}
    chosen = words.get(given.strip().lower()) if isinstance(given, str) else None
    if chosen is None:
        row.refuse(key, f"{_shown(given)} is none of {', '.join(kind)}{_nearest(str(given), words)}")
    return chosen


def _cadence(row: _Row, terms: _Terms) -> Cadence:
    """One that is not offered would mean no issue ever: the default instead, and a report."""
    chosen = _choice(row, "cadence", Cadence)
    if chosen is not None and chosen not in terms.offered:
        row.warn("cadence", f"{chosen} is not offered by this newsletter; {terms.default} is used instead")
        return terms.default
    return chosen or terms.default


def _status(row: _Row, consent: Consent | None) -> SubscriberStatus:
    """Nobody becomes active without consent; whoever has it and says nothing else is."""
    chosen = _choice(row, "status", SubscriberStatus, STATUS_WORDS)
    if chosen in (SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.UNCONFIRMED):
        return chosen
    if consent is None:
        if not row.refused:
            row.warn(
                "consent", "there is none, so this reader goes in unconfirmed and gets no mail before they confirm"
            )
        return SubscriberStatus.UNCONFIRMED
    return SubscriberStatus.ACTIVE


def _paused_until(row: _Row) -> date | None:
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


def _flag(row: _Row, key: str) -> bool:
    given = row.values.get(key)
    if given is None or isinstance(given, bool):
        return bool(given)
    word = str(given).strip().lower()
    if word not in YES and word not in NO:
        row.refuse(key, "this is true or false")
    return word in YES


def _language(row: _Row, default: str) -> str:
    given = row.values.get("language")
    if given is None:
        return default
    if not isinstance(given, str) or not LANGUAGE.fullmatch(given):
        row.refuse("language", "this is a language tag such as en or pt-BR")
        return default
    return given


def _line_of_text(row: _Row, key: str, longest: int) -> str:
    given = row.values.get(key)
    if given is None:
        return ""
    if not isinstance(given, str):
        row.refuse(key, "this is text; put it in quotes")
        return ""
    cleaned = _clean(given)
    if cleaned != unicodedata.normalize("NFC", given).strip():
        row.warn(key, "line breaks, invisible characters and runs of spaces were taken out")
    if len(cleaned) > longest:
        row.warn(key, f"only the first {longest} characters were kept")
    return cleaned[:longest].rstrip()


def _clean(text: str) -> str:
    """One line in NFC without controls, marks of direction, or anything else that has no shape of its own."""
    visible = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter in "\u200c\u200d" or unicodedata.category(letter) not in ("Cf", "Cs", "Co", "Cn")
    )
    return " ".join(visible.split())


KEYS = (
    "email",
    "name",
    "interests",
    "mutes",
    "cadence",
    "length",
    "language",
    "role",
    "paused_until",
    "status",
    "consent",
    "quiet_note",
)
CONSENT_KEYS = frozenset({"at", "method", "text_version"})
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


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word.lower(), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _shown(value: Any) -> str:
    return repr(value if len(str(value)) <= 60 else f"{str(value)[:60]}…")


# --- yaml ------------------------------------------------------------------------------------------------


def _yaml_rows(located: Located, name: str) -> Iterator[_Row]:
    for index, entry in enumerate(_yaml_list(located, name)):
        line = located.line(("subscribers", index))
        row = _Row(name=name, line=line, values=entry if isinstance(entry, Mapping) else {})
        row.lines = {key: located.line(("subscribers", index, key)) for key in row.values}
        if not isinstance(entry, Mapping):
            row.refuse("", "a subscriber is a map of keys that begins with `- email:`")
        yield row


def _yaml_list(located: Located, name: str) -> list[Any]:
    document = {} if located.value is None else located.value
    if not isinstance(document, Mapping):
        raise InputError("subscribers are listed under the key `subscribers:`", place=f"{name}:1")
    for key in document:
        if key != "subscribers":
            message = f"there is no such key as {_shown(key)} here; subscribers are listed under `subscribers:`"
            raise InputError(message, place=f"{name}:{located.line((key,))}")
    entries = document.get("subscribers")
    if entries is not None and not isinstance(entries, list):
        raise InputError("`subscribers:` is followed by a list", place=f"{name}:{located.line(('subscribers',))}")
    return entries or []


def write_subscribers_yaml(subscribers: Iterable[Subscriber]) -> str:
    """The subscribers as YAML that `read_subscribers_yaml` reads back equal (ids aside), in the order given."""
    entries = [_as_row(subscriber) for subscriber in subscribers]
    return yaml.safe_dump({"subscribers": entries}, allow_unicode=True, sort_keys=False, width=120)


def _as_row(subscriber: Subscriber) -> dict[str, Any]:
    profile, consent = subscriber.profile, subscriber.consent
    row: dict[str, Any] = {
        "email": subscriber.address,
        "name": subscriber.name,
        "interests": list(profile.interests),
        "mutes": sorted(profile.mutes),
        "cadence": str(subscriber.cadence),
        "length": str(profile.length),
        "language": subscriber.language,
        "role": subscriber.role,
        "paused_until": subscriber.paused_until and subscriber.paused_until.isoformat(),
        "status": str(subscriber.status),
        "consent": consent
        and {"at": consent.at.isoformat(), "method": consent.method, "text_version": consent.text_version},
        "quiet_note": profile.quiet_note,
    }
    return {key: value for key, value in row.items() if value not in ("", [], None)}


# --- csv -------------------------------------------------------------------------------------------------

COLUMNS = (*KEYS[:10], "consent_at", "consent_method", "consent_text_version", "quiet_note")
#: Headers of other programs, in lower case with one space between words.
_HEADERS: Mapping[str, str] = {
    **{column.replace("_", " "): column for column in COLUMNS},
    **dict.fromkeys(("e mail", "email address", "e mail address", "mail", "subscriber email"), "email"),
    **dict.fromkeys(("full name", "display name", "subscriber name"), "name"),
    **dict.fromkeys(("first name", "firstname", "given name", "forename"), "first_name"),
    **dict.fromkeys(("last name", "lastname", "surname", "family name"), "last_name"),
    **dict.fromkeys(("topics", "interest"), "interests"),
    **dict.fromkeys(("mute", "muted"), "mutes"),
    "frequency": "cadence",
    "lang": "language",
}
# A spreadsheet runs a cell that begins so as a formula (OWASP, "CSV injection"); the guard itself is guarded too.
_FORMULA = re.compile("'*[=+\\-@\t\r\uff0b\uff0d\uff1d\uff20]")


def _csv_rows(text: str, name: str) -> tuple[list[_Row], tuple[Problem, ...]]:
    text = text.removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[_Row] = []
    problems: tuple[Problem, ...] = ()
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif columns is None:
                columns, problems = _columns(cells, f"{name}:{line}")
            else:
                rows.append(_csv_row(cells, columns, name, line))
            line = reader.line_num + 1
    except csv.Error:
        message = "the quotation marks in the row that begins here do not match; nothing from here on was read"
        problems = (*problems, Problem(place=f"{name}:{line}", message=message))
    return rows, problems


def _separator(text: str) -> str:
    """The one that stands most often in the header, quoted cells aside."""
    header = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0].partition("\r")[0])
    return max(",;\t|", key=header.count)


def _columns(cells: Sequence[str], place: str) -> tuple[list[str], tuple[Problem, ...]]:
    """Our names for the columns; empty for those that are not read.

    Raises:
        InputError: there is no email column, one stands twice, or one is nearly one of ours: read without it, the file
            might undo what a reader asked for.
    """
    words = [" ".join(re.sub(r"[\W_]+", " ", cell.lower()).split()) for cell in cells]
    columns = [_HEADERS.get(word, "") for word in words]
    if "email" not in columns:
        raise InputError("the first row names the columns, and none of them is called email", place=place)
    if twice := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise InputError(f"two columns mean {twice[0]}; take one away", place=place)
    unread = [cell for cell, column in zip(cells, columns, strict=True) if not column and cell.strip()]
    for cell in unread:
        if close := difflib.get_close_matches(cell.lower(), COLUMNS, n=1, cutoff=0.8):
            raise InputError(f"the column {_shown(cell)} is none of ours; did you mean {close[0]}?", place=place)
    shown = ", ".join(map(_shown, unread))
    return columns, (Problem(place=place, message=f"these columns are not read: {shown}"),) if unread else ()


def _csv_row(cells: Sequence[str], columns: Sequence[str], name: str, line: int) -> _Row:
    pairs = zip(columns, cells, strict=False)
    values: dict[str, Any] = {column: _unguarded(cell).strip() for column, cell in pairs if column and cell.strip()}
    parts = [values.pop(part) for part in ("first_name", "last_name") if part in values]
    if parts:
        values.setdefault("name", " ".join(parts))
    consent = {key: values.pop(f"consent_{key}") for key in CONSENT_KEYS if f"consent_{key}" in values}
    row = _Row(name=name, line=line, values={**values, "consent": consent} if consent else values)
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        row.refuse(
            "", f"{len(cells)} cells stand under {len(columns)} columns: put a cell that holds a comma in quotes"
        )
    return row


def write_subscribers_csv(subscribers: Iterable[Subscriber]) -> str:
    """The subscribers as CSV that `read_subscribers_csv` reads back equal (ids aside), in the order given.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front, which reading takes off again.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for subscriber in subscribers:
        row = _as_row(subscriber)
        row.update({f"consent_{key}": value for key, value in row.pop("consent", {}).items()})
        writer.writerow([_guarded(_cell(row.get(column, ""))) for column in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


# --- addresses -------------------------------------------------------------------------------------------

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def check_address(text: str) -> str:
    """The address, ready to be mailed: its domain in lower case and in ASCII (RFC 5890).

    Raises:
        ValueError: it is none, by RFC 5321 (4.1.2, 4.5.3.1) without quoted local parts and address literals; the
            message says what is wrong and never shows it.
    """
    text = text.strip()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("this is no email address; it looks like name@example.org")
    if not local.isascii():
        raise ValueError("before the @ only letters a to z, digits and signs can be mailed to")
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        raise ValueError(
            "the part before the @ is too long, or holds a space, a comma or another sign that has no place"
        )
    domain = _domain(domain)
    if len(local) + 1 + len(domain) > 254:
        raise ValueError("the address is too long: at most 254 characters")
    return f"{local}@{domain}"


def _domain(text: str) -> str:
    try:
        domain = unicodedata.normalize("NFC", text).encode("idna").decode("ascii").lower()
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit() or len(domain) > 253:
        raise ValueError("the part behind the @ is no domain name such as example.org")
    return domain


# Cyrillic, Greek and Latin letters and digits by what they are taken for; the commonest of the Unicode confusables
# (UTS 39), each written as its code point and its twin.
_CONFUSABLE = {
    int(code, 16): twin
    for twin, codes in {
        "a": "430 3b1 251",
        "c": "441 3f2",
        "d": "501",
        "e": "435",
        "g": "261",
        "h": "4bb",
        "j": "458",
        "k": "43a 3ba",
        "l": "69 31 131 456 457 4cf 3b9",
        "o": "30 43e 3bf 585",
        "p": "440 3c1",
        "q": "51b",
        "s": "455",
        "t": "442 3c4",
        "u": "3c5 57d",
        "v": "3bd 475",
        "w": "51d",
        "x": "445 3c7",
        "y": "443",
    }.items()
    for code in codes.split()
}
_MAIL_DOMAINS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "protonmail.com",
)
#: Real ones that are one slip away from another.
_REAL_DOMAINS = frozenset({*_MAIL_DOMAINS, "ymail.com", "mail.com", "email.com"})
_SLIPS = frozenset({"con", "co", "cmo", "ocm", "cm", "om", "comm", "vom", "xom", "cpm", "c0m"})
_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def _warn_of_look_alikes(row: _Row, address: str, alike: dict[str, int]) -> None:
    """Report what is probably a slip or a trick; `alike` remembers the lines of the rows before."""
    local, _, domain = address.rpartition("@")
    shown = _unicode(domain)
    if any(len(_scripts(label)) > 1 for label in shown.split(".")):
        row.warn("email", "the domain mixes letters of different alphabets that look the same; check it")
    if meant := _meant_domain(shown):
        row.warn("email", f"{domain} looks like a slip of {meant}; check it")
    skeleton = f"{_skeleton(local.partition('+')[0].replace('.', ''))}@{_skeleton(shown)}"
    if (earlier := alike.setdefault(skeleton, row.line)) != row.line:
        row.warn(
            "email", f"this address looks like the one on line {earlier}; both went in, check that it is not one person"
        )


def _unicode(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def _scripts(label: str) -> frozenset[str]:
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in label if letter.isalpha())
    return _SCRIPTS.intersection(names)


def _skeleton(text: str) -> str:
    """What the text looks like: equal for two texts that a person takes for one."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return folded.translate(_CONFUSABLE).replace("rn", "m").replace("vv", "w")


def _meant_domain(domain: str) -> str:
    """The big mail provider that was probably meant; empty when the domain may well be right."""
    if domain in _REAL_DOMAINS:
        return ""
    for known in _MAIL_DOMAINS:
        same_label = domain.partition(".")[0] == known.partition(".")[0]
        if (same_label and domain.rpartition(".")[2] in _SLIPS) or _skeleton(domain) == _skeleton(known):
            return known
        if domain.endswith(".com") and _one_slip(domain, known):
            return known
    return ""


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter too many, too few, wrong, or two that changed places make the difference."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = next((i for i, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]), -1)
    if start < 0:
        return typed != meant
    rest, wanted = typed[start:], meant[start:]
    swapped = rest[1::-1] + rest[2:] == wanted
    return swapped or rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:]
