"""Settings: defaults, then the file, then the environment, then flags; one schema, and every fault reported at once.

`docs/configuration.md` tells each key's meaning; a test keeps it true.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import secrets
import tempfile
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    SecretStr,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo

from digest.cadence import Calendar
from digest.errors import ConfigError, InputError
from digest.located import Located, read_yaml
from digest.models import Cadence, DoubtPolicy, Length, Newsletter
from digest.selection import Limits
from digest.sources.headings import Headings
from digest.subscribers import LANGUAGE, check_address

DEFAULT_FILE = Path("digest.yaml")
#: Not settings: which file, and which instant to rehearse (both read elsewhere as flags).
OTHER_VARIABLES = frozenset({"DIGEST_CONFIG", "DIGEST_NOW"})
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
#: Characters a secret key has at least: what 24 random bytes come to.
SHORTEST_SECRET = 32
MAKE_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105 - how to make one


# --- values ----------------------------------------------------------------------------------------------


class Sender(NamedTuple):
    """Who a mail is from: the name shown (empty when there is none) and the address."""

    name: str
    address: str


def _sender(given: Any) -> Sender:
    if isinstance(given, Sender):
        return given
    found = re.fullmatch(
        r'\s*(?:"?([^"<>\r\n\x00]*?)"?\s*<([^<>]*)>|([^<>\s]+))\s*', given if isinstance(given, str) else ""
    )
    if not found:
        raise ValueError('write an address, with a name or without: "Research Monthly <digest@example.org>"')
    return Sender((found[1] or "").strip(), check_address(found[2] if found[3] is None else found[3]))


def _timezone(given: Any) -> ZoneInfo:
    if isinstance(given, ZoneInfo):
        return given
    known = available_timezones()
    if isinstance(given, str) and given in known:
        return ZoneInfo(given)
    wanted = str(given).strip().lower().replace(" ", "_")
    same_city = sorted(name for name in known if wanted in (name.lower(), name.lower().rpartition("/")[2]))
    close = same_city or difflib.get_close_matches(str(given), known, n=1)
    raise ValueError(f"there is no time zone {_shown(given)}{_did_you_mean(close)}")


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


def _weekday(given: Any) -> int:
    word = str(given).strip().lower()
    if word in WEEKDAYS:
        return WEEKDAYS.index(word)
    raise ValueError(f"{_shown(given)} is no weekday{_did_you_mean(difflib.get_close_matches(word, WEEKDAYS, n=1))}")


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


def _as_list(given: Any) -> Any:
    return given if isinstance(given, list | tuple) else (given,)


Line = Annotated[str, AfterValidator(_one_line)]
Language = Annotated[str, AfterValidator(_language)]
FilePath = Annotated[Path, AfterValidator(_resolved)]


# --- the schema ------------------------------------------------------------------------------------------


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    #: What tells this kind of section from others that may stand in its place; empty where there are no others.
    KIND: ClassVar[str] = ""


class NewsletterSettings(_Section):
    """Who writes, when, and how often."""

    name: Line
    sender: Annotated[Sender, PlainValidator(_sender)] = Field(alias="from")
    #: May be empty only with the file transport.
    postal_address: Annotated[str, Field(max_length=500)] = ""
    #: Without a slash at the end.
    base_url: Annotated[str, AfterValidator(_base_url)]
    timezone: Annotated[ZoneInfo, PlainValidator(_timezone)] = ZoneInfo("UTC")
    #: Those readers may choose from; the first is for readers who have not chosen.
    cadences: Annotated[tuple[Cadence, ...], BeforeValidator(_as_list)] = Field((Cadence.MONTHLY,), alias="cadence")
    #: Clamped to the month's end, so 31 means the last day.
    send_on: Annotated[int, PlainValidator(_send_on)] = 1
    #: Monday 0 to Sunday 6.
    weekly_on: Annotated[int, PlainValidator(_weekday)] = Field("monday", validate_default=True)
    send_at: Annotated[time, PlainValidator(_send_at)] = time(9)
    approval: Literal["manual", "auto"] = "manual"
    language: Language = "en"
    #: Without angle brackets (RFC 2919).
    list_id: Annotated[str, AfterValidator(_list_id)] = ""
    #: An address.
    unsubscribe_mailto: Annotated[str, AfterValidator(check_address)] = ""
    #: `#rrggbb`; None leaves the colour to the templates.
    accent: Annotated[str, AfterValidator(_accent)] | None = None

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
            address = _sender(given.get("from")).address
        except ValueError:  # reported where it stands
            return filled
        slug = re.sub(r"[^a-z0-9]+", "-", str(given.get("name")).lower()).strip("-")[:60] or "newsletter"
        filled.setdefault("list_id", f"{slug}.{address.rpartition('@')[2]}")
        filled.setdefault("unsubscribe_mailto", address)
        return filled


_DERIVED = ("list_id", "unsubscribe_mailto")


class _SourceSection(_Section):
    name: Line
    #: None: the newsletter's.
    language: Language | None = None
    condition: Literal["assumed", "required"] = "required"
    #: More names for the sections of a page, each with what it announces.
    headings: Annotated[Mapping[str, str], AfterValidator(_headings)] = Field(default_factory=dict)


class FeedSettings(_SourceSection):
    """A feed."""

    KIND = "feed"

    #: A url, or the absolute path of a file.
    feed: Annotated[str, AfterValidator(_feed)]
    follow: bool = False
    allow_private: bool = False


class FolderSettings(_SourceSection):
    """A folder of files."""

    KIND = "folder"

    folder: FilePath
    pattern: Line = "*"


class FileSettings(_Section):
    """Mails into a folder."""

    KIND = "file"

    kind: Literal["file"] = "file"
    path: FilePath = Field(Path("outbox"), validate_default=True)


class SmtpSettings(_Section):
    """Mails to a server."""

    KIND = "smtp"

    kind: Literal["smtp"]
    host: Line
    #: By `security` where it is left out: 587, 465 or 25.
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    connections: Annotated[int, Field(ge=1, le=32)] = 4
    messages_per_connection: Annotated[int, Field(ge=1, le=10_000)] = 100
    #: How many mails may be in doubt after a crash.
    window: Annotated[int, Field(ge=1, le=256)] = 32

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or given.get("port") is not None:
            return given
        return {**given, "port": PORTS.get(str(given.get("security")), 587)}


class MaxItems(_Section):
    """Research items in one mail, by the length a reader chose."""

    brief: Annotated[int, Field(ge=1, le=200)] = 20
    standard: Annotated[int, Field(ge=1, le=200)] = 12
    full: Annotated[int, Field(ge=1, le=200)] = 8


class SelectionSettings(_Section):
    """How much goes into one mail, and how long it may wait."""

    max_items: MaxItems = MaxItems()
    also_new: Annotated[int, Field(ge=0, le=50)] = 5
    background: Annotated[int, Field(ge=0, le=50)] = 2
    #: How many windows back an item may come from.
    roll_over: Annotated[int, Field(ge=0, le=24)] = 2
    #: Online-first papers carry dates 17 months back and summaries take their time, so two years would lose some.
    #: None: no limit.
    study_age_limit_years: Annotated[int, Field(ge=1, le=100)] | None = 3

    def limits(self) -> Limits:
        """The same, as selection wants it."""
        items = {length: getattr(self.max_items, length) for length in Length}
        return Limits(items=items, background=self.background, also_new=self.also_new)


class DeliverySettings(_Section):
    """What becomes of mails whose worker died, and how long they are tried."""

    on_doubt: DoubtPolicy = DoubtPolicy.RESEND
    #: Longer than the ten minutes a server may take to answer (RFC 5321, 4.5.3.2.6).
    lease_seconds: Annotated[int, Field(ge=30, le=86_400)] = 900
    life_hours: Annotated[int, Field(ge=1, le=240)] = 72


def _tag(given: Any, keys: tuple[str, ...]) -> str | None:
    """Which of the kinds a section is; the brackets keep it apart from the keys in the places of errors."""
    if isinstance(given, _Section):
        return f"<{given.KIND}>"
    if not isinstance(given, Mapping):
        return f"<{keys[0]}>"
    return next((f"<{key}>" for key in keys if key in given), None)


def _transport_tag(given: Any) -> str | None:
    return f"<{given.get('kind', 'file')}>" if isinstance(given, Mapping) else _tag(given, ("file",))


def _source_tag(given: Any) -> str | None:
    return _tag(given, ("feed", "folder"))


SourceSettings = FeedSettings | FolderSettings
TransportSettings = FileSettings | SmtpSettings
_AnySource = Annotated[
    Annotated[FeedSettings, Tag("<feed>")] | Annotated[FolderSettings, Tag("<folder>")], Discriminator(_source_tag)
]
_AnyTransport = Annotated[
    Annotated[FileSettings, Tag("<file>")] | Annotated[SmtpSettings, Tag("<smtp>")], Discriminator(_transport_tag)
]


class Settings(_Section):
    """Everything an operator decides. Every path is absolute once loaded."""

    newsletter: NewsletterSettings
    #: A url for SQLAlchemy; it may hold a password.
    database: Annotated[str, AfterValidator(_database)] = Field(
        "sqlite:///digest.db", validate_default=True, repr=False
    )
    sources: tuple[_AnySource, ...] = ()
    #: None: the bundled topics.
    topics: FilePath | None = None
    #: None: the database alone knows the readers.
    subscribers: FilePath | None = None
    transport: _AnyTransport = Field({"kind": "file"}, validate_default=True)
    selection: SelectionSettings = SelectionSettings()
    delivery: DeliverySettings = DeliverySettings()
    collect_every: Annotated[timedelta, PlainValidator(_minutes)] = timedelta(minutes=60)
    #: The operator's own templates, which stand before ours file by file; None: ours alone.
    templates: FilePath | None = None
    #: From the environment only.
    secret_key: SecretStr | None = None
    secret_key_file: FilePath = Field(Path(".digest-secret"), validate_default=True)

    def newsletter_noun(self) -> Newsletter:
        """What every mail says about who sends it."""
        given = self.newsletter
        accent = {} if given.accent is None else {"accent": given.accent}
        return Newsletter(
            name=given.name,
            address=given.sender.address,
            sender_name=given.sender.name or given.name,
            postal_address=given.postal_address,
            base_url=given.base_url,
            timezone=given.timezone.key,
            language=given.language,
            **accent,
        )

    def calendar(self) -> Calendar:
        """When it goes out."""
        given = self.newsletter
        return Calendar(
            timezone=given.timezone, send_on=given.send_on, send_at=given.send_at, weekly_on=given.weekly_on
        )


# --- its keys --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A key of the schema."""

    #: `*` stands for each entry of a list.
    path: tuple[str, ...]
    #: The kinds of section it belongs to; empty for one that always does.
    kind: str
    field: FieldInfo

    @property
    def name(self) -> str:
        """As people write it: `newsletter.base_url`, `sources[].feed`."""
        return ".".join(self.path).replace(".*", "[]")

    @property
    def variable(self) -> str:
        """The environment variable that sets it; empty for what stands inside a list, which is set as a whole."""
        return "" if "*" in self.path else f"DIGEST_{'__'.join(self.path)}".upper()


