"""calendar: the calendar of working days as the organisation chose it; why a repeat was linked by hand"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

APPEND_ONLY = ("work_calendar",)


def upgrade() -> None:
    op.create_table(
        "work_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "country", sa.Enum("CN", "none", name="country", native_enum=False, length=40), nullable=False
        ),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_work_calendar_changed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_calendar")),
    )
    refuse_changes(APPEND_ONLY)
    op.add_column(
        "finding_repeat", sa.Column("reason", sa.String(length=2000), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("finding_repeat", "reason")
    allow_changes(APPEND_ONLY)
    op.drop_table("work_calendar")
