"""Owners: a dead process of this machine is known at once, nobody else's is ever declared dead."""

from __future__ import annotations

import subprocess
import sys

import pytest

from digest.owners import a_run, surely_gone, this_run

OTHER_PROCESS = [sys.executable, "-c", "from digest.owners import this_run; print(this_run())"]


def test_this_run_lives_and_is_like_no_other() -> None:
    """Two runs have two names, even in one process, and neither is gone."""
    first, second = this_run(), this_run()
    assert first != second
    assert surely_gone([first, second]) == frozenset()


def test_an_ended_process_is_gone() -> None:
    """A worker that ended on this machine is known to be dead without waiting."""
    owner = subprocess.run(OTHER_PROCESS, capture_output=True, text=True, check=True).stdout.strip()
    assert surely_gone([owner, this_run()]) == {owner}


def test_an_ended_run_of_a_living_process_is_gone() -> None:
    """A daemon need not wait for the lease of what its own earlier run left behind, whatever ended that run."""
    owners: list[str] = []

    def fail() -> None:
        with a_run() as owner:
            owners.append(owner)
            assert surely_gone(owners) == frozenset()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert surely_gone([*owners, this_run()]) == {*owners}


def test_a_number_used_again_is_another_process() -> None:
    """Our own process number with another beginning means that the first bearer of the number is gone."""
    host, boot, space, pid, started, run = this_run().split("|")
    assert surely_gone(["|".join((host, boot, space, pid, f"9{started}", run))])


def test_before_the_last_start_of_the_machine() -> None:
    """Whoever ran before the machine was started anew is gone, whatever process bears the number now."""
    host, boot, space, pid, started, run = this_run().split("|")
    assert surely_gone(["|".join((host, f"x{boot}", space, pid, started, run))])


def test_elsewhere_nobody_is_declared_dead() -> None:
    """Another machine, another container or a name of unknown make is left to its lease."""
    _, boot, space, _, started, run = this_run().split("|")
    elsewhere = "|".join(("another-host", boot, space, "999999", started, run))
    contained = this_run().replace("pid:[", "pid:[9")
    assert surely_gone([elsewhere, contained, "", "worker-1", "a|b|c|d|e|f"]) == frozenset()
