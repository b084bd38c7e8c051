"""The `digest` command: thin. Every command calls `app.Digest` and prints what it gives back."""

from __future__ import annotations

import os
import sys

import click
from rich.console import Console

from digest.cli.commands import application
from digest.errors import DigestError

__all__ = ["main"]


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 nothing to do."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. A person's mistake is explained in a sentence, never with a traceback."""
    try:
        return application(arguments, prog_name="digest", standalone_mode=False) or 0
    except DigestError as error:
        Console(stderr=True, highlight=False).print(f"digest: {error}", markup=False, soft_wrap=True)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        Console(stderr=True).print("digest: stopped")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
