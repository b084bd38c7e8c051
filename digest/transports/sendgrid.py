"""SendGrid: one body a call, so one message a call; feedback signed with ECDSA.

Facts: www.twilio.com/docs/sendgrid, "Mail Send" (v3), "Event Webhook Reference" and "Event Webhook Security Features".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from digest.errors import ConfigError, FeedbackError, TransportError
from digest.models import FeedbackKind, Message, Outcome, Receipt
from digest.suppression import Feedback, kind_of_code
from digest.transports import events
from digest.transports.base import one_by_one
from digest.transports.calls import READ_TIMEOUT, Answer, Calls
from digest.transports.mapped import Unmappable, mapped

API = "https://api.sendgrid.com"
#: Parts of a call that are the same for every reader: what is wrong with them is no reader's fault.
_OURS = frozenset({"from", "tracking_settings"})
_OFF = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SendgridSettings:
    """An account."""

    token: str = field(repr=False)
    url: str = API
    read_timeout: float = READ_TIMEOUT


class SendgridTransport:
    """Carries messages through SendGrid."""

    kind = "sendgrid"
    window = 4

    def __init__(self, settings: SendgridSettings) -> None:
        headers = {"Authorization": f"Bearer {settings.token}"}
        self._calls = Calls("SendGrid", settings.url, headers=headers, read_timeout=settings.read_timeout)

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry each message. TransportError when the account can send nothing."""
        return one_by_one(messages, self._carry)

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - its search is sold apart and comes late
        """None: it cannot be asked."""
        return None

    def check(self) -> str:
        """Whether the key may send. TransportError says what is wrong."""
        if "mail.send" not in (self._calls.get("/v3/scopes").get("scopes") or []):
            raise TransportError("SendGrid: this key may not send: give it the scope mail.send", permanent=True)
        return "SendGrid, may send"

    def close(self) -> None:
        """Let go of the line."""
        self._calls.close()

    def _carry(self, message: Message) -> Receipt:
        try:
            prepared = _prepared(message)
        except Unmappable as reason:
            return Receipt(outcome=Outcome.REFUSED, detail=str(reason))
        answer = self._calls.post("/v3/mail/send", json=prepared)
        if isinstance(answer, Receipt):
            return answer
        if answer.is_yes:
            name = answer.headers.get("x-message-id", "")
            return Receipt(outcome=Outcome.ACCEPTED, detail=f"SendGrid has it as {name}")
        if _is_about_us(answer):
            raise TransportError(f"SendGrid sends nothing for us: {answer.words}", permanent=True)
        return answer.refusal()


def _is_about_us(answer: Answer) -> bool:
    """Whether an error names a field that every call has alike, such as `from.email`."""
    errors = answer.get("errors")
    fields = (one.get("field") for one in errors if isinstance(one, dict)) if isinstance(errors, list) else ()
    return any(str(field).partition(".")[0] in _OURS for field in fields)


def _prepared(message: Message) -> dict[str, Any]:
    fields = mapped(message)
    sender = {"email": fields.sender_address, **({"name": fields.sender_name} if fields.sender_name else {})}
    return {
        "personalizations": [{"to": [{"email": fields.recipient}]}],
        "from": sender,
        "subject": fields.subject,
        "content": [{"type": "text/plain", "value": fields.text}, {"type": "text/html", "value": fields.html}],
        "headers": fields.header_map,
        "tracking_settings": _OFF,
    }


# --- feedback --------------------------------------------------------------------------------------------

_EVENTS = {
    "bounce": FeedbackKind.HARD_BOUNCE,
    "delivered": FeedbackKind.DELIVERED,
    "spamreport": FeedbackKind.COMPLAINT,
    "unsubscribe": FeedbackKind.UNSUBSCRIBE,
    "group_unsubscribe": FeedbackKind.UNSUBSCRIBE,
}
#: Why it did not even try, in small letters.
_DROPPED = {
    "bounced address": FeedbackKind.HARD_BOUNCE,
    "invalid": FeedbackKind.HARD_BOUNCE,
    "spam reporting address": FeedbackKind.COMPLAINT,
    "unsubscribed address": FeedbackKind.UNSUBSCRIBE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SendgridKeys:
    """The webhook's verification key, as SendGrid shows it: Base64 of a public key on the curve P-256."""

    public_key: str


def read_feedback(
    headers: Mapping[str, str], body: bytes, keys: SendgridKeys, *, now: datetime
) -> tuple[Feedback, ...]:
    """What one call of the webhook says. FeedbackError when it is not authentic, ConfigError for a wrong key."""
    _check_signature(headers, body, _key(keys.public_key))
    return tuple(events.each(events.document(body), lambda event: _read(event, now)))


def _key(text: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(text))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError("transport.webhook_key: this is not the verification key that SendGrid shows") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ConfigError("transport.webhook_key: this is not the verification key that SendGrid shows")
    return key


def _check_signature(headers: Mapping[str, str], body: bytes, key: ec.EllipticCurvePublicKey) -> None:
    stamp = events.header(headers, "X-Twilio-Email-Event-Webhook-Timestamp")
    shown = events.header(headers, "X-Twilio-Email-Event-Webhook-Signature")
    try:
        key.verify(base64.b64decode(shown), stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise FeedbackError("the signature of this call is not SendGrid's", forged=True) from error


def _read(event: Mapping[str, Any], now: datetime) -> Iterable[Feedback | None]:
    reason = str(event.get("reason") or event.get("response") or "")
    code = events.code_in(event.get("status"), reason)
    kind = events.judged(_kind(event, code), code, reason)
    if kind is None:
        return
    yield Feedback(
        address=events.address_of(event["email"]),
        kind=kind,
        at=events.instant(event.get("timestamp"), now),
        code=code,
        detail=events.one_line(reason),
        event_id=f"sendgrid/{event['sg_event_id']}",
    )


def _kind(event: Mapping[str, Any], code: str) -> FeedbackKind | None:
    match event["event"], event.get("type"):
        case "bounce", "blocked":
            # Refused for now, or for what we are: only a full mailbox is the reader's own.
            return kind_of_code(code)
        case "bounce", "expired":
            return FeedbackKind.SOFT_BOUNCE
        case "dropped", kind:
            return _DROPPED.get(str(event.get("reason") or kind).lower())
        case word, _:
            return _EVENTS.get(word)
