"""Editors at a terminal: they shape an issue, one of two approves, and what was shaped is what arrives in files."""

from __future__ import annotations

import email
from email import policy

import pytest

from tests.acceptance.conftest import Operator

#: Many commands in a row, each a process of its own: a machine under load is not a fault of the code.
pytestmark = pytest.mark.timeout(900)
DECEMBER = "2026-12-01T12:00"


@pytest.fixture
def editor(operator: Operator) -> Operator:
    """November is over, its issue a draft."""
    operator.run("collect")
    operator.run("subscribers", "import")
    operator.now = DECEMBER
    operator.run("compose")
    return operator


def numbers(editor: Operator) -> dict[str, str]:
    """The numbers of the summaries, by the first word of their headline."""
    items = editor.run("shape", "show", "2026-11", "--json").json["items"]
    return {item["headline"].split()[0]: str(item["summary"]) for item in items}


def texts(editor: Operator) -> dict[str, tuple[str, str]]:
    """Subject and text of every mail in the outbox, by reader."""
    mails = (email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in editor.mails())
    return {mail["To"]: (mail["Subject"], mail.get_body(("plain",)).get_content()) for mail in mails}  # type: ignore[union-attr]


def test_what_was_shaped_is_what_arrives(editor: Operator) -> None:
    """Pins, exclusions, words, notes and subjects, each in the mails of those they are for; the trail has it all."""
    known = numbers(editor)
    for words in (
        ["pin", "2026-11", known["Vitamin"]],
        ["exclude", "2026-11", known["Teenagers"], "--reason", "a letter, no study"],
        ["edit", "2026-11", known["Ocrelizumab"], "--headline", "Fewer relapses, in short"],
        ["note", "2026-11", "Dear readers."],
        ["note", "2026-11", "About your medicine.", "--topic", "anti-cd20"],
        ["title", "2026-11", "--subject", "Our hundredth issue"],
        ["note", "2026-11", "A slip."],
        ["undo", "2026-11"],
    ):
        editor.run("shape", *words, "--by", "ada")
    assert "a letter, no study" in editor.run("shape", "show", "2026-11").out
    editor.run("approve", "2026-11", "--by", "jo", "--offline")
    editor.run("send")
    mails = texts(editor)
    assert set(mails) == {"ada@example.org", "all@example.com"}
    subject, text = mails["ada@example.org"]
    assert subject == "Our hundredth issue"
    for words in ("Dear readers.", "About your medicine.", "Fewer relapses, in short", "Edited by us"):
        assert words in text
    assert "About your medicine." not in mails["all@example.com"][1] and "Teenagers" not in mails["all@example.com"][1]
    log = editor.run("shape", "log", "2026-11", "--json").json
    assert [row["by"] for row in log] == ["ada"] * 8 + ["jo"]
    assert log[-2]["did"] == "undid the last act" and log[-1]["did"].startswith("approved")
    assert editor.run("shape", "note", "2026-11", "Late.", expect=1).err.count("2 mails have left") == 1


def test_an_approval_is_taken_back_and_dies_of_a_change(editor: Operator) -> None:
    """While nothing has left; what would change nothing is nothing to do."""
    editor.run("approve", "2026-11", "--offline")
    assert "is void" in editor.run("shape", "note", "2026-11", "One more thing.").out
    editor.run("approve", "2026-11", "--offline")
    assert editor.run("withdraw", "2026-11", "--reason", "a slip", "--json").json["voided"] is True
    editor.run("withdraw", "2026-11", expect=3)
    editor.run("shape", "note", "2026-11", "One more thing.", expect=3)
    assert "somebody was faster" in editor.run("shape", "pin", "2026-11", "1", "--on", "0", expect=1).err
    assert "did you mean" in editor.run("shape", "move", "2026-11", "1", "pediatrik", expect=1).err
    editor.run("send", expect=3)


def test_two_people_and_an_hour(editor: Operator) -> None:
    """It takes both, and it leaves when they said."""
    config = (editor.folder / "digest.yaml").read_text().replace("newsletter:\n", "newsletter:\n  approvals: 2\n", 1)
    editor.write("digest.yaml", config)
    first = editor.run("approve", "2026-11", "--by", "ada", "--offline", "--json").json
    assert (first["status"], first["approvals"], first["approvals_needed"]) == ("draft", ["ada"], 2)
    editor.run("approve", "2026-11", "--by", "ada", "--offline", expect=1)
    assert editor.run("approve", "2026-11", "--by", "jo", "--offline", "--json").json["approved_by"] == "ada and jo"
    editor.run("schedule", "2026-11", "2026-12-03T08:00")
    editor.run("send", expect=3)
    assert "scheduled for 2026-12-03 08:00" in editor.run("send", "2026-11", expect=1).err
    editor.now = "2026-12-03T09:00"
    editor.run("send")
    assert len(editor.mails()) == 3


