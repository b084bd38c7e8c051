from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from digest.errors import SourceError
from digest.models import SourceState
from digest.sources.fetch import DAYS_BELIEVED, LONGEST_WAIT, MOST_REDIRECTS, Fetched, Fetcher, believed
from tests.factories import NOW
from tests.integration.feed_server import Answer, FeedServer, feed_server


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as served:
        yield served


def get(server: FeedServer, path: str = "/feed", **options: object) -> Fetched:
    return Fetcher(allow_private=True, **options).get(server.url + path, now=NOW)  # type: ignore[arg-type]


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status, headers={"Location": to})


def test_a_document_and_its_validators(server: FeedServer) -> None:
    """The body comes with what makes the next GET conditional."""
    headers = {"ETag": '"1"', "Last-Modified": "Fri, 06 Nov 2026 08:00:00 GMT", "Content-Type": "text/xml; charset=X-1"}
    server.answers["/feed"] = Answer(body=b"<rss/>", headers=headers)
    fetched = get(server)
    assert (fetched.body, fetched.etag, fetched.charset) == (b"<rss/>", '"1"', "X-1")
    assert fetched.modified == "Fri, 06 Nov 2026 08:00:00 GMT"
    assert fetched.moved_to is None and not fetched.unchanged


def test_a_conditional_get(server: FeedServer) -> None:
    """The validators are sent back, and 304 is no error and has no body."""
    server.answers["/feed"] = Answer(304)
    fetched = Fetcher(allow_private=True).get(server.url + "/feed", now=NOW, etag='"1"', modified="yesterday")
    assert fetched.unchanged and fetched.body == b""
    headers = server.asked[0].headers
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "yesterday")
    assert headers["User-Agent"].startswith("Digest/")


def test_a_validator_that_cannot_be_sent_back_is_not_remembered(server: FeedServer) -> None:
    """The next visit is an ordinary one, and no error."""
    server.answers["/feed"] = Answer(body=b"x", headers={"ETag": '"\xe9"', "Last-Modified": "M\xe4rz"})
    fetched = get(server)
    assert (fetched.etag, fetched.modified) == (None, None)


@pytest.mark.parametrize(("status", "remembered"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
def test_redirects(server: FeedServer, status: int, remembered: bool) -> None:
    """All are followed; only permanent ones are worth remembering."""
    server.answers |= {"/feed": redirect("/new", status), "/new": Answer(body=b"x")}
    fetched = get(server)
    assert fetched.body == b"x" and fetched.url == f"{server.url}/new"
    assert fetched.moved_to == (f"{server.url}/new" if remembered else None)


def test_only_the_permanent_beginning_of_a_chain_is_remembered(server: FeedServer) -> None:
    """What lies behind a temporary redirect is temporary."""
    server.answers |= {"/feed": redirect("/a", 301), "/a": redirect("/b", 302), "/b": redirect("/c", 301)}
    server.answers["/c"] = Answer(body=b"x")
    assert get(server).moved_to == f"{server.url}/a"


def test_redirects_end(server: FeedServer) -> None:
    """A circle is left after so many rounds."""
    server.answers["/feed"] = redirect("/feed")
    with pytest.raises(SourceError, match=f"redirects more than {MOST_REDIRECTS} times"):
        get(server)
    assert len(server.asked) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    ("status", "permanent", "gone"),
    [(404, True, False), (410, True, True), (451, True, False), (403, False, False), (500, False, False)],
)
def test_errors_say_whether_asking_again_can_help(server: FeedServer, status: int, permanent: bool, gone: bool) -> None:
    """Only 410 retires a source; a server's own trouble passes."""
    server.answers["/feed"] = Answer(status)
    with pytest.raises(SourceError, match=f"answered {status}") as raised:
        get(server)
    assert (raised.value.permanent, raised.value.gone, raised.value.retry_after) == (permanent, gone, None)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (format_datetime(NOW + timedelta(hours=1), usegmt=True), 3600.0),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("9" * 40, LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("Fri, 01 Jan 2027 00:00:00 +999999999", None),
    ],
)
def test_retry_after(server: FeedServer, status: int, header: str, seconds: float | None) -> None:
    """The server's wish is read as seconds from now, as a number or as a date."""
    server.answers["/feed"] = Answer(status, headers={"Retry-After": header})
    with pytest.raises(SourceError) as raised:
        get(server)
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", lambda data: data)]
)
def test_packed_bodies(server: FeedServer, encoding: str, pack: object) -> None:
    """What was packed comes out as it went in."""
    data = bytes(range(256)) * 1000
    server.answers["/feed"] = Answer(body=pack(data), headers={"Content-Encoding": encoding})  # type: ignore[operator]
    assert get(server).body == data


