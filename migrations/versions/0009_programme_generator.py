"""programme generator, coverage gaps, versions"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("programme_version", "programme_version_audit", "programme_version_gap", "proposal_change")


def upgrade() -> None:
    _new_tables()
    op.add_column(
        "audit", sa.Column("change_reason", sa.String(length=1000), server_default="", nullable=False)
    )
    op.add_column(
        "programme", sa.Column("revision_reason", sa.String(length=1000), server_default="", nullable=False)
    )
    refuse_changes(APPEND_ONLY)


def downgrade() -> None:
    allow_changes(APPEND_ONLY)
    op.drop_column("programme", "revision_reason")
    op.drop_column("audit", "change_reason")
    op.drop_index(op.f("ix_proposal_change_line_id"), table_name="proposal_change")
    op.drop_table("proposal_change")
    op.drop_index(op.f("ix_proposal_audit_audit_id"), table_name="proposal_audit")
    op.drop_table("proposal_audit")
    op.drop_index(op.f("ix_programme_version_gap_version_id"), table_name="programme_version_gap")
    op.drop_table("programme_version_gap")
    op.drop_index(op.f("ix_programme_version_audit_version_id"), table_name="programme_version_audit")
    op.drop_table("programme_version_audit")
    op.drop_index(op.f("ix_proposal_line_proposal_id"), table_name="proposal_line")
    op.drop_table("proposal_line")
    op.drop_table("programme_version")
    op.drop_index(op.f("ix_process_note_process_id"), table_name="process_note")
    op.drop_table("process_note")
    op.drop_index(op.f("ix_coverage_gap_programme_id"), table_name="coverage_gap")
    op.drop_table("coverage_gap")
    op.drop_index("ix_proposal_first_year", table_name="proposal")
    op.drop_table("proposal")


def _new_tables() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "planned", "discarded", name="proposalstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("years IN (1, 3)", name=op.f("ck_proposal_one_year_or_three")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_proposal_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_first_year", "proposal", ["first_year", "state"], unique=False)
    op.create_table(
        "coverage_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("clause", "process", name="gapkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_coverage_gap_by_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_coverage_gap_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_gap")),
        sa.UniqueConstraint(
            "programme_id", "kind", "key", name=op.f("uq_coverage_gap_programme_id_kind_key")
        ),
    )
    op.create_index(op.f("ix_coverage_gap_programme_id"), "coverage_gap", ["programme_id"], unique=False)
    op.create_table(
        "process_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("change", "legal", "customer", name="notekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= since", name=op.f("ck_process_note_ends_after_since")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_process_note_by_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_process_note_process_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_note")),
    )
    op.create_index(op.f("ix_process_note_process_id"), "process_note", ["process_id"], unique=False)
    op.create_table(
        "programme_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("objectives", sa.String(length=5000), nullable=False),
        sa.Column("risks", sa.String(length=5000), nullable=False),
        sa.Column("methods", sa.String(length=5000), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_programme_version_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_version_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_version")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_programme_version_programme_id_number")),
    )
    op.create_table(
        "proposal_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("months", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("proposed", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("half_days > 0", name=op.f("ck_proposal_line_some_effort")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_proposal_line_process_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_line_proposal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_line")),
    )
    op.create_index(op.f("ix_proposal_line_proposal_id"), "proposal_line", ["proposal_id"], unique=False)
    op.create_table(
        "programme_version_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
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
        sa.Column("lead", sa.String(length=100), nullable=False),
        sa.Column("criteria", sa.String(length=2000), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("rationale", sa.String(length=2000), nullable=False),
        sa.Column("change_reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["programme_version.id"], name=op.f("fk_programme_version_audit_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_version_audit")),
    )
    op.create_index(
        op.f("ix_programme_version_audit_version_id"), "programme_version_audit", ["version_id"], unique=False
    )
    op.create_table(
        "programme_version_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("clause", "process", name="gapkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["programme_version.id"], name=op.f("fk_programme_version_gap_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_version_gap")),
    )
    op.create_index(
        op.f("ix_programme_version_gap_version_id"), "programme_version_gap", ["version_id"], unique=False
    )
    op.create_table(
        "proposal_audit",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_proposal_audit_audit_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_audit_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "audit_id", name=op.f("pk_proposal_audit")),
    )
    op.create_index(op.f("ix_proposal_audit_audit_id"), "proposal_audit", ["audit_id"], unique=False)
    op.create_table(
        "proposal_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_proposal_change_by_id")),
        sa.ForeignKeyConstraint(["line_id"], ["proposal_line.id"], name=op.f("fk_proposal_change_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_change")),
    )
    op.create_index(op.f("ix_proposal_change_line_id"), "proposal_change", ["line_id"], unique=False)
