"""What providers tell about addresses: only when they are shown to be who they say, and in our words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from digest.errors import ConfigError, FeedbackError
from digest.models import FeedbackKind
from digest.suppression import Feedback
from digest.transports import brevo, events, mailgun, mailtrap, postmark, resend, sendgrid, ses
from tests.factories import NOW

HARD, SOFT = FeedbackKind.HARD_BOUNCE, FeedbackKind.SOFT_BOUNCE
COMPLAINT, LEFT, HERE = FeedbackKind.COMPLAINT, FeedbackKind.UNSUBSCRIBE, FeedbackKind.DELIVERED
EARLIER = NOW - timedelta(hours=1)
ADA = "ada@example.org"
STAMP = str(int(NOW.timestamp()))

Calls = tuple[dict[str, str], bytes]


def read(kind: str, event: Any, *, spoil: Callable[[Calls], Calls] = lambda call: call) -> tuple[Feedback, ...]:
    """What a provider's own reader makes of an event that is signed as the provider signs."""
    return READERS[kind](*spoil(SIGNERS[kind](event)))


# --- how each provider signs -----------------------------------------------------------------------------

_EC = ec.generate_private_key(ec.SECP256R1())
_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_SVIX = base64.b64encode(b"0123456789abcdef").decode()
TOPIC = "arn:aws:sns:eu-central-1:123456789012:news"
CERT_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-example.pem"


