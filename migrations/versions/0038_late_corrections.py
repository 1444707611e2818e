"""late corrections: months that are closed, values proposed for them, and what was decided"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = ("month_lock", "value_correction", "correction_decision")


def upgrade() -> None:
    op.create_table(
        "month_lock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("because", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("last >= first", name=op.f("ck_month_lock_in_order")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_month_lock_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_lock")),
    )
    numbers = [
        sa.Column(prefix + name, sa.Numeric(precision=24, scale=10), nullable=True)
        for prefix in ("", "was_")
        for name in ("value", "numerator", "denominator")
    ]
    op.create_table(
        "value_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measurement_id", sa.Integer(), nullable=False),
        *numbers,
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("was_extra", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason <> '' OR import_id IS NOT NULL", name=op.f("ck_value_correction_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["measurement_id"], ["measurement.id"], name=op.f("fk_value_correction_measurement_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_file.id"], name=op.f("fk_value_correction_import_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_value_correction_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_correction")),
    )
    op.create_index(op.f("ix_value_correction_measurement_id"), "value_correction", ["measurement_id"])
    op.create_index(op.f("ix_value_correction_import_id"), "value_correction", ["import_id"])
    outcomes = sa.Enum(
        "waiting", "approved", "refused", "replaced", name="outcome", native_enum=False, length=40
    )
    op.create_table(
        "correction_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("outcome", outcomes, nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome <> 'refused' OR reason <> ''", name=op.f("ck_correction_decision_refusal_has_reason")
        ),
        sa.CheckConstraint(
            "outcome = 'replaced' OR by_id IS NOT NULL",
            name=op.f("ck_correction_decision_decided_by_a_person"),
        ),
        sa.CheckConstraint("outcome <> 'waiting'", name=op.f("ck_correction_decision_is_decided")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["value_correction.id"], name=op.f("fk_correction_decision_correction_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_correction_decision_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_decision")),
        sa.UniqueConstraint("correction_id", name=op.f("uq_correction_decision_correction_id")),
    )
    _close_what_was_approved()
    refuse_changes(TABLES)


def _close_what_was_approved() -> None:
    """Packs that were approved before close their months too: those that end in their period."""
    review = sa.table(
        "review",
        sa.column("code"),
        sa.column("period_from", sa.Date()),
        sa.column("period_to", sa.Date()),
        sa.column("approved_at"),
    )
    lock = sa.table(
        "month_lock",
        sa.column("first", sa.Date()),
        sa.column("last", sa.Date()),
        sa.column("because"),
        sa.column("at"),
    )
    query = sa.select(review.c.code, review.c.period_from, review.c.period_to, review.c.approved_at)
    for code, begins, ends, moment in op.get_bind().execute(query.where(review.c.approved_at.is_not(None))):
        first = begins.replace(day=1)
        last = ((ends + timedelta(days=1)).replace(day=1) - timedelta(days=1)).replace(day=1)
        if last >= first:
            facts = {"first": first, "last": last, "because": code, "at": moment}
            op.get_bind().execute(lock.insert().values(facts))


def downgrade() -> None:
    allow_changes(TABLES)
    for table in reversed(TABLES):
        op.drop_table(table)
