"""frequency: how often an indicator is measured; all those of before every month"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

OFTEN = ("monthly", "quarterly", "half_yearly", "yearly")


def upgrade() -> None:
    """Every indicator so far was measured every month."""
    kind = sa.Enum(*OFTEN, name="frequency", native_enum=False, length=40)
    with op.batch_alter_table("indicator") as batch:
        batch.add_column(sa.Column("frequency", kind, server_default="monthly", nullable=False))
    with op.batch_alter_table("indicator") as batch:
        batch.alter_column("frequency", server_default=None)


def downgrade() -> None:
    """Every month again."""
    with op.batch_alter_table("indicator") as batch:
        batch.drop_column("frequency")
