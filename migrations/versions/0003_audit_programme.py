"""audit programme"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("objectives", sa.String(length=5000), nullable=False),
        sa.Column("risks", sa.String(length=5000), nullable=False),
        sa.Column("methods", sa.String(length=5000), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "approved", "closed", name="programmestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)",
            name=op.f("ck_programme_approved_who_and_when"),
        ),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_programme_year_plausible")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_programme_approved_by_id")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_programme_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("code", name=op.f("uq_programme_code")),
        sa.UniqueConstraint("year", name=op.f("uq_programme_year")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "internal",
                "gap",
                "follow_up",
                "supplier",
                "stage_1",
                "stage_2",
                "surveillance",
                "recertification",
                name="auditkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("objective", sa.String(length=5000), nullable=False),
        sa.Column("criteria", sa.String(length=2000), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("rationale", sa.String(length=2000), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "notified",
                "in_progress",
                "reported",
                "closed",
                "cancelled",
                name="auditstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.String(length=10000), nullable=False),
        sa.Column("cancel_reason", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_audit_ends_after_start")),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_audit_lead_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_audit_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("code", name=op.f("uq_audit_code")),
    )
    op.create_index(op.f("ix_audit_lead_id"), "audit", ["lead_id"], unique=False)
    op.create_index(op.f("ix_audit_programme_id"), "audit", ["programme_id"], unique=False)
    op.create_index("ix_audit_starts_on", "audit", ["starts_on"], unique=False)
    op.create_index("ix_audit_state_starts_on", "audit", ["state", "starts_on"], unique=False)
    op.create_table(
        "audit_auditee",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_auditee_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_auditee_person_id")),
        sa.PrimaryKeyConstraint("audit_id", "person_id", name=op.f("pk_audit_auditee")),
    )
    op.create_index(op.f("ix_audit_auditee_person_id"), "audit_auditee", ["person_id"], unique=False)
    op.create_table(
        "audit_department",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_department_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_audit_department_department_id")
        ),
        sa.PrimaryKeyConstraint("audit_id", "department_id", name=op.f("pk_audit_department")),
    )
    op.create_index(
        op.f("ix_audit_department_department_id"), "audit_department", ["department_id"], unique=False
    )
    op.create_table(
        "audit_process",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_process_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_audit_process_process_id")),
        sa.PrimaryKeyConstraint("audit_id", "process_id", name=op.f("pk_audit_process")),
    )
    op.create_index(op.f("ix_audit_process_process_id"), "audit_process", ["process_id"], unique=False)
    op.create_table(
        "audit_site",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_site_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_audit_site_site_id")),
        sa.PrimaryKeyConstraint("audit_id", "site_id", name=op.f("pk_audit_site")),
    )
    op.create_table(
        "audit_team_member",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "auditor", "trainee", "expert", "observer", name="teamrole", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_team_member_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_team_member_person_id")),
        sa.PrimaryKeyConstraint("audit_id", "person_id", name=op.f("pk_audit_team_member")),
    )
    op.create_index(op.f("ix_audit_team_member_person_id"), "audit_team_member", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_team_member_person_id"), table_name="audit_team_member")
    op.drop_table("audit_team_member")
    op.drop_table("audit_site")
    op.drop_index(op.f("ix_audit_process_process_id"), table_name="audit_process")
    op.drop_table("audit_process")
    op.drop_index(op.f("ix_audit_department_department_id"), table_name="audit_department")
    op.drop_table("audit_department")
    op.drop_index(op.f("ix_audit_auditee_person_id"), table_name="audit_auditee")
    op.drop_table("audit_auditee")
    op.drop_index("ix_audit_state_starts_on", table_name="audit")
    op.drop_index("ix_audit_starts_on", table_name="audit")
    op.drop_index(op.f("ix_audit_programme_id"), table_name="audit")
    op.drop_index(op.f("ix_audit_lead_id"), table_name="audit")
    op.drop_table("audit")
    op.drop_table("programme")
