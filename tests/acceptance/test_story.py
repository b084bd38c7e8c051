"""The main job as an operator lives it: collect, compose, preview, approve, send, crash, send again."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import signal
import sqlite3
import stat
import time
from collections import Counter
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.acceptance.conftest import CONFIG, Operator, Ran, a_summary_file
from tests.crashlab.sink import running_sink

NEXT_MONTH = "2026-12-01T10:00"


def read_mail(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def by_reader(operator: Operator) -> dict[str, EmailMessage]:
    return {str(mail["To"]): mail for mail in map(read_mail, operator.mails())}


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


@pytest.fixture
def approved(operator: Operator) -> Operator:
    """November was collected, made and approved; it is 1 December, ten o'clock."""
    operator.run("collect")
    operator.run("subscribers", "import")
    operator.now = NEXT_MONTH
    operator.run("compose")
    operator.run("approve", "2026-11")
    return operator


def test_the_whole_job(operator: Operator) -> None:
    """Summaries go in; each reader gets one mail with what concerns them, and nobody else's."""
    visits = operator.run("collect", "--json").json
    assert [(visit["source"], visit["new"], visit["trouble"]) for visit in visits] == [("archive", 3, None)]
    assert operator.run("subscribers", "import", "--json").json["new"] == 3
    operator.now = NEXT_MONTH
    assert operator.run("compose", "--json").json[0]["fresh"] == 3
    approved = operator.run("approve", "2026-11", "--json").json
    assert approved["deliveries"] == {"pending": 3}
    assert operator.run("send", "--json").json[0]["accepted"] == 3

    mails = by_reader(operator)
    assert set(mails) == {"ada@example.org", "jo@example.net", "all@example.com"}
    ada, jo, everybody = (text_of(mails[name]) for name in ("ada@example.org", "jo@example.net", "all@example.com"))
    assert "Ocrelizumab and fewer relapses" in ada and "The study was small" in ada
    assert "Teenagers with pediatric" in jo and "school days" in jo
    assert all(words in everybody for words in ("Ocrelizumab", "Teenagers", "Vitamin D"))


def test_nothing_is_done_twice(approved: Operator) -> None:
    """Every verb again is "nothing to do" (3), and no second mail."""
    approved.run("send")
    before = {path.name: path.read_bytes() for path in approved.mails()}
    approved.run("compose", expect=3)
    approved.run("approve", "2026-11", expect=3)
    approved.run("send", "2026-11", expect=3)
    approved.run("send", expect=3)
    assert {path.name: path.read_bytes() for path in approved.mails()} == before


def test_nothing_leaves_before_somebody_approves(operator: Operator) -> None:
    """With manual approval a draft is refused, in a sentence that says what to do."""
    operator.run("collect")
    operator.run("subscribers", "import")
    operator.now = NEXT_MONTH
    operator.run("compose")
    assert "digest approve 2026-11" in operator.run("send", "2026-11", expect=1).err
    operator.run("send", expect=3)
    assert operator.mails() == []


def test_a_window_that_is_open_cannot_be_approved(operator: Operator) -> None:
    """The running month has a rolling draft to look at, and approving it is refused until it closes."""
    operator.run("collect")
    assert operator.run("compose", "--period", "2026-11", "--json").json[0]["fresh"] == 3
    assert "still filling" in operator.run("approve", "2026-11", expect=1).err


def test_preview_is_the_send(approved: Operator) -> None:
    """What preview shows of an approved issue for a reader is byte for byte what lands in the outbox."""
    approved.run("preview", "2026-11", "--as", "ada@example.org", "--format", "eml", "-o", "ada.eml")
    approved.run("send")
    sent = {str(read_mail(path)["To"]): path.read_bytes() for path in approved.mails()}
    assert (approved.folder / "ada.eml").read_bytes() == sent["ada@example.org"]


