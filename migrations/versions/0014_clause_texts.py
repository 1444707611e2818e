"""clause texts under licence: their sources, and the texts"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clause_text_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(length=100), nullable=False),
        sa.Column("standard_name", sa.String(length=100), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "language", sa.Enum("en", "zh", name="textlanguage", native_enum=False, length=40), nullable=False
        ),
        sa.Column("licence_holder", sa.String(length=200), nullable=False),
        sa.Column("licence_note", sa.String(length=2000), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "licence_holder <> '' AND licence_note <> ''", name=op.f("ck_clause_text_source_licence_is_told")
        ),
        sa.CheckConstraint("row_count > 0", name=op.f("ck_clause_text_source_rows_imported")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL) "
            "AND (withdrawn_at IS NULL) = (withdrawn_reason = '')",
            name=op.f("ck_clause_text_source_withdrawn_by_whom_when_and_why"),
        ),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["person.id"], name=op.f("fk_clause_text_source_imported_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_clause_text_source_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_text_source")),
    )
    op.create_index("ix_clause_text_source_standard_name", "clause_text_source", ["standard_name"])
    op.create_table(
        "clause_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("clause <> '' AND text <> ''", name=op.f("ck_clause_text_clause_and_text")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["clause_text_source.id"], name=op.f("fk_clause_text_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_text")),
        sa.UniqueConstraint("source_id", "clause", name=op.f("uq_clause_text_source_id_clause")),
    )
    op.create_index("ix_clause_text_clause", "clause_text", ["clause"])


def downgrade() -> None:
    op.drop_index("ix_clause_text_clause", table_name="clause_text")
    op.drop_table("clause_text")
    op.drop_index("ix_clause_text_source_standard_name", table_name="clause_text_source")
    op.drop_table("clause_text_source")
