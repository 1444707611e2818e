"""redefinitions: a change says whether the process changed or what is measured, and what was before"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = ("process", "definition")


def upgrade() -> None:
    """What was recorded so far are changes of the process."""
    kind = sa.Enum(*KINDS, name="changekind", native_enum=False, length=40)
    with op.batch_alter_table("process_change") as batch:
        batch.add_column(sa.Column("kind", kind, server_default="process", nullable=False))
        batch.add_column(sa.Column("before", sa.JSON(), server_default="{}", nullable=False))
    with op.batch_alter_table("process_change") as batch:
        batch.alter_column("kind", server_default=None)
        batch.alter_column("before", server_default=None)


def downgrade() -> None:
    """A redefinition stays as a change of the process: limits still begin anew there."""
    with op.batch_alter_table("process_change") as batch:
        batch.drop_column("before")
        batch.drop_column("kind")
