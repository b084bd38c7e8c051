"""Limits and breakers of transports; why a send stopped itself, and the suppressions it made."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "buckets",
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("domain_group", sa.String(32), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("transport", "domain_group", name=op.f("pk_buckets")),
    )
    op.create_table(
        "breakers",
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("recent", sa.String(64), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("probe_at", INSTANT, nullable=True),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("transport", name=op.f("pk_breakers")),
    )
    op.add_column("issue_status", sa.Column("held_because", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("issue_status", sa.Column("judged_since", INSTANT, nullable=True))
    with op.batch_alter_table("suppressions") as table:
        table.add_column(sa.Column("issue_id", ID, nullable=True))
        table.add_column(sa.Column("quarantined_at", INSTANT, nullable=True))
        table.create_foreign_key(op.f("fk_suppressions_issue_id"), "issues", ["issue_id"], ["id"])
    for name, columns, where in (
        ("ix_deliveries_issue_id_domain_group_id", ["issue_id", "domain_group", "id"], "state = 'pending'"),
        ("ix_deliveries_via_finished_at", ["via", "finished_at"], "finished_at IS NOT NULL"),
    ):
        op.create_index(
            name, "deliveries", columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
