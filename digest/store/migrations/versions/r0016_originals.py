"""What summaries were read from, and what was learnt of their sources."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "originals",
        sa.Column("summary_id", ID, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["summary_id"], ["summaries.id"], name=op.f("fk_originals_summary_id")),
        sa.PrimaryKeyConstraint("summary_id", "revision", name=op.f("pk_originals")),
    )
    op.create_table(
        "furniture",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("learnt_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_furniture")),
    )
    op.create_index("ix_summaries_source_id", "summaries", ["source", "id"], unique=False)
