"""What is kept of a reader: to take along, and to have deleted."""

from __future__ import annotations

import json

from fastapi import Request
from fastapi.responses import Response

from digest import belongings
from digest.web.readers.door import Preferences, readers_router
from digest.web.readers.posting import and_post
from digest.web.site import Newsroom, TheSite

router = readers_router()


@router.get("/p/{token}/data")
def taken_along(digest: Newsroom, holder: Preferences) -> Response:
    """All of it, as a file."""
    kept = json.dumps(belongings.export(digest, holder.reader), ensure_ascii=False, indent=2)
    return Response(
        f"{kept}\n",
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


@router.post("/p/{token}/erase")
def erasing(request: Request, site: TheSite, digest: Newsroom, holder: Preferences) -> Response:
    """Have a mail sent with the link that deletes it: this link alone does not."""
    belongings.ask_erase(digest, holder.reader)
    return and_post(site, site.pages.go(f"/p/{request.path_params['token']}?done=erase"))


@router.get("/e/{token}")
def asked(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Ask once more: it cannot be taken back."""
    reader = belongings.look_erase(digest, token)
    if reader is None:
        return site.pages.show(request, "readers/erased.html")
    return site.pages.show(request, "readers/erase.html", reader=reader, token=token)


@router.post("/e/{token}")
def erased(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Delete it."""
    belongings.erase(digest, token)
    return site.pages.show(request, "readers/erased.html")
