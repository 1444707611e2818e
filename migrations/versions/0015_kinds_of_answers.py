"""kinds of answers: how a question is answered, on what it depends, what it weighs; its lineage"""

from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("checklist_question", "checklist_item")
SPACE = UUID("6d1f2f5e-3d0b-4c53-9a53-5a3a1a3c7b11")
"""The name space of lineages given to what was there before."""
KINDS = ("grade", "yes_no", "score", "number", "date", "choice", "text", "photo")
NEEDS = ("nothing", "note", "file", "sample")
COLUMNS = ("kind", "settings", "needs", "weight", "asked_if", "asked_when", "topic", "lineage")


def upgrade() -> None:
    op.add_column("checklist", sa.Column("clauses", sa.JSON(), nullable=True))
    for table in TABLES:
        for column in _columns():
            op.add_column(table, column)
    _give_lineages()
    for table, unique in zip(TABLES, ("version_id", "checklist_id"), strict=True):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("lineage", existing_type=sa.String(length=36), nullable=False)
            batch.create_unique_constraint(op.f(f"uq_{table}_{unique}_lineage"), [unique, "lineage"])
        op.create_index(op.f(f"ix_{table}_lineage"), table, ["lineage"])
    with op.batch_alter_table("checklist_question") as batch:
        batch.create_check_constraint(op.f("ck_checklist_question_weight_0_to_10"), "weight BETWEEN 0 AND 10")


def downgrade() -> None:
    replied = sa.text("SELECT count(*) FROM answer_revision WHERE CAST(payload AS TEXT) LIKE '%\"reply\"%'")
    if op.get_bind().scalar(replied):
        raise RuntimeError(
            "The database holds answers of kinds that the older version does not know. Restore the backup "
            "that was made before the upgrade."
        )
    with op.batch_alter_table("checklist_question") as batch:
        batch.drop_constraint(op.f("ck_checklist_question_weight_0_to_10"), type_="check")
    for table, unique in zip(TABLES, ("version_id", "checklist_id"), strict=True):
        op.drop_index(op.f(f"ix_{table}_lineage"), table_name=table)
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"uq_{table}_{unique}_lineage"), type_="unique")
            for name in COLUMNS:
                batch.drop_column(name)
    op.drop_column("checklist", "clauses")


def _columns() -> list[sa.Column]:
    def text(name: str, longest: int) -> sa.Column:
        return sa.Column(name, sa.String(length=longest), server_default="", nullable=False)

    kind = sa.Enum(*KINDS, name="responsekind", native_enum=False, length=40)
    need = sa.Enum(*NEEDS, name="need", native_enum=False, length=40)
    return [
        sa.Column("kind", kind, server_default="grade", nullable=False),
        sa.Column("settings", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("needs", need, server_default="nothing", nullable=False),
        sa.Column("weight", sa.Integer(), server_default="1", nullable=False),
        text("asked_if", 36),
        sa.Column("asked_when", sa.JSON(), server_default="[]", nullable=False),
        text("topic", 60),
        sa.Column("lineage", sa.String(length=36), nullable=True),
    ]


def _give_lineages() -> None:
    """The same clause of the same section of a template is the same question in all versions and copies."""
    of_questions = """
        SELECT q.id, v.template_id, q.version_id, q.section, q.clause, q.position
        FROM checklist_question q JOIN checklist_template_version v ON v.id = q.version_id ORDER BY q.id"""
    of_items = """
        SELECT i.id, v.template_id, i.checklist_id, i.section, i.clause, i.position
        FROM checklist_item i JOIN checklist c ON c.id = i.checklist_id
        JOIN checklist_template_version v ON v.id = c.version_id ORDER BY i.id"""
    for table, query in zip(TABLES, (of_questions, of_items), strict=True):
        taken: set[tuple[int, str]] = set()
        for row, template, within, section, clause, position in op.get_bind().execute(sa.text(query)).all():
            lineage = str(
                uuid5(SPACE, f"{template}/{section}/{clause}" if clause else f"{template}#{position}")
            )
            if (within, lineage) in taken:
                lineage = str(uuid5(SPACE, f"{table}{row}"))
            taken.add((within, lineage))
            rows = sa.table(table, sa.column("id"), sa.column("lineage"))
            op.get_bind().execute(sa.update(rows).where(rows.c.id == row).values(lineage=lineage))