def test_previews_of_a_draft(operator: Operator) -> None:
    """A draft can be seen as a reader, as any interests, and as the general edition, in three forms."""
    operator.run("collect")
    operator.run("subscribers", "import")
    operator.run("compose", "--period", "2026-11")
    assert "Teenagers" in operator.run("preview", "--as", "jo@example.net", "--format", "text").out
    assert "Vitamin D" in operator.run("preview", "--interests", "vitamin-d", "--format", "text").out
    assert operator.run("preview", "--general").out.startswith("<!DOCTYPE html")
    assert "Subject: " in operator.run("preview", "--general", "--format", "eml").out
    operator.run("preview", "--general", "--as", "jo@example.net", expect=2)
    assert "did you mean 'vitamin-d'" in operator.run("preview", "--interests", "vitamin-c", expect=1).err
    assert "is no subscriber" in operator.run("preview", "--as", "who@example.org", expect=1).err


def test_dry_run_and_test_mail_change_nothing(approved: Operator) -> None:
    """A dry run tells who would get what; a test mail goes to one address and stays out of the ledger."""
    rows = approved.run("send", "--dry-run", "--json").json
    assert next((row["reader"], bool(row["sections"])) for row in rows) == ("ada@example.org", True)
    assert approved.mails() == []
    books = approved.run("audit", "2026-11", "--json").json
    approved.run("send", "--to", "editor@example.org", "--as", "ada@example.org")
    assert approved.run("audit", "2026-11", "--json").json == books
    (test,) = map(read_mail, approved.mails())
    assert str(test["Subject"]).startswith("[TEST] ") and test["To"] == "editor@example.org"
    for form in ("plain", "html"):
        said = " ".join(test.get_body([form]).get_content().split())
        assert "This is a test" in said and "November 2026 as a reader gets it who follows" in said
    assert approved.run("send", "--json").json[0]["accepted"] == 3


def test_a_study_sent_once_never_comes_again(approved: Operator) -> None:
    """Next month's issue holds only what is new, and a reader with nothing new gets no mail but a reason."""
    approved.run("send")
    approved.now = "2026-12-10T12:00"
    approved.write(
        "summaries/second.txt",
        a_summary_file("Ofatumumab after two years", "Ofatumumab kept relapses low.", "anti-CD20"),
    )
    approved.write("summaries/again.txt", (approved.folder / "summaries/ocrelizumab.txt").read_text("utf-8"))
    approved.run("collect")
    approved.now = "2027-01-01T10:00"
    approved.run("compose")
    approved.run("approve", "2026-12")
    rows = {row["reader"]: row for row in approved.run("send", "--dry-run", "2026-12", "--json").json}
    assert rows["jo@example.net"]["skip"] == "nothing new"
    assert len(rows["ada@example.org"]["sections"]["anti-cd20"]) == 1
    assert approved.run("send", "--json").json[0]["accepted"] == 2


def test_who_left_stays_away(approved: Operator) -> None:
    """An unsubscribe after approval wins over the send, and no list resurrects the reader."""
    approved.run("subscribers", "unsubscribe", "jo@example.net")
    assert approved.run("send", "--json").json[0]["accepted"] == 2
    assert "jo@example.net" not in by_reader(approved)
    assert approved.run("subscribers", "import", "--json").json["kept_away"] == 1
    listed = {row["email"]: row["status"] for row in approved.run("subscribers", "list", "--json").json}
    assert listed["jo@example.net"] == "unsubscribed"


def test_a_killed_send_is_finished_by_the_next(operator: Operator) -> None:
    """Kill -9 in the middle of a send, three times: in the end everybody has exactly one file."""
    readers = "\n".join(
        f"  - {{email: reader{number}@example.org, status: active, consent: {{at: 2026-01-10, method: form}}}}"
        for number in range(400)
    )
    operator.write("subscribers.yaml", f"subscribers:\n{readers}\n")
    operator.run("collect")
    operator.run("subscribers", "import")
    operator.now = NEXT_MONTH
    operator.run("compose")
    operator.run("approve", "2026-11")
    for kill_at in (20, 150, 300):
        worker = operator.start("send")
        while worker.poll() is None and len(operator.mails()) < kill_at:
            time.sleep(0.005)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
    operator.run("send")
    mails = by_reader(operator)
    assert len(operator.mails()) == len(mails) == 400
    with sqlite3.connect(operator.folder / "digest.db") as ledger:
        assert ledger.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall() == [("accepted", 400)]
    ledger.close()


