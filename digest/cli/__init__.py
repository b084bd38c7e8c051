"""The `digest` command: thin. Every command calls one verb of the newsletter and prints what it gives back."""

from __future__ import annotations

import gc
import sys

from rich.console import Console
from typer import Typer

from digest.errors import DigestError

__all__ = ["main"]


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 nothing to do.

    A person's mistake is explained in a sentence on standard error, never with a traceback.
    """
    try:
        _loaded()(prog_name="digest")
    except DigestError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"digest: {error}", markup=False)
        sys.exit(error.exit_code)


def _loaded() -> Typer:
    """The commands. What is loaded stays: to look again and again for what could go took a fifth of each start."""
    gc.disable()
    from digest.cli.commands import application

    gc.freeze()
    gc.enable()
    return application
