"""A desk with something on it, and programs that call its API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2 as httpx

from digest import access
from digest.models import Role
from tests.factories import NOW, a_subscriber, an_entry
from tests.web.conftest import Desk, Opener

NOVEMBER = NOW - timedelta(days=10)


class Program:
    """Something that calls the API with a token of its own."""

    def __init__(self, desk: Desk, role: Role | None) -> None:
        self._browser = desk.browser()
        token = access.make_token(desk.digest, f"a {role} program", role) if role else ""
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, *, expect: int = 200, **query: Any) -> Any:
        return self._read(self._browser.get(f"/api/v1{path}", params=query or None, headers=self.headers), expect)

    def post(self, path: str, *, expect: int = 200, **body: Any) -> Any:
        return self._read(self._browser.post(f"/api/v1{path}", json=body, headers=self.headers), expect)

    def patch(self, path: str, *, expect: int = 200, **body: Any) -> Any:
        return self._read(self._browser.patch(f"/api/v1{path}", json=body, headers=self.headers), expect)

    def _read(self, answer: httpx.Response, expect: int) -> Any:
        assert answer.status_code == expect, answer.text
        kind = answer.headers["content-type"]
        assert kind == ("application/problem+json" if expect >= 400 else kind)
        return answer.json() if "json" in kind else answer.text


def a_full_desk(open_desk: Opener, **newsletter: Any) -> Desk:
    """Three summaries of November, three readers, and November's draft, ready to be approved."""
    desk = open_desk(**newsletter)
    digest = desk.digest
    digest.store.add_entries(
        [_entry("one", "fatigue"), _entry("two", "vision"), _entry("three", "pediatric")], now=NOVEMBER
    )
    readers = [
        a_subscriber("ada@example.org", "fatigue-sleep"),
        a_subscriber("jo@example.org"),
        a_subscriber("li@example.org", "vision"),
    ]
    digest.store.save_subscribers(readers, now=NOVEMBER)
    digest.compose(digest.window("2026-11"))
    return desk


def _entry(guid: str, word: str) -> Any:
    return an_entry(guid, headline=f"Multiple sclerosis and {word}, part {guid}", tags=(word, "multiple sclerosis"))