def _certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder(name, name, _RSA.public_key(), 1, NOW - timedelta(days=9), NOW + timedelta(days=9))
    return made.sign(_RSA, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


_CERTIFICATE = _certificate()


def _dumped(event: Any) -> bytes:
    return event if isinstance(event, bytes) else json.dumps(event).encode()


def _with_password(event: Any) -> Calls:
    return {"authorization": "Basic " + base64.b64encode(b"digest:pa:ss").decode()}, _dumped(event)


def _with_ecdsa(event: Any) -> Calls:
    body = _dumped(event)
    mark = _EC.sign(STAMP.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Timestamp": STAMP,
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(mark).decode(),
    }, body


def _with_token(event: Any, *, stamp: str = STAMP, token: str = "t" * 50) -> Calls:
    mark = hmac.new(b"signing", f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {}, _dumped({"signature": {"timestamp": stamp, "token": token, "signature": mark}, "event-data": event})


def _with_svix(event: Any, *, stamp: str = STAMP) -> Calls:
    body = _dumped(event)
    mark = hmac.new(base64.b64decode(_SVIX), f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    shown = f"v1,{base64.b64encode(b'older').decode()} v1,{base64.b64encode(mark).decode()} v1a,zzz"
    return {"Svix-Id": "msg_1", "svix-timestamp": stamp, "svix-signature": shown}, body


def _with_hmac(event: Any) -> Calls:
    body = _dumped({"events": event if isinstance(event, list) else [event]})
    return {"mailtrap-signature": hmac.new(b"secret", body, hashlib.sha256).hexdigest()}, body


def sns(message: Any, *, version: str = "2", **given: Any) -> dict[str, Any]:
    call = {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-12-01T09:00:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERT_URL,
        **given,
    }
    keys = ["Message", "MessageId"]
    keys += ["SubscribeURL", "Timestamp", "Token"] if "Token" in call else ["Subject", "Timestamp"]
    text = "".join(f"{key}\n{call[key]}\n" for key in [*keys, "TopicArn", "Type"] if key in call)
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    call["Signature"] = base64.b64encode(_RSA.sign(text.encode(), padding.PKCS1v15(), algorithm)).decode()
    return call


SIGNERS: dict[str, Callable[[Any], Calls]] = {
    "postmark": _with_password,
    "brevo": _with_password,
    "sendgrid": _with_ecdsa,
    "mailgun": _with_token,
    "resend": _with_svix,
    "mailtrap": _with_hmac,
    "ses": lambda event: ({}, _dumped(sns(event))),
}


@dataclass
class Web:
    """What Amazon's reader fetches."""

    asked: list[str] = field(default_factory=list)

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        return _CERTIFICATE


def ses_keys(web: Web | None = None) -> ses.SesKeys:
    return ses.SesKeys(topic_arn=TOPIC, fetch=web or Web())


_PUBLIC = base64.b64encode(
    _EC.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()

READERS: dict[str, Callable[[dict[str, str], bytes], tuple[Feedback, ...]]] = {
    "postmark": lambda headers, body: postmark.read_feedback(
        headers, body, postmark.PostmarkKeys(username="digest", password="pa:ss"), now=NOW
    ),
    "brevo": lambda headers, body: brevo.read_feedback(
        headers, body, brevo.BrevoKeys(username="digest", password="pa:ss"), now=NOW
    ),
    "sendgrid": lambda headers, body: sendgrid.read_feedback(
        headers, body, sendgrid.SendgridKeys(public_key=_PUBLIC), now=NOW
    ),
    "mailgun": lambda headers, body: mailgun.read_feedback(
        headers, body, mailgun.MailgunKeys(signing_key="signing"), now=NOW
    ),
    "resend": lambda headers, body: resend.read_feedback(
        headers, body, resend.ResendKeys(secret=f"whsec_{_SVIX}"), now=NOW
    ),
    "mailtrap": lambda headers, body: mailtrap.read_feedback(
        headers, body, mailtrap.MailtrapKeys(secret="secret"), now=NOW
    ),
    "ses": lambda headers, body: ses.read_feedback(headers, body, ses_keys(), now=NOW),
}
each_kind = pytest.mark.parametrize("kind", READERS)


# --- their words, and ours -------------------------------------------------------------------------------


def _postmark(record: str = "Bounce", **given: Any) -> dict[str, Any]:
    return {"RecordType": record, "ID": 42, "MessageID": "m", "Email": ADA, "BouncedAt": EARLIER.isoformat(), **given}


def _sendgrid(event: str, **given: Any) -> list[dict[str, Any]]:
    return [{"event": event, "email": ADA, "timestamp": int(EARLIER.timestamp()), "sg_event_id": "e", **given}]


def _mailgun(event: str, **given: Any) -> dict[str, Any]:
    return {"event": event, "id": "i", "recipient": ADA, "timestamp": EARLIER.timestamp(), **given}


def _resend(kind: str, **bounce: Any) -> dict[str, Any]:
    data = {"to": [ADA], **({"bounce": bounce} if bounce else {})}
    return {"type": kind, "created_at": EARLIER.isoformat(), "data": data}


def _brevo(event: str, **given: Any) -> dict[str, Any]:
    return {"event": event, "email": ADA, "message-id": "<m>", "ts_epoch": EARLIER.timestamp() * 1000, **given}


def _mailtrap(event: str, **given: Any) -> dict[str, Any]:
    return {"event": event, "email": ADA, "timestamp": int(EARLIER.timestamp()), "event_id": "e", **given}


def _bounced(kind: str, subtype: str, **recipient: str) -> dict[str, Any]:
    bounce = {
        "bounceType": kind,
        "bounceSubType": subtype,
        "timestamp": EARLIER.isoformat(),
        "bouncedRecipients": [{"emailAddress": ADA, **recipient}],
    }
    return {"notificationType": "Bounce", "bounce": bounce}


def _complained(**given: str) -> dict[str, Any]:
    complaint = {"complainedRecipients": [{"emailAddress": ADA}], "timestamp": EARLIER.isoformat(), **given}
    return {"eventType": "Complaint", "complaint": complaint}


#: (provider, its event, our word or None for one that tells nothing about the reader)
WORDS: list[tuple[str, Any, FeedbackKind | None]] = [
    ("postmark", _postmark(Type="HardBounce"), HARD),
    ("postmark", _postmark(Type="BadEmailAddress"), HARD),
    ("postmark", _postmark(Type="SoftBounce"), SOFT),
    ("postmark", _postmark(Type="Transient"), None),
    ("postmark", _postmark(Type="Blocked"), None),
    ("postmark", _postmark(Type="AutoResponder"), None),
    ("postmark", _postmark(Type="HardBounce", Details="smtp;550 5.7.1 we do not like you"), None),
    ("postmark", _postmark(Type="HardBounce", Details="smtp;552 5.2.2 mailbox full"), SOFT),
    ("postmark", _postmark("SpamComplaint", Type="SpamComplaint"), COMPLAINT),
    ("postmark", _postmark("Delivery", Recipient=ADA), HERE),
    ("postmark", _postmark("Open", Recipient=ADA), None),
    (
        "postmark",
        _postmark("SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression"),
        LEFT,
    ),
    ("postmark", _postmark("SubscriptionChange", SuppressSending=True, SuppressionReason="SpamComplaint"), COMPLAINT),
    ("postmark", _postmark("SubscriptionChange", SuppressSending=False, SuppressionReason=None), None),
    ("sendgrid", _sendgrid("bounce", type="bounce", status="5.1.1", reason="550 no such user"), HARD),
    ("sendgrid", _sendgrid("bounce", type="bounce", status="5.0.0", reason="550 5.7.606 access denied"), None),
    ("sendgrid", _sendgrid("bounce", type="blocked", status="5.7.1"), None),
    ("sendgrid", _sendgrid("bounce", type="blocked", status="5.2.2"), SOFT),
    ("sendgrid", _sendgrid("bounce", type="expired"), SOFT),
    ("sendgrid", _sendgrid("dropped", reason="Bounced Address"), HARD),
    ("sendgrid", _sendgrid("dropped", reason="Unsubscribed Address"), LEFT),
    ("sendgrid", _sendgrid("dropped", reason="Spam Reporting Address"), COMPLAINT),
    ("sendgrid", _sendgrid("dropped", reason="Spam Content"), None),
    ("sendgrid", _sendgrid("deferred", response="451 later"), None),
    ("sendgrid", _sendgrid("delivered"), HERE),
    ("sendgrid", _sendgrid("spamreport"), COMPLAINT),
    ("sendgrid", _sendgrid("group_unsubscribe"), LEFT),
    ("sendgrid", _sendgrid("open"), None),
    ("mailgun", _mailgun("delivered"), HERE),
    ("mailgun", _mailgun("failed", severity="permanent", reason="bounce"), HARD),
    ("mailgun", _mailgun("failed", severity="permanent", reason="suppress-bounce"), HARD),
    ("mailgun", _mailgun("failed", severity="permanent", reason="suppress-complaint"), COMPLAINT),
    ("mailgun", _mailgun("failed", severity="permanent", reason="suppress-unsubscribe"), LEFT),
    ("mailgun", _mailgun("failed", severity="permanent", reason="generic"), None),
    (
        "mailgun",
        _mailgun("failed", severity="permanent", reason="generic", **{"delivery-status": {"enhanced-code": "5.1.1"}}),
        HARD,
    ),
    (
        "mailgun",
        _mailgun("failed", severity="permanent", reason="bounce", **{"delivery-status": {"enhanced-code": "5.7.1"}}),
        None,
    ),
    ("mailgun", _mailgun("failed", severity="temporary", reason="generic"), None),
    ("mailgun", _mailgun("complained"), COMPLAINT),
    ("mailgun", _mailgun("unsubscribed"), LEFT),
    ("mailgun", _mailgun("opened"), None),
    ("resend", _resend("email.bounced", type="Permanent", subType="General", message="550 5.1.1 unknown"), HARD),
    ("resend", _resend("email.bounced", type="Permanent", subType="General", message="550 5.7.1 policy"), None),
    ("resend", _resend("email.bounced", type="Transient", subType="General", message="full"), SOFT),
    ("resend", _resend("email.suppressed"), HARD),
    ("resend", _resend("email.complained"), COMPLAINT),
    ("resend", _resend("email.delivered"), HERE),
    ("resend", _resend("email.delivery_delayed"), None),
    ("resend", _resend("email.clicked"), None),
    ("brevo", _brevo("hard_bounce", reason="550 5.1.1 unknown"), HARD),
    ("brevo", _brevo("hard_bounce", reason="550 5.7.1 policy"), None),
    ("brevo", _brevo("invalid_email"), HARD),
    ("brevo", _brevo("soft_bounce"), SOFT),
    ("brevo", _brevo("spam"), COMPLAINT),
    ("brevo", _brevo("unsubscribed"), LEFT),
    ("brevo", _brevo("delivered"), HERE),
    ("brevo", _brevo("blocked"), None),
    ("brevo", _brevo("deferred"), None),
    ("mailtrap", _mailtrap("bounce", response="550 5.1.1 unknown"), HARD),
    ("mailtrap", _mailtrap("bounce", response="554 5.7.1 policy"), None),
    ("mailtrap", _mailtrap("soft bounce"), SOFT),
    ("mailtrap", _mailtrap("spam"), COMPLAINT),
    ("mailtrap", _mailtrap("unsubscribe"), LEFT),
    ("mailtrap", _mailtrap("delivery"), HERE),
    ("mailtrap", _mailtrap("suspension"), None),
    ("mailtrap", _mailtrap("reject"), None),
    ("mailtrap", _mailtrap("open"), None),
    ("ses", _bounced("Permanent", "General", status="5.1.1"), HARD),
    ("ses", _bounced("Permanent", "Suppressed"), HARD),
    ("ses", _bounced("Permanent", "General", diagnosticCode="smtp; 550 5.7.1 policy"), None),
    ("ses", _bounced("Transient", "MailboxFull"), SOFT),
    ("ses", _bounced("Transient", "General"), None),
    ("ses", _bounced("Transient", "ContentRejected", status="5.6.0"), None),
    ("ses", _bounced("Undetermined", "Undetermined"), SOFT),
    ("ses", _complained(), COMPLAINT),
    ("ses", _complained(complaintFeedbackType="not-spam"), None),
    ("ses", {"eventType": "Delivery", "delivery": {"recipients": [ADA], "timestamp": EARLIER.isoformat()}}, HERE),
    ("ses", {"eventType": "Open", "open": {}}, None),
]


@pytest.mark.parametrize(("kind", "event", "ours"), WORDS)
def test_their_words_become_ours(kind: str, event: Any, ours: FeedbackKind | None) -> None:
    """One word of ours for each of theirs; what says nothing about the reader is left out."""
    found = read(kind, event)
    assert [(one.address, one.kind) for one in found] == ([] if ours is None else [(ADA, ours)])
    assert all(one.at == EARLIER for one in found)


TELLING = {kind: event for kind, event, ours in reversed(WORDS) if ours is HERE or ours is HARD}


@each_kind
def test_the_same_event_has_the_same_key(kind: str) -> None:
    """It comes twice and in any order: its key says that it is the same, and names the provider."""
    first, again = (read(kind, TELLING[kind])[0].event_id for _ in range(2))
    assert first == again
    assert first.startswith(f"{kind}/")
    assert "None" not in first


@pytest.mark.parametrize("kind", ["postmark", "brevo"])
def test_another_event_has_another_key(kind: str) -> None:
    """Where the provider does not number its events, what happened and when does."""
    first, *others = ({**TELLING[kind], **other} for other in ({}, {"MessageID": "n", "message-id": "<n>"}))
    assert {read(kind, first)[0].event_id}.isdisjoint(read(kind, other)[0].event_id for other in others)


# --- who says so -----------------------------------------------------------------------------------------


def _other_body(call: Calls) -> Calls:
    return call[0], call[1].replace(b"ada@", b"eve@")


def _no_headers(call: Calls) -> Calls:
    return {}, call[1]


@pytest.mark.parametrize("kind", ["sendgrid", "resend", "mailtrap", "ses"])
def test_a_changed_body_is_refused(kind: str) -> None:
    """One letter of the address is enough."""
    with pytest.raises(FeedbackError) as caught:
        read(kind, TELLING[kind], spoil=_other_body)
    assert caught.value.forged


@pytest.mark.parametrize("kind", ["postmark", "brevo", "sendgrid", "resend", "mailtrap"])
def test_a_call_that_shows_nothing_is_refused(kind: str) -> None:
    """Without a signature or password nothing is believed."""
    with pytest.raises(FeedbackError) as caught:
        read(kind, TELLING[kind], spoil=_no_headers)
    assert caught.value.forged


@pytest.mark.parametrize("kind", ["postmark", "brevo"])
@pytest.mark.parametrize("shown", ["digest:wrong", "other:pa:ss", "digest:pa", ":", "", "digest:pä:ss"])
def test_a_wrong_password_is_refused(kind: str, shown: str) -> None:
    """Whole name and whole password."""
    marked = {"Authorization": "Basic " + base64.b64encode(shown.encode()).decode()}
    with pytest.raises(FeedbackError) as caught:
        read(kind, TELLING[kind], spoil=lambda call: (marked, call[1]))
    assert caught.value.forged


@pytest.mark.parametrize("value", ["Basic ???", "Bearer x", "Basic", "Basic é"])
def test_an_odd_authorization_is_refused(value: str) -> None:
    """And never an error of another kind."""
    with pytest.raises(FeedbackError):
        events.check_password({"Authorization": value}, username="digest", password="p")


def test_an_empty_password_opens_nothing() -> None:
    """Not even for somebody who shows an empty one."""
    shown = {"Authorization": "Basic " + base64.b64encode(b"digest:").decode()}
    with pytest.raises(FeedbackError):
        events.check_password(shown, username="digest", password="")


@pytest.mark.parametrize("kind", ["postmark", "brevo", "sendgrid", "resend"])
@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_told_apart_from_a_forgery(kind: str, body: bytes) -> None:
    """It is authentic, and cannot be read."""
    with pytest.raises(FeedbackError) as caught:
        read(kind, body)
    assert not caught.value.forged


ODD: list[Any] = [{}, [], None, 7, "x", [{}], [None], {"event": {}}, {"RecordType": "Bounce", "Type": []}]


@each_kind
@pytest.mark.parametrize("event", ODD)
def test_an_odd_event_is_passed_over(kind: str, event: Any) -> None:
    """An authentic call may still hold what nobody knows yet."""
    assert read(kind, event) == ()


@pytest.mark.parametrize("kind", ["sendgrid", "mailtrap"])
def test_an_odd_event_never_takes_the_others_with_it(kind: str) -> None:
    """Each of a pile is read by itself."""
    good = TELLING[kind] if isinstance(TELLING[kind], list) else [TELLING[kind]]
    assert len(read(kind, [{"event": "bounce"}, *good, 7])) == 1


@each_kind
def test_an_address_that_is_none_is_passed_over(kind: str) -> None:
    """Nobody is suppressed by a word without an @."""
    spoiled = json.loads(json.dumps(TELLING[kind]).replace(ADA, "nobody"))
    assert read(kind, spoiled) == ()


def test_an_event_from_the_future_happened_now() -> None:
    """A provider's clock may be ahead; nothing has happened later than now."""
    (found,) = read("sendgrid", _sendgrid("delivered") and [{**_sendgrid("delivered")[0], "timestamp": 9_999_999_999}])
    assert found.at == NOW


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("smtp; 550 5.1.1 <ada@example.org> unknown",), "5.1.1"),
        (("550-5.1.10 no such user",), "5.1.10"),
        (("5.0.0", "550 5.7.1 no"), "5.7.1"),
        (("5.0.0",), "5.0.0"),
        (("from 10.5.1.1 at 2.5.1.1.9",), ""),
        ((None, 7, ""), ""),
    ],
)
def test_codes_are_found_in_words(texts: tuple[Any, ...], code: str) -> None:
    """The first that says something; never a part of a network address."""
    assert events.code_in(*texts) == code


# --- SendGrid's key, Svix' time --------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "x", base64.b64encode(b"no key").decode()])
def test_a_wrong_verification_key_is_the_operators_mistake(key: str) -> None:
    """It is told apart from a forgery."""
    with pytest.raises(ConfigError, match="webhook_key"):
        sendgrid.read_feedback({}, b"[]", sendgrid.SendgridKeys(public_key=key), now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_?"])
def test_a_wrong_signing_secret_is_the_operators_mistake(secret: str) -> None:
    """An empty one would let anybody sign."""
    with pytest.raises(ConfigError, match="webhook_key"):
        resend.read_feedback({}, b"{}", resend.ResendKeys(secret=secret), now=NOW)


@pytest.mark.parametrize("away", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_call_signed_at_another_time_is_refused(away: timedelta) -> None:
    """What was overheard is of no use later."""
    headers, body = _with_svix(TELLING["resend"], stamp=str(int((NOW + away).timestamp())))
    with pytest.raises(FeedbackError) as caught:
        READERS["resend"](headers, body)
    assert caught.value.forged


# --- Brevo's clock ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", [1, 1000])
def test_seconds_are_not_taken_for_milliseconds(unit: int) -> None:
    """Its documents say milliseconds, and show seconds: a bounce of 1970 would lie before every delivery."""
    (found,) = read("brevo", _brevo("hard_bounce", ts_epoch=EARLIER.timestamp() * unit))
    assert found.at == EARLIER


# --- Mailgun's token -------------------------------------------------------------------------------------

MAILGUN = mailgun.MailgunKeys(signing_key="signing")


def read_mailgun(keys: mailgun.MailgunKeys, call: Calls, *, now: datetime = NOW) -> tuple[Feedback, ...]:
    return mailgun.read_feedback(*call, keys, now=now)


def test_a_token_is_good_for_one_body() -> None:
    """The same call again is the provider's second try; the token before another body is a forgery."""
    keys = mailgun.MailgunKeys(signing_key="signing")
    call = _with_token(TELLING["mailgun"])
    assert read_mailgun(keys, call) == read_mailgun(keys, call)
    with pytest.raises(FeedbackError, match="used before") as caught:
        read_mailgun(keys, _other_body(call))
    assert caught.value.forged


@pytest.mark.parametrize("stamp", ["x", "", "99999999999999999999", str(int(NOW.timestamp()) - 13 * 3600)])
def test_an_old_token_is_refused(stamp: str) -> None:
    """Only so long are tokens remembered, so only so long are they believed."""
    with pytest.raises(FeedbackError):
        read_mailgun(mailgun.MailgunKeys(signing_key="signing"), _with_token(TELLING["mailgun"], stamp=stamp))


def test_tokens_are_forgotten_when_their_time_is_over() -> None:
    """Memory does not grow for ever."""
    keys = mailgun.MailgunKeys(signing_key="signing")
    read_mailgun(keys, _with_token(TELLING["mailgun"]))
    later = NOW + timedelta(days=1)
    stamp = str(int(later.timestamp()))
    read_mailgun(keys, _with_token(TELLING["mailgun"], stamp=stamp, token="other"), now=later)
    assert list(keys.seen._seen) == ["other"]


@pytest.mark.parametrize("signature", [None, {}, {"timestamp": STAMP, "token": "\ud800", "signature": "é"}, "x"])
def test_a_signature_that_is_none_is_refused(signature: Any) -> None:
    """Missing, empty, or of odd letters."""
    with pytest.raises(FeedbackError) as caught:
        read_mailgun(MAILGUN, ({}, _dumped({"signature": signature, "event-data": TELLING["mailgun"]})))
    assert caught.value.forged


# --- Amazon's certificate --------------------------------------------------------------------------------


def read_sns(call: dict[str, Any], web: Web | None = None) -> tuple[Feedback, ...]:
    return ses.read_feedback({}, _dumped(call), ses_keys(web), now=NOW)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [{}, {"Subject": "Amazon SES"}])
def test_both_ways_of_signing_are_known(version: str, subject: dict[str, str]) -> None:
    """SHA-1 and SHA-256, with a subject and without."""
    assert len(read_sns(sns(TELLING["ses"], version=version, **subject))) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem",
        "http://sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/x.pem",
        "https://s3.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com/x.txt",
        "https://[",
        "",
        None,
    ],
)
def test_only_amazons_certificates_are_asked_for(url: Any) -> None:
    """Anybody can sign with a certificate of their own; it is not even fetched."""
    web = Web()
    with pytest.raises(FeedbackError) as caught:
        read_sns(sns(TELLING["ses"], SigningCertURL=url), web)
    assert caught.value.forged
    assert web.asked == []


