"""Nobody learns who reads: whoever the address belongs to, a page answers the same after the same work.

Work, and not seconds: the statements a request runs are counted here, and what is sent is sent behind the answer.
How long it takes is measured by `make bench ONLY=asking_alike`, where nothing else runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digest.joining import ask
from digest.models import FeedbackKind, Subscriber, SubscriberStatus, Suppression
from digest.tokens import Purpose
from tests.factories import NOW
from tests.web.conftest import Desk
from tests.web.readers import a_reader, link, posted

ADDRESS = "somebody@example.org"


def _suppressed(desk: Desk, reason: FeedbackKind) -> None:
    a_reader(desk, ADDRESS)
    desk.digest.store.suppress(Suppression(address=ADDRESS, reason=reason, at=NOW))


def _erased(desk: Desk) -> None:
    desk.digest.store.erase(a_reader(desk, ADDRESS).id, now=NOW)


#: What somebody at the address may be.
STATES: dict[str, Callable[[Desk], object]] = {
    "unknown": lambda _desk: None,
    "reader": lambda desk: a_reader(desk, ADDRESS, "vision", name="Ada"),
    "on a break": lambda desk: a_reader(desk, ADDRESS, paused_until=NOW.date() + timedelta(days=60)),
    "has left": lambda desk: a_reader(desk, ADDRESS, status=SubscriberStatus.UNSUBSCRIBED),
    "bounced": lambda desk: _suppressed(desk, FeedbackKind.HARD_BOUNCE),
    "complained": lambda desk: _suppressed(desk, FeedbackKind.COMPLAINT),
    "was asked": lambda desk: ask(desk.digest, Subscriber(address=ADDRESS)),
    "erased": _erased,
}
#: Every page that takes an address from somebody who need not be its owner.
PAGES: dict[str, Callable[[Desk], Any]] = {
    "form": lambda desk: desk.browser().post("/join", data={"email": ADDRESS, "interest": "vision"}),
    "JSON": lambda desk: desk.browser().post("/join.json", json={"email": ADDRESS}),
    "change of address": lambda desk: desk.browser().post(
        f"{link(desk, Purpose.PREFERENCES, _eve(desk))}/address", data={"email": ADDRESS}
    ),
}


def _eve(desk: Desk) -> int:
    """A reader who would like to know."""
    return next(iter(desk.digest.store.subscribers(["eve@example.net"]))).id


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    """What the answer waits for: each statement's first words; a new row and a row that is written again are alike."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not threading.current_thread().name.startswith("errand"):
            first = " ".join(statement.split()[:2])
            seen.append("WRITE" if first.startswith(("INSERT", "UPDATE")) else first)

    engine = desk.digest.store.engine  # type: ignore[attr-defined]
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def answered(desk: Desk, page: str, state: str) -> tuple[object, ...]:
    """Status, headers, words and work of an answer about an address in this state."""
    a_reader(desk, "eve@example.net")
    STATES[state](desk)
    posted(desk)
    with statements(desk) as seen:
        answer = PAGES[page](desk)
    assert seen
    headers = {
        name: value.replace(link(desk, Purpose.PREFERENCES, _eve(desk)), "T") for name, value in answer.headers.items()
    }
    return answer.status_code, headers, answer.content, tuple(seen)


@pytest.fixture(scope="module")
def expected() -> dict[str, tuple[object, ...]]:
    """By page, how the first state that was tried was answered."""
    return {}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_answered_alike(
    desk: Desk, expected: dict[str, tuple[object, ...]], page: str, state: str
) -> None:
    """The same status, headers and words, and the same statements for it."""
    found = answered(desk, page, state)
    assert found[0] in (303, 202) and found == expected.setdefault(page, found)


def test_letters_leave_behind_the_answer(desk: Desk) -> None:
    """What the owner of the mailbox is told, and whether, takes none of the asker's time."""
    with statements(desk) as seen:
        desk.browser().post("/join", data={"email": ADDRESS})
    assert posted(desk) == 1 and not [one for one in seen if one.startswith("SELECT letters.id")]
