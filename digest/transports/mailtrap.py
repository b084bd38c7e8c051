"""Mailtrap: many different messages in one call, each with a result of its own; feedback signed by HMAC.

Facts: docs.mailtrap.io, "Email Sending" (batch, bulk stream), "Sending Domains" and "Webhooks". Tracking is a setting
of the domain and cannot be refused in a call; `check` looks whether it is off.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from digest import refusals
from digest.errors import FeedbackError, TransportError
from digest.models import FeedbackKind, Message, Outcome, Receipt
from digest.suppression import Feedback
from digest.transports import events
from digest.transports.calls import READ_TIMEOUT, Answer, Calls
from digest.transports.mapped import in_one_call, mapped

#: The stream for newsletters.
API = "https://bulk.api.mailtrap.io"
#: Where the account, not a stream, is asked.
ACCOUNT_API = "https://mailtrap.io"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailtrapSettings:
    """An account and its stream."""

    token: str = field(repr=False)
    url: str = API
    account_url: str = ACCOUNT_API
    #: Messages in one call, at most 500; so many may be in doubt after a crash.
    window: int = 100
    read_timeout: float = READ_TIMEOUT


class MailtrapTransport:
    """Carries messages through Mailtrap."""

    kind = "mailtrap"

    def __init__(self, settings: MailtrapSettings) -> None:
        self.window = settings.window
        headers = {"Authorization": f"Bearer {settings.token}"}
        self._calls = Calls("Mailtrap", settings.url, headers=headers, read_timeout=settings.read_timeout)
        self._account = Calls("Mailtrap", settings.account_url, headers=headers, read_timeout=settings.read_timeout)

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry each message. TransportError when the account can send nothing."""
        return in_one_call(messages, _prepared, self._send)

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - it knows its own ids alone
        """None: it cannot be asked."""
        return None

    def check(self) -> str:
        """The account's name. TransportError when one of its domains tracks readers, or it cannot be asked."""
        accounts = self._account.get("/api/accounts").objects(having=("id", "name"))
        for account in accounts:
            for domain in self._account.get(f"/api/accounts/{account['id']}/sending_domains").objects("data"):
                _refuse_tracking(domain)
        return f"Mailtrap, {', '.join(str(one['name']) for one in accounts) or 'no account'}"

    def close(self) -> None:
        """Let go of the lines."""
        self._calls.close()
        self._account.close()

    def _send(self, prepared: Sequence[dict[str, Any]]) -> list[Receipt]:
        answer = self._calls.post("/api/batch", json={"requests": list(prepared)})
        if isinstance(answer, Receipt):
            return [answer] * len(prepared)
        if not answer.is_yes:
            raise TransportError(f"Mailtrap refused the whole call: {answer.status} {answer.words}", permanent=True)
        results = answer.get("responses")
        if not isinstance(results, list) or len(results) != len(prepared):
            return [answer.unreadable()] * len(prepared)
        return [_receipt(result, answer) for result in results]


def _refuse_tracking(domain: Mapping[str, Any]) -> None:
    """Its own unsubscribe link is of the same kind: it takes the place of ours."""
    settings = ("open_tracking_enabled", "click_tracking_enabled", "auto_unsubscribe_link_enabled")
    if wrong := [name for name in settings if domain.get(name)]:
        raise TransportError(
            f"Mailtrap: {domain.get('domain_name')}: switch off {', '.join(wrong)}: readers are not watched, and "
            "unsubscribe by our own links",
            permanent=True,
        )


def _prepared(message: Message) -> dict[str, Any]:
    fields = mapped(message)
    sender = {"email": fields.sender_address, **({"name": fields.sender_name} if fields.sender_name else {})}
    return {
        "from": sender,
        "to": [{"email": fields.recipient}],
        "subject": fields.subject,
        "html": fields.html,
        "text": fields.text,
        "headers": fields.header_map,
    }


def _receipt(result: Any, answer: Answer) -> Receipt:
    if not isinstance(result, dict) or not isinstance(result.get("success"), bool):
        return answer.unreadable()
    if result["success"]:
        names = ", ".join(map(str, result.get("message_ids") or ()))
        return Receipt(outcome=Outcome.ACCEPTED, detail=events.one_line(f"Mailtrap has it as {names}"))
    reasons = "; ".join(map(str, result.get("errors") or ()))
    return refusals.refused(events.one_line(f"Mailtrap: {reasons}"), words=reasons)


# --- feedback --------------------------------------------------------------------------------------------

#: What is not here tells nothing about a reader: suspension (it waits), reject (Mailtrap itself would not), open…
_EVENTS = {
    "delivery": FeedbackKind.DELIVERED,
    "bounce": FeedbackKind.HARD_BOUNCE,
    "soft bounce": FeedbackKind.SOFT_BOUNCE,
    "spam": FeedbackKind.COMPLAINT,
    "unsubscribe": FeedbackKind.UNSUBSCRIBE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class MailtrapKeys:
    """The webhook's signature secret."""

    secret: str = field(repr=False)


def read_feedback(
    headers: Mapping[str, str], body: bytes, keys: MailtrapKeys, *, now: datetime
) -> tuple[Feedback, ...]:
    """What one call of the webhook says. FeedbackError when it is not authentic, or cannot be read."""
    expected = hmac.new(keys.secret.encode(), body, hashlib.sha256).hexdigest()
    events.check_mark(expected, events.header(headers, "Mailtrap-Signature"))
    call = events.document(body)
    found = call.get("events") if isinstance(call, dict) else None
    if not isinstance(found, list):
        raise FeedbackError("this call holds no events: choose the payload format JSON, not JSON Lines")
    return tuple(events.each(found, lambda event: _read(event, now)))


def _read(event: Mapping[str, Any], now: datetime) -> Iterable[Feedback | None]:
    text = str(event.get("response") or event.get("reason") or "")
    code = events.code_in(text)
    kind = events.judged(_EVENTS.get(event["event"]), code, text)
    if kind is None:
        return
    yield Feedback(
        address=events.address_of(event["email"]),
        kind=kind,
        at=events.instant(event.get("timestamp"), now),
        code=code,
        detail=events.one_line(text),
        event_id=f"mailtrap/{event['event_id']}",
    )
