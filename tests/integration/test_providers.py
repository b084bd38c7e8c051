"""The providers' transports against servers on this machine that answer as their documents say."""

from __future__ import annotations

import base64
import email
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest

from digest.breaker import speaks_against
from digest.edition import make_edition
from digest.errors import TransportError
from digest.message import Composer
from digest.models import Message, Outcome
from digest.suppression import kind_of_code
from digest.transports import brevo, mailgun, mailtrap, postmark, resend, sendgrid, ses
from digest.transports.base import Transport
from digest.transports.calls import once_key
from tests.integration.provider_server import Answer, Call, Lost, Provider, Silent, closed_port, running_provider
from tests.sample_issue import DATE, a_pool, a_selection, an_addressee

OK, NO, NOT_NOW, DOUBT = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.DEFERRED, Outcome.DOUBTFUL

TOKEN = "token-of-ours"

#: Ours in every mail; each must arrive word for word.
OURS = ("Message-ID", "List-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Auto-Submitted")

_POOL = replace(a_pool(), sender_name='Łukasz "MS" News')
_COMPOSER = Composer(_POOL, date=DATE)
_EDITION = make_edition(_POOL, a_selection())


def a_mail(number: int = 1) -> Message:
    addressee = replace(
        an_addressee(), address=f"reader{number}@example.org", name="Zoë", message_id=f"<mail{number}@example.org>"
    )
    return _COMPOSER.compose(_EDITION, addressee)


def parsed(message: Message | bytes) -> EmailMessage:
    data = message if isinstance(message, bytes) else message.data
    return email.message_from_bytes(data, policy=policy.default)  # type: ignore[return-value]


