"""What single values are: read from the words of a file or a variable, or refused with what to write instead."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from digest.config.wording import did_you_mean, shown
from digest.errors import ConfigError
from digest.hours import QuietHours
from digest.models import WEEKDAYS
from digest.sources.headings import Headings
from digest.subscribers import LANGUAGE, check_own_address, check_timezone


class Sender(NamedTuple):
    """Who a mail is from: the name shown (empty when there is none) and the address."""

    name: str
    address: str


def parse_sender(given: Any) -> Sender:
    """The sender meant by an address alone or `Name <address>`. ValueError when it is neither."""
    if isinstance(given, Sender):
        return given
    found = re.fullmatch(
        r'\s*+(?:"?([^"<>\r\n\x00]*+)"?\s*+<([^<>]*+)>|([^<>\s]++))\s*+', given if isinstance(given, str) else ""
    )
    if not found:
        raise ValueError('write an address, with a name or without: "Research Monthly <digest@example.org>"')
    return Sender((found[1] or "").strip(), check_own_address(found[2] if found[3] is None else found[3]))


def _timezone(given: Any) -> ZoneInfo:
    if isinstance(given, ZoneInfo):
        return given
    return ZoneInfo(check_timezone(str(given)))


def _send_on(given: Any) -> int:
    day = 31 if given == "last" else int(given) if re.fullmatch(r"\d\d?", str(given)) else 0
    if not 1 <= day <= 31:
        raise ValueError("write a day of the month, 1 to 31, or last")
    return day


def _send_at(given: Any) -> time:
    if isinstance(given, time):
        return given
    found = re.fullmatch(r"(\d\d?):(\d\d)", str(given))
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError('write hours and minutes, such as "09:00"')
    return time(int(found[1]), int(found[2]))


def _quiet_hours(given: Any) -> QuietHours:
    if isinstance(given, QuietHours):
        return given
    begin, _, end = str(given).partition("-")
    try:
        quiet = QuietHours(start=_send_at(begin.strip()), end=_send_at(end.strip()))
    except ValueError:
        quiet = None
    if quiet is None or quiet.start == quiet.end:
        raise ValueError('write from when until when no mail leaves, such as "21:00-07:00"')
    return quiet


def _weekday(given: Any) -> int:
    word = str(given).strip().lower()
    if word in WEEKDAYS:
        return WEEKDAYS.index(word)
    raise ValueError(f"{shown(given)} is no weekday{did_you_mean(difflib.get_close_matches(word, WEEKDAYS, n=1))}")


def _minutes(given: Any) -> timedelta:
    if isinstance(given, timedelta):
        return given
    if not re.fullmatch(r"\d{1,4}", str(given)) or not 1 <= int(given) <= 24 * 60:
        # A busy feed read weekly loses a tenth of its entries: they leave it before anybody looks.
        raise ValueError("write minutes, 1 to 1440: sources are visited at least once a day")
    return timedelta(minutes=int(given))


def _base_url(given: str) -> str:
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or re.search(r"[\s\x00-\x1f\"'<>\\]", given) or not given.isascii():
        raise ValueError("write an absolute address such as https://digest.example.org")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("take away everything behind ? or #, and any name and password")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("readers' links are personal, so it begins with https:// (http:// only on this very machine)")
    return given.rstrip("/")


def _origin(given: str) -> str:
    parts = urlsplit(_base_url(given))
    if parts.path:
        raise ValueError("write where the site begins, without a path: https://www.example.org")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _api_url(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError("it carries a token, so it begins with https:// (http:// only on this very machine)")
    return _base_url(given)


def _domain(given: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", given) or len(given) > 253:
        raise ValueError("write a domain name, such as mg.example.org")
    return given


def _bounce_address(given: str) -> str:
    local, _, domain = check_own_address(given).rpartition("@")
    if len(local) > 18 or "+" in local or not given.isascii():
        # A local part has 64 octets (RFC 5321, 4.5.3.1.1), and a plus with 45 characters of token is put behind it.
        raise ValueError("write an address with at most 18 characters before the @, all ASCII and none of them a +")
    return f"{local}@{domain}"


def is_loopback(host: str) -> bool:
    """Whether this host name or address is this very machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in ("localhost", "localhost.localdomain")


def _language(given: str) -> str:
    if not LANGUAGE.fullmatch(given):
        raise ValueError("write a language tag such as en or pt-BR")
    return given


def _accent(given: str) -> str:
    if not re.fullmatch(r"#([0-9a-fA-F]{3}){1,2}", given):
        raise ValueError('write a colour in quotes, such as "#0f6a6a"')
    return given.lower() if len(given) == 7 else "#" + "".join(2 * digit for digit in given[1:].lower())


