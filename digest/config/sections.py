"""The sections of the settings, each with its keys and their defaults.

`docs/configuration.md` tells each key's meaning; a test keeps it true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from digest.config.values import (
    Address,
    BaseUrl,
    BounceAddress,
    Colour,
    Feed,
    FilePath,
    From,
    HeadingWords,
    Language,
    Line,
    ListId,
    MonthDay,
    Origin,
    PictureUrl,
    QuietTime,
    Selector,
    TimeOfDay,
    TimeZone,
    Weekday,
    is_loopback,
    parse_sender,
)
from digest.limits import Limits, WarmUp
from digest.models import Cadence, DomainGroup, DoubtPolicy, Length, Role
from digest.selection import Limits as Sizes

PORTS = {"starttls": 587, "tls": 465, "none": 25}


class Section(BaseModel):
    """Keys that belong together; an unknown one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    #: What tells this kind of section from others that may stand in its place; empty where there are no others.
    KIND: ClassVar[str] = ""


def _as_list(given: Any) -> Any:
    return given if isinstance(given, list | tuple) else (given,)


class LogoSettings(Section):
    """A picture above the newsletter's name."""

    url: PictureUrl
    alt: Annotated[str, Field(max_length=200)] = ""
    #: Pixels.
    width: Annotated[int, Field(ge=16, le=552)] = 120


class DkimSettings(Section):
    """A key that signs the mails."""

    selector: Selector
    key_file: FilePath


class ImapSettings(Section):
    """A folder on an IMAP server."""

    host: Line
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    username: Line
    password: SecretStr
    folder: Line = "INBOX"
    #: False only for a server on this very machine.
    tls: bool = True

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> Self:
        if not self.tls and not is_loopback(self.host):
            raise ValueError("tls: false is for a server on this very machine: a password never travels in the clear")
        if '"' in self.folder or "\\" in self.folder:
            raise ValueError("folder: write its name without quotes and backslashes")
        return self


class BouncesSettings(Section):
    """Where mails come back to, and where they are read."""

    address: BounceAddress
    maildir: FilePath | None = None
    imap: ImapSettings | None = None

    @model_validator(mode="after")
    def _one_mailbox(self) -> Self:
        if self.maildir is not None and self.imap is not None:
            raise ValueError("mails come back to one mailbox: take maildir or imap away")
        return self


class NewsletterSettings(Section):
    """Who writes, when, and how often."""

    name: Line
    sender: From = Field(alias="from")
    #: May be empty only with the file transport.
    postal_address: Annotated[str, Field(max_length=500)] = ""
    base_url: BaseUrl
    timezone: TimeZone = ZoneInfo("UTC")
    #: Those readers may choose from; the first is for readers who have not chosen.
    cadences: Annotated[tuple[Cadence, ...], BeforeValidator(_as_list)] = Field((Cadence.MONTHLY,), alias="cadence")
    #: Clamped to the month's end, so 31 means the last day.
    send_on: MonthDay = 1
    weekly_on: Weekday = Field("monday", validate_default=True)
    send_at: TimeOfDay = time(9)
    approval: Literal["manual", "auto"] = "manual"
    #: How many different people must agree to the same content before it is frozen.
    approvals: Annotated[int, Field(ge=1, le=5)] = 1
    language: Language = "en"
    list_id: ListId = ""
    unsubscribe_mailto: Address = ""
    #: None: bounces go to the From address, and nobody reads them here.
    bounces: BouncesSettings | None = None
    #: None leaves the colour to the templates.
    accent: Colour | None = None
    logo: LogoSettings | None = None
    #: Each signs every mail, for the domain of the From address; none leaves that to the server.
    dkim: tuple[DkimSettings, ...] = ()

    @model_validator(mode="after")
    def _somebody_approves(self) -> Self:
        if self.approval == "auto" and self.approvals > 1:
            raise ValueError("approval: auto asks nobody, and approvals: 2 or more asks people: take one of them away")
        return self

    @field_validator("cadences")
    @classmethod
    def _each_once(cls, given: tuple[Cadence, ...]) -> tuple[Cadence, ...]:
        if not given or len(set(given)) < len(given):
            raise ValueError("name at least one of weekly, monthly, quarterly, and each once")
        return given

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, given: Any) -> Any:
        """The List-ID and the unsubscribe address follow from the name and the From address."""
        if not isinstance(given, Mapping):
            return given
        filled = {key: value for key, value in given.items() if key not in _DERIVED or value is not None}
        try:
            address = parse_sender(given.get("from")).address
        except ValueError:  # reported where it stands
            return filled
        slug = re.sub(r"[^a-z0-9]+", "-", str(given.get("name")).lower()).strip("-")[:60] or "newsletter"
        filled.setdefault("list_id", f"{slug}.{address.rpartition('@')[2]}")
        filled.setdefault("unsubscribe_mailto", address)
        return filled


_DERIVED = ("list_id", "unsubscribe_mailto")


class _SourceSection(Section):
    name: Line
    #: None: the newsletter's.
    language: Language | None = None
    condition: Literal["assumed", "required"] = "required"
    headings: HeadingWords = Field(default_factory=dict)


class FeedSettings(_SourceSection):
    """A feed."""

    KIND = "feed"

    feed: Feed
    follow: bool = False
    allow_private: bool = False


class FolderSettings(_SourceSection):
    """A folder of files."""

    KIND = "folder"

    folder: FilePath
    pattern: Line = "*"