def words(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One mail as a provider got it."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]


def _named(given: dict[str, str]) -> str:
    return f"{given['name']} <{given['email']}>"


def _unquoted(sender: str) -> str:
    name, _, address = sender.rpartition(" ")
    return f"{name[1:-1]} {address}".replace('\\"', '"')


def _in_postmark(call: Call) -> list[Seen]:
    return [
        Seen(
            sender=_unquoted(one["From"]),
            recipient=one["To"],
            subject=one["Subject"],
            text=one["TextBody"],
            html=one["HtmlBody"],
            headers={header["Name"]: header["Value"] for header in one["Headers"]},
        )
        for one in call.json
    ]


def _in_sendgrid(call: Call) -> list[Seen]:
    one = call.json
    ((recipient,),) = [person["to"] for person in one["personalizations"]]
    bodies = {part["type"]: part["value"] for part in one["content"]}
    return [
        Seen(
            sender=_named(one["from"]),
            recipient=recipient["email"],
            subject=one["subject"],
            text=bodies["text/plain"],
            html=bodies["text/html"],
            headers=one["headers"],
        )
    ]


def _mime(data: bytes, recipient: str) -> Seen:
    mail = parsed(data)
    name, address = mail["From"].addresses[0].display_name, mail["From"].addresses[0].addr_spec
    return Seen(
        sender=f"{name} <{address}>",
        recipient=recipient,
        subject=mail["Subject"],
        text=words(mail, "plain"),
        html=words(mail, "html"),
        headers=dict(mail.items()),
    )


def _in_mailgun(call: Call) -> list[Seen]:
    boundary = re.search(r"boundary=(\S+)", call.headers["content-type"])
    assert boundary
    raw = call.body.partition(b"Content-Type: message/rfc822\r\n\r\n")[2]
    mime = raw.rpartition(b"\r\n--" + boundary[1].encode())[0]
    recipient = re.search(rb'name="to"\r\n\r\n([^\r]+)', call.body)
    assert recipient
    return [_mime(mime, recipient[1].decode())]


def _in_resend(call: Call) -> list[Seen]:
    return [
        Seen(
            sender=_unquoted(one["from"]),
            recipient=one["to"][0],
            subject=one["subject"],
            text=one["text"],
            html=one["html"],
            headers=one["headers"],
        )
        for one in (call.json if isinstance(call.json, list) else [call.json])
    ]


def _in_brevo(call: Call) -> list[Seen]:
    one = call.json
    return [
        Seen(
            sender=_named(one["sender"]),
            recipient=one["to"][0]["email"],
            subject=one["subject"],
            text=one["textContent"],
            html=one["htmlContent"],
            headers=one["headers"],
        )
    ]


def _in_mailtrap(call: Call) -> list[Seen]:
    return [
        Seen(
            sender=_named(one["from"]),
            recipient=one["to"][0]["email"],
            subject=one["subject"],
            text=one["text"],
            html=one["html"],
            headers=one["headers"],
        )
        for one in call.json["requests"]
    ]


def _in_ses(call: Call) -> list[Seen]:
    one = call.json
    return [_mime(base64.b64decode(one["Content"]["Raw"]["Data"]), one["Destination"]["ToAddresses"][0])]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One provider: how it is reached, what it says when all is well, and how it reads a call."""

    make: Callable[[str, float], Transport]
    yes: Callable[[Call], Answer]
    seen: Callable[[Call], list[Seen]]
    path: str
    token: Callable[[Call], bool]


def _bearer(call: Call) -> bool:
    return call.headers["authorization"] == f"Bearer {TOKEN}"


KINDS: dict[str, Kind] = {
    "postmark": Kind(
        make=lambda url, wait: postmark.PostmarkTransport(
            postmark.PostmarkSettings(token=TOKEN, url=url, read_timeout=wait)
        ),
        yes=lambda call: Answer(
            body=[{"ErrorCode": 0, "Message": "OK", "MessageID": "p", "To": one["To"]} for one in call.json]
        ),
        seen=_in_postmark,
        path="/email/batch",
        token=lambda call: call.headers["x-postmark-server-token"] == TOKEN,
    ),
    "sendgrid": Kind(
        make=lambda url, wait: sendgrid.SendgridTransport(
            sendgrid.SendgridSettings(token=TOKEN, url=url, read_timeout=wait)
        ),
        yes=lambda call: Answer(status=202, body=b"", headers={"X-Message-Id": "sg"}),
        seen=_in_sendgrid,
        path="/v3/mail/send",
        token=_bearer,
    ),
    "mailgun": Kind(
        make=lambda url, wait: mailgun.MailgunTransport(
            mailgun.MailgunSettings(token=TOKEN, domain="mg.example.org", url=url, read_timeout=wait)
        ),
        yes=lambda call: Answer(body={"id": "<mail1@example.org>", "message": "Queued. Thank you."}),
        seen=_in_mailgun,
        path="/v3/mg.example.org/messages.mime",
        token=lambda call: (
            call.headers["authorization"] == "Basic " + base64.b64encode(f"api:{TOKEN}".encode()).decode()
        ),
    ),
    "resend": Kind(
        make=lambda url, wait: resend.ResendTransport(resend.ResendSettings(token=TOKEN, url=url, read_timeout=wait)),
        yes=lambda call: Answer(body={"id": "re"}),
        seen=_in_resend,
        path="/emails",
        token=_bearer,
    ),
    "brevo": Kind(
        make=lambda url, wait: brevo.BrevoTransport(brevo.BrevoSettings(token=TOKEN, url=url, read_timeout=wait)),
        yes=lambda call: Answer(status=201, body={"messageId": "<br@example.org>"}),
        seen=_in_brevo,
        path="/v3/smtp/email",
        token=lambda call: call.headers["api-key"] == TOKEN,
    ),
    "mailtrap": Kind(
        make=lambda url, wait: mailtrap.MailtrapTransport(
            mailtrap.MailtrapSettings(token=TOKEN, url=url, account_url=url, read_timeout=wait)
        ),
        yes=lambda call: Answer(
            body={
                "success": True,
                "responses": [{"success": True, "message_ids": ["m"]} for _ in call.json["requests"]],
            }
        ),
        seen=_in_mailtrap,
        path="/api/batch",
        token=_bearer,
    ),
    "ses": Kind(
        make=lambda url, wait: ses.SesTransport(ses.SesSettings(region="eu-central-1", url=url, read_timeout=wait)),
        yes=lambda call: Answer(body={"MessageId": "ses"}),
        seen=_in_ses,
        path="/v2/email/outbound-emails",
        token=lambda call: "Credential=AKIDEXAMPLE/" in call.headers["authorization"],
    ),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


_OPENED: list[Transport] = []


def opened(transport: Transport) -> Transport:
    """The transport, closed when the test is over."""
    _OPENED.append(transport)
    return transport


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def transport_to(kind: str, provider: Provider, *, wait: float = 5.0) -> Transport:
    return opened(KINDS[kind].make(provider.url, wait))


def outcomes(transport: Transport, *messages: Message) -> list[Outcome]:
    receipts = transport.submit(messages)
    assert all(receipt.detail for receipt in receipts)
    return [receipt.outcome for receipt in receipts]


# --- all of them -----------------------------------------------------------------------------------------


@each_kind
def test_what_is_taken_is_accepted(kind: str, provider: Provider) -> None:
    """At the documented place, with our token, and one receipt for each message."""
    provider.answer = KINDS[kind].yes
    transport = transport_to(kind, provider)
    assert transport.kind == kind
    assert outcomes(transport, a_mail(1), a_mail(2)) == [OK, OK]
    assert {call.path for call in provider.sent} == {KINDS[kind].path}
    assert all(KINDS[kind].token(call) for call in provider.sent)
    assert [one.recipient for call in provider.sent for one in KINDS[kind].seen(call)] == [
        "reader1@example.org",
        "reader2@example.org",
    ]


@each_kind
def test_every_word_and_header_of_ours_arrives(kind: str, provider: Provider) -> None:
    """The unsubscribe headers above all (RFC 8058); subject, both bodies and the sender's odd name, too."""
    provider.answer = KINDS[kind].yes
    mail = a_mail()
    assert outcomes(transport_to(kind, provider), mail) == [OK]
    (seen,) = KINDS[kind].seen(provider.sent[0])
    wanted = parsed(mail)
    assert {name: seen.headers[name] for name in OURS} == {name: wanted[name] for name in OURS}
    assert seen.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://[^<>\s]+>, <mailto:[^<>\s]+>", seen.headers["List-Unsubscribe"])
    assert seen.subject == wanted["Subject"]
    assert seen.sender == 'Łukasz "MS" News <digest@example.org>'
    assert (seen.text, seen.html) == (words(wanted, "plain"), words(wanted, "html"))
    assert "Zoë" in seen.text


#: What switches tracking off in each call; the others cannot be told in a call.
OFF: dict[str, Callable[[Call], bool]] = {
    "postmark": lambda call: all(one["TrackOpens"] is False and one["TrackLinks"] == "None" for one in call.json),
    "sendgrid": lambda call: (
        not any(one["enable"] for one in call.json["tracking_settings"].values())
        and {"click_tracking", "open_tracking"} <= call.json["tracking_settings"].keys()
    ),
    "mailgun": lambda call: all(
        f'name="{name}"\r\n\r\nno\r\n'.encode() in call.body
        for name in ("o:tracking", "o:tracking-clicks", "o:tracking-opens")
    ),
}


@pytest.mark.parametrize("kind", OFF)
def test_tracking_is_switched_off_in_the_call(kind: str, provider: Provider) -> None:
    """Opens and clicks are nobody's business."""
    provider.answer = KINDS[kind].yes
    outcomes(transport_to(kind, provider), a_mail())
    assert OFF[kind](provider.sent[0])


@each_kind
def test_no_call_carries_a_tag(kind: str, provider: Provider) -> None:
    """No tag, category, campaign or metadata, in whatever way a provider spells them."""
    provider.answer = KINDS[kind].yes
    outcomes(transport_to(kind, provider), a_mail())
    head = provider.sent[0].body.partition(b"message/rfc822")[0]
    forbidden = rb'"(tags?|categor(y|ies)|campaign|metadata|custom_args|custom_variables|emailtags|o:tag|params)"'
    assert not re.search(forbidden, head, re.IGNORECASE)


@each_kind
@pytest.mark.parametrize(
    ("status", "outcome"),
    [(408, NOT_NOW), (429, NOT_NOW), (503, NOT_NOW), (500, DOUBT), (502, DOUBT), (504, DOUBT)],
)
def test_what_a_status_means_for_the_message(kind: str, provider: Provider, status: int, outcome: Outcome) -> None:
    """Refused for now where nothing can have happened, doubtful where something may; asked once, never again."""
    provider.answer = lambda _call: Answer(status=status, body={"message": "trouble"})
    assert outcomes(transport_to(kind, provider), a_mail()) == [outcome]
    assert len(provider.sent) == 1


@each_kind
@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_known_must_ask_the_operator(kind: str, provider: Provider, status: int) -> None:
    """A wrong token is no fault of any message: nobody's tries are counted, and it is said what to look at."""
    provider.answer = lambda _call: Answer(status=status, body={"message": "who are you?"})
    with pytest.raises(TransportError, match="who are you") as caught:
        transport_to(kind, provider).submit([a_mail(1), a_mail(2)])
    assert caught.value.permanent
    assert len(provider.sent) == 1
    assert TOKEN not in str(caught.value)


@each_kind
@pytest.mark.parametrize("end", [Lost, Silent])
def test_a_lost_answer_is_a_doubt(kind: str, provider: Provider, end: type[Lost] | type[Silent]) -> None:
    """The whole message was read and no answer came: it may have been taken, so it is not sent again here."""
    provider.answer = lambda _call: end
    assert outcomes(transport_to(kind, provider, wait=0.3), a_mail()) == [DOUBT]
    assert len(provider.sent) == 1


@each_kind
def test_nobody_at_home_is_no_doubt(kind: str) -> None:
    """A refused connection: nothing left, and trying again later is safe."""
    with pytest.raises(TransportError, match="no connection") as caught:
        opened(KINDS[kind].make(f"http://127.0.0.1:{closed_port()}", 1.0)).submit([a_mail()])
    assert not caught.value.permanent


@each_kind
def test_a_name_that_does_not_exist_is_no_doubt(kind: str) -> None:
    """Nor is a host nobody knows."""
    with pytest.raises(TransportError, match="no connection"):
        opened(KINDS[kind].make("http://nobody.invalid", 1.0)).submit([a_mail()])


@each_kind
def test_another_place_is_the_operators_business(kind: str, provider: Provider) -> None:
    """A redirect is not followed: the token would go along."""
    provider.answer = lambda _call: Answer(status=302, headers={"Location": f"{provider.url}/elsewhere"})
    with pytest.raises(TransportError) as caught:
        transport_to(kind, provider).submit([a_mail()])
    assert caught.value.permanent
    assert [call.path for call in provider.calls] == [KINDS[kind].path]


@each_kind
def test_closing_twice_does_no_harm(kind: str, provider: Provider) -> None:
    """As every transport promises."""
    transport = transport_to(kind, provider)
    transport.close()
    transport.close()


MAPPED = [kind for kind in KINDS if kind not in ("mailgun", "ses")]


@pytest.mark.parametrize("kind", MAPPED)
@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"Reply-To: a@example.org\r\n", "reply-to"),
        (b"Bcc: b@example.org\r\n", "bcc"),
        (b"List-ID: <twice.example.org>\r\n", "list-id"),
    ],
)
def test_what_has_no_field_is_refused(kind: str, provider: Provider, header: bytes, told: str) -> None:
    """Loudly, and the others go all the same."""
    provider.answer = KINDS[kind].yes
    odd = a_mail(1)
    transport = transport_to(kind, provider)
    refused, taken = transport.submit([replace(odd, data=header + odd.data), a_mail(2)])
    assert (refused.outcome, taken.outcome) == (NO, OK)
    assert told in refused.detail
    assert len(provider.sent) == 1


