"""Addresses that are probably a slip of the finger, a trick, or one person twice: they go in and are reported."""

from __future__ import annotations

import unicodedata

from digest.international import spoken_domain
from digest.subscribers.addresses import alphabets
from digest.subscribers.rows import Row

# Cyrillic, Greek and Latin letters and digits by what they are taken for; the commonest of the Unicode confusables
# (UTS 39), each written as its code point and its twin.
_CONFUSABLE = {
    int(code, 16): twin
    for twin, codes in {
        "a": "430 3b1 251",
        "c": "441 3f2",
        "d": "501",
        "e": "435",
        "g": "261",
        "h": "4bb",
        "j": "458",
        "k": "43a 3ba",
        "l": "69 31 131 456 457 4cf 3b9",
        "o": "30 43e 3bf 585",
        "p": "440 3c1",
        "q": "51b",
        "s": "455",
        "t": "442 3c4",
        "u": "3c5 57d",
        "v": "3bd 475",
        "w": "51d",
        "x": "445 3c7",
        "y": "443",
    }.items()
    for code in codes.split()
}

_MAIL_DOMAINS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "protonmail.com",
)

#: Real ones that are one slip away from another.
_REAL_DOMAINS = frozenset({*_MAIL_DOMAINS, "ymail.com", "mail.com", "email.com"})

_SLIPS = frozenset({"con", "co", "cmo", "ocm", "cm", "om", "comm", "vom", "xom", "cpm", "c0m"})


def warn_of_look_alikes(row: Row, address: str, alike: dict[str, int]) -> None:
    """Report what is probably a slip or a trick; `alike` remembers the lines of the rows before."""
    local, _, domain = address.rpartition("@")
    shown = spoken_domain(domain)
    if any(len(alphabets(label)) > 1 for label in shown.split(".")):
        row.warn("email", "the domain mixes letters of different alphabets that look the same; check it")
    if meant := _meant_domain(shown):
        row.warn("email", f"{domain} looks like a slip of {meant}; check it")
    skeleton = f"{_skeleton(local.partition('+')[0].replace('.', ''))}@{_skeleton(shown)}"
    if (earlier := alike.setdefault(skeleton, row.line)) != row.line:
        row.warn(
            "email", f"this address looks like the one on line {earlier}; both went in, check that it is not one person"
        )


def _skeleton(text: str) -> str:
    """What the text looks like: equal for two texts that a person takes for one."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return folded.translate(_CONFUSABLE).replace("rn", "m").replace("vv", "w")


def _meant_domain(domain: str) -> str:
    """The big mail provider that was probably meant; empty when the domain may well be right."""
    if domain in _REAL_DOMAINS:
        return ""
    for known in _MAIL_DOMAINS:
        same_label = domain.partition(".")[0] == known.partition(".")[0]
        if (same_label and domain.rpartition(".")[2] in _SLIPS) or _skeleton(domain) == _skeleton(known):
            return known
        if domain.endswith(".com") and _one_slip(domain, known):
            return known
    return ""


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter too many, too few, wrong, or two that changed places make the difference."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = next((i for i, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]), -1)
    if start < 0:
        return typed != meant
    rest, wanted = typed[start:], meant[start:]
    swapped = rest[1::-1] + rest[2:] == wanted
    return swapped or rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:]
