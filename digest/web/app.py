"""`make_app(digest) -> FastAPI`: the site, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from digest import __version__
from digest.newsroom import Digest
from digest.recent import Recent
from digest.web import api, desk, faults, health, hooks, readers
from digest.web.courier import Courier
from digest.web.errands import Errands
from digest.web.guard import Guard
from digest.web.metrics import Metrics
from digest.web.pages import Pages, bundled_pages
from digest.web.shelf import Shelf
from digest.web.site import Site, TheSite


class _Guarded(FastAPI):
    """The guard stands before everything: what we answer to a mistake of ours goes out with its headers, too."""

    def build_middleware_stack(self) -> ASGIApp:
        """What a request goes through, from outside."""
        digest: Digest = self.state.site.digest
        return Guard(
            super().build_middleware_stack(), base_url=digest.newsletter.base_url, host=digest.settings.web.host
        )


def make_app(digest: Digest) -> FastAPI:
    """The site of a newsletter, as an ASGI application. It does not close the newsroom.

    Paths: `/desk` for people who are signed in, `/api/v1` for programs, `/hooks` for providers, `/healthz`, `/readyz`,
    `/metrics`; everything else is for readers.
    """
    settings = digest.settings
    pages = Pages(digest.newsletter, settings.templates)
    site = Site(
        digest=digest,
        pages=pages,
        courier=Courier(digest),
        errands=Errands(),
        shelf=Shelf(),
        previews=Recent(32),
        archived=Recent(32),
        feeds=Recent(2),
        since=digest.clock(),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        site.courier.close()
        site.errands.close()
        site.shelf.close()

    app = _Guarded(
        title=digest.newsletter.name,
        version=__version__,
        lifespan=lifespan,
        openapi_url=f"{api.PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=[*_routes()],
    )
    app.state.site = site
    app.state.metrics = Metrics(digest)
    faults.install(app, pages)
    api.describe_at(app)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """The paths of every site, which ask the request for their own: to make them takes longer than all else of one."""
    maker = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: "_".join((*map(str, route.tags), route.name)),
    )
    for router in (health.router, hooks.router, desk.router, readers.router):
        maker.include_router(router)
    api.install(maker)
    maker.get("/look.css", include_in_schema=False)(_look)
    maker.mount("/static", StaticFiles(directory=bundled_pages() / "static"))
    return tuple(maker.routes)


def _look(site: TheSite) -> Response:
    """The style sheet, in the newsletter's own colour."""
    sheet = site.pages.render("look.css", {})
    return Response(sheet, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})