@pytest.mark.parametrize("kind", MAPPED)
def test_a_signature_of_ours_stops_the_send(kind: str, provider: Provider) -> None:
    """It would be on every mail and valid on none that arrives; no reader bounces for it."""
    mail = a_mail()
    with pytest.raises(TransportError, match="dkim") as caught:
        transport_to(kind, provider).submit([replace(mail, data=b"DKIM-Signature: v=1\r\n" + mail.data)])
    assert caught.value.permanent
    assert provider.sent == []


@pytest.mark.parametrize("kind", MAPPED)
def test_an_attachment_is_refused(kind: str, provider: Provider) -> None:
    """There is no field for it, so nothing of the mail goes; nor does what is no mail at all."""
    attached = EmailMessage()
    attached["From"], attached["To"] = "digest@example.org", "reader@example.org"
    attached.set_content("words")
    attached.add_attachment(b"x", maintype="image", subtype="png")
    transport = transport_to(kind, provider)
    odd = [replace(a_mail(), data=data) for data in (attached.as_bytes(), b"", b"\xff\xfe")]
    assert [receipt.outcome for receipt in transport.submit(odd)] == [NO, NO, NO]
    assert provider.sent == []


@pytest.mark.parametrize("kind", ["sendgrid", "mailgun", "resend", "brevo", "ses"])
def test_a_wrong_address_concerns_that_message_alone(kind: str, provider: Provider) -> None:
    """Where each goes alone, 400 is about this one, and the next one goes."""

    def answer(call: Call) -> Answer:
        wrong = KINDS[kind].seen(call)[0].recipient == "reader1@example.org"
        refused = Answer(
            status=400, body={"message": "email is not valid in to", "code": "invalid_parameter"},
            headers={"x-amzn-ErrorType": "BadRequestException"},
        )  # fmt: skip
        return refused if wrong else KINDS[kind].yes(call)

    provider.answer = answer
    assert outcomes(transport_to(kind, provider), a_mail(1), a_mail(2)) == [NO, OK]


