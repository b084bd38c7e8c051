"""Postmark: many different messages in one call, each with a result of its own; feedback behind a password.

Facts: postmarkapp.com/developer, "Email API", "API error codes", "Bounce types" and "Webhooks". A broadcast stream
writes a List-Unsubscribe header of its own unless its unsubscribe handling is "custom": `check` looks whether it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from digest import refusals
from digest.errors import TransportError
from digest.models import FeedbackKind, Message, Outcome, Receipt
from digest.suppression import Feedback
from digest.transports import events
from digest.transports.calls import READ_TIMEOUT, Answer, Calls
from digest.transports.mapped import in_one_call, mapped

API = "https://api.postmarkapp.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostmarkSettings:
    """An account's server and stream."""

    token: str = field(repr=False)
    stream: str = "broadcast"
    url: str = API
    #: Messages in one call, at most 500 and 50 MB; so many may be in doubt after a crash.
    window: int = 100
    read_timeout: float = READ_TIMEOUT


#: Error codes of single messages that are about the account, server or stream: no other message will fare better.
_ABOUT_US = frozenset({10, 100, 400, 401, 402, 403, 405, 412, 413, 429, 1235})
_NOT_NOW = frozenset({100, 429})
#: The recipient stands in Postmark's own list of suppressions: about the mailbox (RFC 3463, 3.3), never about us.
_INACTIVE = 406


class PostmarkTransport:
    """Carries messages through Postmark."""

    kind = "postmark"

    def __init__(self, settings: PostmarkSettings) -> None:
        self.window = settings.window
        self._stream = settings.stream
        self._calls = Calls(
            "Postmark",
            settings.url,
            headers={"X-Postmark-Server-Token": settings.token},
            read_timeout=settings.read_timeout,
        )

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry each message. TransportError when the account can send nothing."""
        return in_one_call(messages, self._prepared, self._send)

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - its search knows no Message-ID
        """None: it cannot be asked."""
        return None

    def check(self) -> str:
        """The server's name. TransportError when the stream would put an unsubscribe link of its own before ours."""
        server = self._calls.get("/server").get("Name")
        handling = self._calls.get(f"/message-streams/{self._stream}").get("SubscriptionManagementConfiguration") or {}
        if handling.get("UnsubscribeHandlingType") == "Postmark":
            raise TransportError(
                f"Postmark: the stream {self._stream!r} writes unsubscribe links of its own: ask Postmark to set its "
                "unsubscribe handling to custom, or name a transactional stream in transport.stream",
                permanent=True,
            )
        return f"Postmark, server {server!r}, stream {self._stream!r}"

    def close(self) -> None:
        """Let go of the line."""
        self._calls.close()

    def _prepared(self, message: Message) -> dict[str, Any]:
        fields = mapped(message)
        # X-PM-KeepID keeps our Message-ID, by which bounces and complaints find their reader.
        headers = (*fields.headers, ("X-PM-KeepID", "true"))
        return {
            "From": fields.sender,
            "To": fields.recipient,
            "Subject": fields.subject,
            "TextBody": fields.text,
            "HtmlBody": fields.html,
            "Headers": [{"Name": name, "Value": value} for name, value in headers],
            "MessageStream": self._stream,
            "TrackOpens": False,
            "TrackLinks": "None",
        }

    def _send(self, prepared: Sequence[dict[str, Any]]) -> list[Receipt]:
        answer = self._calls.post("/email/batch", json=list(prepared))
        if isinstance(answer, Receipt):
            return [answer] * len(prepared)
        if not answer.is_yes:
            raise TransportError(f"Postmark refused the whole call: {answer.status} {answer.words}", permanent=True)
        results = answer.body if isinstance(answer.body, list) else []
        if len(results) != len(prepared):
            return [answer.unreadable()] * len(prepared)
        if results and all(_code(result) in _ABOUT_US for result in results):
            permanent = _code(results[0]) not in _NOT_NOW
            raise TransportError(f"Postmark sends nothing for us: {results[0].get('Message')}", permanent=permanent)
        return [_receipt(result, answer) for result in results]


def _code(result: Any) -> int | None:
    code = result.get("ErrorCode") if isinstance(result, dict) else None
    return code if isinstance(code, int) else None


def _receipt(result: Any, answer: Answer) -> Receipt:
    code = _code(result)
    if code is None:
        return answer.unreadable()
    if code == 0:
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"Postmark has it as {result.get('MessageID')}")
    words = str(result.get("Message"))
    detail = events.one_line(f"Postmark {code}: {words}")
    if code in _ABOUT_US:
        return Receipt(outcome=Outcome.DEFERRED, detail=detail, lasting=code not in _NOT_NOW)
    if code == _INACTIVE:
        return Receipt(outcome=Outcome.REFUSED, detail=detail, code="5.2.0")
    return refusals.refused(detail, words=words)


# --- feedback --------------------------------------------------------------------------------------------

#: Bounce types; those that are not here tell nothing about a reader (still trying, blocked, refused for its content…).
_BOUNCES = {
    "HardBounce": FeedbackKind.HARD_BOUNCE,
    "BadEmailAddress": FeedbackKind.HARD_BOUNCE,
    "SoftBounce": FeedbackKind.SOFT_BOUNCE,
    "DnsError": FeedbackKind.SOFT_BOUNCE,
    "SpamComplaint": FeedbackKind.COMPLAINT,
    "Unsubscribe": FeedbackKind.UNSUBSCRIBE,
}
#: Why the provider will not mail an address any more.
_SUPPRESSIONS = {
    "HardBounce": FeedbackKind.HARD_BOUNCE,
    "SpamComplaint": FeedbackKind.COMPLAINT,
    "ManualSuppression": FeedbackKind.UNSUBSCRIBE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PostmarkKeys:
    """The user name and password in the webhook's url."""

    username: str
    password: str = field(repr=False)


def read_feedback(
    headers: Mapping[str, str], body: bytes, keys: PostmarkKeys, *, now: datetime
) -> tuple[Feedback, ...]:
    """What one call of the webhook says. FeedbackError when it is not authentic."""
    events.check_password(headers, username=keys.username, password=keys.password)
    return tuple(events.each(events.document(body), lambda event: _read(event, now)))


def _read(event: Mapping[str, Any], now: datetime) -> Iterable[Feedback | None]:
    record = event["RecordType"]
    text = f"{event.get('Description') or ''} {event.get('Details') or ''}".strip()
    code = events.code_in(event.get("Details"))
    kind = events.judged(_kind(event), code, text)
    if kind is None:
        return
    at = event.get("BouncedAt") or event.get("DeliveredAt") or event.get("ChangedAt")
    yield Feedback(
        address=events.address_of(event.get("Email") or event.get("Recipient")),
        kind=kind,
        at=events.instant(at, now),
        code=code,
        detail=events.one_line(text or str(event.get("SuppressionReason") or "")),
        event_id=f"postmark/{record}/{event.get('MessageID')}/{event.get('ID') or at}",
    )


def _kind(event: Mapping[str, Any]) -> FeedbackKind | None:
    match event["RecordType"]:
        case "Delivery":
            return FeedbackKind.DELIVERED
        case "SubscriptionChange":
            return _SUPPRESSIONS.get(event["SuppressionReason"]) if event["SuppressSending"] else None
        case "Bounce" | "SpamComplaint":
            return _BOUNCES.get(event["Type"])
    return None
