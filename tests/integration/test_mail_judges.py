"""The golden mails before judges of other people's making: is the HTML valid, does it look like spam?"""

from __future__ import annotations

import json
import mailbox
import re
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.sample_issue import NAMES, golden_messages, golden_pages

ROOT = Path(__file__).parents[2]
_BESIDE_PYTHON = ROOT / ".venv" / "node" / "node_modules" / ".bin" / "html-validate"
HTML_VALIDATE = str(_BESIDE_PYTHON) if _BESIDE_PYTHON.exists() else shutil.which("html-validate")
SPAMASSASSIN = shutil.which("spamassassin")

#: What web pages should not do, and mails must, each with the reason.
IDIOMS_OF_MAIL = {
    # Programs that show mails drop style sheets; what must hold stands in the elements.
    "no-inline-style": "off",
    # Outlook for Windows reads width, bgcolor, align and cellpadding of tables, and not the styles in their place.
    "no-deprecated-attr": "off",
    # It alone reads these, and without them a card as wide as the window.
    "no-conditional-comment": "off",
    # A mail inside somebody's page is an article by its role; <article> itself some programs drop.
    "prefer-native-element": ["error", {"exclude": ["article"]}],
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What html-validate finds wrong, by mail."""
    if HTML_VALIDATE is None:
        pytest.skip("no html-validate: npm install --prefix .venv/node html-validate@9")
    folder = tmp_path_factory.mktemp("pages")
    for name, page in {**golden_pages(), "broken": "<!DOCTYPE html><p><p></div>"}.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    config = {"root": True, "extends": ["html-validate:recommended"], "rules": IDIOMS_OF_MAIL}
    (folder / ".htmlvalidate.json").write_text(json.dumps(config), encoding="utf-8")
    with (folder / "verdicts.json").open("w+b") as out:  # it loses the end of what it writes into a pipe
        subprocess.run([HTML_VALIDATE, "--formatter", "json", "."], cwd=folder, stdout=out, check=False, timeout=60)
        out.seek(0)
        # A page without a fault is not listed; a broken one shows below that they were read at all.
        found = {Path(one["filePath"]).stem: one["messages"] for one in json.load(out)}
    return {name: [f"{m['line']}: {m['message']}" for m in found.get(name, ())] for name in (*NAMES, "broken")}


@pytest.mark.parametrize("name", NAMES)
def test_the_html_is_valid(verdicts: dict[str, list[str]], name: str) -> None:
    """But for the idioms every mail needs, no rule is broken."""
    assert verdicts[name] == []


def test_the_judge_was_asked(verdicts: dict[str, list[str]]) -> None:
    """A broken page is found out."""
    assert verdicts["broken"]


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """SpamAssassin's score of every mail by the rules that need no network; asked once, for it is slow to start."""
    if SPAMASSASSIN is None:
        pytest.skip("no SpamAssassin: apt-get install spamassassin")
    folder = tmp_path_factory.mktemp("spam")
    mails = golden_messages()
    given = mailbox.mbox(folder / "given")
    for mail in mails.values():
        given.add(mail.data)
    given.close()
    with (folder / "given").open("rb") as box, (folder / "judged").open("wb") as out:
        subprocess.run([SPAMASSASSIN, "--local", "--mbox"], stdin=box, stdout=out, check=True, timeout=110)
    with closing(mailbox.mbox(folder / "judged")) as judged:
        found = [re.search(r"score=(-?[\d.]+)", mail["X-Spam-Status"]) for mail in judged]
    return {name: float(score[1]) for name, score in zip(mails, found, strict=True) if score}


@pytest.mark.parametrize("name", NAMES)
def test_no_mail_looks_like_spam(scores: dict[str, float], name: str) -> None:
    """Less than 2 points of the 5 that make spam."""
    assert scores[name] < 2.0
