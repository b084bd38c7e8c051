"""Leaving: one press on a page, or one call by the reader's mailbox (RFC 8058). Fewer mails are offered beside it."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request
from fastapi.responses import Response

from digest import choosing, leaving
from digest.errors import TokenError
from digest.leaving import Reason
from digest.links import holder_of
from digest.models import Cadence, Subscriber, SubscriberStatus
from digest.newsroom import Digest
from digest.tokens import Purpose
from digest.web.readers.door import AnyForm, path_of, readers_router
from digest.web.readers.wishes import CADENCES
from digest.web.site import Newsroom, TheSite

router = readers_router()

#: Why somebody leaves, in a word on a button.
_REASONS = {
    Reason.OFTEN: "Too often",
    Reason.TOPICS: "Not my topics",
    Reason.HARD: "Too hard to read",
    Reason.DONE: "No need for it now",
    Reason.OTHER: "Something else",
}


@router.get("/u/{token}")
def asked(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Ask whether to stop."""
    number = digest.signer.read(Purpose.UNSUBSCRIBE, token).subscriber_id
    rarer = _rarer(digest, _known(digest, token))
    return site.pages.show(
        request,
        "readers/leave.html",
        token=token,
        rarer=CADENCES[rarer].lower() if rarer else "",
        pause_path=path_of(digest, Purpose.PAUSE, number),
    )


@router.post("/u/{token}")
def left(request: Request, site: TheSite, digest: Newsroom, token: str, form: AnyForm) -> Response:
    """Stop, at once and for good. The same answer however often, and for readers who are not known any more.

    A mailbox posts `List-Unsubscribe=One-Click` here, with no cookie, and follows no redirect (RFC 8058, 3.1).
    """
    reason = next((one for one in Reason if one.value == form.text("reason")), None)
    leaving.leave(digest, token, reason)
    return site.pages.show(request, "readers/left.html", token=token, reason=reason, reasons=_REASONS)


@router.get("/u/{token}/fewer")
def back_to_asking(site: TheSite, token: str) -> Response:
    """The page this form is on, for whoever comes here by going back."""
    return site.pages.go(f"/u/{token}")


@router.post("/u/{token}/fewer")
def fewer(request: Request, site: TheSite, digest: Newsroom, token: str) -> Response:
    """Write more seldom in place of not at all."""
    reader = holder_of(digest, Purpose.UNSUBSCRIBE, token).reader
    rarer = _rarer(digest, reader)
    if rarer is not None:
        reader = choosing.save(digest, replace(reader, cadence=rarer))
    how_often = CADENCES[reader.cadence].lower()
    return site.pages.show(request, "readers/fewer.html", reader=reader, how_often=how_often, token=token)


def _known(digest: Digest, token: str) -> Subscriber | None:
    try:
        return holder_of(digest, Purpose.UNSUBSCRIBE, token).reader
    except TokenError as error:
        if error.gone:
            return None
        raise


def _rarer(digest: Digest, reader: Subscriber | None) -> Cadence | None:
    """How often may be offered in place of the end; None for whoever gets nothing anyway."""
    if reader is None or reader.status is not SubscriberStatus.ACTIVE:
        return None
    return leaving.fewer(digest, reader)
