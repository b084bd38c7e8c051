"""What providers call: bounces, complaints, deliveries."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from digest.errors import FeedbackError
from digest.web.faults import NotFound
from digest.web.site import Newsroom

router = APIRouter(include_in_schema=False)


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
        status = HTTPStatus.FORBIDDEN if error.forged else HTTPStatus.BAD_REQUEST
        return JSONResponse({"detail": str(error)}, status)
    return JSONResponse({"taken": taken.total})
