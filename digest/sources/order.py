"""In which order a feed lists its entries, by their dates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from digest.sources.dates import read_date
from digest.sources.items import Order

#: Of so many entries, spread over a feed, the dates are looked at.
_SAMPLE = 200
#: How many times as often one entry must be older than the one above it, for the order to be clear.
_CLEAR = 5


def order_of(dates: Sequence[str]) -> Order:
    """In which order entries with these dates stand."""
    step = max(1, len(dates) // _SAMPLE)
    days = [found.day for found in map(read_date, dates[::step]) if found]
    older = sum(before > after for before, after in pairwise(days))
    newer = sum(before < after for before, after in pairwise(days))
    if older == newer:
        return Order.UNKNOWN
    clear = max(older, newer) >= _CLEAR * min(older, newer)
    return Order.UNKNOWN if not clear else Order.NEWEST_FIRST if older > newer else Order.OLDEST_FIRST