@cache
def known_keys() -> tuple[Key, ...]:
    """Every key of the schema, in its order; a key of two kinds stands twice."""
    return tuple(_keys(Settings, ()))


def _keys(section: type[_Section], above: tuple[str, ...]) -> Iterator[Key]:
    for name, given in section.model_fields.items():
        path = (*above, given.alias or name)
        yield Key(path=path, kind=section.KIND, field=given)
        inside = (*path, "*") if typing.get_origin(given.annotation) is tuple else path
        for part in _parts(given.annotation):
            if isinstance(part, type) and issubclass(part, _Section):
                yield from _keys(part, inside)


def _parts(annotation: Any) -> Iterator[Any]:
    """The types an annotation is made of."""
    yield typing.get_origin(annotation) or annotation
    for part in typing.get_args(annotation):
        yield from _parts(part)


# --- loading ---------------------------------------------------------------------------------------------

_Path = tuple[str | int, ...]


class _Draft:
    """The layers put on one another, with the place each value came from."""

    def __init__(self, located: Located, name: str) -> None:
        self._located = located
        self._name = name
        self._origins: dict[_Path, str] = {}
        self.data: dict[str, Any] = {} if located.value is None else located.value
        self.problems: list[str] = []

    def put(self, path: tuple[str, ...], value: Any, origin: str) -> None:
        target: Any = self.data
        for key in path[:-1]:
            if not isinstance(target.setdefault(key, {}), dict):
                return  # the file is wrong there, and that is reported
            target[key] = dict(target[key])  # an alias in the file may share it
            target = target[key]
        target[path[-1]] = value
        self._origins[path] = origin

    def at(self, path: _Path) -> Any:
        found: Any = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def report(self, path: _Path, message: str) -> None:
        """Say what is wrong with a key, where its value came from."""
        shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
        origin = next((self._origins[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._origins), None)
        place = origin or f"{self._name}:{self._located.line(path)}"
        self.problems.append(f"{place}: {shown}: {message}")


def load_settings(path: Path | None, environ: Mapping[str, str], flags: Mapping[str, Any] | None = None) -> Settings:
    """The settings, of defaults < file < environment < flags.

    Args:
        path: the file; None for `DIGEST_CONFIG`, or else `digest.yaml` in the working folder.
        environ: variables; of those that begin with `DIGEST_` every one must mean something. Empty ones count as unset.
        flags: values by dotted key (`newsletter.base_url`); None counts as not given.

    Raises:
        ConfigError: all that is wrong, each with its place, its key and what to do. It never shows a secret.
    """
    path = path or Path(environ.get("DIGEST_CONFIG") or DEFAULT_FILE)
    draft = _Draft(_read_file(path), str(path))
    if "secret_key" in draft.data:
        draft.report(
            ("secret_key",), "it does not belong in a file others read: set DIGEST_SECRET_KEY, or secret_key_file"
        )
        del draft.data["secret_key"]
    _put_environment(draft, environ)
    _put_flags(draft, flags or {})
    settings = _validated(draft, path.absolute().parent)
    for place, message in _across(draft.data):
        draft.report(place, message)
    if draft.problems or settings is None:
        raise ConfigError(_all(draft.problems))
    return settings


def _all(problems: list[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    return f"{len(problems)} settings are wrong:\n" + "\n".join(f"  {problem}" for problem in problems)


def _read_file(path: Path) -> Located:
    try:
        located = read_yaml(path.read_text(encoding="utf-8"), name=str(path))
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}: make one with `digest init`, or name yours with --config") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: this is not text in UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: it cannot be read: {error.strerror}") from None
    except InputError as error:
        raise ConfigError(str(error)) from None
    if located.value is not None and not isinstance(located.value, dict):
        raise ConfigError(f"{path}:1: settings are keys with values, such as `newsletter:`")
    return located


def _put_environment(draft: _Draft, environ: Mapping[str, str]) -> None:
    by_variable = {key.variable: key for key in known_keys() if key.variable}
    for variable in sorted(environ, key=lambda name: (name.count("__"), name)):  # a whole section before its keys
        if not variable.startswith("DIGEST_") or variable in OTHER_VARIABLES or not environ[variable].strip():
            continue
        if variable not in by_variable:
            close = difflib.get_close_matches(variable, [*by_variable, *OTHER_VARIABLES], n=1)
            draft.problems.append(f"{variable}: there is no such setting{_did_you_mean(close)}")
            continue
        try:
            draft.put(by_variable[variable].path, _from_text(environ[variable], by_variable[variable].field), variable)
        except InputError:  # its message might show a part of a secret
            draft.problems.append(f"{variable}: this is not valid YAML; write [a, b] or {{key: value}}")


def _from_text(text: str, field: FieldInfo) -> Any:
    """Text as it stands, but lists and maps in YAML where the key takes one, and `null` where it takes none."""
    parts = set(_parts(field.annotation))
    structured = any(isinstance(part, type) and issubclass(part, tuple | Mapping | _Section) for part in parts)
    if structured and text.lstrip()[:1] in ("[", "{"):
        return read_yaml(text, name="").value
    return None if text.strip() == "null" and types.NoneType in parts else text


def _put_flags(draft: _Draft, flags: Mapping[str, Any]) -> None:
    for name, value in flags.items():
        if value is not None:
            draft.put(tuple(name.split(".")), value, "command line")


def _validated(draft: _Draft, folder: Path) -> Settings | None:
    try:
        return Settings.model_validate(draft.data, context={"folder": folder})
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            path: _Path = tuple(step for step in detail["loc"] if not str(step).startswith("<"))
            while path and isinstance(path[-1], int) and not isinstance(draft.at(path[:-1]), list):
                path = path[:-1]
            draft.report(path, _sentence(detail["type"], detail.get("ctx", {}), path, draft))
    return None


_SENTENCES: Mapping[str, str] = {
    "missing": "it is missing",
    "string_type": "write text; a number or date stands in quotes",
    "string_too_long": "write at most {max_length} characters",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
    "path_type": "write the path of a file or folder",
}
_KINDS_OF_ERROR: tuple[tuple[str, str], ...] = (
    ("int_", "write a whole number"),
    ("bool_", "write true or false"),
    ("tuple_", "write a list"),
    ("model_", "write keys below it, each with its value"),
    ("mapping_", "write keys below it, each with its value"),
    ("union_tag_not_found", "say where it comes from: feed or folder"),
)


def _sentence(kind: str, context: Mapping[str, Any], path: _Path, draft: _Draft) -> str:
    """Pydantic's finding in plain words, without what was written: it may be a secret."""
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "value_error":
        return str(context["error"])
    if kind in ("enum", "literal_error"):
        return f"{_shown(draft.at(path))} is none of {str(context['expected']).replace(chr(39), '')}"
    if kind == "union_tag_invalid":
        return "the kind is none of file, smtp"
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**context)
    return next((words for start, words in _KINDS_OF_ERROR if kind.startswith(start)), "this value does not fit")


