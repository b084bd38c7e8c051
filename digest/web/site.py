"""What every page of the site shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request

from digest.archive import Archived
from digest.newsroom import Digest
from digest.previews import Preview
from digest.recent import Recent
from digest.web.courier import Courier
from digest.web.errands import Errands
from digest.web.pages import Pages
from digest.web.shelf import Shelf

#: The largest number a database row may have.
LARGEST = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One newsletter's web pages."""

    digest: Digest
    pages: Pages
    courier: Courier
    errands: Errands
    shelf: Shelf
    previews: Recent[Preview]
    archived: Recent[Archived]
    feeds: Recent[bytes]
    #: When it began: what is made from templates and settings may have been another thing before.
    since: datetime

    @property
    def base_url(self) -> str:
        """Where the site is reached from outside, without a slash at the end."""
        return self.digest.newsletter.base_url

    @property
    def prefix(self) -> str:
        """What stands before every path: the path of `base_url`, without a slash at the end; mostly empty."""
        return urlsplit(self.base_url).path

    @property
    def is_https(self) -> bool:
        """Whether it is reached by https."""
        return self.base_url.startswith("https://")


def site_of(request: Request) -> Site:
    """The site this request came to."""
    return cast("Site", request.app.state.site)


def caller(request: Request) -> str:
    """Who calls: the address, as far as a network that one person may have (IPv6: the first 64 bits)."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))


def newsroom_of(request: Request) -> Digest:
    """The newsroom behind the site."""
    return site_of(request).digest


TheSite = Annotated[Site, Depends(site_of)]
Newsroom = Annotated[Digest, Depends(newsroom_of)]
