"""Joining from other sites' pages and from programs, in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from digest.errors import InputError, TooManyError
from digest.models import Cadence, Profile, Subscriber
from digest.web.readers import joining
from digest.web.readers.door import readers_router
from digest.web.readers.posting import and_post
from digest.web.site import Site, TheSite

router = readers_router()

_PATH = "/join.json"
#: What everybody is told whose wish was taken down.
_TAKEN = "Thank you. If the address is right, a mail with a link is on its way to it."


class Wanted(BaseModel):
    """What a page or program sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: Annotated[str, Field(max_length=320)]
    interests: Annotated[tuple[str, ...], Field(max_length=1_000)] = ()
    cadence: Cadence | None = None
    name: Annotated[str, Field(max_length=500)] = ""
    role: Annotated[str, Field(max_length=500)] = ""
    #: The trap: people leave it empty.
    website: str = ""

    def subscriber(self, blank: Subscriber) -> Subscriber:
        """The same as somebody who wants to join."""
        return Subscriber(
            address=self.email,
            name=self.name,
            role=self.role,
            profile=Profile(interests=self.interests),
            cadence=self.cadence or blank.cadence,
            language=blank.language,
        )


@router.options(_PATH)
def may(request: Request, site: TheSite) -> Response:
    """Tell a browser whether a page of another site may call (CORS), without cookies: there are none."""
    allowed = _allowed(request, site)
    if not allowed:
        return Response(status_code=HTTPStatus.FORBIDDEN, headers={"Vary": "Origin"})
    told = {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Max-Age": "3600",
    }
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={**allowed, **told})


@router.post(_PATH)
async def asked(request: Request, site: TheSite) -> Response:
    """Have a mail sent that asks; the same answer whoever it is.

    JSON alone is read: a page of another site cannot send that without having asked first, so that the list of sites
    in `readers.join_from` holds.
    """
    allowed = _allowed(request, site)
    if "origin" in request.headers and not allowed:
        return _problem(HTTPStatus.FORBIDDEN, "pages of this site may not call here", allowed)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return _problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/json", allowed)
    try:
        wanted = _read(await request.body())
        subscriber = wanted.subscriber(joining.blank(site.digest))
        await run_in_threadpool(joining.ask, request, site, subscriber, method="json", trap=wanted.website)
    except InputError as error:
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), allowed)
    except TooManyError as error:
        return _problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), {**allowed, "Retry-After": f"{error.seconds:.0f}"})
    return and_post(site, JSONResponse({"detail": _TAKEN}, HTTPStatus.ACCEPTED, headers=dict(allowed)))


def _read(body: bytes) -> Wanted:
    try:
        return Wanted.model_validate_json(body)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        raise InputError(wrong["msg"], place=".".join(map(str, wrong["loc"])) or "body") from None


def _allowed(request: Request, site: Site) -> Mapping[str, str]:
    """What tells a browser that the calling page may read the answer; empty when it may not."""
    origin = request.headers.get("origin", "")
    own = urlsplit(site.base_url)
    if origin and origin in (f"{own.scheme}://{own.netloc}", *site.digest.settings.readers.join_from):
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return {}


def _problem(status: HTTPStatus, detail: str, headers: Mapping[str, str]) -> JSONResponse:
    problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    told = {"Vary": "Origin", **headers}
    return JSONResponse(problem, status, headers=told, media_type="application/problem+json")
