"""review meetings: agenda with notes, the option chosen, signatures of attendance"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

APPEND_ONLY = ("attendance_signature",)


def upgrade() -> None:
    with op.batch_alter_table("review") as table:
        table.add_column(sa.Column("begins", sa.Time(), nullable=True))
        table.add_column(sa.Column("length", sa.Integer(), nullable=False, server_default="150"))
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("chosen", sa.String(length=5000), nullable=False, server_default=""))
    for name, column in (("review", "length"), ("decision", "chosen")):
        with op.batch_alter_table(name) as table:
            table.alter_column(column, server_default=None)
    op.create_table(
        "review_agenda_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("input_key", sa.String(length=40), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("notes", sa.String(length=50000), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "minutes BETWEEN 0 AND 600", name=op.f("ck_review_agenda_item_minutes_of_a_meeting")
        ),
        sa.CheckConstraint(
            "input_key IS NOT NULL OR title <> ''", name=op.f("ck_review_agenda_item_about_something")
        ),
        sa.CheckConstraint(
            "(noted_by_id IS NULL) = (noted_at IS NULL)",
            name=op.f("ck_review_agenda_item_noted_who_and_when"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_agenda_item_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["speaker_id"], ["person.id"], name=op.f("fk_review_agenda_item_speaker_id")),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["person.id"], name=op.f("fk_review_agenda_item_noted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_agenda_item")),
        sa.UniqueConstraint("review_id", "input_key", name=op.f("uq_review_agenda_item_review_id_input_key")),
    )
    op.create_index(op.f("ix_review_agenda_item_review_id"), "review_agenda_item", ["review_id"])
    op.create_table(
        "attendance_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "way", sa.Enum("pen", "sign_in", name="signedby", native_enum=False, length=40), nullable=False
        ),
        sa.Column("strokes", sa.JSON(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_attendance_signature_size_of_the_pad")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_attendance_signature_review_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_signature_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_attendance_signature_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_signature")),
    )
    op.create_index(op.f("ix_attendance_signature_review_id"), "attendance_signature", ["review_id"])
    refuse_changes(APPEND_ONLY)


def downgrade() -> None:
    allow_changes(APPEND_ONLY)
    op.drop_table("attendance_signature")
    op.drop_table("review_agenda_item")
    with op.batch_alter_table("decision") as table:
        table.drop_column("chosen")
    with op.batch_alter_table("review") as table:
        table.drop_column("length")
        table.drop_column("begins")
