"""How a reader comes in: by the token in the path, which says whose page it is; nothing else is asked."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from digest.errors import InputError, TokenError
from digest.links import Holder, holder_of, link
from digest.newsroom import Digest
from digest.tokens import Purpose
from digest.web.forms import Form, read_form
from digest.web.site import Newsroom, site_of


class ReadersRoute(APIRoute):
    """A readers' page: HEAD is answered as GET is, and a wrong link by a page that says what to do."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        super().__init__(path, endpoint, **given)
        if "GET" in (self.methods or ()):
            self.methods = {"GET", "HEAD"}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The page, or in its place the one about links that lead nowhere: the same for all that do."""
        shown = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await shown(request)
            except TokenError:
                return site_of(request).pages.show(request, "readers/no-such-link.html", status=HTTPStatus.NOT_FOUND)

        return handled


def readers_router() -> APIRouter:
    """A router for readers' pages."""
    return APIRouter(route_class=ReadersRoute)


async def _any_form(request: Request) -> Form:
    """The form of a request; empty where what was sent is none."""
    try:
        return await read_form(request)
    except HTTPException:
        return Form({})


#: What was posted, however badly: for what must be done even when a machine that asks for it cannot write forms.
AnyForm = Annotated[Form, Depends(_any_form)]
PostedForm = Annotated[Form, Depends(read_form)]


def _holder_of(purpose: Purpose) -> Callable[[Digest, str], Holder]:
    def holder(digest: Newsroom, token: str) -> Holder:
        return holder_of(digest, purpose, token)

    return holder


#: Whose preferences, or whose pause, a link opens.
Preferences = Annotated[Holder, Depends(_holder_of(Purpose.PREFERENCES))]
Pausing = Annotated[Holder, Depends(_holder_of(Purpose.PAUSE))]


def path_of(digest: Digest, purpose: Purpose, reader_id: int, issue_id: int = 0) -> str:
    """Where another of a reader's links leads, within this site; `issue_id` is 0 for one that is about no issue."""
    return urlsplit(link(digest, purpose, reader_id, issue_id)).path


def words_of(fault: InputError) -> str:
    """What is wrong, as a sentence; the name of the field is for programs."""
    words = str(fault).removeprefix(f"{fault.place}: ")
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def spoken(day: date | None) -> str:
    """A day as people say it, in one piece; empty for none."""
    return f"{day.day}\N{NO-BREAK SPACE}{day:%B}\N{NO-BREAK SPACE}{day.year}" if day else ""
