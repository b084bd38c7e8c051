"""NO_SKIPS=1: where everything must be looked at, a skipped test fails the run. Hooks of pytest."""

from __future__ import annotations

import os

import pytest

#: What was skipped, and why. With NO_SKIPS=1 that fails the run: a machine that decides must look at everything.
_SKIPPED: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember a skipped test; one that is expected to fail is none."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _remember(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember a file that was skipped whole."""
    if report.skipped:
        _remember(report)


def _remember(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    _SKIPPED.append(f"{report.nodeid}: {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that had to see everything and did not."""
    if _SKIPPED and os.environ.get("NO_SKIPS") == "1" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped where nothing may be."""
    if _SKIPPED and os.environ.get("NO_SKIPS") == "1":
        terminalreporter.section("NO_SKIPS=1, and these were skipped", red=True)
        terminalreporter.write_line("\n".join(_SKIPPED))
