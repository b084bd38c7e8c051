"""Resend: what is sent again within 24 hours is known by its key; feedback signed in the manner of Svix.

Facts: resend.com/docs, "Send Email", "Send Batch Emails", "Idempotency Keys", "Retrieve Domain" and "Webhooks". A key
names a call, not a message: only alone can a message be known again, so by default each goes alone. Tracking is a
setting of the domain and cannot be refused in a call; `check` looks whether it is off.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from digest import refusals
from digest.errors import ConfigError, TransportError
from digest.models import FeedbackKind, Message, Outcome, Receipt
from digest.suppression import Feedback
from digest.transports import events
from digest.transports.base import one_by_one
from digest.transports.calls import READ_TIMEOUT, Answer, Calls, once_key
from digest.transports.mapped import Unmappable, in_one_call, mapped

API = "https://api.resend.com"
#: Errors that every other message would meet, too.
_ABOUT_US = frozenset({"invalid_from_address", "invalid_access", "security_error"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ResendSettings:
    """An account."""

    token: str = field(repr=False)
    url: str = API
    #: Messages in one call, at most 100. With more than one, a call whose answer was lost is known again only if the
    #: very same messages are sent together again, which the outbox does not promise.
    batch: int = 1
    read_timeout: float = READ_TIMEOUT


class ResendTransport:
    """Carries messages through Resend."""

    kind = "resend"

    def __init__(self, settings: ResendSettings) -> None:
        self.window = settings.batch if settings.batch > 1 else 4
        self._batch = settings.batch
        headers = {"Authorization": f"Bearer {settings.token}"}
        self._calls = Calls("Resend", settings.url, headers=headers, read_timeout=settings.read_timeout)

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry each message. TransportError when the account can send nothing."""
        if self._batch == 1:
            return one_by_one(messages, self._carry)
        return in_one_call(messages, lambda message: (message, _prepared(message)), self._send_together)

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - it knows its own ids alone
        """None: it cannot be asked, and need not be: what is sent again is known by its key."""
        return None

    def check(self) -> str:
        """The account's domains. TransportError when one of them tracks readers, or it cannot be asked."""
        domains = self._calls.get("/domains").objects("data", having=("id", "name"))
        for domain in domains:
            one = self._calls.get(f"/domains/{domain['id']}")
            if one.get("open_tracking") or one.get("click_tracking"):
                raise TransportError(
                    f"Resend: {one.get('name')} tracks opens or clicks: switch both off, readers are not watched",
                    permanent=True,
                )
        return f"Resend, {', '.join(str(domain['name']) for domain in domains) or 'no domain yet'}"

    def close(self) -> None:
        """Let go of the line."""
        self._calls.close()

    def _carry(self, message: Message) -> Receipt:
        try:
            prepared = _prepared(message)
        except Unmappable as reason:
            return Receipt(outcome=Outcome.REFUSED, detail=str(reason))
        answer = self._calls.post("/emails", json=prepared, headers={"Idempotency-Key": str(once_key(message))})
        if isinstance(answer, Receipt):
            return answer
        if answer.is_yes:
            return _accepted(answer.body)
        if answer.get("name") in _ABOUT_US or "`from`" in answer.words:
            raise TransportError(f"Resend sends nothing for us: {answer.words}", permanent=True)
        return _refused(answer)

    def _send_together(self, prepared: Sequence[tuple[Message, dict[str, Any]]]) -> list[Receipt]:
        key = str(once_key(*(message for message, _ in prepared)))
        answer = self._calls.post(
            "/emails/batch",
            json=[fields for _, fields in prepared],
            # Without this one wrong address would refuse them all.
            headers={"Idempotency-Key": key, "x-batch-validation": "permissive"},
        )
        if isinstance(answer, Receipt):
            return [answer] * len(prepared)
        if answer.status == 409:
            return [_refused(answer)] * len(prepared)
        if not answer.is_yes:
            raise TransportError(f"Resend refused the whole call: {answer.status} {answer.words}", permanent=True)
        return _each_receipt(answer, len(prepared))