def _unknown(path: _Path) -> str:
    general = tuple("*" if isinstance(step, int) else step for step in path)
    siblings = {key.path[-1]: key.kind for key in known_keys() if key.path[:-1] == general[:-1]}
    name = str(path[-1])
    if name in siblings:
        return f"only the kind {siblings[name]!r} has it; take one of the two away"
    return f"there is no such key{_did_you_mean(difflib.get_close_matches(name, siblings, n=1))}"


def _did_you_mean(close: list[str]) -> str:
    return f"; did you mean {close[0]}?" if close else ""


def _shown(value: Any) -> str:
    return repr(str(value)[:60])


def _across(data: Mapping[str, Any]) -> Iterator[tuple[_Path, str]]:
    """What is wrong only in view of another key. The data may be wrong in itself, too."""
    newsletter, transport, sources = data.get("newsletter"), data.get("transport"), data.get("sources")
    if isinstance(transport, Mapping) and transport.get("kind") == "smtp":
        if isinstance(newsletter, Mapping) and not str(newsletter.get("postal_address") or "").strip():
            yield (
                ("newsletter", "postal_address"),
                "it is missing: the law asks for it in every mail that is really sent",
            )
        yield from _password(transport)
    names: dict[Any, int] = {}
    for index, source in enumerate(sources if isinstance(sources, list) else ()):
        name = str(source.get("name")).strip() if isinstance(source, Mapping) else None
        if name is not None and names.setdefault(name, index) != index:
            yield ("sources", index, "name"), f"two sources are called {_shown(name)}; each needs a name of its own"


