"""findings and actions"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "internal_audit",
                "external_audit",
                "management_review",
                "indicator",
                "complaint",
                "incident",
                "supplier",
                "self_reported",
                "risk",
                name="origin",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "grade",
            sa.Enum(
                "major",
                "minor",
                "observation",
                "ofi",
                "good_practice",
                name="grade",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "issued",
                "accepted",
                "planned",
                "implemented",
                "verified",
                "closed",
                "withdrawn",
                name="findingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("requirement", sa.String(length=5000), nullable=False),
        sa.Column("objective_evidence", sa.String(length=10000), nullable=False),
        sa.Column("nonconformity", sa.String(length=10000), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("recommendation", sa.String(length=5000), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("correction", sa.String(length=5000), nullable=False),
        sa.Column("correction_done_on", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(length=10000), nullable=False),
        sa.Column("similar_cases", sa.String(length=5000), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("implemented_by_id", sa.Integer(), nullable=True),
        sa.Column("implemented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verification_note", sa.String(length=5000), nullable=False),
        sa.Column("effectiveness_due_on", sa.Date(), nullable=True),
        sa.Column("effectiveness_note", sa.String(length=5000), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=2000), nullable=False),
        sa.Column("sent_back_reason", sa.String(length=2000), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("reopen_reason", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'closed' OR grade NOT IN ('major', 'minor') OR (correction <> '' AND cause <> '' "
            "AND verified_by_id IS NOT NULL AND effectiveness_note <> '')",
            name=op.f("ck_finding_closed_nonconformity_is_complete"),
        ),
        sa.CheckConstraint(
            "(closed_by_id IS NULL) = (closed_at IS NULL)", name=op.f("ck_finding_closed_who_and_when")
        ),
        sa.CheckConstraint(
            "(implemented_by_id IS NULL) = (implemented_at IS NULL)",
            name=op.f("ck_finding_implemented_who_and_when"),
        ),
        sa.CheckConstraint(
            "(issued_by_id IS NULL) = (issued_at IS NULL)", name=op.f("ck_finding_issued_who_and_when")
        ),
        sa.CheckConstraint(
            "(verified_by_id IS NULL) = (verified_at IS NULL)", name=op.f("ck_finding_verified_who_and_when")
        ),
        sa.CheckConstraint(
            "due_on IS NULL OR due_on >= raised_on", name=op.f("ck_finding_due_not_before_raised")
        ),
        sa.CheckConstraint(
            "verified_by_id <> implemented_by_id", name=op.f("ck_finding_verifier_did_not_implement")
        ),
        sa.CheckConstraint(
            "verified_by_id IS NULL OR verified_by_id <> owner_id",
            name=op.f("ck_finding_verifier_is_not_owner"),
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_finding_audit_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_finding_closed_by_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_finding_department_id")),
        sa.ForeignKeyConstraint(
            ["implemented_by_id"], ["person.id"], name=op.f("fk_finding_implemented_by_id")
        ),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_finding_issued_by_id")),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_item.id"], name=op.f("fk_finding_item_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_finding_owner_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_finding_process_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["person.id"], name=op.f("fk_finding_raised_by_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_finding_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("code", name=op.f("uq_finding_code")),
    )
    op.create_index(op.f("ix_finding_audit_id"), "finding", ["audit_id"], unique=False)
    op.create_index(
        "ix_finding_clause_department_raised",
        "finding",
        ["clause", "department_id", "raised_on"],
        unique=False,
    )
    op.create_index(op.f("ix_finding_closed_on"), "finding", ["closed_on"], unique=False)
    op.create_index(op.f("ix_finding_department_id"), "finding", ["department_id"], unique=False)
    op.create_index(op.f("ix_finding_item_id"), "finding", ["item_id"], unique=False)
    op.create_index(op.f("ix_finding_next_due_on"), "finding", ["next_due_on"], unique=False)
    op.create_index(op.f("ix_finding_owner_id"), "finding", ["owner_id"], unique=False)
    op.create_index(op.f("ix_finding_process_id"), "finding", ["process_id"], unique=False)
    op.create_index(op.f("ix_finding_raised_by_id"), "finding", ["raised_by_id"], unique=False)
    op.create_index("ix_finding_raised_on_state", "finding", ["raised_on", "state"], unique=False)
    op.create_index("ix_finding_state_closed_on", "finding", ["state", "closed_on"], unique=False)
    op.create_index(
        "ix_finding_state_grade",
        "finding",
        ["state", "grade", "raised_on", "next_due_on", "owner_id"],
        unique=False,
    )
    op.create_index("ix_finding_state_raised_on", "finding", ["state", "raised_on"], unique=False)
    op.create_index(op.f("ix_finding_verified_by_id"), "finding", ["verified_by_id"], unique=False)
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "correction",
                "corrective",
                "improvement",
                "decision",
                name="actionkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open", "done", "verified", "cancelled", name="actionstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=1000), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=False),
        sa.Column("extension_to", sa.Date(), nullable=True),
        sa.Column("extension_reason", sa.String(length=2000), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_note", sa.String(length=5000), nullable=False),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verification_note", sa.String(length=5000), nullable=False),
        sa.Column("sent_back_reason", sa.String(length=2000), nullable=False),
        sa.Column("cancel_reason", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(finding_id IS NULL) <> (review_id IS NULL)", name=op.f("ck_action_one_source")),
        sa.CheckConstraint(
            "(verified_by_id IS NULL) = (verified_at IS NULL)", name=op.f("ck_action_verified_who_and_when")
        ),
        sa.CheckConstraint("due_on >= created_on", name=op.f("ck_action_due_not_before_created")),
        sa.CheckConstraint("verified_by_id <> done_by_id", name=op.f("ck_action_verifier_did_not_do_it")),
        sa.CheckConstraint(
            "verified_by_id IS NULL OR verified_by_id <> owner_id",
            name=op.f("ck_action_verifier_is_not_owner"),
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_action_done_by_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_action_finding_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_action_owner_id")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_action_review_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_action_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("code", name=op.f("uq_action_code")),
    )
    op.create_index("ix_action_created_on", "action", ["created_on"], unique=False)
    op.create_index("ix_action_due_on", "action", ["due_on"], unique=False)
    op.create_index(op.f("ix_action_finding_id"), "action", ["finding_id"], unique=False)
    op.create_index(op.f("ix_action_owner_id"), "action", ["owner_id"], unique=False)
    op.create_index(op.f("ix_action_review_id"), "action", ["review_id"], unique=False)
    op.create_index("ix_action_state_due_on", "action", ["state", "due_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_action_state_due_on", table_name="action")
    op.drop_index(op.f("ix_action_review_id"), table_name="action")
    op.drop_index(op.f("ix_action_owner_id"), table_name="action")
    op.drop_index(op.f("ix_action_finding_id"), table_name="action")
    op.drop_index("ix_action_due_on", table_name="action")
    op.drop_index("ix_action_created_on", table_name="action")
    op.drop_table("action")
    op.drop_index(op.f("ix_finding_verified_by_id"), table_name="finding")
    op.drop_index("ix_finding_state_raised_on", table_name="finding")
    op.drop_index("ix_finding_state_grade", table_name="finding")
    op.drop_index("ix_finding_state_closed_on", table_name="finding")
    op.drop_index("ix_finding_raised_on_state", table_name="finding")
    op.drop_index(op.f("ix_finding_raised_by_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_process_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_owner_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_next_due_on"), table_name="finding")
    op.drop_index(op.f("ix_finding_item_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_department_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_closed_on"), table_name="finding")
    op.drop_index("ix_finding_clause_department_raised", table_name="finding")
    op.drop_index(op.f("ix_finding_audit_id"), table_name="finding")
    op.drop_table("finding")
