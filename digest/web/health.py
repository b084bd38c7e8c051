"""Whether it lives, whether it can work, and how much there is of everything: for machines that watch."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from digest.errors import StoreError
from digest.web.site import Newsroom

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> PlainTextResponse:
    """Says that the process answers."""
    return PlainTextResponse("alive\n")


@router.get("/readyz")
def ready(digest: Newsroom) -> PlainTextResponse:
    """Says whether the database answers; 503 when it does not."""
    try:
        digest.store.count_summaries()
    except StoreError:
        return PlainTextResponse("the database does not answer\n", 503)
    return PlainTextResponse("ready\n")
