"""Brevo: what is sent again within 15 minutes is known by its key; feedback behind a password.

Facts: developers.brevo.com, "Send a transactional email", "Idempotency for batch emails" and "Transactional webhooks".
A key names a call, so each message goes alone. Tracking is a setting of the account and cannot be refused in a call:
switch it off under Transactional > Settings > Tracking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from digest.errors import TransportError
from digest.models import FeedbackKind, Message, Outcome, Receipt
from digest.suppression import Feedback
from digest.transports import events
from digest.transports.base import one_by_one
from digest.transports.calls import READ_TIMEOUT, Answer, Calls, once_key
from digest.transports.mapped import Unmappable, mapped

API = "https://api.brevo.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class BrevoSettings:
    """An account."""

    token: str = field(repr=False)
    url: str = API
    read_timeout: float = READ_TIMEOUT


#: Codes of a refusal that are about the account.
_ABOUT_US = frozenset({"unauthorized", "not_enough_credits", "permission_denied", "account_under_validation"})


class BrevoTransport:
    """Carries messages through Brevo."""

    kind = "brevo"
    window = 4

    def __init__(self, settings: BrevoSettings) -> None:
        headers = {"api-key": settings.token}
        self._calls = Calls("Brevo", settings.url, headers=headers, read_timeout=settings.read_timeout)

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry each message. TransportError when the account can send nothing."""
        return one_by_one(messages, self._carry)

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - it knows its own ids alone
        """None: it cannot be asked."""
        return None

    def check(self) -> str:
        """The account. TransportError says what is wrong."""
        account = self._calls.get("/v3/account")
        return f"Brevo, account of {account.get('companyName') or account.get('email')}"

    def close(self) -> None:
        """Let go of the line."""
        self._calls.close()

    def _carry(self, message: Message) -> Receipt:
        try:
            prepared = _prepared(message)
        except Unmappable as reason:
            return Receipt(outcome=Outcome.REFUSED, detail=str(reason))
        answer = self._calls.post("/v3/smtp/email", json=prepared)
        if isinstance(answer, Receipt):
            return answer
        if answer.is_yes:
            return Receipt(outcome=Outcome.ACCEPTED, detail=f"Brevo has it as {answer.get('messageId')}")
        return _refused(answer)


def _prepared(message: Message) -> dict[str, Any]:
    fields = mapped(message)
    sender = {"email": fields.sender_address, **({"name": fields.sender_name} if fields.sender_name else {})}
    return {
        "sender": sender,
        "to": [{"email": fields.recipient}],
        "subject": fields.subject,
        "htmlContent": fields.html,
        "textContent": fields.text,
        "headers": {**fields.header_map, "idempotencyKey": str(once_key(message))},
    }


def _refused(answer: Answer) -> Receipt:
    code, words = str(answer.get("code")), str(answer.get("message"))
    if code in _ABOUT_US or "sender" in words.lower():
        raise TransportError(f"Brevo sends nothing for us: {answer.words}", permanent=True)
    if "idempoten" in answer.words.lower() or code == "duplicate_request":
        # The key was used before: by this very message, for the key is made of it.
        return answer.receipt(Outcome.ACCEPTED)
    return answer.refusal()


# --- feedback --------------------------------------------------------------------------------------------

#: What is not here tells nothing about a reader: requested, deferred, blocked by Brevo itself, opened, clicked…
_EVENTS = {
    "delivered": FeedbackKind.DELIVERED,
    "hard_bounce": FeedbackKind.HARD_BOUNCE,
    "invalid_email": FeedbackKind.HARD_BOUNCE,
    "soft_bounce": FeedbackKind.SOFT_BOUNCE,
    "spam": FeedbackKind.COMPLAINT,
    "complaint": FeedbackKind.COMPLAINT,
    "unsubscribe": FeedbackKind.UNSUBSCRIBE,
    "unsubscribed": FeedbackKind.UNSUBSCRIBE,
}


#: No number of seconds is greater for some thousand years, and no number of milliseconds is smaller since 1973.
_SECONDS = 100_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class BrevoKeys:
    """The webhook's user name and password."""

    username: str
    password: str = field(repr=False)


def read_feedback(headers: Mapping[str, str], body: bytes, keys: BrevoKeys, *, now: datetime) -> tuple[Feedback, ...]:
    """What one call of the webhook says. FeedbackError when it is not authentic."""
    events.check_password(headers, username=keys.username, password=keys.password)
    return tuple(events.each(events.document(body), lambda event: _read(event, now)))


def _read(event: Mapping[str, Any], now: datetime) -> Iterable[Feedback | None]:
    reason = str(event.get("reason") or "")
    code = events.code_in(reason)
    kind = events.judged(_EVENTS.get(event["event"]), code, reason)
    if kind is None:
        return
    # Its other times are in the account's zone. This one is in milliseconds, they say; their own example has seconds.
    stamp = event.get("ts_epoch")
    seconds = stamp / 1000 if stamp and stamp > _SECONDS else stamp
    address = events.address_of(event["email"])
    yield Feedback(
        address=address,
        kind=kind,
        at=events.instant(seconds or None, now),
        code=code,
        detail=events.one_line(reason),
        event_id=f"brevo/{event['event']}/{event.get('message-id')}/{address}/{stamp}",
    )
