"""Which texts are addresses that can be mailed."""

from __future__ import annotations

import re
import unicodedata

from digest.international import ascii_domain

#: As RFC 5321 has it, and RFC 6531 (3.3) with letters beyond ASCII.
_SIGNS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_SIGNS}(\.{_SIGNS})*")
#: Letters, marks and numbers, by the first letter of their category.
_KINDS = frozenset("LMN")
#: Alphabets with letters that look like those of another.
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def check_address(text: str) -> str:
    """The address, ready to be mailed: its domain in lower case and in ASCII (RFC 5890), all else in NFC (RFC 6532).

    Before the @ there may be letters of any language (RFC 6531): that is mailed where the servers on the way take it.

    Raises:
        ValueError: it is none, by RFC 5321 (4.1.2, 4.5.3.1) without quoted local parts and address literals; the
            message says what is wrong and never shows it.
    """
    text = unicodedata.normalize("NFC", text.strip())
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("this is no email address; it looks like name@example.org")
    if not local.isascii() and len(alphabets(local)) > 1:
        raise ValueError("the part before the @ mixes letters of different alphabets that look the same")
    octets = len(local.encode("utf-8", "replace"))
    if octets > 64 or not _LOCAL.fullmatch(local) or not all(map(_has_a_place, local)):
        raise ValueError(
            "the part before the @ is too long, or holds a space, a comma or another sign that has no place"
        )
    domain = _domain(domain)
    if octets + 1 + len(domain) > 254:
        raise ValueError("the address is too long: at most 254 characters")
    return f"{local}@{domain}"


def check_own_address(text: str) -> str:
    """The same for an address of the operator's own, which every server must take: in ASCII before the @, too."""
    address = check_address(text)
    if not address.isascii():
        raise ValueError("before the @ only letters a to z, digits and signs can be mailed from everywhere")
    return address


def alphabets(text: str) -> frozenset[str]:
    """The alphabets of its letters, as far as theirs look like those of another."""
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha())
    return _ALPHABETS.intersection(names)


def _has_a_place(sign: str) -> bool:
    return sign.isascii() or unicodedata.category(sign)[0] in _KINDS


def _domain(text: str) -> str:
    try:
        domain = ascii_domain(text)
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit() or len(domain) > 253:
        raise ValueError("the part behind the @ is no domain name such as example.org")
    return domain
