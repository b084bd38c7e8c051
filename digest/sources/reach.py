"""Whether links lead somewhere: each asked once, politely, to public addresses only, within one time for all."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx

from digest.checks import Unreached
from digest.errors import SourceError
from digest.sources.fetch import Fetched, Fetcher

#: Links asked at the same time.
AT_ONCE = 8
#: Seconds for one link, and for all of them: an editor waits for the answer.
MOST_SECONDS = 15.0
ALTOGETHER = 60.0
_DEAD = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})


class Reacher(Fetcher):
    """Asks for a document without reading it. A SourceError that is `gone` means that the server says: nothing here."""

    def __init__(self, *, allow_private: bool = False, most_seconds: float = MOST_SECONDS) -> None:
        super().__init__(allow_private=allow_private, most_seconds=most_seconds)

    def _answer(self, response: httpx.Response, url: str, moved_to: str | None, now: datetime) -> Fetched:
        if response.status_code in _DEAD:
            raise SourceError(f"the server answers {response.status_code} {response.reason_phrase[:60]}", gone=True)
        if response.is_success:
            return Fetched(url=url)
        return super()._answer(response, url, moved_to, now)


def unreached(
    urls: Sequence[str], *, now: datetime, reacher: Fetcher | None = None, altogether: float = ALTOGETHER
) -> Mapping[str, Unreached]:
    """The urls that could not be followed, each with the reason.

    Args:
        urls: http or https.
        now: for the reacher.
        reacher: how to ask; by default over the network.
        altogether: seconds after which those that were not asked yet are given back as such.
    """
    reacher = reacher or Reacher()
    ends = time.monotonic() + altogether

    def ask(url: str) -> Unreached | None:
        if time.monotonic() > ends:
            return Unreached(reason=f"there was no time for it within {altogether:g} s", dead=False)
        try:
            reacher.get(url, now=now)
        except SourceError as error:
            return Unreached(reason=str(error), dead=error.gone)
        return None

    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="link") as pool:
        answers = dict(zip(urls, pool.map(ask, urls), strict=True))
    return {url: trouble for url, trouble in answers.items() if trouble is not None}
