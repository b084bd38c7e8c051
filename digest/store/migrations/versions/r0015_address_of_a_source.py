"""What is remembered of a source is about the address it was configured with."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("sources", sa.Column("address", sa.Text(), nullable=True))