def test_another_topic_is_refused() -> None:
    """Amazon signs for everybody: only our own topic speaks to us."""
    with pytest.raises(FeedbackError, match="another topic") as caught:
        read_sns(sns(TELLING["ses"], TopicArn=TOPIC.replace("news", "evil")))
    assert caught.value.forged


def test_a_certificate_is_fetched_once() -> None:
    """And kept, once it has shown that it fits."""
    web = Web()
    keys = ses_keys(web)
    for _ in range(3):
        ses.read_feedback({}, _dumped(sns(TELLING["ses"])), keys, now=NOW)
    assert web.asked == [CERT_URL]


def test_a_subscription_of_our_topic_is_confirmed() -> None:
    """Its link is Amazon's, and it says nothing about anybody."""
    web = Web()
    link = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription"
    call = sns("confirm", Type="SubscriptionConfirmation", Token="t", SubscribeURL=link)
    assert read_sns(call, web) == ()
    assert web.asked == [CERT_URL, link]


def test_a_subscription_that_leads_elsewhere_is_refused() -> None:
    """Even when it is signed, we go nowhere but to Amazon."""
    web = Web()
    call = sns("confirm", Type="SubscriptionConfirmation", Token="t", SubscribeURL="https://evil.example/")
    with pytest.raises(FeedbackError):
        read_sns(call, web)
    assert web.asked == [CERT_URL]


