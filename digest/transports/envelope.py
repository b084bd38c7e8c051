"""The words and bytes of one message on the wire: its envelope's commands, its body with the final dot."""

from __future__ import annotations

import re

from digest import refusals
from digest.international import with_ascii_domain
from digest.models import Message, Outcome, Receipt

_PART = r"[^\s\x00-\x1f\x7f<>@\ud800-\udfff]+"
_ADDRESS = re.compile(f"{_PART}@{_PART}")
_LONGEST_ADDRESS = 254


def impossible(message: Message) -> Receipt | None:
    """A refusal of addresses that no envelope can hold and that must not reach the wire; None for any other."""
    if not _is_address(message.recipient):
        return Receipt(outcome=Outcome.REFUSED, detail="this cannot be an email address", code="5.1.3")
    if not _is_address(message.sender):
        return refusals.refused("the envelope sender cannot be an email address", code="5.1.7")
    return None


def not_for(message: Message, *, eight_bits: bool, international: bool) -> Receipt | None:
    """A refusal of what a server cannot take that offers 8BITMIME and SMTPUTF8 or not; None when it can."""
    if not international and _is_international(message):
        detail = "the address has letters beyond ASCII, and the server does not take those (SMTPUTF8)"
        return Receipt(outcome=Outcome.REFUSED, detail=detail, code="5.6.7")
    if not eight_bits and _has_eight_bits(message):
        return Receipt(outcome=Outcome.REFUSED, detail="the server takes no 8-bit text (8BITMIME)", code="5.6.3")
    return None


def commands(message: Message) -> tuple[bytes, bytes, bytes]:
    """MAIL, RCPT and DATA, as lines."""
    options = " BODY=8BITMIME" * _has_eight_bits(message) + " SMTPUTF8" * _is_international(message)
    return (
        f"MAIL FROM:<{with_ascii_domain(message.sender)}>{options}\r\n".encode(),
        f"RCPT TO:<{with_ascii_domain(message.recipient)}>\r\n".encode(),
        b"DATA\r\n",
    )


def body(message: Message) -> tuple[bytes, bytes]:
    """The body as it goes over the wire, leading dots doubled (RFC 5321, 4.5.2), and what ends it: the final dot."""
    if message.is_plain:
        return message.data, b".\r\n"
    stuffed = message.data.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed, b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"


def _has_eight_bits(message: Message) -> bool:
    return not (message.is_plain or message.data.isascii())


def _is_address(address: str) -> bool:
    return _ADDRESS.fullmatch(address) is not None and len(address.encode()) <= _LONGEST_ADDRESS


def _is_international(message: Message) -> bool:
    return not (with_ascii_domain(message.sender).isascii() and with_ascii_domain(message.recipient).isascii())
