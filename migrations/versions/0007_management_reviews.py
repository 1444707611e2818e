"""management reviews"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


APPEND_ONLY = ("frozen_file", "frozen_pack")


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("meets_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned", "preparing", "held", "approved", name="reviewstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("chair_id", sa.Integer(), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("suitability", sa.String(length=5000), nullable=False),
        sa.Column("adequacy", sa.String(length=5000), nullable=False),
        sa.Column("effectiveness", sa.String(length=5000), nullable=False),
        sa.Column("minutes", sa.String(length=20000), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)", name=op.f("ck_review_approved_who_and_when")
        ),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_review_period_in_order")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_review_approved_by_id")),
        sa.ForeignKeyConstraint(["chair_id"], ["person.id"], name=op.f("fk_review_chair_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_review_prepared_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("code", name=op.f("uq_review_code")),
    )
    op.create_table(
        "frozen_file",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_frozen_file_review_id")),
        sa.PrimaryKeyConstraint("review_id", "version", "language", "format", name=op.f("pk_frozen_file")),
    )
    op.create_table(
        "frozen_pack",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["person.id"], name=op.f("fk_frozen_pack_frozen_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_frozen_pack_review_id")),
        sa.PrimaryKeyConstraint("review_id", "version", name=op.f("pk_frozen_pack")),
    )
    op.create_table(
        "review_input",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column(
            "key",
            sa.Enum(
                "a",
                "b",
                "c1",
                "c2",
                "c3",
                "d",
                "e",
                "f",
                "g",
                "h",
                "i",
                "j",
                "k",
                "l",
                name="inputkey",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=50000), nullable=False),
        sa.Column("nothing_to_report", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT nothing_to_report OR reason <> ''", name=op.f("ck_review_input_nothing_needs_a_reason")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_review_input_owner_id")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_input_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_review_input_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_input")),
        sa.UniqueConstraint("review_id", "key", name=op.f("uq_review_input_review_id_key")),
    )
    op.create_index(op.f("ix_review_input_review_id"), "review_input", ["review_id"], unique=False)
    op.create_table(
        "review_participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(length=100), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_participant_person_id")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_participant_review_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_participant")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_review_participant_review_id_person_id")),
    )
    op.create_index(
        op.f("ix_review_participant_review_id"), "review_participant", ["review_id"], unique=False
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "input_key",
            sa.Enum(
                "a",
                "b",
                "c1",
                "c2",
                "c3",
                "d",
                "e",
                "f",
                "g",
                "h",
                "i",
                "j",
                "k",
                "l",
                name="inputkey",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("asked", "taken", "rejected", name="decisionstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("rationale", sa.String(length=5000), nullable=False),
        sa.Column("options", sa.String(length=5000), nullable=False),
        sa.Column("resources", sa.String(length=500), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'taken' OR (owner_id IS NOT NULL AND due_on IS NOT NULL)",
            name=op.f("ck_decision_taken_has_owner_and_date"),
        ),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_decision_action_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_decision_owner_id")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_decision_review_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_decision_review_id_number")),
    )
    op.create_index(op.f("ix_decision_review_id"), "decision", ["review_id"], unique=False)
    refuse_changes(APPEND_ONLY)
    # The two tables name each other: SQLite took the key above, PostgreSQL takes it now that both are there.
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(op.f("fk_action_review_id"), "action", "review", ["review_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("fk_action_review_id"), "action", type_="foreignkey")
    allow_changes(APPEND_ONLY)
    op.drop_index(op.f("ix_decision_review_id"), table_name="decision")
    op.drop_table("decision")
    op.drop_index(op.f("ix_review_participant_review_id"), table_name="review_participant")
    op.drop_table("review_participant")
    op.drop_index(op.f("ix_review_input_review_id"), table_name="review_input")
    op.drop_table("review_input")
    op.drop_table("frozen_pack")
    op.drop_table("frozen_file")
    op.drop_table("review")
