"""What was collected, through the API; and the description of it all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest import approving, departures
from digest.models import Bullets, Paragraph, Role, Section, SectionRole, SourceState
from digest.web.api.summaries import SectionAnswer
from tests.web.api_parts import Program, a_full_desk
from tests.web.conftest import Desk, Opener


@pytest.fixture
def desk(open_desk: Opener) -> Desk:
    return a_full_desk(open_desk)


@pytest.fixture
def editor(desk: Desk) -> Program:
    return Program(desk, Role.EDITOR)


def test_summaries_come_latest_first(editor: Program) -> None:
    """In pages, each without its text."""
    page = editor.get("/summaries", limit=2)
    rest = editor.get(page["next"].partition("/api/v1")[2])
    assert [one["id"] for one in (*page["items"], *rest["items"])] == [3, 2, 1]
    assert page["items"][0]["published"] == "2026-11-01" and page["items"][0]["precision"] == "month"


def test_a_summary_is_told_whole(editor: Program) -> None:
    """Its sections in plain text, lists line by line."""
    whole = editor.get("/summaries/1")
    findings = next(section for section in whole["sections"] if section["role"] == "findings")
    assert findings["text"] == ["Two things were seen.", "Less fatigue.", "Better sleep."]
    editor.get("/summaries/99", expect=404)


def test_points_of_a_numbered_list_tell_their_numbers() -> None:
    """Which the text around them may speak of; whatever is no such point has none."""
    blocks = (Paragraph("Seen:"), Bullets(("Sleep.", "Pain."), ordered=True, start=4), Bullets(("Scans.",)))
    told = SectionAnswer.of(Section(role=SectionRole.FINDINGS, blocks=blocks))
    assert (told.text, told.numbers) == (["Seen:", "Sleep.", "Pain.", "Scans."], [None, 4, 5, None])


def test_summaries_are_found_by_their_words(editor: Program) -> None:
    """In pages, with how many there are in all; words alone decide, and what no summary has finds none."""
    page = editor.get("/search", words="sclerosis -vision", limit=1)
    rest = editor.get(page["next"].partition("/api/v1")[2])
    assert page["total"] == 2 and rest["next"] is None
    assert {one["id"] for one in (*page["summaries"], *rest["summaries"])} == {1, 3}
    assert editor.get("/search", words="nonsense")["total"] == 0


def test_a_correction_reaches_those_who_got_it(desk: Desk, editor: Program) -> None:
    """Written twice it is one; it concerns those who were sent the summary; an operator sends it at once."""
    departures.send(desk.digest, approving.approve(desk.digest, desk.digest.issue("2026-11"), by="ada"))
    call = {"summary_id": 2, "kind": "corrected", "sentence": "The number of people was 12."}
    first, again = (editor.post("/corrections", **call) for _ in range(2))
    assert first == again and (first["owed"], first["told"]) == (2, 0)
    operator = Program(desk, Role.OPERATOR)
    assert [operator.post("/corrections/1/send")["changed"] for _ in range(2)] == [True, False]
    assert editor.get("/corrections/1")["told"] == 2
    assert [one["id"] for one in editor.get("/corrections")["items"]] == [1]
    editor.post("/corrections", expect=422, **{**call, "summary_id": 99})
    editor.get("/corrections/9", expect=404)


def test_topics_are_those_of_the_file(editor: Program, desk: Desk) -> None:
    """In the editors' order, parents first."""
    told = editor.get("/topics")
    assert [topic["id"] for topic in told["topics"]] == [topic.id for topic in desk.digest.tree.topics]
    assert told["condition"] == desk.digest.tree.condition


def test_the_status_counts(editor: Program) -> None:
    """Numbers alone, and who asks."""
    status = editor.get("/status")
    assert status["subscribers"] == {"unconfirmed": 0, "active": 3, "unsubscribed": 0}
    assert (status["summaries"], status["suppressions"], status["role"]) == (3, 0, "editor")
    assert [window["issue"] for window in status["running"]] == ["2026-12"]
    assert "@" not in str(status)


def test_sources_are_visited_when_asked(open_desk: Opener, tmp_path: Path) -> None:
    """What the folder holds comes in, once; a source that is none is named."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("Walking and multiple sclerosis\n\nKey Takeaway\nWalking helps.\n")
    desk = open_desk(sources=[{"name": "texts", "folder": str(tmp_path / "texts")}])
    editor = Program(desk, Role.EDITOR)
    assert [editor.post("/sources/collect")["visits"][0]["new"] for _ in range(2)] == [1, 0]
    assert "no source" in editor.post("/sources/collect", source="text", expect=422)["detail"]
    (source,) = editor.get("/sources")["sources"]
    assert (source["name"], source["trouble"]) == ("texts", None) and source["checked_at"].endswith("Z")


def test_a_source_in_trouble_says_so(open_desk: Opener, tmp_path: Path) -> None:
    """As it was at the last visit."""
    desk = open_desk(sources=[{"name": "texts", "folder": str(tmp_path)}])
    desk.digest.store.save_source_state(SourceState(name="texts", trouble="no such folder", failures=2))
    (source,) = Program(desk, Role.EDITOR).get("/sources")["sources"]
    assert (source["trouble"], source["failures"]) == ("no such folder", 2)


def test_everything_is_described(desk: Desk) -> None:
    """Each path, parameter and key of a model says what it is; names of operations are distinct."""
    described = desk.browser().get("/api/v1/openapi.json").json()
    operations = [one for methods in described["paths"].values() for one in methods.values()]
    assert all(one["description"].strip() and one["security"] == [{"token": []}] for one in operations)
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    for operation in operations:
        problems = {status for status in operation["responses"] if not status.startswith("2")}
        assert {"401", "422", "503"} <= problems
        for status in problems:
            assert [*operation["responses"][status]["content"]] == ["application/problem+json"]


def test_models_say_what_they_are(desk: Desk) -> None:
    """Each has a sentence; none is FastAPI's own."""
    schemas = desk.app.openapi()["components"]["schemas"]
    assert all(schema.get("description") or "Page" in name for name, schema in schemas.items())
    assert "HTTPValidationError" not in schemas


def test_the_description_has_a_page(desk: Desk) -> None:
    """It names every path and model, loads nothing from elsewhere, and its links lead somewhere on it."""
    page, described = desk.browser().get("/api/v1/docs").text, desk.app.openapi()
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page
    targets, names = set(re.findall(r'href="#([^"]+)"', page)), set(re.findall(r' id="([^"]+)"', page))
    assert {*described["components"]["schemas"]} <= names and targets <= names
    assert not re.search(r'(src|href)="https?://', page) and "<script" not in page
