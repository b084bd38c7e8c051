"""One polite, bounded HTTP GET: conditional, within limits of bytes and time, to public addresses only."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urljoin, urlsplit

import httpcore
import httpx

from digest import __version__
from digest.errors import SourceError
from digest.models import SourceState
from digest.sources.decode import charset_of, decoded
from digest.sources.guard import Deadline, GuardedNetwork
from digest.sources.identity import shown
from digest.sources.unpack import Unpacked, unpacked

#: Bytes of one document, after decompression. The largest real feed had 6 MB.
MOST_BYTES = 20 * 1024 * 1024
#: Seconds for one document, redirects and all.
MOST_SECONDS = 60.0
#: Seconds without a byte.
LONGEST_SILENCE = 20.0
#: Redirects in a row.
MOST_REDIRECTS = 5
#: Seconds a server may ask us to stay away; what is longer is a misprint.
LONGEST_WAIT = 366 * 24 * 3600.0
#: Days in which a server is believed that nothing changed: some say so for ever.
DAYS_BELIEVED = 7

USER_AGENT = f"Digest/{__version__} (research newsletter; collects feeds)"
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.8, */*;q=0.5"
_REMEMBERED = frozenset({301, 308})
_FOLLOWED = _REMEMBERED | {302, 303, 307}
#: Answers after which asking again tomorrow is no use.
_PERMANENT = frozenset({404, 410, 451})
_GONE = 410
#: Characters of a redirect's target, and those in it that stay as they are: all that mean something in an address.
_LONGEST_TARGET = 8_000
_KEPT_IN_TARGETS = "%/:=&?~#+!$,;'@()*[]"
_UNCHANGED = 304


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """The answer to a GET."""

    #: Where it came from in the end.
    url: str
    #: True when the server said that nothing changed (304); then there is no body.
    unchanged: bool = False
    body: bytes = b""
    #: As the server named it, for the decoding.
    charset: str | None = None
    #: As the server sent them, for the next conditional GET.
    etag: str | None = None
    modified: str | None = None
    #: The address to ask from now on, after a permanent redirect; else None.
    moved_to: str | None = None
    #: Why the body is not all of the document; empty when it is. Such a copy has no validators.
    broken: str = ""
    #: What was odd about the answer and did no harm; empty when nothing was.
    remark: str = ""


def believed(state: SourceState, *, now: datetime) -> SourceState:
    """The state with the validators that may be sent: none at the first visit of each span of `DAYS_BELIEVED` days.

    Spans begin on days that differ from source to source, so that not all are asked in full on one day.
    """
    offset = sum(state.name.encode())

    def span(at: datetime) -> int:
        return (at.toordinal() + offset) // DAYS_BELIEVED

    if state.succeeded_at is not None and span(state.succeeded_at) == span(now):
        return state
    return replace(state, etag=None, modified=None)


class Fetcher:
    """Fetches documents.

    Args:
        allow_private: also from addresses inside private networks (an operator's intranet feed).
        most_bytes: of one document, after decompression.
        most_seconds: for one document, redirects included.
    """

    def __init__(
        self, *, allow_private: bool = False, most_bytes: int = MOST_BYTES, most_seconds: float = MOST_SECONDS
    ) -> None:
        self._allow_private = allow_private
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds
        self._tls: ssl.SSLContext | None = None

    def get(self, url: str, *, now: datetime, etag: str | None = None, modified: str | None = None) -> Fetched:
        """Fetch one document.

        Args:
            url: http or https.
            now: to read a Retry-After that is a date.
            etag: of the copy we know.
            modified: Last-Modified of the copy we know.

        Raises:
            SourceError: there is no document; it says whether asking again can help, and from when on.
        """
        headers = {"User-Agent": USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": modified} if modified else {}
        deadline = Deadline(self._most_seconds)
        with self._client(deadline) as client, _readable_errors(url, deadline):
            return self._follow(client, url, headers, now)

    def _follow(self, client: httpx.Client, url: str, headers: dict[str, str], now: datetime) -> Fetched:
        moved_to: str | None = None
        permanent = True
        for _ in range(MOST_REDIRECTS + 1):
            _check_scheme(url)
            with client.stream("GET", url, headers=headers) as response:
                target = response.extensions.get(_LOCATION)
                if response.status_code not in _FOLLOWED or not target:
                    return self._answer(response, url, moved_to, now)
                permanent = permanent and response.status_code in _REMEMBERED
                before, url = url, _redirected(url, target)
                # A detour over plain http is followed but not made the rule: nobody could vouch for it.
                permanent = permanent and (urlsplit(before).scheme == "http" or urlsplit(url).scheme == "https")
                moved_to = url if permanent else moved_to
        raise SourceError(f"it redirects more than {MOST_REDIRECTS} times")

    def _answer(self, response: httpx.Response, url: str, moved_to: str | None, now: datetime) -> Fetched:
        status = response.status_code
        if status == _UNCHANGED:
            return Fetched(url=url, unchanged=True, moved_to=moved_to)
        if status != httpx.codes.OK:
            raise SourceError(
                f"the server answered {status} {response.reason_phrase[:60]}".strip(),
                permanent=status in _PERMANENT,
                retry_after=_retry_after(response.headers.get("retry-after"), now),
                gone=status == _GONE,
            )
        found = self._body(response)
        return Fetched(
            url=url,
            body=found.body,
            charset=charset_of(response.headers.get("content-type")),
            etag=None if found.broken else _validator(response, "etag"),
            modified=None if found.broken else _validator(response, "last-modified"),
            moved_to=moved_to,
            broken=found.broken,
            remark=found.remark,
        )

    def _body(self, response: httpx.Response) -> Unpacked:
        """As far as it came: a connection that breaks off may have brought most of it."""
        body, broken = bytearray(), ""
        try:
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > self._most_bytes:
                    raise SourceError(f"it is larger than {self._most_bytes:,} bytes")
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            if not body:
                raise
            broken = f"the connection broke off: {error}"
        found = unpacked(bytes(body), response.headers.get("content-encoding", ""), most=self._most_bytes)
        return replace(found, broken=found.broken or broken)

    def _client(self, deadline: Deadline) -> httpx.Client:
        if self._tls is None:
            # Loading the certificates takes 20 ms, so it is done once.
            self._tls = httpx.create_ssl_context(trust_env=False)
        network = GuardedNetwork(deadline, allow_private=self._allow_private)
        transport = _Transport(httpcore.ConnectionPool(ssl_context=self._tls, network_backend=network))
        return httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=LONGEST_SILENCE)


#: Under this name a redirect's target reaches us. httpx would read it, too, and fail where it is none that it knows.
_LOCATION = "digest_location"


class _Transport(httpx.BaseTransport):
    """httpx over a pool of ours; its own transport cannot be given another network."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        targets = [value for name, value in response.headers if name.lower() == b"location"]
        return httpx.Response(
            response.status,
            headers=[(name, value) for name, value in response.headers if name.lower() != b"location"],
            stream=_Stream(response),
            extensions={**response.extensions, _LOCATION: decoded(targets[0]).strip() if targets else ""},
        )

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


@contextmanager
def _readable_errors(url: str, deadline: Deadline) -> Iterator[None]:
    host = urlsplit(shown(url)).hostname or "the server"
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise SourceError(f"{host} cannot be reached: {error or 'no answer'}") from error
    except (httpcore.TimeoutException, TimeoutError) as error:
        deadline.left()
        raise SourceError(f"{host} stopped answering for {LONGEST_SILENCE:g} s") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise SourceError(f"what {host} sent was broken off or is damaged: {error}") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol, ValueError) as error:
        raise SourceError(f"{shown(url)} is no address that can be fetched: {error}", permanent=True) from error
    except (httpx.HTTPError, httpx.StreamError, httpx.CookieConflict, OSError, OverflowError, LookupError) as error:
        raise SourceError(f"what {host} sent cannot be understood: {error}") from error


def _redirected(url: str, target: str) -> str:
    """Where a redirect leads. Servers write addresses into it with spaces and letters that none may have."""
    return urljoin(url, quote(target[:_LONGEST_TARGET], safe=_KEPT_IN_TARGETS))


def _check_scheme(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise SourceError(f"only http and https addresses are fetched, not {shown(url)[:200]!r}", permanent=True)


def _validator(response: httpx.Response, name: str) -> str | None:
    """What the server sent, where it can be sent back: a value with bytes beyond ASCII could not."""
    value: str | None = response.headers.get(name)
    return value if value and value.isascii() and value.isprintable() else None


def _retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds, from a number or an HTTP date (RFC 9110, 10.2.3); None when there is nothing readable."""
    text = (header or "").strip()
    if text.isdecimal() and text.isascii():
        return min(float(text[:12]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return min(max(timedelta(), wait).total_seconds(), LONGEST_WAIT)
