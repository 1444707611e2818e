"""sessions as rows, that can be listed and ended"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLE = "sign_in_session"
REASONS = ("signed_out", "renewed", "by_hand", "password", "factor", "rights")


def upgrade() -> None:
    """Nobody has a session yet: everybody signs in once more."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stays", sa.Boolean(), nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Enum(*REASONS, name="why", native_enum=False, length=40), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (why IS NULL)", name=op.f("ck_sign_in_session_when_and_why_of_the_end")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"],
            ["person.id"],
            name=op.f("fk_sign_in_session_ended_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_sign_in_session_secret_sha256")),
    )
    for column in ("person_id", "ends_at"):
        op.create_index(op.f(f"ix_sign_in_session_{column}"), TABLE, [column])


def downgrade() -> None:
    """Everybody signs in once more."""
    for column in ("ends_at", "person_id"):
        op.drop_index(op.f(f"ix_sign_in_session_{column}"), TABLE)
    op.drop_table(TABLE)
