from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import InputError
from digest.models import Cadence, Consent, Length, PartOfDay, Profile, Subscriber, SubscriberStatus
from digest.subscribers import (
    COLUMNS,
    KEYS,
    LONGEST_NAME,
    Read,
    check_address,
    read_subscribers,
    read_subscribers_csv,
    read_subscribers_yaml,
    write_subscribers_csv,
    write_subscribers_yaml,
)
from tests.factories import a_subscriber

TOPICS = ("treatments", "mri", "vision", "fatigue-sleep", "lab-animal")
TERMS: dict[str, Any] = {
    "topics": TOPICS,
    "default_cadence": Cadence.MONTHLY,
    "cadences": (Cadence.MONTHLY, Cadence.QUARTERLY),
}
CONSENT = "consent: {at: 2026-01-02, method: paper form}"
EXAMPLE = Path(__file__).parents[2] / "subscribers.example.yaml"


def from_yaml(text: str) -> Read:
    return read_subscribers_yaml(text, "s.yaml", **TERMS)


def from_csv(text: str) -> Read:
    return read_subscribers_csv(text, "s.csv", **TERMS)


def one(*keys: str) -> Read:
    """A file of one reader with a consent and these keys, from line 4 on."""
    return from_yaml(
        "\n".join(["subscribers:", "- email: ada@example.org", f"  {CONSENT}", *(f"  {key}" for key in keys)])
    )


def told(read: Read) -> str:
    return "\n".join(f"{problem.place}: {problem.message}" for problem in read.problems)


def test_every_key() -> None:
    """Each key of an entry reaches the subscriber, who knows their line."""
    read = from_yaml("""
subscribers:
  - email: Ada@Example.ORG
    name: Ada Example
    interests: [vision, mri]
    mutes: [lab-animal]
    cadence: quarterly
    length: brief
    language: pt-BR
    role: nurse
    paused_until: 2026-05-01
    status: active
    consent: {at: 2026-01-02T10:00:00+01:00, method: double-opt-in, text_version: 3}
    quiet_note: true
    timezone: Europe/Berlin
    weekday: Saturday
    part_of_day: morning
""")
    assert read.problems == ()
    assert read.subscribers[0].line == 3
    profile = Profile(
        interests=("vision", "mri"), mutes=frozenset({"lab-animal"}), length=Length.BRIEF, quiet_note=True
    )
    assert read.subscribers[0].subscriber == Subscriber(
        address="Ada@example.org",
        name="Ada Example",
        profile=profile,
        cadence=Cadence.QUARTERLY,
        language="pt-BR",
        role="nurse",
        paused_until=date(2026, 5, 1),
        status=SubscriberStatus.ACTIVE,
        timezone="Europe/Berlin",
        weekday=5,
        part_of_day=PartOfDay.MORNING,
        consent=Consent(at=datetime(2026, 1, 2, 9, tzinfo=UTC), method="double-opt-in", text_version="3"),
    )


def test_defaults() -> None:
    """An address and a consent are enough."""
    assert one().subscribers[0].subscriber == Subscriber(
        address="ada@example.org",
        status=SubscriberStatus.ACTIVE,
        consent=Consent(at=datetime(2026, 1, 2, tzinfo=UTC), method="paper form"),
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("mute: [mri]", "mute: there is no such key; did you mean mutes?"),
        ("cadence: fortnightly", "'fortnightly' is none of weekly, monthly, quarterly"),
        ("cadence: 3", "none of"),
        ("length: breif", "did you mean brief?"),
        ("language: english language", "language tag"),
        ("language: [en]", "language tag"),
        ("status: gone", "none of unconfirmed, active, unsubscribed"),
        ("paused_until: 2026-02-30", "this is no day"),
        ("paused_until: 2026-02-03T10:00:00Z", "a day without a time"),
        ("paused_until: 3", "a day without a time"),
        ("quiet_note: perhaps", "true or false"),
        ("timezone: Berlin", "there is no time zone 'Berlin'; did you mean Europe/Berlin?"),
        ("timezone: 2", "there is no time zone '2'"),
        ("timezone: ../etc/passwd", "there is no time zone"),
        ("weekday: saterday", "did you mean saturday?"),
        ("weekday: 7", "is none of monday, tuesday"),
        ("part_of_day: night", "is none of morning, afternoon, evening"),
        ("interests: [fatige-sleep]", "none of them is known"),
        ("interests: {mri: true}", "a list of topic ids"),
        ("interests: [3]", "a list of topic ids"),
        ("mutes: 7", "a list of topic ids"),
        ("name: 7", "put it in quotes"),
        ("role: [a]", "put it in quotes"),
    ],
)
def test_bad_rows_are_left_out(key: str, words: str) -> None:
    """A row that cannot be read right is left out, with its line and what to write."""
    read = one(key)
    assert read.subscribers == ()
    assert "s.yaml:4: " in told(read)
    assert words in told(read)
    assert "left out" in told(read)


