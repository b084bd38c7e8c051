from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from digest.config import (
    OTHER_VARIABLES,
    FeedSettings,
    FileSettings,
    FolderSettings,
    Key,
    Settings,
    SmtpSettings,
    known_keys,
    load_settings,
    secret_keys,
)
from digest.errors import ConfigError
from digest.limits import WarmUp
from digest.models import Cadence, DomainGroup, DoubtPolicy, Length

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "digest" / "data" / "digest.example.yaml"
MISTAKES = ROOT / "tests" / "data" / "config" / "many-mistakes.yaml"
SMTP = "{kind: smtp, host: mail.example.org, username: u, password: hunter2-hunter2}"
SECRET = "s" * 40
#: The least that each kind needs.
TRANSPORTS: dict[str, dict[str, Any]] = {
    "smtp": {"kind": "smtp", "host": "h"},
    "mailgun": {"kind": "mailgun", "token": "t", "domain": "mg.example.org"},
    "ses": {"kind": "ses", "region": "eu-central-1"},
    **{kind: {"kind": kind, "token": "t"} for kind in ("postmark", "sendgrid", "resend", "brevo", "mailtrap")},
}
IMAP = {"host": "imap.example.org", "username": "u", "password": "hunter2-hunter2"}


def base(**newsletter: Any) -> dict[str, Any]:
    given = {
        "name": "Monthly",
        "from": "Monthly <digest@example.org>",
        "postal_address": "1 Street",
        "base_url": "https://digest.example.org",
    }
    return {"newsletter": {**given, **newsletter}}


def load(
    folder: Path, data: Any = None, environ: dict[str, str] | None = None, flags: dict[str, Any] | None = None
) -> Settings:
    path = folder / "digest.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data or base()), encoding="utf-8")
    return load_settings(path, environ or {}, flags or {})


def fault(folder: Path, data: Any = None, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, data, environ)
    assert caught.value.__cause__ is None
    return str(caught.value).replace(f"{folder}/", "")


def test_defaults(tmp_path: Path) -> None:
    """A name, an address and a url are enough: SQLite, files, monthly, by hand."""
    settings = load(tmp_path)
    assert settings.database == f"sqlite:///{tmp_path}/digest.db"
    assert settings.transport == FileSettings(kind="file", path=tmp_path / "outbox")
    assert settings.newsletter.cadences == (Cadence.MONTHLY,)
    assert settings.newsletter.approval == "manual"
    assert settings.collect_every == timedelta(hours=1)
    assert settings.delivery.on_doubt is DoubtPolicy.RESEND
    assert settings.selection.limits().items == {Length.BRIEF: 20, Length.STANDARD: 12, Length.FULL: 8}
    assert (settings.sources, settings.topics, settings.subscribers, settings.templates) == ((), None, None, None)


def test_layers(tmp_path: Path) -> None:
    """Defaults < file < environment < flags."""
    data = {**base(send_on=2, send_at="10:00", language="de"), "collect_every": 5}
    environ = {
        "DIGEST_NEWSLETTER__SEND_ON": "3",
        "DIGEST_NEWSLETTER__SEND_AT": "11:00",
        "HOME": "/",
        "DIGEST_TOPICS": "",
    }
    found = load(tmp_path, data, environ, {"newsletter.send_on": 4, "newsletter.language": None}).newsletter
    assert (found.send_on, found.send_at, found.language) == (4, time(11), "de")