def _password(transport: Mapping[str, Any]) -> Iterator[tuple[_Path, str]]:
    if not transport.get("password"):
        return
    if not transport.get("username"):
        yield ("transport", "username"), "it is missing: a password alone opens nothing"
    if transport.get("security") == "none" and not is_loopback(str(transport.get("host"))):
        yield ("transport", "security"), "a password never travels in the clear: write starttls or tls"


# --- the secret key --------------------------------------------------------------------------------------


def secret_key(settings: Settings) -> bytes:
    """The key that signs readers' links.

    From the environment, else from `secret_key_file`. Where links lead to this very machine or mails go into a folder,
    a missing one is made and kept there; links in mails already sent need it for ever.

    Raises:
        ConfigError: there is none and none may be made, it is too short, or its file cannot be used.
    """
    if settings.secret_key is not None:
        return _long_enough(settings.secret_key.get_secret_value(), "DIGEST_SECRET_KEY")
    path = settings.secret_key_file
    try:
        if not path.exists():
            _check_may_make(settings)
            _make_secret(path)
        return _long_enough(path.read_text(encoding="ascii"), str(path))
    except OSError as error:
        raise ConfigError(
            f"{path}: the secret key cannot be kept here: {error.strerror}; set DIGEST_SECRET_KEY"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: this is no secret key; make one with {MAKE_SECRET}") from None


def _check_may_make(settings: Settings) -> None:
    rehearsal = isinstance(settings.transport, FileSettings)
    if not rehearsal and not is_loopback(urlsplit(settings.newsletter.base_url).hostname or ""):
        raise ConfigError(
            "readers' links need a secret key: set DIGEST_SECRET_KEY, or write one into "
            f"{settings.secret_key_file} with {MAKE_SECRET}; keep it, for links in old mails need it too"
        )


def _make_secret(path: Path) -> None:
    """Whole or not at all, readable by nobody else; when another process was faster, its key stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()


def _long_enough(text: str, place: str) -> bytes:
    key = text.strip().encode()
    if len(key) < SHORTEST_SECRET:
        raise ConfigError(
            f"{place}: a secret key has at least {SHORTEST_SECRET} characters; make one with {MAKE_SECRET}"
        )
    return key
