"""The HTTP API: the verbs of the desk and the command line as JSON, one small module a resource."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from digest.web.api import (
    approvals,
    corrections,
    describe,
    editions,
    files,
    issues,
    previews,
    sending,
    shaping,
    sources,
    status,
    subscribers,
    summaries,
    suppressions,
    topics,
)

#: Where it begins.
PREFIX = "/api/v1"

_MODULES = (
    status,
    issues,
    shaping,
    approvals,
    previews,
    editions,
    sending,
    corrections,
    summaries,
    sources,
    topics,
    subscribers,
    files,
    suppressions,
)


def install(app: FastAPI) -> None:
    """Put the API into a site, with its description at `/api/v1/openapi.json` and `/api/v1/docs`."""
    router = APIRouter(prefix=PREFIX)
    for module in _MODULES:
        for one in module.ROUTERS:
            router.include_router(one)
    app.include_router(router)
    app.get(f"{PREFIX}/docs", include_in_schema=False)(describe.shown)
    app.openapi = lambda: describe.describe(app)  # type: ignore[method-assign]