@pytest.mark.parametrize(
    ("variable", "text", "read"),
    [
        (
            "DIGEST_NEWSLETTER__CADENCE",
            "[weekly, quarterly]",
            lambda s: s.newsletter.cadences == ("weekly", "quarterly"),
        ),
        ("DIGEST_NEWSLETTER__CADENCE", "weekly", lambda s: s.newsletter.cadences == ("weekly",)),
        ("DIGEST_NEWSLETTER__NAME", "[Draft] 2026", lambda s: s.newsletter.name == "[Draft] 2026"),
        ("DIGEST_NEWSLETTER__FROM", "a@example.org", lambda s: s.newsletter.sender == ("", "a@example.org")),
        ("DIGEST_SOURCES", "[{name: a, feed: b.xml}]", lambda s: s.sources[0].name == "a"),
        ("DIGEST_TRANSPORT", SMTP, lambda s: s.transport.port == 587),
        ("DIGEST_TRANSPORT__PATH", "out", lambda s: s.transport.path.name == "out"),
        ("DIGEST_SELECTION__MAX_ITEMS__BRIEF", "3", lambda s: s.selection.max_items.brief == 3),
        ("DIGEST_SELECTION__STUDY_AGE_LIMIT_YEARS", "null", lambda s: s.selection.study_age_limit_years is None),
        ("DIGEST_COLLECT_EVERY", "30", lambda s: s.collect_every == timedelta(minutes=30)),
        ("DIGEST_DATABASE", "postgres://u:p@h/d", lambda s: s.database == "postgresql+psycopg://u:p@h/d"),
        ("DIGEST_SECRET_KEY", SECRET, lambda s: secret_keys(s) == (SECRET.encode(),)),
    ],
)
def test_environment(tmp_path: Path, variable: str, text: str, read: Any) -> None:
    """Every kind of key can be set by a variable."""
    assert read(load(tmp_path, environ={variable: text}))


def test_a_whole_section_replaces_and_its_keys_add(tmp_path: Path) -> None:
    """A variable for a section takes the file's place; one for a key inside goes on top."""
    data = {**base(), "transport": {"kind": "file", "path": "here"}}
    environ = {"DIGEST_TRANSPORT": SMTP, "DIGEST_TRANSPORT__SECURITY": "tls"}
    transport = load(tmp_path, data, environ).transport
    assert isinstance(transport, SmtpSettings)
    assert (transport.host, transport.port) == ("mail.example.org", 465)


def test_values_that_are_read_already(tmp_path: Path) -> None:
    """What comes from code and not from text may be the value itself."""
    flags = {
        "newsletter.timezone": ZoneInfo("Asia/Tokyo"),
        "newsletter.send_at": time(7, 30),
        "collect_every": timedelta(minutes=5),
    }
    settings = load(tmp_path, flags=flags)
    found = (settings.newsletter.timezone, settings.newsletter.send_at, settings.collect_every)
    assert found == tuple(flags.values())


def test_sections_that_are_made_already(tmp_path: Path) -> None:
    """Settings may be put together from sections, whichever of its kinds each is."""
    settings = load(tmp_path, {**base(), "sources": [{"name": "a", "feed": "b.xml"}, {"name": "c", "folder": "d"}]})
    parts = {name: getattr(settings, name) for name in ("newsletter", "sources", "transport", "delivery", "database")}
    assert Settings(**parts, secret_key_file=settings.secret_key_file) == settings


@pytest.mark.parametrize(
    ("text", "number"), [("send_on: last", 31), ("send_on: 31", 31), ("weekly_on: Sunday", 6), ("weekly_on: monday", 0)]
)
def test_days(tmp_path: Path, text: str, number: int) -> None:
    """The last day of a month is its 31st, and weekdays count from Monday in any case."""
    key, _, day = text.partition(": ")
    newsletter = load(tmp_path, base(**{key: day})).newsletter
    assert getattr(newsletter, key) == number


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_has_no_folder(tmp_path: Path, url: str) -> None:
    """Its url stays as it is."""
    assert load(tmp_path, {**base(), "database": url}).database == url


def test_a_variable_below_what_is_no_section(tmp_path: Path) -> None:
    """The file's fault is told where it stands; the variable changes nothing about it."""
    found = fault(tmp_path, {**base(), "delivery": 3}, {"DIGEST_DELIVERY__LIFE_HOURS": "3"})
    assert re.fullmatch(r"digest.yaml:\d+: delivery: write keys below it, each with its value", found)


