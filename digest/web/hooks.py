"""What providers call: bounces, complaints, deliveries."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from digest.errors import FeedbackError
from digest.web.faults import NotAllowed, NotFound
from digest.web.site import Newsroom

router = APIRouter(include_in_schema=False)
_log = logging.getLogger(__name__)


@router.post("/hooks/{transport}")
async def called(transport: str, request: Request, digest: Newsroom) -> JSONResponse:
    """Take in one call; 403 when it is not shown to be the provider's."""
    if transport not in digest.webhooks:
        raise NotFound("no provider is expected to call here")
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        taken = await run_in_threadpool(digest.take_webhook, transport, headers, body)
    except FeedbackError as error:
        if not error.forged:
            raise
        _log.warning("a call to /hooks/%s was refused: it was not shown to be the provider's", transport)
        raise NotAllowed(str(error)) from error
    return JSONResponse({"taken": taken.total})
