"""DKIM: an independent judge accepts our signatures, and refuses what was changed on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.dkim import DkimKey, signatures
from digest.edition import make_edition
from digest.errors import ConfigError
from digest.message import HEADERS, Composer
from tests.sample_issue import DATE, a_pool, a_selection, an_addressee

PEM = {
    "rsa": rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    "ed25519": ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
}
KEYS = {kind: DkimKey.load(pem, domain="example.org", selector=f"{kind}2026") for kind, pem in PEM.items()}
BOTH = tuple(KEYS.values())
RECORDS = {f"{key.selector}._domainkey.example.org.".encode(): key.record.encode() for key in BOTH}
POOL = a_pool()
EDITION = make_edition(POOL, a_selection())


def signed(*keys: DkimKey, **addressee: str) -> bytes:
    return Composer(POOL, date=DATE, keys=keys or BOTH).compose(EDITION, an_addressee(**addressee)).data


def accepted(data: bytes, *, count: int = 1) -> bool:
    """Whether the judge accepts each of this many signatures."""
    judge = dkim.DKIM(data)
    try:
        return all(judge.verify(idx=number, dnsfunc=_record) for number in range(count))
    except dkim.ValidationError:  # of a body that is not the one that was hashed
        return False


def _record(name: bytes, timeout: int = 5) -> bytes | None:
    return RECORDS.get(name)


@pytest.mark.parametrize("kind", KEYS)
def test_the_judge_accepts_our_signature(kind: str) -> None:
    """A message signed with either kind of key verifies."""
    assert accepted(signed(KEYS[kind]))


def test_two_keys_make_two_signatures() -> None:
    """Receivers that do not know Ed25519 yet read the other one (RFC 8463)."""
    data = signed()
    assert data.count(b"DKIM-Signature: ") == 2 and accepted(data, count=2)


def test_a_signature_stands_before_the_message_and_changes_nothing_in_it() -> None:
    """What is signed is the very message that is sent unsigned."""
    unsigned = Composer(POOL, date=DATE).compose(EDITION, an_addressee()).data
    data = signed()
    assert data.endswith(b"\r\n" + unsigned) and data.startswith(
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple;"
    )


def test_the_same_message_is_signed_the_same() -> None:
    """A retry, also by another process that loads the key anew, sends the same bytes."""
    again = (DkimKey.load(pem, domain="example.org", selector=f"{kind}2026") for kind, pem in PEM.items())
    assert signed() == signed(*again)


@pytest.mark.parametrize("name", HEADERS)
def test_every_header_is_signed(name: str) -> None:
    """Both List-Unsubscribe headers (RFC 8058, 4) and all others stand in h=."""
    stated = re.search(rb"h=([^;]+);", signed(KEYS["rsa"]))
    assert stated is not None and name.lower().encode() in re.split(rb"[:\s]+", stated[1])


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"research summaries for you", b"research summaries for me", 1),
        lambda data: data.replace(b"Key takeaway", b"Key takeover", 1),
        lambda data: data.replace(b"unsubscribe/", b"unsubscribed/", 1),
        lambda data: data.replace(b"One-Click", b"Two-Click", 1),
        lambda data: data + b"more\r\n",
        lambda data: b"From: somebody@example.net\r\n" + data,
        lambda data: b"Subject: another\r\n" + data,
        lambda data: b"List-Unsubscribe: <https://elsewhere.example.net/>\r\n" + data,
    ],
)
def test_a_change_on_the_way_is_seen(change: Callable[[bytes], bytes]) -> None:
    """Words, links and headers that were changed or put in front are not accepted."""
    data = signed(KEYS["rsa"])
    assert change(data) != data and not accepted(change(data))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\r\nDate: ", b"\r\nDate:   ", 1),
        lambda data: data.replace(b"Subject: November 2026:", b"Subject: November\r\n 2026:", 1),
        lambda data: data + b"\r\n\r\n",
        lambda data: b"Received: from a.example.net by b.example.net\r\n" + data,
        lambda data: b"Feedback-ID: one:two:three:provider\r\n" + data,
    ],
)
def test_what_relays_do_is_allowed(change: Callable[[bytes], bytes]) -> None:
    """Headers folded or spaced anew, added trace headers and empty lines at the end keep it valid."""
    data = signed(KEYS["ed25519"])
    assert change(data) != data and accepted(change(data))


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=25)
@given(subject=NAMES, name=NAMES)
def test_any_words_can_be_signed(subject: str, name: str) -> None:
    """Whatever an editor or a reader writes, the judge accepts the message."""
    composer = Composer(POOL, date=DATE, keys=[KEYS["ed25519"]])
    edition = replace(EDITION, key=repr(subject), subject=f"x {subject}")
    assert accepted(composer.compose(edition, an_addressee(name=name)).data)


def test_repeated_and_folded_headers_are_signed_from_below() -> None:
    """Of headers with one name the lowest is signed first (RFC 6376, 5.4.2); a body may lack its last line end."""
    head = b"From: a@example.org\r\nX-Note: one\r\n  and more\r\nx-note:\ttwo  \r\nSubject:\r\n"
    for body in (b"", b"words", b"words\r\n", b"\r\nwords\r\n\r\n\r\n"):
        data = signatures(BOTH, head, body) + head + b"\r\n" + body
        assert accepted(data, count=2)


def test_no_key_no_signature() -> None:
    """A server may sign in our place."""
    assert signatures((), b"From: a@example.org\r\n", b"x\r\n") == b""


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes = b"") -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


@pytest.mark.parametrize(
    ("pem", "word"),
    [
        (b"", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n", "no private key"),
        (_pem(rsa.generate_private_key(65537, 2048), b"secret"), "without a password"),
        (_pem(rsa.generate_private_key(65537, 1024)), "2048 to 4096 bits"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "RSA and Ed25519"),
    ],
    ids=["empty", "broken", "locked", "short", "elliptic"],
)
def test_a_key_that_receivers_would_refuse_is_refused(pem: bytes, word: str) -> None:
    """What is wrong is said, and never a line of the key."""
    with pytest.raises(ConfigError, match=word) as caught:
        DkimKey.load(pem, domain="example.org", selector="s")
    assert "nonsense" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["", "two words", "a;b", "a..b", "-a", "é", "a\r\nb", "x" * 70])
@pytest.mark.parametrize("what", ["domain", "selector"])
def test_names_that_no_record_can_have_are_refused(what: str, wrong: str) -> None:
    """Domain and selector go into a header and a lookup: letters, digits, hyphens and dots."""
    with pytest.raises(ConfigError, match=what):
        DkimKey.load(PEM["ed25519"], **{"domain": "example.org", "selector": "s", what: wrong})
