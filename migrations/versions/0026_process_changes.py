"""process changes: from which month on an indicator's limits begin anew, and why"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "process_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_reason", sa.String(length=1000), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_process_change_has_reason")),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_reason = '')",
            name=op.f("ck_process_change_taken_back_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_process_change_indicator_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_process_change_by_id")),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["person.id"], name=op.f("fk_process_change_taken_back_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_change")),
    )
    op.create_index(op.f("ix_process_change_indicator_id"), "process_change", ["indicator_id"])


def downgrade() -> None:
    op.drop_table("process_change")
