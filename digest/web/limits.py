"""How often somebody may try something."""

from __future__ import annotations

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from digest.web.faults import TooOften


class Limits:
    """Counts tries in memory, for each process of its own; what must hold across processes is the store's business."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, rate: str, *about: str) -> None:
        """Count one try. TooOften when it is one too many.

        Args:
            rate: such as `5/minute`.
            about: what is tried, and by whom or on what.
        """
        limit = _parsed(rate)
        if not self._limiter.hit(limit, *about):
            raise TooOften(seconds=limit.get_expiry())


def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def caller(request: Request) -> str:
    """Who calls: the address, as far as a network that one person may have (IPv6: the first 64 bits)."""
    host = request.client.host if request.client else ""
    return ":".join(host.split(":")[:4]) if ":" in host else host
