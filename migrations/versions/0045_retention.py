"""how long what is kept, where an organisation chose another period"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No row: the periods that ship hold."""
    op.create_table(
        "retention_period",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 36500", name=op.f("ck_retention_period_days_plausible")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_retention_period")),
    )


def downgrade() -> None:
    """The chosen periods are lost."""
    op.drop_table("retention_period")
