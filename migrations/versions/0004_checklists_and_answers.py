"""checklists and answers"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


APPEND_ONLY = ("answer_base", "answer_revision")


def upgrade() -> None:
    op.create_table(
        "checklist_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("standard", sa.String(length=100), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("copied_from_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["copied_from_id"], ["checklist_template.id"], name=op.f("fk_checklist_template_copied_from_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_template")),
        sa.UniqueConstraint("key", name=op.f("uq_checklist_template_key")),
    )
    op.create_table(
        "checklist_template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("attribution_en", sa.String(length=1000), nullable=False),
        sa.Column("attribution_zh", sa.String(length=1000), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "retired", name="versionstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_checklist_template_version_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_checklist_template_version_published_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["checklist_template.id"], name=op.f("fk_checklist_template_version_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_template_version")),
        sa.UniqueConstraint(
            "template_id", "number", name=op.f("uq_checklist_template_version_template_id_number")
        ),
    )
    op.create_index(
        op.f("ix_checklist_template_version_template_id"),
        "checklist_template_version",
        ["template_id"],
        unique=False,
    )
    op.create_table(
        "checklist_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=200), nullable=False),
        sa.Column("assessable", sa.Boolean(), nullable=False),
        sa.Column("title_en", sa.String(length=500), nullable=False),
        sa.Column("title_zh", sa.String(length=500), nullable=False),
        sa.Column("prompt_en", sa.String(length=5000), nullable=False),
        sa.Column("prompt_zh", sa.String(length=5000), nullable=False),
        sa.Column("evidence_en", sa.String(length=2000), nullable=False),
        sa.Column("evidence_zh", sa.String(length=2000), nullable=False),
        sa.Column("documented_information", sa.Boolean(), nullable=False),
        sa.Column("process_code", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["checklist_template_version.id"],
            name=op.f("fk_checklist_question_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_question")),
    )
    op.create_index(
        op.f("ix_checklist_question_version_id"), "checklist_question", ["version_id"], unique=False
    )
    op.create_table(
        "checklist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_checklist_audit_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_checklist_created_by_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["checklist_template_version.id"], name=op.f("fk_checklist_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
    )
    op.create_index(op.f("ix_checklist_audit_id"), "checklist", ["audit_id"], unique=False)
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=200), nullable=False),
        sa.Column("assessable", sa.Boolean(), nullable=False),
        sa.Column("title_en", sa.String(length=500), nullable=False),
        sa.Column("title_zh", sa.String(length=500), nullable=False),
        sa.Column("prompt_en", sa.String(length=5000), nullable=False),
        sa.Column("prompt_zh", sa.String(length=5000), nullable=False),
        sa.Column("evidence_en", sa.String(length=2000), nullable=False),
        sa.Column("evidence_zh", sa.String(length=2000), nullable=False),
        sa.Column("documented_information", sa.Boolean(), nullable=False),
        sa.Column("process_code", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"],
            ["checklist.id"],
            name=op.f("fk_checklist_item_checklist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_checklist_item_process_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
    )
    op.create_index(op.f("ix_checklist_item_checklist_id"), "checklist_item", ["checklist_id"], unique=False)
    op.create_index(op.f("ix_checklist_item_process_id"), "checklist_item", ["process_id"], unique=False)
    op.create_table(
        "answer_revision",
        sa.Column("server_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column(
            "value",
            sa.Enum(
                "conform",
                "minor",
                "major",
                "observation",
                "ofi",
                "good_practice",
                "not_applicable",
                "open",
                name="verdict",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=20000), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("device_seq", sa.Integer(), nullable=False),
        sa.Column("client_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tz_offset", sa.Integer(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("attachment_ids", sa.JSON(), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum("accepted", "held", name="revisionstatus", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("held_reason", sa.String(length=40), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("row_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("device_seq > 0", name=op.f("ck_answer_revision_device_seq_counts_from_1")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_answer_revision_audit_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_answer_revision_author_id")),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_item.id"], name=op.f("fk_answer_revision_item_id")),
        sa.PrimaryKeyConstraint("server_seq", name=op.f("pk_answer_revision")),
        sa.UniqueConstraint("id", "body_sha256", name=op.f("uq_answer_revision_id_body_sha256")),
        sa.UniqueConstraint("row_hash", name=op.f("uq_answer_revision_row_hash")),
    )
    op.create_index(
        "ix_answer_revision_audit_id_server_seq", "answer_revision", ["audit_id", "server_seq"], unique=False
    )
    op.create_index("ix_answer_revision_device", "answer_revision", ["device_id", "device_seq"], unique=False)
    op.create_index(op.f("ix_answer_revision_id"), "answer_revision", ["id"], unique=False)
    op.create_index(op.f("ix_answer_revision_item_id"), "answer_revision", ["item_id"], unique=False)
    op.create_table(
        "answer_base",
        sa.Column("child_seq", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_seq"], ["answer_revision.server_seq"], name=op.f("fk_answer_base_child_seq")
        ),
        sa.PrimaryKeyConstraint("child_seq", "base_id", name=op.f("pk_answer_base")),
    )
    op.create_index(op.f("ix_answer_base_base_id"), "answer_base", ["base_id"], unique=False)
    refuse_changes(APPEND_ONLY)


def downgrade() -> None:
    allow_changes(APPEND_ONLY)
    op.drop_index(op.f("ix_answer_base_base_id"), table_name="answer_base")
    op.drop_table("answer_base")
    op.drop_index(op.f("ix_answer_revision_item_id"), table_name="answer_revision")
    op.drop_index(op.f("ix_answer_revision_id"), table_name="answer_revision")
    op.drop_index("ix_answer_revision_device", table_name="answer_revision")
    op.drop_index("ix_answer_revision_audit_id_server_seq", table_name="answer_revision")
    op.drop_table("answer_revision")
    op.drop_index(op.f("ix_checklist_item_process_id"), table_name="checklist_item")
    op.drop_index(op.f("ix_checklist_item_checklist_id"), table_name="checklist_item")
    op.drop_table("checklist_item")
    op.drop_index(op.f("ix_checklist_audit_id"), table_name="checklist")
    op.drop_table("checklist")
    op.drop_index(op.f("ix_checklist_question_version_id"), table_name="checklist_question")
    op.drop_table("checklist_question")
    op.drop_index(op.f("ix_checklist_template_version_template_id"), table_name="checklist_template_version")
    op.drop_table("checklist_template_version")
    op.drop_table("checklist_template")
