"""Whether it lives, whether it can work, and how much there is of everything: for machines that watch."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from digest.config import is_loopback
from digest.errors import StoreError
from digest.web.api.doors import bearer_of
from digest.web.faults import TokenNeeded
from digest.web.guard import host_of
from digest.web.metrics import Metrics
from digest.web.site import Newsroom

router = APIRouter(include_in_schema=False)


@router.api_route("/healthz", methods=["GET", "HEAD"])
def alive() -> PlainTextResponse:
    """Says that the process answers."""
    return PlainTextResponse("alive\n")


@router.api_route("/readyz", methods=["GET", "HEAD"])
def ready(digest: Newsroom) -> PlainTextResponse:
    """Says whether the database answers; 503 when it does not."""
    try:
        digest.store.answers()
    except StoreError:
        return PlainTextResponse("the database does not answer\n", 503)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
def counted(request: Request) -> Response:
    """How much there is of everything, for Prometheus: on this very machine for anybody, else with a token."""
    try:
        if not _is_from_here(request):
            bearer_of(request)
        metrics = cast("Metrics", request.app.state.metrics)
        return Response(metrics.text(), media_type=metrics.content_type)
    except TokenNeeded as error:
        return PlainTextResponse(f"{error}\n", error.status, headers=error.headers())
    except StoreError:
        return PlainTextResponse("the database does not answer\n", 503)


def _is_from_here(request: Request) -> bool:
    """Whether a program of this machine asks under one of its own names.

    A proxy on this machine that does not say whom it asks for would look the same but for the name it was called by.
    """
    is_near = request.client is not None and is_loopback(request.client.host)
    return is_near and is_loopback(host_of(request.headers))
