"""The public archive: the general edition of each issue, for anybody, where the operator allows it.

Nothing in it is about a reader. These pages alone may be found by search engines, and kept by caches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from digest import archive
from digest.archive import Archived
from digest.edition.colours import palette
from digest.errors import NothingToDo
from digest.models import Issue
from digest.newsroom import Digest
from digest.web.faults import NotFound
from digest.web.readers.card import draw_card
from digest.web.readers.door import readers_router
from digest.web.readers.feed import atom, sitemap
from digest.web.readers.looking_back import mail_headers
from digest.web.site import Newsroom, Site, TheSite

router = readers_router()

#: For anybody, found by search engines, kept for an hour.
_PUBLIC = {"X-Robots-Tag": "all", "Cache-Control": "public, max-age=3600"}
#: For pages of other sites, too, as far as a browser has a say.
_SHARED = {**_PUBLIC, "Cross-Origin-Resource-Policy": "cross-origin"}
#: How many issues the feed has.
_LATEST = 12
_BODY = re.compile(r"<body[^>]*>")


@router.get("/archive")
def listed(request: Request, site: TheSite, digest: Newsroom) -> Response:
    """All issues, the latest first."""
    return site.pages.show(request, "readers/archive.html", headers=_PUBLIC, issues=_issues(digest), public=True)


@router.get("/archive/feed.atom")
def feed(digest: Newsroom) -> Response:
    """The latest issues, whole (RFC 4287)."""
    issues = _issues(digest)[:_LATEST]
    text = atom(digest.newsletter, [archive.general_edition(digest, issue.window.label) for issue in issues])
    return Response(text, media_type="application/atom+xml", headers=_SHARED)


@router.get("/archive/{label}.png")
def card(digest: Newsroom, label: str) -> Response:
    """The picture that other sites show beside a link to this issue."""
    issue = _edition(digest, label).issue
    shades = palette(digest.newsletter.accent).light
    picture = _drawn(digest.newsletter.name, issue.window.title, "New research in plain words", shades)
    return Response(picture, media_type="image/png", headers=_SHARED)


@router.get("/archive/{label}")
def read(site: TheSite, digest: Newsroom, label: str) -> Response:
    """One issue, whole."""
    found = _edition(digest, label)
    return HTMLResponse(_dressed(site, found), headers={**_PUBLIC, **mail_headers(digest)})


@router.get("/sitemap.xml")
def site_map(digest: Newsroom) -> Response:
    """The pages of the archive, for search engines (sitemaps.org)."""
    text = sitemap(digest.newsletter.base_url, _issues(digest))
    return Response(text, media_type="application/xml", headers=_PUBLIC)


@router.get("/robots.txt")
def robots(site: TheSite, digest: Newsroom) -> Response:
    """What programs may look for here: the archive where there is one, and nothing else (RFC 9309)."""
    prefix = site.prefix
    lines = ["User-agent: *", f"Disallow: {prefix}/"]
    if digest.settings.archive:
        lines += [f"Allow: {prefix}/archive", f"Allow: {prefix}/sitemap.xml", f"Sitemap: {site.base_url}/sitemap.xml"]
    return Response("\n".join([*lines, ""]), media_type="text/plain")


_drawn = lru_cache(maxsize=64)(draw_card)


def _issues(digest: Digest) -> tuple[Issue, ...]:
    if not digest.settings.archive:
        raise NotFound("this newsletter has no public archive")
    return archive.public_issues(digest)


def _edition(digest: Digest, label: str) -> Archived:
    try:
        return archive.general_edition(digest, label)
    except NothingToDo as error:
        raise NotFound(str(error)) from None


def _dressed(site: Site, found: Archived) -> str:
    """The mail as a page of the archive: with what search engines and other sites read, and a way to the rest."""
    given: Mapping[str, object] = {
        "found": found,
        "url": f"{site.base_url}/archive/{found.issue.window.label}",
        "root": site.base_url,
    }
    head, bar = (site.pages.render(f"readers/_archive-{part}.html", given) for part in ("head", "bar"))
    page = found.html.replace("</head>", f"{head}</head>", 1)
    return _BODY.sub(lambda body: body[0] + bar, page, count=1)
