"""repeats: which finding came back as which, and what counts as a repeat"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LINKS = ("later_id", "earlier_id")


def upgrade() -> None:
    op.create_table(
        "finding_repeat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("later_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("later_id <> earlier_id", name=op.f("ck_finding_repeat_not_of_itself")),
        sa.CheckConstraint("likeness BETWEEN 0 AND 100", name=op.f("ck_finding_repeat_likeness_in_percent")),
        *(
            sa.ForeignKeyConstraint([name], ["finding.id"], name=op.f(f"fk_finding_repeat_{name}"))
            for name in LINKS
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_finding_repeat_confirmed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_repeat")),
        sa.UniqueConstraint(*LINKS, name=op.f("uq_finding_repeat_later_id_earlier_id")),
    )
    for name in LINKS:
        op.create_index(op.f(f"ix_finding_repeat_{name}"), "finding_repeat", [name])
    op.create_table(
        "repeat_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column("minors", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_repeat_policy_only_one")),
        sa.CheckConstraint("months BETWEEN 1 AND 120", name=op.f("ck_repeat_policy_months_1_to_120")),
        sa.CheckConstraint("likeness BETWEEN 20 AND 100", name=op.f("ck_repeat_policy_likeness_20_to_100")),
        sa.CheckConstraint("minors BETWEEN 2 AND 20", name=op.f("ck_repeat_policy_minors_2_to_20")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repeat_policy")),
    )


def downgrade() -> None:
    op.drop_table("repeat_policy")
    for name in reversed(LINKS):
        op.drop_index(op.f(f"ix_finding_repeat_{name}"), table_name="finding_repeat")
    op.drop_table("finding_repeat")