def test_a_variable_leaves_what_an_alias_shares(tmp_path: Path) -> None:
    """Two sections may be one in the file; a variable for one of them is not for the other."""
    text = yaml.safe_dump(base()) + "delivery: &both {}\nselection: *both\n"
    settings = load(tmp_path, text, {"DIGEST_DELIVERY__LIFE_HOURS": "3"})
    assert settings.delivery.life_hours == 3


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("DIGEST_NEWSLETTER__NAMES", "DIGEST_NEWSLETTER__NAME"),
        ("DIGEST_CONFG", "DIGEST_CONFIG"),
        ("DIGEST_SECRETKEY", "DIGEST_SECRET_KEY"),
        ("DIGEST_SOURCES__0__NAME", "DIGEST_SOURCES"),
    ],
)
def test_unknown_variables(tmp_path: Path, variable: str, nearest: str) -> None:
    """A variable that means nothing is refused with the nearest that does."""
    assert fault(tmp_path, environ={variable: "x"}).startswith(
        f"{variable}: there is no such setting; did you mean {nearest}"
    )


def test_faults_name_where_the_value_came_from(tmp_path: Path) -> None:
    """The place of a fault is the variable or the file and line."""
    environ = {"DIGEST_NEWSLETTER__SEND_ON": "32", "DIGEST_SOURCES": "[{name: a"}
    found = fault(tmp_path, "newsletter:\n  name: x\n  base_url: y\n", environ)
    assert "\n  DIGEST_NEWSLETTER__SEND_ON: newsletter.send_on: write a day" in found
    assert "\n  DIGEST_SOURCES: this is not valid YAML" in found
    assert "\n  digest.yaml:1: newsletter.from: it is missing" in found
    assert "\n  digest.yaml:3: newsletter.base_url: write an absolute address" in found


