"""Leaving: one press on a page, or one call by the reader's mailbox (RFC 8058)."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from digest.models import SubscriberStatus
from digest.tokens import Purpose
from digest.web.readers.door import AnyForm, reader_of, readers_router
from digest.web.site import Newsroom, TheSite

router = readers_router()


@router.get("/u/{token}")
def asked(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Ask whether to stop."""
    reader = reader_of(digest, Purpose.UNSUBSCRIBE, token)
    return site.pages.show(request, "readers/leave.html", reader=reader, token=token)


@router.post("/u/{token}")
def left(request: Request, site: TheSite, digest: Newsroom, token: str, _form: AnyForm) -> Response:
    """Stop, at once and for good. The same answer however often, and for readers who are not known any more.

    A mailbox posts `List-Unsubscribe=One-Click` here, with no cookie, and follows no redirect (RFC 8058, 3.1).
    """
    reader = reader_of(digest, Purpose.UNSUBSCRIBE, token)
    if reader is not None:
        digest.store.set_status(reader.address, SubscriberStatus.UNSUBSCRIBED, now=digest.clock())
    return site.pages.show(request, "readers/left.html")
