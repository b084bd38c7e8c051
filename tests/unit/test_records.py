"""What a domain's records say, and what the doctor makes of it; no network is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.resolver
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from digest import domain
from digest.cli.commands import application
from digest.dkim import DkimKey
from digest.errors import DigestError
from digest.names import DnsNames
from digest.newsroom import Digest
from digest.records import (
    above,
    is_aligned,
    judge_dkim,
    judge_dmarc,
    judge_one_click,
    judge_pointer,
    judge_spf,
    organisation,
)
from tests.newsletter import a_digest


def said(judge: Any, *given: Any, **more: Any) -> str:
    """What is right, or what is wrong."""
    try:
        return str(judge(*given, **more))
    except DigestError as error:
        return str(error)


# --- SPF -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["v=spf1 mx -all"], "example.org: v=spf1 mx -all"),
        (["google-site-verification=x", "V=SPF1 include:mail.example.net ~all"], "example.org: V=SPF1"),
        (["v=spf1 redirect=_spf.example.net"], "example.org: v=spf1 redirect"),
        ([], 'publish one TXT record there, such as "v=spf1 mx -all"'),
        (["v=spf10 -all"], "publish one TXT record"),
        (["v=spf1 a -all", "v=spf1 mx -all"], "has 2 SPF records, and then none counts"),
        (["v=spf1 +all"], "lets everybody send"),
        (["v=spf1 a all"], "lets everybody send"),
        (["v=spf1 mx"], "does not say what all others are"),
        (["v=spf1 " + " ".join(f"include:{n}.example.net" for n in range(11)) + " -all"], "asks for 11 look-ups"),
        (["v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(30)) + " -all"], "example.org: v=spf1 ip4"),
    ],
)
def test_who_may_send(texts: list[str], words: str) -> None:
    """One record, that ends; what is wrong is told with what to publish."""
    assert words in said(judge_spf, "example.org", texts)


# --- DKIM ------------------------------------------------------------------------------------------------

OURS = "v=DKIM1; k=rsa; p=MIIBIjANBg"
NAME = "d2026._domainkey.example.org"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([OURS], NAME),
        (["v=DKIM1; p=MIIBIjANBg"], NAME),
        (["k=rsa;p=MIIB IjAN Bg ; t=s"], NAME),
        ([], f'no key is published at {NAME}, so no signature is valid: publish this TXT record at {NAME}: "{OURS}"'),
        (["some=thing"], "no key is published"),
        (["v=DKIM1; k=rsa; p="], "was revoked"),
        (["v=DKIM1; k=rsa; p=AAAA"], "is not the one mails are signed with"),
        (["v=DKIM1; k=ed25519; p=MIIBIjANBg"], "is not the one mails are signed with"),
        ([OURS, OURS], "2 keys are published"),
        ([f"{OURS}; t=y:s"], "only being tested"),
    ],
)
def test_the_published_key_is_ours(texts: list[str], words: str) -> None:
    """However it is spaced, and whichever tags stand beside it."""
    assert words in said(judge_dkim, NAME, texts, OURS)


# --- DMARC -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["v=DMARC1; p=none"], "'p': 'none'"),
        (["v=DMARC1; p=reject; aspf=s"], "'aspf': 's'"),
        ([], 'publish a TXT record at _dmarc.news.example.org, to begin with "v=DMARC1; p=none'),
        (["v=DMARC1"], "has no policy"),
        (["v=DMARC1; p=maybe"], "has no policy"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "2 DMARC records at _dmarc.example.org"),
    ],
)
def test_the_policy(texts: list[str], words: str) -> None:
    """One, with a policy."""
    assert words in said(judge_dmarc, "news.example.org", "_dmarc.example.org", texts)


@pytest.mark.parametrize(
    ("other", "strict", "aligned"),
    [
        ("news.example.org", True, True),
        ("example.org", True, False),
        ("example.org", False, True),
        ("bounces.EXAMPLE.org", False, True),
        ("example.net", False, False),
        ("anexample.org", False, False),
    ],
)
def test_what_counts_for_the_from_domain(other: str, strict: bool, aligned: bool) -> None:
    """The same organisation's, or the very same where the policy is strict."""
    assert is_aligned("news.example.org", other, strict=strict, top="example.org") is aligned


