"""Messages: the bytes on the wire, their headers, and what nobody can smuggle into them."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import timedelta, timezone
from email import policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edition import make_edition
from digest.errors import InputError
from digest.international import with_ascii_domain
from digest.message import HEADERS, Composer, header_text
from digest.message.quoted import decoded, encoded, encoded_plain
from digest.models import Length, Message, Selection
from tests.sample_issue import (
    DATE,
    MAILS,
    NAMES,
    a_pool,
    a_selection,
    an_addressee,
    first,
    golden_messages,
    many,
)
from tests.unit.mail_parts import canonical

POOL = a_pool()
COMPOSER = Composer(POOL, date=DATE)
EDITION = make_edition(POOL, a_selection())

SMUGGLED = (
    "x\r\nBcc: evil@example.org",
    "x\nBcc: evil@example.org",
    "x\u2028Bcc: evil@example.org",
    "x\x85Bcc: evil@example.org\x0b\x0cBcc: evil@example.org\x00",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=3D0D=3D0ABcc=3A_x=3F=3D?= =?utf-8?b?DQpCY2M6?=",
    "x =?utf-8?q?=0D=0ABcc=3A_evil=40example.org?=",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=",
    'Ada" <evil@example.org>, "x',
    "Łukasz, evil@example.org" + "x" * 300,
    "ü" * 200 + "\r\nBcc: evil@example.org",
)


def parsed(message: Message | bytes) -> EmailMessage:
    data = message if isinstance(message, bytes) else message.data
    return cast("EmailMessage", email.message_from_bytes(data, policy=policy.default))


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def compose(**addressee: str) -> Message:
    return COMPOSER.compose(EDITION, an_addressee(**addressee))


# --- headers ---------------------------------------------------------------------------------------------


def test_the_headers_are_the_promised_ones_and_no_others() -> None:
    """Every header once, in order."""
    assert tuple(parsed(compose()).keys()) == HEADERS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("From", "MS Research Monthly <digest@example.org>"),
        ("To", "ada@example.org"),
        ("Subject", "November 2026: 3 new research summaries for you"),
        ("Date", "Tue, 01 Dec 2026 08:00:00 +0000"),
        ("Message-ID", "<mfrggzdfmztwq2lk@example.org>"),
        ("List-ID", "<digest.example.org>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
    ],
)
def test_each_header_says(name: str, value: str) -> None:
    """What stands in each header of an ordinary mail."""
    assert parsed(compose())[name] == value


def test_a_newsletter_may_name_its_list() -> None:
    """What the newsletter says stands there, in place of what its address would make."""
    named = Composer(a_pool(list_id="research.lists.example.org"), date=DATE).compose(EDITION, an_addressee())
    assert parsed(named)["List-ID"] == "<research.lists.example.org>"


@pytest.mark.parametrize(
    "attack", ["a.example\r\nBcc: x@example.org", "a b.example", "a>.example", "a=?utf-8?q?b?=", "ä.example"]
)
def test_no_list_id_begins_a_header(attack: str) -> None:
    """One that cannot stand in a header stops the issue before anybody is mailed."""
    with pytest.raises(InputError, match="List-ID"):
        Composer(a_pool(list_id=attack), date=DATE)


def test_list_unsubscribe_is_never_encoded() -> None:
    """A long link stays one link (RFC 2369, RFC 8058), followed by the mailto."""
    url = "https://digest.example.org/unsubscribe/" + "a1B2-_." * 60
    raw = compose(unsubscribe_url=url).data.split(b"\r\n\r\n")[0]
    assert f"List-Unsubscribe: <{url}>,\r\n <mailto:unsubscribe@example.org?subject=".encode() in raw


def test_feedback_id_has_four_fields_and_no_reader() -> None:
    """Complaint reports group by issue; two readers share the value."""
    one, other = (parsed(compose(address=address))["Feedback-ID"] for address in ("a@example.org", "b@example.org"))
    assert one == other and len(one.split(":")) == 4 and "multiple" not in one.lower()


def test_the_date_is_in_utc() -> None:
    """Another zone of the same instant makes the same bytes."""
    moved = Composer(POOL, date=DATE.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert moved.compose(EDITION, an_addressee()) == compose()


@pytest.mark.parametrize("attack", SMUGGLED)
def test_no_subject_begins_a_header(attack: str) -> None:
    """An editor's or feed's words stay inside the subject, read by the old and the new parser."""
    message = COMPOSER.compose(replace(EDITION, key=attack, subject=attack), an_addressee())
    for rules in (policy.default, policy.compat32):
        assert tuple(email.message_from_bytes(message.data, policy=rules).keys()) == HEADERS


@pytest.mark.parametrize("attack", SMUGGLED)
def test_a_subject_survives_writing_it_again(attack: str) -> None:
    """A relay that parses and refolds the message makes no new header and no new recipient of it."""
    message = parsed(COMPOSER.compose(replace(EDITION, key=attack, subject=attack), an_addressee()))
    again = parsed(message.as_bytes())
    assert tuple(again.keys()) == HEADERS and [one.addr_spec for one in again["To"].addresses] == ["ada@example.org"]


@pytest.mark.parametrize("attack", SMUGGLED)
def test_no_sender_name_begins_a_header(attack: str) -> None:
    """One sender, whatever the newsletter is called."""
    composer = Composer(a_pool(sender_name=attack), date=DATE)
    message = parsed(parsed(composer.compose(EDITION, an_addressee())).as_bytes())
    assert tuple(message.keys()) == HEADERS
    assert [one.addr_spec for one in message["From"].addresses] == ["digest@example.org"]


@pytest.mark.parametrize("attack", SMUGGLED)
def test_a_reader_s_name_stays_in_the_body(attack: str) -> None:
    """Names are never written into a header."""
    head = compose(name=attack).data.split(b"\r\n\r\n")[0]
    assert head == compose().data.split(b"\r\n\r\n")[0]


@pytest.mark.parametrize("text", ["plain", "Ärzte und MS", "日本語" * 30, "a =?utf-8?q?b?= c", 'q"uo\\te', "x" * 1500])
def test_words_come_back_from_a_header(text: str) -> None:
    """What is written is what is read, in lines of lawful length."""
    value = header_text("Subject", text)
    assert max(map(len, value.split("\r\n"))) <= 990 and value.isascii()
    assert parsed(f"Subject: {value}\r\n\r\n".encode())["Subject"] == text


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "ada@example.org\r\nBcc: evil@example.org"},
        {"address": "ada@example.org, evil@example.org"},
        {"address": "=?utf-8?q?x?=@example.org"},
        {"address": '"a b"@example.org'},
        {"address": "ada@exa☺mple.org"},
        {"address": ""},
        {"message_id": "<a b@example.org>"},
        {"message_id": "a@example.org"},
        {"unsubscribe_url": "https://x.example.org/>, <https://evil.example.org/"},
        {"unsubscribe_url": "javascript:alert(1)"},
        {"unsubscribe_mailto": "mailto:u@example.org\r\nBcc: evil@example.org"},
    ],
)
def test_what_cannot_stand_in_a_header_is_refused(wrong: dict[str, str]) -> None:
    """That one message is an error; its words do not repeat the address."""
    with pytest.raises(InputError) as caught:
        compose(**wrong)
    assert "example.org" not in str(caught.value)


def test_a_domain_may_have_any_letters() -> None:
    """An address in an international domain is written in its ASCII form, the recipient as it is stored."""
    message = compose(address="ada@bücher.example.org")
    assert parsed(message)["To"] == "ada@xn--bcher-kva.example.org" and message.recipient == "ada@bücher.example.org"
    assert parsed(compose(address="ada@straße.example.org"))["To"] == "ada@xn--strae-oqa.example.org"


@pytest.mark.parametrize("address", ["zoë@bücher.example.org", "用户@example.org", "संपर्क@example.org"])
def test_an_address_beyond_ascii_is_written_as_it_is(address: str) -> None:
    """In UTF-8 (RFC 6532), its domain in ASCII, and nothing else of the message is beyond ASCII."""
    message = compose(address=address)
    local, _, domain = with_ascii_domain(address).rpartition("@")
    lines = message.data.split(b"\r\n")
    assert [line for line in lines if not line.isascii()] == [f"To: {local}@{domain}".encode()]
    assert not message.is_plain and compose().is_plain
    assert address in body(parsed(message), "plain")


@pytest.mark.parametrize("address", ["zoë\u202e@example.org", "zoë\u2028@example.org", "zoë\nBcc: x@example.org"])
def test_an_address_beyond_ascii_begins_no_header(address: str) -> None:
    """Nor does it turn around what stands behind it."""
    with pytest.raises(InputError, match="address"):
        compose(address=address)


# --- bodies ----------------------------------------------------------------------------------------------


def test_a_preview_is_the_message() -> None:
    """What an editor sees is what the bytes say, in both forms."""
    message, reader = parsed(compose()), an_addressee()
    assert body(message, "plain") == COMPOSER.text(EDITION, reader)
    assert body(message, "html") == COMPOSER.html(EDITION, reader)


def test_the_same_arguments_make_the_same_bytes() -> None:
    """A retry, also by another process, sends what the first attempt sent."""
    assert Composer(a_pool(), date=DATE).compose(EDITION, an_addressee()) == compose() == compose()


@pytest.mark.parametrize(
    "name", ["Ada", "李雷", "x" * 3000, "a=b =20 .", "=?utf-8?q?x?=", "\r\n.\r\n", "--=_digest--", "." * 999]
)
def test_every_line_is_lawful(name: str) -> None:
    """CRLF alone, at most 998 octets, ASCII (RFC 5322, 2.1.1), no dot to be doubled, whatever the reader is called."""
    message = compose(name=name)
    data = message.data
    assert message.is_plain and b"\n." not in data and data.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[^\x00-\x7f]", data)
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert len(list(parsed(data).iter_parts())) == 2


@given(
    st.lists(
        st.text()
        | st.integers(70, 80).map("x".__mul__)
        | st.integers(20, 30).map("é".__mul__)
        | st.integers(70, 80).map(lambda count: "x" * count + "  \n")
        | st.integers(70, 80).map(lambda count: ".\n" + "x" * count + "...")
        | st.integers(70, 80).map(lambda count: "." * count)
    )
)
def test_encoded_words_may_be_joined(words: list[str]) -> None:
    """Pieces encoded apart decode to the words in one, in lines of at most 76 octets, none of which a dot begins."""
    words = [re.sub(r"[\r\ud800-\udfff]", "", word) for word in words]
    joined = b"".join(map(encoded, words))
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    assert parsed(head + joined).get_payload(decode=True) == "".join(words).replace("\n", "\r\n").encode()
    assert all(len(line) <= 76 and not line.startswith(b".") for line in joined.split(b"\r\n"))


@given(st.text("x.", max_size=300))
def test_plain_words_are_encoded_the_same_way(words: str) -> None:
    """They say the same, in lines of at most 76 octets, none of which a dot begins."""
    lines = encoded_plain(words.encode())
    assert decoded([lines]) == words
    assert all(len(line) <= 76 and not line.startswith(b".") for line in lines.split(b"\r\n"))


def test_values_are_escaped_for_html_alone() -> None:
    """A name is text in both forms."""
    message = parsed(compose(name="<b>Bob</b> & Co"))
    assert "Hello &lt;b&gt;Bob&lt;/b&gt; &amp; Co," in body(message, "html")
    assert "Hello <b>Bob</b> & Co," in body(message, "plain")


def test_links_are_the_readers_own() -> None:
    """Each reader's links stand in both forms, and nobody else's."""
    message = parsed(compose(preferences_url="https://digest.example.org/p/one?a=1&b=2"))
    assert 'href="https://digest.example.org/p/one?a=1&amp;b=2"' in body(message, "html")
    assert "\nhttps://digest.example.org/p/one?a=1&b=2\n" in body(message, "plain")
    assert b"/p/one" not in compose().data


def test_the_web_only_has_to_carry_little() -> None:
    """Twelve ordinary items stay well below the 102 KB at which Gmail clips, at the longest form too."""
    pool = a_pool(many(12))
    composer = Composer(pool, date=DATE)
    for length in Length:
        html = composer.html(make_edition(pool, first(12, length)), an_addressee())
        assert len(html.encode()) < 70_000
        assert sum(map(len, re.findall(r"(?s)<style.*?</style>", html))) < 16_000


def test_many_editions_do_not_pile_up() -> None:
    """Only a few laid-out editions are kept, and one that was dropped comes out the same."""
    composer = Composer(POOL, date=DATE)
    before = composer.compose(EDITION, an_addressee())
    for number in range(100):
        composer.compose(replace(EDITION, key=str(number)), an_addressee())
    assert composer.compose(EDITION, an_addressee()) == before and len(composer._ready) <= 64


def test_what_was_composed_before_changes_nothing() -> None:
    """Whatever of other editions is kept, in whichever order they came, a message is that of a fresh composer."""
    chosen = [replace(a_selection(length), general=general) for length in Length for general in (False, True)]
    chosen += [trimmed(one) for one in chosen] + [alone(one) for one in chosen]
    editions = [make_edition(POOL, one) for one in chosen]
    fresh = [Composer(POOL, date=DATE).compose(edition, an_addressee()) for edition in editions]
    used = Composer(POOL, date=DATE)
    assert [used.compose(edition, an_addressee()) for edition in editions] == fresh
    assert [used.compose(edition, an_addressee()) for edition in reversed(editions)] == fresh[::-1]
    assert len({message.data for message in fresh}) == len(fresh)


def trimmed(selection: Selection) -> Selection:
    """The same with every item of research brief, and said to be."""
    return replace(selection, research=tuple(replace(one, length=Length.BRIEF) for one in selection.research))


def alone(selection: Selection) -> Selection:
    """The same with every item under its one topic only."""
    return replace(selection, research=tuple(replace(one, also=()) for one in selection.research))


def test_holes_in_pieces_are_the_readers_own() -> None:
    """A template may name a reader's link inside an item: each message has its own there."""
    pieces = {**POOL.html.pieces, "opening/personal/many": ("<p>", "preferences", "</p>")}
    composer = Composer(replace(POOL, html=replace(POOL.html, pieces=pieces)), date=DATE)
    for link in ("https://one.example.org/", "https://two.example.org/"):
        assert f"<p>{link}</p>" in composer.html(EDITION, an_addressee(preferences_url=link))