def test_the_bell_does_what_is_due_once(operator: Operator) -> None:
    """`run --once` at each stage does just what is due; with automatic approval the issue goes out by itself."""
    operator.environ["DIGEST_NEWSLETTER__APPROVAL"] = "auto"
    assert operator.run("run", "--once", "--json").json["visits"][0]["new"] == 3
    operator.now = "2026-12-01T08:00"
    early = operator.run("run", "--once", "--json").json
    assert (early["composed"][0]["fresh"], early["sent"]) == (3, [])
    operator.now = NEXT_MONTH
    assert operator.run("run", "--once", "--json").json["sent"][0]["accepted"] == 3
    operator.run("run", "--once", expect=3)
    assert len(operator.mails()) == 3


def test_the_daemon_ends_cleanly(approved: Operator) -> None:
    """`run` sends what is due and a SIGTERM ends it with exit code 0."""
    daemon = approved.start("run")
    deadline = time.monotonic() + 30
    while len(approved.mails()) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    daemon.send_signal(signal.SIGTERM)
    _, err = daemon.communicate(timeout=30)
    assert daemon.returncode == 0 and "Traceback" not in err
    assert len(approved.mails()) == 3


def test_a_missed_month_is_caught_up_once(operator: Operator) -> None:
    """Nothing ran in December: in January one mail brings November's and December's summaries, once."""
    operator.environ["DIGEST_NEWSLETTER__APPROVAL"] = "auto"
    operator.now = "2026-10-10T12:00"
    operator.write("summaries/early.txt", a_summary_file("Early news on ocrelizumab", "It was early.", "anti-CD20"))
    operator.run("run", "--once")
    operator.now = "2026-11-01T10:00"
    operator.run("run", "--once")
    assert len(operator.mails()) == 3
    operator.write("summaries/november.txt", a_summary_file("Ublituximab in November", "It was tried.", "anti-CD20"))
    operator.now = "2026-11-20T12:00"
    operator.run("collect")
    operator.write("summaries/december.txt", a_summary_file("Rituximab in December", "It was compared.", "anti-CD20"))
    operator.now = "2026-12-20T12:00"
    operator.run("collect")
    operator.now = "2027-01-02T10:00"
    sent = operator.run("run", "--once", "--json").json["sent"]
    assert [issue["issue"] for issue in sent] == ["2026-12"]
    ada = [text_of(mail) for mail in map(read_mail, operator.mails()) if mail["To"] == "ada@example.org"]
    assert sorted(("Ublituximab" in text, "Rituximab" in text) for text in ada) == [(False, False), (True, True)]


def test_one_broken_source_does_not_stop_the_others(operator: Operator) -> None:
    """A source in trouble is named with its reason by collect and by status; the rest is collected."""
    config = (operator.folder / "digest.yaml").read_text("utf-8")
    broken = config.replace("sources:\n", "sources:\n  - {name: gone, folder: ./nowhere}\n")
    operator.write("digest.yaml", broken)
    visits = {visit["source"]: visit for visit in operator.run("collect", "--json", expect=1).json}
    assert visits["archive"]["new"] == 3 and "nowhere" in visits["gone"]["trouble"]
    states = {row["source"]: row["state"] for row in operator.run("status", "--json").json["sources"]}
    assert states == {"archive": "well", "gone": "in trouble"}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("compose", "--period", "2026-13"), 1, "names no issue"),
        (("compose", "--period", "2031-01"), 1, "has not begun yet"),
        (("approve", "2026-09"), 1, "there is no issue 2026-09"),
        (("collect", "--source", "archiv"), 1, "did you mean 'archive'"),
        (("preview",), 1, "digest compose"),
        (("nonsense",), 2, "No such command"),
        (("--now", "tomorrow", "status"), 2, "--now"),
        (("--config", "missing.yaml", "status"), 2, "digest init"),
    ],
)
def test_mistakes_are_explained(operator: Operator, words: tuple[str, ...], code: int, says: str) -> None:
    """A person's mistake gets a sentence that says what is wrong, and the right exit code."""
    assert says in " ".join(operator.run(*words, expect=code).err.split())


