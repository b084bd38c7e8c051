"""Readers are counted by their status without a look at each."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("ix_subscribers_status", "subscribers", ["status"], unique=False)
