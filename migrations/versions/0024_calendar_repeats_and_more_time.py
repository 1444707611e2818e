"""calendar: the calendar of working days as the organisation chose it; why a repeat was linked by hand;
for which date more time is asked
"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0024"
down_revision = "0023"
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
    terms = ("response", "correction", "corrective", "verification", "effectiveness")
    term = sa.Enum(*terms, name="term", native_enum=False, length=40)
    op.add_column("extension", sa.Column("term", term, server_default="corrective", nullable=False))
    op.add_column("extension", sa.Column("round", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    for name in ("round", "term"):
        op.drop_column("extension", name)
    op.drop_column("finding_repeat", "reason")
    allow_changes(APPEND_ONLY)
    op.drop_table("work_calendar")
