"""Each reader knows which row of the readers' file was last taken in of them, so that only a changed one counts."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("row_of", sa.Text(), nullable=True))
    op.add_column("subscribers", sa.Column("row_taken", sa.Text(), nullable=True))
    op.create_index("ix_subscribers_row_of", "subscribers", ["row_of"], unique=False)
