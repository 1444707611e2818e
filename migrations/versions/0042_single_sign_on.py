"""accounts bound to a person at an OpenID provider"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TABLE = "sign_in_identity"


def upgrade() -> None:
    """Nobody is bound at first; the first sign-in binds."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_sign_in_identity_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_sign_in_identity_issuer_subject")),
        sa.UniqueConstraint("person_id", "issuer", name=op.f("uq_sign_in_identity_person_id_issuer")),
    )
    op.create_index(op.f("ix_sign_in_identity_person_id"), TABLE, ["person_id"])


def downgrade() -> None:
    """The bonds are lost; a sign-in with a confirmed address binds anew."""
    op.drop_index(op.f("ix_sign_in_identity_person_id"), TABLE)
    op.drop_table(TABLE)
