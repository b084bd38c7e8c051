"""Looking back: a reader's own issue as it was mailed."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi.responses import HTMLResponse, Response

from digest import archive
from digest.newsroom import Digest
from digest.web.readers.door import readers_router
from digest.web.site import Newsroom

router = readers_router()


@router.get("/w/{token}")
def web_version(digest: Newsroom, token: str) -> Response:
    """The very HTML of their mail."""
    return HTMLResponse(archive.web_version(digest, token), headers=dict(mail_headers(digest)))


def mail_headers(digest: Digest) -> Mapping[str, str]:
    """What a mail goes out with when it is a page: it looks like itself, runs nothing, loads its logo and no more."""
    logo = digest.newsletter.logo
    images = f"data: {logo.url}" if logo else "data:"
    policy = (
        f"sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src {images}; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy}
