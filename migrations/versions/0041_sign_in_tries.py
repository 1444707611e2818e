"""tries at passwords, counted for all processes together"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLE = "sign_in_tries"


def upgrade() -> None:
    """Counting begins with the first try."""
    op.create_table(
        TABLE,
        sa.Column(
            "counted",
            sa.Enum("account", "address", name="counted", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("counted", "key", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_last_at"), TABLE, ["last_at"])


def downgrade() -> None:
    """The counts are lost; nobody is shut out by that."""
    op.drop_index(op.f("ix_sign_in_tries_last_at"), TABLE)
    op.drop_table(TABLE)
