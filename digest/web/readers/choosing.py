"""Choosing: what a reader wants to read, how often, how much, when; and what that would have come to."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from digest import choosing
from digest.choosing import Prepared
from digest.errors import InputError
from digest.models import WEEKDAYS, Subscriber
from digest.newsroom import Digest
from digest.tokens import Purpose
from digest.tries import A_MINUTE, count_try
from digest.web.readers import wishes
from digest.web.readers.door import PostedForm, Preferences, path_of, readers_router, spoken, words_of
from digest.web.readers.glimpse import glimpse, whole_mail
from digest.web.readers.looking_back import mail_headers
from digest.web.readers.posting import and_post
from digest.web.readers.topics import groups
from digest.web.site import Newsroom, Site, TheSite, caller

router = readers_router()

#: What was just done, by the word in the url of the page that says so.
_DONE = {
    "saved": "Saved. Your next mail will follow your choices.",
    "address": "Look into the mailbox of the new address. If it is right, a mail with a link is on its way to it.",
    "erase": "Look into your mailbox. Open the link in our mail, and we delete all we keep of you.",
}


@router.get("/p/{token}")
def shown(request: Request, site: TheSite, holder: Preferences) -> Response:
    """Their choices as they are."""
    return _page(request, site, holder.reader, done=_DONE.get(request.query_params.get("done", ""), ""))


@router.post("/p/{token}")
def chosen(request: Request, site: TheSite, digest: Newsroom, holder: Preferences, form: PostedForm) -> Response:
    """Save their choices; or only show them, with a topic moved, or with the mail they would come to."""
    changed = holder.reader
    try:
        changed = wishes.wished(form, changed)
        if move := wishes.move_of(form):
            return _page(request, site, wishes.moved(changed, move), focus=form.text("move"), unsaved=True)
        if form.is_set("show"):
            count_try(digest, "preview", caller(request), most=60, within=A_MINUTE)
            return _page(request, site, changed, preview=glimpse(digest, changed), unsaved=True)
        choosing.save(digest, changed)
    except InputError as error:
        return _page(request, site, changed, fault=error)
    return site.pages.go(f"{request.url.path}?done=saved")


@router.get("/p/{token}/address")
@router.get("/p/{token}/erase")
@router.get("/p/{token}/mail")
@router.get("/p/{token}/preview")
def back_to_choices(site: TheSite, token: str) -> Response:
    """Whoever comes to where a form is sent, by going back or by a bookmark, is shown the page the form is on."""
    return site.pages.go(f"/p/{token}")


@router.post("/p/{token}/preview")
def previewed(request: Request, site: TheSite, digest: Newsroom, holder: Preferences, form: PostedForm) -> Response:
    """The mail these choices would come to, in short: a piece of the page, for scripts."""
    count_try(digest, "preview", caller(request), most=60, within=A_MINUTE)
    preview = glimpse(digest, wishes.wished(form, holder.reader))
    token = request.path_params["token"]
    return site.pages.show(request, "readers/_preview.html", preview=preview, token=token)


@router.post("/p/{token}/mail")
def mailed(request: Request, digest: Newsroom, holder: Preferences, form: PostedForm) -> Response:
    """The whole mail these choices would come to."""
    count_try(digest, "whole mail", caller(request), most=20, within=A_MINUTE)
    html = whole_mail(digest, wishes.wished(form, holder.reader))
    return HTMLResponse(html, headers=mail_headers(digest))


@router.get("/p/{token}/less/{number}")
def less(request: Request, site: TheSite, digest: Newsroom, holder: Preferences, number: int) -> Response:
    """Their choices with less of what this item is about: made ready, not saved."""
    return _ready(request, site, holder.reader, lambda: choosing.less(digest, holder, number))


@router.get("/p/{token}/more/{number}")
def more(request: Request, site: TheSite, digest: Newsroom, holder: Preferences, number: int) -> Response:
    """Their choices with more of what this item is about: made ready, not saved."""
    return _ready(request, site, holder.reader, lambda: choosing.more(digest, holder, number))


@router.post("/p/{token}/address")
def moving(request: Request, site: TheSite, digest: Newsroom, holder: Preferences, form: PostedForm) -> Response:
    """Have a mail sent that asks the owner of the new address."""
    try:
        choosing.ask_address(digest, holder.reader, form.text("email"))
    except InputError as error:
        return _page(request, site, holder.reader, fault=error)
    return and_post(site, site.pages.go(f"/p/{request.path_params['token']}?done=address"))


@router.get("/a/{token}")
def address_asked(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Ask whether to write to the new address."""
    address = choosing.look_address(digest, token)
    return site.pages.show(request, "readers/address.html", address=address, token=token)


@router.post("/a/{token}")
def address_changed(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Write to the new address from now on."""
    reader = choosing.confirm_address(digest, token)
    return and_post(site, site.pages.show(request, "readers/address-changed.html", reader=reader))


def _ready(request: Request, site: Site, reader: Subscriber, prepare: Callable[[], Prepared]) -> Response:
    try:
        prepared = prepare()
    except InputError as error:
        return _page(request, site, reader, fault=error)
    return _page(request, site, prepared.changed, prepared=prepared.words)


def _page(
    request: Request,
    site: Site,
    reader: Subscriber,
    *,
    fault: InputError | None = None,
    **more: Any,
) -> Response:
    """The page of a reader with these wishes, saved or not."""
    digest = site.digest
    shown = groups(choosing.choices(digest, reader))
    token = request.path_params["token"]
    issue_id = digest.signer.read(Purpose.PREFERENCES, token).issue_id
    common: dict[str, Any] = {
        "reader": reader,
        "token": token,
        "groups": shown,
        "lately": choosing.LATELY,
        "order": [digest.tree.by_id[topic] for topic in reader.profile.interests if topic in digest.tree.by_id],
        "muted": sum(group.muted for group in shown),
        "cadences": wishes.offered({*digest.settings.newsletter.cadences, reader.cadence}),
        "roles": wishes.roles_with(reader.role),
        "zones": wishes.zones_with(reader.timezone),
        "own_zone": digest.newsletter.timezone.replace("_", " "),
        "lengths": wishes.LENGTHS,
        "parts": wishes.PARTS,
        "weekdays": WEEKDAYS,
        "pause_path": path_of(digest, Purpose.PAUSE, reader.id),
        "leave_path": path_of(digest, Purpose.UNSUBSCRIBE, reader.id, issue_id),
        "paused_until": spoken(reader.paused_until) if is_paused(digest, reader) else "",
        "fault": words_of(fault) if fault else "",
    }
    asked: dict[str, Any] = {"done": "", "prepared": "", "focus": "", "preview": None, "unsaved": False}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
    return site.pages.show(request, "readers/choose.html", status=status, **{**common, **asked, **more})


def is_paused(digest: Digest, reader: Subscriber) -> bool:
    """Whether nothing is sent to them today because they said so."""
    return reader.paused_until is not None and digest.today < reader.paused_until