@pytest.mark.parametrize(
    "consent",
    [
        "yes",
        "{at: 2026-01-02}",
        "{method: form}",
        "{at: 2026-01-02T10:00:00, method: form}",
        "{at: soon, method: form}",
        "{at: 0001-01-01T00:00:00+01:00, method: form}",
        "{at: 2026-01-02, method: ' '}",
        "{at: 2026-01-02, method: form, text_version: 1.2}",
        "{at: 2026-01-02, method: form, ip: 127.0.0.1}",
    ],
)
def test_consent_that_proves_nothing(consent: str) -> None:
    """A consent needs an instant and a way; without them the row is left out."""
    read = from_yaml(f"subscribers:\n- email: ada@example.org\n  consent: {consent}\n")
    assert read.subscribers == ()
    assert len(read.problems) == 1
    assert told(read).startswith("s.yaml:3: consent: ")


@pytest.mark.parametrize("status", ["", "  status: active\n", "  status: subscribed\n"])
def test_no_mail_without_consent(status: str) -> None:
    """Whoever is active without consent goes in as unconfirmed, and that is said."""
    read = from_yaml(f"subscribers:\n- email: ada@example.org\n{status}")
    assert read.subscribers[0].subscriber.status is SubscriberStatus.UNCONFIRMED
    assert "goes in unconfirmed" in told(read)


@pytest.mark.parametrize("status", ["unconfirmed", "unsubscribed", "bounced"])
def test_nothing_to_say_about_those_not_mailed(status: str) -> None:
    """A row that asks for no mail needs no consent."""
    read = from_yaml(f"subscribers:\n- email: ada@example.org\n  status: {status}\n")
    assert read.problems == ()
    assert read.subscribers[0].subscriber.status is not SubscriberStatus.ACTIVE


def test_unknown_interest() -> None:
    """An unknown interest is reported with the nearest known one, and the others count."""
    read = one("interests: [MRI, visoin, mri]")
    assert read.subscribers[0].subscriber.profile.interests == ("mri",)
    assert told(read) == "s.yaml:4: interests: there is no topic 'visoin'; did you mean vision?"


@pytest.mark.parametrize(
    "terms",
    [{"default_cadence": Cadence.QUARTERLY}, {"topics": ("mri",)}, {"default_language": "de"}],
    ids=["another default", "a topic that is gone", "another language"],
)
def test_a_row_is_the_same_whatever_we_offer(terms: dict[str, Any]) -> None:
    """What a row says is its own: neither its file nor our settings make it another one."""
    text = "subscribers:\n- {email: ada@example.org, interests: [mri, vision]}"
    (first,) = from_yaml(text).subscribers
    (again,) = read_subscribers_yaml(text, "other.yaml", **{**TERMS, **terms}).subscribers
    assert again.fingerprint == first.fingerprint