def _one_line(given: str) -> str:
    if not given or len(given) > 200 or not given.isprintable():
        raise ValueError("write one line of text, at most 200 characters")
    return given


def _picture(given: str) -> str:
    if not re.fullmatch(r"https://[!#-;=?-~]{1,900}", given) or not urlsplit(given).hostname:
        raise ValueError("write the https:// address of a picture that anybody may load")
    return given


def _transport_name(given: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]{0,19}", given):
        raise ValueError("name it with small letters and digits, such as spare: at most 20, a letter first")
    return given


def _selector(given: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9-]{1,63})*", given):
        raise ValueError("write letters, digits and hyphens, such as d2026: it is a name in your domain's records")
    return given


def _list_id(given: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", given) or len(given) > 200:
        raise ValueError("write it like a domain name, such as monthly.example.org (RFC 2919)")
    return given


def _folder(info: ValidationInfo) -> Path:
    return Path((info.context or {}).get("folder", "."))


def _resolved(given: Path, info: ValidationInfo) -> Path:
    try:
        return Path(os.path.normpath(_folder(info) / given.expanduser()))
    except RuntimeError:
        raise ValueError("nobody of the name behind ~ lives here; write the whole path") from None


def _feed(given: str, info: ValidationInfo) -> str:
    """A url as it stands, or a path made absolute."""
    if re.match(r"(?i)https?://[^/\s]", given) and not re.search(r"\s", given):
        return given
    if "://" in given or not given:
        raise ValueError("write a url that begins with https:// or http://, or the path of a file")
    return str(_resolved(Path(given), info))


def _database(given: str, info: ValidationInfo) -> str:
    """A url with its driver; a relative SQLite file is looked for beside the configuration."""
    scheme, found, rest = given.partition("://")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg") and rest:
        return f"postgresql+psycopg://{rest}"
    if scheme not in ("sqlite", "sqlite+pysqlite") or not found:
        raise ValueError("write sqlite:///digest.db or postgresql://user:password@host/name")
    path, mark, options = rest.removeprefix("/").partition("?")
    if path in ("", ":memory:") or path.startswith("file:"):
        return given
    return f"{scheme}:///{_resolved(Path(path), info)}{mark}{options}"


def _headings(given: Mapping[str, str]) -> Mapping[str, str]:
    try:
        Headings(given)
    except ConfigError as error:
        raise ValueError(str(error).removeprefix("headings: ")) from None
    return given


Line = Annotated[str, AfterValidator(_one_line)]
Address = Annotated[str, AfterValidator(check_own_address)]
From = Annotated[Sender, PlainValidator(parse_sender)]
Language = Annotated[str, AfterValidator(_language)]
#: `#rrggbb`.
Colour = Annotated[str, AfterValidator(_accent)]
#: Absolute, https.
PictureUrl = Annotated[str, AfterValidator(_picture)]
#: What stands before `._domainkey` in the domain's records.
Selector = Annotated[str, AfterValidator(_selector)]
#: What the ledger knows a transport by; it can stand in a variable's name.
TransportName = Annotated[str, AfterValidator(_transport_name)]
#: Like a domain name, without angle brackets (RFC 2919).
ListId = Annotated[str, AfterValidator(_list_id)]
#: Absolute, without a slash at the end.
BaseUrl = Annotated[str, AfterValidator(_base_url)]
#: 1 to 31, of which the last means the last day of any month.
MonthDay = Annotated[int, PlainValidator(_send_on)]
#: The same, of a provider's interface.
ApiUrl = Annotated[str, AfterValidator(_api_url)]
#: A site, as browsers name it in a call from one of its pages (RFC 6454).
Origin = Annotated[str, AfterValidator(_origin)]
Domain = Annotated[str, AfterValidator(_domain)]
#: One that leaves room for a token behind its local part.
BounceAddress = Annotated[str, AfterValidator(_bounce_address)]
#: Monday 0 to Sunday 6.
Weekday = Annotated[int, PlainValidator(_weekday)]
#: From when until when, by the reader's clock.
QuietTime = Annotated[QuietHours, PlainValidator(_quiet_hours)]
TimeOfDay = Annotated[time, PlainValidator(_send_at)]
TimeZone = Annotated[ZoneInfo, PlainValidator(_timezone)]
Minutes = Annotated[timedelta, PlainValidator(_minutes)]
#: Absolute.
FilePath = Annotated[Path, AfterValidator(_resolved)]
#: A url, or the absolute path of a file.
Feed = Annotated[str, AfterValidator(_feed)]
#: For SQLAlchemy; it may hold a password.
DatabaseUrl = Annotated[str, AfterValidator(_database)]
#: Names for the sections of a page, each with what it announces.
HeadingWords = Annotated[Mapping[str, str], AfterValidator(_headings)]