def _prepared(message: Message) -> dict[str, Any]:
    fields = mapped(message)
    return {
        "from": fields.sender,
        "to": [fields.recipient],
        "subject": fields.subject,
        "html": fields.html,
        "text": fields.text,
        "headers": fields.header_map,
    }


def _refused(answer: Answer) -> Receipt:
    """409: the key is in use this moment, or was used for something else, so that something was sent under it."""
    if answer.status != 409:
        return answer.refusal()
    in_use = answer.get("name") == "concurrent_idempotent_requests"
    return answer.receipt(Outcome.DEFERRED if in_use else Outcome.DOUBTFUL)


def _accepted(result: Any) -> Receipt:
    name = result.get("id") if isinstance(result, dict) else None
    return Receipt(outcome=Outcome.ACCEPTED, detail=f"Resend has it as {name}")


def _each_receipt(answer: Answer, number: int) -> list[Receipt]:
    """Ids of those that were taken, in order, and errors of the others by their place."""
    taken, errors = answer.get("data"), answer.get("errors") or []
    if not isinstance(taken, list) or not isinstance(errors, list) or len(taken) + len(errors) != number:
        return [answer.unreadable()] * number
    wrong = {error.get("index"): str(error.get("message")) for error in errors if isinstance(error, dict)}
    if len(wrong) != len(errors) or not all(place in range(number) for place in wrong):
        return [answer.unreadable()] * number
    names = iter(taken)
    return [
        refusals.refused(events.one_line(f"Resend: {wrong[place]}"), words=wrong[place])
        if place in wrong
        else _accepted(next(names))
        for place in range(number)
    ]


# --- feedback --------------------------------------------------------------------------------------------

_EVENTS = {
    "email.delivered": FeedbackKind.DELIVERED,
    "email.complained": FeedbackKind.COMPLAINT,
    "email.suppressed": FeedbackKind.HARD_BOUNCE,
}
_BOUNCES = {
    "Permanent": FeedbackKind.HARD_BOUNCE,
    "Transient": FeedbackKind.SOFT_BOUNCE,
    "Undetermined": FeedbackKind.SOFT_BOUNCE,
}
#: What Svix recommends, and signs anew at every try.
_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResendKeys:
    """The webhook's signing secret, `whsec_` and Base64."""

    secret: str = field(repr=False)


def read_feedback(headers: Mapping[str, str], body: bytes, keys: ResendKeys, *, now: datetime) -> tuple[Feedback, ...]:
    """What one call of the webhook says. FeedbackError when it is not authentic, ConfigError for a wrong secret."""
    name = events.header(headers, "svix-id")
    stamp = events.header(headers, "svix-timestamp")
    expected = hmac.new(
        _secret(keys.secret), f"{name}.{stamp}.".encode("utf-8", "replace") + body, hashlib.sha256
    ).digest()
    shown = events.header(headers, "svix-signature").split()
    mark = f"v1,{base64.b64encode(expected).decode()}"
    # Several while a secret is being changed: all are compared, whichever fits.
    fits = [one for one in shown if hmac.compare_digest(one.encode("utf-8", "replace"), mark.encode())]
    events.check_mark(mark, fits[0] if fits else "")
    events.check_time(stamp, now=now, within=_WITHIN)
    return tuple(events.each(events.document(body), lambda event: _read(event, name, now)))


def _secret(text: str) -> bytes:
    try:
        secret = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not secret:
        raise ConfigError("transport.webhook_key: this is not the signing secret that Resend shows (whsec_…)")
    return secret


def _read(event: Mapping[str, Any], name: str, now: datetime) -> Iterable[Feedback | None]:
    data = event["data"]
    bounce = data.get("bounce") or {}
    text = str(bounce.get("message") or "")
    code = events.code_in(text, *(bounce.get("diagnosticCode") or ()))
    word = _BOUNCES.get(bounce.get("type", "")) if event["type"] == "email.bounced" else _EVENTS.get(event["type"])
    kind = events.judged(word, code, text)
    if kind is None:
        return
    for place, address in enumerate(data["to"]):
        yield Feedback(
            address=events.address_of(address),
            kind=kind,
            at=events.instant(event.get("created_at"), now),
            code=code,
            detail=events.one_line(text),
            event_id=f"resend/{name}/{place}",
        )
