"""The bell: rings again and again, survives a bad tick, and stops when told."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from digest.scheduler import ring_until, stopping_on_signals


def test_it_rings_at_once_and_again_until_stopped() -> None:
    """The first tick comes without waiting, the others follow, and none comes after the stop."""
    stop, rings = threading.Event(), []

    def tick() -> None:
        rings.append(len(rings))
        if len(rings) == 3:
            stop.set()

    ring_until(stop, tick, every=0.05)
    assert rings == [0, 1, 2]


def test_a_bad_tick_is_logged_and_the_bell_rings_on(caplog: pytest.LogCaptureFixture) -> None:
    """One tick's failure is no reason to miss the next."""
    stop, rings = threading.Event(), []

    def tick() -> None:
        rings.append(1)
        if len(rings) == 2:
            stop.set()
        raise OSError("the disk is full")

    ring_until(stop, tick, every=0.05)
    assert len(rings) == 2 and "the disk is full" in caplog.text


def test_a_signal_sets_the_event_and_the_second_does_what_it_always_did() -> None:
    """SIGTERM asks to stop; handlers are put back afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    with stopping_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(5)
        assert signal.getsignal(signal.SIGTERM) == before
    assert signal.getsignal(signal.SIGTERM) == before
