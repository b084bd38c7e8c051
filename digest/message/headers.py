"""The headers of a message: which there are, and that no value can begin another one."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime

from digest.edition import Pool
from digest.errors import InputError
from digest.international import with_ascii_domain
from digest.message.quoted import UNPRINTABLE

#: In every message of the list, in this order; the signatures stand before them.
HEADERS = (
    "From", "To", "Subject", "Date", "Message-ID", "List-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "Feedback-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
)  # fmt: skip

#: The same in a letter that is not of the list: there is nothing to unsubscribe from.
UNLISTED_HEADERS = tuple(name for name in HEADERS if not name.startswith("List-"))

#: Quoted-printable cannot contain "=_" (RFC 2045, 6.7), so this boundary stands in no body.
BOUNDARY = "=_digest"

#: Which part of `head` is the subject.
SUBJECT_AT = 3

#: One mailbox without comments, quotes or lists: nothing in it can begin another recipient or another header.
_ADDRESS = re.compile(r"[!#$%&'*+/=?^_`{|}~.a-zA-Z0-9-]{1,64}@[a-zA-Z0-9.-]{1,253}")
#: A reader's, with letters of any language before the @ (RFC 6532).
_READER = re.compile(r"[!#$%&'*+/=?^_`{|}~.a-zA-Z0-9\u00a1-\U0010ffff-]{1,64}@[a-zA-Z0-9.-]{1,253}")
_LIST_ID = re.compile(r"[!#$%&'*+/=?^_`{|}~.a-zA-Z0-9-]{1,254}")
_MESSAGE_ID = re.compile(r"<[^\s<>@\x00-\x20\x7f-\U0010ffff]{1,200}@[a-zA-Z0-9.-]{1,253}>")
_LINK = re.compile(r"(?:https?://|mailto:)[!-;=?-~]{1,900}")
#: All four of a reader's at once, a line each; none of them can hold the end of a line.
_ALL = re.compile("\n".join(f"(?:{form.pattern})" for form in (_ADDRESS, _MESSAGE_ID, _LINK, _LINK)))


def head(pool: Pool, date: datetime, *, first: int) -> tuple[bytes | int, ...]:
    """All headers of a message, each ended by CRLF, with the numbers of holes among them; the subject is left empty.

    Args:
        pool: whose messages they are of. Without a List-ID there is no way to unsubscribe either: they are unlisted.
        date: what the Date header says.
        first: the number of the first of `header_values`; the others follow.
    """
    listed = (
        b"\r\nList-ID: <" + in_header("List-ID", _LIST_ID, pool.list_id) + b">\r\nList-Unsubscribe: <",
        first + 2,
        # Folded here, between the two: a folder that knows no links would write them as encoded words.
        b">,\r\n <",
        first + 3,
        b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ) if pool.list_id else ()  # fmt: skip
    return (
        f"From: {_mailbox(pool.sender_name, pool.address)}\r\nTo: ".encode("ascii"),
        first,
        b"\r\nSubject: ",
        b"",
        f"\r\nDate: {format_datetime(date.astimezone(UTC))}\r\nMessage-ID: ".encode("ascii"),
        first + 1,
        *listed,
        (
            f"\r\nFeedback-ID: {_feedback_id(pool)}\r\n"
            "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"\r\n'
        ).encode("ascii"),
    )


def header_values(address: str, message_id: str, unsubscribe: str, mailto: str) -> list[bytes]:
    """A reader's values as they stand in headers, in this order.

    Raises:
        InputError: one of them cannot stand in a header; the message says which.
    """
    address = with_ascii_domain(address)
    values = "\n".join((address, message_id, unsubscribe, mailto))
    if _ALL.fullmatch(values) and "=?" not in values:
        return values.encode("ascii").split(b"\n")
    return [
        in_header("address", _READER, address if address.isprintable() else ""),
        in_header("Message-ID", _MESSAGE_ID, message_id),
        in_header("unsubscribe link", _LINK, unsubscribe),
        in_header("unsubscribe mailto", _LINK, mailto),
    ]


def header_text(name: str, text: str) -> str:
    """Words as the value of this header: no controls; as encoded words (RFC 2047) unless plain ASCII.

    Words that hold `=?` are encoded as well: left alone they could be read as an encoded word, and one that decodes
    to a line break becomes a header of its own in some readers of mail.
    """
    text = " ".join(UNPRINTABLE.sub(" ", text).split())
    if text.isascii() and "=?" not in text and len(text) <= 900:
        return text
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def in_header(what: str, form: re.Pattern[str], value: str) -> bytes:
    """The value for a header. InputError, naming `what`, where it has not this form or holds `=?`."""
    if not form.fullmatch(value) or "=?" in value:
        raise InputError(f"the {what} cannot be written into a mail's header; correct it and send again", place=what)
    return value.encode()


def _mailbox(name: str, address: str) -> str:
    # A relay that folds a long name anew may lose its quotes, and then what looks like an address is one.
    shown = header_text("From", re.sub(r"[<>@]|=(?=\?)", " ", name)[:120])
    if "=?" not in shown:
        shown = '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    mailbox = in_header("sender's address", _ADDRESS, with_ascii_domain(address)).decode()
    return f"{shown} <{mailbox}>" if name.strip() else mailbox


def _feedback_id(pool: Pool) -> str:
    """Four fields for complaint reports, the last one naming the sender; none names a reader or what they read."""
    sender = hashlib.sha256(pool.address.encode()).hexdigest()[:12]
    how_often, what = (pool.cadence.value, "issue") if pool.cadence else ("once", "letter")
    return f"{pool.label}:{how_often}:{what}:{sender}"
