"""The HTTP API: the verbs of the desk and the command line as JSON, one small module a resource."""

from __future__ import annotations

from fastapi import FastAPI

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
    for module in _MODULES:
        for router in module.ROUTERS:
            app.include_router(router, prefix=PREFIX)
    app.get(f"{PREFIX}/docs", include_in_schema=False)(describe.shown)
    app.openapi = lambda: describe.describe(app)  # type: ignore[method-assign]
