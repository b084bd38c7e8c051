"""Mailgun: the very MIME, one message a call; feedback signed by HMAC, though not what it says.

Facts: documentation.mailgun.com, "Messages" (messages.mime), "Events", "Webhooks" and "Securing webhooks".
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from digest.errors import FeedbackError, TransportError
from digest.international import with_ascii_domain
from digest.models import FeedbackKind, Message, Outcome, Receipt
from digest.suppression import Feedback, kind_of_code
from digest.transports import envelope, events
from digest.transports.base import one_by_one
from digest.transports.calls import READ_TIMEOUT, Calls

API = "https://api.mailgun.net"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailgunSettings:
    """An account's sending domain. An account in Europe has another url."""

    token: str = field(repr=False)
    domain: str
    url: str = API
    read_timeout: float = READ_TIMEOUT


class MailgunTransport:
    """Carries messages through Mailgun."""

    kind = "mailgun"
    window = 4

    def __init__(self, settings: MailgunSettings) -> None:
        self._domain = settings.domain
        self._calls = Calls("Mailgun", settings.url, auth=("api", settings.token), read_timeout=settings.read_timeout)

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry each message. TransportError when the account can send nothing."""
        return one_by_one(messages, self._carry)

    def has(self, message: Message) -> bool | None:
        """True when its log names the Message-ID; None otherwise, for the log comes late and is kept for a few days."""
        try:
            answer = self._calls.get(
                f"/v3/{self._domain}/events", params={"message-id": message.id.strip("<>"), "limit": "1"}
            )
        except TransportError:
            return None
        return True if answer.get("items") else None

    def check(self) -> str:
        """The domain and its state. TransportError says what is wrong."""
        domain = self._calls.get(f"/v3/domains/{self._domain}").get("domain")
        state = domain.get("state") if isinstance(domain, dict) else None
        return f"Mailgun, {self._domain}: {state or 'of unknown state'}"

    def close(self) -> None:
        """Let go of the line."""
        self._calls.close()

    def _carry(self, message: Message) -> Receipt:
        if refused := envelope.not_for(message, eight_bits=True, international=False):
            return refused
        answer = self._calls.post(
            f"/v3/{self._domain}/messages.mime",
            data={
                "to": with_ascii_domain(message.recipient),
                "o:tracking": "no",
                "o:tracking-clicks": "no",
                "o:tracking-opens": "no",
            },
            files={"message": ("message.mime", message.data, "message/rfc822")},
        )
        if isinstance(answer, Receipt):
            return answer
        if answer.is_yes:
            return Receipt(outcome=Outcome.ACCEPTED, detail=events.one_line(f"Mailgun: {answer.get('message')}"))
        return answer.refusal()


# --- feedback --------------------------------------------------------------------------------------------

_EVENTS = {
    "delivered": FeedbackKind.DELIVERED,
    "complained": FeedbackKind.COMPLAINT,
    "unsubscribed": FeedbackKind.UNSUBSCRIBE,
}
#: Why a message failed for good; for other reasons ("generic", "espblock", "old"…) the code alone is believed.
_FAILED = {
    "bounce": FeedbackKind.HARD_BOUNCE,
    "suppress-bounce": FeedbackKind.HARD_BOUNCE,
    "suppress-complaint": FeedbackKind.COMPLAINT,
    "suppress-unsubscribe": FeedbackKind.UNSUBSCRIBE,
}

#: It calls again for eight hours when nobody answers.
_LATEST = timedelta(hours=12)
_MOST_TOKENS = 200_000


class SeenTokens:
    """Which tokens came with which body.

    The signature covers the token alone, so a token heard once could be put before any body: it is good for the body it
    came with, which may come again, and for no other. Kept in memory, for as long as a token's time is believed, and
    shared between threads.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[datetime, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, token: str, body: bytes, *, now: datetime) -> None:
        """Remember it. FeedbackError when it came before with another body."""
        mark = hashlib.sha256(body).digest()
        with self._lock:
            self._forget(now)
            _, first = self._seen.setdefault(token, (now, mark))
        if not hmac.compare_digest(first, mark):
            raise FeedbackError("the token of this call was used before, for something else", forged=True)

    def _forget(self, now: datetime) -> None:
        while self._seen:
            token, (at, _) = next(iter(self._seen.items()))
            if len(self._seen) < _MOST_TOKENS and now - at <= _LATEST + events.AHEAD:
                return
            del self._seen[token]


@dataclass(frozen=True, kw_only=True, slots=True)
class MailgunKeys:
    """The account's HTTP webhook signing key, and what was seen."""

    signing_key: str = field(repr=False)
    seen: SeenTokens = field(default_factory=SeenTokens)


def read_feedback(
    headers: Mapping[str, str],  # noqa: ARG001 - its signature stands in the body
    body: bytes,
    keys: MailgunKeys,
    *,
    now: datetime,
) -> tuple[Feedback, ...]:
    """What one call of the webhook says. FeedbackError when it is not authentic."""
    call = events.document(body)
    signed = call.get("signature") if isinstance(call, dict) else None
    if not isinstance(signed, dict):
        raise FeedbackError("this call is not signed", forged=True)
    stamp, token, shown = (str(signed.get(key) or "") for key in ("timestamp", "token", "signature"))
    expected = hmac.new(
        keys.signing_key.encode(), f"{stamp}{token}".encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()
    events.check_mark(expected, shown)
    events.check_time(stamp, now=now, within=_LATEST)
    keys.seen.check(token, body, now=now)
    return tuple(events.each(call.get("event-data"), lambda event: _read(event, now)))


def _read(event: Mapping[str, Any], now: datetime) -> Iterable[Feedback | None]:
    status = event.get("delivery-status") or {}
    text = str(status.get("message") or status.get("description") or event.get("reason") or "")
    code = events.code_in(status.get("enhanced-code"), text)
    kind = events.judged(_kind(event, code), code, text)
    if kind is None:
        return
    yield Feedback(
        address=events.address_of(event["recipient"]),
        kind=kind,
        at=events.instant(event.get("timestamp"), now),
        code=code,
        detail=events.one_line(text),
        # An id is unique within a day.
        event_id=f"mailgun/{event['id']}/{event.get('timestamp')}",
    )


def _kind(event: Mapping[str, Any], code: str) -> FeedbackKind | None:
    word = event["event"]
    if word != "failed":
        return _EVENTS.get(word)
    if event.get("severity") != "permanent":
        return None  # it is still trying
    return _FAILED.get(str(event.get("reason"))) or kind_of_code(code)