# --- results inside a yes --------------------------------------------------------------------------------


def test_postmark_has_a_result_for_each(provider: Provider) -> None:
    """200 for the call says nothing of a message: an inactive reader is refused, a full account is not their fault."""
    results = [(0, "OK"), (406, "inactive"), (300, "bad address"), (405, "not allowed to send")]
    provider.answer = lambda _call: Answer(
        body=[{"ErrorCode": code, "Message": said, "MessageID": "x"} for code, said in results]
    )
    transport = transport_to("postmark", provider)
    assert outcomes(transport, *map(a_mail, range(4))) == [OK, NO, NO, NOT_NOW]


def test_who_is_on_postmark_s_own_list_is_no_fault_of_the_account(provider: Provider) -> None:
    """However many there are, they speak neither against us nor make a suppression of ours."""
    provider.answer = lambda call: Answer(body=[{"ErrorCode": 406, "Message": "inactive"} for _ in call.json])
    (receipt,) = transport_to("postmark", provider).submit([a_mail(1)])
    assert (receipt.outcome, speaks_against(receipt), kind_of_code(receipt.code)) == (NO, False, None)


def test_postmark_that_sends_nothing_at_all_is_the_operators_business(provider: Provider) -> None:
    """When every result speaks of the account, no reader's tries are counted."""
    provider.answer = lambda call: Answer(body=[{"ErrorCode": 412, "Message": "account is pending"} for _ in call.json])
    with pytest.raises(TransportError, match="account is pending") as caught:
        transport_to("postmark", provider).submit([a_mail(1), a_mail(2)])
    assert caught.value.permanent


