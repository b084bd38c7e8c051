"""SpamAssassin behind one function: a score where there is one, a reason where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digest.spamassassin import judge, read

MAIL = (Path(__file__).parents[1] / "data" / "mails" / "standard.eml").read_bytes()


@pytest.mark.parametrize(
    ("status", "score", "reasons"),
    [
        (b"No, score=-0.0 required=5.0 tests=HTML_MESSAGE,NO_RELAYS\r\n\tautolearn=ham version=4.0.1", -0.0,
         ("HTML_MESSAGE", "NO_RELAYS")),
        (b"Yes, score=7.3 required=5.0 tests=A,\n\tB,C_2 autolearn=no", 7.3, ("A", "B", "C_2")),
        (b"No, score=0.0 required=5.0 tests=none autolearn=no", 0.0, ()),
    ],
)  # fmt: skip
def test_a_verdict_is_read(status: bytes, score: float, reasons: tuple[str, ...]) -> None:
    """The score and every rule that hit, from a header that may be folded."""
    verdict = read(b"Received: by us\nX-Spam-Status: " + status + b"\nSubject: News\n\nX-Spam-Status: No, score=9")
    assert verdict is not None
    assert (verdict.score, verdict.reasons) == (score, reasons)


def test_an_answer_without_a_verdict() -> None:
    """A mail that comes back as it was has no score."""
    assert read(MAIL) is None


def test_without_the_program_there_is_a_reason() -> None:
    """Not installed is no fault of the mail."""
    verdict = judge(MAIL, command="no-such-program")
    assert (verdict.score, verdict.reasons) == (None, ("SpamAssassin is not installed",))


def test_a_program_that_fails_gives_a_reason(tmp_path: Path) -> None:
    """Whatever it prints instead of a mail."""
    program = tmp_path / "spamassassin"
    program.write_text("#!/bin/sh\necho cannot start >&2\nexit 70\n")
    program.chmod(0o755)
    assert judge(MAIL, command=str(program)).reasons == ("SpamAssassin gave no score",)


@pytest.mark.skipif(not shutil.which("spamassassin"), reason="SpamAssassin is not installed: apt install spamassassin")
def test_the_real_program_gives_a_score() -> None:
    """It is understood, and what a mail of ours gets is well below what filters refuse."""
    verdict = judge((Path(__file__).parents[1] / "data" / "mails" / "standard.eml").read_bytes())
    assert verdict.score is not None
    assert verdict.score < 2, verdict.reasons