POLICY = ("v=DMARC1; p=none",)


@pytest.mark.parametrize(
    ("published", "top"),
    [
        ({}, "a.news.example.org"),
        ({"a.news.example.org": POLICY}, "a.news.example.org"),
        ({"a.news.example.org": POLICY, "example.org": POLICY}, "example.org"),
        ({"news.example.org": POLICY, "org": POLICY}, "org"),
        ({"news.example.org": ("v=DMARC1; p=none; psd=n",), "example.org": POLICY}, "news.example.org"),
        ({"example.org": ("v=DMARC1; p=none; psd=y",)}, "news.example.org"),
        ({"a.news.example.org": POLICY, "example.org": ("v=spf1 -all",)}, "a.news.example.org"),
    ],
)
def test_where_the_organisation_begins(published: dict[str, tuple[str, ...]], top: str) -> None:
    """At the uppermost domain with a policy, or where one says so; not where the nearest policy stands."""
    places = {one: published.get(one, ()) for one in ("a.news.example.org", "news.example.org", "example.org", "org")}
    assert organisation(places, "a.news.example.org") == top


def test_where_a_policy_is_looked_for() -> None:
    """Up to what somebody can own, never at a top-level domain."""
    assert above("a.news.example.org") == ["a.news.example.org", "news.example.org", "example.org"]


# --- PTR and one click -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "back", "words"),
    [
        (["mail.example.org"], ["192.0.2.7"], "192.0.2.7 is mail.example.org, and back"),
        ([], [], "has no name (PTR)"),
        (["mail.example.org"], ["192.0.2.8"], "leads elsewhere"),
    ],
)
def test_an_address_and_its_name(names: list[str], back: list[str], words: str) -> None:
    """There and back."""
    assert words in said(judge_pointer, "192.0.2.7", names, back)


HEAD = (
    b"DKIM-Signature: v=1; h=from:list-unsubscribe:\r\n list-unsubscribe-post; b=x\r\n"
    b"List-Unsubscribe: <https://d.example.org/u/x>,\r\n <mailto:u@example.org>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nbody"
)


@pytest.mark.parametrize(
    ("head", "signed", "words"),
    [
        (HEAD, True, "one click, by a link and an address, covered by the signature"),
        (HEAD, False, "one click, by a link and an address"),
        (HEAD.replace(b"https:", b"http:"), True, "must begin with https://"),
        (HEAD.replace(b"One-Click", b"yes"), True, "lack the header List-Unsubscribe-Post"),
        (HEAD.replace(b"list-unsubscribe-post;", b"subject;"), True, "does not cover both"),
    ],
)
def test_one_click(head: bytes, signed: bool, words: str) -> None:
    """A link by https, the header that says so, and a signature over both (RFC 8058)."""
    assert words in said(judge_one_click, head, is_signed_here=signed)


# --- all of it, for a newsletter -------------------------------------------------------------------------


@dataclass
class FakeNames:
    """The domain name system, as far as a test wants it."""

    published: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def texts(self, name: str) -> tuple[str, ...]:
        return self._of(name)

    def addresses(self, name: str) -> tuple[str, ...]:
        return self._of(f"A {name}")

    def pointers(self, address: str) -> tuple[str, ...]:
        return self._of(f"PTR {address}")

    def _of(self, question: str) -> tuple[str, ...]:
        self.asked.append(question)
        return self.published.get(question, ())


