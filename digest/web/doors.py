"""Who comes in where: the desk's cookie, and the form that goes with it."""

from __future__ import annotations

from hashlib import blake2b
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Request, Response

from digest import access
from digest.models import Person
from digest.web.faults import NotAllowed, SignInNeeded
from digest.web.forms import Form, read_form
from digest.web.site import Site, TheSite


def cookie_name(site: Site) -> str:
    """`__Host-` binds a cookie to this host and to https (RFC 6265bis, 4.1.3.2)."""
    return "__Host-digest" if site.is_https else "digest_session"


def let_in(site: Site, response: Response, secret: str) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(site),
        secret,
        max_age=site.digest.settings.web.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="strict",
        secure=site.is_https,
    )


def somebody(request: Request, site: TheSite) -> Person:
    """Who is signed in. SignInNeeded when nobody is."""
    secret = request.cookies.get(cookie_name(site), "")
    person = access.signed_in(site.digest, secret) if secret else None
    if person is None:
        raise SignInNeeded
    request.state.person, request.state.csrf = person, csrf_of(secret)
    return person


def operator(person: Annotated[Person, Depends(somebody)]) -> Person:
    """Who is signed in as an operator. NotAllowed when it is an editor."""
    if not person.is_operator:
        raise NotAllowed("this page is for operators: ask one of them")
    return person


def csrf_of(secret: str) -> str:
    """What shows that a form was ours: only who holds the session can know it."""
    return blake2b(secret.encode(), digest_size=20, person=b"form").hexdigest()


async def desk_form(request: Request, person: Annotated[Person, Depends(somebody)]) -> Form:  # noqa: ARG001
    """The form of somebody who is signed in. NotAllowed when it does not come from a page of ours."""
    form = await read_form(request)
    if is_from_elsewhere(request) or not compare_digest(form.text("csrf").encode(), request.state.csrf.encode()):
        raise NotAllowed("this form is too old, or not one of ours: open the page again")
    return form


def is_from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site made this request."""
    if (told := request.headers.get("sec-fetch-site")) is not None:
        return told not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")


Somebody = Annotated[Person, Depends(somebody)]
Operator = Annotated[Person, Depends(operator)]
DeskForm = Annotated[Form, Depends(desk_form)]
