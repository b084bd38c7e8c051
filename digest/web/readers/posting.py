"""The letters a page puts into the outbox are sent behind it, so that every page answers in the same time."""

from __future__ import annotations

from fastapi.responses import Response
from starlette.background import BackgroundTask

from digest.post import send_waiting
from digest.web.site import Site


def and_post(site: Site, response: Response) -> Response:
    """The answer, and once it is out the letters that wait; what does not go then, the bell sends.

    Not before: whoever is sent a letter would be answered later than whoever is not.
    """
    response.background = BackgroundTask(site.courier.run, lambda: send_waiting(site.digest))
    return response
