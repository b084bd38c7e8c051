"""NO_SKIPS=1: where everything must be looked at, a skipped test fails the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPS = "import pytest\ndef test_away(): pytest.skip('no such tool here')\n"
LACKS = "import pytest\npytest.importorskip('no_such_module')\ndef test_away(): pass\n"
FAILS_AS_EXPECTED = "import pytest\n@pytest.mark.xfail(strict=True)\ndef test_away(): raise ValueError\n"


@pytest.mark.parametrize(
    ("tests", "strict", "passes"),
    [(SKIPS, True, False), (LACKS, True, False), (SKIPS, False, True), (FAILS_AS_EXPECTED, True, True)],
    ids=["skipped", "skipped whole", "skipped where that is allowed", "expected to fail"],
)
def test_a_skip_fails_the_run(tmp_path: Path, tests: str, strict: bool, passes: bool) -> None:
    """The run says which test it was and why."""
    (tmp_path / "test_it.py").write_text(f"{tests}\ndef test_here(): pass\n", encoding="utf-8")
    (tmp_path / "test_other.py").write_text("def test_here(): pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.no_skips", "-p", "no:cacheprovider", "-q", str(tmp_path)]
    environ = {**os.environ, "NO_SKIPS": "1" if strict else "", "PYTHONPATH": str(ROOT)}
    environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode == 0) is passes, ran.stdout
    assert passes or ("these were skipped" in ran.stdout and "no" in ran.stdout.partition("test_it.py")[2])