SMTP = {"kind": "smtp", "host": "mail.example.org"}
SES = {"kind": "ses", "region": "eu-central-1"}
WELL = {
    "example.org": ("v=spf1 mx -all",),
    "_dmarc.example.org": ("v=DMARC1; p=none",),
    "A mail.example.org": ("1.1.1.1",),
    "PTR 1.1.1.1": ("mail.example.org",),
}


@pytest.fixture(scope="module")
def pem() -> bytes:
    return generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def looked(digest: Digest, *, offline: bool = False) -> dict[str, str]:
    return {what: said(domain.look, what, digest, offline=offline) for what in domain.LOOKS}


def a_newsletter(folder: Path, names: FakeNames, transport: dict[str, Any], **given: Any) -> Digest:
    return a_digest(folder, names=names, transport=transport, **given)


def test_a_domain_that_is_well(tmp_path: Path) -> None:
    """Each record is found, and nothing is wrong."""
    with a_newsletter(tmp_path, FakeNames(WELL), SMTP) as digest:
        assert looked(digest) == {
            "SPF": "example.org: v=spf1 mx -all",
            "DKIM": "mails leave here unsigned: see that smtp signs them for example.org",
            "DMARC": "_dmarc.example.org: p=none, aligned with the envelope address at example.org",
            "PTR": "1.1.1.1 is mail.example.org, and back",
            "unsubscribing": "one click, by a link and an address",
        }


def test_a_domain_that_says_nothing(tmp_path: Path) -> None:
    """What to publish is said for each."""
    with a_newsletter(tmp_path, FakeNames({"A mail.example.org": ("1.1.1.1",)}), SMTP) as digest:
        found = looked(digest)
    assert "publish one TXT record there" in found["SPF"]
    assert "publish a TXT record at _dmarc.example.org" in found["DMARC"]
    assert "1.1.1.1 has no name" in found["PTR"]


def test_our_own_signature(tmp_path: Path, pem: bytes) -> None:
    """The key in the file is compared with the one that is published; DMARC is aligned with it."""
    (tmp_path / "key.pem").write_bytes(pem)
    record = DkimKey.load(pem, domain="example.org", selector="d2026").record
    keys = {"dkim": [{"selector": "d2026", "key_file": "key.pem"}]}
    published = {**WELL, "d2026._domainkey.example.org": (record,)}
    with a_newsletter(tmp_path, FakeNames(published), SMTP, newsletter=keys) as digest:
        found = looked(digest)
    assert found["DKIM"] == "d2026._domainkey.example.org"
    assert found["DMARC"].endswith("aligned with our signature for example.org")
    assert found["unsubscribing"].endswith("covered by the signature")


def test_an_envelope_from_elsewhere(tmp_path: Path) -> None:
    """Unsigned, it is aligned with nothing."""
    bounces = {"bounces": {"address": "back@bounces.example.net"}}
    published = {**WELL, "bounces.example.net": ("v=spf1 -all",)}
    with a_newsletter(tmp_path, FakeNames(published), SMTP, newsletter=bounces) as digest:
        assert "mails are not aligned with it: they are from example.org" in looked(digest)["DMARC"]


def test_a_policy_of_its_own_makes_no_organisation(tmp_path: Path) -> None:
    """The policy of a subdomain holds for its mails; what the organisation's domain authenticates is aligned still."""
    published = {**WELL, "_dmarc.news.example.org": ("v=DMARC1; p=reject",)}
    given = {"from": "digest@news.example.org", "bounces": {"address": "back@example.org"}}
    with a_newsletter(tmp_path, FakeNames(published), SMTP, newsletter=given) as digest:
        found = looked(digest)["DMARC"]
    assert found == "_dmarc.news.example.org: p=reject, aligned with the envelope address at example.org"