def test_a_correction_reaches_exactly_those_who_got_it(editor: Operator) -> None:
    """At once, by a mail of its own in files; counts first, addresses only when asked for."""
    known = numbers(editor)
    editor.run("approve", "2026-11", "--offline")
    editor.run("send")
    for path in editor.mails():
        path.unlink()
    editor.now = "2026-12-02T12:00"
    written = editor.run("corrections", "write", known["Ocrelizumab"], "There were 12 people, not 120.", "--json").json
    assert (written["owed"], written["told"]) == (2, 0)
    shown = editor.run("corrections", "show", "1")
    assert "owed to 2 readers" in shown.out.lower() and "@" not in shown.out
    assert "ada@example.org" in editor.run("corrections", "show", "1", "--addresses").out
    editor.run("corrections", "send", "1")
    editor.run("send", "correction-1")
    assert set(texts(editor)) == {"ada@example.org", "all@example.com"}
    assert all("There were 12 people, not 120." in " ".join(text.split()) for _, text in texts(editor).values())
    assert [row["told"] for row in editor.run("corrections", "list", "--json").json] == [2]
    editor.run("corrections", "send", "1", expect=3)


def test_summaries_are_found_and_variants_counted(editor: Operator) -> None:
    """By their words; and over all readers, with what differs between two of them."""
    found = editor.run("search", "missed", "school", "--json").json
    assert [one["headline"].split()[0] for one in found["summaries"]] == ["Teenagers"]
    assert editor.run("search", "--topic", "pediatric", "--json").json["total"] == 1
    editor.run("search", "--topic", "nothing", expect=1)
    counted = editor.run("variants", "2026-11", "--json").json
    assert (counted["editions"], counted["readers"], counted["unseen"]) == (3, 3, [])
    between = ["--between", "ada@example.org", "jo@example.net"]
    assert not editor.run("variants", "2026-11", *between, "--json").json["both"]
    assert "Nobody sees" not in editor.run("variants").out


def test_any_part_is_put_right_with_a_program_of_ones_own(editor: Operator) -> None:
    """All parts go out into one text and come back from it, or some of them from files of their own."""
    number = numbers(editor)["Ocrelizumab"]
    written = editor.run("shape", "parts", "2026-11", number).out
    assert "=== considerations\n\nThe study was small" in written
    assert "1. Relapses were fewer.\n2. Scans showed fewer new spots." in written
    moved = written.replace("2. Scans showed fewer new spots.\n", "").replace(
        "The study was", "It was\n\nThe study was"
    )
    editor.run("shape", "edit", "2026-11", number, "--parts", str(editor.write("all.txt", moved)), expect=1)
    why = ["--reason", "a limit was taken for a finding", "--by", "ada"]
    editor.run("shape", "edit", "2026-11", number, "--parts", str(editor.write("all.txt", moved)), *why)
    editor.run("shape", "edit", "2026-11", number, "--part", "takeaway=-", stdin="- one\n- two\n")
    data = editor.run("shape", "parts", "2026-11", number, "--json").json
    assert data["edited"] == ["key takeaway", "what they found", "important considerations"]
    assert [one["text"] for one in data["parts"] if one["role"] == "takeaway"] == ["- one\n- two"]
    log = editor.run("shape", "log", "2026-11").out
    assert f"edited what they found and the important considerations of summary {number} ({why[1]})" in log
    editor.run("shape", "edit", "2026-11", number, "--restore", "considerations", "--restore", "takeaway")
    shown = editor.run("shape", "parts", "2026-11", number, "-o", "out.txt")
    assert "Written to out.txt." in shown.out and "It was" not in (editor.folder / "out.txt").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--part", "limits=x.txt"], "'limits' is no part of an item: those are takeaway, findings"),
        (["--part", "findings"], "such as findings=words.txt"),
        (["--part", "findings=none.txt"], "none.txt cannot be read"),
        (["--part", "findings=bad.bin"], "is no text in UTF-8: byte 2"),
        (["--parts", "words.txt"], "line 1: begin with a line that names the part"),
        (["--parts", "wrong.txt"], "line 3: 'finding' is no part"),
        (["--part", "considerations=words.txt"], "say why the important considerations are changed"),
        (["--part", "considerations=empty.txt", "--reason", "x"], "would be empty"),
        (["--restore", "limits"], "'limits' is no part"),
    ],
)
def test_what_is_wrong_with_an_edit_is_said(editor: Operator, words: list[str], told: str) -> None:
    """With the file, the line and what may stand there."""
    for name, text in {"words.txt": "Words.", "empty.txt": "", "wrong.txt": "=== findings\na\n=== finding\n"}.items():
        editor.write(name, text)
    (editor.folder / "bad.bin").write_bytes(b"a\xff\xfe")
    assert told in " ".join(editor.run("shape", "edit", "2026-11", "1", *words, expect=1).err.split())


def test_somebody_says_that_it_was_read_right(editor: Operator) -> None:
    """Once; and takes it back."""
    editor.run("shape", "confirm", "2026-11", "1")
    editor.run("shape", "confirm", "2026-11", "1", expect=3)
    editor.run("shape", "confirm", "2026-11", "1", "--off")
    assert "was read right" in editor.run("shape", "log", "2026-11").out