@pytest.mark.parametrize("key", ["name: Ada", "paused_until: 2027-01-01", "interests: [vision]", "status: active"])
def test_a_row_is_another_one_when_it_says_something_else(key: str) -> None:
    """Each key counts."""
    (first,), (other,) = one().subscribers, one(key).subscribers
    assert first.fingerprint != other.fingerprint and first.fingerprint == one("").subscribers[0].fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "email,name,cadence,interests,language\nbob@example.org,Smith, ada@example.org,eve@example.org,en\n",
        "email,interests\nbob@example.org,ada@example.org\n",
        "email,weekday\nbob@example.org,ada@example.org\n",
        "email,timezone\nbob@example.org,ada@example.org\n",
        "email,part_of_day\nbob@example.org,ada@example.org\n",
        "email,ada@example.org\nbob@example.org,x\n",
    ],
)
def test_no_report_shows_an_address(text: str) -> None:
    """Also where columns slipped, so that one stands where something else should."""
    read = from_csv(text)
    assert read.problems and "example.org" not in told(read)


def test_a_key_that_is_an_address_is_not_shown() -> None:
    """A colon too many makes a key of it."""
    read = from_yaml("subscribers:\n- {email: bob@example.org, ada@example.org: x}")
    assert "no such key" in told(read) and "example.org" not in told(read)


def test_wanted_and_muted() -> None:
    """A topic both wanted and muted is reported."""
    assert "mri is both wanted and muted" in told(one("interests: [mri, vision]", "mutes: [mri]"))


def test_cadence_not_offered() -> None:
    """Nobody is put on a cadence that never comes."""
    read = one("cadence: weekly")
    assert read.subscribers[0].subscriber.cadence is Cadence.MONTHLY
    assert "weekly is not offered" in told(read)


@pytest.mark.parametrize(
    ("key", "chosen"),
    [
        ("cadence: ' Quarterly '", lambda one: one.cadence is Cadence.QUARTERLY),
        ("length: FULL", lambda one: one.profile.length is Length.FULL),
        ("quiet_note: 'on'", lambda one: one.profile.quiet_note),
        ("quiet_note: 'No'", lambda one: not one.profile.quiet_note),
        ("status: Cleaned", lambda one: one.status is SubscriberStatus.UNSUBSCRIBED),
        ("status: pending", lambda one: one.status is SubscriberStatus.UNCONFIRMED),
        ("paused_until: '2026-05-01'", lambda one: one.paused_until == date(2026, 5, 1)),
        ("interests: 'mri; Vision|mri'", lambda one: one.profile.interests == ("mri", "vision")),
        ("language: zh-Hant-TW", lambda one: one.language == "zh-Hant-TW"),
    ],
)
def test_other_spellings(key: str, chosen: Any) -> None:
    """What other programs and hasty fingers write is understood where it can mean but one thing."""
    read = one(key)
    assert read.problems == ()
    assert chosen(read.subscribers[0].subscriber)


def test_a_language_of_one_s_own() -> None:
    """Readers who name none read the newsletter's."""
    text = f"subscribers:\n- {{email: a@example.org, {CONSENT}}}\n- {{email: b@example.org, language: fr, {CONSENT}}}\n"
    read = read_subscribers_yaml(text, "s.yaml", **TERMS, default_language="de")
    assert [row.subscriber.language for row in read.subscribers] == ["de", "fr"]


