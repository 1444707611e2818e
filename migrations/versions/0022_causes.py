"""causes: chain of whys and fishbone of a finding as rows, the category of its cause"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CATEGORIES = ("people", "process", "technology", "information", "supplier", "environment")


def _category() -> sa.Enum:
    return sa.Enum(*CATEGORIES, name="causecategory", native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "finding_cause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind", sa.Enum("why", "bone", name="causekind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("category", _category(), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("evidence", sa.String(length=1000), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_root", sa.Boolean(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_finding_cause_says_something")),
        sa.CheckConstraint(
            "kind <> 'bone' OR category IS NOT NULL", name=op.f("ck_finding_cause_bone_has_category")
        ),
        sa.CheckConstraint(
            "kind <> 'bone' OR parent_id IS NULL", name=op.f("ck_finding_cause_bone_is_on_the_spine")
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_finding_cause_not_its_own_reason")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_cause_finding_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["finding_cause.id"], name=op.f("fk_finding_cause_parent_id")),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["person.id"], name=op.f("fk_finding_cause_written_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_cause")),
    )
    op.create_index("ix_finding_cause_finding_id", "finding_cause", ["finding_id", "position"])
    op.create_index(op.f("ix_finding_cause_parent_id"), "finding_cause", ["parent_id"])
    op.add_column("finding", sa.Column("cause_category", _category(), nullable=True))
    op.create_index(op.f("ix_finding_cause_category"), "finding", ["cause_category"])


def downgrade() -> None:
    op.drop_index(op.f("ix_finding_cause_category"), "finding")
    op.drop_column(
        "finding", "cause_category"
    )  # not as a batch: that makes the table anew, without its triggers
    op.drop_table("finding_cause")