@pytest.mark.parametrize("packed", [True, False])
def test_bytes_are_counted_after_unpacking(server: FeedServer, packed: bool) -> None:
    """A bomb of 50 MB in 50 kB is left after the bytes we take."""
    body = gzip.compress(b"\0" * 50_000_000) if packed else b"\0" * 200_000
    server.answers["/feed"] = Answer(body=body, headers={"Content-Encoding": "gzip" if packed else "identity"})
    with pytest.raises(SourceError, match="larger than 100,000 bytes"):
        get(server, most_bytes=100_000)


@pytest.mark.parametrize(("encoding", "message"), [("br", "did not ask for"), ("gzip", "damaged")])
def test_a_body_that_cannot_be_unpacked(server: FeedServer, encoding: str, message: str) -> None:
    """An unknown or broken packing is an error that says so."""
    server.answers["/feed"] = Answer(body=b"\x01\x02\x03", headers={"Content-Encoding": encoding})
    with pytest.raises(SourceError, match=message):
        get(server)


def test_a_dripping_server_is_left(server: FeedServer) -> None:
    """A byte now and then never lets a read time out, but the whole fetch has an end."""
    server.answers["/feed"] = Answer(body=b"x" * 100, drip=0.05)
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"took longer than 0\.4 s"):
        get(server, most_seconds=0.4)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1"])
def test_private_addresses_are_refused(server: FeedServer, host: str) -> None:
    """Whatever way it is written, this machine is not asked unless the operator allows it."""
    url = server.url.replace("127.0.0.1", host) + "/feed"
    with pytest.raises(SourceError) as raised:
        Fetcher().get(url, now=NOW)
    assert "private network" in str(raised.value) or "cannot be reached" in str(raised.value)
    assert server.asked == []


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://e.example.org/", "gopher://x/"])
def test_a_redirect_to_another_scheme_is_refused(server: FeedServer, target: str) -> None:
    """Each hop is checked again."""
    server.answers["/feed"] = redirect(target)
    with pytest.raises(SourceError, match="only http and https"):
        get(server)


def test_no_proxy_from_the_environment(server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve names itself and make the address check worthless."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.answers["/feed"] = Answer(body=b"x")
    assert get(server).body == b"x"


def test_a_closed_port() -> None:
    """Nobody there is trouble that may pass, and the message shows no password."""
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 cannot be reached") as raised:
        Fetcher(allow_private=True).get("http://user:secret@127.0.0.1:9/feed?key=1", now=NOW)
    assert not raised.value.permanent and "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://", "file:///etc/passwd", "http://e.example.org:99999/", "nonsense", "http://[::1"]
)
def test_no_address(url: str) -> None:
    """What is no web address is refused for good."""
    with pytest.raises(SourceError) as raised:
        Fetcher(allow_private=True).get(url, now=NOW)
    assert raised.value.permanent