@pytest.mark.parametrize(
    ("name", "cleaned", "words"),
    [
        ('"Ada\\r\\nBcc: evil@example.com"', "Ada Bcc: evil@example.com", "taken out"),
        ('"Ada\\u202Egro"', "Adagro", "taken out"),
        ('"Ada\\u2028Lovelace"', "Ada Lovelace", "taken out"),
        (f'"{"x" * 300}"', "x" * LONGEST_NAME, "only the first 120"),
        ('" Ada "', "Ada", ""),
        ('"Adá"', "Adá", ""),
        ('"Dr. <b>Bob</b>"', "Dr. <b>Bob</b>", ""),
        ('"李雷"', "李雷", ""),
    ],
)
def test_names(name: str, cleaned: str, words: str) -> None:
    """Names become one line of visible text; what was taken out is said."""
    read = one(f"name: {name}")
    assert read.subscribers[0].subscriber.name == cleaned
    assert words in told(read)
    assert bool(read.problems) == bool(words)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@example.org", "ada@example.org"),
        (" Ada.B+news@Example.ORG ", "Ada.B+news@example.org"),
        ("o'hara@example.org", "o'hara@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@Straße.example", "ada@xn--strae-oqa.example"),
        ("ada@βόλος.example", "ada@xn--nxasmm1c.example"),
        ("ada@\uff25xample\u3002org", "ada@example.org"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("zoë@Example.org", "zoë@example.org"),
        ("zoe\u0308@bücher.example", "zoë@xn--bcher-kva.example"),
        ("почта@example.org", "почта@example.org"),
        ("संपर्क@example.org", "संपर्क@example.org"),
        ("用户.2@example.org", "用户.2@example.org"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    """What RFC 5321 and RFC 6531 let be mailed passes, its domain in ASCII."""
    assert check_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@localhost",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "ada@example..org",
        "ada@-example.org",
        "ada@exa_mple.org",
        "ada@exa\u200dmple.org",
        "ada@☺.example",
        "ada@example.org.",
        ".ada@example.org",
        "ada.@example.org",
        "a..b@example.org",
        '"ada b"@example.org',
        "ada b@example.org",
        "ada@b@example.org",
        "Ada <ada@example.org>",
        "ada@example.org\r\nBcc: x@example.org",
        "ada@example.org, bela@example.org",
        "\u0430da@example.org",
        "zoë\u202e@example.org",
        "zo\u200bë@example.org",
        "zoë\u3000b@example.org",
        "\ud800@example.org",
        "☺@example.org",
        "ë" * 33 + "@example.org",
        "a" * 65 + "@example.org",
        "ada@" + "a" * 64 + ".org",
        "ada@" + ".".join(["a" * 60] * 5) + ".org",
        "a" * 60 + "@" + ".".join(["b" * 48] * 4) + ".example",
    ],
)
def test_no_addresses(text: str) -> None:
    """What cannot be mailed is refused, and the reason does not show it."""
    with pytest.raises(ValueError, match=r".") as caught:
        check_address(text)
    assert text.count("@") != 1 or text == "@example.org" or text not in str(caught.value)


def readers(*addresses: str) -> Read:
    return from_yaml("subscribers:\n" + "".join(f"- {{email: '{address}', {CONSENT}}}\n" for address in addresses))


def test_duplicates() -> None:
    """Of two spellings of one address the first counts, and the second is reported."""
    read = readers("ada@example.org", "bela@example.org", "ADA@Example.org")
    assert [row.line for row in read.subscribers] == [2, 3]
    assert told(read).startswith("s.yaml:4: email: the same address stands on line 2")


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (("ada@example.org", "ada+news@example.org"), "looks like the one on line 2"),
        (("a.d.a@example.org", "ada@example.org"), "looks like the one on line 2"),
        (("ada1@example.org", "adal@example.org"), "looks like the one on line 2"),
        (("ada@example.org", "ada@ex\u0430mple.org"), "looks like the one on line 2"),
        (("ada@ex\u0430mple.org",), "different alphabets"),
        (("ada@gmial.com",), "looks like a slip of gmail.com"),
        (("ada@gmail.con",), "looks like a slip of gmail.com"),
        (("ada@gmai.com",), "looks like a slip of gmail.com"),
        (("ada@gmaill.com",), "looks like a slip of gmail.com"),
        (("ada@hotmsil.com",), "looks like a slip of hotmail.com"),
        (("ada@gmai1.com",), "looks like a slip of gmail.com"),
    ],
)
def test_look_alikes(addresses: tuple[str, ...], words: str) -> None:
    """What looks like a slip, a trick or the same person twice goes in, and is reported without the address."""
    read = readers(*addresses)
    assert len(read.subscribers) == len(addresses)
    assert words in told(read)
    assert "ada" not in told(read)


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "ymail.com",
        "mail.com",
        "yahoo.de",
        "hotmail.co.uk",
        "bücher.example",
        "москва.example",
        "xn--0.example",
    ],
)
def test_what_is_right_is_not_reported(domain: str) -> None:
    """Real domains near big ones, and domains of one alphabet, pass in silence."""
    assert readers(f"ada@{domain}").problems == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("- email: a@example.org\n", "s.yaml:1"),
        ("text", "s.yaml:1"),
        ("\nreaders: []\n", "s.yaml:2"),
        ("subscribers: {a: b}\n", "s.yaml:1"),
        ("subscribers:\n- {email: a\n", "s.yaml:3"),
    ],
)
def test_files_that_are_none(text: str, place: str) -> None:
    """A file that is not a list of subscribers is refused as a whole."""
    with pytest.raises(InputError) as caught:
        from_yaml(text)
    assert caught.value.place == place


