"""Corrections, who was told of them, and which summary an edition printed of a study."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
#: Editions whose items are written at a time.
BATCH = 1_000


def upgrade() -> None:
    op.add_column("issues", sa.Column("kind", sa.String(32), server_default=sa.text("'issue'"), nullable=False))
    op.create_table(
        "corrections",
        sa.Column("id", ID, nullable=False),
        sa.Column("summary_id", ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["summary_id"], ["summaries.id"], name=op.f("fk_corrections_summary_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_corrections_summary_id"), "corrections", ["summary_id"], unique=False)
    op.create_table(
        "edition_corrections",
        sa.Column("edition_id", ID, autoincrement=False, nullable=False),
        sa.Column("correction_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_edition_corrections_edition_id")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name=op.f("fk_edition_corrections_correction_id")
        ),
        sa.PrimaryKeyConstraint("edition_id", "correction_id", name=op.f("pk_edition_corrections")),
    )
    op.create_index(
        op.f("ix_edition_corrections_correction_id"), "edition_corrections", ["correction_id"], unique=False
    )
    _edition_items()


def _edition_items() -> None:
    """Made anew by summary: what an edition printed stands in its selection, and a summary knows its study."""
    op.drop_table("edition_items")
    items = op.create_table(
        "edition_items",
        sa.Column("edition_id", ID, autoincrement=False, nullable=False),
        sa.Column("summary_id", ID, autoincrement=False, nullable=False),
        sa.Column("study_id", ID, nullable=False),
        sa.Column("placed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_edition_items_edition_id")),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_edition_items_study_id")),
        sa.PrimaryKeyConstraint("edition_id", "summary_id", name=op.f("pk_edition_items")),
    )
    connection = op.get_bind()
    study_of = dict(map(tuple, connection.execute(sa.text("SELECT id, study_id FROM summaries"))))
    last = 0
    more = sa.text("SELECT id, selection FROM editions WHERE id > :last ORDER BY id LIMIT :batch")
    while editions := connection.execute(more, {"last": last, "batch": BATCH}).all():
        rows = [row for edition_id, selection in editions for row in _rows(edition_id, json.loads(selection), study_of)]
        if rows:
            connection.execute(sa.insert(items), rows)
        last = editions[-1][0]
    op.create_index(op.f("ix_edition_items_study_id"), "edition_items", ["study_id"], unique=False)


def _rows(edition_id: int, selection: Any, study_of: dict[int, int]) -> list[dict[str, Any]]:
    placed = {one["summary_id"]: False for one in selection["left_over"]}
    placed |= {one["summary_id"]: True for one in (*selection["research"], *selection["background"])}
    return [
        {"edition_id": edition_id, "summary_id": number, "study_id": study_of[number], "placed": is_placed}
        for number, is_placed in placed.items()
        if number in study_of
    ]
