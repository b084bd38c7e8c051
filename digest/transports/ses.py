"""Amazon SES (version 2 of its interface): the very MIME, one message a call; feedback through SNS, signed with RSA.

Facts: docs.aws.amazon.com, "SendEmail" (SES API v2), "Contents of event notifications" and "Verifying the signatures of
Amazon SNS messages". boto3 tries again by itself unless told not to, and one lost reply then becomes three mails.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from digest import refusals
from digest.errors import ConfigError, FeedbackError, TransportError
from digest.international import with_ascii_domain
from digest.models import FeedbackKind, Message, Outcome, Receipt
from digest.suppression import Feedback, kind_of_code
from digest.transports import envelope, events
from digest.transports.base import one_by_one
from digest.transports.calls import CONNECT_TIMEOUT, READ_TIMEOUT

try:
    import boto3
    from botocore import exceptions as boto
    from botocore.config import Config
    from botocore.parsers import ResponseParserError
except ImportError:
    boto3 = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SesSettings:
    """A region of an account. Who we are comes from where AWS tools look: the environment, a profile, the machine."""

    region: str
    #: Names the configuration set, whose event destinations send feedback; empty for none.
    configuration_set: str = ""
    #: Another endpoint; empty for the region's own.
    url: str = ""
    read_timeout: float = READ_TIMEOUT


#: Errors about the account or the sender, which every other message would meet, too.
_ABOUT_US = frozenset({
    "AccessDeniedException", "AccountSuspendedException", "SendingPausedException",
    "MailFromDomainNotVerifiedException", "NotFoundException",
    "UnrecognizedClientException", "InvalidClientTokenId", "SignatureDoesNotMatch",
    "IncompleteSignature", "InvalidSignatureException", "MissingAuthenticationToken", "ExpiredTokenException",
    "OptInRequired",
})  # fmt: skip
_NOT_NOW = frozenset({
    "TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling", "ServiceUnavailable",
    "RequestTimeout", "RequestTimeoutException",
})  # fmt: skip


class SesTransport:
    """Carries messages through Amazon SES."""

    kind = "ses"
    window = 4

    def __init__(self, settings: SesSettings) -> None:
        if boto3 is None:
            raise ConfigError("transport.kind: ses needs one more package: pip install 'digest-newsletter[ses]'")
        self._set = settings.configuration_set
        self._region = settings.region
        self._client: Any = boto3.client(
            "sesv2",
            region_name=settings.region,
            endpoint_url=settings.url or None,
            config=Config(
                retries={"total_max_attempts": 1, "mode": "standard"},
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=settings.read_timeout,
            ),
        )

    def submit(self, messages: Sequence[Message]) -> list[Receipt]:
        """Carry each message. TransportError when the account can send nothing."""
        return one_by_one(messages, self._carry)

    def has(self, message: Message) -> bool | None:  # noqa: ARG002 - it gives every message an id of its own
        """None: it cannot be asked."""
        return None

    def check(self) -> str:
        """Whether the account may send. TransportError when it may not, tracks readers, or cannot be asked."""
        try:
            account = self._client.get_account()
            destinations = self._destinations()
        except boto.ClientError as error:
            raise TransportError(f"Amazon SES: {_said(error)}", permanent=True) from error
        except boto.BotoCoreError as error:
            raise TransportError(f"Amazon SES: {events.one_line(str(error))}") from error
        watched = {word for one in destinations for word in one.get("MatchingEventTypes", ())} & {"OPEN", "CLICK"}
        if watched:
            raise TransportError(
                f"Amazon SES: the configuration set {self._set} tracks {' and '.join(sorted(watched))}: "
                "take that out of its event destinations, readers are not watched",
                permanent=True,
            )
        if not account.get("SendingEnabled", True):
            raise TransportError("Amazon SES: sending is switched off for this account", permanent=True)
        sandbox = "" if account.get("ProductionAccessEnabled") else ", in the sandbox: verified addresses only"
        return f"Amazon SES in {self._region}{sandbox}"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _destinations(self) -> list[Mapping[str, Any]]:
        if not self._set:
            return []
        found = self._client.get_configuration_set_event_destinations(ConfigurationSetName=self._set)
        return list(found.get("EventDestinations") or ())

    def _carry(self, message: Message) -> Receipt:
        if refused := envelope.not_for(message, eight_bits=True, international=False):
            return refused
        # Without a configuration set there is no tracking at all; with one, `check` looks that there is none. No tags.
        options = {"ConfigurationSetName": self._set} if self._set else {}
        try:
            taken = self._client.send_email(
                Destination={"ToAddresses": [with_ascii_domain(message.recipient)]},
                Content={"Raw": {"Data": message.data}},
                **options,
            )
        except boto.ClientError as error:
            return _refused(error)
        except (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError) as error:
            raise TransportError(f"Amazon SES: no connection: {events.one_line(str(error))}") from error
        except (boto.HTTPClientError, boto.IncompleteReadError, ResponseParserError) as error:
            if isinstance(error, boto.SSLError):
                raise TransportError(f"Amazon SES: {events.one_line(str(error))}", permanent=True) from error
            return Receipt(
                outcome=Outcome.DOUBTFUL, detail=events.one_line(f"Amazon SES: the answer was lost: {error}")
            )
        except boto.BotoCoreError as error:  # no credentials, no region, a value it will not take: before any call
            raise TransportError(f"Amazon SES: {events.one_line(str(error))}", permanent=True) from error
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"Amazon SES has it as {taken.get('MessageId')}")


def _refused(error: Any) -> Receipt:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _NOT_NOW or status in (408, 429, 503):
        return Receipt(outcome=Outcome.DEFERRED, detail=_said(error))
    if status >= 500:
        return Receipt(outcome=Outcome.DOUBTFUL, detail=_said(error))
    if code in _ABOUT_US or status in (401, 403) or 300 <= status < 400 or "not verified" in _said(error):
        raise TransportError(f"Amazon SES sends nothing for us: {_said(error)}", permanent=True) from error
    return refusals.refused(_said(error))


def _said(error: Any) -> str:
    said = error.response.get("Error", {})
    return events.one_line(f"{said.get('Code', '')}: {said.get('Message', '')}")


# --- feedback --------------------------------------------------------------------------------------------

_EVENTS = {
    "Bounce": ("bounce", "bouncedRecipients"),
    "Complaint": ("complaint", "complainedRecipients"),
    "Delivery": ("delivery", "recipients"),
}
#: (type, subtype) of a bounce; `*` stands for any. A vacation notice comes as Transient, General: it tells nothing.
_BOUNCES = {
    ("Permanent", "*"): FeedbackKind.HARD_BOUNCE,
    ("Transient", "MailboxFull"): FeedbackKind.SOFT_BOUNCE,
    ("Undetermined", "*"): FeedbackKind.SOFT_BOUNCE,
}
#: What is signed, in this order (a Subject only where there is one).
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
    "UnsubscribeConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
_SNS_HOST = re.compile(r"sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?")
_HASHES: Mapping[str, type[hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}


def fetch(url: str) -> bytes:
    """What is found there. FeedbackError when nothing is."""
    try:
        response = httpx.get(url, timeout=CONNECT_TIMEOUT, follow_redirects=False)
        response.raise_for_status()
    except httpx.HTTPError as error:
        raise FeedbackError(f"Amazon SNS cannot be asked: {type(error).__name__}") from error
    return response.content


@dataclass(frozen=True, kw_only=True, slots=True)
class SesKeys:
    """The topic that feedback comes from, and how Amazon's certificates are fetched (each once)."""

    topic_arn: str
    fetch: Callable[[str], bytes] = fetch
    certificates: dict[str, bytes] = field(default_factory=dict, repr=False)