def test_mailtrap_has_a_result_for_each(provider: Provider) -> None:
    """The same."""
    results: list[Any] = [{"success": True, "message_ids": ["m"]}, {"success": False, "errors": ["'to' is invalid"]}, 7]
    provider.answer = lambda _call: Answer(body={"success": True, "responses": results})
    assert outcomes(transport_to("mailtrap", provider), *map(a_mail, range(3))) == [OK, NO, DOUBT]


def batching_resend(provider: Provider) -> Transport:
    return opened(resend.ResendTransport(resend.ResendSettings(token=TOKEN, url=provider.url, batch=100)))


def test_resend_names_the_wrong_ones_of_a_batch(provider: Provider) -> None:
    """Ids of those it took, in order; errors by their place."""
    provider.answer = lambda _call: Answer(
        body={"data": [{"id": "a"}, {"id": "c"}], "errors": [{"index": 1, "message": "`to` is invalid"}]}
    )
    assert outcomes(batching_resend(provider), *map(a_mail, range(3))) == [OK, NO, OK]
    assert provider.sent[0].headers["x-batch-validation"] == "permissive"
    assert len(_in_resend(provider.sent[0])) == 3


UNREADABLE = [b"<html>", [], {}, {"data": 3}, {"responses": [{}]}, [{"ErrorCode": "?"}], None]


@pytest.mark.parametrize("body", UNREADABLE)
@pytest.mark.parametrize("make", [KINDS["postmark"].make, KINDS["mailtrap"].make, None])
def test_a_yes_that_says_nothing_of_the_messages_is_a_doubt(
    provider: Provider, make: Callable[[str, float], Transport] | None, body: Any
) -> None:
    """200 with too few results, or none that can be read: they may have been taken."""
    provider.answer = lambda _call: Answer(body=body)
    transport = opened(make(provider.url, 5.0)) if make else batching_resend(provider)
    assert outcomes(transport, a_mail(1), a_mail(2)) == [DOUBT, DOUBT]


@pytest.mark.parametrize("kind", ["postmark", "mailtrap"])
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_whole_call_that_is_refused_bounces_nobody(kind: str, provider: Provider, status: int) -> None:
    """It is about the call, so an operator must look; a hundred readers are not at fault."""
    provider.answer = lambda _call: Answer(status=status, body={"ErrorCode": 402, "Message": "invalid JSON"})
    with pytest.raises(TransportError, match="whole call") as caught:
        transport_to(kind, provider).submit([a_mail(1), a_mail(2)])
    assert caught.value.permanent


@pytest.mark.parametrize(("kind", "most"), [("postmark", 500), ("mailtrap", 500)])
def test_many_go_in_one_call(kind: str, provider: Provider, most: int) -> None:
    """As many as the window holds, which is less than the provider would take."""
    provider.answer = KINDS[kind].yes
    transport = transport_to(kind, provider)
    assert 1 < transport.window <= most
    assert outcomes(transport, *map(a_mail, range(transport.window))) == [OK] * transport.window
    assert len(provider.sent) == 1


# --- known again -----------------------------------------------------------------------------------------


def key_of(kind: str, call: Call) -> str:
    return str(call.headers["idempotency-key"] if kind == "resend" else call.json["headers"]["idempotencyKey"])


@pytest.mark.parametrize("kind", ["resend", "brevo"])
def test_what_is_sent_again_bears_the_same_key(kind: str, provider: Provider) -> None:
    """The same message the same key, on any line and beside any others; another message another."""
    provider.answer = KINDS[kind].yes
    outcomes(transport_to(kind, provider), a_mail(1), a_mail(2))
    outcomes(transport_to(kind, provider), a_mail(2))
    first, second, again = (key_of(kind, call) for call in provider.sent)
    assert second == again != first
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first)


