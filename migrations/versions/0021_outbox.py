"""outbox: mails of their own that carry notices, what people chose about them, the day last gathered"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATES = ("waiting", "sending", "sent", "failed", "dropped")


def upgrade() -> None:
    _mails()
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("muted", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_notice_choice_hour_of_the_day")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "notice_gathered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_gathered")),
    )
    with op.batch_alter_table("notice") as batch:
        batch.add_column(sa.Column("mail_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("unmailed", sa.String(length=20), server_default="", nullable=False))
        batch.create_foreign_key(op.f("fk_notice_mail_id"), "mail", ["mail_id"], ["id"])
        batch.drop_column("attempts")
        batch.drop_column("last_error")
    op.create_index(op.f("ix_notice_mail_id"), "notice", ["mail_id"])


def _mails() -> None:
    state = sa.Enum(*STATES, name="mailstate", native_enum=False, length=40)
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unclear", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("carried", sa.JSON(), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mail_sent_and_when")),
        sa.CheckConstraint(
            "state <> 'sending' OR claimed_at IS NOT NULL", name=op.f("ck_mail_sending_since_when")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
    )
    op.create_index(op.f("ix_mail_person_id"), "mail", ["person_id"])
    op.create_index("ix_mail_state_next_try_at", "mail", ["state", "next_try_at"])
    digest = sa.text("NOT urgent")
    op.create_index(
        "uq_mail_one_digest_a_day",
        "mail",
        ["person_id", "day"],
        unique=True,
        sqlite_where=digest,
        postgresql_where=digest,
    )


def downgrade() -> None:
    """What waited in a mail waits as a notice again; what was sent stays sent. Choices are forgotten."""
    op.drop_index(op.f("ix_notice_mail_id"), table_name="notice")
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("fk_notice_mail_id"), type_="foreignkey")
        batch.drop_column("mail_id")
        batch.drop_column("unmailed")
        batch.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("last_error", sa.String(length=500), server_default="", nullable=False))
    with op.batch_alter_table("notice") as batch:
        batch.alter_column("attempts", existing_type=sa.Integer(), server_default=None)
        batch.alter_column("last_error", existing_type=sa.String(length=500), server_default=None)
    op.drop_table("notice_gathered")
    op.drop_table("notice_choice")
    op.drop_table("mail")
