"""Which texts are addresses that can be mailed."""

from __future__ import annotations

import re

from digest.international import ascii_domain

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def check_address(text: str) -> str:
    """The address, ready to be mailed: its domain in lower case and in ASCII (RFC 5890).

    Raises:
        ValueError: it is none, by RFC 5321 (4.1.2, 4.5.3.1) without quoted local parts and address literals; the
            message says what is wrong and never shows it.
    """
    text = text.strip()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("this is no email address; it looks like name@example.org")
    if not local.isascii():
        raise ValueError("before the @ only letters a to z, digits and signs can be mailed to")
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        raise ValueError(
            "the part before the @ is too long, or holds a space, a comma or another sign that has no place"
        )
    domain = _domain(domain)
    if len(local) + 1 + len(domain) > 254:
        raise ValueError("the address is too long: at most 254 characters")
    return f"{local}@{domain}"


def _domain(text: str) -> str:
    try:
        domain = ascii_domain(text)
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit() or len(domain) > 253:
        raise ValueError("the part behind the @ is no domain name such as example.org")
    return domain