@pytest.mark.parametrize("key", KEYS)
def test_no_value_is_a_traceback(key: str) -> None:
    """Whatever stands under a key, the row goes in or is reported, and the next one goes in."""
    odd = [
        "''",
        "x",
        "'\\x7f'",
        "0",
        "10.5",
        "true",
        "~",
        "[]",
        "[[]]",
        "{}",
        "[{a: b}]",
        "{at: []}",
        "2026-01-02",
        "0001-01-01",
    ]
    for value in odd:
        given = {"email": "ada@example.org", "consent": "{at: 2026-01-02, method: form}", key: value}
        row = ", ".join(f"{each}: {text}" for each, text in given.items())
        read = from_yaml(f"subscribers:\n- {{{row}}}\n- {{email: bela@example.org, {CONSENT}}}\n")
        assert read.subscribers[-1].line == 3
        assert len(read.subscribers) == 2 or "s.yaml:2: " in told(read)


def test_good_rows_go_in_beside_bad_ones() -> None:
    """A bad row stops nobody else."""
    read = from_yaml(f"subscribers:\n- 3\n- email: x\n- {{email: a@example.org, {CONSENT}}}\n- {{}}\n")
    assert [row.line for row in read.subscribers] == [4]
    assert [problem.place for problem in read.problems if "left out" in problem.message] == [
        "s.yaml:2",
        "s.yaml:3",
        "s.yaml:5",
    ]


@pytest.mark.parametrize("text", ["", "subscribers:\n", "subscribers: []\n"])
def test_nobody(text: str) -> None:
    """An empty file has nobody in it."""
    assert from_yaml(text) == Read()


# --- csv -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "email,name,interests\nada@example.org,Ada B,mri;vision\n",
        "\ufeffEmail;Name;Interests\r\nada@example.org;Ada B;mri, vision\r\n",
        'E-mail address\tFirst Name\tLast name\tTopics\nada@example.org\tAda\tB\t"mri,vision"\n',
        "EMAIL_ADDRESS|Full Name|interests\nada@example.org|Ada B|mri;vision\n",
        'email,name,interests\rada@example.org,Ada B,"mri|vision"\r',
        '\nemail,name,interests\n\n,,\nada@example.org,Ada B,"mri, vision",,\n',
    ],
)
def test_csv_dialects(text: str) -> None:
    """Separators, line ends, a byte order mark and other programs' headers all read alike."""
    subscriber = from_csv(text).subscribers[0].subscriber
    assert (subscriber.address, subscriber.name) == ("ada@example.org", "Ada B")
    assert subscriber.profile.interests == ("mri", "vision")


def test_csv_lines() -> None:
    """A report names the line its row begins on, whatever line breaks the cells before hold."""
    read = from_csv('email,name\n"a@example.org","A\nB"\nwrong,B\nc@example.org,C,D\n')
    assert [row.line for row in read.subscribers] == [2]
    refused = [problem.place for problem in read.problems if "left out" in problem.message]
    assert refused == ["s.csv:4", "s.csv:5"]


def test_csv_columns_that_are_not_read() -> None:
    """Columns of other programs are named once and left alone."""
    read = from_csv("email,Member Rating,quiet_note,consent_at,consent_method\na@example.org,5,yes,2026-01-02,form\n")
    assert told(read) == "s.csv:1: these columns are not read: 'Member Rating'"
    assert read.subscribers[0].subscriber.profile.quiet_note


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAda\n", "none of them is called email"),
        ("email,e-mail\na,b\n", "two columns mean email"),
        ("email,paused_untill\na@example.org,2099-01-01\n", "did you mean paused_until?"),
    ],
)
def test_csv_files_that_are_none(text: str, words: str) -> None:
    """A header that would make rows mean something else stops the file."""
    with pytest.raises(InputError, match=r"s\.csv:1: ") as caught:
        from_csv(text)
    assert words in str(caught.value)


