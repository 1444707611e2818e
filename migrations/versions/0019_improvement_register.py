"""improvement register: proposals, their evaluation, target and measured result"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

STATES = (
    "proposed", "evaluated", "approved", "in_progress", "implemented", "measured", "closed", "declined",
)  # fmt: skip
SOURCES = ("staff", "finding", "decision", "indicator")
TARGETS = ("quality", "value", "capability", "cost", "productivity", "resources", "risk")
PEOPLE = ("proposed_by_id", "evaluated_by_id", "owner_id", "decided_by_id", "closed_by_id")
INDEXED = (
    "process_id", "department_id", "proposed_by_id", "proposed_on", "owner_id", "due_on", "closed_on",
)  # fmt: skip
CHECKS = {
    "benefit_1_to_5": "benefit BETWEEN 1 AND 5",
    "effort_1_to_5": "effort BETWEEN 1 AND 5",
    "risk_1_to_5": "risk BETWEEN 1 AND 5",
    "source_is_named": "(source = 'staff') = (source_id IS NULL)",
    "evaluated_who_and_when": "(evaluated_by_id IS NULL) = (evaluated_at IS NULL)",
    "decided_who_and_when": "(decided_by_id IS NULL) = (decided_at IS NULL)",
    "closed_who_and_when": "(closed_by_id IS NULL) = (closed_at IS NULL)",
    "measured_value_and_day": "(measured IS NULL) = (measured_on IS NULL)",
    "decided_by_another": "decided_by_id <> proposed_by_id",
    "approved_has_target": "state IN ('proposed', 'evaluated', 'declined') OR (target IS NOT NULL AND "
    "target_kind IS NOT NULL AND owner_id IS NOT NULL AND due_on IS NOT NULL AND decided_by_id IS NOT NULL)",
    "declined_has_reason": "state <> 'declined' OR declined_reason <> ''",
    "measured_first": "state NOT IN ('measured', 'closed') OR measured IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "improvement",
        *_columns(),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_improvement_{name}")) for name, rule in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_improvement_{name}"))
            for name in PEOPLE
        ),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_improvement_process_id")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_improvement_department_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement")),
        sa.UniqueConstraint("code", name=op.f("uq_improvement_code")),
    )
    for name in INDEXED:
        op.create_index(op.f(f"ix_improvement_{name}"), "improvement", [name])
    op.create_index("ix_improvement_state_due_on", "improvement", ["state", "due_on"])


def downgrade() -> None:
    op.drop_index("ix_improvement_state_due_on", table_name="improvement")
    for name in reversed(INDEXED):
        op.drop_index(op.f(f"ix_improvement_{name}"), table_name="improvement")
    op.drop_table("improvement")


def _columns() -> list[sa.Column]:
    def text(name: str, longest: int) -> sa.Column:
        return sa.Column(name, sa.String(length=longest), nullable=False)

    def whole(name: str, *, need: bool = False) -> sa.Column:
        return sa.Column(name, sa.Integer(), nullable=not need)

    def day(name: str, *, need: bool = False) -> sa.Column:
        return sa.Column(name, sa.Date(), nullable=not need)

    def moment(name: str) -> sa.Column:
        return sa.Column(name, sa.DateTime(timezone=True), nullable=True)

    def figure(name: str) -> sa.Column:
        return sa.Column(name, sa.Numeric(precision=24, scale=10), nullable=True)

    def choice(name: str, values: tuple[str, ...], kind: str, *, need: bool = True) -> sa.Column:
        return sa.Column(name, sa.Enum(*values, name=kind, native_enum=False, length=40), nullable=not need)

    return [
        whole("id", need=True), text("code", 40), choice("state", STATES, "improvementstate"),
        text("title", 200), text("description", 5000), choice("source", SOURCES, "improvementsource"),
        whole("source_id"), text("source_code", 60), whole("process_id"), whole("department_id"),
        whole("proposed_by_id", need=True), day("proposed_on", need=True), whole("benefit"), whole("effort"),
        whole("risk"), text("evaluation_note", 5000), whole("evaluated_by_id"), moment("evaluated_at"),
        whole("owner_id"), day("due_on"), choice("target_kind", TARGETS, "targetkind", need=False),
        text("target_what", 300), choice("better", ("higher", "lower"), "better"), text("unit", 40),
        figure("baseline"), figure("target"), whole("decided_by_id"), moment("decided_at"),
        text("declined_reason", 2000), day("started_on"), day("implemented_on"),
        text("implementation_note", 5000), figure("measured"), day("measured_on"),
        text("measurement_note", 5000), whole("closed_by_id"), moment("closed_at"), day("closed_on"),
        text("closing_note", 5000), whole("version", need=True),
    ]  # fmt: skip
