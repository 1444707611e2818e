"""fieldwork without a network"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = ("durable_mark", "photo_waiver", "quarantined_item")
PLACED = "(item_id IS NULL) = (thread IS NOT NULL)"
PLACE = "ck_answer_revision_item_or_thread"


def upgrade() -> None:
    _new_tables()
    _more_kinds_of_records()
    op.add_column("finding", sa.Column("thread", sa.String(length=36), nullable=True))
    op.create_index(op.f("ix_finding_thread"), "finding", ["thread"], unique=True)
    refuse_changes(APPEND_ONLY)


def downgrade() -> None:
    later = sa.text("SELECT count(*) FROM answer_revision WHERE kind <> 'answer' OR ruled_by_id IS NOT NULL")
    if op.get_bind().scalar(later):
        raise RuntimeError(
            "The database holds notes, signatures or rulings of fieldwork, which the older version "
            "cannot keep. Restore the backup that was made before the upgrade."
        )
    allow_changes(APPEND_ONLY)
    op.drop_index(op.f("ix_finding_thread"), table_name="finding")
    op.drop_column("finding", "thread")
    _answers_alone()
    _no_tables()


def _more_kinds_of_records() -> None:
    """SQLite copies the table. Hashes of rows stay right: they leave out what says nothing new."""
    allow_changes(["answer_revision"])
    with op.batch_alter_table("answer_revision") as batch:
        kinds = sa.Enum(
            "answer", "note", "finding", "signature", name="recordkind", native_enum=False, length=40
        )
        batch.add_column(sa.Column("kind", kinds, server_default="answer", nullable=False))
        batch.add_column(sa.Column("thread", sa.String(length=36), nullable=True))
        batch.add_column(sa.Column("payload", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("ruled_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("ruling", sa.String(length=1000), server_default="", nullable=False))
        batch.alter_column("item_id", existing_type=sa.Integer(), nullable=True)
        batch.drop_constraint("uq_answer_revision_id_body_sha256", type_="unique")
        batch.create_unique_constraint(
            "uq_answer_revision_id_body_sha256_status", ["id", "body_sha256", "status"]
        )
        batch.create_foreign_key("fk_answer_revision_ruled_by_id", "person", ["ruled_by_id"], ["id"])
        batch.create_check_constraint(op.f(PLACE), PLACED)
    op.create_index("ix_answer_revision_thread", "answer_revision", ["thread"])
    refuse_changes(["answer_revision"])


def _answers_alone() -> None:
    allow_changes(["answer_revision"])
    op.drop_index("ix_answer_revision_thread", table_name="answer_revision")
    with op.batch_alter_table("answer_revision") as batch:
        batch.drop_constraint(op.f(PLACE), type_="check")
        batch.drop_constraint("fk_answer_revision_ruled_by_id", type_="foreignkey")
        batch.drop_constraint("uq_answer_revision_id_body_sha256_status", type_="unique")
        batch.create_unique_constraint("uq_answer_revision_id_body_sha256", ["id", "body_sha256"])
        batch.alter_column("item_id", existing_type=sa.Integer(), nullable=False)
        for column in ("ruling", "ruled_by_id", "payload", "thread", "kind"):
            batch.drop_column(column)
    refuse_changes(["answer_revision"])


def _new_tables() -> None:
    op.create_table(
        "durable_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_durable_mark")),
    )
    op.create_index(op.f("ix_durable_mark_seq"), "durable_mark", ["seq"], unique=False)

    op.create_table(
        "field_device",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("chain_broken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_again", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revoke_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by_id IS NULL)",
            name=op.f("ck_field_device_who_and_when_of_revoking"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_field_device_person_id")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_field_device_revoked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_device")),
    )
    op.create_index(op.f("ix_field_device_person_id"), "field_device", ["person_id"], unique=False)

    op.create_table(
        "deposit_ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_deposit_ticket_audit_id")),
        sa.ForeignKeyConstraint(["device_id"], ["field_device.id"], name=op.f("fk_deposit_ticket_device_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deposit_ticket_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit_ticket")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_deposit_ticket_token_sha256")),
    )
    op.create_index(op.f("ix_deposit_ticket_audit_id"), "deposit_ticket", ["audit_id"], unique=False)
    op.create_index(op.f("ix_deposit_ticket_device_id"), "deposit_ticket", ["device_id"], unique=False)
    op.create_index(op.f("ix_deposit_ticket_person_id"), "deposit_ticket", ["person_id"], unique=False)

    op.create_table(
        "photo_waiver",
        sa.Column("attachment_id", sa.String(length=36), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_photo_waiver_audit_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_photo_waiver_by_id")),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_photo_waiver")),
    )
    op.create_index(op.f("ix_photo_waiver_audit_id"), "photo_waiver", ["audit_id"], unique=False)

    op.create_table(
        "presence",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_presence_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_presence_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "person_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "quarantined_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_quarantined_item_audit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quarantined_item_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_item")),
        sa.UniqueConstraint("device_id", "raw_sha256", name=op.f("uq_quarantined_item_device_id_raw_sha256")),
    )
    op.create_index(op.f("ix_quarantined_item_audit_id"), "quarantined_item", ["audit_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum("partial", "stored", "held", "refused", name="uploadstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_upload_not_empty")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_upload_audit_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_upload_author_id")),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_item.id"], name=op.f("fk_upload_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_audit_id"), "upload", ["audit_id"], unique=False)


def _no_tables() -> None:
    op.drop_index(op.f("ix_upload_audit_id"), table_name="upload")

    op.drop_table("upload")
    op.drop_index(op.f("ix_quarantined_item_audit_id"), table_name="quarantined_item")

    op.drop_table("quarantined_item")
    op.drop_table("presence")
    op.drop_index(op.f("ix_photo_waiver_audit_id"), table_name="photo_waiver")

    op.drop_table("photo_waiver")
    op.drop_index(op.f("ix_deposit_ticket_person_id"), table_name="deposit_ticket")
    op.drop_index(op.f("ix_deposit_ticket_device_id"), table_name="deposit_ticket")
    op.drop_index(op.f("ix_deposit_ticket_audit_id"), table_name="deposit_ticket")

    op.drop_table("deposit_ticket")
    op.drop_index(op.f("ix_field_device_person_id"), table_name="field_device")

    op.drop_table("field_device")
    op.drop_index(op.f("ix_durable_mark_seq"), table_name="durable_mark")

    op.drop_table("durable_mark")
