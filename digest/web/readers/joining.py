"""Joining: somebody asks with a form, a mail asks the owner of the address, and one press confirms."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response

from digest import joining
from digest.choosing import LATELY, choices
from digest.errors import InputError
from digest.models import Subscriber
from digest.newsroom import Digest
from digest.web.readers import wishes
from digest.web.readers.door import PostedForm, readers_router, words_of
from digest.web.readers.posting import and_post
from digest.web.readers.topics import groups
from digest.web.site import Newsroom, Site, TheSite, caller

router = readers_router()

#: A field that people do not see, and programs that fill in every form do.
TRAP = "website"


@router.get("/")
def home(site: TheSite) -> Response:
    """Whoever types in the newsletter's address comes to the form."""
    return site.pages.go("/join")


@router.get("/join")
def asking(request: Request, site: TheSite, digest: Newsroom) -> Response:
    """The form to join."""
    return _form(request, site, blank(digest))


@router.post("/join")
def asked(request: Request, site: TheSite, digest: Newsroom, form: PostedForm) -> Response:
    """Have a mail sent that asks; the same answer whoever it is."""
    wanted = replace(blank(digest), address=form.text("email"))
    try:
        wanted = wishes.wished(form, wanted)
        ask(request, site, wanted, method="web form", trap=form.text(TRAP))
    except InputError as error:
        return _form(request, site, wanted, fault=error)
    return and_post(site, site.pages.go("/join/sent"))


@router.get("/join/sent")
def told(request: Request, site: TheSite, digest: Newsroom) -> Response:
    """Say what comes next."""
    return site.pages.show(request, "readers/join-sent.html", days=digest.settings.readers.confirm_days)


@router.get("/join/snippet")
def snippet(request: Request, site: TheSite) -> Response:
    """The form for pages of other sites, to copy."""
    lines = site.pages.render("readers/_snippet.html", {"root": site.base_url})
    return site.pages.show(request, "readers/snippet.html", snippet=lines.strip())


@router.get("/c/{token}")
def confirming(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Ask whether it was them, and show what was asked for."""
    wanted = joining.look(digest, token)
    return site.pages.show(
        request,
        "readers/confirm.html",
        wanted=wanted,
        token=token,
        topics=[digest.tree.label(topic) for topic in wanted.profile.interests],
        how_often=wishes.CADENCES[wanted.cadence].lower(),
        keeps_network=digest.settings.readers.keep_network,
    )


@router.post("/c/{token}")
def confirmed(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Make them a reader."""
    reader = joining.confirm(digest, token)
    return site.pages.show(request, "readers/confirmed.html", reader=reader)


def blank(digest: Digest) -> Subscriber:
    """Somebody of whom nothing is known yet."""
    newsletter = digest.settings.newsletter
    return Subscriber(address="", cadence=newsletter.cadences[0], language=newsletter.language)


def ask(request: Request, site: Site, wanted: Subscriber, *, method: str, trap: str) -> None:
    """Take down who asked; nothing of a program that went into the trap.

    Raises:
        InputError: a field is wrong.
        TooManyError: too many asked from this network.
    """
    if trap:
        return
    joining.ask(site.digest, wanted, network=caller(request), method=method)


def _form(request: Request, site: Site, wanted: Subscriber, *, fault: InputError | None = None) -> Response:
    digest = site.digest
    return site.pages.show(
        request,
        "readers/join.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        wanted=wanted,
        groups=groups(choices(digest, wanted)),
        lately=LATELY,
        cadences=wishes.offered(digest.settings.newsletter.cadences),
        roles=wishes.ROLES,
        keeps_network=digest.settings.readers.keep_network,
        field=fault.place if fault else "",
        fault=words_of(fault) if fault else "",
        trap=TRAP,
    )
