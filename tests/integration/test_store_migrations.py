"""Databases of earlier versions, with what stood in them, brought up to ours: nothing of it is lost or read wrongly."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import digest.store.schema
from digest.models import (
    Bullets,
    Cadence,
    IssueStatus,
    Length,
    Match,
    Paragraph,
    Placement,
    Section,
    SectionRole,
    Selection,
    Subheading,
)
from digest.store.engine import Part, make_engine
from digest.store.schema import upgrade
from digest.store.store import SqlStore, open_store
from digest.store.tables import (
    edition_items,
    editions,
    issue_items,
    issue_status,
    issues,
    revisions,
    studies,
    summaries,
)
from tests.factories import NOW, a_window, an_entry

Fill = Callable[[sa.Connection], None]
WALKING = an_entry("walking", headline="Bicycles and balance")
EYES = an_entry("eyes", headline="Eyes, seen early")
PUZZLES = an_entry("puzzles", headline="Puzzles and memory")


def of_version(url: str, revision: str, fill: Fill) -> None:
    """Make a database as it was at this revision, and write into it."""
    part = Part(make_engine(url))
    with part.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(digest.store.schema.__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        fill(connection)
    part.engine.dispose()


def summaries_of_then(connection: sa.Connection) -> None:
    """Three summaries of studies of their own, numbered the other way round; the first was revised."""
    for number, entry in enumerate((WALKING, EYES, PUZZLES), 1):
        study = 10 - number
        connection.execute(sa.insert(studies).values(id=study, known_since=NOW))
        latest = 2 if number == 1 else 1
        row: dict[str, Any] = {"id": number, "source": entry.source, "guid": entry.guid, "study_id": study}
        connection.execute(sa.insert(summaries).values(**row, revision=latest, title_hash="", added_at=NOW))
    revised = an_entry("walking", headline="Swimming and balance")
    for number, revision, entry in ((1, 1, WALKING), (1, 2, revised), (2, 1, EYES), (3, 1, PUZZLES)):
        text = {"summary_id": number, "revision": revision, "entry": entry}
        connection.execute(sa.insert(revisions).values(**text, content_hash="", seen_at=NOW))


def an_issue_of_then(connection: sa.Connection, number: int, label: str) -> None:
    year, month = map(int, label.split("-"))
    since, until = datetime(year, month, 1, tzinfo=UTC), datetime(year, month + 1, 1, tzinfo=UTC)
    window = a_window(label=label, since=since, until=until)
    known = {name: getattr(window, name) for name in ("cadence", "since", "until", "due", "label", "title")}
    connection.execute(sa.insert(issues).values(id=number, **known, composed_at=NOW))
    connection.execute(sa.insert(issue_status).values(issue_id=number, status=IssueStatus.APPROVED, held=False))


@pytest.fixture
def opened(empty_url: str) -> Any:
    """Opens the database when it was brought up to ours, and closes it afterwards."""
    stores: list[SqlStore] = []

    def up(revision: str, fill: Fill) -> SqlStore:
        of_version(empty_url, revision, fill)
        assert upgrade(empty_url)
        stores.append(open_store(empty_url))
        return stores[-1]

    yield up
    for store in stores:
        store.close()


STEPS = sorted((Path(digest.store.schema.__file__).parent / "migrations" / "versions").glob("r*.py"))


@pytest.mark.parametrize("step", STEPS, ids=lambda path: path.stem)
def test_a_step_stands_alone(step: Path) -> None:
    """What it does to an old database is the same whatever becomes of the code since."""
    found = ast.walk(ast.parse(step.read_text(encoding="utf-8")))
    named = [one.module or "" for one in found if isinstance(one, ast.ImportFrom)]
    assert not [name for name in named if name.partition(".")[0] == "digest"]


def test_what_editions_printed_is_known_by_summary(opened: Any) -> None:
    """Since 0008; before, only the studies were known. What was printed and what was left over are told apart."""

    def fill(connection: sa.Connection) -> None:
        summaries_of_then(connection)
        an_issue_of_then(connection, 1, "2026-10")
        printed = Selection(
            research=(Placement(summary_id=1, study_id=9, topic_id="vision"),),
            background=(Placement(summary_id=3, study_id=7, topic_id="vision"),),
            left_over=(
                Placement(summary_id=2, study_id=8, topic_id="vision"),
                Placement(summary_id=99, study_id=99, topic_id="vision"),
            ),
            length=Length.STANDARD,
        )
        row = {"id": 5, "issue_id": 1, "key": "k", "subject": "s", "preheader": "p", "selection": printed}
        connection.execute(sa.insert(editions).values(row))

    store = opened("0007", fill)
    query = sa.select(edition_items).order_by(edition_items.c.summary_id)
    with store.read() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    assert rows == [(5, 1, 9, True), (5, 2, 8, False), (5, 3, 7, True)]
    assert [issue.window.label for issue in store.issues(Cadence.MONTHLY)] == ["2026-10"]


def test_what_was_stored_before_is_found_by_its_words(opened: Any) -> None:
    """Since 0010; by those of its latest revision, wherever in its text they stand, as for what is stored now."""
    blocks = (Subheading("Stairs"), Bullets(("Ladders",), False))
    sections = (
        Section(role=SectionRole.FINDINGS, heading="Étude", blocks=blocks),
        Section(role=SectionRole.CONSIDERATIONS, heading=None, blocks=(Paragraph("Few owls"),)),
    )
    told = an_entry("told", headline="Orchids", tags=("gardens",), journal="Annals", sections=sections)

    def fill(connection: sa.Connection) -> None:
        summaries_of_then(connection)
        text = {"summary_id": 3, "revision": 2, "entry": told, "content_hash": "", "seen_at": NOW}
        connection.execute(sa.insert(revisions).values(text))
        connection.execute(sa.update(summaries).where(summaries.c.id == 3).values(revision=2))

    store = opened("0009", fill)
    for word in ("etude", "stairs", "ladders", "owls", "gardens", "annals", "orchids"):
        assert store.search(word).ids == (3,), word


def test_only_the_latest_revision_of_what_was_stored_before_is_found(opened: Any) -> None:
    """Since 0010."""
    store = opened("0009", summaries_of_then)
    found = {word: store.search(word).ids for word in ("swimming", "bicycles", "eyes", "memory", "balance")}
    assert found == {"swimming": (1,), "bicycles": (), "eyes": (2,), "memory": (3,), "balance": (1,)}


def test_what_was_stored_before_has_the_topics_of_its_latest_issue(opened: Any) -> None:
    """Since 0010: an issue composed earlier does not count, nor does one without the summary."""

    def fill(connection: sa.Connection) -> None:
        summaries_of_then(connection)
        for number, label, summary, topics in (
            (1, "2026-10", 1, ["vision"]),
            (2, "2026-11", 1, ["btk", "fatigue-sleep"]),
            (3, "2026-09", 2, ["pediatric"]),
        ):
            an_issue_of_then(connection, number, label)
            matches = tuple(Match(topic_id=topic, score=1.0) for topic in topics)
            row = {"issue_id": number, "position": 0, "summary_id": summary, "revision": 1, "matches": matches}
            connection.execute(sa.insert(issue_items).values(**row, fresh=True, pinned=False))

    store = opened("0009", fill)
    found = {topic: store.search("", topics={topic}).ids for topic in ("vision", "btk", "fatigue-sleep", "pediatric")}
    assert found == {"vision": (), "btk": (1,), "fatigue-sleep": (1,), "pediatric": (2,)}