def read_feedback(
    headers: Mapping[str, str],  # noqa: ARG001 - everything signed stands in the body
    body: bytes,
    keys: SesKeys,
    *,
    now: datetime,
) -> tuple[Feedback, ...]:
    """What one call of SNS says; a subscription of our own topic is confirmed, and says nothing.

    Raises:
        FeedbackError: it is not authentic, or from another topic.
    """
    call = events.document(body)
    if not isinstance(call, dict) or call.get("Type") not in _SIGNED:
        raise FeedbackError("this call is not from Amazon SNS", forged=True)
    if call.get("TopicArn") != keys.topic_arn:
        raise FeedbackError("this call is from another topic than transport.topic_arn", forged=True)
    _check_signature(call, keys)
    if call["Type"] == "SubscriptionConfirmation":
        keys.fetch(_pinned(call.get("SubscribeURL")))
    if call["Type"] != "Notification":
        return ()
    try:
        event = events.document(str(call.get("Message")).encode("utf-8", "replace"))
    except FeedbackError:  # a greeting in plain words when the topic is set up
        return ()
    return tuple(events.each(event, lambda one: _read(one, str(call.get("MessageId")), now)))


def _pinned(url: Any) -> str:
    """The url, when it is Amazon's."""
    try:
        parts = urlsplit(str(url))
        trusted = parts.scheme == "https" and parts.port in (None, 443) and not (parts.username or parts.password)
    except ValueError:
        trusted = False
    if not trusted or not _SNS_HOST.fullmatch(parts.hostname or ""):
        raise FeedbackError("this call names a certificate or link that is not Amazon's", forged=True)
    return str(url)


