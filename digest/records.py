"""What a domain must say in its DNS records before mailbox providers take bulk mail from it, and whether it does.

Pure: it reads records that were looked up elsewhere. Each function says what is right in a few words, or raises
DigestError with what is wrong and what to publish. Gmail, Yahoo and Microsoft ask for SPF and DKIM, and for a DMARC
record that one of the two is aligned with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from digest.errors import DigestError

#: Mechanisms that cost a look-up, and how many there may be (RFC 7208, 4.6.4).
_LOOKS_UP = re.compile(r"[+?~-]?(include:|a\b|mx\b|ptr\b|exists:)|redirect=")
_MOST_LOOK_UPS = 10


def judge_spf(domain: str, texts: Sequence[str]) -> str:
    """Whether the domain says who may send for it (RFC 7208)."""
    found = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        raise DigestError(
            f'{domain} says nothing about who may send for it: publish one TXT record there, such as "v=spf1 mx -all", '
            "with whatever your mail server or provider names (include:…)"
        )
    if len(found) > 1:
        raise DigestError(f"{domain} has {len(found)} SPF records, and then none counts: put them into one")
    terms = found[0].lower().split()[1:]
    if "+all" in terms or "all" in terms:
        raise DigestError(f'the SPF record of {domain} lets everybody send ("+all"): end it with "-all" or "~all"')
    if not any(term.endswith("all") or term.startswith("redirect=") for term in terms):
        raise DigestError(f'the SPF record of {domain} does not say what all others are: end it with "-all" or "~all"')
    look_ups = sum(_LOOKS_UP.match(term) is not None for term in terms)
    if look_ups > _MOST_LOOK_UPS:
        raise DigestError(
            f"the SPF record of {domain} asks for {look_ups} look-ups, and receivers give up after {_MOST_LOOK_UPS}: "
            "take out what no longer sends for you"
        )
    return f"{domain}: {found[0]}"


def judge_dkim(name: str, texts: Sequence[str], ours: str) -> str:
    """Whether the key published under a name is the one mails are signed with (RFC 6376, 3.6.1).

    Args:
        name: `selector._domainkey.domain`.
        texts: what is published there.
        ours: the record that would be right.
    """
    found = [tags for tags in map(_tags, texts) if "p" in tags]
    publish = f'publish this TXT record at {name}: "{ours}"'
    if not found:
        raise DigestError(f"no key is published at {name}, so no signature is valid: {publish}")
    if len(found) > 1:
        raise DigestError(f"{len(found)} keys are published at {name}, and which one counts is not said: keep one")
    (tags,) = found
    if not tags["p"]:
        raise DigestError(f"the key at {name} was revoked: {publish}")
    expected = _tags(ours)
    if (tags["p"], tags.get("k", "rsa")) != (expected["p"], expected.get("k", "rsa")):
        raise DigestError(f"the key at {name} is not the one mails are signed with: {publish}")
    if "y" in tags.get("t", "").split(":"):
        raise DigestError(
            f'{name} says that it is only being tested ("t=y"), and receivers may ignore it: take that out'
        )
    return name


def judge_dmarc(domain: str, found_at: str, texts: Sequence[str]) -> dict[str, str]:
    """The tags of the policy that holds for the domain (RFC 7489, 6.6.3), found at it or at one above it."""
    policies = [tags for tags in map(_tags, texts) if _is_policy(tags)]
    if not policies:
        raise DigestError(
            f"{domain} has no DMARC policy: publish a TXT record at _dmarc.{domain}, to begin with "
            f'"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
        )
    if len(policies) > 1:
        raise DigestError(f"there are {len(policies)} DMARC records at {found_at}, and then none counts: keep one")
    (tags,) = policies
    if tags.get("p", "").lower() not in ("none", "quarantine", "reject"):
        raise DigestError(f"the DMARC record at {found_at} has no policy: add p=none, p=quarantine or p=reject")
    return tags


def is_aligned(domain: str, other: str, *, strict: bool, top: str) -> bool:
    """Whether a domain that authenticates a mail counts for the From domain (RFC 7489, 3.1).

    Args:
        domain: that of the From address.
        other: that of the signature or of the envelope sender.
        strict: whether the policy asks for the very same one.
        top: the domain both must belong to otherwise: the organisation's, as `organisation` finds it.
    """
    domain, other, top = domain.lower(), other.lower(), top.lower()
    if strict:
        return domain == other
    return _belongs(domain, top) and _belongs(other, top)


def organisation(published: Mapping[str, Sequence[str]], domain: str) -> str:
    """The domain of the organisation that a domain belongs to, by the walk up the tree of RFC 9989.

    It is the uppermost one with a policy, unless one says itself where the organisation begins ("psd="). A list of
    public suffixes, as RFC 7489 asks for, may find one further up that has no policy: not every receiver does.

    Args:
        published: what the domain and those above it publish as policies, in the order of `above`.
        domain: what it is where none of them has one.
    """
    found = below = domain
    for place, texts in published.items():
        policy = next((tags for tags in map(_tags, texts) if _is_policy(tags)), {})
        if policy.get("psd", "").lower() == "y" and place != domain:
            return below
        found = place if policy else found
        if policy.get("psd", "").lower() == "n":
            break
        below = place
    return found


def _is_policy(tags: Mapping[str, str]) -> bool:
    return tags.get("v", "").upper() == "DMARC1"


def above(domain: str) -> list[str]:
    """The domain and those above it, as far as somebody may own them; where a policy is looked for, in this order."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def judge_pointer(address: str, names: Sequence[str], back: Sequence[str]) -> str:
    """Whether the name of an address leads back to it, as receivers ask of whoever talks to them.

    Args:
        address: of the server.
        names: that its PTR records give.
        back: the addresses of those names.
    """
    if not names:
        raise DigestError(f"{address} has no name (PTR): ask whoever gave you the address to set one")
    if address not in back:
        raise DigestError(
            f"{address} is called {names[0]}, and that name leads elsewhere: give {names[0]} an A or AAAA record "
            f"with {address}, or have the PTR record changed"
        )
    return f"{address} is {names[0]}, and back"