_Rate = Annotated[float, Field(gt=0, le=100_000)]


class LimitsSettings(Section):
    """Mails a second: all together, and by who runs the mailboxes. None: no limit."""

    #: Left out: what is usual for the kind.
    per_second: _Rate | None = None
    google: _Rate | None = None
    microsoft: _Rate | None = None
    yahoo: _Rate | None = None
    apple: _Rate | None = None
    other: _Rate | None = None


class WarmUpSettings(Section):
    """How many mails a day a new sender begins with, and how that grows."""

    start: Annotated[int, Field(ge=1)]
    factor: Annotated[float, Field(ge=1.05, le=10)] = 2
    until: Annotated[int, Field(ge=1, le=100_000_000)] = 50_000


class TransportSection(Section):
    """What any transport may be held to."""

    limits: LimitsSettings = LimitsSettings()
    warm_up: WarmUpSettings | None = None

    @property
    def usual_rate(self) -> float | None:
        """Mails a second, where nobody decides; None for no limit."""
        return None

    def limits_noun(self) -> Limits:
        """The same, as it is kept."""
        given = self.limits
        rates = {group: getattr(given, group.value) for group in DomainGroup}
        warm_up = self.warm_up
        return Limits(
            per_second=given.per_second if "per_second" in given.model_fields_set else self.usual_rate,
            groups={group: rate for group, rate in rates.items() if rate is not None},
            warm_up=WarmUp(start=warm_up.start, factor=warm_up.factor, until=warm_up.until) if warm_up else None,
        )


class FileSettings(TransportSection):
    """Mails into a folder."""

    KIND = "file"

    kind: Literal["file"] = "file"
    path: FilePath = Field(Path("outbox"), validate_default=True)


class SmtpSettings(TransportSection):
    """Mails to a server."""

    KIND = "smtp"

    kind: Literal["smtp"]
    host: Line
    #: By `security` where it is left out: 587, 465 or 25.
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    #: At a time; after a crash at most so many mails may arrive twice.
    connections: Annotated[int, Field(ge=1, le=32)] = 4
    messages_per_connection: Annotated[int, Field(ge=1, le=10_000)] = 100
    #: What we call ourselves; None for the name of this machine.
    hello: Line | None = None
    #: Authorities that are trusted beside the system's.
    ca_file: FilePath | None = None

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or given.get("port") is not None:
            return given
        return {**given, "port": PORTS.get(str(given.get("security")), 587)}


class MaxItems(Section):
    """Research items in one mail, by the length a reader chose."""

    brief: Annotated[int, Field(ge=1, le=200)] = 20
    standard: Annotated[int, Field(ge=1, le=200)] = 12
    full: Annotated[int, Field(ge=1, le=200)] = 8


class SelectionSettings(Section):
    """How much goes into one mail, and how long it may wait."""

    max_items: MaxItems = MaxItems()
    also_new: Annotated[int, Field(ge=0, le=50)] = 5
    background: Annotated[int, Field(ge=0, le=50)] = 2
    #: How many windows back an item may come from.
    roll_over: Annotated[int, Field(ge=0, le=24)] = 2
    #: Online-first papers carry dates 17 months back and summaries take their time, so two years would lose some.
    #: None: no limit.
    study_age_limit_years: Annotated[int, Field(ge=1, le=100)] | None = 3

    def limits(self) -> Sizes:
        """The same, as selection wants it."""
        items = {length: getattr(self.max_items, length) for length in Length}
        return Sizes(items=items, background=self.background, also_new=self.also_new)


class ChecksSettings(Section):
    """What an issue is measured by before its approval."""

    #: Flesch-Kincaid: years of school.
    grade: Annotated[float, Field(ge=1, le=20)] = 9


class ReadersSettings(Section):
    """How somebody becomes a reader, and what is kept of it."""

    #: How long the link in a letter works, and how long somebody who does not follow it is remembered.
    confirm_days: Annotated[int, Field(ge=1, le=60)] = 7
    #: Which version of the words on the form is agreed to; another whenever they change.
    consent_version: Annotated[str, Field(min_length=1, max_length=40)] = "v1"
    #: True to keep with a consent where it was asked from.
    keep_network: bool = False
    #: How often somebody may ask from one network in an hour.
    asks_an_hour: Annotated[int, Field(ge=1, le=100_000)] = 30
    #: Whose pages may call `/join.json`, besides our own.
    join_from: tuple[Origin, ...] = ()


class DeliverySettings(Section):
    """What becomes of mails whose worker died, and how long they are tried."""

    on_doubt: DoubtPolicy = DoubtPolicy.RESEND
    #: For what is claimed; what is in flight is held for two hours at the least, see `outbox`.
    lease_seconds: Annotated[int, Field(ge=30, le=86_400)] = 900
    life_hours: Annotated[int, Field(ge=1, le=240)] = 72
    #: By the reader's clock; None: mail leaves at any hour.
    quiet_hours: QuietTime | None = None


class PersonSettings(Section):
    """Somebody who may come to the editors' desk."""

    address: Address
    role: Role = Role.EDITOR


class WebSettings(Section):
    """The web pages: the editors' desk, the readers' pages, the HTTP API."""

    host: Line = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    people: tuple[PersonSettings, ...] = ()
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    #: Whose word about a caller's address is taken.
    proxies: tuple[Line, ...] = ("127.0.0.1",)
