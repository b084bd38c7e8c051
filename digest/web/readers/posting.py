"""The letters a page puts into the outbox are sent behind it, so that every page answers in the same time."""

from __future__ import annotations

from digest.post import send_waiting
from digest.web.site import Site


def send_letters(site: Site) -> None:
    """Have the letters that wait sent soon; what does not go now, the bell sends."""
    site.courier.run(lambda: send_waiting(site.digest))
