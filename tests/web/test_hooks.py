"""What providers call: each signed as the provider signs, through HTTP, down to the reader who is not mailed again."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from digest.models import FeedbackKind
from tests.factories import NOW, a_subscriber
from tests.unit.test_provider_feedback import _PUBLIC, _SVIX, ADA, SIGNERS, WORDS
from tests.web.conftest import Desk, Opener

#: What the operator sets for each, so that its calls are known.
KEYS: dict[str, dict[str, str]] = {
    "postmark": {"webhook_username": "digest", "webhook_password": "pa:ss"},
    "brevo": {"webhook_username": "digest", "webhook_password": "pa:ss"},
    "sendgrid": {"webhook_key": _PUBLIC},
    "mailgun": {"webhook_key": "signing", "domain": "example.org"},
    "resend": {"webhook_key": f"whsec_{_SVIX}"},
    "mailtrap": {"webhook_key": "secret"},
}
#: An event of each that says: this mailbox is not there.
BOUNCED = {kind: event for kind, event, ours in reversed(WORDS) if ours is FeedbackKind.HARD_BOUNCE}

each_kind = pytest.mark.parametrize("kind", KEYS)


def a_desk(open_desk: Opener, kind: str) -> Desk:
    desk = open_desk(transport={"kind": kind, "token": "t", **KEYS[kind]})
    desk.digest.store.save_subscribers([a_subscriber(ADA)], now=NOW)
    return desk


def call(desk: Desk, kind: str, event: Any, *, spoil: bytes = b"", path: str = "") -> httpx.Response:
    headers, body = SIGNERS[kind](event)
    return desk.browser().post(f"/hooks/{path or kind}", content=body + spoil, headers=headers)


@each_kind
def test_a_bounce_is_taken_in(open_desk: Opener, kind: str) -> None:
    """The address is not mailed again, and the provider hears that all is well; a second copy changes nothing."""
    desk = a_desk(open_desk, kind)
    for _ in range(2):
        answer = call(desk, kind, BOUNCED[kind])
        assert (answer.status_code, answer.json()) == (200, {"taken": 1})
    assert desk.digest.store.suppressed([ADA]) == {ADA}
    assert len(desk.digest.store.feedback(ADA)) == 1


@each_kind
def test_a_forged_call_changes_nothing(open_desk: Opener, kind: str) -> None:
    """It is refused, and told no more than that."""
    desk = a_desk(open_desk, kind)
    body = SIGNERS[kind](BOUNCED[kind])[1].replace(b"ada", b"eve")
    # Mailgun signs a token that stands in the call, not what the call says.
    forged = body.replace(b'"token": "t', b'"token": "u')
    answer = desk.browser().post(f"/hooks/{kind}", content=forged)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json" and ADA not in answer.text
    assert not desk.digest.store.suppressed([ADA]) and not desk.digest.store.feedback(ADA)


def test_who_is_not_expected_is_not_found(open_desk: Opener) -> None:
    """Another provider's path, or one whose key is not set, is no path at all."""
    desk = a_desk(open_desk, "postmark")
    assert call(desk, "mailtrap", BOUNCED["mailtrap"]).status_code == 404
    assert call(desk, "postmark", BOUNCED["postmark"], path="nonsense").status_code == 404
    assert desk.browser().get("/hooks/postmark").status_code == 405


def test_what_cannot_be_read_is_no_forgery(open_desk: Opener) -> None:
    """The provider showed who it is; it is told that its call was broken, and tries again."""
    desk = a_desk(open_desk, "postmark")
    answer = call(desk, "postmark", b"{")
    assert answer.status_code == 400 and answer.json()["status"] == 400


def test_a_call_that_is_too_long_is_not_read(open_desk: Opener) -> None:
    """Ten million bytes are more than any provider sends."""
    desk = a_desk(open_desk, "postmark")
    headers, _ = SIGNERS["postmark"](BOUNCED["postmark"])
    assert desk.browser().post("/hooks/postmark", content=b" " * 10_000_001, headers=headers).status_code == 413
