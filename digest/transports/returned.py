"""Mails that come back: bounces (RFC 3464), complaints (RFC 5965), and mails that ask to unsubscribe.

Anybody can write to the address they come to, so everything here is hostile: nothing is believed but what holds a token
or a Message-ID of ours, and whatever cannot be read is left for a person.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from email import message_from_bytes, message_from_string
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import getaddresses
from typing import Any

from digest.models import FeedbackKind
from digest.suppression import kind_of_code
from digest.transports import events
from digest.transports.base import Returned

_log = logging.getLogger(__name__)

#: Octets of a mail that are looked at: the report stands before the mail that it is about.
MOST = 1_000_000
#: Of anything that a report lists.
_MANY = 20

_TOKEN = "[A-Za-z2-7]{45}"  # noqa: S105 - the form of a token
_VERP = re.compile(rf"\+({_TOKEN})@")
_UNSUBSCRIBE = re.compile(rf"\bunsubscribe(?:\s|%20|\+)+({_TOKEN})\b", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,250}>")
#: Where servers note the address a mail was delivered to.
_DELIVERED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
#: Of all types a report may have: the others tell of fraud, viruses and forged mails, not of a reader's wish.
_COMPLAINTS = frozenset({"abuse", "opt-out", "opt-out-list"})
_ACTIONS = ("failed", "delivered")


def read_mail(data: bytes) -> Returned | None:
    """What a mail says that came back; None when it is no report and asks for nothing, or cannot be read."""
    try:
        return _read(message_from_bytes(data[:MOST]))
    except Exception as error:  # noqa: BLE001 - whatever a hostile mail does to the parser, the next one is read
        _log.warning("a mail that came back cannot be read: %s", type(error).__name__)
        return None


def _read(mail: Mail) -> Returned | None:
    if mail.get_content_type() == "multipart/report":
        parts = {part.get_content_type(): part for part in reversed(_inside(mail))}
        if "message/feedback-report" in parts:
            return _complaint(parts)
        if "message/delivery-status" in parts:
            return _bounce(mail, parts)
        return None
    tokens = _UNSUBSCRIBE.findall(_text(mail, "Subject"))
    return Returned(kind=FeedbackKind.UNSUBSCRIBE, unsubscribe_tokens=tuple(tokens[:_MANY])) if tokens else None


def _bounce(mail: Mail, parts: dict[str, Mail]) -> Returned:
    original = _original(parts)
    blocks = [block for block in _inside(parts["message/delivery-status"]) if block["Action"]][:_MANY]
    actions = {action: block for action in _ACTIONS for block in reversed(blocks) if _action(block) == action}
    told = next((actions[action] for action in _ACTIONS if action in actions), Mail())
    code = events.code_in(_text(told, "Status"), _text(told, "Diagnostic-Code"))
    addresses = [_text(mail, name) for name in _DELIVERED_TO] + [_text(original, "Return-Path")]
    return Returned(
        kind=FeedbackKind.DELIVERED if _action(told) == "delivered" else kind_of_code(code) if told.keys() else None,
        bounce_tokens=_all(_VERP, addresses),
        message_ids=_all(_MESSAGE_ID, [_text(original, "Message-ID")]),
        recipients=_recipients(
            [_text(block, name) for block in blocks for name in ("Original-Recipient", "Final-Recipient")],
            _text(original, "To"),
        ),
        code=code,
        detail=events.one_line(_text(told, "Diagnostic-Code") or code),
    )


def _complaint(parts: dict[str, Mail]) -> Returned:
    original = _original(parts)
    report = next(iter(_inside(parts["message/feedback-report"])), Mail())
    kind = _text(report, "Feedback-Type").lower()
    addresses = [_text(report, "Original-Mail-From"), _text(original, "Return-Path")]
    return Returned(
        kind=FeedbackKind.COMPLAINT if kind in _COMPLAINTS else None,
        bounce_tokens=_all(_VERP, addresses),
        # Who passes a complaint on strikes out the address; the token in the mail's own links stays.
        unsubscribe_tokens=_all(_UNSUBSCRIBE, [_text(original, "List-Unsubscribe")]),
        message_ids=_all(_MESSAGE_ID, [_text(original, "Message-ID")]),
        recipients=_recipients(_texts(report, "Original-Rcpt-To"), _text(original, "To")),
        detail=events.one_line(f"a complaint ({kind}) passed on by {_text(report, 'User-Agent') or 'a provider'}"),
    )


def _inside(mail: Mail) -> list[Mail]:
    parts: Any = mail.get_payload()
    return [part for part in parts if isinstance(part, Mail)] if isinstance(parts, list) else []


def _original(parts: dict[str, Mail]) -> Mail:
    """The headers of the mail that a report is about; an empty one when it does not hold them."""
    if (whole := parts.get("message/rfc822")) is not None:
        return next(iter(_inside(whole)), Mail())
    headers = parts.get("text/rfc822-headers")
    payload = headers.get_payload(decode=True) if headers is not None else b""
    return message_from_string(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")


def _action(block: Mail) -> str:
    return _text(block, "Action").lower().strip()


def _recipients(typed: Iterable[str], to: str) -> tuple[str, ...]:
    """Addresses out of `rfc822; ada@example.org` and a To header, each once."""
    written = [text.rpartition(";")[2].strip() for text in typed] + [to]
    found = (address for _, address in getaddresses([one for one in written if one]) if "@" in address)
    return tuple(dict.fromkeys(found))[:_MANY]


def _all(form: re.Pattern[str], texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit for text in texts for hit in form.findall(text)))[:_MANY]


def _text(mail: Mail, name: str) -> str:
    """A header in one line, its encoded words decoded; empty when there is none."""
    return " ".join(_texts(mail, name))


def _texts(mail: Mail, name: str) -> list[str]:
    return [_decoded(value) for value in mail.get_all(name, [])[:_MANY]]


def _decoded(value: Any) -> str:
    raw = " ".join(str(value).split())
    try:
        return str(make_header(decode_header(raw)))
    except (ValueError, LookupError, UnicodeError):
        return raw
