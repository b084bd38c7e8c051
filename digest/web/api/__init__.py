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
    """Put the API's paths into an application, and the page that describes them."""
    for module in _MODULES:
        for router in module.ROUTERS:
            app.include_router(router, prefix=PREFIX)
    app.get(f"{PREFIX}/docs", include_in_schema=False)(describe.shown)


def describe_at(app: FastAPI) -> None:
    """Have a site with those paths describe them at `/api/v1/openapi.json` and `/api/v1/docs`."""
    app.openapi = lambda: describe.describe(app)  # type: ignore[method-assign]
