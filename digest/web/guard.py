"""What stands before every page: which hosts it answers for, how much it reads, and the headers it goes out with."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.forms import whole

#: What a page of ours may load: our own files, and nothing written into it.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: What a mail shown in a frame may do: look like itself. It runs nothing, loads nothing, and is of no origin, so
#: nothing it holds can reach the desk.
MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
#: The longest body that is read (bytes); what providers call with may be longer.
LONGEST_BODY = 1_000_000
LONGEST_CALL = 10_000_000

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """An ASGI middleware.

    Args:
        app: what it stands before.
        base_url: where the site is reached from outside.
        host: the address it is bound to.
    """

    def __init__(self, app: ASGIApp, *, base_url: str, host: str) -> None:
        parts = urlsplit(base_url)
        self._app = app
        self._prefix = parts.path
        # Pages on this very machine answer to its names alone: another site's name may be made to lead here.
        self._hosts = {parts.hostname or "", host, *_LOCAL}
        self._headers = _headers(is_https=parts.scheme == "https")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = self._without_prefix(scope)
        headers = Headers(scope=scope)
        if refused := self._refused(scope["path"], headers):
            await refused(scope, receive, self._dressed(send))
            return
        await self._app(scope, _limited(receive, _longest(scope["path"])), self._dressed(send))

    def _without_prefix(self, scope: Scope) -> Scope:
        path = scope["path"]
        if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
            return {**scope, "path": path[len(self._prefix) :] or "/"}
        return scope

    def _refused(self, path: str, headers: Headers) -> PlainTextResponse | None:
        if host_of(headers) not in self._hosts and path not in ("/healthz", "/readyz", "/metrics"):
            return PlainTextResponse("This is not the address of this newsletter.\n", 421)
        length = whole(headers.get("content-length", "0"))
        if length is None or not 0 <= length <= _longest(path):
            return PlainTextResponse("This is too long.\n", 413)
        return None

    def _dressed(self, send: Send) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return dressed


def host_of(headers: Headers) -> str:
    """The name a request was sent to, without its port; empty when it cannot be read."""
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _headers(*, is_https: bool) -> Mapping[str, str]:
    headers = {
        "Content-Security-Policy": PAGE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        # The path of a reader's page is what lets them in: it is told to nobody.
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    }
    return {**headers, "Strict-Transport-Security": "max-age=31536000"} if is_https else headers


def _longest(path: str) -> int:
    return LONGEST_CALL if path.startswith(("/hooks/", "/api/", "/desk/subscribers/import")) else LONGEST_BODY


def _limited(receive: Receive, longest: int) -> Receive:
    """A body without a length is counted as it comes; past the limit nothing more of it is read."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > longest:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "this is too long")
        return message

    return limited