def test_topics_explain(operator: Operator) -> None:
    """`topics explain` shows which words put a text where."""
    found = operator.run("topics", "explain", "--json", "Ocrelizumab in multiple sclerosis").json
    assert found[0]["topic"] == "anti-cd20" and found[0]["evidence"][0]["words"] == "Ocrelizumab"


def test_init_and_doctor(tmp_path: Path) -> None:
    """`init` writes files that `doctor` approves of, and never overwrites one."""
    operator = Operator(tmp_path)
    operator.run("init")
    before = (tmp_path / "digest.yaml").read_bytes()
    operator.run("init", expect=3)
    assert (tmp_path / "digest.yaml").read_bytes() == before
    findings = operator.run("doctor", "--json").json
    assert findings and all(finding["ok"] for finding in findings)


def test_export_and_import_are_one_form(approved: Operator) -> None:
    """What is exported can be imported again and changes nothing, as YAML, CSV and JSON."""
    for name, form in (("out.yaml", "--format=yaml"), ("out.csv", "--format=csv"), ("json.yaml", "--json")):
        approved.run("subscribers", "export", form, "-o", name)
        again = approved.run("subscribers", "import", name, "--json").json
        assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 3)


def test_demo_twice(tmp_path: Path) -> None:
    """The demo ends with a table of readers and files, and a second run mails nobody again."""
    operator = Operator(tmp_path)
    first = operator.run("demo", "--json").json
    mailed = [row for row in first["readers"] if row["file"]]
    assert mailed and all(Path(row["file"]).is_file() and row["items"] for row in mailed)
    assert all(row["why_none"] for row in first["readers"] if not row["file"])
    before = {path: path.read_bytes() for path in (tmp_path / "demo/outbox").iterdir()}
    assert operator.run("demo", "--json").json["readers"] == first["readers"]
    assert {path: path.read_bytes() for path in (tmp_path / "demo/outbox").iterdir()} == before
    assert "To look at one" in operator.run("demo").out


def test_a_draft_made_too_early_is_not_approved(operator: Operator) -> None:
    """What came in after a rolling draft was made is not left out: approving asks to take it in first."""
    operator.run("collect")
    operator.run("compose", "--period", "2026-11")
    operator.write("summaries/late.txt", a_summary_file("Late news on rituximab", "It came late.", "anti-CD20"))
    operator.now = "2026-11-29T12:00"
    operator.run("collect")
    operator.now = NEXT_MONTH
    assert "digest compose --period 2026-11" in operator.run("approve", "2026-11", expect=1).err
    assert operator.run("compose", "--json").json[0]["fresh"] == 4
    operator.run("approve", "2026-11")


def test_an_unreadable_list_of_readers_keeps_no_issue_back(approved: Operator) -> None:
    """The bell says what is wrong with the file, and sends what was approved all the same."""
    approved.write("subscribers.yaml", "subscribers: [")
    tick = approved.run("run", "--once", "--json", expect=1).json
    assert "subscribers.yaml:2: this is not valid YAML" in tick["troubles"][0]
    assert tick["sent"][0]["accepted"] == 3 and len(approved.mails()) == 3


# --- the ledger ----------------------------------------------------------------------------------------------


