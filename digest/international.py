"""Domains with letters beyond ASCII, as the domain name system has them."""

from __future__ import annotations

import idna


def ascii_domain(domain: str) -> str:
    """The domain in lower case and in ASCII, by IDNA 2008 (RFC 5891) with the mapping of UTS 46.

    Python's own codec is of 2003 and maps `straße` to `strasse`, which is another's domain by now.

    Raises:
        UnicodeError: it can be no domain. One in ASCII is not looked at.
    """
    return domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")


def with_ascii_domain(address: str) -> str:
    """The address with its domain in ASCII, which needs nothing of a server; as it is where that is none."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{ascii_domain(domain)}"
    except UnicodeError:
        return address


def spoken_domain(domain: str) -> str:
    """The domain as people write it; as it is where it is no valid one."""
    try:
        return idna.decode(domain) if "xn--" in domain else domain
    except UnicodeError:
        return domain