def test_the_key_knows_the_bytes_too() -> None:
    """A test mail of a draft that changed has the Message-ID of the first, and is another mail."""
    mail = a_mail()
    assert once_key(mail) == once_key(replace(mail))
    others = [replace(mail, data=mail.data + b"\r\n"), replace(mail, id="<o@example.org>"), a_mail(2)]
    assert len({once_key(one) for one in [mail, *others]}) == 4
    assert once_key(mail, a_mail(2)) != once_key(a_mail(2), mail)


def test_brevo_that_knows_the_key_has_the_mail(provider: Provider) -> None:
    """The key is made of this very message, so it was taken before."""
    body = {"code": "duplicate_request", "message": "Request with this idempotencyKey was already processed"}
    provider.answer = lambda _call: Answer(status=400, body=body)
    assert outcomes(transport_to("brevo", provider), a_mail()) == [OK]


@pytest.mark.parametrize(
    ("name", "outcome"), [("concurrent_idempotent_requests", NOT_NOW), ("invalid_idempotent_request", DOUBT)]
)
@pytest.mark.parametrize("batch", [1, 100])
def test_resend_that_knows_the_key(provider: Provider, name: str, outcome: Outcome, batch: int) -> None:
    """In use this moment: later. Used for something else: something was sent under it."""
    provider.answer = lambda _call: Answer(status=409, body={"name": name, "message": "key"})
    settings = resend.ResendSettings(token=TOKEN, url=provider.url, batch=batch)
    assert outcomes(opened(resend.ResendTransport(settings)), a_mail()) == [outcome]


def test_brevo_without_a_valid_sender_is_the_operators_business(provider: Provider) -> None:
    """400 as for a wrong address, and yet about us."""
    body = {"code": "invalid_parameter", "message": "Sending has been rejected because the sender is not valid"}
    provider.answer = lambda _call: Answer(status=400, body=body)
    with pytest.raises(TransportError, match="sender is not valid"):
        transport_to("brevo", provider).submit([a_mail()])


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("sendgrid", {"errors": [{"field": "from.email", "message": "The from email is not valid."}]}),
        ("resend", {"name": "invalid_from_address", "message": "The from address is not valid."}),
        ("resend", {"name": "validation_error", "message": "Invalid `from` field: not valid."}),
    ],
)
def test_a_wrong_sender_bounces_nobody(kind: str, provider: Provider, body: dict[str, Any]) -> None:
    """What is wrong in every call alike is the operator's business, though it is said of one message."""
    provider.answer = lambda _call: Answer(status=422 if kind == "resend" else 400, body=body)
    with pytest.raises(TransportError, match="not valid") as caught:
        transport_to(kind, provider).submit([a_mail(1), a_mail(2)])
    assert caught.value.permanent and len(provider.sent) == 1


@pytest.mark.parametrize("kind", ["mailgun", "ses"])
def test_a_domain_with_letters_beyond_ascii_is_given_as_the_domain_name_system_has_it(
    kind: str, provider: Provider
) -> None:
    """Where the very message is handed over with the address beside it, too."""
    provider.answer = KINDS[kind].yes
    outcomes(transport_to(kind, provider), replace(a_mail(), recipient="ada@bücher.example.org"))
    assert KINDS[kind].seen(provider.sent[0])[0].recipient == "ada@xn--bcher-kva.example.org"


@each_kind
def test_an_address_beyond_ascii_is_refused_with_the_reason(kind: str, provider: Provider) -> None:
    """No provider promises to take one; the others' mails go."""
    provider.answer = KINDS[kind].yes
    international = replace(a_mail(1), recipient="zoë@example.org")
    receipts = transport_to(kind, provider).submit([international, a_mail(2)])
    assert [receipt.outcome for receipt in receipts] == [Outcome.REFUSED, Outcome.ACCEPTED]
    assert "beyond ASCII" in receipts[0].detail
    assert "zo" not in repr([one.recipient for call in provider.sent for one in KINDS[kind].seen(call)])


@pytest.mark.parametrize(("batch", "calls"), [(1, 4), (2, 2), (3, 2), (100, 1)])
def test_resend_gets_no_more_in_one_call_than_was_said(provider: Provider, batch: int, calls: int) -> None:
    """However many the outbox holds ready."""
    transport = opened(resend.ResendTransport(resend.ResendSettings(token=TOKEN, url=provider.url, batch=batch)))
    several = lambda call: Answer(body={"data": [{"id": "a"}] * len(call.json)})  # noqa: E731
    provider.answer = KINDS["resend"].yes if batch == 1 else several
    for start in range(0, 4, transport.window):
        outcomes(transport, *map(a_mail, range(start, min(start + transport.window, 4))))
    assert len(provider.sent) == calls