def accounts(ran: Ran) -> dict[tuple[str, str | None], int]:
    return {(row["account"], row["reason"]): row["readers"] for row in ran.json["accounts"]}


def test_the_audit_accounts_for_everybody(approved: Operator) -> None:
    """Before, after, and with addresses only where they are asked for."""
    assert accounts(approved.run("audit", "2026-11", "--json")) == {("still open", "pending"): 3}
    approved.run("subscribers", "unsubscribe", "jo@example.net")
    approved.run("send")
    audit = approved.run("audit", "2026-11", "--csv", "books.csv", "--json")
    assert accounts(audit) == {("accepted", None): 2, ("suppressed", "unsubscribed"): 1}
    assert audit.json["agrees"] and "@" not in audit.out
    table = approved.run("audit", "2026-11").out
    assert "All sums agree" in table and "@" not in table
    books = approved.folder / "books.csv"
    assert stat.S_IMODE(books.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(books.read_text("utf-8"))))
    assert {row["address"]: (row["account"], row["reason"]) for row in rows} == {
        "ada@example.org": ("accepted", ""),
        "jo@example.net": ("suppressed", "unsubscribed"),
        "all@example.com": ("accepted", ""),
    }
    printed = approved.run("audit", "2026-11", "--csv", "-")
    assert printed.out == books.read_text("utf-8") and "All sums agree" in printed.err
    approved.run("audit", "2026-11", "--csv", "-", "--json", expect=2)
    approved.run("audit", "2026-11", "--csv", "missing/books.csv", expect=1)


def test_books_changed_by_hand_do_not_agree(approved: Operator) -> None:
    """A row that is gone and one that was changed: exit code 1, and what does not agree."""
    approved.run("send")
    with closing(sqlite3.connect(approved.folder / "digest.db")) as ledger, ledger:
        ledger.execute("DELETE FROM deliveries WHERE address = 'jo@example.net'")
        ledger.execute("UPDATE deliveries SET state = 'lost' WHERE address = 'ada@example.org'")
    said = approved.run("audit", "2026-11", expect=1).out
    assert "subscribers on the day of the freeze: 3 expected, 2 found" in said
    assert "its state is no word of the ledger" in said and "do not agree" in said


def test_a_draft_has_no_books(operator: Operator) -> None:
    """There is nothing to audit, pause or settle in what nobody approved."""
    operator.run("collect")
    operator.run("subscribers", "import")
    operator.run("compose", "--period", "2026-11")
    assert "never approved" in operator.run("audit", "2026-11", expect=3).err
    operator.run("pause", "2026-11", expect=1)
    operator.run("resolve", "2026-11", "--unknown", "resend", expect=3)


def test_a_paused_issue_waits(approved: Operator) -> None:
    """Nothing leaves until it is resumed; each verb again is nothing to do."""
    assert approved.run("pause", "2026-11", "--json").json["held"] is True
    approved.run("pause", "2026-11", expect=3)
    assert "digest resume 2026-11" in approved.run("send", "2026-11", expect=1).err
    approved.run("send", expect=3)
    assert approved.mails() == []
    assert "paused" in approved.run("status").out
    assert "digest send 2026-11" in approved.run("resume", "2026-11").out
    approved.run("resume", "2026-11", expect=3)
    assert approved.run("send", "--json").json[0]["accepted"] == 3
    approved.run("pause", "2026-11", expect=3)


def test_an_aborted_issue_never_leaves(approved: Operator) -> None:
    """It asks first, where nobody answers nothing is done, and afterwards there is no way back."""
    assert "left as it was" in approved.run("abort", "2026-11", expect=3).err
    assert "left as it was" in approved.run("abort", "2026-11", expect=3, stdin="n\n").err
    assert approved.run("abort", "2026-11", "--json", stdin="y\n").json["cancelled"] == 3
    approved.run("abort", "2026-11", "--yes", expect=3)
    for verb in ("send", "pause", "resume"):
        assert "was aborted" in approved.run(verb, "2026-11", expect=1).err
    assert accounts(approved.run("audit", "2026-11", "--json")) == {("cancelled", None): 3}
    assert approved.mails() == []


