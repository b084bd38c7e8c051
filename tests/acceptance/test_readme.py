"""The README's first issue, pasted into a shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.test_docs import ROOT, fences


@pytest.mark.timeout(400)  # a dozen starts of the command, on a machine that may be doing other things
def test_the_first_issue_of_the_readme_works_when_pasted(tmp_path: Path) -> None:
    """Its shell lines run one after another without a fault, and end with mails in the rehearsal's outbox."""
    chapter = (ROOT / "README.md").read_text("utf-8").partition("## Five minutes")[2].partition("\n## ")[0]
    script = "set -e\n" + "".join(fences(chapter, "sh")).replace("make install\n", "")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env={**clean, "HOME": str(tmp_path), "PATH": path}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert (tmp_path / "my-newsletter/mail.html").read_text("utf-8").startswith("<!DOCTYPE html")
    assert len([*(tmp_path / "my-newsletter/outbox").glob("*.eml")]) == 1
    sent = [*(tmp_path / "rehearsal/outbox").glob("*.eml")]
    assert len(sent) > 1 and any(b"To: ada@example.org" in mail.read_bytes() for mail in sent)