def test_every_fault_at_once_and_no_secret() -> None:
    """A file full of mistakes gives one error with all of them, each with its line, and shows no secret."""
    with pytest.raises(ConfigError) as caught:
        load_settings(MISTAKES, {})
    lines = str(caught.value).replace(str(MISTAKES), "c").splitlines()
    assert lines[0] == f"{len(lines) - 1} settings are wrong:"
    for wanted in (
        "  c:2: newsletter.nam: there is no such key; did you mean name?",
        "  c:6: newsletter.timezone: there is no time zone 'Berlin'; did you mean Europe/Berlin?",
        "  c:7: newsletter.cadence: 'monthy' is none of weekly, monthly or quarterly",
        "  c:10: newsletter.weekly_on: 'mondy' is no weekday; did you mean monday?",
        "  c:13: sources[0].folow: there is no such key; did you mean follow?",
        "  c:14: sources[1].pattern: only the kind 'folder' has it; take one of the two away",
        "  c:14: sources[1].name: two sources are called 'summaries'; each needs a name of its own",
        "  c:15: sources[2]: say where it comes from: feed or folder",
        "  c:17: transport.port: write a whole number",
        "  c:18: selection: write keys below it, each with its value",
        "  c:19: delivery.lease_seconds: write 30 or more",
    ):
        assert wanted in lines
    assert "hunter" not in str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_secrets_are_never_printed(tmp_path: Path) -> None:
    """Neither passwords nor the key nor the database's url stand in what settings print."""
    environ = {"DIGEST_SECRET_KEY": SECRET, "DIGEST_TRANSPORT": SMTP, "DIGEST_DATABASE": "postgresql://u:hunter2@h/d"}
    shown = repr(load(tmp_path, environ=environ))
    assert "hunter2" not in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("newsletter", "words"),
    [
        ({"from": "digest"}, "no email address"),
        ({"from": "A <a@example.org>, B <b@example.org>"}, "write an address"),
        ({"from": "zoë@example.org"}, "mailed from everywhere"),
        ({"unsubscribe_mailto": "zoë@example.org"}, "mailed from everywhere"),
        ({"from": "A\r\nBcc: x <a@example.org>"}, "write an address"),
        ({"name": "A\nB"}, "one line of text"),
        ({"name": ""}, "one line of text"),
        ({"base_url": "digest.example.org"}, "absolute address"),
        ({"base_url": "http://digest.example.org"}, "begins with https://"),
        ({"base_url": "https://u:p@example.org"}, "take away"),
        ({"base_url": "https://example.org/?a=b"}, "take away"),
        ({"base_url": "https://example.org:x/"}, "absolute address"),
        ({"timezone": "Europe/Berln"}, "did you mean Europe/Berlin?"),
        ({"timezone": "../etc/passwd"}, "no time zone"),
        ({"send_on": 0}, "1 to 31, or last"),
        ({"send_on": True}, "1 to 31, or last"),
        ({"send_at": "24:00"}, "hours and minutes"),
        ({"cadence": []}, "at least one"),
        ({"cadence": ["weekly", "weekly"]}, "each once"),
        ({"cadence": ["weekly", "x"]}, "newsletter.cadence[1]: 'x' is none of"),
        ({"approval": "maybe"}, "'maybe' is none of manual or auto"),
        ({"language": "english language"}, "language tag"),
        ({"accent": "teal"}, "write a colour"),
        ({"list_id": "x"}, "like a domain name"),
        ({"list_id": "<a.example.org>"}, "like a domain name"),
        ({"list_id": "a.example\r\nBcc: x@example.org"}, "like a domain name"),
        ({"list_id": f"{'a' * 200}.org"}, "like a domain name"),
        ({"weekly_on": "mon"}, "did you mean monday?"),
        ({"send_at": "9am"}, "hours and minutes"),
        ({"base_url": "https://digest.example.org/a b"}, "absolute address"),
        ({"postal_address": "x" * 501}, "at most 500 characters"),
        ({"unsubscribe_mailto": "x"}, "no email address"),
        ({"logo": {"url": "http://example.org/a.png"}}, "newsletter.logo.url: write the https:// address"),
        ({"logo": {"url": 'https://example.org/a"b.png'}}, "newsletter.logo.url: write the https:// address"),
        ({"logo": {"url": "https://example.org/a.png", "width": 4}}, "newsletter.logo.width: write 16 or more"),
        ({"dkim": [{"selector": "a b", "key_file": "x"}]}, "newsletter.dkim[0].selector: write letters"),
        ({"dkim": [{"selector": "a"}]}, "newsletter.dkim[0].key_file: it is missing"),
    ],
)
def test_newsletter_faults(tmp_path: Path, newsletter: dict[str, Any], words: str) -> None:
    """Each wrong value is told in plain words."""
    assert words in fault(tmp_path, base(**newsletter))


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/", "http://127.0.0.1", "http://[::1]:80/x/", "https://example.org/a/"]
)
def test_base_url(tmp_path: Path, url: str) -> None:
    """Plain http is for this machine alone; no slash stays at the end."""
    assert load(tmp_path, base(base_url=url)).newsletter.base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"sources": [{"name": "a", "feed": "ftp://x"}]}, "begins with https:// or http://"),
        ({"sources": [{"name": "a", "feed": "x", "headings": {"B": "nothing"}}]}, "'B' cannot mean 'nothing'"),
        ({"sources": {"name": "a"}}, "sources: write a list"),
        ({"transport": {"kind": "pigeon"}}, "none of file, smtp, postmark, sendgrid"),
        ({"transport": {"kind": "file", "host": "x"}}, "only the kind 'smtp' has it"),
        ({"transport": {"kind": "smtp", "host": "x", "webhook_password": "x"}}, "only the kinds postmark, brevo have"),
        ({"transport": {"kind": "postmark"}}, "transport.token: it is missing"),
        ({"transport": {"kind": "postmark", "token": "a b"}}, "transport.token: write it as the provider shows it"),
        ({"transport": {"kind": "resend", "token": "t", "url": "http://api.example.org"}}, "begins with https://"),
        ({"transport": {"kind": "resend", "token": "t", "batch": 101}}, "write 100 or less"),
        ({"transport": {"kind": "mailgun", "token": "t", "domain": "a/b"}}, "write a domain name"),
        (base(bounces={"address": "a-very-long-local-part@example.org"}), "at most 18 characters"),
        (base(bounces={"address": "a+b@example.org"}), "none of them a +"),
        (base(bounces={"address": "b@example.org", "maildir": "m", "imap": IMAP}), "take maildir or imap away"),
        (base(bounces={"address": "b@example.org", "imap": {**IMAP, "tls": False}}), "never travels in the clear"),
        (base(bounces={"address": "b@example.org", "imap": {**IMAP, "folder": 'a"b'}}), "without quotes"),
        ({"transport": {"kind": "smtp", "host": "h", "password": "p"}}, "transport.username: it is missing"),
        (
            {"transport": {"kind": "smtp", "host": "h", "username": "u", "password": "p", "security": "none"}},
            "in the clear",
        ),
        ({"database": "mysql://x"}, "database: write sqlite"),
        ({"secret_key": SECRET}, "does not belong in a file"),
        ({"collect_every": 1441}, "at least once a day"),
        ({"collect_every": 0}, "at least once a day"),
        ({"topics": "~nobody-here/topics.yaml"}, "nobody of the name behind ~"),
        ({"transport": {"kind": "smtp", "host": "h", "connections": 33}}, "write 32 or less"),
        ({"transport": {"kind": "smtp", "host": "h", "connections": 0}}, "write 1 or more"),
        (
            {"transport": {"kind": "file", "limits": {"gogle": 5}}},
            "limits.gogle: there is no such key; did you mean goo",
        ),
        ({"transport": {"kind": "file", "limits": {"google": 0}}}, "transport.limits.google: "),
        ({"transport": {"kind": "file", "warm_up": {}}}, "transport.warm_up.start: it is missing"),
        ({"transport": {"kind": "file", "warm_up": {"start": 9, "factor": 1}}}, "write 1.05 or more"),
        (
            {"transports": {"a": {"kind": "file", "pth": "x"}}},
            "transports.a.pth: there is no such key; did you mean",
        ),
        ({"transports": {"a": {"kind": "file", "host": "x"}}}, "only the kind 'smtp' has it"),
        ({"transports": {"my own": {"kind": "file"}}}, "name it with small letters"),
        ({"transports": {"a": {"kind": "pigeon"}}}, "none of file, smtp, postmark"),
        ({"transports": {"a": {"kind": "smtp", "host": "h", "password": "p"}}}, "transports.a.username: it is missing"),
        ({"transports": {"a": {"kind": "file"}}, "transport": {"kind": "file"}}, "transports: there is transport, too"),
        ({"transports": [{"kind": "file"}]}, "transports: write keys below it"),
        (
            base(dkim=[{"selector": "a", "key_file": "x"}])
            | {"transports": {"a": {"kind": "smtp", "host": "h"}, "b": {"kind": "ses", "region": "r"}}},
            "newsletter.dkim: ses changes mails on the way, and our signature",
        ),
        ({"delivery": {"life_hours": 241}}, "write 240 or less"),
        ({"delivery": {"quiet_hours": "21:00"}}, "delivery.quiet_hours: write from when until when"),
        ({"delivery": {"quiet_hours": "21:00-25:00"}}, '"21:00-07:00"'),
        ({"delivery": {"quiet_hours": "07:00-07:00"}}, '"21:00-07:00"'),
        ({"selection": {"max_items": {"long": 3}}}, "selection.max_items.long: there is no such key"),
    ],
)
def test_other_faults(tmp_path: Path, data: dict[str, Any], words: str) -> None:
    """The same for the other sections, and for keys that do not fit together."""
    assert words in fault(tmp_path, {**base(), **data})


