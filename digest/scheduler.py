"""The bell: once a minute it asks the database what is due, and that is all it does.

APScheduler rings; it decides nothing and remembers nothing. A bell that rings twice, late, or on two machines does no
harm, for an issue is made once per window and a delivery claimed once.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

logger = logging.getLogger(__name__)

#: Seconds between two rings.
RING_EVERY = 60


@contextmanager
def stopping_on_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM or SIGINT sets; a second signal does what it always did."""
    stop = threading.Event()
    before = {int(number): signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[number])

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ring_until(stop: threading.Event, tick: Callable[[], object], *, every: float = RING_EVERY) -> None:
    """Call `tick` now and every so many seconds until `stop` is set, then let the tick in hand end.

    A tick that fails is logged and the next one comes all the same; a tick is never started while one is running.

    Args:
        stop: ends it.
        tick: one unit of work, safe to repeat.
        every: seconds between two rings.
    """

    def ring() -> None:
        try:
            if not stop.is_set():
                tick()
        except Exception:  # the bell goes on ringing whatever one tick ran into
            logger.exception("a tick failed; the next one comes in %d seconds", every)

    bell = BackgroundScheduler(timezone=UTC)
    bell.add_job(
        ring,
        IntervalTrigger(seconds=every, timezone=UTC),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    ring()
    bell.start()
    try:
        stop.wait()
    finally:
        bell.shutdown(wait=True)
