"""competence and independence"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PRESENT = (
    ("member", "department_id", "SELECT id, department_id FROM person WHERE department_id IS NOT NULL"),
    ("head", "department_id", "SELECT head_id, id FROM department WHERE head_id IS NOT NULL"),
    ("owner", "process_id", "SELECT owner_id, id FROM process WHERE owner_id IS NOT NULL"),
)
"""Who works where now: the history begins with it, without a first day."""


def upgrade() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("independence_months", sa.Integer(), server_default="12", nullable=False))
        batch.create_check_constraint(
            op.f("ck_organisation_independence_months_plausible"), "independence_months BETWEEN 0 AND 120"
        )
    with op.batch_alter_table("organisation") as batch:
        batch.alter_column("independence_months", existing_type=sa.Integer(), server_default=None)
    _tenure()
    _competence()
    _waiver()


def downgrade() -> None:
    for table in ("waiver", "competence", "tenure"):
        op.drop_table(table)
    with op.batch_alter_table("organisation") as batch:
        batch.drop_constraint(op.f("ck_organisation_independence_months_plausible"), type_="check")
        batch.drop_column("independence_months")


def _tenure() -> None:
    op.create_table(
        "tenure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("post", _enum("post", "member", "head", "owner"), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(department_id IS NULL) <> (process_id IS NULL)", name=op.f("ck_tenure_department_or_process")
        ),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_tenure_ends_after_start")),
        *_references("tenure", person_id="person", department_id="department", process_id="process"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenure")),
    )
    op.create_index(op.f("ix_tenure_person_id"), "tenure", ["person_id"])
    for post, column, present in PRESENT:
        op.execute(f"INSERT INTO tenure (person_id, post, {column}) {_with_post(present, post)}")


def _with_post(present: str, post: str) -> str:
    first, rest = present.split(", ", 1)
    return f"{first}, '{post}', {rest}"


def _competence() -> None:
    op.create_table(
        "competence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("skill", _enum("skill", "auditing", "leading", "standard", "discipline"), nullable=False),
        sa.Column("standard", sa.String(length=100), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("basis", _enum("basis", "training", "exam", "experience", "observation"), nullable=False),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("evaluated_by_id", sa.Integer(), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("renews_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_checks(
            "competence",
            ends_after_award="ends_on >= awarded_on",
            standard_named="(skill = 'standard') = (standard <> '')",
            area_named="(skill = 'discipline') = (area <> '')",
            withdrawn_why_and_when="(withdrawn_on IS NULL) = (withdrawn_reason = '')",
            evaluated_by_somebody="evaluated_by_id IS NOT NULL OR issuer <> ''",
        ),
        *_references("competence", person_id="person", evaluated_by_id="person", renews_id="competence"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence")),
        sa.UniqueConstraint("renews_id", name=op.f("uq_competence_renews_id")),
    )
    op.create_index(op.f("ix_competence_person_id"), "competence", ["person_id"])
    op.create_index("ix_competence_ends_on", "competence", ["ends_on"])


def _waiver() -> None:
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("waiverkind", "independence", "competence"), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("measure", sa.String(length=2000), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_checks(
            "waiver",
            approved_who_and_when="(approved_by_id IS NULL) = (approved_at IS NULL)",
            withdrawn_who_and_when="(withdrawn_by_id IS NULL) = (withdrawn_at IS NULL)",
            approved_by_another="approved_by_id IS NULL OR approved_by_id <> person_id",
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_waiver_audit_id"), ondelete="CASCADE"
        ),
        *_references(
            "waiver",
            person_id="person",
            asked_by_id="person",
            approved_by_id="person",
            withdrawn_by_id="person",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index(op.f("ix_waiver_audit_id"), "waiver", ["audit_id"])
    op.create_index(op.f("ix_waiver_person_id"), "waiver", ["person_id"])


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in columns.items()
    ]


def _checks(table: str, **rules: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()]
