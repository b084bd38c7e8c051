"""What keeps a page from being shown, and how that is said: as a page to people, as problem+json to programs."""

from __future__ import annotations

import logging
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from digest.errors import (
    DigestError,
    EditedMeanwhile,
    FeedbackError,
    InputError,
    LimitError,
    StateError,
    StoreError,
    TokenError,
    TooManyError,
    TransportError,
)
from digest.web.pages import Pages

_log = logging.getLogger(__name__)


class SignInNeeded(Exception):  # noqa: N818 - reads as what it is
    """The page is for people of the desk."""


class Fault(Exception):  # noqa: N818
    """A page cannot be shown, for a reason that has a status of its own."""

    status = HTTPStatus.BAD_REQUEST

    def headers(self) -> dict[str, str]:
        """What else the answer says."""
        return {}


class NotAllowed(Fault):
    """The page is for operators, or the form is none of ours."""

    status = HTTPStatus.FORBIDDEN


class TokenNeeded(Fault):
    """A program called without a token that opens anything (RFC 6750, 3)."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, *, shown: bool = False) -> None:
        wrong = "this token opens nothing: it was revoked, has ended, or was cut short"
        super().__init__(wrong if shown else "a token is needed: Authorization: Bearer …")
        self.shown = shown

    def headers(self) -> dict[str, str]:
        """How to show one, and whether one was shown in vain."""
        wrong = ', error="invalid_token"' if self.shown else ""
        return {"WWW-Authenticate": f'Bearer realm="digest"{wrong}'}


class NotFound(Fault):
    """There is no such page."""

    status = HTTPStatus.NOT_FOUND


#: What our errors are in HTTP; the first that fits counts.
_STATUS: tuple[tuple[type[DigestError], HTTPStatus], ...] = (
    (TokenError, HTTPStatus.NOT_FOUND),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StateError, HTTPStatus.CONFLICT),
    (TooManyError, HTTPStatus.TOO_MANY_REQUESTS),
    (FeedbackError, HTTPStatus.BAD_REQUEST),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (LimitError, HTTPStatus.SERVICE_UNAVAILABLE),
    (TransportError, HTTPStatus.BAD_GATEWAY),
)
#: To people, in the place of a framework's one word.
_WORDS = {
    HTTPStatus.NOT_FOUND: "nothing is at this address: it may be old, or a letter of it got lost",
    HTTPStatus.METHOD_NOT_ALLOWED: "this address is for a form: go back, and press its button again",
}
_TITLES = {
    HTTPStatus.METHOD_NOT_ALLOWED: "There is no such page",
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.FORBIDDEN: "This is not for you",
    HTTPStatus.CONFLICT: "That does not fit right now",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something is not right yet",
    HTTPStatus.TOO_MANY_REQUESTS: "A little slower, please",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not just now",
}


def status_of(error: DigestError) -> HTTPStatus:
    """What an error of ours is in HTTP."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def install(app: FastAPI, pages: Pages) -> None:
    """Have every fault answered readably."""

    def answered(request: Request, error: Exception) -> Response:
        status, detail, headers = _said(error)
        if _is_for_programs(request):
            return _problem(status, detail, headers, error)
        title = _TITLES.get(status, status.phrase)
        detail = _WORDS.get(status, detail) if detail == status.phrase else detail
        page = "fault.html" if request.url.path.startswith("/desk") else "readers/fault.html"
        return pages.show(request, page, status=status, headers=headers, title=title, detail=detail)

    def at_the_door(request: Request, _error: Exception) -> Response:
        if request.method == "GET" and not _is_for_programs(request):
            return RedirectResponse(f"{pages.prefix}/desk/sign-in?next={quote(request.url.path)}", HTTPStatus.SEE_OTHER)
        return answered(request, NotAllowed("you are signed out: sign in, then do it again"))

    for kind in (DigestError, HTTPException, RequestValidationError, ClientDisconnect, Fault, Exception):
        app.add_exception_handler(kind, answered)
    app.add_exception_handler(SignInNeeded, at_the_door)


def _said(error: Exception) -> tuple[HTTPStatus, str, dict[str, str]]:
    """Status, words and headers of an error."""
    match error:
        case TooManyError():
            # When it may be tried again (RFC 6585, 4).
            return HTTPStatus.TOO_MANY_REQUESTS, str(error), {"Retry-After": f"{error.seconds:.0f}"}
        case LimitError():
            return status_of(error), str(error), {"Retry-After": f"{error.seconds:.0f}"}
        case DigestError() if (status := status_of(error)) is not HTTPStatus.INTERNAL_SERVER_ERROR:
            return status, str(error), {}
        case Fault():
            return error.status, str(error), error.headers()
        case HTTPException():
            return HTTPStatus(error.status_code), str(error.detail), dict(error.headers or {})
        case ClientDisconnect():
            return HTTPStatus.BAD_REQUEST, "the line broke before all of it was here", {}
        case RequestValidationError():
            wrong = (f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
            return HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(wrong), {}
        case _:
            # The path may hold a token, so the log does not name it.
            _log.error("a page failed", exc_info=error)
            return HTTPStatus.INTERNAL_SERVER_ERROR, "something failed here, and it was written down", {}


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/hooks/"))


def _problem(status: HTTPStatus, detail: str, headers: dict[str, str], error: Exception) -> Response:
    """The same for programs (RFC 9457)."""
    # Without a type of its own a problem's title is the status's (RFC 9457, 4.2.1).
    problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    if isinstance(error, EditedMeanwhile):
        problem["version"] = error.version
    return JSONResponse(problem, status, headers=headers, media_type="application/problem+json")
