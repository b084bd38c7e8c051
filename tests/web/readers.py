"""Readers of a site, and the links in their mails."""

from __future__ import annotations

import email
import email.policy
import re
import threading
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from digest import approving, departures
from digest.models import Issue, Subscriber
from digest.press import PATHS
from digest.tokens import Purpose, Subject
from tests.factories import NOW, a_subscriber, an_entry
from tests.web.conftest import EDITOR, Desk

#: A well-formed token that nobody signed.
FORGED = "A" * 38


def a_reader(desk: Desk, address: str = "ada@example.org", *interests: str, **given: Any) -> Subscriber:
    """Somebody who reads this newsletter."""
    desk.digest.store.save_subscribers([a_subscriber(address, *interests, **given)], now=NOW)
    return reader(desk, address)


HEADLINES = (
    "Short daily walks and fatigue in multiple sclerosis",
    "Optic neuritis: how vision returns in multiple sclerosis",
    "Ocrelizumab and fewer relapses in multiple sclerosis",
    "Epstein-Barr virus and the risk of multiple sclerosis",
)


def an_issue(desk: Desk, label: str = "2026-11", *, send: bool = True) -> Issue:
    """An issue of a few summaries that was approved, and sent to whoever is a reader by now."""
    digest = desk.digest
    entries = [an_entry(str(number), headline=headline) for number, headline in enumerate(HEADLINES, start=1)]
    window = digest.window(label)
    digest.store.add_entries(entries, now=window.since + timedelta(days=9))
    issue = approving.approve(digest, digest.compose(window).issue, by=EDITOR.name, despite="they are invented")
    if send:
        departures.send(digest, issue)
    return digest.issue(label)


def mail_of(desk: Desk, address: str = "ada@example.org") -> EmailMessage:
    """The last mail to somebody."""
    found = [message for message in desk.transport.inbox if message.recipient == address]
    parsed = email.message_from_bytes(found[-1].data, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def html_of(mail: EmailMessage) -> str:
    """Its HTML part, with plain line ends."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def reader(desk: Desk, address: str = "ada@example.org") -> Subscriber:
    """The same as they are now."""
    return desk.digest.subscriber(address)


def link(desk: Desk, purpose: Purpose, reader_id: int, issue_id: int = 0) -> str:
    """The path of a link in a mail."""
    token = desk.digest.signer.sign(purpose, Subject(subscriber_id=reader_id, issue_id=issue_id))
    return f"/{PATHS[purpose]}/{token}"


def posted(desk: Desk) -> int:
    """How many mails have left, once the site has done what it does behind its pages."""
    done = threading.Event()
    desk.app.state.site.courier.run(done.set)
    assert done.wait(30)
    return len(desk.transport.inbox)


def letter_link(desk: Desk, kind: str) -> str:
    """The path of the link of this kind in the last mail that has one."""
    for message in reversed(desk.transport.inbox):
        text = email.message_from_bytes(message.data, policy=email.policy.default).get_body(("plain",)).get_content()
        if found := re.search(rf"https?://[^/\s]+(/{kind}/[A-Za-z0-9_-]+)", text):
            return found[1]
    raise AssertionError(f"no mail has a link /{kind}/")


def words(html: str) -> str:
    """What a page says, in one line."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", "<" + main).split())