def test_the_envelope_is_the_addressees() -> None:
    """Bounces go to the reader's own return path."""
    message = compose()
    assert (message.sender, message.recipient) == ("bounce+mfrggzdf@example.org", "ada@example.org")


def test_an_empty_selection_is_a_mail_too() -> None:
    """The quiet-month note goes the same way."""
    message = parsed(COMPOSER.compose(make_edition(POOL, Selection()), an_addressee()))
    assert message["Subject"] == "November 2026: nothing new for you" and "Nothing new" in body(message, "plain")


# --- golden mails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_golden_mails(name: str) -> None:
    """The mail is the one that was looked at; after a wanted change: `python -m tests.sample_issue`."""
    golden, made = parsed((MAILS / f"{name}.eml").read_bytes()), parsed(golden_messages()[name])
    assert made.items() == golden.items()
    assert body(made, "plain") == body(golden, "plain")
    # As trees: another release of the HTML writer may order or quote attributes in another way.
    assert canonical(body(made, "html")) == canonical(body(golden, "html"))


@pytest.mark.parametrize("name", NAMES)
def test_golden_pages_are_the_golden_mails(name: str) -> None:
    """The .html beside each .eml, for looking at, shows the same."""
    page = (MAILS / f"{name}.html").read_text(encoding="utf-8")
    assert canonical(page) == canonical(body(parsed((MAILS / f"{name}.eml").read_bytes()), "html"))
