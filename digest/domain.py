"""Whether the newsletter's domain says what bulk senders must say: looked up, and judged one thing at a time.

Each look returns what is so, or raises DigestError with what is wrong and what to publish.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping

from digest.config import SmtpSettings
from digest.errors import DigestError
from digest.names import Names
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

#: Transports that leave the envelope sender and the message as they are: SPF and our own signature count.
AS_THEY_ARE = frozenset({"smtp"})

_FILES = "mails become files: nothing need be published"


def _spf(digest: Digest, names: Names) -> str:
    if not (_kinds(digest) & AS_THEY_ARE):
        return f"{_told(digest)} sends under an envelope address of its own: SPF is its affair"
    domain = _envelope_domain(digest)
    return judge_spf(domain, names.texts(domain))


def _dkim(digest: Digest, names: Names) -> str:
    if not digest.dkim:
        return f"mails leave here unsigned: see that {_told(digest)} signs them for {_from_domain(digest)}"
    places = ((f"{key.selector}._domainkey.{key.domain}", key.record) for key in digest.dkim)
    return "; ".join(judge_dkim(place, names.texts(place), record) for place, record in places)


def _dmarc(digest: Digest, names: Names) -> str:
    domain = _from_domain(digest)
    places = {top: names.texts(f"_dmarc.{top}") for top in above(domain)}
    top = organisation(places, domain)
    holds = domain if any("dmarc1" in text.lower() for text in places[domain]) else top
    tags = judge_dmarc(domain, f"_dmarc.{holds}", places[holds])
    told = f"_dmarc.{holds}: p={tags['p']}"
    signed = [key for key in digest.dkim if is_aligned(domain, key.domain, strict=tags.get("adkim") == "s", top=top)]
    if signed:
        return f"{told}, aligned with our signature for {signed[0].domain}"
    envelope = _envelope_domain(digest)
    if _kinds(digest) <= AS_THEY_ARE and is_aligned(domain, envelope, strict=tags.get("aspf") == "s", top=top):
        return f"{told}, aligned with the envelope address at {envelope}"
    if _kinds(digest) <= AS_THEY_ARE:
        raise DigestError(
            f"{told}, and mails are not aligned with it: they are from {domain}, and their envelope from {envelope}. "
            f"Sign them for {domain} (newsletter.dkim), or use a bounce address at {domain}"
        )
    return f"{told}; it holds once {_told(digest)} signs for {domain}: verify the domain there"


def _pointer(digest: Digest, names: Names) -> str:
    given = digest.settings.transports_in_order().values()
    hosts = [one.host for one in given if isinstance(one, SmtpSettings)]
    addresses = [address for host in hosts for address in _addresses(host, names) if _is_public(address)]
    if not hosts:
        return f"{_told(digest)} sends from addresses of its own"
    if not addresses:
        return f"{', '.join(hosts)} is on this machine or network: which address it sends from is not known here"
    told = []
    for address in addresses:
        called = names.pointers(address)
        told.append(judge_pointer(address, called, [back for name in called for back in names.addresses(name)]))
    return "; ".join(told)


def _one_click(digest: Digest, _names: Names) -> str:
    return judge_one_click(digest.specimen().data, is_signed_here=bool(digest.dkim))


#: What is looked at where mails are really sent. The last needs no network.
LOOKS: Mapping[str, Callable[[Digest, Names], str]] = {
    "SPF": _spf,
    "DKIM": _dkim,
    "DMARC": _dmarc,
    "PTR": _pointer,
    "unsubscribing": _one_click,
}
WITHOUT_NETWORK = frozenset({"unsubscribing"})


def look(what: str, digest: Digest, *, offline: bool) -> str:
    """Look at one thing. DigestError says what is wrong, or that no name server answers.

    Args:
        what: one of `LOOKS`.
        digest: whose domain it is.
        offline: True to ask no name server.
    """
    if _kinds(digest) <= {"file"}:
        return _FILES
    if offline and what not in WITHOUT_NETWORK:
        return "not looked at (offline)"
    return LOOKS[what](digest, digest.names)


def _kinds(digest: Digest) -> frozenset[str]:
    return frozenset(one.KIND for one in digest.settings.transports_in_order().values())


def _told(digest: Digest) -> str:
    return " or ".join(sorted(_kinds(digest) - {"file"})) or "the server"


def _from_domain(digest: Digest) -> str:
    return digest.newsletter.address.rpartition("@")[2]


def _envelope_domain(digest: Digest) -> str:
    bounces = digest.settings.newsletter.bounces
    return (bounces.address if bounces else digest.newsletter.address).rpartition("@")[2]


def _addresses(host: str, names: Names) -> tuple[str, ...]:
    try:
        return (str(ipaddress.ip_address(host.strip("[]"))),)
    except ValueError:
        return names.addresses(host)


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global
