"""Who holds a delivery: this very run of this very process, and whether another one is surely dead.

A lease tells in time that a worker died; on the same machine the process table tells at once, so that an operator who
starts a killed send again need not wait for a lease to run out.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_SEPARATOR = "|"


#: The runs of this process that have ended, whatever they left behind: the process may live on for months.
_OVER: set[str] = set()


def this_run() -> str:
    """A name for one run of one process that no other run ever has."""
    return _SEPARATOR.join((*_machine(), str(os.getpid()), _started(os.getpid()), uuid4().hex[:12]))


@contextmanager
def a_run() -> Iterator[str]:
    """The name of a run that is gone from its end on, however it ends: nothing of it may go on after that."""
    name = this_run()
    try:
        yield name
    finally:
        _OVER.add(name)


def surely_gone(owners: Collection[str]) -> frozenset[str]:
    """Those of these owners that ended in this process, or whose process ran on this machine and runs no more.

    An owner on another machine, in another container, or with a name we did not make is never called dead: its lease
    decides.
    """
    return frozenset(owner for owner in owners if owner in _OVER or _is_gone(owner))


def _is_gone(owner: str) -> bool:
    parts = owner.split(_SEPARATOR)
    here = _machine()
    if len(parts) != 6 or not parts[3].isdigit():
        return False
    host, boot, space, pid, started, _ = parts
    if (host, space) != (here[0], here[2]):
        return False
    if boot != here[1]:
        return bool(boot and here[1])  # the machine was started anew since
    return not _runs(int(pid)) or _started(int(pid)) != started


def _machine() -> tuple[str, str, str]:
    """Host name, boot and process space; empty strings where the system does not tell (it has no /proc)."""
    return socket.gethostname(), _read(Path("/proc/sys/kernel/random/boot_id")), _process_space()


def _process_space() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks: a number used again is another process. Field 22 of proc(5) stat."""
    return (_read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split() or [""] * 20)[19]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