_ODD = [
    "",
    " ",
    "x",
    "\x7f",
    "~nobody-here/x",
    0,
    -1,
    10**17,
    1.5,
    True,
    None,
    [],
    [[]],
    {},
    {"a": {}},
    [{"name": []}],
    {"kind": []},
]


@pytest.mark.parametrize(
    "key", [key for key in known_keys() if "*" not in key.path], ids=lambda key: f"{key.name} {key.kind}"
)
def test_no_value_is_a_traceback(tmp_path: Path, key: Key) -> None:
    """Whatever stands under a key, it is taken or refused in plain words."""
    *above, last = key.path
    for odd in _ODD:
        data = {**base(), "transport": {**TRANSPORTS.get(key.kind, {"kind": "file"})}}
        target: dict[str, Any] = data
        for part in above:
            target = target.setdefault(part, {})
        target[last] = odd
        try:
            told = repr(load(tmp_path, data))
        except ConfigError as error:
            told = str(error)
        assert told


def test_postal_address(tmp_path: Path) -> None:
    """What is really sent needs a postal address; files do not."""
    data = base(postal_address="")
    assert load(tmp_path, data).newsletter_noun().postal_address == ""
    assert "newsletter.postal_address: it is missing" in fault(
        tmp_path, {**data, "transport": {"kind": "smtp", "host": "h"}}
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n", "digest.yaml:1: settings are keys"),
        ("a: [\n", "digest.yaml:2: this is not valid YAML"),
        ("", "newsletter: it is missing"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, words: str) -> None:
    """A file that holds no settings is refused with its line."""
    assert words in fault(tmp_path, text or "# empty\n")


def test_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file says how to make one; without a name `digest.yaml` beside us is meant, or DIGEST_CONFIG."""
    monkeypatch.chdir(tmp_path)
    for path, environ, name in (
        (None, {}, "digest.yaml"),
        (None, {"DIGEST_CONFIG": "b.yaml"}, "b.yaml"),
        (Path("c"), {}, "c"),
    ):
        with pytest.raises(ConfigError, match=f"there is no {name}: make one with `digest init`"):
            load_settings(path, environ)


def test_unreadable_files(tmp_path: Path) -> None:
    """A folder or a file in another encoding is refused by name."""
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    for name, words in (("latin.yaml", "UTF-8"), (".", "cannot be read")):
        with pytest.raises(ConfigError, match=words):
            load_settings(tmp_path / name, {})


def test_paths(tmp_path: Path) -> None:
    """Relative paths are looked for beside the file, absolute ones and urls stay."""
    data = {
        **base(),
        "database": "sqlite:///../a.db?timeout=5",
        "sources": [
            {"name": "a", "feed": "a.xml"},
            {"name": "b", "folder": "./b"},
            {"name": "c", "feed": "https://example.org/c"},
        ],
        "topics": "t.yaml",
        "templates": "/abs",
    }
    settings = load(tmp_path, data)
    feed, folder, web = settings.sources
    assert isinstance(feed, FeedSettings) and isinstance(folder, FolderSettings) and isinstance(web, FeedSettings)
    assert (feed.feed, folder.folder, web.feed) == (f"{tmp_path}/a.xml", tmp_path / "b", "https://example.org/c")
    assert (settings.topics, settings.templates) == (tmp_path / "t.yaml", Path("/abs"))
    assert settings.database == f"sqlite:///{tmp_path.parent}/a.db?timeout=5"


def test_nouns(tmp_path: Path) -> None:
    """The newsletter and its calendar as the rest of the house knows them, with what follows from other keys."""
    settings = load(
        tmp_path, base(**{"from": "digest@example.org"}, timezone="Europe/Berlin", send_on="last", accent="#ABC")
    )
    noun, calendar = settings.newsletter_noun(), settings.calendar()
    assert (noun.sender_name, noun.address, noun.accent) == ("Monthly", "digest@example.org", "#aabbcc")
    assert (noun.timezone, str(calendar.timezone), calendar.send_on) == ("Europe/Berlin", "Europe/Berlin", 31)
    assert (settings.newsletter.list_id, settings.newsletter.unsubscribe_mailto) == (
        "monthly.example.org",
        "digest@example.org",
    )
    assert noun.list_id == "monthly.example.org"


@pytest.mark.parametrize(
    ("name", "list_id"),
    [
        ("MS Research: November!", "ms-research-november.example.org"),
        ("研究", "newsletter.example.org"),
        ("a" * 99, "a" * 60 + ".example.org"),
    ],
)
def test_a_list_id_follows_from_the_name(tmp_path: Path, name: str, list_id: str) -> None:
    """The letters and digits a domain name may hold, and the From address's domain; null is as good as nothing."""
    assert load(tmp_path, base(name=name, list_id=None)).newsletter_noun().list_id == list_id


def test_a_list_id_that_is_given_stands(tmp_path: Path) -> None:
    """Whatever the newsletter is called: mail programs file by it."""
    settings = load(tmp_path, base(list_id="research.lists.example.org"))
    assert settings.newsletter_noun().list_id == "research.lists.example.org"


def test_settings_are_frozen(tmp_path: Path) -> None:
    """Nothing changes a setting once it is read."""
    settings = load(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.database = "sqlite://"


# --- the secret key --------------------------------------------------------------------------------------


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    """For files or this machine a key is made, for its owner's eyes only, and stays the same."""
    settings = load(tmp_path)
    (key,) = secret_keys(settings)
    assert secret_keys(settings) == (key,)
    assert len(key) >= 48
    assert stat.S_IMODE(settings.secret_key_file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [".digest-secret", "digest.yaml"]


def test_one_secret_when_many_ask_at_once(tmp_path: Path) -> None:
    """Processes that start together sign with one key."""
    settings = load(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(secret_keys, [settings] * 16))
    assert keys == {(settings.secret_key_file.read_bytes().strip(),)}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".digest-secret", "digest.yaml"]


def test_no_secret_is_made_for_real_sending(tmp_path: Path) -> None:
    """Where readers follow links from elsewhere the operator makes the key."""
    settings = load(tmp_path, environ={"DIGEST_TRANSPORT": SMTP})
    with pytest.raises(ConfigError, match=r"DIGEST_SECRET_KEY.*token_urlsafe"):
        secret_keys(settings)
    settings.secret_key_file.write_text(f"{SECRET}\n")
    assert secret_keys(settings) == (SECRET.encode(),)


def test_a_new_secret_stands_above_the_old(tmp_path: Path) -> None:
    """One key a line, the newest first; each must be long enough."""
    settings = load(tmp_path)
    settings.secret_key_file.write_text(f"{'n' * 40}\n\n{SECRET}\n")
    assert secret_keys(settings) == (b"n" * 40, SECRET.encode())
    settings.secret_key_file.write_text(f"{SECRET}\nshort\n")
    with pytest.raises(ConfigError, match="at least"):
        secret_keys(settings)


def test_secret_for_this_machine(tmp_path: Path) -> None:
    """Links to this very machine may be signed with a key made here, whatever carries the mail."""
    assert secret_keys(load(tmp_path, base(base_url="http://127.0.0.1:8000"), {"DIGEST_TRANSPORT": SMTP}))


@pytest.mark.parametrize("content", [b"hunter2", b"", b"\xff" * 50])
def test_bad_secrets(tmp_path: Path, content: bytes) -> None:
    """A key that is too short or no text is refused and not shown."""
    settings = load(tmp_path)
    settings.secret_key_file.write_bytes(content)
    with pytest.raises(ConfigError, match="secret key") as caught:
        secret_keys(settings)
    assert "hunter2" not in str(caught.value).replace(str(tmp_path), "")


def test_secret_without_a_folder(tmp_path: Path) -> None:
    """A place where no key can be kept is a plain error."""
    settings = load(tmp_path, {**base(), "secret_key_file": "gone/secret"})
    with pytest.raises(ConfigError, match="cannot be kept here"):
        secret_keys(settings)


# --- transports and their limits -------------------------------------------------------------------------


def test_several_transports_keep_their_order(tmp_path: Path) -> None:
    """By the names they are given; a variable reaches a key of one of them."""
    text = yaml.safe_dump(base()) + ("transports:\n  zeta: {kind: smtp, host: h, username: u}\n  alpha: {kind: file}\n")
    settings = load(tmp_path, text, {"DIGEST_TRANSPORTS__ZETA__PASSWORD": "secret"})
    assert list(settings.transports_in_order()) == ["zeta", "alpha"]
    first = settings.transports["zeta"]
    assert isinstance(first, SmtpSettings) and first.password is not None
    assert first.password.get_secret_value() == "secret"


def test_one_transport_is_called_by_its_kind(tmp_path: Path) -> None:
    """As the ledger has always called it."""
    assert list(load(tmp_path).transports_in_order()) == ["file"]


def test_a_variable_of_a_key_no_transport_has(tmp_path: Path) -> None:
    """It is refused by its name."""
    data = {**base(), "transports": {"own": {"kind": "file"}}}
    with pytest.raises(ConfigError, match="DIGEST_TRANSPORTS__OWN__PASWORD: there is no such setting"):
        load(tmp_path, data, {"DIGEST_TRANSPORTS__OWN__PASWORD": "x"})


@pytest.mark.parametrize(
    ("transport", "per_second"),
    [
        ({"kind": "file"}, None),
        ({"kind": "smtp", "host": "h"}, None),
        ({"kind": "ses", "region": "r"}, 14),
        ({"kind": "ses", "region": "r", "limits": {"google": 3}}, 14),
        ({"kind": "ses", "region": "r", "limits": {"per_second": 90}}, 90),
        ({"kind": "ses", "region": "r", "limits": {"per_second": None}}, None),
        ({"kind": "resend", "token": "t"}, 2),
        ({"kind": "resend", "token": "t", "batch": 10}, 20),
    ],
)
def test_usual_rates(tmp_path: Path, transport: dict[str, Any], per_second: float | None) -> None:
    """What a provider lets everybody have, unless the operator decides; files and servers have no limit."""
    limits = load(tmp_path, {**base(), "transport": transport}).transport.limits_noun()
    assert limits.per_second == per_second


def test_limits_reach_those_who_keep_them(tmp_path: Path) -> None:
    """Groups that are not named have none of their own."""
    limits = {"google": 5, "apple": 0.5}
    transport = {"kind": "file", "limits": limits, "warm_up": {"start": 100}}
    made = load(tmp_path, {**base(), "transport": transport}).transport.limits_noun()
    assert made.groups == {DomainGroup.GOOGLE: 5, DomainGroup.APPLE: 0.5}
    assert made.warm_up == WarmUp(start=100, factor=2, until=50_000)


# --- the documents ---------------------------------------------------------------------------------------

_ROW = re.compile(r"^\| `([^`]+)` \| (?:`(DIGEST_\w+)`)? *\| (.+?) \| .+ \|$", re.MULTILINE)


def test_every_key_is_documented() -> None:
    """The reference has every key of the schema with its variable, in the schema's order, and no other."""
    rows = [(name, variable) for name, variable, _ in _ROW.findall(DOCS)]
    assert rows == list(dict.fromkeys((key.name, key.variable) for key in known_keys()))


def test_documented_defaults(tmp_path: Path) -> None:
    """A default the reference names does nothing when it is written down."""
    data: dict[str, Any] = {}
    for name, _, default in _ROW.findall(DOCS):
        found = re.fullmatch(r"`([^`]+)`", default)
        if found and "[]" not in name and not found[1].startswith(("{", "[")):
            *above, last = name.split(".")
            target = data
            for part in above:
                target = target.setdefault(part, {})
            target[last] = yaml.safe_load(found[1])
    needed = base()["newsletter"]
    data["newsletter"].pop("bounces")
    assert len(data["newsletter"]) > 5
    data["newsletter"].update(needed)
    data["transport"] = {key: value for key, value in data["transport"].items() if key in FileSettings.model_fields}
    assert load(tmp_path, data) == load(tmp_path)


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL))
def test_documented_examples(tmp_path: Path, text: str) -> None:
    """Each example in the reference loads."""
    assert load(tmp_path, text).newsletter.name == "My Research Monthly"


