"""The public archive: the general edition of each issue, for anybody, where the operator allows it.

Nothing in it is about a reader. These pages alone may be found by search engines, and kept by caches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from fastapi import Request
from fastapi.responses import Response

from digest import archive
from digest.archive import Archived, PublicIssue
from digest.edition.colours import palette
from digest.errors import NothingToDo
from digest.newsroom import Digest
from digest.web.faults import NotFound
from digest.web.keeping import keepable
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
_HTML = "text/html; charset=utf-8"
_BODY = re.compile(r"<body[^<>]*>")


@router.get("/archive")
def listed(request: Request, site: TheSite, digest: Newsroom) -> Response:
    """All issues, the latest first."""
    issues = _issues(digest)
    # The same for all: what a browser was just told at the desk is not said here.
    page = site.pages.render("readers/archive.html", {"issues": [one.issue for one in issues], "said": ""})
    return keepable(request, page.encode(), _HTML, changed=_changed(site, issues), headers=_PUBLIC)


@router.get("/archive/feed.atom")
def feed(request: Request, site: TheSite, digest: Newsroom) -> Response:
    """The latest issues, whole (RFC 4287)."""
    issues = _issues(digest)[:_LATEST]
    text = site.feeds.get(issues, lambda: atom(digest.newsletter, [_edition(site, one) for one in issues]))
    return keepable(request, text, "application/atom+xml", changed=_changed(site, issues), headers=_SHARED)


@router.get("/archive/{label}.png")
def card(request: Request, site: TheSite, digest: Newsroom, label: str) -> Response:
    """The picture that other sites show beside a link to this issue."""
    found = _issue(digest, label)
    shades = palette(digest.newsletter.accent).light
    picture = _drawn(digest.newsletter.name, found.issue.window.title, "New research in plain words", shades)
    return keepable(request, picture, "image/png", changed=_changed(site, [found]), headers=_SHARED)


@router.get("/archive/{label}")
def read(request: Request, site: TheSite, digest: Newsroom, label: str) -> Response:
    """One issue, whole."""
    found = _issue(digest, label)
    page = _dressed(site, _edition(site, found)).encode()
    headers = {**_PUBLIC, **mail_headers(digest)}
    return keepable(request, page, _HTML, changed=_changed(site, [found]), headers=headers)


@router.get("/sitemap.xml")
def site_map(request: Request, site: TheSite, digest: Newsroom) -> Response:
    """The pages of the archive, for search engines (sitemaps.org)."""
    issues = _issues(digest)
    text = sitemap(digest.newsletter.base_url, issues)
    return keepable(request, text, "application/xml", changed=_changed(site, issues), headers=_PUBLIC)


@router.get("/robots.txt")
def robots(site: TheSite, digest: Newsroom) -> Response:
    """What programs may look for here: the archive where there is one, and nothing else (RFC 9309)."""
    prefix = site.prefix
    lines = ["User-agent: *", f"Disallow: {prefix}/"]
    if digest.settings.archive:
        lines += [f"Allow: {prefix}/archive", f"Allow: {prefix}/sitemap.xml", f"Sitemap: {site.base_url}/sitemap.xml"]
    return Response("\n".join([*lines, ""]), media_type="text/plain")


_drawn = lru_cache(maxsize=64)(draw_card)


def _issues(digest: Digest) -> tuple[PublicIssue, ...]:
    if not digest.settings.archive:
        raise NotFound("this newsletter has no public archive")
    return archive.public_issues(digest)


def _issue(digest: Digest, label: str) -> PublicIssue:
    try:
        return archive.public_issue(digest, label)
    except NothingToDo as error:
        raise NotFound(str(error)) from None


def _edition(site: Site, found: PublicIssue) -> Archived:
    """Made once, until something of it is put right; what was stands first."""

    def made() -> Archived:
        edition = archive.general_edition(site.digest, found)
        errata = site.pages.render("readers/_archive-errata.html", {"errata": edition.errata})
        return replace(edition, html=_begun(edition.html, errata))

    return site.archived.get(found, made)


def _changed(site: Site, issues: Sequence[PublicIssue]) -> datetime:
    """A page may have been another one before this site began: its templates or its settings may have changed."""
    return max([site.since, *(one.changed for one in issues)])


def _dressed(site: Site, found: Archived) -> str:
    """The mail as a page of the archive: with what search engines and other sites read, and a way to the rest."""
    given: Mapping[str, object] = {
        "found": found,
        "issue": found.of.issue,
        "url": f"{site.base_url}/archive/{found.of.label}",
        "root": site.base_url,
    }
    head, bar = (site.pages.render(f"readers/_archive-{part}.html", given) for part in ("head", "bar"))
    # For those who listen: it is the page here, and no mail.
    page = found.html.replace('role="article" aria-roledescription="email"', 'role="main"', 1)
    return _begun(page.replace("</head>", f"{head}</head>", 1), bar)


def _begun(page: str, words: str) -> str:
    """The page with something before all else that it says."""
    return _BODY.sub(lambda body: body[0] + words, page, count=1)