def test_mailgun_is_asked_for_what_it_has(provider: Provider) -> None:
    """True when its log names the mail; otherwise nobody knows, for the log comes late."""
    provider.answer = lambda call: Answer(body={"items": [{"event": "accepted"}] if "mail1%40" in call.path else []})
    transport = transport_to("mailgun", provider)
    assert transport.has(a_mail(1)) is True
    assert transport.has(a_mail(2)) is None
    provider.answer = lambda _call: Answer(status=500)
    assert transport.has(a_mail(1)) is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "mailgun"])
def test_the_others_cannot_be_asked(kind: str, provider: Provider) -> None:
    """None, and not one call."""
    transport = transport_to(kind, provider)
    assert transport.has(a_mail()) is None
    assert provider.calls == []


# --- check -----------------------------------------------------------------------------------------------

WELL: dict[str, dict[str, Any]] = {
    "postmark": {
        "/server": {"Name": "News"},
        "/message-streams/broadcast": {"SubscriptionManagementConfiguration": {"UnsubscribeHandlingType": "Custom"}},
    },
    "sendgrid": {"/v3/scopes": {"scopes": ["mail.send"]}},
    "mailgun": {"/v3/domains/mg.example.org": {"domain": {"state": "active"}}},
    "resend": {
        "/domains": {"data": [{"id": "d", "name": "example.org"}]},
        "/domains/d": {"name": "example.org", "open_tracking": False, "click_tracking": False},
    },
    "brevo": {"/v3/account": {"companyName": "Example"}},
    "mailtrap": {
        "/api/accounts": [{"id": 7, "name": "Example"}],
        "/api/accounts/7/sending_domains": {"data": [{"domain_name": "example.org", "open_tracking_enabled": False}]},
    },
    "ses": {"/v2/email/account": {"SendingEnabled": True, "ProductionAccessEnabled": True}},
}
#: (kind, path, what is said there instead, what the operator is told)
ILL: list[tuple[str, str, Any, str]] = [
    (
        "postmark",
        "/message-streams/broadcast",
        {"SubscriptionManagementConfiguration": {"UnsubscribeHandlingType": "Postmark"}},
        "unsubscribe links of its own",
    ),
    ("sendgrid", "/v3/scopes", {"scopes": ["stats.read"]}, "mail.send"),
    ("resend", "/domains/d", {"name": "example.org", "open_tracking": True}, "tracks"),
    ("resend", "/domains/d", {"name": "example.org", "click_tracking": True}, "tracks"),
    (
        "mailtrap",
        "/api/accounts/7/sending_domains",
        {"data": [{"domain_name": "example.org", "click_tracking_enabled": True}]},
        "click_tracking_enabled",
    ),
    ("ses", "/v2/email/account", {"SendingEnabled": False}, "switched off"),
]


def says(answers: dict[str, Any]) -> Callable[[Call], Answer]:
    return lambda call: Answer(body=answers[call.path]) if call.path in answers else Answer(status=404)


@each_kind
def test_a_check_asks_and_sends_nothing(kind: str, provider: Provider) -> None:
    """It names what it would carry to."""
    provider.answer = says(WELL[kind])
    transport = transport_to(kind, provider)
    assert re.search(r"(?i)" + {"ses": "Amazon SES"}.get(kind, kind), transport.check())
    assert provider.calls
    assert provider.sent == []


@pytest.mark.parametrize(("kind", "path", "said", "told"), ILL)
def test_a_check_finds_what_would_go_wrong(kind: str, path: str, said: Any, told: str, provider: Provider) -> None:
    """Readers who would be watched, links that would be replaced, keys that may not send."""
    provider.answer = says({**WELL[kind], path: said})
    with pytest.raises(TransportError, match=told) as caught:
        transport_to(kind, provider).check()
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("kind", "path", "said"),
    [
        ("resend", "/domains", {"data": [{"name": "example.org"}]}),
        ("resend", "/domains", {"data": ["example.org"]}),
        ("resend", "/domains", ["example.org"]),
        ("mailtrap", "/api/accounts", {"error": "later"}),
        ("mailtrap", "/api/accounts", [{"name": "Example"}]),
        ("mailtrap", "/api/accounts", ["Example"]),
        ("mailtrap", "/api/accounts/7/sending_domains", {"data": ["example.org"]}),
    ],
)
def test_a_check_that_cannot_read_the_answer_says_so(kind: str, path: str, said: Any, provider: Provider) -> None:
    """All is not well where nobody can tell."""
    provider.answer = says({**WELL[kind], path: said})
    with pytest.raises(TransportError, match="an answer nobody can read"):
        transport_to(kind, provider).check()