def test_a_provider_that_writes_mails_anew(tmp_path: Path) -> None:
    """SPF, DKIM and PTR are the provider's affair."""
    with a_newsletter(tmp_path, FakeNames(WELL), SES) as digest:
        found = looked(digest)
        assert "SPF is its affair" in found["SPF"]
        assert (
            found["DMARC"]
            == "_dmarc.example.org: p=none; it holds once ses signs for example.org: verify the domain there"
        )
        assert found["PTR"] == "ses sends from addresses of its own"
        assert found["DKIM"] == "mails leave here unsigned: see that ses signs them for example.org"


def test_offline_asks_nobody(tmp_path: Path) -> None:
    """And says so; what needs no network is looked at all the same."""
    names = FakeNames(WELL)
    with a_newsletter(tmp_path, names, SMTP) as digest:
        found = looked(digest, offline=True)
    assert names.asked == []
    assert {what for what, words in found.items() if words == "not looked at (offline)"} == {
        "SPF",
        "DKIM",
        "DMARC",
        "PTR",
    }
    assert found["unsubscribing"].startswith("one click")


def test_files_need_no_records(tmp_path: Path) -> None:
    """Nobody is asked about a rehearsal."""
    names = FakeNames()
    with a_newsletter(tmp_path, names, {"kind": "file"}) as digest:
        assert set(looked(digest).values()) == {"mails become files: nothing need be published"}
    assert names.asked == []


def test_the_command_can_stay_offline(tmp_path: Path) -> None:
    """`digest doctor --offline` passes over what it cannot see."""
    a_digest(tmp_path, transport={"kind": "smtp", "host": "127.0.0.1", "port": 1, "security": "none"}).close()
    environ = {"DIGEST_SECRET_KEY": "a secret of the operator, long enough"}
    call = ["--config", str(tmp_path / "digest.yaml"), "doctor", "--offline"]
    shown = CliRunner().invoke(application, call, env=environ).stdout
    assert "SPF: not looked at (offline)" in shown
    assert "unsubscribing: one click" in shown


# --- asking ----------------------------------------------------------------------------------------------


class Scripted(dns.resolver.Resolver):
    """A resolver whose answers are written down; what is not gives no such name."""

    def __init__(self, **answers: Any) -> None:
        super().__init__(configure=False)
        self.answers = answers

    def resolve(self, qname: Any, rdtype: Any = "A", *_: Any, **__: Any) -> Any:
        found = self.answers.get(str(rdtype))
        if found is None:
            raise dns.resolver.NXDOMAIN
        if isinstance(found, Exception):
            raise found
        name = str(qname).rstrip(".") + "."
        query = dns.message.make_query(name, rdtype)
        lines = "\n".join(f"{name} 60 IN {rdtype} {record}" for record in found)
        text = (
            f"id {query.id}\nopcode QUERY\nrcode NOERROR\nflags QR\n;QUESTION\n{name} IN {rdtype}\n;ANSWER\n{lines}\n"
        )
        response = dns.message.from_text(text)
        return dns.resolver.Answer(
            query.question[0].name, query.question[0].rdtype, query.question[0].rdclass, response
        )


def test_a_text_in_pieces_is_one() -> None:
    """A key is longer than one string of a record may be."""
    assert DnsNames(Scripted(TXT=['"v=DKIM1; p=AAAA" "BBBB"', '"other"'])).texts("x.example.org") == (
        "v=DKIM1; p=AAAABBBB",
        "other",
    )


def test_names_of_an_address() -> None:
    """Without the dot at the end."""
    assert DnsNames(Scripted(PTR=["mail.example.org."])).pointers("192.0.2.7") == ("mail.example.org",)


def test_a_name_that_is_not_there_has_no_records() -> None:
    """That is an answer."""
    names = DnsNames(Scripted())
    assert (names.texts("x.example.org"), names.pointers("192.0.2.7")) == ((), ())


def test_nobody_answers() -> None:
    """That is told, with the way past it."""
    names = DnsNames(Scripted(TXT=dns.exception.Timeout()))
    with pytest.raises(DigestError, match=r"do not answer about x\.example\.org: .* --offline"):
        names.texts("x.example.org")
