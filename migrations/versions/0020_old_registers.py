"""old registers: nonconformities kept before this system, with their own numbers and dates"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import kept_through_rebuild

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COMPLETE = (
    "state <> 'closed' OR grade NOT IN ('major', 'minor') OR (correction <> '' AND cause <> '' "
    "AND verified_by_id IS NOT NULL AND effectiveness_note <> '')"
)
RULE = "ck_finding_closed_nonconformity_is_complete"
FACTS = {
    "old_register_and_row": "(old_register_id IS NULL) = (old_row IS NULL)",
    "closed_before_was_imported": "old_register_id IS NOT NULL OR NOT closed_before",
}


def upgrade() -> None:
    op.create_table(
        "old_register",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["person.id"], name=op.f("fk_old_register_imported_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_register")),
    )
    op.create_index(op.f("ix_old_register_source"), "old_register", ["source"])
    with kept_through_rebuild("finding"), op.batch_alter_table("finding") as batch:
        batch.add_column(sa.Column("old_register_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("old_row", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("closed_before", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.create_foreign_key(
            op.f("fk_finding_old_register_id"), "old_register", ["old_register_id"], ["id"]
        )
        batch.drop_constraint(op.f(RULE), type_="check")
        batch.create_check_constraint(op.f(RULE), f"{COMPLETE} OR (closed_before AND reopened = 0)")
        for name, rule in FACTS.items():
            batch.create_check_constraint(op.f(f"ck_finding_{name}"), rule)
    op.create_index("ix_finding_origin_state", "finding", ["origin", "state"])
    op.create_index(op.f("ix_finding_old_register_id"), "finding", ["old_register_id"])


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM finding WHERE closed_before")):
        raise RuntimeError(
            "The database holds findings that were closed before this system, which the older version "
            "refuses. Restore the backup that was made before the upgrade."
        )
    op.drop_index("ix_finding_origin_state", table_name="finding")
    op.drop_index(op.f("ix_finding_old_register_id"), table_name="finding")
    with kept_through_rebuild("finding"), op.batch_alter_table("finding") as batch:
        for name in FACTS:
            batch.drop_constraint(op.f(f"ck_finding_{name}"), type_="check")
        batch.drop_constraint(op.f(RULE), type_="check")
        batch.create_check_constraint(op.f(RULE), COMPLETE)
        batch.drop_constraint(op.f("fk_finding_old_register_id"), type_="foreignkey")
        for name in ("closed_before", "old_row", "old_register_id"):
            batch.drop_column(name)
    op.drop_index(op.f("ix_old_register_source"), table_name="old_register")
    op.drop_table("old_register")
