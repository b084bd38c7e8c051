"""What a delivery waits for that is no trouble: night, or a reader's wish."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("waits_for", sa.String(32), nullable=True))