@pytest.mark.parametrize("wrong", [{"SignatureVersion": "3"}, {"Signature": "?"}, {"Signature": None}, {"Type": "X"}])
def test_a_signature_of_another_kind_is_refused(wrong: dict[str, Any]) -> None:
    """Not guessed at."""
    with pytest.raises(FeedbackError) as caught:
        read_sns({**sns(TELLING["ses"]), **wrong})
    assert caught.value.forged


def test_a_certificate_that_is_none_is_refused() -> None:
    """What is fetched is not believed either."""
    keys = ses.SesKeys(topic_arn=TOPIC, fetch=lambda _url: b"<html>")
    with pytest.raises(FeedbackError):
        ses.read_feedback({}, _dumped(sns(TELLING["ses"])), keys, now=NOW)
    assert keys.certificates == {}


def test_several_recipients_have_several_keys() -> None:
    """One notification may be about more than one address."""
    event = _bounced("Permanent", "General")
    event["bounce"]["bouncedRecipients"].append({"emailAddress": "eve@example.org"})
    assert [(one.address, one.event_id) for one in read("ses", event)] == [
        (ADA, "ses/m-1/0"),
        ("eve@example.org", "ses/m-1/1"),
    ]


def test_times_without_a_zone_are_utc() -> None:
    """As their documents mean them."""
    assert events.instant("2026-11-30T09:00:00", NOW) == datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert events.instant("2026-11-30T09:00:00.416071Z", NOW).microsecond == 416071
