"""What came back about addresses; how many there were on the day; which way a delivery went, and to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")

_GROUPS = """
UPDATE deliveries SET domain_group = CASE
    WHEN address_key LIKE '%@gmail.com' OR address_key LIKE '%@googlemail.com' THEN 'google'
    WHEN address_key LIKE '%@outlook.%' OR address_key LIKE '%@hotmail.%' OR address_key LIKE '%@live.%'
        OR address_key LIKE '%@msn.com' THEN 'microsoft'
    WHEN address_key LIKE '%@yahoo.%' OR address_key LIKE '%@ymail.com' OR address_key LIKE '%@rocketmail.com'
        OR address_key LIKE '%@aol.com' THEN 'yahoo'
    WHEN address_key LIKE '%@icloud.com' OR address_key LIKE '%@me.com' OR address_key LIKE '%@mac.com' THEN 'apple'
    ELSE 'other' END
"""
_RECIPIENTS = """
UPDATE issue_status
SET recipients = (SELECT count(*) FROM deliveries WHERE deliveries.issue_id = issue_status.issue_id)
WHERE approved_at IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("issue_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_feedback_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("address_key", "kind", "event_id", name=op.f("uq_feedback_address_key_kind_event_id")),
    )
    op.add_column("issue_status", sa.Column("recipients", sa.Integer(), nullable=True))
    op.add_column(
        "deliveries", sa.Column("domain_group", sa.String(32), server_default=sa.text("'other'"), nullable=False)
    )
    op.add_column("deliveries", sa.Column("via", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.execute(sa.text(_GROUPS))
    op.execute(sa.text(_RECIPIENTS))
