"""Signing in and out."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from digest import access, post
from digest.audience import address_key
from digest.edition import render_sign_in
from digest.newsroom import Digest
from digest.tries import A_MINUTE, count_try
from digest.web.doors import DeskForm, cookie_name, is_from_elsewhere, let_in
from digest.web.faults import NotAllowed
from digest.web.forms import Form, read_form
from digest.web.site import TheSite, caller

router = APIRouter()

#: Where somebody comes to who was on the way to no other page.
_FIRST = "/desk"


@router.get("/sign-in")
def asked(request: Request, site: TheSite) -> Response:
    """Ask who it is."""
    return site.pages.show(request, "desk/sign-in.html", goal=_own(request.query_params.get("next")))


async def _open_form(request: Request) -> Form:
    """A form of somebody who is not signed in yet. NotAllowed when another site sent it."""
    if is_from_elsewhere(request):
        raise NotAllowed("this form is not one of ours: open the page again")
    return await read_form(request)


OpenForm = Annotated[Form, Depends(_open_form)]


@router.post("/sign-in")
def wanted(site: TheSite, request: Request, form: OpenForm) -> Response:
    """Mail a link to somebody of the desk. Whoever asks learns nothing: not even by how long the answer takes."""
    address, goal = form.text("address"), _own(form.text("next"))
    count_try(site.digest, "sign-in", caller(request), most=10)
    count_try(site.digest, "sign-in as", address_key(address), most=5)
    site.courier.run(lambda: mail_link(site.digest, address, goal=goal))
    return site.pages.go(
        _with_goal("/desk/sign-in", goal), said="If this address is known here, a link is on its way to it."
    )


def mail_link(digest: Digest, address: str, *, goal: str = _FIRST) -> None:
    """Mail a link that signs in to this address, if the configuration names it, and leads to a page of the desk.

    Raises:
        TransportError: it cannot be mailed.
    """
    person = access.person_of(digest, address)
    if person is None:
        return
    minutes = int(access.LINK_LIFE.total_seconds()) // 60
    letter = render_sign_in(digest.newsletter, digest.templates, minutes=minutes)
    path = _with_goal(f"/desk/enter/{access.make_link(digest, person)}", goal)
    post.post(digest, letter, to=person.name, confirm_url=f"{digest.newsletter.base_url}{path}")


@router.get("/enter/{secret}")
def greeted(request: Request, site: TheSite, secret: str) -> Response:
    """Ask whether to sign in: programs that open every link in a mail must not use it up."""
    count_try(site.digest, "enter", caller(request), most=20, within=A_MINUTE)
    person = access.greet(site.digest, secret)
    return site.pages.show(request, "desk/enter.html", whom=person.name, goal=_own(request.query_params.get("next")))


@router.post("/enter/{secret}")
def entered(request: Request, site: TheSite, secret: str, form: OpenForm) -> Response:
    """Sign in."""
    count_try(site.digest, "enter", caller(request), most=20, within=A_MINUTE)
    session = access.sign_in(site.digest, secret)
    response = site.pages.go(_own(form.text("next")))
    let_in(site, response, session)
    return response


@router.post("/sign-out")
def left(request: Request, site: TheSite, _form: DeskForm) -> Response:
    """Sign out."""
    access.sign_out(site.digest, request.cookies.get(cookie_name(site), ""))
    response = site.pages.go("/desk/sign-in", said="You are signed out.")
    response.delete_cookie(cookie_name(site), path="/", secure=site.is_https, httponly=True, samesite="strict")
    return response


def _own(path: str | None) -> str:
    """A page of the desk; its first one for anything else."""
    return path if path and re.fullmatch(r"/desk(/[\w.~%/-]*)?", path) else _FIRST


def _with_goal(path: str, goal: str) -> str:
    return path if goal == _FIRST else f"{path}?next={quote(goal)}"
