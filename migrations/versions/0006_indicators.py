"""indicators"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_import_file_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
    )
    op.create_index(op.f("ix_import_file_sha256"), "import_file", ["sha256"], unique=False)
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("formula_en", sa.String(length=1000), nullable=False),
        sa.Column("formula_zh", sa.String(length=1000), nullable=False),
        sa.Column("numerator_en", sa.String(length=200), nullable=False),
        sa.Column("numerator_zh", sa.String(length=200), nullable=False),
        sa.Column("denominator_en", sa.String(length=200), nullable=False),
        sa.Column("denominator_zh", sa.String(length=200), nullable=False),
        sa.Column("note_en", sa.String(length=1000), nullable=False),
        sa.Column("note_zh", sa.String(length=1000), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("higher", "lower", "band", name="direction", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "value_kind",
            sa.Enum("ratio", "count", "mean", name="valuekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("manual", "tickets", "outages", "system", name="source", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("target", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("low", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("high", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("decimals BETWEEN 0 AND 6", name=op.f("ck_indicator_decimals_0_to_6")),
        sa.CheckConstraint(
            "low IS NULL OR high IS NULL OR low < high", name=op.f("ck_indicator_band_has_width")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_indicator_owner_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_indicator_process_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("code", name=op.f("uq_indicator_code")),
    )
    op.create_index(op.f("ix_indicator_owner_id"), "indicator", ["owner_id"], unique=False)
    op.create_index(op.f("ix_indicator_process_id"), "indicator", ["process_id"], unique=False)
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_outage_ends_after_start")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import_file.id"], name=op.f("fk_outage_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        sa.UniqueConstraint("service", "started_at", name=op.f("uq_outage_service_started_at")),
    )
    op.create_index(op.f("ix_outage_import_id"), "outage", ["import_id"], unique=False)
    op.create_table(
        "service_watch",
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("watched_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watched_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("watched_to > watched_from", name=op.f("ck_service_watch_watched_for_some_time")),
        sa.ForeignKeyConstraint(["import_id"], ["import_file.id"], name=op.f("fk_service_watch_import_id")),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_service_watch")),
    )
    op.create_index(op.f("ix_service_watch_import_id"), "service_watch", ["import_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sla_met", sa.Boolean(), nullable=True),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_file.id"], name=op.f("fk_ticket_import_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_opened_at", "ticket", ["opened_at"], unique=False)
    op.create_table(
        "measurement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("numerator", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("denominator", sa.Numeric(precision=24, scale=10), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_measurement_entered_by_id")),
        sa.ForeignKeyConstraint(["import_id"], ["import_file.id"], name=op.f("fk_measurement_import_id")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_measurement_indicator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
        sa.UniqueConstraint("indicator_id", "period", name=op.f("uq_measurement_indicator_id_period")),
    )
    op.create_index("ix_measurement_period", "measurement", ["period"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_measurement_period", table_name="measurement")
    op.drop_table("measurement")
    op.drop_index("ix_ticket_opened_at", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(op.f("ix_service_watch_import_id"), table_name="service_watch")
    op.drop_table("service_watch")
    op.drop_index(op.f("ix_outage_import_id"), table_name="outage")
    op.drop_table("outage")
    op.drop_index(op.f("ix_indicator_process_id"), table_name="indicator")
    op.drop_index(op.f("ix_indicator_owner_id"), table_name="indicator")
    op.drop_table("indicator")
    op.drop_index(op.f("ix_import_file_sha256"), table_name="import_file")
    op.drop_table("import_file")
