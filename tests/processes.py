"""Processes of their own for tests, forked from one that has loaded the code already: loading takes a second or two."""

from __future__ import annotations

import multiprocessing

#: Clean forks: the process they come from has no threads, no databases and nothing of the test that asks.
CLEAN = multiprocessing.get_context("forkserver")
CLEAN.set_forkserver_preload(["digest.cli.commands", "tests.acceptance.standby", "tests.integration.store_verbs"])
