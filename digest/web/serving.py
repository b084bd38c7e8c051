"""Serving the site until it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import uvicorn

from digest import access
from digest.config import is_loopback
from digest.newsroom import Digest
from digest.scheduler import ring_until
from digest.web.app import make_app

#: One ring of the bell; it asks what it is given whether to stop.
Ring = Callable[[Callable[[], bool]], object]


def greeting(digest: Digest) -> str:
    """What to tell whoever starts the site: where it is; on this very machine with a link that signs in, once."""
    web = digest.settings.web
    if not is_loopback(web.host):
        return f"The desk is at {digest.newsletter.base_url}/desk"
    host = f"[{web.host}]" if ":" in web.host else web.host
    secret = access.make_link(digest, access.LOCAL)
    return f"Open this once, within 30 minutes:\n  http://{host}:{web.port}/desk/enter/{secret}"


def serve(digest: Digest, *, ring: Ring | None = None) -> None:
    """Serve the newsletter's site where the settings say, until SIGINT or SIGTERM; what is being sent is finished.

    No request is logged: the path of a reader's page is what lets them in.

    Args:
        digest: the newsletter; closed by its owner.
        ring: one ring of the bell, once a minute beside the pages; None to leave that to `digest run`.
    """
    web = digest.settings.web
    config = uvicorn.Config(
        make_app(digest),
        host=web.host,
        port=web.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(web.proxies),
        timeout_graceful_shutdown=10,
    )
    with _ringing(ring) if ring is not None else nullcontext():
        uvicorn.Server(config).run()


@contextmanager
def _ringing(ring: Ring) -> Iterator[None]:
    """Ring in a thread of its own until the block ends; the ring in hand ends first."""
    stop = threading.Event()
    thread = threading.Thread(target=ring_until, args=(stop, lambda: ring(stop.is_set)), name="bell")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
