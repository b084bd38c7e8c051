"""How a reader comes in: by the token in the path, which says whose page it is; nothing else is asked."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from digest.errors import TokenError
from digest.models import Cadence, Subscriber
from digest.newsroom import Digest
from digest.tokens import Purpose
from digest.web.forms import Form, read_form
from digest.web.site import site_of


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


def reader_of(digest: Digest, purpose: Purpose, token: str) -> Subscriber | None:
    """Whose link this is; None when they are not in the database any more. TokenError when it is no such link."""
    number = digest.signer.read(purpose, token).subscriber_id
    found = (row.subscriber for cadence in Cadence for row in digest.store.audience(cadence, only=number))
    return next(found, None)
