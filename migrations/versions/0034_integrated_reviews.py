"""integrated reviews: the other standards whose inputs a review answers"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("review") as table:
        table.add_column(sa.Column("standards", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("review") as table:
        table.alter_column("standards", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("review") as table:
        table.drop_column("standards")
