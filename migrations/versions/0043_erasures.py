"""personal data in the trail can be blanked by an act that says so

Reads like ``BLANKED`` of the model, which is not imported: a revision never changes.
"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

BLANKED = (
    "EXISTS (SELECT 1 FROM trail_erasure WHERE trail_erasure.seq = OLD.seq) AND NEW.seq = OLD.seq "
    "AND NEW.at = OLD.at AND NEW.action = OLD.action AND NEW.subject_type = OLD.subject_type "
    "AND NEW.subject_id = OLD.subject_id AND NEW.prev_hash = OLD.prev_hash AND NEW.row_hash = OLD.row_hash "
    "AND NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id"
)
REFUSED = "RAISE EXCEPTION 'trail_entry is append-only'; END; $$ LANGUAGE plpgsql"
FUNCTION = "CREATE OR REPLACE FUNCTION trail_entry_append_only() RETURNS trigger AS $$ BEGIN "
TRIGGER = "CREATE TRIGGER trail_entry_no_update BEFORE UPDATE ON trail_entry "
ABORT = "BEGIN SELECT RAISE(ABORT, 'trail_entry is append-only'); END"


def upgrade() -> None:
    """Until now every change was refused; now one of names and facts is let through that is told."""
    op.create_table(
        "trail_erasure",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blank_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", "act_seq", name=op.f("pk_trail_erasure")),
    )
    refuse_changes(["trail_erasure"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER trail_entry_no_update")
        op.execute(f"{TRIGGER}WHEN NOT ({BLANKED}) {ABORT}")
    else:
        op.execute(
            f"{FUNCTION}IF TG_OP = 'UPDATE' THEN IF {BLANKED} THEN RETURN NEW; END IF; END IF; {REFUSED}"
        )


def downgrade() -> None:
    """Refused where something was blanked: the older version would call these rows broken."""
    if op.get_bind().execute(sa.text("SELECT 1 FROM trail_erasure LIMIT 1")).first():
        raise RuntimeError("Personal data were erased: an older version could not verify the trail any more.")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER trail_entry_no_update")
        op.execute(TRIGGER + ABORT)
    else:
        op.execute(FUNCTION + REFUSED)
    allow_changes(["trail_erasure"])
    op.drop_table("trail_erasure")
