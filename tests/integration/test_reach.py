"""Links are followed on a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from digest.checks import Unreached
from digest.sources.reach import Reacher, unreached
from tests.factories import NOW
from tests.integration.feed_server import Answer, FeedServer, feed_server


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as served:
        yield served


def follow(server: FeedServer, *paths: str, **given: float) -> dict[str, Unreached]:
    urls = [server.url + path for path in paths]
    found = unreached(urls, now=NOW, reacher=Reacher(allow_private=True, most_seconds=1.0), **given)
    return {url.removeprefix(server.url): trouble for url, trouble in found.items()}


def test_what_leads_somewhere_is_not_mentioned(server: FeedServer) -> None:
    """A page, an answer without a body, and a redirect to either."""
    server.answers |= {
        "/page": Answer(body=b"<p>Words</p>"),
        "/empty": Answer(204),
        "/moved": Answer(301, headers={"Location": "/page"}),
    }
    assert follow(server, "/page", "/empty", "/moved") == {}


@pytest.mark.parametrize(("status", "dead"), [(404, True), (410, True), (403, False), (429, False), (500, False)])
def test_only_a_server_that_says_so_makes_a_link_dead(server: FeedServer, status: int, dead: bool) -> None:
    """Many sites answer people only, and every site is down now and then."""
    server.answers["/page"] = Answer(status)
    trouble = follow(server, "/page")["/page"]
    assert trouble.dead is dead
    assert str(status) in trouble.reason


def test_a_body_is_never_read(server: FeedServer) -> None:
    """A large paper that comes slowly takes no time."""
    server.answers["/paper"] = Answer(body=b"x" * 2000, drip=0.01)
    began = time.monotonic()
    assert follow(server, "/paper") == {}
    assert time.monotonic() - began < 1


def test_a_private_address_is_not_connected_to(server: FeedServer) -> None:
    """A link in a feed cannot make us knock on doors inside our own network."""
    server.answers["/page"] = Answer()
    (trouble,) = unreached([f"{server.url}/page"], now=NOW).values()
    assert "private" in trouble.reason and not trouble.dead
    assert server.asked == []


def test_there_is_one_time_for_all(server: FeedServer) -> None:
    """An editor waits; what could not be asked in time is said to be so."""
    server.answers["/page"] = Answer()
    trouble = follow(server, "/page", altogether=-1.0)["/page"]
    assert "no time" in trouble.reason and not trouble.dead
    assert server.asked == []
