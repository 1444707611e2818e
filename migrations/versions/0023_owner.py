"""owner: comments with the people called in them"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

FROZEN = ("finding_comment", "comment_mention")


def upgrade() -> None:
    op.create_table(
        "finding_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_finding_comment_says_something")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_comment_finding_id")),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_finding_comment_action_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_finding_comment_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_comment")),
    )
    op.create_index("ix_finding_comment_finding_id", "finding_comment", ["finding_id", "id"])
    op.create_index(op.f("ix_finding_comment_action_id"), "finding_comment", ["action_id"])
    op.create_table(
        "comment_mention",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["finding_comment.id"], name=op.f("fk_comment_mention_comment_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_comment_mention_person_id")),
        sa.PrimaryKeyConstraint("comment_id", "person_id", name=op.f("pk_comment_mention")),
    )
    op.create_index(op.f("ix_comment_mention_person_id"), "comment_mention", ["person_id"])
    refuse_changes(FROZEN)


def downgrade() -> None:
    allow_changes(FROZEN)
    op.drop_index(op.f("ix_comment_mention_person_id"), table_name="comment_mention")
    op.drop_table("comment_mention")
    op.drop_index(op.f("ix_finding_comment_action_id"), table_name="finding_comment")
    op.drop_index("ix_finding_comment_finding_id", table_name="finding_comment")
    op.drop_table("finding_comment")
