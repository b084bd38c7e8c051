"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    _content()
    _issues()
    _issue_details()
    _readers()
    _ledger()


def _content() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("retry_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("succeeded_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "studies",
        sa.Column("id", ID, nullable=False),
        sa.Column("known_since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studies")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "study_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("study_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_study_keys_study_id")),
        sa.PrimaryKeyConstraint("key", "study_id", name=op.f("pk_study_keys")),
    )
    op.create_index(op.f("ix_study_keys_study_id"), "study_keys", ["study_id"], unique=False)
    op.create_table(
        "summaries",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("study_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title_hash", sa.Text(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_summaries_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summaries")),
        sa.UniqueConstraint("source", "guid", name=op.f("uq_summaries_source_guid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_summaries_added_at"), "summaries", ["added_at"], unique=False)
    op.create_index("ix_summaries_source_title_hash", "summaries", ["source", "title_hash"], unique=False)
    op.create_index(op.f("ix_summaries_study_id"), "summaries", ["study_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("summary_id", ID, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["summary_id"], ["summaries.id"], name=op.f("fk_revisions_summary_id")),
        sa.PrimaryKeyConstraint("summary_id", "revision", name=op.f("pk_revisions")),
    )
    op.create_table(
        "aliases",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("summary_id", ID, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["summary_id"], ["summaries.id"], name=op.f("fk_aliases_summary_id")),
        sa.PrimaryKeyConstraint("source", "guid", name=op.f("pk_aliases")),
    )
    op.create_index(op.f("ix_aliases_summary_id"), "aliases", ["summary_id"], unique=False)


def _issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", ID, nullable=False),
        sa.Column("cadence", sa.String(32), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("composed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
        sa.UniqueConstraint("cadence", "since", "until", name=op.f("uq_issues_cadence_since_until")),
        sa.UniqueConstraint("label", name=op.f("uq_issues_label")),
    )
    op.create_table(
        "issue_status",
        sa.Column("issue_id", ID, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("aborted_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_status_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_issue_status")),
    )
    op.create_table(
        "frozen_pools",
        sa.Column("issue_id", ID, autoincrement=False, nullable=False),
        sa.Column("pool", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_frozen_pools_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_frozen_pools")),
    )


def _issue_details() -> None:
    op.create_table(
        "issue_items",
        sa.Column("issue_id", ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("summary_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("matches", sa.Text(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_items_issue_id")),
        sa.ForeignKeyConstraint(
            ["summary_id", "revision"],
            ["revisions.summary_id", "revisions.revision"],
            name=op.f("fk_issue_items_summary_id_revision"),
        ),
        sa.PrimaryKeyConstraint("issue_id", "position", name=op.f("pk_issue_items")),
    )
    op.create_table(
        "editions",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_editions_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("issue_id", "key", name=op.f("uq_editions_issue_id_key")),
    )
    op.create_table(
        "edition_items",
        sa.Column("edition_id", ID, autoincrement=False, nullable=False),
        sa.Column("study_id", ID, autoincrement=False, nullable=False),
        sa.Column("placed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_edition_items_edition_id")),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_edition_items_study_id")),
        sa.PrimaryKeyConstraint("edition_id", "study_id", name=op.f("pk_edition_items")),
    )
    op.create_index(op.f("ix_edition_items_study_id"), "edition_items", ["study_id"], unique=False)


def _readers() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("cadence", sa.String(32), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("consent_at", INSTANT, nullable=True),
        sa.Column("consent_method", sa.Text(), nullable=True),
        sa.Column("consent_text_version", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("address_key", name=op.f("uq_subscribers_address_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscribers_cadence_id", "subscribers", ["cadence", "id"], unique=False)
    op.create_table(
        "suppressions",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint("address_key", name=op.f("uq_suppressions_address_key")),
    )


def _ledger() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("edition_id", ID, nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("doubts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("first_tried_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_deliveries_edition_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_deliveries_issue_id")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name=op.f("fk_deliveries_subscriber_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("issue_id", "subscriber_id", name=op.f("uq_deliveries_issue_id_subscriber_id")),
    )
    op.create_index(op.f("ix_deliveries_edition_id"), "deliveries", ["edition_id"], unique=False)
    op.create_index(
        "ix_deliveries_issue_id_due_at",
        "deliveries",
        ["issue_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_deliveries_issue_id_state_id", "deliveries", ["issue_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_deliveries_subscriber_id"), "deliveries", ["subscriber_id"], unique=False)
