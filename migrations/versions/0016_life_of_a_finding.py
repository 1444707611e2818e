"""life of a finding: dispute, correction, cause, plan and its approval, progress, effectiveness as states;
every verification and check of effectiveness as a record"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PROOFS = ("record", "sample", "figure", "observation", "document")
MOMENTS = ("disputed_at", "dispute_decided_at", "analysed_at", "proposed_at", "started_at")
PEOPLE = ("dispute_decided_by_id", "planned_by_id")
TEXTS = {
    "dispute_reason": 5000,
    "dispute_answer": 5000,
    "effectiveness_criterion": 2000,
    "effectiveness_record": 500,
}
NAMES = (
    *MOMENTS,
    *PEOPLE,
    *TEXTS,
    "effectiveness_shown_by",
    "effectiveness_record_on",
    "effectiveness_failures",
)
CHECKS = {
    "dispute_who_and_when": "(dispute_decided_by_id IS NULL) = (dispute_decided_at IS NULL)",
    "planned_who_and_when": "planned_by_id IS NULL OR planned_at IS NOT NULL",
}


def upgrade() -> None:
    with op.batch_alter_table("finding") as batch:
        for name in MOMENTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in PEOPLE:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_finding_{name}"), "person", [name], ["id"])
        for name, longest in TEXTS.items():
            batch.add_column(sa.Column(name, sa.String(length=longest), server_default="", nullable=False))
        proof = sa.Enum(*PROOFS, name="proof", native_enum=False, length=40)
        batch.add_column(sa.Column("effectiveness_shown_by", proof, nullable=True))
        batch.add_column(sa.Column("effectiveness_record_on", sa.Date(), nullable=True))
        batch.add_column(
            sa.Column("effectiveness_failures", sa.Integer(), server_default="0", nullable=False)
        )
        for name, rule in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_finding_{name}"), rule)
    op.create_table(
        "finding_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("verification", "effectiveness", name="checkkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=5000), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_finding_check_by_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_check_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_check")),
    )
    op.create_index(op.f("ix_finding_check_finding_id"), "finding_check", ["finding_id"])
    _keep_what_was_verified()
    # A plan that was agreed is being carried out; a correction with its day is done.
    op.execute("UPDATE finding SET state = 'in_progress' WHERE state = 'planned'")
    op.execute(
        "UPDATE finding SET state = 'corrected' WHERE state = 'accepted' AND correction_done_on IS NOT NULL"
    )
    refuse_changes(("finding_check",))


def _keep_what_was_verified() -> None:
    op.execute(
        "INSERT INTO finding_check (finding_id, kind, passed, by_id, at, note) "
        "SELECT id, 'verification', TRUE, verified_by_id, verified_at, verification_note FROM finding "
        "WHERE verified_by_id IS NOT NULL ORDER BY id"
    )
    op.execute(
        "INSERT INTO finding_check (finding_id, kind, passed, by_id, at, note) "
        "SELECT id, 'effectiveness', TRUE, closed_by_id, closed_at, effectiveness_note FROM finding "
        "WHERE closed_by_id IS NOT NULL AND grade IN ('major', 'minor') ORDER BY id"
    )


def downgrade() -> None:
    disputed = op.get_bind().scalar(sa.text("SELECT count(*) FROM finding WHERE state = 'disputed'"))
    if disputed:
        raise RuntimeError(
            "The database holds disputed findings, which the older version does not know. Decide them first, "
            "or restore the backup that was made before the upgrade."
        )
    op.execute("UPDATE finding SET state = 'planned' WHERE state = 'in_progress'")
    op.execute("UPDATE finding SET state = 'accepted' WHERE state IN ('corrected', 'analysed', 'proposed')")
    op.execute("UPDATE finding SET state = 'verified' WHERE state = 'effectiveness_due'")
    allow_changes(("finding_check",))
    op.drop_table("finding_check")
    with op.batch_alter_table("finding") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_finding_{name}"), type_="check")
        for name in PEOPLE:
            batch.drop_constraint(op.f(f"fk_finding_{name}"), type_="foreignkey")
        for name in NAMES:
            batch.drop_column(name)
