"""Where a reader lives, and when they like to be written to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("timezone", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("subscribers", sa.Column("weekday", sa.Integer(), nullable=True))
    op.add_column("subscribers", sa.Column("part_of_day", sa.String(32), nullable=True))
