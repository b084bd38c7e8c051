"""How often somebody may try something: counted in the database, so that all processes of a newsletter count together.

Who tried what is kept as a keyed hash, and forgotten after an hour.
"""

from __future__ import annotations

from datetime import timedelta

from digest.errors import TooManyError
from digest.newsroom import Digest

A_MINUTE = timedelta(minutes=1)
AN_HOUR = timedelta(hours=1)

_SLOWER = "that was a little often: please wait a moment and try again"


def count_try(
    digest: Digest, what: str, who: str, *, most: int, within: timedelta = AN_HOUR, otherwise: str = _SLOWER
) -> None:
    """Count one try; one that is refused counts for nothing, so that waiting helps.

    Args:
        digest: the newsletter.
        what: what is tried.
        who: who tries it, or on what; nowhere kept as it is.
        most: how many tries there may be.
        within: in what span; an hour at the most.
        otherwise: what is said to whoever tries more.

    Raises:
        TooManyError: there were as many already.
    """
    now = digest.clock()
    if not digest.store.count_try(digest.signer.conceal(f"{what} {who}"), most=most, since=now - within, now=now):
        raise TooManyError(otherwise, seconds=within.total_seconds())
