"""objectives: what is to be achieved (6.2), what measures it, and the service of an indicator"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STATES = ("in_force", "achieved", "missed", "withdrawn")
PARENTS = (
    ("process_id", "process"),
    ("department_id", "department"),
    ("owner_id", "person"),
    ("closed_by_id", "person"),
)
BELONGS = (("objective_id", "objective"), ("service_id", "service"))


def upgrade() -> None:
    """A table, and two columns of the indicator: those of before belong to nothing."""
    op.create_table(
        "objective",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="objectivestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("measures", sa.String(length=5000), nullable=False),
        sa.Column("resources", sa.String(length=2000), nullable=False),
        sa.Column("evaluation", sa.String(length=2000), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(length=2000), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_with", sa.String(length=2000), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'in_force') = (closed_on IS NULL)", name=op.f("ck_objective_closed_with_a_day")
        ),
        sa.CheckConstraint(
            "(state = 'in_force') = (result = '')", name=op.f("ck_objective_closed_with_a_reason")
        ),
        sa.CheckConstraint("due_on >= set_on", name=op.f("ck_objective_due_after_set")),
        sa.CheckConstraint("measures <> '' AND evaluation <> ''", name=op.f("ck_objective_is_planned")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_objective_{column}"))
            for column, table in PARENTS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective")),
        sa.UniqueConstraint("code", name=op.f("uq_objective_code")),
    )
    for column, _table in PARENTS[:3]:
        op.create_index(op.f(f"ix_objective_{column}"), "objective", [column])
    op.create_index("ix_objective_state_due_on", "objective", ["state", "due_on"])
    with op.batch_alter_table("indicator") as batch:
        for column, table in BELONGS:
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_indicator_{column}"), table, [column], ["id"])
            batch.create_index(op.f(f"ix_indicator_{column}"), [column])


def downgrade() -> None:
    """Indicators belong to nothing again."""
    with op.batch_alter_table("indicator") as batch:
        for column, _table in BELONGS:
            batch.drop_index(op.f(f"ix_indicator_{column}"))
            batch.drop_constraint(op.f(f"fk_indicator_{column}"), type_="foreignkey")
            batch.drop_column(column)
    op.drop_table("objective")