def test_special_variables_are_documented() -> None:
    """The variables that are no keys are named."""
    assert all(f"| `{variable}` |" in DOCS for variable in OTHER_VARIABLES)


def test_example_file(tmp_path: Path) -> None:
    """The file `digest init` writes loads as it stands."""
    settings = load(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    assert settings.sources[0].name == "archive"


def test_example_file_names_every_key() -> None:
    """Each key but the secrets stands in the file `digest init` writes."""
    text = EXAMPLE.read_text(encoding="utf-8")
    secrets = {"secret_key", "password", "webhook_password"}
    missing = [
        key.name for key in known_keys() if key.path[-1] not in secrets and not re.search(rf"\b{key.path[-1]}:", text)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("host", "base_url", "refused"),
    [
        ("127.0.0.1", "http://localhost:8000", False),
        ("::1", "http://localhost:8000", False),
        ("0.0.0.0", "http://localhost:8000", True),
        ("192.0.2.1", "http://localhost:8000", True),
        ("0.0.0.0", "https://news.example.org", False),
    ],
)
def test_pages_for_others_need_https(tmp_path: Path, host: str, base_url: str, refused: bool) -> None:
    """What is bound to anything but this very machine must be reached by https."""
    text = f"newsletter: {{name: A, from: a@example.org, base_url: '{base_url}'}}\nweb: {{host: '{host}'}}\n"
    if not refused:
        assert load(tmp_path, text).web.host == host
        return
    with pytest.raises(ConfigError, match=r"web\.host: pages that others reach"):
        load(tmp_path, text)
