"""supplements that are withdrawn before they are issued: who, when, why"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLE = "review_supplement"
CHECKS = {
    "ck_review_supplement_withdrawn_who_and_when": "(withdrawn_by_id IS NULL) = (withdrawn_at IS NULL)",
    "ck_review_supplement_withdrawn_has_a_moment": "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
    "ck_review_supplement_withdrawn_with_a_reason": "(state = 'withdrawn') = (withdrawn_reason <> '')",
}


def upgrade() -> None:
    """Nothing was withdrawn before."""
    with op.batch_alter_table(TABLE) as batch:
        batch.add_column(sa.Column("withdrawn_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(
            sa.Column("withdrawn_reason", sa.String(length=2000), nullable=False, server_default="")
        )
        batch.create_foreign_key(
            op.f("fk_review_supplement_withdrawn_by_id"), "person", ["withdrawn_by_id"], ["id"]
        )
        for name, words in CHECKS.items():
            batch.create_check_constraint(op.f(name), words)
    with op.batch_alter_table(TABLE) as batch:
        batch.alter_column("withdrawn_reason", server_default=None)


def downgrade() -> None:
    """A withdrawn one was never issued, and the state of before knows no such thing: it waits again."""
    with op.batch_alter_table(TABLE) as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(name), type_="check")
    op.execute(f"UPDATE {TABLE} SET state = 'written' WHERE state = 'withdrawn'")  # noqa: S608  # nosec B608 -- a constant
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(op.f("fk_review_supplement_withdrawn_by_id"), type_="foreignkey")
        for column in ("withdrawn_reason", "withdrawn_at", "withdrawn_by_id"):
            batch.drop_column(column)