def judge_one_click(head: bytes, *, is_signed_here: bool) -> str:
    """Whether the headers of a mail let its reader leave with one click (RFC 8058)."""
    fields = dict(_fields(head))
    links = re.findall(r"<([^<>]*)>", fields.get("list-unsubscribe", ""))
    if not any(link.startswith("https://") for link in links):
        raise DigestError(
            "mails have no one-click unsubscribing: newsletter.base_url must begin with https:// and be reached by all"
        )
    if fields.get("list-unsubscribe-post", "") != "List-Unsubscribe=One-Click":
        raise DigestError("mails lack the header List-Unsubscribe-Post: this is a fault of digest, tell its developers")
    covered = re.sub(r"\s", "", re.search(r"h=([^;]*)", fields.get("dkim-signature", "h=;"))[1]).split(":")  # type: ignore[index]
    if is_signed_here and not {"list-unsubscribe", "list-unsubscribe-post"} <= set(covered):
        raise DigestError("the signature does not cover both List-Unsubscribe headers (RFC 8058, 4)")
    kinds = "a link and an address" if any(link.startswith("mailto:") for link in links) else "a link"
    return f"one click, by {kinds}" + (", covered by the signature" if is_signed_here else "")


def _fields(head: bytes) -> list[tuple[str, str]]:
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head.partition(b"\r\n\r\n")[0]).decode("ascii", "replace").splitlines()
    return [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]


def _tags(text: str) -> dict[str, str]:
    """`v=DKIM1; k=rsa; p=…` as a map; spaces within a value do not count."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): re.sub(r"\s", "", value) for name, equals, value in pairs if equals}


def _belongs(domain: str, top: str) -> bool:
    return domain == top or domain.endswith(f".{top}")
