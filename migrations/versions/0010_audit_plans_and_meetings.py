"""audit plans, meetings and calendar feeds"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calendar_feed()
    _audit_meeting()
    _audit_plan()
    _agenda_slot()
    _meeting_attendee()
    _agenda_seat()
    _diverging_opinion()


def downgrade() -> None:
    op.drop_index(op.f("ix_diverging_opinion_audit_id"), table_name="diverging_opinion")
    op.drop_table("diverging_opinion")
    op.drop_index(op.f("ix_agenda_seat_person_id"), table_name="agenda_seat")
    op.drop_table("agenda_seat")
    op.drop_index(op.f("ix_meeting_attendee_meeting_id"), table_name="meeting_attendee")
    op.drop_table("meeting_attendee")
    op.drop_index("ix_agenda_slot_starts_at_ends_at", table_name="agenda_slot")
    op.drop_index(op.f("ix_agenda_slot_process_id"), table_name="agenda_slot")
    op.drop_index(op.f("ix_agenda_slot_plan_id"), table_name="agenda_slot")
    op.drop_table("agenda_slot")
    op.drop_table("audit_plan")
    op.drop_index(op.f("ix_audit_meeting_audit_id"), table_name="audit_meeting")
    op.drop_table("audit_meeting")
    op.drop_index(op.f("ix_calendar_feed_person_id"), table_name="calendar_feed")
    op.drop_table("calendar_feed")


def _calendar_feed() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_calendar_feed_token_sha256")),
    )
    op.create_index(op.f("ix_calendar_feed_person_id"), "calendar_feed", ["person_id"], unique=False)


def _audit_meeting() -> None:
    op.create_table(
        "audit_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("opening", "closing", name="meetingkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=True),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("further", sa.String(length=5000), nullable=False),
        sa.Column("notes", sa.String(length=10000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_at > held_at", name=op.f("ck_audit_meeting_ended_after_beginning")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_meeting_audit_id")),
        sa.ForeignKeyConstraint(["chair_id"], ["person.id"], name=op.f("fk_audit_meeting_chair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_meeting")),
        sa.UniqueConstraint("audit_id", "kind", name="uq_audit_meeting_one_of_each"),
    )
    op.create_index(op.f("ix_audit_meeting_audit_id"), "audit_meeting", ["audit_id"], unique=False)


def _audit_plan() -> None:
    op.create_table(
        "audit_plan",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "approved", name="planstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("methods", sa.String(length=5000), nullable=False),
        sa.Column("resources", sa.String(length=5000), nullable=False),
        sa.Column("spoken", sa.String(length=200), nullable=False),
        sa.Column("confidentiality", sa.String(length=2000), nullable=False),
        sa.Column("follow_up", sa.String(length=5000), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)",
            name=op.f("ck_audit_plan_approved_who_and_when"),
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_audit_plan_approved_by_id")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_audit_plan_edited_by_id")),
        sa.ForeignKeyConstraint(["id"], ["audit.id"], name=op.f("fk_audit_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_plan")),
    )


def _agenda_slot() -> None:
    op.create_table(
        "agenda_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "opening",
                "work",
                "break",
                "team",
                "closing",
                "other",
                name="slotkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=True),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_agenda_slot_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["audit_plan.id"], name=op.f("fk_agenda_slot_plan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_agenda_slot_process_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_agenda_slot_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_slot")),
        sa.UniqueConstraint("uid", name=op.f("uq_agenda_slot_uid")),
    )
    op.create_index(op.f("ix_agenda_slot_plan_id"), "agenda_slot", ["plan_id"], unique=False)
    op.create_index(op.f("ix_agenda_slot_process_id"), "agenda_slot", ["process_id"], unique=False)
    op.create_index("ix_agenda_slot_starts_at_ends_at", "agenda_slot", ["starts_at", "ends_at"], unique=False)


def _meeting_attendee() -> None:
    op.create_table(
        "meeting_attendee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("function", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["audit_meeting.id"],
            name=op.f("fk_meeting_attendee_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_attendee_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_attendee")),
    )
    op.create_index(op.f("ix_meeting_attendee_meeting_id"), "meeting_attendee", ["meeting_id"], unique=False)


def _agenda_seat() -> None:
    op.create_table(
        "agenda_seat",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "part", sa.Enum("auditor", "auditee", name="part", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "reply",
            sa.Enum("open", "confirmed", "other_time", name="reply", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(reply = 'open') = (replied_at IS NULL)", name=op.f("ck_agenda_seat_replied_when")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agenda_seat_person_id")),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["agenda_slot.id"], name=op.f("fk_agenda_seat_slot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slot_id", "person_id", name=op.f("pk_agenda_seat")),
    )
    op.create_index(op.f("ix_agenda_seat_person_id"), "agenda_seat", ["person_id"], unique=False)


def _diverging_opinion() -> None:
    op.create_table(
        "diverging_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("words", sa.String(length=5000), nullable=False),
        sa.Column("settled", sa.String(length=5000), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "finding_id IS NOT NULL OR about <> ''", name=op.f("ck_diverging_opinion_about_something")
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_diverging_opinion_audit_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_diverging_opinion_finding_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_diverging_opinion_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diverging_opinion")),
    )
    op.create_index(op.f("ix_diverging_opinion_audit_id"), "diverging_opinion", ["audit_id"], unique=False)
