"""supplements to approved reviews: what is corrected, and as issued with their files"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

APPEND_ONLY = ("frozen_supplement", "frozen_supplement_file")


def upgrade() -> None:
    op.create_table(
        "review_supplement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("written", "issued", name="supplementstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("input_key", sa.String(length=40), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("correction", sa.String(length=5000), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_review_supplement_number_counts_from_1")),
        sa.CheckConstraint(
            "input_key IS NULL OR decision_id IS NULL", name=op.f("ck_review_supplement_corrects_one_thing")
        ),
        sa.CheckConstraint(
            "(issued_by_id IS NULL) = (issued_at IS NULL)",
            name=op.f("ck_review_supplement_issued_who_and_when"),
        ),
        sa.CheckConstraint(
            "(state = 'issued') = (issued_at IS NOT NULL)",
            name=op.f("ck_review_supplement_issued_has_a_moment"),
        ),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_supplement_review_id")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_review_supplement_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["person.id"], name=op.f("fk_review_supplement_written_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["person.id"], name=op.f("fk_review_supplement_issued_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_supplement")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_review_supplement_review_id_number")),
    )
    op.create_index(op.f("ix_review_supplement_review_id"), "review_supplement", ["review_id"])
    op.create_table(
        "frozen_supplement",
        sa.Column("supplement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_frozen_supplement_hash_is_whole")),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["review_supplement.id"], name=op.f("fk_frozen_supplement_supplement_id")
        ),
        sa.ForeignKeyConstraint(
            ["frozen_by_id"], ["person.id"], name=op.f("fk_frozen_supplement_frozen_by_id")
        ),
        sa.PrimaryKeyConstraint("supplement_id", name=op.f("pk_frozen_supplement")),
    )
    op.create_table(
        "frozen_supplement_file",
        sa.Column("supplement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["review_supplement.id"], name=op.f("fk_frozen_supplement_file_supplement_id")
        ),
        sa.PrimaryKeyConstraint(
            "supplement_id", "language", "format", name=op.f("pk_frozen_supplement_file")
        ),
    )
    refuse_changes(APPEND_ONLY)


def downgrade() -> None:
    allow_changes(APPEND_ONLY)
    op.drop_table("frozen_supplement_file")
    op.drop_table("frozen_supplement")
    op.drop_table("review_supplement")
