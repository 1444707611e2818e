"""sources of files: how each is read, and what the pick-up folder brought"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("pattern", sa.String(length=255), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("due_day BETWEEN 1 AND 28", name=op.f("ck_data_source_due_day_is_in_every_month")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_data_source_owner_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_data_source_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_source")),
        sa.UniqueConstraint("name", name=op.f("uq_data_source_name")),
    )
    op.create_index(op.f("ix_data_source_owner_id"), "data_source", ["owner_id"])
    op.create_table(
        "picked_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("kept_as", sa.String(length=400), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["data_source.id"], name=op.f("fk_picked_file_source_id")),
        sa.ForeignKeyConstraint(["import_id"], ["import_file.id"], name=op.f("fk_picked_file_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picked_file")),
    )
    op.create_index(op.f("ix_picked_file_run_at"), "picked_file", ["run_at"])
    op.create_index(op.f("ix_picked_file_source_id"), "picked_file", ["source_id"])


def downgrade() -> None:
    op.drop_table("picked_file")
    op.drop_table("data_source")
