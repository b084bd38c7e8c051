"""A newsletter's site, called as browsers and programs call it, and the people at its desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import yaml
from starlette.testclient import TestClient

from digest import access
from digest.app import make_digest
from digest.checks import Verdict
from digest.config import load_settings
from digest.models import Person, Role
from digest.newsroom import Digest
from digest.store.store import open_store
from digest.transports.memory import MemoryTransport
from digest.web import make_app
from tests.factories import NOW

EDITOR = Person(name="editor@example.org", role=Role.EDITOR)
OPERATOR = Person(name="operator@example.org", role=Role.OPERATOR)
BASE = "http://localhost:8000"

Opener = Callable[..., "Desk"]


class Desk:
    """A site with its newsroom, and browsers that come to it."""

    def __init__(self, digest: Digest, transport: MemoryTransport) -> None:
        self.digest = digest
        self.transport = transport
        self.app = make_app(digest)
        self._open = ExitStack()

    def browser(self, *, base: str = "") -> TestClient:
        """A browser that nobody is signed in with. It follows no redirects by itself."""
        client = TestClient(self.app, base_url=base or self.digest.newsletter.base_url, follow_redirects=False)
        return self._open.enter_context(client)

    def of(self, person: Person) -> TestClient:
        """The browser of somebody who is signed in."""
        browser = self.browser()
        sign_in(browser, access.make_link(self.digest, person))
        return browser

    def close(self) -> None:
        self._open.close()


def sign_in(browser: TestClient, secret: str, **fields: str) -> httpx.Response:
    return browser.post(f"/desk/enter/{secret}", data=fields)


def csrf(page: httpx.Response) -> str:
    """What shows that a form is ours."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found[1]


@pytest.fixture
def open_desk(tmp_path: Path, sqlite_url: str) -> Iterator[Opener]:
    """Opens sites; settings as in the file, beside those every test has. A real one sends by its own transport."""
    opened = ExitStack()

    def opener(
        *,
        now: Any = NOW,
        delivery: dict[str, Any] | None = None,
        days_later: int = 0,
        web: dict[str, Any] | None = None,
        readers: dict[str, Any] | None = None,
        archive: bool = False,
        sources: Sequence[Any] = (),
        transport: dict[str, Any] | None = None,
        is_real: bool = False,
        judge: Callable[[bytes], Verdict] = lambda _mail: Verdict(score=0.0),
        **newsletter: Any,
    ) -> Desk:
        people = [{"address": EDITOR.name}, {"address": OPERATOR.name, "role": "operator"}]
        given = {
            "newsletter": {
                "name": "Monthly",
                "from": "digest@example.org",
                "postal_address": "1 Street",
                "base_url": BASE,
                **newsletter,
            },
            "web": {"people": people, **(web or {})},
            "sources": [*sources],
            "delivery": delivery or {},
            "readers": readers or {},
            "archive": archive,
            **({"transport": transport} if transport else {}),
        }
        file = tmp_path / "digest.yaml"
        file.write_text(yaml.safe_dump(given), encoding="utf-8")
        far_end = MemoryTransport()
        digest = make_digest(
            load_settings(file, {}),
            now=now + timedelta(days=days_later),
            store=open_store(sqlite_url),
            make_transport=None if is_real else lambda: far_end,
            reach=lambda _urls: {},
            judge_spam=judge,
        )
        opened.callback(digest.close)
        desk = Desk(digest, far_end)
        opened.callback(desk.close)
        return desk

    yield opener
    opened.close()


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    """A site on this very machine, with an editor and an operator."""
    return open_desk()