def test_csv_open_quote() -> None:
    """A quotation mark that is never closed is reported where it begins; the rows before go in."""
    read = from_csv('email\na@example.org\n"b@example.org\nc@example.org\n')
    assert [row.line for row in read.subscribers] == [2]
    assert "s.csv:3: the quotation marks" in told(read)


# --- out and in ------------------------------------------------------------------------------------------

_WORDS = st.text(st.sampled_from("ab =+-@'\"\t;,|:#é李"), max_size=12).map(lambda text: " ".join(text.split()))
_SUBSCRIBERS = st.builds(
    a_subscriber,
    st.sampled_from(["ada@example.org", "=ada@example.org", "+a@example.org", "'a@example.org", "-@example.org"]),
    name=_WORDS,
    role=_WORDS,
    profile=st.builds(
        Profile,
        interests=st.lists(st.sampled_from(TOPICS[:3]), unique=True).map(tuple),
        mutes=st.frozensets(st.sampled_from(TOPICS[3:])),
        length=st.sampled_from(Length),
        quiet_note=st.booleans(),
    ),
    cadence=st.sampled_from([Cadence.MONTHLY, Cadence.QUARTERLY]),
    timezone=st.sampled_from(["", "Europe/Berlin", "America/Sao_Paulo"]),
    weekday=st.none() | st.integers(0, 6),
    part_of_day=st.none() | st.sampled_from(PartOfDay),
    paused_until=st.none() | st.dates(),
    status=st.sampled_from(SubscriberStatus),
)


@given(_SUBSCRIBERS)
def test_yaml_round_trip(subscriber: Subscriber) -> None:
    """What is written as YAML reads back the same."""
    read = from_yaml(write_subscribers_yaml([subscriber]))
    assert [row.subscriber for row in read.subscribers] == [subscriber]
    assert read.problems == ()


@given(_SUBSCRIBERS)
def test_csv_round_trip(subscriber: Subscriber) -> None:
    """What is written as CSV reads back the same, guarded cells too."""
    read = from_csv(write_subscribers_csv([subscriber]))
    assert [row.subscriber for row in read.subscribers] == [subscriber]
    assert read.problems == ()


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@SUM(A1)", "\uff1dcmd()", "'=cmd()"])
def test_formulas(name: str) -> None:
    """No cell begins as a formula does in a spreadsheet."""
    written = write_subscribers_csv([a_subscriber(name=name)])
    assert f",'{name}," in written


def test_files(tmp_path: Path) -> None:
    """The ending says how a file is read."""
    for ending, text in (("csv", "email\na@example.org\n"), ("yml", "subscribers:\n- email: a@example.org\n")):
        path = tmp_path / f"readers.{ending}"
        path.write_text(text, encoding="utf-8-sig")
        assert len(read_subscribers(path, **TERMS).subscribers) == 1


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is missing or no text is refused by its name."""
    (tmp_path / "latin.csv").write_bytes(b"email,name\na@example.org,Andr\xe9\n")
    for name, words in (("latin.csv", "UTF-8"), ("gone.yaml", "No such file")):
        with pytest.raises(InputError, match=words):
            read_subscribers(tmp_path / name, **TERMS)


# --- the example -----------------------------------------------------------------------------------------


def test_example_parses() -> None:
    """The example goes in whole, without a report."""
    topics = {
        topic
        for entry in yaml.safe_load(EXAMPLE.read_text())["subscribers"]
        for topic in (*entry.get("interests", ()), *entry.get("mutes", ()))
    }
    read = read_subscribers(EXAMPLE, topics=topics, default_cadence=Cadence.MONTHLY, cadences=tuple(Cadence))
    assert read.problems == ()
    assert len(read.subscribers) == 6


def test_example_shows_every_key() -> None:
    """The example's first entry holds each key there is, and CSV has a column for each."""
    first = yaml.safe_load(EXAMPLE.read_text())["subscribers"][0]
    assert set(first) == set(KEYS)
    assert {column.removesuffix("_at") if column == "consent_at" else column for column in COLUMNS} >= set(KEYS)
