"""SpamAssassin, where it is installed: one mail in, its score out. Nothing leaves this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from email import message_from_bytes

from digest.checks import Verdict

#: Seconds for one mail; a first start compiles its rules.
LONGEST = 60.0
_SCORE = re.compile(r"\bscore=(-?[\d.]{1,12})\b")
#: The names of the rules that hit, and the word behind them that a value follows.
_TESTS = re.compile(r"\btests=([\w,\s]*+)(=?)")

#: Local tests only; nothing is learnt and nothing is written, so that the same mail gets the same score.
_ARGUMENTS = ("--local", "--nocreate-prefs", "--cf=use_bayes 0", "--cf=use_auto_welcomelist 0")


def judge(mail: bytes, *, command: str = "spamassassin") -> Verdict:
    """The score of a whole mail and the rules that hit; without a score, and with the reason, where there is none.

    Args:
        mail: as it would be sent.
        command: the program, by name or path.
    """
    program = shutil.which(command)
    if program is None:
        return Verdict(score=None, reasons=("SpamAssassin is not installed",))
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own program, and only the mail on its standard input
            [program, *_ARGUMENTS], input=mail, capture_output=True, timeout=LONGEST, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Verdict(score=None, reasons=(f"SpamAssassin did not answer: {error}",))
    return read(done.stdout) or Verdict(score=None, reasons=("SpamAssassin gave no score",))


def read(answer: bytes) -> Verdict | None:
    """The verdict in a mail that went through SpamAssassin; None when there is none."""
    status = str(message_from_bytes(answer).get("X-Spam-Status", ""))
    score, tests = _SCORE.search(status), _TESTS.search(status)
    if score is None or tests is None:
        return None
    words = tests[1].rstrip().rsplit(maxsplit=1) if tests[2] else [tests[1]]
    names = (name.strip() for name in words[0].split(","))
    return Verdict(score=float(score[1]), reasons=tuple(name for name in names if name and name != "none"))
