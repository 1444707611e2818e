"""preparing reviews: quorum, deputies, requests with a date, the climate decision"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

CLIMATE = sa.Enum("open", "relevant", "not_relevant", name="climate", native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("review") as table:
        table.add_column(sa.Column("quorum", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("climate", CLIMATE, nullable=False, server_default="open"))
        table.add_column(
            sa.Column("climate_reason", sa.String(length=2000), nullable=False, server_default="")
        )
        table.create_check_constraint(op.f("ck_review_quorum_counts_heads"), "quorum >= 0")
        table.create_check_constraint(
            op.f("ck_review_climate_has_a_reason"), "climate = 'open' OR climate_reason <> ''"
        )
    with op.batch_alter_table("review") as table:
        for name in ("quorum", "climate", "climate_reason"):
            table.alter_column(name, server_default=None)
    with op.batch_alter_table("review_participant") as table:
        table.add_column(sa.Column("required", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("deputy_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("stood_in", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_foreign_key(op.f("fk_review_participant_deputy_id"), "person", ["deputy_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_review_participant_stood_in_for_the_absent"),
            "NOT stood_in OR (deputy_id IS NOT NULL AND attended = false)",
        )
        table.create_index(op.f("ix_review_participant_deputy_id"), ["deputy_id"])
    with op.batch_alter_table("review_participant") as table:
        for name in ("required", "stood_in"):
            table.alter_column(name, server_default=None)
    with op.batch_alter_table("review_input") as table:
        table.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("review_input") as table:
        table.drop_column("asked_at")
        table.drop_column("due_on")
    with op.batch_alter_table("review_participant") as table:
        table.drop_index(op.f("ix_review_participant_deputy_id"))
        table.drop_constraint(op.f("ck_review_participant_stood_in_for_the_absent"), type_="check")
        table.drop_constraint(op.f("fk_review_participant_deputy_id"), type_="foreignkey")
        for name in ("stood_in", "deputy_id", "required"):
            table.drop_column(name)
    with op.batch_alter_table("review") as table:
        table.drop_constraint(op.f("ck_review_climate_has_a_reason"), type_="check")
        table.drop_constraint(op.f("ck_review_quorum_counts_heads"), type_="check")
        for name in ("climate_reason", "climate", "quorum"):
            table.drop_column(name)
