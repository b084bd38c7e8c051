"""The command on standby: a process that has loaded it already and forks one of its own for every call.

Each call is `digest.cli.main` in a fresh process with its own folder, environment and streams, but without the second
or two in which Python loads the libraries. What the installed script adds to that is proved where the script is run:
`Operator.start`, the README's first issue, and the wheel.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.cli import main
from tests.processes import CLEAN


def call(words: list[str], *, folder: Path, env: Mapping[str, str], stdin: str) -> tuple[int, str, str]:
    """How a call of the command ends: its exit code, its standard output and its standard error."""
    with TemporaryDirectory() as name:
        streams = [Path(name) / stream for stream in ("stdin", "stdout", "stderr")]
        streams[0].write_text(stdin, encoding="utf-8")
        process = CLEAN.Process(target=_run, args=(words, str(folder), dict(env), [str(one) for one in streams]))
        process.start()
        process.join()
        return process.exitcode or 0, *(one.read_text(encoding="utf-8") for one in streams[1:])


def _run(words: list[str], folder: str, env: Mapping[str, str], streams: list[str]) -> None:
    for number, (stream, flags) in enumerate(
        zip(streams, (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT), strict=True)
    ):
        opened = os.open(stream, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = open(0, closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = words
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