@pytest.mark.parametrize(("decision", "mails"), [("resend", 1), ("accept", 0)])
def test_doubts_are_settled_by_a_person(approved: Operator, decision: str, mails: int) -> None:
    """A send dies with a mail on its way under `hold`: it is unknown until somebody decides."""
    approved.run("send")
    for mail in approved.mails():
        mail.unlink()
    approved.run("resolve", "2026-11", "--unknown", decision, expect=3)
    with closing(sqlite3.connect(approved.folder / "digest.db")) as ledger, ledger:
        ledger.execute("UPDATE deliveries SET state = 'unknown' WHERE address = 'ada@example.org'")
    assert accounts(approved.run("audit", "2026-11", "--json"))[("unknown", None)] == 1
    assert approved.run("resolve", "2026-11", "--unknown", decision, "--json").json["settled"] == 1
    approved.run("resolve", "2026-11", "--unknown", "perhaps", expect=2)
    approved.run("send", expect=0 if mails else 3)
    assert len(approved.mails()) == mails
    audit = approved.run("audit", "2026-11", "--json")
    assert accounts(audit) == {("accepted", None): 3} and audit.json["extra_copies_possible"] == mails


def test_status_shows_a_send(approved: Operator) -> None:
    """How far it is, by provider and by transport; nothing when nothing is under way; watching ends by itself."""
    (before,) = approved.run("status", "--json").json["sending"]
    assert (before["total"], before["through"], before["groups"]["other"]["total"]) == (3, 0, 3)
    assert "0 of 3" in approved.run("status").out
    watching = approved.start("status", "--watch")
    assert watching.stderr and watching.stderr.readline().startswith("Watching until it is through")
    approved.run("send")
    out, err = watching.communicate(timeout=60)
    assert (watching.returncode, err) == (0, "") and "2026-11: 3 of 3, all that could leave has left" in out
    assert approved.run("status", "--json").json["sending"] == []
    asked = approved.run("status", "2026-11", "--json").json
    assert ([one["issue"] for one in asked["issues"]], asked["running"]) == (["2026-11"], [])
    assert "Nothing is being sent" in approved.run("status", "--watch").out


def test_two_schedulers_mail_everybody_once(operator: Operator) -> None:
    """`run` twice on one database, from the empty window to the last mail: one issue, one copy each."""
    operator.run("collect")
    operator.environ["DIGEST_NEWSLETTER__APPROVAL"] = "auto"
    readers = "\n".join(
        f"  - {{email: reader{number}@example.org, status: active, consent: {{at: 2026-01-10, method: form}}}}"
        for number in range(300)
    )
    operator.write("subscribers.yaml", f"subscribers:\n{readers}\n")
    operator.run("subscribers", "import")
    operator.now = NEXT_MONTH
    with running_sink() as sink:
        operator.environ |= {
            "DIGEST_TRANSPORT__KIND": "smtp",
            "DIGEST_TRANSPORT__HOST": "127.0.0.1",
            "DIGEST_TRANSPORT__PORT": str(sink.port),
            "DIGEST_TRANSPORT__SECURITY": "none",
        }
        operator.write("digest.yaml", CONFIG.replace("transport: {kind: file, path: outbox}\n", ""))
        both = [operator.start("run") for _ in range(2)]
        try:
            deadline = time.monotonic() + 60
            while sink.count() < 300 and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.5)
        finally:
            for scheduler in both:
                scheduler.send_signal(signal.SIGTERM)
        ends = [(scheduler.communicate(timeout=60), scheduler.returncode) for scheduler in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert sink.copies() == Counter(f"reader{number}@example.org" for number in range(300))
    assert accounts(operator.run("audit", "2026-11", "--json")) == {("accepted", None): 300}