def _check_signature(call: Mapping[str, Any], keys: SesKeys) -> None:
    url = _pinned(call.get("SigningCertURL"))
    if not urlsplit(url).path.endswith(".pem"):
        raise FeedbackError("this call names a certificate that is none", forged=True)
    algorithm = _HASHES.get(str(call.get("SignatureVersion")))
    text = "".join(f"{key}\n{call[key]}\n" for key in _SIGNED[call["Type"]] if call.get(key) is not None)
    certificate = keys.certificates.get(url) or keys.fetch(url)
    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
        if not isinstance(key, rsa.RSAPublicKey) or algorithm is None:
            raise FeedbackError("this call is signed in a way we do not know", forged=True)
        shown = base64.b64decode(str(call.get("Signature")), validate=True)
        key.verify(shown, text.encode(), padding.PKCS1v15(), algorithm())
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise FeedbackError("the signature of this call is not Amazon's", forged=True) from error
    keys.certificates[url] = certificate


def _read(event: Mapping[str, Any], name: str, now: datetime) -> Iterable[Feedback | None]:
    word = event.get("notificationType") or event["eventType"]
    if word not in _EVENTS:
        return
    inside, recipients = _EVENTS[word]
    for place, recipient in enumerate(event[inside][recipients]):
        of = {"emailAddress": recipient} if isinstance(recipient, str) else recipient
        text = str(of.get("diagnosticCode") or event[inside].get("smtpResponse") or "")
        code = events.code_in(of.get("status"), text) if word == "Bounce" else ""
        kind = events.judged(_kind(word, event[inside], code), code, text)
        if kind is not None:
            yield Feedback(
                address=events.address_of(of["emailAddress"]),
                kind=kind,
                at=events.instant(event[inside].get("timestamp"), now),
                code=code,
                detail=events.one_line(text),
                event_id=f"ses/{name}/{place}",
            )


def _kind(word: str, inside: Mapping[str, Any], code: str) -> FeedbackKind | None:
    if word == "Delivery":
        return FeedbackKind.DELIVERED
    if word == "Complaint":
        return None if inside.get("complaintFeedbackType") == "not-spam" else FeedbackKind.COMPLAINT
    kind, subtype = inside.get("bounceType", ""), inside.get("bounceSubType", "")
    return _BOUNCES.get((kind, subtype)) or _BOUNCES.get((kind, "*")) or kind_of_code(code)
