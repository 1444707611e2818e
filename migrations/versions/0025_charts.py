"""charts: indexes that answer them, repeats and the counts of actions without a look at the rows"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

REPLACED = (
    (
        "ix_finding_clause_department_raised", "finding", ("clause", "department_id", "raised_on"),
        ("grade", "state", "item_id"),
    ),
    ("ix_action_state_due_on", "action", ("state", "due_on"), ("owner_id", "finding_id", "review_id")),
)  # fmt: skip
"""Name, table, columns before, and what is added to them."""
ADDED = (
    (
        "ix_finding_grade_raised",
        ("grade", "raised_on", "state", "cause_category", "clause", "department_id", "origin", "item_id"),
    ),
    (
        "ix_finding_grade_original_due",
        ("grade", "original_due_on", "state", "implemented_at", "department_id", "origin"),
    ),
)


def upgrade() -> None:
    """Widen two indexes, add two."""
    for name, table, columns, more in REPLACED:
        op.drop_index(name, table)
        op.create_index(name, table, [*columns, *more])
    for name, columns in ADDED:
        op.create_index(name, "finding", list(columns))


def downgrade() -> None:
    """As they were."""
    for name, _columns in reversed(ADDED):
        op.drop_index(name, "finding")
    for name, table, columns, _more in REPLACED:
        op.drop_index(name, table)
        op.create_index(name, table, list(columns))
