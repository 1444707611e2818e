"""targets over time: what is aimed at holds from a month on, and is no longer one number of the indicator"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BEGINNING = date(1990, 1, 1)
NUMBERS = ("target", "low", "high")
EXACT = sa.Numeric(precision=24, scale=10, asdecimal=False)
indicator = sa.table("indicator", sa.column("id", sa.Integer), *(sa.column(name, EXACT) for name in NUMBERS))
MOMENT = sa.DateTime(timezone=True)
row = sa.table(
    "indicator_target",
    sa.column("indicator_id", sa.Integer),
    sa.column("period", sa.Date),
    sa.column("reason", sa.String),
    sa.column("at", MOMENT),
    sa.column("taken_back_at", MOMENT),
    sa.column("taken_back_reason", sa.String),
    *(sa.column(name, EXACT) for name in NUMBERS),
)


def upgrade() -> None:
    """The one target that each indicator had holds from the beginning."""
    op.create_table(
        "indicator_target",
        sa.Column("target", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("low", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("high", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.Column("taken_back_reason", sa.String(length=1000), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "reason <> '' OR period = '1990-01-01'", name=op.f("ck_indicator_target_later_one_has_reason")
        ),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_reason = '')",
            name=op.f("ck_indicator_target_taken_back_with_reason"),
        ),
        sa.CheckConstraint(
            "low IS NULL OR high IS NULL OR low < high", name=op.f("ck_indicator_target_band_has_width")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_indicator_target_indicator_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_indicator_target_by_id")),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["person.id"], name=op.f("fk_indicator_target_taken_back_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_target")),
    )
    op.create_index(op.f("ix_indicator_target_indicator_id"), "indicator_target", ["indicator_id"])
    numbers = [indicator.c[name] for name in NUMBERS]
    op.execute(
        row.insert().from_select(
            ["indicator_id", "period", "reason", "at", "taken_back_reason", *NUMBERS],
            sa.select(
                indicator.c.id,
                sa.literal(BEGINNING, sa.Date),
                sa.literal(""),
                sa.literal(datetime.now(UTC), MOMENT),
                sa.literal(""),
                *numbers,
            ).where(sa.or_(*(number.is_not(None) for number in numbers))),
        )
    )
    with op.batch_alter_table("indicator") as batch:
        batch.drop_constraint(op.f("ck_indicator_band_has_width"), type_="check")
        for name in NUMBERS:
            batch.drop_column(name)


def downgrade() -> None:
    """The target that holds now becomes the one of the indicator; the others are lost."""
    with op.batch_alter_table("indicator") as batch:
        for name in NUMBERS:
            batch.add_column(sa.Column(name, sa.Numeric(precision=24, scale=10), nullable=True))
        batch.create_check_constraint(
            op.f("ck_indicator_band_has_width"), "low IS NULL OR high IS NULL OR low < high"
        )
    query = sa.select(row.c.indicator_id, *(row.c[name] for name in NUMBERS)).where(
        row.c.taken_back_at.is_(None), row.c.period <= datetime.now(UTC).date()
    )
    for indicator_id, *numbers in list(op.get_bind().execute(query.order_by(row.c.period))):
        facts = dict(zip(NUMBERS, numbers, strict=True))
        op.execute(indicator.update().where(indicator.c.id == indicator_id).values(facts))
    op.drop_table("indicator_target")
