"""second factors: the app's key, recovery codes, passkeys, and the roles that must have one"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

FACTOR, CODE, PASSKEY = "second_factor", "recovery_code", "passkey"


def upgrade() -> None:
    """Nobody has one yet, and no role needs one."""
    op.create_table(
        FACTOR,
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=True),
        sa.Column("method", sa.String(length=20), nullable=True),
        sa.Column("secret", sa.String(length=500), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("handle", name=op.f("uq_second_factor_handle")),
    )
    op.create_table(
        CODE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("hashed", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), CODE, ["person_id"])
    op.create_table(
        PASSKEY,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=4096), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=40), nullable=False),
        sa.Column("extensions", sa.String(length=500), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passkey_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_person_id"), PASSKEY, ["person_id"])
    op.add_column(
        "organisation",
        sa.Column("second_factor_roles", sa.String(length=400), nullable=False, server_default=""),
    )
    with op.batch_alter_table("organisation") as batch:
        batch.alter_column("second_factor_roles", server_default=None)


def downgrade() -> None:
    """Everybody signs in by password alone again."""
    with op.batch_alter_table("organisation") as batch:
        batch.drop_column("second_factor_roles")
    op.drop_index(op.f("ix_passkey_person_id"), PASSKEY)
    op.drop_table(PASSKEY)
    op.drop_index(op.f("ix_recovery_code_person_id"), CODE)
    op.drop_table(CODE)
    op.drop_table(FACTOR)
