"""after reviews: the distribution list of minutes and pack"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("outside", sa.String(length=300), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (outside = '')", name=op.f("ck_review_recipient_person_or_outside")
        ),
        sa.CheckConstraint(
            "(told_at IS NULL) = (told_by_id IS NULL)", name=op.f("ck_review_recipient_told_who_and_when")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_recipient_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_recipient_person_id")),
        sa.ForeignKeyConstraint(["told_by_id"], ["person.id"], name=op.f("fk_review_recipient_told_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_recipient")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_review_recipient_review_id_person_id")),
    )
    op.create_index(op.f("ix_review_recipient_review_id"), "review_recipient", ["review_id"])
    op.create_index(op.f("ix_review_recipient_person_id"), "review_recipient", ["person_id"])


def downgrade() -> None:
    op.drop_table("review_recipient")