VALIDATED = {"ETag": '"1"', "Last-Modified": "Fri, 06 Nov 2026 08:00:00 GMT"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<rss>" * 9, headers=VALIDATED, missing=50),
        Answer(body=gzip.compress(b"<rss>" * 9)[:-9], headers={**VALIDATED, "Content-Encoding": "gzip"}),
        Answer(body=gzip.compress(b"<rss>" * 9), headers={**VALIDATED, "Content-Encoding": "gzip"}, missing=9),
    ],
    ids=["length", "packed", "packed and length"],
)
def test_a_body_that_breaks_off(server: FeedServer, answer: Answer) -> None:
    """What came is kept and called broken, without validators: the next visit must not be told that we have it all."""
    server.answers["/feed"] = answer
    fetched = get(server)
    assert fetched.body.startswith(b"<rss><rss>") and fetched.broken
    assert (fetched.etag, fetched.modified) == (None, None)


def test_a_body_of_which_nothing_came_is_an_error(server: FeedServer) -> None:
    """There is nothing to read, so the visit fails and is made again."""
    server.answers["/feed"] = Answer(missing=10)
    with pytest.raises(SourceError, match="broken off") as raised:
        get(server)
    assert not raised.value.permanent


def test_what_is_odd_is_remarked(server: FeedServer) -> None:
    """A charset in the place of a packing does no harm, and the operator hears of it."""
    server.answers["/feed"] = Answer(body=b"<rss/>", headers={"Content-Encoding": "utf-8"})
    fetched = get(server)
    assert fetched.body == b"<rss/>" and "'utf-8'" in fetched.remark


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/a b", "/a%20b"),
        ("/a|b", "/a%7Cb"),
        ("/a%20b?x=%7C", "/a%20b?x=%7C"),
        ("/stra\xdfe", "/stra%C3%9Fe"),
        ("/stra\xc3\x9fe", "/stra%C3%9Fe"),
        ("  /c  ", "/c"),
        ("?x=1", "/feed?x=1"),
    ],
)
def test_redirects_that_are_written_carelessly(server: FeedServer, location: str, path: str) -> None:
    """Spaces, bars and letters beyond ASCII are written as an address has them, and followed."""
    server.answers |= {"/feed": redirect(location), path: Answer(body=b"x")}
    assert get(server).body == b"x"


@pytest.mark.parametrize(
    "location",
    ["http://[::1", "http://e.example.org:99999/", "http://e.example.org:x/", "http:///x", "//", "http://\xe4\xff..x/",
     "http://" + "a" * 300 + ".example.org/", "http://e.example.org:0/", "http://*:80/", "\xff", "http://%zz/",
     "mailto:a@b.c", "http://xn--/", "/" + "a" * 70_000, "http://a..b/", "http://-/"],
)  # fmt: skip
def test_redirects_that_lead_nowhere(server: FeedServer, location: str) -> None:
    """Whatever a server writes there is trouble with this one address, in words."""
    server.answers["/feed"] = redirect(location)
    with pytest.raises(SourceError):
        get(server)


@pytest.mark.parametrize(
    "headers",
    [
        {"Set-Cookie": "\xe4=\xff; expires=never; domain=..; path"},
        {"Content-Type": "text/xml; charset=\xe4\xff"},
        {"Content-Type": ";;;charset=="},
        {"ETag": "\xe4", "Last-Modified": "\x80"},
        {"Content-Encoding": "\xe4"},
        {"Retry-After": "9" * 999},
        {"Link": "<" * 500},
        {"Date": "Fri, 99 Foo 99999"},
    ],
)
def test_odd_headers_harm_nobody(server: FeedServer, headers: dict[str, str]) -> None:
    """The document is read whatever stands above it."""
    server.answers["/feed"] = Answer(body=b"<rss/>", headers=headers)
    assert get(server).body == b"<rss/>"


def test_a_server_is_believed_for_some_days() -> None:
    """Some say for ever that nothing changed; so the first visit of each week asks for all."""
    state = SourceState(name="site", etag='"1"', modified="yesterday", succeeded_at=NOW)
    days = [believed(state, now=NOW + timedelta(days=day)).etag for day in range(DAYS_BELIEVED + 1)]
    assert days[0] == '"1"' and days[-1] is None
    assert believed(SourceState(name="site", etag='"1"'), now=NOW).etag is None
