"""A message as providers take it that accept no MIME: field by field, with nothing left out in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from typing import TypeVar

from digest.errors import TransportError
from digest.models import Message, Outcome, Receipt
from digest.transports import envelope

#: Fields of their own, or what the provider writes by itself: neither goes along as a header.
_NOT_CARRIED = frozenset({
    "from", "to", "subject", "date", "mime-version", "content-type", "content-transfer-encoding",
})  # fmt: skip
#: What has no field everywhere, or would be wrong once the provider has made the message anew.
_IMPOSSIBLE = frozenset({"cc", "bcc", "sender", "reply-to", "return-path", "content-disposition"})

_Made = TypeVar("_Made")


class Unmappable(Exception):  # noqa: N818 - never seen outside: it becomes a receipt
    """This message holds what the provider has no field for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """A message in its fields."""

    sender_name: str
    sender_address: str
    recipient: str
    subject: str
    text: str
    html: str
    #: All the others, unfolded, in their order.
    headers: tuple[tuple[str, str], ...]

    @property
    def sender(self) -> str:
        """Name and address in one, for interfaces with one field for both."""
        quoted = self.sender_name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{self.sender_address}>' if quoted else self.sender_address

    @property
    def header_map(self) -> Mapping[str, str]:
        """The headers by name, for interfaces that take an object."""
        return dict(self.headers)


def mapped(message: Message) -> Mapped:
    """The fields of a message.

    Raises:
        Unmappable: it holds something that would be lost, or its address has letters that no provider promises to take.
        TransportError: it is signed (RFC 6376), and no signature of ours would be valid on what arrives.
    """
    if refused := envelope.not_for(message, eight_bits=True, international=False):
        raise Unmappable(refused.detail)
    try:
        parsed = BytesParser(EmailMessage, policy=policy.default).parsebytes(message.data)
        headers = [(name, str(value)) for name, value in parsed.items()]
        text, html = _bodies(parsed)
    except (MessageError, LookupError, UnicodeError, TypeError) as error:
        raise Unmappable(f"it cannot be taken apart: {error}") from error
    names = [name.lower() for name, _ in headers]
    if "dkim-signature" in names:
        # Every mail has it, so no reader's mail is refused for it: an operator decides who signs.
        raise TransportError(
            "this provider makes mails anew and signs them itself: take newsletter.dkim out of the settings",
            permanent=True,
        )
    if lost := sorted({name for name in names if name in _IMPOSSIBLE or names.count(name) > 1}):
        raise Unmappable(f"this provider has no place for: {', '.join(lost)}")
    fields = dict(zip(names, (value for _, value in headers), strict=True))
    sender_name, sender_address = _one_mailbox(fields, "from")
    return Mapped(
        sender_name=sender_name,
        sender_address=sender_address,
        recipient=_one_mailbox(fields, "to")[1],
        subject=fields.get("subject", ""),
        text=text,
        html=html,
        headers=tuple((name, value) for name, value in headers if name.lower() not in _NOT_CARRIED),
    )


def in_one_call(
    messages: Sequence[Message],
    prepare: Callable[[Message], _Made],
    send: Callable[[Sequence[_Made]], Sequence[Receipt]],
) -> list[Receipt]:
    """Prepare each message and send them together; one receipt for each, in order.

    What cannot be mapped is refused with the reason, and the others go. `send` gives as many receipts as it was given.
    """
    receipts: dict[int, Receipt] = {}
    ready: dict[int, _Made] = {}
    for place, message in enumerate(messages):
        try:
            ready[place] = prepare(message)
        except Unmappable as reason:
            receipts[place] = Receipt(outcome=Outcome.REFUSED, detail=str(reason))
    if ready:
        receipts.update(zip(ready, send(list(ready.values())), strict=True))
    return [receipts[place] for place in range(len(messages))]


def _bodies(parsed: EmailMessage) -> tuple[str, str]:
    parts = [part for part in parsed.walk() if not part.is_multipart()]
    kinds = [part.get_content_type() for part in parts]
    if kinds != ["text/plain", "text/html"] or parsed.get_content_type() != "multipart/alternative":
        raise Unmappable(f"this provider takes one text and one HTML, and it holds {', '.join(kinds)}")
    text, html = (str(part.get_content()) for part in parts)
    return text, html


def _one_mailbox(fields: Mapping[str, str], name: str) -> tuple[str, str]:
    found = getaddresses([fields.get(name, "")])
    if len(found) != 1 or "@" not in found[0][1]:
        raise Unmappable(f"its {name} is not one address")
    return found[0]