@each_kind
def test_a_check_with_a_wrong_token_says_so(kind: str, provider: Provider) -> None:
    """As a send would."""
    provider.answer = lambda _call: Answer(status=401, body={"message": "who are you?"})
    with pytest.raises(TransportError, match="who are you") as caught:
        transport_to(kind, provider).check()
    assert caught.value.permanent


def test_a_configuration_set_that_tracks_is_found(provider: Provider) -> None:
    """With one, Amazon SES may watch readers: its event destinations say whether."""
    where = "/v2/email/configuration-sets/news/event-destinations"
    destinations = [{"Name": "sns", "Enabled": True, "MatchingEventTypes": ["BOUNCE", "OPEN"]}]
    provider.answer = says({**WELL["ses"], where: {"EventDestinations": destinations}})
    settings = ses.SesSettings(region="eu-central-1", configuration_set="news", url=provider.url)
    with pytest.raises(TransportError, match="tracks OPEN"):
        ses.SesTransport(settings).check()


# --- Amazon SES ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "name", "outcome"),
    [
        (400, "MessageRejected", NOT_NOW),
        (400, "BadRequestException", NOT_NOW),
        (400, "LimitExceededException", NOT_NOW),
        (429, "TooManyRequestsException", NOT_NOW),
        (400, "ThrottlingException", NOT_NOW),
        (500, "InternalFailure", DOUBT),
    ],
)
def test_the_words_of_amazon(provider: Provider, status: int, name: str, outcome: Outcome) -> None:
    """Each named error by its meaning, and one call for each."""
    provider.answer = lambda _call: Answer(status=status, body={"message": "x"}, headers={"x-amzn-ErrorType": name})
    assert outcomes(transport_to("ses", provider), a_mail()) == [outcome]
    assert len(provider.sent) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("AccountSuspendedException", "suspended"),
        ("MailFromDomainNotVerifiedException", "domain"),
        ("MessageRejected", "Email address is not verified"),
    ],
)
def test_what_amazon_says_of_us_is_the_operators_business(provider: Provider, name: str, said: str) -> None:
    """No reader bounces because a domain is not verified."""
    provider.answer = lambda _call: Answer(status=400, body={"message": said}, headers={"x-amzn-ErrorType": name})
    with pytest.raises(TransportError, match=said) as caught:
        transport_to("ses", provider).submit([a_mail()])
    assert caught.value.permanent


def test_without_credentials_nothing_is_asked(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator is told, before any call."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(TransportError, match="credentials"):
        transport_to("ses", provider).submit([a_mail()])
    assert provider.calls == []


def test_without_its_package_amazon_says_what_to_install() -> None:
    """In a process that has no boto3: the command to type, not a traceback; feedback can be read all the same."""
    code = (
        "import sys; sys.modules['boto3'] = None\n"
        "from digest.errors import ConfigError\n"
        "from digest.transports import ses\n"
        "try: ses.SesTransport(ses.SesSettings(region='eu-central-1'))\n"
        "except ConfigError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'digest-newsletter[ses]'" in run.stdout


@pytest.fixture
def moto_url() -> Iterator[str]:
    pytest.importorskip("moto", reason="no Amazon SES to test with: run `pip install moto flask flask-cors`")
    server = pytest.importorskip("moto.server", reason="no server of moto: run `pip install flask flask-cors`")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.mark.filterwarnings("ignore")  # of moto's own
def test_amazon_as_moto_knows_it(moto_url: str) -> None:
    """A server nobody here wrote: it refuses an unknown sender's mail, and has a known one's as it is."""
    import boto3
    import httpx

    transport = opened(ses.SesTransport(ses.SesSettings(region="eu-central-1", url=moto_url)))
    assert outcomes(transport, a_mail()) == [NOT_NOW]
    client = boto3.client("sesv2", region_name="eu-central-1", endpoint_url=moto_url)
    client.create_email_identity(EmailIdentity="example.org")
    client.create_email_identity(EmailIdentity="digest@example.org")
    mail = a_mail()
    assert outcomes(transport, mail) == [OK]
    (kept,) = httpx.get(f"{moto_url}/moto-api/data.json").json()["ses"]["RawMessage"]
    assert set(kept["destinations"]) == {"reader1@example.org"}
    assert mail.id in str(kept)
