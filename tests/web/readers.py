"""Readers of a site, and the links in their mails."""

from __future__ import annotations

import re
from typing import Any

from digest.models import Subscriber
from digest.press import PATHS
from digest.tokens import Purpose, Subject
from tests.factories import NOW, a_subscriber
from tests.web.conftest import Desk

#: A well-formed token that nobody signed.
FORGED = "A" * 38


def a_reader(desk: Desk, address: str = "ada@example.org", *interests: str, **given: Any) -> Subscriber:
    """Somebody who reads this newsletter."""
    desk.digest.store.save_subscribers([a_subscriber(address, *interests, **given)], now=NOW)
    return reader(desk, address)


def reader(desk: Desk, address: str = "ada@example.org") -> Subscriber:
    """The same as they are now."""
    return desk.digest.subscriber(address)


def link(desk: Desk, purpose: Purpose, reader_id: int, issue_id: int = 0) -> str:
    """The path of a link in a mail."""
    token = desk.digest.signer.sign(purpose, Subject(subscriber_id=reader_id, issue_id=issue_id))
    return f"/{PATHS[purpose]}/{token}"


def words(html: str) -> str:
    """What a page says, in one line."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", "<" + main).split())
