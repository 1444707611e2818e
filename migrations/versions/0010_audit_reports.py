"""audit reports: what the lead writes, and the report as issued, kept for ever"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


APPEND_ONLY = ("frozen_report_file", "frozen_report")


def upgrade() -> None:
    op.create_table(
        "audit_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "issued", name="reportstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("obstacles", sa.String(length=5000), nullable=False),
        sa.Column("not_covered", sa.String(length=5000), nullable=False),
        sa.Column("follow_up", sa.String(length=5000), nullable=False),
        sa.Column("others", sa.String(length=2000), nullable=False),
        sa.Column("grades", sa.JSON(), nullable=False),
        sa.Column("grades_by_id", sa.Integer(), nullable=True),
        sa.Column("grades_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(grades_by_id IS NULL) = (grades_at IS NULL)", name=op.f("ck_audit_report_grades_who_and_when")
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_report_audit_id")),
        sa.ForeignKeyConstraint(["grades_by_id"], ["person.id"], name=op.f("fk_audit_report_grades_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_report")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_report_audit_id")),
    )
    op.create_table(
        "audit_report_recipient",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_audit_report_recipient_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["audit_report.id"],
            name=op.f("fk_audit_report_recipient_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", "person_id", name=op.f("pk_audit_report_recipient")),
    )
    op.create_index(
        op.f("ix_audit_report_recipient_person_id"), "audit_report_recipient", ["person_id"], unique=False
    )
    op.create_table(
        "frozen_report",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_frozen_report_number_counts_from_0")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_frozen_report_audit_id")),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["person.id"], name=op.f("fk_frozen_report_frozen_by_id")),
        sa.PrimaryKeyConstraint("audit_id", "number", name=op.f("pk_frozen_report")),
    )
    op.create_table(
        "frozen_report_file",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_frozen_report_file_audit_id")),
        sa.PrimaryKeyConstraint(
            "audit_id", "number", "language", "format", name=op.f("pk_frozen_report_file")
        ),
    )
    refuse_changes(APPEND_ONLY)


def downgrade() -> None:
    allow_changes(APPEND_ONLY)
    op.drop_table("frozen_report_file")
    op.drop_table("frozen_report")
    op.drop_index(op.f("ix_audit_report_recipient_person_id"), table_name="audit_report_recipient")
    op.drop_table("audit_report_recipient")
    op.drop_table("audit_report")
