"""certification cycle: certificates, rules of schemes, plans of gaps; the body's deadline on findings"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = (
    "operation", "majors", "first", "next", "opens", "validity", "renew_opens", "renew_by", "restore",
    "own_audit", "major_answer", "minor_answer", "warning",
)  # fmt: skip
STATES = ("preparing", "certified", "suspended", "renewed", "ended")


def upgrade() -> None:
    op.add_column(
        "finding", sa.Column("body_reference", sa.String(length=100), server_default="", nullable=False)
    )
    op.add_column("finding", sa.Column("body_due_on", sa.Date(), nullable=True))
    _rules()
    _certificate()
    _gap_plan()


def _rules() -> None:
    op.create_table(
        "certification_scheme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_scheme")),
        sa.UniqueConstraint("code", name=op.f("uq_certification_scheme_code")),
        sa.UniqueConstraint("title", name=op.f("uq_certification_scheme_title")),
    )
    op.create_table(
        "certification_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="rulekind", native_enum=False, length=40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum("days", "months", "calendar_years", name="unit", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount BETWEEN 0 AND 3650", name=op.f("ck_certification_rule_amount_plausible")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_certification_rule_source_is_named")),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["certification_scheme.id"],
            name=op.f("fk_certification_rule_scheme_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_rule")),
        sa.UniqueConstraint("scheme_id", "kind", name=op.f("uq_certification_rule_scheme_id_kind")),
    )


def _certificate() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("scope", sa.String(length=2000), nullable=False),
        sa.Column(
            "state", sa.Enum(*STATES, name="certificatestate", native_enum=False, length=40), nullable=False
        ),
        sa.Column("operating_since", sa.Date(), nullable=True),
        sa.Column("review_before_on", sa.Date(), nullable=True),
        sa.Column("review_before_note", sa.String(length=1000), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(decided_on IS NULL) = (valid_until IS NULL)", name=op.f("ck_certificate_decision_and_validity")
        ),
        sa.CheckConstraint("valid_until > decided_on", name=op.f("ck_certificate_valid_after_decision")),
        sa.CheckConstraint(
            "state = 'preparing' OR state = 'ended' OR decided_on IS NOT NULL",
            name=op.f("ck_certificate_decided"),
        ),
        sa.CheckConstraint(
            "review_before_on IS NULL OR review_before_note <> ''",
            name=op.f("ck_certificate_paper_review_is_told"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["certification_scheme.id"], name=op.f("fk_certificate_scheme_id")
        ),
        sa.ForeignKeyConstraint(["previous_id"], ["certificate.id"], name=op.f("fk_certificate_previous_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("previous_id", name=op.f("uq_certificate_previous_id")),
    )
    op.create_index(op.f("ix_certificate_scheme_id"), "certificate", ["scheme_id"], unique=False)


def _gap_plan() -> None:
    op.create_table(
        "gap_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(length=2000), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(item_id IS NULL) <> (finding_id IS NULL)", name=op.f("ck_gap_plan_one_gap")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_gap_plan_progress_in_percent")),
        sa.CheckConstraint("progress < 100 OR note <> ''", name=op.f("ck_gap_plan_done_is_told")),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_item.id"], name=op.f("fk_gap_plan_item_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_gap_plan_finding_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_gap_plan_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_plan")),
        sa.UniqueConstraint("item_id", name=op.f("uq_gap_plan_item_id")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_gap_plan_finding_id")),
    )
    op.create_index(op.f("ix_gap_plan_owner_id"), "gap_plan", ["owner_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_gap_plan_owner_id"), table_name="gap_plan")
    op.drop_table("gap_plan")
    op.drop_index(op.f("ix_certificate_scheme_id"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_table("certification_rule")
    op.drop_table("certification_scheme")
    op.drop_column("finding", "body_due_on")
    op.drop_column("finding", "body_reference")
