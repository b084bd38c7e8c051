"""Acceptance: the command in a process of its own, as its users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import standby

COMMAND = Path(sys.executable).with_name("digest")


@dataclass
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Operator:
    """Somebody at a terminal in the newsletter's folder."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    now: str | None = None

    def arguments(self, *words: str) -> list[str]:
        return [str(COMMAND), *(["--now", self.now] if self.now else []), *words]

    def run(self, *words: str, expect: int = 0, stdin: str = "") -> Ran:
        """Run a command; its exit code must be the expected one, and it never ends in a traceback."""
        ran = Ran(*standby.call(self.arguments(*words), folder=self.folder, env=self.env, stdin=stdin))
        assert "Traceback" not in ran.err, ran.err
        assert ran.code == expect, f"{words} ended with {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the installed command and leave it running."""
        return subprocess.Popen(
            self.arguments(*words),
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
        # Nothing but our own command on the path: SpamAssassin takes a second for each approval where it is installed.
        return {**kept, "PATH": str(COMMAND.parent), **self.environ}

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def mails(self, folder: str = "outbox") -> list[Path]:
        return sorted((self.folder / folder).glob("*.eml"))


CONFIG = """\
newsletter:
  name: MS Research Monthly
  from: MS Research Monthly <digest@example.org>
  postal_address: 1 Invented Street, 12345 Example Town
  base_url: http://localhost:8000
  timezone: Europe/Berlin
database: sqlite:///digest.db
sources:
  - {name: archive, folder: ./summaries, pattern: "*.txt", condition: assumed}
subscribers: subscribers.yaml
transport: {kind: file, path: outbox}
"""

READERS = """\
subscribers:
  - email: ada@example.org
    name: Ada
    interests: [anti-cd20]
    status: active
    consent: {at: 2026-01-10T08:30:00Z, method: double-opt-in}
  - email: jo@example.net
    interests: [pediatric]
    status: active
    consent: {at: 2026-01-11T08:30:00Z, method: double-opt-in}
  - email: all@example.com
    status: active
    consent: {at: 2026-01-12T08:30:00Z, method: double-opt-in}
"""

SUMMARY = """\
{headline}

Key Takeaway
{takeaway}

What They Found
The team followed {people} for a year. 1) Relapses were fewer. 2) Scans showed fewer new spots.

Who Should Care and Why
People who take or think of taking this medicine may ask their neurologist what it means for them.

Important Considerations
The study was small, and nobody was assigned to a group by chance.

Article Topics
{topics}

Journal of Invented Results
Published: 11/1/2026
"""


def a_summary_file(headline: str, takeaway: str, topics: str, people: str = "120 adults") -> str:
    return SUMMARY.format(headline=headline, takeaway=takeaway, topics=topics, people=people)


OCRELIZUMAB = a_summary_file(
    "Ocrelizumab and fewer relapses in multiple sclerosis",
    "People on ocrelizumab, an anti\u2010CD20 medicine, had fewer relapses.",
    "anti\u2010CD20multiple sclerosis",
)
SCHOOL = a_summary_file(
    "Teenagers with pediatric multiple sclerosis and school",
    "Children and teenagers with MS missed fewer school days than expected.",
    "pediatric MS",
    people="48 teenagers",
)
VITAMIN = a_summary_file(
    "Vitamin D and multiple sclerosis, another look",
    "Vitamin D made no clear difference in this group.",
    "vitamin D",
)


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """A newsletter with three readers and three summaries, in the middle of November 2026."""
    somebody = Operator(tmp_path, now="2026-11-15T12:00")
    somebody.write("digest.yaml", CONFIG)
    somebody.write("subscribers.yaml", READERS)
    for name, text in (("ocrelizumab", OCRELIZUMAB), ("school", SCHOOL), ("vitamin", VITAMIN)):
        somebody.write(f"summaries/{name}.txt", text)
    return somebody
