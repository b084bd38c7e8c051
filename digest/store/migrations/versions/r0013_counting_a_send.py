"""How a send goes is counted in the order of an index; what was never tried has a small one of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_issue_id_state_domain_group_via",
        "deliveries",
        ["issue_id", "state", "domain_group", "via"],
        unique=False,
    )
    op.create_index(
        "ix_deliveries_issue_id_id",
        "deliveries",
        ["issue_id", "id"],
        unique=False,
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.drop_index("ix_deliveries_issue_id_state_id", table_name="deliveries")
